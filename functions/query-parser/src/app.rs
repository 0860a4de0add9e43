//! State and routes of the function, and what a caller hears of an error.

use std::convert::Infallible;

use axum::Router;
use axum::extract::{FromRef, FromRequestParts, Path};
use axum::routing::{MethodRouter, get, post};
use http::request::Parts;
use millrace_api::error::Fault;
use millrace_databases::{DatabaseError, Databases, Severity};
use millrace_edge::{Authenticator, Config, ConfigError, Failure, FailureKind};
use millrace_ports::Ports;

use crate::{databases, handlers, health};

/// What handlers work with.
#[derive(Debug, Clone)]
pub struct App {
    /// The databases.
    pub databases: Databases,
    /// Who may call.
    pub authenticator: Authenticator,
}

impl FromRef<App> for Authenticator {
    fn from_ref(app: &App) -> Self {
        app.authenticator.clone()
    }
}

impl App {
    /// The state over `ports`, whose objects lie in `bucket`.
    pub fn new(ports: Ports, bucket: &str, config: &Config) -> Result<Self, ConfigError> {
        Ok(Self {
            authenticator: config.authenticator(ports.clock.clone())?,
            databases: Databases::new(ports, bucket, config.session_retention_days.into()),
        })
    }
}

/// Where the service stands beside the root.
const SERVICE: &str = "/query-parser";

/// Every path of the function at the root with its methods.
fn endpoints() -> [(&'static str, MethodRouter<App>); 5] {
    [
        ("/parse", post(handlers::parse)),
        ("/validate", post(handlers::validate)),
        ("/query", post(handlers::query)),
        ("/databases", get(databases::list)),
        (
            "/databases/{name}",
            get(databases::show)
                .put(databases::register)
                .delete(databases::remove),
        ),
    ]
}

/// Every path of the function.
#[cfg(test)]
pub fn paths() -> Vec<String> {
    let root = endpoints().map(|(path, _)| path);
    let mut paths: Vec<String> = root.iter().map(|path| format!("{SERVICE}{path}")).collect();
    paths.extend(root.map(str::to_owned));
    paths.push(format!("{SERVICE}/health"));
    paths
}

/// Every route of the function.
pub fn routes(app: App) -> Router {
    endpoints()
        .into_iter()
        .fold(Router::new(), |router, (path, methods)| {
            router
                .route(&format!("{SERVICE}{path}"), methods.clone())
                .route(path, methods)
        })
        .route(&format!("{SERVICE}/health"), get(health::health))
        .with_state(app)
}

/// The database's name in a path. Extracting it never fails: the content of a call is looked at before it
/// is said that there is no such database.
#[derive(Debug)]
pub struct Name(Option<String>);

impl Name {
    /// The name; one that is no text is no name.
    pub fn text(self) -> String {
        self.0.unwrap_or_default()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Name {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        Ok(Self(path.ok().map(|Path(name)| name)))
    }
}

/// What a caller hears of an error.
pub fn failure(error: DatabaseError) -> Failure {
    match error {
        DatabaseError::NotFound(name) if name.is_empty() => {
            Failure::not_found("Database not found")
        }
        DatabaseError::NotFound(_) => Failure::not_found(error.to_string()),
        DatabaseError::Invalid(faults) => Failure::invalid(faults),
        DatabaseError::Forbidden(sentence) => Failure::forbidden(sentence),
        DatabaseError::NoRows(_) => Failure::bad_request(error.to_string()),
        DatabaseError::BuiltIn(_) | DatabaseError::Full(_) | DatabaseError::Busy => {
            Failure::conflict(error.to_string())
        }
        DatabaseError::NotValid(found) => {
            let errors = found.diagnostics.iter();
            let faults = errors
                .filter(|found| found.severity == Severity::Error)
                .map(|found| Fault::new("sql", found.code, &found.message));
            let failure = Failure::invalid(faults.collect());
            match serde_json::to_value(&found.diagnostics) {
                Ok(diagnostics) => failure.detail("diagnostics", diagnostics),
                Err(error) => Failure::internal(error),
            }
        }
        DatabaseError::NotRun(fault) => Failure::new(FailureKind::Unprocessable, fault.to_string()),
        DatabaseError::Port(error) => error.into(),
        other => Failure::internal(other),
    }
}

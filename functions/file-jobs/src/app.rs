//! State and routes of the function, and what a caller hears of an error.

use std::convert::Infallible;

use axum::Router;
use axum::extract::{FromRef, FromRequestParts, Path};
use axum::routing::{MethodRouter, get, post};
use http::request::Parts;
use millrace_edge::{Authenticator, Config, ConfigError, Failure, SignedIn};
use millrace_files::{FileError, Files, Settings};
use millrace_jobs::JobError;
use millrace_ports::{Ports, Tenant};
use uuid::Uuid;

use crate::{handlers, multipart};

/// What handlers work with.
#[derive(Debug, Clone)]
pub struct App {
    /// The jobs.
    pub files: Files,
    /// The largest file that may be announced.
    pub max_upload_bytes: u64,
    /// Who may call.
    pub authenticator: Authenticator,
}

impl FromRef<App> for Authenticator {
    fn from_ref(app: &App) -> Self {
        app.authenticator.clone()
    }
}

impl App {
    /// The state over `ports`.
    pub fn new(ports: Ports, config: &Config) -> Result<Self, ConfigError> {
        let settings = Settings::new(config.max_upload_bytes, config.file_retention_days);
        Ok(Self {
            authenticator: config.authenticator(ports.clock.clone())?,
            files: Files::new(ports, settings),
            max_upload_bytes: config.max_upload_bytes,
        })
    }
}

/// Every path of the function with its methods.
pub fn endpoints() -> [(&'static str, MethodRouter<App>); 9] {
    [
        ("/api/v1/jobs", post(handlers::create).get(handlers::list)),
        (
            "/api/v1/jobs/{job_id}",
            get(handlers::show).delete(handlers::remove),
        ),
        (
            "/api/v1/jobs/{job_id}/upload-url",
            post(handlers::upload_url),
        ),
        (
            "/api/v1/jobs/{job_id}/mark-uploaded",
            post(handlers::mark_uploaded),
        ),
        (
            "/api/v1/jobs/{job_id}/download-url",
            post(handlers::download_url),
        ),
        ("/api/v1/jobs/{job_id}/cancel", post(handlers::cancel)),
        (
            "/api/v1/jobs/{job_id}/multipart",
            post(multipart::begin).delete(multipart::abort),
        ),
        (
            "/api/v1/jobs/{job_id}/multipart/parts",
            get(multipart::parts),
        ),
        (
            "/api/v1/jobs/{job_id}/multipart/complete",
            post(multipart::complete),
        ),
    ]
}

/// Every route of the function.
pub fn routes(app: App) -> Router {
    endpoints()
        .into_iter()
        .fold(Router::new(), |router, (path, methods)| {
            router.route(path, methods)
        })
        .with_state(app)
}

/// The job id of a path. Extracting it never fails: the content of a call is looked at before it is
/// said that its job is not there.
#[derive(Debug)]
pub struct JobId(Option<String>);

impl JobId {
    /// An id that may exist.
    pub fn known(self) -> Result<String, Failure> {
        self.0
            .filter(|id| {
                Uuid::try_parse(id).is_ok_and(|uuid| uuid.as_hyphenated().to_string() == *id)
            })
            .ok_or_else(not_found)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for JobId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        Ok(Self(path.ok().map(|Path(id)| id)))
    }
}

/// Whose jobs a caller reaches.
pub fn owner(caller: SignedIn) -> Result<Tenant, Failure> {
    Tenant::new(caller.user_id).map_err(Failure::internal)
}

fn not_found() -> Failure {
    Failure::not_found("Job not found")
}

/// What a caller hears of an error.
pub fn failure(error: FileError) -> Failure {
    match error {
        FileError::Refused(refused) => Failure::bad_request(refused.0),
        FileError::Job(JobError::NotFound) => not_found(),
        FileError::Job(JobError::Foreign) => {
            Failure::forbidden("Not authorized to access this job")
        }
        FileError::Job(JobError::Refused(refusal)) => Failure::bad_request(refusal.to_string()),
        FileError::Job(JobError::Port(error)) => error.into(),
        // File jobs have no slots.
        FileError::Job(JobError::Busy | JobError::NoSlot { .. } | JobError::Blocked(_)) => {
            Failure::unavailable(error)
        }
        FileError::Job(JobError::Unreadable(_)) => Failure::internal(error),
    }
}

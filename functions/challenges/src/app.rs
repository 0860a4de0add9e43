//! State and routes of the function, and what all handlers share.

use axum::Router;
use axum::extract::{FromRef, FromRequestParts, Path};
use axum::routing::{MethodRouter, delete, get, post};
use bytes::Bytes;
use http::request::Parts;
use millrace_api::error::Fault;
use millrace_challenge::service::Challenges;
use millrace_challenge::session::Session;
use millrace_challenge::store::StoreError;
use millrace_edge::{Authenticator, Caller, Failure, QueryFields};
use millrace_ports::PortError;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::{create, download, generation, legacy, phases, sessions};

/// What handlers work with.
#[derive(Debug, Clone)]
pub struct App {
    /// The sessions.
    pub challenges: Challenges,
    /// Who may call.
    pub authenticator: Authenticator,
    /// Seeds of briefs that name none come from here.
    pub ids: std::sync::Arc<dyn millrace_ports::Ids>,
    /// First part of download names: the brand as one word.
    pub package_name: String,
}

impl FromRef<App> for Authenticator {
    fn from_ref(app: &App) -> Self {
        app.authenticator.clone()
    }
}

/// Every path of the function with its methods.
pub fn endpoints() -> [(&'static str, MethodRouter<App>); 21] {
    [
        ("/api/challenge/sessions", get(sessions::list)),
        (
            "/api/challenge/session/{session_id}",
            get(sessions::status).merge(delete(sessions::remove)),
        ),
        ("/api/challenge/phase1/research", post(create::research)),
        (
            "/api/challenge/phase1/generate-problem",
            post(phases::generate_problem),
        ),
        (
            "/api/challenge/phase1/approve",
            post(phases::approve_problem),
        ),
        (
            "/api/challenge/phase1/status/{session_id}",
            get(sessions::phase1),
        ),
        (
            "/api/challenge/phase2/generate-schema",
            post(phases::generate_schema),
        ),
        (
            "/api/challenge/phase2/approve",
            post(phases::approve_schema),
        ),
        (
            "/api/challenge/phase2/regenerate",
            post(phases::regenerate_schema),
        ),
        (
            "/api/challenge/phase3/generate-preview",
            post(phases::generate_preview),
        ),
        (
            "/api/challenge/phase3/approve",
            post(phases::approve_preview),
        ),
        (
            "/api/challenge/phase4/generate-full",
            post(generation::start),
        ),
        ("/api/challenge/phase4/cancel", post(generation::cancel)),
        (
            "/api/challenge/phase4/status/{session_id}",
            get(generation::status),
        ),
        (
            "/api/challenge/phase5/prepare/{session_id}",
            get(download::prepare),
        ),
        (
            "/api/challenge/phase5/download/{session_id}",
            get(download::package),
        ),
        ("/api/challenge/create", post(create::legacy)),
        (
            "/api/challenge/status/{session_id}",
            get(generation::status),
        ),
        ("/api/challenge/result/{session_id}", get(legacy::result)),
        ("/api/report/download/{session_id}", get(download::report)),
        ("/api/download/{session_id}", get(download::datasets)),
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

impl App {
    /// The caller's session of that id.
    pub async fn session(&self, caller: &Caller, id: &str) -> Result<Session, Failure> {
        self.challenges
            .store()
            .load(&caller.tenant, id)
            .await
            .map_err(failure)
    }

    /// A stored document of a session.
    pub async fn document<D: DeserializeOwned>(&self, key: &str) -> Result<D, Failure> {
        read(&self.challenges.object(key).await.map_err(failure)?)
    }
}

/// The session id of a path. What cannot be one, text that is no UTF-8 included, is a session that
/// is not there.
#[derive(Debug)]
pub struct SessionId(pub String);

impl<S: Send + Sync> FromRequestParts<S> for SessionId {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let Path(id) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| not_found())?;
        known(&id)?;
        Ok(Self(id))
    }
}

/// The session id of a query.
pub fn session_id(query: &QueryFields) -> Result<&str, Failure> {
    with_session_id(Ok(()), query).map(|((), id)| id)
}

/// A body with the session id of the query beside it, or every fault of both.
pub fn with_session_id<B>(
    body: Result<B, Vec<Fault>>,
    query: &QueryFields,
) -> Result<(B, &str), Failure> {
    let id = query.required("session_id").map_err(|fault| vec![fault]);
    let (body, id) = both(body, id)?;
    Ok((body, known(id)?))
}

/// Both values, or every fault of both.
pub fn both<A, B>(
    first: Result<A, Vec<Fault>>,
    second: Result<B, Vec<Fault>>,
) -> Result<(A, B), Failure> {
    match (first, second) {
        (Ok(first), Ok(second)) => Ok((first, second)),
        (first, second) => {
            let faults = first.err().into_iter().chain(second.err());
            Err(Failure::invalid(faults.flatten().collect()))
        }
    }
}

/// An id that may exist.
fn known(id: &str) -> Result<&str, Failure> {
    match Uuid::try_parse(id) {
        Ok(uuid) if uuid.as_hyphenated().to_string() == id => Ok(id),
        _ => Err(not_found()),
    }
}

fn not_found() -> Failure {
    Failure::not_found("Session not found")
}

/// A stored document.
pub fn read<D: DeserializeOwned>(bytes: &Bytes) -> Result<D, Failure> {
    serde_json::from_slice(bytes).map_err(Failure::internal)
}

/// What a caller hears of an error.
pub fn failure(error: StoreError) -> Failure {
    match error {
        StoreError::NotFound => not_found(),
        StoreError::Refused(refusal) => Failure::bad_request(refusal.0),
        StoreError::Superseded(_) | StoreError::Busy => {
            Failure::conflict("The session changed at the same time: read its status and try again")
        }
        StoreError::Port(PortError::Unavailable { .. } | PortError::Throttled { .. }) => {
            Failure::unavailable(error)
        }
        StoreError::Unreadable(_) | StoreError::Port(_) => Failure::internal(error),
    }
}

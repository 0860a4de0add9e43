//! State and routes of the function, and what all handlers share.

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{delete, get, post};
use bytes::Bytes;
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

/// Every route of the function.
pub fn routes(app: App) -> Router {
    Router::new()
        .route("/api/challenge/sessions", get(sessions::list))
        .route(
            "/api/challenge/session/{session_id}",
            get(sessions::status).merge(delete(sessions::remove)),
        )
        .route("/api/challenge/phase1/research", post(create::research))
        .route(
            "/api/challenge/phase1/generate-problem",
            post(phases::generate_problem),
        )
        .route(
            "/api/challenge/phase1/approve",
            post(phases::approve_problem),
        )
        .route(
            "/api/challenge/phase1/status/{session_id}",
            get(sessions::phase1),
        )
        .route(
            "/api/challenge/phase2/generate-schema",
            post(phases::generate_schema),
        )
        .route(
            "/api/challenge/phase2/approve",
            post(phases::approve_schema),
        )
        .route(
            "/api/challenge/phase2/regenerate",
            post(phases::regenerate_schema),
        )
        .route(
            "/api/challenge/phase3/generate-preview",
            post(phases::generate_preview),
        )
        .route(
            "/api/challenge/phase3/approve",
            post(phases::approve_preview),
        )
        .route(
            "/api/challenge/phase4/generate-full",
            post(generation::start),
        )
        .route("/api/challenge/phase4/cancel", post(generation::cancel))
        .route(
            "/api/challenge/phase4/status/{session_id}",
            get(generation::status),
        )
        .route(
            "/api/challenge/phase5/prepare/{session_id}",
            get(download::prepare),
        )
        .route(
            "/api/challenge/phase5/download/{session_id}",
            get(download::package),
        )
        .route("/api/challenge/create", post(create::legacy))
        .route(
            "/api/challenge/status/{session_id}",
            get(generation::status),
        )
        .route("/api/challenge/result/{session_id}", get(legacy::result))
        .route("/api/report/download/{session_id}", get(download::report))
        .route("/api/download/{session_id}", get(download::datasets))
        .with_state(app)
}

impl App {
    /// The caller's session of that id; a malformed id is a session that is not there.
    pub async fn session(&self, caller: &Caller, id: &str) -> Result<Session, Failure> {
        self.challenges
            .store()
            .load(&caller.tenant, known(id)?)
            .await
            .map_err(failure)
    }

    /// A stored document of a session.
    pub async fn document<D: DeserializeOwned>(&self, key: &str) -> Result<D, Failure> {
        read(&self.challenges.object(key).await.map_err(failure)?)
    }
}

/// The session id of a query.
pub fn session_id(query: &QueryFields) -> Result<&str, Failure> {
    let id = query
        .required("session_id")
        .map_err(|fault: Fault| Failure::invalid(vec![fault]))?;
    known(id)
}

/// An id that may exist.
pub fn known(id: &str) -> Result<&str, Failure> {
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

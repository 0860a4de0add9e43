//! State and routes of the function, and what a caller hears of an error.

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{MethodRouter, get, post};
use millrace_edge::{Authenticator, Config, ConfigError, Failure, JobId};
use millrace_files::{FileError, Files, Settings};
use millrace_jobs::JobError;
use millrace_ports::Ports;

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

/// What a caller hears of an error.
pub fn failure(error: FileError) -> Failure {
    match error {
        FileError::Refused(refused) => Failure::bad_request(refused.0),
        FileError::Job(JobError::NotFound) => JobId::missing(),
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

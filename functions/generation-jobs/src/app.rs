//! State and routes of the function, and what a caller hears of an error.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{MethodRouter, get, post};
use chrono::{DateTime, TimeDelta, Utc};
use millrace_edge::{Authenticator, Config, ConfigError, Failure, FailureKind, JobId, RateLimit};
use millrace_generation::{Buckets, Catalogue, Generation, GenerationError, Settings};
use millrace_jobs::JobError;
use millrace_ports::Ports;

use crate::{customer, handlers, health};

/// What handlers work with.
#[derive(Debug, Clone)]
pub struct App {
    /// The jobs.
    pub generation: Generation,
    /// Who may call.
    pub authenticator: Authenticator,
    /// How long a call waits for the end of its job.
    pub wait: Duration,
}

impl FromRef<App> for Authenticator {
    fn from_ref(app: &App) -> Self {
        app.authenticator.clone()
    }
}

impl App {
    /// The state over `ports`.
    pub fn new(
        ports: Ports,
        buckets: Buckets,
        config: &Config,
        catalogue: Arc<dyn Catalogue>,
    ) -> Result<Self, ConfigError> {
        let settings = Settings {
            max_jobs: config.generation_max_jobs,
            cooldown: TimeDelta::seconds(config.generation_cooldown_seconds.into()),
            ..Settings::default()
        };
        Ok(Self {
            authenticator: config.authenticator(ports.clock.clone())?,
            generation: Generation::new(ports, buckets, settings, catalogue),
            wait: config.interactive_wait,
        })
    }
}

/// Every path of the function with its methods.
pub fn endpoints() -> [(&'static str, MethodRouter<App>); 8] {
    [
        (
            "/api/data-generation/jobs",
            post(handlers::create).get(handlers::list),
        ),
        (
            "/api/data-generation/jobs/{jobId}",
            get(handlers::show)
                .delete(handlers::cancel)
                .post(handlers::act),
        ),
        (
            "/api/data-generation/jobs/{jobId}/events",
            get(handlers::events),
        ),
        ("/api/data-generation/types", get(customer::types)),
        (
            "/api/data-generation/upload-url",
            post(customer::upload_url),
        ),
        (
            "/api/data-generation/rate-limits",
            get(customer::rate_limits),
        ),
        (
            "/api/data-generation/retention",
            get(customer::retention).put(customer::set_retention),
        ),
        ("/api/data-generation/health", get(health::health)),
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

/// What a caller hears of an error at `now`.
pub fn failure(error: GenerationError, now: DateTime<Utc>) -> Failure {
    match error {
        GenerationError::Invalid(faults) => Failure::invalid(faults),
        GenerationError::Forbidden(sentence) => Failure::forbidden(sentence),
        GenerationError::Refused(sentence) | GenerationError::Job(JobError::Blocked(sentence)) => {
            Failure::bad_request(sentence)
        }
        GenerationError::KeyReused => Failure::new(FailureKind::Unprocessable, error.to_string()),
        GenerationError::Full { most, retry_at } => full(most, retry_at, now),
        GenerationError::Job(JobError::NotFound) => JobId::missing(),
        GenerationError::Job(JobError::Foreign) => {
            Failure::forbidden("Not authorized to access this job")
        }
        GenerationError::Job(JobError::Refused(refusal)) => {
            Failure::bad_request(refusal.to_string())
        }
        GenerationError::Job(JobError::Port(error)) => error.into(),
        GenerationError::Job(JobError::Busy | JobError::NoSlot { .. }) => {
            Failure::unavailable(error)
        }
        GenerationError::Job(JobError::Unreadable(_)) => Failure::internal(error),
    }
}

/// Rounded up: who waits that long does not come too early.
fn full(most: u32, retry_at: DateTime<Utc>, now: DateTime<Utc>) -> Failure {
    let rounded = |milliseconds: i64| milliseconds.max(0).unsigned_abs().div_ceil(1000);
    let seconds = rounded((retry_at - now).num_milliseconds() + 1);
    Failure::rate_limited(RateLimit {
        limit: most,
        reset: rounded(retry_at.timestamp_millis() + 1),
        retry_after_seconds: u32::try_from(seconds).unwrap_or(u32::MAX),
    })
}

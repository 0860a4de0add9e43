use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::SecondsFormat;
use millrace_api::system::{CacheReport, Connection, Health, HealthReport, VERSION};
use millrace_ports::{Key, PortError, Ports, Tenant};

/// The state machine whose engine stands where the contracts have a job queue.
pub(crate) const MACHINE: &str = "challenge";

/// `GET /health`: 503 when a part does not answer.
pub(crate) async fn health(State(ports): State<Ports>) -> (StatusCode, Json<HealthReport>) {
    let (state, jobs) = tokio::join!(state(&ports), jobs(&ports));
    let (status, code) = verdict(state.is_ok() && jobs.is_ok());
    let report = HealthReport {
        status,
        service: "Millrace".to_owned(),
        version: VERSION.to_owned(),
        timestamp: ports.clock.now().to_rfc3339_opts(SecondsFormat::Secs, true),
        database: connection("state", &state),
        kafka: connection("jobs", &jobs),
    };
    (code, Json(report))
}

/// `GET /health/redis`: 503 when the store of tokens and state does not answer.
pub(crate) async fn cache(State(ports): State<Ports>) -> (StatusCode, Json<CacheReport>) {
    let state = state(&ports).await;
    let (status, code) = verdict(state.is_ok());
    let report = CacheReport {
        status,
        redis: connection("state", &state),
        error: state
            .is_err()
            .then(|| "the store of tokens and state does not answer".to_owned()),
    };
    (code, Json(report))
}

/// Reads an item that is never there.
async fn state(ports: &Ports) -> Result<(), PortError> {
    let key = Key::of(&Tenant::public(), "HEALTH", "probe", "META");
    ports.records.get(&key).await.map(|_| ())
}

/// Stops an execution that never was, which the engine takes for done.
async fn jobs(ports: &Ports) -> Result<(), PortError> {
    ports
        .workflows
        .stop(MACHINE, "health-probe", "health check")
        .await
}

fn verdict(healthy: bool) -> (Health, StatusCode) {
    if healthy {
        (Health::Healthy, StatusCode::OK)
    } else {
        (Health::Unhealthy, StatusCode::SERVICE_UNAVAILABLE)
    }
}

fn connection(part: &str, answer: &Result<(), PortError>) -> Connection {
    match answer {
        Ok(()) => Connection::Connected,
        Err(error) => {
            tracing::warn!(part, %error, "a part does not answer");
            Connection::Disconnected
        }
    }
}

//! How the service is.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use millrace_api::asking::ServiceHealth;
use millrace_api::system::Connection;
use millrace_ports::{Key, PortError, Tenant};

use crate::app::App;

/// The queue that stands where the document has Kafka.
pub const QUEUE: &str = "file-jobs";
/// Version of the service in the document.
const VERSION: &str = "1.0.0";

/// `GET /query-parser/health`: 503 when a part does not answer.
pub async fn health(State(app): State<App>) -> (StatusCode, Json<ServiceHealth>) {
    let ports = app.databases.ports();
    let probe = Key::of(&Tenant::public(), "HEALTH", "probe", "META");
    let (state, queue) = tokio::join!(ports.records.get(&probe), ports.queue.depth(QUEUE));
    let (state, queue) = (state.map(|_| ()), queue.map(|_| ()));
    let (code, status) = if state.is_ok() && queue.is_ok() {
        (StatusCode::OK, "ok")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "unavailable")
    };
    let report = ServiceHealth {
        status: status.to_owned(),
        service: "query-parser".to_owned(),
        version: VERSION.to_owned(),
        database: connection("state", &state),
        kafka: connection("jobs", &queue),
    };
    (code, Json(report))
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

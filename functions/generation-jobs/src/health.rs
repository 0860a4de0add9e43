//! How the pipeline is.

use axum::Json;
use axum::extract::State;
use chrono::SecondsFormat;
use http::StatusCode;
use millrace_api::generation::{PipelineHealth, PipelineMetrics};
use millrace_api::system::Health;
use millrace_edge::SignedIn;

use crate::app::App;

/// `GET /api/data-generation/health`: 503 when it does not run.
pub async fn health(_: SignedIn, State(app): State<App>) -> (StatusCode, Json<PipelineHealth>) {
    let health = app.generation.health().await;
    let complaints = health.complaints();
    let figures = health.figures.unwrap_or_default();
    let (status, code) = if complaints.is_empty() {
        (Health::Healthy, StatusCode::OK)
    } else {
        (Health::Unhealthy, StatusCode::SERVICE_UNAVAILABLE)
    };
    let message = if complaints.is_empty() {
        "Pipeline is running normally".to_owned()
    } else {
        complaints.join("; ")
    };
    let now = app.generation.jobs().now();
    let report = PipelineHealth {
        status,
        message,
        metrics: PipelineMetrics {
            active_jobs: figures.active,
            completed_jobs: figures.completed,
            failed_jobs: figures.failed,
            average_processing_time_ms: figures.average_milliseconds(),
        },
        timestamp: now.to_rfc3339_opts(SecondsFormat::Secs, true),
    };
    (code, Json(report))
}

use axum::Router;
use axum::routing::get;
use millrace_ports::Ports;

use crate::{docs, health, overview, unrouted};

/// Every route of this function; what is none of them is [`unrouted`].
pub(crate) fn router(ports: Ports, brand: &str) -> Router {
    let overview = overview::overview(brand);
    Router::new()
        .route("/", get(async || overview))
        .route("/health", get(health::health))
        .route("/health/redis", get(health::cache))
        .route("/openapi.json", get(docs::openapi))
        .route("/docs", get(docs::page))
        .route("/docs/{file}", get(docs::file))
        .fallback(unrouted::answer)
        .method_not_allowed_fallback(unrouted::answer)
        .with_state(ports)
}

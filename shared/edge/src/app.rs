use std::any::Any;
use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse, Response};
use axum::{Router, middleware};
use lambda_http::{Adapter, Context, LambdaEvent};
use lambda_runtime::service_fn;
use millrace_ports::{Clock, Ids, RandomIds, SystemClock};
use serde_json::Value;
use tower::ServiceExt;
use tower_http::catch_panic::CatchPanicLayer;

use crate::body::BODY_LIMIT_BYTES;
use crate::config::Config;
use crate::cors::{Origins, cors};
use crate::failure::Failure;
use crate::observe::{Observer, observe};
use crate::tasks::text_of;
use crate::{event, logs};

/// The routes of a function with everything that all functions have around them: request ids, the error
/// dialects (404, 405 with `Allow` and panics included), CORS, the body limit, access log and metrics.
pub fn app(router: Router, config: &Config, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Router {
    let observer = Observer::new(config.function_name.clone(), clock, ids);
    router
        .layer(DefaultBodyLimit::max(BODY_LIMIT_BYTES))
        .layer(CatchPanicLayer::custom(answer_panic))
        .layer(middleware::from_fn_with_state(
            Origins::new(&config.cors_origins),
            cors,
        ))
        .layer(middleware::from_fn_with_state(observer, observe))
}

/// Serves the routes of a function on Lambda, behind an HTTP API with payload version 2, until it ends.
///
/// # Errors
/// When the Lambda runtime cannot be reached, or `LOG_LEVEL` cannot be read.
pub async fn serve(router: Router, config: &Config) -> Result<(), lambda_http::Error> {
    logs::start_logs(config)?;
    let app = app(router, config, Arc::new(SystemClock), Arc::new(RandomIds));
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
        invoke(app.clone(), event.payload, event.context)
    }))
    .await
}

/// Answers one API Gateway event, as [`serve`] does.
///
/// # Errors
/// For an event that is none of an HTTP API with payload version 2.
pub async fn invoke(
    app: Router,
    event: Value,
    context: Context,
) -> Result<Value, lambda_http::Error> {
    let request = event::read(event)?;
    let answer = Adapter::from(app)
        .oneshot(LambdaEvent::new(request, context))
        .await?;
    Ok(serde_json::to_value(answer)?)
}

fn answer_panic(panic: Box<dyn Any + Send>) -> Response {
    Failure::internal(format!("panic: {}", text_of(panic.as_ref()))).into_response()
}

#[cfg(test)]
#[path = "app_tests.rs"]
mod tests;

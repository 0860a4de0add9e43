use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE");
const REQUEST_HEADERS: HeaderValue =
    HeaderValue::from_static("authorization, content-type, idempotency-key, x-request-id");
const ANSWER_HEADERS: HeaderValue = HeaderValue::from_static(
    "content-disposition, location, retry-after, x-request-id, x-ratelimit-limit, x-ratelimit-remaining, \
     x-ratelimit-reset",
);

/// The origins whose pages may call.
#[derive(Debug, Clone)]
pub(crate) struct Origins(Arc<[HeaderValue]>);

impl Origins {
    pub(crate) fn new(origins: &[HeaderValue]) -> Self {
        Self(origins.into())
    }

    /// What to answer a page of `origin`: itself, never credentials.
    fn answer(&self, origin: &HeaderValue) -> Option<HeaderValue> {
        self.0
            .iter()
            .find(|allowed| *allowed == "*" || *allowed == origin)
            .cloned()
    }
}

/// Answers preflights, and lets pages of the allowed origins read answers. An OPTIONS request that names no
/// method to ask for is no preflight and goes the way of every other method.
pub(crate) async fn cors(State(origins): State<Origins>, request: Request, next: Next) -> Response {
    let allowed = request
        .headers()
        .get(header::ORIGIN)
        .and_then(|origin| origins.answer(origin));
    let is_preflight = request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if is_preflight {
        StatusCode::NO_CONTENT.into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = allowed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if is_preflight {
            headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS);
            headers.insert(
                header::ACCESS_CONTROL_MAX_AGE,
                HeaderValue::from_static("600"),
            );
        } else {
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, ANSWER_HEADERS);
        }
    }
    response
}

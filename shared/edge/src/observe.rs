//! The outermost layer: request id, dialect, access log, metrics, headers of every answer.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use millrace_api::routes::dialect_of;
use millrace_ports::{Clock, Ids};
use serde_json::json;

use crate::auth::SeenTenant;
use crate::failure::{Failure, FailureKind};
use crate::logs::write_line;
use crate::metrics::{Call, ColdStart, milliseconds};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request, in its extensions and in every answer: the caller's `X-Request-ID` where it is 1 to 128
/// of `A-Z`, `a-z`, `0-9`, `.`, `_`, `-`, else a new UUID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn of(headers: &HeaderMap, ids: &dyn Ids) -> Self {
        let sane = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        let sent = headers
            .get(REQUEST_ID)
            .and_then(|value| value.to_str().ok());
        match sent.filter(|id| (1..=128).contains(&id.len()) && id.bytes().all(sane)) {
            Some(id) => Self(id.into()),
            None => Self(ids.uuid().to_string().into()),
        }
    }
}

/// What the layer works with.
#[derive(Debug, Clone)]
pub(crate) struct Observer(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    function: String,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    cold: ColdStart,
}

impl Observer {
    pub(crate) fn new(function: String, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        Self(Arc::new(Parts {
            function,
            clock,
            ids,
            cold: ColdStart::new(),
        }))
    }
}

/// See the module.
pub(crate) async fn observe(
    State(observer): State<Observer>,
    mut request: Request,
    next: Next,
) -> Response {
    let Parts {
        function,
        clock,
        ids,
        cold,
    } = &*observer.0;
    let begun = clock.now();
    let request_id = RequestId::of(request.headers(), ids.as_ref());
    let tenant = SeenTenant::default();
    request.extensions_mut().insert(request_id.clone());
    request.extensions_mut().insert(tenant.clone());
    let method = request.method().clone();
    let dialect = dialect_of(request.uri().path());
    let pattern = request.extensions().get::<MatchedPath>().cloned();

    let mut response = next.run(request).await;

    let ended = clock.now();
    let failure = response.extensions_mut().remove::<Failure>();
    if let Some(failure) = failure.or_else(|| unnamed(&response)) {
        let outer = std::mem::take(response.headers_mut());
        response = failure.render(dialect, request_id.as_str(), ended);
        merge(response.headers_mut(), outer);
    }
    complete(response.headers_mut(), &request_id);
    let status = response.status();
    let call = Call {
        function,
        // Paths without a route are the caller's words, and no dimension.
        route: &format!(
            "{method} {}",
            pattern.as_ref().map_or("-", MatchedPath::as_str)
        ),
        milliseconds: milliseconds(begun, ended),
        error: status.is_server_error(),
        cold: cold.take(),
        fields: json!({
            "level": "INFO",
            "timestamp": ended.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
            "method": method.as_str(),
            "status": status.as_u16(),
            "request_id": request_id.as_str(),
            "tenant": tenant.get().map(millrace_ports::Tenant::as_str),
        }),
    };
    write_line(&call.record(ended));
    response
}

/// The router's own answers to what it has no route for, which are empty.
fn unnamed(response: &Response) -> Option<Failure> {
    match response.status() {
        _ if response.headers().contains_key(header::CONTENT_TYPE) => None,
        StatusCode::NOT_FOUND => Some(Failure::not_found("Not Found")),
        StatusCode::METHOD_NOT_ALLOWED => Some(Failure::new(
            FailureKind::MethodNotAllowed,
            "Method Not Allowed",
        )),
        _ => None,
    }
}

/// Adds the headers that the layers within have set (`Allow`, CORS), except for those of the empty body.
fn merge(headers: &mut HeaderMap, outer: HeaderMap) {
    for (name, value) in &outer {
        if !headers.contains_key(name)
            && *name != header::CONTENT_LENGTH
            && *name != header::CONTENT_TYPE
        {
            headers.insert(name.clone(), value.clone());
        }
    }
}

/// The headers that every answer has; a handler may have set its own.
fn complete(headers: &mut HeaderMap, request_id: &RequestId) {
    // The alphabet of ids is within that of header values.
    if let Ok(value) = HeaderValue::from_str(request_id.as_str()) {
        headers.insert(REQUEST_ID, value);
    }
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
        (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
}

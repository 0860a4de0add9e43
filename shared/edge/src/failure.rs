//! Everything that can be wrong with a call, and how each dialect says it.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use millrace_api::error::{CodedError, DetailError, Dialect, ErrorInfo, Fault};
use millrace_ports::PortError;
use serde_json::{Map, Value, json};

/// The kinds of failure, one status each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// 400
    BadRequest,
    /// 401
    Unauthorized,
    /// 403
    Forbidden,
    /// 404
    NotFound,
    /// 405
    MethodNotAllowed,
    /// 409
    Conflict,
    /// 410
    Gone,
    /// 413
    PayloadTooLarge,
    /// 415
    UnsupportedMediaType,
    /// 422
    Unprocessable,
    /// 429
    RateLimited,
    /// 500
    Internal,
    /// 503
    Unavailable,
}

impl FailureKind {
    /// Its status, and its word in [`Dialect::Error`].
    const fn terms(self) -> (StatusCode, &'static str) {
        match self {
            Self::BadRequest => (StatusCode::BAD_REQUEST, "INVALID_REQUEST"),
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "UNAUTHORIZED"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "FORBIDDEN"),
            Self::NotFound => (StatusCode::NOT_FOUND, "RESOURCE_NOT_FOUND"),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED"),
            Self::Conflict => (StatusCode::CONFLICT, "CONFLICT"),
            Self::Gone => (StatusCode::GONE, "RESOURCE_NOT_FOUND"),
            Self::PayloadTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE"),
            Self::UnsupportedMediaType => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE")
            }
            Self::Unprocessable => (StatusCode::UNPROCESSABLE_ENTITY, "UNPROCESSABLE"),
            Self::RateLimited => (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED"),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "SERVICE_UNAVAILABLE"),
        }
    }
}

/// A call that is answered with an error. It knows no dialect: the outermost layer renders it.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure(Box<Parts>);

#[derive(Debug, Clone, PartialEq)]
struct Parts {
    kind: FailureKind,
    message: String,
    faults: Vec<Fault>,
    details: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// Where a caller stands with a limit on requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests per window.
    pub limit: u32,
    /// When the window ends, Unix seconds.
    pub reset: u64,
    /// After how many seconds the same request may succeed, at least 1.
    pub retry_after_seconds: u32,
}

impl Failure {
    /// A failure of a kind, with one readable sentence.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            kind,
            message: message.into(),
            faults: Vec::new(),
            details: Map::new(),
            headers: Vec::new(),
        }))
    }

    /// 400.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(FailureKind::BadRequest, message)
    }

    /// 400 for an input with these faults, at least one.
    #[must_use]
    pub fn invalid(faults: Vec<Fault>) -> Self {
        let mut failure = Self::bad_request(Fault::sentence(&faults));
        failure.0.faults = faults;
        failure
    }

    /// 403.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Forbidden, message)
    }

    /// 404.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(FailureKind::NotFound, message)
    }

    /// 409.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Conflict, message)
    }

    /// 405, naming the methods there are: `GET, POST`.
    #[must_use]
    pub fn method_not_allowed(allow: &str) -> Self {
        let failure = Self::new(FailureKind::MethodNotAllowed, "Method Not Allowed");
        match HeaderValue::from_str(allow) {
            Ok(allow) => failure.header(header::ALLOW, allow),
            Err(_) => failure,
        }
    }

    /// 429.
    #[must_use]
    pub fn rate_limited(limit: RateLimit) -> Self {
        let seconds = limit.retry_after_seconds.max(1);
        Self::new(
            FailureKind::RateLimited,
            format!("Too many requests, try again in {seconds} s"),
        )
        .header(header::RETRY_AFTER, seconds.into())
        .header(
            HeaderName::from_static("x-ratelimit-limit"),
            limit.limit.into(),
        )
        .header(HeaderName::from_static("x-ratelimit-remaining"), 0.into())
        .header(
            HeaderName::from_static("x-ratelimit-reset"),
            limit.reset.into(),
        )
    }

    /// 500 that says nothing; `cause` goes to the log.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "internal error");
        Self::new(FailureKind::Internal, "Internal server error")
    }

    /// 503 that asks to try again; `cause` goes to the log.
    pub fn unavailable(cause: impl std::fmt::Display) -> Self {
        tracing::warn!(%cause, "unavailable");
        Self::new(
            FailureKind::Unavailable,
            "Service temporarily unavailable, try again",
        )
        .header(header::RETRY_AFTER, 1.into())
    }

    pub(crate) fn token_missing() -> Self {
        Self::new(FailureKind::Unauthorized, "Not authenticated")
            .header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    /// 401 for a token that is not good.
    #[must_use]
    pub fn token_invalid() -> Self {
        Self::new(FailureKind::Unauthorized, "Invalid or expired token").header(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static(r#"Bearer error="invalid_token""#),
        )
    }

    /// The same with a header more.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// The same with a fact for programs, which [`Dialect::Error`] shows in `details`.
    #[must_use]
    pub fn detail(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.details.insert(name.to_owned(), value.into());
        self
    }

    /// What kind it is.
    #[must_use]
    pub fn kind(&self) -> FailureKind {
        self.0.kind
    }

    /// Its status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.kind.terms().0
    }

    /// Its sentence.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The answer in a dialect.
    pub(crate) fn render(self, dialect: Dialect, request_id: &str, now: DateTime<Utc>) -> Response {
        let Parts {
            kind,
            message,
            faults,
            mut details,
            headers,
        } = *self.0;
        let (status, code) = kind.terms();
        let mut response = match dialect {
            Dialect::Detail => (
                status,
                Json(DetailError {
                    detail: message,
                    errors: faults,
                }),
            )
                .into_response(),
            Dialect::Error => {
                if !faults.is_empty() {
                    details.insert("errors".to_owned(), json!(faults));
                }
                let error = ErrorInfo {
                    code: code.to_owned(),
                    message,
                    details,
                    request_id: request_id.to_owned(),
                    timestamp: now.to_rfc3339_opts(SecondsFormat::Secs, true),
                };
                (status, Json(CodedError { error })).into_response()
            }
        };
        response.headers_mut().extend(headers);
        response
    }
}

/// The failure travels in the extensions of an empty answer, to the layer that knows the dialect.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Vec<Fault>> for Failure {
    fn from(faults: Vec<Fault>) -> Self {
        Self::invalid(faults)
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::invalid(vec![fault])
    }
}

impl From<PortError> for Failure {
    fn from(error: PortError) -> Self {
        if error.retryable() {
            Self::unavailable(error)
        } else {
            Self::internal(error)
        }
    }
}

#[cfg(test)]
#[path = "failure_tests.rs"]
mod tests;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use millrace_api::error::Fault;
use serde_json::Value;

use crate::failure::{Failure, FailureKind};

/// The largest body that a handler reads, in bytes.
pub const BODY_LIMIT_BYTES: usize = 4 * 1024 * 1024;

/// A JSON body of any shape, nested at most 128 levels deep.
///
/// Refusals come in this order: 413 above [`BODY_LIMIT_BYTES`], 415 for another content type or an encoded
/// body, 400 for malformed JSON. A body without a content type is read as JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonBody(pub Value);

/// Like [`JsonBody`], where an empty body is fine.
#[derive(Debug, Clone, PartialEq)]
pub struct OptionalJsonBody(pub Option<Value>);

/// The fields of a form and their values, in their order.
///
/// Refusals come as those of [`JsonBody`]; there is no malformed form. A body without a content type is read
/// as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormBody(pub Vec<(String, String)>);

/// A JSON body of any shape, or text as `text/plain` or `application/sql`.
///
/// Refusals come as those of [`JsonBody`]; text that is no UTF-8 is 400.
#[derive(Debug, Clone, PartialEq)]
pub enum JsonOrTextBody {
    /// JSON, also without a content type.
    Json(Value),
    /// Text.
    Text(String),
}

const FORM: &str = "application/x-www-form-urlencoded";

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let OptionalJsonBody(body) = OptionalJsonBody::from_request(request, state).await?;
        body.map(Self)
            .ok_or_else(|| Fault::new("", "missing", "the body must be JSON, it is empty").into())
    }
}

impl<S: Send + Sync> FromRequest<S> for OptionalJsonBody {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let is_json = is_plain(request.headers(), |essence| {
            essence == "application/json"
                || (essence.starts_with("application/") && essence.ends_with("+json"))
        });
        let bytes = read(request, state).await?;
        if bytes.is_empty() {
            return Ok(Self(None));
        }
        if !is_json {
            return Err(unsupported("application/json"));
        }
        let value = serde_json::from_slice(&bytes).map_err(|error| {
            Fault::new("", "json", format!("the body is not valid JSON: {error}"))
        })?;
        Ok(Self(Some(value)))
    }
}

impl<S: Send + Sync> FromRequest<S> for JsonOrTextBody {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let named = request.headers().contains_key(header::CONTENT_TYPE);
        let is_text = is_plain(request.headers(), |essence| {
            ["text/plain", "application/sql"].contains(&essence)
        });
        if !named || !is_text {
            let JsonBody(value) = JsonBody::from_request(request, state).await?;
            return Ok(Self::Json(value));
        }
        let bytes = read(request, state).await?;
        let text = String::from_utf8(bytes.into());
        let text = text.map_err(|_| Fault::new("", "encoding", "the body must be UTF-8"))?;
        Ok(Self::Text(text))
    }
}

impl<S: Send + Sync> FromRequest<S> for FormBody {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let is_form = is_plain(request.headers(), |essence| essence == FORM);
        let bytes = read(request, state).await?;
        if !is_form {
            return Err(unsupported(FORM));
        }
        // Any bytes are pairs of text, an empty body none.
        let pairs = form_urlencoded::parse(&bytes).into_owned().collect();
        Ok(Self(pairs))
    }
}

async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Failure> {
    // The limit itself is a layer of every function's router.
    let bytes = Bytes::from_request(request, state).await;
    bytes.map_err(|rejection| {
        let megabytes = BODY_LIMIT_BYTES / (1024 * 1024);
        match rejection.status().as_u16() {
            413 => Failure::new(
                FailureKind::PayloadTooLarge,
                format!("The body is larger than {megabytes} MiB"),
            ),
            _ => Failure::bad_request("The body cannot be read"),
        }
    })
}

fn unsupported(expected: &str) -> Failure {
    let message = format!("The content type must be {expected}, without content encoding");
    Failure::new(FailureKind::UnsupportedMediaType, message)
}

/// Whether the content is not encoded and of a type that is `expected`, or of none.
fn is_plain(headers: &HeaderMap, is_expected: fn(&str) -> bool) -> bool {
    let text = |name| {
        headers
            .get(name)
            .map(|value| value.to_str().unwrap_or_default().trim())
    };
    let encoded = text(header::CONTENT_ENCODING)
        .is_some_and(|encoding| !encoding.eq_ignore_ascii_case("identity"));
    let expected = text(header::CONTENT_TYPE).is_none_or(|content_type| {
        let essence = content_type.split(';').next().unwrap_or_default();
        is_expected(&essence.trim().to_ascii_lowercase())
    });
    expected && !encoded
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::extract::DefaultBodyLimit;
    use axum::http::StatusCode;
    use axum::{Router, routing::post};
    use serde_json::json;
    use tower::ServiceExt;

    use super::*;

    async fn send(
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> (StatusCode, Option<Failure>) {
        let router = Router::new()
            .route("/", post(|JsonBody(_): JsonBody| async {}))
            .layer(DefaultBodyLimit::max(BODY_LIMIT_BYTES));
        let mut request = Request::post("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = router
            .oneshot(request.body(body.into()).expect("a request"))
            .await
            .expect("infallible");
        (
            response.status(),
            response.extensions().get::<Failure>().cloned(),
        )
    }

    const JSON: (&str, &str) = ("content-type", "application/json");

    #[tokio::test]
    async fn json_by_any_of_its_names_is_read() {
        for content_type in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/problem+json",
        ] {
            assert_eq!(
                send(&[("content-type", content_type)], "{}").await.0,
                StatusCode::OK,
                "{content_type}"
            );
        }
        assert_eq!(send(&[], "[1]").await.0, StatusCode::OK);
        assert_eq!(
            send(&[JSON, ("content-encoding", "identity")], "{}")
                .await
                .0,
            StatusCode::OK
        );
    }

    #[tokio::test]
    async fn other_content_is_415_and_larger_content_413_first() {
        for content_type in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/jsonp",
            "",
            "json",
        ] {
            let (status, _) = send(&[("content-type", content_type)], "{}").await;
            assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{content_type}");
        }
        let (status, _) = send(&[JSON, ("content-encoding", "gzip")], "{}").await;
        assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        let largest = format!("\"{}\"", "x".repeat(BODY_LIMIT_BYTES - 2));
        assert_eq!(send(&[JSON], largest.clone()).await.0, StatusCode::OK);
        let (status, failure) = send(&[("content-type", "text/plain")], largest + " ").await;
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(
            failure.expect("a failure").message(),
            "The body is larger than 4 MiB"
        );
    }

    #[tokio::test]
    async fn malformed_json_is_400() {
        let deep = "[".repeat(100_000);
        for body in ["{", "", "{\"a\":1,}", "nul", "{} {}", "\"\\ud800\"", &deep] {
            assert_eq!(
                send(&[JSON], body.to_owned()).await.0,
                StatusCode::BAD_REQUEST,
                "{body:.20}"
            );
        }
        assert_eq!(
            send(&[JSON], vec![b'"', 0xff, b'"']).await.0,
            StatusCode::BAD_REQUEST
        );
    }

    #[tokio::test]
    async fn a_form_is_pairs_of_text() {
        let read = async |content_type: &str, body: Vec<u8>| {
            let request = Request::post("/").header("content-type", content_type);
            let request = request.body(Body::from(body)).expect("a request");
            FormBody::from_request(request, &()).await
        };
        let body = b"username=a%40b.co&password=x+y%2B%3d&&flag&bad=%FF%zz".to_vec();
        let FormBody(pairs) = read(FORM, body).await.expect("a form");
        let pairs: Vec<(&str, &str)> = pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let expected = [
            ("username", "a@b.co"),
            ("password", "x y+="),
            ("flag", ""),
            ("bad", "\u{fffd}%zz"),
        ];
        assert_eq!(pairs, expected);
        let essence = "Application/X-WWW-Form-URLencoded; charset=utf-8";
        assert_eq!(read(essence, Vec::new()).await, Ok(FormBody(Vec::new())));
        for content_type in [
            "application/json",
            "multipart/form-data; boundary=b",
            "text/plain",
        ] {
            let refusal = read(content_type, b"{}".to_vec())
                .await
                .expect_err("no form");
            assert_eq!(refusal.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
        }
    }

    #[tokio::test]
    async fn text_is_read_by_its_names_and_all_else_as_json() {
        let read = async |content_type: Option<&str>, body: &[u8]| {
            let mut request = Request::post("/");
            if let Some(content_type) = content_type {
                request = request.header("content-type", content_type);
            }
            let request = request.body(Body::from(body.to_vec())).expect("a request");
            JsonOrTextBody::from_request(request, &()).await
        };
        for content_type in ["text/plain; charset=utf-8", "application/sql"] {
            let body = read(Some(content_type), b"{}").await.expect("text");
            assert_eq!(body, JsonOrTextBody::Text("{}".to_owned()));
            assert!(read(Some(content_type), b"\xff").await.is_err());
        }
        for content_type in [None, Some("application/json")] {
            let body = read(content_type, b"{}").await.expect("JSON");
            assert_eq!(body, JsonOrTextBody::Json(json!({})));
        }
        let refusal = read(Some("text/csv"), b"{}")
            .await
            .expect_err("no such text");
        assert_eq!(refusal.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }

    #[tokio::test]
    async fn an_optional_body_may_be_empty_whatever_its_type() {
        let request = Request::post("/")
            .header("content-type", "text/plain")
            .body(Body::empty());
        let body = OptionalJsonBody::from_request(request.expect("a request"), &())
            .await
            .expect("empty");
        assert_eq!(body, OptionalJsonBody(None));
        let request = Request::post("/")
            .body(Body::from("null"))
            .expect("a request");
        let body = OptionalJsonBody::from_request(request, &())
            .await
            .expect("JSON");
        assert_eq!(body, OptionalJsonBody(Some(json!(null))));
    }
}

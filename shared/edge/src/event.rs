//! API Gateway events that `lambda_http` takes for granted and callers can break.
//!
//! It panics on a query that is no URI and on a host that is none, and refuses an event with a
//! header that cannot be; the gateway would answer 500. Here such parts are escaped or left out
//! before the event is read.

use std::fmt::Write as _;

use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use lambda_http::http::{HeaderName, HeaderValue};
use lambda_http::request::LambdaRequest;
use serde_json::{Map, Value};

/// A URI holds less than 64 KiB.
const LONGEST: usize = 60_000;

/// Reads an event of payload version 2. The request's URI is its path and query alone: nothing
/// here depends on the host it was sent to.
pub(crate) fn read(mut event: Value) -> Result<LambdaRequest, serde_json::Error> {
    if let Some(event) = event.as_object_mut() {
        clean_uri(event);
        clean_headers(event);
    }
    serde_json::from_value::<ApiGatewayV2httpRequest>(event).map(LambdaRequest::ApiGatewayV2)
}

fn clean_uri(event: &mut Map<String, Value>) {
    let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default();
    let mut path = escape(text("rawPath"), br#""<>?#\^`{|}"#);
    let mut query = escape(text("rawQueryString"), br#""<>#"#);
    if !path.starts_with('/') {
        path.insert(0, '/');
    }
    if path.len() + query.len() > LONGEST {
        // No route is that long, and no field of a query.
        path.truncate(LONGEST / 2);
        query.truncate(LONGEST / 2);
    }
    event.insert("rawPath".to_owned(), path.into());
    event.insert("rawQueryString".to_owned(), query.into());
}

fn clean_headers(event: &mut Map<String, Value>) {
    if let Some(headers) = event.get_mut("headers").and_then(Value::as_object_mut) {
        headers.retain(|name, value| {
            !name.eq_ignore_ascii_case("host")
                && HeaderName::from_bytes(name.as_bytes()).is_ok()
                && value
                    .as_str()
                    .is_some_and(|value| HeaderValue::from_str(value).is_ok())
        });
    }
    if let Some(context) = event
        .get_mut("requestContext")
        .and_then(Value::as_object_mut)
    {
        context.remove("domainName");
    }
}

/// Percent-encodes what is not printable ASCII, and `others`.
fn escape(text: &str, others: &[u8]) -> String {
    text.bytes()
        .fold(String::with_capacity(text.len()), |mut escaped, byte| {
            if byte.is_ascii_graphic() && !others.contains(&byte) {
                escaped.push(char::from(byte));
            } else {
                // Writing to a string does not fail.
                let _ = write!(escaped, "%{byte:02X}");
            }
            escaped
        })
}

#[cfg(test)]
mod tests {
    use lambda_http::Request;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn request(path: &str, query: &str, headers: Value) -> Request {
        let event = json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": path,
            "rawQueryString": query,
            "headers": headers,
            "requestContext": { "http": { "method": "GET", "path": path }, "stage": "$default" },
            "isBase64Encoded": false,
        });
        read(event).expect("an event").into()
    }

    #[test]
    fn what_is_fine_stays_as_it_is() {
        let headers =
            json!({ "host": "api.example:8000", "x-forwarded-proto": "http", "accept": "*/*" });
        let request = request("/a/b%20c", "x=1&y=%C3%BC", headers);
        assert_eq!(request.uri(), "/a/b%20c?x=1&y=%C3%BC");
        assert_eq!(request.headers()["accept"], "*/*");
    }

    #[test]
    fn what_is_no_uri_is_escaped() {
        let request = request("/a b?c#d", "q=<ü>\"#", json!({}));
        assert_eq!(request.uri().path(), "/a%20b%3Fc%23d");
        assert_eq!(request.uri().query(), Some("q=%3C%C3%BC%3E%22%23"));
    }

    #[test]
    fn headers_that_cannot_be_are_left_out() {
        let headers = json!({
            "host": "a b", "x-note": "a\u{1}b", "no name": "x", "x-number": 1, "x-fine": "y",
        });
        let request = request("/", "", headers);
        assert_eq!(request.headers().len(), 1);
        assert_eq!(request.headers()["x-fine"], "y");
    }

    #[test]
    fn an_event_of_another_kind_is_an_error() {
        assert!(read(json!({ "Records": [] })).is_err());
        assert!(read(json!({ "version": "2.0" })).is_err());
        assert!(read(json!([])).is_err());
    }

    proptest! {
        #[test]
        fn no_caller_breaks_the_conversion(
            path in "\\PC{0,40}|[ -~]{0,40}|/{0,3}[a-z%.]{0,20}",
            query in any::<String>(),
            host in "\\PC{0,20}|[a-z:@/\\[\\]0-9]{0,20}",
            proto in any::<String>(),
            repeat in prop::sample::select(vec![1_usize, 4000]),
        ) {
            let headers = json!({ "host": host, "x-forwarded-proto": proto });
            let request = request(&path.repeat(repeat), &query.repeat(repeat), headers);
            prop_assert!(request.uri().path().starts_with('/'));
        }
    }
}

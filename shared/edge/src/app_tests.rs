use axum::http::{HeaderValue, Method};
use axum::routing::{get, post};
use chrono::{DateTime, Utc};
use serde_json::json;

use super::*;
use crate::auth::{Authenticator, Caller};
use crate::body::JsonBody;
use crate::query::QueryFields;

#[derive(Debug)]
struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(1_770_460_200, 0).expect("a time")
    }
}

impl Ids for Fixed {
    fn uuid(&self) -> uuid::Uuid {
        uuid::Uuid::from_u128(7)
    }
}

async fn create(
    caller: Caller,
    query: QueryFields,
    JsonBody(body): JsonBody,
) -> Result<axum::Json<Value>, Failure> {
    let session = query.required("session_id")?;
    Ok(axum::Json(
        json!({ "session": session, "body": body, "tenant": caller.tenant }),
    ))
}

async fn broken() -> &'static str {
    panic!("a secret")
}

fn sample(pairs: &[(&str, &str)]) -> Router {
    let config = Config::from_pairs(
        [("ENVIRONMENT", "local")]
            .into_iter()
            .chain(pairs.iter().copied()),
    );
    let config = config.expect("a configuration");
    let secrets = [("k".to_owned(), "s".repeat(32))].into();
    let keys = crate::auth::SigningKeys::new(&secrets, "k").expect("keys");
    let authenticator = Authenticator::new(
        keys,
        "i".to_owned(),
        "a".to_owned(),
        config.require_auth,
        Arc::new(Fixed),
    );
    let router = Router::new()
        .route("/api/items", get(async || "items").post(create))
        .route("/api/items/{id}", get(async || "item"))
        .route("/jobs", post(create))
        .route("/api/panic", get(broken))
        .route(
            "/api/bytes",
            get(async || ([("content-type", "application/zip")], vec![0_u8, 159, 146])),
        )
        .with_state(authenticator);
    app(router, &config, Arc::new(Fixed), Arc::new(Fixed))
}

fn event(method: &Method, path: &str, headers: &Value, body: Option<&str>) -> Value {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": { "http": { "method": method.as_str(), "path": path }, "stage": "$default" },
        "body": body,
        "isBase64Encoded": false,
    })
}

struct Answer {
    status: u64,
    headers: Value,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

async fn send(
    app: &Router,
    method: Method,
    path: &str,
    headers: Value,
    body: Option<&str>,
) -> Answer {
    let answer = invoke(
        app.clone(),
        event(&method, path, &headers, body),
        Context::default(),
    );
    let answer = answer.await.expect("an answer");
    Answer {
        status: answer["statusCode"].as_u64().expect("a status"),
        headers: answer["headers"].clone(),
        body: answer["body"].as_str().unwrap_or_default().to_owned(),
    }
}

const JSON: &str = "application/json";

#[tokio::test]
async fn a_call_is_answered_with_the_headers_of_every_answer() {
    let answer = send(&sample(&[]), Method::GET, "/api/items", json!({}), None).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "items"));
    assert_eq!(
        answer.headers["x-request-id"],
        "00000000-0000-0000-0000-000000000007"
    );
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    assert_eq!(answer.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn a_sane_request_id_is_kept_and_another_replaced() {
    let app = sample(&[]);
    let sane = "A-z_0.9".to_owned();
    let longest = "x".repeat(128);
    for id in [&sane, &longest] {
        let answer = send(
            &app,
            Method::GET,
            "/api/items",
            json!({ "x-request-id": id }),
            None,
        )
        .await;
        assert_eq!(answer.headers["x-request-id"], *id);
    }
    for id in ["", "a b", "ä", "<x>", &"x".repeat(129)] {
        let answer = send(
            &app,
            Method::GET,
            "/nowhere",
            json!({ "x-request-id": id }),
            None,
        )
        .await;
        assert_eq!(
            answer.headers["x-request-id"], "00000000-0000-0000-0000-000000000007",
            "{id}"
        );
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_speak_the_dialect() {
    let app = sample(&[]);
    let answer = send(&app, Method::GET, "/api/nowhere", json!({}), None).await;
    assert_eq!(
        (answer.status, answer.json()),
        (404, json!({ "detail": "Not Found" }))
    );
    let answer = send(&app, Method::DELETE, "/api/items", json!({}), None).await;
    assert_eq!(
        (answer.status, answer.json()),
        (405, json!({ "detail": "Method Not Allowed" }))
    );
    assert_eq!(answer.headers["allow"], "GET,HEAD,POST");
    let answer = send(&app, Method::GET, "/jobs", json!({}), None).await;
    assert_eq!(
        (answer.status, answer.headers["allow"].as_str()),
        (405, Some("POST"))
    );
    let error = json!({
        "code": "METHOD_NOT_ALLOWED",
        "message": "Method Not Allowed",
        "details": {},
        "request_id": "00000000-0000-0000-0000-000000000007",
        "timestamp": "2026-02-07T10:30:00Z",
    });
    assert_eq!(answer.json(), json!({ "error": error }));
}

#[tokio::test]
async fn a_panic_says_nothing() {
    let answer = send(&sample(&[]), Method::GET, "/api/panic", json!({}), None).await;
    assert_eq!(
        (answer.status, answer.json()),
        (500, json!({ "detail": "Internal server error" }))
    );
    assert_eq!(answer.headers["content-type"], JSON);
}

#[tokio::test]
async fn checks_run_in_their_order() {
    let open = sample(&[]);
    let closed = sample(&[("REQUIRE_AUTH", "true"), ("JWT_KEYS", "")]);
    let large = format!("{{\"a\": \"{}\"}}", "x".repeat(BODY_LIMIT_BYTES));
    let text = json!({ "content-type": "text/plain" });
    let json_type = json!({ "content-type": JSON });
    let steps: [(&Router, Method, &str, &Value, &str, u64); 8] = [
        (&closed, Method::PUT, "/api/nowhere", &text, &large, 404),
        (&closed, Method::PUT, "/api/items", &text, &large, 405),
        (&closed, Method::POST, "/api/items", &text, &large, 401),
        (&open, Method::POST, "/api/items", &text, &large, 413),
        (&open, Method::POST, "/api/items", &text, "{", 415),
        (&open, Method::POST, "/api/items", &json_type, "{", 400),
        (&open, Method::POST, "/api/items", &json_type, "{}", 400),
        (
            &open,
            Method::POST,
            "/api/items?session_id=s",
            &json_type,
            "{}",
            200,
        ),
    ];
    for (app, method, path, headers, body, expected) in steps {
        let answer = send(app, method.clone(), path, headers.clone(), Some(body)).await;
        assert_eq!(answer.status, expected, "{method} {path} {}", answer.body);
        if expected == 401 {
            assert_eq!(answer.headers["www-authenticate"], "Bearer");
        }
    }
    let answer = send(&open, Method::POST, "/api/items", json_type, Some("{}")).await;
    let fault =
        json!({ "path": "session_id", "code": "missing", "message": "session_id is missing" });
    assert_eq!(
        answer.json(),
        json!({ "detail": "session_id is missing", "errors": [fault] })
    );
}

#[tokio::test]
async fn base64_goes_both_ways() {
    let app = sample(&[]);
    let mut encoded = event(
        &Method::POST,
        "/api/items?session_id=s",
        &json!({}),
        Some("eyJhIjogMX0="),
    );
    encoded["isBase64Encoded"] = json!(true);
    let answer = invoke(app.clone(), encoded, Context::default())
        .await
        .expect("an answer");
    let body: Value = serde_json::from_str(answer["body"].as_str().expect("a body")).expect("JSON");
    assert_eq!(
        body,
        json!({ "session": "s", "body": { "a": 1 }, "tenant": "public" })
    );
    let bytes = event(&Method::GET, "/api/bytes", &json!({}), None);
    let answer = invoke(app, bytes, Context::default())
        .await
        .expect("an answer");
    assert_eq!(
        (&answer["isBase64Encoded"], &answer["body"]),
        (&json!(true), &json!("AJ+S"))
    );
}

#[tokio::test]
async fn pages_of_the_listed_origins_may_call() {
    let app = sample(&[("CORS_ORIGINS", "https://a.example, https://b.example")]);
    let preflight =
        |origin: &str| json!({ "origin": origin, "access-control-request-method": "POST" });
    let answer = send(
        &app,
        Method::OPTIONS,
        "/api/items",
        preflight("https://b.example"),
        None,
    )
    .await;
    assert_eq!(answer.status, 204);
    assert_eq!(
        answer.headers["access-control-allow-origin"],
        "https://b.example"
    );
    assert!(
        answer.headers["access-control-allow-methods"]
            .as_str()
            .is_some_and(|methods| methods.contains("POST"))
    );
    let answer = send(
        &app,
        Method::OPTIONS,
        "/api/items",
        preflight("https://b.example.evil"),
        None,
    )
    .await;
    assert_eq!(
        (
            answer.status,
            &answer.headers["access-control-allow-origin"]
        ),
        (204, &Value::Null)
    );
    let origin = json!({ "origin": "https://a.example" });
    for path in ["/api/items", "/api/nowhere", "/api/panic"] {
        let answer = send(&app, Method::GET, path, origin.clone(), None).await;
        assert_eq!(
            answer.headers["access-control-allow-origin"], "https://a.example",
            "{path}"
        );
        assert_eq!(answer.headers["vary"], "origin", "{path}");
    }
    let answer = send(&app, Method::OPTIONS, "/api/items", origin, None).await;
    assert_eq!(answer.status, 405);
    let any = sample(&[("CORS_ORIGINS", "*")]);
    let answer = send(
        &any,
        Method::GET,
        "/api/items",
        json!({ "origin": "https://c.example" }),
        None,
    )
    .await;
    assert_eq!(answer.headers["access-control-allow-origin"], "*");
    let header = HeaderValue::from_static("null");
    assert!(
        send(
            &app,
            Method::GET,
            "/api/items",
            json!({ "origin": header.to_str().expect("text") }),
            None
        )
        .await
        .headers["access-control-allow-origin"]
            .is_null()
    );
}

#[tokio::test]
async fn hostile_requests_are_answered_and_not_a_fault() {
    let app = sample(&[]);
    for path in [
        "",
        "//",
        "/%",
        "/%00",
        "/\u{0}",
        "/api/items/%2e%2e",
        "/ä",
        "/api/items?session_id=%",
        "/?<>\"#",
    ] {
        let answer = send(
            &app,
            Method::GET,
            path,
            json!({ "host": "<", "x-note": "\u{1}" }),
            None,
        )
        .await;
        assert!(answer.status < 500, "{path:?}: {}", answer.status);
    }
}

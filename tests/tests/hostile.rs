//! Hostile calls on the running stack that `MILLRACE_URL` names: no input may cause a 5xx.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use reqwest::{Client, Method};
use serde_json::{Map, Value, json};

const CASES: u32 = 256;

#[derive(Debug, Clone)]
struct Call {
    method: Method,
    path: String,
    content_type: &'static str,
    body: Vec<u8>,
}

fn method() -> impl Strategy<Value = Method> {
    prop::sample::select(vec![
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
    ])
}

/// Documented paths with ids that may or may not be ids, and paths that nobody documented.
fn path() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "/",
        "/health",
        "/openapi.json",
        "/docs",
        "/api/v1/auth/register",
        "/api/v1/auth/login",
        "/api/v1/users/me",
        "/api/auth/refresh",
        "/api/challenge/phase1/research",
        "/api/challenge/phase1/generate-problem",
        "/api/challenge/phase1/approve",
        "/api/challenge/phase2/generate-schema",
        "/api/challenge/phase4/generate-full",
        "/api/challenge/phase4/cancel",
        "/api/challenge/create",
        "/api/challenge/sessions",
        "/api/challenge/session/",
        "/api/challenge/phase4/status/",
        "/api/challenge/phase5/download/",
        "/api/report/download/",
        "/parse",
        "/validate",
        "/query",
        "/databases",
        "/databases/",
        "/query-parser/health",
    ])
    .prop_map(str::to_owned);
    let segment = prop::string::string_regex("[a-zA-Z0-9._~-]{0,12}|%[0-9A-F]{2}|\\.\\.|%00")
        .expect("a pattern");
    let query = prop::string::string_regex(
        "|\\?session_id=([0-9a-f-]{0,40}|%[0-9A-F]{2})|\\?[a-z=&%+]{0,20}",
    )
    .expect("a pattern");
    (
        prop_oneof![4 => known, 1 => Just("/api/".to_owned())],
        segment,
        query,
    )
        .prop_map(|(path, segment, query)| {
            let segment = if path.len() > 1 && path.ends_with('/') {
                segment
            } else {
                String::new()
            };
            format!("{path}{segment}{query}")
        })
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        any::<String>().prop_map(Value::from),
        Just(json!("x".repeat(120))),
        Just(json!("E-commerce")),
        Just(json!("Intermediate")),
        Just(json!(1000)),
    ];
    leaf.prop_recursive(4, 24, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec((any::<String>(), inner), 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// Bodies with the documented fields and any values, any JSON, and any bytes.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let fields = [
        "domain",
        "function",
        "problem_statement",
        "skill_level",
        "dataset_size",
        "data_structure",
        "primary_questions",
        "seed",
        "email",
        "password",
        "refresh_token",
        "query",
        "context",
        "sql",
        "database",
        "limit",
        "ddl",
        "rows",
        "lexicon",
    ];
    let input = vec(value(), fields.len()).prop_map(move |values| {
        let named = fields.into_iter().map(str::to_owned).zip(values);
        Value::Object(Map::from_iter(named))
            .to_string()
            .into_bytes()
    });
    prop_oneof![
        2 => input,
        1 => value().prop_map(|value| value.to_string().into_bytes()),
        1 => vec(any::<u8>(), 0..200),
        1 => Just(Vec::new()),
        1 => (0..3000_usize).prop_map(|depth| "[".repeat(depth).into_bytes()),
    ]
}

fn call() -> impl Strategy<Value = Call> {
    let content_type = prop::sample::select(vec![
        "application/json",
        "application/json; charset=utf-8",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "",
    ]);
    (method(), path(), content_type, body()).prop_map(|(method, path, content_type, body)| Call {
        method,
        path,
        content_type,
        body,
    })
}

#[test]
#[ignore = "needs the running stack"]
#[expect(
    clippy::disallowed_methods,
    reason = "the caller of the test names the stack"
)]
fn no_input_causes_a_5xx() {
    let base = std::env::var("MILLRACE_URL").unwrap_or_else(|_| "http://localhost:8000".to_owned());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let client = Client::new();
    let config = Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&call(), |call| {
            let (status, known, text) = runtime.block_on(async {
                let answer = client
                    .request(call.method.clone(), format!("{base}{}", call.path))
                    .header("content-type", call.content_type)
                    .body(call.body.clone())
                    .send()
                    .await
                    .expect("the stack answers");
                let known = answer.headers().contains_key("x-request-id");
                (answer.status(), known, answer.text().await.expect("a text"))
            });
            prop_assert!(!status.is_server_error(), "{status}: {text}");
            prop_assert!(known, "{status} without X-Request-ID");
            if status.is_client_error() {
                let said: Value = serde_json::from_str(&text).unwrap_or_default();
                prop_assert!(
                    said["detail"].is_string() || said["error"]["message"].is_string(),
                    "{status} in no dialect: {text}"
                );
            }
            Ok(())
        })
        .expect("every answer is lawful");
}

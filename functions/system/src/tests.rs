use std::fs;
use std::path::Path;

use axum::Router;
use lambda_http::Context;
use millrace_edge::{Config, app, invoke};
use millrace_ports::memory::{Fault, Faults, Memory, Operation};
use serde_json::{Value, json};

use crate::router::router;

const EVENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/system");

fn system(faults: Faults) -> Router {
    let config = Config::from_pairs([
        ("ENVIRONMENT", "local"),
        ("BRAND", "Codebasics Data Factory"),
    ]);
    let config = config.expect("a configuration");
    let memory = Memory::with_faults(faults);
    app(
        router(memory.ports(), &config.brand),
        &config,
        memory.clock.clone(),
        memory.ids.clone(),
    )
}

async fn send(app: &Router, event: Value) -> Value {
    invoke(app.clone(), event, Context::default())
        .await
        .expect("an answer")
}

fn event(name: &str) -> Value {
    let text =
        fs::read_to_string(Path::new(EVENTS).join(format!("{name}.json"))).expect("a sample event");
    serde_json::from_str(&text).expect("JSON")
}

/// A sample event with another method and path.
fn request(method: &str, path: &str) -> Value {
    let mut event = event("unknown-path");
    event["rawPath"] = json!(path);
    event["requestContext"]["http"]["method"] = json!(method);
    event["requestContext"]["http"]["path"] = json!(path);
    event
}

fn body(answer: &Value) -> Value {
    serde_json::from_str(answer["body"].as_str().expect("a body")).expect("JSON")
}

/// Status and headers as they are, a JSON body read; other bodies by their length.
fn readable(mut answer: Value) -> Value {
    let text = answer["body"].as_str().unwrap_or_default();
    answer["body"] = match serde_json::from_str::<Value>(text) {
        Ok(document) if document.get("openapi").is_some() => {
            json!({ "openapi": document["openapi"] })
        }
        Ok(value) => value,
        Err(_) if text.starts_with("<!doctype html>") => json!(text),
        Err(_) => json!(!text.is_empty()),
    };
    answer
}

#[tokio::test]
async fn every_sample_event_is_answered() {
    let app = system(Faults::none());
    let mut names: Vec<String> = fs::read_dir(EVENTS)
        .expect("the sample events")
        .map(|entry| {
            entry
                .expect("a file")
                .path()
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    assert!(names.len() >= 8, "{names:?}");
    for name in names {
        let answer = send(&app, event(&name)).await;
        insta::assert_json_snapshot!(name, readable(answer));
    }
}

#[tokio::test]
async fn a_part_that_does_not_answer_is_503_and_named() {
    for (operation, database, kafka) in [
        (Operation::Get, "disconnected", "connected"),
        (Operation::Stop, "connected", "disconnected"),
    ] {
        let app = system(Faults::none().fail(operation, 1, Fault::Unavailable));
        let answer = send(&app, request("GET", "/health")).await;
        assert_eq!(answer["statusCode"], 503);
        let report = body(&answer);
        assert_eq!(
            (&report["database"], &report["kafka"]),
            (&json!(database), &json!(kafka))
        );
        assert_eq!(report["status"], "unhealthy");
        let again = send(&app, request("GET", "/health")).await;
        assert_eq!(
            (&again["statusCode"], &body(&again)["status"]),
            (&json!(200), &json!("healthy"))
        );
    }
    let app = system(Faults::none().fail(Operation::Get, 1, Fault::Throttled));
    let answer = send(&app, request("GET", "/health/redis")).await;
    let expected = json!({
        "status": "unhealthy",
        "redis": "disconnected",
        "error": "the store of tokens and state does not answer",
    });
    assert_eq!(
        (answer["statusCode"].as_u64(), body(&answer)),
        (Some(503), expected)
    );
}

#[tokio::test]
async fn what_no_function_serves_is_404_or_405_in_its_dialect() {
    let app = system(Faults::none());
    for (method, path, status, allow) in [
        ("GET", "/nowhere", 404, None),
        ("GET", "/health/", 404, None),
        ("GET", "/docs/nothing.js", 404, None),
        ("GET", "/docs/a/b", 404, None),
        ("PATCH", "/health", 405, Some("GET")),
        ("POST", "/", 405, Some("GET")),
        ("GET", "/api/challenge/phase1/research", 405, Some("POST")),
        (
            "PUT",
            "/api/challenge/session/6f1c2d9e",
            405,
            Some("GET, DELETE"),
        ),
        ("OPTIONS", "/api/challenge/create", 405, Some("POST")),
    ] {
        let answer = send(&app, request(method, path)).await;
        assert_eq!(answer["statusCode"], status, "{method} {path}");
        assert_eq!(
            answer["headers"]["allow"].as_str(),
            allow,
            "{method} {path}"
        );
        assert!(body(&answer)["detail"].is_string(), "{method} {path}");
    }
    let answer = send(&app, request("GET", "/api/data-generation/nowhere")).await;
    assert_eq!(answer["statusCode"], 404);
    assert_eq!(body(&answer)["error"]["code"], "RESOURCE_NOT_FOUND");
}

#[tokio::test]
async fn the_page_loads_nothing_from_elsewhere() {
    let app = system(Faults::none());
    let page = send(&app, request("GET", "/docs")).await;
    let html = page["body"].as_str().expect("a page").to_owned();
    assert!(!html.contains("http://") && !html.contains("https://"));
    let policy = page["headers"]["content-security-policy"]
        .as_str()
        .expect("a policy");
    assert!(policy.contains("script-src 'self';") && policy.starts_with("default-src 'none';"));
    let files: Vec<&str> = html
        .split('"')
        .filter(|part| part.starts_with("/docs/"))
        .collect();
    assert_eq!(files.len(), 5);
    for file in files {
        let answer = send(&app, request("GET", file)).await;
        assert_eq!(answer["statusCode"], 200, "{file}");
        let expected = match file.rsplit('.').next() {
            Some("css") => "text/css",
            Some("js") => "text/javascript",
            _ => "image/png",
        };
        let content_type = answer["headers"]["content-type"]
            .as_str()
            .expect("a content type");
        assert!(content_type.starts_with(expected), "{file}: {content_type}");
        assert!(
            answer["body"]
                .as_str()
                .is_some_and(|body| body.len() < 6_000_000),
            "{file}"
        );
    }
}

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use axum::Router;
use chrono::TimeDelta;
use lambda_http::Context;
use millrace_api::routes::routes as table;
use millrace_edge::{Config, app, invoke};
use millrace_ports::memory::{Fault, Faults, Memory, Operation};
use serde_json::{Value, json};

use crate::app::{App, endpoints, routes};

const EVENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/accounts");
const TEMPLATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml");

/// The function over memory, where Ada is registered and logged in.
struct House {
    memory: Memory,
    app: Router,
    ada: Value,
}

fn config() -> Config {
    let config = Config::from_pairs([
        ("ENVIRONMENT", "local"),
        (
            "JWT_KEYS",
            r#"{"test": "0123456789abcdef0123456789abcdef"}"#,
        ),
        ("JWT_ACTIVE_KID", "test"),
        ("JWT_ISSUER", "millrace"),
        ("JWT_AUDIENCE", "millrace"),
    ]);
    config.expect("a configuration")
}

async fn house_with(faults: Faults) -> House {
    let memory = Memory::with_faults(faults);
    let config = config();
    let state = App::new(memory.ports(), &config).expect("keys");
    let app = app(
        routes(state),
        &config,
        memory.clock.clone(),
        memory.ids.clone(),
    );
    let mut house = House {
        memory,
        app,
        ada: Value::Null,
    };
    let body = json!({ "email": "ada@example.com", "password": "correct horse" });
    let registered = house.send(request("register", &body)).await;
    assert_eq!(registered["statusCode"], 201);
    house.ada = body_of(&house.send(house.event("login")).await);
    house
}

async fn house() -> House {
    house_with(Faults::none()).await
}

impl House {
    async fn send(&self, event: Value) -> Value {
        invoke(self.app.clone(), event, Context::default())
            .await
            .expect("an answer")
    }

    /// A sample event, with Ada's tokens in their places.
    fn event(&self, name: &str) -> Value {
        let path = Path::new(EVENTS).join(format!("{name}.json"));
        let text = fs::read_to_string(path).expect("a sample event");
        let token = |name: &str| self.ada[name].as_str().unwrap_or_default().to_owned();
        let text = text
            .replace("ACCESS_TOKEN", &token("access_token"))
            .replace("REFRESH_TOKEN", &token("refresh_token"));
        serde_json::from_str(&text).expect("JSON")
    }

    async fn status(&self, event: Value) -> u64 {
        self.send(event).await["statusCode"]
            .as_u64()
            .expect("a status")
    }
}

/// A sample event with another body.
fn request(name: &str, body: &Value) -> Value {
    let path = Path::new(EVENTS).join(format!("{name}.json"));
    let text = fs::read_to_string(path).expect("a sample event");
    let mut event: Value = serde_json::from_str(&text).expect("JSON");
    event["body"] = json!(body.to_string());
    event
}

fn body_of(answer: &Value) -> Value {
    serde_json::from_str(answer["body"].as_str().expect("a body")).expect("JSON")
}

/// Status, headers and the JSON body, with its tokens by their lengths.
fn readable(mut answer: Value) -> Value {
    let text = answer["body"].as_str().unwrap_or_default();
    let mut body = serde_json::from_str(text).unwrap_or_else(|_| json!(text));
    for name in ["access_token", "refresh_token"] {
        if let Some(token) = body.get(name).and_then(Value::as_str) {
            body[name] = json!(format!("[{} characters]", token.len()));
        }
    }
    answer["body"] = body;
    answer
}

#[tokio::test]
async fn every_sample_event_is_answered() {
    let mut names: Vec<String> = fs::read_dir(EVENTS)
        .expect("the sample events")
        .map(|entry| {
            let path = entry.expect("a file").path();
            let name = path.file_stem().expect("a name").to_string_lossy();
            name.into_owned()
        })
        .collect();
    names.sort();
    assert!(names.len() >= 20, "{names:?}");
    for name in names {
        let house = house().await;
        let answer = house.send(house.event(&name)).await;
        insta::assert_json_snapshot!(name, readable(answer));
    }
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_are_answered_alike() {
    let house = house().await;
    let wrong = house.send(house.event("login-wrong-password")).await;
    let unknown = house.send(house.event("login-unknown-address")).await;
    assert_eq!(wrong, unknown);
}

#[tokio::test]
async fn after_ten_failures_the_login_says_when_to_try_again() {
    let house = house().await;
    for name in ["login-wrong-password", "login-unknown-address"] {
        for _ in 0..10 {
            assert_eq!(house.status(house.event(name)).await, 400);
        }
        let answer = house.send(house.event(name)).await;
        insta::assert_json_snapshot!("closed", readable(answer));
    }
    assert_eq!(house.status(house.event("login")).await, 429);
    house.memory.clock.advance(TimeDelta::seconds(60));
    assert_eq!(house.status(house.event("login")).await, 200);
}

#[tokio::test]
async fn a_refreshed_token_is_the_same_user() {
    let mut house = house().await;
    let me = body_of(&house.send(house.event("me")).await);
    assert_eq!(me["email"], "ada@example.com");
    house.ada = body_of(&house.send(house.event("refresh")).await);
    assert_eq!(body_of(&house.send(house.event("me")).await), me);
}

#[tokio::test]
async fn tokens_end_as_they_are_meant_to() {
    let mut house = house().await;
    house
        .memory
        .clock
        .advance(TimeDelta::minutes(15) + TimeDelta::seconds(5));
    assert_eq!(house.status(house.event("me")).await, 401);
    let first = house.ada.clone();
    house.ada = body_of(&house.send(house.event("refresh")).await);
    assert_eq!(house.status(house.event("me")).await, 200);

    // The first refresh token comes back too late, and takes the second with it.
    house.memory.clock.advance(TimeDelta::seconds(11));
    let second = std::mem::replace(&mut house.ada, first);
    assert_eq!(house.status(house.event("refresh")).await, 401);
    house.ada = second;
    assert_eq!(house.status(house.event("refresh")).await, 401);
}

#[tokio::test]
async fn a_changed_password_is_the_only_one() {
    let house = house().await;
    assert_eq!(house.status(house.event("change-password")).await, 204);
    assert_eq!(house.status(house.event("login")).await, 400);
    assert_eq!(house.status(house.event("refresh")).await, 200);
    let mut event = house.event("login");
    event["body"] = json!("username=ada@example.com&password=another%20horse");
    assert_eq!(house.status(event).await, 200);
}

#[tokio::test]
async fn a_user_that_is_gone_is_nobody() {
    let other = house().await;
    let mut house = house().await;
    let body = json!({ "email": "eve@example.com", "password": "correct horse" });
    assert_eq!(house.status(request("register", &body)).await, 201);
    let mut login = house.event("login");
    login["body"] = json!("username=eve@example.com&password=correct+horse");
    house.ada = body_of(&house.send(login).await);
    assert_eq!(house.status(house.event("me")).await, 200);
    assert_eq!(other.status(house.event("me")).await, 401);
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_503() {
    for operation in [Operation::Get, Operation::Transact] {
        // Those of registration and login, then three attempts at the next.
        let calls = house().await.memory.faults.calls(operation);
        let faults = (calls + 1..=calls + 3).fold(Faults::none(), |faults, nth| {
            faults.fail(operation, nth, Fault::Unavailable)
        });
        let house = house_with(faults).await;
        let answer = house.send(house.event("login")).await;
        assert_eq!(answer["statusCode"], 503, "{operation:?}");
        assert_eq!(answer["headers"]["retry-after"], "1");
    }
}

#[tokio::test]
async fn no_body_is_a_fault_of_the_server() {
    let house = house().await;
    let bodies = [
        "",
        "null",
        "[]",
        "7",
        "{\"email\":{}}",
        "\"\\u0000\"",
        "&&=%",
        "username=%00&password=%FF",
    ];
    for name in ["register", "login", "refresh", "change-password"] {
        for body in bodies {
            let mut event = house.event(name);
            event["body"] = json!(body);
            let status = house.status(event).await;
            assert!((400..500).contains(&status), "{name} {body}: {status}");
        }
    }
}

#[tokio::test]
async fn router_route_table_and_template_agree() {
    let served: BTreeSet<&str> = endpoints().iter().map(|(path, _)| *path).collect();
    let listed = || table().filter(|route| route.function == "accounts");
    assert_eq!(served, listed().map(|route| route.path).collect());
    let template = fs::read_to_string(TEMPLATE).expect("the template");
    let house = house().await;
    for route in listed() {
        let event = format!(
            "Method: {}, Path: {}}}}}",
            route.method.as_str(),
            route.path
        );
        assert!(template.contains(&event), "{event}");
        let mut event = house.event("me-no-token");
        event["rawPath"] = json!(route.path);
        event["requestContext"]["http"] = json!({ "method": "PUT", "path": route.path });
        let answer = house.send(event).await;
        assert_eq!(answer["statusCode"], 405, "{}", route.path);
        assert_eq!(
            answer["headers"]["allow"]
                .as_str()
                .map(|allow| allow.contains(route.method.as_str())),
            Some(true)
        );
    }
}

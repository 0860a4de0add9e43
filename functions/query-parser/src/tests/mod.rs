//! Every sample event on memory ports, and what takes more than one call.

mod house;

use std::collections::BTreeSet;
use std::fs;

use chrono::TimeDelta;
use millrace_api::asking::ParseAnswer;
use millrace_api::routes::{Auth, routes as table};
use millrace_ports::memory::{Fault, Faults, Operation};
use serde_json::{Value, json};

use house::{EVENTS, House, readable};

use crate::app::paths;

const TEMPLATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml");

fn events() -> Vec<String> {
    let names = fs::read_dir(EVENTS)
        .expect("the sample events")
        .map(|entry| {
            let path = entry.expect("a file").path();
            let stem = path.file_stem().expect("a name");
            stem.to_string_lossy().into_owned()
        });
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[tokio::test]
async fn every_sample_event_is_answered() {
    let names = events();
    assert!(names.len() >= 100, "{names:?}");
    let shared = House::new().await;
    for name in names {
        let answer = if name.starts_with("put-") || name.starts_with("delete-") {
            let house = House::new().await;
            house.send(house.event(&name)).await
        } else {
            shared.send(shared.event(&name)).await
        };
        let status = answer["statusCode"].as_u64().expect("a status");
        assert!(status < 500, "{name}: {answer}");
        insta::assert_json_snapshot!(name, readable(answer));
    }
}

/// What a reading says of itself holds, whatever the text: no statement but a valid SELECT, and a reason
/// where there is none.
#[tokio::test]
async fn no_text_makes_it_write_or_guess_with_confidence() {
    let house = House::new().await;
    for name in events() {
        if !name.starts_with("parse-") {
            continue;
        }
        let answer = house.send(house.event(&name)).await;
        if answer["statusCode"] != 200 {
            continue;
        }
        let event = house.event(&name);
        let body: Value =
            serde_json::from_str(event["body"].as_str().expect("a body")).expect("JSON");
        let database = body["context"]["database"].as_str().unwrap_or("sales_db");
        let text = answer["body"].as_str().expect("a body");
        let answer: ParseAnswer = serde_json::from_str(text).expect("an answer");
        let statements = answer
            .parsed_query
            .sql
            .iter()
            .chain(answer.alternatives.iter().map(|other| &other.sql));
        for sql in statements {
            let body = json!({ "sql": sql, "database": database });
            let checked = house.call("POST", "/validate", &body).await;
            assert_eq!(
                checked.body["valid"],
                json!(true),
                "{name}: {sql} {:?}",
                checked.body
            );
        }
        let refused = answer.parsed_query.sql.is_none();
        assert!(!refused || answer.confidence < 0.5, "{name}");
        assert_eq!(answer.confidence < 0.5, answer.reason.is_some(), "{name}");
        let turned_away = [
            "parse-write",
            "parse-injected",
            "parse-union",
            "parse-not-latin",
            "parse-not-a-question",
            "parse-no-such-table",
        ];
        assert!(
            refused || !turned_away.contains(&name.as_str()),
            "{name}: {text}"
        );
        if name == "parse-not-english" || name == "parse-long" {
            assert!(answer.confidence < 0.5, "{name}: {text}");
        }
    }
}

#[tokio::test]
async fn a_replacement_is_seen_at_once_and_its_files_take_the_place_of_the_former() {
    let house = House::new().await;
    let count = async || {
        let body = json!({ "sql": "SELECT COUNT(*) AS n FROM t", "database": "small" });
        let answer = house.call("POST", "/query", &body).await;
        answer.body["rows"][0][0].clone()
    };
    for (rows, status) in [("1\n2\n", 201), ("1\n2\n3\n", 200), ("", 200)] {
        let rows = format!("id\n{rows}");
        let body = json!({ "ddl": "CREATE TABLE t (id INT)", "rows": { "t": rows } });
        let put = house.call("PUT", "/databases/small", &body).await;
        assert_eq!(put.status, status, "{put:?}");
        assert_eq!(count().await, json!(rows.lines().count() - 1));
    }
    // Another instance of the function reads what this one wrote.
    let again = millrace_databases::Databases::new(house.memory.ports(), "data", 90);
    let found = again.find(&house.ada, "small").await.expect("a database");
    assert_eq!(found.database.rows("t"), Some(0));
    assert!(again.find(&house.eve, "small").await.is_err());
    house.memory.clock.advance(TimeDelta::days(1));
    let ports = house.memory.ports();
    let swept = millrace_leftovers::sweep(&ports, 100).await;
    swept.expect("a sweep");
    let files = ports
        .objects
        .list(&format!("{}/databases/small/", house.ada), None)
        .await;
    assert_eq!(files.expect("a listing").objects.len(), 2);
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_503() {
    for (operation, path) in [
        (Operation::Query, "/databases"),
        (Operation::Get, "/databases/library"),
        (Operation::Get, "/query-parser/health"),
        (Operation::Depth, "/query-parser/health"),
    ] {
        let faults = Faults::none().fail(operation, 1, Fault::Unavailable);
        let house = House::empty(faults, &[]);
        let answer = house.call("GET", path, &json!({})).await;
        assert_eq!(answer.status, 503, "{path} {answer:?}");
    }
}

#[tokio::test]
async fn a_deployment_may_want_tokens() {
    let house = House::empty(Faults::none(), &[("REQUIRE_AUTH", "true")]);
    for route in table().filter(|route| route.function == "query-parser") {
        let mut event = house.event("databases-no-token");
        let path = route.path.replace("{name}", "sales_db");
        event["rawPath"] = json!(path);
        event["requestContext"]["http"] = json!({ "method": route.method.as_str(), "path": path });
        let status = house.send(event).await["statusCode"].clone();
        let expected = if route.auth == Auth::None { 200 } else { 401 };
        assert_eq!(status, expected, "{}", route.id);
    }
}

#[tokio::test]
async fn no_body_is_a_fault_of_the_server() {
    let house = House::new().await;
    let deep = "[".repeat(5000);
    let brackets = format!("{{\"sql\":\"SELECT {}1\"}}", "(".repeat(30_000));
    let chain = format!("{{\"sql\":\"SELECT 1{}\"}}", "+1".repeat(30_000));
    let columns: Vec<String> = (0..9_000).map(|place| format!("c{place} INT")).collect();
    let wide = format!("{{\"ddl\":\"CREATE TABLE t ({})\"}}", columns.join(","));
    let bodies = [
        "",
        "null",
        "[]",
        "7",
        "{\"query\":{}}",
        "{\"query\":\"\\u0000\"}",
        "{\"query\":\"\\ud83d\\ude00 how many \\ud83d\\ude00\"}",
        "{\"sql\":\"\\u0000\"}",
        "{\"sql\":\"SELECT 1\",\"limit\":1e300}",
        "{\"sql\":\"'\"}",
        "{\"sql\":\"SELECT é FROM é\"}",
        "{\"sql\":\"SELECT * FROM customers c, customers d, customers e WHERE c.id + d.id = e.id + 0.5\",\"limit\":1}",
        "{\"ddl\":\"CREATE TABLE t ()\"}",
        "{\"ddl\":\"CREATE TABLE \\\"\\\" (\\\"\\\" INT)\"}",
        "{\"ddl\":\"CREATE TABLE t (a INT)\",\"rows\":{\"t\":\"\\\"\"}}",
        "{\"ddl\":\"CREATE TABLE t (a INT)\",\"rows\":{\"\":\"\"}}",
        "{\"ddl\":\"CREATE TABLE t (a INT)\",\"lexicon\":[]}",
        &deep,
        &brackets,
        &chain,
        &wide,
    ];
    for (method, path) in [
        ("POST", "/parse"),
        ("POST", "/validate"),
        ("POST", "/query"),
        ("PUT", "/databases/odd"),
    ] {
        for body in bodies {
            let mut event = house.event("databases");
            event["rawPath"] = json!(path);
            event["requestContext"]["http"] = json!({ "method": method, "path": path });
            event["headers"]["content-type"] = json!("application/json");
            event["body"] = json!(body);
            let status = house.send(event).await["statusCode"].as_u64();
            let status = status.expect("a status");
            assert!(status < 500, "{path} {body:.60}: {status}");
        }
    }
}

#[tokio::test]
async fn router_route_table_and_template_agree() {
    let listed = || table().filter(|route| route.function == "query-parser");
    let served: BTreeSet<String> = paths().into_iter().collect();
    assert_eq!(
        served,
        listed().map(|route| route.path.to_owned()).collect()
    );
    let template = fs::read_to_string(TEMPLATE).expect("the template");
    let house = House::empty(Faults::none(), &[]);
    for route in listed() {
        let path = if route.path.contains('{') {
            format!("\"{}\"", route.path)
        } else {
            route.path.to_owned()
        };
        let event = format!("Method: {}, Path: {path}}}}}", route.method.as_str());
        assert!(template.contains(&event), "{event}");
        let path = route.path.replace("{name}", "x");
        let other = house.call("PATCH", &path, &json!({})).await;
        assert_eq!(other.status, 405, "{}", route.path);
        let allow = &other.headers["allow"];
        assert!(allow.contains(route.method.as_str()), "{}", route.path);
    }
}

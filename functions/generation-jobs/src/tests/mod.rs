//! Every sample event on memory ports, and what takes more than one call.

mod flows;
mod house;

use std::collections::BTreeSet;
use std::fs;

use millrace_api::routes::routes as table;
use millrace_ports::memory::{Fault, Faults, Operation};
use serde_json::json;

use house::{EVENTS, House, readable};

use crate::app::endpoints;

const TEMPLATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml");

#[tokio::test]
async fn every_sample_event_is_answered() {
    let names = fs::read_dir(EVENTS)
        .expect("the sample events")
        .map(|entry| {
            let path = entry.expect("a file").path();
            path.file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned()
        });
    let mut names: Vec<String> = names.collect();
    names.sort();
    assert!(names.len() >= 80, "{names:?}");
    for name in names {
        let house = House::new().await;
        let answer = house.send(house.event(&name)).await;
        insta::assert_json_snapshot!(name, readable(answer));
    }
}

#[tokio::test]
async fn a_foreign_job_is_forbidden_on_every_route_and_tells_nothing() {
    let house = House::new().await;
    let mut routes = 0;
    for route in table().filter(|route| route.path.contains("{jobId}")) {
        routes += 1;
        let call = async |id: &str| {
            let path = route.path.replace("{jobId}", id);
            let path = format!("{path}?action=resume");
            house.call(route.method.as_str(), &path, &json!({})).await
        };
        let foreign = call(&house.jobs["FOREIGN_JOB"]).await;
        assert_eq!(foreign.status, 403, "{}", route.id);
        assert_eq!(
            foreign.body["error"]["message"],
            "Not authorized to access this job"
        );
        for unknown in ["00000000-0000-4000-8000-0000000000ff", "x", "%FF", "%20"] {
            let unknown = call(unknown).await;
            assert_eq!(unknown.status, 404, "{}", route.id);
            assert_eq!(unknown.body["error"]["message"], "Job not found");
        }
    }
    assert_eq!(routes, 4);
}

#[tokio::test]
async fn every_route_needs_a_token() {
    let house = House::new().await;
    for route in table().filter(|route| route.function == "generation-jobs") {
        let mut event = house.event("list-no-token");
        let path = route.path.replace("{jobId}", &house.jobs["PAUSED_JOB"]);
        event["rawPath"] = json!(path);
        event["requestContext"]["http"] = json!({ "method": route.method.as_str(), "path": path });
        let answer = house.send(event).await;
        assert_eq!(answer["statusCode"], 401, "{}", route.id);
    }
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_503() {
    for (operation, path) in [
        (Operation::Get, "/api/data-generation/rate-limits"),
        (Operation::Query, "/api/data-generation/jobs"),
        (Operation::Query, "/api/data-generation/health"),
        (Operation::Depth, "/api/data-generation/health"),
    ] {
        let faults = Faults::none().fail(operation, 1, Fault::Unavailable);
        let house = House::empty(faults, "0");
        let answer = house.call("GET", path, &json!({})).await;
        assert_eq!(answer.status, 503, "{path} {answer:?}");
    }
    let faults = (1..=3).fold(Faults::none(), |faults, nth| {
        faults.fail(Operation::Transact, nth, Fault::Unavailable)
    });
    let house = House::empty(faults, "0");
    let body = json!({ "dataType": "numbers", "dataSize": 1 });
    let answer = house.call("POST", "/api/data-generation/jobs", &body).await;
    assert_eq!(
        (answer.status, answer.headers["retry-after"].as_str()),
        (503, "1")
    );
}

#[tokio::test]
async fn no_body_is_a_fault_of_the_server() {
    let house = House::new().await;
    let deep = "[".repeat(5000);
    let bodies = [
        "",
        "null",
        "[]",
        "7",
        "[[]]",
        "{\"dataType\":{}}",
        "\"\\u0000\"",
        "{\"dataType\":\"numbers\",\"dataSize\":1e300}",
        "{\"dataType\":\"numbers\",\"dataSize\":1,\"parameters\":{\"seed\":1e300}}",
        "{\"dataType\":\"\\u0000\",\"dataSize\":1}",
        "{\"retentionDays\":1e300}",
        "{\"filename\":\"..\",\"contentType\":\"\\r\\n\"}",
        &deep,
    ];
    for name in ["create", "set-retention", "upload-url"] {
        for body in bodies {
            let mut event = house.event(name);
            event["body"] = json!(body);
            event["headers"]["content-type"] = json!("application/json");
            let status = house.send(event).await["statusCode"].as_u64();
            let status = status.expect("a status");
            assert!((400..500).contains(&status), "{name} {body:.40}: {status}");
        }
    }
}

#[tokio::test]
async fn router_route_table_and_template_agree() {
    let served: BTreeSet<&str> = endpoints().iter().map(|(path, _)| *path).collect();
    let listed = || table().filter(|route| route.function == "generation-jobs");
    assert_eq!(served, listed().map(|route| route.path).collect());
    let template = fs::read_to_string(TEMPLATE).expect("the template");
    let house = House::new().await;
    for route in listed() {
        let path = if route.path.contains('{') {
            format!("\"{}\"", route.path)
        } else {
            route.path.to_owned()
        };
        let event = format!("Method: {}, Path: {path}}}}}", route.method.as_str());
        assert!(template.contains(&event), "{event}");
        let path = route.path.replace("{jobId}", "x");
        let other = house.call("PATCH", &path, &json!({})).await;
        assert_eq!(other.status, 405, "{}", route.path);
        assert!(
            other.headers["allow"].contains(route.method.as_str()),
            "{}",
            route.path
        );
    }
}

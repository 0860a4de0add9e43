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
    assert!(names.len() >= 60, "{names:?}");
    for name in names {
        let house = House::new().await;
        let answer = house.send(house.event(&name)).await;
        insta::assert_json_snapshot!(name, readable(answer));
    }
}

#[tokio::test]
async fn a_foreign_job_is_forbidden_on_every_route_and_tells_nothing() {
    let house = House::new().await;
    for route in table().filter(|route| route.path.contains("{job_id}")) {
        let body = match route.id {
            "markUploaded" => json!({ "object_key": "x" }),
            "completeMultipart" => json!([{ "part_number": 1, "etag": "a" }]),
            _ => json!({}),
        };
        let call = async |id: &str| {
            let path = route.path.replace("{job_id}", id);
            house.call(route.method.as_str(), &path, &body).await
        };
        let foreign = call(&house.jobs["FOREIGN_JOB"]).await;
        assert_eq!(foreign.status, 403, "{}", route.id);
        assert_eq!(
            foreign.body,
            json!({ "detail": "Not authorized to access this job" })
        );
        for unknown in ["00000000-0000-4000-8000-0000000000ff", "x", "%FF", "%20"] {
            let unknown = call(unknown).await;
            assert_eq!(unknown.status, 404, "{}", route.id);
            assert_eq!(unknown.body, json!({ "detail": "Job not found" }));
        }
    }
}

#[tokio::test]
async fn every_route_needs_a_token() {
    let house = House::new().await;
    for route in table().filter(|route| route.function == "file-jobs") {
        let mut event = house.event("job-no-token");
        let path = route.path.replace("{job_id}", &house.jobs["PENDING_JOB"]);
        event["rawPath"] = json!(path);
        event["requestContext"]["http"] = json!({ "method": route.method.as_str(), "path": path });
        let answer = house.send(event).await;
        assert_eq!(answer["statusCode"], 401, "{}", route.id);
    }
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_503() {
    for (operation, name) in [
        (Operation::Get, "job-pending"),
        (Operation::Query, "list"),
        (Operation::Transact, "create"),
        (Operation::HeadObject, "mark-uploaded"),
        (Operation::CreateUpload, "multipart"),
    ] {
        let calls = House::new().await.memory.faults.calls(operation);
        let faults = (calls + 1..=calls + 3).fold(Faults::none(), |faults, nth| {
            faults.fail(operation, nth, Fault::Unavailable)
        });
        let house = House::with_faults(faults).await;
        let answer = house.send(house.event(name)).await;
        assert_eq!(answer["statusCode"], 503, "{name}");
        assert_eq!(answer["headers"]["retry-after"], "1");
    }
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
        "{\"file_name\":{}}",
        "\"\\u0000\"",
        "{\"object_key\":\"\"}",
        "{\"file\":null}",
        "[{\"part_number\":1e300,\"etag\":\"\"}]",
        &deep,
    ];
    for name in [
        "create",
        "mark-uploaded",
        "download-url-pending",
        "multipart-complete-before",
    ] {
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
    let listed = || table().filter(|route| route.function == "file-jobs");
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
        let other = house
            .call("PATCH", &route.path.replace("{job_id}", "x"), &json!({}))
            .await;
        assert_eq!(other.status, 405, "{}", route.path);
        assert!(
            other.headers["allow"].contains(route.method.as_str()),
            "{}",
            route.path
        );
    }
}

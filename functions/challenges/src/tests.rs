//! Every call through the whole router, on the in-memory ports.

mod call;
mod download;
mod faults;
mod full;
mod house;
mod input;
mod machine;
mod order;
mod results;
mod tenants;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use chrono::TimeDelta;
use serde_json::Value;

use crate::app::endpoints;
use call::{SESSION, ours};
use house::{House, Stage};
use machine::Machine;

const EVENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/challenges");

/// Names of the sample events.
fn events() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(EVENTS)
        .expect("the sample events")
        .map(|entry| {
            let path = entry.expect("a file").path();
            let name = path.file_stem().expect("a name");
            name.to_string_lossy().into_owned()
        })
        .collect();
    names.sort();
    names
}

fn event(name: &str) -> Value {
    let path = Path::new(EVENTS).join(format!("{name}.json"));
    serde_json::from_str(&fs::read_to_string(path).expect("a sample event")).expect("JSON")
}

/// Where the session stands when a sample event comes.
fn stage_of(name: &str) -> Stage {
    match name {
        "generate-problem-no-session"
        | "legacy-create"
        | "research"
        | "research-bad-token"
        | "research-invalid"
        | "research-malformed"
        | "research-wrong-content-type"
        | "session-malformed-id" => Stage::Nothing,
        "generate-problem" | "generate-problem-with-brief" | "sessions" | "sessions-page" => {
            Stage::Researched
        }
        "approve-problem" | "problem-status" => Stage::ProblemMade,
        "generate-schema" => Stage::ProblemApproved,
        "approve-schema" | "regenerate-schema" => Stage::SchemaMade,
        "generate-preview" => Stage::SchemaApproved,
        "approve-preview" => Stage::PreviewMade,
        "generate-full" | "generate-full-no-body" | "generate-full-null-size" => {
            Stage::PreviewApproved
        }
        "cancel-full" | "full-status" => Stage::Generating,
        "legacy-datasets" | "legacy-report" | "legacy-result" | "legacy-status" | "prepare"
        | "session" => Stage::Published,
        "delete-session" | "download" => Stage::Prepared,
        other => panic!("where does the session stand when '{other}' comes?"),
    }
}

#[tokio::test]
async fn every_sample_event_is_answered() {
    for name in events() {
        let house = House::at(Machine::Works, stage_of(&name)).await;
        if name.starts_with("sessions") {
            for _ in 0..2 {
                house.memory.clock.advance(TimeDelta::seconds(1));
                house.create().await;
            }
        }
        let answer = house.send(event(&name)).await;
        insta::assert_json_snapshot!(name, answer.0);
    }
}

#[test]
fn every_route_has_a_sample_event() {
    let sampled: BTreeSet<String> = events()
        .iter()
        .map(|name| event(name)["routeKey"].as_str().expect("a key").to_owned())
        .collect();
    let ours: BTreeSet<String> = ours()
        .map(|route| format!("{} {}", route.method.as_str(), route.path))
        .collect();
    assert_eq!(sampled, ours);
}

/// A handler never says 405, so whatever is not 405 has a handler.
#[tokio::test]
async fn the_router_serves_the_routes_of_the_table_and_no_other() {
    let house = House::at(Machine::Rests, Stage::Nothing).await;
    let mut served = BTreeSet::new();
    for (path, _) in endpoints() {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let target = path.replace("{session_id}", SESSION);
            let answer = house.call(&format!("{method} {target}"), None).await;
            if answer.status() != 405 {
                assert_ne!(answer.body()["detail"], "Not Found", "{method} {path}");
                served.insert(format!("{method} {path}"));
            }
        }
    }
    let table: BTreeSet<String> = ours()
        .map(|route| format!("{} {}", route.method.as_str(), route.path))
        .collect();
    assert_eq!(served, table);
}

//! What callers may send, and what they hear of everything else.

use serde_json::{Value, json};

use super::call::{SESSION, about, ours, request, step};
use super::house::{House, Stage};
use super::machine::Machine;

/// `path code` of every fault, and that the sentence names them all.
fn faults(body: &Value) -> Vec<String> {
    let faults = body["errors"].as_array().expect("a list of faults");
    let messages: Vec<&str> = faults
        .iter()
        .map(|fault| fault["message"].as_str().expect("a message"))
        .collect();
    assert_eq!(body["detail"], messages.join("; "));
    let text = |fault: &Value, field: &str| fault[field].as_str().expect("a text").to_owned();
    faults
        .iter()
        .map(|fault| format!("{} {}", text(fault, "path"), text(fault, "code")))
        .collect()
}

/// A brief in which no field is as it should be.
fn nonsense() -> Value {
    json!({
        "domain": 7,
        "function": "x",
        "problem_statement": "too short",
        "skill_level": "Expert",
        "dataset_size": 1001,
        "data_structure": "Star",
        "primary_questions": ["?"],
        "seed": -1,
    })
}

const ALL: [&str; 8] = [
    "domain type",
    "function too_short",
    "problem_statement too_short",
    "skill_level value",
    "dataset_size value",
    "data_structure value",
    "primary_questions type",
    "seed range",
];

#[tokio::test]
async fn every_fault_of_a_brief_is_named_at_once() {
    let house = House::at(Machine::Rests, Stage::Nothing).await;
    for call in ["phase1/research", "create"] {
        let call = format!("POST /api/challenge/{call}");
        let answer = house.call(&call, Some(nonsense())).await;
        assert_eq!(answer.status(), 400, "{call}");
        assert_eq!(faults(answer.body()), ALL, "{call}");
        let empty = house.call(&call, Some(json!({}))).await;
        let missing = [
            "domain",
            "function",
            "problem_statement",
            "skill_level",
            "dataset_size",
        ];
        let missing = missing.map(|field| format!("{field} missing"));
        assert_eq!(faults(empty.body()), missing, "{call}");
    }
    assert_eq!(house.started(), Vec::<String>::new(), "nothing was begun");
    assert_eq!(house.memory.records.snapshot().len(), 0);
}

#[tokio::test]
async fn faults_of_body_and_query_are_named_together() {
    let house = House::at(Machine::Rests, Stage::PreviewApproved).await;
    let before = house.load().await;
    let problem = "POST /api/challenge/phase1/generate-problem";
    let answer = house.call(problem, Some(nonsense())).await;
    let expected: Vec<&str> = ALL.into_iter().chain(["session_id missing"]).collect();
    assert_eq!(faults(answer.body()), expected);
    let full = "POST /api/challenge/phase4/generate-full";
    let twice = format!("{full}?session_id={SESSION}&session_id={SESSION}");
    let answer = house.call(&twice, Some(json!({ "dataset_size": 9 }))).await;
    let expected = ["dataset_size range", "session_id duplicate"];
    assert_eq!(faults(answer.body()), expected);
    assert_eq!(house.load().await, before);
}

#[tokio::test]
async fn a_body_must_be_an_object_or_absent() {
    let house = House::at(Machine::Rests, Stage::Researched).await;
    for body in [json!(null), json!([]), json!("text"), json!(1)] {
        for call in [
            step("phase1/generate-problem"),
            step("phase4/generate-full"),
        ] {
            let answer = house.call(&call, Some(body.clone())).await;
            assert_eq!(answer.status(), 400, "{call} {body}");
            assert_eq!(faults(answer.body()), [" type"], "{call} {body}");
        }
    }
    let empty = house
        .call("POST /api/challenge/phase1/research", None)
        .await;
    assert_eq!(faults(empty.body()), [" missing"]);
}

#[tokio::test]
async fn a_session_that_cannot_be_is_not_found() {
    let house = House::at(Machine::Rests, Stage::Prepared).await;
    let upper = SESSION.to_uppercase();
    let bare = SESSION.replace('-', "");
    let long = "f".repeat(5000);
    let ids = [
        "6f1c2d9e-4b7a-4c3d-9e21-5a8b7c6d4e30",
        &upper,
        &bare,
        &long,
        "not-a-uuid",
        "..%2F..%2Fsecret",
        "%00",
        "%FF",
        "%F0%9F%90%9D",
    ];
    let gone = json!({ "detail": "Session not found" });
    let mut asked = 0;
    for id in ids {
        for call in ours().filter_map(|route| about(route, id)) {
            let answer = house.call(&call, None).await;
            assert_eq!(answer.parts(), (404, &gone), "{call}");
            asked += 1;
        }
    }
    assert_eq!(
        asked,
        ids.len() * 19,
        "every route but list, research and create"
    );
}

/// Route, method, token, content type, body, session: the first that is wrong is the answer.
#[tokio::test]
async fn checks_run_in_their_order() {
    let strict = [("REQUIRE_AUTH", "true")];
    let faults = millrace_ports::memory::Faults::none();
    let house = House::with(Machine::Rests, faults, &strict);
    let nowhere = format!("POST /api/challenge/phase4/generate-full?session_id={SESSION}");
    let unknown = house
        .call("POST /api/challenge/phase9", Some(json!(1)))
        .await;
    assert_eq!(unknown.status(), 404);
    let method = house
        .call("PUT /api/challenge/sessions", Some(json!(1)))
        .await;
    assert_eq!(
        (method.status(), method.header("allow")),
        (405, Some("GET,HEAD"))
    );
    let token = house.call(&nowhere, Some(json!(1))).await;
    assert_eq!(
        token.parts(),
        (401, &json!({ "detail": "Not authenticated" }))
    );
    assert_eq!(token.header("www-authenticate"), Some("Bearer"));
    let mut typed = request(&nowhere, Some(json!(1)), &json!({}));
    typed["headers"]["authorization"] = json!(house.bearer("user-1"));
    let body = house.send(typed.clone()).await;
    assert_eq!(super::input::faults(body.body()), [" type"]);
    typed["headers"]["content-type"] = json!("text/plain");
    assert_eq!(house.send(typed).await.status(), 415);
    let session = house.call_as("user-1", &nowhere, None).await;
    assert_eq!(
        session.parts(),
        (404, &json!({ "detail": "Session not found" }))
    );
}

//! How results reach their callers: at once, later and once, or as a failure.

use millrace_challenge::session::Action;
use millrace_ports::memory::StepAnswer;
use millrace_ports::{Key, Write, item};
use serde_json::{Value, json};

use super::call::{SESSION, example, look, step};
use super::event;
use super::house::{House, Stage};
use super::machine::{Machine, REASON};

/// From where each interactive call is made, the step it asks for, and the endpoint's id.
const CALLS: [(Stage, &str, Action, &str); 5] = [
    (
        Stage::Researched,
        "phase1/generate-problem",
        Action::Problem,
        "generateProblem",
    ),
    (
        Stage::ProblemApproved,
        "phase2/generate-schema",
        Action::Schema,
        "generateSchema",
    ),
    (
        Stage::SchemaMade,
        "phase2/regenerate",
        Action::Schema,
        "regenerateSchema",
    ),
    (
        Stage::SchemaApproved,
        "phase3/generate-preview",
        Action::Preview,
        "generatePreview",
    ),
    (
        Stage::Prepared,
        "phase3/generate-preview",
        Action::Preview,
        "generatePreview",
    ),
];

fn in_progress() -> Value {
    json!({ "session_id": SESSION, "status": "in_progress" })
}

/// The documented answer for [`SESSION`].
fn documented(id: &str) -> Value {
    let mut answer = example(id, 200);
    answer["session_id"] = json!(SESSION);
    answer
}

#[tokio::test]
async fn a_late_result_is_told_once_and_its_step_is_not_started_twice() {
    for (stage, path, action, id) in CALLS {
        let house = House::at(Machine::Rests, stage).await;
        let before = house.started().len();
        for _ in 0..3 {
            let answer = house.call(&step(path), None).await;
            assert_eq!(answer.parts(), (202, &in_progress()), "{path}");
            assert_eq!(house.started().len(), before + 1, "{path}");
        }
        house.finish(action).await;
        let result = house.call(&step(path), None).await;
        assert_eq!(result.parts(), (200, &documented(id)), "{path}");
        assert_eq!(house.started().len(), before + 1, "{path}");
        let anew = house.call(&step(path), None).await;
        assert_eq!(anew.parts(), (202, &in_progress()), "{path}");
        assert_eq!(house.started().len(), before + 2, "{path}");
    }
}

#[tokio::test]
async fn late_research_is_found_in_the_status_of_its_phase() {
    let house = House::at(Machine::Rests, Stage::Nothing).await;
    let answer = house.send(event("research")).await;
    assert_eq!(answer.parts(), (202, &in_progress()));
    let status = house.call(&look("phase1/status"), None).await;
    assert_eq!(status.body()["status"], "in_progress");
    assert_eq!(status.body()["has_research"], false);
    house.finish(Action::Research).await;
    let status = house.call(&look("phase1/status"), None).await;
    assert_eq!(status.body()["status"], "research_complete");
    let research = &example("research", 200)["research"];
    assert_eq!(&status.body()["research"], research);
}

#[tokio::test]
async fn a_failure_within_the_wait_is_told_with_its_reason() {
    let failed = |what: &str| json!({ "detail": format!("{what} failed: {REASON}") });
    let house = House::at(Machine::Fails, Stage::Nothing).await;
    let answer = house.send(event("research")).await;
    assert_eq!(answer.parts(), (500, &failed("Research")));
    let status = house.call(&look("phase1/status"), None).await;
    assert_eq!(status.body()["status"], "failed");
    for (stage, path, what) in [
        (
            Stage::Researched,
            "phase1/generate-problem",
            "Problem generation",
        ),
        (
            Stage::ProblemApproved,
            "phase2/generate-schema",
            "Schema generation",
        ),
        (Stage::SchemaMade, "phase2/regenerate", "Schema generation"),
        (
            Stage::SchemaApproved,
            "phase3/generate-preview",
            "Preview generation",
        ),
    ] {
        let house = House::at(Machine::Fails, stage).await;
        let before = house.started().len();
        for attempt in 1..=2 {
            let answer = house.call(&step(path), None).await;
            assert_eq!(answer.parts(), (500, &failed(what)), "{path}");
            assert_eq!(house.started().len(), before + attempt, "{path}");
        }
    }
}

#[tokio::test]
async fn a_late_failure_is_told_once_and_its_step_can_be_run_again() {
    for (stage, path, action, id) in CALLS {
        let house = House::at(Machine::Rests, stage).await;
        let before = house.started().len();
        house.call(&step(path), None).await;
        let failed = house.tasks.fail(&house.ticket().await, REASON).await;
        failed.expect("a failure on record");
        let told = house.call(&step(path), None).await;
        assert_eq!(told.status(), 500, "{path}");
        let detail = told.body()["detail"].as_str().expect("a sentence");
        assert!(detail.ends_with(&format!(" failed: {REASON}")), "{detail}");
        assert_eq!(house.started().len(), before + 1, "{path}: only told");
        let again = house.call(&step(path), None).await;
        assert_eq!(again.parts(), (202, &in_progress()), "{path}");
        assert_eq!(house.started().len(), before + 2, "{path}");
        house.finish(action).await;
        let result = house.call(&step(path), None).await;
        assert_eq!(result.parts(), (200, &documented(id)), "{path}");
    }
}

#[tokio::test]
async fn a_new_brief_comes_with_its_problem() {
    let house = House::at(Machine::Works, Stage::Researched).await;
    let changes = json!({ "skill_level": "Advanced", "seed": 7 });
    let answer = house
        .call(&step("phase1/generate-problem"), Some(changes))
        .await;
    assert_eq!(answer.status(), 200);
    let brief = house.load().await.brief;
    assert_eq!(format!("{:?}", brief.skill_level), "Advanced");
    assert_eq!((brief.seed, brief.dataset_size), (7, 1000));
    assert_eq!(brief.domain, "E-commerce", "what is left out stays");
}

impl House {
    /// The machine waits at a gate under `token`.
    async fn wait_at(&self, gate: &str, token: &str) {
        let key = Key::of(&self.tenant, "SESSION", SESSION, "GATE");
        let fields = [
            ("gate", gate.into()),
            ("token", token.into()),
            ("revision", self.ticket().await.revision.into()),
        ];
        let row = Write::put(item(&key, fields));
        let written = self.memory.ports().records.transact(vec![row]).await;
        written.expect("a gate");
    }
}

const GATES: [(Stage, &str, &str, &str); 9] = [
    (
        Stage::Researched,
        "problem",
        "phase1/generate-problem",
        "go",
    ),
    (
        Stage::ProblemMade,
        "problem-approval",
        "phase1/generate-problem",
        "again",
    ),
    (
        Stage::ProblemMade,
        "problem-approval",
        "phase1/approve",
        "approve",
    ),
    (
        Stage::ProblemApproved,
        "schema",
        "phase2/generate-schema",
        "go",
    ),
    (
        Stage::SchemaMade,
        "schema-approval",
        "phase2/regenerate",
        "again",
    ),
    (
        Stage::SchemaMade,
        "schema-approval",
        "phase2/approve",
        "approve",
    ),
    (
        Stage::SchemaApproved,
        "preview",
        "phase3/generate-preview",
        "go",
    ),
    (
        Stage::PreviewMade,
        "preview-approval",
        "phase3/approve",
        "approve",
    ),
    (Stage::PreviewApproved, "full", "phase4/generate-full", "go"),
];

#[tokio::test]
async fn a_decision_goes_through_the_gate_that_waits_for_it() {
    for (stage, gate, path, decision) in GATES {
        let house = House::at(Machine::Rests, stage).await;
        house.memory.workflows.wait("token");
        house.wait_at(gate, "token").await;
        let before = house.started();
        let answer = house.call(&step(path), None).await;
        assert!([200, 202].contains(&answer.status()), "{path}");
        let told = house.memory.workflows.answer("token");
        let expected = StepAnswer::Completed(json!({ "action": decision }));
        assert_eq!(told, Some(expected), "{gate} {path}");
        assert_eq!(house.started(), before, "{path}: no other execution");
    }
}

#[tokio::test]
async fn a_token_that_is_gone_costs_no_decision() {
    for (stage, gate, path, decision) in GATES {
        let house = House::at(Machine::Rests, stage).await;
        house.wait_at(gate, "a token that nobody waits under").await;
        let before = house.started().len();
        let answer = house.call(&step(path), None).await;
        assert!([200, 202].contains(&answer.status()), "{path}");
        // An approval stands in the session; a step needs an execution that begins with it.
        let more = usize::from(decision != "approve");
        assert_eq!(house.started().len(), before + more, "{gate} {path}");
    }
}

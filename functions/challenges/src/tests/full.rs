//! Phase 4: sizes, progress, cancelling, failures, and the old one-call API over it.

use chrono::TimeDelta;
use millrace_challenge::service::MACHINE;
use millrace_challenge::session::Action;
use millrace_challenge::store::StoreError;
use millrace_ports::memory::{Fault, Faults, Operation};
use serde_json::{Value, json};

use super::call::{SESSION, look, step};
use super::event;
use super::house::{House, Stage};
use super::machine::{Machine, REASON};

fn generating() -> Value {
    json!({
        "session_id": SESSION,
        "phase": "phase4",
        "status": "generating",
        "message": "Full generation started. Poll /api/challenge/phase4/status.",
    })
}

impl House {
    async fn status(&self) -> Value {
        let answer = self.call(&look("phase4/status"), None).await;
        assert_eq!(answer.status(), 200);
        answer.body().clone()
    }

    async fn session(&self) -> Value {
        let answer = self.call(&look("session"), None).await;
        assert_eq!(answer.status(), 200);
        answer.body().clone()
    }
}

#[tokio::test]
async fn a_run_is_started_once_until_it_ends() {
    let house = House::at(Machine::Rests, Stage::PreviewApproved).await;
    let before = house.started().len();
    for size in [None, Some(json!({ "dataset_size": 5000 })), Some(json!({}))] {
        let answer = house.call(&step("phase4/generate-full"), size).await;
        assert_eq!(answer.parts(), (200, &generating()));
        assert_eq!(house.started().len(), before + 1);
    }
    house.publish("PK".into()).await;
    assert_eq!(house.status().await["status"], "completed");
    let anew = house.call(&step("phase4/generate-full"), None).await;
    assert_eq!(anew.parts(), (200, &generating()));
    assert_eq!(house.started().len(), before + 2);
    assert_eq!(house.status().await["qa_results"], Value::Null);
}

#[tokio::test]
async fn a_size_counts_for_its_own_run() {
    let house = House::at(Machine::Rests, Stage::PreviewApproved).await;
    for (body, size) in [
        (None, 1000),
        (Some(json!({ "dataset_size": 100_000 })), 100_000),
        (Some(json!({})), 1000),
        (Some(json!({ "dataset_size": 1000 })), 1000),
        (Some(json!({ "dataset_size": 12_345 })), 12_345),
        (None, 1000),
    ] {
        let answer = house.call(&step("phase4/generate-full"), body).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(house.load().await.size(), size);
        house.publish("PK".into()).await;
    }
}

#[tokio::test]
async fn a_size_out_of_bounds_starts_nothing() {
    let house = House::at(Machine::Rests, Stage::PreviewApproved).await;
    let before = (house.started(), house.load().await);
    for (size, code) in [
        (json!(null), "type"),
        (json!(999), "range"),
        (json!(100_001), "range"),
        (json!(-1000), "range"),
        (json!(1000.5), "type"),
        (json!("1000"), "type"),
        (json!([1000]), "type"),
    ] {
        let body = json!({ "dataset_size": size });
        let answer = house.call(&step("phase4/generate-full"), Some(body)).await;
        let message = "dataset_size must be an integer from 1000 to 100000";
        let expected = json!({
            "detail": message,
            "errors": [{ "path": "dataset_size", "code": code, "message": message }],
        });
        assert_eq!(answer.parts(), (400, &expected), "{size}");
    }
    assert_eq!((house.started(), house.load().await), before);
}

#[tokio::test]
async fn a_cancelled_run_leaves_no_trace() {
    let cancelled = json!({ "session_id": SESSION, "phase": "phase4", "status": "cancelled" });
    let nothing = json!({ "detail": "No full generation is running" });
    for stage in [Stage::PreviewApproved, Stage::Published, Stage::Prepared] {
        let house = House::at(Machine::Rests, stage).await;
        let before = (house.status().await, house.session().await);
        house.call(&step("phase4/generate-full"), None).await;
        let late = house.ticket().await;
        let answer = house.call(&step("phase4/cancel"), None).await;
        assert_eq!(answer.parts(), (200, &cancelled), "{stage:?}");
        let after = (house.status().await, house.session().await);
        assert_eq!(after, before, "{stage:?}");
        let name = format!("{SESSION}-{}", late.revision);
        let execution = &house.memory.workflows.executions(MACHINE)[&name];
        let cause = execution.stopped.as_deref();
        assert_eq!(cause, Some("cancelled by the caller"), "{stage:?}");
        let refused = house.tasks.fail(&late, "too late").await;
        assert!(matches!(refused, Err(StoreError::Superseded(_))));
        assert_eq!(house.status().await, before.0, "{stage:?}");
        let again = house.call(&step("phase4/cancel"), None).await;
        assert_eq!(again.parts(), (400, &nothing), "{stage:?}");
    }
}

#[tokio::test]
async fn a_failed_run_says_why_and_runs_again() {
    for stage in [Stage::PreviewApproved, Stage::Prepared] {
        let house = House::at(Machine::Rests, stage).await;
        house.call(&step("phase4/generate-full"), None).await;
        let failed = house.tasks.fail(&house.ticket().await, REASON).await;
        failed.expect("a failure on record");
        let expected = json!({
            "session_id": SESSION,
            "phase": "phase4",
            "status": "failed",
            "progress": {
                "stage": "failed",
                "percent": 0,
                "message": format!("The step 'full' failed: {REASON}"),
                "elapsed": 0.0,
            },
            "qa_results": null,
        });
        assert_eq!(house.status().await, expected, "{stage:?}");
        let phase4 = &house.session().await["phase_status"]["phase4"];
        assert_eq!(
            (&phase4["status"], &phase4["percent"]),
            (&json!("failed"), &json!(0))
        );
        let again = house.call(&step("phase4/generate-full"), None).await;
        assert_eq!(again.parts(), (200, &generating()), "{stage:?}");
        house.publish("PK".into()).await;
        assert_eq!(house.status().await["status"], "completed", "{stage:?}");
    }
}

/// The machine goes through all phases of a session with open gates.
#[tokio::test]
async fn the_old_call_goes_through_all_phases() {
    let house = House::at(Machine::Rests, Stage::Nothing).await;
    let created = house.send(event("legacy-create")).await;
    let expected = json!({ "session_id": SESSION, "status": "in_progress" });
    assert_eq!(created.parts(), (202, &expected));
    assert!(house.load().await.open);
    let mut stages = Vec::new();
    for action in [
        Action::Research,
        Action::Problem,
        Action::Schema,
        Action::Preview,
    ] {
        let status = house.call(&look("status"), None).await;
        assert_eq!(status.body()["status"], "generating");
        stages.push(status.body()["progress"]["stage"].clone());
        assert_eq!(house.call(&look("result"), None).await.status(), 400);
        house.finish(action).await;
    }
    assert_eq!(stages, ["research", "problem", "schema", "preview"]);
    assert_eq!(house.started(), ["1 research"], "one execution for all");
    house.publish("PK".into()).await;
    let status = house.call(&look("status"), None).await;
    assert_eq!(status.body(), &house.status().await);
    let result = house.call(&look("result"), None).await;
    assert_eq!(result.status(), 200);
    assert_eq!(result.body()["qa_results"], status.body()["qa_results"]);
}

#[tokio::test]
async fn a_failed_phase_of_the_old_call_is_its_failure() {
    let house = House::at(Machine::Fails, Stage::Nothing).await;
    house.send(event("legacy-create")).await;
    let status = house.status().await;
    assert_eq!(status["status"], "failed");
    let message = format!("The step 'research' failed: {REASON}");
    assert_eq!(status["progress"]["message"], message);
}

/// The sweeper finds a decision that the machine has not heard of, with open gates too.
#[tokio::test]
async fn a_run_whose_start_is_lost_is_made_up_for() {
    for (created, open) in [("research", false), ("legacy-create", true)] {
        let lost = Faults::none().fail(Operation::Start, 2, Fault::Unavailable);
        let house = House::with(Machine::Rests, lost, &[]);
        house.send(event(created)).await;
        house.finish(Action::Research).await;
        if open {
            for action in [Action::Problem, Action::Schema, Action::Preview] {
                house.finish(action).await;
            }
            house.publish("PK".into()).await;
            house.call(&step("phase4/generate-full"), None).await;
        } else {
            house.call(&step("phase1/generate-problem"), None).await;
        }
        assert_eq!(house.started(), ["1 research"], "the second start is lost");
        house.memory.clock.advance(TimeDelta::seconds(61));
        let swept = house.service.sweep(TimeDelta::seconds(60)).await;
        assert_eq!(swept.expect("a sweep"), 1, "{created}");
        let start = if open { "3 full" } else { "3 problem" };
        assert_eq!(house.started(), ["1 research", start]);
    }
}

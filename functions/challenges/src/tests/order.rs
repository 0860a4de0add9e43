//! The order of the steps, as callers see it.

use serde_json::json;

use super::call::{SESSION, look, ours, step};
use super::house::{House, Stage};
use super::machine::Machine;

const UNFINISHED: &str =
    "Full generation must be completed first: POST /api/challenge/phase4/generate-full";
const NO_PROBLEM: &str =
    "Problem statement must be generated first: POST /api/challenge/phase1/generate-problem";
const NO_SCHEMA: &str =
    "Schema must be generated first: POST /api/challenge/phase2/generate-schema";
const NO_PREVIEW: &str =
    "Preview must be generated first: POST /api/challenge/phase3/generate-preview";
const PROBLEM: &str = "Problem statement must be approved first";
const SCHEMA: &str = "Schema must be approved first";
const PREVIEW: &str = "Preview must be approved first";

/// Each call is refused with its reason, and changes nothing.
async fn refused(stage: Stage, calls: &[(String, &str)]) {
    let house = House::at(Machine::Rests, stage).await;
    let before = house.load().await;
    for (call, why) in calls {
        let answer = house.call(call, None).await;
        assert_eq!(answer.parts(), (400, &json!({ "detail": why })), "{call}");
    }
    assert_eq!(house.load().await, before);
}

#[tokio::test]
async fn a_step_before_its_time_says_what_is_missing() {
    let late = [
        (step("phase3/approve"), NO_PREVIEW),
        (step("phase4/cancel"), "No full generation is running"),
        (look("phase5/prepare"), UNFINISHED),
        (look("phase5/download"), UNFINISHED),
        (look("result"), UNFINISHED),
        (format!("GET /api/report/download/{SESSION}"), UNFINISHED),
        (format!("GET /api/download/{SESSION}"), UNFINISHED),
    ];
    for (stage, early) in [
        (
            Stage::Researched,
            vec![
                (step("phase1/approve"), NO_PROBLEM),
                (step("phase2/generate-schema"), PROBLEM),
                (step("phase2/regenerate"), PROBLEM),
                (step("phase2/approve"), NO_SCHEMA),
                (step("phase3/generate-preview"), SCHEMA),
                (step("phase4/generate-full"), PREVIEW),
            ],
        ),
        (
            Stage::ProblemMade,
            vec![
                (step("phase2/generate-schema"), PROBLEM),
                (step("phase2/regenerate"), PROBLEM),
                (step("phase3/generate-preview"), SCHEMA),
                (step("phase4/generate-full"), PREVIEW),
            ],
        ),
        (
            Stage::ProblemApproved,
            vec![
                (step("phase2/regenerate"), NO_SCHEMA),
                (step("phase2/approve"), NO_SCHEMA),
                (step("phase3/generate-preview"), SCHEMA),
            ],
        ),
        (
            Stage::SchemaMade,
            vec![
                (step("phase3/generate-preview"), SCHEMA),
                (step("phase4/generate-full"), PREVIEW),
            ],
        ),
        (
            Stage::SchemaApproved,
            vec![(step("phase4/generate-full"), PREVIEW)],
        ),
    ] {
        refused(stage, &early).await;
        refused(stage, &late).await;
    }
    let unapproved = [(step("phase4/generate-full"), PREVIEW)];
    refused(Stage::PreviewMade, &unapproved).await;
    let unprepared = format!("Package must be prepared first: {}", look("phase5/prepare"));
    refused(Stage::Published, &[(look("phase5/download"), &unprepared)]).await;
}

#[tokio::test]
async fn a_step_under_way_is_waited_for() {
    let research = "The step 'research' is still in progress: wait for its result first";
    let working = "The session is working: wait for its step or cancel it first";
    let remove = format!("DELETE /api/challenge/session/{SESSION}");
    let calls = [
        (step("phase1/generate-problem"), research),
        (remove.clone(), working),
    ];
    refused(Stage::Researching, &calls).await;
    let running =
        "Full generation is running: wait for it, or POST /api/challenge/phase4/cancel first";
    let calls = [
        (step("phase1/generate-problem"), running),
        (step("phase2/generate-schema"), running),
        (step("phase2/regenerate"), running),
        (step("phase3/generate-preview"), running),
        (look("phase5/prepare"), UNFINISHED),
        (remove, working),
    ];
    refused(Stage::Generating, &calls).await;
}

/// `next_action` is the call that takes the session on, from the first to the last.
#[tokio::test]
async fn following_next_action_leads_to_the_package() {
    let house = House::at(Machine::Works, Stage::Researched).await;
    let mut taken = Vec::new();
    while taken
        .last()
        .is_none_or(|call: &String| !call.contains("phase5/download"))
    {
        let session = house.call(&look("session"), None).await;
        let next = session.body()["next_action"].as_str().expect("a call");
        let call = match next.split_once(' ') {
            Some(("POST", path)) => format!("POST {path}?session_id={SESSION}"),
            _ => next.to_owned(),
        };
        let answer = house.call(&call, None).await;
        assert_eq!(answer.status(), 200, "{call}");
        if next.contains("phase4/status") {
            assert_eq!(answer.body()["status"], "generating");
            house.publish("PK".into()).await;
        }
        taken.push(call);
        assert!(taken.len() <= 10, "{taken:#?}");
    }
    insta::assert_json_snapshot!("every-next-action", taken);
}

#[tokio::test]
async fn approving_twice_is_the_same_success() {
    for (stage, call) in [
        (Stage::ProblemMade, step("phase1/approve")),
        (Stage::SchemaMade, step("phase2/approve")),
        (Stage::PreviewMade, step("phase3/approve")),
    ] {
        let house = House::at(Machine::Rests, stage).await;
        let started = house.started();
        let first = house.call(&call, None).await;
        assert_eq!(first.status(), 200, "{call}");
        assert_eq!(house.call(&call, None).await.parts(), first.parts());
        assert_eq!(house.started(), started, "an approval starts nothing");
    }
}

/// Going back takes the approvals after it along, and the session says where it is again.
#[tokio::test]
async fn a_phase_made_anew_takes_back_what_was_built_on_it() {
    for (again, phase, next) in [
        ("phase1/generate-problem", "phase1", "phase1/approve"),
        ("phase2/generate-schema", "phase2", "phase2/approve"),
        ("phase2/regenerate", "phase2", "phase2/approve"),
        ("phase3/generate-preview", "phase3", "phase3/approve"),
    ] {
        let house = House::at(Machine::Works, Stage::Prepared).await;
        assert_eq!(
            house.call(&step(again), None).await.status(),
            200,
            "{again}"
        );
        let session = house.call(&look("session"), None).await;
        let body = session.body();
        assert_eq!(body["current_phase"], phase, "{again}");
        assert_eq!(body["next_action"], format!("POST /api/challenge/{next}"));
        for later in ["phase1", "phase2", "phase3", "phase4", "phase5"] {
            let completed = &body["phase_status"][later]["completed"];
            assert_eq!(completed, &json!(later < phase), "{again}: {later}");
        }
    }
}

#[tokio::test]
async fn a_removed_session_is_gone_with_its_files() {
    let house = House::at(Machine::Rests, Stage::Prepared).await;
    let removed = house
        .call(&format!("DELETE /api/challenge/session/{SESSION}"), None)
        .await;
    assert_eq!(removed.status(), 204);
    assert_eq!(house.memory.objects.keys(), Vec::<String>::new());
    for call in ours().filter_map(|route| super::call::about(route, SESSION)) {
        let answer = house.call(&call, None).await;
        let gone = json!({ "detail": "Session not found" });
        assert_eq!(answer.parts(), (404, &gone), "{call}");
    }
}

//! Ports that fail: every call that the function makes of one fails once.

use millrace_challenge::session::Action;
use millrace_ports::memory::{Fault, Faults, Operation};
use serde_json::{Value, json};

use super::call::{look, request, step};
use super::house::{House, Stage};
use super::machine::Machine;
use super::{event, events, stage_of};

const OPERATIONS: [Operation; 11] = [
    Operation::Get,
    Operation::Query,
    Operation::Transact,
    Operation::PutObject,
    Operation::GetObject,
    Operation::HeadObject,
    Operation::ListObjects,
    Operation::DeleteObjects,
    Operation::Start,
    Operation::Stop,
    Operation::Complete,
];

/// A call with what is there before it.
struct Case {
    name: String,
    stage: Stage,
    /// A step whose result is there and was not told yet.
    untold: Option<Action>,
    event: Value,
}

impl Case {
    async fn house(&self, faults: Faults) -> House {
        let house = House::with(Machine::Rests, faults, &[]);
        house.advance(self.stage).await;
        if let Some(action) = self.untold {
            house.ask(action).await;
            house.finish(action).await;
        }
        house
    }
}

/// Every sample event, and the calls that bring a result.
fn cases() -> Vec<Case> {
    let untold = |path: &str, stage, action| Case {
        name: format!("the result of {path}"),
        stage,
        untold: Some(action),
        event: request(&step(path), None, &json!({})),
    };
    let mut cases: Vec<Case> = events()
        .into_iter()
        .map(|name| Case {
            stage: stage_of(&name),
            untold: None,
            event: event(&name),
            name,
        })
        .collect();
    cases.extend([
        untold(
            "phase1/generate-problem",
            Stage::Researched,
            Action::Problem,
        ),
        untold(
            "phase2/generate-schema",
            Stage::ProblemApproved,
            Action::Schema,
        ),
        untold(
            "phase3/generate-preview",
            Stage::SchemaApproved,
            Action::Preview,
        ),
        Case {
            name: "the status of a finished run".to_owned(),
            stage: Stage::Published,
            untold: None,
            event: request(&look("phase4/status"), None, &json!({})),
        },
    ]);
    cases
}

/// A call that needs the port says 503 and can be sent again; one that does not answers as ever.
#[tokio::test]
async fn a_port_that_fails_is_503_or_goes_unnoticed() {
    let mut told: Vec<Operation> = Vec::new();
    for case in cases() {
        let house = case.house(Faults::none()).await;
        let before = OPERATIONS.map(|operation| house.memory.faults.calls(operation));
        let untroubled = house.send(case.event.clone()).await;
        let after = OPERATIONS.map(|operation| house.memory.faults.calls(operation));
        for ((operation, before), after) in OPERATIONS.into_iter().zip(before).zip(after) {
            for nth in before + 1..=after {
                for fault in [Fault::Unavailable, Fault::Throttled, Fault::ResponseLost] {
                    let house = case.house(Faults::none().fail(operation, nth, fault)).await;
                    let answer = house.send(case.event.clone()).await;
                    let what = format!("{}: {operation:?} {nth} {fault:?}", case.name);
                    if answer.status() == untroubled.status() {
                        continue;
                    }
                    let sorry = json!({ "detail": "Service temporarily unavailable, try again" });
                    assert_eq!(answer.parts(), (503, &sorry), "{what}");
                    assert_eq!(answer.header("retry-after"), Some("1"), "{what}");
                    told.push(operation);
                }
            }
        }
    }
    for operation in [
        Operation::Get,
        Operation::Query,
        Operation::Transact,
        Operation::GetObject,
        Operation::HeadObject,
        Operation::ListObjects,
        Operation::DeleteObjects,
    ] {
        assert!(
            told.contains(&operation),
            "{operation:?} never failed a call"
        );
    }
}

/// Nothing is half done: the same call, sent again after a 503, does what it would have done.
#[tokio::test]
async fn a_call_sent_again_after_a_failure_succeeds() {
    let mut failed = 0;
    for case in cases() {
        let house = case.house(Faults::none()).await;
        let before = house.memory.faults.calls(Operation::Transact);
        let untroubled = house.send(case.event.clone()).await;
        let after = house.memory.faults.calls(Operation::Transact);
        for nth in before + 1..=after {
            let faults = Faults::none().fail(Operation::Transact, nth, Fault::Unavailable);
            let house = case.house(faults).await;
            if house.send(case.event.clone()).await.status() == 503 {
                failed += 1;
                let again = house.send(case.event.clone()).await;
                let same = again.status() == untroubled.status();
                assert!(same, "{} {nth}: {again:?}", case.name);
            }
        }
    }
    assert!(failed >= 10, "only {failed} calls failed");
}

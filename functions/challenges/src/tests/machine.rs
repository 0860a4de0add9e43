//! The state machine behind the function, as the tests want it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use millrace_challenge::session::{Action, Session};
use millrace_challenge::tasks::{Tasks, Ticket};
use millrace_ports::memory::{MemoryWorkflows, SequentialIds};
use millrace_ports::{Delivery, Ids, PortError, Start, Workflows};
use serde_json::Value;
use uuid::Uuid;

use super::call::{SESSION, example};

/// Why [`Machine::Fails`] fails.
pub const REASON: &str = "the ink ran out";

/// What the state machine does with what it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Machine {
    /// Nothing: the test plays it. Calls do not wait for it.
    Rests,
    /// Every step but the full run, before its start is answered.
    Works,
    /// Fails, before its start is answered.
    Fails,
}

/// Reports the result of a step. The handlers read of a stored document what they show, so the
/// documented answers serve as such.
pub async fn finish(tasks: &Tasks, ticket: &Ticket, action: Action) {
    let document = match action {
        Action::Research => example("research", 200),
        Action::Problem => example("generateProblem", 200),
        Action::Schema => example("generateSchema", 200),
        Action::Preview => example("generatePreview", 200),
        Action::Full => panic!("a full run is published"),
    };
    let note = |session: &mut Session| match action {
        Action::Schema => session.validation_score = Some(9.5),
        Action::Preview => session.quality_score = Some(9.8),
        Action::Research | Action::Problem | Action::Full => {}
    };
    tasks
        .finish(ticket, action, document.to_string().into(), note)
        .await
        .expect("a result");
}

/// [`SESSION`] first, then ids in sequence.
#[derive(Debug, Default)]
pub struct SampleIds {
    begun: AtomicBool,
    rest: SequentialIds,
}

impl Ids for SampleIds {
    fn uuid(&self) -> Uuid {
        if self.begun.swap(true, Ordering::Relaxed) {
            self.rest.uuid()
        } else {
            SESSION.parse().expect("a UUID")
        }
    }
}

/// The in-memory machines, with a [`Machine`] behind them.
#[derive(Debug)]
pub struct Told {
    pub remembered: Arc<MemoryWorkflows>,
    pub tasks: Tasks,
    pub machine: Machine,
}

#[async_trait]
impl Workflows for Told {
    async fn start(&self, machine: &str, name: &str, input: &Value) -> Result<Start, PortError> {
        let started = self.remembered.start(machine, name, input).await?;
        let ticket: Ticket = serde_json::from_value(input.clone()).expect("a ticket");
        let action: Action = serde_json::from_value(input["start_at"].clone()).expect("a step");
        match self.machine {
            Machine::Works if action != Action::Full => finish(&self.tasks, &ticket, action).await,
            Machine::Fails => {
                let failed = self.tasks.fail(&ticket, REASON).await;
                failed.expect("a failure on record");
            }
            Machine::Works | Machine::Rests => {}
        }
        Ok(started)
    }

    async fn stop(&self, machine: &str, name: &str, cause: &str) -> Result<(), PortError> {
        self.remembered.stop(machine, name, cause).await
    }

    async fn complete(&self, token: &str, output: &Value) -> Result<Delivery, PortError> {
        self.remembered.complete(token, output).await
    }

    async fn fail(&self, token: &str, error: &str, cause: &str) -> Result<Delivery, PortError> {
        self.remembered.fail(token, error, cause).await
    }
}

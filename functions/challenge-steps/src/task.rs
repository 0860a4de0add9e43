//! One task of the machine.

use chrono::TimeDelta;
use millrace_challenge::service::Challenges;
use millrace_challenge::tasks::Ticket;
use millrace_edge::tasks::TaskFailure;
use millrace_phases::error::PhaseError;
use millrace_phases::parts::Part;
use millrace_phases::tasks::Phases;
use serde::Deserialize;
use serde_json::{Value, json};

/// Age from which a decision that has not reached the machine counts as lost.
const LOST_AFTER: TimeDelta = TimeDelta::seconds(60);

/// Input of the function: which task, and of which execution.
#[derive(Debug, Deserialize)]
#[serde(tag = "task", rename_all = "kebab-case")]
pub enum Task {
    /// Phase 1.
    Research(Ticket),
    /// Phase 1.
    Problem(Ticket),
    /// Phase 2.
    Schema(Ticket),
    /// Phase 3.
    Preview(Ticket),
    /// Phase 4.
    PlanParts(Ticket),
    /// Phase 4.
    Part {
        /// The execution.
        #[serde(flatten)]
        ticket: Ticket,
        /// The part to make.
        part: Part,
    },
    /// Phase 4.
    Check(Ticket),
    /// Phase 4.
    Reports(Ticket),
    /// Phase 4.
    Publish(Ticket),
    /// A step failed for good.
    Fail {
        /// The execution.
        #[serde(flatten)]
        ticket: Ticket,
        /// Error name.
        #[serde(default)]
        error: String,
        /// What the error says.
        #[serde(default)]
        cause: String,
    },
    /// Every minute.
    Sweep,
}

impl Task {
    /// Name for the log.
    pub fn name(&self) -> &str {
        match self {
            Self::Research(_) => "research",
            Self::Problem(_) => "problem",
            Self::Schema(_) => "schema",
            Self::Preview(_) => "preview",
            Self::PlanParts(_) => "plan-parts",
            Self::Part { .. } => "part",
            Self::Check(_) => "check",
            Self::Reports(_) => "reports",
            Self::Publish(_) => "publish",
            Self::Fail { .. } => "fail",
            Self::Sweep => "sweep",
        }
    }
}

/// Runs tasks.
#[derive(Debug)]
pub struct Worker {
    /// What makes the phases.
    pub phases: Phases,
    /// What brings decisions to the machine.
    pub challenges: Challenges,
}

impl Worker {
    /// Runs one task and gives what the machine passes on.
    pub async fn run(&self, task: Task) -> Result<Value, TaskFailure> {
        let done = match task {
            Task::Research(ticket) => self.phases.research(&ticket).await,
            Task::Problem(ticket) => self.phases.problem(&ticket).await,
            Task::Schema(ticket) => self.phases.schema(&ticket).await,
            Task::Preview(ticket) => self.phases.preview(&ticket).await,
            Task::PlanParts(ticket) => {
                let planned = self
                    .phases
                    .plan_parts(&ticket, None)
                    .await
                    .map_err(failure)?;
                return Ok(json!(planned));
            }
            Task::Part { ticket, part } => self.phases.part(&ticket, &part).await,
            Task::Check(ticket) => self.phases.check(&ticket).await,
            Task::Reports(ticket) => self.phases.reports(&ticket).await,
            Task::Publish(ticket) => self.phases.publish(&ticket).await,
            Task::Fail {
                ticket,
                error,
                cause,
            } => self.phases.fail(&ticket, &reason(&error, &cause)).await,
            Task::Sweep => {
                let restarted = self
                    .challenges
                    .sweep(LOST_AFTER)
                    .await
                    .map_err(|error| failure(error.into()))?;
                return Ok(json!({ "restarted": restarted }));
            }
        };
        done.map(|()| json!({})).map_err(failure)
    }
}

fn failure(error: PhaseError) -> TaskFailure {
    if error.retryable() {
        TaskFailure::Retryable(error.to_string())
    } else {
        TaskFailure::Permanent(error.to_string())
    }
}

/// A failure in words: the message that a function gave, or the error's name.
fn reason(error: &str, cause: &str) -> String {
    let said = serde_json::from_str::<Value>(cause).ok();
    let message = said
        .as_ref()
        .and_then(|said| said.get("errorMessage")?.as_str());
    match message {
        Some(message) => message.to_owned(),
        None if cause.is_empty() => error.to_owned(),
        None => format!("{error}: {cause}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_what_the_function_said() {
        let cause = r#"{"errorType":"Permanent","errorMessage":"the plan cannot be generated"}"#;
        assert_eq!(reason("Permanent", cause), "the plan cannot be generated");
        assert_eq!(reason("States.Timeout", ""), "States.Timeout");
        assert_eq!(
            reason("Lambda.Unknown", "exit status 1"),
            "Lambda.Unknown: exit status 1"
        );
    }

    #[test]
    fn the_sample_events_are_tasks() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/challenge-steps");
        let mut names = Vec::new();
        for entry in std::fs::read_dir(folder).expect("the folder of sample events") {
            let path = entry.expect("an entry").path();
            let text = std::fs::read_to_string(&path).expect("a readable event");
            let task: Task = serde_json::from_str(&text)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            names.push(task.name().to_owned());
        }
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 11, "a sample for every task: {names:?}");
    }
}

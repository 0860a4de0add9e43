//! What the function is called with.

use millrace_edge::tasks::QueueMessage;
use millrace_jobs::Ticket;
use serde::Deserialize;

/// Messages of the queue, or a task of the state machine.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Event {
    /// A task.
    Task(Task),
    /// Messages.
    Queue {
        /// The messages, each a [`millrace_jobs::Message`].
        #[serde(rename = "Records")]
        records: Vec<QueueMessage>,
    },
}

/// A task on a job that the machine has.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Task {
    /// Which.
    pub task: Kind,
    /// The right to work on the job.
    pub ticket: Ticket,
    /// The parts that [`Kind::Generate`] has to make.
    #[serde(default)]
    pub parts: Span,
}

/// Some parts, one after the other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, serde::Serialize)]
pub struct Span {
    /// The first, from 0.
    pub first: u32,
    /// Behind the last.
    pub end: u32,
}

/// What a task does. Each may come again, and finds what it did before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Looks at the job and its input once more.
    Validate,
    /// Learns the input, and cuts the work into parts.
    Learn,
    /// Cuts the work into parts.
    Plan,
    /// Makes parts.
    Generate,
    /// Checks what was made.
    Verify,
    /// Puts the parts together where the output was asked for.
    Publish,
    /// A task before has failed.
    GiveUp,
}

impl Event {
    /// Its name in logs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Queue { .. } => "job",
            Self::Task(task) => match task.task {
                Kind::Validate => "validate",
                Kind::Learn => "learn",
                Kind::Plan => "plan",
                Kind::Generate => "generate",
                Kind::Verify => "verify",
                Kind::Publish => "publish",
                Kind::GiveUp => "give-up",
            },
        }
    }
}

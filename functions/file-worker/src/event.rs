//! What the function is called with.

use millrace_edge::tasks::QueueMessage;
use millrace_jobs::Ticket;
use serde::Deserialize;

/// Messages of the queue, or a task of the state machine for large files.
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
#[serde(tag = "task", rename_all = "kebab-case")]
pub enum Task {
    /// Cut the work into parts.
    Plan {
        /// The right to work on the job.
        ticket: Ticket,
    },
    /// Make a part.
    Part {
        /// The right to work on the job.
        ticket: Ticket,
        /// Its place, from 0.
        number: u32,
    },
    /// Put the parts together.
    Merge {
        /// The right to work on the job.
        ticket: Ticket,
    },
    /// A task before has failed.
    GiveUp {
        /// The right to work on the job.
        ticket: Ticket,
    },
}

impl Event {
    /// Its name in logs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Queue { .. } => "process",
            Self::Task(Task::Plan { .. }) => "plan",
            Self::Task(Task::Part { .. }) => "part",
            Self::Task(Task::Merge { .. }) => "merge",
            Self::Task(Task::GiveUp { .. }) => "give-up",
        }
    }
}

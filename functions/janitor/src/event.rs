//! What the function is called with.

use serde::Deserialize;

/// One call, from a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Event {
    /// Which task.
    pub task: Task,
}

/// A task of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Does what is overdue: every minute.
    Sweep,
    /// Removes what is past its retention: every day.
    Retention,
}

impl Event {
    /// Its name in logs.
    pub fn name(&self) -> &'static str {
        match self.task {
            Task::Sweep => "sweep",
            Task::Retention => "retention",
        }
    }
}

//! One call, on the domain.

use chrono::{DateTime, TimeDelta, Utc};
use millrace_api::error::Fault;
use millrace_api::generation::{GenerationCreate, RecordType};
use millrace_edge::tasks::TaskFailure;
use millrace_generation::{Catalogue, Checked, Generation, GenerationError};
use millrace_jobs::JobError;
use serde_json::{Value, json};

use crate::event::{Event, Task};

/// What is left, when a sweep is told to stop, for the job that it is at.
const MARGIN: TimeDelta = TimeDelta::seconds(30);

/// Runs one call, until `deadline` at most.
pub async fn run(
    generation: &Generation,
    event: Event,
    deadline: DateTime<Utc>,
) -> Result<Value, TaskFailure> {
    match event.task {
        Task::Sweep => {
            let swept = generation.sweep().await;
            let swept = swept.map_err(|error| task_failure(error.into()))?;
            Ok(json!({
                "sent": swept.sent,
                "requeued": swept.requeued,
                "failed": swept.failed,
                "paused": swept.paused,
                "cancelled": swept.cancelled,
                "errors": swept.errors,
            }))
        }
        Task::Retention => {
            let removed = generation.sweep_retention(deadline - MARGIN).await;
            let removed = removed.map_err(task_failure)?;
            if removed.unfinished {
                // Those that were removed are gone; the next try goes on.
                return Err(TaskFailure::DeadlineExceeded(deadline));
            }
            Ok(json!({
                "jobs": removed.jobs,
                "uploads": removed.uploads,
                "errors": removed.errors,
            }))
        }
    }
}

/// Sweeps accept no jobs, so there is nothing to be made.
#[derive(Debug, Clone, Copy)]
pub struct Nothing;

impl Catalogue for Nothing {
    fn types(&self) -> Vec<RecordType> {
        Vec::new()
    }

    fn check(&self, _: &GenerationCreate, _: u64) -> Result<Checked, Vec<Fault>> {
        Err(vec![Fault::new(
            "dataType",
            "unknown",
            "nothing is made here",
        )])
    }
}

fn task_failure(error: GenerationError) -> TaskFailure {
    match error {
        GenerationError::Job(JobError::Port(error)) => error.into(),
        GenerationError::Job(JobError::Busy) => TaskFailure::Retryable(error.to_string()),
        other => TaskFailure::Permanent(other.to_string()),
    }
}

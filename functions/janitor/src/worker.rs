//! One call, on the domain.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use millrace_api::error::Fault;
use millrace_api::generation::{GenerationCreate, RecordType};
use millrace_challenge::store::{Store, StoreError};
use millrace_edge::tasks::TaskFailure;
use millrace_generation::{Buckets, Catalogue, Checked, Generation, GenerationError, Settings};
use millrace_ports::Ports;
use serde_json::{Value, json};

use crate::event::{Event, Task};

/// What is left, when a sweep is told to stop, for the job that it is at.
const MARGIN: TimeDelta = TimeDelta::seconds(30);
/// Sessions that one sweep removes; the next one goes on.
const MOST_SESSIONS: u32 = 5000;

/// Files without a row that one sweep removes; the next one goes on.
const MOST_LEFTOVERS: u32 = 500;

/// What the function works with.
#[derive(Debug, Clone)]
pub struct Janitor {
    ports: Ports,
    generation: Generation,
    sessions: Store,
}

impl Janitor {
    /// A janitor of the jobs over `ports`, and of the sessions, which are kept for `session_days`.
    pub fn new(ports: Ports, buckets: Buckets, settings: Settings, session_days: u32) -> Self {
        Self {
            sessions: Store::new(ports.clone(), session_days.into()),
            generation: Generation::new(ports.clone(), buckets, settings, Arc::new(Nothing)),
            ports,
        }
    }

    /// Runs one call, until `deadline` at most.
    pub async fn run(&self, event: Event, deadline: DateTime<Utc>) -> Result<Value, TaskFailure> {
        match event.task {
            Task::Sweep => self.sweep().await,
            Task::Retention => self.retention(deadline - MARGIN).await,
        }
    }

    async fn sweep(&self) -> Result<Value, TaskFailure> {
        let swept = self.generation.sweep().await;
        let swept = swept.map_err(|error| task_failure(error.into()))?;
        let leftovers = millrace_leftovers::sweep(&self.ports, MOST_LEFTOVERS).await?;
        Ok(json!({
            "sent": swept.sent,
            "requeued": swept.requeued,
            "failed": swept.failed,
            "paused": swept.paused,
            "cancelled": swept.cancelled,
            "leftovers": leftovers,
            "errors": swept.errors,
        }))
    }

    async fn retention(&self, deadline: DateTime<Utc>) -> Result<Value, TaskFailure> {
        let sessions = self.sessions.sweep_expired(MOST_SESSIONS).await;
        let sessions = sessions.map_err(|error| match error {
            StoreError::Port(error) => error.into(),
            other => TaskFailure::Retryable(other.to_string()),
        })?;
        let removed = self.generation.sweep_retention(deadline).await;
        let removed = removed.map_err(task_failure)?;
        if removed.unfinished {
            // Those that were removed are gone; the next try goes on.
            return Err(TaskFailure::DeadlineExceeded(deadline));
        }
        Ok(json!({
            "jobs": removed.jobs,
            "uploads": removed.uploads,
            "sessions": sessions,
            "errors": removed.errors,
        }))
    }
}

/// Sweeps accept no jobs, so there is nothing to be made.
#[derive(Debug, Clone, Copy)]
struct Nothing;

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
    TaskFailure::of(&error, error.retryable())
}

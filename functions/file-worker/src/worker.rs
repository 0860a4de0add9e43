//! One call: messages to attempts.

use chrono::{DateTime, TimeDelta, Utc};
use millrace_edge::tasks::TaskFailure;
use millrace_files::Files;
use millrace_jobs::Message;
use millrace_processing::{Outcome, Settings};
use serde_json::{Value, json};

use crate::event::Event;
use crate::process::{Machine, process};

/// What is left, when an attempt is told that its time is over, for it to stop and to say so.
const MARGIN: TimeDelta = TimeDelta::seconds(20);

/// What the function works with.
#[derive(Debug, Clone)]
pub struct Worker {
    worker: millrace_processing::Worker,
    machine: Machine,
}

impl Worker {
    /// A worker on the jobs of `files`.
    pub fn new(files: Files, machine: Machine) -> Self {
        Self::with_settings(files, machine, Settings::default())
    }

    /// The same, with other settings.
    pub fn with_settings(files: Files, machine: Machine, settings: Settings) -> Self {
        Self {
            worker: millrace_processing::Worker::with_settings(files, settings),
            machine,
        }
    }

    /// Runs one call, whose answer names the messages that have to come again.
    pub async fn run(&self, event: Event, deadline: DateTime<Utc>) -> Result<Value, TaskFailure> {
        let mut again = Vec::new();
        for record in event.records {
            if let Err(error) = self.attempt(&record.body, deadline - MARGIN).await {
                let message_id = &record.message_id;
                tracing::warn!(message_id, error, "a message has to come again");
                again.push(json!({ "itemIdentifier": message_id }));
            }
        }
        Ok(json!({ "batchItemFailures": again }))
    }

    async fn attempt(&self, body: &str, deadline: DateTime<Utc>) -> Result<(), String> {
        let message: Message =
            serde_json::from_str(body).map_err(|error| format!("unreadable: {error}"))?;
        let machine = self.machine.clone();
        let attempt = self
            .worker
            .run(&message, deadline, move |work| process(work, &machine));
        let outcome = attempt.await.map_err(|error| error.to_string())?;
        let job = &message.job_id;
        match outcome {
            Outcome::Failed(failure) | Outcome::Released(failure) => {
                tracing::info!(job, code = failure.code, "an attempt failed");
            }
            outcome => tracing::info!(job, ?outcome, "an attempt ended"),
        }
        Ok(())
    }
}

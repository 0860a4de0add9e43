//! One call: messages to attempts.

use chrono::{DateTime, TimeDelta, Utc};
use millrace_edge::tasks::{self, TaskFailure};
use millrace_files::Files;
use millrace_jobs::{JobError, Message};
use millrace_processing::{Outcome, Settings, TaskEnd};
use serde_json::{Value, json};

use crate::event::{Event, Task};
use crate::large;
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
    pub fn new(files: Files, machine: Machine, settings: Settings) -> Self {
        Self {
            worker: millrace_processing::Worker::with_settings(files, settings),
            machine,
        }
    }

    /// Runs one call. That of a queue is answered with the messages that have to come again.
    pub async fn run(&self, event: Event, deadline: DateTime<Utc>) -> Result<Value, TaskFailure> {
        let deadline = deadline - MARGIN;
        match event {
            Event::Queue { records } => {
                Ok(tasks::take(records, async |body| self.attempt(&body, deadline).await).await)
            }
            Event::Task(task) => self.task(task, deadline).await,
        }
    }

    /// Runs a task of the machine. What is no success stops it: the job says why, where it has ended.
    async fn task(&self, task: Task, deadline: DateTime<Utc>) -> Result<Value, TaskFailure> {
        let (worker, machine) = (&self.worker, self.machine.clone());
        match task {
            Task::Plan { ticket } => {
                let plan = move |work| large::plan(work, &machine);
                let planned = worker.plan(&ticket, deadline, plan).await;
                answer(
                    planned,
                    |parts| json!({ "parts": (0..parts).collect::<Vec<_>>() }),
                )
            }
            Task::Part { ticket, number } => {
                let part = move |work, plan| large::part(work, &plan, number, &machine);
                let made = worker.part(&ticket, number, deadline, part).await;
                answer(made, |()| json!({}))
            }
            Task::Merge { ticket } => {
                let merged = worker.merge(&ticket, deadline, large::merge).await;
                answer(merged, |()| json!({}))
            }
            Task::GiveUp { ticket } => {
                let given_up = worker.give_up(&ticket).await;
                answer(given_up.map(TaskEnd::Done), |()| json!({}))
            }
        }
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

fn answer<T>(
    ended: Result<TaskEnd<T>, JobError>,
    show: impl FnOnce(T) -> Value,
) -> Result<Value, TaskFailure> {
    match ended {
        Ok(TaskEnd::Done(done)) => Ok(show(done)),
        Ok(TaskEnd::Again(failure)) => Err(TaskFailure::Retryable(failure.message)),
        Ok(TaskEnd::Over) => Err(TaskFailure::Permanent("the job has ended".to_owned())),
        Err(error) => Err(TaskFailure::of(&error, error.retryable())),
    }
}

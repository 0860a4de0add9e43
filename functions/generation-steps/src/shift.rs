//! Work under a ticket: engines on threads, and beside them somebody who reports and hears of a stop.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use millrace_generation::{Stage, StageReport};
use millrace_jobs::{Directive, JobError, JobPart, Ticket};
use millrace_processing::{Reading, ReadingFault};
use serde::de::IgnoredAny;
use tokio::time::MissedTickBehavior;

use crate::halt::{Halt, Step, heed, store_silent, time_over};
use crate::worker::Worker;

/// Time for which a report of a job stands, for each of its parts: a report reads them all.
const PART_REPORT: Duration = Duration::from_millis(2);
/// Hundredths of hundredths: how finely a share is remembered.
const WHOLE: f64 = 10_000.0;

/// Where an engine says how far it is, and hears whether to go on. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Pace {
    pub reading: Reading,
    rows: Arc<AtomicU64>,
    share: Arc<AtomicU64>,
}

impl Pace {
    /// Rows were made that are in no part yet which is known.
    pub fn add(&self, rows: u64) -> Step<()> {
        self.rows.fetch_add(rows, Ordering::Relaxed);
        self.check()
    }

    /// A part of so many rows is known.
    pub fn recorded(&self, rows: u64) {
        self.rows.fetch_sub(rows, Ordering::Relaxed);
    }

    /// So much of the stage is done, 0 to 1.
    pub fn tell(&self, share: f64) -> Step<()> {
        let share = (share.clamp(0.0, 1.0) * WHOLE) as u64;
        self.share.store(share, Ordering::Relaxed);
        self.check()
    }

    /// Whether to go on. What is answered to a stop is of no interest any more.
    fn check(&self) -> Step<()> {
        if self.reading.is_stopped() {
            Err(Halt::Over)
        } else {
            Ok(())
        }
    }
}

/// See the module. Whatever goes on for it ends when it is dropped.
#[derive(Debug)]
pub struct Shift<'worker> {
    pub worker: &'worker Worker,
    pub ticket: &'worker Ticket,
    pub pace: Pace,
    stage: Stage,
    deadline: DateTime<Utc>,
    /// Rows and parts of the job, where parts are made.
    whole: Option<(u64, u32)>,
}

impl<'worker> Shift<'worker> {
    /// Work on a stage, until `deadline` at most.
    pub fn new(
        worker: &'worker Worker,
        ticket: &'worker Ticket,
        stage: Stage,
        deadline: DateTime<Utc>,
    ) -> Self {
        Self {
            worker,
            ticket,
            pace: Pace::default(),
            stage,
            deadline,
            whole: None,
        }
    }

    /// The same, on some of the parts of a job that has so many rows and parts.
    pub fn on_parts(mut self, rows: u64, parts: u32) -> Self {
        self.whole = Some((rows, parts));
        self
    }

    /// Waits for what is done, reports meanwhile, and stops it where it has to.
    pub async fn beside<T>(&self, working: impl Future<Output = Step<T>>) -> Step<T> {
        let mut working = pin!(working);
        let mut ticks = tokio::time::interval(self.worker.settings.report_every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                done = &mut working => return self.outcome(done),
                _ = ticks.tick() => self.beat().await?,
            }
        }
    }

    /// Runs an engine off the threads that drive the runtime. A panic is a failure like another one.
    pub async fn engine<T, E>(&self, engine: E) -> Step<T>
    where
        T: Send + 'static,
        E: FnOnce(&Pace) -> Step<T> + Send + 'static,
    {
        let pace = self.pace.clone();
        let answer = tokio::task::spawn_blocking(move || engine(&pace)).await;
        answer.unwrap_or_else(|error| Err(Halt::broken(&error.to_string())))
    }

    /// An engine that could not read has no better word for it than that.
    fn outcome<T>(&self, done: Step<T>) -> Step<T> {
        match (done, self.pace.reading.fault()) {
            (Err(Halt::Failed(_)), Some(ReadingFault::Changed)) => Err(Halt::failed(
                "INPUT_CHANGED",
                "the input was replaced or removed while it was read: create another job for it",
            )),
            (Err(Halt::Failed(_)), Some(ReadingFault::Store(error))) => {
                tracing::warn!(job = self.ticket.job_id, %error, "the store does not answer");
                Err(Halt::Again(store_silent()))
            }
            (done, _) => done,
        }
    }

    async fn beat(&self) -> Step<()> {
        if self.worker.generation.jobs().now() >= self.deadline {
            return Err(match self.stage {
                // Another attempt would read no further.
                Stage::Learn => Halt::Failed(time_over()),
                // The parts that are there are not made again.
                _ => Halt::Again(time_over()),
            });
        }
        match self.tell().await {
            Ok(directive) => heed(directive),
            Err(error) => {
                tracing::warn!(job = self.ticket.job_id, %error, "a report did not arrive");
                Ok(())
            }
        }
    }

    async fn tell(&self) -> Result<Directive, JobError> {
        let (generation, jobs) = (&self.worker.generation, self.worker.generation.jobs());
        let mut report = StageReport {
            stage: self.stage,
            share: self.pace.share.load(Ordering::Relaxed) as f64 / WHOLE,
            rows: 0,
        };
        let Some((rows, parts)) = self.whole else {
            return generation.advance(self.ticket, &report).await;
        };
        let (directive, job) = jobs.look(self.ticket).await?;
        let (Directive::Continue, Some(job)) = (directive, job) else {
            return Ok(directive);
        };
        // One of the workers tells for all of them; which one does not matter.
        let reported_at = job.progress.reported_at.unwrap_or(job.created_at);
        let age = (jobs.now() - reported_at).to_std();
        let stands = (self.worker.settings.report_every / 2).max(PART_REPORT * parts);
        if age.is_ok_and(|age| age < stands) {
            return Ok(Directive::Continue);
        }
        let known: Vec<JobPart<IgnoredAny>> = jobs.parts(self.ticket).await?;
        let made: u64 = known.iter().map(|part| part.rows_written).sum();
        report.rows = (made + self.pace.rows.load(Ordering::Relaxed)).min(rows);
        report.share = report.rows as f64 / rows.max(1) as f64;
        generation.advance(self.ticket, &report).await
    }
}

impl Drop for Shift<'_> {
    fn drop(&mut self) {
        self.pace.reading.stop();
    }
}

//! Work under a ticket: an engine on a thread, and beside it somebody who reports and hears of a stop.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use millrace_files::{FileDetail, FileJob, Output, StoredInput, input_key};
use millrace_formats::SharedSource;
use millrace_jobs::{Directive, Failure, JobError, JobPart, Jobs, Report, Ticket};
use millrace_ports::{PortError, Ports};
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::MissedTickBehavior;

use super::others::OtherFiles;
use super::output::Place;
use super::{Work, Worker};
use crate::monitor::Monitor;
use crate::outside::{Outside, OutsideFault};
use crate::secret::TenantKey;
use crate::source::ObjectSource;
use crate::stop::{Reason, Stop};

/// See the module.
#[derive(Debug)]
pub(super) struct Shift<'worker> {
    pub(super) worker: &'worker Worker,
    pub(super) ticket: Ticket,
    pub(super) deadline: DateTime<Utc>,
    pub(super) monitor: Monitor,
    pub(super) place: Place,
    pub(super) stop: Stop,
    pub(super) outside: Outside,
    share: Share,
}

/// How much of the job the work is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Share {
    /// All that is done at the moment.
    Whole,
    /// One part beside others; `done` is the share of the job that was done before any of them.
    Part { number: u32, done: f64 },
}

/// What an engine made.
#[derive(Debug)]
pub(super) struct Made<T> {
    pub(super) answer: T,
    pub(super) output: Option<Output>,
    pub(super) rejects: Option<Output>,
}

impl<'worker> Shift<'worker> {
    /// Work under a ticket. To be made on the runtime.
    pub(super) fn new(
        worker: &'worker Worker,
        ticket: Ticket,
        job: &FileJob,
        deadline: DateTime<Utc>,
        share: Share,
    ) -> Self {
        let (stop, outside) = (Stop::default(), Outside::default());
        let folder = match share {
            Share::Whole => None,
            Share::Part { number, .. } => Some(part_folder(&ticket, number)),
        };
        let place = Place::new(
            worker.files.jobs().ports().clone(),
            ticket.clone(),
            (folder, job.detail.file_name.clone()),
            worker.patience(),
            (stop.clone(), outside.clone()),
        );
        Self {
            worker,
            ticket,
            deadline,
            monitor: Monitor::new(Report::new("starting"), stop.clone()),
            place,
            stop,
            outside,
            share,
        }
    }

    /// Waits for what is made, reports meanwhile, and hears whether to stop.
    pub(super) async fn beside<T>(&self, making: impl Future<Output = T>) -> T {
        let mut making = pin!(making);
        let mut ticks = tokio::time::interval(self.worker.settings.report_every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                made = &mut making => return made,
                _ = ticks.tick(), if self.stop.reason().is_none() => self.beat().await,
            }
        }
    }

    /// Reports, and hears whether to go on. A stop is recorded at once: nobody waits for an engine that
    /// does not look up.
    async fn beat(&self) {
        if self.jobs().now() >= self.deadline {
            self.stop.request(Reason::TimeOver);
        } else {
            match self.tell().await {
                Ok(Directive::Continue) => return,
                Ok(Directive::Cancel) => self.stop.request(Reason::Cancelled),
                Ok(Directive::Stop) => self.stop.request(Reason::Void),
                Err(error) => {
                    tracing::warn!(job = self.ticket.job_id, %error, "a report did not arrive");
                    return;
                }
            }
        }
        let recorded = match self.stop.reason() {
            Some(Reason::TimeOver) => self.jobs().fail(&self.ticket, time_over()).await,
            Some(Reason::Cancelled) => self.jobs().stopped(&self.ticket).await,
            _ => return,
        };
        if let Err(error) = recorded {
            // It is tried again when the engine has ended.
            tracing::warn!(job = self.ticket.job_id, %error, "a stop is not recorded yet");
        }
    }

    async fn tell(&self) -> Result<Directive, JobError> {
        let latest = self.monitor.latest();
        let Share::Part { number, done } = self.share else {
            return self.jobs().report(&self.ticket, &latest).await;
        };
        let part: JobPart<()> = JobPart::of(number, &latest);
        let told = self.jobs().put_part(&self.ticket, &part).await?;
        let (directive, job) = self.jobs().look(&self.ticket).await?;
        let (Directive::Continue, Directive::Continue, Some(job)) = (told, directive, job) else {
            return Ok(directive);
        };
        // One of the parts tells for all of them; which one does not matter.
        let reported_at = job.progress.reported_at.unwrap_or(job.created_at);
        let age = (self.jobs().now() - reported_at).to_std();
        if age.is_ok_and(|age| age < self.worker.settings.report_every) {
            return Ok(Directive::Continue);
        }
        let parts: Vec<JobPart<Value>> = self.jobs().parts(&self.ticket).await?;
        let report = sum(&latest.stage, &job, &parts, done);
        self.jobs().report(&self.ticket, &report).await
    }

    /// Runs an engine on the input of the job, and makes its objects whole.
    pub(super) async fn make<T, E>(&self, job: Box<FileJob>, engine: E) -> Result<Made<T>, Failure>
    where
        T: Send + 'static,
        E: FnOnce(Work) -> Result<T, Failure> + Send + 'static,
    {
        let input = job.detail.input.clone();
        let input = input.ok_or_else(|| self.broken("a job without its input runs"))?;
        let key = TenantKey::of(self.ports(), &self.ticket.owner);
        let tenant_key = key.await.map_err(|error| self.unanswered(&error))?;
        let source = self.source(input_key(&job.id, &job.detail.file_name), input);
        let rejects = self.place.rejects();
        let work = Work {
            job,
            tenant_key,
            input: source,
            others: OtherFiles {
                files: self.worker.files.clone(),
                owner: self.ticket.owner.clone(),
                reading: (self.worker.settings.read_ahead, self.worker.patience()),
                runtime: Handle::current(),
                signals: (self.stop.clone(), self.outside.clone()),
            },
            output: self.place.new_output(),
            rejects: rejects.writer(),
            monitor: self.monitor.clone(),
        };
        let answer = self.on_a_thread(move || engine(work)).await;
        let output = self.place.take_output();
        let answer = match answer {
            Ok(answer) if self.stop.reason().is_none() => answer,
            answer => {
                if let Some(output) = output {
                    output.discard().await;
                }
                rejects.discard().await;
                return Err(answer.err().unwrap_or_else(stopped));
            }
        };
        let output = match output {
            None => None,
            Some(output) => match output.finish().await {
                Ok(output) => Some(output),
                Err(error) => {
                    rejects.discard().await;
                    return Err(self.unanswered(&error));
                }
            },
        };
        let rejects = rejects.finish_if_written().await;
        Ok(Made {
            answer,
            output,
            rejects: rejects.map_err(|error| self.unanswered(&error))?,
        })
    }

    /// An object that an engine reads.
    pub(super) fn source(&self, key: String, version: StoredInput) -> SharedSource {
        Arc::new(ObjectSource::new(
            Arc::clone(&self.ports().objects),
            (key, version),
            (self.worker.settings.read_ahead, self.worker.patience()),
            self.stop.clone(),
            self.outside.clone(),
        ))
    }

    /// Runs an engine off the threads that drive the runtime, with a stack of its own. A panic is a
    /// failure like another one.
    pub(super) async fn on_a_thread<T, E>(&self, engine: E) -> Result<T, Failure>
    where
        T: Send + 'static,
        E: FnOnce() -> Result<T, Failure> + Send + 'static,
    {
        let (sender, answer) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("engine".to_owned())
            .stack_size(self.worker.settings.stack_bytes)
            .spawn(move || {
                let answer = catch_unwind(AssertUnwindSafe(engine));
                // Nobody listens where the invocation has ended.
                let _ = sender.send(answer.map_err(|panic| text_of(panic.as_ref())));
            });
        if let Err(error) = thread {
            return Err(self.broken(&format!("no thread: {error}")));
        }
        match answer.await {
            Ok(Ok(answer)) => answer,
            Ok(Err(panic)) => Err(self.broken(&format!("panic: {panic}"))),
            Err(error) => Err(self.broken(&format!("the thread is gone: {error}"))),
        }
    }

    pub(super) fn jobs(&self) -> &Jobs<FileDetail> {
        self.worker.files.jobs()
    }

    pub(super) fn ports(&self) -> &Ports {
        self.jobs().ports()
    }

    pub(super) fn unanswered(&self, error: &PortError) -> Failure {
        self.outside.record(OutsideFault::Store(error.clone()));
        store_silent()
    }

    /// A fault of ours, of which the owner hears no more than that.
    pub(super) fn broken(&self, cause: &str) -> Failure {
        tracing::error!(job = self.ticket.job_id, cause, "an engine broke");
        Failure::new(
            "INTERNAL_ERROR",
            "The file could not be processed because of a fault on our side, which has been noted",
        )
    }
}

/// Where a part's objects lie, whichever attempt makes them.
fn part_folder(ticket: &Ticket, number: u32) -> String {
    format!("{}parts/{number:06}/", ticket.place().prefix())
}

/// How far a job is whose parts are so far.
pub(super) fn sum<M>(stage: &str, job: &FileJob, parts: &[JobPart<M>], done: f64) -> Report {
    let total = |count: fn(&JobPart<M>) -> u64| parts.iter().map(count).sum();
    let bytes: u64 = total(|part| part.bytes);
    let size = job.detail.input.as_ref().map_or(0, |input| input.size);
    let share = bytes as f64 / size.max(1) as f64;
    Report {
        rows_read: total(|part| part.rows_read),
        rows_written: total(|part| part.rows_written),
        rows_rejected: total(|part| part.rows_rejected),
        bytes,
        total_bytes: Some(size),
        share: Some(done + (1.0 - done) * share.min(1.0)),
        ..Report::new(stage)
    }
}

pub(super) fn store_silent() -> Failure {
    Failure::new(
        "STORE_UNAVAILABLE",
        "The file store did not answer for too long: create the job again later",
    )
}

pub(super) fn input_changed() -> Failure {
    Failure::new(
        "INPUT_CHANGED",
        "The file was replaced or removed while it was processed: create another job for it",
    )
}

pub(super) fn time_over() -> Failure {
    Failure::new(
        "TIME_LIMIT",
        "The file could not be processed within the time that one job has: split it, or leave out steps that need all rows at once",
    )
}

/// What an engine that was told to stop would have said; nobody hears it.
fn stopped() -> Failure {
    Failure::new("STOPPED", "The work was stopped")
}

fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("of another type than text").to_owned()
}

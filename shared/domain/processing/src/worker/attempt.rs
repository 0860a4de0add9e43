//! One attempt at a job.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use millrace_files::{FileDetail, FileJob, Output, input_key, publish};
use millrace_jobs::{Directive, Ending, Failure, JobError, Jobs, Report, Ticket};
use millrace_ports::{PortError, Ports};
use tokio::sync::oneshot;
use tokio::time::MissedTickBehavior;

use super::output::Place;
use super::{Made, Outcome, Work, Worker};
use crate::monitor::Monitor;
use crate::outside::{Outside, OutsideFault};
use crate::secret::TenantKey;
use crate::source::ObjectSource;
use crate::stop::{Reason, Stop};

/// See the module.
#[derive(Debug)]
pub(super) struct Attempt<'worker> {
    worker: &'worker Worker,
    ticket: Ticket,
    deadline: DateTime<Utc>,
    monitor: Monitor,
    place: Place,
    stop: Stop,
    outside: Outside,
}

/// What is there to be published.
#[derive(Debug)]
struct Whole {
    warnings: Vec<String>,
    output: Output,
    rejects: Option<Output>,
}

impl<'worker> Attempt<'worker> {
    pub(super) fn new(
        worker: &'worker Worker,
        ticket: Ticket,
        job: &FileJob,
        deadline: DateTime<Utc>,
    ) -> Self {
        let (stop, outside) = (Stop::default(), Outside::default());
        let place = Place::new(
            worker.files.jobs().ports().clone(),
            ticket.clone(),
            job.detail.file_name.clone(),
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
        }
    }

    pub(super) async fn run<E>(self, job: Box<FileJob>, engine: E) -> Result<Outcome, JobError>
    where
        E: FnOnce(Work) -> Result<Made, Failure> + Send + 'static,
    {
        let made = {
            let mut making = pin!(self.make(job, engine));
            let mut ticks = tokio::time::interval(self.worker.settings.report_every);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    made = &mut making => break made,
                    _ = ticks.tick(), if self.stop.reason().is_none() => self.beat().await,
                }
            }
        };
        match (self.stop.reason(), made) {
            (None, Ok(whole)) => self.succeed(whole).await,
            (None, Err(failure)) => self.fail(failure).await,
            (Some(reason), _) => self.give_up(reason).await,
        }
    }

    /// Reports, and hears whether to go on. A stop is recorded at once: nobody waits for an engine that
    /// does not look up.
    async fn beat(&self) {
        if self.jobs().now() >= self.deadline {
            self.stop.request(Reason::TimeOver);
        } else {
            match self
                .jobs()
                .report(&self.ticket, &self.monitor.latest())
                .await
            {
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

    /// Runs the engine, and makes its objects whole.
    async fn make<E>(&self, job: Box<FileJob>, engine: E) -> Result<Whole, Failure>
    where
        E: FnOnce(Work) -> Result<Made, Failure> + Send + 'static,
    {
        let input = job.detail.input.clone();
        let input = input.ok_or_else(|| self.broken("a job without its input runs"))?;
        let key = TenantKey::of(self.ports(), &self.ticket.owner);
        let tenant_key = key.await.map_err(|error| self.unanswered(&error))?;
        let source = ObjectSource::new(
            Arc::clone(&self.ports().objects),
            (input_key(&job.id, &job.detail.file_name), input),
            (self.worker.settings.read_ahead, self.worker.patience()),
            self.stop.clone(),
            self.outside.clone(),
        );
        let rejects = self.place.rejects();
        let work = Work {
            job,
            tenant_key,
            input: Arc::new(source),
            output: self.place.new_output(),
            rejects: rejects.writer(),
            monitor: self.monitor.clone(),
        };
        let answer = self.on_a_thread(work, engine).await;
        let output = self.place.take_output();
        match (answer, output) {
            (Ok(made), Some(output)) if self.stop.reason().is_none() => {
                let finished = output.finish().await;
                let output = match finished {
                    Ok(output) => output,
                    Err(error) => {
                        rejects.discard().await;
                        return Err(self.unanswered(&error));
                    }
                };
                let rejects = rejects.finish_if_written().await;
                Ok(Whole {
                    warnings: made.warnings,
                    output,
                    rejects: rejects.map_err(|error| self.unanswered(&error))?,
                })
            }
            (answer, output) => {
                if let Some(output) = output {
                    output.discard().await;
                }
                rejects.discard().await;
                Err(match answer {
                    Err(failure) => failure,
                    Ok(_) if self.stop.reason().is_some() => stopped(),
                    Ok(_) => self.broken("an engine made no output"),
                })
            }
        }
    }

    /// Runs the engine off the threads that drive the runtime, with a stack of its own. A panic is a
    /// failure like another one.
    async fn on_a_thread<E>(&self, work: Work, engine: E) -> Result<Made, Failure>
    where
        E: FnOnce(Work) -> Result<Made, Failure> + Send + 'static,
    {
        let (sender, answer) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("engine".to_owned())
            .stack_size(self.worker.settings.stack_bytes)
            .spawn(move || {
                let answer = catch_unwind(AssertUnwindSafe(|| engine(work)));
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

    async fn succeed(self, whole: Whole) -> Result<Outcome, JobError> {
        let last = self.monitor.latest();
        let patience = self.worker.patience();
        let directive = patience.call(may_pass, || self.jobs().report(&self.ticket, &last));
        match directive.await? {
            Directive::Continue => {}
            Directive::Cancel => return self.give_up(Reason::Cancelled).await,
            Directive::Stop => return self.give_up(Reason::Void).await,
        }
        let publishing = |job: &mut FileJob| {
            publish(job, whole.output.clone(), whole.rejects.clone());
            job.warnings.extend(whole.warnings.iter().cloned());
        };
        let ended = patience.call(may_pass, || self.jobs().succeed(&self.ticket, publishing));
        match ended.await? {
            Ending::Recorded => Ok(Outcome::Succeeded),
            Ending::Cancelled => {
                self.place.clean().await;
                Ok(Outcome::Cancelled)
            }
            Ending::Void => {
                self.place.clean().await;
                Ok(Outcome::Lost)
            }
        }
    }

    async fn fail(self, failure: Failure) -> Result<Outcome, JobError> {
        self.stop.request(Reason::Failed);
        let patience = self.worker.patience();
        let (ended, outcome) = match self.outside.fault() {
            Some(OutsideFault::Store(error)) => {
                tracing::warn!(job = self.ticket.job_id, %error, "a job is given back");
                let failure = store_silent();
                let ended = patience.call(may_pass, || {
                    self.jobs().release(&self.ticket, failure.clone())
                });
                (ended.await?, Outcome::Released(failure))
            }
            outside => {
                let changed = outside.is_some();
                let failure = if changed { input_changed() } else { failure };
                let ended =
                    patience.call(may_pass, || self.jobs().fail(&self.ticket, failure.clone()));
                (ended.await?, Outcome::Failed(failure))
            }
        };
        self.place.clean().await;
        Ok(match ended {
            Ending::Recorded => outcome,
            Ending::Cancelled => Outcome::Cancelled,
            Ending::Void => Outcome::Lost,
        })
    }

    /// Ends an attempt that had to stop, unless that is recorded already.
    async fn give_up(self, reason: Reason) -> Result<Outcome, JobError> {
        self.stop.request(reason);
        let patience = self.worker.patience();
        let ended = match reason {
            Reason::TimeOver => {
                let ended = patience.call(may_pass, || self.jobs().fail(&self.ticket, time_over()));
                ended.await?
            }
            Reason::Cancelled => {
                let ended = patience.call(may_pass, || self.jobs().stopped(&self.ticket));
                ended.await?
            }
            Reason::Void | Reason::Failed => Ending::Void,
        };
        self.place.clean().await;
        Ok(match ended {
            Ending::Recorded => Outcome::Failed(time_over()),
            Ending::Cancelled => Outcome::Cancelled,
            Ending::Void => Outcome::Lost,
        })
    }

    fn jobs(&self) -> &Jobs<FileDetail> {
        self.worker.files.jobs()
    }

    fn ports(&self) -> &Ports {
        self.jobs().ports()
    }

    fn unanswered(&self, error: &PortError) -> Failure {
        self.outside.record(OutsideFault::Store(error.clone()));
        store_silent()
    }

    /// A fault of ours, of which the owner hears no more than that.
    fn broken(&self, cause: &str) -> Failure {
        tracing::error!(job = self.ticket.job_id, cause, "an engine broke");
        Failure::new(
            "INTERNAL_ERROR",
            "The file could not be processed because of a fault on our side, which has been noted",
        )
    }
}

fn may_pass(error: &JobError) -> bool {
    match error {
        JobError::Busy => true,
        JobError::Port(error) => error.retryable(),
        _ => false,
    }
}

fn store_silent() -> Failure {
    Failure::new(
        "STORE_UNAVAILABLE",
        "The file store did not answer for too long: create the job again later",
    )
}

fn input_changed() -> Failure {
    Failure::new(
        "INPUT_CHANGED",
        "The file was replaced or removed while it was processed: create another job for it",
    )
}

fn time_over() -> Failure {
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

//! One attempt at a whole job.

use chrono::{DateTime, Utc};
use millrace_files::{FileJob, Output, publish};
use millrace_jobs::{Directive, Ending, Failure, JobError, Ticket};

use super::shift::{Share, Shift, input_changed, store_silent, time_over};
use super::{Made, Outcome, Work, Worker};
use crate::outside::OutsideFault;
use crate::stop::Reason;

/// See the module.
#[derive(Debug)]
pub(super) struct Attempt<'worker> {
    shift: Shift<'worker>,
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
        Self {
            shift: Shift::new(worker, ticket, job, deadline, Share::Whole),
        }
    }

    pub(super) async fn run<E>(self, job: Box<FileJob>, engine: E) -> Result<Outcome, JobError>
    where
        E: FnOnce(Work) -> Result<Made, Failure> + Send + 'static,
    {
        let made = self.shift.beside(self.shift.make(job, engine)).await;
        let whole = made.and_then(|made| match made.output {
            Some(output) => Ok(Whole {
                warnings: made.answer.warnings,
                output,
                rejects: made.rejects,
            }),
            None => Err(self.shift.broken("an engine made no output")),
        });
        match (self.shift.stop.reason(), whole) {
            (None, Ok(whole)) => self.succeed(whole).await,
            (None, Err(failure)) => self.fail(failure).await,
            (Some(reason), _) => self.give_up(reason).await,
        }
    }

    async fn succeed(self, whole: Whole) -> Result<Outcome, JobError> {
        let last = self.shift.monitor.latest();
        let patience = self.shift.worker.patience();
        let directive = patience.call(JobError::retryable, || {
            self.shift.jobs().report(&self.shift.ticket, &last)
        });
        match directive.await? {
            Directive::Continue => {}
            Directive::Cancel => return self.give_up(Reason::Cancelled).await,
            Directive::Stop => return self.give_up(Reason::Void).await,
        }
        let publishing = |job: &mut FileJob| {
            publish(job, whole.output.clone(), whole.rejects.clone());
            job.warnings.extend(whole.warnings.iter().cloned());
        };
        let ended = patience.call(JobError::retryable, || {
            self.shift.jobs().succeed(&self.shift.ticket, publishing)
        });
        match ended.await? {
            Ending::Recorded => Ok(Outcome::Succeeded),
            Ending::Cancelled => {
                self.shift.place.clean().await;
                Ok(Outcome::Cancelled)
            }
            Ending::Void => {
                self.shift.place.clean().await;
                Ok(Outcome::Lost)
            }
        }
    }

    async fn fail(self, failure: Failure) -> Result<Outcome, JobError> {
        self.shift.stop.request(Reason::Failed);
        let patience = self.shift.worker.patience();
        let (ended, outcome) = match self.shift.outside.fault() {
            Some(OutsideFault::Store(error)) => {
                tracing::warn!(job = self.shift.ticket.job_id, %error, "a job is given back");
                let failure = store_silent();
                let ended = patience.call(JobError::retryable, || {
                    self.shift
                        .jobs()
                        .release(&self.shift.ticket, failure.clone())
                });
                (ended.await?, Outcome::Released(failure))
            }
            outside => {
                let changed = outside.is_some();
                let failure = if changed { input_changed() } else { failure };
                let ended = patience.call(JobError::retryable, || {
                    self.shift.jobs().fail(&self.shift.ticket, failure.clone())
                });
                (ended.await?, Outcome::Failed(failure))
            }
        };
        self.shift.place.clean().await;
        Ok(match ended {
            Ending::Recorded => outcome,
            Ending::Cancelled => Outcome::Cancelled,
            Ending::Void => Outcome::Lost,
        })
    }

    /// Ends an attempt that had to stop, unless that is recorded already.
    async fn give_up(self, reason: Reason) -> Result<Outcome, JobError> {
        self.shift.stop.request(reason);
        let patience = self.shift.worker.patience();
        let ended = match reason {
            Reason::TimeOver => {
                let ended = patience.call(JobError::retryable, || {
                    self.shift.jobs().fail(&self.shift.ticket, time_over())
                });
                ended.await?
            }
            Reason::Cancelled => {
                let ended = patience.call(JobError::retryable, || {
                    self.shift.jobs().stopped(&self.shift.ticket)
                });
                ended.await?
            }
            Reason::Void | Reason::Failed => Ending::Void,
        };
        self.shift.place.clean().await;
        Ok(match ended {
            Ending::Recorded => Outcome::Failed(time_over()),
            Ending::Cancelled => Outcome::Cancelled,
            Ending::Void => Outcome::Lost,
        })
    }
}

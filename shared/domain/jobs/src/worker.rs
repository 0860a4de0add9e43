//! The worker's side: claim, report, and one end.

use chrono::{DateTime, Utc};
use millrace_ports::Tenant;
use serde::{Deserialize, Serialize};

use crate::error::JobError;
use crate::job::{Detail, Failure, Job};
use crate::progress::Report;
use crate::rows::{Message, Place};
use crate::service::Jobs;
use crate::state::{State, Step};
use crate::store::Change;

/// The right to work on a job. Another claim, a pause or an end makes it void.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Whose job it is.
    pub owner: Tenant,
    /// Its id.
    pub job_id: String,
    /// Which run.
    pub run: u32,
    /// Which attempt of the run.
    pub attempt: u32,
    sort: String,
    expires_at: DateTime<Utc>,
}

impl Ticket {
    /// Where this attempt writes its objects. Nobody else does.
    #[must_use]
    pub fn prefix(&self) -> String {
        format!("{}r{}/a{}/", self.place().prefix(), self.run, self.attempt)
    }

    fn of<D: Detail>(job: &Job<D>) -> Self {
        Self {
            owner: job.owner.clone(),
            job_id: job.id.clone(),
            run: job.run,
            attempt: job.attempt,
            sort: Place::of(job).sort,
            expires_at: job.expires_at,
        }
    }

    /// When the job is gone, and what lies beside it has to be.
    pub(crate) fn expires_at(&self) -> DateTime<Utc> {
        self.expires_at
    }

    /// Where the job is.
    #[must_use]
    pub fn place(&self) -> Place {
        Place {
            owner: self.owner.clone(),
            id: self.job_id.clone(),
            sort: self.sort.clone(),
        }
    }

    fn directive<D>(&self, job: &Job<D>) -> Directive {
        match job.state {
            _ if !self.is_of(job) => Directive::Stop,
            State::Running => Directive::Continue,
            State::Cancelling => Directive::Cancel,
            _ => Directive::Stop,
        }
    }

    fn is_of<D>(&self, job: &Job<D>) -> bool {
        (job.run, job.attempt) == (self.run, self.attempt)
    }
}

/// What comes of a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Claim<D> {
    /// The job is the worker's.
    Claimed(Ticket, Box<Job<D>>),
    /// Somebody has it or had it, it was cancelled, or it is gone: the message is done with.
    Over,
}

/// What a worker has to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Directive {
    /// Go on.
    Continue,
    /// Clean up, then say [`Jobs::stopped`].
    Cancel,
    /// Clean up and go: the ticket is void.
    Stop,
}

/// What came of an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It is recorded, by this call or a former one of the same worker.
    Recorded,
    /// The job was to be cancelled, and now is.
    Cancelled,
    /// The ticket was void; nothing has changed.
    Void,
}

impl<D: Detail> Jobs<D> {
    /// Takes the job of a message, for as long as the worker reports.
    ///
    /// # Errors
    /// The store's; the message should come again then.
    pub async fn claim(&self, message: &Message) -> Result<Claim<D>, JobError> {
        let place = match self.locate(&message.job_id).await {
            Err(JobError::NotFound) => return Ok(Claim::Over),
            place => place?,
        };
        let claimed = self.change(&place, |job, _| {
            if job.run == message.run {
                Ok(Change::Step(Step::Claim))
            } else {
                Err(JobError::NotFound)
            }
        });
        match claimed.await {
            Ok(job) => Ok(Claim::Claimed(Ticket::of(&job), Box::new(job))),
            Err(JobError::Refused(_) | JobError::NotFound) => Ok(Claim::Over),
            Err(error) => Err(error),
        }
    }

    /// Records progress, renews the lease, and says whether to go on. A report that another one
    /// overtook takes nothing back.
    ///
    /// # Errors
    /// The store's; the worker may go on and report again.
    pub async fn report(&self, ticket: &Ticket, report: &Report) -> Result<Directive, JobError> {
        self.report_with(ticket, report, |_, _| None).await
    }

    /// As [`Jobs::report`], with what the system notes in its job beside it, and the name of an event
    /// where it is worth one. Applied twice a note must be the same as once. Nothing is noted of a run
    /// whose time is over: the job is paused, and the ticket void.
    ///
    /// # Errors
    /// As [`Jobs::report`].
    pub async fn report_with<F>(
        &self,
        ticket: &Ticket,
        report: &Report,
        note: F,
    ) -> Result<Directive, JobError>
    where
        F: Fn(&mut Job<D>, DateTime<Utc>) -> Option<&'static str>,
    {
        let place = ticket.place();
        let changed = self.change(&place, |job, now| {
            if !(ticket.is_of(job) && job.state == State::Running) {
                return Ok::<_, JobError>(Change::Nothing);
            }
            if job.is_overtime(now) {
                return Ok(Change::Step(Step::TimeOut));
            }
            job.progress.advance(report, now);
            job.due_at = job.due_at.max(Some(job.lease_end(now, &self.policy)));
            Ok(note(job, now).map_or(Change::Unrecorded, Change::Event))
        });
        match changed.await {
            Err(JobError::NotFound) => Ok(Directive::Stop),
            job => Ok(ticket.directive(&job?)),
        }
    }

    /// Says whether to go on, with the job as it stands; nothing is written.
    ///
    /// # Errors
    /// The store's.
    pub async fn look(&self, ticket: &Ticket) -> Result<(Directive, Option<Job<D>>), JobError> {
        match self.read(&ticket.place()).await {
            Err(JobError::NotFound) => Ok((Directive::Stop, None)),
            job => job.map(|job| (ticket.directive(&job), Some(job))),
        }
    }

    /// Ends the run well. `publish` puts what was made into the job (keys, counts, warnings): it is
    /// visible from this one write on, and never without it.
    ///
    /// # Errors
    /// The store's; to be tried again.
    pub async fn succeed<F>(&self, ticket: &Ticket, publish: F) -> Result<Ending, JobError>
    where
        F: Fn(&mut Job<D>),
    {
        self.end(ticket, &[State::Succeeded], |job, _| {
            publish(job);
            Change::Step(Step::Succeed)
        })
        .await
    }

    /// Ends the run with a reason that another attempt would not change.
    ///
    /// # Errors
    /// The store's; to be tried again.
    pub async fn fail(&self, ticket: &Ticket, failure: Failure) -> Result<Ending, JobError> {
        self.end(ticket, &[State::Failed], |job, _| {
            job.failure = Some(failure.clone());
            Change::Step(Step::Fail)
        })
        .await
    }

    /// Gives the job back for another attempt, or ends the run with `failure` if this was the last.
    ///
    /// # Errors
    /// The store's; to be tried again.
    pub async fn release(&self, ticket: &Ticket, failure: Failure) -> Result<Ending, JobError> {
        let attempts = self.policy.attempts;
        self.end(ticket, &[State::Queued, State::Failed], |job, _| {
            if job.attempt < attempts {
                return Change::Step(Step::Requeue);
            }
            job.failure = Some(failure.clone());
            Change::Step(Step::Fail)
        })
        .await
    }

    /// Ends a run that is being cancelled: the worker has stopped.
    ///
    /// # Errors
    /// The store's; to be tried again.
    pub async fn stopped(&self, ticket: &Ticket) -> Result<Ending, JobError> {
        self.end(ticket, &[], |_, _| Change::Nothing).await
    }

    /// Ends the attempt by `change` while it runs, and the run if it is being cancelled.
    async fn end<F>(
        &self,
        ticket: &Ticket,
        recorded: &[State],
        change: F,
    ) -> Result<Ending, JobError>
    where
        F: Fn(&mut Job<D>, DateTime<Utc>) -> Change,
    {
        let place = ticket.place();
        let ended = self.change(&place, |job, now| {
            Ok::<_, JobError>(match job.state {
                _ if !ticket.is_of(job) => Change::Nothing,
                State::Running => change(job, now),
                State::Cancelling => Change::Step(Step::Cancel),
                _ => Change::Nothing,
            })
        });
        let job = match ended.await {
            Err(JobError::NotFound) => return Ok(Ending::Void),
            job => job?,
        };
        Ok(match job.state {
            _ if !ticket.is_of(&job) => Ending::Void,
            State::Cancelled => Ending::Cancelled,
            state if recorded.contains(&state) => Ending::Recorded,
            _ => Ending::Void,
        })
    }
}

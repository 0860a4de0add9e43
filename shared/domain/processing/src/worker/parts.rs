//! A large job: planned, made in parts by several workers, and put together, each by a task of a state
//! machine.
//!
//! The plan and the parts are the job's and no attempt's: a task that comes again, or another attempt,
//! finds what is there and makes what is missing. Whatever ends the job is recorded by the task that
//! sees it; a task that did not end then stops the machine, whose last task is [`Worker::give_up`].

use bytes::Bytes;
use chrono::{DateTime, Utc};
use millrace_files::{FileJob, Output};
use millrace_jobs::{Directive, Failure, JobError, JobPart, State, Ticket};
use millrace_ports::{PortError, Ports};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::shift::{Share, Shift, input_changed, store_silent, time_over};
use super::{Outcome, Work, Worker};
use crate::outside::OutsideFault;
use crate::stop::Reason;

/// The state machine that large jobs are handed to, by the name of the product's configuration.
pub const MACHINE: &str = "file-run";
/// Largest plan that is read back.
const MOST_PLAN_BYTES: u64 = 256 << 20;

/// How a job is cut, by its engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan<P> {
    /// Parts, at least one.
    pub parts: u32,
    /// End of the output's name, without a dot before it.
    pub extension: String,
    /// Media type of the output.
    pub content_type: String,
    /// What every part has to know.
    pub details: P,
}

/// What lies in the store: a plan of one version of the program is no other one's.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredPlan<P> {
    version: String,
    /// The share of the job that planning was.
    pub(super) share: f64,
    pub(super) plan: Plan<P>,
}

/// What is found where a plan would lie.
enum Found<P> {
    Nothing,
    /// A plan of another version of the program.
    Foreign,
    Plan(StoredPlan<P>),
}

/// What an engine made of a part, beside the bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartMade<M> {
    /// What the owner should know.
    pub warnings: Vec<String>,
    /// What has to be known to put the parts together.
    pub details: M,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct StoredPart<M> {
    pub(super) made: PartMade<M>,
    pub(super) output: Output,
    pub(super) rejects: Option<Output>,
}

/// What became of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskEnd<T> {
    /// It is done, now or before.
    Done(T),
    /// Something outside of the job stood in the way; the task may come again.
    Again(Failure),
    /// The job has ended, or somebody else has it: the machine has nothing more to do.
    Over,
}

impl Worker {
    /// Gives a large job to the state machine, which has its ticket from then on.
    pub(super) async fn hand_over(&self, ticket: Ticket) -> Result<Outcome, JobError> {
        let name = format!("{}-{}-{}", ticket.job_id, ticket.run, ticket.attempt);
        let input = json!({ "ticket": ticket });
        let workflows = &self.ports().workflows;
        let start = || workflows.start(MACHINE, &name, &input);
        let started = self.patience().call(PortError::retryable, start).await;
        let Err(error) = started else {
            return Ok(Outcome::HandedOver);
        };
        tracing::error!(job = ticket.job_id, %error, "a large job is given back");
        let failure = store_silent();
        let release = || self.files.jobs().release(&ticket, failure.clone());
        self.patience().call(JobError::retryable, release).await?;
        Ok(Outcome::Released(failure))
    }

    /// Finds out how the job of a ticket is cut, and writes it down. Gives the number of parts.
    ///
    /// # Errors
    /// The store's; the task should come again then.
    pub async fn plan<P, E>(
        &self,
        ticket: &Ticket,
        deadline: DateTime<Utc>,
        engine: E,
    ) -> Result<TaskEnd<u32>, JobError>
    where
        P: Serialize + DeserializeOwned + Send + 'static,
        E: FnOnce(Work) -> Result<Plan<P>, Failure> + Send + 'static,
    {
        let Some(job) = self.held(ticket).await? else {
            return Ok(TaskEnd::Over);
        };
        match self.stored_plan::<P>(ticket).await? {
            Found::Plan(stored) => return Ok(TaskEnd::Done(stored.plan.parts)),
            Found::Foreign => self.files.jobs().forget_parts(&ticket.place()).await?,
            Found::Nothing => {}
        }
        let shift = Shift::new(self, ticket.clone(), &job, deadline, Share::Whole);
        let made = shift.beside(shift.make(Box::new(job), engine)).await;
        let plan = match (shift.stop.reason(), made) {
            (None, Ok(made)) => made.answer,
            (reason, made) => return shift.end(reason, made.err()).await,
        };
        let parts = plan.parts;
        let stored = StoredPlan {
            version: VERSION.to_owned(),
            share: shift.monitor.latest().share.unwrap_or_default(),
            plan,
        };
        let body = Bytes::from(serde_json::to_vec(&stored)?);
        let key = plan_key(ticket);
        let put = || {
            let objects = &self.ports().objects;
            objects.put(&key, body.clone(), "application/json")
        };
        self.patience().call(PortError::retryable, put).await?;
        Ok(TaskEnd::Done(parts))
    }

    /// Makes a part, unless it is there.
    ///
    /// # Errors
    /// The store's; the task should come again then.
    pub async fn part<P, M, E>(
        &self,
        ticket: &Ticket,
        number: u32,
        deadline: DateTime<Utc>,
        engine: E,
    ) -> Result<TaskEnd<()>, JobError>
    where
        P: Serialize + DeserializeOwned + Send + 'static,
        M: Serialize + DeserializeOwned + Send + Sync + 'static,
        E: FnOnce(Work, Plan<P>) -> Result<PartMade<M>, Failure> + Send + 'static,
    {
        let Some((job, stored)) = self.planned::<P>(ticket).await? else {
            return Ok(TaskEnd::Over);
        };
        let is_made = |part: &JobPart<StoredPart<M>>| part.number == number && part.made.is_some();
        if self.files.jobs().parts(ticket).await?.iter().any(is_made) {
            return Ok(TaskEnd::Done(()));
        }
        let share = Share::Part {
            number,
            done: stored.share,
        };
        let shift = Shift::new(self, ticket.clone(), &job, deadline, share);
        let work = shift.make(Box::new(job), move |work| engine(work, stored.plan));
        let made = shift.beside(work).await;
        let made = made.and_then(|made| match made.output {
            Some(output) => Ok(StoredPart {
                made: made.answer,
                output,
                rejects: made.rejects,
            }),
            None => Err(shift.broken("an engine made no output")),
        });
        let made = match (shift.stop.reason(), made) {
            (None, Ok(made)) => made,
            (reason, made) => return shift.end(reason, made.err()).await,
        };
        let part = JobPart {
            made: Some(made),
            ..JobPart::of(number, &shift.monitor.latest())
        };
        let put = || self.files.jobs().put_part(ticket, &part);
        Ok(
            match self.patience().call(JobError::retryable, put).await? {
                Directive::Continue => TaskEnd::Done(()),
                Directive::Cancel | Directive::Stop => TaskEnd::Over,
            },
        )
    }

    /// Ends what the machine could not: gives the job back for another attempt, which goes on with the
    /// parts that are there, or ends it. Takes away what was made of a job that has ended without success:
    /// nobody publishes it any more.
    ///
    /// # Errors
    /// The store's; the task should come again then.
    pub async fn give_up(&self, ticket: &Ticket) -> Result<(), JobError> {
        let jobs = self.files.jobs();
        let lost = || jobs.release(ticket, Failure::worker_lost(ticket.attempt));
        self.patience().call(JobError::retryable, lost).await?;
        let state = match jobs.read(&ticket.place()).await {
            Ok(job) => Some(job.state),
            Err(JobError::NotFound) => None,
            Err(error) => return Err(error),
        };
        if state.is_none_or(State::is_final) {
            self.clear(ticket).await;
            if state != Some(State::Succeeded)
                && let Err(error) = self.files.remove_outputs(&ticket.job_id).await
            {
                tracing::warn!(job = ticket.job_id, %error, "a merged file is left behind");
            }
        }
        Ok(())
    }

    /// The job, while the ticket holds it.
    async fn held(&self, ticket: &Ticket) -> Result<Option<FileJob>, JobError> {
        let look = || self.files.jobs().look(ticket);
        let (directive, job) = self.patience().call(JobError::retryable, look).await?;
        Ok(job.filter(|_| directive == Directive::Continue))
    }

    /// The job and how it is cut, while the ticket holds it.
    pub(super) async fn planned<P>(
        &self,
        ticket: &Ticket,
    ) -> Result<Option<(FileJob, StoredPlan<P>)>, JobError>
    where
        P: DeserializeOwned,
    {
        let Some(job) = self.held(ticket).await? else {
            return Ok(None);
        };
        Ok(match self.stored_plan(ticket).await? {
            Found::Plan(stored) => Some((job, stored)),
            Found::Nothing | Found::Foreign => None,
        })
    }

    async fn stored_plan<P>(&self, ticket: &Ticket) -> Result<Found<P>, JobError>
    where
        P: DeserializeOwned,
    {
        let key = plan_key(ticket);
        let get = || self.ports().objects.get(&key, MOST_PLAN_BYTES);
        let Some(body) = self.patience().call(PortError::retryable, get).await? else {
            return Ok(Found::Nothing);
        };
        // What cannot be read is another version's too.
        let stored: Option<StoredPlan<P>> = serde_json::from_slice(&body).ok();
        let stored = stored.filter(|stored| stored.version == VERSION);
        Ok(stored.map_or(Found::Foreign, Found::Plan))
    }

    /// Takes the plan and the parts away; what is left goes with the job.
    pub(super) async fn clear(&self, ticket: &Ticket) {
        let place = ticket.place();
        let cleared = async {
            self.files.jobs().forget_parts(&place).await?;
            Ok::<_, JobError>(self.files.remove_parts(&place).await?)
        };
        if let Err(error) = cleared.await {
            tracing::warn!(job = place.id, %error, "parts of a job are left behind");
        }
    }

    fn ports(&self) -> &Ports {
        self.files.jobs().ports()
    }
}

/// Plans of another version of the program may mean something else.
const VERSION: &str = env!("CARGO_PKG_VERSION");

fn plan_key(ticket: &Ticket) -> String {
    format!("{}plan.json", ticket.place().prefix())
}

impl Shift<'_> {
    /// Records why a task of a large job did not come to its end.
    pub(super) async fn end<T>(
        &self,
        reason: Option<Reason>,
        failure: Option<Failure>,
    ) -> Result<TaskEnd<T>, JobError> {
        let patience = self.worker.patience();
        let failure = match (reason, self.outside.fault()) {
            (Some(Reason::TimeOver), _) => time_over(),
            (Some(Reason::Cancelled), _) => {
                let stopped = || self.jobs().stopped(&self.ticket);
                patience.call(JobError::retryable, stopped).await?;
                return Ok(TaskEnd::Over);
            }
            (Some(Reason::Void | Reason::Failed), _) => return Ok(TaskEnd::Over),
            (None, Some(OutsideFault::Store(_))) => {
                return Ok(TaskEnd::Again(store_silent()));
            }
            (None, Some(OutsideFault::InputChanged)) => input_changed(),
            (None, None) => failure.unwrap_or_else(|| self.broken("a task ended for no reason")),
        };
        let fail = || self.jobs().fail(&self.ticket, failure.clone());
        patience.call(JobError::retryable, fail).await?;
        Ok(TaskEnd::Over)
    }
}

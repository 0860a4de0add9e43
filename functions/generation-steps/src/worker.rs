//! One call: messages and tasks to stages.

use std::future::Future;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use millrace_edge::tasks::{self, TaskFailure};
use millrace_generation::{Generation, GenerationJob, MACHINE};
use millrace_jobs::{Claim, Failure, JobError, Message, State, Ticket};
use millrace_ports::{PortError, Ports};
use millrace_processing::{Patience, TaskEnd};
use serde_json::{Value, json};

use crate::event::{Event, Kind, Span, Task};
use crate::halt::{Halt, Step, store_silent};
use crate::maker::Maker;

/// What is left, when work is told that its time is over, for it to stop and to say so.
const MARGIN: TimeDelta = TimeDelta::seconds(20);
/// Lambda gives a whole processor for so many megabytes.
const MEGABYTES_PER_PROCESSOR: u32 = 1769;

/// How the function works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Cells of a job that one call makes; more are made by the state machine.
    pub small_cells: u64,
    /// Cells of a part.
    pub part_cells: u64,
    /// Parts that a call makes side by side.
    pub threads: usize,
    /// How often a worker reports, and hears of a cancel or pause.
    pub report_every: Duration,
    /// The pause before a call to the store is repeated; longer each time.
    pub pause: Duration,
}

impl Settings {
    /// Those of a function of so much memory.
    pub fn new(memory_megabytes: u32) -> Self {
        Self {
            small_cells: 32_000_000,
            part_cells: 4_000_000,
            threads: memory_megabytes.div_ceil(MEGABYTES_PER_PROCESSOR) as usize,
            report_every: Duration::from_millis(1_500),
            pause: Duration::from_millis(100),
        }
    }
}

/// What the function works with.
#[derive(Debug, Clone)]
pub struct Worker {
    pub generation: Generation,
    pub settings: Settings,
}

impl Worker {
    /// A worker on these jobs.
    pub fn new(generation: Generation, settings: Settings) -> Self {
        Self {
            generation,
            settings,
        }
    }

    pub fn patience(&self) -> Patience {
        Patience::new(self.settings.pause)
    }

    pub fn ports(&self) -> &Ports {
        self.generation.jobs().ports()
    }

    /// Runs one call. That of a queue is answered with the messages that have to come again.
    pub async fn run(&self, event: Event, deadline: DateTime<Utc>) -> Result<Value, TaskFailure> {
        let deadline = deadline - MARGIN;
        match event {
            Event::Queue { records } => {
                Ok(tasks::take(records, async |body| self.attempt(&body, deadline).await).await)
            }
            Event::Task(task) => answer(self.task(task, deadline).await),
        }
    }

    async fn attempt(&self, body: &str, deadline: DateTime<Utc>) -> Result<(), String> {
        let message: Message =
            serde_json::from_str(body).map_err(|error| format!("unreadable: {error}"))?;
        let claimed = self.generation.jobs().claim(&message).await;
        let Claim::Claimed(ticket, job) = claimed.map_err(|error| error.to_string())? else {
            return Ok(());
        };
        let ended = if self.is_small(&job) {
            self.settle(&ticket, self.whole(&ticket, deadline)).await
        } else {
            self.hand_over(&ticket, job.detail.learns()).await
        };
        let failure = match ended {
            Ok(TaskEnd::Again(failure)) => failure,
            Ok(TaskEnd::Done(()) | TaskEnd::Over) => return Ok(()),
            Err(error) => {
                tracing::warn!(job = message.job_id, %error, "an attempt is given back");
                store_silent()
            }
        };
        // Where not even this arrives, the sweep finds a worker that is silent.
        let jobs = self.generation.jobs();
        let release = || jobs.release(&ticket, failure.clone());
        let released = self.patience().call(JobError::retryable, release).await;
        released.map(drop).map_err(|error| error.to_string())
    }

    /// Whether one call makes the job. What cannot be made at all is soon told.
    fn is_small(&self, job: &GenerationJob) -> bool {
        if job.detail.learns() {
            return false;
        }
        let columns = Maker::of_records(job).map_or(0, |maker| maker.schema().fields().len());
        let cells = job.detail.data_size.saturating_mul(columns as u64);
        cells <= self.settings.small_cells
    }

    /// All stages, one after the other.
    async fn whole(&self, ticket: &Ticket, deadline: DateTime<Utc>) -> Step<()> {
        self.validate(ticket).await?;
        let spans = self.prepare(ticket, deadline).await?;
        let end = spans.last().map_or(0, |span| span.end);
        self.generate(ticket, Span { first: 0, end }, deadline)
            .await?;
        self.verify(ticket, deadline).await?;
        self.publish(ticket, deadline).await
    }

    /// Gives a job to the state machine, which has its ticket from then on.
    async fn hand_over(&self, ticket: &Ticket, learns: bool) -> Result<TaskEnd<()>, JobError> {
        let name = format!("{}-{}-{}", ticket.job_id, ticket.run, ticket.attempt);
        let input = json!({ "ticket": ticket, "learns": learns });
        let start = || self.ports().workflows.start(MACHINE, &name, &input);
        let started = self.patience().call(PortError::retryable, start).await;
        Ok(match started {
            Ok(_) => TaskEnd::Done(()),
            Err(error) => {
                tracing::error!(job = ticket.job_id, %error, "a job is given back");
                TaskEnd::Again(store_silent())
            }
        })
    }

    /// Runs a task of the machine. What is no success stops it: the job says why, where it has ended.
    async fn task(&self, task: Task, deadline: DateTime<Utc>) -> Result<TaskEnd<Value>, JobError> {
        let ticket = &task.ticket;
        let nothing = |()| json!({});
        let step = async {
            match task.task {
                Kind::Validate => self.validate(ticket).await.map(nothing),
                Kind::Learn | Kind::Plan => {
                    let spans = self.prepare(ticket, deadline).await?;
                    Ok(json!({ "spans": spans }))
                }
                Kind::Generate => self
                    .generate(ticket, task.parts, deadline)
                    .await
                    .map(nothing),
                Kind::Verify => self.verify(ticket, deadline).await.map(nothing),
                Kind::Publish => self.publish(ticket, deadline).await.map(nothing),
                Kind::GiveUp => self.give_up(ticket).await.map(nothing),
            }
        };
        self.settle(ticket, step).await
    }

    /// Does some work, and records what ends the job.
    async fn settle<T>(
        &self,
        ticket: &Ticket,
        work: impl Future<Output = Step<T>>,
    ) -> Result<TaskEnd<T>, JobError> {
        let jobs = self.generation.jobs();
        match work.await {
            Ok(done) => return Ok(TaskEnd::Done(done)),
            Err(Halt::Again(failure)) => return Ok(TaskEnd::Again(failure)),
            // Its owner may have cancelled it while it was paused.
            Err(Halt::Over) => self.tidy(ticket).await?,
            Err(Halt::Failed(failure)) => {
                tracing::info!(job = ticket.job_id, code = failure.code, "a job fails");
                let fail = || jobs.fail(ticket, failure.clone());
                self.patience().call(JobError::retryable, fail).await?;
            }
            Err(Halt::Cancelled) => {
                let stopped = || jobs.stopped(ticket);
                self.patience().call(JobError::retryable, stopped).await?;
                self.tidy(ticket).await?;
            }
        }
        Ok(TaskEnd::Over)
    }

    /// Ends what the machine could not: gives the job back for another attempt, which goes on with the
    /// parts that are there, and takes them away where nobody will.
    async fn give_up(&self, ticket: &Ticket) -> Step<()> {
        let jobs = self.generation.jobs();
        let lost = || jobs.release(ticket, Failure::worker_lost(ticket.attempt));
        self.patience().call(JobError::retryable, lost).await?;
        Ok(self.tidy(ticket).await?)
    }

    /// Takes away what was made of a job that nobody goes on with. A failed one can be resumed.
    async fn tidy(&self, ticket: &Ticket) -> Result<(), JobError> {
        let jobs = self.generation.jobs();
        let read = async || match jobs.read(&ticket.place()).await {
            Err(JobError::NotFound) => Ok(None),
            read => read.map(Some),
        };
        match self.patience().call(JobError::retryable, read).await? {
            Some(job) if job.state == State::Cancelled => self.generation.tidy(&job).await,
            Some(job) if job.state == State::Succeeded => self.generation.clear_parts(&job).await,
            // What is gone took everything along.
            Some(_) | None => {}
        }
        Ok(())
    }
}

fn answer(ended: Result<TaskEnd<Value>, JobError>) -> Result<Value, TaskFailure> {
    match ended {
        Ok(TaskEnd::Done(done)) => Ok(done),
        Ok(TaskEnd::Again(failure)) => Err(TaskFailure::Retryable(failure.message)),
        Ok(TaskEnd::Over) => Err(TaskFailure::Permanent("the job has ended".to_owned())),
        Err(error) => Err(TaskFailure::of(&error, error.retryable())),
    }
}

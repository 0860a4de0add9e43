//! A large job: planned, made in parts by several workers, and put together, each by a task of a state
//! machine.
//!
//! The plan and the parts are the job's and no attempt's: a task that comes again, or another attempt,
//! finds what is there and makes what is missing. Whatever ends the job is recorded by the task that
//! sees it; a task that did not end then stops the machine, whose last task is [`Worker::give_up`].

use bytes::Bytes;
use chrono::{DateTime, Utc};
use millrace_files::{
    FileJob, Output, StoredInput, output_key, processed_name, publish, rejects_name,
};
use millrace_formats::SharedSource;
use millrace_formats::write::merge::Piece;
use millrace_jobs::{Directive, Ending, Failure, JobError, JobPart, Ticket};
use millrace_ports::{PortError, Ports, Segment};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::shift::{Share, Shift, input_changed, may_pass, sum, time_over};
use super::{Outcome, Work, Worker};
use crate::outside::OutsideFault;
use crate::stop::Reason;

/// The state machine that large jobs are handed to, by the name of the product's configuration.
pub const MACHINE: &str = "file-run";
/// Largest plan that is read back.
const MOST_PLAN_BYTES: u64 = 256 << 20;
/// Media type of rejected rows.
const REJECTS_TYPE: &str = "application/x-ndjson";

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
struct StoredPlan<P> {
    version: String,
    /// The share of the job that planning was.
    share: f64,
    plan: Plan<P>,
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
struct StoredPart<M> {
    made: PartMade<M>,
    output: Output,
    rejects: Option<Output>,
}

/// What an engine gets that puts parts together.
#[derive(Debug)]
pub struct MergeWork<P, M> {
    /// The job.
    pub job: FileJob,
    /// What the plan said.
    pub plan: P,
    /// The outputs, in the order of the parts.
    pub parts: Vec<(M, SharedPart)>,
    /// Rejected rows of all parts.
    pub rejected: u64,
}

/// The output of a part, to be read.
#[derive(Clone)]
pub struct SharedPart(pub SharedSource);

impl std::fmt::Debug for SharedPart {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "SharedPart({} bytes)", self.0.length())
    }
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
        let failure = super::shift::store_silent();
        let release = || self.files.jobs().release(&ticket, failure.clone());
        self.patience().call(may_pass, release).await?;
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
        if let Some(stored) = self.stored_plan::<P>(ticket).await? {
            return Ok(TaskEnd::Done(stored.plan.parts));
        }
        // What another version has left is of no use.
        self.files.jobs().forget_parts(&ticket.place()).await?;
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
        let Some(job) = self.held(ticket).await? else {
            return Ok(TaskEnd::Over);
        };
        let Some(stored) = self.stored_plan::<P>(ticket).await? else {
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
        let latest = shift.monitor.latest();
        let part = JobPart {
            number,
            rows_read: latest.rows_read,
            rows_written: latest.rows_written,
            rows_rejected: latest.rows_rejected,
            bytes: latest.bytes,
            made: Some(made),
        };
        let put = || self.files.jobs().put_part(ticket, &part);
        Ok(match self.patience().call(may_pass, put).await? {
            Directive::Continue => TaskEnd::Done(()),
            Directive::Cancel | Directive::Stop => TaskEnd::Over,
        })
    }

    /// Puts the parts together, without moving them, and publishes what comes out.
    ///
    /// # Errors
    /// The store's; the task should come again then.
    pub async fn merge<P, M, E>(
        &self,
        ticket: &Ticket,
        deadline: DateTime<Utc>,
        engine: E,
    ) -> Result<TaskEnd<()>, JobError>
    where
        P: Serialize + DeserializeOwned + Send + 'static,
        M: Serialize + DeserializeOwned + Send + Sync + 'static,
        E: FnOnce(MergeWork<P, M>) -> Result<Vec<Piece>, Failure> + Send + 'static,
    {
        let Some(job) = self.held(ticket).await? else {
            return Ok(TaskEnd::Over);
        };
        let Some(stored) = self.stored_plan::<P>(ticket).await? else {
            return Ok(TaskEnd::Over);
        };
        let parts: Vec<JobPart<StoredPart<M>>> = self.files.jobs().parts(ticket).await?;
        let shift = Shift::new(self, ticket.clone(), &job, deadline, Share::Whole);
        let mut report = sum("finalizing", &job, &parts, stored.share);
        // What stands before the records is no part's.
        report.bytes = report.total_bytes.unwrap_or(report.bytes);
        let _ = shift.monitor.report(report.clone());
        let merging = Merging {
            shift: &shift,
            targets: [
                processed_name(&job.detail.file_name, &stored.plan.extension),
                rejects_name(&job.detail.file_name),
            ],
        };
        let made = shift
            .beside(merging.make(job, stored.plan, parts, engine))
            .await;
        let (output, rejects, warnings) = match (shift.stop.reason(), made) {
            (None, Ok(made)) => made,
            (reason, made) => {
                merging.clean().await;
                return shift.end(reason, made.err()).await;
            }
        };
        let tell = || self.files.jobs().report(ticket, &report);
        self.patience().call(may_pass, tell).await?;
        let publishing = |job: &mut FileJob| {
            publish(job, output.clone(), rejects.clone());
            job.warnings.extend(warnings.iter().cloned());
        };
        let succeed = || self.files.jobs().succeed(ticket, publishing);
        if self.patience().call(may_pass, succeed).await? == Ending::Recorded {
            self.clear(ticket).await;
            return Ok(TaskEnd::Done(()));
        }
        merging.clean().await;
        Ok(TaskEnd::Over)
    }

    /// Ends what the machine could not: gives the job back for another attempt, which goes on with the
    /// parts that are there, or ends it; and takes the parts of a job away that has ended.
    ///
    /// # Errors
    /// The store's; the task should come again then.
    pub async fn give_up(&self, ticket: &Ticket) -> Result<(), JobError> {
        let jobs = self.files.jobs();
        let lost = || jobs.release(ticket, Failure::worker_lost(ticket.attempt));
        self.patience().call(may_pass, lost).await?;
        match jobs.read(&ticket.place()).await {
            Ok(job) if !job.state.is_final() => {}
            Ok(_) | Err(JobError::NotFound) => self.clear(ticket).await,
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// The job, while the ticket holds it.
    async fn held(&self, ticket: &Ticket) -> Result<Option<FileJob>, JobError> {
        let look = || self.files.jobs().look(ticket);
        let (directive, job) = self.patience().call(may_pass, look).await?;
        Ok(job.filter(|_| directive == Directive::Continue))
    }

    async fn stored_plan<P>(&self, ticket: &Ticket) -> Result<Option<StoredPlan<P>>, JobError>
    where
        P: DeserializeOwned,
    {
        let key = plan_key(ticket);
        let get = || self.ports().objects.get(&key, MOST_PLAN_BYTES);
        let Some(body) = self.patience().call(PortError::retryable, get).await? else {
            return Ok(None);
        };
        // What cannot be read is another version's too.
        let stored: Option<StoredPlan<P>> = serde_json::from_slice(&body).ok();
        Ok(stored.filter(|stored| stored.version == VERSION))
    }

    /// Takes the plan and the parts away; what is left goes with the job.
    async fn clear(&self, ticket: &Ticket) {
        let place = ticket.place();
        let cleared = async {
            self.files.jobs().forget_parts(&place).await?;
            let objects = &self.ports().objects;
            loop {
                let page = objects.list(&place.prefix(), None).await?;
                if page.objects.is_empty() {
                    return Ok::<_, JobError>(());
                }
                let keys: Vec<String> = page.objects.into_iter().map(|object| object.key).collect();
                objects.delete(&keys).await?;
            }
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
    async fn end<T>(
        &self,
        reason: Option<Reason>,
        failure: Option<Failure>,
    ) -> Result<TaskEnd<T>, JobError> {
        let patience = self.worker.patience();
        let failure = match (reason, self.outside.fault()) {
            (Some(Reason::TimeOver), _) => time_over(),
            (Some(Reason::Cancelled), _) => {
                let stopped = || self.jobs().stopped(&self.ticket);
                patience.call(may_pass, stopped).await?;
                return Ok(TaskEnd::Over);
            }
            (Some(Reason::Void | Reason::Failed), _) => return Ok(TaskEnd::Over),
            (None, Some(OutsideFault::Store(_))) => {
                return Ok(TaskEnd::Again(super::shift::store_silent()));
            }
            (None, Some(OutsideFault::InputChanged)) => input_changed(),
            (None, None) => failure.unwrap_or_else(|| self.broken("a task ended for no reason")),
        };
        let fail = || self.jobs().fail(&self.ticket, failure.clone());
        patience.call(may_pass, fail).await?;
        Ok(TaskEnd::Over)
    }
}

/// Putting parts together.
struct Merging<'shift, 'worker> {
    shift: &'shift Shift<'worker>,
    /// Names of the output and of the rejects.
    targets: [String; 2],
}

type Merged = (Output, Option<Output>, Vec<String>);

impl Merging<'_, '_> {
    async fn make<P, M, E>(
        &self,
        job: FileJob,
        plan: Plan<P>,
        parts: Vec<JobPart<StoredPart<M>>>,
        engine: E,
    ) -> Result<Merged, Failure>
    where
        P: Send + 'static,
        M: Send + 'static,
        E: FnOnce(MergeWork<P, M>) -> Result<Vec<Piece>, Failure> + Send + 'static,
    {
        let rejected = parts.iter().map(|part| part.rows_rejected).sum();
        let parts: Vec<_> = parts.into_iter().filter_map(|part| part.made).collect();
        if parts.len() != plan.parts as usize {
            return Err(self.shift.broken("not all parts were made"));
        }
        let mut warnings: Vec<String> = Vec::new();
        let (mut read, mut keys, mut rejects) = (Vec::new(), Vec::new(), Vec::new());
        for part in parts {
            for warning in part.made.warnings {
                if !warnings.contains(&warning) {
                    warnings.push(warning);
                }
            }
            read.push((part.made.details, self.source(&part.output).await?));
            keys.push(part.output.key);
            rejects.extend(part.rejects);
        }
        let work = MergeWork {
            job,
            plan: plan.details,
            parts: read,
            rejected,
        };
        let pieces = self.shift.on_a_thread(move || engine(work)).await?;
        let segments = pieces.into_iter().map(|piece| match piece {
            Piece::Copy { part, start, end } => Segment::Range(keys[part].clone(), start..end),
            Piece::Bytes(bytes) => Segment::Bytes(bytes),
        });
        let [name, rejects_name] = self.targets.clone();
        let output = self
            .join(segments.collect(), name, &plan.content_type)
            .await?;
        let segments: Vec<_> = rejects
            .into_iter()
            .map(|part| Segment::Object(part.key))
            .collect();
        let rejects = if segments.is_empty() {
            None
        } else {
            Some(self.join(segments, rejects_name, REJECTS_TYPE).await?)
        };
        Ok((output, rejects, warnings))
    }

    async fn source(&self, output: &Output) -> Result<SharedPart, Failure> {
        let shift = self.shift;
        let objects = &shift.ports().objects;
        let head = || objects.head(&output.key);
        let head = shift
            .worker
            .patience()
            .call(PortError::retryable, head)
            .await;
        let head = head.map_err(|error| shift.unanswered(&error))?;
        let head = head.filter(|head| head.size == output.size);
        let head = head.ok_or_else(|| shift.broken("a part is not what was made"))?;
        let version = StoredInput {
            size: head.size,
            etag: head.etag,
        };
        Ok(SharedPart(shift.source(output.key.clone(), version)))
    }

    /// Makes an object of the attempt's own. Without bytes it is empty.
    async fn join(
        &self,
        mut segments: Vec<Segment>,
        file_name: String,
        content_type: &str,
    ) -> Result<Output, Failure> {
        if segments.is_empty() {
            segments.push(Segment::Bytes(Bytes::new()));
        }
        let shift = self.shift;
        let key = output_key(&shift.ticket, &file_name);
        let objects = &shift.ports().objects;
        let join = || objects.concatenate(&segments, &key, content_type);
        let joined = shift
            .worker
            .patience()
            .call(PortError::retryable, join)
            .await;
        joined.map_err(|error| shift.unanswered(&error))?;
        let size = objects.size(&key).await;
        let size = size.map_err(|error| shift.unanswered(&error))?;
        Ok(Output {
            size: size.ok_or_else(|| shift.broken("a merged file is not there"))?,
            file_name,
            key,
            content_type: content_type.to_owned(),
        })
    }

    /// Takes away what was put together.
    async fn clean(&self) {
        let keys = self
            .targets
            .each_ref()
            .map(|name| output_key(&self.shift.ticket, name));
        if let Err(error) = self.shift.ports().objects.delete(&keys).await {
            let job = &self.shift.ticket.job_id;
            // They go with the job.
            tracing::warn!(job, %error, "objects of an attempt are left behind");
        }
    }
}

//! The last task of a large job: its parts become one file, without moving through the worker.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use millrace_files::{
    FileJob, Output, StoredInput, output_key, processed_name, publish, rejects_name,
};
use millrace_formats::SharedSource;
use millrace_formats::write::merge::Piece;
use millrace_jobs::{Ending, Failure, JobError, JobPart, Ticket};
use millrace_ports::{PortError, Segment};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Worker;
use super::output::REJECTS_TYPE;
use super::parts::{Plan, StoredPart, TaskEnd};
use super::shift::{Share, Shift, sum};

/// What an engine gets that puts parts together.
pub struct MergeWork<P, M> {
    /// The job.
    pub job: FileJob,
    /// What the plan said.
    pub plan: P,
    /// What was made, and where it can be read, in the order of the parts.
    pub parts: Vec<(M, SharedSource)>,
    /// Rejected rows of all parts.
    pub rejected: u64,
}

impl<P, M> std::fmt::Debug for MergeWork<P, M> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("MergeWork")
            .field("job", &self.job)
            .field("parts", &self.parts.len())
            .finish_non_exhaustive()
    }
}

impl Worker {
    /// Puts the parts together, and publishes what comes out.
    ///
    /// Calls under one ticket may overlap: they make the same bytes at the same place, so none of them
    /// takes anything away that it has made. What nobody publishes goes when the machine gives up, or
    /// with the job.
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
        let Some((job, stored)) = self.planned(ticket).await? else {
            return Ok(TaskEnd::Over);
        };
        let parts: Vec<JobPart<StoredPart<M>>> = self.files.jobs().parts(ticket).await?;
        let shift = Shift::new(self, ticket.clone(), &job, deadline, Share::Whole);
        let mut report = sum("finalizing", &job, &parts, stored.share);
        // What stands before the records is no part's.
        report.bytes = report.total_bytes.unwrap_or(report.bytes);
        let _ = shift.monitor.report(report.clone());
        let made = shift
            .beside(shift.join_parts(job, stored.plan, parts, engine))
            .await;
        let merged = match (shift.stop.reason(), made) {
            (None, Ok(made)) => made,
            (reason, made) => return shift.end(reason, made.err()).await,
        };
        let tell = || self.files.jobs().report(ticket, &report);
        self.patience().call(JobError::retryable, tell).await?;
        let publishing = |job: &mut FileJob| {
            publish(job, merged.output.clone(), merged.rejects.clone());
            job.warnings.extend(merged.warnings.iter().cloned());
        };
        let succeed = || self.files.jobs().succeed(ticket, publishing);
        if self.patience().call(JobError::retryable, succeed).await? != Ending::Recorded {
            return Ok(TaskEnd::Over);
        }
        self.clear(ticket).await;
        Ok(TaskEnd::Done(()))
    }
}

/// What there is to publish.
#[derive(Debug)]
struct Merged {
    output: Output,
    rejects: Option<Output>,
    warnings: Vec<String>,
}

impl Shift<'_> {
    async fn join_parts<P, M, E>(
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
        let input_name = job.detail.file_name.clone();
        let rejected = parts.iter().map(|part| part.rows_rejected).sum();
        let parts: Vec<_> = parts.into_iter().filter_map(|part| part.made).collect();
        if parts.len() != plan.parts as usize {
            return Err(self.broken("not all parts were made"));
        }
        let mut warnings: Vec<String> = Vec::new();
        let (mut read, mut keys, mut rejects) = (Vec::new(), Vec::new(), Vec::new());
        for part in parts {
            for warning in part.made.warnings {
                if !warnings.contains(&warning) {
                    warnings.push(warning);
                }
            }
            read.push((part.made.details, self.part_source(&part.output).await?));
            keys.push(part.output.key);
            rejects.extend(part.rejects.map(|rejects| Segment::Object(rejects.key)));
        }
        let work = MergeWork {
            job,
            plan: plan.details,
            parts: read,
            rejected,
        };
        let pieces = self.on_a_thread(move || engine(work)).await?;
        let segments = pieces.into_iter().map(|piece| match piece {
            Piece::Copy { part, start, end } => Segment::Range(keys[part].clone(), start..end),
            Piece::Bytes(bytes) => Segment::Bytes(bytes),
        });
        let name = processed_name(&input_name, &plan.extension);
        let output = self.join(segments.collect(), name, &plan.content_type);
        Ok(Merged {
            output: output.await?,
            rejects: if rejects.is_empty() {
                None
            } else {
                let joined = self.join(rejects, rejects_name(&input_name), REJECTS_TYPE);
                Some(joined.await?)
            },
            warnings,
        })
    }

    async fn part_source(&self, output: &Output) -> Result<SharedSource, Failure> {
        let objects = &self.ports().objects;
        let head = || objects.head(&output.key);
        let head = self.worker.patience().call(PortError::retryable, head);
        let head = head.await.map_err(|error| self.unanswered(&error))?;
        let head = head.filter(|head| head.size == output.size);
        let head = head.ok_or_else(|| self.broken("a part is not what was made"))?;
        let version = StoredInput {
            size: head.size,
            etag: head.etag,
        };
        Ok(self.source(output.key.clone(), version))
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
        let key = output_key(&self.ticket, &file_name);
        let objects = &self.ports().objects;
        let join = || objects.concatenate(&segments, &key, content_type);
        let joined = self.worker.patience().call(PortError::retryable, join);
        joined.await.map_err(|error| self.unanswered(&error))?;
        let size = objects.size(&key).await;
        let size = size.map_err(|error| self.unanswered(&error))?;
        Ok(Output {
            size: size.ok_or_else(|| self.broken("a merged file is not there"))?,
            file_name,
            key,
            content_type: content_type.to_owned(),
        })
    }
}

//! One upload URL, and the start of a job when its file is there.

use std::time::Duration;

use chrono::TimeDelta;
use millrace_jobs::{Change, Failure, JobError, Place, State, Step};
use millrace_ports::{ObjectHead, Tenant};

use crate::detail::{FileJob, StoredInput, Upload};
use crate::error::FileError;
use crate::keys::input_job;
use crate::service::{Files, key_of};

/// How long an upload URL is good.
pub(crate) const URL_LIFE: Duration = Duration::from_secs(3600);

/// Code of a file above the deployment's bound.
const TOO_LARGE: &str = "FILE_TOO_LARGE";

/// What the store's event about an uploaded object came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// The job has started, or had already.
    Started,
    /// The file is too large: the job has failed.
    TooLarge,
    /// No job waits for this object, or it is gone again.
    Ignored,
}

/// Who says that a file is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Owner,
    Store,
}

impl Files {
    /// A URL to upload the job's file by.
    ///
    /// # Errors
    /// As [`Files::load`]; refused when the job does not wait for a file, or has a URL that is still
    /// good or was used.
    pub async fn upload_url(&self, owner: &Tenant, id: &str) -> Result<String, FileError> {
        let (place, job) = self.find(owner, id).await?;
        // One that has expired counts as none, unless it was used.
        let expired = job.state == State::Created && job.detail.upload.is_some();
        if expired && self.ports().objects.head(&key_of(&job)).await?.is_some() {
            return Err(FileError::refused(
                "The file has been uploaded: call mark-uploaded",
            ));
        }
        // Made before it is recorded: a URL that is recorded and not given out would bar the way.
        let url = self
            .ports()
            .objects
            .presign_put(&key_of(&job), URL_LIFE)
            .await?;
        self.jobs
            .change(&place, |job, now| {
                awaits_upload(job)?;
                match &job.detail.upload {
                    Some(Upload::Url { .. }) if is_open(job, now) => {
                        return Err(FileError::refused("The job already has an upload URL"));
                    }
                    Some(Upload::Parts { .. }) if is_open(job, now) => {
                        return Err(FileError::refused(
                            "The job is being uploaded in parts: abort that first",
                        ));
                    }
                    _ => {}
                }
                let until = now + TimeDelta::hours(1);
                job.detail.upload = Some(Upload::Url { until });
                Ok(Change::Event("upload URL given"))
            })
            .await?;
        Ok(url)
    }

    /// Starts the job, because its owner says that the file is there; once, and with the right key.
    ///
    /// # Errors
    /// As [`Files::load`]; refused for another key, a second time, before the file is there, and for
    /// a file that is too large.
    pub async fn mark_uploaded(
        &self,
        owner: &Tenant,
        id: &str,
        object_key: &str,
    ) -> Result<FileJob, FileError> {
        let (place, job) = self.find(owner, id).await?;
        let key = key_of(&job);
        if object_key != key {
            return Err(FileError::refused(format!("object_key must be {key}")));
        }
        if job.detail.marked {
            return Err(already_marked());
        }
        let head = match job.state {
            State::Created => self.ports().objects.head(&key).await?,
            _ => None,
        };
        let job = self.receive(&place, head.as_ref(), Source::Owner).await?;
        if is_too_large(&job) {
            return Err(FileError::refused(message_of(&job)));
        }
        Ok(job)
    }

    /// Starts the job of an uploaded object, because the store says that it is there. The same event
    /// may come again.
    ///
    /// # Errors
    /// The store's; the event should come again then.
    pub async fn arrived(&self, object_key: &str) -> Result<Arrival, FileError> {
        let Some(id) = input_job(object_key) else {
            return Ok(Arrival::Ignored);
        };
        let found = async {
            let place = self.jobs.locate(id).await?;
            let job = self.jobs.read(&place).await?;
            Ok::<_, JobError>((place, job))
        };
        let (place, job) = match found.await {
            Err(JobError::NotFound) => return Ok(Arrival::Ignored),
            found => found?,
        };
        if key_of(&job) != object_key {
            return Ok(Arrival::Ignored);
        }
        // Events come late and out of order: what counts is what is there now.
        let Some(head) = self.ports().objects.head(object_key).await? else {
            return Ok(Arrival::Ignored);
        };
        match self.receive(&place, Some(&head), Source::Store).await {
            Ok(job) if is_too_large(&job) => Ok(Arrival::TooLarge),
            Ok(job) if job.detail.input.is_some() => Ok(Arrival::Started),
            Ok(_) | Err(FileError::Refused(_) | FileError::Job(JobError::NotFound)) => {
                Ok(Arrival::Ignored)
            }
            Err(error) => Err(error),
        }
    }

    async fn receive(
        &self,
        place: &Place,
        head: Option<&ObjectHead>,
        source: Source,
    ) -> Result<FileJob, FileError> {
        let largest = self.max_upload_bytes;
        let job = self
            .jobs
            .change(place, |job, _| take_in(job, head, source, largest))
            .await?;
        if is_too_large(&job) {
            let keys = [key_of(&job)];
            if let Err(error) = self.ports().objects.delete(&keys).await {
                tracing::warn!(job = job.id, %error, "a file that is too large is left behind");
            }
        }
        Ok(job)
    }
}

/// What the news about a file change in its job.
fn take_in(
    job: &mut FileJob,
    head: Option<&ObjectHead>,
    source: Source,
    largest: u64,
) -> Result<Change, FileError> {
    let by_owner = source == Source::Owner;
    if by_owner && job.detail.marked {
        return Err(already_marked());
    }
    if job.state == State::Created {
        let head = head.ok_or_else(|| {
            FileError::refused("The file is not there: upload it first, then mark it")
        })?;
        if head.size > largest {
            let message = format!(
                "The file has {} bytes, more than the {largest} that are taken",
                head.size
            );
            job.failure = Some(Failure::new(TOO_LARGE, message));
            return Ok(Change::Step(Step::Fail));
        }
        job.detail.input = Some(stored(head));
        job.detail.marked = by_owner;
        job.detail.upload = None;
        return Ok(Change::Step(Step::Submit));
    }
    if by_owner {
        if is_too_large(job) {
            return Err(FileError::refused(message_of(job)));
        }
        if job.detail.input.is_none() {
            return Err(FileError::refused("The job is not PENDING"));
        }
        job.detail.marked = true;
        return Ok(Change::Event("marked as uploaded"));
    }
    // Uploaded once more before any worker looked: the last one is meant.
    let unread = job.state == State::Queued && job.attempt == 0;
    match head.map(|head| (head.size <= largest, stored(head))) {
        Some((true, input)) if unread && job.detail.input.as_ref() != Some(&input) => {
            job.detail.input = Some(input);
            Ok(Change::Event("input replaced"))
        }
        _ => Ok(Change::Nothing),
    }
}

pub(crate) fn awaits_upload(job: &FileJob) -> Result<(), FileError> {
    if job.state == State::Created {
        return Ok(());
    }
    Err(FileError::refused("The job is not PENDING"))
}

pub(crate) fn is_open(job: &FileJob, now: chrono::DateTime<chrono::Utc>) -> bool {
    let upload = job.detail.upload.as_ref();
    upload.is_some_and(|upload| upload.is_open(now))
}

fn stored(head: &ObjectHead) -> StoredInput {
    StoredInput {
        size: head.size,
        etag: head.etag.clone(),
    }
}

fn already_marked() -> FileError {
    FileError::refused("The job is marked as uploaded already")
}

fn is_too_large(job: &FileJob) -> bool {
    let failure = job.failure.as_ref();
    failure.is_some_and(|failure| failure.code == TOO_LARGE)
}

fn message_of(job: &FileJob) -> String {
    let failure = job.failure.as_ref();
    failure.map_or_else(String::new, |failure| failure.message.clone())
}

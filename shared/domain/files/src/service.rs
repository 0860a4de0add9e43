use chrono::TimeDelta;
use millrace_jobs::{JobPage, Jobs, Place, Policy, State};
use millrace_ports::{Ports, Tenant};

use crate::detail::{FileDetail, FileJob, NewFile, StoredInput, Upload};
use crate::error::FileError;
use crate::keys::input_key;

/// Bounds of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Largest file that is taken, in bytes: 50 GiB.
    pub max_upload_bytes: u64,
    /// How long jobs and their files are kept, and what the lifecycle waits for.
    pub policy: Policy,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_upload_bytes: 50 << 30,
            policy: Policy::default(),
        }
    }
}

impl Settings {
    /// These bounds, with jobs that are kept for `days`.
    #[must_use]
    pub fn new(max_upload_bytes: u64, days: u32) -> Self {
        Self {
            max_upload_bytes,
            policy: Policy {
                retention: TimeDelta::days(days.into()),
                ..Policy::default()
            },
        }
    }
}

/// The file jobs.
#[derive(Debug, Clone)]
pub struct Files {
    pub(crate) jobs: Jobs<FileDetail>,
    pub(crate) max_upload_bytes: u64,
}

impl Files {
    /// The file jobs over `ports`.
    #[must_use]
    pub fn new(ports: Ports, settings: Settings) -> Self {
        Self {
            jobs: Jobs::new(ports, settings.policy),
            max_upload_bytes: settings.max_upload_bytes,
        }
    }

    /// Their lifecycle, for workers.
    #[must_use]
    pub fn jobs(&self) -> &Jobs<FileDetail> {
        &self.jobs
    }

    pub(crate) fn ports(&self) -> &Ports {
        self.jobs.ports()
    }

    /// Creates a job that waits for its file.
    ///
    /// # Errors
    /// The store's.
    pub async fn create(&self, owner: &Tenant, file: NewFile) -> Result<FileJob, FileError> {
        Ok(self.jobs.create(owner, FileDetail::new(file)).await?)
    }

    /// The owner's job of this id.
    ///
    /// # Errors
    /// Another tenant's, none, or the store's.
    pub async fn load(&self, owner: &Tenant, id: &str) -> Result<FileJob, FileError> {
        Ok(self.jobs.load(owner, id).await?)
    }

    /// The owner's jobs, newest first.
    ///
    /// # Errors
    /// A cursor of another list, or the store's.
    pub async fn list(
        &self,
        owner: &Tenant,
        skip: u32,
        limit: u32,
        cursor: Option<String>,
    ) -> Result<JobPage<FileDetail>, FileError> {
        Ok(self.jobs.list(owner, skip, limit, cursor).await?)
    }

    /// The file of a job of the owner; `None` while it is not there.
    ///
    /// # Errors
    /// As [`Files::load`].
    pub async fn uploaded(
        &self,
        owner: &Tenant,
        id: &str,
    ) -> Result<Option<UploadedFile>, FileError> {
        let job = self.load(owner, id).await?;
        Ok(job.detail.input.clone().map(|version| UploadedFile {
            key: key_of(&job),
            file_name: job.detail.file_name,
            version,
        }))
    }

    /// Cancels a job: at once, or as soon as its worker stops. What was uploaded in parts goes with it.
    ///
    /// # Errors
    /// As [`Files::load`], or refused once it has ended otherwise.
    pub async fn cancel(&self, owner: &Tenant, id: &str) -> Result<FileJob, FileError> {
        let job = self.jobs.cancel(owner, id).await?;
        if let (State::Cancelled, Some(Upload::Parts { id: upload, .. })) =
            (job.state, &job.detail.upload)
        {
            let aborted = self.ports().uploads.abort(&key_of(&job), upload).await;
            if let Err(error) = aborted {
                // The bucket drops it a day later.
                tracing::warn!(job = job.id, %error, "an upload in parts is left behind");
            }
        }
        Ok(job)
    }

    /// A job of the owner, with its place to change it at.
    pub(crate) async fn find(
        &self,
        owner: &Tenant,
        id: &str,
    ) -> Result<(Place, FileJob), FileError> {
        let place = self.jobs.locate_own(owner, id).await?;
        let job = self.jobs.read(&place).await?;
        Ok((place, job))
    }
}

/// A file that was uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadedFile {
    /// Its name.
    pub file_name: String,
    /// Where it lies.
    pub key: String,
    /// Which version it is.
    pub version: StoredInput,
}

/// Where the input of a job lies.
pub(crate) fn key_of(job: &FileJob) -> String {
    input_key(&job.id, &job.detail.file_name)
}

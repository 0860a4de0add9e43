//! Removal of jobs with their files: by their owners, and when their time is over.

use millrace_jobs::{JobError, Place, State, Swept};
use millrace_ports::{PortError, Tenant};

use crate::detail::Upload;
use crate::error::FileError;
use crate::keys::{input_key, output_folder};
use crate::service::{Files, key_of};

/// Jobs that one sweep removes; the next one goes on.
const MOST: usize = 100;

/// What a sweep of the file jobs did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FilesSwept {
    /// With the lifecycle.
    pub jobs: Swept,
    /// Jobs past their retention, removed with their files.
    pub removed: u32,
}

impl Files {
    /// Removes a job with its files.
    ///
    /// # Errors
    /// As [`Files::load`]; refused while it is queued or running.
    pub async fn remove(&self, owner: &Tenant, id: &str) -> Result<(), FileError> {
        let (place, mut job) = self.find(owner, id).await?;
        if job.state == State::Created {
            // From now on no file that arrives starts it.
            job = self.jobs.cancel(owner, id).await?;
        }
        if job.state.is_live() {
            // Refuses with the reason.
            return Ok(self.jobs.remove(owner, id).await?);
        }
        if let Some(Upload::Parts { id: upload, .. }) = &job.detail.upload {
            self.ports().uploads.abort(&key_of(&job), upload).await?;
        }
        self.remove_objects(&place).await?;
        Ok(self.jobs.erase(&place).await?)
    }

    /// Does everything that is overdue. To be called every minute; calls may overlap.
    ///
    /// # Errors
    /// The store's, when not even the overdue could be found.
    pub async fn sweep(&self) -> Result<FilesSwept, FileError> {
        let mut swept = FilesSwept {
            jobs: self.jobs.sweep().await?,
            removed: 0,
        };
        for place in self.jobs.expired(MOST).await? {
            match self.remove_expired(&place).await {
                Ok(()) => swept.removed += 1,
                Err(error) => {
                    tracing::warn!(job = place.id, %error, "an expired job is left to the next sweep");
                    swept.jobs.errors += 1;
                }
            }
        }
        Ok(swept)
    }

    async fn remove_expired(&self, place: &Place) -> Result<(), FileError> {
        self.remove_objects(place).await?;
        match self.jobs.erase(place).await {
            Ok(()) | Err(JobError::NotFound) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes what any attempt has put together, published or not.
    ///
    /// # Errors
    /// The store's.
    pub async fn remove_outputs(&self, job: &str) -> Result<(), PortError> {
        let objects = &self.ports().objects;
        objects.delete_under(&output_folder(job)).await
    }

    /// Deletes what attempts have made on the way.
    ///
    /// # Errors
    /// The store's.
    pub async fn remove_parts(&self, place: &Place) -> Result<(), PortError> {
        self.ports().objects.delete_under(&place.prefix()).await
    }

    /// Deletes the input, whatever its name, and everything that any attempt has written.
    async fn remove_objects(&self, place: &Place) -> Result<(), JobError> {
        let objects = &self.ports().objects;
        objects.delete_under(&input_key(&place.id, "")).await?;
        self.remove_outputs(&place.id).await?;
        Ok(self.remove_parts(place).await?)
    }
}

use millrace_jobs::State;
use millrace_ports::{Disposition, Tenant};

use crate::error::FileError;
use crate::service::Files;
use crate::upload::URL_LIFE;

/// Which file of a job to download.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Download {
    /// What came out.
    Output,
    /// The rows that could not be read.
    Rejects,
}

impl Files {
    /// A URL to download a file of a job by.
    ///
    /// # Errors
    /// As [`Files::load`]; refused before the job is done, and where it has no such file.
    pub async fn download_url(
        &self,
        owner: &Tenant,
        id: &str,
        which: Download,
    ) -> Result<String, FileError> {
        let job = self.load(owner, id).await?;
        if job.state != State::Succeeded {
            return Err(FileError::refused("The job is not COMPLETED"));
        }
        let (file, absent) = match which {
            Download::Output => (job.detail.output, "The job has no output file"),
            Download::Rejects => (job.detail.rejects, "The job has rejected no rows"),
        };
        let file = file.ok_or_else(|| FileError::refused(absent))?;
        let disposition = Disposition::attachment(file.file_name, file.content_type);
        let objects = &self.ports().objects;
        Ok(objects
            .presign_get(&file.key, &disposition, URL_LIFE)
            .await?)
    }
}

//! Files of other jobs that an engine reads beside its input.

use std::sync::Arc;

use millrace_files::{FileError, Files};
use millrace_formats::SharedSource;
use millrace_jobs::{Failure, JobError};
use millrace_ports::Tenant;
use tokio::runtime::Handle;

use super::shift::store_silent;
use crate::outside::{Outside, OutsideFault};
use crate::patience::Patience;
use crate::source::{ObjectSource, ReadAhead};
use crate::stop::Stop;

/// The files of the owner's other jobs.
#[derive(Debug)]
pub struct OtherFiles {
    pub(super) files: Files,
    pub(super) owner: Tenant,
    pub(super) reading: (ReadAhead, Patience),
    pub(super) runtime: Handle,
    pub(super) signals: (Stop, Outside),
}

/// A file of another job.
pub struct OtherFile {
    /// Its name.
    pub file_name: String,
    /// Its bytes.
    pub source: SharedSource,
}

impl std::fmt::Debug for OtherFile {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.file_name)
    }
}

impl OtherFiles {
    /// The file of the owner's job of this id; another one's is as good as none. Blocks the thread,
    /// which must not be one that drives the runtime.
    ///
    /// # Errors
    /// `INPUT_NOT_FOUND`, or what a store that does not answer comes to.
    pub fn open(&self, job: &str) -> Result<OtherFile, Failure> {
        let (stop, outside) = &self.signals;
        let load = || self.files.uploaded(&self.owner, job);
        let found = self
            .runtime
            .block_on(self.reading.1.call(FileError::retryable, load));
        match found {
            Ok(Some(file)) => {
                let _runtime = self.runtime.enter();
                let source = ObjectSource::new(
                    Arc::clone(&self.files.jobs().ports().objects),
                    (file.key, file.version),
                    self.reading,
                    stop.clone(),
                    outside.clone(),
                );
                Ok(OtherFile {
                    file_name: file.file_name,
                    source: Arc::new(source),
                })
            }
            Ok(None) => Err(not_found(&format!(
                "The file of job {job} is not uploaded yet"
            ))),
            Err(FileError::Job(JobError::NotFound | JobError::Foreign)) => {
                Err(not_found(&format!("You have no job {job}")))
            }
            Err(error) => {
                tracing::warn!(job, %error, "another file is not found out");
                if let FileError::Job(JobError::Port(error)) = error {
                    outside.record(OutsideFault::Store(error));
                }
                Err(store_silent())
            }
        }
    }
}

fn not_found(what: &str) -> Failure {
    let help = "a step brings in the file of another job by its id, once that is uploaded";
    Failure::new("INPUT_NOT_FOUND", format!("{what}: {help}"))
}

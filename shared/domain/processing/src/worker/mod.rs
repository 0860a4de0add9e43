//! From a message to the end of an attempt.

mod attempt;
mod merge;
mod others;
mod output;
mod parts;
mod shift;

use std::time::Duration;

use chrono::{DateTime, Utc};
use millrace_files::{FileJob, Files};
use millrace_formats::SharedSource;
use millrace_jobs::{Claim, Failure, JobError, Message};

use self::attempt::Attempt;
pub use self::merge::MergeWork;
pub use self::others::{OtherFile, OtherFiles};
pub use self::output::NewOutput;
pub use self::parts::{MACHINE, PartMade, Plan, TaskEnd};
use crate::monitor::Monitor;
use crate::patience::Patience;
use crate::secret::TenantKey;
use crate::source::ReadAhead;
use crate::writer::ObjectWriter;

/// How a worker works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// How often it reports, and hears of a cancel: 2 s.
    pub report_every: Duration,
    /// How inputs are read.
    pub read_ahead: ReadAhead,
    /// The pause before a call to the store is repeated: 100 ms, longer each time.
    pub pause: Duration,
    /// Stack of an engine's thread, in bytes: 16 MiB. Plans and nested values are walked by recursion.
    pub stack_bytes: usize,
    /// Bytes of an input beyond which a state machine has the job made in parts: 1 GiB.
    pub large_bytes: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            report_every: Duration::from_secs(2),
            read_ahead: ReadAhead::default(),
            pause: Duration::from_millis(100),
            stack_bytes: 16 << 20,
            large_bytes: 1 << 30,
        }
    }
}

/// What an engine gets.
pub struct Work {
    /// The job as it was taken: its steps, reader's options and bounds.
    pub job: Box<FileJob>,
    /// The key of its owner's own.
    pub tenant_key: TenantKey,
    /// The file.
    pub input: SharedSource,
    /// Files of the owner's other jobs.
    pub others: OtherFiles,
    /// To be begun, and to take what comes out.
    pub output: NewOutput,
    /// Takes the rows that could not be read, a JSON object a line. Without a byte there is no such
    /// file.
    pub rejects: ObjectWriter,
    /// Hears how far it is.
    pub monitor: Monitor,
}

impl std::fmt::Debug for Work {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Work")
            .field("job", &self.job)
            .finish_non_exhaustive()
    }
}

/// What an engine made, beside the bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Made {
    /// What the owner should know.
    pub warnings: Vec<String>,
}

/// What became of a message. In every case it is done with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// There was nothing to do: somebody has the job or had it, or it is gone.
    Over,
    /// It is large, and the state machine has it now.
    HandedOver,
    /// The output can be downloaded.
    Succeeded,
    /// The job has failed.
    Failed(Failure),
    /// Something outside of the job stood in the way; it has another attempt, unless this was the last.
    Released(Failure),
    /// Its owner wanted it to end.
    Cancelled,
    /// The worker was given up, and what it made was taken away.
    Lost,
}

/// Takes jobs from messages.
#[derive(Debug, Clone)]
pub struct Worker {
    files: Files,
    settings: Settings,
}

impl Worker {
    /// A worker on the jobs of `files`.
    #[must_use]
    pub fn new(files: Files) -> Self {
        Self::with_settings(files, Settings::default())
    }

    /// The same, with other settings.
    #[must_use]
    pub fn with_settings(files: Files, settings: Settings) -> Self {
        Self { files, settings }
    }

    /// Runs `engine` on the job of a message, until `deadline` at most, and ends the attempt.
    ///
    /// The engine runs on a thread of its own, on which it may block and compute. Should it go on after
    /// it was told to stop, the job has ended all the same; only this call waits for it.
    ///
    /// # Errors
    /// The store's; the message should come again then.
    pub async fn run<E>(
        &self,
        message: &Message,
        deadline: DateTime<Utc>,
        engine: E,
    ) -> Result<Outcome, JobError>
    where
        E: FnOnce(Work) -> Result<Made, Failure> + Send + 'static,
    {
        match self.files.jobs().claim(message).await? {
            Claim::Over => Ok(Outcome::Over),
            Claim::Claimed(ticket, job) if self.is_large(&job) => self.hand_over(ticket).await,
            Claim::Claimed(ticket, job) => {
                let attempt = Attempt::new(self, ticket, &job, deadline);
                attempt.run(job, engine).await
            }
        }
    }

    fn is_large(&self, job: &FileJob) -> bool {
        let input = job.detail.input.as_ref();
        input.is_some_and(|input| input.size > self.settings.large_bytes)
    }

    fn patience(&self) -> Patience {
        Patience(self.settings.pause)
    }
}

#[cfg(test)]
mod tests;

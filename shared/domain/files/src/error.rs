use millrace_jobs::{JobError, Refusal, State, Step};
use millrace_ports::PortError;

/// Why something could not be done with a file job.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The job's.
    #[error(transparent)]
    Job(JobError),
    /// It does not stand where this can happen, or its file does not.
    #[error(transparent)]
    Refused(#[from] Refused),
}

/// Why something is refused, as a sentence for the owner.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub String);

impl FileError {
    pub(crate) fn refused(sentence: impl Into<String>) -> Self {
        Self::Refused(Refused(sentence.into()))
    }

    /// Whether the same call may succeed later.
    #[must_use]
    pub fn retryable(&self) -> bool {
        matches!(self, Self::Job(error) if error.retryable())
    }
}

impl From<JobError> for FileError {
    fn from(error: JobError) -> Self {
        match error {
            JobError::Refused(refusal) => Self::refused(sentence(refusal)),
            other => Self::Job(other),
        }
    }
}

impl From<PortError> for FileError {
    fn from(error: PortError) -> Self {
        Self::Job(error.into())
    }
}

fn sentence(Refusal { state, step }: Refusal) -> String {
    match step {
        Step::Remove if state == State::Cancelling => {
            "The job is being cancelled: wait until it has stopped".to_owned()
        }
        Step::Remove => format!("The job is {state}: cancel it first"),
        Step::Cancel | Step::RequestCancel => {
            format!("The job has {state} and cannot be cancelled")
        }
        _ => format!("The job is {state}"),
    }
}

use chrono::{DateTime, Utc};
use millrace_api::error::Fault;
use millrace_jobs::{JobError, Refusal, State, Step};
use millrace_ports::PortError;

/// Why something could not be done with a data-generation job.
#[derive(Debug, thiserror::Error)]
pub enum GenerationError {
    /// What was asked for is wrong.
    #[error("{}", Fault::sentence(.0))]
    Invalid(Vec<Fault>),
    /// What was asked for lies where the caller may not go, as a sentence.
    #[error("{0}")]
    Forbidden(String),
    /// The job does not stand where this can happen, as a sentence.
    #[error("{0}")]
    Refused(String),
    /// A call names itself as another one has.
    #[error("The Idempotency-Key was used for another request")]
    KeyReused,
    /// The customer has as many jobs as may be.
    #[error("all {most} slots are taken, until {retry_at} at least")]
    Full {
        /// How many slots there are.
        most: u32,
        /// When one may be free, and not before.
        retry_at: DateTime<Utc>,
    },
    /// The job's.
    #[error(transparent)]
    Job(JobError),
}

impl GenerationError {
    pub(crate) fn refused(sentence: impl Into<String>) -> Self {
        Self::Refused(sentence.into())
    }

    /// Whether the same call may succeed later.
    #[must_use]
    pub fn retryable(&self) -> bool {
        matches!(self, Self::Job(error) if error.retryable())
    }
}

impl From<JobError> for GenerationError {
    fn from(error: JobError) -> Self {
        match error {
            JobError::Refused(refusal) => Self::Refused(sentence(refusal)),
            JobError::Blocked(sentence) => Self::Refused(sentence),
            other => Self::Job(other),
        }
    }
}

impl From<PortError> for GenerationError {
    fn from(error: PortError) -> Self {
        Self::Job(error.into())
    }
}

fn sentence(Refusal { state, step }: Refusal) -> String {
    let stands = match state {
        State::Succeeded => "is completed",
        State::Failed => "has failed",
        State::Cancelling => "is being cancelled",
        State::Cancelled => "is cancelled",
        State::Created | State::Queued => "is queued",
        State::Running => "is running",
        State::Paused => "is paused",
    };
    match step {
        Step::Resume => {
            format!("The job {stands}: only a paused or failed one can be resumed")
        }
        Step::Pause => format!("The job {stands}: only a queued or running one can be paused"),
        Step::Cancel | Step::RequestCancel => format!("The job {stands} and cannot be cancelled"),
        _ => format!("The job {stands}"),
    }
}

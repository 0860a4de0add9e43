use chrono::{DateTime, Utc};
use millrace_ports::PortError;

use crate::state::Refusal;

/// Why a job could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// Nobody has a job of this id, or not any more.
    #[error("no such job")]
    NotFound,
    /// Another tenant has it.
    #[error("the job is another tenant's")]
    Foreign,
    /// It does not stand where this can happen.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Its owner has as many at once as may be.
    #[error("every slot is taken, until {retry_at} at least")]
    NoSlot {
        /// When a slot may be free, and not before.
        retry_at: DateTime<Utc>,
    },
    /// What has to change with it cannot, as a sentence.
    #[error("{0}")]
    Blocked(String),
    /// Others changed it all the time.
    #[error("the job is changing too fast")]
    Busy,
    /// What is stored is not a job of this system.
    #[error("a stored job is unreadable: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// The store did not answer.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl JobError {
    /// Whether the same call may succeed later.
    #[must_use]
    pub fn retryable(&self) -> bool {
        match self {
            Self::Busy => true,
            Self::Port(error) => error.retryable(),
            _ => false,
        }
    }
}

//! Why a stage stops before it is done.

use millrace_api::error::Fault;
use millrace_formats::FormatError;
use millrace_formats::write::WriteError;
use millrace_jobs::{Directive, Failure, JobError};
use millrace_likeness::LikenessError;
use millrace_ports::PortError;

/// Why, and what becomes of the job.
#[derive(Debug)]
pub enum Halt {
    /// Somebody else has the job, or nobody: paused, over its time, given up.
    Over,
    /// Its owner wants it to end.
    Cancelled,
    /// Something outside of it stood in the way; the same work may succeed later.
    Again(Failure),
    /// It will never work.
    Failed(Failure),
}

/// What a stage comes to.
pub type Step<T> = Result<T, Halt>;

impl Halt {
    /// A fault of ours, of which the owner hears no more than that.
    pub fn broken(cause: &str) -> Self {
        tracing::error!(cause, "a stage broke");
        Self::Failed(Failure::new(
            "INTERNAL_ERROR",
            "The data could not be made because of a fault on our side, which has been noted",
        ))
    }

    /// What is wrong with the job or its input.
    pub fn failed(code: &str, message: &str) -> Self {
        Self::Failed(Failure::new(code, sentence(message)))
    }
}

/// Whether a worker may go on.
pub fn heed(directive: Directive) -> Step<()> {
    match directive {
        Directive::Continue => Ok(()),
        Directive::Cancel => Err(Halt::Cancelled),
        Directive::Stop => Err(Halt::Over),
    }
}

/// What a store that does not answer comes to.
pub fn store_silent() -> Failure {
    Failure::new(
        "STORE_UNAVAILABLE",
        "The store did not answer for too long: resume the job later",
    )
}

/// What a call comes to that has to end before its work is done; parts that are made stay.
pub fn time_over() -> Failure {
    Failure::new(
        "TIME_LIMIT",
        "One step of the work did not end within the time that it has: ask for fewer rows or columns, or give a smaller input",
    )
}

impl From<JobError> for Halt {
    fn from(error: JobError) -> Self {
        match error {
            JobError::Port(error) => error.into(),
            JobError::Busy => Self::Again(store_silent()),
            JobError::NotFound => Self::Over,
            error => Self::broken(&error.to_string()),
        }
    }
}

impl From<PortError> for Halt {
    fn from(error: PortError) -> Self {
        if error.retryable() {
            tracing::warn!(%error, "the store does not answer");
            return Self::Again(store_silent());
        }
        match error {
            PortError::Denied { .. } => Self::failed(
                "ACCESS_DENIED",
                "this deployment may not read or write where the job says: check the bucket's policy",
            ),
            PortError::TooLarge { .. } => Self::failed(
                "OUTPUT_TOO_LARGE",
                "the output is larger than one object can be: ask for fewer rows",
            ),
            error => Self::broken(&error.to_string()),
        }
    }
}

impl From<serde_json::Error> for Halt {
    fn from(error: serde_json::Error) -> Self {
        Self::broken(&error.to_string())
    }
}

impl From<FormatError> for Halt {
    fn from(error: FormatError) -> Self {
        Self::failed(error.code(), &error.to_string())
    }
}

impl From<WriteError> for Halt {
    fn from(error: WriteError) -> Self {
        Self::failed(error.code(), &error.to_string())
    }
}

impl From<LikenessError> for Halt {
    fn from(error: LikenessError) -> Self {
        Self::failed(error.code(), &error.to_string())
    }
}

impl From<Vec<Fault>> for Halt {
    fn from(faults: Vec<Fault>) -> Self {
        Self::failed("INVALID_JOB", &Fault::sentence(&faults))
    }
}

/// A message of an engine, as the owner reads it.
pub fn sentence(message: &str) -> String {
    let end = message.chars().next().map_or(0, char::len_utf8);
    let (first, rest) = message.split_at(end);
    first.to_uppercase() + rest
}

//! Why a run ends without a result.

use datafusion::error::DataFusionError;
use millrace_formats::FormatError;
use millrace_formats::write::WriteError;
use millrace_rows::RowError;

/// Why a run ends without a result. No output that was begun may be delivered then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TabularError {
    /// The input cannot be read.
    #[error(transparent)]
    Input(#[from] FormatError),
    /// Another file that a step brings in cannot be read.
    #[error("the file {name} cannot be read: {error}")]
    Side {
        /// As the step names it.
        name: String,
        /// Why.
        error: FormatError,
    },
    /// A step cannot work on what it gets.
    #[error(transparent)]
    Step(#[from] RowError),
    /// More rows were rejected than the job allows.
    #[error(
        "more than {limit} rows were rejected; look at the rejects, correct the input or the steps, or raise max_rejected_rows"
    )]
    TooManyRejects {
        /// The limit.
        limit: u64,
    },
    /// The work needs more memory than there is.
    #[error("the work needs more memory than the limit of {limit_mib} MiB: {reason}")]
    MemoryLimit {
        /// The limit.
        limit_mib: usize,
        /// What needs it.
        reason: String,
    },
    /// Whoever watches the run ended it.
    #[error("the run was cancelled")]
    Cancelled,
    /// The output cannot be written.
    #[error(transparent)]
    Output(#[from] WriteError),
    /// Files of the run's own cannot be written or read back.
    #[error("temporary files failed: {0}")]
    Spill(#[from] std::io::Error),
    /// What should not happen.
    #[error("the run failed: {0}")]
    Internal(String),
}

impl TabularError {
    /// The code for machines.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Input(error) | Self::Side { error, .. } => error.code(),
            Self::Step(error) => error.code,
            Self::TooManyRejects { .. } => "TOO_MANY_REJECTS",
            Self::MemoryLimit { .. } => "MEMORY_LIMIT",
            Self::Cancelled => "CANCELLED",
            Self::Output(error) => error.code(),
            Self::Spill(_) => "SPILL_FAILED",
            Self::Internal(_) => "INTERNAL",
        }
    }

    /// Whether the input or the steps are at fault, so that trying again gives the same.
    #[must_use]
    pub fn is_final(&self) -> bool {
        !matches!(
            self,
            Self::Output(WriteError::Io(_)) | Self::Spill(_) | Self::Internal(_)
        )
    }

    pub(crate) fn step(code: &'static str, message: impl Into<String>) -> Self {
        Self::Step(RowError::new(code, message))
    }
}

impl From<arrow::error::ArrowError> for TabularError {
    fn from(error: arrow::error::ArrowError) -> Self {
        Self::Step(error.into())
    }
}

impl From<DataFusionError> for TabularError {
    fn from(error: DataFusionError) -> Self {
        match error {
            // An error of ours that went through a plan comes back as what it was.
            DataFusionError::External(inner) => match inner.downcast::<Self>() {
                Ok(own) => *own,
                Err(other) => Self::Internal(other.to_string()),
            },
            DataFusionError::Context(_, inner) => (*inner).into(),
            DataFusionError::ArrowError(inner, _) => Self::from(*inner),
            DataFusionError::Shared(shared) => match std::sync::Arc::try_unwrap(shared) {
                Ok(inner) => inner.into(),
                Err(shared) => Self::Internal(shared.to_string()),
            },
            other => Self::Internal(other.strip_backtrace()),
        }
    }
}

use crate::Item;

/// Why a call to the outside failed. Messages carry request ids and no secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PortError {
    /// The service did not answer, or answered with a fault of its own. The call may have taken
    /// effect all the same.
    #[error("unavailable: {message}")]
    Unavailable {
        /// What happened.
        message: String,
    },
    /// The service asked for fewer calls.
    #[error("throttled: {message}")]
    Throttled {
        /// What happened.
        message: String,
    },
    /// The credentials do not allow the call.
    #[error("denied: {message}")]
    Denied {
        /// What happened.
        message: String,
    },
    /// A table, bucket, queue, machine or part that has to exist does not.
    #[error("not found: {message}")]
    NotFound {
        /// What happened.
        message: String,
    },
    /// Larger than the service, or the caller of the port, admits.
    #[error("too large: {message}")]
    TooLarge {
        /// What happened.
        message: String,
    },
    /// A call that no retry can make right: an empty key, the same item twice in a transaction,
    /// a cursor of another query.
    #[error("invalid: {message}")]
    Invalid {
        /// What happened.
        message: String,
    },
    /// Anything else.
    #[error("failed: {message}")]
    Other {
        /// What happened.
        message: String,
    },
}

impl PortError {
    /// An [`PortError::Unavailable`].
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::Unavailable {
            message: message.into(),
        }
    }

    /// A [`PortError::Throttled`].
    pub fn throttled(message: impl Into<String>) -> Self {
        Self::Throttled {
            message: message.into(),
        }
    }

    /// A [`PortError::Denied`].
    pub fn denied(message: impl Into<String>) -> Self {
        Self::Denied {
            message: message.into(),
        }
    }

    /// A [`PortError::NotFound`].
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::NotFound {
            message: message.into(),
        }
    }

    /// A [`PortError::TooLarge`].
    pub fn too_large(message: impl Into<String>) -> Self {
        Self::TooLarge {
            message: message.into(),
        }
    }

    /// A [`PortError::Invalid`].
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::Invalid {
            message: message.into(),
        }
    }

    /// A [`PortError::Other`].
    pub fn other(message: impl Into<String>) -> Self {
        Self::Other {
            message: message.into(),
        }
    }

    /// Whether the same call may succeed later.
    #[must_use]
    pub fn retryable(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::Throttled { .. })
    }
}

/// Why a transaction was not (known to be) committed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TransactError {
    /// The condition of a write did not hold. Nothing was written.
    #[error("the condition of write {index} does not hold")]
    ConditionFailed {
        /// Place of the first such write in the transaction, from 0.
        index: usize,
        /// The item stored under its key, as it was; `None` when there is none. A retry whose
        /// first attempt was committed but not answered recognises its own work here.
        item: Option<Item>,
    },
    /// Another transaction holds one of the items. Nothing was written; try again.
    #[error("another transaction holds one of the items")]
    Conflict,
    /// The call itself failed. After [`PortError::Unavailable`] the transaction may have been
    /// committed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl TransactError {
    /// Whether the same transaction may succeed later.
    #[must_use]
    pub fn retryable(&self) -> bool {
        match self {
            Self::ConditionFailed { .. } => false,
            Self::Conflict => true,
            Self::Port(error) => error.retryable(),
        }
    }
}

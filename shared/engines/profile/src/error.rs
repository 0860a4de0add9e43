//! What can go wrong between batches and a profile.

/// A fault of the caller's, or a batch that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// A batch, or another profiler, has other columns.
    #[error("{detail}; profile only batches of one schema together")]
    SchemaMismatch {
        /// What differs.
        detail: String,
    },
    /// Two profilers were made with different options.
    #[error(
        "the profiles were made with other {option}; merge only profiles with the same options"
    )]
    OptionsMismatch {
        /// The option that differs.
        option: &'static str,
    },
    /// Cells whose type cannot be shown as text.
    #[error("column {column} of type {data_type} cannot be read: {reason}")]
    Unreadable {
        /// The column.
        column: String,
        /// Its type.
        data_type: String,
        /// Why.
        reason: String,
    },
}

impl ProfileError {
    /// Stable, for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::SchemaMismatch { .. } => "PROFILE_SCHEMA_MISMATCH",
            Self::OptionsMismatch { .. } => "PROFILE_OPTIONS_MISMATCH",
            Self::Unreadable { .. } => "PROFILE_UNREADABLE_COLUMN",
        }
    }
}

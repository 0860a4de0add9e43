//! What can go wrong between a table and its likeness.

/// A fault of the caller's, of the table or of a stored model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LikenessError {
    /// The table has no column.
    #[error("the table has no columns; give one with at least one")]
    NoColumns,
    /// The table has no row.
    #[error("the table has no rows; nothing can be learned from it")]
    NoRows,
    /// Every row would be recognisable in the model.
    #[error("the table has {rows} rows, and at least {needed} are needed to learn without copying")]
    TooFewRows {
        /// Rows that came.
        rows: u64,
        /// Rows needed.
        needed: u64,
    },
    /// The table is wider than a model can be.
    #[error("the table has {columns} columns; at most {most} can be learned, so leave some out")]
    TooManyColumns {
        /// Columns that came.
        columns: usize,
        /// The bound.
        most: usize,
    },
    /// Two columns of the same name.
    #[error("two columns are called {name}; rename one")]
    DuplicateColumn {
        /// The name.
        name: String,
    },
    /// A column whose values have no likeness: lists, structs, bytes.
    #[error("column {column} of type {data_type} cannot be learned; leave it out or make it text")]
    UnsupportedType {
        /// The column.
        column: String,
        /// Its type.
        data_type: String,
    },
    /// A batch, or another learner, has other columns.
    #[error("{detail}; use only batches of one schema together")]
    SchemaMismatch {
        /// What differs.
        detail: String,
    },
    /// An option out of its bounds.
    #[error("{option} {reason}")]
    InvalidOption {
        /// Its name.
        option: &'static str,
        /// What it must be.
        reason: String,
    },
    /// Two parts were learned with different options.
    #[error("the parts were learned with other options; merge only parts with the same options")]
    OptionsMismatch,
    /// A stored model of a version that this program does not know.
    #[error("the model has version {found} where {known} is known; learn the table again")]
    ModelVersion {
        /// Its version.
        found: u32,
        /// The version of this program.
        known: u32,
    },
    /// A stored model that contradicts itself.
    #[error("the model is damaged: {reason}; learn the table again")]
    InvalidModel {
        /// Where and what.
        reason: String,
    },
    /// More rows were asked for at once than fit into memory.
    #[error("{rows} rows were asked for in one batch; at most {most}, so ask in parts")]
    BatchTooLarge {
        /// Rows asked for.
        rows: u64,
        /// The bound.
        most: u64,
    },
    /// Arrow refused an array.
    #[error("a batch could not be read or built: {reason}")]
    Batch {
        /// Why.
        reason: String,
    },
}

impl LikenessError {
    /// Stable, for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoColumns => "LIKE_NO_COLUMNS",
            Self::NoRows => "LIKE_NO_ROWS",
            Self::TooFewRows { .. } => "LIKE_TOO_FEW_ROWS",
            Self::TooManyColumns { .. } => "LIKE_TOO_MANY_COLUMNS",
            Self::DuplicateColumn { .. } => "LIKE_DUPLICATE_COLUMN",
            Self::UnsupportedType { .. } => "LIKE_UNSUPPORTED_TYPE",
            Self::SchemaMismatch { .. } => "LIKE_SCHEMA_MISMATCH",
            Self::InvalidOption { .. } => "LIKE_INVALID_OPTION",
            Self::OptionsMismatch => "LIKE_OPTIONS_MISMATCH",
            Self::ModelVersion { .. } => "LIKE_MODEL_VERSION",
            Self::InvalidModel { .. } => "LIKE_INVALID_MODEL",
            Self::BatchTooLarge { .. } => "LIKE_BATCH_TOO_LARGE",
            Self::Batch { .. } => "LIKE_BATCH",
        }
    }
}

impl From<arrow::error::ArrowError> for LikenessError {
    fn from(error: arrow::error::ArrowError) -> Self {
        Self::Batch {
            reason: error.to_string(),
        }
    }
}

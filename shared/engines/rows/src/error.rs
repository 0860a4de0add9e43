//! What keeps a step from working, and the rows it lets go.

use serde::Serialize;

/// Why a step cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct RowError {
    /// For machines: `COLUMN_NOT_FOUND`, `VALUE_TYPE_MISMATCH`, `STEP_FAILED`, ….
    pub code: &'static str,
    /// What is wrong and what to do, as a sentence.
    pub message: String,
}

impl RowError {
    /// An error with a code.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// A constant that does not fit the type of its column.
    pub fn value_type(column: &str, data_type: &str, value: &str) -> Self {
        Self::new(
            "VALUE_TYPE_MISMATCH",
            format!(
                "{value} does not fit column {column}, which holds {data_type}; give such a value, or cast the column first"
            ),
        )
    }

    /// A column whose type the step cannot work on.
    pub fn column_type(column: &str, data_type: &str, wanted: &str) -> Self {
        Self::new(
            "COLUMN_TYPE_MISMATCH",
            format!(
                "column {column} holds {data_type}, and this step works on {wanted}; cast the column first"
            ),
        )
    }
}

/// What Arrow refuses although the step was bound: a result beyond its limits, for one.
impl From<arrow::error::ArrowError> for RowError {
    fn from(error: arrow::error::ArrowError) -> Self {
        Self::new("STEP_FAILED", error.to_string())
    }
}

/// A row that a step let go, as one line of the rejects file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rejected {
    /// Row of the input, from 1 without the header; `None` where rows of the input make a row together.
    pub row: Option<u64>,
    /// Where the row begins in the input, where that is known.
    pub byte_offset: Option<u64>,
    /// The column at fault.
    pub column: Option<String>,
    /// For machines.
    pub code: String,
    /// For people.
    pub message: String,
    /// The row: as it stands in the file, or as JSON where a step let it go.
    pub raw: String,
}

//! Why rows are refused.

use datafusion::arrow::error::ArrowError;
use millrace_formats::FormatError;

use crate::fault::SqlFault;

/// Why rows were not loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadFault {
    /// Rows of a table that is not declared.
    #[error("there is no table {0}")]
    UnknownTable(String),
    /// A table that has rows already.
    #[error("{0} was given rows twice")]
    Twice(String),
    /// A column that the table does not have, or has once and the file twice.
    #[error("{table} has no column {column}, or the file has it twice; its columns are {}", columns.join(", "))]
    UnknownColumn {
        /// The table.
        table: String,
        /// The column of the file.
        column: String,
        /// Those of the table.
        columns: Vec<String>,
    },
    /// A record with more or fewer cells than the header.
    #[error("row {row} of {table} cannot be read: {reason}")]
    Row {
        /// The table.
        table: String,
        /// Row, from 1 without the header.
        row: u64,
        /// What is wrong.
        reason: String,
    },
    /// A file that cannot be read.
    #[error("the rows of {table} cannot be read: {fault}")]
    File {
        /// The table.
        table: String,
        /// What is wrong.
        fault: FormatError,
    },
    /// More than a limit.
    #[error("{table} has more than {limit} {what}")]
    TooLarge {
        /// The table.
        table: String,
        /// What there is too much of.
        what: &'static str,
        /// How much there may be.
        limit: usize,
    },
    /// Types of the file that cannot be taken.
    #[error("the rows of {table} have a type that is not taken: {fault}")]
    Type {
        /// The table.
        table: String,
        /// What is wrong.
        fault: ArrowError,
    },
    /// The definitions do not make tables.
    #[error(transparent)]
    Schema(#[from] SqlFault),
}

pub(super) fn too_large(table: &str, what: &'static str, limit: usize) -> LoadFault {
    LoadFault::TooLarge {
        table: table.to_owned(),
        what,
        limit,
    }
}

//! Why a file cannot be written.

use std::io;

use arrow::error::ArrowError;
use parquet::errors::ParquetError;

use crate::error::FormatError;

/// A fault that ends the writing of a file. What was written so far is no file and must not be
/// delivered.
///
/// The sentence says what to do; [`WriteError::code`] is stable and meant for machines.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// A column whose type the format has no place for.
    #[error("column {column} of type {data_type} cannot be written as {format}; cast it before")]
    UnsupportedType {
        /// The column.
        column: String,
        /// Its type.
        data_type: String,
        /// The format.
        format: &'static str,
    },
    /// A schema without columns.
    #[error("there is no column to write; keep at least one")]
    NoColumns,
    /// Two columns of one name where names are all that tells them apart.
    #[error("two columns are named {name}; rename one, for a record of {format} can hold only one")]
    DuplicateColumn {
        /// The name.
        name: String,
        /// The format.
        format: &'static str,
    },
    /// A batch that does not fit the file.
    #[error("the batch does not have the columns of the file: {reason}")]
    SchemaChanged {
        /// What differs.
        reason: String,
    },
    /// An option that contradicts itself or the format.
    #[error("the option {option} is invalid: {reason}")]
    InvalidOption {
        /// The option.
        option: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// A character that the chosen encoding does not have.
    #[error(
        "row {row}, column {column}: {character:?} does not exist in {encoding}; write UTF-8 instead"
    )]
    Unencodable {
        /// Row, from 1 without the header; 0 for the header itself.
        row: u64,
        /// The column.
        column: String,
        /// The character.
        character: char,
        /// The encoding.
        encoding: &'static str,
    },
    /// More rows than a sheet has.
    #[error(
        "the sheet would have more than {limit} rows, the header included; filter the rows or write CSV or Parquet"
    )]
    XlsxRowLimit {
        /// Rows of a sheet.
        limit: u64,
    },
    /// More columns than a sheet has.
    #[error(
        "the sheet would have {columns} columns; at most {limit} are possible: select fewer or write CSV or Parquet"
    )]
    XlsxColumnLimit {
        /// Columns of the schema.
        columns: usize,
        /// Columns of a sheet.
        limit: usize,
    },
    /// A text longer than a cell can hold.
    #[error(
        "row {row}, column {column}: the text has {length} characters; a cell holds at most {limit}: shorten it or write CSV or Parquet"
    )]
    XlsxCellLimit {
        /// Row, from 1 without the header; 0 for the header itself.
        row: u64,
        /// The column.
        column: String,
        /// Length in UTF-16 units, as Excel counts.
        length: usize,
        /// The most a cell holds.
        limit: usize,
    },
    /// A sheet too large for the archive it stands in.
    #[error("the sheet needs more than {limit} bytes; filter the rows or write CSV or Parquet")]
    XlsxSizeLimit {
        /// Bytes of a sheet at most, before compression.
        limit: u64,
    },
    /// More row groups than Parquet can number.
    #[error(
        "the merged file would have {groups} row groups; at most {limit} are possible: write larger row groups"
    )]
    RowGroupLimit {
        /// Row groups of all parts.
        groups: usize,
        /// The most there can be.
        limit: usize,
    },
    /// Parts that do not make one file.
    #[error("part {part} does not fit the parts before it: {reason}")]
    PartsDiffer {
        /// Its place, from 0.
        part: usize,
        /// What differs.
        reason: String,
    },
    /// A part that is not what the writer left.
    #[error("part {part} is damaged: {reason}; write it again")]
    DamagedPart {
        /// Its place, from 0.
        part: usize,
        /// What was seen.
        reason: String,
    },
    /// A write after a failed one.
    #[error("an earlier write failed; begin the file again")]
    Closed,
    /// The receiver of the bytes failed.
    #[error("the file cannot be written: {0}")]
    Io(#[source] io::Error),
    /// Arrow or Parquet refused a batch.
    #[error("a batch cannot be encoded: {0}")]
    Encoding(String),
    /// A part could not be read.
    #[error(transparent)]
    Read(#[from] FormatError),
}

impl WriteError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnsupportedType { .. } => "UNSUPPORTED_TYPE",
            Self::NoColumns => "NO_COLUMNS",
            Self::DuplicateColumn { .. } => "DUPLICATE_COLUMN",
            Self::SchemaChanged { .. } => "SCHEMA_CHANGED",
            Self::InvalidOption { .. } => "INVALID_OPTION",
            Self::Unencodable { .. } => "UNENCODABLE_TEXT",
            Self::XlsxRowLimit { .. } => "XLSX_ROW_LIMIT",
            Self::XlsxColumnLimit { .. } => "XLSX_COLUMN_LIMIT",
            Self::XlsxCellLimit { .. } => "XLSX_CELL_LIMIT",
            Self::XlsxSizeLimit { .. } => "XLSX_SIZE_LIMIT",
            Self::RowGroupLimit { .. } => "PARQUET_ROW_GROUP_LIMIT",
            Self::PartsDiffer { .. } => "PARTS_DIFFER",
            Self::DamagedPart { .. } => "DAMAGED_PART",
            Self::Closed => "WRITER_CLOSED",
            Self::Io(_) => "WRITE_FAILED",
            Self::Encoding(_) => "BATCH_FAILED",
            Self::Read(error) => error.code(),
        }
    }

    pub(crate) fn invalid(option: &'static str, reason: impl Into<String>) -> Self {
        Self::InvalidOption {
            option,
            reason: reason.into(),
        }
    }
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// What the receiver of the bytes said comes back as it was: callers tell their own faults by it.
impl From<ArrowError> for WriteError {
    fn from(error: ArrowError) -> Self {
        match error {
            ArrowError::IoError(_, error) => Self::Io(error),
            other => Self::Encoding(other.to_string()),
        }
    }
}

impl From<ParquetError> for WriteError {
    fn from(error: ParquetError) -> Self {
        match error {
            ParquetError::External(inner) => match inner.downcast::<io::Error>() {
                Ok(error) => Self::Io(*error),
                Err(other) => Self::Encoding(other.to_string()),
            },
            other => Self::Encoding(other.to_string()),
        }
    }
}

impl From<zip::result::ZipError> for WriteError {
    fn from(error: zip::result::ZipError) -> Self {
        match error {
            zip::result::ZipError::Io(error) => Self::Io(error),
            other => Self::Encoding(other.to_string()),
        }
    }
}

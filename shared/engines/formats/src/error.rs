//! Why a file cannot be read at all. What is wrong with single rows is a [`crate::Reject`].

use std::io;

/// A fault that ends the reading of a file.
///
/// The sentence says what to do; [`FormatError::code`] is stable and meant for machines.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// There is no byte in the file.
    #[error("the file is empty; upload a file with at least a header or one row")]
    EmptyFile,
    /// The content is no text and no known format.
    #[error(
        "the content is neither text nor a known format ({reason}); upload CSV, JSON, NDJSON, Parquet, Arrow or XLSX"
    )]
    UnknownFormat {
        /// What was seen.
        reason: String,
    },
    /// The caller said a format and the content is another.
    #[error(
        "the file was declared as {declared} but is not: {reason}; correct `format` or leave it out"
    )]
    NotDeclaredFormat {
        /// The declared format.
        declared: crate::Format,
        /// What was seen.
        reason: String,
    },
    /// A Parquet, Arrow or spreadsheet file that begins well and breaks.
    #[error("the {format} file is damaged: {reason}; write or upload it again")]
    Damaged {
        /// The format.
        format: crate::Format,
        /// What was seen.
        reason: String,
    },
    /// A compressed file or an archive that ends too early.
    #[error(
        "the {compression} data ends too early after {bytes} bytes of content; upload the whole file again"
    )]
    TruncatedArchive {
        /// The compression.
        compression: crate::Compression,
        /// Decompressed bytes that came out before the end.
        bytes: u64,
    },
    /// A compressed file or an archive that contradicts itself.
    #[error(
        "the {compression} data is damaged after {bytes} bytes of content: {reason}; upload it again"
    )]
    CorruptArchive {
        /// The compression.
        compression: crate::Compression,
        /// Decompressed bytes that came out before the fault.
        bytes: u64,
        /// What was seen.
        reason: String,
    },
    /// An archive of no or of several files.
    #[error("the ZIP archive must hold exactly one file but holds {}: {}; upload one of them", entries.len(), list(entries))]
    ArchiveEntries {
        /// Names of the entries.
        entries: Vec<String>,
    },
    /// An encrypted archive or workbook.
    #[error("the file is encrypted; upload it without a password")]
    Encrypted,
    /// Decompression passes the bounds.
    #[error("the content is larger than allowed after decompression ({reason}); split the file")]
    DecompressedTooLarge {
        /// Which bound, and by how much.
        reason: String,
    },
    /// A known compression that is not read here.
    #[error("{name} compression is not supported; use gzip, zstd, bzip2 or ZIP")]
    UnsupportedCompression {
        /// Its name.
        name: String,
    },
    /// An encoding that is not known or not read here.
    #[error("the encoding {label} is not supported; save the file as UTF-8")]
    UnsupportedEncoding {
        /// As it was given or seen.
        label: String,
    },
    /// A spreadsheet format that can only be read with unbounded memory.
    #[error("{name} spreadsheets are not supported; save the workbook as .xlsx")]
    UnsupportedSpreadsheet {
        /// Its name.
        name: String,
    },
    /// A column type that files cannot be read into.
    #[error(
        "column {column} cannot be read as {data_type}; use boolean, integer, decimal, double, date, timestamp or text"
    )]
    UnsupportedType {
        /// The column.
        column: String,
        /// The type.
        data_type: String,
    },
    /// An option that contradicts itself or the file.
    #[error("the option {option} is invalid: {reason}")]
    InvalidOption {
        /// The option.
        option: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// A quote that is never closed.
    #[error(
        "the quote opened in row {row}, which begins at byte {byte_offset}, is never closed; close it or set `quote`"
    )]
    UnterminatedQuote {
        /// Row, from 1 without the header.
        row: u64,
        /// Where the row begins.
        byte_offset: u64,
    },
    /// A record above [`crate::Limits::record_bytes`].
    #[error(
        "row {row}, which begins at byte {byte_offset}, is longer than {limit} bytes; an opening quote without its end is the usual cause"
    )]
    RecordTooLong {
        /// Row, from 1 without the header.
        row: u64,
        /// Where the row begins.
        byte_offset: u64,
        /// Bytes allowed.
        limit: usize,
    },
    /// More columns than [`crate::Limits::columns`].
    #[error("the file has {columns} columns; at most {limit} are read")]
    TooManyColumns {
        /// Columns found.
        columns: usize,
        /// Columns allowed.
        limit: usize,
    },
    /// Names of JSON members that together are longer than one record may be.
    #[error(
        "the names of the columns are longer than {limit} bytes; set `nested` to text, or name the columns by their members"
    )]
    NamesTooLong {
        /// Bytes allowed.
        limit: usize,
    },
    /// More cells than [`crate::Limits::cells`].
    #[error("the sheet {sheet} has more than {limit} cells; split it or give a `range`")]
    TooManyCells {
        /// The sheet.
        sheet: String,
        /// Cells allowed.
        limit: u64,
    },
    /// More rejected rows than allowed.
    #[error("more than {limit} rows were rejected, the last one row {row}: {message}")]
    TooManyRejects {
        /// Rows allowed.
        limit: u64,
        /// The row that was one too many.
        row: u64,
        /// Why it was rejected.
        message: String,
    },
    /// A row at fault where the policy is to fail.
    #[error("row {row} at byte {byte_offset}: {message}")]
    BadRow {
        /// Row, from 1 without the header.
        row: u64,
        /// Where it begins.
        byte_offset: u64,
        /// Code of the fault.
        code: crate::RejectCode,
        /// The fault.
        message: String,
    },
    /// A column that was asked for and is not there.
    #[error("there is no column {name}; the columns are {}", list(columns))]
    ColumnNotFound {
        /// The name.
        name: String,
        /// Columns of the file.
        columns: Vec<String>,
    },
    /// A sheet that was asked for and is not there.
    #[error("there is no sheet {name}; the sheets are {}", list(sheets))]
    SheetNotFound {
        /// The name or index.
        name: String,
        /// Sheets of the workbook.
        sheets: Vec<String>,
    },
    /// The JSON document has no array where one is expected.
    #[error("there is no array at {path} in the JSON document: {reason}; set `json_path`")]
    JsonPathNotFound {
        /// The path.
        path: String,
        /// What was found.
        reason: String,
    },
    /// JSON that cannot be split into records.
    #[error("the JSON is malformed at byte {byte_offset}: {reason}")]
    MalformedJson {
        /// Where.
        byte_offset: u64,
        /// What is wrong.
        reason: String,
    },
    /// A format that needs random access inside a compressed stream, and is too large for memory.
    #[error(
        "the compressed {format} file needs {limit} bytes of memory or more; upload it without the outer compression"
    )]
    TooLargeToBuffer {
        /// The format.
        format: crate::Format,
        /// Bytes allowed.
        limit: u64,
    },
    /// The file changed while it was read: fewer bytes than it said, or a chunk that no longer fits.
    #[error("the file changed while it was read; start again")]
    InputChanged,
    /// The source of the bytes failed.
    #[error("the file cannot be read: {0}")]
    Io(#[source] io::Error),
    /// Arrow refused a batch.
    #[error("a batch cannot be built: {0}")]
    Arrow(#[from] arrow::error::ArrowError),
}

impl FormatError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        use crate::Format;
        match self {
            Self::EmptyFile => "EMPTY_FILE",
            Self::UnknownFormat { .. } => "UNKNOWN_FORMAT",
            Self::NotDeclaredFormat { declared, .. } => match declared {
                Format::Csv => "NOT_TEXT",
                Format::Json => "NOT_JSON",
                Format::Ndjson => "NOT_NDJSON",
                Format::Parquet => "NOT_PARQUET",
                Format::Arrow => "NOT_ARROW",
                Format::Xlsx | Format::Xlsb => "NOT_SPREADSHEET",
            },
            Self::Damaged { format, .. } => match format {
                Format::Parquet => "DAMAGED_PARQUET",
                Format::Arrow => "DAMAGED_ARROW",
                Format::Xlsx | Format::Xlsb => "DAMAGED_SPREADSHEET",
                Format::Csv | Format::Json | Format::Ndjson => "DAMAGED_TEXT",
            },
            Self::TruncatedArchive { .. } => "TRUNCATED_ARCHIVE",
            Self::CorruptArchive { .. } => "CORRUPT_ARCHIVE",
            Self::ArchiveEntries { .. } => "ARCHIVE_ENTRIES",
            Self::Encrypted => "ENCRYPTED",
            Self::DecompressedTooLarge { .. } => "DECOMPRESSED_TOO_LARGE",
            Self::UnsupportedCompression { .. } => "UNSUPPORTED_COMPRESSION",
            Self::UnsupportedEncoding { .. } => "UNSUPPORTED_ENCODING",
            Self::UnsupportedSpreadsheet { .. } => "UNSUPPORTED_SPREADSHEET",
            Self::UnsupportedType { .. } => "UNSUPPORTED_TYPE",
            Self::InvalidOption { .. } => "INVALID_OPTION",
            Self::UnterminatedQuote { .. } => "UNTERMINATED_QUOTE",
            Self::RecordTooLong { .. } => "RECORD_TOO_LONG",
            Self::TooManyColumns { .. } => "TOO_MANY_COLUMNS",
            Self::NamesTooLong { .. } => "NAMES_TOO_LONG",
            Self::TooManyCells { .. } => "TOO_MANY_CELLS",
            Self::TooManyRejects { .. } => "TOO_MANY_REJECTS",
            Self::BadRow { code, .. } => code.as_str(),
            Self::ColumnNotFound { .. } => "COLUMN_NOT_FOUND",
            Self::SheetNotFound { .. } => "SHEET_NOT_FOUND",
            Self::JsonPathNotFound { .. } => "JSON_PATH_NOT_FOUND",
            Self::MalformedJson { .. } => "MALFORMED_JSON",
            Self::TooLargeToBuffer { .. } => "TOO_LARGE_TO_BUFFER",
            Self::InputChanged => "INPUT_CHANGED",
            Self::Io(_) => "READ_FAILED",
            Self::Arrow(_) => "BATCH_FAILED",
        }
    }

    /// An [`FormatError`] may travel through `std::io::Error`, where a reader of ours stands under
    /// a reader of another crate; this brings it back.
    pub(crate) fn from_io(error: io::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(inner) => inner,
            Err(error) => Self::Io(error),
        }
    }

    pub(crate) fn into_io(self) -> io::Error {
        match self {
            Self::Io(error) => error,
            other => io::Error::other(other),
        }
    }
}

fn list(names: &[String]) -> String {
    const SHOWN: usize = 20;
    let mut text = names
        .iter()
        .take(SHOWN)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > SHOWN {
        text.push_str(", …");
    }
    text
}

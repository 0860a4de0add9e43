use thiserror::Error;

/// Why a document could not be made.
#[derive(Debug, Error)]
pub enum ReportError {
    /// The report's template does not compile with this input.
    #[error("the report cannot be laid out: {0}")]
    Layout(String),
    /// The laid-out report cannot be written as PDF.
    #[error("the PDF cannot be written: {0}")]
    Pdf(String),
    /// The input cannot be handed to the template.
    #[error("the report's input cannot be encoded: {0}")]
    Encode(#[from] serde_json::Error),
    /// The workbook cannot be written.
    #[error("the workbook cannot be written: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// An answer has more rows than a sheet holds.
    #[error("the answer on sheet {sheet} has {rows} rows; a sheet holds {limit} below its heading")]
    TooManyRows {
        /// Sheet that would overflow.
        sheet: String,
        /// Rows of the answer.
        rows: usize,
        /// Rows that fit.
        limit: usize,
    },
    /// An answer has more columns than a sheet holds.
    #[error("the answer on sheet {sheet} has {columns} columns; a sheet holds {limit}")]
    TooManyColumns {
        /// Sheet that would overflow.
        sheet: String,
        /// Columns of the answer.
        columns: usize,
        /// Columns that fit.
        limit: usize,
    },
    /// An SQL text is longer than one cell holds; cut, it would no longer run.
    #[error("the SQL on sheet {sheet} has {characters} characters; a cell holds {limit}")]
    SqlTooLong {
        /// Sheet of the question.
        sheet: String,
        /// Length of the SQL.
        characters: usize,
        /// Characters that fit.
        limit: usize,
    },
    /// An entry's name could lead out of the folder that the archive is unpacked to.
    #[error("{name:?} cannot be the name of an archive's entry: {reason}")]
    UnsafeName {
        /// The name as given.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Two entries of an archive have the same name (case aside).
    #[error("the archive already has an entry {0:?}")]
    DuplicateName(String),
    /// The archive cannot be written.
    #[error("the archive cannot be written: {0}")]
    Archive(#[from] zip::result::ZipError),
    /// Reading an entry or writing the archive failed.
    #[error("the archive cannot be written: {0}")]
    Io(#[from] std::io::Error),
}

//! What the caller may say about a file; everything is found out where nothing is said.

use arrow::datatypes::DataType;

use crate::layout::{Compression, Format, LineEnding};
use crate::limits::Limits;

/// Whether the first record names the columns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum HeaderOption {
    /// Found by content.
    #[default]
    Auto,
    /// It does.
    Present,
    /// It does not; columns are named `column_1`, `column_2`, ….
    Absent,
}

/// A character of the dialect.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CharacterOption {
    /// Found by content.
    #[default]
    Auto,
    /// There is none.
    None,
    /// This one.
    Is(u8),
}

/// What happens to a record with more or fewer fields than columns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RaggedRows {
    /// The file fails.
    Fail,
    /// Missing fields are null; a record with fields too many is rejected, for nothing is dropped.
    Pad,
    /// The record is rejected.
    #[default]
    Quarantine,
}

/// What happens to a cell that does not read as the type of its column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BadValues {
    /// The file fails.
    Fail,
    /// The cell is null, and counted.
    Null,
    /// The row is rejected.
    #[default]
    Quarantine,
}

/// What happens to bytes that are no text in the file's encoding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum InvalidUtf8 {
    /// The file fails.
    Fail,
    /// They become U+FFFD, and are counted.
    Replace,
    /// The row is rejected.
    #[default]
    Quarantine,
}

/// A sheet of a workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SheetOption {
    /// By its place, from 0.
    Index(usize),
    /// By its name.
    Name(String),
}

impl Default for SheetOption {
    fn default() -> Self {
        Self::Index(0)
    }
}

/// What columns are read as.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Types {
    /// What every cell of the whole file fits in; costs a pass over it.
    #[default]
    Infer,
    /// Text, each cell as it stands.
    Text,
    /// These columns as told, the others inferred.
    Columns(Vec<ColumnSpec>),
}

/// How one column is read.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnSpec {
    /// Its name in the file.
    pub name: String,
    /// Its type.
    pub data_type: DataType,
    /// Formats of dates and timestamps in strftime notation, tried in order; the ISO forms where
    /// empty.
    pub formats: Vec<String>,
    /// The decimal separator of numbers, `.` where not given.
    pub decimal_separator: Option<char>,
    /// The separator of thousands, none where not given.
    pub thousands_separator: Option<char>,
}

impl ColumnSpec {
    /// A column in the plain notation of its type.
    pub fn new(name: impl Into<String>, data_type: DataType) -> Self {
        Self {
            name: name.into(),
            data_type,
            formats: Vec::new(),
            decimal_separator: None,
            thousands_separator: None,
        }
    }
}

/// What is done with nested values of JSON records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Nested {
    /// They stay as JSON text.
    #[default]
    Text,
    /// Objects become columns `a.b`; arrays stay as JSON text.
    Flatten,
}

/// The `input` block of a job. [`Default`] finds everything out.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadOptions {
    /// The name the file came with: a hint between dialects and a reason for a warning, never proof.
    pub file_name: Option<String>,
    /// The format.
    pub format: Option<Format>,
    /// A WHATWG label.
    pub encoding: Option<String>,
    /// The compression.
    pub compression: Option<Compression>,
    /// Between fields.
    pub delimiter: Option<u8>,
    /// Around fields.
    pub quote: CharacterOption,
    /// Before a quote inside a field.
    pub escape: CharacterOption,
    /// What ends a record.
    pub line_ending: Option<LineEnding>,
    /// Whether the first record names the columns.
    pub header: HeaderOption,
    /// Physical lines to skip before anything else.
    pub skip_rows: usize,
    /// Begins a line that is no record.
    pub comment: Option<u8>,
    /// Texts that mean no value, where they are not quoted.
    pub null_values: Vec<String>,
    /// Whether white space around unquoted cells is removed.
    pub trim: bool,
    /// What happens to ragged records.
    pub ragged_rows: RaggedRows,
    /// What happens to cells that do not read as their type.
    pub bad_values: BadValues,
    /// What happens to bytes that are no text.
    pub invalid_utf8: InvalidUtf8,
    /// What columns are read as.
    pub types: Types,
    /// Whether `03/04/2024` is the third of April; without it such columns stay text.
    pub day_first: Option<bool>,
    /// The sheet of a workbook.
    pub sheet: SheetOption,
    /// The cells of a sheet, as `A3:F100`.
    pub range: Option<String>,
    /// The array of a JSON document, as `$.items`.
    pub json_path: Option<String>,
    /// What is done with nested JSON.
    pub nested: Nested,
    /// Names of the members of JSON records, in the order of the columns, where they are known: then
    /// no pass is made to find them. Members of other names are counted in a warning.
    pub columns: Option<Vec<String>>,
    /// Rejected rows above which the file fails.
    pub max_rejected_rows: u64,
    /// Bounds.
    pub limits: Limits,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            file_name: None,
            format: None,
            encoding: None,
            compression: None,
            delimiter: None,
            quote: CharacterOption::Auto,
            escape: CharacterOption::Auto,
            line_ending: None,
            header: HeaderOption::Auto,
            skip_rows: 0,
            comment: None,
            null_values: ["", "NULL", "null", "\\N"].map(str::to_owned).to_vec(),
            trim: false,
            ragged_rows: RaggedRows::default(),
            bad_values: BadValues::default(),
            invalid_utf8: InvalidUtf8::default(),
            types: Types::default(),
            day_first: None,
            sheet: SheetOption::default(),
            range: None,
            json_path: None,
            nested: Nested::default(),
            columns: None,
            max_rejected_rows: 1_000,
            limits: Limits::default(),
        }
    }
}

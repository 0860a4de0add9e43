//! What a file is: found by its content, or told by the caller.

use std::fmt;

use encoding_rs::Encoding;
use serde::Serialize;

/// A format that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Delimited text of any dialect.
    Csv,
    /// A JSON document with an array of records.
    Json,
    /// A JSON record in each line.
    Ndjson,
    /// Apache Parquet.
    Parquet,
    /// Arrow IPC, file or stream.
    Arrow,
    /// Excel since 2007.
    Xlsx,
    /// Excel's binary workbook.
    Xlsb,
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Csv => "CSV",
            Self::Json => "JSON",
            Self::Ndjson => "NDJSON",
            Self::Parquet => "Parquet",
            Self::Arrow => "Arrow",
            Self::Xlsx => "XLSX",
            Self::Xlsb => "XLSB",
        })
    }
}

/// How the whole file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// Not at all.
    None,
    /// Gzip, of one or many members.
    Gzip,
    /// Zstandard, of one or many frames.
    Zstd,
    /// Bzip2, of one or many streams.
    Bzip2,
    /// A ZIP archive with one file.
    Zip,
}

impl fmt::Display for Compression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::None => "uncompressed",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
            Self::Zip => "ZIP",
        })
    }
}

/// Which bytes end a record outside quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineEnding {
    /// A line feed, with or without a carriage return before it. A lone carriage return is data.
    LineFeed,
    /// A line feed, a carriage return, or both.
    Any,
}

/// How delimited text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Dialect {
    /// Between fields; the unit separator 0x1F where the file has one column and no delimiter.
    pub delimiter: u8,
    /// Around fields, if any.
    pub quote: Option<u8>,
    /// Before a quote inside a field, where it is not doubled. Doubled quotes are always read.
    pub escape: Option<u8>,
    /// What ends a record.
    pub line_ending: LineEnding,
    /// Whether white space between a delimiter and an opening quote is skipped.
    pub initial_space: bool,
    /// Begins a line that is no record. Only ever set by the caller: a `#` may be data.
    pub comment: Option<u8>,
}

impl Default for Dialect {
    /// RFC 4180.
    fn default() -> Self {
        Self {
            delimiter: b',',
            quote: Some(b'"'),
            escape: None,
            line_ending: LineEnding::LineFeed,
            initial_space: false,
            comment: None,
        }
    }
}

/// Where the records of delimited text are and how they are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CsvLayout {
    /// How fields and records are told apart.
    pub dialect: Dialect,
    /// Whether the first record names the columns.
    pub header: bool,
    /// Physical lines before the header or the first record that are no data.
    pub preamble_lines: usize,
    /// Names of the columns, unique and not empty.
    pub columns: Vec<String>,
    /// Whether each record ends with a delimiter that begins no column.
    pub trailing_delimiter: bool,
    /// Where the first record begins, in the decompressed content (for UTF-16 and multi-byte
    /// encodings: in its UTF-8 form, which has no byte order mark).
    pub data_start: u64,
    /// Whether numbers of the sample have a decimal comma.
    pub decimal_comma: bool,
}

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Layout {
    /// The format of the content.
    pub format: Format,
    /// How it is compressed.
    pub compression: Compression,
    /// Name of the file inside an archive.
    pub entry: Option<String>,
    /// The encoding of text.
    #[serde(serialize_with = "encoding_name")]
    pub encoding: &'static Encoding,
    /// Bytes of the byte order mark.
    pub bom_bytes: usize,
    /// For delimited text: how it is written.
    pub csv: Option<CsvLayout>,
}

fn encoding_name<S: serde::Serializer>(
    encoding: &&'static Encoding,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(encoding.name())
}

//! What is known of a file beside its rows.

use millrace_formats::{Layout, LineEnding};
use serde::{Deserialize, Serialize};

use crate::profile::DialectProfile;

/// What the caller knows of the file when its profile is finished.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FileContext {
    /// The format, such as `csv`.
    pub format: Option<String>,
    /// How the file is compressed.
    pub compression: Option<String>,
    /// The encoding of its text.
    pub encoding: Option<String>,
    /// How delimited text is written.
    pub dialect: Option<DialectProfile>,
    /// Bytes of the file.
    pub bytes: Option<u64>,
    /// Bytes of the same data as Parquet, where it was written.
    pub parquet_bytes: Option<u64>,
    /// Rows that the reader rejected.
    pub rejected_rows: u64,
    /// Whether `03/04/2024` is the third of April, where the user said so.
    pub day_first: Option<bool>,
    /// Whether numbers have a decimal comma, where that is known.
    pub decimal_comma: bool,
}

impl FileContext {
    /// From what the reader found out. Sizes, rejected rows and what the user said are the caller's.
    pub fn of(layout: &Layout) -> Self {
        let character = |byte: u8| char::from(byte).to_string();
        let dialect = layout.csv.as_ref().map(|csv| DialectProfile {
            delimiter: character(csv.dialect.delimiter),
            quote: csv.dialect.quote.map(character),
            escape: csv.dialect.escape.map(character),
            line_ending: match csv.dialect.line_ending {
                LineEnding::LineFeed => "line_feed",
                LineEnding::Any => "any",
            }
            .to_owned(),
            header: csv.header,
            preamble_lines: csv.preamble_lines as u64,
            comment: csv.dialect.comment.map(character),
        });
        Self {
            format: Some(layout.format.to_string().to_lowercase()),
            compression: Some(layout.compression.to_string().to_lowercase()),
            encoding: Some(layout.encoding.name().to_owned()),
            dialect,
            decimal_comma: layout.csv.as_ref().is_some_and(|csv| csv.decimal_comma),
            ..Self::default()
        }
    }
}

//! How a file is written. The fields are those of the step `convert_format`, under the same names.

use serde::{Deserialize, Serialize};

/// Which fields of delimited text stand in quotes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum QuoteStyle {
    /// Those that need them: with a delimiter, a quote or a line break in them, and texts that
    /// readers take for null where they are not quoted.
    #[default]
    Minimal,
    /// All of them; null alone stands without.
    All,
}

/// What ends a line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum LineEnding {
    /// Line feed.
    #[default]
    Lf,
    /// Carriage return and line feed.
    Crlf,
}

/// Compression of a text file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TextCompression {
    /// None.
    #[default]
    None,
    /// gzip, by default at level 6.
    Gzip,
    /// Zstandard, by default at level 3.
    Zstd,
}

/// Compression inside a Parquet file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ParquetCompression {
    /// Zstandard, by default at level 3.
    #[default]
    Zstd,
    /// Snappy.
    Snappy,
    /// gzip, by default at level 6.
    Gzip,
    /// None.
    None,
}

/// Compression inside an Arrow file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ArrowCompression {
    /// None.
    #[default]
    None,
    /// Zstandard.
    Zstd,
}

/// How a text file is compressed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compressed {
    /// Compression of the file.
    pub compression: TextCompression,
    /// How hard it tries: 1 to 9 for gzip, 1 to 22 for zstd.
    pub compression_level: Option<u32>,
}

/// Options of delimited text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DelimitedOptions {
    /// Whether the first line holds the names of the columns.
    pub header: bool,
    /// Which fields stand in quotes.
    pub quote_style: QuoteStyle,
    /// What is written for null, never in quotes. A text that equals it stands in quotes.
    pub null_value: String,
    /// What ends a line.
    pub line_ending: LineEnding,
    /// Whether the file begins with a byte order mark; for Unicode encodings.
    pub bom: bool,
    /// The encoding, as a WHATWG label. A character that it does not have ends the writing.
    pub encoding: String,
    /// Whether texts, names of columns among them, that begin with `=`, `+`, `-`, `@`, a tab or a
    /// carriage return get a leading apostrophe, so that no spreadsheet runs them as formulas.
    pub formula_guard: bool,
    /// Compression of the file.
    pub compressed: Compressed,
}

impl Default for DelimitedOptions {
    fn default() -> Self {
        Self {
            header: true,
            quote_style: QuoteStyle::default(),
            null_value: String::new(),
            line_ending: LineEnding::default(),
            bom: false,
            encoding: "UTF-8".to_owned(),
            formula_guard: false,
            compressed: Compressed::default(),
        }
    }
}

/// Options of CSV.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CsvOptions {
    /// What stands between fields: neither a quote nor a line break.
    pub delimiter: char,
    /// The other options.
    pub text: DelimitedOptions,
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self {
            delimiter: ',',
            text: DelimitedOptions::default(),
        }
    }
}

/// Options of JSON.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JsonOptions {
    /// Compression of the file.
    pub compressed: Compressed,
}

/// Options of Parquet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParquetOptions {
    /// Compression inside the file.
    pub compression: ParquetCompression,
    /// How hard it tries: 1 to 9 for gzip, 1 to 22 for zstd.
    pub compression_level: Option<u32>,
    /// Rows of a row group at most.
    pub row_group_rows: u64,
    /// Encoded bytes of a row group at which it ends. Twice as many are held in memory at most,
    /// beside the batch that is written.
    pub row_group_bytes: u64,
}

impl Default for ParquetOptions {
    fn default() -> Self {
        Self {
            compression: ParquetCompression::default(),
            compression_level: None,
            row_group_rows: 122_880,
            row_group_bytes: 64 << 20,
        }
    }
}

/// Options of Arrow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArrowOptions {
    /// Compression inside the file.
    pub compression: ArrowCompression,
}

/// Options of Excel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct XlsxOptions {
    /// Name of the sheet: 1 to 31 characters, none of `[ ] : * ? / \`.
    pub sheet_name: String,
    /// Whether the first row holds the names of the columns.
    pub header: bool,
}

impl Default for XlsxOptions {
    fn default() -> Self {
        Self {
            sheet_name: "Sheet1".to_owned(),
            header: true,
        }
    }
}

/// A format of output with its options.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum OutputFormat {
    /// Comma-separated values.
    Csv(CsvOptions),
    /// Tab-separated values.
    Tsv(DelimitedOptions),
    /// A JSON array of objects.
    Json(JsonOptions),
    /// A JSON object per line.
    Ndjson(JsonOptions),
    /// Apache Parquet.
    Parquet(ParquetOptions),
    /// The file format of Apache Arrow.
    Arrow(ArrowOptions),
    /// An Excel workbook.
    Xlsx(XlsxOptions),
}

impl OutputFormat {
    /// Its name as people write it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Csv(_) => "CSV",
            Self::Tsv(_) => "TSV",
            Self::Json(_) => "JSON",
            Self::Ndjson(_) => "NDJSON",
            Self::Parquet(_) => "Parquet",
            Self::Arrow(_) => "Arrow",
            Self::Xlsx(_) => "XLSX",
        }
    }

    /// The delimiter and the options of delimited text, where it is that.
    pub(crate) fn delimited(&self) -> Option<(char, &DelimitedOptions)> {
        match self {
            Self::Csv(options) => Some((options.delimiter, &options.text)),
            Self::Tsv(options) => Some(('\t', options)),
            _ => None,
        }
    }
}

/// Where a part stands in the file that the parts make together; see [`super::merge`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Nothing comes before it: it has the header of CSV, the opening bracket of JSON.
    pub first: bool,
    /// Nothing comes behind it: it has the closing bracket of JSON.
    pub last: bool,
}

impl Part {
    /// The whole file.
    pub const WHOLE: Self = Self {
        first: true,
        last: true,
    };
}

impl Default for Part {
    fn default() -> Self {
        Self::WHOLE
    }
}

/// How a file is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteOptions {
    /// The format.
    pub format: OutputFormat,
    /// Where the file stands among the parts of a greater one. Parts of text formats differ by it,
    /// those of the others do not.
    pub part: Part,
    /// Threads that may encode, which changes no byte.
    pub threads: usize,
}

impl WriteOptions {
    /// A whole file.
    pub fn new(format: OutputFormat) -> Self {
        Self {
            format,
            part: Part::WHOLE,
            threads: 1,
        }
    }

    /// The same, encoded by up to so many threads.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// The same as a part of a greater file.
    #[must_use]
    pub fn part(mut self, part: Part) -> Self {
        self.part = part;
        self
    }
}

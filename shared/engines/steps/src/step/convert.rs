//! The step that chooses the format of the output.

use serde_json::{Map, Value};

use super::Work;
use crate::fault::Code;
use crate::lineage::Flow;
use crate::read::{Fields, Group, ParameterDescription, Scope, Shape, merge};
use crate::value::{Character, Encoding, Name};

choice! {
    /// A format of output.
    pub enum FormatName {
        /// Comma-separated values.
        Csv = "csv",
        /// Tab-separated values.
        Tsv = "tsv",
        /// A JSON array of objects.
        Json = "json",
        /// A JSON object per line.
        Ndjson = "ndjson" | "jsonl",
        /// Apache Parquet.
        Parquet = "parquet",
        /// The file format of Apache Arrow.
        Arrow = "arrow" | "feather",
        /// An Excel workbook.
        Xlsx = "xlsx" | "excel",
    }
}

choice! {
    /// Which fields of delimited text stand in quotes.
    pub enum QuoteStyle {
        /// Those that need them.
        Minimal = "minimal",
        /// All of them.
        All = "all",
    }
}

choice! {
    /// What ends a line.
    pub enum LineEnding {
        /// Line feed.
        Lf = "lf",
        /// Carriage return and line feed.
        Crlf = "crlf",
    }
}

choice! {
    /// Compression of a text file.
    pub enum TextCompression {
        /// None.
        None = "none",
        /// gzip.
        Gzip = "gzip",
        /// Zstandard.
        Zstd = "zstd",
    }
}

choice! {
    /// Compression inside a Parquet file.
    pub enum ParquetCompression {
        /// Zstandard.
        Zstd = "zstd",
        /// Snappy.
        Snappy = "snappy",
        /// gzip.
        Gzip = "gzip",
        /// None.
        None = "none",
    }
}

choice! {
    /// Compression inside an Arrow file.
    pub enum ArrowCompression {
        /// None.
        None = "none",
        /// Zstandard.
        Zstd = "zstd",
    }
}

group! {
    /// How the output is divided into files.
    pub struct Files {
        /// Columns whose values make a folder each; they are left out of the files.
        partition_by: Vec<Name> [0..=10] = Vec::new(),
        /// Bytes after which another file begins; one file where it is left out.
        max_file_bytes: Option<u64> [1_048_576..=5_497_558_138_880],
    }
}

group! {
    /// How a text file is compressed.
    pub struct Compressed {
        /// Compression of the file.
        compression: TextCompression = TextCompression::None,
        /// How hard it tries: 1 to 9 for gzip, 1 to 22 for zstd.
        compression_level: Option<u64> [1..=22],
    }
    check |compressed: Compressed, fields: &mut Fields<'_, '_>| {
        check_level(compressed.compression.as_str(), compressed.compression_level, fields);
        compressed
    };
}

/// A fault where a compression has no levels, or not that one.
fn check_level(compression: &str, level: Option<u64>, fields: &mut Fields<'_, '_>) {
    let most = match compression {
        "gzip" => 9,
        "zstd" => 22,
        _ => 0,
    };
    if level.is_some() && most == 0 {
        let message = format!("remove compression_level: {compression} has none");
        fields.fault("compression_level", Code::ParameterNotUsed, message);
    } else if level.is_some_and(|level| level > most) {
        let message = format!("give a compression_level from 1 to {most} for {compression}");
        fields.fault("compression_level", Code::OutOfRange, message);
    }
}

group! {
    /// Options of delimited text.
    pub struct DelimitedOptions {
        /// Whether the first line holds the names of the columns.
        header: bool = true,
        /// Which fields stand in quotes.
        quote_style: QuoteStyle = QuoteStyle::Minimal,
        /// What is written for null.
        null_value: String [0..=100] = String::new(),
        /// What ends a line.
        line_ending: LineEnding = LineEnding::Lf,
        /// Whether the file begins with a byte order mark.
        bom: bool = false,
        /// The encoding.
        encoding: Encoding = Encoding::UTF_8,
        /// Whether cells that a spreadsheet would take for a formula begin with an apostrophe.
        formula_guard: bool = false,
        /// Compression of the file.
        compressed: Compressed as flat,
        /// How the output is divided.
        files: Files as flat,
    }
}

group! {
    /// Options of CSV.
    pub struct CsvOptions {
        /// What stands between fields.
        delimiter: Character = Character(','),
        /// The other options.
        text: DelimitedOptions as flat,
    }
    check |options: CsvOptions, fields: &mut Fields<'_, '_>| {
        if matches!(options.delimiter.0, '"' | '\n' | '\r') {
            let message = "give a delimiter that is neither a quote nor a line break";
            fields.fault("delimiter", Code::InvalidValue, message);
        }
        options
    };
}

group! {
    /// Options of JSON.
    pub struct JsonOptions {
        /// Compression of the file.
        compressed: Compressed as flat,
        /// How the output is divided.
        files: Files as flat,
    }
}

group! {
    /// Options of Parquet.
    pub struct ParquetOptions {
        /// Compression inside the file.
        compression: ParquetCompression = ParquetCompression::Zstd,
        /// How hard it tries: 1 to 9 for gzip, 1 to 22 for zstd.
        compression_level: Option<u64> [1..=22],
        /// Rows of a row group at most.
        row_group_rows: u64 [1_000..=10_000_000] = 122_880,
        /// Bytes of a row group at most.
        row_group_bytes: u64 [1_048_576..=1_073_741_824] = 67_108_864,
        /// How the output is divided.
        files: Files as flat,
    }
    check |options: ParquetOptions, fields: &mut Fields<'_, '_>| {
        check_level(options.compression.as_str(), options.compression_level, fields);
        options
    };
}

group! {
    /// Options of Arrow.
    pub struct ArrowOptions {
        /// Compression inside the file.
        compression: ArrowCompression = ArrowCompression::None,
        /// How the output is divided.
        files: Files as flat,
    }
}

group! {
    /// Options of Excel.
    pub struct XlsxOptions {
        /// Name of the sheet.
        sheet_name: String [1..=31] = "Sheet1".to_owned(),
        /// Whether the first row holds the names of the columns.
        header: bool = true,
    }
    check |options: XlsxOptions, fields: &mut Fields<'_, '_>| {
        if options.sheet_name.contains(['[', ']', ':', '*', '?', '/', '\\']) {
            let message = "give a sheet_name without any of [ ] : * ? / \\";
            fields.fault("sheet_name", Code::InvalidValue, message);
        }
        options
    };
}

/// A format of output with its options.
#[derive(Debug, Clone, PartialEq)]
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
    /// Its name.
    #[must_use]
    pub fn name(&self) -> FormatName {
        match self {
            Self::Csv(_) => FormatName::Csv,
            Self::Tsv(_) => FormatName::Tsv,
            Self::Json(_) => FormatName::Json,
            Self::Ndjson(_) => FormatName::Ndjson,
            Self::Parquet(_) => FormatName::Parquet,
            Self::Arrow(_) => FormatName::Arrow,
            Self::Xlsx(_) => FormatName::Xlsx,
        }
    }

    /// How the output is divided; a workbook is not.
    #[must_use]
    pub fn files(&self) -> Option<&Files> {
        match self {
            Self::Csv(options) => Some(&options.text.files),
            Self::Tsv(options) => Some(&options.files),
            Self::Json(options) | Self::Ndjson(options) => Some(&options.files),
            Self::Parquet(options) => Some(&options.files),
            Self::Arrow(options) => Some(&options.files),
            Self::Xlsx(_) => None,
        }
    }

    fn write_options(&self) -> Value {
        let mut members = Map::new();
        match self {
            Self::Csv(options) => options.write_fields(&mut members),
            Self::Tsv(options) => options.write_fields(&mut members),
            Self::Json(options) | Self::Ndjson(options) => options.write_fields(&mut members),
            Self::Parquet(options) => options.write_fields(&mut members),
            Self::Arrow(options) => options.write_fields(&mut members),
            Self::Xlsx(options) => options.write_fields(&mut members),
        }
        Value::Object(members)
    }
}

/// Chooses the format of the output; without it the output has the format of the input.
#[derive(Debug, Clone, PartialEq)]
pub struct ConvertFormat {
    /// The format.
    pub format: OutputFormat,
}

/// The options of all formats, each with the formats that it belongs to.
fn options() -> Vec<ParameterDescription> {
    let mut all = Vec::new();
    for (word, list) in [
        ("csv", CsvOptions::parameters()),
        ("tsv", DelimitedOptions::parameters()),
        ("json", JsonOptions::parameters()),
        ("ndjson", JsonOptions::parameters()),
        ("parquet", ParquetOptions::parameters()),
        ("arrow", ArrowOptions::parameters()),
        ("xlsx", XlsxOptions::parameters()),
    ] {
        merge(&mut all, list, "to_format", word);
    }
    all
}

/// Reads the options of one format; those of the others are faults that say so.
fn read_options<T: Group>(value: &Value, scope: Scope<'_>, format: FormatName) -> Option<T> {
    let mut fields = Fields::open(value, scope)?;
    let read = T::read_fields(&mut fields);
    fields.unused(&options(), format.as_str());
    fields.close();
    read
}

impl Group for ConvertFormat {
    const DESCRIPTION: &'static str = "Chooses the format of the output; it is the last step, and without it the output has the format \
         of the input.";

    fn parameters() -> Vec<ParameterDescription> {
        let formats = Shape::Choice(FormatName::WORDS.to_vec());
        let options = Shape::Object(options());
        vec![
            ParameterDescription::required("to_format", "The format.", formats),
            ParameterDescription::optional("options", "Options of the format.", options),
        ]
    }

    fn read_fields(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let name: Option<FormatName> = fields.read("to_format", None, None);
        let empty = Value::Object(Map::new());
        let value = fields.value("options").filter(|value| !value.is_null());
        let value = value.unwrap_or(&empty);
        let name = name?;
        let scope = fields.scope().member("options");
        let format = match name {
            FormatName::Csv => read_options(value, scope, name).map(OutputFormat::Csv),
            FormatName::Tsv => read_options(value, scope, name).map(OutputFormat::Tsv),
            FormatName::Json => read_options(value, scope, name).map(OutputFormat::Json),
            FormatName::Ndjson => read_options(value, scope, name).map(OutputFormat::Ndjson),
            FormatName::Parquet => read_options(value, scope, name).map(OutputFormat::Parquet),
            FormatName::Arrow => read_options(value, scope, name).map(OutputFormat::Arrow),
            FormatName::Xlsx => read_options(value, scope, name).map(OutputFormat::Xlsx),
        };
        format.map(|format| Self { format })
    }

    fn write_fields(&self, into: &mut Map<String, Value>) {
        let name = self.format.name().as_str();
        into.insert("to_format".to_owned(), name.into());
        into.insert("options".to_owned(), self.format.write_options());
    }
}

impl Work for ConvertFormat {
    fn flow(&self, flow: &mut Flow) {
        if let Some(files) = self.format.files() {
            flow.read_list("options/partition_by", &files.partition_by);
        }
    }
}

//! The result: what a profile says of a data set and of each of its columns, in the shape of its JSON.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use crate::sketch::order::Sortedness;

/// The version of the shape and of the meaning of a profile.
pub const PROFILE_VERSION: u32 = 1;

/// The profile of a data set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DatasetProfile {
    /// [`PROFILE_VERSION`].
    pub profile_version: u32,
    /// Rows that were profiled; rejected ones are none of them.
    pub rows: u64,
    /// How many columns there are.
    pub columns: u64,
    /// Bytes of the file.
    pub bytes: Option<u64>,
    /// The format, such as `csv`.
    pub format: Option<String>,
    /// How the file is compressed.
    pub compression: Option<String>,
    /// The encoding of its text.
    pub encoding: Option<String>,
    /// How delimited text is written.
    pub dialect: Option<DialectProfile>,
    /// Rows that are as one before them.
    pub duplicate_rows: DuplicateRowsProfile,
    /// Rows that the reader rejected.
    pub rejected_rows: u64,
    /// Cells without a value.
    pub null_cells: u64,
    /// Bytes of all values.
    pub memory_bytes: u64,
    /// Bytes of the same data as Parquet, where it was written.
    pub parquet_bytes: Option<u64>,
    /// The same for data sets whose columns have the same names and inferred types in the same order.
    pub schema_hash: String,
    /// Rows from all over the data, personal data masked.
    pub sample: Vec<SampleRow>,
    /// The columns in the order of the file.
    pub column_profiles: Vec<ColumnProfile>,
}

/// How delimited text is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DialectProfile {
    /// Between fields.
    pub delimiter: String,
    /// Around fields.
    pub quote: Option<String>,
    /// Before a quote inside a field.
    pub escape: Option<String>,
    /// `line_feed`, or `any` where carriage returns end lines too.
    pub line_ending: String,
    /// Whether the first record names the columns.
    pub header: bool,
    /// Lines before the header that are no data.
    pub preamble_lines: u64,
    /// Begins a line that is no record.
    pub comment: Option<String>,
}

/// Rows that are as one before them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DuplicateRowsProfile {
    /// How many there are.
    pub count: u64,
    /// Their share of all rows.
    pub ratio: f64,
    /// Whether they were counted, or estimated.
    pub exact: bool,
    /// Standard error as a share of all rows.
    pub error: f64,
}

/// A row of the sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampleRow {
    /// Its number.
    pub row: u64,
    /// Its cells as text.
    pub values: Vec<Option<String>>,
}

/// The profile of a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnProfile {
    /// Its name.
    pub name: String,
    /// Its place, from 0.
    pub position: u64,
    /// The type that it has in the data.
    pub physical_type: String,
    /// The narrowest type that every value fits in.
    pub inferred_type: String,
    /// Cells by what they are.
    pub type_counts: TypeCountsProfile,
    /// Share of the values that speak for the inferred type: low where text is the type only because a
    /// few cells, or two ways to read them, forbid another.
    pub type_confidence: f64,
    /// The first values that keep the column from the best of the alternatives.
    pub type_conflicts: Vec<TypeConflict>,
    /// Other types, with the share of the values that fit them.
    pub alternatives: Vec<Alternative>,
    /// Cells without a value.
    pub nulls: Nulls,
    /// Different values, as they are written.
    pub distinct: Distinct,
    /// The least value of the inferred type: a number, a boolean or text; text too where a number has
    /// more digits than a double.
    pub min: Option<Value>,
    /// The greatest value of the inferred type.
    pub max: Option<Value>,
    /// The sum; without an error for whole and decimal numbers.
    pub sum: Option<String>,
    /// Mean.
    pub mean: Option<f64>,
    /// Standard deviation of a sample.
    pub stddev: Option<f64>,
    /// Variance of a sample.
    pub variance: Option<f64>,
    /// Skewness, adjusted for the size of the sample.
    pub skewness: Option<f64>,
    /// Excess kurtosis, adjusted for the size of the sample.
    pub kurtosis: Option<f64>,
    /// Zeros.
    pub zeros: Option<u64>,
    /// Numbers below zero.
    pub negatives: Option<u64>,
    /// Floating-point values that are no numbers.
    pub nan: Option<u64>,
    /// Infinite numbers.
    pub inf: Option<u64>,
    /// Quantiles of numbers, dates and timestamps.
    pub quantiles: Option<Quantiles>,
    /// How values spread.
    pub histogram: Option<Histogram>,
    /// The most frequent values.
    pub top_values: Vec<TopValue>,
    /// What text says as text.
    pub text: Option<TextProfile>,
    /// How dates are written.
    pub temporal: Option<TemporalProfile>,
    /// Whether the values stand in order.
    pub sortedness: Sortedness,
    /// What the values are by what they mean.
    pub semantic: Vec<Semantic>,
    /// Whether they are personal data.
    pub pii: Option<Pii>,
    /// What is worth a look.
    pub alerts: Vec<Alert>,
}

/// Cells by what they are, each by itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeCountsProfile {
    /// No value.
    pub null: u64,
    /// `true` and `false`.
    pub boolean: u64,
    /// Whole numbers.
    pub integer: u64,
    /// Numbers with a fraction.
    pub decimal: u64,
    /// Numbers with an exponent, and floating-point numbers.
    pub double: u64,
    /// Dates.
    pub date: u64,
    /// Timestamps.
    pub timestamp: u64,
    /// Text that is none of these.
    pub string: u64,
    /// Bytes, lists, structures, times of day.
    pub other: u64,
}

/// A value that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeConflict {
    /// Its row.
    pub row: u64,
    /// What it says.
    pub value: String,
}

/// Another type that a column might have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alternative {
    /// The type.
    #[serde(rename = "type")]
    pub data_type: String,
    /// Share of the values that fit it.
    pub ratio: f64,
}

/// Cells without a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Nulls {
    /// How many there are.
    pub count: u64,
    /// Their share of all cells.
    pub ratio: f64,
    /// By the text that stood there.
    pub by_marker: BTreeMap<String, u64>,
}

/// Different values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Distinct {
    /// How many there are.
    pub estimate: u64,
    /// Whether they were counted.
    pub exact: bool,
    /// Relative standard error.
    pub error: f64,
    /// Different values by values.
    pub uniqueness: f64,
    /// No value comes twice: certain where counted or where the values stand in strict order, else
    /// near certain by a thousand sampled values that came once.
    pub is_unique: bool,
}

/// Quantiles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quantiles {
    /// 1 %.
    pub p01: Value,
    /// 5 %.
    pub p05: Value,
    /// The lower quartile.
    pub p25: Value,
    /// The median.
    pub p50: Value,
    /// The upper quartile.
    pub p75: Value,
    /// 95 %.
    pub p95: Value,
    /// 99 %.
    pub p99: Value,
    /// How far the rank of a quantile may be off, as a share of all values.
    pub rank_error: f64,
    /// How they were found.
    pub method: String,
}

/// How values spread.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Histogram {
    /// `equal_width`.
    pub kind: String,
    /// From the least value to the greatest.
    pub bins: Vec<Bin>,
}

/// Values from `lo` up to `hi`, which is of the next bin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// The lower border.
    pub lo: Value,
    /// The upper border.
    pub hi: Value,
    /// Values between.
    pub count: u64,
}

/// A frequent value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopValue {
    /// The value as text.
    pub value: String,
    /// It comes at least that often.
    pub count: u64,
    /// And at most that much more often.
    pub upper_error: u64,
}

/// What text says as text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TextProfile {
    /// Characters of the shortest.
    pub min_len: Option<u64>,
    /// Characters of the longest.
    pub max_len: Option<u64>,
    /// Characters on average.
    pub mean_len: Option<f64>,
    /// Whether all is ASCII.
    pub ascii: bool,
    /// Whether there are codes of digits with a leading zero.
    pub leading_zeros: bool,
    /// Values with white space around them.
    pub whitespace_padded: u64,
    /// Values of no characters.
    pub empty: u64,
    /// The most frequent shapes.
    pub patterns: Vec<Pattern>,
}

/// The shape of texts: `A` for a capital letter, `a` for a small one, `9` for a digit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pattern {
    /// The shape.
    pub mask: String,
    /// Values of it.
    pub count: u64,
}

/// How dates are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemporalProfile {
    /// In strftime notation, the most frequent first.
    pub formats: Vec<DateFormat>,
    /// Whether days and months cannot be told apart in any value.
    pub ambiguous_day_month: bool,
    /// Whether there are zones.
    pub timezone_aware: bool,
}

/// A way to write a date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateFormat {
    /// In strftime notation.
    pub format: String,
    /// Values of it.
    pub count: u64,
}

/// What the values of a column are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Semantic {
    /// What they are.
    #[serde(rename = "type")]
    pub kind: String,
    /// Share of the different values that are.
    pub ratio: f64,
    /// How that was found.
    pub validator: String,
}

/// Personal data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pii {
    /// What they are.
    pub hint: String,
    /// How sure that is.
    pub confidence: f64,
    /// `mask` where values were masked in this profile, `review` where a person should look.
    pub action: String,
}

/// What is worth a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Alert {
    /// Many cells have no value.
    HighNulls,
    /// All values are the same.
    Constant,
    /// Every row has a value of its own.
    UniqueId,
    /// Values of several types.
    MixedTypes,
    /// Far more small values than great ones, or the other way round.
    Skewed,
    /// Values far from all others.
    Outliers,
    /// Days and months cannot be told apart.
    AmbiguousDates,
    /// Personal data.
    Pii,
    /// White space around values.
    Whitespace,
    /// Values that say there is none, such as `N/A` or -999.
    SentinelNulls,
}

impl Alert {
    /// As it is written in a profile.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HighNulls => "HIGH_NULLS",
            Self::Constant => "CONSTANT",
            Self::UniqueId => "UNIQUE_ID",
            Self::MixedTypes => "MIXED_TYPES",
            Self::Skewed => "SKEWED",
            Self::Outliers => "OUTLIERS",
            Self::AmbiguousDates => "AMBIGUOUS_DATES",
            Self::Pii => "PII",
            Self::Whitespace => "WHITESPACE",
            Self::SentinelNulls => "SENTINEL_NULLS",
        }
    }
}

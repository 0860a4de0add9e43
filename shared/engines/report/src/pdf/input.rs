use serde::{Deserialize, Serialize};

use crate::parts::{Character, Question, Relationship, Unanswerable};

/// Everything the quality report shows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct QualityReport {
    /// Maker of the report.
    pub brand: String,
    /// Title of the challenge.
    pub title: String,
    /// Company of the story.
    pub company: String,
    /// Field, such as `E-commerce`.
    pub domain: String,
    /// Business function, such as `Sales Analytics`.
    pub function: String,
    /// Level that the challenge is made for.
    pub skill_level: String,
    /// Date of the report as text; an ISO date also becomes the document's date.
    pub generated_on: String,
    /// Seed of the data.
    pub seed: u64,
    /// Overall score, 0 to 10.
    pub score: f64,
    /// `Approved`, `Needs Review` or `Rejected`.
    pub status: String,
    /// Scores of the check categories, 0 to 10, in the order to show.
    pub category_scores: Vec<(String, f64)>,
    /// Figures of the cover as label and value, such as `("Rows", "128,400")`.
    pub facts: Vec<(String, String)>,
    /// The story; an empty line parts paragraphs.
    pub problem_statement: String,
    /// The people of the story.
    pub characters: Vec<Character>,
    /// What the data does well, one sentence each.
    pub strengths: Vec<String>,
    /// What it does not, one sentence each.
    pub issues: Vec<String>,
    /// Tables in the order to show.
    pub tables: Vec<TableSection>,
    /// References between them.
    pub relationships: Vec<Relationship>,
    /// Every check with its figure.
    pub checks: Vec<CheckLine>,
    /// Questions of the challenge.
    pub questions: Vec<Question>,
    /// Questions that the data cannot answer.
    pub unanswerable: Vec<Unanswerable>,
}

/// A table of the data.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TableSection {
    /// Name.
    pub name: String,
    /// What a row is.
    pub description: String,
    /// Rows delivered.
    pub rows: u64,
    /// Columns in the order of the file.
    pub columns: Vec<ColumnLine>,
    /// Two to four pictures of its values.
    pub charts: Vec<Chart>,
}

/// A column of a table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ColumnLine {
    /// Name in the file's header.
    pub name: String,
    /// SQL type.
    pub data_type: String,
    /// Meaning.
    pub description: String,
    /// Whether cells may be empty.
    pub nullable: bool,
    /// `PK`, `FK` or the caller's own short word.
    #[serde(default)]
    pub key: Option<String>,
    /// Share of empty cells, 0 to 1.
    pub null_share: f64,
    /// Distinct values.
    pub distinct: u64,
}

/// A picture of values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// How it is drawn.
    pub kind: ChartKind,
    /// One label per value; of a histogram, the lower bound of each bin.
    pub labels: Vec<String>,
    /// Values; one without a label is not shown.
    pub values: Vec<f64>,
    /// Unit of the values.
    #[serde(default)]
    pub unit: Option<String>,
}

/// How a chart is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChartKind {
    /// A horizontal bar per label; the first twelve.
    Bars,
    /// Adjoining columns.
    Histogram,
    /// A line from left to right.
    Line,
}

/// A check and what it found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckLine {
    /// Short name, such as `row_count`.
    pub name: String,
    /// Category that it counts in.
    pub category: String,
    /// Table it looked at.
    #[serde(default)]
    pub table: Option<String>,
    /// Column it looked at.
    #[serde(default)]
    pub column: Option<String>,
    /// Whether the value is as expected.
    pub passed: bool,
    /// Figure found, as text.
    pub value: String,
    /// Figure wanted, as text.
    pub expected: String,
    /// What the figure means.
    pub message: String,
}

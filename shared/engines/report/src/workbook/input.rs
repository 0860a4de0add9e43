use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::parts::Unanswerable;

/// Everything the workbook shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerBook {
    /// Maker of the workbook.
    pub brand: String,
    /// Title of the challenge.
    pub title: String,
    /// Company of the story.
    pub company: String,
    /// Day the workbook was made; also its creation time.
    pub created: NaiveDate,
    /// Answers in the order of their sheets.
    pub answers: Vec<AnswerSheet>,
    /// Questions that the data cannot answer.
    pub unanswerable: Vec<Unanswerable>,
}

/// A question with its SQL and the answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerSheet {
    /// The question in one sentence.
    pub question: String,
    /// Topic.
    pub category: String,
    /// `Easy`, `Medium`, `Hard` or the caller's own grades.
    pub difficulty: String,
    /// Who in the story wants to know.
    pub asked_by: String,
    /// The query that gave the answer, at most 32,767 characters.
    pub sql: String,
    /// Columns of the answer under the query's own names.
    pub columns: Vec<Column>,
    /// Rows of the answer; a row that is too short ends in empty cells.
    pub rows: Vec<Vec<Value>>,
    /// How to draw the answer; chosen by the columns' types where absent.
    #[serde(default)]
    pub chart: Option<ChartHint>,
}

/// A column of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Name in the query's result.
    pub name: String,
    /// SQL or Arrow name of its type, such as `BIGINT`, `DECIMAL(12,2)`, `Float64` or `Date32`.
    pub data_type: String,
}

/// How to draw an answer. Columns that the answer does not have are passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChartHint {
    /// Shape of the chart.
    pub shape: ChartShape,
    /// Column with the labels.
    pub labels: String,
    /// Columns with the values.
    pub values: Vec<String>,
}

/// Shape of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChartShape {
    /// Points in time.
    Line,
    /// Upright columns.
    Column,
    /// Lying bars.
    Bar,
}

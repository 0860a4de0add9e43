//! The facts of all columns together, and what they decide.

use arrow::datatypes::DataType;
use serde::{Deserialize, Serialize};

use super::{ColumnFacts, ValueFormat};

/// Why a column stays text although it might be more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ambiguity {
    /// `03/04/2024` is in March or in April.
    DayMonth,
    /// `1,234` is one and a bit or above a thousand.
    Separator,
}

/// What a column is read as.
#[derive(Debug, Clone, PartialEq)]
pub struct InferredColumn {
    /// The type.
    pub data_type: DataType,
    /// What could not be decided.
    pub ambiguity: Option<Ambiguity>,
    /// How its values are written.
    pub format: ValueFormat,
}

impl InferredColumn {
    pub(super) fn text(ambiguity: Option<Ambiguity>) -> Self {
        Self {
            ambiguity,
            ..Self::plain(DataType::Utf8View)
        }
    }

    pub(super) fn plain(data_type: DataType) -> Self {
        Self {
            data_type,
            ambiguity: None,
            format: ValueFormat::default(),
        }
    }
}

/// The facts of every column of a file, or of a part of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFacts {
    /// In the order of the file.
    pub columns: Vec<ColumnFacts>,
    /// Rows seen.
    pub rows: u64,
}

impl FileFacts {
    pub(crate) fn new(columns: usize) -> Self {
        Self {
            columns: vec![ColumnFacts::default(); columns],
            rows: 0,
        }
    }

    /// Joins the facts of two parts of one file.
    pub fn merge(&mut self, other: &Self) {
        self.rows += other.rows;
        if self.columns.len() < other.columns.len() {
            self.columns
                .resize(other.columns.len(), ColumnFacts::default());
        }
        for (own, other) in self.columns.iter_mut().zip(&other.columns) {
            own.merge(other);
        }
    }

    /// Whether a column can only be one with decimal commas.
    pub(crate) fn shows_decimal_comma(&self) -> bool {
        self.columns.iter().any(ColumnFacts::shows_decimal_comma)
    }

    /// The types of all columns. A column that can only have decimal commas tells how the others
    /// are meant, unless another can only have decimal points.
    pub fn decide(&self, day_first: Option<bool>, decimal_comma: bool) -> Vec<InferredColumn> {
        let comma = decimal_comma || self.shows_decimal_comma();
        let point = self.columns.iter().any(ColumnFacts::shows_decimal_point);
        self.columns
            .iter()
            .map(|column| column.decide(day_first, comma && !point))
            .collect()
    }
}

//! What is seen of rows while they are made, and what it proves of the whole.
//!
//! Keys are unique by construction: a key is its row's number. So it is enough to see that every key is
//! the one of its row, and that parts join without a gap or an overlap.

use std::collections::HashSet;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Float64Type, Int64Type, TimestampSecondType,
};
use serde::{Deserialize, Serialize};

use crate::generator::Generator;

/// Facts of neighbouring rows. They are small whatever the number of rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartFacts {
    /// The first row, counted from 0.
    pub first: u64,
    /// Rows seen.
    pub rows: u64,
    /// Facts of each column, in order.
    pub columns: Vec<ColumnFacts>,
}

/// Facts of the cells of a column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnFacts {
    /// Empty cells.
    pub nulls: u64,
    /// Cells outside the planned bounds or values.
    pub outside: u64,
    /// Keys that are not those of their rows.
    pub wrong_keys: u64,
}

/// Why facts do not join.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FactsError {
    /// The second part does not begin where the first one ends.
    #[error("rows from {found} on do not follow rows up to {expected}")]
    Apart {
        /// Row after the first part.
        expected: u64,
        /// First row of the second one.
        found: u64,
    },
    /// The columns are not the same number.
    #[error("the rows have {found} columns, not {expected}")]
    Columns {
        /// Columns of the first part.
        expected: usize,
        /// Columns of the second one.
        found: usize,
    },
}

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The column; none for the whole.
    pub column: Option<String>,
    /// Stable word: `ROW_COUNT`, `KEYS`, `BOUNDS`, `NULLS`, `NULL_SHARE`.
    pub code: &'static str,
    /// One sentence.
    pub message: String,
}

impl PartFacts {
    /// Adds the rows that follow.
    ///
    /// # Errors
    /// [`FactsError`] where `next` does not follow, or is of other columns.
    pub fn merge(mut self, next: &Self) -> Result<Self, FactsError> {
        let end = self.first + self.rows;
        if next.first != end {
            return Err(FactsError::Apart {
                expected: end,
                found: next.first,
            });
        }
        same_columns(self.columns.len(), next.columns.len())?;
        self.rows += next.rows;
        for (mine, other) in self.columns.iter_mut().zip(&next.columns) {
            mine.nulls += other.nulls;
            mine.outside += other.outside;
            mine.wrong_keys += other.wrong_keys;
        }
        Ok(self)
    }
}

fn same_columns(expected: usize, found: usize) -> Result<(), FactsError> {
    if expected == found {
        Ok(())
    } else {
        Err(FactsError::Columns { expected, found })
    }
}

impl Generator {
    /// Facts of no rows, to which those from `first` on are to be added.
    #[must_use]
    pub fn facts(&self, first: u64) -> PartFacts {
        PartFacts {
            first,
            rows: 0,
            columns: vec![ColumnFacts::default(); self.columns.len()],
        }
    }

    /// Adds the rows that follow those seen. What stands in the batch is judged, not how it came about.
    ///
    /// # Errors
    /// [`FactsError::Columns`] where the batch is of another job.
    pub fn observe(&self, facts: &mut PartFacts, batch: &RecordBatch) -> Result<(), FactsError> {
        same_columns(facts.columns.len(), batch.num_columns())?;
        same_columns(self.columns.len(), batch.num_columns())?;
        let first = facts.first + facts.rows;
        for (number, (array, seen)) in batch.columns().iter().zip(&mut facts.columns).enumerate() {
            seen.nulls += array.null_count() as u64;
            if let Some((prefix, width)) = self.key(number) {
                seen.wrong_keys += wrong_keys(array, prefix, width, first);
            } else {
                seen.outside += self.outside(number, array);
            }
        }
        facts.rows += batch.num_rows() as u64;
        Ok(())
    }

    /// Cells outside the planned bounds or values of a column.
    fn outside(&self, number: usize, array: &ArrayRef) -> u64 {
        if let DataType::Utf8 = array.data_type() {
            let Some(values) = self.categories(number) else {
                return 0;
            };
            let values: HashSet<&str> = values.iter().map(String::as_str).collect();
            let cells = array.as_string::<i32>().iter().flatten();
            return cells.filter(|cell| !values.contains(cell)).count() as u64;
        }
        let Some((low, high)) = self.interval(number) else {
            return 0;
        };
        let inside = |value: &i128| (i128::from(low)..=i128::from(high)).contains(value);
        let count = |values: &mut dyn Iterator<Item = i128>| {
            values.filter(|value| !inside(value)).count() as u64
        };
        match array.data_type() {
            DataType::Int64 => {
                let cells = array.as_primitive::<Int64Type>();
                count(&mut cells.iter().flatten().map(i128::from))
            }
            DataType::Decimal128(..) => {
                count(&mut array.as_primitive::<Decimal128Type>().iter().flatten())
            }
            DataType::Float64 => {
                let one = 10_u64.pow(self.digits(number)) as f64;
                let cells = array.as_primitive::<Float64Type>();
                count(
                    &mut cells
                        .iter()
                        .flatten()
                        .map(|value| (value * one).round() as i128),
                )
            }
            DataType::Date32 => {
                let cells = array.as_primitive::<Date32Type>();
                count(&mut cells.iter().flatten().map(i128::from))
            }
            DataType::Timestamp(..) => {
                let cells = array.as_primitive::<TimestampSecondType>();
                count(&mut cells.iter().flatten().map(i128::from))
            }
            _ => 0,
        }
    }

    /// Judges the facts of all rows; nothing found means that all is as planned.
    #[must_use]
    pub fn verify(&self, facts: &PartFacts) -> Vec<Finding> {
        let mut found = Vec::new();
        if facts.first != 0 || facts.rows != self.rows() {
            let message = format!(
                "there are rows {} to {}, not 0 to {}",
                facts.first,
                facts.first + facts.rows,
                self.rows()
            );
            found.push(Finding {
                column: None,
                code: "ROW_COUNT",
                message,
            });
        }
        for (shown, seen) in self.columns.iter().zip(&facts.columns) {
            let mut find = |code, message: String| {
                found.push(Finding {
                    column: Some(shown.column.name.clone()),
                    code,
                    message,
                });
            };
            if seen.wrong_keys > 0 {
                find(
                    "KEYS",
                    format!("{} keys are not those of their rows", seen.wrong_keys),
                );
            }
            if seen.outside > 0 {
                find(
                    "BOUNDS",
                    format!("{} cells are not of the planned ones", seen.outside),
                );
            }
            if seen.nulls > 0 && !shown.nullable {
                find(
                    "NULLS",
                    format!("{} cells are empty, and none may be", seen.nulls),
                );
            }
            if let Some(share) = shown.null_share
                && !is_near(seen.nulls, share, facts.rows)
            {
                let message = format!(
                    "{} of {} cells are empty, planned is a share of {share}",
                    seen.nulls, facts.rows
                );
                find("NULL_SHARE", message);
            }
        }
        found
    }
}

/// Whether so many of `rows` are what draws of this share give: within six standard deviations.
fn is_near(count: u64, share: f64, rows: u64) -> bool {
    let rows = rows as f64;
    let spread = (share * (1.0 - share) * rows).sqrt();
    (count as f64 - share * rows).abs() <= 6.0 * spread + 1.0
}

/// Keys that are not those of the rows from `first` on.
fn wrong_keys(array: &ArrayRef, prefix: &str, width: usize, first: u64) -> u64 {
    let rows = array.len();
    if let DataType::Int64 = array.data_type() {
        let keys = array.as_primitive::<Int64Type>();
        let right = |row: usize| {
            let number = first + row as u64 + 1;
            keys.is_valid(row) && u64::try_from(keys.value(row)) == Ok(number)
        };
        return (0..rows).filter(|&row| !right(row)).count() as u64;
    }
    let Some(keys) = array.as_string_opt::<i32>() else {
        return rows as u64;
    };
    let right = |row: usize| {
        let Some(digits) = keys.value(row).strip_prefix(prefix) else {
            return false;
        };
        let plain = digits.len() >= width && digits.bytes().all(|byte| byte.is_ascii_digit());
        let padded = digits.len() == width.max(1) || !digits.starts_with('0');
        keys.is_valid(row) && plain && padded && digits.parse() == Ok(first + row as u64 + 1)
    };
    (0..rows).filter(|&row| !right(row)).count() as u64
}

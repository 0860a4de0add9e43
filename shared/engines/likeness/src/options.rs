//! How a table is learned.

use serde::{Deserialize, Serialize};

use crate::error::LikenessError;

/// Columns that a model can have.
pub const MAX_COLUMNS: usize = 500;
/// Rows of a sample, whatever the options say.
const MAX_SAMPLE_ROWS: usize = 1_000_000;

/// Bounds of what is kept, in memory while learning and in the model for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LearnOptions {
    /// A value, word, letter or combination that fewer rows share than this is not written into the
    /// model; 2 to 1,000.
    pub rare_below: usize,
    /// Rows that distributions are learned from; of longer tables a uniform sample of so many, and of
    /// tables of more than 40 columns of fewer, so that memory stays bounded.
    pub sample_rows: usize,
    /// Bytes that the sample may take; it has fewer rows where they are long.
    pub sample_bytes: usize,
    /// Values of a text column that are kept as they are, the most frequent ones.
    pub max_categories: usize,
    /// Points of the distribution of a number, at most.
    pub max_knots: usize,
}

/// Rows of a sample of a table of so many columns, so that it has no more cells than memory is for.
pub(crate) fn bounded_rows(most: usize, columns: usize) -> usize {
    const CELLS: usize = 4_000_000;
    const LEAST: usize = 5_000;
    most.min((CELLS / columns.max(1)).max(LEAST))
}

impl Default for LearnOptions {
    fn default() -> Self {
        Self {
            rare_below: 5,
            sample_rows: 100_000,
            sample_bytes: 256 << 20,
            max_categories: 2_000,
            max_knots: 512,
        }
    }
}

impl LearnOptions {
    /// Whether every option lies within its bounds.
    pub(crate) fn check(&self) -> Result<(), LikenessError> {
        let bounds = [
            ("rare_below", self.rare_below, 2, 1_000),
            ("sample_rows", self.sample_rows, 100, MAX_SAMPLE_ROWS),
            ("sample_bytes", self.sample_bytes, 1 << 16, 4 << 30),
            ("max_categories", self.max_categories, 2, 60_000),
            ("max_knots", self.max_knots, 8, 4_096),
        ];
        for (option, value, least, most) in bounds {
            if !(least..=most).contains(&value) {
                return Err(LikenessError::InvalidOption {
                    option,
                    reason: format!("is {value}; it must lie between {least} and {most}"),
                });
            }
        }
        Ok(())
    }
}

//! Tables like a given one: learned in bounded memory, generated in parts, compared.
//!
//! A [`Learner`] takes Arrow batches and draws a [`Model`]: the distribution of each column with its odd
//! shapes (values that many rows share, zeros, bounds, long tails, rounding, days of the week), how
//! values are missing, formats of codes and addresses, keys, and how columns go together. A
//! [`Generator`] makes any rows of the model; row `i` is the same in whatever parts rows are made. A
//! [`Comparison`] says how like they are to the table, by SDMetrics' formulas, and how near they come
//! to its rows.
//!
//! Columns go together in two ways. The strongest dependence of each on a column of few values is kept
//! as it is: a distribution per value, in a tree. What is left is a Gaussian copula: every column has a
//! normal variable, and these are correlated such that generated columns correlate as the table's do.
//!
//! A model holds no rows, and no value, word or letter that fewer than
//! [`LearnOptions::rare_below`] rows share, but for the bounds of numbers; [`Model::privacy`] says so.
//! This is no differential privacy.
//!
//! The crate must not know where rows come from or go to, who asked or what time it is.
//!
//! ```
//! use std::sync::Arc;
//! use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray};
//! use millrace_likeness::{Comparison, Generator, LearnOptions, Learner};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let cities: ArrayRef = Arc::new(StringArray::from_iter_values((0..300).map(|row| ["Oslo", "Rome"][row % 2])));
//! let prices: ArrayRef = Arc::new(Float64Array::from_iter_values(
//!     (0..300).map(|row| f64::from(row * 7 % 100) + if row % 2 == 0 { 50.0 } else { 0.0 }),
//! ));
//! let table = RecordBatch::try_from_iter([("city", cities), ("price", prices)])?;
//!
//! let mut learner = Learner::new(&table.schema(), &LearnOptions::default())?;
//! learner.observe(&table)?;
//! let learned = learner.finish()?;
//!
//! let generator = Generator::new(&learned.model, 7)?;
//! let rows = generator.batch(0..1_000)?;
//! assert_eq!(rows.schema(), table.schema());
//! assert_eq!(generator.batch(990..1_000)?, rows.slice(990, 10));
//!
//! let mut comparison = Comparison::new(&learned.model, learned.reference)?;
//! comparison.observe(&rows, 0)?;
//! assert!(comparison.finish()?.score > Some(0.9));
//! # Ok(())
//! # }
//! ```
#![warn(missing_docs)]

mod error;
mod exact;
mod generate;
mod kind;
mod learn;
mod matrix;
mod model;
mod normal;
mod options;
mod quality;
mod sample;
mod week;

#[cfg(test)]
mod tests;

pub use error::LikenessError;
pub use generate::{Generator, MAX_BATCH_ROWS};
pub use learn::{Learned, Learner};
pub use model::{
    ColumnModel, Content, Curve, Given, Grid, Layout, MODEL_VERSION, Missing, Model, Piece, Role,
    Scalar, Shape, Values, Week,
};
pub use options::{LearnOptions, MAX_COLUMNS};
pub use quality::{ColumnShape, Comparison, PairTrend, PrivacyReport, QualityReport, Reference};

//! What a bound step does to a batch.

use std::fmt::Debug;

use arrow::array::{BooleanArray, RecordBatch, UInt32Array};
use arrow::datatypes::SchemaRef;

use crate::error::RowError;
use crate::rows::Rows;

/// A cell that a step cannot work with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Row of the batch.
    pub row: usize,
    /// The column at fault.
    pub column: Option<String>,
    /// For machines: `CAST_FAILED`, `INVALID_DATE`, `DIVISION_BY_ZERO`, `RULE_BROKEN`, ….
    pub code: &'static str,
    /// For people.
    pub message: String,
}

/// The faults of one batch; at most one for each row is of interest.
pub(crate) type Faults = Vec<Fault>;

/// What comes of a batch.
#[derive(Debug)]
pub(crate) enum Output {
    /// As many rows, in the same order.
    Same(RecordBatch),
    /// The rows of the batch for which this is true.
    Kept(BooleanArray),
    /// Other rows, each with the row of the batch that it comes from.
    Made {
        /// The rows.
        batch: RecordBatch,
        /// Where each comes from; ascending.
        from: UInt32Array,
    },
}

/// A step bound to the columns it gets.
pub(crate) trait Operator: Debug + Send + Sync {
    /// The columns that come out.
    fn schema(&self) -> &SchemaRef;

    /// Works on a batch. A cell it cannot work with becomes null and a fault; `Err` is for what ends the
    /// job whatever `on_error` says.
    fn apply(&self, batch: &RecordBatch, faults: &mut Faults) -> Result<Output, RowError>;

    /// Works on rows, for the steps to which their numbers matter.
    fn apply_rows(&self, rows: &Rows, faults: &mut Faults) -> Result<Output, RowError> {
        self.apply(&rows.batch, faults)
    }
}

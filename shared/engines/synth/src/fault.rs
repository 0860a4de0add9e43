//! What can be wrong: faults of a plan, and errors of a request to a compiled generator.

use std::fmt;
use std::ops::Range;

/// One thing that is wrong with a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanFault {
    /// Where: `orders.customer_id`, or `plan` for the whole.
    pub path: String,
    /// What, as a sentence without a final dot.
    pub message: String,
}

impl fmt::Display for PlanFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.path, self.message)
    }
}

/// Everything that is wrong with a plan, in plan order; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanFaults(pub Vec<PlanFault>);

impl fmt::Display for PlanFaults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the plan has {} fault(s)", self.0.len())?;
        for fault in &self.0 {
            write!(formatter, "; {fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for PlanFaults {}

/// Why a request to a [`Generator`](crate::Generator) failed.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// The plan has no such table.
    #[error("unknown table {0}")]
    UnknownTable(String),
    /// The range does not lie inside the table.
    #[error("rows {}..{} do not lie inside {table}, which has {rows} rows", range.start, range.end)]
    RangeOutside {
        /// The table.
        table: String,
        /// The rows asked for.
        range: Range<u64>,
        /// The rows that there are.
        rows: u64,
    },
    /// The output refused the bytes.
    #[error("the output could not be written")]
    Output(#[from] std::io::Error),
    /// The columns did not form a batch, or a decimal has more than 18 digits.
    #[error("the batch could not be built")]
    Batch(#[from] arrow::error::ArrowError),
}

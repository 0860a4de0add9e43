//! Expressions over the columns of a batch.
//!
//! - Whole numbers are computed in 64 bits, decimals in 38 digits, both without rounding; `/` gives a
//!   double, whatever is divided. What does not fit is the fault `OVERFLOW`, a divisor of zero
//!   `DIVISION_BY_ZERO`, and the cell is null.
//! - Numbers of any types compare with each other, days with moments; a text with a text alone, but one
//!   that is written out beside a moment is read as a moment. Everything else is refused when the
//!   expression is bound, and so are constants that do not fit.
//! - NaN equals itself and is greater than all other numbers; both zeros are equal.
//! - Null in, null out, but for `is`, `coalesce`, `concat`, `greatest`, `least` and three-valued logic.
//! - `case`, `if`, `coalesce`, `and` and `or` compute what a row needs, from left to right: `b <> 0 and
//!   a / b > 1` divides by no zero. What does not depend on the row is computed when it is bound.
//! - Moments with a time zone are read as in UTC, those without are taken for UTC beside them.

mod arithmetic;
mod bind;
mod calendar;
mod call;
mod cases;
mod coerce;
mod compare;
mod decimal;
mod double;
mod frame;
mod kinds;
mod logic;
mod matching;
mod members;
mod moments;
mod numbers;
mod numeric;
mod part;
mod regexes;
mod sink;
mod texts;
mod value;
mod written;

#[cfg(test)]
mod tests;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, Schema};
use millrace_steps::Expression;

use crate::error::RowError;
use crate::operator::Fault;

pub(crate) use bind::number_cell;
pub(crate) use cases::case;
pub(crate) use coerce::coerce;
pub(crate) use compare::{between, bind as compare, truths};
pub(crate) use double::bits as double_bits;
pub(crate) use frame::{Frame, Run};
pub(crate) use kinds::{Kind, read_moment};
pub(crate) use logic::{all, any, condition, is, not, settled};
pub(crate) use matching::{Matcher, Relation, matched, related};
pub(crate) use members::bind as members;
pub(crate) use numbers::{Keeping, keeping};
pub(crate) use part::{Below, Evaluate, Part};
pub(crate) use regexes::compile;
pub(crate) use value::Value;
pub(crate) use written::cast;

/// An expression bound to the columns that it reads.
#[derive(Debug)]
pub struct Formula {
    part: Part,
}

impl Formula {
    /// Binds an expression to columns of canonical types.
    ///
    /// # Errors
    /// `COLUMN_NOT_FOUND` for a column that is not there, `VALUE_TYPE_MISMATCH` for operands that do not
    /// fit together.
    pub fn bind(expression: &Expression, schema: &Schema) -> Result<Self, RowError> {
        let part = part_of(expression, schema)?;
        // Nothing is known of a null, and text can be cast to anything.
        let part = if part.is_null() {
            coerce(part, &DataType::Utf8View)?
        } else {
            part
        };
        Ok(Self { part })
    }

    /// The type of the result.
    #[must_use]
    pub fn data_type(&self) -> &DataType {
        self.part.data_type()
    }

    /// The cell of each row. One that cannot be computed is null and a fault of `column`.
    ///
    /// # Errors
    /// A batch of other columns, and a result that would not fit into memory.
    pub fn evaluate(
        &self,
        batch: &RecordBatch,
        column: &str,
        faults: &mut Vec<Fault>,
    ) -> Result<ArrayRef, RowError> {
        self.part.cells(batch, Some(column), faults)
    }

    pub(crate) fn into_part(self) -> Part {
        self.part
    }
}

/// The parts of an expression.
pub(crate) fn part_of(expression: &Expression, schema: &Schema) -> Result<Part, RowError> {
    bind::bind(expression.root(), schema)
}

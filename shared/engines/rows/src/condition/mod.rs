//! Conditions, and the step that keeps the rows for which one holds.
//!
//! A condition is bound into the same parts as an expression: a column, what it is compared with, and the
//! logic between them, which knows true, false and null. What it is compared with becomes a value of the
//! column's kind when it is bound; a number keeps all its digits, so that 2.5 is greater than a whole 2.

mod bind;
mod constant;
mod leaf;

#[cfg(test)]
mod tests;

use arrow::array::{BooleanArray, RecordBatch};
use arrow::datatypes::{Schema, SchemaRef};
use millrace_steps::Condition;
use millrace_steps::step::Filter;

use crate::context::Context;
use crate::error::RowError;
use crate::expression::{Part, Value, truths};
use crate::facts::Facts;
use crate::operator::{Fault, Faults, Operator, Output};

pub(crate) use constant::comparand;
pub(crate) use leaf::{known, readable, repeated};

/// A condition bound to the columns that it reads.
#[derive(Debug)]
pub struct Predicate {
    part: Part,
}

impl Predicate {
    /// Binds a condition to columns of canonical types.
    ///
    /// # Errors
    /// `COLUMN_NOT_FOUND`, `COLUMN_TYPE_MISMATCH` for an operator that the column's type does not have,
    /// `VALUE_TYPE_MISMATCH` for a value that is of another kind.
    pub fn bind(
        condition: &Condition,
        schema: &Schema,
        facts: &Facts,
        context: &Context,
    ) -> Result<Self, RowError> {
        Ok(Self {
            part: part_of(condition, schema, facts, context)?,
        })
    }

    /// Whether it holds for each row, where null is neither. It is null where it cannot be computed.
    ///
    /// # Errors
    /// A batch of other columns, and facts that were not found out.
    pub fn evaluate(
        &self,
        batch: &RecordBatch,
        faults: &mut Vec<Fault>,
    ) -> Result<BooleanArray, RowError> {
        let answers = self.part.cells(batch, None, faults)?;
        truths(Value::Rows(answers), batch.num_rows())
    }
}

/// The parts of a condition.
pub(crate) fn part_of(
    condition: &Condition,
    schema: &Schema,
    facts: &Facts,
    context: &Context,
) -> Result<Part, RowError> {
    bind::Binder {
        schema,
        facts,
        context,
    }
    .condition(condition)
}

#[derive(Debug)]
struct Filtering {
    predicate: Predicate,
    schema: SchemaRef,
}

/// Binds the step.
pub(crate) fn filter(
    step: &Filter,
    schema: &SchemaRef,
    facts: &Facts,
    context: &Context,
) -> Result<Box<dyn Operator>, RowError> {
    Ok(Box::new(Filtering {
        predicate: Predicate::bind(&step.condition, schema, facts, context)?,
        schema: SchemaRef::clone(schema),
    }))
}

impl Operator for Filtering {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn apply(&self, batch: &RecordBatch, faults: &mut Faults) -> Result<Output, RowError> {
        Ok(Output::Kept(self.predicate.evaluate(batch, faults)?))
    }
}

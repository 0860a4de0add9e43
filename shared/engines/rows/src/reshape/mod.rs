//! Steps after which a row is something else than before.

mod explode;
mod flatten;
mod members;
mod unpivot;

use arrow::datatypes::SchemaRef;
use millrace_steps::step::{Explode, FlattenJson, Unpivot};

use crate::error::RowError;
use crate::facts::Facts;
use crate::operator::Operator;

pub use members::JsonMembers;

/// Bytes of the cells, texts aside, that a step makes of one batch.
const MOST_CELL_BYTES: usize = 1 << 30;
/// Bytes of a cell, texts aside.
const CELL_BYTES: usize = 16;

/// Turns columns into rows.
pub(crate) fn unpivot(step: &Unpivot, schema: &SchemaRef) -> Result<Box<dyn Operator>, RowError> {
    Ok(Box::new(unpivot::Unpivoting::new(step, schema)?))
}

/// Makes one row of each part of a list or a text.
pub(crate) fn explode(step: &Explode, schema: &SchemaRef) -> Result<Box<dyn Operator>, RowError> {
    Ok(Box::new(explode::Exploding::new(step, schema)?))
}

/// Turns the members of JSON objects into columns.
pub(crate) fn flatten_json(
    step: &FlattenJson,
    schema: &SchemaRef,
    facts: &Facts,
) -> Result<Box<dyn Operator>, RowError> {
    Ok(Box::new(flatten::Flattening::new(step, schema, facts)?))
}

/// How many rows of so many columns may be made of one batch.
fn most_rows(columns: usize) -> usize {
    MOST_CELL_BYTES / CELL_BYTES / columns.max(1)
}

/// More rows than fit into memory.
fn too_many_rows(most: usize) -> RowError {
    RowError::new(
        "STEP_FAILED",
        format!(
            "the step makes more than {most} rows out of one batch of rows; leave out columns that are \
             not needed before it"
        ),
    )
}

#[cfg(test)]
mod tests;

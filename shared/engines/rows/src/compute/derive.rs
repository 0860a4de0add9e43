//! The steps `derive` and `conditional`.

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Schema, SchemaRef};
use millrace_steps::step::{Conditional, Derive, Outcome, RoundMode};
use millrace_steps::value::{Cell, DataType as Dtype, Scalar};

use crate::choose::find;
use crate::condition;
use crate::context::Context;
use crate::error::RowError;
use crate::expression::{
    Formula, Keeping, Kind, Part, case, cast, coerce, keeping, number_cell, part_of,
};
use crate::facts::Facts;
use crate::operator::{Faults, Operator, Output};
use crate::types::{Outputs, scalar};

/// A column that is computed.
#[derive(Debug)]
struct Computing {
    part: Part,
    column: String,
    outputs: Outputs,
}

impl Computing {
    fn boxed(part: Part, column: &str, schema: &SchemaRef) -> Result<Box<dyn Operator>, RowError> {
        // Nothing is known of a null, and text can be cast to anything.
        let part = if part.is_null() {
            coerce(part, &DataType::Utf8View)?
        } else {
            part
        };
        let written = vec![(column.to_owned(), part.data_type().clone())];
        Ok(Box::new(Self {
            part,
            column: column.to_owned(),
            outputs: Outputs::bind(schema, written)?,
        }))
    }
}

impl Operator for Computing {
    fn schema(&self) -> &SchemaRef {
        self.outputs.schema()
    }

    fn apply(&self, batch: &RecordBatch, faults: &mut Faults) -> Result<Output, RowError> {
        let column = self.part.cells(batch, Some(&self.column), faults)?;
        Ok(Output::Same(self.outputs.write(batch, vec![column])?))
    }
}

/// Binds the step. A number that should become a decimal is rounded to its digits, halves away from
/// zero, as the type says how many are wanted; any other result must fit the type as in `cast`.
pub(crate) fn derive(step: &Derive, schema: &SchemaRef) -> Result<Box<dyn Operator>, RowError> {
    let mut part = Formula::bind(&step.expression, schema)?.into_part();
    if let Some(dtype) = step.dtype {
        let kind = Kind::of(part.data_type());
        if let (Dtype::Decimal { scale, .. }, Kind::Float | Kind::Decimal) = (dtype, kind) {
            let rounding = Keeping::Round(RoundMode::HalfUp, i32::from(scale));
            part = keeping(rounding, part, "derive")?;
        }
        part = cast(part, dtype, false)?;
    }
    Computing::boxed(part, &step.output, schema)
}

/// Binds the step. All outcomes are of one type: numbers widen, texts that are written out are read as
/// moments beside moments, and nothing else fits together.
pub(crate) fn conditional(
    step: &Conditional,
    schema: &SchemaRef,
    facts: &Facts,
    context: &Context,
) -> Result<Box<dyn Operator>, RowError> {
    let mut branches = Vec::with_capacity(step.cases.len());
    for branch in &step.cases {
        let when = condition::part_of(&branch.when, schema, facts, context)?;
        branches.push((when, outcome(&branch.then, schema)?));
    }
    let otherwise = outcome(&step.otherwise, schema)?;
    let part = case(branches, otherwise, "conditional")?;
    Computing::boxed(part, &step.output, schema)
}

fn outcome(outcome: &Outcome, schema: &Schema) -> Result<Part, RowError> {
    match outcome {
        Outcome::Constant(cell) => constant(cell),
        Outcome::Column(name) => {
            let place = find(name, schema)?;
            Ok(Part::column(place, schema.field(place).data_type()))
        }
        Outcome::Expression(expression) => part_of(expression, schema),
    }
}

/// A constant of the type that it has by itself.
fn constant(cell: &Cell) -> Result<Part, RowError> {
    let (value, data_type) = match cell {
        Cell::Null => return Ok(Part::null()),
        Cell::Value(value @ Scalar::Boolean(_)) => (value, DataType::Boolean),
        Cell::Value(value @ Scalar::Integer(_)) => (value, DataType::Int64),
        Cell::Value(Scalar::Number(number)) => {
            // The shortest form is what the caller wrote.
            return Ok(Part::constant(number_cell(&number.to_string())?));
        }
        Cell::Value(value @ Scalar::Text(_)) => (value, DataType::Utf8View),
    };
    Ok(Part::constant(scalar(value, &data_type, "the constant")?))
}

//! The step `drop_nulls`.

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::{DataType, SchemaRef};
use millrace_steps::step::{DropNulls, HowMany};

use crate::choose::choose;
use crate::error::RowError;
use crate::operator::{Faults, Operator, Output};

#[derive(Debug)]
struct Dropping {
    schema: SchemaRef,
    places: Vec<usize>,
    how: HowMany,
    empty: bool,
}

/// Binds the step. Where no column is looked at, no row goes.
pub(crate) fn drop_nulls(
    step: &DropNulls,
    schema: &SchemaRef,
) -> Result<Box<dyn Operator>, RowError> {
    Ok(Box::new(Dropping {
        schema: SchemaRef::clone(schema),
        places: choose(&step.columns, schema)?,
        how: step.how,
        empty: step.treat_empty_as_null,
    }))
}

impl Operator for Dropping {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn apply(&self, batch: &RecordBatch, _faults: &mut Faults) -> Result<Output, RowError> {
        let rows = batch.num_rows();
        if self.places.is_empty() {
            return Ok(Output::Kept(BooleanArray::from(vec![true; rows])));
        }
        let any = self.how == HowMany::Any;
        let mut keep = if any {
            BooleanBuffer::new_set(rows)
        } else {
            BooleanBuffer::new_unset(rows)
        };
        for place in &self.places {
            let Some(present) = self.present(batch.column(*place)) else {
                if any {
                    continue;
                }
                keep = BooleanBuffer::new_set(rows);
                break;
            };
            keep = if any {
                &keep & &present
            } else {
                &keep | &present
            };
        }
        Ok(Output::Kept(BooleanArray::new(keep, None)))
    }
}

impl Dropping {
    /// Which cells are there; `None` where all of them are.
    fn present(&self, column: &dyn Array) -> Option<BooleanBuffer> {
        let valid = column
            .logical_nulls()
            .map(arrow::buffer::NullBuffer::into_inner);
        if !self.empty || *column.data_type() != DataType::Utf8View {
            return valid;
        }
        let texts = column.as_string_view();
        let filled = BooleanBuffer::collect_bool(texts.len(), |row| !texts.value(row).is_empty());
        Some(match valid {
            Some(valid) => &filled & &valid,
            None => filled,
        })
    }
}

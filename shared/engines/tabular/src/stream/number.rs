//! The number of each row where it stands.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use millrace_rows::Rows;

use crate::error::TabularError;
use crate::frames::{Frame, Frames, each};

/// Adds a column with the numbers of the rows, or replaces the column of that name.
#[derive(Debug)]
pub(crate) struct Numbering {
    start: i64,
    place: usize,
    schema: SchemaRef,
}

impl Numbering {
    pub(crate) fn bind(output: &str, start: i64, schema: &SchemaRef) -> Self {
        let mut fields: Vec<Arc<Field>> = schema.fields().iter().cloned().collect();
        let field = Arc::new(Field::new(output, DataType::Int64, true));
        let place = schema.index_of(output).unwrap_or(fields.len());
        if place < fields.len() {
            fields[place] = field;
        } else {
            fields.push(field);
        }
        Self {
            start,
            place,
            schema: Arc::new(Schema::new(fields)),
        }
    }

    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    pub(crate) fn attach(&self, input: Frames) -> Frames {
        let (schema, place) = (Arc::clone(&self.schema), self.place);
        let mut next = self.start;
        each(input, move |frame| {
            let count = frame.rows.len() as i64;
            let end = next.checked_add(count).ok_or_else(|| {
                TabularError::step(
                    "OVERFLOW",
                    "the row numbers go beyond 64 bits; give a lower start",
                )
            })?;
            let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(next..end));
            next = end;
            let mut columns = frame.rows.batch.columns().to_vec();
            if place < columns.len() {
                columns[place] = numbers;
            } else {
                columns.push(numbers);
            }
            Ok(Frame {
                rows: Rows {
                    batch: RecordBatch::try_new(Arc::clone(&schema), columns)?,
                    numbers: frame.rows.numbers,
                },
                rejects: frame.rejects,
            })
        })
    }
}

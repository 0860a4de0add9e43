//! Where a step writes its columns.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use crate::error::RowError;

/// The columns that a step writes: in place of those of the same name, or after all others.
#[derive(Debug, Clone)]
pub(crate) struct Outputs {
    schema: SchemaRef,
    places: Vec<usize>,
}

impl Outputs {
    /// Finds the places of columns by their names.
    ///
    /// # Errors
    /// Two columns of one name: `DUPLICATE_COLUMN`.
    pub(crate) fn bind(
        schema: &SchemaRef,
        columns: Vec<(String, DataType)>,
    ) -> Result<Self, RowError> {
        let mut fields = schema.fields().to_vec();
        let mut places = Vec::with_capacity(columns.len());
        for (name, data_type) in columns {
            let place = fields
                .iter()
                .position(|field| *field.name() == name)
                .unwrap_or(fields.len());
            if places.contains(&place) {
                return Err(RowError::new(
                    "DUPLICATE_COLUMN",
                    format!("the step writes column {name:?} twice; name each once"),
                ));
            }
            places.push(place);
            let field = Arc::new(Field::new(name, data_type, true));
            if place == fields.len() {
                fields.push(field);
            } else {
                fields[place] = field;
            }
        }
        Ok(Self {
            schema: Arc::new(Schema::new(fields)),
            places,
        })
    }

    /// All columns.
    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// A batch with the columns that the step has written, in the order in which they were bound.
    pub(crate) fn write(
        &self,
        batch: &RecordBatch,
        written: Vec<ArrayRef>,
    ) -> Result<RecordBatch, RowError> {
        let mut columns = batch.columns().to_vec();
        for (place, array) in self.places.iter().zip(written) {
            if *place < columns.len() {
                columns[*place] = array;
            } else {
                columns.push(array);
            }
        }
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        Ok(RecordBatch::try_new_with_options(
            Arc::clone(&self.schema),
            columns,
            &options,
        )?)
    }
}

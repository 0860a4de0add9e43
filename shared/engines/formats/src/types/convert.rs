//! Columns of text in batches that are there already, into typed columns.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema};

use super::{ColumnBuilder, ValueFormat};
use crate::error::FormatError;
use crate::options::ColumnSpec;

/// A converted batch and what of it did not convert.
#[derive(Debug, Clone)]
pub struct Converted {
    /// The batch, every cell that did not read being null.
    pub batch: RecordBatch,
    /// Cells that did not read, as (row of the batch, place of the column), ordered by row.
    pub unreadable: Vec<(usize, usize)>,
}

/// Reads the text columns that `specs` name as the types they give. The policy for cells that do
/// not read (fail, null, leave out) is the caller's: it is told which they are.
pub fn convert_batch(batch: &RecordBatch, specs: &[ColumnSpec]) -> Result<Converted, FormatError> {
    let mut columns = batch.columns().to_vec();
    let mut fields: Vec<Arc<Field>> = batch.schema().fields().iter().cloned().collect();
    let mut unreadable = Vec::new();
    for spec in specs {
        let place =
            batch
                .schema()
                .index_of(&spec.name)
                .map_err(|_| FormatError::ColumnNotFound {
                    name: spec.name.clone(),
                    columns: fields.iter().map(|field| field.name().clone()).collect(),
                })?;
        let format = ValueFormat::of(spec)?;
        let rows = batch.num_rows();
        let mut builder = ColumnBuilder::new(&spec.name, &spec.data_type, rows)?;
        let source = &columns[place];
        let bad = |row: usize| unreadable.push((row, place));
        match source.data_type() {
            DataType::Utf8View => {
                let cells = source.as_string_view().iter();
                builder.extend(cells.map(|cell| cell.map(Cow::Borrowed)), &format, bad);
            }
            DataType::Utf8 => {
                let cells = source.as_string::<i32>().iter();
                builder.extend(cells.map(|cell| cell.map(Cow::Borrowed)), &format, bad);
            }
            DataType::LargeUtf8 => {
                let cells = source.as_string::<i64>().iter();
                builder.extend(cells.map(|cell| cell.map(Cow::Borrowed)), &format, bad);
            }
            other => {
                return Err(FormatError::InvalidOption {
                    option: "types",
                    reason: format!("column {} is {other}, not text", spec.name),
                });
            }
        }
        columns[place] = builder.finish()?;
        fields[place] = Arc::new(
            Field::new(&spec.name, spec.data_type.clone(), true)
                .with_metadata(fields[place].metadata().clone()),
        );
    }
    unreadable.sort_unstable();
    let schema = Schema::new_with_metadata(fields, batch.schema().metadata().clone());
    Ok(Converted {
        batch: RecordBatch::try_new(Arc::new(schema), columns)?,
        unreadable,
    })
}

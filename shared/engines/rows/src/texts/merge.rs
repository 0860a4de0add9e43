//! Texts of several columns as one.

use std::sync::Arc;

use arrow::array::{Array, RecordBatch, StringViewArray};
use arrow::datatypes::{DataType, Schema, SchemaRef};
use millrace_steps::step::MergeColumns;

use super::{MOST_TEXT_BYTES, TextColumn, too_long};
use crate::choose::choose;
use crate::columns::Layout;
use crate::error::RowError;
use crate::operator::{Faults, Operator, Output};
use crate::types::cell_texts;

/// Joins the texts of columns. Where all of them are null and nulls are left out, nothing is joined, and
/// the result is the empty text.
#[derive(Debug)]
pub(super) struct Merging {
    layout: Layout,
    places: Vec<usize>,
    separator: String,
    skip_nulls: bool,
    output: String,
}

impl Merging {
    pub(super) fn new(step: &MergeColumns, schema: &Schema) -> Result<Self, RowError> {
        let places = choose(&step.columns, schema)?;
        let mut changes = Layout::change(schema);
        changes.put(&step.output, DataType::Utf8View)?;
        if !step.keep_source {
            places.iter().for_each(|place| changes.remove(*place));
        }
        Ok(Self {
            layout: changes.finish()?,
            places,
            separator: step.separator.clone(),
            skip_nulls: step.skip_nulls,
            output: step.output.to_string(),
        })
    }

    /// Writes a row's text; `false` where it is null.
    fn join(&self, columns: &[StringViewArray], row: usize, text: &mut String) -> bool {
        let mut first = true;
        for column in columns {
            if column.is_null(row) {
                if self.skip_nulls {
                    continue;
                }
                return false;
            }
            if !first {
                text.push_str(&self.separator);
            }
            text.push_str(column.value(row));
            first = false;
        }
        true
    }
}

impl Operator for Merging {
    fn schema(&self) -> &SchemaRef {
        self.layout.schema()
    }

    fn apply(&self, batch: &RecordBatch, faults: &mut Faults) -> Result<Output, RowError> {
        let rows = batch.num_rows();
        let columns = self
            .places
            .iter()
            .map(|&place| cell_texts(batch.column(place)))
            .collect::<Result<Vec<_>, _>>()?;
        let mut made = TextColumn::with_capacity(rows);
        let mut text = String::new();
        for row in 0..rows {
            text.clear();
            if !self.join(&columns, row, &mut text) {
                made.push_null();
            } else if text.len() > MOST_TEXT_BYTES {
                faults.push(too_long(row, &self.output));
                made.push_null();
            } else {
                made.push(&text)?;
            }
        }
        let made = Arc::new(made.finish());
        let batch = self.layout.assemble(batch.columns(), &[made], rows)?;
        Ok(Output::Same(batch))
    }
}

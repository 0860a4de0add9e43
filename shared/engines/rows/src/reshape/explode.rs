//! Parts of lists and texts as rows.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringViewArray, UInt32Array};
use arrow::compute::take;
use arrow::datatypes::{DataType, Schema, SchemaRef};
use millrace_steps::step::Explode;

use super::{most_rows, too_many_rows};
use crate::choose::find;
use crate::columns::Layout;
use crate::error::RowError;
use crate::operator::{Faults, Operator, Output};
use crate::texts::TextColumn;
use crate::types::{cell_texts, type_name};

/// Makes one row of each part. An empty text has no parts.
#[derive(Debug)]
pub(super) struct Exploding {
    layout: Layout,
    place: usize,
    /// What stands between the parts of texts; nothing for lists.
    delimiter: Option<String>,
    keep_empty: bool,
    most: usize,
}

impl Exploding {
    pub(super) fn new(step: &Explode, schema: &Schema) -> Result<Self, RowError> {
        let place = find(&step.column, schema)?;
        let data_type = schema.field(place).data_type();
        let part = match (data_type, &step.delimiter) {
            (DataType::List(item), None) => item.data_type().clone(),
            (DataType::Utf8View, Some(_)) => DataType::Utf8View,
            (DataType::Utf8View, None) => {
                let message = format!(
                    "column {} holds text; give the delimiter that stands between its parts",
                    step.column
                );
                return Err(RowError::new("COLUMN_TYPE_MISMATCH", message));
            }
            (DataType::List(_), Some(_)) => {
                let message = format!(
                    "column {} holds {}, which have no delimiter; leave delimiter out",
                    step.column,
                    type_name(data_type)
                );
                return Err(RowError::new("COLUMN_TYPE_MISMATCH", message));
            }
            (other, _) => {
                return Err(RowError::column_type(
                    &step.column,
                    &type_name(other),
                    "lists and text",
                ));
            }
        };
        let mut changes = Layout::change(schema);
        changes.put(&step.column, part)?;
        Ok(Self {
            layout: changes.finish()?,
            place,
            delimiter: step.delimiter.clone(),
            keep_empty: step.keep_empty,
            most: most_rows(schema.fields().len()),
        })
    }

    fn texts(
        &self,
        texts: &StringViewArray,
        delimiter: &str,
    ) -> Result<(ArrayRef, Vec<u32>), RowError> {
        let mut parts = TextColumn::with_capacity(texts.len());
        let mut from = Vec::with_capacity(texts.len());
        for (row, text) in texts.iter().enumerate() {
            let row = row_number(row)?;
            match text.filter(|text| !text.is_empty()) {
                Some(text) => {
                    for part in text.split(delimiter) {
                        self.check(from.len() + 1)?;
                        parts.push(part)?;
                        from.push(row);
                    }
                }
                None if self.keep_empty => {
                    self.check(from.len() + 1)?;
                    parts.push_null();
                    from.push(row);
                }
                None => {}
            }
        }
        Ok((Arc::new(parts.finish()), from))
    }

    fn lists(&self, column: &ArrayRef) -> Result<(ArrayRef, Vec<u32>), RowError> {
        let lists = column.as_list_opt::<i32>().ok_or_else(|| {
            RowError::new(
                "STEP_FAILED",
                "the column holds no lists although it should",
            )
        })?;
        let mut places: Vec<Option<u32>> = Vec::with_capacity(lists.len());
        let mut from = Vec::with_capacity(lists.len());
        for (row, ends) in lists.value_offsets().windows(2).enumerate() {
            let row_number = row_number(row)?;
            // Offsets ascend from zero on.
            let items = if lists.is_null(row) {
                0..0
            } else {
                ends[0].unsigned_abs()..ends[1].unsigned_abs()
            };
            if items.is_empty() && self.keep_empty {
                places.push(None);
            }
            self.check(places.len() + items.len())?;
            places.extend(items.map(Some));
            from.resize(places.len(), row_number);
        }
        let parts = take(lists.values(), &UInt32Array::from(places), None)?;
        Ok((parts, from))
    }

    fn check(&self, rows: usize) -> Result<(), RowError> {
        if rows > self.most {
            return Err(too_many_rows(self.most));
        }
        Ok(())
    }
}

fn row_number(row: usize) -> Result<u32, RowError> {
    u32::try_from(row).map_err(|_| RowError::new("STEP_FAILED", "the batch has too many rows"))
}

impl Operator for Exploding {
    fn schema(&self) -> &SchemaRef {
        self.layout.schema()
    }

    fn apply(&self, batch: &RecordBatch, _faults: &mut Faults) -> Result<Output, RowError> {
        let column = batch.column(self.place);
        let (parts, from) = match &self.delimiter {
            Some(delimiter) => self.texts(&cell_texts(column)?, delimiter)?,
            None => self.lists(column)?,
        };
        let from = UInt32Array::from(from);
        // The column itself goes, so it is not taken along.
        let mut kept = batch.columns().to_vec();
        for place in self.layout.kept() {
            kept[place] = take(batch.column(place), &from, None)?;
        }
        let batch = self.layout.assemble(&kept, &[parts], from.len())?;
        Ok(Output::Made { batch, from })
    }
}

//! Texts in parts.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, Schema, SchemaRef};
use millrace_steps::step::SplitColumn;
use millrace_steps::value::Pattern;
use regex::Regex;

use super::{TextColumn, compile, text_place};
use crate::columns::Layout;
use crate::error::RowError;
use crate::operator::{Faults, Operator, Output};
use crate::types::cell_texts;

#[derive(Debug)]
enum Delimiter {
    Text(String),
    Regex(Regex),
}

/// Splits a text into columns.
#[derive(Debug)]
pub(super) struct Splitting {
    layout: Layout,
    place: usize,
    delimiter: Delimiter,
    outputs: usize,
    most: usize,
}

impl Splitting {
    pub(super) fn new(step: &SplitColumn, schema: &Schema) -> Result<Self, RowError> {
        let place = text_place(&step.column, schema)?;
        let delimiter = if step.regex {
            let pattern = Pattern::parse(&step.delimiter)
                .map_err(|message| RowError::new("INVALID_REGEX", message))?;
            Delimiter::Regex(compile(pattern.compile(true))?)
        } else {
            Delimiter::Text(step.delimiter.clone())
        };
        let mut changes = Layout::change(schema);
        for output in &step.outputs {
            changes.put(output, DataType::Utf8View)?;
        }
        if !step.keep_source {
            changes.remove(place);
        }
        let most = step.max_parts.and_then(|most| usize::try_from(most).ok());
        Ok(Self {
            layout: changes.finish()?,
            place,
            delimiter,
            outputs: step.outputs.len(),
            most: most.unwrap_or(step.outputs.len()),
        })
    }
}

/// Puts parts into columns, and null where there are no more.
fn put<'t>(
    mut parts: impl Iterator<Item = &'t str>,
    columns: &mut [TextColumn],
) -> Result<(), RowError> {
    for column in columns {
        column.push_option(parts.next())?;
    }
    Ok(())
}

impl Operator for Splitting {
    fn schema(&self) -> &SchemaRef {
        self.layout.schema()
    }

    fn apply(&self, batch: &RecordBatch, _faults: &mut Faults) -> Result<Output, RowError> {
        let rows = batch.num_rows();
        let texts = cell_texts(batch.column(self.place))?;
        let mut made: Vec<TextColumn> = (0..self.outputs)
            .map(|_| TextColumn::with_capacity(rows))
            .collect();
        for row in 0..rows {
            if texts.is_null(row) {
                put(std::iter::empty(), &mut made)?;
                continue;
            }
            let text = texts.value(row);
            match &self.delimiter {
                Delimiter::Text(delimiter) => {
                    put(text.splitn(self.most, delimiter.as_str()), &mut made)?;
                }
                Delimiter::Regex(regex) => put(regex.splitn(text, self.most), &mut made)?,
            }
        }
        let made: Vec<ArrayRef> = made
            .into_iter()
            .map(|column| Arc::new(column.finish()) as ArrayRef)
            .collect();
        let batch = self.layout.assemble(batch.columns(), &made, rows)?;
        Ok(Output::Same(batch))
    }
}

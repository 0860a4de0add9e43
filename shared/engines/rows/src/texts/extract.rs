//! Groups of a regular expression as columns.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, Schema, SchemaRef};
use millrace_steps::step::RegexExtract;
use regex::Regex;

use super::{TextColumn, compile, text_place};
use crate::columns::Layout;
use crate::error::RowError;
use crate::operator::{Faults, Operator, Output};
use crate::types::cell_texts;

/// Puts groups of a regular expression into columns.
#[derive(Debug)]
pub(super) struct Extraction {
    layout: Layout,
    place: usize,
    regex: Regex,
    groups: Vec<usize>,
}

impl Extraction {
    pub(super) fn new(step: &RegexExtract, schema: &Schema) -> Result<Self, RowError> {
        let place = text_place(&step.column, schema)?;
        let regex = compile(step.pattern.compile(true))?;
        let mut changes = Layout::change(schema);
        let mut groups = Vec::with_capacity(step.outputs.len());
        for (group, output) in &step.outputs {
            let number = match group.parse::<usize>() {
                Ok(number) => Some(number).filter(|number| *number < regex.captures_len()),
                Err(_) => regex.capture_names().position(|name| name == Some(group)),
            };
            groups.push(number.ok_or_else(|| {
                let message = format!("the pattern {} has no group {group}", step.pattern);
                RowError::new("INVALID_VALUE", message)
            })?);
            changes.put(output, DataType::Utf8View)?;
        }
        Ok(Self {
            layout: changes.finish()?,
            place,
            regex,
            groups,
        })
    }
}

impl Operator for Extraction {
    fn schema(&self) -> &SchemaRef {
        self.layout.schema()
    }

    fn apply(&self, batch: &RecordBatch, _faults: &mut Faults) -> Result<Output, RowError> {
        let rows = batch.num_rows();
        let texts = cell_texts(batch.column(self.place))?;
        let mut made: Vec<TextColumn> = self
            .groups
            .iter()
            .map(|_| TextColumn::with_capacity(rows))
            .collect();
        let mut locations = self.regex.capture_locations();
        for row in 0..rows {
            let text = texts.is_valid(row).then(|| texts.value(row));
            let found =
                text.filter(|text| self.regex.captures_read(&mut locations, text).is_some());
            for (column, group) in made.iter_mut().zip(&self.groups) {
                let part = found.and_then(|text| {
                    let (start, end) = locations.get(*group)?;
                    text.get(start..end)
                });
                column.push_option(part)?;
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

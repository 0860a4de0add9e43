//! Members of JSON objects as columns.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, Schema, SchemaRef};
use millrace_steps::step::FlattenJson;

use super::members::{Object, Value, column_names};
use crate::columns::Layout;
use crate::error::RowError;
use crate::facts::Facts;
use crate::operator::{Fault, Faults, Operator, Output};
use crate::texts::{TextColumn, text_place};
use crate::types::{cell_texts, shown};

/// The members of objects at one level.
#[derive(Debug, Default)]
struct Members(HashMap<String, Member>);

#[derive(Debug, Default)]
struct Member {
    column: Option<usize>,
    members: Members,
}

/// Turns the members of objects into columns of text.
#[derive(Debug)]
pub(super) struct Flattening {
    layout: Layout,
    place: usize,
    column: String,
    members: Members,
    columns: usize,
    depth: usize,
}

/// Why a row could not be flattened.
enum Failure {
    /// The text is no JSON.
    Text(serde_json::Error),
    /// A member that was not found out about before.
    Unknown(String),
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Text(error)
    }
}

impl Flattening {
    pub(super) fn new(
        step: &FlattenJson,
        schema: &Schema,
        facts: &Facts,
    ) -> Result<Self, RowError> {
        let place = text_place(&step.column, schema)?;
        let mut changes = Layout::change(schema);
        if !step.keep_source {
            changes.remove(place);
        }
        let names = column_names(&facts.members, &step.separator, &step.column, |name| {
            changes.has(name)
        });
        let mut members = Members::default();
        for (column, (path, name)) in facts.members.iter().zip(&names).enumerate() {
            changes.put(name, DataType::Utf8View)?;
            members.insert(path, column);
        }
        Ok(Self {
            layout: changes.finish()?,
            place,
            column: step.column.to_string(),
            members,
            columns: names.len(),
            depth: usize::try_from(step.max_depth).unwrap_or(usize::MAX),
        })
    }

    /// The cells of a text's columns. Of members with the same name the last one counts.
    fn read<'a>(&self, text: &'a str, cells: &mut [Option<Cow<'a, str>>]) -> Result<(), Failure> {
        let text = text.trim();
        if text.is_empty() || text == "null" {
            return Ok(());
        }
        let object: Object<'a> = serde_json::from_str(text)?;
        walk(&self.members, object, self.depth.saturating_sub(1), cells)
    }

    fn fault(&self, row: usize, text: &str, error: &serde_json::Error) -> Fault {
        Fault {
            row,
            column: Some(self.column.clone()),
            code: "INVALID_JSON",
            message: format!(
                "column {}: {} is no JSON object: {error}",
                self.column,
                shown(text)
            ),
        }
    }
}

impl Members {
    fn insert(&mut self, path: &[String], column: usize) {
        let Some((name, rest)) = path.split_first() else {
            return;
        };
        let member = self.0.entry(name.clone()).or_default();
        if rest.is_empty() {
            member.column = Some(column);
        } else {
            member.members.insert(rest, column);
        }
    }
}

fn walk<'a>(
    members: &Members,
    object: Object<'a>,
    depth: usize,
    cells: &mut [Option<Cow<'a, str>>],
) -> Result<(), Failure> {
    for (name, raw) in object.0 {
        let member = members.0.get(name.as_ref());
        match (Value::read(raw, depth)?, member) {
            (Value::Object(inner), Some(member)) => {
                walk(&member.members, inner, depth - 1, cells)?;
            }
            (
                Value::Cell(value),
                Some(Member {
                    column: Some(column),
                    ..
                }),
            ) => {
                cells[*column] = Some(value);
            }
            (
                Value::Nothing,
                Some(Member {
                    column: Some(column),
                    ..
                }),
            ) => cells[*column] = None,
            (Value::Nothing, _) => {}
            (Value::Object(_) | Value::Cell(_), _) => {
                return Err(Failure::Unknown(name.into_owned()));
            }
        }
    }
    Ok(())
}

impl Operator for Flattening {
    fn schema(&self) -> &SchemaRef {
        self.layout.schema()
    }

    fn apply(&self, batch: &RecordBatch, faults: &mut Faults) -> Result<Output, RowError> {
        let rows = batch.num_rows();
        let texts = cell_texts(batch.column(self.place))?;
        let mut made: Vec<TextColumn> = (0..self.columns)
            .map(|_| TextColumn::with_capacity(rows))
            .collect();
        let mut cells: Vec<Option<Cow<'_, str>>> = vec![None; self.columns];
        for row in 0..rows {
            cells.fill(None);
            if texts.is_valid(row) {
                let text = texts.value(row);
                match self.read(text, &mut cells) {
                    Ok(()) => {}
                    Err(Failure::Text(error)) => {
                        cells.fill(None);
                        faults.push(self.fault(row, text, &error));
                    }
                    Err(Failure::Unknown(name)) => {
                        let message = format!(
                            "column {}: the member {name:?} was not there when the members of all rows \
                             were gathered",
                            self.column
                        );
                        return Err(RowError::new("STEP_FAILED", message));
                    }
                }
            }
            for (column, cell) in made.iter_mut().zip(&cells) {
                column.push_option(cell.as_deref())?;
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

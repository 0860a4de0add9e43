//! A column that was not there: a constant, a UUID or a hash.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringViewArray,
    StringViewBuilder, UInt64Array, new_null_array,
};
use arrow::datatypes::{DataType, SchemaRef};
use millrace_steps::step::{AddColumn, NewColumn, NewColumnKind};
use millrace_steps::value::{Cell, Scalar};

use super::Layout;
use crate::choose::choose;
use crate::context::Context;
use crate::error::RowError;
use crate::operator::{Faults, Operator, Output};
use crate::privacy::push_hex;
use crate::rows::Rows;
use crate::types::cell_texts;

/// Bytes of a row's hash.
const HASH_BYTES: usize = 16;

/// What goes into the new column.
#[derive(Debug)]
enum Content {
    Constant(Cell),
    /// A key from the job and the name of the column, so that two such columns differ.
    Uuid([u8; 32]),
    Hash(Vec<usize>),
}

#[derive(Debug)]
struct Addition {
    layout: Layout,
    content: Content,
}

/// Adds a column.
pub(crate) fn add(
    step: &AddColumn,
    schema: &SchemaRef,
    context: &Context,
) -> Result<Box<dyn Operator>, RowError> {
    let (content, data_type) = match &step.content {
        NewColumn::Value(cell) => (Content::Constant(cell.clone()), natural_type(cell)),
        NewColumn::Kind(NewColumnKind::Uuid) => {
            let mut hasher = blake3::Hasher::new_derive_key("Millrace: UUIDs of rows");
            hasher.update(&context.seed).update(step.output.as_bytes());
            let key = *hasher.finalize().as_bytes();
            (Content::Uuid(key), DataType::Utf8View)
        }
        NewColumn::Kind(NewColumnKind::Hash { columns }) => {
            let places = choose(columns, schema)?;
            (Content::Hash(places), DataType::Utf8View)
        }
        NewColumn::Kind(NewColumnKind::RowNumber { .. }) => {
            let message = "row numbers are given where the rows of all parts are counted";
            return Err(RowError::new("STEP_FAILED", message));
        }
    };
    let mut changes = Layout::change(schema);
    changes.put(&step.output, data_type)?;
    Ok(Box::new(Addition {
        layout: changes.finish()?,
        content,
    }))
}

/// The type that a constant has by itself; of null, text, which can be cast to anything.
fn natural_type(cell: &Cell) -> DataType {
    match cell {
        Cell::Value(Scalar::Boolean(_)) => DataType::Boolean,
        Cell::Value(Scalar::Integer(_)) => DataType::Int64,
        Cell::Value(Scalar::Number(_)) => DataType::Float64,
        Cell::Value(Scalar::Text(_)) | Cell::Null => DataType::Utf8View,
    }
}

impl Addition {
    fn output(&self, batch: &RecordBatch, column: ArrayRef) -> Result<Output, RowError> {
        let rows = batch.num_rows();
        let batch = self.layout.assemble(batch.columns(), &[column], rows)?;
        Ok(Output::Same(batch))
    }
}

impl Operator for Addition {
    fn schema(&self) -> &SchemaRef {
        self.layout.schema()
    }

    fn apply(&self, batch: &RecordBatch, _faults: &mut Faults) -> Result<Output, RowError> {
        let column = match &self.content {
            Content::Constant(cell) => constant(cell, batch.num_rows())?,
            Content::Uuid(_) => return Err(unnumbered()),
            Content::Hash(places) => Arc::new(hashes(batch, places)?),
        };
        self.output(batch, column)
    }

    fn apply_rows(&self, rows: &Rows, faults: &mut Faults) -> Result<Output, RowError> {
        match (&self.content, &rows.numbers) {
            (Content::Uuid(key), Some(numbers)) if numbers.null_count() == 0 => {
                self.output(&rows.batch, Arc::new(uuids(key, numbers)))
            }
            (Content::Uuid(_), _) if rows.is_empty() => {
                self.output(&rows.batch, new_null_array(&DataType::Utf8View, 0))
            }
            (Content::Uuid(_), _) => Err(unnumbered()),
            _ => self.apply(&rows.batch, faults),
        }
    }
}

fn unnumbered() -> RowError {
    RowError::new(
        "STEP_FAILED",
        "a UUID depends on the number that its row has in the input, and these rows were made of \
         several; move this step before the one that puts rows together, such as aggregate",
    )
}

fn constant(cell: &Cell, rows: usize) -> Result<ArrayRef, RowError> {
    Ok(match cell {
        Cell::Null => new_null_array(&DataType::Utf8View, rows),
        Cell::Value(Scalar::Boolean(value)) => Arc::new(BooleanArray::from(vec![*value; rows])),
        Cell::Value(Scalar::Integer(value)) => Arc::new(Int64Array::from_value(*value, rows)),
        Cell::Value(Scalar::Number(value)) => Arc::new(Float64Array::from_value(*value, rows)),
        Cell::Value(Scalar::Text(text)) => {
            let mut builder = StringViewBuilder::with_capacity(rows);
            builder.try_append_value_n(text, rows)?;
            Arc::new(builder.finish())
        }
    })
}

/// UUIDs of version 8. Rows that a step made of one have its number, and are told apart by their order.
fn uuids(key: &[u8; 32], numbers: &UInt64Array) -> StringViewArray {
    let numbers = numbers.values();
    let ascending = numbers.windows(2).all(|pair| pair[0] < pair[1]);
    let mut seen: HashMap<u64, u64> = HashMap::new();
    let mut builder = StringViewBuilder::with_capacity(numbers.len());
    let mut text = String::with_capacity(36);
    for &number in numbers {
        let mut earlier = 0;
        if !ascending {
            let count = seen.entry(number).or_default();
            earlier = *count;
            *count += 1;
        }
        let mut input = [0; 16];
        input[..8].copy_from_slice(&number.to_le_bytes());
        input[8..].copy_from_slice(&earlier.to_le_bytes());
        let hash = blake3::keyed_hash(key, &input);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash.as_bytes()[..16]);
        bytes[6] = bytes[6] & 0x0f | 0x80;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        text.clear();
        for (place, part) in [0..4, 4..6, 6..8, 8..10, 10..16].into_iter().enumerate() {
            if place > 0 {
                text.push('-');
            }
            push_hex(&bytes[part], &mut text);
        }
        builder.append_value(&text);
    }
    builder.finish()
}

/// The first half of BLAKE3 over the texts of a row's cells, each with its length before it: a number
/// has the same hash as its text, null one of its own.
fn hashes(batch: &RecordBatch, places: &[usize]) -> Result<StringViewArray, RowError> {
    let columns = places
        .iter()
        .map(|&place| cell_texts(batch.column(place)))
        .collect::<Result<Vec<_>, _>>()?;
    let mut builder = StringViewBuilder::with_capacity(batch.num_rows());
    let mut text = String::with_capacity(2 * HASH_BYTES);
    let mut hasher = blake3::Hasher::new();
    for row in 0..batch.num_rows() {
        hasher.reset();
        for column in &columns {
            if column.is_null(row) {
                hasher.update(&[0]);
                continue;
            }
            let cell = column.value(row).as_bytes();
            hasher
                .update(&[1])
                .update(&(cell.len() as u64).to_le_bytes());
            hasher.update(cell);
        }
        text.clear();
        push_hex(&hasher.finalize().as_bytes()[..HASH_BYTES], &mut text);
        builder.append_value(&text);
    }
    Ok(builder.finish())
}

//! Cells, nested ones too, as JSON.

use std::fmt::Write;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringViewArray, StringViewBuilder};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field};

use super::canon::{canonical_array, canonical_type, own_items};
use super::cells::Cells;
use crate::error::RowError;

/// A column of any type, to be written as JSON.
#[derive(Debug)]
pub(crate) struct Json {
    values: Values,
    nulls: Option<NullBuffer>,
}

#[derive(Debug)]
enum Values {
    Cells(Cells),
    List(OffsetBuffer<i32>, Box<Json>),
    Fixed(usize, Box<Json>),
    /// Members with their names, which are JSON already.
    Struct(Vec<(String, Json)>),
    Map(OffsetBuffer<i32>, StringViewArray, Box<Json>),
}

impl Json {
    /// A column to be written.
    ///
    /// # Errors
    /// A type that steps do not see and that is not nested either.
    pub(super) fn of(array: &ArrayRef) -> Result<Self, RowError> {
        let values = match array.data_type() {
            DataType::List(_) => {
                let list = array.as_list::<i32>();
                let (offsets, items) = own_items(list.offsets(), list.values());
                Values::List(offsets, Box::new(Self::of(&items)?))
            }
            DataType::LargeList(item)
            | DataType::ListView(item)
            | DataType::LargeListView(item) => {
                return Self::of(&cast(array, &DataType::List(Arc::clone(item)))?);
            }
            DataType::FixedSizeList(_, length) => Values::Fixed(
                usize::try_from(*length).unwrap_or_default(),
                Box::new(Self::of(array.as_fixed_size_list().values())?),
            ),
            DataType::Struct(fields) => {
                let members = fields.iter().zip(array.as_struct().columns());
                Values::Struct(
                    members
                        .map(|(field, column)| Ok((member(field), Self::of(column)?)))
                        .collect::<Result<_, RowError>>()?,
                )
            }
            DataType::Map(_, _) => {
                let map = array.as_map();
                let (offsets, keys) = own_items(map.offsets(), map.keys());
                let (_, values) = own_items(map.offsets(), map.values());
                let keys = Self::of(&keys)?.texts(keys.len())?;
                Values::Map(offsets, keys, Box::new(Self::of(&values)?))
            }
            DataType::Dictionary(_, inner) => return Self::of(&cast(array, inner)?),
            DataType::RunEndEncoded(_, inner) => {
                return Self::of(&cast(array, inner.data_type())?);
            }
            other => {
                let canonical = canonical_type("", other)?;
                Values::Cells(Cells::of(&canonical_array("", array, &canonical)?)?)
            }
        };
        Ok(Self {
            values,
            nulls: array.logical_nulls(),
        })
    }

    /// The cells as texts: JSON, but texts as they are.
    pub(super) fn texts(&self, rows: usize) -> Result<StringViewArray, RowError> {
        let mut builder = StringViewBuilder::with_capacity(rows);
        let mut text = String::new();
        for row in 0..rows {
            if self.is_null(row) {
                builder.append_null();
                continue;
            }
            text.clear();
            match &self.values {
                Values::Cells(cells) => cells.write(row, &mut text),
                _ => self.write(row, usize::MAX, &mut text),
            }
            builder.try_append_value(&text)?;
        }
        Ok(builder.finish())
    }

    fn is_null(&self, row: usize) -> bool {
        self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row))
    }

    /// Writes a cell, and stops somewhere after `limit` bytes of text.
    pub(super) fn write(&self, row: usize, limit: usize, out: &mut String) {
        if self.is_null(row) {
            out.push_str("null");
            return;
        }
        match &self.values {
            Values::Cells(cells) => cells.write_json(row, limit, out),
            Values::List(offsets, items) => {
                items.write_list(range(offsets, row), limit, out);
            }
            Values::Fixed(length, items) => {
                items.write_list(row * length..(row + 1) * length, limit, out);
            }
            Values::Struct(members) => {
                out.push('{');
                for (place, (name, member)) in members.iter().enumerate() {
                    if out.len() > limit {
                        return;
                    }
                    if place > 0 {
                        out.push(',');
                    }
                    out.push_str(name);
                    member.write(row, limit, out);
                }
                out.push('}');
            }
            Values::Map(offsets, keys, values) => {
                out.push('{');
                for (place, entry) in range(offsets, row).enumerate() {
                    if out.len() > limit {
                        return;
                    }
                    if place > 0 {
                        out.push(',');
                    }
                    push_text(keys.value(entry), limit, out);
                    out.push(':');
                    values.write(entry, limit, out);
                }
                out.push('}');
            }
        }
    }

    fn write_list(&self, items: std::ops::Range<usize>, limit: usize, out: &mut String) {
        out.push('[');
        for (place, item) in items.enumerate() {
            if out.len() > limit {
                return;
            }
            if place > 0 {
                out.push(',');
            }
            self.write(item, limit, out);
        }
        out.push(']');
    }
}

fn range(offsets: &OffsetBuffer<i32>, row: usize) -> std::ops::Range<usize> {
    let at = |place: usize| usize::try_from(offsets[place]).unwrap_or_default();
    at(row)..at(row + 1)
}

fn member(field: &Field) -> String {
    let mut name = String::new();
    push_text(field.name(), usize::MAX, &mut name);
    name.push(':');
    name
}

/// Writes a text as JSON, and stops somewhere after `limit` bytes.
pub(super) fn push_text(text: &str, limit: usize, out: &mut String) {
    let end = text.floor_char_boundary(limit.saturating_add(1).min(text.len()));
    let mut rest = &text[..end];
    out.push('"');
    while let Some(at) = rest
        .bytes()
        .position(|byte| byte < b' ' || byte == b'"' || byte == b'\\')
    {
        out.push_str(&rest[..at]);
        let _ = match rest.as_bytes()[at] {
            b'"' => write!(out, "\\\""),
            b'\\' => write!(out, "\\\\"),
            b'\n' => write!(out, "\\n"),
            b'\r' => write!(out, "\\r"),
            b'\t' => write!(out, "\\t"),
            control => write!(out, "\\u{control:04x}"),
        };
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
    out.push('"');
}

/// A row as a JSON object, cut after `max_bytes` at the latest. What cannot be written is left out, for
/// this is the last that is heard of the row and better than nothing.
pub(crate) fn row_text(batch: &RecordBatch, row: usize, max_bytes: usize) -> String {
    let mut out = String::from("{");
    if row < batch.num_rows() {
        let batch = batch.slice(row, 1);
        let mut first = true;
        for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
            if out.len() > max_bytes {
                break;
            }
            let Ok(json) = Json::of(column) else { continue };
            if !first {
                out.push(',');
            }
            first = false;
            out.push_str(&member(field));
            json.write(0, max_bytes, &mut out);
        }
    }
    out.push('}');
    out.truncate(out.floor_char_boundary(max_bytes));
    out
}

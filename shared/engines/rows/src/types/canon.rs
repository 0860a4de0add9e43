//! What files hold, in the types that steps see.

use std::fmt::Write;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, ListArray, RecordBatch, RecordBatchOptions, StringViewBuilder,
    new_null_array,
};
use arrow::buffer::OffsetBuffer;
use arrow::compute::{CastOptions, cast, cast_with_options};
use arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef, TimeUnit};
use arrow::util::display::{ArrayFormatter, FormatOptions};

use super::calendar::{Clock, Moments, per_second, timestamps, write_clock, write_fraction};
use super::json::Json;
use crate::error::RowError;

/// Types inside each other.
const DEEPEST: usize = 64;

/// The columns of a file in the types that steps see.
///
/// Small whole numbers become wider ones, unsigned ones of 64 bits exact decimals, half floats floats;
/// every kind of text becomes [`DataType::Utf8View`], dictionaries and runs what they stand for.
/// Milliseconds of `Date64` are moments. What has no type here becomes text: times of day and durations
/// as in ISO 8601, binary as lower-case hexadecimal digits, intervals in words, structs and maps
/// as JSON, and in a list, lists. A moment whose zone is not known here is an instant all the same, and gets UTC.
///
/// # Errors
/// Unions, decimals with more than 38 digits behind the point, and types nested more than 64 deep.
pub fn canonical_schema(schema: &Schema) -> Result<SchemaRef, RowError> {
    let fields = schema.fields().iter().map(|field| {
        let data_type = canonical_type(field.name(), field.data_type())?;
        Ok(Field::new(field.name(), data_type, true))
    });
    Ok(Arc::new(Schema::new(
        fields.collect::<Result<Vec<_>, RowError>>()?,
    )))
}

/// A batch of a file in the types that steps see, `schema` being what [`canonical_schema`] made of the
/// file's. Columns that have their type already are not copied.
///
/// # Errors
/// Another number of columns, and exact numbers of more than 38 digits.
pub fn canonical(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, RowError> {
    if batch.num_columns() != schema.fields().len() {
        let message = format!(
            "the batch has {} columns instead of {}",
            batch.num_columns(),
            schema.fields().len()
        );
        return Err(RowError::new("STEP_FAILED", message));
    }
    let columns = batch.columns().iter().zip(schema.fields());
    let columns = columns
        .map(|(column, field)| canonical_array(field.name(), column, field.data_type()))
        .collect::<Result<_, _>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(
        Arc::clone(schema),
        columns,
        &options,
    )?)
}

pub(super) fn canonical_type(column: &str, data_type: &DataType) -> Result<DataType, RowError> {
    nested_type(column, data_type, 0)
}

fn nested_type(column: &str, data_type: &DataType, depth: usize) -> Result<DataType, RowError> {
    let unsupported = |reason: &str| {
        RowError::new(
            "UNSUPPORTED_TYPE",
            format!("column {column} {reason}; write it with another type"),
        )
    };
    if depth > DEEPEST {
        return Err(unsupported(&format!("is nested more than {DEEPEST} deep")));
    }
    Ok(match data_type {
        DataType::Boolean | DataType::Float64 | DataType::Date32 => data_type.clone(),
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::UInt8 | DataType::UInt16 => {
            DataType::Int32
        }
        DataType::UInt32 | DataType::Int64 => DataType::Int64,
        DataType::UInt64 => DataType::Decimal128(20, 0),
        DataType::Float16 | DataType::Float32 => DataType::Float32,
        DataType::Decimal32(precision, scale)
        | DataType::Decimal64(precision, scale)
        | DataType::Decimal128(precision, scale)
        | DataType::Decimal256(precision, scale) => {
            // Digits that stand for zeros before the point are written out.
            let zeros = if *scale < 0 { scale.unsigned_abs() } else { 0 };
            let precision = precision.saturating_add(zeros).min(38);
            let scale = (*scale).max(0);
            if scale > 38 {
                return Err(unsupported(&format!(
                    "holds {data_type}, of which at most 38 digits can be read"
                )));
            }
            DataType::Decimal128(precision, scale)
        }
        DataType::Date64 => DataType::Timestamp(TimeUnit::Millisecond, None),
        DataType::Timestamp(unit, zone) => {
            let zone = zone.as_ref().map(|zone| {
                if Clock::knows(zone) {
                    Arc::clone(zone)
                } else {
                    "UTC".into()
                }
            });
            DataType::Timestamp(*unit, zone)
        }
        DataType::Null
        | DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Utf8View
        | DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView
        | DataType::FixedSizeBinary(_)
        | DataType::Time32(_)
        | DataType::Time64(_)
        | DataType::Duration(_)
        | DataType::Interval(_) => DataType::Utf8View,
        DataType::Struct(fields) => {
            for field in fields {
                nested_type(column, field.data_type(), depth + 1)?;
            }
            DataType::Utf8View
        }
        DataType::Map(entries, _) => {
            nested_type(column, entries.data_type(), depth + 1)?;
            DataType::Utf8View
        }
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::FixedSizeList(item, _)
        | DataType::ListView(item)
        | DataType::LargeListView(item) => {
            let item = match nested_type(column, item.data_type(), depth + 1)? {
                DataType::List(_) => DataType::Utf8View,
                other => other,
            };
            DataType::List(Arc::new(Field::new_list_field(item, true)))
        }
        DataType::Dictionary(_, values) => nested_type(column, values, depth + 1)?,
        DataType::RunEndEncoded(_, values) => nested_type(column, values.data_type(), depth + 1)?,
        DataType::Union(_, _) => return Err(unsupported("holds values of several types")),
    })
}

/// A column in the canonical form of its type.
pub(super) fn canonical_array(
    column: &str,
    array: &ArrayRef,
    to: &DataType,
) -> Result<ArrayRef, RowError> {
    if array.data_type() == to {
        return Ok(Arc::clone(array));
    }
    Ok(match array.data_type() {
        DataType::Null => new_null_array(to, array.len()),
        DataType::Timestamp(unit, _) => match (Moments::of(array), to) {
            (Some(Moments::Ticks { ticks, nulls, .. }), DataType::Timestamp(_, zone)) => {
                timestamps(ticks, nulls, *unit, zone.clone())
            }
            _ => cast(array, to)?,
        },
        DataType::Binary => hexadecimal(array.as_binary::<i32>().iter(), array.len())?,
        DataType::LargeBinary => hexadecimal(array.as_binary::<i64>().iter(), array.len())?,
        DataType::BinaryView => hexadecimal(array.as_binary_view().iter(), array.len())?,
        DataType::FixedSizeBinary(_) => {
            hexadecimal(array.as_fixed_size_binary().iter(), array.len())?
        }
        DataType::Time32(unit) | DataType::Time64(unit) | DataType::Duration(unit) => {
            times(array, *unit)?
        }
        DataType::Interval(_) => intervals(array)?,
        DataType::Struct(_) | DataType::Map(_, _) => Arc::new(Json::of(array)?.texts(array.len())?),
        DataType::List(_)
        | DataType::LargeList(_)
        | DataType::FixedSizeList(_, _)
        | DataType::ListView(_)
        | DataType::LargeListView(_) => match to {
            DataType::List(item) => lists(column, array, item)?,
            _ => Arc::new(Json::of(array)?.texts(array.len())?),
        },
        DataType::Dictionary(_, values) => {
            let text = matches!(
                values.as_ref(),
                DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View
            );
            // Texts need no copy of what the dictionary holds.
            let plain = cast(array, if text { to } else { values })?;
            canonical_array(column, &plain, to)?
        }
        DataType::RunEndEncoded(_, values) => {
            let plain = cast(array, values.data_type())?;
            canonical_array(column, &plain, to)?
        }
        from => {
            let strict = CastOptions {
                safe: false,
                ..CastOptions::default()
            };
            cast_with_options(array, to, &strict).map_err(|error| {
                RowError::new(
                    "NUMBER_TOO_LARGE",
                    format!("column {column} holds {from}, and a value of it does not fit in 38 digits: {error}"),
                )
            })?
        }
    })
}

/// Lists of canonical items.
fn lists(column: &str, array: &ArrayRef, item: &Arc<Field>) -> Result<ArrayRef, RowError> {
    let (DataType::List(from)
    | DataType::LargeList(from)
    | DataType::FixedSizeList(from, _)
    | DataType::ListView(from)
    | DataType::LargeListView(from)) = array.data_type()
    else {
        return Ok(Arc::clone(array));
    };
    let plain = cast(array, &DataType::List(Arc::clone(from)))?;
    let list = plain.as_list::<i32>();
    let (offsets, items) = own_items(list.offsets(), list.values());
    let items = canonical_array(column, &items, item.data_type())?;
    Ok(Arc::new(ListArray::try_new(
        Arc::clone(item),
        offsets,
        items,
        list.nulls().cloned(),
    )?))
}

/// The items of these lists alone: those of a slice of a column hold all items of the column.
pub(super) fn own_items(
    offsets: &OffsetBuffer<i32>,
    items: &ArrayRef,
) -> (OffsetBuffer<i32>, ArrayRef) {
    let at = |offset: i32| usize::try_from(offset).unwrap_or_default();
    let first = offsets.first().copied().unwrap_or_default();
    let last = offsets.last().copied().unwrap_or_default();
    let lengths = offsets.windows(2).map(|pair| at(pair[1] - pair[0]));
    (
        OffsetBuffer::from_lengths(lengths),
        items.slice(at(first), at(last - first)),
    )
}

fn hexadecimal<'a>(
    cells: impl Iterator<Item = Option<&'a [u8]>>,
    rows: usize,
) -> Result<ArrayRef, RowError> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut builder = StringViewBuilder::with_capacity(rows);
    let mut text = String::new();
    for cell in cells {
        let Some(bytes) = cell else {
            builder.append_null();
            continue;
        };
        text.clear();
        for byte in bytes {
            text.push(char::from(DIGITS[usize::from(byte >> 4)]));
            text.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
        builder.try_append_value(&text)?;
    }
    Ok(Arc::new(builder.finish()))
}

/// Times of day as `HH:MM:SS`, and durations as `PT90S`, with a fraction where there is one.
fn times(array: &ArrayRef, unit: TimeUnit) -> Result<ArrayRef, RowError> {
    let is_duration = matches!(array.data_type(), DataType::Duration(_));
    let ticks = match array.data_type() {
        DataType::Time32(_) => cast(&cast(array, &DataType::Int32)?, &DataType::Int64)?,
        _ => cast(array, &DataType::Int64)?,
    };
    let ticks = ticks.as_primitive::<Int64Type>();
    let per_second = per_second(unit).unsigned_abs();
    texts(array, |row, out| {
        if ticks.value(row) < 0 {
            out.push('-');
        }
        let absolute = ticks.value(row).unsigned_abs();
        let part = absolute % per_second * (1_000_000_000 / per_second);
        let nanosecond = u32::try_from(part).unwrap_or_default();
        if is_duration {
            let _ = write!(out, "PT{}", absolute / per_second);
            write_fraction(nanosecond, out);
            out.push('S');
        } else {
            write_clock(absolute / per_second, nanosecond, out);
        }
        Ok(())
    })
}

/// Intervals in words.
fn intervals(array: &ArrayRef) -> Result<ArrayRef, RowError> {
    let options = FormatOptions::new();
    let formatter = ArrayFormatter::try_new(array, &options)?;
    texts(array, |row, out| {
        formatter
            .value(row)
            .write(out)
            .map_err(|error| RowError::new("UNSUPPORTED_TYPE", error.to_string()))
    })
}

fn texts(
    array: &ArrayRef,
    mut write: impl FnMut(usize, &mut String) -> Result<(), RowError>,
) -> Result<ArrayRef, RowError> {
    let mut builder = StringViewBuilder::with_capacity(array.len());
    let mut text = String::new();
    for row in 0..array.len() {
        if array.is_null(row) {
            builder.append_null();
            continue;
        }
        text.clear();
        write(row, &mut text)?;
        builder.append_value(&text);
    }
    Ok(Arc::new(builder.finish()))
}

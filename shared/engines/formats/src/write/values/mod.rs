//! Arrow columns, cell by cell, for formats that are written row by row.

mod json;
mod number;
mod temporal;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Decimal256Array, LargeBinaryArray, LargeStringArray,
    StringArray, StringViewArray,
};
use arrow::buffer::{NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::compute::cast;
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Decimal256Type, DurationMicrosecondType,
    DurationMillisecondType, DurationNanosecondType, DurationSecondType, Field, Float32Type,
    Float64Type, Int32Type, Int64Type, SchemaRef, Time64MicrosecondType, Time64NanosecondType,
    TimeUnit, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt64Type,
};

pub(crate) use json::push_key;
pub(crate) use number::{push_decimal, push_double, push_integer, push_single};
pub(crate) use temporal::{WallClock, Zone, per_second};

use super::error::WriteError;

/// Nesting of types that is written.
const MAX_DEPTH: usize = 64;

/// A column of a batch.
#[derive(Debug)]
pub(crate) struct Column {
    nulls: Option<NullBuffer>,
    pub(crate) values: Values,
}

/// Its values; behind those that are null stands anything.
#[derive(Debug)]
pub(crate) enum Values {
    Null,
    Boolean(BooleanArray),
    Int32(ScalarBuffer<i32>),
    Int64(ScalarBuffer<i64>),
    UInt64(ScalarBuffer<u64>),
    Float32(ScalarBuffer<f32>),
    Float64(ScalarBuffer<f64>),
    /// With its scale.
    Decimal(ScalarBuffer<i128>, i8),
    LargeDecimal(Decimal256Array),
    Date(ScalarBuffer<i32>),
    Timestamp(ScalarBuffer<i64>, TimeUnit, Zone),
    Time(ScalarBuffer<i64>, TimeUnit),
    Duration(ScalarBuffer<i64>, TimeUnit),
    Text(StringArray),
    LargeText(LargeStringArray),
    TextView(StringViewArray),
    Binary(LargeBinaryArray),
    List(OffsetBuffer<i64>, Box<Column>),
    /// Each member behind its name, which is JSON already.
    Struct(Vec<(Vec<u8>, Column)>),
    Map(OffsetBuffer<i32>, Box<Column>, Box<Column>),
}

/// Refuses columns that have no text.
pub(crate) fn check_types(schema: &SchemaRef, format: &'static str) -> Result<(), WriteError> {
    match schema
        .fields()
        .iter()
        .find(|field| !is_supported(field.data_type(), 0))
    {
        None => Ok(()),
        Some(field) => Err(unsupported(field, format)),
    }
}

pub(crate) fn unsupported(field: &Field, format: &'static str) -> WriteError {
    WriteError::UnsupportedType {
        column: field.name().clone(),
        data_type: field.data_type().to_string(),
        format,
    }
}

fn is_supported(data_type: &DataType, depth: usize) -> bool {
    if depth > MAX_DEPTH {
        return false;
    }
    match data_type {
        DataType::Dictionary(_, values) => is_supported(values, depth + 1),
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            is_supported(item.data_type(), depth + 1)
        }
        DataType::Struct(members) => members
            .iter()
            .all(|member| is_supported(member.data_type(), depth + 1)),
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(members) => match members.as_ref() {
                [key, value] => {
                    is_text(key.data_type()) && is_supported(value.data_type(), depth + 1)
                }
                _ => false,
            },
            _ => false,
        },
        DataType::Timestamp(_, zone) => Zone::parse(zone.as_deref()).is_some(),
        DataType::Interval(_)
        | DataType::Union(..)
        | DataType::RunEndEncoded(..)
        | DataType::ListView(_)
        | DataType::LargeListView(_) => false,
        _ => true,
    }
}

fn is_text(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View
    )
}

/// The type that values of rarer types are turned into, none of them changed by it.
fn common_type(data_type: &DataType) -> Option<DataType> {
    Some(match data_type {
        DataType::Int8 | DataType::Int16 | DataType::UInt8 | DataType::UInt16 => DataType::Int32,
        DataType::UInt32 => DataType::Int64,
        DataType::Float16 => DataType::Float32,
        DataType::Decimal32(precision, scale) | DataType::Decimal64(precision, scale) => {
            DataType::Decimal128(*precision, *scale)
        }
        DataType::Date64 => DataType::Timestamp(TimeUnit::Millisecond, None),
        DataType::Time32(_) => DataType::Time64(TimeUnit::Microsecond),
        DataType::Binary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
            DataType::LargeBinary
        }
        DataType::List(item) | DataType::FixedSizeList(item, _) => {
            DataType::LargeList(item.clone())
        }
        DataType::Dictionary(_, values) => values.as_ref().clone(),
        _ => return None,
    })
}

/// The columns of a batch.
pub(crate) fn columns(arrays: &[ArrayRef]) -> Result<Vec<Column>, WriteError> {
    arrays.iter().map(Column::new).collect()
}

impl Column {
    fn new(array: &ArrayRef) -> Result<Self, WriteError> {
        if let Some(common) = common_type(array.data_type()) {
            return Self::new(&cast(array, &common)?);
        }
        let values = match array.data_type() {
            DataType::Null => Values::Null,
            DataType::Boolean => Values::Boolean(array.as_boolean().clone()),
            DataType::Int32 => Values::Int32(array.as_primitive::<Int32Type>().values().clone()),
            DataType::Int64 => Values::Int64(array.as_primitive::<Int64Type>().values().clone()),
            DataType::UInt64 => Values::UInt64(array.as_primitive::<UInt64Type>().values().clone()),
            DataType::Float32 => {
                Values::Float32(array.as_primitive::<Float32Type>().values().clone())
            }
            DataType::Float64 => {
                Values::Float64(array.as_primitive::<Float64Type>().values().clone())
            }
            DataType::Decimal128(_, scale) => Values::Decimal(
                array.as_primitive::<Decimal128Type>().values().clone(),
                *scale,
            ),
            DataType::Decimal256(..) => {
                Values::LargeDecimal(array.as_primitive::<Decimal256Type>().clone())
            }
            DataType::Date32 => Values::Date(array.as_primitive::<Date32Type>().values().clone()),
            DataType::Timestamp(unit, zone) => {
                let zone = Zone::parse(zone.as_deref()).ok_or_else(|| refused(array))?;
                Values::Timestamp(timestamps(array, *unit), *unit, zone)
            }
            DataType::Time64(TimeUnit::Microsecond) => Values::Time(
                array
                    .as_primitive::<Time64MicrosecondType>()
                    .values()
                    .clone(),
                TimeUnit::Microsecond,
            ),
            DataType::Time64(_) => Values::Time(
                array
                    .as_primitive::<Time64NanosecondType>()
                    .values()
                    .clone(),
                TimeUnit::Nanosecond,
            ),
            DataType::Duration(unit) => Values::Duration(durations(array, *unit), *unit),
            DataType::Utf8 => Values::Text(array.as_string().clone()),
            DataType::LargeUtf8 => Values::LargeText(array.as_string().clone()),
            DataType::Utf8View => Values::TextView(array.as_string_view().clone()),
            DataType::LargeBinary => Values::Binary(array.as_binary().clone()),
            DataType::LargeList(_) => {
                let list = array.as_list::<i64>();
                Values::List(list.offsets().clone(), Box::new(Self::new(list.values())?))
            }
            DataType::Struct(fields) => {
                let members = array.as_struct().columns().iter().zip(fields);
                let members = members.map(|(member, field)| {
                    let mut key = Vec::new();
                    push_key(field.name(), &mut key);
                    Ok((key, Self::new(member)?))
                });
                Values::Struct(members.collect::<Result<_, WriteError>>()?)
            }
            DataType::Map(..) => {
                let map = array.as_map();
                Values::Map(
                    map.offsets().clone(),
                    Box::new(Self::new(map.keys())?),
                    Box::new(Self::new(map.values())?),
                )
            }
            _ => return Err(refused(array)),
        };
        Ok(Self {
            nulls: array.nulls().cloned(),
            values,
        })
    }

    #[inline]
    pub(crate) fn is_null(&self, row: usize) -> bool {
        match &self.nulls {
            Some(nulls) => nulls.is_null(row),
            None => matches!(self.values, Values::Null),
        }
    }

    /// The cell of a text column.
    #[inline]
    pub(crate) fn text(&self, row: usize) -> Option<&str> {
        match &self.values {
            Values::Text(values) => Some(values.value(row)),
            Values::LargeText(values) => Some(values.value(row)),
            Values::TextView(values) => Some(values.value(row)),
            _ => None,
        }
    }

    /// Whether cells are written as JSON.
    pub(crate) fn is_nested(&self) -> bool {
        matches!(
            self.values,
            Values::List(..) | Values::Struct(_) | Values::Map(..)
        )
    }

    /// Appends a cell that is not null as plain text; nested ones as JSON.
    pub(crate) fn push_plain(&self, row: usize, out: &mut Vec<u8>) {
        match &self.values {
            Values::Text(values) => out.extend_from_slice(values.value(row).as_bytes()),
            Values::LargeText(values) => out.extend_from_slice(values.value(row).as_bytes()),
            Values::TextView(values) => out.extend_from_slice(values.value(row).as_bytes()),
            Values::Float32(values) => push_single(values[row], out),
            Values::Float64(values) => push_double(values[row], out),
            Values::Date(values) => temporal::push_date(i64::from(values[row]), out),
            Values::Timestamp(values, unit, zone) => {
                temporal::push_timestamp(values[row], *unit, *zone, b' ', out);
            }
            Values::Time(values, unit) => temporal::push_time(values[row], *unit, out),
            Values::Duration(values, unit) => temporal::push_duration(values[row], *unit, out),
            Values::Binary(values) => number::push_hexadecimal(values.value(row), out),
            Values::Null
            | Values::Boolean(_)
            | Values::Int32(_)
            | Values::Int64(_)
            | Values::UInt64(_)
            | Values::Decimal(..)
            | Values::LargeDecimal(_)
            | Values::List(..)
            | Values::Struct(_)
            | Values::Map(..) => self.push_json(row, out),
        }
    }
}

fn refused(array: &ArrayRef) -> WriteError {
    WriteError::Encoding(format!("{} has no text", array.data_type()))
}

fn timestamps(array: &ArrayRef, unit: TimeUnit) -> ScalarBuffer<i64> {
    match unit {
        TimeUnit::Second => array.as_primitive::<TimestampSecondType>().values().clone(),
        TimeUnit::Millisecond => array
            .as_primitive::<TimestampMillisecondType>()
            .values()
            .clone(),
        TimeUnit::Microsecond => array
            .as_primitive::<TimestampMicrosecondType>()
            .values()
            .clone(),
        TimeUnit::Nanosecond => array
            .as_primitive::<TimestampNanosecondType>()
            .values()
            .clone(),
    }
}

fn durations(array: &ArrayRef, unit: TimeUnit) -> ScalarBuffer<i64> {
    match unit {
        TimeUnit::Second => array.as_primitive::<DurationSecondType>().values().clone(),
        TimeUnit::Millisecond => array
            .as_primitive::<DurationMillisecondType>()
            .values()
            .clone(),
        TimeUnit::Microsecond => array
            .as_primitive::<DurationMicrosecondType>()
            .values()
            .clone(),
        TimeUnit::Nanosecond => array
            .as_primitive::<DurationNanosecondType>()
            .values()
            .clone(),
    }
}

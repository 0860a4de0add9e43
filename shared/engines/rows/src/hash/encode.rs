//! Cells as bytes, such that different rows of cells give different bytes.
//!
//! Each cell begins with a byte that says what it is and, but for the last one, ends by itself.

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, ListArray, PrimitiveArray, StringViewArray,
};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int32Type, Int64Type, TimeUnit,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType,
};
use arrow::util::display::{ArrayFormatter, FormatOptions};

use super::fold_case;
use crate::expression::double_bits;

/// What a cell is.
mod tag {
    pub(super) const NULL: u8 = 0;
    pub(super) const FALSE: u8 = 1;
    pub(super) const TRUE: u8 = 2;
    pub(super) const WHOLE: u8 = 3;
    pub(super) const DECIMAL: u8 = 4;
    pub(super) const DOUBLE: u8 = 5;
    pub(super) const TEXT: u8 = 6;
    pub(super) const DAY: u8 = 7;
    pub(super) const MOMENT: u8 = 8;
    pub(super) const LIST: u8 = 9;
    pub(super) const OTHER: u8 = 10;
}

/// Room to work in.
#[derive(Debug)]
pub(super) struct Scratch<'s> {
    /// For folded texts; `None` where case makes a difference.
    pub(super) folded: Option<&'s mut String>,
}

/// The cells of a column.
pub(super) enum Encoder<'c> {
    Null,
    Boolean(&'c BooleanArray),
    Int32(&'c PrimitiveArray<Int32Type>),
    Int64(&'c PrimitiveArray<Int64Type>),
    Float32(&'c PrimitiveArray<Float32Type>),
    Float64(&'c PrimitiveArray<Float64Type>),
    Decimal(&'c PrimitiveArray<Decimal128Type>, i8),
    Text(&'c StringViewArray),
    Day(&'c PrimitiveArray<Date32Type>),
    Second(&'c PrimitiveArray<TimestampSecondType>),
    Millisecond(&'c PrimitiveArray<TimestampMillisecondType>),
    Microsecond(&'c PrimitiveArray<TimestampMicrosecondType>),
    Nanosecond(&'c PrimitiveArray<TimestampNanosecondType>),
    List(&'c ListArray, Box<Encoder<'c>>),
    /// A type that steps do not see, by its text.
    Other(&'c ArrayRef, Option<ArrayFormatter<'c>>),
}

impl<'c> Encoder<'c> {
    pub(super) fn of(column: &'c ArrayRef) -> Self {
        match column.data_type() {
            DataType::Null => Self::Null,
            DataType::Boolean => Self::Boolean(column.as_boolean()),
            DataType::Int32 => Self::Int32(column.as_primitive()),
            DataType::Int64 => Self::Int64(column.as_primitive()),
            DataType::Float32 => Self::Float32(column.as_primitive()),
            DataType::Float64 => Self::Float64(column.as_primitive()),
            DataType::Decimal128(_, scale) => Self::Decimal(column.as_primitive(), *scale),
            DataType::Utf8View => Self::Text(column.as_string_view()),
            DataType::Date32 => Self::Day(column.as_primitive()),
            DataType::Timestamp(TimeUnit::Second, _) => Self::Second(column.as_primitive()),
            DataType::Timestamp(TimeUnit::Millisecond, _) => {
                Self::Millisecond(column.as_primitive())
            }
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                Self::Microsecond(column.as_primitive())
            }
            DataType::Timestamp(TimeUnit::Nanosecond, _) => Self::Nanosecond(column.as_primitive()),
            DataType::List(_) => {
                let list = column.as_list();
                Self::List(list, Box::new(Encoder::of(list.values())))
            }
            _ => {
                let options = FormatOptions::default();
                Self::Other(column, ArrayFormatter::try_new(column, &options).ok())
            }
        }
    }

    /// Appends a cell; `last` where nothing follows it.
    #[inline]
    pub(super) fn write(
        &self,
        row: usize,
        last: bool,
        scratch: &mut Scratch<'_>,
        key: &mut Vec<u8>,
    ) {
        match self {
            Self::Boolean(cells) if cells.is_valid(row) => key.push(if cells.value(row) {
                tag::TRUE
            } else {
                tag::FALSE
            }),
            Self::Int32(cells) if cells.is_valid(row) => whole(i64::from(cells.value(row)), key),
            Self::Int64(cells) if cells.is_valid(row) => whole(cells.value(row), key),
            Self::Float32(cells) if cells.is_valid(row) => {
                double(f64::from(cells.value(row)), key);
            }
            Self::Float64(cells) if cells.is_valid(row) => double(cells.value(row), key),
            Self::Decimal(cells, scale) if cells.is_valid(row) => {
                decimal(cells.value(row), *scale, key);
            }
            Self::Text(cells) if cells.is_valid(row) => {
                text(tag::TEXT, cells.value(row), last, scratch, key);
            }
            Self::Day(cells) if cells.is_valid(row) => {
                key.push(tag::DAY);
                signed(i128::from(cells.value(row)), key);
            }
            Self::Second(cells) if cells.is_valid(row) => moment(cells.value(row), 1, key),
            Self::Millisecond(cells) if cells.is_valid(row) => {
                moment(cells.value(row), 1_000, key);
            }
            Self::Microsecond(cells) if cells.is_valid(row) => {
                moment(cells.value(row), 1_000_000, key);
            }
            Self::Nanosecond(cells) if cells.is_valid(row) => {
                moment(cells.value(row), 1_000_000_000, key);
            }
            Self::List(lists, items) if lists.is_valid(row) => {
                let at = |row: usize| usize::try_from(lists.value_offsets()[row]).unwrap_or(0);
                let (from, to) = (at(row), at(row + 1));
                key.push(tag::LIST);
                unsigned((to - from) as u128, key);
                for item in from..to {
                    items.write(item, false, scratch, key);
                }
            }
            Self::Other(cells, formatter) if cells.is_valid(row) => {
                let shown = formatter
                    .as_ref()
                    .map(|formatter| formatter.value(row).to_string());
                text(tag::OTHER, &shown.unwrap_or_default(), last, scratch, key);
            }
            _ => key.push(tag::NULL),
        }
    }
}

/// Seven bits a byte, the least first; the highest bit says that more follow.
#[inline]
fn unsigned(mut number: u128, key: &mut Vec<u8>) {
    while number > 0x7f {
        key.push(number as u8 | 0x80);
        number >>= 7;
    }
    key.push(number as u8);
}

/// The sign in the last bit, so that small numbers stay short.
#[inline]
fn signed(number: i128, key: &mut Vec<u8>) {
    unsigned((number << 1 ^ number >> 127) as u128, key);
}

#[inline]
fn whole(number: i64, key: &mut Vec<u8>) {
    key.push(tag::WHOLE);
    let mut bits = (number << 1 ^ number >> 63) as u64;
    while bits > 0x7f {
        key.push(bits as u8 | 0x80);
        bits >>= 7;
    }
    key.push(bits as u8);
}

/// A whole double is the whole number, as it is where the file has no nulls.
fn double(number: f64, key: &mut Vec<u8>) {
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    if number.fract() == 0.0 && (-BEYOND..BEYOND).contains(&number) {
        whole(number as i64, key);
        return;
    }
    key.push(tag::DOUBLE);
    key.extend_from_slice(&double_bits(number).to_le_bytes());
}

/// Without the zeros at its end, so that the same number is the same at any scale.
fn decimal(mut units: i128, mut scale: i8, key: &mut Vec<u8>) {
    if units == 0 {
        scale = 0;
    }
    while scale > 0 && units % 10 == 0 {
        units = match i64::try_from(units) {
            // Division of 64 bits is several times faster.
            Ok(small) => i128::from(small / 10),
            Err(_) => units / 10,
        };
        scale -= 1;
    }
    while scale < 0
        && let Some(more) = units.checked_mul(10)
    {
        units = more;
        scale += 1;
    }
    match i64::try_from(units) {
        Ok(number) if scale == 0 => whole(number, key),
        _ => {
            key.push(tag::DECIMAL);
            key.push(scale as u8);
            signed(units, key);
        }
    }
}

fn moment(ticks: i64, per_second: i64, key: &mut Vec<u8>) {
    key.push(tag::MOMENT);
    signed(i128::from(ticks.div_euclid(per_second)), key);
    let part = ticks.rem_euclid(per_second) * (1_000_000_000 / per_second);
    signed(i128::from(part), key);
}

#[inline]
fn text(tag: u8, cell: &str, last: bool, scratch: &mut Scratch<'_>, key: &mut Vec<u8>) {
    let cell = match &mut scratch.folded {
        None => cell,
        Some(folded) => {
            folded.clear();
            fold_case(cell, folded);
            folded.as_str()
        }
    };
    key.push(tag);
    if !last {
        unsigned(cell.len() as u128, key);
    }
    key.extend_from_slice(cell.as_bytes());
}

//! Columns whose cells have a type already.

use std::fmt::Write;

use arrow::array::{Array, ArrowPrimitiveType, AsArray, BooleanArray, PrimitiveArray};
use arrow::datatypes::{
    DataType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
    Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimeUnit,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type, i256,
};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use serde::{Deserialize, Serialize};

use super::instants::Instants;
use super::numbers::Numbers;
use super::pass::{BLOCK, Pass};
use super::readings::Gather;
use super::shared::Shared;
use crate::hash;
use crate::sketch::distinct::kept;
use crate::sketch::order::Order;
use crate::sketch::sum::decimal_text;
use crate::text::moment::Instant;
use crate::text::number::Number;

/// What kind of numbers a column declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Family {
    Integer,
    Decimal,
    Double,
}

/// Dates or timestamps.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct MomentColumn {
    pub(crate) date_only: bool,
    pub(crate) zoned: bool,
    pub(crate) instants: Instants,
}

/// Booleans.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct BooleanColumn {
    pub(crate) falses: u64,
    pub(crate) trues: u64,
    pub(crate) order: Order<bool>,
}

/// Takes numbers of any type.
pub(crate) fn numbers(
    numbers: &mut Numbers,
    shared: &mut Shared,
    array: &dyn Array,
    pass: &mut Pass<'_>,
) {
    macro_rules! integers {
        ($kind:ty) => {
            primitive::<$kind, _>(
                (numbers, shared),
                array,
                pass,
                |seed, value| hash::number(seed, i128::from(value) as u64),
                |value| Number::integer(i128::from(value)),
                |value| value.to_string(),
            )
        };
    }
    macro_rules! floats {
        ($kind:ty) => {
            primitive::<$kind, _>(
                (numbers, shared),
                array,
                pass,
                |seed, value| hash::float(seed, f64::from(value)),
                |value| Number::float(f64::from(value)),
                |value| value.to_string(),
            )
        };
    }
    macro_rules! decimals {
        ($kind:ty, $scale:expr) => {{
            let scale = *$scale;
            primitive::<$kind, _>(
                (numbers, shared),
                array,
                pass,
                |seed, value| hash::wide(seed, i128::from(value)),
                |value| scaled(i128::from(value), scale),
                |value| scaled_text(&value.to_string(), scale),
            )
        }};
    }
    match array.data_type() {
        DataType::Int8 => integers!(Int8Type),
        DataType::Int16 => integers!(Int16Type),
        DataType::Int32 => integers!(Int32Type),
        DataType::Int64 => integers!(Int64Type),
        DataType::UInt8 => integers!(UInt8Type),
        DataType::UInt16 => integers!(UInt16Type),
        DataType::UInt32 => integers!(UInt32Type),
        DataType::UInt64 => integers!(UInt64Type),
        DataType::Float16 => floats!(Float16Type),
        DataType::Float32 => floats!(Float32Type),
        DataType::Float64 => floats!(Float64Type),
        DataType::Decimal32(_, scale) => decimals!(Decimal32Type, scale),
        DataType::Decimal64(_, scale) => decimals!(Decimal64Type, scale),
        DataType::Decimal128(_, scale) => decimals!(Decimal128Type, scale),
        DataType::Decimal256(_, scale) => {
            let scale = *scale;
            primitive::<Decimal256Type, _>(
                (numbers, shared),
                array,
                pass,
                |seed, value| {
                    let (low, high) = value.to_parts();
                    hash::wide(hash::wide(seed, high), low as i128)
                },
                |value| wide(value, scale),
                |value| scaled_text(&value.to_string(), scale),
            );
        }
        _ => {}
    }
}

/// Takes dates and timestamps of any unit.
pub(crate) fn moments(
    column: &mut MomentColumn,
    shared: &mut Shared,
    array: &dyn Array,
    pass: &mut Pass<'_>,
) {
    let (date_only, zoned) = (column.date_only, column.zoned);
    let text = |instant: Instant| instant.text(date_only, zoned).unwrap_or_default();
    macro_rules! units {
        ($kind:ty, $per_second:expr) => {
            primitive::<$kind, _>(
                (&mut column.instants, shared),
                array,
                pass,
                |seed, value| hash::number(seed, value as u64),
                |value| Instant::of_units(value, $per_second),
                |value| text(Instant::of_units(value, $per_second)),
            )
        };
    }
    match array.data_type() {
        DataType::Date32 => primitive::<Date32Type, _>(
            (&mut column.instants, shared),
            array,
            pass,
            |seed, value| hash::number(seed, value as u64),
            |value| Instant::of_days(i64::from(value)),
            |value| text(Instant::of_days(i64::from(value))),
        ),
        DataType::Date64 => units!(Date64Type, 1_000),
        DataType::Timestamp(TimeUnit::Second, _) => units!(TimestampSecondType, 1),
        DataType::Timestamp(TimeUnit::Millisecond, _) => units!(TimestampMillisecondType, 1_000),
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            units!(TimestampMicrosecondType, 1_000_000);
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            units!(TimestampNanosecondType, 1_000_000_000);
        }
        _ => {}
    }
}

/// The scratch that a kind of statistics needs.
trait Pending: Gather {
    fn of<'a>(pass: &'a mut Pass<'_>) -> &'a mut Vec<Self::Pending>;
}

impl Pending for Numbers {
    fn of<'a>(pass: &'a mut Pass<'_>) -> &'a mut Vec<f64> {
        pass.numbers.only()
    }
}

impl Pending for Instants {
    fn of<'a>(pass: &'a mut Pass<'_>) -> &'a mut Vec<Instant> {
        pass.instants.only()
    }
}

fn primitive<T: ArrowPrimitiveType, G: Pending>(
    (gathered, shared): (&mut G, &mut Shared),
    array: &dyn Array,
    pass: &mut Pass<'_>,
    hash: impl Fn(u64, T::Native) -> u64,
    value: impl Fn(T::Native) -> G::Value,
    text: impl Fn(T::Native) -> String,
) {
    let Some(array) = array.as_primitive_opt::<T>() else {
        return;
    };
    let array: &PrimitiveArray<T> = array;
    let text = |place: usize| kept(&text(array.value(place)));
    let mut start = 0;
    while start < array.len() {
        let end = (start + BLOCK).min(array.len());
        G::of(pass).clear();
        for place in start..end {
            if array.is_null(place) {
                shared.null(place, pass);
                continue;
            }
            let cell = array.value(place);
            let hashed = hash(pass.seed, cell);
            shared.observe(hashed, place, || text(place), pass);
            shared.bytes += size_of::<T::Native>() as u64;
            gathered.add(value(cell), G::of(pass));
        }
        let rows = (pass.rows.row(start), pass.rows.behind(end));
        gathered.flush(rows, G::of(pass));
        spread_if_due(shared, text);
        start = end;
    }
    shared.values.settle(text);
}

fn spread_if_due(shared: &mut Shared, text: impl Fn(usize) -> Box<str>) {
    if shared.values.is_overfull() {
        shared.values.settle(text);
        shared.values.spread_out();
    }
}

/// Takes booleans.
pub(crate) fn booleans(
    column: &mut BooleanColumn,
    shared: &mut Shared,
    array: &BooleanArray,
    pass: &mut Pass<'_>,
) {
    let text = |place: usize| Box::from(if array.value(place) { "true" } else { "false" });
    for place in 0..array.len() {
        if array.is_null(place) {
            shared.null(place, pass);
            continue;
        }
        let value = array.value(place);
        let hashed = hash::number(pass.seed, u64::from(value));
        shared.observe(hashed, place, || text(place), pass);
        shared.bytes += 1;
        column.trues += u64::from(value);
        column.falses += u64::from(!value);
    }
    if column.order.is_alive() && !array.is_empty() {
        let rows = (pass.rows.row(0), pass.rows.behind(array.len()));
        let values: Vec<bool> = array.iter().flatten().collect();
        column.order.extend(rows, &values);
    }
    shared.values.settle(text);
}

/// Takes cells of any other type by what they look like.
pub(crate) fn others(
    shared: &mut Shared,
    array: &dyn Array,
    pass: &mut Pass<'_>,
) -> Result<(), String> {
    let options = FormatOptions::default();
    let formatter = ArrayFormatter::try_new(array, &options).map_err(|error| error.to_string())?;
    let show = |place: usize| {
        let mut text = String::new();
        let _ = write!(text, "{}", formatter.value(place));
        kept(&text)
    };
    let nulls = array.logical_nulls();
    let is_null = |place: usize| nulls.as_ref().is_some_and(|nulls| nulls.is_null(place));
    let mut buffer = String::new();
    let mut start = 0;
    while start < array.len() {
        let end = (start + BLOCK).min(array.len());
        for place in start..end {
            if is_null(place) {
                shared.null(place, pass);
                continue;
            }
            buffer.clear();
            // A value that cannot be shown is shown as the reason for that.
            let _ = write!(buffer, "{}", formatter.value(place));
            let hashed = hash::bytes(pass.seed, buffer.as_bytes());
            shared.bytes += buffer.len() as u64;
            shared.observe(hashed, place, || kept(&buffer), pass);
        }
        spread_if_due(shared, show);
        start = end;
    }
    shared.values.settle(show);
    Ok(())
}

fn scaled(mantissa: i128, scale: i8) -> Number {
    match u8::try_from(scale) {
        Ok(scale) => Number::decimal(mantissa, scale),
        Err(_) => 10i128
            .checked_pow(scale.unsigned_abs().into())
            .and_then(|factor| mantissa.checked_mul(factor))
            .map_or_else(
                || Number::float(mantissa as f64 * 10f64.powi(-i32::from(scale))),
                Number::integer,
            ),
    }
}

fn wide(value: i256, scale: i8) -> Number {
    match value.to_i128() {
        Some(value) => scaled(value, scale),
        None => Number::float(
            scaled_text(&value.to_string(), scale)
                .parse()
                .unwrap_or(f64::NAN),
        ),
    }
}

fn scaled_text(digits: &str, scale: i8) -> String {
    match usize::try_from(scale) {
        Ok(scale) => decimal_text(digits, scale),
        Err(_) if digits == "0" => digits.to_owned(),
        Err(_) => format!("{digits}{}", "0".repeat(usize::from(scale.unsigned_abs()))),
    }
}

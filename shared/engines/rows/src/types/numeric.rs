//! From numbers to numbers, exactly or not at all.

use std::fmt::Write;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, BooleanArray, BooleanBufferBuilder, Int32Array,
    PrimitiveArray,
};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Decimal128Type, Float32Type, Float64Type, Int32Type, Int64Type};

use super::cells::write_decimal;
use super::digits::{Digits, Short, power_of_ten};
use crate::error::RowError;

/// Turned cells, and the rows of those that did not turn and are null.
pub(super) type Turned = (ArrayRef, Vec<usize>);

/// Whole numbers from here on up are beyond 64 bits.
const BEYOND_64: f64 = 9_223_372_036_854_775_808.0;

/// Turns numbers, booleans counting as 0 and 1; `None` where one of the types is something else.
pub(super) fn numbers(array: &ArrayRef, to: &DataType) -> Result<Option<Turned>, RowError> {
    if let Some(booleans) = array.as_boolean_opt() {
        let ones: Int32Array = booleans.iter().map(|value| value.map(i32::from)).collect();
        return numbers(&(Arc::new(ones) as ArrayRef), to);
    }
    if !array.data_type().is_numeric() {
        return Ok(None);
    }
    Ok(match to {
        DataType::Boolean => Some(booleans(array)?),
        DataType::Int32 => integers::<Int32Type>(array, |value| i32::try_from(value).ok()),
        DataType::Int64 => integers::<Int64Type>(array, Some),
        DataType::Float32 => floats(array),
        DataType::Float64 => doubles(array),
        DataType::Decimal128(precision, scale) => decimals(array, *precision, *scale)?,
        _ => None,
    })
}

/// Turns the values of a column one by one; those for which `turn` gives nothing become null and are
/// listed.
pub(crate) fn each<From, To>(
    array: &PrimitiveArray<From>,
    turn: impl Fn(From::Native) -> Option<To::Native>,
) -> (PrimitiveArray<To>, Vec<usize>)
where
    From: ArrowPrimitiveType,
    To: ArrowPrimitiveType,
{
    let mut failed = Vec::new();
    let mut values = Vec::with_capacity(array.len());
    for (row, value) in array.values().iter().enumerate() {
        // What lies under a null may be anything.
        let turned = turn(*value).unwrap_or_else(|| {
            if array.is_valid(row) {
                failed.push(row);
            }
            To::Native::default()
        });
        values.push(turned);
    }
    let nulls = without(array.nulls(), &failed, array.len());
    (PrimitiveArray::new(values.into(), nulls), failed)
}

/// The rows that hold a value, without those that failed.
pub(super) fn without(
    nulls: Option<&NullBuffer>,
    failed: &[usize],
    rows: usize,
) -> Option<NullBuffer> {
    if failed.is_empty() {
        return nulls.cloned();
    }
    let mut valid = BooleanBufferBuilder::new(rows);
    match nulls {
        Some(nulls) => valid.append_buffer(nulls.inner()),
        None => valid.append_n(rows, true),
    }
    for row in failed {
        valid.set_bit(*row, false);
    }
    Some(NullBuffer::new(valid.finish()))
}

fn scale_of(scale: i8) -> u32 {
    u32::try_from(scale).unwrap_or_default()
}

fn column<T: ArrowPrimitiveType>((array, failed): (PrimitiveArray<T>, Vec<usize>)) -> Turned {
    (Arc::new(array), failed)
}

/// 0 and 1, and nothing else.
fn booleans(array: &ArrayRef) -> Result<Turned, RowError> {
    let Some((whole, mut failed)) = integers::<Int64Type>(array, Some) else {
        return Err(RowError::new("STEP_FAILED", "no whole numbers"));
    };
    let whole = whole.as_primitive::<Int64Type>();
    let truths: BooleanArray = whole
        .iter()
        .map(|value| match value {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        })
        .collect();
    failed.extend((0..whole.len()).filter(|row| whole.is_valid(*row) && truths.is_null(*row)));
    failed.sort_unstable();
    Ok((Arc::new(truths), failed))
}

fn integers<To: ArrowPrimitiveType>(
    array: &ArrayRef,
    narrow: impl Fn(i64) -> Option<To::Native>,
) -> Option<Turned> {
    let whole = |value: f64| {
        let fits = value.fract() == 0.0 && (-BEYOND_64..BEYOND_64).contains(&value);
        fits.then_some(value as i64)
    };
    Some(match array.data_type() {
        DataType::Int32 => column(each::<_, To>(array.as_primitive::<Int32Type>(), |value| {
            narrow(i64::from(value))
        })),
        DataType::Int64 => column(each::<_, To>(array.as_primitive::<Int64Type>(), &narrow)),
        DataType::Float32 => column(each::<_, To>(
            array.as_primitive::<Float32Type>(),
            |value| narrow(whole(f64::from(value))?),
        )),
        DataType::Float64 => column(each::<_, To>(
            array.as_primitive::<Float64Type>(),
            |value| narrow(whole(value)?),
        )),
        DataType::Decimal128(_, scale) => {
            let power = power_of_ten(scale_of(*scale))?;
            column(each::<_, To>(
                array.as_primitive::<Decimal128Type>(),
                |value| {
                    let value = if power == 1 {
                        value
                    } else if value % power == 0 {
                        value / power
                    } else {
                        return None;
                    };
                    narrow(i64::try_from(value).ok()?)
                },
            ))
        }
        _ => return None,
    })
}

/// The nearest float of 32 bits, unless a number is beyond the greatest one.
pub(super) fn near(value: f64) -> Option<f32> {
    let near = value as f32;
    (near.is_finite() || !value.is_finite()).then_some(near)
}

/// The nearest float of 32 bits; what is beyond the greatest one fails.
fn floats(array: &ArrayRef) -> Option<Turned> {
    Some(match array.data_type() {
        DataType::Int32 => column(each::<_, Float32Type>(
            array.as_primitive::<Int32Type>(),
            |value| Some(value as f32),
        )),
        DataType::Int64 => column(each::<_, Float32Type>(
            array.as_primitive::<Int64Type>(),
            |value| Some(value as f32),
        )),
        DataType::Float32 => (Arc::clone(array), Vec::new()),
        DataType::Float64 => column(each::<_, Float32Type>(
            array.as_primitive::<Float64Type>(),
            near,
        )),
        DataType::Decimal128(_, scale) => {
            let scale = scale_of(*scale);
            column(each::<_, Float32Type>(
                array.as_primitive::<Decimal128Type>(),
                |value| {
                    let mut text = Short::default();
                    write_decimal(value, scale, &mut text).ok()?;
                    text.as_str().parse().ok()
                },
            ))
        }
        _ => return None,
    })
}

/// The nearest double.
fn doubles(array: &ArrayRef) -> Option<Turned> {
    Some(match array.data_type() {
        DataType::Int32 => column(each::<_, Float64Type>(
            array.as_primitive::<Int32Type>(),
            |value| Some(f64::from(value)),
        )),
        DataType::Int64 => column(each::<_, Float64Type>(
            array.as_primitive::<Int64Type>(),
            |value| Some(value as f64),
        )),
        DataType::Float32 => column(each::<_, Float64Type>(
            array.as_primitive::<Float32Type>(),
            |value| Some(f64::from(value)),
        )),
        DataType::Float64 => (Arc::clone(array), Vec::new()),
        DataType::Decimal128(_, scale) => {
            let scale = scale_of(*scale);
            column(each::<_, Float64Type>(
                array.as_primitive::<Decimal128Type>(),
                |value| double_of_decimal(value, scale),
            ))
        }
        _ => return None,
    })
}

/// The double nearest to `value × 10^-scale`.
pub(super) fn double_of_decimal(value: i128, scale: u32) -> Option<f64> {
    /// Powers of ten up to this one are doubles, exactly.
    const EXACT_POWER: u32 = 22;
    /// So are whole numbers up to this one, so that one division gives the nearest result.
    const EXACT_WHOLE: u128 = 1 << 53;
    if scale <= EXACT_POWER && value.unsigned_abs() <= EXACT_WHOLE {
        return Some(value as f64 / power_of_ten(scale)? as f64);
    }
    let mut text = Short::default();
    write!(text, "{value}e-{scale}").ok()?;
    text.as_str().parse().ok()
}

fn decimals(array: &ArrayRef, precision: u8, scale: i8) -> Result<Option<Turned>, RowError> {
    let (Some(limit), Some(power)) = (
        power_of_ten(u32::from(precision)),
        power_of_ten(scale_of(scale)),
    ) else {
        return Ok(None);
    };
    let within = |value: i128| (value.unsigned_abs() < limit.unsigned_abs()).then_some(value);
    let to = scale_of(scale);
    let (array, failed) = match array.data_type() {
        DataType::Int32 => each::<_, Decimal128Type>(array.as_primitive::<Int32Type>(), |value| {
            within(i128::from(value).checked_mul(power)?)
        }),
        DataType::Int64 => each::<_, Decimal128Type>(array.as_primitive::<Int64Type>(), |value| {
            within(i128::from(value).checked_mul(power)?)
        }),
        DataType::Float32 => {
            each::<_, Decimal128Type>(array.as_primitive::<Float32Type>(), |value| {
                within(Digits::of_float(value)?.at_scale(to)?)
            })
        }
        DataType::Float64 => {
            each::<_, Decimal128Type>(array.as_primitive::<Float64Type>(), |value| {
                within(Digits::of_double(value)?.at_scale(to)?)
            })
        }
        DataType::Decimal128(_, from) => {
            let from = scale_of(*from);
            let Some(shift) = power_of_ten(from.abs_diff(to)) else {
                return Ok(None);
            };
            each::<_, Decimal128Type>(array.as_primitive::<Decimal128Type>(), |value| {
                if to >= from {
                    within(value.checked_mul(shift)?)
                } else {
                    (value % shift == 0)
                        .then_some(value / shift)
                        .and_then(within)
                }
            })
        }
        _ => return Ok(None),
    };
    let array = array.with_precision_and_scale(precision, scale)?;
    Ok(Some((Arc::new(array), failed)))
}

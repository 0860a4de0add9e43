//! The step `round`.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{
    DataType, Decimal128Type, Float32Type, Float64Type, Int32Type, Int64Type, SchemaRef,
};
use millrace_steps::step::{Round, RoundMode};

use super::choose_numbers;
use crate::error::RowError;
use crate::operator::{Fault, Faults, Operator, Output};
use crate::types::{Cells, Digits, Outputs, RoundedDivision, each, power_of_ten, type_name};

/// Whole numbers up to this one are doubles, and so is a power of ten up to the 22nd: one division or
/// multiplication of the two gives the nearest double.
const EXACT_WHOLE: u128 = 1 << 53;
const EXACT_POWER: u32 = 22;

#[derive(Debug)]
struct RoundColumns {
    columns: Vec<(usize, String)>,
    decimals: i64,
    mode: RoundMode,
    outputs: Outputs,
}

/// Binds the step. A number that is rounded beyond its type is `NUMBER_OVERFLOW`.
pub(crate) fn round(step: &Round, schema: &SchemaRef) -> Result<Box<dyn Operator>, RowError> {
    let places = choose_numbers(&step.columns, schema)?;
    let columns: Vec<(usize, String)> = places
        .into_iter()
        .map(|place| (place, schema.field(place).name().clone()))
        .collect();
    let written = columns.iter().map(|(place, name)| {
        let data_type = schema.field(*place).data_type();
        (name.clone(), rounded_type(data_type, step.decimals))
    });
    Ok(Box::new(RoundColumns {
        outputs: Outputs::bind(schema, written.collect())?,
        columns,
        decimals: step.decimals,
        mode: step.mode,
    }))
}

impl Operator for RoundColumns {
    fn schema(&self) -> &SchemaRef {
        self.outputs.schema()
    }

    fn apply(&self, batch: &RecordBatch, faults: &mut Faults) -> Result<Output, RowError> {
        let mut written = Vec::with_capacity(self.columns.len());
        for (place, name) in &self.columns {
            let array = batch.column(*place);
            let (rounded, failed) = round_array(array, self.decimals, self.mode)?;
            if !failed.is_empty() {
                let cells = Cells::of(array)?;
                faults.extend(failed.into_iter().map(|row| Fault {
                    row,
                    column: Some(name.clone()),
                    code: "NUMBER_OVERFLOW",
                    message: format!(
                        "column {name}: {} rounded to {} decimals is beyond {}",
                        cells.shown(row),
                        self.decimals,
                        type_name(rounded.data_type())
                    ),
                }));
            }
            written.push(rounded);
        }
        Ok(Output::Same(self.outputs.write(batch, written)?))
    }
}

/// The type of rounded numbers: decimals lose the places that are always zero, and may need a digit more
/// before the point.
pub(super) fn rounded_type(data_type: &DataType, decimals: i64) -> DataType {
    let DataType::Decimal128(precision, scale) = data_type else {
        return data_type.clone();
    };
    if decimals >= i64::from(*scale) {
        return data_type.clone();
    }
    let whole = i64::from(*precision) - i64::from(*scale) + 1;
    let places = decimals.max(0);
    // What is rounded up to a power of ten has all digits of that power.
    let precision = (whole + places).max(1 - decimals).clamp(1, 38);
    DataType::Decimal128(
        u8::try_from(precision).unwrap_or(38),
        i8::try_from(places).unwrap_or_default(),
    )
}

/// Rounds numbers to so many places behind the point, or before it where negative. The rows of those that
/// are rounded beyond their type are listed, and null.
///
/// Whole numbers and decimals are rounded exactly. Floating point is rounded by the shortest decimal that
/// reads back as the number, which is how people see it: 2.675 is a half at two places, although the
/// double is a little less.
///
/// # Errors
/// A column of something else.
pub(super) fn round_array(
    array: &ArrayRef,
    decimals: i64,
    mode: RoundMode,
) -> Result<(ArrayRef, Vec<usize>), RowError> {
    let before = u32::try_from(-decimals).unwrap_or_default();
    Ok(match array.data_type() {
        DataType::Int32 | DataType::Int64 if decimals >= 0 => (Arc::clone(array), Vec::new()),
        DataType::Int32 => {
            let (rounded, failed) = each(array.as_primitive::<Int32Type>(), |value| {
                let rounded = whole(i128::from(value), before, mode)?;
                i32::try_from(rounded).ok()
            });
            (wrap::<Int32Type>(rounded), failed)
        }
        DataType::Int64 => {
            let (rounded, failed) = each(array.as_primitive::<Int64Type>(), |value| {
                let rounded = whole(i128::from(value), before, mode)?;
                i64::try_from(rounded).ok()
            });
            (wrap::<Int64Type>(rounded), failed)
        }
        DataType::Float32 => {
            let (rounded, failed) = each(array.as_primitive::<Float32Type>(), |value| {
                round_float(value, decimals, mode)
            });
            (wrap::<Float32Type>(rounded), failed)
        }
        DataType::Float64 => {
            let (rounded, failed) = each(array.as_primitive::<Float64Type>(), |value| {
                round_double(value, decimals, mode)
            });
            (wrap::<Float64Type>(rounded), failed)
        }
        DataType::Decimal128(_, scale) => round_decimals(array, *scale, decimals, mode)?,
        other => {
            return Err(RowError::new(
                "COLUMN_TYPE_MISMATCH",
                format!("{} cannot be rounded", type_name(other)),
            ));
        }
    })
}

fn wrap<T: arrow::array::ArrowPrimitiveType>(array: arrow::array::PrimitiveArray<T>) -> ArrayRef {
    Arc::new(array)
}

/// A number to the nearest multiple of a power of ten.
fn whole(value: i128, zeros: u32, mode: RoundMode) -> Option<i128> {
    let power = power_of_ten(zeros)?;
    value.divide(power, mode).checked_mul(power)
}

fn round_decimals(
    array: &ArrayRef,
    scale: i8,
    decimals: i64,
    mode: RoundMode,
) -> Result<(ArrayRef, Vec<usize>), RowError> {
    let to = rounded_type(array.data_type(), decimals);
    let DataType::Decimal128(precision, places) = to else {
        return Ok((Arc::clone(array), Vec::new()));
    };
    if to == *array.data_type() && decimals >= i64::from(scale) {
        return Ok((Arc::clone(array), Vec::new()));
    }
    let dropped = u32::try_from(i64::from(scale) - decimals).unwrap_or_default();
    let zeros = u32::try_from(-decimals).unwrap_or_default();
    let limit = power_of_ten(u32::from(precision)).unwrap_or(i128::MAX);
    let refill = power_of_ten(zeros).unwrap_or(i128::MAX);
    let divisor = power_of_ten(dropped);
    let (rounded, failed) = each(array.as_primitive::<Decimal128Type>(), |value| {
        let rounded = match divisor {
            Some(divisor) => value.divide(divisor, mode),
            // A power beyond 128 bits is more than twice any number.
            None => match mode {
                RoundMode::Floor if value < 0 => -1,
                RoundMode::Ceil if value > 0 => 1,
                _ => 0,
            },
        };
        let rounded = rounded.checked_mul(refill)?;
        (rounded.abs() < limit).then_some(rounded)
    });
    let rounded: arrow::array::Decimal128Array = rounded;
    let rounded = rounded.with_precision_and_scale(precision, places)?;
    Ok((Arc::new(rounded), failed))
}

fn round_double(value: f64, decimals: i64, mode: RoundMode) -> Option<f64> {
    if decimals >= 0 && value.fract() == 0.0 {
        return Some(value);
    }
    let Some(digits) = Digits::of_double(value) else {
        return Some(value);
    };
    let Some(rounded) = round_digits(digits, decimals, mode) else {
        return Some(value);
    };
    let shift = u32::try_from(decimals.unsigned_abs()).ok()?;
    if rounded.unsigned_abs() <= EXACT_WHOLE && shift <= EXACT_POWER {
        let power = power_of_ten(shift)? as f64;
        let rounded = rounded as f64;
        return Some(if decimals < 0 {
            rounded * power
        } else {
            rounded / power
        });
    }
    let near: f64 = format!("{rounded}e{}", -decimals).parse().ok()?;
    near.is_finite().then_some(near)
}

fn round_float(value: f32, decimals: i64, mode: RoundMode) -> Option<f32> {
    let Some(digits) = Digits::of_float(value) else {
        return Some(value);
    };
    let Some(rounded) = round_digits(digits, decimals, mode) else {
        return Some(value);
    };
    let near: f32 = format!("{rounded}e{}", -decimals).parse().ok()?;
    near.is_finite().then_some(near)
}

/// The number in units of `10^-decimals`; `None` where there is nothing to round.
fn round_digits(digits: Digits, decimals: i64, mode: RoundMode) -> Option<i128> {
    let dropped = -decimals - i64::from(digits.exponent);
    let dropped = u32::try_from(dropped).ok().filter(|dropped| *dropped > 0)?;
    Some(match power_of_ten(dropped) {
        Some(divisor) => digits.mantissa.divide(divisor, mode),
        None => match mode {
            RoundMode::Floor if digits.mantissa < 0 => -1,
            RoundMode::Ceil if digits.mantissa > 0 => 1,
            _ => 0,
        },
    })
}

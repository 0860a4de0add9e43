//! Cells of one type as cells of a wider one.

use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Builder, Float64Builder, Int64Builder};
use arrow::datatypes::DataType;

use super::arithmetic::OVERFLOW;
use super::decimal::{self, fits, rescale};
use super::frame::{Frame, Run};
use super::kinds::{extent, mismatch, named, null_of};
use super::moments::{Ticks, per_second, timestamps};
use super::numeric::{Doubles, Exact, Whole};
use super::part::{Below, Evaluate, Part};
use super::value::Value;
use crate::error::RowError;

#[derive(Debug)]
struct Coerce {
    operand: Part,
    to: DataType,
}

/// The part as one of a type that its own can become without a loss.
pub(crate) fn coerce(part: Part, to: &DataType) -> Result<Part, RowError> {
    use DataType::{Date32, Decimal128, Float64, Int32, Int64, Timestamp};
    let from = part.data_type().clone();
    if from == *to {
        return Ok(part);
    }
    if part.is_null() {
        return Ok(Part::constant(null_of(to)));
    }
    let fallible = match (&from, to) {
        (Int32, Int64) | (_, Float64) => false,
        (_, Decimal128(precision, scale)) => {
            let whole = |extent: (i16, i16)| extent.0 - extent.1;
            let room = i16::from(*precision) - i16::from(*scale);
            extent(&from).is_none_or(|extent| whole(extent) > room || extent.1 > i16::from(*scale))
        }
        (Date32 | Timestamp(..), Timestamp(..)) => true,
        _ => {
            let (from, to) = (named(&from), named(to));
            return Err(mismatch(format!("{from} is no {to}; cast it")));
        }
    };
    let below = Below::of([&part]);
    let coerce = Coerce {
        operand: part,
        to: to.clone(),
    };
    Ok(below.part(coerce, to.clone(), fallible))
}

impl Evaluate for Coerce {
    fn evaluate(&self, frame: &Frame<'_>, run: &mut Run<'_>) -> Result<Value, RowError> {
        let value = self.operand.evaluate(frame, run)?;
        let cells = Value::cells_of(&[&value], frame.len());
        let mut fault = |row: usize, text: String| {
            let message = format!("{text} does not fit into {}", named(&self.to));
            run.fault(frame, (row, value.is_constant()), OVERFLOW, &message);
        };
        let array: ArrayRef = match &self.to {
            DataType::Int64 => {
                let whole = Whole::of(&value)?;
                let mut builder = Int64Builder::with_capacity(cells);
                (0..cells).for_each(|row| builder.append_option(whole.get(row)));
                Arc::new(builder.finish())
            }
            DataType::Decimal128(precision, scale) => {
                let exact = Exact::of(&value)?;
                let mut builder = Decimal128Builder::with_capacity(cells)
                    .with_precision_and_scale(*precision, *scale)?;
                for row in 0..cells {
                    let Some(units) = exact.get(row) else {
                        builder.append_null();
                        continue;
                    };
                    let fitting = rescale(units, exact.scale(), *scale)
                        .filter(|units| fits(*units, *precision));
                    if fitting.is_none() {
                        fault(row, decimal::write(units, exact.scale()));
                    }
                    builder.append_option(fitting);
                }
                Arc::new(builder.finish())
            }
            DataType::Timestamp(unit, zone) => {
                let ticks = Ticks::of(&value)?;
                let per_second = i128::from(per_second(*unit));
                let mut moments = Vec::with_capacity(cells);
                for row in 0..cells {
                    let Some(nanoseconds) = ticks.nanoseconds(row) else {
                        moments.push(None);
                        continue;
                    };
                    let moment = i64::try_from(nanoseconds * per_second / 1_000_000_000).ok();
                    if moment.is_none() {
                        fault(row, "a moment".to_owned());
                    }
                    moments.push(moment);
                }
                timestamps(moments, *unit, zone.clone())?
            }
            _ => {
                let doubles = Doubles::of(&value)?;
                let mut builder = Float64Builder::with_capacity(cells);
                (0..cells).for_each(|row| builder.append_option(doubles.get(row)));
                Arc::new(builder.finish())
            }
        };
        Ok(Value::like(array, &[&value]))
    }
}

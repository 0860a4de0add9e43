//! `+ - * / %`
//!
//! Whole numbers give whole numbers of 64 bits, decimals beside whole numbers and decimals give decimals
//! without rounding, and floating point gives doubles. A quotient is a double whatever is divided, as it
//! has no end in most cases. What is beyond the type of the result is `OVERFLOW`, a divisor of zero is
//! `DIVISION_BY_ZERO`, doubles included.

use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Builder, Float64Builder, Int64Builder};
use arrow::datatypes::DataType;
use millrace_steps::expression::Operator;

use super::decimal::{self, fits, rescale};
use super::frame::{Frame, Run};
use super::kinds::{Kind, decimal as decimal_type, extent, mismatch, named, null_of};
use super::numeric::{Doubles, Exact, Whole};
use super::part::{Below, Evaluate, Part};
use super::value::Value;
use crate::error::RowError;

pub(crate) const OVERFLOW: &str = "OVERFLOW";
pub(crate) const DIVISION_BY_ZERO: &str = "DIVISION_BY_ZERO";

/// What is computed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Domain {
    Whole,
    /// With so many digits, and so many of them behind the point.
    Decimal(u8, i8),
    Double,
}

#[derive(Debug)]
struct Arithmetic {
    operator: Operator,
    domain: Domain,
    left: Part,
    right: Part,
}

/// `left operator right`
pub(crate) fn bind(operator: Operator, left: Part, right: Part) -> Result<Part, RowError> {
    for side in [&left, &right] {
        number(side, operator.symbol())?;
    }
    if left.is_null() || right.is_null() {
        let other = if left.is_null() { &right } else { &left };
        let data_type = match Kind::of(other.data_type()) {
            Kind::Whole if operator != Operator::Divide => DataType::Int64,
            Kind::Decimal if operator != Operator::Divide => other.data_type().clone(),
            _ => DataType::Float64,
        };
        return Ok(Part::constant(null_of(&data_type)));
    }
    let (domain, data_type) = domain(operator, left.data_type(), right.data_type())?;
    let below = Below::of([&left, &right]);
    let arithmetic = Arithmetic {
        operator,
        domain,
        left,
        right,
    };
    Ok(below.part(arithmetic, data_type, true))
}

/// Refuses what is no number.
pub(crate) fn number(part: &Part, place: &str) -> Result<(), RowError> {
    let kind = Kind::of(part.data_type());
    if kind.is_number() || kind == Kind::Null {
        return Ok(());
    }
    let hint = match kind {
        Kind::Moment => "use date_add or date_diff",
        _ => "cast it",
    };
    Err(mismatch(format!(
        "{place} needs a number, not {}; {hint}",
        named(part.data_type())
    )))
}

fn domain(
    operator: Operator,
    left: &DataType,
    right: &DataType,
) -> Result<(Domain, DataType), RowError> {
    let double = Ok((Domain::Double, DataType::Float64));
    if operator == Operator::Divide {
        return double;
    }
    let (Some((left_digits, left_scale)), Some((right_digits, right_scale))) =
        (extent(left), extent(right))
    else {
        return double;
    };
    if Kind::of(left) == Kind::Whole && Kind::of(right) == Kind::Whole {
        return Ok((Domain::Whole, DataType::Int64));
    }
    let scale = left_scale.max(right_scale);
    let whole = (left_digits - left_scale).max(right_digits - right_scale);
    let data_type = match operator {
        Operator::Multiply => decimal_type(left_digits + right_digits, left_scale + right_scale),
        Operator::Remainder => decimal_type(whole + scale, scale),
        _ => decimal_type(whole + scale + 1, scale),
    };
    match data_type {
        Some(DataType::Decimal128(precision, scale)) => Ok((
            Domain::Decimal(precision, scale),
            DataType::Decimal128(precision, scale),
        )),
        _ => Err(mismatch(format!(
            "{} {} {} has more than 38 digits behind the point; cast one side to fewer, or to double",
            named(left),
            operator.symbol(),
            named(right)
        ))),
    }
}

impl Evaluate for Arithmetic {
    fn evaluate(&self, frame: &Frame<'_>, run: &mut Run<'_>) -> Result<Value, RowError> {
        let left = self.left.evaluate(frame, run)?;
        let right = self.right.evaluate(frame, run)?;
        let cells = Value::cells_of(&[&left, &right], frame.len());
        let constant = Value::all_constant(&[&left, &right]);
        let symbol = self.operator.symbol();
        let mut fault = |row: usize, code: &'static str, left: String, right: String| {
            let message = match code {
                DIVISION_BY_ZERO => format!("{left} {symbol} {right} divides by zero"),
                _ => format!("{left} {symbol} {right} is beyond {}", self.limit()),
            };
            run.fault(frame, (row, constant), code, &message);
        };
        let array: ArrayRef = match self.domain {
            Domain::Whole => {
                let (lefts, rights) = (Whole::of(&left)?, Whole::of(&right)?);
                let mut builder = Int64Builder::with_capacity(cells);
                for row in 0..cells {
                    let (Some(left), Some(right)) = (lefts.get(row), rights.get(row)) else {
                        builder.append_null();
                        continue;
                    };
                    match self.whole(left, right) {
                        Ok(result) => builder.append_value(result),
                        Err(code) => {
                            builder.append_null();
                            fault(row, code, left.to_string(), right.to_string());
                        }
                    }
                }
                Arc::new(builder.finish())
            }
            Domain::Double => {
                let (lefts, rights) = (Doubles::of(&left)?, Doubles::of(&right)?);
                let mut builder = Float64Builder::with_capacity(cells);
                for row in 0..cells {
                    let (Some(left), Some(right)) = (lefts.get(row), rights.get(row)) else {
                        builder.append_null();
                        continue;
                    };
                    match self.double(left, right) {
                        Ok(result) => builder.append_value(result),
                        Err(code) => {
                            builder.append_null();
                            fault(row, code, left.to_string(), right.to_string());
                        }
                    }
                }
                Arc::new(builder.finish())
            }
            Domain::Decimal(precision, scale) => {
                let (lefts, rights) = (Exact::of(&left)?, Exact::of(&right)?);
                let scales = (lefts.scale(), rights.scale());
                let mut builder = Decimal128Builder::with_capacity(cells)
                    .with_precision_and_scale(precision, scale)?;
                for row in 0..cells {
                    let (Some(left), Some(right)) = (lefts.get(row), rights.get(row)) else {
                        builder.append_null();
                        continue;
                    };
                    match self.decimal((left, scales.0), (right, scales.1), precision, scale) {
                        Ok(result) => builder.append_value(result),
                        Err(code) => {
                            builder.append_null();
                            let left = decimal::write(left, scales.0);
                            fault(row, code, left, decimal::write(right, scales.1));
                        }
                    }
                }
                Arc::new(builder.finish())
            }
        };
        Ok(Value::like(array, &[&left, &right]))
    }
}

impl Arithmetic {
    fn limit(&self) -> &'static str {
        match self.domain {
            Domain::Whole => "64 bits; cast a side to decimal or double",
            Domain::Decimal(..) => "38 digits; cast a side to double",
            Domain::Double => "the range of doubles",
        }
    }

    #[inline]
    fn whole(&self, left: i64, right: i64) -> Result<i64, &'static str> {
        match self.operator {
            Operator::Add => left.checked_add(right),
            Operator::Subtract => left.checked_sub(right),
            Operator::Multiply => left.checked_mul(right),
            _ if right == 0 => return Err(DIVISION_BY_ZERO),
            // The remainder of the least number by -1 is zero, although the quotient overflows.
            _ => Some(left.wrapping_rem(right)),
        }
        .ok_or(OVERFLOW)
    }

    #[inline]
    fn double(&self, left: f64, right: f64) -> Result<f64, &'static str> {
        let result = match self.operator {
            Operator::Add => left + right,
            Operator::Subtract => left - right,
            Operator::Multiply => left * right,
            _ if right == 0.0 => return Err(DIVISION_BY_ZERO),
            Operator::Divide => left / right,
            _ => left % right,
        };
        if result.is_infinite() && left.is_finite() && right.is_finite() {
            return Err(OVERFLOW);
        }
        Ok(result)
    }

    #[inline]
    fn decimal(
        &self,
        left: (i128, i8),
        right: (i128, i8),
        precision: u8,
        scale: i8,
    ) -> Result<i128, &'static str> {
        let result = if self.operator == Operator::Multiply {
            let units = left.0.checked_mul(right.0).ok_or(OVERFLOW)?;
            rescale(units, left.1.saturating_add(right.1), scale)
        } else {
            let left = rescale(left.0, left.1, scale).ok_or(OVERFLOW)?;
            let right = rescale(right.0, right.1, scale).ok_or(OVERFLOW)?;
            match self.operator {
                Operator::Add => left.checked_add(right),
                Operator::Subtract => left.checked_sub(right),
                _ if right == 0 => return Err(DIVISION_BY_ZERO),
                _ => Some(left % right),
            }
        };
        result
            .filter(|units| fits(*units, precision))
            .ok_or(OVERFLOW)
    }
}

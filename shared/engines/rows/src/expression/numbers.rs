//! Functions of numbers.

use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Builder, Float64Builder, Int64Builder};
use arrow::datatypes::DataType;
use millrace_steps::step::RoundMode;

use super::arithmetic::{OVERFLOW, number};
use super::decimal::{self, fits};
use super::double;
use super::frame::{Frame, Run};
use super::kinds::{Kind, decimal as decimal_type, extent, null_of};
use super::numeric::{Doubles, Exact, Whole};
use super::part::{Below, Evaluate, Part};
use super::value::Value;
use crate::error::RowError;

/// A function that keeps the kind of its number: whole numbers stay whole, decimals exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keeping {
    /// `-number`
    Negate,
    /// `abs(number)`
    Absolute,
    /// `round`, `floor`, `ceil` and `trunc`, to so many digits behind the point.
    Round(RoundMode, i32),
}

#[derive(Debug)]
struct Kept {
    function: Keeping,
    operand: Part,
    data_type: DataType,
}

/// A function that keeps the kind of its number.
pub(crate) fn keeping(function: Keeping, operand: Part, place: &str) -> Result<Part, RowError> {
    number(&operand, place)?;
    let data_type = match (Kind::of(operand.data_type()), operand.data_type()) {
        (Kind::Whole, _) => DataType::Int64,
        (Kind::Decimal, data_type) => kept_decimal(function, data_type),
        _ => DataType::Float64,
    };
    if operand.is_null() {
        return Ok(Part::constant(null_of(&data_type)));
    }
    let fallible = match function {
        Keeping::Negate | Keeping::Absolute => data_type == DataType::Int64,
        Keeping::Round(..) => true,
    };
    let below = Below::of([&operand]);
    let kept = Kept {
        function,
        operand,
        data_type: data_type.clone(),
    };
    Ok(below.part(kept, data_type, fallible))
}

/// A rounded decimal has no more digits behind the point than it is rounded to, and may have one more
/// before it: 9.9 becomes 10.
fn kept_decimal(function: Keeping, data_type: &DataType) -> DataType {
    let Keeping::Round(_, digits) = function else {
        return data_type.clone();
    };
    let Some((precision, scale)) = extent(data_type) else {
        return data_type.clone();
    };
    let digits = i16::try_from(digits.clamp(-100, 100)).unwrap_or(0);
    if digits >= scale {
        return data_type.clone();
    }
    let behind = digits.max(0);
    decimal_type(precision - scale + behind + 1, behind).unwrap_or_else(|| data_type.clone())
}

impl Evaluate for Kept {
    fn evaluate(&self, frame: &Frame<'_>, run: &mut Run<'_>) -> Result<Value, RowError> {
        let value = self.operand.evaluate(frame, run)?;
        let cells = Value::cells_of(&[&value], frame.len());
        let mut beyond = |row: usize, number: String| {
            let message = format!("the result for {number} is too large for its type");
            run.fault(frame, (row, value.is_constant()), OVERFLOW, &message);
        };
        let array: ArrayRef = match &self.data_type {
            DataType::Int64 => {
                let whole = Whole::of(&value)?;
                let mut builder = Int64Builder::with_capacity(cells);
                for row in 0..cells {
                    let number = whole.get(row);
                    let result = number.and_then(|number| self.function.whole(number));
                    if let (Some(number), None) = (number, result) {
                        beyond(row, number.to_string());
                    }
                    builder.append_option(result);
                }
                Arc::new(builder.finish())
            }
            DataType::Decimal128(precision, scale) => {
                let exact = Exact::of(&value)?;
                let from = exact.scale();
                let mut builder = Decimal128Builder::with_capacity(cells)
                    .with_precision_and_scale(*precision, *scale)?;
                for row in 0..cells {
                    let units = exact.get(row);
                    let result = units
                        .and_then(|units| self.function.decimal(units, from, *scale))
                        .filter(|units| fits(*units, *precision));
                    if let (Some(units), None) = (units, result) {
                        beyond(row, decimal::write(units, from));
                    }
                    builder.append_option(result);
                }
                Arc::new(builder.finish())
            }
            _ => {
                let doubles = Doubles::of(&value)?;
                let mut builder = Float64Builder::with_capacity(cells);
                for row in 0..cells {
                    let number = doubles.get(row);
                    builder.append_option(number.map(|number| self.function.double(number)));
                }
                Arc::new(builder.finish())
            }
        };
        Ok(Value::like(array, &[&value]))
    }
}

impl Keeping {
    fn whole(self, number: i64) -> Option<i64> {
        match self {
            Self::Negate => number.checked_neg(),
            Self::Absolute => number.checked_abs(),
            Self::Round(_, 0..) => Some(number),
            Self::Round(mode, digits) => {
                let digits = digits.unsigned_abs();
                let units = decimal::round(i128::from(number), digits, mode);
                let factor = if units == 0 {
                    1
                } else {
                    decimal::power(digits)?
                };
                i64::try_from(units.checked_mul(factor)?).ok()
            }
        }
    }

    /// From one scale to another.
    fn decimal(self, units: i128, from: i8, to: i8) -> Option<i128> {
        match self {
            Self::Negate => Some(-units),
            Self::Absolute => Some(units.abs()),
            Self::Round(mode, digits) => {
                let Ok(dropped @ 1..) = u32::try_from(i32::from(from).saturating_sub(digits))
                else {
                    return Some(units);
                };
                let units = decimal::round(units, dropped, mode);
                // In units of the digits that it is rounded to, which may lie before the point.
                let shift = u32::try_from(i32::from(to).saturating_sub(digits)).ok()?;
                if units == 0 || shift == 0 {
                    return Some(units);
                }
                units.checked_mul(decimal::power(shift)?)
            }
        }
    }

    fn double(self, number: f64) -> f64 {
        match self {
            // Plus zero, so that zero keeps no sign.
            Self::Negate => 0.0 - number,
            Self::Absolute => number.abs(),
            Self::Round(mode, digits) => double::round(number, digits, mode),
        }
    }
}

/// A function that gives doubles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Real {
    SquareRoot,
    Exponential,
    NaturalLogarithm,
    Logarithm10,
    Logarithm2,
    Power,
}

#[derive(Debug)]
struct Computed {
    function: Real,
    operands: Vec<Part>,
}

/// A function that gives doubles. What has no result is null: the root of a negative number, the
/// logarithm of zero. A result beyond all doubles is `OVERFLOW`.
pub(crate) fn real(function: Real, operands: Vec<Part>, place: &str) -> Result<Part, RowError> {
    operands
        .iter()
        .try_for_each(|operand| number(operand, place))?;
    if operands.iter().any(Part::is_null) {
        return Ok(Part::constant(null_of(&DataType::Float64)));
    }
    let below = Below::of(&operands);
    let fallible = matches!(function, Real::Exponential | Real::Power);
    let computed = Computed { function, operands };
    Ok(below.part(computed, DataType::Float64, fallible))
}

impl Evaluate for Computed {
    fn evaluate(&self, frame: &Frame<'_>, run: &mut Run<'_>) -> Result<Value, RowError> {
        let mut values = Vec::with_capacity(self.operands.len());
        for operand in &self.operands {
            values.push(operand.evaluate(frame, run)?);
        }
        let all: Vec<&Value> = values.iter().collect();
        let (Some(first), Some(last)) = (all.first(), all.last()) else {
            return Err(RowError::new("STEP_FAILED", "there is nothing to compute"));
        };
        let (lefts, rights) = (Doubles::of(first)?, Doubles::of(last)?);
        let cells = Value::cells_of(&all, frame.len());
        let mut builder = Float64Builder::with_capacity(cells);
        for row in 0..cells {
            let (Some(left), Some(right)) = (lefts.get(row), rights.get(row)) else {
                builder.append_null();
                continue;
            };
            let result = self.function.of(left, right);
            let finite = left.is_finite() && right.is_finite();
            if finite && result.is_some_and(f64::is_infinite) {
                let message = format!("the result for {left} is beyond the range of doubles");
                run.fault(frame, (row, Value::all_constant(&all)), OVERFLOW, &message);
                builder.append_null();
                continue;
            }
            builder.append_option(result);
        }
        Ok(Value::like(Arc::new(builder.finish()), &all))
    }
}

impl Real {
    /// The second number is of interest to powers alone.
    fn of(self, left: f64, right: f64) -> Option<f64> {
        let nan = left.is_nan() || right.is_nan();
        match self {
            Self::SquareRoot => (nan || left >= 0.0).then(|| left.sqrt()),
            Self::Exponential => Some(left.exp()),
            Self::NaturalLogarithm => (nan || left > 0.0).then(|| left.ln()),
            Self::Logarithm10 => (nan || left > 0.0).then(|| left.log10()),
            Self::Logarithm2 => (nan || left > 0.0).then(|| left.log2()),
            Self::Power if left == 0.0 && right < 0.0 => None,
            Self::Power => Some(left.powf(right)).filter(|result| nan || !result.is_nan()),
        }
    }
}

#[derive(Debug)]
struct Sign(Part);

/// `sign(number)`; null of NaN.
pub(crate) fn sign(operand: Part) -> Result<Part, RowError> {
    number(&operand, "sign")?;
    if operand.is_null() {
        return Ok(Part::constant(null_of(&DataType::Int64)));
    }
    let below = Below::of([&operand]);
    Ok(below.part(Sign(operand), DataType::Int64, false))
}

impl Evaluate for Sign {
    fn evaluate(&self, frame: &Frame<'_>, run: &mut Run<'_>) -> Result<Value, RowError> {
        let value = self.0.evaluate(frame, run)?;
        let cells = Value::cells_of(&[&value], frame.len());
        let doubles = Doubles::of(&value)?;
        let mut builder = Int64Builder::with_capacity(cells);
        for row in 0..cells {
            builder.append_option(doubles.get(row).and_then(|number| {
                number
                    .partial_cmp(&0.0)
                    .map(|ordering| i64::from(ordering as i8))
            }));
        }
        Ok(Value::like(Arc::new(builder.finish()), &[&value]))
    }
}

#[derive(Debug)]
struct Measured {
    text: Part,
    /// What is looked for; without it the characters are counted.
    sought: Option<Part>,
}

/// `length(text)`, and `strpos(text, sought)`
pub(crate) fn measured(text: Part, sought: Option<Part>, place: &str) -> Result<Part, RowError> {
    let text = super::texts::text(text, place)?;
    let sought = match sought {
        Some(sought) => Some(super::texts::text(sought, place)?),
        None => None,
    };
    let below = Below::of(std::iter::once(&text).chain(&sought));
    Ok(below.part(Measured { text, sought }, DataType::Int64, false))
}

impl Evaluate for Measured {
    fn evaluate(&self, frame: &Frame<'_>, run: &mut Run<'_>) -> Result<Value, RowError> {
        let text = self.text.evaluate(frame, run)?;
        let sought = match &self.sought {
            Some(sought) => sought.evaluate(frame, run)?,
            None => text.clone(),
        };
        let (texts, soughts) = (text.texts()?, sought.texts()?);
        let cells = Value::cells_of(&[&text, &sought], frame.len());
        let mut builder = Int64Builder::with_capacity(cells);
        for row in 0..cells {
            builder.append_option(texts.get(row).zip(soughts.get(row)).map(|(text, sought)| {
                let counted = match &self.sought {
                    None => text.chars().count(),
                    Some(_) => text
                        .find(sought)
                        .map_or(0, |at| text[..at].chars().count() + 1),
                };
                i64::try_from(counted).unwrap_or(i64::MAX)
            }));
        }
        Ok(Value::like(Arc::new(builder.finish()), &[&text, &sought]))
    }
}

/// A decimal that is written out, as one of the type that it needs.
pub(crate) fn decimal_constant(number: decimal::Decimal) -> Result<ArrayRef, RowError> {
    let cell = arrow::array::Decimal128Array::from(vec![number.units]);
    Ok(Arc::new(cell.with_precision_and_scale(
        number.precision,
        number.scale,
    )?))
}

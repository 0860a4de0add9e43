//! `= <> < <= > >=`, also for `between`, `in`, `case`, `greatest`.
//!
//! Numbers of different types are compared without rounding, but for a decimal beside a double, which
//! becomes the nearest double: the decimal 0.1 and the double 0.1 are equal. For the same reason a
//! number that is written out is rounded beside a column of 32 bits. Days and moments are compared as
//! moments, local times as if they were in UTC. Texts are compared byte by byte, false is less than true.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, AsArray, BooleanArray, Decimal128Array, Float64Array, Int32Array, Int64Array,
};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::compute::kernels::cmp;
use arrow::datatypes::DataType;
use millrace_steps::expression::Operator;

use super::decimal::{self, fits, rescale};
use super::double;
use super::frame::{Frame, Run};
use super::kinds::{Kind, mismatch, named, null_of, read_moments};
use super::moments::Ticks;
use super::numeric::{Doubles, Exact, Whole};
use super::part::{Below, Evaluate, Part};
use super::value::Value;
use crate::error::RowError;

/// How two types are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Domain {
    /// One of them is null.
    Nothing,
    /// By Arrow's kernels, being of one type.
    Same,
    Double,
    WholeAndDouble,
    DoubleAndWhole,
    Exact,
    Moment,
}

/// A comparison of two types.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Comparison {
    operator: Operator,
    domain: Domain,
}

impl Comparison {
    /// How the parts are compared, and the parts as they are compared.
    pub(crate) fn bind(
        operator: Operator,
        left: Part,
        right: Part,
    ) -> Result<(Self, Part, Part), RowError> {
        let mut parts = read_moments(vec![left, right])?.into_iter();
        let (Some(left), Some(right)) = (parts.next(), parts.next()) else {
            return Err(mismatch("two values are compared"));
        };
        let left = aligned(&right, left)?;
        let (comparison, right) = Self::bind_right(operator, &left, right)?;
        Ok((comparison, left, right))
    }

    /// How a value is compared that is compared with several, and the other one as it is compared with
    /// it. Texts that are written out were read as moments before.
    pub(crate) fn bind_right(
        operator: Operator,
        left: &Part,
        right: Part,
    ) -> Result<(Self, Part), RowError> {
        let right = aligned(left, right)?;
        let domain = domain(left.data_type(), right.data_type()).ok_or_else(|| {
            let (left, right) = (named(left.data_type()), named(right.data_type()));
            mismatch(format!(
                "{left} is not compared with {right}; cast one side with cast(… as {left}) or \
                 cast(… as {right})"
            ))
        })?;
        Ok((Self { operator, domain }, right))
    }

    /// How values of one type are compared.
    pub(crate) fn of(operator: Operator, data_type: &DataType) -> Result<Self, RowError> {
        match domain(data_type, data_type) {
            Some(domain) => Ok(Self { operator, domain }),
            None => Err(mismatch(format!("{} has no order", named(data_type)))),
        }
    }

    /// Compares cell by cell; null where one is null.
    pub(crate) fn apply(
        &self,
        left: &Value,
        right: &Value,
        rows: usize,
    ) -> Result<BooleanArray, RowError> {
        let cells = Value::cells_of(&[left, right], rows);
        let operator = self.operator;
        Ok(match self.domain {
            Domain::Nothing => BooleanArray::new_null(cells),
            Domain::Same => match operator {
                Operator::Equal => cmp::eq(left, right)?,
                Operator::NotEqual => cmp::neq(left, right)?,
                Operator::Less => cmp::lt(left, right)?,
                Operator::LessEqual => cmp::lt_eq(left, right)?,
                Operator::Greater => cmp::gt(left, right)?,
                _ => cmp::gt_eq(left, right)?,
            },
            Domain::Double => {
                let (left, right) = (Doubles::of(left)?, Doubles::of(right)?);
                compared(operator, cells, |row| {
                    Some(double::order(left.get(row)?, right.get(row)?))
                })
            }
            Domain::WholeAndDouble => {
                let (left, right) = (Whole::of(left)?, Doubles::of(right)?);
                compared(operator, cells, |row| {
                    Some(double::order_whole(left.get(row)?, right.get(row)?))
                })
            }
            Domain::DoubleAndWhole => {
                let (left, right) = (Doubles::of(left)?, Whole::of(right)?);
                compared(operator, cells, |row| {
                    Some(double::order_whole(right.get(row)?, left.get(row)?).reverse())
                })
            }
            Domain::Exact => {
                let (left, right) = (Exact::of(left)?, Exact::of(right)?);
                let scales = (left.scale(), right.scale());
                compared(operator, cells, |row| {
                    let (left, right) = (left.get(row)?, right.get(row)?);
                    Some(decimal::compare((left, scales.0), (right, scales.1)))
                })
            }
            Domain::Moment => {
                let (left, right) = (Ticks::of(left)?, Ticks::of(right)?);
                compared(operator, cells, |row| {
                    Some(left.nanoseconds(row)?.cmp(&right.nanoseconds(row)?))
                })
            }
        })
    }
}

#[inline]
fn holds(operator: Operator, ordering: Ordering) -> bool {
    match operator {
        Operator::Equal => ordering.is_eq(),
        Operator::NotEqual => ordering.is_ne(),
        Operator::Less => ordering.is_lt(),
        Operator::LessEqual => ordering.is_le(),
        Operator::Greater => ordering.is_gt(),
        _ => ordering.is_ge(),
    }
}

fn compared(
    operator: Operator,
    cells: usize,
    order: impl Fn(usize) -> Option<Ordering>,
) -> BooleanArray {
    let mut valid = true;
    let values = BooleanBuffer::collect_bool(cells, |row| match order(row) {
        Some(ordering) => holds(operator, ordering),
        None => {
            valid = false;
            false
        }
    });
    let nulls = (!valid).then(|| {
        NullBuffer::new(BooleanBuffer::collect_bool(cells, |row| {
            order(row).is_some()
        }))
    });
    BooleanArray::new(values, nulls)
}

fn domain(left: &DataType, right: &DataType) -> Option<Domain> {
    use Kind::{Boolean, Decimal, Float, Moment, Null, Text, Whole};
    Some(match (Kind::of(left), Kind::of(right)) {
        (Null, _) | (_, Null) => Domain::Nothing,
        (Boolean, Boolean) | (Text, Text) => Domain::Same,
        (Whole | Moment | Decimal, _) if left == right => Domain::Same,
        (Whole, Float) => Domain::WholeAndDouble,
        (Float, Whole) => Domain::DoubleAndWhole,
        (Float, Float | Decimal) | (Decimal, Float) => Domain::Double,
        (Whole | Decimal, Whole | Decimal) => Domain::Exact,
        (Moment, Moment) => Domain::Moment,
        _ => return None,
    })
}

/// A number that is written out as it is compared with a column: rounded beside floats of 32 bits, and of
/// the column's type if that holds it.
fn aligned(column: &Part, part: Part) -> Result<Part, RowError> {
    if part.as_constant().is_none() || column.as_constant().is_some() {
        return Ok(part);
    }
    match column.data_type() {
        DataType::Float32 => rounded(part),
        _ => at_type_of(column, part),
    }
}

/// An exact number that is written out, as one of the other side's type if that holds it: numbers of one
/// type are compared fastest.
fn at_type_of(other: &Part, part: Part) -> Result<Part, RowError> {
    let Some(cell) = part.as_constant() else {
        return Ok(part);
    };
    let exact = |part: &Part| matches!(Kind::of(part.data_type()), Kind::Whole | Kind::Decimal);
    if !exact(&part) || !exact(other) || part.data_type() == other.data_type() {
        return Ok(part);
    }
    let value = Value::Constant(cell.clone());
    let constant = Exact::of(&value)?;
    let Some(units) = constant.get(0) else {
        return Ok(part);
    };
    let cell: Option<ArrayRef> = match other.data_type() {
        DataType::Int32 => rescale(units, constant.scale(), 0)
            .and_then(|whole| i32::try_from(whole).ok())
            .map(|whole| Arc::new(Int32Array::from(vec![whole])) as _),
        DataType::Int64 => rescale(units, constant.scale(), 0)
            .and_then(|whole| i64::try_from(whole).ok())
            .map(|whole| Arc::new(Int64Array::from(vec![whole])) as _),
        DataType::Decimal128(precision, scale) => {
            let units = rescale(units, constant.scale(), *scale);
            match units.filter(|units| fits(*units, *precision)) {
                Some(units) => {
                    let cell = Decimal128Array::from(vec![units]);
                    Some(Arc::new(cell.with_precision_and_scale(*precision, *scale)?))
                }
                None => None,
            }
        }
        _ => None,
    };
    Ok(cell.map_or(part, Part::constant))
}

/// A number that is written out, rounded to 32 bits.
fn rounded(part: Part) -> Result<Part, RowError> {
    let Some(cell) = part.as_constant() else {
        return Ok(part);
    };
    if !matches!(Kind::of(part.data_type()), Kind::Decimal | Kind::Float) {
        return Ok(part);
    }
    let value = Value::Constant(cell.clone());
    let number = Doubles::of(&value)?
        .get(0)
        .map(|number| f64::from(number as f32));
    let cell: ArrayRef = Arc::new(Float64Array::from(vec![number]));
    Ok(Part::constant(cell))
}

#[derive(Debug)]
struct Compare {
    comparison: Comparison,
    left: Part,
    right: Part,
}

/// `left operator right`
pub(crate) fn bind(operator: Operator, left: Part, right: Part) -> Result<Part, RowError> {
    let (comparison, left, right) = Comparison::bind(operator, left, right)?;
    if left.is_null() || right.is_null() {
        return Ok(Part::constant(null_of(&DataType::Boolean)));
    }
    let below = Below::of([&left, &right]);
    let compare = Compare {
        comparison,
        left,
        right,
    };
    Ok(below.part(compare, DataType::Boolean, false))
}

impl Evaluate for Compare {
    fn evaluate(&self, frame: &Frame<'_>, run: &mut Run<'_>) -> Result<Value, RowError> {
        let left = self.left.evaluate(frame, run)?;
        let right = self.right.evaluate(frame, run)?;
        let result = self.comparison.apply(&left, &right, frame.len())?;
        Ok(Value::like(Arc::new(result), &[&left, &right]))
    }
}

#[derive(Debug)]
struct Between {
    operand: Part,
    low: (Comparison, Part),
    high: (Comparison, Part),
    negated: bool,
}

/// `operand [not] between low and high`
pub(crate) fn between(
    operand: Part,
    low: Part,
    high: Part,
    negated: bool,
) -> Result<Part, RowError> {
    // A text that is written out is read as a moment where either border is one.
    let mut parts = read_moments(vec![operand, low, high])?.into_iter();
    let (Some(operand), Some(low), Some(high)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(mismatch("between compares three values"));
    };
    // The operand stays as it is, for both borders are compared with it.
    let (low_comparison, low) = Comparison::bind_right(Operator::GreaterEqual, &operand, low)?;
    let (high_comparison, high) = Comparison::bind_right(Operator::LessEqual, &operand, high)?;
    let below = Below::of([&operand, &low, &high]);
    let between = Between {
        operand,
        low: (low_comparison, low),
        high: (high_comparison, high),
        negated,
    };
    Ok(below.part(between, DataType::Boolean, false))
}

impl Evaluate for Between {
    fn evaluate(&self, frame: &Frame<'_>, run: &mut Run<'_>) -> Result<Value, RowError> {
        let rows = frame.len();
        let operand = self.operand.evaluate(frame, run)?;
        let low = self.low.1.evaluate(frame, run)?;
        let high = self.high.1.evaluate(frame, run)?;
        let above = self.low.0.apply(&operand, &low, rows)?;
        let below = self.high.0.apply(&operand, &high, rows)?;
        let above = Value::like(Arc::new(above), &[&operand, &low]);
        let below = Value::like(Arc::new(below), &[&operand, &high]);
        let both = super::logic::and(&above, &below, rows)?;
        let like = [&above, &below];
        let result = if self.negated {
            arrow::compute::not(&both)?
        } else {
            both
        };
        Ok(Value::like(Arc::new(result), &like))
    }
}

/// The truth of a value for each row, null being neither.
pub(crate) fn truths(value: Value, rows: usize) -> Result<BooleanArray, RowError> {
    let array = value.into_array(rows)?;
    match array.as_boolean_opt() {
        Some(truths) => Ok(truths.clone()),
        // The constant null, which is of no type.
        None => Ok(BooleanArray::new_null(rows)),
    }
}

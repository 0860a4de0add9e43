//! `and`, `or`, `not`, `is`: the three-valued logic of SQL.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::compute::kernels::boolean;
use arrow::datatypes::DataType;

use super::compare::truths;
use super::frame::{Frame, Run};
use super::kinds::{Kind, mismatch, named, null_of};
use super::part::{Below, Evaluate, Part};
use super::value::Value;
use crate::error::RowError;

/// Refuses what is neither true nor false.
pub(crate) fn condition(part: &Part, place: &str) -> Result<(), RowError> {
    match Kind::of(part.data_type()) {
        Kind::Boolean | Kind::Null => Ok(()),
        _ => Err(mismatch(format!(
            "{place} needs true or false, not {}; compare it with something",
            named(part.data_type())
        ))),
    }
}

/// Both, where each may be one cell for all rows.
pub(super) fn and(left: &Value, right: &Value, rows: usize) -> Result<BooleanArray, RowError> {
    let cells = Value::cells_of(&[left, right], rows);
    let left = truths(left.clone(), cells)?;
    let right = truths(right.clone(), cells)?;
    Ok(boolean::and_kleene(&left, &right)?)
}

#[derive(Debug)]
struct Joined {
    parts: Vec<Part>,
    /// What decides alone: false for `and`, true for `or`.
    decisive: bool,
}

/// `a and b and …`
pub(crate) fn all(parts: Vec<Part>) -> Result<Part, RowError> {
    join(parts, false, "and")
}

/// `a or b or …`
pub(crate) fn any(parts: Vec<Part>) -> Result<Part, RowError> {
    join(parts, true, "or")
}

fn join(parts: Vec<Part>, decisive: bool, place: &str) -> Result<Part, RowError> {
    parts.iter().try_for_each(|part| condition(part, place))?;
    let below = Below::of(&parts);
    Ok(below.part(Joined { parts, decisive }, DataType::Boolean, false))
}

impl Evaluate for Joined {
    fn evaluate(&self, frame: &Frame<'_>, run: &mut Run<'_>) -> Result<Value, RowError> {
        let rows = frame.len();
        let mut result = BooleanArray::from(vec![!self.decisive; rows]);
        for part in &self.parts {
            let truth = if part.is_fallible() {
                self.undecided(part, &result, frame, run)?
            } else {
                truths(part.evaluate(frame, run)?, rows)?
            };
            result = if self.decisive {
                boolean::or_kleene(&result, &truth)?
            } else {
                boolean::and_kleene(&result, &truth)?
            };
        }
        Ok(Value::Rows(Arc::new(result)))
    }
}

impl Joined {
    /// The truth of a part where the parts before it do not decide alone; null elsewhere.
    fn undecided(
        &self,
        part: &Part,
        before: &BooleanArray,
        frame: &Frame<'_>,
        run: &mut Run<'_>,
    ) -> Result<BooleanArray, RowError> {
        let rows = frame.len();
        let open: Vec<u32> = (0u32..)
            .zip(before)
            .filter(|(_, truth)| *truth != Some(self.decisive))
            .map(|(row, _)| row)
            .collect();
        if open.len() == rows {
            return truths(part.evaluate(frame, run)?, rows);
        }
        if open.is_empty() {
            return Ok(BooleanArray::new_null(rows));
        }
        let truth = truths(part.evaluate(&frame.select(&open), run)?, open.len())?;
        let mut spread = vec![None; rows];
        for (row, truth) in open.iter().zip(&truth) {
            spread[*row as usize] = truth;
        }
        Ok(BooleanArray::from(spread))
    }
}

#[derive(Debug)]
struct Not(Part);

/// `not operand`
pub(crate) fn not(operand: Part) -> Result<Part, RowError> {
    condition(&operand, "not")?;
    if operand.is_null() {
        return Ok(Part::constant(null_of(&DataType::Boolean)));
    }
    let below = Below::of([&operand]);
    Ok(below.part(Not(operand), DataType::Boolean, false))
}

impl Evaluate for Not {
    fn evaluate(&self, frame: &Frame<'_>, run: &mut Run<'_>) -> Result<Value, RowError> {
        let value = self.0.evaluate(frame, run)?;
        let turned = boolean::not(value.booleans()?.array)?;
        Ok(Value::like(Arc::new(turned), &[&value]))
    }
}

#[derive(Debug)]
struct Is {
    operand: Part,
    truth: Option<bool>,
    negated: bool,
}

/// `operand is [not] null|true|false`
pub(crate) fn is(operand: Part, truth: Option<bool>, negated: bool) -> Result<Part, RowError> {
    if truth.is_some() {
        condition(&operand, "is true")?;
    }
    let below = Below::of([&operand]);
    let is = Is {
        operand,
        truth,
        negated,
    };
    Ok(below.part(is, DataType::Boolean, false))
}

impl Evaluate for Is {
    fn evaluate(&self, frame: &Frame<'_>, run: &mut Run<'_>) -> Result<Value, RowError> {
        let value = self.operand.evaluate(frame, run)?;
        let cells = value.array();
        let holds = match (self.truth, cells.data_type()) {
            (None, _) => boolean::is_null(cells)?,
            (Some(_), DataType::Null) => BooleanArray::from(vec![false; cells.len()]),
            (Some(truth), _) => known(value.booleans()?.array, truth),
        };
        let holds = if self.negated {
            boolean::not(&holds)?
        } else {
            holds
        };
        let holds: ArrayRef = Arc::new(holds);
        Ok(Value::like(holds, &[&value]))
    }
}

/// Where a truth value is known to be this one.
fn known(cells: &BooleanArray, truth: bool) -> BooleanArray {
    let values = if truth {
        cells.values().clone()
    } else {
        !cells.values()
    };
    let values = match cells.nulls() {
        Some(nulls) => &values & nulls.inner(),
        None => values,
    };
    BooleanArray::new(values, None)
}

/// A null answer as true or as false.
pub(crate) fn settled(cells: &BooleanArray, null: bool) -> BooleanArray {
    let values: BooleanBuffer = match cells.nulls().map(NullBuffer::inner) {
        None => cells.values().clone(),
        Some(valid) if null => cells.values() | &!valid,
        Some(valid) => cells.values() & valid,
    };
    BooleanArray::new(values, None)
}

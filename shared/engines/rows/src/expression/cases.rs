//! `case`, `if`, `coalesce`, `nullif`: each row is computed by the branch that it takes, and by no other.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray};
use arrow::compute::{interleave, nullif};
use arrow::datatypes::DataType;
use millrace_steps::expression::Operator;

use super::compare::{Comparison, truths};
use super::frame::{Frame, Run};
use super::kinds::{null_of, unify};
use super::logic::condition;
use super::part::{Below, Evaluate, Part};
use super::value::Value;
use crate::error::RowError;

/// When a branch is taken.
#[derive(Debug)]
enum When {
    /// Where this is true.
    Condition(Part),
    /// Where the operand equals this.
    Equal(Comparison, Part),
}

#[derive(Debug)]
struct Case {
    /// What the branches are compared with.
    operand: Option<Part>,
    branches: Vec<(When, Part)>,
    otherwise: Part,
    data_type: DataType,
}

/// `case when … then … else … end`
pub(crate) fn case(
    branches: Vec<(Part, Part)>,
    otherwise: Part,
    place: &str,
) -> Result<Part, RowError> {
    let (whens, thens): (Vec<Part>, Vec<Part>) = branches.into_iter().unzip();
    whens.iter().try_for_each(|when| condition(when, "when"))?;
    let whens = whens.into_iter().map(When::Condition).collect();
    bind(None, whens, thens, otherwise, place)
}

/// `case operand when … then … else … end`
pub(crate) fn case_of(
    operand: Part,
    branches: Vec<(Part, Part)>,
    otherwise: Part,
) -> Result<Part, RowError> {
    let (values, thens): (Vec<Part>, Vec<Part>) = branches.into_iter().unzip();
    let mut parts = vec![operand];
    parts.extend(values);
    let mut parts = super::kinds::read_moments(parts)?.into_iter();
    let operand = parts.next().unwrap_or_else(Part::null);
    let mut whens = Vec::new();
    for value in parts {
        let (comparison, value) = Comparison::bind_right(Operator::Equal, &operand, value)?;
        whens.push(When::Equal(comparison, value));
    }
    bind(Some(operand), whens, thens, otherwise, "case")
}

fn bind(
    operand: Option<Part>,
    whens: Vec<When>,
    thens: Vec<Part>,
    otherwise: Part,
    place: &str,
) -> Result<Part, RowError> {
    let mut results = thens;
    results.push(otherwise);
    let (mut results, data_type) = unify(results, place)?;
    if data_type == DataType::Null {
        return Ok(Part::null());
    }
    let otherwise = results.pop().unwrap_or_else(Part::null);
    let branches: Vec<(When, Part)> = whens.into_iter().zip(results).collect();
    let parts = branches.iter().flat_map(|(when, then)| match when {
        When::Condition(part) | When::Equal(_, part) => [part, then],
    });
    let below = Below::of(parts.chain(operand.as_ref()).chain([&otherwise]));
    let case = Case {
        operand,
        branches,
        otherwise,
        data_type: data_type.clone(),
    };
    Ok(below.part(case, data_type, false))
}

impl Evaluate for Case {
    fn evaluate(&self, frame: &Frame<'_>, run: &mut Run<'_>) -> Result<Value, RowError> {
        let operand = match &self.operand {
            Some(operand) => Some(operand.evaluate(frame, run)?),
            None => None,
        };
        let mut branches = Branches::new(frame, &self.data_type);
        for (when, then) in &self.branches {
            if branches.open.is_empty() {
                break;
            }
            let rows = branches.open.len();
            let truth = match (when, &operand) {
                (When::Equal(comparison, value), Some(operand)) => {
                    let operand = operand.select(&branches.open)?;
                    let value = branches.on_open(|frame| value.evaluate(frame, run))?;
                    let equal = comparison.apply(&operand, &value, rows)?;
                    truths(Value::like(Arc::new(equal), &[&operand, &value]), rows)?
                }
                (When::Condition(part) | When::Equal(_, part), _) => {
                    truths(branches.on_open(|frame| part.evaluate(frame, run))?, rows)?
                }
            };
            branches.take(&truth, |frame| then.evaluate(frame, run))?;
        }
        branches.take_rest(|frame| self.otherwise.evaluate(frame, run))?;
        branches.finish()
    }
}

/// The rows of a frame on their way into branches.
struct Branches<'f, 'b> {
    frame: &'f Frame<'b>,
    /// Rows that took no branch yet.
    open: Vec<u32>,
    /// Cells by branch; the first is a null.
    cells: Vec<ArrayRef>,
    /// For each row, where its cell is.
    places: Vec<(usize, usize)>,
}

impl<'f, 'b> Branches<'f, 'b> {
    fn new(frame: &'f Frame<'b>, data_type: &DataType) -> Self {
        Self {
            frame,
            open: (0u32..).take(frame.len()).collect(),
            cells: vec![null_of(data_type)],
            places: vec![(0, 0); frame.len()],
        }
    }

    /// Computes something for the rows that took no branch yet.
    fn on_open(
        &self,
        compute: impl FnOnce(&Frame<'b>) -> Result<Value, RowError>,
    ) -> Result<Value, RowError> {
        self.on(&self.open, compute)
    }

    fn on(
        &self,
        rows: &[u32],
        compute: impl FnOnce(&Frame<'b>) -> Result<Value, RowError>,
    ) -> Result<Value, RowError> {
        if rows.len() == self.frame.len() {
            compute(self.frame)
        } else {
            compute(&self.frame.select(rows))
        }
    }

    /// The open rows for which this is true take a branch.
    fn take(
        &mut self,
        truth: &BooleanArray,
        branch: impl FnOnce(&Frame<'b>) -> Result<Value, RowError>,
    ) -> Result<(), RowError> {
        let (mut taken, mut open) = (Vec::new(), Vec::new());
        for (row, truth) in self.open.iter().zip(truth) {
            if truth == Some(true) {
                taken.push(*row);
            } else {
                open.push(*row);
            }
        }
        self.open = open;
        self.put(&taken, branch)
    }

    /// All open rows take a branch.
    fn take_rest(
        &mut self,
        branch: impl FnOnce(&Frame<'b>) -> Result<Value, RowError>,
    ) -> Result<(), RowError> {
        let rest = std::mem::take(&mut self.open);
        self.put(&rest, branch)
    }

    fn put(
        &mut self,
        rows: &[u32],
        branch: impl FnOnce(&Frame<'b>) -> Result<Value, RowError>,
    ) -> Result<(), RowError> {
        if rows.is_empty() {
            return Ok(());
        }
        let value = self.on(rows, branch)?;
        let number = self.cells.len();
        let constant = value.is_constant();
        for (cell, row) in rows.iter().enumerate() {
            self.places[*row as usize] = (number, if constant { 0 } else { cell });
        }
        self.cells.push(Arc::clone(value.array()));
        Ok(())
    }

    /// The open rows whose cell is not null keep it, the others stay open.
    fn keep_values(&mut self, value: &Value) {
        let number = self.cells.len();
        let cells = value.array();
        let nulls = cells.logical_nulls();
        let mut open = Vec::new();
        for (cell, row) in self.open.iter().enumerate() {
            let cell = if value.is_constant() { 0 } else { cell };
            if nulls.as_ref().is_some_and(|nulls| nulls.is_null(cell)) {
                open.push(*row);
            } else {
                self.places[*row as usize] = (number, cell);
            }
        }
        self.open = open;
        self.cells.push(Arc::clone(cells));
    }

    fn finish(self) -> Result<Value, RowError> {
        let cells: Vec<&dyn Array> = self.cells.iter().map(AsRef::as_ref).collect();
        Ok(Value::Rows(interleave(&cells, &self.places)?))
    }
}

#[derive(Debug)]
struct Coalesce {
    parts: Vec<Part>,
    data_type: DataType,
}

/// `coalesce(a, b, …)`
pub(crate) fn coalesce(parts: Vec<Part>) -> Result<Part, RowError> {
    let (parts, data_type) = unify(parts, "coalesce")?;
    if data_type == DataType::Null {
        return Ok(Part::null());
    }
    let below = Below::of(&parts);
    let coalesce = Coalesce {
        parts,
        data_type: data_type.clone(),
    };
    Ok(below.part(coalesce, data_type, false))
}

impl Evaluate for Coalesce {
    fn evaluate(&self, frame: &Frame<'_>, run: &mut Run<'_>) -> Result<Value, RowError> {
        let mut branches = Branches::new(frame, &self.data_type);
        for part in &self.parts {
            if branches.open.is_empty() {
                break;
            }
            let value = branches.on_open(|frame| part.evaluate(frame, run))?;
            branches.keep_values(&value);
        }
        branches.finish()
    }
}

#[derive(Debug)]
struct NullIf {
    left: Part,
    right: Part,
    comparison: Comparison,
}

/// `nullif(left, right)`
pub(crate) fn null_if(left: Part, right: Part) -> Result<Part, RowError> {
    let (comparison, left, right) = Comparison::bind(Operator::Equal, left, right)?;
    if right.is_null() || left.is_null() {
        return Ok(left);
    }
    let data_type = left.data_type().clone();
    let below = Below::of([&left, &right]);
    let null_if = NullIf {
        left,
        right,
        comparison,
    };
    Ok(below.part(null_if, data_type, false))
}

impl Evaluate for NullIf {
    fn evaluate(&self, frame: &Frame<'_>, run: &mut Run<'_>) -> Result<Value, RowError> {
        let rows = frame.len();
        let left = self.left.evaluate(frame, run)?;
        let right = self.right.evaluate(frame, run)?;
        let equal = self.comparison.apply(&left, &right, rows)?;
        let equal = truths(Value::like(Arc::new(equal), &[&left, &right]), rows)?;
        let left = left.into_array(rows)?;
        Ok(Value::Rows(nullif(&left, &equal)?))
    }
}

#[derive(Debug)]
struct Extreme {
    parts: Vec<Part>,
    comparison: Comparison,
}

/// `greatest(a, b, …)` and `least(a, b, …)`: nulls are left out.
pub(crate) fn extreme(parts: Vec<Part>, greatest: bool) -> Result<Part, RowError> {
    let place = if greatest { "greatest" } else { "least" };
    let (parts, data_type) = unify(parts, place)?;
    let operator = if greatest {
        Operator::Greater
    } else {
        Operator::Less
    };
    if data_type == DataType::Null {
        return Ok(Part::null());
    }
    let comparison = Comparison::of(operator, &data_type)?;
    let below = Below::of(&parts);
    Ok(below.part(Extreme { parts, comparison }, data_type, false))
}

impl Evaluate for Extreme {
    fn evaluate(&self, frame: &Frame<'_>, run: &mut Run<'_>) -> Result<Value, RowError> {
        let rows = frame.len();
        let mut best: Option<ArrayRef> = None;
        for part in &self.parts {
            let cells = part.evaluate(frame, run)?.into_array(rows)?;
            best = Some(match best {
                None => cells,
                Some(best) => {
                    let (other, known) = (Value::Rows(cells), Value::Rows(best));
                    let better = self.comparison.apply(&other, &known, rows)?;
                    let better = super::logic::settled(&better, false);
                    let missing = arrow::compute::is_null(known.array())?;
                    let taken = arrow::compute::or(&better, &missing)?;
                    arrow::compute::kernels::zip::zip(&taken, other.array(), known.array())?
                }
            });
        }
        best.map(Value::Rows)
            .ok_or_else(|| RowError::new("STEP_FAILED", "there is nothing to compare"))
    }
}

//! A part of an expression that is bound to its columns.

use std::fmt::Debug;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, NullArray, RecordBatch, RecordBatchOptions};
use arrow::compute::nullif;
use arrow::datatypes::{DataType, Schema};

use super::frame::{Frame, Run};
use super::value::Value;
use crate::error::RowError;
use crate::operator::Fault;

/// Bytes of text that a constant may have; longer ones are computed for each batch.
const LONGEST_CONSTANT: usize = 64 * 1024;

/// Computes cells.
pub(crate) trait Evaluate: Debug + Send + Sync {
    /// A cell for each row of the frame, or one for all.
    fn evaluate(&self, frame: &Frame<'_>, run: &mut Run<'_>) -> Result<Value, RowError>;
}

/// A part of an expression: how its cells are computed, and what is known of them before.
#[derive(Debug)]
pub(crate) struct Part {
    evaluator: Box<dyn Evaluate>,
    data_type: DataType,
    fallible: bool,
    /// Whether it reads no column.
    closed: bool,
    constant: Option<ArrayRef>,
}

impl Part {
    /// A constant: an array of one cell.
    pub(crate) fn constant(cell: ArrayRef) -> Self {
        Self {
            data_type: cell.data_type().clone(),
            fallible: false,
            closed: true,
            constant: Some(cell.clone()),
            evaluator: Box::new(Constant(cell)),
        }
    }

    /// The constant null, which is of any type.
    pub(crate) fn null() -> Self {
        Self::constant(Arc::new(NullArray::new(1)))
    }

    /// A column.
    pub(crate) fn column(place: usize, data_type: &DataType) -> Self {
        let column = Column {
            place,
            data_type: data_type.clone(),
        };
        Self {
            evaluator: Box::new(column),
            data_type: data_type.clone(),
            fallible: false,
            closed: false,
            constant: None,
        }
    }

    pub(crate) fn evaluate(&self, frame: &Frame<'_>, run: &mut Run<'_>) -> Result<Value, RowError> {
        self.evaluator.evaluate(frame, run)
    }

    /// The cell of each row of a batch; null where it cannot be computed, whatever is made of it.
    pub(crate) fn cells(
        &self,
        batch: &RecordBatch,
        column: Option<&str>,
        faults: &mut Vec<Fault>,
    ) -> Result<ArrayRef, RowError> {
        let before = faults.len();
        let mut run = Run::new(column, faults);
        let value = self.evaluate(&Frame::whole(batch), &mut run)?;
        let cells = value.into_array(batch.num_rows())?;
        let faults = faults.get(before..).unwrap_or_default();
        if faults.is_empty() {
            return Ok(cells);
        }
        let mut fault = vec![false; batch.num_rows()];
        for found in faults {
            fault[found.row] = true;
        }
        Ok(nullif(&cells, &BooleanArray::from(fault))?)
    }

    pub(crate) fn data_type(&self) -> &DataType {
        &self.data_type
    }

    /// Whether a cell may be impossible to compute, so that it is computed for no row that does not
    /// need it.
    pub(crate) fn is_fallible(&self) -> bool {
        self.fallible
    }

    /// The cell, if it is the same for all rows.
    pub(crate) fn as_constant(&self) -> Option<&ArrayRef> {
        self.constant.as_ref()
    }

    /// Whether it is nothing but `null`.
    pub(crate) fn is_null(&self) -> bool {
        self.data_type == DataType::Null
    }
}

/// What is known of the parts that a part is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Below {
    closed: bool,
    fallible: bool,
}

impl Below {
    /// What is known of these parts.
    pub(crate) fn of<'p>(parts: impl IntoIterator<Item = &'p Part>) -> Self {
        let mut below = Self {
            closed: true,
            fallible: false,
        };
        for part in parts {
            below.closed &= part.closed;
            below.fallible |= part.fallible;
        }
        below
    }

    /// The part above them; computed at once where they read no column.
    pub(crate) fn part(
        self,
        evaluator: impl Evaluate + 'static,
        data_type: DataType,
        fallible: bool,
    ) -> Part {
        let part = Part {
            evaluator: Box::new(evaluator),
            data_type,
            fallible: fallible || self.fallible,
            closed: self.closed,
            constant: None,
        };
        if self.closed
            && let Some(cell) = part.fold()
        {
            return Part::constant(cell);
        }
        part
    }
}

impl Part {
    /// The one cell of a part without columns; `None` where it cannot be computed, which is then found
    /// for each row that needs it.
    fn fold(&self) -> Option<ArrayRef> {
        let options = RecordBatchOptions::new().with_row_count(Some(1));
        let row =
            RecordBatch::try_new_with_options(Arc::new(Schema::empty()), Vec::new(), &options)
                .ok()?;
        let mut faults = Vec::new();
        let mut run = Run::new(None, &mut faults).limited(LONGEST_CONSTANT);
        let value = self.evaluate(&Frame::whole(&row), &mut run).ok()?;
        let cell = value.into_array(1).ok()?;
        faults.is_empty().then_some(cell)
    }
}

#[derive(Debug)]
struct Constant(ArrayRef);

impl Evaluate for Constant {
    fn evaluate(&self, _frame: &Frame<'_>, _run: &mut Run<'_>) -> Result<Value, RowError> {
        Ok(Value::Constant(self.0.clone()))
    }
}

#[derive(Debug)]
struct Column {
    place: usize,
    data_type: DataType,
}

impl Evaluate for Column {
    fn evaluate(&self, frame: &Frame<'_>, _run: &mut Run<'_>) -> Result<Value, RowError> {
        frame.column(self.place, &self.data_type).map(Value::Rows)
    }
}

//! What an expression is computed on, and what it is computed with.

use std::cell::RefCell;
use std::collections::BTreeMap;

use arrow::array::{Array, ArrayRef, RecordBatch, UInt32Array};
use arrow::compute::take;
use arrow::datatypes::DataType;

use crate::error::RowError;
use crate::operator::Fault;

/// Bytes of text that one evaluation may make in all: `replace` inside `replace` grows without end.
const MOST_BYTES: usize = 512 * 1024 * 1024;

/// Some rows of a batch. Columns are cut down to them when they are first needed.
#[derive(Debug)]
pub(crate) struct Frame<'b> {
    batch: &'b RecordBatch,
    /// Where the rows stand in the batch; `None` for all of them.
    rows: Option<UInt32Array>,
    taken: RefCell<BTreeMap<usize, ArrayRef>>,
}

impl<'b> Frame<'b> {
    /// All rows of a batch.
    pub(crate) fn whole(batch: &'b RecordBatch) -> Self {
        Self {
            batch,
            rows: None,
            taken: RefCell::default(),
        }
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.rows
            .as_ref()
            .map_or_else(|| self.batch.num_rows(), Array::len)
    }

    /// The cells of a column in these rows.
    pub(crate) fn column(&self, place: usize, data_type: &DataType) -> Result<ArrayRef, RowError> {
        let whole = self
            .batch
            .columns()
            .get(place)
            .filter(|column| column.data_type() == data_type);
        let Some(whole) = whole else {
            let message = format!(
                "the batch has other columns than the step was bound to: number {place} is not {data_type}"
            );
            return Err(RowError::new("STEP_FAILED", message));
        };
        let Some(rows) = &self.rows else {
            return Ok(whole.clone());
        };
        if let Some(column) = self.taken.borrow().get(&place) {
            return Ok(column.clone());
        }
        let column = take(whole, rows, None)?;
        self.taken.borrow_mut().insert(place, column.clone());
        Ok(column)
    }

    /// The row of the batch that is this one.
    pub(crate) fn place(&self, row: usize) -> usize {
        self.rows
            .as_ref()
            .map_or(row, |rows| rows.value(row) as usize)
    }

    /// Some of these rows.
    pub(crate) fn select(&self, rows: &[u32]) -> Self {
        let rows = rows.iter().map(|row| match &self.rows {
            Some(outer) => outer.value(*row as usize),
            None => *row,
        });
        Self {
            batch: self.batch,
            rows: Some(UInt32Array::from_iter_values(rows)),
            taken: RefCell::default(),
        }
    }
}

/// One evaluation.
#[derive(Debug)]
pub(crate) struct Run<'r> {
    column: Option<&'r str>,
    faults: &'r mut Vec<Fault>,
    budget: usize,
}

impl<'r> Run<'r> {
    /// An evaluation for a column, or for a condition.
    pub(crate) fn new(column: Option<&'r str>, faults: &'r mut Vec<Fault>) -> Self {
        Self {
            column,
            faults,
            budget: MOST_BYTES,
        }
    }

    /// The same, which may make fewer bytes of text.
    pub(crate) fn limited(self, budget: usize) -> Self {
        Self { budget, ..self }
    }

    /// Notes a cell that cannot be computed. A constant is at fault in every row.
    pub(crate) fn fault(
        &mut self,
        frame: &Frame<'_>,
        (cell, constant): (usize, bool),
        code: &'static str,
        message: &str,
    ) {
        let rows = if constant {
            0..frame.len()
        } else {
            cell..cell + 1
        };
        for row in rows {
            self.faults.push(Fault {
                row: frame.place(row),
                column: self.column.map(str::to_owned),
                code,
                message: message.to_owned(),
            });
        }
    }

    /// Counts bytes of text before they are made.
    pub(crate) fn spend(&mut self, bytes: usize) -> Result<(), RowError> {
        match self.budget.checked_sub(bytes) {
            Some(left) => {
                self.budget = left;
                Ok(())
            }
            None => Err(RowError::new(
                "STEP_FAILED",
                format!(
                    "the expression makes more than {} MiB of text for one batch of rows; make \
                     shorter texts",
                    MOST_BYTES / (1024 * 1024)
                ),
            )),
        }
    }
}

/// At most 80 characters of a value, for messages.
pub(crate) fn clipped(text: &str) -> String {
    const MOST: usize = 80;
    let mut clipped: String = text.chars().take(MOST).collect();
    if clipped.len() < text.len() {
        clipped.push('…');
    }
    clipped
}

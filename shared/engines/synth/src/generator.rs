//! The compiled plan.

use std::ops::Range;

use crate::compile::compile;
use crate::fault::{GenerateError, PlanFaults};
use crate::frame::Frame;
use crate::model::Table;
use crate::plan::Plan;
use crate::untidy::Delivered;

/// Rows made at once.
pub(crate) const BATCH: u64 = 8_192;

/// A compiled plan: makes any rows of any table.
#[derive(Debug, Clone)]
pub struct Generator {
    pub(crate) plan: Plan,
    pub(crate) tables: Vec<Table>,
}

impl Generator {
    /// Checks a plan and compiles it.
    ///
    /// # Errors
    /// All faults of the plan, with their paths.
    pub fn compile(plan: &Plan) -> Result<Self, PlanFaults> {
        Ok(Self {
            tables: compile(plan)?,
            plan: plan.clone(),
        })
    }

    /// The plan that this generator was compiled from.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Rows of a table.
    #[must_use]
    pub fn rows(&self, table: &str) -> Option<u64> {
        self.tables
            .iter()
            .find(|known| known.name == table)
            .map(|table| table.rows)
    }

    pub(crate) fn table(&self, name: &str) -> Result<usize, GenerateError> {
        let found = self.tables.iter().position(|table| table.name == name);
        found.ok_or_else(|| GenerateError::UnknownTable(name.to_owned()))
    }

    /// Checks a range of rows.
    pub(crate) fn inside(&self, table: usize, range: &Range<u64>) -> Result<(), GenerateError> {
        let table = &self.tables[table];
        if range.start <= range.end && range.end <= table.rows {
            return Ok(());
        }
        Err(GenerateError::RangeOutside {
            table: table.name.clone(),
            range: range.clone(),
            rows: table.rows,
        })
    }

    pub(crate) fn frame(&self, table: usize, rows: Vec<u64>) -> Frame<'_> {
        Frame::new(&self.tables, table, rows)
    }

    /// A column of a frame of `table` as it is delivered.
    pub(crate) fn delivered<'g>(
        &'g self,
        table: usize,
        frame: &mut Frame<'g>,
        column: usize,
    ) -> Delivered<'g> {
        let cells = frame.column(column);
        let column = &self.tables[table].columns[column];
        Delivered::new(cells, column.data_type, &column.defects, &frame.rows)
    }
}

/// Cuts a range into batches.
pub(crate) fn batches(range: Range<u64>) -> impl Iterator<Item = Vec<u64>> {
    let end = range.end;
    range
        .step_by(BATCH as usize)
        .map(move |start| (start..(start + BATCH).min(end)).collect())
}

//! The one mechanism behind ranges, previews, look-ups and wide tables: a frame is some rows of a
//! table; its columns are made when asked for, and a path is followed by a frame of the rows referred to.

use std::sync::Arc;

use crate::cells::{Cells, either_null};
use crate::layout::{Located, Placement};
use crate::lifecycle::Walk;
use crate::model::{Moment, Path, Reference, Rule, Table};
use crate::plan::DataType;
use millrace_draw::scale;

/// Draws that look for a row that exists already, before all that exist are alike.
const REDRAWS: u64 = 16;
const DAY: i64 = 86_400;

/// Some rows of a table, in any order.
#[derive(Debug)]
pub(crate) struct Frame<'g> {
    tables: &'g [Table],
    table: &'g Table,
    pub(crate) rows: Vec<u64>,
    cells: Vec<Option<Arc<Cells>>>,
    targets: Vec<Option<Arc<Vec<u64>>>>,
    parents: Vec<Option<Box<Parent<'g>>>>,
    walks: Vec<Option<Arc<Walk>>>,
    located: Option<Arc<Located>>,
}

/// The rows that a column refers to.
#[derive(Debug)]
struct Parent<'g> {
    frame: Frame<'g>,
    /// Row of the frame by row of the child, where each row referred to stands only once.
    index: Option<Vec<u32>>,
}

impl<'g> Frame<'g> {
    pub(crate) fn new(tables: &'g [Table], table: usize, rows: Vec<u64>) -> Self {
        let table = &tables[table];
        let columns = table.columns.len();
        Self {
            tables,
            table,
            rows,
            cells: vec![None; columns],
            targets: vec![None; columns],
            parents: (0..columns).map(|_| None).collect(),
            walks: vec![None; columns],
            located: None,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The clean cells of a column.
    pub(crate) fn column(&mut self, column: usize) -> Arc<Cells> {
        if let Some(cells) = &self.cells[column] {
            return Arc::clone(cells);
        }
        let plan = &self.table.columns[column];
        let mut cells = match &plan.rule {
            Rule::Reference(_) | Rule::Turn { .. } | Rule::Owner => self.reference_cells(column),
            rule => self.evaluate(rule, column),
        };
        if let Some(gate) = plan.missing {
            let missing: Vec<bool> = self.rows.iter().map(|&row| gate.opens(row)).collect();
            cells.nulls = either_null(cells.nulls, Some(&missing));
        }
        let cells = Arc::new(cells);
        self.cells[column] = Some(Arc::clone(&cells));
        cells
    }

    /// The cells at the end of a path.
    pub(crate) fn path(&mut self, path: &Path) -> Arc<Cells> {
        self.follow(&path.steps, path.column)
    }

    fn follow(&mut self, steps: &[usize], column: usize) -> Arc<Cells> {
        let Some((&step, rest)) = steps.split_first() else {
            return self.column(column);
        };
        let parent = self.parent(step);
        let cells = parent.frame.follow(rest, column);
        match &parent.index {
            Some(index) => Arc::new(cells.gather(index)),
            None => cells,
        }
    }

    /// Seconds at the end of a path; a day is its midnight.
    pub(crate) fn moments(&mut self, moment: &Moment) -> Vec<Option<i64>> {
        let cells = self.path(&moment.path);
        let unit = if moment.days { DAY } else { 1 };
        let values = cells.wholes().iter().enumerate();
        values
            .map(|(index, value)| (!cells.is_null(index)).then_some(value * unit))
            .collect()
    }

    /// The walks of a lifecycle column.
    pub(crate) fn walk(&mut self, column: usize) -> Arc<Walk> {
        if let Some(walk) = &self.walks[column] {
            return Arc::clone(walk);
        }
        let walk = Arc::new(match &self.table.columns[column].rule {
            Rule::Lifecycle { from, lifecycle } => {
                let moments = self.moments(from);
                lifecycle.walk(&self.rows, &moments)
            }
            _ => Walk {
                states: vec![0; self.len()],
                entered: Vec::new(),
            },
        });
        self.walks[column] = Some(Arc::clone(&walk));
        walk
    }

    /// Owner and ordinal of every row.
    pub(crate) fn located(&mut self) -> Arc<Located> {
        let (rows, placement) = (&self.rows, self.table.placement.as_ref());
        Arc::clone(self.located.get_or_insert_with(|| {
            Arc::new(
                placement.map_or_else(Located::default, |placement: &Placement| {
                    placement.locate(rows)
                }),
            )
        }))
    }

    /// The rows that a reference or owner column refers to.
    pub(crate) fn targets(&mut self, column: usize) -> Arc<Vec<u64>> {
        if let Some(targets) = &self.targets[column] {
            return Arc::clone(targets);
        }
        let targets = Arc::new(match &self.table.columns[column].rule {
            Rule::Reference(reference) => self.refer(column, reference),
            Rule::Turn { turns } => self.rows.iter().map(|row| row % turns).collect(),
            _ => self.located().owners.clone(),
        });
        self.targets[column] = Some(Arc::clone(&targets));
        targets
    }

    fn refer(&mut self, column: usize, reference: &Reference) -> Vec<u64> {
        let pick = |row, attempt| {
            reference
                .popularity
                .forward(reference.zipf.rank(reference.key, row, attempt))
        };
        let arrival = self.table.columns[column].target.and_then(|target| {
            let target = &self.tables[target];
            match &target.columns[target.arrival?].rule {
                Rule::Arrival(arrival) => Some(arrival),
                _ => None,
            }
        });
        let Some((moment, arrival)) = reference.existing_at.as_ref().zip(arrival) else {
            return self.rows.iter().map(|&row| pick(row, 0)).collect();
        };
        let moments = self.moments(moment);
        let choose = |(&row, moment): (&u64, &Option<i64>)| {
            // Rows arrive in order, so those that exist are the first ones; the plan was checked for one.
            let existing = moment.map_or(1, |moment| arrival.before(moment)).max(1);
            let found = (0..REDRAWS)
                .map(|attempt| pick(row, attempt))
                .find(|&target| target < existing);
            found.unwrap_or_else(|| scale(reference.key.draw(row, 2 * REDRAWS), existing))
        };
        self.rows.iter().zip(&moments).map(choose).collect()
    }

    /// The keys of the rows referred to.
    fn reference_cells(&mut self, column: usize) -> Cells {
        let targets = self.targets(column);
        let plan = &self.table.columns[column];
        let key = plan.target.and_then(|target| {
            let target = &self.tables[target];
            Some(&target.columns[target.key?])
        });
        match key.map(|key| &key.rule) {
            Some(Rule::Key { prefix, width }) => {
                crate::evaluate::key_cells(plan.data_type, prefix, *width, targets.to_vec())
            }
            _ => Cells::whole(targets.iter().map(|&row| row as i64 + 1).collect()),
        }
    }

    fn parent(&mut self, column: usize) -> &mut Parent<'g> {
        let targets = self.targets(column);
        let (tables, target) = (self.tables, self.table.columns[column].target.unwrap_or(0));
        self.parents[column].get_or_insert_with(|| Box::new(Parent::new(tables, target, &targets)))
    }

    pub(crate) fn column_type(&self, column: usize) -> DataType {
        self.table.columns[column].data_type
    }
}

impl<'g> Parent<'g> {
    /// Makes each row once where that is cheap to arrange: small tables whole, runs of one row.
    fn new(tables: &'g [Table], table: usize, targets: &[u64]) -> Self {
        let all = tables[table].rows;
        if all <= targets.len() as u64 {
            let index = targets.iter().map(|&target| target as u32).collect();
            return Self {
                frame: Frame::new(tables, table, (0..all).collect()),
                index: Some(index),
            };
        }
        let mut rows = targets.to_vec();
        rows.dedup();
        if rows.len() * 4 > targets.len() * 3 {
            return Self {
                frame: Frame::new(tables, table, targets.to_vec()),
                index: None,
            };
        }
        let mut at = 0;
        let index = targets.iter().map(|&target| {
            at += usize::from(rows[at] != target);
            at as u32
        });
        let index = index.collect();
        Self {
            frame: Frame::new(tables, table, rows),
            index: Some(index),
        }
    }
}

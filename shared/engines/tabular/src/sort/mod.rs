//! Rows in order: a sort of its own, over memory and disk.
//!
//! Rows are held as they come, in columns. Their keys become numbers that order as they do ([`keys`]), the
//! numbers are sorted in shares by several threads ([`memory`]), and the rows are gathered batch by batch
//! ([`piles`]). What grows beyond its share of the memory is written as an ordered run ([`runs`]), and runs
//! are merged, in several passes where not all of them have room ([`merge`]). Rows that compare equal
//! keep their order: in memory a row's place is the last of its keys, and runs follow each other as
//! their rows did.

mod intake;
mod keys;
mod memory;
mod merge;
mod order;
mod piles;
mod runs;
#[cfg(test)]
mod tests;
mod walk;

use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch, RecordBatchOptions};
use arrow::datatypes::{SchemaRef, UInt64Type};
use millrace_rows::Rows;
use millrace_steps::step::Sort;

use crate::error::TabularError;
use crate::frames::{Frame, Frames};
use crate::resources::Resources;
use intake::Intake;
pub(crate) use order::Ordering;

/// Batches of rows. After an error nothing comes.
type Batches = Box<dyn Iterator<Item = Result<RecordBatch, TabularError>> + Send>;

/// Orders all rows; equal ones keep their order.
#[derive(Debug)]
pub(crate) struct Sorting {
    order: Ordering,
    schema: SchemaRef,
}

impl Sorting {
    pub(crate) fn bind(step: &Sort, schema: &SchemaRef) -> Result<Self, TabularError> {
        let order = Ordering::bind(&step.by, step.collation, schema)?;
        Ok(Self::of(order, schema))
    }

    pub(crate) fn of(order: Ordering, schema: &SchemaRef) -> Self {
        Self {
            order,
            schema: Arc::clone(schema),
        }
    }

    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// `fetch` rows are enough, where a limit follows.
    pub(crate) fn attach(
        &self,
        input: Frames,
        fetch: Option<usize>,
        resources: &Resources,
    ) -> Frames {
        let intake = Intake::of(self.order.clone(), &self.schema, fetch, resources);
        Box::new(Sorter {
            schema: Arc::clone(&self.schema),
            state: State::Taking(input, Box::new(intake)),
        })
    }
}

/// Takes all rows when the first one is asked for.
struct Sorter {
    schema: SchemaRef,
    state: State,
}

enum State {
    Taking(Frames, Box<Intake>),
    Giving(Batches),
    Ended,
}

impl Sorter {
    fn advance(&mut self) -> Result<Option<Frame>, TabularError> {
        // Whatever fails below, nothing comes behind it.
        match std::mem::replace(&mut self.state, State::Ended) {
            State::Taking(input, mut intake) => {
                for frame in input {
                    intake.take(frame?)?;
                }
                let rejects = intake.take_rejects();
                self.state = State::Giving(intake.finish()?);
                if rejects.is_empty() {
                    return self.advance();
                }
                // What was rejected must be told of although no row may be left.
                let rows = Rows {
                    batch: RecordBatch::new_empty(Arc::clone(&self.schema)),
                    numbers: None,
                };
                Ok(Some(Frame { rows, rejects }))
            }
            State::Giving(mut batches) => {
                let Some(batch) = batches.next().transpose()? else {
                    return Ok(None);
                };
                self.state = State::Giving(batches);
                self.rows(&batch).map(|rows| Some(Frame::of(rows)))
            }
            State::Ended => Ok(None),
        }
    }

    fn rows(&self, batch: &RecordBatch) -> Result<Rows, TabularError> {
        let width = self.schema.fields().len();
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        Ok(Rows {
            numbers: Some(batch.column(width).as_primitive::<UInt64Type>().clone()),
            batch: RecordBatch::try_new_with_options(
                Arc::clone(&self.schema),
                batch.columns()[..width].to_vec(),
                &options,
            )?,
        })
    }
}

impl Iterator for Sorter {
    type Item = Result<Frame, TabularError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.advance().transpose()
    }
}

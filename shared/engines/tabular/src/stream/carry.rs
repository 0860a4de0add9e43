//! Nulls filled with the value before or after them.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, UInt32Array, new_null_array};
use arrow::compute::{concat, take};
use arrow::datatypes::SchemaRef;
use millrace_rows::{Rows, choose};
use millrace_steps::value::Columns;

use crate::error::TabularError;
use crate::frames::{Frame, Frames, each};

/// Fills nulls with their neighbours.
#[derive(Debug)]
pub(crate) struct Carrying {
    places: Vec<usize>,
    limit: u64,
    /// For filling from behind: what comes first in each batch.
    firsts: Option<Arc<Firsts>>,
}

/// Of each batch, of each column: the first value that is not null and how many nulls stand before it,
/// or how many rows there are, all null.
pub(crate) type Firsts = Vec<Vec<(Option<ArrayRef>, u64)>>;

/// Goes through all rows for what fills them from behind.
pub(crate) fn firsts(input: Frames, places: &[usize]) -> Result<Firsts, TabularError> {
    let mut found = Vec::new();
    for frame in input {
        let batch = frame?.rows.batch;
        let columns = places.iter().map(|place| {
            let column = batch.column(*place);
            let first = (0..column.len()).find(|row| column.is_valid(*row));
            match first {
                // A cell of its own, so that no batch is held for one value of it.
                Some(row) => {
                    let cell = take(column, &UInt32Array::from(vec![row as u32]), None)?;
                    Ok((Some(cell), row as u64))
                }
                None => Ok((None, column.len() as u64)),
            }
        });
        found.push(columns.collect::<Result<Vec<_>, TabularError>>()?);
    }
    Ok(found)
}

impl Carrying {
    /// Binds the filling with values before nulls.
    pub(crate) fn forward(
        columns: &Columns,
        limit: Option<u64>,
        schema: &SchemaRef,
    ) -> Result<Self, TabularError> {
        Ok(Self {
            places: choose(columns, schema)?,
            limit: limit.unwrap_or(u64::MAX),
            firsts: None,
        })
    }

    /// Binds the filling with values behind nulls, which a pass before found.
    pub(crate) fn backward(
        columns: &Columns,
        limit: Option<u64>,
        firsts: Firsts,
        schema: &SchemaRef,
    ) -> Result<Self, TabularError> {
        Ok(Self {
            firsts: Some(Arc::new(firsts)),
            ..Self::forward(columns, limit, schema)?
        })
    }

    pub(crate) fn attach(&self, input: Frames) -> Frames {
        let (places, limit) = (self.places.clone(), self.limit);
        match &self.firsts {
            None => {
                // The last value of each column and how many nulls it has filled.
                let mut carried: Vec<(Option<ArrayRef>, u64)> = vec![(None, 0); places.len()];
                each(input, move |frame| {
                    fill(frame, &places, |index, column| {
                        forward(column, &mut carried[index], limit)
                    })
                })
            }
            Some(firsts) => {
                let firsts = Arc::clone(firsts);
                let mut number = 0;
                each(input, move |frame| {
                    number += 1;
                    fill(frame, &places, |index, column| {
                        let behind = behind(&firsts, number, index);
                        backward(column, behind, limit)
                    })
                })
            }
        }
    }
}

/// The next value behind a batch and how many nulls stand before it.
fn behind(firsts: &Firsts, from: usize, index: usize) -> (Option<ArrayRef>, u64) {
    let mut nulls = 0;
    for batch in firsts.iter().skip(from) {
        let (first, before) = &batch[index];
        nulls += before;
        if first.is_some() {
            return (first.clone(), nulls);
        }
    }
    (None, nulls)
}

fn fill(
    frame: Frame,
    places: &[usize],
    mut column_of: impl FnMut(usize, &ArrayRef) -> Result<ArrayRef, TabularError>,
) -> Result<Frame, TabularError> {
    let batch = &frame.rows.batch;
    let mut columns = batch.columns().to_vec();
    for (index, place) in places.iter().enumerate() {
        columns[*place] = column_of(index, &columns[*place])?;
    }
    Ok(Frame {
        rows: Rows {
            batch: RecordBatch::try_new(batch.schema(), columns)?,
            numbers: frame.rows.numbers,
        },
        rejects: frame.rejects,
    })
}

/// Fills from the front; cell 0 of what is taken from is the carried value.
fn forward(
    column: &ArrayRef,
    carried: &mut (Option<ArrayRef>, u64),
    limit: u64,
) -> Result<ArrayRef, TabularError> {
    let cell = match &carried.0 {
        Some(cell) => Arc::clone(cell),
        None => new_null_array(column.data_type(), 1),
    };
    let mut last: Option<u32> = carried.0.is_some().then_some(0);
    let mut filled = carried.1;
    let places: UInt32Array = (0..column.len())
        .map(|row| {
            if column.is_valid(row) {
                last = Some(row as u32 + 1);
                filled = 0;
                return last;
            }
            filled = filled.saturating_add(1);
            last.filter(|_| filled <= limit)
        })
        .collect();
    let all = concat(&[cell.as_ref(), column.as_ref()])?;
    carried.1 = filled;
    if let Some(last) = last {
        carried.0 = Some(take(&all, &UInt32Array::from(vec![last]), None)?);
    }
    Ok(take(&all, &places, None)?)
}

/// Fills from behind; the last cell of what is taken from is the value behind the batch.
fn backward(
    column: &ArrayRef,
    behind: (Option<ArrayRef>, u64),
    limit: u64,
) -> Result<ArrayRef, TabularError> {
    let rows = column.len();
    let cell = match &behind.0 {
        Some(cell) => Arc::clone(cell),
        None => new_null_array(column.data_type(), 1),
    };
    let mut next: Option<u32> = behind.0.is_some().then_some(rows as u32);
    let mut filled = behind.1;
    let mut places: Vec<Option<u32>> = (0..rows)
        .rev()
        .map(|row| {
            if column.is_valid(row) {
                next = Some(row as u32);
                filled = 0;
                return next;
            }
            filled = filled.saturating_add(1);
            next.filter(|_| filled <= limit)
        })
        .collect();
    places.reverse();
    let all = concat(&[column.as_ref(), cell.as_ref()])?;
    Ok(take(&all, &UInt32Array::from(places), None)?)
}

#[cfg(test)]
mod tests {
    use arrow::array::{AsArray, Int64Array};
    use arrow::datatypes::{DataType, Field, Int64Type, Schema};
    use proptest::prelude::*;

    use super::*;

    fn frames(cells: &[Option<i64>], cuts: usize) -> Frames {
        let schema = Arc::new(Schema::new(vec![Field::new("a", DataType::Int64, true)]));
        let frames: Vec<_> = cells
            .chunks(cuts)
            .map(|chunk| {
                let column: ArrayRef = Arc::new(Int64Array::from(chunk.to_vec()));
                let batch =
                    RecordBatch::try_new(Arc::clone(&schema), vec![column]).expect("a batch");
                Ok(Frame::of(Rows {
                    batch,
                    numbers: None,
                }))
            })
            .collect();
        Box::new(frames.into_iter())
    }

    fn cells(frames: Frames) -> Vec<Option<i64>> {
        frames
            .flat_map(|frame| {
                let batch = frame.expect("a frame").rows.batch;
                let column = batch.column(0).as_primitive::<Int64Type>().clone();
                column.iter().collect::<Vec<_>>()
            })
            .collect()
    }

    /// The definition, on all cells at once.
    fn filled(cells: &[Option<i64>], limit: u64) -> Vec<Option<i64>> {
        let (mut last, mut run) = (None, 0);
        cells
            .iter()
            .map(|cell| {
                if cell.is_some() {
                    (last, run) = (*cell, 0);
                    return *cell;
                }
                run += 1;
                last.filter(|_| run <= limit)
            })
            .collect()
    }

    fn carrying(limit: u64, firsts: Option<Firsts>) -> Carrying {
        Carrying {
            places: vec![0],
            limit,
            firsts: firsts.map(Arc::new),
        }
    }

    proptest! {
        #[test]
        fn any_division_fills_as_one(
            values in prop::collection::vec(prop::option::weighted(0.3, 0_i64..9), 0..60),
            cut in 1_usize..9,
            limit in 1_u64..6,
        ) {
            let expected = filled(&values, limit);
            let found = cells(carrying(limit, None).attach(frames(&values, cut)));
            prop_assert_eq!(found, expected);

            let mut reversed = values.clone();
            reversed.reverse();
            let mut expected = filled(&reversed, limit);
            expected.reverse();
            let firsts = firsts(frames(&values, cut), &[0]).expect("firsts");
            let found = cells(carrying(limit, Some(firsts)).attach(frames(&values, cut)));
            prop_assert_eq!(found, expected);
        }
    }
}

//! One order out of several.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::row::{RowConverter, Rows};

use super::Batches;
use super::memory::{ROWS, row_bytes};
use super::order::Ordering;
use super::piles::{Piles, place};
use crate::error::TabularError;
use crate::lanes::turn_all;

/// How a merge gives out what it finds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Giving {
    /// Rows that are enough.
    pub(super) fetch: Option<usize>,
    /// Bytes of a batch, about.
    pub(super) limit: usize,
    /// Threads that gather batches.
    pub(super) threads: usize,
}

/// Merges ordered rows; of equal ones those of the first of `inputs` come first.
pub(super) fn merge(
    inputs: Vec<Batches>,
    order: &Ordering,
    schema: &SchemaRef,
    giving: Giving,
) -> Result<Batches, TabularError> {
    let merging = Merging::of(inputs, order.clone(), schema, giving)?;
    let schema = Arc::clone(schema);
    turn_all(merging, giving.threads, move |picked: Picked| {
        Piles::of(&schema, &picked.batches).gather(&picked.places)
    })
}

/// Rows of some batches, in order.
struct Picked {
    batches: Vec<RecordBatch>,
    places: Vec<u64>,
}

/// Ordered rows, and how far they were given out.
struct Cursor {
    batches: Batches,
    /// The batch with the next row; nothing behind the last one.
    batch: Option<(RecordBatch, Rows)>,
    row: usize,
    row_bytes: usize,
    /// Where the batch stands among those picked from.
    standing: Option<usize>,
}

impl Cursor {
    fn load(&mut self, order: &Ordering, converter: &RowConverter) -> Result<(), TabularError> {
        // What was read goes before what comes takes room.
        self.batch = None;
        (self.row, self.standing) = (0, None);
        while let Some(batch) = self.batches.next().transpose()? {
            if batch.num_rows() > 0 {
                let keys = converter.convert_columns(&order.columns(&batch))?;
                self.row_bytes = row_bytes(&batch);
                self.batch = Some((batch, keys));
                break;
            }
        }
        Ok(())
    }
}

struct Merging {
    cursors: Vec<Cursor>,
    /// A tournament: the cursor with the next row, and in each other node the one that lost there.
    tree: Vec<usize>,
    order: Ordering,
    converter: RowConverter,
    left: usize,
    limit: usize,
    ended: bool,
}

impl Merging {
    fn of(
        inputs: Vec<Batches>,
        order: Ordering,
        schema: &SchemaRef,
        giving: Giving,
    ) -> Result<Self, TabularError> {
        let converter = order.converter(schema, 0)?;
        let cursors = inputs.into_iter().map(|batches| {
            let mut cursor = Cursor {
                batches,
                batch: None,
                row: 0,
                row_bytes: 0,
                standing: None,
            };
            cursor.load(&order, &converter)?;
            Ok(cursor)
        });
        let mut merging = Self {
            cursors: cursors.collect::<Result<_, TabularError>>()?,
            tree: Vec::new(),
            order,
            converter,
            left: giving.fetch.unwrap_or(usize::MAX),
            limit: giving.limit,
            ended: false,
        };
        merging.begin();
        Ok(merging)
    }

    /// Whether the next row of one cursor comes before that of another.
    fn comes_first(&self, one: usize, other: usize) -> bool {
        let next = |cursor: usize| {
            let cursor = &self.cursors[cursor];
            let batch = cursor.batch.as_ref();
            batch.map(|(_, keys)| keys.row(cursor.row))
        };
        match (next(one), next(other)) {
            (Some(here), Some(there)) => here.cmp(&there).then(one.cmp(&other)).is_lt(),
            (here, _) => here.is_some(),
        }
    }

    fn begin(&mut self) {
        let count = self.cursors.len();
        self.tree = vec![usize::MAX; count.max(1)];
        for cursor in 0..count {
            let (mut winner, mut node) = (cursor, usize::midpoint(cursor, count));
            while node > 0 && self.tree[node] != usize::MAX {
                if self.comes_first(self.tree[node], winner) {
                    std::mem::swap(&mut self.tree[node], &mut winner);
                }
                node /= 2;
            }
            self.tree[node] = winner;
        }
    }

    /// Lets the winner play again with its next row.
    fn play(&mut self) {
        let mut winner = self.tree[0];
        let mut node = usize::midpoint(winner, self.cursors.len());
        while node > 0 {
            if self.comes_first(self.tree[node], winner) {
                std::mem::swap(&mut self.tree[node], &mut winner);
            }
            node /= 2;
        }
        self.tree[0] = winner;
    }

    fn pick(&mut self) -> Result<Option<Picked>, TabularError> {
        let most = self.left.min(ROWS);
        let (mut batches, mut places, mut bytes) = (Vec::new(), Vec::with_capacity(most), 0);
        while places.len() < most && bytes < self.limit {
            let Some(cursor) = self.cursors.get_mut(self.tree[0]) else {
                break;
            };
            let Some((batch, _)) = &cursor.batch else {
                break;
            };
            let standing = *cursor.standing.get_or_insert_with(|| {
                batches.push(batch.clone());
                batches.len() - 1
            });
            places.push(place(standing, cursor.row));
            bytes += cursor.row_bytes;
            cursor.row += 1;
            if cursor.row == batch.num_rows() {
                cursor.load(&self.order, &self.converter)?;
            }
            self.play();
        }
        self.left -= places.len();
        for cursor in &mut self.cursors {
            cursor.standing = None;
        }
        Ok((!places.is_empty()).then_some(Picked { batches, places }))
    }
}

impl Iterator for Merging {
    type Item = Result<Picked, TabularError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let picked = self.pick().transpose();
        self.ended = !matches!(picked, Some(Ok(_)));
        picked
    }
}

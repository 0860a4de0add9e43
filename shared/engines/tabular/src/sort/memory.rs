//! Rows in memory, and their order.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::SchemaRef;
use arrow::row::Rows;

use super::Batches;
use super::keys::Packing;
use super::order::Ordering;
use super::piles::{Piles, batch_of, compact, place, row_of};
use crate::error::TabularError;
use crate::lanes::{in_shares, turn_all};

/// Rows of a batch that comes out, at most.
pub(super) const ROWS: usize = 8_192;
/// Bytes that ordering needs for a row beside the row, while shares of the rows are merged.
const ENTRY_BYTES: usize = size_of::<Entry>() * 3 / 2;

/// A row to be ordered. Where keys are wholly in the number, this is its order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    high: u64,
    low: u64,
    place: u64,
}

impl Entry {
    fn number(&self) -> (u64, u64) {
        (self.high, self.low)
    }
}

/// Rows that are held in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Held {
    batches: Vec<RecordBatch>,
    rows: usize,
    bytes: usize,
}

impl Held {
    pub(super) fn push(
        &mut self,
        batch: &RecordBatch,
        order: &Ordering,
    ) -> Result<(), TabularError> {
        let batch = compact(batch)?;
        self.rows += batch.num_rows();
        self.bytes +=
            batch.get_array_memory_size() + order.weight(&batch) + batch.num_rows() * ENTRY_BYTES;
        self.batches.push(batch);
        Ok(())
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// What they take in memory when they are ordered, about.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Orders them, the first `fetch` at least; `limit` bytes are what a batch takes that comes out.
    pub(super) fn sort(
        self,
        order: &Ordering,
        schema: &SchemaRef,
        fetch: Option<usize>,
        threads: usize,
        limit: usize,
    ) -> Result<Sorted, TabularError> {
        let mut entries = entries(&self.batches, order, schema, threads)?;
        entries.truncate(fetch.unwrap_or(usize::MAX));
        let sizes = self.batches.iter().map(row_bytes);
        Ok(Sorted {
            places: entries.iter().map(|entry| entry.place).collect(),
            sizes: sizes.collect(),
            piles: Piles::of(schema, &self.batches),
            limit,
        })
    }
}

/// Bytes of one row of a batch, about.
pub(super) fn row_bytes(batch: &RecordBatch) -> usize {
    batch.get_array_memory_size() / batch.num_rows().max(1) + 1
}

fn entries(
    batches: &[RecordBatch],
    order: &Ordering,
    schema: &SchemaRef,
    threads: usize,
) -> Result<Vec<Entry>, TabularError> {
    let columns: Vec<Vec<ArrayRef>> =
        in_shares(batches, threads, |batch| Ok(order.columns(batch)))?;
    let packing = Packing::of(order.keys(), &columns);
    let rest: Vec<Rows> = match packing.rest() {
        Some(from) => {
            let converter = order.converter(schema, from)?;
            in_shares(&columns, threads, |columns| {
                Ok(converter.convert_columns(&columns[from..])?)
            })?
        }
        None => Vec::new(),
    };
    let mut entries = vec![Entry::default(); batches.iter().map(RecordBatch::num_rows).sum()];
    let mut shares: Vec<Share<'_>> = Vec::with_capacity(threads);
    let (mut left, mut first) = (entries.as_mut_slice(), 0);
    for columns in columns.chunks(columns.len().div_ceil(threads.max(1)).max(1)) {
        let rows = batches[first..first + columns.len()]
            .iter()
            .map(RecordBatch::num_rows);
        let (entries, others) = left.split_at_mut(rows.sum());
        shares.push(Share {
            first,
            columns,
            entries,
        });
        (left, first) = (others, first + columns.len());
    }
    let less = |one: &Entry, other: &Entry| {
        let at = |entry: &Entry| rest[batch_of(entry.place)].row(row_of(entry.place));
        let numbers = one.number().cmp(&other.number());
        numbers
            .then_with(|| at(one).cmp(&at(other)))
            .then(one.place.cmp(&other.place))
    };
    in_shares(shares, threads, |mut share| {
        share.fill(batches, &packing);
        if rest.is_empty() {
            share.entries.sort_unstable();
        } else {
            share.entries.sort_unstable_by(less);
        }
        Ok(())
    })?;
    // This sort finds the ordered shares and merges them.
    if threads > 1 && rest.is_empty() {
        entries.sort();
    } else if threads > 1 {
        entries.sort_by(less);
    }
    Ok(entries)
}

/// Batches that one thread orders.
struct Share<'a> {
    first: usize,
    columns: &'a [Vec<ArrayRef>],
    entries: &'a mut [Entry],
}

impl Share<'_> {
    fn fill(&mut self, batches: &[RecordBatch], packing: &Packing) {
        let mut entries = self.entries.iter_mut();
        for (index, columns) in self.columns.iter().enumerate() {
            let batch = self.first + index;
            let numbers = packing.pack(columns, batches[batch].num_rows());
            for ((row, number), entry) in numbers.into_iter().enumerate().zip(&mut entries) {
                *entry = Entry {
                    high: (number >> 64) as u64,
                    low: number as u64,
                    place: place(batch, row),
                };
            }
        }
    }
}

/// Rows in order.
#[derive(Debug)]
pub(super) struct Sorted {
    piles: Piles,
    places: Vec<u64>,
    /// Bytes of a row by batch.
    sizes: Vec<usize>,
    limit: usize,
}

impl Sorted {
    pub(super) fn rows(&self) -> usize {
        self.places.len()
    }

    /// The last row.
    pub(super) fn last(&self) -> Result<Option<RecordBatch>, TabularError> {
        let last = self.places.last().map(std::slice::from_ref);
        last.map(|place| self.piles.gather(place)).transpose()
    }

    /// The rows in batches of bounded size, gathered by several threads.
    pub(super) fn batches(self, threads: usize) -> Result<Batches, TabularError> {
        let sorted = Arc::new(self);
        let cutting = Cutting {
            sorted: Arc::clone(&sorted),
            done: 0,
        };
        turn_all(cutting, threads, move |rows: Range<usize>| {
            sorted.piles.gather(&sorted.places[rows])
        })
    }
}

/// The rows of each batch that comes out.
struct Cutting {
    sorted: Arc<Sorted>,
    done: usize,
}

impl Iterator for Cutting {
    type Item = Result<Range<usize>, TabularError>;

    fn next(&mut self) -> Option<Self::Item> {
        let first = self.done;
        let mut bytes = 0;
        let left = self.sorted.places[first..].iter().take(ROWS);
        let count = left.take_while(|place| {
            let fits = bytes < self.sorted.limit;
            bytes += self.sorted.sizes[batch_of(**place)];
            fits
        });
        self.done += count.count();
        (self.done > first).then_some(Ok(first..self.done))
    }
}

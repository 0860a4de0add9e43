//! A uniform sample of rows in bounded memory, the same whatever the parts it is drawn from.

use std::sync::Arc;

use arrow::array::{Array, BooleanArray, RecordBatch, UInt64Array};
use arrow::compute::{concat_batches, filter_record_batch, take_record_batch};
use arrow::datatypes::SchemaRef;
use millrace_draw::Key;

use crate::error::LikenessError;

/// Rows below which a sample is not cut for its bytes: a few giant rows are still learned from.
const LEAST_ROWS: usize = 100;

/// Keeps the rows whose draws are smallest.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    schema: SchemaRef,
    key: Key,
    capacity: usize,
    most_bytes: usize,
    /// Rows with a draw from here on are out.
    limit: u64,
    parts: Vec<(RecordBatch, Vec<u64>)>,
    rows: usize,
    bytes: usize,
    /// Whether every row that came is kept.
    whole: bool,
}

impl Sample {
    pub(crate) fn new(schema: SchemaRef, capacity: usize, most_bytes: usize) -> Self {
        Self {
            schema,
            key: Key::new(0, "likeness", "", "sample"),
            capacity,
            most_bytes,
            limit: u64::MAX,
            parts: Vec::new(),
            rows: 0,
            bytes: 0,
            whole: true,
        }
    }

    /// Takes a batch whose rows are numbered from `first`.
    pub(crate) fn observe(&mut self, batch: &RecordBatch, first: u64) -> Result<(), LikenessError> {
        let numbers = (0..batch.num_rows() as u64).map(|place| first.wrapping_add(place));
        if self.whole {
            return self.keep(batch.clone(), numbers.collect());
        }
        let wanted: Vec<bool> = numbers
            .clone()
            .map(|row| self.key.at(row) < self.limit)
            .collect();
        if !wanted.contains(&true) {
            return Ok(());
        }
        let rows = numbers.filter(|row| self.key.at(*row) < self.limit);
        let rows = rows.collect();
        self.keep(
            filter_record_batch(batch, &BooleanArray::from(wanted))?,
            rows,
        )
    }

    fn keep(&mut self, batch: RecordBatch, rows: Vec<u64>) -> Result<(), LikenessError> {
        if rows.is_empty() {
            return Ok(());
        }
        self.rows += rows.len();
        self.bytes += bytes_of(&batch);
        self.parts.push((batch, rows));
        while self.bytes > self.most_bytes && self.capacity > LEAST_ROWS {
            self.capacity = (self.capacity.min(self.rows) / 2).max(LEAST_ROWS);
            self.prune()?;
        }
        if self.rows >= self.capacity.saturating_mul(2) {
            self.prune()?;
        }
        Ok(())
    }

    /// Lets rows go until the sample has no more than it may.
    fn prune(&mut self) -> Result<(), LikenessError> {
        if self.rows <= self.capacity {
            return Ok(());
        }
        let mut draws: Vec<u64> = self.numbers().map(|row| self.key.at(row)).collect();
        let (_, limit, _) = draws.select_nth_unstable(self.capacity);
        self.limit = self.limit.min(*limit);
        self.whole = false;
        let parts = std::mem::take(&mut self.parts);
        (self.rows, self.bytes) = (0, 0);
        for (batch, rows) in parts {
            let wanted: BooleanArray = rows
                .iter()
                .map(|row| Some(self.key.at(*row) < self.limit))
                .collect();
            let kept = filter_record_batch(&batch, &wanted)?;
            let rows = rows
                .into_iter()
                .filter(|row| self.key.at(*row) < self.limit);
            let rows: Vec<u64> = rows.collect();
            self.rows += rows.len();
            self.bytes += bytes_of(&kept);
            self.parts.push((kept, rows));
        }
        // Many slivers are slower to filter than one batch.
        let (batch, rows) = self.joined()?;
        self.parts = vec![(batch, rows)];
        Ok(())
    }

    fn numbers(&self) -> impl Iterator<Item = u64> {
        self.parts.iter().flat_map(|(_, rows)| rows.iter().copied())
    }

    fn joined(&self) -> Result<(RecordBatch, Vec<u64>), LikenessError> {
        let batch = match &self.parts[..] {
            [(one, _)] => one.clone(),
            parts => concat_batches(&self.schema, parts.iter().map(|(batch, _)| batch))?,
        };
        Ok((batch, self.numbers().collect()))
    }

    /// Joins the sample of other rows of the same table.
    pub(crate) fn merge(&mut self, other: &Self) -> Result<(), LikenessError> {
        self.capacity = self.capacity.min(other.capacity);
        self.whole &= other.whole;
        self.limit = self.limit.min(other.limit);
        let mut parts = std::mem::take(&mut self.parts);
        parts.extend(other.parts.iter().cloned());
        (self.rows, self.bytes) = (0, 0);
        for (batch, rows) in parts {
            if self.limit == u64::MAX {
                self.keep(batch, rows)?;
                continue;
            }
            let wanted: BooleanArray = rows
                .iter()
                .map(|row| Some(self.key.at(*row) < self.limit))
                .collect();
            let rows = rows
                .into_iter()
                .filter(|row| self.key.at(*row) < self.limit);
            let rows = rows.collect();
            self.keep(filter_record_batch(&batch, &wanted)?, rows)?;
        }
        Ok(())
    }

    /// The rows of the sample, in the order of the table.
    pub(crate) fn finish(mut self) -> Result<RecordBatch, LikenessError> {
        self.prune()?;
        if self.parts.is_empty() {
            return Ok(RecordBatch::new_empty(Arc::clone(&self.schema)));
        }
        let (batch, rows) = self.joined()?;
        if rows.is_sorted() {
            return Ok(batch);
        }
        let mut order: Vec<u64> = (0..rows.len() as u64).collect();
        order.sort_by_key(|place| rows[*place as usize]);
        Ok(take_record_batch(&batch, &UInt64Array::from(order))?)
    }
}

fn bytes_of(batch: &RecordBatch) -> usize {
    let size = |array: &arrow::array::ArrayRef| {
        array.to_data().get_slice_memory_size().unwrap_or_default()
    };
    batch.columns().iter().map(size).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{AsArray, Int64Array};
    use arrow::datatypes::{DataType, Field, Int64Type, Schema};

    fn schema() -> SchemaRef {
        Arc::new(Schema::new(vec![Field::new("row", DataType::Int64, true)]))
    }

    fn batch(rows: std::ops::Range<i64>) -> RecordBatch {
        RecordBatch::try_new(schema(), vec![Arc::new(Int64Array::from_iter_values(rows))])
            .expect("one column")
    }

    fn sampled(part: i64, capacity: usize) -> Vec<i64> {
        let mut sample = Sample::new(schema(), capacity, 1 << 30);
        for first in (0..10_000).step_by(part as usize) {
            let end = (first + part).min(10_000);
            sample
                .observe(&batch(first..end), first as u64)
                .expect("a batch");
        }
        let rows = sample.finish().expect("a sample");
        rows.column(0).as_primitive::<Int64Type>().values().to_vec()
    }

    #[test]
    fn the_sample_does_not_depend_on_the_parts() {
        let rows = sampled(10_000, 500);
        assert_eq!(rows.len(), 500);
        assert_eq!(rows, sampled(37, 500));
        assert_eq!(rows, sampled(1_024, 500));
        let mean = rows.iter().sum::<i64>() as f64 / 500.0;
        assert!((mean - 5_000.0).abs() < 500.0, "mean {mean}");
        assert_eq!(sampled(999, 20_000).len(), 10_000);
    }

    #[test]
    fn parts_merge_in_any_order() {
        let part = |range: std::ops::Range<i64>| {
            let mut sample = Sample::new(schema(), 500, 1 << 30);
            sample
                .observe(&batch(range.clone()), range.start as u64)
                .expect("a batch");
            sample
        };
        let mut merged = part(7_000..10_000);
        merged.merge(&part(0..400)).expect("merges");
        merged.merge(&part(400..7_000)).expect("merges");
        let rows = merged.finish().expect("a sample");
        let rows = rows.column(0).as_primitive::<Int64Type>().values().to_vec();
        assert_eq!(rows, sampled(10_000, 500));
    }

    #[test]
    fn bytes_bound_the_rows() {
        let mut sample = Sample::new(schema(), 10_000, 20_000);
        for first in (0..10_000).step_by(100) {
            sample
                .observe(&batch(first..first + 100), first as u64)
                .expect("a batch");
        }
        assert!(sample.bytes <= 20_000, "{} bytes", sample.bytes);
        let rows = sample.finish().expect("a sample").num_rows();
        assert!((100..2_500).contains(&rows), "{rows} rows");
    }
}

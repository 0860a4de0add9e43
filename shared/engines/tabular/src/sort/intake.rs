//! Rows as they come, until they can be given out in order.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions, UInt64Array};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::row::{OwnedRow, RowConverter};
use millrace_rows::{Rejected, Rows};

use super::Batches;
use super::memory::{Held, Sorted};
use super::merge::{Giving, merge};
use super::order::Ordering;
use super::runs::{Disk, Run, disk_bytes};
use crate::error::TabularError;
use crate::frames::Frame;
use crate::resources::Resources;
use crate::source::NUMBERS;

/// Bytes of a batch that comes out, where the memory is large.
const BATCH_BYTES: usize = 8 << 20;
/// Rows that are held beside twice the fetched ones before those that stay behind are let go.
const SURPLUS: usize = 65_536;

/// Takes rows, and lets go or puts on disk what has no room.
pub(super) struct Intake {
    order: Ordering,
    /// That of the rows with their numbers behind them.
    schema: SchemaRef,
    fetch: Option<usize>,
    threads: usize,
    memory_bytes: usize,
    held: Held,
    runs: Vec<Run>,
    disk: Disk,
    bound: Option<Bound>,
    rejects: Vec<Rejected>,
}

/// The key of the last row of so many as are fetched: what does not come before it is not needed.
struct Bound {
    converter: RowConverter,
    key: OwnedRow,
}

impl Intake {
    pub(super) fn of(
        order: Ordering,
        schema: &SchemaRef,
        fetch: Option<usize>,
        resources: &Resources,
    ) -> Self {
        let fields = schema.fields().iter();
        let fields = fields.map(|field| field.as_ref().clone().with_nullable(true));
        let numbers = Field::new(NUMBERS, DataType::UInt64, true);
        let schema: SchemaRef = Arc::new(Schema::new(fields.chain([numbers]).collect::<Vec<_>>()));
        Self {
            order,
            fetch,
            threads: resources.threads,
            memory_bytes: resources.memory_bytes,
            held: Held::default(),
            runs: Vec::new(),
            disk: Disk::of(resources, Arc::clone(&schema)),
            schema,
            bound: None,
            rejects: Vec::new(),
        }
    }

    pub(super) fn take(&mut self, frame: Frame) -> Result<(), TabularError> {
        self.rejects.extend(frame.rejects);
        let batch = self.needed(self.numbered(frame.rows)?)?;
        if batch.num_rows() == 0 {
            return Ok(());
        }
        self.held.push(&batch, &self.order)?;
        let most = self.most_held();
        let mut full = self.held.bytes() > most;
        if let Some(fetch) = self.fetch
            && self.held.rows() > fetch
            && (full || self.held.rows() > fetch.saturating_mul(2).saturating_add(SURPLUS))
        {
            self.let_go()?;
            full = self.held.bytes() > most / 2;
        }
        if full {
            let sorted = self.sort()?;
            self.spill(sorted)?;
        }
        Ok(())
    }

    /// The rows that were rejected before they came here.
    pub(super) fn take_rejects(&mut self) -> Vec<Rejected> {
        std::mem::take(&mut self.rejects)
    }

    /// All rows in order.
    pub(super) fn finish(mut self) -> Result<Batches, TabularError> {
        let held = self.held.bytes();
        let sorted = self.sort()?;
        if self.runs.is_empty() {
            return sorted.batches(self.threads);
        }
        let mut in_memory = None;
        if held + self.merging_bytes() <= self.most_held() {
            in_memory = Some(sorted.batches(self.threads)?);
        } else if held > 0 {
            self.spill(sorted)?;
        }
        while self.runs.len() > 2 && self.merging_bytes() > self.memory_bytes / 2 {
            self.merge_groups()?;
        }
        let runs = self.runs.drain(..).map(Run::read);
        let mut inputs = runs.collect::<Result<Vec<_>, _>>()?;
        inputs.extend(in_memory);
        merge(inputs, &self.order, &self.schema, self.giving())
    }

    fn numbered(&self, rows: Rows) -> Result<RecordBatch, TabularError> {
        let count = rows.len();
        let numbers = rows.numbers;
        let numbers = numbers.unwrap_or_else(|| UInt64Array::new_null(count));
        let mut columns: Vec<ArrayRef> = rows.batch.columns().to_vec();
        columns.push(Arc::new(numbers));
        let options = RecordBatchOptions::new().with_row_count(Some(count));
        Ok(RecordBatch::try_new_with_options(
            Arc::clone(&self.schema),
            columns,
            &options,
        )?)
    }

    /// The rows that may be among those fetched.
    fn needed(&self, batch: RecordBatch) -> Result<RecordBatch, TabularError> {
        if self.fetch == Some(0) {
            return Ok(batch.slice(0, 0));
        }
        let Some(Bound { converter, key }) = &self.bound else {
            return Ok(batch);
        };
        let keys = converter.convert_columns(&self.order.columns(&batch))?;
        let needed: BooleanArray = keys.iter().map(|row| Some(row < key.row())).collect();
        Ok(match needed.true_count() {
            0 => batch.slice(0, 0),
            count if count == batch.num_rows() => batch,
            _ => filter_record_batch(&batch, &needed)?,
        })
    }

    fn sort(&mut self) -> Result<Sorted, TabularError> {
        let held = std::mem::take(&mut self.held);
        let limit = self.giving().limit;
        let sorted = held.sort(&self.order, &self.schema, self.fetch, self.threads, limit)?;
        if self.fetch == Some(sorted.rows())
            && let Some(last) = sorted.last()?
        {
            let converter = self.order.converter(&self.schema, 0)?;
            let keys = converter.convert_columns(&self.order.columns(&last))?;
            let key = keys.row(0).owned();
            self.bound = Some(Bound { converter, key });
        }
        Ok(sorted)
    }

    /// Lets go of rows behind those fetched.
    fn let_go(&mut self) -> Result<(), TabularError> {
        for batch in self.sort()?.batches(1)? {
            self.held.push(&batch?, &self.order)?;
        }
        Ok(())
    }

    fn spill(&mut self, sorted: Sorted) -> Result<(), TabularError> {
        let batches = sorted.batches(self.threads)?;
        let run = self.disk.write(batches, self.memory_bytes)?;
        self.runs.push(run);
        Ok(())
    }

    /// Merges runs that follow each other, as many at once as have room.
    fn merge_groups(&mut self) -> Result<(), TabularError> {
        let mut runs = std::mem::take(&mut self.runs).into_iter().peekable();
        while let Some(first) = runs.next() {
            let mut bytes = first.merging_bytes();
            let mut group = vec![first];
            let room = self.memory_bytes / 2;
            while let Some(next) =
                runs.next_if(|next| group.len() < 2 || bytes + next.merging_bytes() <= room)
            {
                bytes += next.merging_bytes();
                group.push(next);
            }
            let freed = disk_bytes(&group);
            let inputs = group.into_iter().map(Run::read);
            let inputs = inputs.collect::<Result<Vec<_>, _>>()?;
            let merged = merge(inputs, &self.order, &self.schema, self.giving())?;
            let run = self.disk.write(merged, self.memory_bytes)?;
            self.disk.free(freed);
            self.runs.push(run);
        }
        Ok(())
    }

    /// Bytes that may be held; the rest is for batches on their way out.
    fn most_held(&self) -> usize {
        self.memory_bytes / 8 * 7
    }

    fn merging_bytes(&self) -> usize {
        self.runs.iter().map(Run::merging_bytes).sum()
    }

    fn giving(&self) -> Giving {
        Giving {
            fetch: self.fetch,
            // Several batches for each thread are on their way.
            limit: (self.memory_bytes / 128).clamp(1, BATCH_BYTES),
            threads: self.threads,
        }
    }
}

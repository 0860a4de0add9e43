//! The input as frames.

use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{AsArray, RecordBatch, UInt64Array};
use arrow::datatypes::{SchemaRef, UInt64Type};
use millrace_formats::{Chunk, Input, ParallelReader, ReadRequest, Reject, Warning};
use millrace_rows::{Rejected, Rows, canonical, canonical_schema};

use crate::error::TabularError;
use crate::frames::{Frame, Frames};
use crate::watch::{Phase, Watch};

/// Name of the column with the numbers of rows; no column of a file has it.
pub(crate) const NUMBERS: &str = "\u{0}row";

/// An opened input, as often as it is read.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    input: Input,
    bytes: u64,
    /// The places of the columns that are needed.
    projection: Option<Vec<usize>>,
    schema: SchemaRef,
    /// What the last reading saw.
    warnings: Arc<Mutex<Vec<Warning>>>,
}

impl Source {
    pub(crate) fn new(
        input: Input,
        bytes: u64,
        projection: Option<Vec<usize>>,
    ) -> Result<Self, TabularError> {
        let all = input.schema();
        let read = match &projection {
            Some(places) => Arc::new(all.project(places)?),
            None => all,
        };
        Ok(Self {
            schema: canonical_schema(&read)?,
            input,
            bytes,
            projection,
            warnings: Arc::default(),
        })
    }

    /// The columns that come out.
    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// What the last reading saw, that of the opening included.
    pub(crate) fn warnings(&self) -> Vec<Warning> {
        let warnings = self.warnings.lock();
        warnings.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The pieces that can each be read alone, `count` at most.
    pub(crate) fn chunks(&self, count: usize) -> Result<Vec<Chunk>, TabularError> {
        Ok(self.input.chunks(count)?)
    }

    /// Reads it, or a piece of it, from the beginning.
    pub(crate) fn read(
        &self,
        chunk: Option<&Chunk>,
        threads: usize,
        phase: Phase,
        watch: &Arc<Watch>,
    ) -> Result<Frames, TabularError> {
        let request = ReadRequest {
            projection: self.projection.clone(),
            row_numbers: Some(NUMBERS.to_owned()),
            chunk: chunk.copied(),
        };
        watch.begin(phase, self.bytes);
        Ok(Box::new(Reading {
            reader: ParallelReader::new(&self.input, &request, threads)?,
            schema: Arc::clone(&self.schema),
            watch: Arc::clone(watch),
            warnings: Arc::clone(&self.warnings),
            ended: false,
        }))
    }
}

struct Reading {
    reader: ParallelReader,
    schema: SchemaRef,
    watch: Arc<Watch>,
    warnings: Arc<Mutex<Vec<Warning>>>,
    ended: bool,
}

impl Reading {
    fn frame(&mut self) -> Result<Option<Frame>, TabularError> {
        let batch = self.reader.next_batch()?;
        let progress = self.reader.progress();
        self.watch.read(progress.bytes_consumed, progress.rows_read);
        self.watch.check()?;
        let rejects: Vec<_> = self
            .reader
            .take_rejects()
            .into_iter()
            .map(rejected)
            .collect();
        let batch = match batch {
            Some(batch) => batch,
            // What was rejected behind the last row must be told of too.
            None if rejects.is_empty() => return Ok(None),
            None => RecordBatch::new_empty(self.reader.schema()),
        };
        let rows = self.number(batch)?;
        Ok(Some(Frame { rows, rejects }))
    }

    fn number(&self, mut batch: RecordBatch) -> Result<Rows, TabularError> {
        let place = batch.num_columns() - 1;
        let numbers: UInt64Array = batch
            .remove_column(place)
            .as_primitive::<UInt64Type>()
            .clone();
        Ok(Rows {
            batch: canonical(&batch, &self.schema)?,
            numbers: Some(numbers),
        })
    }
}

impl Iterator for Reading {
    type Item = Result<Frame, TabularError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let frame = self.frame().transpose();
        if frame.is_none() {
            *self.warnings.lock().unwrap_or_else(PoisonError::into_inner) = self.reader.warnings();
        }
        self.ended = !matches!(frame, Some(Ok(_)));
        frame
    }
}

pub(crate) fn rejected(reject: Reject) -> Rejected {
    Rejected {
        row: Some(reject.row),
        byte_offset: Some(reject.byte_offset),
        column: reject.column,
        code: reject.code.as_str().to_owned(),
        message: reject.message,
        raw: reject.raw,
    }
}

//! One file read by several threads, in order and exactly.
//!
//! Each thread takes every n-th part of the file: of text a few megabytes (also behind a compression,
//! which is undone by one thread at a time), of Parquet a row group. What the threads answer is taken
//! part by part, so that rows, rejects and faults come as they do from one reader.

mod observe;
mod part;
mod pieces;
mod ranges;
mod work;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use crate::decompress::Meter;
use crate::error::FormatError;
use crate::input::{Input, Kind, ReadRequest};
use crate::layout::Layout;
use crate::notes::Notes;
use crate::reader::{Progress, Reader};
use crate::reject::{Reject, Rejects, Warning};
use part::{Cut, Parts};
use work::{GroupWork, Message, TextWork, Work};

/// Bytes of text that one thread takes at a time.
const PART_BYTES: u64 = 4 << 20;
/// Batches that a thread may be ahead of whoever takes them.
const AHEAD: usize = 4;

/// Reads a file with several threads.
#[derive(Debug)]
pub struct ParallelReader {
    body: Body,
}

#[derive(Debug)]
enum Body {
    /// A file that cannot be split, or not worth it.
    One(Box<Reader>),
    Many(Box<Many>),
}

#[derive(Debug)]
struct Many {
    input: Input,
    schema: SchemaRef,
    parts: u64,
    current: u64,
    receivers: Vec<Receiver<Message>>,
    threads: Vec<JoinHandle<()>>,
    /// Of text: the parts for which threads wait.
    text: Option<Arc<Parts>>,
    rejects: Rejects,
    notes: Notes,
    /// Rows of the parts that are through, and those of the present one that have come.
    rows_read: u64,
    rows_come: u64,
    meter: Meter,
    bytes_total: u64,
    finished: bool,
}

impl ParallelReader {
    /// Reads `input`, or a chunk of it, with up to `threads` threads. What cannot be split takes one.
    ///
    /// # Errors
    /// As [`Input::reader`].
    pub fn new(input: &Input, request: &ReadRequest, threads: usize) -> Result<Self, FormatError> {
        Self::in_parts(input, request, threads, PART_BYTES)
    }

    fn in_parts(
        input: &Input,
        request: &ReadRequest,
        threads: usize,
        part_bytes: u64,
    ) -> Result<Self, FormatError> {
        let many = if threads < 2 {
            None
        } else if let Kind::Parquet(_) = &input.kind {
            Many::groups(input, request, threads)?
        } else {
            Many::text(input, request, threads, part_bytes)?
        };
        let body = match many {
            Some(many) => Body::Many(Box::new(many)),
            None => Body::One(Box::new(input.reader(request)?)),
        };
        Ok(Self { body })
    }

    /// The file under this reader.
    pub fn input(&self) -> &Input {
        match &self.body {
            Body::One(reader) => reader.input(),
            Body::Many(many) => &many.input,
        }
    }

    /// What the file is.
    pub fn layout(&self) -> &Layout {
        self.input().layout()
    }

    /// The columns of the batches.
    pub fn schema(&self) -> SchemaRef {
        match &self.body {
            Body::One(reader) => reader.schema(),
            Body::Many(many) => Arc::clone(&many.schema),
        }
    }

    /// The next rows, in the order of the file; `None` at the end. After an error nothing more comes.
    ///
    /// # Errors
    /// As [`Reader::next_batch`].
    pub fn next_batch(&mut self) -> Result<Option<RecordBatch>, FormatError> {
        match &mut self.body {
            Body::One(reader) => reader.next_batch(),
            Body::Many(many) => many.next_batch(),
        }
    }

    /// Rows rejected so far that were not taken.
    pub fn rejects(&self) -> &[Reject] {
        match &self.body {
            Body::One(reader) => reader.rejects(),
            Body::Many(many) => many.rejects.kept(),
        }
    }

    /// Takes the rejected rows.
    pub fn take_rejects(&mut self) -> Vec<Reject> {
        match &mut self.body {
            Body::One(reader) => reader.take_rejects(),
            Body::Many(many) => many.rejects.take(),
        }
    }

    /// What was seen so far.
    pub fn warnings(&self) -> Vec<Warning> {
        match &self.body {
            Body::One(reader) => reader.warnings(),
            Body::Many(many) => {
                let mut warnings = many.input.warnings().to_vec();
                warnings.extend(many.notes.warnings());
                warnings
            }
        }
    }

    /// How far the reading is.
    pub fn progress(&self) -> Progress {
        match &self.body {
            Body::One(reader) => reader.progress(),
            Body::Many(many) => Progress {
                bytes_consumed: many.meter.bytes(),
                bytes_total: many.bytes_total,
                rows_read: many.rows_read + many.rows_come,
                rows_rejected: many.rejects.total(),
            },
        }
    }
}

impl Many {
    fn text(
        input: &Input,
        request: &ReadRequest,
        threads: usize,
        part_bytes: u64,
    ) -> Result<Option<Self>, FormatError> {
        let meter = Meter::default();
        let Some(cut) = Cut::new(input, request.chunk.as_ref(), part_bytes, &meter)? else {
            return Ok(None);
        };
        let plan = input.plan(request)?;
        let schema = Arc::clone(&plan.schema);
        let work = Work::Text(TextWork {
            input: input.clone(),
            plan,
            parts: Arc::clone(&cut.parts),
        });
        let mut many = Self::new(input, schema, cut.count, meter, cut.bytes_total);
        many.text = Some(cut.parts);
        many.start(&Arc::new(work), threads)?;
        Ok(Some(many))
    }

    fn groups(
        input: &Input,
        request: &ReadRequest,
        threads: usize,
    ) -> Result<Option<Self>, FormatError> {
        let Kind::Parquet(parquet) = &input.kind else {
            return Ok(None);
        };
        let whole = request.chunk.map_or(0..parquet.row_groups(), |chunk| {
            chunk.start as usize..chunk.end as usize
        });
        let groups = parquet.group_chunks(whole)?;
        if groups.len() < 2 {
            return Ok(None);
        }
        // The same refusal, and the same schema, as of one reader.
        let reader = input.reader(request)?;
        let meter = Meter::default();
        let bytes_total = reader.progress().bytes_total;
        let parts = groups.len() as u64;
        let work = Work::Groups(GroupWork {
            input: input.clone(),
            request: request.clone(),
            groups,
            meter: meter.clone(),
        });
        let mut many = Self::new(input, reader.schema(), parts, meter, bytes_total);
        many.start(&Arc::new(work), threads)?;
        Ok(Some(many))
    }

    fn new(input: &Input, schema: SchemaRef, parts: u64, meter: Meter, bytes_total: u64) -> Self {
        Self {
            input: input.clone(),
            schema,
            parts,
            current: 0,
            receivers: Vec::new(),
            threads: Vec::new(),
            text: None,
            rejects: Rejects::new(input.options.max_rejected_rows),
            notes: Notes::default(),
            rows_read: 0,
            rows_come: 0,
            meter,
            bytes_total,
            finished: false,
        }
    }

    fn start(&mut self, work: &Arc<Work>, threads: usize) -> Result<(), FormatError> {
        let parts = self.parts;
        let lanes = (threads as u64).min(parts);
        for place in 0..lanes {
            let (sender, receiver): (SyncSender<Message>, _) = sync_channel(AHEAD);
            self.receivers.push(receiver);
            let work = Arc::clone(work);
            let thread = std::thread::Builder::new()
                .name(format!("reader-{place}"))
                .spawn(move || {
                    let mut part = place;
                    while part < parts && work.part(part, &sender).is_some() {
                        part += lanes;
                    }
                })
                .map_err(FormatError::Io)?;
            self.threads.push(thread);
        }
        Ok(())
    }

    fn next_batch(&mut self) -> Result<Option<RecordBatch>, FormatError> {
        while !self.finished && self.current < self.parts {
            match self.take() {
                Ok(Some(batch)) => return Ok(Some(batch)),
                Ok(None) => {}
                Err(error) => {
                    self.stop();
                    return Err(error);
                }
            }
        }
        Ok(None)
    }

    /// The next message of the part whose turn it is.
    fn take(&mut self) -> Result<Option<RecordBatch>, FormatError> {
        let lane = (self.current % self.receivers.len() as u64) as usize;
        match self.receivers[lane].recv() {
            Ok(Message::Batch(batch, rejects)) => {
                self.rows_come += (batch.num_rows() + rejects.len()) as u64;
                self.rejects.extend(rejects).map(|()| Some(batch))
            }
            Ok(Message::End(rejects, notes, rows)) => {
                self.current += 1;
                self.notes.add(notes);
                self.rows_read += rows;
                self.rows_come = 0;
                self.rejects.extend(rejects).map(|()| None)
            }
            Ok(Message::Last) => {
                self.finished = true;
                Ok(None)
            }
            Ok(Message::Fault(error, rejects)) => self.rejects.extend(rejects).and(Err(error)),
            // A thread that ends without a word has panicked: its rows must not go missing.
            Err(_) => Err(FormatError::Io(std::io::Error::other(
                "a reading thread failed",
            ))),
        }
    }

    /// Lets all threads end: none waits for a border, nor for a place to put its batch.
    fn stop(&mut self) {
        self.finished = true;
        if let Some(text) = &self.text {
            text.stop();
        }
        self.receivers.clear();
    }
}

impl Drop for Many {
    fn drop(&mut self) {
        self.stop();
        for thread in self.threads.drain(..) {
            // A panic was told of when its message was missed.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;

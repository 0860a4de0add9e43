//! One file read by several threads, in order and exactly.
//!
//! Each thread takes every n-th chunk of a few megabytes, reads it once, scans it from every state,
//! waits for the state at its beginning, which the thread before it tells as soon as it has scanned,
//! and then parses what begins in its chunk. Nothing is guessed, so nothing is done twice.

use std::io::{Cursor, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use crate::csv::split::{Border, Scanner};
use crate::csv::{Chunk, Notes};
use crate::decompress::Meter;
use crate::error::FormatError;
use crate::input::{Input, ReadRequest};
use crate::reader::{Progress, Reader};
use crate::reject::{Reject, Rejects, Warning};
use crate::rows::Plan;
use crate::source::{SourceReader, read_full_at};
use crate::types::FileFacts;

const CHUNK_BYTES: u64 = 4 << 20;
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
    Many(Many),
}

#[derive(Debug)]
struct Many {
    input: Input,
    schema: SchemaRef,
    chunks: u64,
    current: u64,
    receivers: Vec<Receiver<Message>>,
    threads: Vec<JoinHandle<()>>,
    borders: Arc<Borders>,
    rejects: Rejects,
    notes: Notes,
    rows_read: u64,
    meter: Meter,
    finished: bool,
}

enum Message {
    Batch(RecordBatch, Vec<Reject>),
    /// The chunk is through.
    End(Vec<Reject>, Notes, u64),
    Fault(FormatError, Vec<Reject>),
}

/// The states between chunks, as far as they are known.
#[derive(Debug)]
struct Borders {
    known: Mutex<Known>,
    changed: Condvar,
}

#[derive(Debug)]
struct Known {
    /// The border before chunk `next`, which is the first chunk that was not scanned yet.
    border: Border,
    next: u64,
    stopped: bool,
}

impl Borders {
    /// Waits for the border before `chunk`, and moves it behind. `None` where the reading stopped.
    fn step(
        &self,
        chunk: u64,
        scan: &crate::csv::ChunkScan,
    ) -> Option<Result<(Option<u64>, u64, u64), FormatError>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        while known.next < chunk && !known.stopped {
            known = self
                .changed
                .wait(known)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if known.stopped {
            return None;
        }
        let stepped = known.border.step(scan);
        known.next += 1;
        self.changed.notify_all();
        Some(stepped)
    }

    fn stop(&self) {
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .stopped = true;
        self.changed.notify_all();
    }
}

impl ParallelReader {
    /// Reads `input` with up to `threads` threads. A request for a chunk, and a file that cannot be
    /// split, take one.
    pub fn new(input: &Input, request: &ReadRequest, threads: usize) -> Result<Self, FormatError> {
        Self::with_chunk_bytes(input, request, threads, CHUNK_BYTES)
    }

    pub(crate) fn with_chunk_bytes(
        input: &Input,
        request: &ReadRequest,
        threads: usize,
        chunk_bytes: u64,
    ) -> Result<Self, FormatError> {
        let range = input
            .data_range()
            .filter(|_| request.chunk.is_none() && threads > 1);
        let body = match range {
            Some((start, end)) if end - start > chunk_bytes => Body::Many(Many::start(
                input,
                request,
                threads,
                chunk_bytes,
                (start, end),
            )?),
            _ => Body::One(Box::new(input.reader(request)?)),
        };
        Ok(Self { body })
    }

    /// The columns of the batches.
    pub fn schema(&self) -> SchemaRef {
        match &self.body {
            Body::One(reader) => reader.schema(),
            Body::Many(many) => Arc::clone(&many.schema),
        }
    }

    /// The next rows, in the order of the file; `None` at the end.
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
                bytes_total: many.input.content.source.length(),
                rows_read: many.rows_read,
                rows_rejected: many.rejects.total(),
            },
        }
    }
}

impl Many {
    fn start(
        input: &Input,
        request: &ReadRequest,
        threads: usize,
        chunk_bytes: u64,
        range: (u64, u64),
    ) -> Result<Self, FormatError> {
        let plan = Plan::new(
            Arc::clone(&input.columns),
            request.projection.as_deref(),
            request.row_numbers.as_deref(),
            input.options.bad_values,
        )?;
        let chunks = (range.1 - range.0).div_ceil(chunk_bytes);
        let threads = threads.min(chunks as usize).max(1);
        let borders = Arc::new(Borders {
            known: Mutex::new(Known {
                border: Border::start(),
                next: 0,
                stopped: false,
            }),
            changed: Condvar::new(),
        });
        let meter = Meter::default();
        let mut many = Self {
            input: input.clone(),
            schema: Arc::clone(&plan.schema),
            chunks,
            current: 0,
            receivers: Vec::with_capacity(threads),
            threads: Vec::with_capacity(threads),
            borders,
            rejects: Rejects::new(input.options.max_rejected_rows),
            notes: Notes::default(),
            rows_read: 0,
            meter,
            finished: false,
        };
        for place in 0..threads {
            let (sender, receiver) = sync_channel(AHEAD);
            many.receivers.push(receiver);
            let worker = Worker {
                input: input.clone(),
                plan: plan.clone(),
                borders: Arc::clone(&many.borders),
                meter: many.meter.clone(),
                range,
                chunk_bytes,
                sender,
            };
            let step = threads as u64;
            let thread = std::thread::Builder::new()
                .name(format!("reader-{place}"))
                .spawn(move || {
                    let mut chunk = place as u64;
                    while chunk < chunks && worker.chunk(chunk).is_some() {
                        chunk += step;
                    }
                })
                .map_err(FormatError::Io)?;
            many.threads.push(thread);
        }
        Ok(many)
    }

    fn next_batch(&mut self) -> Result<Option<RecordBatch>, FormatError> {
        while !self.finished && self.current < self.chunks {
            let lane = (self.current % self.receivers.len() as u64) as usize;
            let result = match self.receivers[lane].recv() {
                Ok(Message::Batch(batch, rejects)) => {
                    self.rejects.extend(rejects).map(|()| Some(batch))
                }
                Ok(Message::End(rejects, notes, rows)) => {
                    self.current += 1;
                    self.notes.add(notes);
                    self.rows_read += rows;
                    self.rejects.extend(rejects).map(|()| None)
                }
                Ok(Message::Fault(error, rejects)) => self.rejects.extend(rejects).and(Err(error)),
                // A thread that ends without a word has panicked: its rows must not go missing.
                Err(_) => Err(FormatError::Io(std::io::Error::other(
                    "a reading thread failed",
                ))),
            };
            match result {
                Ok(Some(batch)) => return Ok(Some(batch)),
                Ok(None) => {}
                Err(error) => {
                    self.finished = true;
                    self.borders.stop();
                    return Err(error);
                }
            }
        }
        Ok(None)
    }
}

impl Drop for Many {
    fn drop(&mut self) {
        self.borders.stop();
        // Without receivers no thread waits to send.
        self.receivers.clear();
        for thread in self.threads.drain(..) {
            // A panic was told of when its message was missed.
            let _ = thread.join();
        }
    }
}

struct Worker {
    input: Input,
    plan: Plan,
    borders: Arc<Borders>,
    meter: Meter,
    range: (u64, u64),
    chunk_bytes: u64,
    sender: SyncSender<Message>,
}

impl Worker {
    /// Reads one chunk. `None` where there is no use in going on.
    fn chunk(&self, chunk: u64) -> Option<()> {
        let mut rejects = Rejects::new(u64::MAX);
        match self.read(chunk, &mut rejects) {
            Ok(Some((notes, rows))) => self
                .sender
                .send(Message::End(rejects.take(), notes, rows))
                .ok(),
            Ok(None) => None,
            Err(error) => {
                let _ = self.sender.send(Message::Fault(error, rejects.take()));
                // The chunks behind need no border any more.
                self.borders.stop();
                None
            }
        }
    }

    fn read(&self, chunk: u64, rejects: &mut Rejects) -> Result<Option<(Notes, u64)>, FormatError> {
        let Some(region) = self.input.text_region() else {
            return Err(FormatError::InputChanged);
        };
        let start = self.range.0 + chunk * self.chunk_bytes;
        let end = (start + self.chunk_bytes).min(self.range.1);
        let source = &self.input.content.source;
        let mark = region.detected.detected.bom_bytes as u64;
        let mut bytes = vec![0; (end - start) as usize];
        let read =
            read_full_at(source.as_ref(), start + mark, &mut bytes).map_err(FormatError::Io)?;
        if read < bytes.len() {
            return Err(FormatError::InputChanged);
        }
        self.meter.add(read as u64);
        let mut scanner = Scanner::new(region.automaton.clone(), start);
        scanner.feed(&bytes);
        let Some(stepped) = self.borders.step(chunk, &scanner.finish()) else {
            return Ok(None);
        };
        let (first, first_row, rows) = stepped?;
        let Some(first) = first else {
            return Ok(Some((Notes::default(), 0)));
        };
        // The last record may go on behind the chunk.
        let mut own = Cursor::new(bytes);
        own.set_position(first - start);
        let rest = SourceReader::range(
            Arc::clone(source),
            end + mark,
            region.data_end(&self.input.content) + mark,
        );
        let stream: Box<dyn Read + Send> = Box::new(own.chain(rest));
        let part = Chunk {
            start: first,
            end,
            first_row,
            rows,
        };
        let mut reader = self.input.part_reader(stream, &part, &self.plan)?;
        while let Some(batch) = reader.next_batch(&self.plan, rejects)? {
            if self
                .sender
                .send(Message::Batch(batch, rejects.take()))
                .is_err()
            {
                return Ok(None);
            }
        }
        Ok(Some((reader.notes(), rows)))
    }
}

impl Input {
    /// As [`Input::observe`] over the whole file, with several threads where it can be split.
    pub fn observe_with(&self, threads: usize) -> Result<FileFacts, FormatError> {
        let Some((start, end)) = self.data_range().filter(|_| threads > 1) else {
            return self.observe(None);
        };
        let count = threads as u64;
        let cut = |place: u64| {
            start + ((u128::from(end - start) * u128::from(place)) / u128::from(count)) as u64
        };
        let scans = in_threads((0..count).collect(), |place| {
            self.scan_chunk(cut(*place), cut(*place + 1))
        })?;
        let chunks = crate::csv::fold_scans(&scans)?;
        let parts = in_threads(chunks, |chunk| self.observe(Some(chunk)))?;
        let mut facts = FileFacts::new(self.columns.len());
        for part in &parts {
            facts.merge(part);
        }
        Ok(facts)
    }
}

/// Does each piece of work in a thread of its own, answers in order.
fn in_threads<W: Sync + Send, T: Send>(
    work: Vec<W>,
    each: impl Fn(&W) -> Result<T, FormatError> + Sync,
) -> Result<Vec<T>, FormatError> {
    std::thread::scope(|scope| {
        let handles: Vec<_> = work
            .iter()
            .map(|piece| scope.spawn(|| each(piece)))
            .collect();
        handles
            .into_iter()
            .map(|handle| {
                handle.join().unwrap_or_else(|_| {
                    Err(FormatError::Io(std::io::Error::other(
                        "a reading thread failed",
                    )))
                })
            })
            .collect()
    })
}

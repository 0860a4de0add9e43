//! What the threads of a parallel reader do.
//!
//! A part of text is read once and scanned from every state; then its thread waits for the state at
//! its beginning, which the thread before it tells as soon as it has scanned, and parses the records
//! that begin in the part. Nothing is guessed, so nothing is done twice.

use std::io::{Cursor, Read};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use arrow::array::RecordBatch;

use crate::csv::split::{Border, Scanner};
use crate::csv::{Chunk, ChunkScan};
use crate::decompress::Meter;
use crate::error::FormatError;
use crate::input::{Input, ReadRequest};
use crate::notes::Notes;
use crate::reject::{Reject, Rejects};
use crate::rows::Plan;
use crate::source::{SourceReader, read_exactly_at};

pub(super) enum Message {
    Batch(RecordBatch, Vec<Reject>),
    /// The part is through: what else was rejected and seen, and how many rows it had.
    End(Vec<Reject>, Notes, u64),
    Fault(FormatError, Vec<Reject>),
}

pub(super) enum Work {
    Text(TextWork),
    Groups(GroupWork),
}

impl Work {
    /// Reads one part. `None` where there is no use in going on.
    pub(super) fn part(&self, part: u64, sender: &SyncSender<Message>) -> Option<()> {
        let mut rejects = match self {
            // A part with more rejects than the whole may have ends the reading by itself.
            Self::Text(work) => Rejects::new(work.input.options.max_rejected_rows),
            Self::Groups(_) => Rejects::new(0),
        };
        let result = match self {
            Self::Text(work) => work.read(part, &mut rejects, sender),
            Self::Groups(work) => work.read(part, sender),
        };
        match result {
            Ok(Some((notes, rows))) => sender.send(Message::End(rejects.take(), notes, rows)).ok(),
            Ok(None) => None,
            Err(error) => {
                // Threads that wait for the border behind this part are let go by whoever takes
                // the fault, when its turn has come.
                let _ = sender.send(Message::Fault(error, rejects.take()));
                None
            }
        }
    }
}

/// The states between parts, as far as they are known.
#[derive(Debug)]
pub(super) struct Borders {
    known: Mutex<Known>,
    changed: Condvar,
}

#[derive(Debug)]
struct Known {
    /// The border before part `next`, which is the first that was not scanned yet.
    border: Border,
    next: u64,
    stopped: bool,
}

type Stepped = Result<(Option<u64>, u64, u64), FormatError>;

impl Borders {
    pub(super) fn before(first_row: u64) -> Self {
        Self {
            known: Mutex::new(Known {
                border: Border::before(first_row),
                next: 0,
                stopped: false,
            }),
            changed: Condvar::new(),
        }
    }

    /// Waits for the border before `part`, and moves it behind. `None` where the reading stopped.
    fn step(&self, part: u64, scan: &ChunkScan) -> Option<Stepped> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        while known.next < part && !known.stopped {
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

    pub(super) fn stop(&self) {
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .stopped = true;
        self.changed.notify_all();
    }
}

/// Reading text in parts of a number of bytes.
pub(super) struct TextWork {
    pub(super) input: Input,
    pub(super) plan: Plan,
    pub(super) borders: Arc<Borders>,
    pub(super) meter: Meter,
    /// The bytes to read, which begin with a record.
    pub(super) range: (u64, u64),
    pub(super) chunk_bytes: u64,
    pub(super) first_row: u64,
}

impl TextWork {
    fn read(
        &self,
        part: u64,
        rejects: &mut Rejects,
        sender: &SyncSender<Message>,
    ) -> Result<Option<(Notes, u64)>, FormatError> {
        let region = self.input.text_region().ok_or(FormatError::InputChanged)?;
        let start = self.range.0 + part * self.chunk_bytes;
        let end = (start + self.chunk_bytes).min(self.range.1);
        let source = &self.input.content.source;
        let mut bytes = vec![0; (end - start) as usize];
        read_exactly_at(source.as_ref(), start, &mut bytes)?;
        self.meter.add(end - start);
        let mut scanner = Scanner::new(region.automaton.clone(), start);
        scanner.feed(&bytes);
        let Some(stepped) = self.borders.step(part, &scanner.finish()) else {
            return Ok(None);
        };
        let (Some(first), first_row, rows) = stepped? else {
            return Ok(Some((Notes::default(), 0)));
        };
        // Blank lines before the first record of all belong to it.
        let first = if first_row == self.first_row {
            self.range.0
        } else {
            first
        };
        let before = SourceReader::range(Arc::clone(source), first.min(start), start);
        let mut own = Cursor::new(bytes);
        own.set_position(first.saturating_sub(start));
        // The last record may go on behind the part.
        let rest = SourceReader::range(Arc::clone(source), end, self.range.1);
        let stream: Box<dyn Read + Send> = Box::new(before.chain(own).chain(rest));
        let chunk = Chunk {
            start: first,
            end,
            first_row,
            rows,
        };
        let mut reader = self.input.part_reader(stream, &chunk, &self.plan)?;
        while let Some(batch) = reader.next_batch(&self.plan, rejects)? {
            let message = Message::Batch(batch, rejects.take());
            if sender.send(message).is_err() {
                return Ok(None);
            }
        }
        Ok(Some((reader.notes(), rows)))
    }
}

/// Reading Parquet row group by row group.
pub(super) struct GroupWork {
    pub(super) input: Input,
    pub(super) request: ReadRequest,
    pub(super) groups: Vec<Chunk>,
    pub(super) meter: Meter,
}

impl GroupWork {
    fn read(
        &self,
        part: u64,
        sender: &SyncSender<Message>,
    ) -> Result<Option<(Notes, u64)>, FormatError> {
        let group = self
            .groups
            .get(part as usize)
            .ok_or(FormatError::InputChanged)?;
        let mut reader = self.input.reader(&ReadRequest {
            chunk: Some(*group),
            ..self.request.clone()
        })?;
        while let Some(batch) = reader.next_batch()? {
            if sender.send(Message::Batch(batch, Vec::new())).is_err() {
                return Ok(None);
            }
        }
        self.meter.add(reader.progress().bytes_total);
        Ok(Some((Notes::default(), group.rows)))
    }
}

//! What the threads of a parallel reader do.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use arrow::array::RecordBatch;

use super::part::Parts;
use crate::csv::Chunk;
use crate::decompress::Meter;
use crate::error::FormatError;
use crate::input::{Input, ReadRequest};
use crate::notes::Notes;
use crate::reject::{Reject, Rejects};
use crate::rows::Plan;

pub(super) enum Message {
    Batch(RecordBatch, Vec<Reject>),
    /// The part is through: what else was rejected and seen, and how many rows it had.
    End(Vec<Reject>, Notes, u64),
    /// There is no such part: all are through.
    Last,
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
        // Threads that wait for what is behind a fault are let go by whoever takes the fault, when
        // its turn has come: what is before it is still wanted.
        let message = match result {
            Ok(Outcome::Through(notes, rows)) => Message::End(rejects.take(), notes, rows),
            Ok(Outcome::NoPart) => Message::Last,
            Ok(Outcome::Unwanted) => return None,
            Err(error) => Message::Fault(error, rejects.take()),
        };
        let goes_on = matches!(message, Message::End(..));
        sender.send(message).ok()?;
        goes_on.then_some(())
    }
}

pub(super) enum Outcome {
    Through(Notes, u64),
    /// There is none, or the reading stopped.
    NoPart,
    /// Nobody takes the batches.
    Unwanted,
}

/// Reading text.
pub(super) struct TextWork {
    pub(super) input: Input,
    pub(super) plan: Plan,
    pub(super) parts: Arc<Parts>,
}

impl TextWork {
    fn read(
        &self,
        part: u64,
        rejects: &mut Rejects,
        sender: &SyncSender<Message>,
    ) -> Result<Outcome, FormatError> {
        let Some(part) = self.parts.part(part)? else {
            return Ok(Outcome::NoPart);
        };
        let mut reader = self
            .input
            .part_reader(part.stream, &part.chunk, &self.plan)?;
        while let Some(batch) = reader.next_batch(&self.plan, rejects)? {
            let message = Message::Batch(batch, rejects.take());
            if sender.send(message).is_err() {
                return Ok(Outcome::Unwanted);
            }
        }
        Ok(Outcome::Through(reader.notes(), part.chunk.rows))
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
    fn read(&self, part: u64, sender: &SyncSender<Message>) -> Result<Outcome, FormatError> {
        let Some(group) = self.groups.get(part as usize) else {
            return Ok(Outcome::NoPart);
        };
        let mut reader = self.input.reader(&ReadRequest {
            chunk: Some(*group),
            ..self.request.clone()
        })?;
        while let Some(batch) = reader.next_batch()? {
            if sender.send(Message::Batch(batch, Vec::new())).is_err() {
                return Ok(Outcome::Unwanted);
            }
        }
        self.meter.add(reader.progress().bytes_total);
        Ok(Outcome::Through(Notes::default(), group.rows))
    }
}

//! An object of the store as a source that engines read from their own threads.

mod blocks;

use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use millrace_files::StoredInput;
use millrace_formats::{FormatError, Source};
use millrace_ports::{Objects, PortError};
use tokio::runtime::Handle;

use self::blocks::{Blocks, Slot};
use crate::outside::{Outside, OutsideFault};
use crate::patience::Patience;
use crate::stop::Stop;

/// How an object is read: in blocks, which are kept for a while, and some of them ahead where one
/// is read after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadAhead {
    /// Bytes of a block: 8 MiB.
    pub block_bytes: u64,
    /// Blocks that are read ahead of each reader: 3.
    pub ahead: u64,
    /// Blocks that are kept in memory, those on their way included: 8.
    pub blocks: usize,
}

impl Default for ReadAhead {
    fn default() -> Self {
        Self {
            block_bytes: 8 << 20,
            ahead: 3,
            blocks: 8,
        }
    }
}

/// Why a block could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
enum ReadFault {
    /// The object is another one by now, or is shorter than it was.
    Changed,
    /// The store did not answer.
    Store(PortError),
    /// Nobody reads any more.
    Stopped,
}

impl From<ReadFault> for io::Error {
    fn from(fault: ReadFault) -> Self {
        match fault {
            // An engine's reader knows it by this, and says so under its code.
            ReadFault::Changed => Self::other(FormatError::InputChanged),
            ReadFault::Store(error) => Self::other(error),
            ReadFault::Stopped => Self::other("the reading was stopped"),
        }
    }
}

/// The object, in the version that was uploaded.
#[derive(Debug, Clone)]
struct Pinned {
    objects: Arc<dyn Objects>,
    key: String,
    input: StoredInput,
    patience: Patience,
}

impl Pinned {
    async fn read(&self, range: Range<u64>) -> Result<Bytes, ReadFault> {
        let wanted = range.end - range.start;
        let read = self.patience.call(PortError::retryable, || {
            self.objects
                .get_range(&self.key, &self.input.etag, range.clone())
        });
        match read.await {
            Ok(Some(block)) if block.len() as u64 == wanted => Ok(block),
            Ok(_) => Err(ReadFault::Changed),
            Err(error) => Err(ReadFault::Store(error)),
        }
    }
}

/// See the module. Reads block the thread they are made on, which must not be one that drives the
/// runtime.
#[derive(Debug)]
pub(crate) struct ObjectSource {
    object: Arc<Pinned>,
    read_ahead: ReadAhead,
    blocks: Mutex<Blocks>,
    runtime: Handle,
    stop: Stop,
    outside: Outside,
}

impl ObjectSource {
    /// The object under `key`, as `input` names it. To be made on the runtime that reads it.
    pub(crate) fn new(
        objects: Arc<dyn Objects>,
        (key, input): (String, StoredInput),
        (read_ahead, patience): (ReadAhead, Patience),
        stop: Stop,
        outside: Outside,
    ) -> Self {
        let object = Pinned {
            objects,
            key,
            input,
            patience,
        };
        Self {
            object: Arc::new(object),
            read_ahead: ReadAhead {
                block_bytes: read_ahead.block_bytes.max(1),
                ..read_ahead
            },
            blocks: Mutex::default(),
            runtime: Handle::current(),
            stop,
            outside,
        }
    }

    /// The block of a number, on its way at least.
    fn block(&self, number: u64) -> Arc<Slot> {
        let last = (self.length() - 1) / self.read_ahead.block_bytes;
        let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        let in_sequence = number > 0 && blocks.holds(number - 1);
        let slot = blocks.get_or_insert(number, || self.begin(number));
        if in_sequence {
            let ahead = number.saturating_add(self.read_ahead.ahead).min(last);
            for next in number + 1..=ahead {
                blocks.get_or_insert(next, || self.begin(next));
            }
        }
        blocks.keep(self.read_ahead.blocks);
        slot
    }

    fn begin(&self, number: u64) -> Arc<Slot> {
        let start = number * self.read_ahead.block_bytes;
        let end = (start + self.read_ahead.block_bytes).min(self.length());
        let (slot, filler) = Slot::pair();
        let (object, outside) = (Arc::clone(&self.object), self.outside.clone());
        self.runtime.spawn(async move {
            let block = object.read(start..end).await;
            match &block {
                Err(ReadFault::Changed) => outside.record(OutsideFault::InputChanged),
                Err(ReadFault::Store(error)) => outside.record(OutsideFault::Store(error.clone())),
                Ok(_) | Err(ReadFault::Stopped) => {}
            }
            filler.fill(block);
        });
        slot
    }
}

impl Source for ObjectSource {
    fn length(&self) -> u64 {
        self.object.input.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.stop.check()?;
        if buffer.is_empty() || offset >= self.length() {
            return Ok(0);
        }
        let number = offset / self.read_ahead.block_bytes;
        let block = self.block(number).wait(&self.stop)?;
        let start = offset - number * self.read_ahead.block_bytes;
        let rest = usize::try_from(start)
            .ok()
            .and_then(|start| block.get(start..));
        let rest = rest.unwrap_or_default();
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        Ok(length)
    }
}

#[cfg(test)]
mod tests;

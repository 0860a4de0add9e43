//! An object of the store that engines write from their own threads.
//!
//! What is written gathers in a buffer; a full one is a part, and parts are uploaded while the next is
//! written. At most [`MOST_WAITING`] bytes wait for that: a writer that is faster than the store is
//! held up. What fits into one part needs no upload in parts. Either way the object is there, whole, at
//! the end or never.

mod gate;
mod upload;

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures::channel::mpsc::UnboundedSender;

use self::gate::Gate;
pub(crate) use self::upload::{Target, Upload};
use crate::stop::Stop;

/// Bytes of parts that wait to be uploaded, unless one alone has more.
const MOST_WAITING: usize = 32 << 20;

/// Bytes of the part of a number, from 1: small at first, and so large in the end that 10,000 parts
/// hold more than a terabyte.
fn part_bytes(number: u32) -> usize {
    match number {
        ..=1000 => 8 << 20,
        1001..=4000 => 64 << 20,
        _ => 256 << 20,
    }
}

/// A full part.
#[derive(Debug)]
struct FullPart {
    number: u32,
    body: Bytes,
}

/// Writes an object. Clones write to the same one, each `write` as a whole; `flush` does nothing,
/// because only whole parts can be uploaded. Writing blocks the thread it is done on.
#[derive(Debug, Clone)]
pub struct ObjectWriter {
    buffer: Arc<Mutex<Buffer>>,
    gate: Gate,
    stop: Stop,
}

#[derive(Debug)]
struct Buffer {
    bytes: Vec<u8>,
    /// Bytes of a part, by its number.
    part_bytes: fn(u32) -> usize,
    /// Full parts so far.
    parts: u32,
    written: u64,
    /// `None` once nothing more may be written.
    queue: Option<UnboundedSender<FullPart>>,
}

/// What is left when nothing more is written.
#[derive(Debug)]
struct Rest {
    /// What is in no part yet.
    bytes: Bytes,
    /// Full parts before.
    parts: u32,
    /// Bytes of everything.
    written: u64,
}

impl ObjectWriter {
    fn new(
        part_bytes: fn(u32) -> usize,
        queue: UnboundedSender<FullPart>,
        gate: Gate,
        stop: Stop,
    ) -> Self {
        let buffer = Buffer {
            bytes: Vec::new(),
            part_bytes,
            parts: 0,
            written: 0,
            queue: Some(queue),
        };
        Self {
            buffer: Arc::new(Mutex::new(buffer)),
            gate,
            stop,
        }
    }

    /// Bytes written so far.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.lock().written
    }

    fn lock(&self) -> MutexGuard<'_, Buffer> {
        self.buffer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the writing. A rest after full parts becomes the last of them.
    fn close(&self) -> Rest {
        let mut buffer = self.lock();
        let mut bytes = Bytes::from(std::mem::take(&mut buffer.bytes));
        if buffer.parts > 0 && !bytes.is_empty() {
            let body = std::mem::take(&mut bytes);
            buffer.hand_over(body);
        }
        buffer.queue = None;
        Rest {
            bytes,
            parts: buffer.parts,
            written: buffer.written,
        }
    }
}

impl Buffer {
    /// Bytes until the part is full.
    fn room(&self) -> usize {
        (self.part_bytes)(self.parts + 1).saturating_sub(self.bytes.len())
    }

    fn hand_over(&mut self, body: Bytes) {
        self.parts += 1;
        let part = FullPart {
            number: self.parts,
            body,
        };
        if let Some(queue) = &self.queue {
            // Nobody takes it once the upload has failed, which the gate has told then.
            let _ = queue.unbounded_send(part);
        }
    }
}

impl Write for ObjectWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut buffer = self.lock();
        let mut rest = bytes;
        while !rest.is_empty() {
            self.stop.check()?;
            if buffer.queue.is_none() {
                return Err(io::Error::other("the object is closed"));
            }
            let (now, later) = rest.split_at(rest.len().min(buffer.room()));
            buffer.bytes.extend_from_slice(now);
            buffer.written += now.len() as u64;
            rest = later;
            if buffer.room() == 0 {
                let full = std::mem::take(&mut buffer.bytes);
                self.gate.enter(full.len(), MOST_WAITING, &self.stop)?;
                buffer.hand_over(full.into());
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stop.check()
    }
}

#[cfg(test)]
mod tests;

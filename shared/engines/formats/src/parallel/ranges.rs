//! Text that lies in the source as it is, in parts of a number of bytes.
//!
//! A part is read once and scanned from every state; then its thread waits for the state at its
//! beginning, which the thread before it tells as soon as it has scanned, and has the records that
//! begin in the part. Nothing is guessed, so nothing is done twice.

use std::io::{Cursor, Read};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use super::part::TextPart;
use crate::csv::automaton::Automaton;
use crate::csv::split::{Border, Scanner};
use crate::csv::{Chunk, ChunkScan};
use crate::decompress::Meter;
use crate::error::FormatError;
use crate::source::{SharedSource, SourceReader, read_exactly_at};

/// A range of a source that begins with a record.
pub(super) struct Ranges {
    pub(super) source: SharedSource,
    pub(super) automaton: Automaton,
    pub(super) meter: Meter,
    pub(super) range: (u64, u64),
    pub(super) part_bytes: u64,
    pub(super) first_row: u64,
    pub(super) borders: Borders,
}

impl Ranges {
    /// The records that begin in a part. `None` where the reading stopped.
    pub(super) fn part(&self, part: u64) -> Result<Option<TextPart>, FormatError> {
        let start = self.range.0 + part * self.part_bytes;
        let end = (start + self.part_bytes).min(self.range.1);
        let mut bytes = vec![0; (end - start) as usize];
        read_exactly_at(self.source.as_ref(), start, &mut bytes)?;
        self.meter.add(end - start);
        let mut scanner = Scanner::new(self.automaton.clone(), start);
        scanner.feed(&bytes);
        let Some(stepped) = self.borders.step(part, &scanner.finish()) else {
            return Ok(None);
        };
        let (Some(first), first_row, rows) = stepped? else {
            return Ok(Some(TextPart::empty()));
        };
        // Blank lines before the first record of all belong to it.
        let first = if first_row == self.first_row {
            self.range.0
        } else {
            first
        };
        let before = SourceReader::range(Arc::clone(&self.source), first.min(start), start);
        let mut own = Cursor::new(bytes);
        own.set_position(first.saturating_sub(start));
        // The last record may go on behind the part.
        let rest = SourceReader::range(Arc::clone(&self.source), end, self.range.1);
        Ok(Some(TextPart {
            stream: Box::new(before.chain(own).chain(rest)),
            chunk: Chunk {
                start: first,
                end,
                first_row,
                rows,
            },
        }))
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

//! Text that cannot be entered in its midst, as behind a compression, in pieces of whole records.
//!
//! The threads take turns: one unpacks the next piece and finds where its last record begins, while
//! the others parse theirs.

use std::io::{Cursor, ErrorKind, Read};
use std::sync::{Condvar, Mutex, PoisonError};

use super::part::TextPart;
use crate::csv::Chunk;
use crate::csv::automaton::{Automaton, Progress, State};
use crate::error::FormatError;

const READ_BYTES: usize = 256 << 10;

/// A stream of records.
pub(super) struct Pieces {
    turn: Mutex<Turn>,
    changed: Condvar,
}

struct Turn {
    /// The part whose turn it is.
    next: u64,
    stopped: bool,
    stream: Stream,
}

struct Stream {
    input: Box<dyn Read + Send>,
    automaton: Automaton,
    state: State,
    piece_bytes: usize,
    record_bytes: usize,
    /// What was read behind the last piece, and how many records begin in it.
    rest: Vec<u8>,
    rest_rows: u64,
    /// Where the rest begins, and the row of its first record.
    offset: u64,
    next_row: u64,
    at_end: bool,
}

impl Pieces {
    /// `offset`: where `input`, which begins with a record, lies in the content.
    pub(super) fn new(
        input: Box<dyn Read + Send>,
        offset: u64,
        automaton: Automaton,
        piece_bytes: usize,
        record_bytes: usize,
    ) -> Self {
        Self {
            turn: Mutex::new(Turn {
                next: 0,
                stopped: false,
                stream: Stream {
                    input,
                    automaton,
                    state: State::RecordStart,
                    piece_bytes,
                    record_bytes,
                    rest: Vec::new(),
                    rest_rows: 0,
                    offset,
                    next_row: 1,
                    at_end: false,
                },
            }),
            changed: Condvar::new(),
        }
    }

    /// The next piece, when its turn has come. `None` behind the last one, and where the reading
    /// stopped.
    pub(super) fn part(&self, part: u64) -> Result<Option<TextPart>, FormatError> {
        let mut turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        while turn.next < part && !turn.stopped {
            turn = self
                .changed
                .wait(turn)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if turn.stopped {
            return Ok(None);
        }
        let piece = turn.stream.cut();
        // Behind a fault nothing is read: those whose turn comes then are at an end.
        turn.stream.at_end |= piece.is_err();
        turn.next += 1;
        self.changed.notify_all();
        piece
    }

    pub(super) fn stop(&self) {
        self.turn
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .stopped = true;
        self.changed.notify_all();
    }
}

impl Stream {
    fn cut(&mut self) -> Result<Option<TextPart>, FormatError> {
        let mut bytes = std::mem::take(&mut self.rest);
        let mut progress = Progress::new(self.state);
        let mut cut = None;
        while cut.is_none() && !self.at_end {
            let scanned = bytes.len();
            self.read(&mut bytes)?;
            self.automaton.run(
                &mut progress,
                &bytes[scanned..],
                self.offset + scanned as u64,
            );
            match progress.last.filter(|last| *last > self.offset) {
                // The last record that begins may go on: it is left for the next piece.
                Some(last) if bytes.len() >= self.piece_bytes => {
                    cut = Some(((last - self.offset) as usize, 1));
                }
                Some(_) => {}
                None if bytes.len() <= self.record_bytes => {}
                // Blank lines may go on for long behind a record.
                None if progress.state == State::RecordStart => cut = Some((bytes.len(), 0)),
                None => {
                    return Err(FormatError::RecordTooLong {
                        row: self.next_row,
                        byte_offset: self.offset,
                        limit: self.record_bytes,
                    });
                }
            }
        }
        let begun = self.rest_rows + progress.records;
        let (length, rest_rows) = cut.unwrap_or((bytes.len(), 0));
        self.state = progress.state;
        self.rest = bytes.split_off(length);
        self.rest_rows = rest_rows;
        if bytes.is_empty() {
            return Ok(None);
        }
        let chunk = Chunk {
            start: self.offset,
            end: self.offset + length as u64,
            first_row: self.next_row,
            rows: begun - rest_rows,
        };
        self.offset = chunk.end;
        self.next_row += chunk.rows;
        Ok(Some(TextPart {
            stream: Box::new(Cursor::new(bytes)),
            chunk,
        }))
    }

    /// Reads a step further, or comes to the end.
    fn read(&mut self, bytes: &mut Vec<u8>) -> Result<(), FormatError> {
        let start = bytes.len();
        bytes.resize(start + READ_BYTES, 0);
        let count = loop {
            match self.input.read(&mut bytes[start..]) {
                Ok(count) => break count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(FormatError::from_io(error)),
            }
        };
        bytes.truncate(start + count);
        self.at_end = count == 0;
        Ok(())
    }
}

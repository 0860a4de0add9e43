//! A stream of bytes as blocks of whole records.

use std::io::Read;

use super::tokenizer::{Index, Stop, Tokenizer};
use crate::error::FormatError;
use crate::limits::Limits;

/// Bytes asked for at once: large enough for few calls, small enough to stay in a core's cache.
const READ_BYTES: usize = 256 << 10;

/// Reads records from a stream.
pub(crate) struct BlockReader {
    input: Box<dyn Read + Send>,
    tokenizer: Tokenizer,
    limits: Limits,
    buffer: Vec<u8>,
    /// Bytes of `buffer` that are input.
    filled: usize,
    /// Bytes of `buffer` that former blocks have used up.
    consumed: usize,
    /// Where `buffer` begins in the stream.
    offset: u64,
    /// Row of the next record.
    next_row: u64,
    /// Records that are still to be read; the bytes behind them belong to others.
    left: u64,
    at_end: bool,
    index: Index,
    /// Blank lines stepped over so far.
    pub(crate) blank_lines: u64,
    /// Fields with text behind their closing quote so far.
    pub(crate) text_after_quote: u64,
}

impl std::fmt::Debug for BlockReader {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "BlockReader at row {}", self.next_row)
    }
}

/// Records that lie in one buffer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block<'a> {
    pub(crate) bytes: &'a [u8],
    /// Where `bytes` begins in the stream.
    pub(crate) offset: u64,
    /// Row of the first record, from 1.
    pub(crate) first_row: u64,
    pub(crate) index: &'a Index,
    pub(crate) tokenizer: &'a Tokenizer,
}

impl BlockReader {
    /// `offset` and `first_row` say where in the file the stream begins.
    pub(crate) fn new(
        input: Box<dyn Read + Send>,
        tokenizer: Tokenizer,
        limits: Limits,
        offset: u64,
        first_row: u64,
    ) -> Self {
        Self {
            input,
            tokenizer,
            limits,
            buffer: Vec::new(),
            filled: 0,
            consumed: 0,
            offset,
            next_row: first_row,
            left: u64::MAX,
            at_end: false,
            index: Index::default(),
            blank_lines: 0,
            text_after_quote: 0,
        }
    }

    /// Stops behind `records` records.
    pub(crate) fn limited(mut self, records: u64) -> Self {
        self.left = records;
        self
    }

    /// The next records: as many as a batch may have, now and then none. `None` at the end.
    pub(crate) fn next_block(&mut self) -> Result<Option<Block<'_>>, FormatError> {
        if self.left == 0 {
            return Ok(None);
        }
        self.buffer.copy_within(self.consumed..self.filled, 0);
        self.filled -= self.consumed;
        self.offset += self.consumed as u64;
        self.consumed = 0;
        self.index.clear();

        let mut at = 0;
        loop {
            let bytes = &self.buffer[..self.filled];
            let wanted = usize::try_from(self.left).map_or(self.limits.batch_rows, |left| {
                left.min(self.limits.batch_rows)
            });
            let (next, stop) =
                self.tokenizer
                    .tokenize(bytes, at, self.at_end, wanted, &mut self.index);
            at = next;
            match stop {
                Stop::Unterminated => {
                    return Err(FormatError::UnterminatedQuote {
                        row: self.pending_row(),
                        byte_offset: self.offset + at as u64,
                    });
                }
                Stop::NeedsMore if !self.at_end => {
                    if self.filled - at > self.limits.record_bytes {
                        return Err(self.too_long(at));
                    }
                    if at >= self.limits.batch_bytes {
                        break;
                    }
                    self.fill(self.filled - at)?;
                }
                Stop::Enough | Stop::NeedsMore => break,
            }
        }
        self.check_lengths()?;
        self.consumed = at;
        let first_row = self.next_row;
        self.next_row += self.index.records.len() as u64;
        self.left -= self.index.records.len() as u64;
        self.blank_lines += self.index.blank_lines;
        self.text_after_quote += self.index.text_after_quote;
        if self.index.records.is_empty() && self.at_end {
            return Ok(None);
        }
        Ok(Some(Block {
            bytes: &self.buffer[..at],
            offset: self.offset,
            first_row,
            index: &self.index,
            tokenizer: &self.tokenizer,
        }))
    }

    /// Reads on. A record that is not whole yet is tokenised again from its start, so the step
    /// grows with it and the whole stays linear.
    fn fill(&mut self, pending: usize) -> Result<(), FormatError> {
        let wanted = READ_BYTES.max(pending);
        if self.buffer.len() < self.filled + wanted {
            self.buffer.resize(self.filled + wanted, 0);
        }
        let target = self.filled + wanted;
        while self.filled < target {
            match self.input.read(&mut self.buffer[self.filled..target]) {
                Ok(0) => {
                    self.at_end = true;
                    break;
                }
                Ok(count) => self.filled += count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(FormatError::from_io(error)),
            }
        }
        Ok(())
    }

    /// A record may also be too long and whole, where one read brought all of it.
    fn check_lengths(&self) -> Result<(), FormatError> {
        let too_long = |record: &&super::tokenizer::Record| {
            (record.end - record.start) as usize > self.limits.record_bytes
        };
        match self
            .index
            .records
            .iter()
            .position(|record| too_long(&record))
        {
            None => Ok(()),
            Some(place) => Err(FormatError::RecordTooLong {
                row: self.next_row + place as u64,
                byte_offset: self.offset + u64::from(self.index.records[place].start),
                limit: self.limits.record_bytes,
            }),
        }
    }

    fn too_long(&self, at: usize) -> FormatError {
        FormatError::RecordTooLong {
            row: self.pending_row(),
            byte_offset: self.offset + at as u64,
            limit: self.limits.record_bytes,
        }
    }

    fn pending_row(&self) -> u64 {
        self.next_row + self.index.records.len() as u64
    }
}

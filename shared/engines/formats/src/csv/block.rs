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
    /// Whether the blank lines behind the last record are counted.
    exhausted: bool,
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
            exhausted: false,
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
            self.count_blank_lines()?;
            return Ok(None);
        }
        self.compact();
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
                // A fault is told of when the records before it are through: its turn comes then.
                Stop::Unterminated if !self.index.records.is_empty() => break,
                Stop::Unterminated if self.filled - at > self.limits.record_bytes => {
                    return Err(self.too_long(at));
                }
                Stop::Unterminated => {
                    return Err(FormatError::UnterminatedQuote {
                        row: self.next_row,
                        byte_offset: self.offset + at as u64,
                    });
                }
                Stop::NeedsMore if !self.at_end => {
                    if self.filled - at > self.limits.record_bytes {
                        if self.index.records.is_empty() {
                            return Err(self.too_long(at));
                        }
                        break;
                    }
                    if at >= self.limits.batch_bytes {
                        break;
                    }
                    self.fill(self.filled - at)?;
                }
                Stop::Enough | Stop::NeedsMore => break,
            }
        }
        self.consumed = self.leave_too_long(at)?;
        let at = self.consumed;
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

    /// Makes room in front of what is not used up.
    fn compact(&mut self) {
        self.buffer.copy_within(self.consumed..self.filled, 0);
        self.filled -= self.consumed;
        self.offset += self.consumed as u64;
        self.consumed = 0;
        self.index.clear();
    }

    /// Behind the last of a limited number of records: blank lines belong to the record before
    /// them, whoever reads the one behind.
    fn count_blank_lines(&mut self) -> Result<(), FormatError> {
        while !self.exhausted {
            self.compact();
            let mut at = 0;
            let bytes = &self.buffer[..self.filled];
            let next = self
                .tokenizer
                .record_start(bytes, &mut at, self.at_end, &mut self.index);
            self.consumed = at;
            self.blank_lines += self.index.blank_lines;
            self.exhausted = next.is_some() || self.at_end;
            if !self.exhausted {
                // A comment may be as long as a record.
                if self.filled - at > self.limits.record_bytes {
                    return Err(self.too_long(at));
                }
                self.fill(self.filled - at)?;
            }
        }
        Ok(())
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

    /// A record may also be too long and whole, where one read brought all of it. What stands before
    /// it is a block of its own. Answers where the block ends.
    fn leave_too_long(&mut self, end: usize) -> Result<usize, FormatError> {
        let limit = self.limits.record_bytes;
        let is_too_long =
            |record: &super::tokenizer::Record| (record.end - record.start) as usize > limit;
        let Some(place) = self.index.records.iter().position(is_too_long) else {
            return Ok(end);
        };
        let record = self.index.records[place];
        if place == 0 {
            return Err(self.too_long(record.start as usize));
        }
        self.index.records.truncate(place);
        self.index.fields.truncate(record.first_field as usize);
        Ok(record.start as usize)
    }

    fn too_long(&self, at: usize) -> FormatError {
        FormatError::RecordTooLong {
            row: self.next_row,
            byte_offset: self.offset + at as u64,
            limit: self.limits.record_bytes,
        }
    }
}

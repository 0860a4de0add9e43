//! The records of a JSON file one after the other, whole blocks of them at a time.

use super::locate::Records;
use super::stream::JsonStream;
use crate::csv::BlockReader;
use crate::error::FormatError;
use crate::limits::Limits;

/// Where records come from.
#[derive(Debug)]
pub(super) enum RecordStream {
    /// Each line is one.
    Lines(JsonLines),
    /// They stand in a document.
    Document(DocumentRecords),
}

/// Lines, and how many of them hold nothing but white space.
#[derive(Debug)]
pub(super) struct JsonLines {
    blocks: BlockReader,
    white: u64,
}

/// Takes a record: its row, where it begins, its bytes.
pub(super) type EachRecord<'f> = dyn FnMut(u64, u64, &[u8]) -> Result<(), FormatError> + 'f;

impl RecordStream {
    pub(super) fn lines(blocks: BlockReader) -> Self {
        Self::Lines(JsonLines { blocks, white: 0 })
    }

    /// Hands out the next records. `false` at the end.
    pub(super) fn each(&mut self, handle: &mut EachRecord<'_>) -> Result<bool, FormatError> {
        match self {
            Self::Lines(JsonLines { blocks, white }) => {
                let Some(block) = blocks.next_block()? else {
                    return Ok(false);
                };
                for (place, record) in block.index.records.iter().enumerate() {
                    let bytes = &block.bytes[record.start as usize..record.end as usize];
                    if bytes.iter().all(u8::is_ascii_whitespace) {
                        *white += 1;
                        continue;
                    }
                    handle(
                        block.first_row + place as u64,
                        block.offset + u64::from(record.start),
                        bytes,
                    )?;
                }
                Ok(true)
            }
            Self::Document(records) => records.each(handle),
        }
    }

    /// Blank lines stepped over so far.
    pub(super) fn blank_lines(&self) -> u64 {
        match self {
            Self::Lines(lines) => lines.blocks.blank_lines + lines.white,
            Self::Document(_) => 0,
        }
    }
}

/// The records of a document, from behind the bracket that opens their array.
#[derive(Debug)]
pub(super) struct DocumentRecords {
    stream: JsonStream,
    /// Objects that the array stands in.
    levels: usize,
    is_array: bool,
    limits: Limits,
    block_rows: usize,
    row: u64,
    finished: bool,
}

impl DocumentRecords {
    pub(super) fn new(stream: JsonStream, records: &Records, limits: Limits, width: usize) -> Self {
        Self {
            stream,
            levels: match records {
                Records::Array(path) => path.len(),
                Records::Document => 0,
            },
            is_array: matches!(records, Records::Array(_)),
            limits,
            block_rows: limits.rows_of_width(width),
            row: 0,
            finished: false,
        }
    }

    fn each(&mut self, handle: &mut EachRecord<'_>) -> Result<bool, FormatError> {
        let mut bytes = Vec::new();
        let mut taken = 0;
        for _ in 0..self.block_rows {
            if self.finished {
                return Ok(taken > 0);
            }
            if self.is_array && self.stream.peek_token()? == Some(b']') {
                self.stream.expect(b']')?;
                self.finish()?;
                return Ok(taken > 0);
            }
            self.next(&mut bytes, handle)?;
            taken += bytes.len();
            if taken > self.limits.batch_bytes {
                break;
            }
        }
        Ok(true)
    }

    fn next(
        &mut self,
        bytes: &mut Vec<u8>,
        handle: &mut EachRecord<'_>,
    ) -> Result<(), FormatError> {
        bytes.clear();
        self.stream.peek_token()?;
        let offset = self.stream.place();
        self.row += 1;
        let (row, limit) = (self.row, self.limits.record_bytes);
        self.stream
            .value(Some((bytes, limit)), self.limits.depth)
            .map_err(|error| match error {
                FormatError::RecordTooLong {
                    byte_offset, limit, ..
                } => FormatError::RecordTooLong {
                    row,
                    byte_offset,
                    limit,
                },
                error => error,
            })?;
        handle(row, offset, bytes)?;
        if !self.is_array {
            return self.finish();
        }
        match self.stream.peek_token()? {
            Some(b',') => {
                self.stream.expect(b',')?;
                if self.stream.peek_token()? == Some(b']') {
                    return Err(self.stream.malformed("a comma behind the last record"));
                }
                Ok(())
            }
            Some(b']') => Ok(()),
            Some(_) => Err(self.stream.malformed("a comma between records is missing")),
            None => Err(self.stream.ends_early()),
        }
    }

    /// The document must be whole behind its records too.
    fn finish(&mut self) -> Result<(), FormatError> {
        self.finished = true;
        for _ in 0..self.levels {
            while self.stream.peek_token()? == Some(b',') {
                self.stream.expect(b',')?;
                self.stream.string(super::locate::MAX_NAME)?;
                self.stream.expect(b':')?;
                self.stream.value(None, self.limits.depth)?;
            }
            self.stream.expect(b'}')?;
        }
        match self.stream.peek_token()? {
            None => Ok(()),
            Some(_) => Err(self
                .stream
                .malformed("there is more behind the end of the document")),
        }
    }
}

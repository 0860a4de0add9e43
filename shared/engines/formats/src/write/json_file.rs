//! JSON, as an array or as lines.

use std::io::Write;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::Ends;
use super::delimited::BLOCK_BYTES;
use super::error::WriteError;
use super::options::{JsonOptions, Part};
use super::sink::{Compression, Sink, TextStream};
use super::values::{check_types, columns, push_key};

/// Before the first record of an array.
pub(super) const OPENING: &[u8] = b"[";
/// Between two records of an array, and what a part begins with that is not the first.
pub(super) const SEPARATOR: &[u8] = b",";
/// Behind the last record of an array.
pub(super) const CLOSING: &[u8] = b"\n]\n";

/// Writes JSON records.
///
/// An array is written so that its parts fit together by leaving bytes out at their ends: the first
/// part is `[`, the others begin with `,` if they have a record, and each record begins a line.
pub(super) struct JsonWriter<W: Write> {
    stream: TextStream<W>,
    /// What stands before each value of a record: `{"a":`, `,"b":`.
    keys: Vec<Vec<u8>>,
    block: Vec<u8>,
    is_array: bool,
    part: Part,
    head_bytes: Option<u64>,
    has_rows: bool,
}

impl<W: Write> JsonWriter<W> {
    pub(super) fn open(
        sink: Sink<W>,
        schema: &SchemaRef,
        options: &JsonOptions,
        is_array: bool,
        part: Part,
    ) -> Result<Self, WriteError> {
        let format = if is_array { "JSON" } else { "NDJSON" };
        check_types(schema, format)?;
        let mut keys = Vec::with_capacity(schema.fields().len());
        let mut names = std::collections::HashSet::new();
        for field in schema.fields() {
            if !names.insert(field.name()) {
                return Err(WriteError::DuplicateColumn {
                    name: field.name().clone(),
                    format,
                });
            }
            let mut key = vec![if keys.is_empty() { b'{' } else { b',' }];
            push_key(field.name(), &mut key);
            keys.push(key);
        }
        let mut writer = Self {
            stream: TextStream::new(sink, Compression::new(options.compressed)?),
            keys,
            block: Vec::new(),
            is_array,
            part,
            head_bytes: None,
            has_rows: false,
        };
        if is_array && part.first {
            writer.write_head(OPENING)?;
        }
        Ok(writer)
    }

    fn write_head(&mut self, head: &[u8]) -> Result<(), WriteError> {
        self.stream.write(head)?;
        if self.part != Part::WHOLE {
            self.stream.end_member()?;
        }
        if self.part != Part::WHOLE || !self.stream.is_compressed() {
            self.head_bytes = Some(self.stream.bytes());
        }
        Ok(())
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), WriteError> {
        let columns = columns(batch.columns())?;
        for row in 0..batch.num_rows() {
            if self.is_array {
                if self.has_rows {
                    self.block.extend_from_slice(SEPARATOR);
                } else if !self.part.first {
                    self.write_head(SEPARATOR)?;
                }
                self.block.push(b'\n');
            }
            self.has_rows = true;
            for (key, column) in self.keys.iter().zip(&columns) {
                self.block.extend_from_slice(key);
                column.push_json(row, &mut self.block);
            }
            self.block.push(b'}');
            if !self.is_array {
                self.block.push(b'\n');
            }
            if self.block.len() >= BLOCK_BYTES {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), WriteError> {
        self.stream.write(&self.block)?;
        self.block.clear();
        Ok(())
    }

    pub(super) fn pending_bytes(&self) -> u64 {
        self.block.len() as u64
    }

    pub(super) fn finish(mut self) -> Result<(W, Ends), WriteError> {
        let is_whole = self.part == Part::WHOLE;
        self.flush()?;
        let mut before_tail = None;
        if self.is_array && self.part.last {
            if !is_whole {
                self.stream.end_member()?;
            }
            if !is_whole || !self.stream.is_compressed() {
                before_tail = Some(self.stream.bytes());
            }
            self.stream.write(CLOSING)?;
        }
        if is_whole {
            self.stream.begin_any_member()?;
        }
        self.stream.end_member()?;
        let ends = Ends {
            head_bytes: self.head_bytes.unwrap_or(0),
            tail_bytes: before_tail.map_or(0, |before| self.stream.bytes() - before),
        };
        Ok((self.stream.finish()?, ends))
    }
}

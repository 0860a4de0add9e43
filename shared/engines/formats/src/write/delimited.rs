//! CSV and TSV.

use std::io::Write;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::Ends;
use super::error::WriteError;
use super::options::{DelimitedOptions, Part};
use super::quote::FieldRules;
use super::sink::{Compression, Sink, TextStream};
use super::transcode::Transcoder;
use super::values::{Column, check_types, columns};

/// Bytes that are encoded before they go out.
pub(super) const BLOCK_BYTES: usize = 128 << 10;

/// Writes delimited text.
pub(super) struct DelimitedWriter<W: Write> {
    stream: TextStream<W>,
    rules: FieldRules,
    transcoder: Transcoder,
    schema: SchemaRef,
    /// Encoded rows in UTF-8.
    block: Vec<u8>,
    part: Part,
    head_bytes: u64,
}

impl<W: Write> DelimitedWriter<W> {
    pub(super) fn open(
        sink: Sink<W>,
        schema: &SchemaRef,
        delimiter: char,
        options: &DelimitedOptions,
        part: Part,
    ) -> Result<Self, WriteError> {
        check_types(schema, "delimited text")?;
        let transcoder = Transcoder::new(&options.encoding)?;
        let mut writer = Self {
            stream: TextStream::new(sink, Compression::new(options.compressed)?),
            rules: FieldRules::new(delimiter, options)?,
            transcoder,
            schema: SchemaRef::clone(schema),
            block: Vec::new(),
            part,
            head_bytes: 0,
        };
        if options.bom && writer.transcoder.bom().is_none() {
            let name = writer.transcoder.encoding_name();
            return Err(WriteError::invalid("bom", format!("{name} has none")));
        }
        if part.first {
            writer.write_head(options)?;
        }
        Ok(writer)
    }

    fn write_head(&mut self, options: &DelimitedOptions) -> Result<(), WriteError> {
        if let Some(bom) = self.transcoder.bom().filter(|_| options.bom) {
            self.stream.write(bom)?;
        }
        if options.header {
            let names = self
                .schema
                .fields()
                .iter()
                .map(|field| field.name().as_str());
            self.rules.push_header(names, &mut self.block);
            if let Err(character) = self.flush()? {
                return Err(self.unencodable(0, character, |transcoder, place| {
                    transcoder.missing(self.schema.field(place).name())
                }));
            }
        }
        if self.part != Part::WHOLE {
            self.stream.end_member()?;
        }
        self.head_bytes = if self.part == Part::WHOLE && self.stream.is_compressed() {
            0
        } else {
            self.stream.bytes()
        };
        Ok(())
    }

    pub(super) fn write(
        &mut self,
        batch: &RecordBatch,
        rows_before: u64,
    ) -> Result<(), WriteError> {
        let columns = columns(batch.columns())?;
        for row in 0..batch.num_rows() {
            self.rules.push_row(&columns, row, &mut self.block);
            if self.block.len() >= BLOCK_BYTES
                && let Err(character) = self.flush()?
            {
                return Err(self.find_unencodable(&columns, batch, rows_before, character));
            }
        }
        // A character that there is not must be found while its batch is here.
        if !self.transcoder.is_utf8()
            && let Err(character) = self.flush()?
        {
            return Err(self.find_unencodable(&columns, batch, rows_before, character));
        }
        Ok(())
    }

    /// Sends the block out; the inner error is a character that the encoding does not have.
    fn flush(&mut self) -> Result<Result<(), char>, WriteError> {
        if self.transcoder.is_utf8() {
            self.stream.write(&self.block)?;
        } else {
            let text = std::str::from_utf8(&self.block)
                .map_err(|error| WriteError::Encoding(error.to_string()))?;
            let mut bytes = Vec::with_capacity(text.len());
            if let Err(character) = self.transcoder.push(text, &mut bytes) {
                return Ok(Err(character));
            }
            self.stream.write(&bytes)?;
        }
        self.block.clear();
        Ok(Ok(()))
    }

    fn find_unencodable(
        &self,
        columns: &[Column],
        batch: &RecordBatch,
        rows_before: u64,
        character: char,
    ) -> WriteError {
        let mut cell = Vec::new();
        for row in 0..batch.num_rows() {
            let mut missing = |transcoder: &Transcoder, place: usize| {
                let column: &Column = &columns[place];
                if column.is_null(row) {
                    return None;
                }
                cell.clear();
                column.push_plain(row, &mut cell);
                transcoder.missing(std::str::from_utf8(&cell).ok()?)
            };
            if (0..columns.len()).any(|place| missing(&self.transcoder, place).is_some()) {
                return self.unencodable(rows_before + row as u64 + 1, character, missing);
            }
        }
        // In no cell: in the delimiter or in the text for null.
        WriteError::invalid(
            "encoding",
            format!("{} has no {character:?}", self.transcoder.encoding_name()),
        )
    }

    fn unencodable(
        &self,
        row: u64,
        character: char,
        mut missing: impl FnMut(&Transcoder, usize) -> Option<char>,
    ) -> WriteError {
        let found = (0..self.schema.fields().len())
            .find_map(|place| Some((place, missing(&self.transcoder, place)?)));
        match found {
            Some((place, character)) => WriteError::Unencodable {
                row,
                column: self.schema.field(place).name().clone(),
                character,
                encoding: self.transcoder.encoding_name(),
            },
            None => WriteError::invalid(
                "delimiter",
                format!("{} has no {character:?}", self.transcoder.encoding_name()),
            ),
        }
    }

    pub(super) fn pending_bytes(&self) -> u64 {
        self.block.len() as u64
    }

    pub(super) fn finish(mut self) -> Result<(W, Ends), WriteError> {
        if let Err(character) = self.flush()? {
            return Err(WriteError::invalid(
                "encoding",
                format!("{} has no {character:?}", self.transcoder.encoding_name()),
            ));
        }
        if self.part == Part::WHOLE {
            self.stream.begin_any_member()?;
        }
        let ends = Ends {
            head_bytes: self.head_bytes,
            tail_bytes: 0,
        };
        Ok((self.stream.finish()?, ends))
    }
}

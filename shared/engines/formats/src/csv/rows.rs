//! The records of a block as rows: those of the right width and in the right encoding, the others
//! rejected.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};

use super::block::Block;
use super::tokenizer::{Field, Record};
use crate::options::{InvalidUtf8, RaggedRows};
use crate::reject::{Reject, RejectCode, Rejects, raw_text};
use crate::rows::RowBlock;

/// Texts that mean no value.
#[derive(Debug, Clone, Default)]
pub(crate) struct NullValues {
    values: Vec<String>,
    /// Bit n: there is one of n bytes. Most cells are settled by this.
    lengths: u64,
}

impl NullValues {
    pub(crate) fn new(values: &[String]) -> Self {
        Self {
            values: values.to_vec(),
            lengths: values
                .iter()
                .fold(0, |lengths, value| lengths | 1 << value.len().min(63)),
        }
    }

    #[inline]
    pub(crate) fn contains(&self, text: &str) -> bool {
        self.lengths & 1 << text.len().min(63) != 0 && self.values.iter().any(|value| value == text)
    }
}

/// How records are checked and read.
#[derive(Debug, Clone)]
pub(crate) struct RowRules {
    pub(crate) width: usize,
    pub(crate) encoding: &'static Encoding,
    pub(crate) ragged: RaggedRows,
    pub(crate) invalid: InvalidUtf8,
    pub(crate) nulls: NullValues,
    pub(crate) trim: bool,
}

/// What was mended rather than rejected.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Mended {
    pub(crate) padded_rows: u64,
    pub(crate) replaced_rows: u64,
}

/// Rows of a block that are delivered.
pub(crate) struct CsvRows<'a> {
    block: Block<'a>,
    rules: &'a RowRules,
    /// The whole block as text, where it is valid UTF-8.
    text: Option<&'a str>,
    /// Records that are delivered; all where `None`.
    kept: Option<Vec<u32>>,
}

impl<'a> CsvRows<'a> {
    pub(crate) fn new(
        block: Block<'a>,
        rules: &'a RowRules,
        rejects: &mut Rejects,
        mended: &mut Mended,
    ) -> Self {
        let text = if rules.encoding == UTF_8 {
            simdutf8::basic::from_utf8(block.bytes).ok()
        } else if block.bytes.is_ascii() {
            std::str::from_utf8(block.bytes).ok()
        } else {
            None
        };
        let mut rows = Self {
            block,
            rules,
            text,
            kept: None,
        };
        let records = &block.index.records;
        let width = rules.width as u32;
        if text.is_some() && records.iter().all(|record| record.fields == width) {
            return rows;
        }
        let mut kept = Vec::with_capacity(records.len());
        for (place, record) in records.iter().enumerate() {
            match rows.fault(record, mended) {
                None => kept.push(place as u32),
                Some((code, message)) => {
                    let reject = Reject {
                        row: block.first_row + place as u64,
                        byte_offset: block.offset + u64::from(record.start),
                        column: None,
                        code,
                        message,
                        raw: raw_text(rows.bytes(record)),
                    };
                    let fails = match code {
                        RejectCode::InvalidUtf8 => rules.invalid == InvalidUtf8::Fail,
                        _ => rules.ragged == RaggedRows::Fail,
                    };
                    rejects.stage(reject, fails);
                }
            }
        }
        rows.kept = Some(kept);
        rows
    }

    fn bytes(&self, record: &Record) -> &'a [u8] {
        &self.block.bytes[record.start as usize..record.end as usize]
    }

    fn fault(&self, record: &Record, mended: &mut Mended) -> Option<(RejectCode, String)> {
        let (fields, width) = (record.fields as usize, self.rules.width);
        if fields < width {
            if self.rules.ragged != RaggedRows::Pad {
                let message = format!("the row has {fields} fields instead of {width}");
                return Some((RejectCode::TooFewFields, message));
            }
            mended.padded_rows += 1;
        }
        // Fields too many are no fault where there is nothing in them, as behind a last delimiter.
        if fields > width && !self.is_empty_behind(record, width) {
            let message = format!("the row has {fields} fields instead of {width}");
            return Some((RejectCode::TooManyFields, message));
        }
        if self.text.is_none() && !self.is_decodable(self.bytes(record)) {
            if self.rules.invalid != InvalidUtf8::Replace {
                let name = self.rules.encoding.name();
                let message = format!("the row has bytes that are not {name}");
                return Some((RejectCode::InvalidUtf8, message));
            }
            mended.replaced_rows += 1;
        }
        None
    }

    fn is_empty_behind(&self, record: &Record, width: usize) -> bool {
        if record.fields as usize > self.block.tokenizer.max_fields() {
            return false;
        }
        let first = record.first_field as usize;
        let fields = self
            .block
            .index
            .fields
            .get(first + width..first + record.fields as usize);
        fields.is_some_and(|fields| {
            fields
                .iter()
                .all(|field| field.is_empty() && !field.is_quoted())
        })
    }

    fn is_decodable(&self, bytes: &[u8]) -> bool {
        if self.rules.encoding == UTF_8 {
            simdutf8::basic::from_utf8(bytes).is_ok()
        } else {
            bytes.is_ascii() || !self.rules.encoding.decode_without_bom_handling(bytes).1
        }
    }

    #[inline]
    fn value(&self, field: Field) -> Option<Cow<'_, str>> {
        match self.text {
            // Nearly all cells of nearly all files.
            Some(text) if !field.is_escaped() && !self.rules.trim => {
                let cell = text.get(field.start()..field.end()).unwrap_or_default();
                let is_value = field.is_quoted() || !self.rules.nulls.contains(cell);
                is_value.then_some(Cow::Borrowed(cell))
            }
            _ => self.decoded(field),
        }
    }

    fn decoded(&self, field: Field) -> Option<Cow<'_, str>> {
        let cell = match self.text {
            Some(text) if !field.is_escaped() => {
                Cow::Borrowed(text.get(field.start()..field.end()).unwrap_or_default())
            }
            _ => self.decode(self.block.tokenizer.content(self.block.bytes, field)),
        };
        if field.is_quoted() {
            return Some(cell);
        }
        let cell = if self.rules.trim { trimmed(cell) } else { cell };
        (!self.rules.nulls.contains(&cell)).then_some(cell)
    }

    #[inline]
    fn place(&self, row: usize) -> usize {
        match &self.kept {
            Some(kept) => kept[row] as usize,
            None => row,
        }
    }

    fn decode<'b>(&self, bytes: Cow<'b, [u8]>) -> Cow<'b, str> {
        match bytes {
            Cow::Borrowed(bytes) => self.rules.encoding.decode_without_bom_handling(bytes).0,
            Cow::Owned(bytes) => {
                let (text, _) = self.rules.encoding.decode_without_bom_handling(&bytes);
                Cow::Owned(text.into_owned())
            }
        }
    }
}

impl RowBlock for CsvRows<'_> {
    fn rows(&self) -> usize {
        self.kept
            .as_ref()
            .map_or(self.block.index.records.len(), Vec::len)
    }

    fn cell(&self, row: usize, column: usize) -> Option<Cow<'_, str>> {
        let record = &self.block.index.records[self.place(row)];
        if column >= record.fields as usize {
            return None;
        }
        self.value(self.block.index.fields[record.first_field as usize + column])
    }

    #[inline]
    fn cells(&self, column: usize) -> impl Iterator<Item = Option<Cow<'_, str>>> {
        // Where all records have all fields, those of a column are a fixed step apart.
        let fields = match self.kept {
            None => self.block.index.fields.get(column..).unwrap_or_default(),
            Some(_) => &[],
        };
        let regular = fields.iter().step_by(self.rules.width.max(1));
        debug_assert!(
            regular.len() <= self.rows(),
            "each row has one field of a column"
        );
        let others = match self.kept {
            None => 0..0,
            Some(_) => 0..self.rows(),
        };
        regular
            .map(|field| self.value(*field))
            .chain(others.map(move |row| self.cell(row, column)))
    }

    fn origin(&self, row: usize) -> (u64, u64) {
        let place = self.place(row);
        let record = &self.block.index.records[place];
        (
            self.block.first_row + place as u64,
            self.block.offset + u64::from(record.start),
        )
    }

    fn raw(&self, row: usize) -> String {
        raw_text(self.bytes(&self.block.index.records[self.place(row)]))
    }
}

fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) if text.trim().len() < text.len() => Cow::Owned(text.trim().to_owned()),
        owned => owned,
    }
}

//! Delimited text into batches.

use std::io::Read;
use std::sync::Arc;

use arrow::array::RecordBatch;
use encoding_rs::Encoding;

use super::block::BlockReader;
use super::rows::{CsvRows, Mended, NullValues, RowRules};
use super::tokenizer::Tokenizer;
use crate::error::FormatError;
use crate::layout::CsvLayout;
use crate::options::ReadOptions;
use crate::reject::{Rejects, Warning};
use crate::rows::{Assembled, Plan, RowBlock, assemble};
use crate::types::FileFacts;

/// Everything that all readers of one file share.
#[derive(Debug, Clone)]
pub(crate) struct CsvSetup {
    pub(crate) rules: Arc<RowRules>,
    pub(crate) tokenizer: Tokenizer,
    pub(crate) options: Arc<ReadOptions>,
}

impl CsvSetup {
    /// `encoding`: of the bytes as they come to the tokeniser.
    pub(crate) fn new(
        layout: &CsvLayout,
        encoding: &'static Encoding,
        options: Arc<ReadOptions>,
    ) -> Self {
        let width = layout.columns.len();
        Self {
            rules: Arc::new(RowRules {
                width,
                encoding,
                ragged: options.ragged_rows,
                invalid: options.invalid_utf8,
                nulls: NullValues::new(&options.null_values),
                trim: options.trim,
            }),
            tokenizer: Tokenizer::new(
                &layout.dialect,
                keeps_blank(layout),
                options.limits.columns + 1,
            ),
            options,
        }
    }
}

/// In a file of one column an empty line is a record without a value; elsewhere it is nothing.
pub(crate) fn keeps_blank(layout: &CsvLayout) -> bool {
    layout.columns.len() == 1
}

/// Reads one stream, or one chunk of it.
#[derive(Debug)]
pub(crate) struct CsvReader {
    blocks: BlockReader,
    setup: CsvSetup,
    mended: Mended,
    assembled: Assembled,
    pub(crate) rows_read: u64,
}

impl CsvReader {
    /// `offset` and `first_row`: where in the file the stream begins.
    pub(crate) fn new(
        setup: &CsvSetup,
        input: Box<dyn Read + Send>,
        offset: u64,
        first_row: u64,
    ) -> Self {
        Self {
            blocks: BlockReader::new(
                input,
                setup.tokenizer.clone(),
                setup.options.limits,
                offset,
                first_row,
            ),
            setup: setup.clone(),
            mended: Mended::default(),
            assembled: Assembled::default(),
            rows_read: 0,
        }
    }

    /// Stops behind `records` records.
    pub(crate) fn limited(mut self, records: u64) -> Self {
        self.blocks = self.blocks.limited(records);
        self
    }

    pub(crate) fn next_batch(
        &mut self,
        plan: &Plan,
        rejects: &mut Rejects,
    ) -> Result<Option<RecordBatch>, FormatError> {
        while let Some(block) = self.blocks.next_block()? {
            self.rows_read += block.index.records.len() as u64;
            let rows = CsvRows::new(block, &self.setup.rules, rejects, &mut self.mended)?;
            let batch = assemble(&rows, plan, rejects, &mut self.assembled)?;
            if batch.num_rows() > 0 {
                return Ok(Some(batch));
            }
        }
        Ok(None)
    }

    /// Takes every cell of the stream into account. Rows that will be rejected count neither here
    /// nor in `rejects`, which is only there to be thrown away.
    pub(crate) fn observe(&mut self, facts: &mut FileFacts) -> Result<(), FormatError> {
        let mut rejects = Rejects::new(u64::MAX);
        while let Some(block) = self.blocks.next_block()? {
            let rows = CsvRows::new(block, &self.setup.rules, &mut rejects, &mut self.mended)?;
            rejects.take();
            facts.rows += rows.rows() as u64;
            for (column, facts) in facts.columns.iter_mut().enumerate() {
                for row in 0..rows.rows() {
                    let number = rows.origin(row).0;
                    facts.observe(number, rows.cell(row, column).as_deref());
                }
            }
        }
        Ok(())
    }

    pub(crate) fn notes(&self) -> Notes {
        Notes {
            mended: self.mended,
            bad_cells: self.assembled.bad_cells,
            blank_lines: self.blocks.blank_lines,
            text_after_quote: self.blocks.text_after_quote,
        }
    }
}

/// What a reader saw that is worth a word; it adds up over chunks.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Notes {
    mended: Mended,
    bad_cells: u64,
    blank_lines: u64,
    text_after_quote: u64,
}

impl Notes {
    /// Of formats in which nothing else can be odd.
    pub(crate) fn of_bad_cells(bad_cells: u64) -> Self {
        Self {
            bad_cells,
            ..Self::default()
        }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.mended.padded_rows += other.mended.padded_rows;
        self.mended.replaced_rows += other.mended.replaced_rows;
        self.bad_cells += other.bad_cells;
        self.blank_lines += other.blank_lines;
        self.text_after_quote += other.text_after_quote;
    }

    pub(crate) fn warnings(&self) -> Vec<Warning> {
        let notes = [
            (
                self.mended.padded_rows,
                "PADDED_ROWS",
                "rows had fewer fields than columns and were filled with nulls",
            ),
            (
                self.mended.replaced_rows,
                "REPLACED_BYTES",
                "rows had bytes that are no text; they are U+FFFD now",
            ),
            (
                self.bad_cells,
                "BAD_VALUES",
                "cells did not read as the type of their column and are null",
            ),
            (
                self.blank_lines,
                "BLANK_LINES",
                "blank lines were stepped over",
            ),
            (
                self.text_after_quote,
                "TEXT_AFTER_QUOTE",
                "fields have text behind their closing quote; they were taken as they stand",
            ),
        ];
        notes
            .into_iter()
            .filter(|(count, _, _)| *count > 0)
            .map(|(count, code, text)| Warning::new(code, format!("{count} {text}")))
            .collect()
    }
}

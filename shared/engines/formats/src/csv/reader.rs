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
use crate::limits::Limits;
use crate::notes::Notes;
use crate::options::ReadOptions;
use crate::reject::Rejects;
use crate::rows::{Assembled, Plan, RowBlock, assemble};
use crate::types::FileFacts;

/// Everything that all readers of one file share.
#[derive(Debug, Clone)]
pub(crate) struct CsvSetup {
    pub(crate) rules: Arc<RowRules>,
    pub(crate) tokenizer: Tokenizer,
    limits: Limits,
}

impl CsvSetup {
    /// `encoding`: of the bytes as they come to the tokeniser.
    pub(crate) fn new(
        layout: &CsvLayout,
        encoding: &'static Encoding,
        options: &ReadOptions,
    ) -> Self {
        let width = layout.columns.len();
        let mut limits = options.limits;
        limits.batch_rows = limits.rows_of_width(width);
        Self {
            rules: Arc::new(RowRules {
                width,
                encoding,
                ragged: options.ragged_rows,
                invalid: options.invalid_utf8,
                nulls: NullValues::new(&options.null_values),
                trim: options.trim,
            }),
            tokenizer: Tokenizer::new(&layout.dialect, keeps_blank(layout), limits.columns + 1),
            limits,
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
                setup.limits,
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
            let rows = CsvRows::new(block, &self.setup.rules, rejects, &mut self.mended);
            let batch = assemble(&rows, plan, rejects, &mut self.assembled)?;
            rejects.commit()?;
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
            let rows = CsvRows::new(block, &self.setup.rules, &mut rejects, &mut self.mended);
            rejects.commit()?;
            rejects.take();
            facts.rows += rows.rows() as u64;
            for (column, facts) in facts.columns.iter_mut().enumerate() {
                for (row, cell) in rows.cells(column).enumerate() {
                    facts.observe(rows.origin(row).0, cell.as_deref());
                }
            }
        }
        Ok(())
    }

    pub(crate) fn notes(&self) -> Notes {
        Notes {
            padded_rows: self.mended.padded_rows,
            replaced_rows: self.mended.replaced_rows,
            bad_cells: self.assembled.bad_cells,
            blank_lines: self.blocks.blank_lines,
            text_after_quote: self.blocks.text_after_quote,
            ..Notes::default()
        }
    }
}

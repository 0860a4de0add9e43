//! Where functions write their texts.

use arrow::array::{ArrayRef, StringViewBuilder};

use std::sync::Arc;

use super::frame::Run;
use crate::error::RowError;

/// Builds a column of texts, each from pieces, and counts what they take before they take it.
#[derive(Debug)]
pub(crate) struct Sink<'s, 'r> {
    run: &'s mut Run<'r>,
    text: String,
    cells: StringViewBuilder,
}

impl<'s, 'r> Sink<'s, 'r> {
    pub(crate) fn new(run: &'s mut Run<'r>, cells: usize) -> Self {
        Self {
            run,
            text: String::new(),
            cells: StringViewBuilder::with_capacity(cells),
        }
    }

    pub(crate) fn push(&mut self, piece: char) -> Result<(), RowError> {
        self.run.spend(piece.len_utf8())?;
        self.text.push(piece);
        Ok(())
    }

    pub(crate) fn push_str(&mut self, piece: &str) -> Result<(), RowError> {
        self.run.spend(piece.len())?;
        self.text.push_str(piece);
        Ok(())
    }

    /// Pushes a piece and changes it where it lies; its length stays.
    pub(crate) fn push_changed(
        &mut self,
        piece: &str,
        change: impl FnOnce(&mut str),
    ) -> Result<(), RowError> {
        let from = self.text.len();
        self.push_str(piece)?;
        change(&mut self.text[from..]);
        Ok(())
    }

    /// Ends the cell, which holds what was pushed.
    pub(crate) fn end(&mut self) -> Result<(), RowError> {
        self.cells.try_append_value(&self.text)?;
        self.text.clear();
        Ok(())
    }

    /// Ends the cell, which is null.
    pub(crate) fn end_null(&mut self) {
        self.cells.append_null();
        self.text.clear();
    }

    pub(crate) fn finish(mut self) -> ArrayRef {
        Arc::new(self.cells.finish())
    }
}

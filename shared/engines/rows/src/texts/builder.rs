//! Columns of text that a step makes, within bounds.

use arrow::array::{StringViewArray, StringViewBuilder};

use crate::error::RowError;
use crate::operator::Fault;

/// Bytes of one text that a step makes, as many as a record of the input may have.
pub(crate) const MOST_TEXT_BYTES: usize = 64 << 20;
/// Bytes of the texts that a step makes of one column of a batch.
const MOST_COLUMN_BYTES: usize = 1 << 30;

/// A column of text in the making.
#[derive(Debug)]
pub(crate) struct TextColumn {
    builder: StringViewBuilder,
    room: usize,
}

impl TextColumn {
    /// A column that will hold about this many rows.
    pub(crate) fn with_capacity(rows: usize) -> Self {
        Self {
            builder: StringViewBuilder::with_capacity(rows),
            room: MOST_COLUMN_BYTES,
        }
    }

    /// A column that begins with these texts, which are not copied.
    pub(crate) fn beginning_with(texts: &StringViewArray, rows: usize) -> Self {
        let mut column = Self::with_capacity(rows);
        column.builder.append_array(texts);
        column
    }

    /// Appends a text.
    ///
    /// # Errors
    /// More than a gibibyte of texts.
    pub(crate) fn push(&mut self, text: &str) -> Result<(), RowError> {
        let Some(room) = self.room.checked_sub(text.len()) else {
            let message = "the step makes more than 1 GiB of text out of one batch of rows; make \
                           shorter texts, or work on fewer columns at once";
            return Err(RowError::new("STEP_FAILED", message));
        };
        self.room = room;
        self.builder.try_append_value(text)?;
        Ok(())
    }

    /// Appends a text or null.
    ///
    /// # Errors
    /// As with [`Self::push`].
    pub(crate) fn push_option(&mut self, text: Option<&str>) -> Result<(), RowError> {
        match text {
            Some(text) => self.push(text)?,
            None => self.push_null(),
        }
        Ok(())
    }

    /// Appends null.
    pub(crate) fn push_null(&mut self) {
        self.builder.append_null();
    }

    /// The column.
    pub(crate) fn finish(mut self) -> StringViewArray {
        self.builder.finish()
    }
}

/// A text that a step would make longer than texts may be.
pub(crate) fn too_long(row: usize, column: &str) -> Fault {
    Fault {
        row,
        column: Some(column.to_owned()),
        code: "TEXT_TOO_LONG",
        message: format!("column {column}: the step makes the text longer than 64 MiB"),
    }
}

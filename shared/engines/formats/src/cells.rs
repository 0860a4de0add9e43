//! Rows of text cells of formats whose cells have types of their own.

use std::borrow::Cow;

use crate::reject::MAX_RAW_BYTES;
use crate::rows::RowBlock;

/// A cell that knows what it is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell<'a> {
    /// No value.
    Null,
    /// Text, whatever it looks like.
    Text(Cow<'a, str>),
    /// A number, a boolean, a date: in plain notation.
    Value(Cow<'a, str>),
    /// A structure, as JSON.
    Nested(Cow<'a, str>),
}

impl Cell<'_> {
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Null => None,
            Self::Text(text) | Self::Value(text) | Self::Nested(text) => Some(text),
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
}

const NOTHING: Span = Span {
    start: usize::MAX,
    end: usize::MAX,
};

#[derive(Debug, Clone, Copy)]
struct RowPlace {
    row: u64,
    byte_offset: u64,
    raw: Span,
}

/// Rows that are built up cell by cell.
#[derive(Debug, Default)]
pub(crate) struct CellTable {
    width: usize,
    text: String,
    cells: Vec<Span>,
    rows: Vec<RowPlace>,
    raw: String,
}

impl CellTable {
    pub(crate) fn new(width: usize) -> Self {
        Self {
            width,
            ..Self::default()
        }
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> usize {
        self.text.len() + self.cells.len() * size_of::<Span>() + self.raw.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Begins a row without values. `raw` is kept as far as a reject may show it.
    pub(crate) fn begin(&mut self, row: u64, byte_offset: u64, raw: &str) {
        let start = self.raw.len();
        let mut end = raw.len().min(MAX_RAW_BYTES);
        while !raw.is_char_boundary(end) {
            end -= 1;
        }
        self.raw.push_str(&raw[..end]);
        self.rows.push(RowPlace {
            row,
            byte_offset,
            raw: Span {
                start,
                end: self.raw.len(),
            },
        });
        self.cells.resize(self.cells.len() + self.width, NOTHING);
    }

    /// Sets a cell of the last row.
    pub(crate) fn set(&mut self, column: usize, cell: &Cell<'_>) {
        if column >= self.width || self.rows.is_empty() {
            return;
        }
        let place = (self.rows.len() - 1) * self.width + column;
        self.cells[place] = match cell.text() {
            None => NOTHING,
            Some(text) => {
                let start = self.text.len();
                self.text.push_str(text);
                Span {
                    start,
                    end: self.text.len(),
                }
            }
        };
    }
}

impl RowBlock for CellTable {
    fn rows(&self) -> usize {
        self.rows.len()
    }

    fn cell(&self, row: usize, column: usize) -> Option<Cow<'_, str>> {
        let span = self.cells[row * self.width + column];
        self.text.get(span.start..span.end).map(Cow::Borrowed)
    }

    fn origin(&self, row: usize) -> (u64, u64) {
        (self.rows[row].row, self.rows[row].byte_offset)
    }

    fn raw(&self, row: usize) -> String {
        let span = self.rows[row].raw;
        self.raw
            .get(span.start..span.end)
            .unwrap_or_default()
            .to_owned()
    }
}

//! What readers count that is worth a word at the end.

use crate::reject::Warning;

/// What a reader saw; it adds up over chunks.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Notes {
    pub(crate) padded_rows: u64,
    pub(crate) replaced_rows: u64,
    pub(crate) bad_cells: u64,
    pub(crate) blank_lines: u64,
    pub(crate) text_after_quote: u64,
    pub(crate) unknown_members: u64,
}

impl Notes {
    pub(crate) fn add(&mut self, other: Self) {
        self.padded_rows += other.padded_rows;
        self.replaced_rows += other.replaced_rows;
        self.bad_cells += other.bad_cells;
        self.blank_lines += other.blank_lines;
        self.text_after_quote += other.text_after_quote;
        self.unknown_members += other.unknown_members;
    }

    pub(crate) fn warnings(&self) -> Vec<Warning> {
        let notes = [
            (
                self.padded_rows,
                "PADDED_ROWS",
                "rows had fewer fields than columns and were filled with nulls",
            ),
            (
                self.replaced_rows,
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
            (
                self.unknown_members,
                "UNKNOWN_MEMBERS",
                "values stood under names that are none of the given columns; they were left out",
            ),
        ];
        notes
            .into_iter()
            .filter(|(count, _, _)| *count > 0)
            .map(|(count, code, text)| Warning::new(code, format!("{count} {text}")))
            .collect()
    }
}

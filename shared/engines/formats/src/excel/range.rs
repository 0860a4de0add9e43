//! `A3:F100`, `B:D`, `A3:F`.

use crate::error::FormatError;

/// Cells of a sheet, rows and columns from 0, ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CellRange {
    pub(crate) first_row: u32,
    pub(crate) last_row: u32,
    pub(crate) first_column: u32,
    pub(crate) last_column: u32,
}

impl CellRange {
    pub(crate) const ALL: Self = Self {
        first_row: 0,
        last_row: u32::MAX,
        first_column: 0,
        last_column: u32::MAX,
    };

    pub(crate) fn parse(text: &str) -> Result<Self, FormatError> {
        let invalid = || FormatError::InvalidOption {
            option: "range",
            reason: format!("{text:?} is no range of cells; write it as in \"A3:F100\""),
        };
        let (from, to) = text.trim().split_once(':').ok_or_else(invalid)?;
        let (first_column, first_row) = corner(from).ok_or_else(invalid)?;
        let (last_column, last_row) = corner(to).ok_or_else(invalid)?;
        let range = Self {
            first_row: first_row.unwrap_or(0),
            last_row: last_row.unwrap_or(u32::MAX),
            first_column,
            last_column,
        };
        if range.first_row > range.last_row || range.first_column > range.last_column {
            return Err(invalid());
        }
        Ok(range)
    }

    pub(crate) fn contains(&self, row: u32, column: u32) -> bool {
        (self.first_row..=self.last_row).contains(&row)
            && (self.first_column..=self.last_column).contains(&column)
    }
}

/// Column and row of `F100`, from 0.
fn corner(text: &str) -> Option<(u32, Option<u32>)> {
    let text = text.trim().replace('$', "");
    let letters = text.len()
        - text
            .trim_start_matches(|c: char| c.is_ascii_alphabetic())
            .len();
    let (column, row) = text.split_at(letters);
    if !(1..=3).contains(&letters) {
        return None;
    }
    let column = column.bytes().fold(0, |column, letter| {
        column * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1
    });
    let row = match row {
        "" => None,
        row => Some(row.parse::<u32>().ok()?.checked_sub(1)?),
    };
    Some((column - 1, row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_ranges_as_people_write_them() {
        let range = CellRange::parse("B3:AA100").unwrap();
        assert_eq!(
            (
                range.first_row,
                range.last_row,
                range.first_column,
                range.last_column
            ),
            (2, 99, 1, 26)
        );
        assert_eq!(CellRange::parse("$a:$c").unwrap().last_row, u32::MAX);
        for text in ["", "A1", "A0:B2", "B1:A2", "1:2", "A1:B2:C3"] {
            assert!(CellRange::parse(text).is_err(), "{text}");
        }
    }
}

//! Where in a workbook or a JSON document the records lie.

use crate::fault::{Code, quoted};
use crate::value::textual;

/// Cells of a sheet: `A3:F100`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CellRange {
    /// First column, from 0.
    pub first_column: u32,
    /// First row, from 0.
    pub first_row: u32,
    /// Last column, from 0.
    pub last_column: u32,
    /// Last row, from 0.
    pub last_row: u32,
}

impl CellRange {
    /// Reads a range; the error is a sentence.
    ///
    /// # Errors
    /// Anything but two cells of a sheet, the upper left one first.
    pub fn parse(text: &str) -> Result<Self, String> {
        let read = || {
            let (first, last) = text.split_once(':')?;
            let (first_column, first_row) = cell(first)?;
            let (last_column, last_row) = cell(last)?;
            (first_column <= last_column && first_row <= last_row).then_some(Self {
                first_column,
                first_row,
                last_column,
                last_row,
            })
        };
        read().ok_or_else(|| {
            format!(
                "write the range {} as the upper left and the lower right cell, such as A3:F100",
                quoted(text)
            )
        })
    }
}

/// Column and row of a cell, from 0: `C5` is (2, 4).
fn cell(text: &str) -> Option<(u32, u32)> {
    let split = text.find(|c: char| !c.is_ascii_alphabetic())?;
    let (letters, digits) = text.split_at(split);
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.len() <= 7;
    if letters.is_empty() || letters.len() > 3 || !plain {
        return None;
    }
    let column = letters.bytes().fold(0, |column, letter| {
        column * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1
    });
    let row: u32 = digits.parse().ok()?;
    ((1..=16_384).contains(&column) && (1..=1_048_576).contains(&row))
        .then(|| (column - 1, row - 1))
}

fn letters(mut column: u32) -> String {
    let mut reversed = Vec::new();
    loop {
        reversed.push(char::from(b'A' + (column % 26) as u8));
        if column < 26 {
            return reversed.into_iter().rev().collect();
        }
        column = column / 26 - 1;
    }
}

impl std::fmt::Display for CellRange {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "{}{}:{}{}",
            letters(self.first_column),
            self.first_row + 1,
            letters(self.last_column),
            self.last_row + 1
        )
    }
}

textual!(
    CellRange,
    "a range of cells such as A3:F100",
    Code::InvalidValue
);

/// Where the records of a JSON document lie: `$`, `$.items`, `$.data['the rows']`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonPath(Vec<String>);

impl JsonPath {
    /// Reads a path; the error is a sentence.
    ///
    /// # Errors
    /// Anything but `$` and up to 16 names of members; `[*]` at the end is understood.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "write the path {} as $ and names of members, such as $.data.items",
                quoted(text)
            )
        };
        let mut rest = text.strip_prefix('$').ok_or_else(wrong)?;
        rest = rest.strip_suffix("[*]").unwrap_or(rest);
        let mut members = Vec::new();
        while !rest.is_empty() {
            let (member, after) = if let Some(quoted) = rest.strip_prefix("['") {
                quoted.split_once("']").ok_or_else(wrong)?
            } else {
                let name = rest.strip_prefix('.').ok_or_else(wrong)?;
                let end = name.find(['.', '[']).unwrap_or(name.len());
                name.split_at(end)
            };
            if member.is_empty() || member.contains(['*', ']', '\'']) || members.len() == 16 {
                return Err(wrong());
            }
            members.push(member.to_owned());
            rest = after;
        }
        Ok(Self(members))
    }

    /// The names of the members, from the outside; none for the document itself.
    #[must_use]
    pub fn members(&self) -> &[String] {
        &self.0
    }
}

impl std::fmt::Display for JsonPath {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("$")?;
        for member in &self.0 {
            if member.contains(['.', '[']) {
                write!(formatter, "['{member}']")?;
            } else {
                write!(formatter, ".{member}")?;
            }
        }
        Ok(())
    }
}

textual!(JsonPath, "a path such as $.items", Code::InvalidValue);

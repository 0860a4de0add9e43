//! Rows that cannot be delivered, and what the user should know beside the rows.

use std::fmt;

use serde::Serialize;

use crate::error::FormatError;

/// Raw text of a rejected row that is kept at most.
pub const MAX_RAW_BYTES: usize = 4096;

/// Why a row was rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum RejectCode {
    /// Fewer fields than columns.
    TooFewFields,
    /// More fields than columns.
    TooManyFields,
    /// Bytes that are no text in the file's encoding.
    InvalidUtf8,
    /// A cell that does not read as the type of its column.
    BadValue,
    /// A JSON record that is not valid JSON.
    BadJson,
    /// A JSON record that is no object where the others are.
    NotAnObject,
    /// JSON nested deeper than [`crate::Limits::depth`].
    TooDeep,
}

impl RejectCode {
    /// As it is written in the rejects file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TooFewFields => "TOO_FEW_FIELDS",
            Self::TooManyFields => "TOO_MANY_FIELDS",
            Self::InvalidUtf8 => "INVALID_UTF8",
            Self::BadValue => "BAD_VALUE",
            Self::BadJson => "BAD_JSON",
            Self::NotAnObject => "NOT_AN_OBJECT",
            Self::TooDeep => "TOO_DEEP",
        }
    }
}

impl fmt::Display for RejectCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A row that was left out, as one line of the rejects file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reject {
    /// Row, from 1 without the header; rejected rows count.
    pub row: u64,
    /// Where the row begins, in the decompressed content (for UTF-16 and multi-byte encodings: in
    /// its UTF-8 form).
    pub byte_offset: u64,
    /// The column at fault, where there is one.
    pub column: Option<String>,
    /// What is wrong, for machines.
    pub code: RejectCode,
    /// What is wrong, for people.
    pub message: String,
    /// The row as it stands in the file, cut after [`MAX_RAW_BYTES`].
    pub raw: String,
}

/// Something the user should know although every row was read or rejected as told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// For machines.
    pub code: &'static str,
    /// For people.
    pub message: String,
}

impl Warning {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

/// Gathers the rejected rows of one reader.
#[derive(Debug, Default)]
pub(crate) struct Rejects {
    kept: Vec<Reject>,
    /// Those of the block at hand, each with whether it ends the reading.
    staged: Vec<(Reject, bool)>,
    total: u64,
    limit: u64,
}

impl Rejects {
    pub(crate) fn new(limit: u64) -> Self {
        Self {
            kept: Vec::new(),
            staged: Vec::new(),
            total: 0,
            limit,
        }
    }

    /// Takes a fault of the block at hand. Faults are found kind by kind, and count row by row: only
    /// [`Self::commit`] settles what becomes of them, so that it does not depend on the blocks.
    pub(crate) fn stage(&mut self, reject: Reject, fails: bool) {
        self.staged.push((reject, fails));
    }

    /// Keeps the faults of a block in the order of their rows, or ends the reading at the first that
    /// does so or is one too many.
    pub(crate) fn commit(&mut self) -> Result<(), FormatError> {
        let mut staged = std::mem::take(&mut self.staged);
        staged.sort_by_key(|(reject, _)| reject.row);
        for (reject, fails) in staged {
            if fails {
                return Err(FormatError::BadRow {
                    row: reject.row,
                    byte_offset: reject.byte_offset,
                    code: reject.code,
                    message: reject.message,
                });
            }
            self.push(reject)?;
        }
        Ok(())
    }

    /// Keeps a reject, or ends the reading where there are too many.
    fn push(&mut self, reject: Reject) -> Result<(), FormatError> {
        self.total += 1;
        if self.total > self.limit {
            return Err(FormatError::TooManyRejects {
                limit: self.limit,
                row: reject.row,
                message: reject.message,
            });
        }
        self.kept.push(reject);
        Ok(())
    }

    pub(crate) fn extend(&mut self, rejects: Vec<Reject>) -> Result<(), FormatError> {
        rejects.into_iter().try_for_each(|reject| self.push(reject))
    }

    pub(crate) fn kept(&self) -> &[Reject] {
        &self.kept
    }

    pub(crate) fn take(&mut self) -> Vec<Reject> {
        std::mem::take(&mut self.kept)
    }

    pub(crate) fn total(&self) -> u64 {
        self.total
    }
}

/// The beginning of a raw row as text.
pub(crate) fn raw_text(bytes: &[u8]) -> String {
    let trimmed = match bytes {
        [head @ .., b'\r', b'\n'] | [head @ .., b'\n' | b'\r'] => head,
        _ => bytes,
    };
    let mut end = trimmed.len().min(MAX_RAW_BYTES);
    // Not in the midst of a UTF-8 sequence, which would show as a broken character.
    while end < trimmed.len() && end > 0 && (trimmed[end] & 0xC0) == 0x80 {
        end -= 1;
    }
    String::from_utf8_lossy(&trimmed[..end]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reject(row: u64) -> Reject {
        Reject {
            row,
            byte_offset: row * 10,
            column: None,
            code: RejectCode::BadValue,
            message: "bad".to_owned(),
            raw: String::new(),
        }
    }

    #[test]
    fn faults_count_in_the_order_of_rows() {
        let mut rejects = Rejects::new(2);
        for row in [7, 3, 5] {
            rejects.stage(reject(row), false);
        }
        let error = rejects.commit().unwrap_err().to_string();
        assert!(error.contains("row 7"), "{error}");
        let rows: Vec<_> = rejects.kept().iter().map(|reject| reject.row).collect();
        assert_eq!(rows, [3, 5]);
    }

    #[test]
    fn the_first_fault_that_ends_the_reading_is_told() {
        let mut rejects = Rejects::new(10);
        rejects.stage(reject(9), true);
        rejects.stage(reject(4), true);
        let error = rejects.commit().unwrap_err();
        assert!(
            matches!(error, FormatError::BadRow { row: 4, .. }),
            "{error}"
        );
    }

    #[test]
    fn raw_rows_are_cut_between_letters() {
        let long = "é".repeat(MAX_RAW_BYTES);
        let raw = raw_text(long.as_bytes());
        assert_eq!(raw.len(), MAX_RAW_BYTES);
        assert!(!raw.contains('\u{fffd}'));
        assert_eq!(raw_text(b"a,b\r\n"), "a,b");
    }
}

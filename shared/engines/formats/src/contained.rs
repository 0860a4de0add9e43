//! Readers of other crates on bytes that anybody may have written.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::FormatError;
use crate::layout::Format;

/// Runs a foreign reader. Should damaged bytes make it panic, the file is damaged and nothing
/// else is: what it worked on is thrown away.
pub(crate) fn contained<T>(
    format: Format,
    read: impl FnOnce() -> Result<T, FormatError>,
) -> Result<T, FormatError> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        Err(FormatError::Damaged {
            format,
            reason: "its structure contradicts itself".to_owned(),
        })
    })
}

/// A fault of a foreign reader under our name; an own fault that passed through it comes back.
pub(crate) fn damaged(format: Format, error: impl std::fmt::Display) -> FormatError {
    FormatError::Damaged {
        format,
        reason: error.to_string(),
    }
}

//! Readers of other crates on bytes that anybody may have written.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::FormatError;
use crate::layout::Format;
use crate::source::Watched;

/// Runs a foreign reader over `source`. Should damaged bytes make it panic, the file is damaged and
/// nothing else is: what it worked on is thrown away. Where the source itself failed, that is the
/// fault, whatever the reader made of it.
pub(crate) fn contained<T>(
    format: Format,
    source: &Watched,
    read: impl FnOnce() -> Result<T, FormatError>,
) -> Result<T, FormatError> {
    let result = catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        Err(FormatError::Damaged {
            format,
            reason: "its structure contradicts itself".to_owned(),
        })
    });
    result.map_err(|error| source.take_fault().unwrap_or(error))
}

/// A fault of a foreign reader under our name.
pub(crate) fn damaged(format: Format, error: impl std::fmt::Display) -> FormatError {
    FormatError::Damaged {
        format,
        reason: error.to_string(),
    }
}

//! The format of content by its first bytes.

use crate::error::FormatError;
use crate::layout::Format;

/// What content is, before its details are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ContentKind {
    Parquet,
    Arrow,
    /// Text of some kind.
    Text,
}

/// Formats with a signature; everything else is text or nothing.
pub(crate) fn detect_content(head: &[u8]) -> Result<ContentKind, FormatError> {
    match head {
        [b'P', b'A', b'R', b'1', ..] => Ok(ContentKind::Parquet),
        [b'P', b'A', b'R', b'E', ..] => Err(FormatError::Encrypted),
        // A stream of Arrow messages begins with a continuation mark and a small length.
        [b'A', b'R', b'R', b'O', b'W', b'1', ..] | [0xFF, 0xFF, 0xFF, 0xFF, _, _, _, 0, ..] => {
            Ok(ContentKind::Arrow)
        }
        [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, ..] => {
            Err(FormatError::UnsupportedSpreadsheet {
                name: "XLS (Excel 97) or password-protected".to_owned(),
            })
        }
        [b'%', b'P', b'D', b'F', b'-', ..] => unknown("it is a PDF document"),
        [b'O', b'R', b'C', ..] if head.get(3).is_some_and(|byte| *byte < 32) => {
            unknown("it is an ORC file")
        }
        [b'O', b'b', b'j', 1, ..] => unknown("it is an Avro file"),
        [b'S', b'Q', b'L', b'i', b't', b'e', b' ', b'f', ..] => unknown("it is an SQLite database"),
        [0x89, b'P', b'N', b'G', ..] | [0xFF, 0xD8, 0xFF, ..] | [b'G', b'I', b'F', b'8', ..] => {
            unknown("it is a picture")
        }
        _ if head.get(TAR_MAGIC).is_some_and(|magic| magic == b"ustar") => {
            unknown("it is a tar archive")
        }
        _ => Ok(ContentKind::Text),
    }
}

/// Where the head of a tar archive says what it is; its beginning is the name of a file.
const TAR_MAGIC: std::ops::Range<usize> = 257..262;

fn unknown<T>(reason: &str) -> Result<T, FormatError> {
    Err(FormatError::UnknownFormat {
        reason: reason.to_owned(),
    })
}

/// Refuses bytes that are no text: more than one control character in ten. Single NUL bytes in
/// text are data.
pub(super) fn check_is_text(text: &[u8]) -> Result<(), FormatError> {
    const ALLOWED: usize = 8;
    let head = &text[..text.len().min(64 << 10)];
    let controls = head
        .iter()
        .filter(|byte| matches!(byte, 0 | 2..=8 | 11 | 14..=26 | 28..=30 | 127))
        .count();
    if controls > ALLOWED && controls * 10 > head.len() {
        return unknown("too many control characters");
    }
    Ok(())
}

/// Refuses documents in markup, as spreadsheet programs and web pages write them under other names.
pub(super) fn check_is_no_markup(text: &[u8]) -> Result<(), FormatError> {
    const BEGINNINGS: [(&str, &str); 5] = [
        ("<!doctype html", "it is an HTML page"),
        ("<html", "it is an HTML page"),
        ("<table", "it is an HTML page"),
        ("<?xml", "it is an XML document"),
        ("{\\rtf", "it is an RTF document"),
    ];
    let text = text.trim_ascii_start();
    for (beginning, reason) in BEGINNINGS {
        let head = text.get(..beginning.len()).unwrap_or_default();
        if head.eq_ignore_ascii_case(beginning.as_bytes()) {
            return unknown(reason);
        }
    }
    Ok(())
}

/// JSON, NDJSON or delimited text. `complete`: this is all of it.
pub(super) fn detect_text(text: &[u8], complete: bool) -> Format {
    let text = text.trim_ascii_start();
    match text {
        [b'[', rest @ ..] if begins_value(rest.trim_ascii_start()) => Format::Json,
        [b'{', rest @ ..] if matches!(rest.trim_ascii_start(), [] | [b'"' | b'}', ..]) => {
            if is_record_per_line(text, complete) {
                Format::Ndjson
            } else {
                Format::Json
            }
        }
        _ => Format::Csv,
    }
}

/// Whether a JSON array may go on so. `[id],[name]` is a header of SQL Server, and none.
fn begins_value(rest: &[u8]) -> bool {
    matches!(
        rest,
        [] | [b'{' | b'[' | b'"' | b']' | b'-' | b'0'..=b'9', ..]
    ) || [&b"true"[..], b"false", b"null"]
        .iter()
        .any(|word| rest.starts_with(word))
}

/// Whether the first line is a whole object and not the whole document.
fn is_record_per_line(text: &[u8], complete: bool) -> bool {
    match memchr::memchr(b'\n', text) {
        Some(end) if complete && text[end..].trim_ascii().is_empty() => false,
        Some(end) => serde_json::from_slice::<serde::de::IgnoredAny>(&text[..end]).is_ok(),
        // The beginning of a long line: records are more often long than documents lack line ends.
        None => !complete,
    }
}

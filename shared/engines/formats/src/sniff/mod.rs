//! What a file is, found by its content.

mod content;
mod dialect;
mod table;

pub(crate) use content::{ContentKind, detect_content};

use std::io::Read;

use encoding_rs::UTF_8;

use crate::csv::{named, unique_names};
use crate::encoding::{self, Detected};
use crate::error::FormatError;
use crate::layout::CsvLayout;
use crate::options::{HeaderOption, ReadOptions};
use crate::reject::Warning;

/// Bytes of the head that are looked at.
pub(crate) const SAMPLE_BYTES: usize = 1 << 20;
/// Bytes that the dialect is looked for in; more of them change nothing but the time.
const DIALECT_BYTES: usize = 256 << 10;

/// The beginning of the content.
#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) bytes: Vec<u8>,
    /// Whether it is all there is.
    pub(crate) complete: bool,
}

impl Sample {
    pub(crate) fn read(input: impl Read, limit: usize) -> Result<Self, FormatError> {
        let mut bytes = Vec::new();
        input
            .take(limit as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(FormatError::from_io)?;
        let complete = bytes.len() <= limit;
        bytes.truncate(limit);
        Ok(Self { bytes, complete })
    }
}

/// The text of a sample in the form that the tokeniser will see.
pub(crate) fn tokenised_sample(sample: &Sample, detected: &Detected) -> Sample {
    let bytes = sample.bytes.get(detected.bom_bytes..).unwrap_or_default();
    if encoding::is_structure_safe(detected.encoding) {
        return Sample {
            bytes: bytes.to_vec(),
            complete: sample.complete,
        };
    }
    let mut text = Vec::with_capacity(bytes.len());
    let mut transcoder = encoding::Transcoder::new(bytes, detected.encoding);
    // Reading from memory does not fail.
    let _ = transcoder.read_to_end(&mut text);
    Sample {
        bytes: text,
        complete: sample.complete,
    }
}

/// The format of text, which must be text.
pub(crate) fn text_format(sample: &Sample) -> Result<crate::Format, FormatError> {
    content::check_is_text(&sample.bytes)?;
    content::check_is_no_markup(&sample.bytes)?;
    Ok(content::detect_text(&sample.bytes, sample.complete))
}

/// Finds dialect, preamble, header and columns of delimited text.
pub(crate) fn sniff_csv(
    sample: &Sample,
    detected: &Detected,
    options: &ReadOptions,
    warnings: &mut Vec<Warning>,
) -> Result<CsvLayout, FormatError> {
    let encoding = if encoding::is_structure_safe(detected.encoding) {
        detected.encoding
    } else {
        UTF_8
    };
    let skipped = skip_lines(&sample.bytes, options.skip_rows);
    let (separator, hint) = separator_line(&sample.bytes[skipped..]);
    let start = skipped + hint;
    let rest = &sample.bytes[start..];
    let head = &rest[..rest.len().min(DIALECT_BYTES)];
    let complete = sample.complete && head.len() == rest.len();
    let dialect = dialect::find(head, complete, encoding, separator, options);
    let table = table::find(head, complete, encoding, &dialect, options);
    let limit = options.limits.columns;
    if table.width > limit {
        return Err(FormatError::TooManyColumns {
            columns: table.width,
            limit,
        });
    }
    let columns = match table.names {
        Some(names) => unique_names(&names, warnings),
        None => named(table.width),
    };
    if table.preamble_bytes > 0 {
        warnings.push(Warning::new(
            "PREAMBLE_SKIPPED",
            format!(
                "{} lines before the table were left out",
                table.preamble_lines
            ),
        ));
    }
    if table.header_is_assumed && options.header == HeaderOption::Auto {
        let (is, otherwise) = if table.header {
            ("taken as the names of the columns", "false")
        } else {
            ("taken as data", "true")
        };
        warnings.push(Warning::new(
            "HEADER_ASSUMED",
            format!("nothing tells the first row from the others; it was {is}; set `header` to {otherwise} if it is not"),
        ));
    }
    Ok(CsvLayout {
        dialect,
        header: table.header,
        preamble_lines: options.skip_rows + usize::from(hint > 0) + table.preamble_lines,
        columns,
        trailing_delimiter: table.trailing_delimiter,
        data_start: (start + table.data_start) as u64,
        decimal_comma: table.decimal_comma,
    })
}

/// Behind `lines` physical lines.
fn skip_lines(bytes: &[u8], lines: usize) -> usize {
    let mut at = 0;
    for _ in 0..lines {
        match memchr::memchr2(b'\n', b'\r', &bytes[at..]) {
            Some(found) if bytes[at + found..].starts_with(b"\r\n") => at += found + 2,
            Some(found) => at += found + 1,
            None => return bytes.len(),
        }
    }
    at
}

/// Excel's first line `sep=;`: the delimiter, and the length of the line.
fn separator_line(bytes: &[u8]) -> (Option<u8>, usize) {
    let line = &bytes[..bytes.len().min(16)];
    let unquoted = line.strip_prefix(b"\"").unwrap_or(line);
    match unquoted {
        [
            b's' | b'S',
            b'e' | b'E',
            b'p' | b'P',
            b'=',
            delimiter,
            rest @ ..,
        ] => match rest {
            [] | [b'\n' | b'\r', ..] | [b'"', b'\n' | b'\r', ..] => {
                (Some(*delimiter), skip_lines(bytes, 1))
            }
            _ => (None, 0),
        },
        _ => (None, 0),
    }
}

//! What a workbook declares and what it is, looked at before its reader believes it.
//!
//! That reader holds the texts that cells share, the styles and the names as a whole, and of a sheet
//! one element at a time; it reserves room for as many texts as it is told of.

use std::io::Read;

use memchr::memmem;

use crate::contained::damaged;
use crate::decompress::{self, Entry, Meter};
use crate::error::FormatError;
use crate::layout::{Compression, Format};
use crate::limits::Limits;
use crate::source::SharedSource;

/// What was found on the way.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Findings {
    /// Whether a sheet may have merged cells; where they are stands behind the cells.
    pub(super) merged_cells: bool,
}

const BUFFER: usize = 256 << 10;
/// Bytes that are looked at twice, so that no word is missed between two buffers.
const OVERLAP: usize = 64;

/// Unpacks all of a workbook once, keeping nothing: what it declares must be what it is.
pub(super) fn check(
    source: &SharedSource,
    format: Format,
    limits: &Limits,
) -> Result<Findings, FormatError> {
    let mut findings = Findings::default();
    for entry in decompress::entries(source)? {
        if ["media/", "embeddings/", "drawings/"]
            .iter()
            .any(|part| entry.name.contains(part))
        {
            continue;
        }
        check_entry(source, &entry, format, limits, &mut findings)?;
    }
    Ok(findings)
}

fn check_entry(
    source: &SharedSource,
    entry: &Entry,
    format: Format,
    limits: &Limits,
    findings: &mut Findings,
) -> Result<(), FormatError> {
    let is_sheet = entry.name.contains("sheets/");
    if !is_sheet && entry.size > limits.buffered_bytes {
        return Err(FormatError::TooLargeToBuffer {
            format,
            limit: limits.buffered_bytes,
        });
    }
    let is_large = entry.size > limits.buffered_bytes && format == Format::Xlsx;
    let counts_texts = entry.name.contains("sharedStrings");
    let mut input = decompress::open(
        source,
        Compression::Zip,
        Some(entry),
        limits,
        &Meter::default(),
    )?;
    let mut buffer = vec![0; OVERLAP + BUFFER];
    let mut kept = 0;
    let mut gap = 0u64;
    loop {
        let count = input
            .read(&mut buffer[kept..])
            .map_err(FormatError::from_io)?;
        if count == 0 {
            return Ok(());
        }
        let (seen, bytes) = (kept, &buffer[..kept + count]);
        if is_sheet && !findings.merged_cells {
            findings.merged_cells = memmem::find(bytes, b"mergeCell").is_some();
        }
        if counts_texts && declared_texts(bytes) > entry.size {
            return Err(damaged(format, "it declares more texts than it has bytes"));
        }
        if is_large {
            if memmem::find(bytes, b"<!").is_some() {
                return Err(damaged(
                    format,
                    "a large sheet has comments or declarations",
                ));
            }
            gap = longest_gap(gap, &bytes[seen..], limits.record_bytes as u64)
                .ok_or_else(|| damaged(format, "a cell of a sheet is larger than a row may be"))?;
        }
        let end = bytes.len();
        kept = end.min(OVERLAP);
        buffer.copy_within(end - kept..end, 0);
    }
}

/// The largest number of texts that is declared in these bytes.
fn declared_texts(bytes: &[u8]) -> u64 {
    memmem::find_iter(bytes, b"uniqueCount")
        .map(|place| {
            bytes[place..]
                .iter()
                .skip_while(|byte| !byte.is_ascii_digit())
                .take_while(|byte| byte.is_ascii_digit())
                .fold(0u64, |number, digit| {
                    number
                        .saturating_mul(10)
                        .saturating_add(u64::from(digit - b'0'))
                })
        })
        .max()
        .unwrap_or(0)
}

/// Bytes since the last `<`, of which `before` stand before these; `None` where elements are
/// further apart than `limit`.
fn longest_gap(before: u64, bytes: &[u8], limit: u64) -> Option<u64> {
    let mut last = 0;
    let mut gap = before;
    for place in memchr::memchr_iter(b'<', bytes) {
        if gap + (place - last) as u64 > limit {
            return None;
        }
        (last, gap) = (place, 0);
    }
    gap += (bytes.len() - last) as u64;
    (gap <= limit).then_some(gap)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_between_elements() {
        assert_eq!(longest_gap(0, b"<a>text</a>", 7), Some(4));
        assert_eq!(longest_gap(0, b"<a>text</a>", 6), None);
        assert_eq!(longest_gap(5, b"ab<c", 7), Some(2));
        assert_eq!(longest_gap(6, b"ab<c", 7), None);
        assert_eq!(longest_gap(3, b"abcde", 7), None);
    }

    #[test]
    fn finds_the_number_of_texts() {
        assert_eq!(
            declared_texts(b"<sst count=\"7\" uniqueCount=\"123\">"),
            123
        );
        assert_eq!(
            declared_texts(b"<sst uniqueCount = '99999999999999999999999'>"),
            u64::MAX
        );
        assert_eq!(declared_texts(b"<sst>"), 0);
    }
}

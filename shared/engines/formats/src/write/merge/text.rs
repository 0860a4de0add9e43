//! Parts of text formats, one behind the other.

use bytes::Bytes;

use super::super::Written;
use super::super::error::WriteError;
use super::super::json_file::{CLOSING, OPENING, SEPARATOR};
use super::super::options::{Compressed, OutputFormat, Part};
use super::super::sink::Compression;
use super::{MergePlan, Piece};

pub(super) fn plan_text(format: &OutputFormat, parts: &[Written]) -> Result<MergePlan, WriteError> {
    let compressed = match format {
        OutputFormat::Json(options) | OutputFormat::Ndjson(options) => options.compressed,
        OutputFormat::Csv(options) => options.text.compressed,
        OutputFormat::Tsv(options) => options.compressed,
        OutputFormat::Parquet(_) | OutputFormat::Arrow(_) | OutputFormat::Xlsx(_) => {
            return Err(WriteError::invalid(
                "format",
                format!("parts of {} are not concatenated", format.name()),
            ));
        }
    };
    for (place, part) in parts.iter().enumerate() {
        check(place, part)?;
    }
    if let [only] = parts
        && only.part == Part::WHOLE
    {
        let mut plan = MergePlan {
            rows: only.rows,
            ..MergePlan::default()
        };
        plan.copy(0, 0, only.bytes);
        return Ok(plan);
    }
    if matches!(format, OutputFormat::Json(_)) {
        array(parts, compressed)
    } else {
        lines(format, parts, compressed)
    }
}

/// The head of a whole file stands in one compressed stream with its rows.
fn inseparable(place: usize) -> WriteError {
    WriteError::PartsDiffer {
        part: place,
        reason: "it was written as a whole compressed file, not as a part".to_owned(),
    }
}

fn check(place: usize, part: &Written) -> Result<(), WriteError> {
    let ends = part.head_bytes.checked_add(part.tail_bytes);
    if ends.is_some_and(|ends| ends <= part.bytes) {
        Ok(())
    } else {
        Err(WriteError::DamagedPart {
            part: place,
            reason: "its head and tail are longer than it is".to_owned(),
        })
    }
}

/// The header of the first part, and the lines of all.
fn lines(
    format: &OutputFormat,
    parts: &[Written],
    compressed: Compressed,
) -> Result<MergePlan, WriteError> {
    let mut plan = MergePlan::default();
    let has_head = format
        .delimited()
        .is_some_and(|(_, options)| options.header || options.bom);
    for (place, part) in parts.iter().enumerate() {
        if place == 0 && has_head && !part.part.first {
            return Err(WriteError::PartsDiffer {
                part: place,
                reason: "it was not written as the first one and has no header".to_owned(),
            });
        }
        if place > 0 && has_head && part.part.first && part.head_bytes == 0 {
            return Err(inseparable(place));
        }
        let start = if place == 0 { 0 } else { part.head_bytes };
        plan.copy(place, start, part.bytes);
        plan.rows += part.rows;
    }
    let compression = Compression::new(compressed)?;
    if plan.bytes == 0 && compression != Compression::None {
        // A compressed file of no bytes is no compressed file.
        plan.push(Piece::Bytes(Bytes::from(compression.member(b"")?)));
    }
    Ok(plan)
}

/// One bracket at each end and one comma between two records, whatever the parts brought along.
fn array(parts: &[Written], compressed: Compressed) -> Result<MergePlan, WriteError> {
    let compression = Compression::new(compressed)?;
    if compression != Compression::None
        && let Some(place) = parts.iter().position(|part| part.part == Part::WHOLE)
    {
        return Err(inseparable(place));
    }
    let literal = |bytes| {
        compression
            .member(bytes)
            .map(|bytes| Piece::Bytes(Bytes::from(bytes)))
    };
    let mut plan = MergePlan::default();
    match parts.first() {
        Some(part) if part.part.first => plan.copy(0, 0, part.head_bytes),
        _ => plan.push(literal(OPENING)?),
    }
    for (place, part) in parts.iter().enumerate().filter(|(_, part)| part.rows > 0) {
        if plan.rows > 0 && part.part.first {
            plan.push(literal(SEPARATOR)?);
        } else if plan.rows > 0 {
            plan.copy(place, 0, part.head_bytes);
        }
        plan.copy(place, part.head_bytes, part.bytes - part.tail_bytes);
        plan.rows += part.rows;
    }
    match parts.last() {
        Some(part) if part.part.last => {
            plan.copy(parts.len() - 1, part.bytes - part.tail_bytes, part.bytes);
        }
        _ => plan.push(literal(CLOSING)?),
    }
    Ok(plan)
}

//! Parts that were written apart, as one file.
//!
//! A run is a list of chunks, each of which leaves a part. Parts of text formats and of Parquet are
//! not read again: a [`MergePlan`] names the bytes to copy from them and the few that come between.
//! An object store copies them without sending them, a program on one machine with
//! [`MergePlan::write_to`]. The other formats are written again from parts in Arrow
//! ([`rewrite`]).

mod parquet;
mod text;

use std::io::{Read, Write};
use std::sync::Arc;

use bytes::Bytes;

use self::parquet::plan_parquet;
use self::text::plan_text;
use super::error::WriteError;
use super::options::{ArrowCompression, ArrowOptions, OutputFormat, WriteOptions};
use super::{Writer, Written};
use crate::layout::Format;
use crate::options::ReadOptions;
use crate::reader::Reader;
use crate::source::{SharedSource, SourceReader};

/// How parts of a format become one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeKind {
    /// One behind the other, with less than a line between them: [`MergePlan::text`].
    Concatenate,
    /// Their row groups one behind the other, and a new footer: [`MergePlan::parquet`].
    Footer,
    /// By writing all rows again: [`rewrite`]. The parts are in [`OutputFormat::part_format`].
    Rewrite,
}

impl OutputFormat {
    /// How its parts become one file.
    pub fn merge_kind(&self) -> MergeKind {
        match self {
            Self::Csv(_) | Self::Tsv(_) | Self::Json(_) | Self::Ndjson(_) => MergeKind::Concatenate,
            Self::Parquet(_) => MergeKind::Footer,
            Self::Arrow(_) | Self::Xlsx(_) => MergeKind::Rewrite,
        }
    }

    /// The format that parts are written in: this one, but for a workbook Arrow, which keeps types.
    #[must_use]
    pub fn part_format(&self) -> Self {
        match self {
            Self::Xlsx(_) => Self::Arrow(ArrowOptions {
                compression: ArrowCompression::Zstd,
            }),
            other => other.clone(),
        }
    }
}

/// Bytes of the merged file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Those of a part, from `start` to before `end`.
    Copy {
        /// The place of the part.
        part: usize,
        /// The first byte.
        start: u64,
        /// Behind the last byte.
        end: u64,
    },
    /// These.
    Bytes(Bytes),
}

impl Piece {
    /// Its bytes.
    pub fn length(&self) -> u64 {
        match self {
            Self::Copy { start, end, .. } => end - start,
            Self::Bytes(bytes) => bytes.len() as u64,
        }
    }
}

/// Which bytes make the merged file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MergePlan {
    pieces: Vec<Piece>,
    rows: u64,
    bytes: u64,
}

impl MergePlan {
    /// The plan for parts of CSV, TSV, JSON or NDJSON, in the order of their rows, from what
    /// [`Writer::finish`] said of each. All must have been written with these options.
    ///
    /// # Errors
    /// [`WriteError::PartsDiffer`] where a header is missing or cannot be taken out.
    pub fn text(format: &OutputFormat, parts: &[Written]) -> Result<Self, WriteError> {
        plan_text(format, parts)
    }

    /// The plan for Parquet files of one schema, in the order of their rows. Only their footers are
    /// read.
    ///
    /// # Errors
    /// [`WriteError::PartsDiffer`] where the schemas are not the same.
    pub fn parquet(parts: &[SharedSource]) -> Result<Self, WriteError> {
        plan_parquet(parts)
    }

    /// The bytes, in order.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Rows of the merged file.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Bytes of the merged file.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Writes the merged file on this machine.
    ///
    /// # Errors
    /// A part that cannot be read or is shorter than it was, or a receiver that fails.
    pub fn write_to(&self, parts: &[SharedSource], out: &mut dyn Write) -> Result<(), WriteError> {
        let mut buffer = vec![0; 256 << 10];
        for piece in &self.pieces {
            match piece {
                Piece::Bytes(bytes) => out.write_all(bytes)?,
                Piece::Copy { part, start, end } => {
                    let source = parts.get(*part).ok_or_else(|| {
                        WriteError::invalid("parts", format!("there is no part {part}"))
                    })?;
                    let mut reader = SourceReader::range(Arc::clone(source), *start, *end);
                    loop {
                        let count = reader
                            .read(&mut buffer)
                            .map_err(crate::FormatError::from_io)?;
                        if count == 0 {
                            break;
                        }
                        out.write_all(&buffer[..count])?;
                    }
                }
            }
        }
        out.flush()?;
        Ok(())
    }

    /// Adds a piece behind the others, as one with the last where it goes on from it.
    fn push(&mut self, piece: Piece) {
        if piece.length() == 0 {
            return;
        }
        self.bytes += piece.length();
        if let (
            Some(Piece::Copy {
                part: last, end, ..
            }),
            Piece::Copy {
                part,
                start,
                end: new_end,
            },
        ) = (self.pieces.last_mut(), &piece)
            && last == part
            && end == start
        {
            *end = *new_end;
            return;
        }
        self.pieces.push(piece);
    }

    fn copy(&mut self, part: usize, start: u64, end: u64) {
        self.push(Piece::Copy { part, start, end });
    }
}

/// Writes the rows of parts in Arrow or Parquet as one file, with the columns of the first part.
///
/// # Errors
/// A part that cannot be read, is in another format or has other columns, and whatever keeps the
/// file from being written.
pub fn rewrite<W: Write + Send>(
    parts: &[SharedSource],
    output: W,
    options: &WriteOptions,
) -> Result<(Written, W), WriteError> {
    let mut readers = parts.iter().enumerate().map(|(part, source)| {
        let reader = Reader::open(Arc::clone(source), &ReadOptions::default())?;
        match reader.layout().format {
            Format::Arrow | Format::Parquet => Ok(reader),
            other => Err(WriteError::PartsDiffer {
                part,
                reason: format!("it is {other}, which does not keep the types of columns"),
            }),
        }
    });
    let Some(first) = readers.next() else {
        return Err(WriteError::invalid("parts", "there is none"));
    };
    let first = first?;
    let mut writer = Writer::new(output, &first.schema(), options)?;
    for reader in std::iter::once(Ok(first)).chain(readers) {
        let mut reader = reader?;
        while let Some(batch) = reader.next_batch()? {
            writer.write(&batch)?;
        }
    }
    writer.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_that_go_on_are_one() {
        let mut plan = MergePlan::default();
        plan.copy(0, 0, 10);
        plan.copy(0, 10, 30);
        plan.copy(0, 30, 30);
        plan.copy(1, 30, 40);
        plan.push(Piece::Bytes(Bytes::from_static(b"end")));
        assert_eq!(plan.pieces().len(), 3);
        assert_eq!(plan.bytes(), 43);
        let parts: Vec<SharedSource> = vec![Arc::new(vec![b'a'; 30]), Arc::new(vec![b'b'; 40])];
        let mut out = Vec::new();
        plan.write_to(&parts, &mut out).unwrap();
        assert_eq!(out, [&[b'a'; 30][..], &[b'b'; 10], b"end"].concat());
        // A part that became shorter is no part any more.
        let parts: Vec<SharedSource> = vec![Arc::new(vec![b'a'; 29]), Arc::new(vec![b'b'; 40])];
        let error = plan.write_to(&parts, &mut Vec::new()).unwrap_err();
        assert_eq!(error.code(), "INPUT_CHANGED");
        let error = plan.write_to(&parts[..1], &mut Vec::new()).unwrap_err();
        assert!(["INPUT_CHANGED", "INVALID_OPTION"].contains(&error.code()));
    }
}

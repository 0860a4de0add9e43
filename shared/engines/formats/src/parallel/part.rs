//! Parts of a text, however they are come by.

use std::io::{self, Read};
use std::sync::Arc;

use super::pieces::Pieces;
use super::ranges::{Borders, Ranges};
use crate::csv::Chunk;
use crate::decompress::Meter;
use crate::error::FormatError;
use crate::input::Input;

/// Records of a part, from a stream that begins with the first of them.
pub(super) struct TextPart {
    pub(super) stream: Box<dyn Read + Send>,
    pub(super) chunk: Chunk,
}

impl TextPart {
    /// A part that no record begins in.
    pub(super) fn empty() -> Self {
        Self {
            stream: Box::new(io::empty()),
            chunk: Chunk {
                start: 0,
                end: 0,
                first_row: 1,
                rows: 0,
            },
        }
    }
}

/// A text in parts that several threads take.
pub(super) enum Parts {
    Ranges(Ranges),
    Pieces(Pieces),
}

/// What is known of a text in parts before any is read.
pub(super) struct Cut {
    pub(super) parts: Arc<Parts>,
    /// How many parts there are; of a stream, as many as come.
    pub(super) count: u64,
    pub(super) bytes_total: u64,
}

impl Cut {
    /// Cuts a text, or a chunk of it. `None` where it is not worth it or cannot be done.
    pub(super) fn new(
        input: &Input,
        chunk: Option<&Chunk>,
        part_bytes: u64,
        meter: &Meter,
    ) -> Result<Option<Self>, FormatError> {
        let Some(region) = input.records_region() else {
            return Ok(None);
        };
        let Some(data) = input.data_range() else {
            // The one chunk of a file that cannot be split is the file.
            if chunk.is_some_and(|chunk| (chunk.start, chunk.first_row) != (0, 1)) {
                return Err(FormatError::InputChanged);
            }
            let (stream, offset, _) = region.open_records(&input.content, None, meter)?;
            let pieces = Pieces::new(
                stream,
                offset,
                region.automaton.clone(),
                part_bytes as usize,
                input.options.limits.record_bytes,
            );
            return Ok(Some(Self {
                parts: Arc::new(Parts::Pieces(pieces)),
                count: u64::MAX,
                bytes_total: input.content.packed_bytes(),
            }));
        };
        let range = chunk.map_or(data, |chunk| (chunk.start, chunk.end.max(chunk.start)));
        if range.0 < data.0 || range.1 > data.1 {
            return Err(FormatError::InputChanged);
        }
        let count = (range.1 - range.0).div_ceil(part_bytes);
        if count < 2 {
            return Ok(None);
        }
        let first_row = chunk.map_or(1, |chunk| chunk.first_row);
        let bytes_total = match chunk {
            Some(_) => range.1 - range.0,
            None => {
                // What stands before the records was read when the file was opened.
                meter.add(range.0);
                range.1
            }
        };
        let ranges = Ranges {
            source: Arc::clone(&input.content.source),
            automaton: region.automaton.clone(),
            meter: meter.clone(),
            range,
            part_bytes,
            first_row,
            borders: Borders::before(first_row),
        };
        Ok(Some(Self {
            parts: Arc::new(Parts::Ranges(ranges)),
            count,
            bytes_total,
        }))
    }
}

impl Parts {
    /// A part. `None` behind the last one of a stream, and where the reading stopped.
    pub(super) fn part(&self, part: u64) -> Result<Option<TextPart>, FormatError> {
        match self {
            Self::Ranges(ranges) => ranges.part(part),
            Self::Pieces(pieces) => pieces.part(part),
        }
    }

    /// Lets all threads go that wait for their part.
    pub(super) fn stop(&self) {
        match self {
            Self::Ranges(ranges) => ranges.borders.stop(),
            Self::Pieces(pieces) => pieces.stop(),
        }
    }
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Ranges(_) => "Ranges",
            Self::Pieces(_) => "Pieces",
        })
    }
}

//! A merged file as the steps of a multipart upload.

use super::Piece;

/// What an object store asks of the parts of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UploadLimits {
    /// Bytes of a part at least, but for the last one.
    pub min_bytes: u64,
    /// Bytes of a part at most.
    pub max_bytes: u64,
    /// Parts at most. Small parts become larger ones where there would be more.
    pub max_count: u64,
}

impl UploadLimits {
    /// Those of Amazon S3: 10,000 parts of 5 MiB to 5 GiB.
    pub const S3: Self = Self {
        min_bytes: 5 << 20,
        max_bytes: 5 << 30,
        max_count: 10_000,
    };
}

impl Default for UploadLimits {
    fn default() -> Self {
        Self::S3
    }
}

/// A part of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Upload {
    /// Bytes of one part of the merge that the store copies by itself.
    Copy {
        /// The place of the part.
        part: usize,
        /// The first byte.
        start: u64,
        /// Behind the last byte.
        end: u64,
    },
    /// Pieces too small to be copied: they are fetched, put together and sent, as many as make the
    /// least part there can be. New bytes that are more than that are sent alone.
    Send(Vec<Piece>),
}

impl Upload {
    /// Its bytes.
    pub fn length(&self) -> u64 {
        match self {
            Self::Copy { start, end, .. } => end - start,
            Self::Send(pieces) => pieces.iter().map(Piece::length).sum(),
        }
    }
}

pub(super) fn schedule(pieces: &[Piece], limits: UploadLimits) -> Vec<Upload> {
    let bytes: u64 = pieces.iter().map(Piece::length).sum();
    let others = limits.max_count.saturating_sub(1).max(1);
    let min = limits.min_bytes.max(bytes.div_ceil(others)).max(1);
    let max = limits.max_bytes.max(min.saturating_mul(2));
    let mut uploads = Vec::new();
    let mut small: Vec<Piece> = Vec::new();
    let mut small_bytes = 0;
    for piece in pieces {
        let mut rest = piece.clone();
        // What is too small takes from the next one until it is large enough.
        if small_bytes > 0 {
            let (taken, left) = split(rest, min - small_bytes);
            small_bytes += taken.length();
            small.push(taken);
            if small_bytes >= min {
                uploads.push(Upload::Send(std::mem::take(&mut small)));
                small_bytes = 0;
            }
            rest = left;
        }
        match rest {
            rest if rest.length() == 0 => {}
            Piece::Copy { part, start, end } if end - start >= min => {
                copies(&mut uploads, part, start, end, max);
            }
            rest @ Piece::Bytes(_) if rest.length() >= min => {
                let mut rest = rest;
                for length in even_lengths(rest.length(), max) {
                    let (taken, left) = split(rest, length);
                    uploads.push(Upload::Send(vec![taken]));
                    rest = left;
                }
            }
            rest => {
                small_bytes = rest.length();
                small.push(rest);
            }
        }
    }
    if small_bytes > 0 {
        uploads.push(Upload::Send(small));
    }
    uploads
}

/// Copies of equal length, so that the last one is not too small.
fn copies(uploads: &mut Vec<Upload>, part: usize, start: u64, end: u64, max: u64) {
    let mut start = start;
    for length in even_lengths(end - start, max) {
        uploads.push(Upload::Copy {
            part,
            start,
            end: start + length,
        });
        start += length;
    }
}

/// Lengths of at most `max` that make up a length and differ by one at most, so that none of them
/// is less than half of `max` where there are several.
fn even_lengths(length: u64, max: u64) -> impl Iterator<Item = u64> {
    let count = length.div_ceil(max).max(1);
    (0..count).map(move |place| length / count + u64::from(place < length % count))
}

/// The first `length` bytes of a piece, and the others.
fn split(piece: Piece, length: u64) -> (Piece, Piece) {
    let length = length.min(piece.length());
    match piece {
        Piece::Copy { part, start, end } => (
            Piece::Copy {
                part,
                start,
                end: start + length,
            },
            Piece::Copy {
                part,
                start: start + length,
                end,
            },
        ),
        Piece::Bytes(bytes) => {
            // No longer than the piece, which is in memory.
            let at = length as usize;
            (
                Piece::Bytes(bytes.slice(..at)),
                Piece::Bytes(bytes.slice(at..)),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::*;

    fn flattened(pieces: impl Iterator<Item = Piece>) -> Vec<(usize, u64)> {
        pieces
            .flat_map(|piece| match piece {
                Piece::Copy { part, start, end } => {
                    (start..end).map(|byte| (part, byte)).collect::<Vec<_>>()
                }
                Piece::Bytes(bytes) => bytes
                    .iter()
                    .map(|byte| (usize::MAX, u64::from(*byte)))
                    .collect(),
            })
            .collect()
    }

    proptest! {
        #[test]
        fn uploads_are_the_file_and_within_limits(
            lengths in prop::collection::vec((any::<bool>(), 1u64..60), 0..12),
            min_bytes in 1u64..20,
            factor in 2u64..4,
            max_count in 2u64..40,
        ) {
            let limits = UploadLimits { min_bytes, max_bytes: min_bytes * factor, max_count };
            let pieces: Vec<Piece> = lengths.iter().enumerate().map(|(place, (copy, length))| {
                if *copy {
                    Piece::Copy { part: place, start: 3, end: 3 + length }
                } else {
                    Piece::Bytes(Bytes::from((0..*length as u8).collect::<Vec<_>>()))
                }
            }).collect();
            let bytes: u64 = pieces.iter().map(Piece::length).sum();
            let uploads = schedule(&pieces, limits);
            for (place, upload) in uploads.iter().enumerate() {
                let is_last = place + 1 == uploads.len();
                let is_copy = matches!(upload, Upload::Copy { .. });
                prop_assert!(upload.length() >= min_bytes || is_last && !is_copy);
                let max_bytes = limits.max_bytes.max(bytes.div_ceil(max_count - 1) * 2);
                prop_assert!(upload.length() <= max_bytes, "{upload:?}");
            }
            prop_assert!(uploads.len() as u64 <= max_count);
            let sent = uploads.into_iter().flat_map(|upload| match upload {
                Upload::Copy { part, start, end } => vec![Piece::Copy { part, start, end }],
                Upload::Send(pieces) => pieces,
            });
            prop_assert_eq!(flattened(sent), flattened(pieces.into_iter()));
        }
    }

    #[test]
    fn large_parts_are_copied_whole() {
        let pieces = [
            Piece::Copy {
                part: 0,
                start: 0,
                end: 6 << 30,
            },
            Piece::Copy {
                part: 1,
                start: 4,
                end: 300 << 20,
            },
            Piece::Bytes(Bytes::from_static(b"footer")),
        ];
        let uploads = schedule(&pieces, UploadLimits::S3);
        let copies: Vec<_> = uploads.iter().map(Upload::length).collect();
        assert_eq!(copies, [3 << 30, 3 << 30, (300 << 20) - 4, 6]);
    }
}

//! How parts become the pieces of a multipart upload, of which all but the last have to be of at
//! least [`SMALLEST`] bytes.

/// Smallest piece but the last.
pub(super) const SMALLEST: u64 = 5 * 1024 * 1024;
/// Largest piece that is copied in one call, so that no call takes long.
pub(super) const LARGEST: u64 = 128 * 1024 * 1024;

/// Bytes of one part; never none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// Place of the part.
    pub(super) part: usize,
    /// First byte.
    pub(super) from: u64,
    /// How many.
    pub(super) length: u64,
}

/// A piece of the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Copied within the service.
    Copy(Span),
    /// Read, joined and uploaded: at most [`SMALLEST`] bytes.
    Gather(Vec<Span>),
}

/// The pieces of the parts of these sizes, in order. What is too small to be copied on its own is
/// filled up from what follows; none for no bytes.
pub(super) fn pieces(sizes: &[u64]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut gathered = Vec::new();
    let mut bytes = 0;
    for (part, &size) in sizes.iter().enumerate() {
        let mut from = 0;
        if bytes > 0 || size < SMALLEST {
            let length = size.min(SMALLEST - bytes);
            if length > 0 {
                gathered.push(Span { part, from, length });
            }
            bytes += length;
            from += length;
            if bytes == SMALLEST {
                pieces.push(Piece::Gather(std::mem::take(&mut gathered)));
                bytes = 0;
            }
        }
        let rest = size - from;
        if rest >= SMALLEST {
            pieces.extend(copies(Span {
                part,
                from,
                length: rest,
            }));
        } else if rest > 0 {
            gathered.push(Span {
                part,
                from,
                length: rest,
            });
            bytes = rest;
        }
    }
    if !gathered.is_empty() {
        pieces.push(Piece::Gather(gathered));
    }
    pieces
}

/// Copies of about the same size, so that the last is not too small.
fn copies(span: Span) -> impl Iterator<Item = Piece> {
    let count = span.length.div_ceil(LARGEST);
    let cut = move |place: u64| {
        // In 128 bits: the product of a size and a count of 128 MiB pieces can be beyond 64.
        let offset = u128::from(span.length) * u128::from(place) / u128::from(count);
        span.from + u64::try_from(offset).unwrap_or(span.length)
    };
    (0..count).map(move |place| {
        let from = cut(place);
        Piece::Copy(Span {
            part: span.part,
            from,
            length: cut(place + 1) - from,
        })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spans(piece: &Piece) -> Vec<Span> {
        match piece {
            Piece::Copy(span) => vec![*span],
            Piece::Gather(spans) => spans.clone(),
        }
    }

    fn length(piece: &Piece) -> u64 {
        spans(piece).iter().map(|span| span.length).sum()
    }

    proptest! {
        #[test]
        fn pieces_hold_every_byte_once_in_order(
            sizes in proptest::collection::vec(
                prop_oneof![0..100_u64, 0..2 * SMALLEST, 0..20 * LARGEST, Just(SMALLEST)],
                0..12,
            ),
        ) {
            let pieces = pieces(&sizes);
            let mut covered = vec![0; sizes.len()];
            let mut last_part = 0;
            for span in pieces.iter().flat_map(spans) {
                prop_assert!(span.part >= last_part && span.length > 0);
                prop_assert_eq!(span.from, covered[span.part]);
                covered[span.part] += span.length;
                last_part = span.part;
            }
            prop_assert_eq!(covered, sizes);
        }

        #[test]
        fn pieces_have_sizes_that_the_service_takes(
            sizes in proptest::collection::vec(
                prop_oneof![0..100_u64, 0..2 * SMALLEST, 0..20 * LARGEST, Just(SMALLEST)],
                0..12,
            ),
        ) {
            let pieces = pieces(&sizes);
            for (place, piece) in pieces.iter().enumerate() {
                let largest = if matches!(piece, Piece::Copy(_)) { LARGEST } else { SMALLEST };
                prop_assert!(length(piece) <= largest, "{piece:?}");
                let smallest = if place + 1 < pieces.len() { SMALLEST } else { 1 };
                prop_assert!(length(piece) >= smallest, "{piece:?}");
            }
        }
    }

    #[test]
    fn large_parts_are_copied_whole() {
        let sizes = [SMALLEST, LARGEST, 3];
        let expected = [
            Piece::Copy(Span {
                part: 0,
                from: 0,
                length: SMALLEST,
            }),
            Piece::Copy(Span {
                part: 1,
                from: 0,
                length: LARGEST,
            }),
            Piece::Gather(vec![Span {
                part: 2,
                from: 0,
                length: 3,
            }]),
        ];
        assert_eq!(pieces(&sizes), expected);
        assert_eq!(pieces(&[0, 0]), []);
    }
}

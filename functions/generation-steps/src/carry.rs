//! An output into another bucket than the parts lie in.
//!
//! No store copies between two buckets under two rights, so the bytes pass through here, a chunk at a
//! time; the output is there whole or not at all all the same.

use std::ops::Range;
use std::sync::Arc;

use millrace_ports::{Objects, PortError, Segment};

use crate::halt::{Halt, Step};
use crate::shift::Shift;
use crate::stages::parts_missing;

/// Bytes of a chunk, at least.
const CHUNK_BYTES: u64 = 32 << 20;
/// Chunks of an output, at most about.
const MOST_CHUNKS: u64 = 8_000;

/// Writes segments of the own bucket as an object of another one.
pub async fn carry(
    shift: &Shift<'_>,
    segments: Vec<Segment>,
    (target, key): (&Arc<dyn Objects>, &str),
    content_type: &str,
) -> Step<()> {
    let mut chunks = Vec::new();
    let carried = chunk_by_chunk(shift, segments, (target, key), &mut chunks).await;
    let written = match carried {
        Ok(segments) => {
            let write = || target.concatenate(&segments, key, content_type);
            let patience = shift.worker.patience();
            let written = patience.call(PortError::retryable, write).await;
            written.map_err(Halt::from)
        }
        Err(halt) => Err(halt),
    };
    if let Err(error) = target.delete(&chunks).await {
        tracing::warn!(key, %error, "chunks of an output are left behind");
    }
    written
}

async fn chunk_by_chunk(
    shift: &Shift<'_>,
    segments: Vec<Segment>,
    (target, key): (&Arc<dyn Objects>, &str),
    chunks: &mut Vec<String>,
) -> Step<Vec<Segment>> {
    let (worker, own) = (shift.worker, &shift.worker.ports().objects);
    let patience = worker.patience();
    let mut sources = Vec::new();
    let mut total = 0;
    for segment in segments {
        let Some(source) = segment.key().map(str::to_owned) else {
            sources.push((segment, None));
            continue;
        };
        let look = || own.head(&source);
        let head = patience.call(PortError::retryable, look).await?;
        let head = head.ok_or_else(|| Halt::Again(parts_missing()))?;
        let range = match &segment {
            Segment::Range(_, range) => range.clone(),
            _ => 0..head.size,
        };
        total += range.end - range.start;
        sources.push((segment, Some((source, head.etag, range))));
    }
    let length = CHUNK_BYTES.max(total / MOST_CHUNKS);
    let (mut carried, mut done) = (Vec::new(), 0);
    for (segment, source) in sources {
        let Some((source, etag, range)) = source else {
            carried.push(segment);
            continue;
        };
        for range in cut(&range, length) {
            done += range.end - range.start;
            let read = || own.get_range(&source, &etag, range.clone());
            let body = patience.call(PortError::retryable, read).await?;
            let body = body.ok_or_else(|| Halt::Again(parts_missing()))?;
            let name = format!("{key}.{}.{:06}", shift.ticket.job_id, chunks.len());
            chunks.push(name.clone());
            let write = || target.put(&name, body.clone(), "application/octet-stream");
            patience.call(PortError::retryable, write).await?;
            carried.push(Segment::Object(name));
            shift
                .pace
                .tell(0.1 + 0.8 * done as f64 / total.max(1) as f64)?;
        }
    }
    Ok(carried)
}

/// A range in pieces of at most so many bytes.
fn cut(range: &Range<u64>, length: u64) -> Vec<Range<u64>> {
    let (start, end) = (range.start, range.end);
    let pieces = (end - start).div_ceil(length);
    (0..pieces)
        .map(|piece| start + piece * length..end.min(start + (piece + 1) * length))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_the_range() {
        assert_eq!(cut(&(5..12), 3), [5..8, 8..11, 11..12]);
        assert_eq!(cut(&(5..8), 3), [5..8; 1]);
        assert!(cut(&(5..5), 3).is_empty());
    }
}

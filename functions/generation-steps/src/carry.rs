//! An output into another bucket than the parts lie in.
//!
//! No store copies between two buckets under two rights, so the bytes pass through here, a chunk at a
//! time; the output is there whole or not at all all the same.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::{StreamExt, TryStreamExt, stream};
use millrace_generation::chunks_prefix;
use millrace_ports::{Objects, PortError, Segment};

use crate::halt::{Halt, Step};
use crate::shift::Shift;
use crate::stages::parts_missing;

/// Bytes of a chunk.
const CHUNK_BYTES: u64 = 32 << 20;
/// Parts beyond which each is one chunk: an output is assembled of 10,000 pieces at most.
const MANY_PARTS: usize = 1_000;
/// Bytes of a chunk then, more than a part has.
const LARGE_CHUNK_BYTES: u64 = 512 << 20;
/// Chunks that are carried side by side; they are held in memory.
const AT_A_TIME: usize = 4;

/// Bytes of the own bucket that become an object of the other one.
struct Chunk {
    source: String,
    etag: String,
    range: Range<u64>,
    key: String,
}

/// Writes segments of the own bucket as an object of another one. Chunks stay until the job has ended: a
/// call that was stopped before goes on with what is there.
pub async fn carry(
    shift: &Shift<'_>,
    segments: Vec<Segment>,
    (target, key): (&Arc<dyn Objects>, &str),
    content_type: &str,
) -> Step<()> {
    let (pieces, chunks) = cut_all(shift, segments).await?;
    let total: u64 = chunks.iter().map(Chunk::length).sum();
    let done = AtomicU64::new(0);
    let large = chunks.iter().any(|chunk| chunk.length() > CHUNK_BYTES);
    let carried = chunks.iter().map(async |chunk| {
        carry_chunk(shift, chunk, target).await?;
        let done = done.fetch_add(chunk.length(), Ordering::Relaxed) + chunk.length();
        shift
            .pace
            .tell(0.1 + 0.8 * done as f64 / total.max(1) as f64)
    });
    stream::iter(carried)
        .buffer_unordered(if large { 1 } else { AT_A_TIME })
        .try_collect::<()>()
        .await?;
    let write = || target.concatenate(&pieces, key, content_type);
    let patience = shift.worker.patience();
    Ok(patience.call(PortError::retryable, write).await?)
}

/// The segments, those of objects as chunks; and the chunks.
async fn cut_all(shift: &Shift<'_>, segments: Vec<Segment>) -> Step<(Vec<Segment>, Vec<Chunk>)> {
    let (worker, own) = (shift.worker, &shift.worker.ports().objects);
    let length = if segments.len() > MANY_PARTS {
        LARGE_CHUNK_BYTES
    } else {
        CHUNK_BYTES
    };
    let prefix = chunks_prefix(&shift.ticket.place());
    let (mut pieces, mut chunks) = (Vec::new(), Vec::new());
    for segment in segments {
        let Some(source) = segment.key().map(str::to_owned) else {
            pieces.push(segment);
            continue;
        };
        let look = || own.head(&source);
        let head = worker.patience().call(PortError::retryable, look).await?;
        let head = head.ok_or_else(|| Halt::Again(parts_missing()))?;
        let range = match &segment {
            Segment::Range(_, range) => range.clone(),
            _ => 0..head.size,
        };
        for range in cut(&range, length) {
            let key = format!("{prefix}{:06}", chunks.len());
            pieces.push(Segment::Object(key.clone()));
            chunks.push(Chunk {
                source: source.clone(),
                etag: head.etag.clone(),
                range,
                key,
            });
        }
    }
    Ok((pieces, chunks))
}

/// Carries a chunk, unless it is there. Whoever made it made it of the same parts.
async fn carry_chunk(shift: &Shift<'_>, chunk: &Chunk, target: &Arc<dyn Objects>) -> Step<()> {
    let (patience, own) = (shift.worker.patience(), &shift.worker.ports().objects);
    let look = || target.size(&chunk.key);
    if patience.call(PortError::retryable, look).await? == Some(chunk.length()) {
        return Ok(());
    }
    let read = || own.get_range(&chunk.source, &chunk.etag, chunk.range.clone());
    let body = patience.call(PortError::retryable, read).await?;
    let body = body.ok_or_else(|| Halt::Again(parts_missing()))?;
    let write = || target.put(&chunk.key, body.clone(), "application/octet-stream");
    Ok(patience.call(PortError::retryable, write).await?)
}

impl Chunk {
    fn length(&self) -> u64 {
        self.range.end - self.range.start
    }
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

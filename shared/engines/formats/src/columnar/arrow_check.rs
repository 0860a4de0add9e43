//! What an Arrow file declares, looked at before its reader reserves memory for it.

use std::io::{BufReader, Read};
use std::sync::Arc;

use arrow::ipc::{Message, RecordBatch, root_as_footer, root_as_message};

use crate::contained::damaged;
use crate::error::FormatError;
use crate::layout::Format;
use crate::limits::Limits;
use crate::source::{SharedSource, Source, SourceReader, Watched, read_exactly_at};

pub(super) const MAGIC: &[u8; 6] = b"ARROW1";
const FORMAT: Format = Format::Arrow;

/// Every block that the footer declares must lie in the file, and what it unpacks to within bounds.
pub(super) fn check_file(source: &Watched, limits: &Limits) -> Result<(), FormatError> {
    let length = source.length();
    let mut tail = [0; 10];
    if length < 20 {
        return Err(damaged(FORMAT, "it ends behind its first bytes"));
    }
    read_exactly_at(source, length - 10, &mut tail)?;
    let [a, b, c, d, magic @ ..] = tail;
    if magic != *MAGIC {
        return Err(damaged(FORMAT, "its end is missing"));
    }
    let declared = u64::from(u32::from_le_bytes([a, b, c, d]));
    if declared + 20 > length || declared > limits.buffered_bytes {
        return Err(damaged(
            FORMAT,
            format!("it declares a footer of {declared} bytes"),
        ));
    }
    let mut bytes = vec![0; declared as usize];
    read_exactly_at(source, length - 10 - declared, &mut bytes)?;
    let footer = root_as_footer(&bytes).map_err(|error| damaged(FORMAT, error))?;
    let blocks = footer
        .recordBatches()
        .into_iter()
        .flatten()
        .chain(footer.dictionaries().into_iter().flatten());
    for block in blocks {
        let outside = || damaged(FORMAT, "a block lies outside the file");
        let [Ok(offset), Ok(metadata), Ok(body)] = [
            u64::try_from(block.offset()),
            u64::try_from(block.metaDataLength()),
            u64::try_from(block.bodyLength()),
        ] else {
            return Err(outside());
        };
        let body_start = offset.checked_add(metadata).ok_or_else(outside)?;
        let end = body_start.checked_add(body).ok_or_else(outside)?;
        if end > length {
            return Err(outside());
        }
        check_block(source, (offset, metadata), (body_start, body), limits)?;
    }
    Ok(())
}

/// The message of a block of a file, which stands behind a mark and its own length.
fn check_block(
    source: &Watched,
    (offset, length): (u64, u64),
    body: (u64, u64),
    limits: &Limits,
) -> Result<(), FormatError> {
    if length > limits.buffered_bytes {
        return Err(damaged(FORMAT, "the head of a block is too long"));
    }
    let mut bytes = vec![0; length as usize];
    read_exactly_at(source, offset, &mut bytes)?;
    // Before 0.15 there was no continuation mark.
    let marked = bytes.strip_prefix(&[0xFF; 4]).unwrap_or(&bytes);
    let Some(message) = marked.get(4..) else {
        return Err(damaged(FORMAT, "a block has no head"));
    };
    let message = root_as_message(message).map_err(|error| damaged(FORMAT, error))?;
    check_body(source, &message, body, limits)
}

/// The same for a stream, message by message.
pub(super) fn check_stream(source: &Arc<Watched>, limits: &Limits) -> Result<(), FormatError> {
    let length = source.length();
    let shared: SharedSource = source.clone();
    let mut reader = BufReader::new(SourceReader::new(shared));
    let cut = || damaged(FORMAT, "the stream ends within a message");
    let mut at = 0u64;
    while at + 8 <= length {
        let mut head = [0; 8];
        reader.read_exact(&mut head).map_err(FormatError::from_io)?;
        let [0xFF, 0xFF, 0xFF, 0xFF, size @ ..] = head else {
            return Err(damaged(FORMAT, "a message does not begin as one"));
        };
        let size = u64::from(u32::from_le_bytes(size));
        if size == 0 {
            return Ok(());
        }
        at += 8 + size;
        if at > length || size > limits.buffered_bytes {
            return Err(cut());
        }
        let mut bytes = vec![0; size as usize];
        reader
            .read_exact(&mut bytes)
            .map_err(FormatError::from_io)?;
        let message = root_as_message(&bytes).map_err(|error| damaged(FORMAT, error))?;
        let body = u64::try_from(message.bodyLength()).map_err(|_| cut())?;
        let end = at.checked_add(body).ok_or_else(cut)?;
        if end > length {
            return Err(cut());
        }
        check_body(source, &message, (at, body), limits)?;
        at = end;
        reader
            .seek_relative(body as i64)
            .map_err(FormatError::from_io)?;
    }
    if at < length {
        return Err(cut());
    }
    Ok(())
}

fn check_body(
    source: &Watched,
    message: &Message<'_>,
    body: (u64, u64),
    limits: &Limits,
) -> Result<(), FormatError> {
    match message.header_as_dictionary_batch() {
        Some(dictionary) => dictionary.data(),
        None => message.header_as_record_batch(),
    }
    .map_or(Ok(()), |batch| check_batch(source, &batch, body, limits))
}

/// Compressed buffers begin with the size they unpack to.
fn check_batch(
    source: &Watched,
    batch: &RecordBatch<'_>,
    (start, length): (u64, u64),
    limits: &Limits,
) -> Result<(), FormatError> {
    let Some(buffers) = batch.buffers().filter(|_| batch.compression().is_some()) else {
        return Ok(());
    };
    let mut unpacked = 0u64;
    for buffer in buffers {
        let outside = || damaged(FORMAT, "a buffer lies outside its block");
        let offset = u64::try_from(buffer.offset()).map_err(|_| outside())?;
        let size = u64::try_from(buffer.length()).map_err(|_| outside())?;
        if offset.checked_add(size).is_none_or(|end| end > length) {
            return Err(outside());
        }
        if size < 8 {
            continue;
        }
        let mut declared = [0; 8];
        read_exactly_at(source, start + offset, &mut declared)?;
        // Minus one stands before a buffer that is not compressed.
        let declared = u64::try_from(i64::from_le_bytes(declared)).unwrap_or(size);
        unpacked = unpacked.saturating_add(declared);
        if unpacked > limits.buffered_bytes {
            return Err(FormatError::DecompressedTooLarge {
                reason: format!("a batch of more than {} bytes", limits.buffered_bytes),
            });
        }
    }
    Ok(())
}

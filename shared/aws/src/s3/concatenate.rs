//! Joining objects within the bucket.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;
use futures::stream::{self, StreamExt, TryStreamExt};
use millrace_ports::{Objects, PortError, Segment};

use super::plan::{Piece, Span, pieces};
use super::{S3Objects, collect};
use crate::error::port_error;

/// Most pieces of a multipart upload.
const MOST_PIECES: usize = 10_000;
/// Small calls at a time.
const SMALL_CALLS: usize = 8;
/// Pieces at a time, each with at most 5 MiB in memory.
const PIECES: usize = 16;

/// Where a multipart upload goes.
struct Upload<'a> {
    segments: &'a [Segment],
    target: &'a str,
    id: String,
}

impl S3Objects {
    /// Writes `target` as the segments' bytes in order: small ones through memory, others by copies
    /// within S3.
    pub(super) async fn join(
        &self,
        segments: &[Segment],
        target: &str,
        content_type: &str,
    ) -> Result<(), PortError> {
        let calls: Vec<_> = segments
            .iter()
            .map(|segment| self.length(segment))
            .collect();
        let sizes: Vec<u64> = stream::iter(calls)
            .buffered(SMALL_CALLS)
            .try_collect()
            .await?;
        let pieces = pieces(&sizes);
        match pieces.as_slice() {
            [] => self.put(target, Bytes::new(), content_type).await,
            [Piece::Gather(spans)] => {
                self.put(target, self.read(segments, spans).await?, content_type)
                    .await
            }
            _ if pieces.len() > MOST_PIECES => Err(PortError::too_large(format!(
                "'{target}' of {} pieces",
                pieces.len()
            ))),
            _ => self.upload(segments, &pieces, target, content_type).await,
        }
    }

    async fn upload(
        &self,
        segments: &[Segment],
        pieces: &[Piece],
        target: &str,
        content_type: &str,
    ) -> Result<(), PortError> {
        let created = self
            .calls
            .create_multipart_upload()
            .bucket(&self.bucket)
            .key(target)
            .content_type(content_type)
            .send()
            .await
            .map_err(|error| port_error("begin an upload", &error))?;
        let id = created
            .upload_id()
            .ok_or_else(|| PortError::other("an upload without id"))?;
        let upload = Upload {
            segments,
            target,
            id: id.to_owned(),
        };
        let done = self.complete(&upload, pieces).await;
        if done.is_err() {
            self.abort(&upload).await;
        }
        done
    }

    async fn complete(&self, upload: &Upload<'_>, pieces: &[Piece]) -> Result<(), PortError> {
        let calls: Vec<_> = pieces
            .iter()
            .zip(1..)
            .map(|(piece, number)| self.piece(upload, piece, number))
            .collect();
        let completed = stream::iter(calls).buffered(PIECES).try_collect().await?;
        let completed = CompletedMultipartUpload::builder()
            .set_parts(Some(completed))
            .build();
        let call = self
            .transfers
            .complete_multipart_upload()
            .bucket(&self.bucket)
            .key(upload.target)
            .upload_id(&upload.id)
            .multipart_upload(completed);
        match call.send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(port_error("complete an upload", &error)),
        }
    }

    /// What is left of an upload costs storage until the bucket's lifecycle rule finds it; the
    /// error that led here matters more than one of this call.
    async fn abort(&self, upload: &Upload<'_>) {
        let call = self
            .calls
            .abort_multipart_upload()
            .bucket(&self.bucket)
            .key(upload.target);
        if let Err(error) = call.upload_id(&upload.id).send().await {
            let error = port_error("abort an upload", &error);
            tracing::warn!(target = upload.target, %error, "an unfinished upload is left behind");
        }
    }

    async fn piece(
        &self,
        upload: &Upload<'_>,
        piece: &Piece,
        number: i32,
    ) -> Result<CompletedPart, PortError> {
        let spans = match piece {
            Piece::Gather(spans) => spans.as_slice(),
            Piece::Copy(span) => match place(upload.segments, *span) {
                Place::Object(key, from) => {
                    return self.copy(upload, number, (key, from, span.length)).await;
                }
                Place::Memory(_) => std::slice::from_ref(span),
            },
        };
        let body = self.read(upload.segments, spans).await?;
        let output = self
            .transfers
            .upload_part()
            .bucket(&self.bucket)
            .key(upload.target)
            .upload_id(&upload.id)
            .part_number(number)
            .body(ByteStream::from(body))
            .send()
            .await
            .map_err(|error| port_error("upload a piece", &error))?;
        Ok(CompletedPart::builder()
            .part_number(number)
            .set_e_tag(output.e_tag().map(str::to_owned))
            .set_checksum_crc32(output.checksum_crc32().map(str::to_owned))
            .build())
    }

    async fn copy(
        &self,
        upload: &Upload<'_>,
        number: i32,
        (key, from, length): (&str, u64, u64),
    ) -> Result<CompletedPart, PortError> {
        let output = self
            .transfers
            .upload_part_copy()
            .bucket(&self.bucket)
            .key(upload.target)
            .upload_id(&upload.id)
            .part_number(number)
            .copy_source(copy_source(&self.bucket, key))
            .copy_source_range(range(from, length))
            .send()
            .await
            .map_err(|error| port_error("copy a piece", &error))?;
        let copied = output.copy_part_result();
        let copied = copied.ok_or_else(|| PortError::other("a copy without a result"))?;
        Ok(CompletedPart::builder()
            .part_number(number)
            .set_e_tag(copied.e_tag().map(str::to_owned))
            .set_checksum_crc32(copied.checksum_crc32().map(str::to_owned))
            .build())
    }

    async fn length(&self, segment: &Segment) -> Result<u64, PortError> {
        let (key, end, length) = match segment {
            Segment::Bytes(bytes) => return Ok(bytes.len() as u64),
            Segment::Object(key) => (key, 0, None),
            Segment::Range(key, range) => (key, range.end, Some(range.end - range.start)),
        };
        let size = self.size(key).await?;
        let size = size.ok_or_else(|| PortError::not_found(format!("the object '{key}'")))?;
        if end > size {
            return Err(PortError::other(format!("'{key}' ends before {end}")));
        }
        Ok(length.unwrap_or(size))
    }

    /// The bytes of the spans, joined.
    async fn read(&self, segments: &[Segment], spans: &[Span]) -> Result<Bytes, PortError> {
        let calls: Vec<_> = spans
            .iter()
            .map(|span| self.read_span(place(segments, *span), span.length))
            .collect();
        let bodies: Vec<Bytes> = stream::iter(calls)
            .buffered(SMALL_CALLS)
            .try_collect()
            .await?;
        Ok(bodies.concat().into())
    }

    async fn read_span(&self, place: Place<'_>, length: u64) -> Result<Bytes, PortError> {
        let (key, from) = match place {
            Place::Memory(bytes) => return Ok(bytes),
            Place::Object(key, from) => (key, from),
        };
        let call = self.transfers.get_object().bucket(&self.bucket).key(key);
        let output = call.range(range(from, length)).send().await;
        let output = output.map_err(|error| port_error("read a part", &error))?;
        let body = collect(output.body).await?;
        if body.len() as u64 == length {
            Ok(body)
        } else {
            Err(PortError::other(format!("the part '{key}' has changed")))
        }
    }
}

/// Where the bytes of a span are.
enum Place<'a> {
    /// In this object, from this byte on.
    Object(&'a str, u64),
    /// Here.
    Memory(Bytes),
}

fn place(segments: &[Segment], span: Span) -> Place<'_> {
    match &segments[span.part] {
        Segment::Object(key) => Place::Object(key, span.from),
        Segment::Range(key, range) => Place::Object(key, range.start + span.from),
        Segment::Bytes(bytes) => {
            // No larger than they are: the bytes are in memory.
            let (from, length) = (span.from as usize, span.length as usize);
            Place::Memory(bytes.slice(from..from + length))
        }
    }
}

/// The value of a `Range` header; `length` is never 0.
fn range(from: u64, length: u64) -> String {
    format!("bytes={}-{}", from, from + length - 1)
}

/// `bucket/key` as the header of a copy wants it: percent-encoded but for the slashes.
fn copy_source(bucket: &str, key: &str) -> String {
    let mut source = format!("{bucket}/");
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            source.push(char::from(byte));
        } else {
            source.push_str(&format!("%{byte:02X}"));
        }
    }
    source
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_name_bytes_and_keys_exactly() {
        assert_eq!(range(5, 1), "bytes=5-5");
        assert_eq!(copy_source("b", "a b/ä+%"), "b/a%20b/%C3%A4%2B%25");
    }
}

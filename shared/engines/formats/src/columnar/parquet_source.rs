//! A source as Parquet's reader wants it, with an eye on what pages unpack to.

use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;

use bytes::Bytes;
use flate2::bufread::MultiGzDecoder;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

use super::thrift;
use crate::error::FormatError;
use crate::source::{SharedSource, Source, SourceReader, Watched, read_full_at};

#[derive(Clone)]
pub(super) struct ParquetSource {
    pub(super) bytes: Arc<Watched>,
    /// Bytes that one page may unpack to.
    pub(super) page_limit: u64,
}

/// The most that Deflate and LZ4 make of one byte.
const DEFLATE_RATIO: u64 = 1_032;
const LZ4_RATIO: u64 = 255;

impl ParquetSource {
    fn shared(&self) -> SharedSource {
        self.bytes.clone()
    }

    fn too_large(&self) -> ParquetError {
        let reason = format!("a page of more than {} bytes", self.page_limit);
        let fault = FormatError::DecompressedTooLarge { reason };
        let words = fault.to_string();
        self.bytes.keep_fault(fault);
        ParquetError::General(words)
    }

    /// Gzip and framed LZ4 are unpacked to their end, whatever their page says. Where that might be
    /// far it is found out here, without keeping anything.
    fn check_page(&self, page: &[u8]) -> parquet::errors::Result<()> {
        let length = page.len() as u64;
        let unpacked = match page {
            [0x1F, 0x8B, 8, ..] if length * DEFLATE_RATIO > self.page_limit => {
                let mut unpacked = MultiGzDecoder::new(page).take(self.page_limit + 1);
                // A fault of the data is told of when the page is read.
                io::copy(&mut unpacked, &mut io::sink()).unwrap_or_default()
            }
            [0x04, 0x22, 0x4D, 0x18, ..] => length * LZ4_RATIO,
            _ => 0,
        };
        if unpacked > self.page_limit {
            return Err(self.too_large());
        }
        Ok(())
    }
}

impl Length for ParquetSource {
    fn len(&self) -> u64 {
        self.bytes.length()
    }
}

impl ChunkReader for ParquetSource {
    type T = BufReader<SourceReader>;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Self::T> {
        let end = self.bytes.length();
        let range = SourceReader::range(self.shared(), start.min(end), end);
        let mut reader = BufReader::new(range);
        // What is read so is the header of a page.
        if thrift::page_bytes(reader.fill_buf()?).is_some_and(|bytes| bytes > self.page_limit) {
            return Err(self.too_large());
        }
        Ok(reader)
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        // A damaged footer may ask for anything: nothing is allocated beyond the file itself.
        let end = start.checked_add(length as u64);
        if end.is_none_or(|end| end > self.bytes.length()) {
            return Err(ParquetError::EOF(format!(
                "{length} bytes at {start} lie outside the file"
            )));
        }
        let mut buffer = vec![0; length];
        let read = read_full_at(self.bytes.as_ref(), start, &mut buffer)?;
        if read < length {
            return Err(ParquetError::EOF("the file is shorter than it was".into()));
        }
        self.check_page(&buffer)?;
        Ok(buffer.into())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(bytes: usize) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(&vec![0; bytes]).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn pages_are_measured_where_they_might_be_large() {
        let source = ParquetSource {
            bytes: Watched::new(Arc::new(vec![0u8; 8])),
            page_limit: 100_000,
        };
        assert!(source.check_page(&gzip(99_000)).is_ok());
        assert!(source.check_page(&gzip(99_000).repeat(2)).is_err());
        let fault = source.bytes.take_fault().unwrap();
        assert_eq!(fault.code(), "DECOMPRESSED_TOO_LARGE");
        assert!(
            source
                .check_page(&[&[4, 0x22, 0x4D, 0x18][..], &[0; 500]].concat())
                .is_err()
        );
        assert!(source.check_page(b"plain bytes").is_ok());
    }
}

//! Compressed files as streams, with bounds, and without ever passing a part off as the whole.

use std::borrow::Cow;
use std::io::{self, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::Crc;
use flate2::bufread::{DeflateDecoder, MultiGzDecoder};
use zip::read::ZipFile;
use zip::{CompressionMethod, ZipArchive};

use crate::error::FormatError;
use crate::layout::Compression;
use crate::limits::Limits;
use crate::source::{SharedSource, Source, SourceReader, Watched};

/// Below this nothing is a bomb, however well it packs.
const RATIO_FREE_BYTES: u64 = 64 << 20;

/// What the first bytes say of compression.
pub(crate) fn detect(head: &[u8]) -> Result<Compression, FormatError> {
    let unsupported = |name: &str| {
        Err(FormatError::UnsupportedCompression {
            name: name.to_owned(),
        })
    };
    match head {
        [0x1F, 0x8B, 0x08, ..] => Ok(Compression::Gzip),
        [0x28, 0xB5, 0x2F, 0xFD, ..] | [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] => Ok(Compression::Zstd),
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, ..]
        | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, ..] => Ok(Compression::Bzip2),
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] | [b'P', b'K', 7, 8, ..] => {
            Ok(Compression::Zip)
        }
        [0xFD, b'7', b'z', b'X', b'Z', 0, ..] => unsupported("XZ"),
        [b'7', b'z', 0xBC, 0xAF, 0x27, 0x1C, ..] => unsupported("7z"),
        [b'R', b'a', b'r', b'!', 0x1A, 7, ..] => unsupported("RAR"),
        [0x04, 0x22, 0x4D, 0x18, ..] => unsupported("LZ4"),
        [0xFF, 6, 0, 0, b's', b'N', b'a', b'P', b'p', b'Y', ..] => unsupported("Snappy"),
        _ => Ok(Compression::None),
    }
}

/// A file inside an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) name: String,
    start: u64,
    pub(crate) compressed: u64,
    /// Bytes that the archive says it unpacks to.
    pub(crate) size: u64,
    crc: u32,
    deflated: bool,
}

/// Names in an archive, without folders.
pub(crate) fn entry_names(source: &SharedSource) -> Result<Vec<String>, FormatError> {
    Ok(Archive::open(source)?
        .zip
        .file_names()
        .filter_map(Result::ok)
        .filter(|name| !name.ends_with('/'))
        .map(Cow::into_owned)
        .collect())
}

/// All files of an archive.
pub(crate) fn entries(source: &SharedSource) -> Result<Vec<Entry>, FormatError> {
    let mut archive = Archive::open(source)?;
    let mut entries = Vec::new();
    for place in 0..archive.zip.len() {
        let entry = archive.entry(place)?;
        if !entry.name.ends_with('/') {
            entries.push(entry);
        }
    }
    Ok(entries)
}

/// The list of an archive.
struct Archive {
    zip: ZipArchive<BufReader<SourceReader>>,
    source: Arc<Watched>,
}

impl Archive {
    /// The list stands at the end: without it the archive is not whole.
    fn open(source: &SharedSource) -> Result<Self, FormatError> {
        let source = Watched::new(Arc::clone(source));
        let zip = ZipArchive::new(BufReader::new(SourceReader::new(source.clone())));
        let zip = zip.map_err(|_| {
            source
                .take_fault()
                .unwrap_or(FormatError::TruncatedArchive {
                    compression: Compression::Zip,
                    bytes: 0,
                })
        })?;
        Ok(Self { zip, source })
    }

    /// Where a file lies, and what the archive says of it.
    fn entry(&mut self, place: usize) -> Result<Entry, FormatError> {
        let source = &self.source;
        let file = self.zip.by_index_raw(place).map_err(|error| {
            let fault = || corrupt(Compression::Zip, 0, error);
            source.take_fault().unwrap_or_else(fault)
        })?;
        entry(&file, place, source.length())
    }
}

fn entry(
    file: &ZipFile<'_, BufReader<SourceReader>>,
    place: usize,
    length: u64,
) -> Result<Entry, FormatError> {
    if file.encrypted() {
        return Err(FormatError::Encrypted);
    }
    let deflated = match file.compression() {
        CompressionMethod::Stored => false,
        CompressionMethod::Deflated => true,
        other => {
            return Err(FormatError::UnsupportedCompression {
                name: format!("ZIP {other:?}"),
            });
        }
    };
    let start = file
        .data_start()
        .ok_or_else(|| corrupt(Compression::Zip, 0, "the entry has no data"))?;
    let end = start.checked_add(file.compressed_size());
    if end.is_none_or(|end| end > length) {
        return Err(FormatError::TruncatedArchive {
            compression: Compression::Zip,
            bytes: 0,
        });
    }
    let name = match file.name() {
        Ok(name) => name.into_owned(),
        Err(_) => format!("entry {}", place + 1),
    };
    Ok(Entry {
        name,
        start,
        compressed: file.compressed_size(),
        size: file.size(),
        crc: file.crc32(),
        deflated,
    })
}

/// The only file of an archive. What systems add by themselves does not count.
pub(crate) fn only_entry(source: &SharedSource) -> Result<Entry, FormatError> {
    let mut archive = Archive::open(source)?;
    let mut files = Vec::new();
    for place in 0..archive.zip.len() {
        let name = match archive.zip.name_for_index(place) {
            Some(Ok(name)) => name.into_owned(),
            _ => format!("entry {}", place + 1),
        };
        let is_added = name.starts_with("__MACOSX/") || name.ends_with(".DS_Store");
        if !name.ends_with('/') && !is_added {
            files.push((place, name));
        }
    }
    match files.as_slice() {
        [(place, _)] => archive.entry(*place),
        _ => Err(FormatError::ArchiveEntries {
            entries: files.into_iter().map(|(_, name)| name).collect(),
        }),
    }
}

fn corrupt(compression: Compression, bytes: u64, reason: impl ToString) -> FormatError {
    FormatError::CorruptArchive {
        compression,
        bytes,
        reason: reason.to_string(),
    }
}

/// Bytes of the source that were read so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Meter(Arc<AtomicU64>);

impl Meter {
    pub(crate) fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn add(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// Counts what passes.
pub(crate) struct Metered<R> {
    input: R,
    meter: Meter,
}

impl<R: Read> Metered<R> {
    pub(crate) fn new(input: R, meter: Meter) -> Self {
        Self { input, meter }
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.meter.add(count as u64);
        Ok(count)
    }
}

/// Opens the content of a source.
pub(crate) fn open(
    source: &SharedSource,
    compression: Compression,
    entry: Option<&Entry>,
    limits: &Limits,
    meter: &Meter,
) -> Result<Box<dyn Read + Send>, FormatError> {
    let (start, end) = entry.map_or((0, source.length()), |entry| {
        (entry.start, entry.start + entry.compressed)
    });
    let range = SourceReader::range(Arc::clone(source), start, end);
    let input = Metered::new(range, meter.clone());
    if compression == Compression::None {
        return Ok(Box::new(input));
    }
    let input = BufReader::with_capacity(128 << 10, input);
    let decoder: Box<dyn Read + Send> = match compression {
        Compression::Gzip => Box::new(MultiGzDecoder::new(input)),
        Compression::Zstd => Box::new(
            zstd::stream::read::Decoder::with_buffer(input)
                .map_err(|error| corrupt(compression, 0, error))?,
        ),
        Compression::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(input)),
        Compression::Zip if entry.is_some_and(|entry| !entry.deflated) => Box::new(input),
        Compression::Zip => Box::new(DeflateDecoder::new(input)),
        Compression::None => Box::new(input),
    };
    let check = entry.map(|entry| Check {
        crc: Crc::new(),
        expected: entry.crc,
        size: entry.size,
    });
    Ok(Box::new(Guard {
        decoder,
        compression,
        meter: meter.clone(),
        bytes: 0,
        limits: *limits,
        check,
    }))
}

struct Check {
    crc: Crc,
    expected: u32,
    size: u64,
}

/// Holds a decoder to its bounds and gives its faults their names.
struct Guard {
    decoder: Box<dyn Read + Send>,
    compression: Compression,
    meter: Meter,
    bytes: u64,
    limits: Limits,
    check: Option<Check>,
}

impl Guard {
    fn check_bounds(&self) -> Result<(), FormatError> {
        if self
            .check
            .as_ref()
            .is_some_and(|check| self.bytes > check.size)
        {
            return Err(corrupt(
                self.compression,
                self.bytes,
                "the file is longer than its archive says",
            ));
        }
        let limit = self.limits.decompressed_bytes;
        if self.bytes > limit {
            return Err(FormatError::DecompressedTooLarge {
                reason: format!("more than {limit} bytes"),
            });
        }
        let ratio = self.limits.ratio;
        let packed = self.meter.bytes().max(1);
        if self.bytes > RATIO_FREE_BYTES && self.bytes / packed > ratio {
            return Err(FormatError::DecompressedTooLarge {
                reason: format!("more than {ratio} times the compressed size"),
            });
        }
        Ok(())
    }

    fn check_end(&mut self) -> Result<(), FormatError> {
        let Some(check) = self.check.take() else {
            return Ok(());
        };
        if self.bytes < check.size {
            return Err(FormatError::TruncatedArchive {
                compression: self.compression,
                bytes: self.bytes,
            });
        }
        if self.bytes > check.size || check.crc.sum() != check.expected {
            return Err(corrupt(
                self.compression,
                self.bytes,
                "the checksum does not match",
            ));
        }
        Ok(())
    }

    fn name_fault(&self, error: io::Error) -> FormatError {
        let kind = error.kind();
        match FormatError::from_io(error) {
            FormatError::Io(error) => match kind {
                io::ErrorKind::UnexpectedEof => FormatError::TruncatedArchive {
                    compression: self.compression,
                    bytes: self.bytes,
                },
                io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::Other => {
                    corrupt(self.compression, self.bytes, error)
                }
                _ => FormatError::Io(error),
            },
            named => named,
        }
    }
}

impl Read for Guard {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let count = loop {
            match self.decoder.read(buffer) {
                Ok(count) => break count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.name_fault(error).into_io()),
            }
        };
        self.bytes += count as u64;
        if let Some(check) = &mut self.check {
            check.crc.update(&buffer[..count]);
        }
        let checked = if count == 0 {
            self.check_end()
        } else {
            self.check_bounds()
        };
        checked.map_err(FormatError::into_io)?;
        Ok(count)
    }
}

/// Reads a whole stream into memory, for formats that need random access.
pub(crate) fn read_all(
    mut input: Box<dyn Read + Send>,
    format: crate::Format,
    limit: u64,
) -> Result<Vec<u8>, FormatError> {
    let mut bytes = Vec::new();
    input
        .by_ref()
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(FormatError::from_io)?;
    if bytes.len() as u64 > limit {
        return Err(FormatError::TooLargeToBuffer { format, limit });
    }
    Ok(bytes)
}

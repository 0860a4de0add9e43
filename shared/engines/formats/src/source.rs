//! Where bytes come from: anything with a length that can be read at an offset.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use crate::error::FormatError;

/// Bytes that can be read at any offset, from several threads at once.
pub trait Source: Send + Sync {
    /// Bytes there are.
    fn length(&self) -> u64;

    /// Reads at `offset` into `buffer`; fewer bytes than asked for are allowed, none only at the
    /// end.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;
}

/// A source that many readers share.
pub type SharedSource = Arc<dyn Source>;

impl Source for Bytes {
    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(copy_at(self, offset, buffer))
    }
}

impl Source for Vec<u8> {
    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(copy_at(self, offset, buffer))
    }
}

impl Source for File {
    fn length(&self) -> u64 {
        self.metadata().map_or(0, |metadata| metadata.len())
    }

    #[cfg(unix)]
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(self, buffer, offset)
    }

    #[cfg(windows)]
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(self, buffer, offset)
    }
}

fn copy_at(bytes: &[u8], offset: u64, buffer: &mut [u8]) -> usize {
    let Some(rest) = usize::try_from(offset)
        .ok()
        .and_then(|offset| bytes.get(offset..))
    else {
        return 0;
    };
    let length = rest.len().min(buffer.len());
    buffer[..length].copy_from_slice(&rest[..length]);
    length
}

/// Reads at `offset` until `buffer` is full or the source ends; how much it was.
pub(crate) fn read_full_at(
    source: &dyn Source,
    offset: u64,
    buffer: &mut [u8],
) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        let at = offset + filled as u64;
        match source.read_at(at, &mut buffer[filled..]) {
            Ok(0) if at < source.length() => return Err(FormatError::InputChanged.into_io()),
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Reads at `offset` until `buffer` is full, which the source must have enough for.
pub(crate) fn read_exactly_at(
    source: &dyn Source,
    offset: u64,
    buffer: &mut [u8],
) -> Result<(), FormatError> {
    let read = read_full_at(source, offset, buffer).map_err(FormatError::from_io)?;
    if read < buffer.len() {
        return Err(FormatError::InputChanged);
    }
    Ok(())
}

/// A window of a source as `Read + Seek`.
#[derive(Clone)]
pub(crate) struct SourceReader {
    source: SharedSource,
    start: u64,
    end: u64,
    at: u64,
}

impl std::fmt::Debug for SourceReader {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}..{} at {}", self.start, self.end, self.at)
    }
}

impl SourceReader {
    pub(crate) fn new(source: SharedSource) -> Self {
        let end = source.length();
        Self::range(source, 0, end)
    }

    pub(crate) fn range(source: SharedSource, start: u64, end: u64) -> Self {
        Self {
            source,
            start,
            end,
            at: start,
        }
    }
}

impl Read for SourceReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.end.saturating_sub(self.at);
        let wanted = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
        if wanted == 0 {
            return Ok(0);
        }
        loop {
            match self.source.read_at(self.at, &mut buffer[..wanted]) {
                // The source is shorter than it said: the rest must not go missing in silence.
                Ok(0) => return Err(FormatError::InputChanged.into_io()),
                Ok(count) => {
                    self.at += count as u64;
                    return Ok(count);
                }
                // Not all readers of other crates try again.
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Seek for SourceReader {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        let target = match position {
            SeekFrom::Start(offset) => self.start.checked_add(offset),
            SeekFrom::End(delta) => self.end.checked_add_signed(delta),
            SeekFrom::Current(delta) => self.at.checked_add_signed(delta),
        };
        match target {
            Some(target) if target >= self.start => {
                self.at = target;
                Ok(target - self.start)
            }
            _ => Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "a seek before the beginning",
            )),
        }
    }
}

/// A source under a reader of another crate, which may tell of a failed read in words of its own:
/// what really happened is kept here.
pub(crate) struct Watched {
    source: SharedSource,
    fault: Mutex<Option<FormatError>>,
}

impl Watched {
    pub(crate) fn new(source: SharedSource) -> Arc<Self> {
        Arc::new(Self {
            source,
            fault: Mutex::new(None),
        })
    }

    /// The first fault of the source since the last call.
    pub(crate) fn take_fault(&self) -> Option<FormatError> {
        self.fault
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    pub(crate) fn keep_fault(&self, fault: FormatError) {
        self.fault
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert(fault);
    }
}

impl Source for Watched {
    fn length(&self) -> u64 {
        self.source.length()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let result = self.source.read_at(offset, buffer);
        match &result {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                let copy = io::Error::new(error.kind(), error.to_string());
                self.keep_fault(FormatError::Io(copy));
            }
            Ok(0) if !buffer.is_empty() && offset < self.length() => {
                self.keep_fault(FormatError::InputChanged);
            }
            _ => {}
        }
        result
    }
}

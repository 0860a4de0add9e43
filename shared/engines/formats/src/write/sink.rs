//! Where encoded bytes go: counted, and for text formats compressed.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use flate2::GzBuilder;
use flate2::write::GzEncoder;
use zstd::stream::write::Encoder as ZstdEncoder;

use super::error::WriteError;
use super::options::{Compressed, TextCompression};

/// What is known of a sink while an encoder holds it.
#[derive(Debug, Default)]
pub(crate) struct SinkState {
    bytes: AtomicU64,
    abandoned: AtomicBool,
}

impl SinkState {
    /// Bytes that went out.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Lets nothing more out. Encoders complete their file when they are dropped, and half a file
    /// must not look like a whole one.
    pub(crate) fn abandon(&self) {
        self.abandoned.store(true, Ordering::Relaxed);
    }
}

/// The receiver of the bytes, counting them.
#[derive(Debug)]
pub(crate) struct Sink<W> {
    /// There until it is taken out.
    output: Option<W>,
    state: Arc<SinkState>,
}

impl<W: Write> Sink<W> {
    pub(crate) fn new(output: W, state: Arc<SinkState>) -> Self {
        Self {
            output: Some(output),
            state,
        }
    }

    /// Flushes the receiver and takes it out.
    pub(crate) fn take_output(&mut self) -> Result<W, WriteError> {
        let mut output = self.output.take().ok_or(WriteError::Closed)?;
        output.flush()?;
        Ok(output)
    }
}

impl<W: Write> Write for Sink<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.state.abandoned.load(Ordering::Relaxed) {
            return Ok(bytes.len());
        }
        let Some(output) = &mut self.output else {
            return Err(io::Error::other("the file is finished"));
        };
        match output.write(bytes) {
            Ok(count) => {
                self.state.bytes.fetch_add(count as u64, Ordering::Relaxed);
                Ok(count)
            }
            Err(error) => {
                if error.kind() != io::ErrorKind::Interrupted {
                    self.state.abandon();
                }
                Err(error)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.as_mut().map_or(Ok(()), Write::flush)
    }
}

/// Bytes of a text format on their way into a sink, as one or several members of a compressed
/// stream. Members stand for themselves, so they can be left out or joined later.
pub(crate) struct TextStream<W: Write> {
    member: Member<W>,
    compression: Compression,
    state: Arc<SinkState>,
    members: usize,
}

enum Member<W: Write> {
    /// Between two members.
    Idle(Sink<W>),
    Plain(Sink<W>),
    Gzip(Box<GzEncoder<Sink<W>>>),
    Zstd(Box<ZstdEncoder<'static, Sink<W>>>),
    /// After a fault.
    Lost,
}

/// A compression with a level that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    None,
    Gzip(u32),
    Zstd(i32),
}

impl Compression {
    pub(crate) fn new(compressed: Compressed) -> Result<Self, WriteError> {
        let level = compressed.compression_level;
        let checked = |most: u32, usual: u32| match level {
            None => Ok(usual),
            Some(level) if (1..=most).contains(&level) => Ok(level),
            Some(level) => Err(WriteError::invalid(
                "compression_level",
                format!("{level} is not between 1 and {most}"),
            )),
        };
        Ok(match compressed.compression {
            TextCompression::None => Self::None,
            TextCompression::Gzip => Self::Gzip(checked(9, 6)?),
            TextCompression::Zstd => Self::Zstd(checked(22, 3)? as i32),
        })
    }

    /// Bytes as one member.
    pub(crate) fn member(self, bytes: &[u8]) -> Result<Vec<u8>, WriteError> {
        let mut stream = TextStream::new(Sink::new(Vec::new(), Arc::default()), self);
        stream.write(bytes)?;
        stream.begin_any_member()?;
        stream.finish()
    }
}

impl<W: Write> TextStream<W> {
    pub(crate) fn new(sink: Sink<W>, compression: Compression) -> Self {
        let state = Arc::clone(&sink.state);
        Self {
            member: Member::Idle(sink),
            compression,
            state,
            members: 0,
        }
    }

    pub(crate) fn is_compressed(&self) -> bool {
        self.compression != Compression::None
    }

    /// Bytes that went out.
    pub(crate) fn bytes(&self) -> u64 {
        self.state.bytes()
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.begin_member()?;
        match &mut self.member {
            Member::Plain(sink) => sink.write_all(bytes)?,
            Member::Gzip(encoder) => encoder.write_all(bytes)?,
            Member::Zstd(encoder) => encoder.write_all(bytes)?,
            Member::Idle(_) | Member::Lost => return Err(WriteError::Closed),
        }
        Ok(())
    }

    fn begin_member(&mut self) -> Result<(), WriteError> {
        if !matches!(self.member, Member::Idle(_)) {
            return Ok(());
        }
        let Member::Idle(sink) = std::mem::replace(&mut self.member, Member::Lost) else {
            return Err(WriteError::Closed);
        };
        self.members += 1;
        self.member = match self.compression {
            Compression::None => Member::Plain(sink),
            // No time and no system in the header: the same rows make the same bytes.
            Compression::Gzip(level) => Member::Gzip(Box::new(
                GzBuilder::new()
                    .mtime(0)
                    .operating_system(255)
                    .write(sink, flate2::Compression::new(level)),
            )),
            Compression::Zstd(level) => {
                let mut encoder = ZstdEncoder::new(sink, level)?;
                encoder.include_checksum(true)?;
                Member::Zstd(Box::new(encoder))
            }
        };
        Ok(())
    }

    /// Ends the member, so that what comes next stands for itself.
    pub(crate) fn end_member(&mut self) -> Result<(), WriteError> {
        let sink = match std::mem::replace(&mut self.member, Member::Lost) {
            Member::Idle(sink) | Member::Plain(sink) => sink,
            Member::Gzip(encoder) => encoder.finish()?,
            Member::Zstd(encoder) => encoder.finish()?,
            Member::Lost => return Err(WriteError::Closed),
        };
        self.member = Member::Idle(sink);
        Ok(())
    }

    /// Begins a member where none was: a compressed file of no bytes is no compressed file.
    pub(crate) fn begin_any_member(&mut self) -> Result<(), WriteError> {
        if self.members == 0 {
            self.begin_member()?;
        }
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Result<W, WriteError> {
        self.end_member()?;
        let Member::Idle(mut sink) = self.member else {
            return Err(WriteError::Closed);
        };
        sink.take_output()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn members_can_be_joined_and_left_out() {
        for (compressed, level) in [
            (TextCompression::None, None),
            (TextCompression::Gzip, Some(1)),
            (TextCompression::Zstd, None),
        ] {
            let compression = Compression::new(Compressed {
                compression: compressed,
                compression_level: level,
            })
            .unwrap();
            let state = Arc::default();
            let mut stream = TextStream::new(Sink::new(Vec::new(), state), compression);
            stream.write(b"head").unwrap();
            stream.end_member().unwrap();
            let head = stream.bytes() as usize;
            stream.write(b"body").unwrap();
            let bytes = stream.finish().unwrap();
            let read = |bytes: &[u8]| {
                let mut text = String::new();
                match compression {
                    Compression::None => text = String::from_utf8(bytes.to_vec()).unwrap(),
                    Compression::Gzip(_) => {
                        flate2::read::MultiGzDecoder::new(bytes)
                            .read_to_string(&mut text)
                            .unwrap();
                    }
                    Compression::Zstd(_) => {
                        zstd::Decoder::new(bytes)
                            .unwrap()
                            .read_to_string(&mut text)
                            .unwrap();
                    }
                }
                text
            };
            assert_eq!(read(&bytes), "headbody");
            assert_eq!(read(&bytes[head..]), "body");
            let mut joined = compression.member(b"before").unwrap();
            joined.extend(&bytes[head..]);
            assert_eq!(read(&joined), "beforebody");
        }
    }

    #[test]
    fn refuses_levels_that_there_are_not() {
        for (compression, level) in [(TextCompression::Gzip, 10), (TextCompression::Zstd, 0)] {
            let error = Compression::new(Compressed {
                compression,
                compression_level: Some(level),
            })
            .unwrap_err();
            assert_eq!(error.code(), "INVALID_OPTION");
        }
    }

    #[test]
    fn an_abandoned_sink_lets_nothing_out() {
        let state: Arc<SinkState> = Arc::default();
        let mut output = Vec::new();
        let mut sink = Sink::new(&mut output, Arc::clone(&state));
        sink.write_all(b"kept").unwrap();
        state.abandon();
        sink.write_all(b"dropped").unwrap();
        assert_eq!((state.bytes(), output.as_slice()), (4, b"kept".as_slice()));
    }
}

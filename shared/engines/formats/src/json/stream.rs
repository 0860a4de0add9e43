//! A JSON document byte by byte: just enough of the grammar to find where values begin and end.

use std::io::{self, Read};

use crate::error::FormatError;

/// Bytes with one byte of sight.
pub(crate) struct JsonStream {
    input: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    at: usize,
    filled: usize,
    offset: u64,
}

impl std::fmt::Debug for JsonStream {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "JsonStream at {}", self.place())
    }
}

const BUFFER: usize = 128 << 10;

impl JsonStream {
    /// `offset`: where the input begins in the file.
    pub(crate) fn new(input: Box<dyn Read + Send>, offset: u64) -> Self {
        Self {
            input,
            buffer: vec![0; BUFFER],
            at: 0,
            filled: 0,
            offset,
        }
    }

    /// Where the next byte lies.
    pub(crate) fn place(&self) -> u64 {
        self.offset + self.at as u64
    }

    fn fill(&mut self) -> Result<bool, FormatError> {
        if self.at < self.filled {
            return Ok(true);
        }
        self.offset += self.filled as u64;
        self.at = 0;
        self.filled = 0;
        loop {
            match self.input.read(&mut self.buffer) {
                Ok(count) => {
                    self.filled = count;
                    return Ok(count > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(FormatError::from_io(error)),
            }
        }
    }

    pub(crate) fn peek(&mut self) -> Result<Option<u8>, FormatError> {
        Ok(if self.fill()? {
            Some(self.buffer[self.at])
        } else {
            None
        })
    }

    /// The next byte that is no white space, without taking it.
    pub(crate) fn peek_token(&mut self) -> Result<Option<u8>, FormatError> {
        while let Some(byte) = self.peek()? {
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Ok(Some(byte));
            }
            self.at += 1;
        }
        Ok(None)
    }

    /// Takes `wanted`, the next byte that is no white space.
    pub(crate) fn expect(&mut self, wanted: u8) -> Result<(), FormatError> {
        match self.peek_token()? {
            Some(byte) if byte == wanted => {
                self.at += 1;
                Ok(())
            }
            Some(byte) => Err(self.malformed(format!(
                "{:?} where {:?} is expected",
                char::from(byte),
                char::from(wanted)
            ))),
            None => Err(self.ends_early()),
        }
    }

    pub(crate) fn malformed(&self, reason: impl Into<String>) -> FormatError {
        FormatError::MalformedJson {
            byte_offset: self.place(),
            reason: reason.into(),
        }
    }

    pub(crate) fn ends_early(&self) -> FormatError {
        self.malformed("the document ends before its end; upload the whole file")
    }

    /// Steps over a value; into `keep` goes what it is, up to `limit` bytes, else nothing.
    pub(crate) fn value(
        &mut self,
        mut keep: Option<(&mut Vec<u8>, usize)>,
        max_depth: usize,
    ) -> Result<(), FormatError> {
        let start = self.place();
        match self.peek_token()? {
            None => return Err(self.ends_early()),
            Some(b',' | b':' | b']' | b'}') => return Err(self.malformed("a value is missing")),
            Some(_) => {}
        }
        // Depth in excess is the record's fault, not the document's: it is found when it is parsed.
        let max_depth = max_depth.max(512) * 4;
        let mut depth = 0usize;
        let mut in_string = false;
        let mut escaped = false;
        loop {
            if !self.fill()? {
                return if depth > 0 || in_string {
                    Err(self.ends_early())
                } else {
                    Ok(())
                };
            }
            let bytes = &self.buffer[self.at..self.filled];
            let mut used = 0;
            let mut done = false;
            for &byte in bytes {
                if in_string {
                    if escaped {
                        escaped = false;
                    } else if byte == b'\\' {
                        escaped = true;
                    } else if byte == b'"' {
                        in_string = false;
                        done = depth == 0;
                    }
                } else {
                    match byte {
                        b'"' => in_string = true,
                        b'{' | b'[' => depth += 1,
                        // The end of what the value stands in.
                        b'}' | b']' | b',' if depth == 0 => {
                            done = true;
                            break;
                        }
                        b'}' | b']' => {
                            depth -= 1;
                            done = depth == 0;
                        }
                        _ => {}
                    }
                }
                used += 1;
                if done {
                    break;
                }
            }
            if let Some((kept, limit)) = &mut keep {
                kept.extend_from_slice(&bytes[..used]);
                if kept.len() > *limit {
                    return Err(FormatError::RecordTooLong {
                        row: 0,
                        byte_offset: start,
                        limit: *limit,
                    });
                }
            }
            self.at += used;
            if done {
                return Ok(());
            }
            if depth > max_depth {
                return Err(self.malformed(format!("more than {max_depth} levels of nesting")));
            }
        }
    }

    /// Takes a string and answers its content, cut after `limit` bytes.
    pub(crate) fn string(&mut self, limit: usize) -> Result<String, FormatError> {
        let mut raw = Vec::new();
        if self.peek_token()? != Some(b'"') {
            return Err(self.malformed("a name in quotes is expected"));
        }
        self.value(Some((&mut raw, limit)), 1)
            .map_err(|error| match error {
                FormatError::RecordTooLong { .. } => {
                    self.malformed(format!("a name is longer than {limit} bytes"))
                }
                error => error,
            })?;
        serde_json::from_slice(&raw).map_err(|error| self.malformed(error.to_string()))
    }
}

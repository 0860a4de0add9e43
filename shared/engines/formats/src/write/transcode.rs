//! UTF-8 into the encoding that the caller chose.

use encoding_rs::{Encoder, EncoderResult, Encoding, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE};

use super::error::WriteError;

/// Turns text into bytes, piece by piece.
pub(crate) enum Transcoder {
    Utf8,
    /// UTF-16, and whether the greater byte comes first.
    Utf16(bool),
    Other(Box<Encoder>),
}

impl Transcoder {
    pub(crate) fn new(label: &str) -> Result<Self, WriteError> {
        let encoding = Encoding::for_label(label.as_bytes())
            .filter(|encoding| *encoding != REPLACEMENT)
            .ok_or_else(|| {
                WriteError::invalid(
                    "encoding",
                    format!("{label:?} is no encoding; use UTF-8 or one like windows-1252"),
                )
            })?;
        Ok(if encoding == UTF_8 {
            Self::Utf8
        } else if encoding == UTF_16LE || encoding == UTF_16BE {
            Self::Utf16(encoding == UTF_16BE)
        } else {
            Self::Other(Box::new(encoding.new_encoder()))
        })
    }

    pub(crate) fn is_utf8(&self) -> bool {
        matches!(self, Self::Utf8)
    }

    /// The byte order mark; encodings that are not Unicode have none.
    pub(crate) fn bom(&self) -> Option<&'static [u8]> {
        match self {
            Self::Utf8 => Some(b"\xEF\xBB\xBF"),
            Self::Utf16(true) => Some(b"\xFE\xFF"),
            Self::Utf16(false) => Some(b"\xFF\xFE"),
            Self::Other(_) => None,
        }
    }

    pub(crate) fn encoding_name(&self) -> &'static str {
        match self {
            Self::Utf8 => UTF_8.name(),
            Self::Utf16(true) => UTF_16BE.name(),
            Self::Utf16(false) => UTF_16LE.name(),
            Self::Other(encoder) => encoder.encoding().name(),
        }
    }

    /// The first character of a text that the encoding does not have.
    pub(crate) fn missing(&self, text: &str) -> Option<char> {
        let Self::Other(encoder) = self else {
            return None;
        };
        let mut encoder = encoder.encoding().new_encoder();
        encode(&mut encoder, text, &mut Vec::new()).err()
    }

    /// Appends a text. The error is the character that the encoding does not have.
    pub(crate) fn push(&mut self, text: &str, out: &mut Vec<u8>) -> Result<(), char> {
        match self {
            Self::Utf8 => out.extend_from_slice(text.as_bytes()),
            Self::Utf16(greater_first) => {
                for unit in text.encode_utf16() {
                    out.extend_from_slice(&if *greater_first {
                        unit.to_be_bytes()
                    } else {
                        unit.to_le_bytes()
                    });
                }
            }
            Self::Other(encoder) => encode(encoder, text, out)?,
        }
        Ok(())
    }
}

/// Encodes a text that ends with a line, where encodings with states are in their first one again.
fn encode(encoder: &mut Encoder, text: &str, out: &mut Vec<u8>) -> Result<(), char> {
    let mut rest = text;
    loop {
        let start = out.len();
        out.resize(start + rest.len().clamp(64, 64 << 10), 0);
        let (result, read, written) =
            encoder.encode_from_utf8_without_replacement(rest, &mut out[start..], false);
        out.truncate(start + written);
        rest = &rest[read..];
        match result {
            EncoderResult::InputEmpty => return Ok(()),
            EncoderResult::OutputFull => {}
            EncoderResult::Unmappable(character) => return Err(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_decode_as_themselves() {
        let text = "Zoë, Straße; 東京\n".repeat(20_000);
        for label in ["utf-8", "utf-16le", "utf-16be", "gb18030"] {
            let mut transcoder = Transcoder::new(label).unwrap();
            let mut bytes = Vec::new();
            transcoder.push(&text, &mut bytes).unwrap();
            let encoding = Encoding::for_label(label.as_bytes()).unwrap();
            assert_eq!(
                encoding.decode_without_bom_handling(&bytes).0,
                text,
                "{label}"
            );
        }
    }

    #[test]
    fn a_character_that_is_not_there_is_told() {
        let mut latin = Transcoder::new("latin1").unwrap();
        assert_eq!(latin.push("Straße", &mut Vec::new()), Ok(()));
        assert_eq!(latin.push("東京", &mut Vec::new()), Err('東'));
        assert_eq!(latin.missing("a東"), Some('東'));
        assert_eq!(Transcoder::new("utf-16").unwrap().missing("東"), None);
        for label in ["klingon", "", "replacement"] {
            assert!(Transcoder::new(label).is_err(), "{label}");
        }
    }
}

//! Which encoding text has, and bringing it into a form that can be tokenised.

use std::io::{self, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, DecoderResult, EUC_JP, EUC_KR, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::error::FormatError;

/// An encoding, and the bytes of its mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Detected {
    pub(crate) encoding: &'static Encoding,
    pub(crate) bom_bytes: usize,
    /// Whether it is a guess by the frequency of letters.
    pub(crate) guessed: bool,
}

/// Finds the encoding by mark, by what the caller says, by validity as UTF-8, by the zeros of UTF-16, by letters.
pub(crate) fn detect(samples: &[&[u8]], declared: Option<&str>) -> Result<Detected, FormatError> {
    let head = samples.first().copied().unwrap_or_default();
    if matches!(head, [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..]) {
        return Err(FormatError::UnsupportedEncoding {
            label: "UTF-32".to_owned(),
        });
    }
    let declared = declared
        .map(|label| {
            Encoding::for_label_no_replacement(label.trim().as_bytes()).ok_or_else(|| {
                FormatError::UnsupportedEncoding {
                    label: label.to_owned(),
                }
            })
        })
        .transpose()?;
    // A mark is the writer's own word, and says of UTF-16 which byte comes first.
    if let Some((encoding, bom_bytes)) = Encoding::for_bom(head) {
        return Ok(Detected {
            encoding,
            bom_bytes,
            guessed: false,
        });
    }
    let plain = |encoding, guessed| Detected {
        encoding,
        bom_bytes: 0,
        guessed,
    };
    if let Some(encoding) = declared {
        return Ok(plain(encoding, false));
    }
    if let Some(encoding) = utf16_by_zeros(head) {
        return Ok(plain(encoding, true));
    }
    if samples
        .iter()
        .enumerate()
        .all(|(place, sample)| is_utf8(sample, place > 0))
    {
        return Ok(plain(UTF_8, false));
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    for sample in samples {
        detector.feed(sample, false);
    }
    detector.feed(b"", true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    // A few bad bytes in a large UTF-8 file are bad bytes, not another encoding.
    if bad_sequences(head) * 10 < multi_byte_sequences(head) {
        return Ok(plain(UTF_8, false));
    }
    Ok(plain(guess, true))
}

/// Whether a sample is UTF-8, but for a sequence that its edges cut.
fn is_utf8(sample: &[u8], cut_before: bool) -> bool {
    let start = if cut_before {
        sample
            .iter()
            .take(3)
            .take_while(|byte| *byte & 0xC0 == 0x80)
            .count()
    } else {
        0
    };
    match simdutf8::compat::from_utf8(&sample[start..]) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    }
}

fn bad_sequences(bytes: &[u8]) -> usize {
    bytes
        .utf8_chunks()
        .filter(|chunk| !chunk.invalid().is_empty())
        .count()
}

fn multi_byte_sequences(bytes: &[u8]) -> usize {
    bytes
        .utf8_chunks()
        .map(|chunk| {
            chunk
                .valid()
                .chars()
                .filter(|character| !character.is_ascii())
                .count()
        })
        .sum()
}

/// Western text in UTF-16 has a zero in every other byte.
fn utf16_by_zeros(bytes: &[u8]) -> Option<&'static Encoding> {
    let bytes = &bytes[..bytes.len().min(4096)];
    if bytes.len() < 4 {
        return None;
    }
    let zeros = |parity: usize| {
        bytes
            .iter()
            .skip(parity)
            .step_by(2)
            .filter(|byte| **byte == 0)
            .count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    let half = bytes.len() / 2;
    if odd * 10 > half * 7 && even * 20 < half {
        Some(UTF_16LE)
    } else if even * 10 > half * 7 && odd * 20 < half {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Whether delimiters, quotes and line ends can be found among the bytes without knowing the
/// characters: no byte of a longer character looks like one.
pub(crate) fn is_structure_safe(encoding: &'static Encoding) -> bool {
    encoding == UTF_8 || encoding.is_single_byte() || encoding == EUC_JP || encoding == EUC_KR
}

/// Converts a stream to UTF-8. A sequence that is no text becomes the byte 0xFF, which is none
/// either: the row it stands in is dealt with as the caller wishes, not here.
pub(crate) struct Transcoder<R> {
    input: R,
    decoder: Decoder,
    pending: Vec<u8>,
    taken: usize,
    at_end: bool,
    finished: bool,
    ready: Vec<u8>,
}

const STEP: usize = 64 << 10;
const BAD_BYTE: u8 = 0xFF;

impl<R: Read> Transcoder<R> {
    pub(crate) fn new(input: R, encoding: &'static Encoding) -> Self {
        Self {
            input,
            decoder: encoding.new_decoder_without_bom_handling(),
            pending: Vec::new(),
            taken: 0,
            at_end: false,
            finished: false,
            ready: Vec::new(),
        }
    }

    fn read_little(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ready.is_empty() {
            let mut room = [0; 64];
            let count = self.decode(&mut room)?;
            self.ready.extend_from_slice(&room[..count]);
        }
        Ok(self.take_ready(buffer))
    }

    fn take_ready(&mut self, buffer: &mut [u8]) -> usize {
        let count = self.ready.len().min(buffer.len());
        buffer[..count].copy_from_slice(&self.ready[..count]);
        self.ready.drain(..count);
        count
    }

    fn decode(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut written = 0;
        while written + 8 < buffer.len() && !self.finished {
            if self.taken == self.pending.len() && !self.at_end {
                self.pending.resize(STEP, 0);
                let count = self.input.read(&mut self.pending)?;
                self.pending.truncate(count);
                self.taken = 0;
                self.at_end = count == 0;
            }
            let room = buffer.len() - 1;
            let (result, read, count) = self.decoder.decode_to_utf8_without_replacement(
                &self.pending[self.taken..],
                &mut buffer[written..room],
                self.at_end,
            );
            self.taken += read;
            written += count;
            match result {
                DecoderResult::InputEmpty if self.at_end => self.finished = true,
                DecoderResult::InputEmpty if written > 0 => break,
                DecoderResult::InputEmpty => {}
                DecoderResult::OutputFull => break,
                DecoderResult::Malformed(..) => {
                    buffer[written] = BAD_BYTE;
                    written += 1;
                }
            }
        }
        Ok(written)
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // The decoder wants room for a whole character. Callers that offer less get it in pieces.
        if !self.ready.is_empty() {
            return Ok(self.take_ready(buffer));
        }
        if buffer.len() < 16 {
            return self.read_little(buffer);
        }
        self.decode(buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{SHIFT_JIS, WINDOWS_1252};

    #[test]
    fn tells_encodings_apart() {
        let utf16: Vec<u8> = "id,name\n1,Zoë\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let cases: &[(&[u8], &Encoding, usize)] = &[
            (b"a,b\n", UTF_8, 0),
            ("é,ß\n".as_bytes(), UTF_8, 0),
            (b"\xEF\xBB\xBFa,b\n", UTF_8, 3),
            (b"\xFF\xFEa\0", UTF_16LE, 2),
            (&utf16, UTF_16LE, 0),
            (
                b"name\nM\xFCller stra\xDFe\nCaf\xE9 cr\xE8me\n",
                WINDOWS_1252,
                0,
            ),
        ];
        for (bytes, encoding, bom_bytes) in cases {
            let detected = detect(&[bytes], None).unwrap();
            assert_eq!(
                (detected.encoding, detected.bom_bytes),
                (*encoding, *bom_bytes),
                "{bytes:?}"
            );
        }
        assert_eq!(
            detect(&[b"a"], Some("latin1")).unwrap().encoding,
            WINDOWS_1252
        );
        assert!(detect(&[b"a"], Some("klingon")).is_err());
        assert!(detect(&[b"\xFF\xFE\0\0a\0\0\0"], None).is_err());
    }

    #[test]
    fn converts_streams_and_marks_what_is_no_text() {
        let mut text = Vec::new();
        let (bytes, _, _) = SHIFT_JIS.encode("表,ソ\n");
        Transcoder::new(&bytes[..], SHIFT_JIS)
            .read_to_end(&mut text)
            .unwrap();
        assert_eq!(text, "表,ソ\n".as_bytes());
        let mut text = Vec::new();
        Transcoder::new(&b"a\0\x00\xD8b\0"[..], UTF_16LE)
            .read_to_end(&mut text)
            .unwrap();
        assert_eq!(text, b"a\xFFb");
    }
}

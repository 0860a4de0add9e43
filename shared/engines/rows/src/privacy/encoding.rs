//! Bytes as text.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const DIGITS: [char; 16] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
];

/// Appends two hexadecimal digits for each byte.
pub(crate) fn push_hex(bytes: &[u8], text: &mut String) {
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)]);
        text.push(DIGITS[usize::from(byte & 0x0f)]);
    }
}

/// Appends base64 with padding.
pub(super) fn push_base64(bytes: &[u8], text: &mut String) {
    STANDARD.encode_string(bytes, text);
}

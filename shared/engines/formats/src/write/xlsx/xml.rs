//! Text inside the XML of a sheet.

use super::super::values::push_integer;

/// Appends a text as Excel writes it: markup as entities, and characters that XML cannot hold or
/// would change as `_xHHHH_`. A text that looks like such an escape keeps its looks.
pub(super) fn push_text(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    let mut copied = 0;
    for (place, byte) in bytes.iter().enumerate() {
        let escape: &[u8] = match byte {
            b'&' => b"&amp;",
            b'<' => b"&lt;",
            b'>' => b"&gt;",
            b'_' if is_escape(&bytes[place..]) => b"_x005F_",
            b'\t' | b'\n' => continue,
            // The two characters behind all others of their plane.
            0xEF if bytes[place..].starts_with(b"\xEF\xBF\xBE") => b"_xFFFE_",
            0xEF if bytes[place..].starts_with(b"\xEF\xBF\xBF") => b"_xFFFF_",
            0..0x20 => {
                out.extend_from_slice(&bytes[copied..place]);
                copied = place + 1;
                push_control(*byte, out);
                continue;
            }
            _ => continue,
        };
        out.extend_from_slice(&bytes[copied..place]);
        out.extend_from_slice(escape);
        copied = place + if *byte == 0xEF { 3 } else { 1 };
    }
    out.extend_from_slice(&bytes[copied..]);
}

fn push_control(byte: u8, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    out.extend_from_slice(b"_x00");
    out.push(DIGITS[usize::from(byte >> 4)]);
    out.push(DIGITS[usize::from(byte & 0xF)]);
    out.push(b'_');
}

fn is_escape(bytes: &[u8]) -> bool {
    matches!(bytes, [b'_', b'x', a, b, c, d, b'_', ..]
        if [a, b, c, d].into_iter().all(u8::is_ascii_hexdigit))
}

/// The letters of a column, from 0: `A`, `Z`, `AA`.
pub(super) fn column_letters(place: usize) -> Vec<u8> {
    let mut letters = Vec::new();
    let mut rest = place + 1;
    while rest > 0 {
        letters.insert(0, b'A' + ((rest - 1) % 26) as u8);
        rest = (rest - 1) / 26;
    }
    letters
}

/// Appends the beginning of a cell: `<c r="B7"`, with its style where it has one.
pub(super) fn push_cell_start(letters: &[u8], row: u32, style: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(b"<c r=\"");
    out.extend_from_slice(letters);
    push_integer(row, out);
    if style > 0 {
        out.extend_from_slice(b"\" s=\"");
        push_integer(style, out);
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(text: &str) -> String {
        let mut out = Vec::new();
        push_text(text, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn escapes_as_excel_does() {
        assert_eq!(escaped("a < b & c > d"), "a &lt; b &amp; c &gt; d");
        assert_eq!(escaped("a\r\nb\t\u{1}"), "a_x000D_\nb\t_x0001_");
        assert_eq!(escaped("_x0041_ _x_ _x004"), "_x005F_x0041_ _x_ _x004");
        assert_eq!(escaped("_x0041_x0042_"), "_x005F_x0041_x005F_x0042_");
        assert_eq!(
            escaped("\u{FFFE}a\u{FFFF}\u{FFFD}"),
            "_xFFFE_a_xFFFF_\u{FFFD}"
        );
        assert_eq!(escaped("Zoë 東"), "Zoë 東");
    }

    #[test]
    fn names_columns() {
        let letters = |place| String::from_utf8(column_letters(place)).unwrap();
        assert_eq!(
            [0, 25, 26, 701, 702, 16_383].map(letters),
            ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
        );
    }
}

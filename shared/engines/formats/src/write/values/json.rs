//! Cells as JSON.

use super::number::{push_decimal, push_double, push_hexadecimal, push_integer, push_single};
use super::temporal::{push_date, push_duration, push_time, push_timestamp};
use super::{Column, Values};

/// What a byte of a text becomes: itself (0), an escape of one letter, or `u` for `\u00XX`.
const ESCAPES: [u8; 256] = {
    let mut escapes = [0; 256];
    let mut byte = 0;
    while byte < 0x20 {
        escapes[byte] = b'u';
        byte += 1;
    }
    escapes[0x08] = b'b';
    escapes[b'\t' as usize] = b't';
    escapes[b'\n' as usize] = b'n';
    escapes[0x0C] = b'f';
    escapes[b'\r' as usize] = b'r';
    escapes[b'"' as usize] = b'"';
    escapes[b'\\' as usize] = b'\\';
    escapes
};

/// Appends a text between quotes.
pub(crate) fn push_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut copied = 0;
    for (place, byte) in bytes.iter().enumerate() {
        let escape = ESCAPES[usize::from(*byte)];
        if escape == 0 {
            continue;
        }
        out.extend_from_slice(&bytes[copied..place]);
        copied = place + 1;
        out.push(b'\\');
        out.push(escape);
        if escape == b'u' {
            out.extend_from_slice(b"00");
            push_hexadecimal(&[*byte], out);
        }
    }
    out.extend_from_slice(&bytes[copied..]);
    out.push(b'"');
}

/// Appends a name and the colon behind it.
pub(crate) fn push_key(name: &str, out: &mut Vec<u8>) {
    push_string(name, out);
    out.push(b':');
}

impl Column {
    /// Appends the cell as a JSON value. Numbers have all their digits; what is no finite number is
    /// null, for JSON has no other word for it.
    pub(crate) fn push_json(&self, row: usize, out: &mut Vec<u8>) {
        if self.is_null(row) {
            out.extend_from_slice(b"null");
            return;
        }
        if let Some(text) = self.text(row) {
            push_string(text, out);
            return;
        }
        match &self.values {
            Values::Boolean(values) => {
                out.extend_from_slice(if values.value(row) { b"true" } else { b"false" });
            }
            Values::Int32(values) => push_integer(values[row], out),
            Values::Int64(values) => push_integer(values[row], out),
            Values::UInt64(values) => push_integer(values[row], out),
            Values::Float32(values) if values[row].is_finite() => push_single(values[row], out),
            Values::Float64(values) if values[row].is_finite() => push_double(values[row], out),
            Values::Decimal(values, scale) => push_decimal(values[row], *scale, out),
            Values::LargeDecimal(values) => {
                out.extend_from_slice(values.value_as_string(row).as_bytes());
            }
            Values::Date(values) => quoted(out, |out| push_date(i64::from(values[row]), out)),
            Values::Timestamp(values, unit, zone) => {
                quoted(out, |out| {
                    push_timestamp(values[row], *unit, *zone, b'T', out);
                });
            }
            Values::Time(values, unit) => quoted(out, |out| push_time(values[row], *unit, out)),
            Values::Duration(values, unit) => {
                quoted(out, |out| push_duration(values[row], *unit, out));
            }
            Values::Binary(values) => quoted(out, |out| push_hexadecimal(values.value(row), out)),
            Values::List(offsets, items) => {
                out.push(b'[');
                for (place, item) in range(offsets, row).enumerate() {
                    if place > 0 {
                        out.push(b',');
                    }
                    items.push_json(item, out);
                }
                out.push(b']');
            }
            Values::Struct(members) => {
                out.push(b'{');
                for (place, (key, member)) in members.iter().enumerate() {
                    if place > 0 {
                        out.push(b',');
                    }
                    out.extend_from_slice(key);
                    member.push_json(row, out);
                }
                out.push(b'}');
            }
            Values::Map(offsets, keys, values) => {
                out.push(b'{');
                for (place, item) in range(offsets, row).enumerate() {
                    if place > 0 {
                        out.push(b',');
                    }
                    push_key(keys.text(item).unwrap_or_default(), out);
                    values.push_json(item, out);
                }
                out.push(b'}');
            }
            Values::Null
            | Values::Float32(_)
            | Values::Float64(_)
            | Values::Text(_)
            | Values::LargeText(_)
            | Values::TextView(_) => out.extend_from_slice(b"null"),
        }
    }
}

fn range<O: arrow::array::OffsetSizeTrait>(
    offsets: &arrow::buffer::OffsetBuffer<O>,
    row: usize,
) -> std::ops::Range<usize> {
    offsets[row].as_usize()..offsets[row + 1].as_usize()
}

fn quoted(out: &mut Vec<u8>, push: impl FnOnce(&mut Vec<u8>)) {
    out.push(b'"');
    push(out);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn strings_read_as_themselves(text in any::<String>()) {
            let mut out = Vec::new();
            push_string(&text, &mut out);
            prop_assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
        }
    }
}

//! Numbers in text: measured for inference, read exactly for columns.

use std::borrow::Cow;

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberStyle {
    /// Before the fraction.
    pub decimal: char,
    /// Between groups of digits, where there are groups.
    pub thousands: Option<char>,
}

impl Default for NumberStyle {
    fn default() -> Self {
        Self::PLAIN
    }
}

impl NumberStyle {
    /// `1234.5`
    pub const PLAIN: Self = Self {
        decimal: '.',
        thousands: None,
    };
    /// `1234,5`
    pub const COMMA: Self = Self {
        decimal: ',',
        thousands: None,
    };
    /// `1,234.5`
    pub const POINT_GROUPED: Self = Self {
        decimal: '.',
        thousands: Some(','),
    };
    /// `1.234,5`
    pub const COMMA_GROUPED: Self = Self {
        decimal: ',',
        thousands: Some('.'),
    };

    /// The number in plain notation; `None` where groups are not groups.
    pub fn plain<'a>(&self, text: &'a str) -> Option<Cow<'a, str>> {
        if *self == Self::PLAIN {
            return Some(Cow::Borrowed(text));
        }
        let (whole, fraction) = match text.split_once(self.decimal) {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (text, None),
        };
        let mut plain = String::with_capacity(text.len());
        match self.thousands {
            Some(thousands) => {
                let digits = whole.trim_start_matches(['-', '+']);
                if !are_groups(digits, thousands) {
                    return None;
                }
                plain.extend(whole.chars().filter(|character| *character != thousands));
            }
            None => plain.push_str(whole),
        }
        // What was a separator elsewhere must not pass as a decimal point here.
        if plain.contains('.') || fraction.is_some_and(|fraction| fraction.contains('.')) {
            return None;
        }
        if let Some(fraction) = fraction {
            plain.push('.');
            plain.push_str(fraction);
        }
        Some(Cow::Owned(plain))
    }
}

/// `1,234,567`, and `12,34,567` as in India.
fn are_groups(digits: &str, thousands: char) -> bool {
    let mut groups = digits.split(thousands);
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let Some((last, middle)) = rest.split_last() else {
        return true;
    };
    (1..=3).contains(&first.len())
        && last.len() == 3
        && (middle.iter().all(|group| group.len() == 3)
            || middle.iter().all(|group| group.len() == 2) && first.len() <= 2)
}

/// The extent of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    /// Digits before the point.
    pub whole: u16,
    /// Digits behind it.
    pub scale: u16,
    /// Written with an exponent.
    pub exponent: bool,
    /// Written with separators of thousands.
    pub grouped: bool,
    /// Whether it is an integer that fits in 64 bits.
    pub fits_integer: bool,
}

/// Measures a number. Not a number: a leading plus or zero, which belong to telephone numbers and
/// codes, and `12E3`, which is one more often than not.
pub fn measure(text: &str, style: NumberStyle) -> Option<Measure> {
    let grouped = style
        .thousands
        .is_some_and(|thousands| text.contains(thousands));
    let plain = style.plain(text)?;
    let bytes = plain.as_bytes();
    let unsigned = bytes.strip_prefix(b"-").unwrap_or(bytes);
    let whole = digits(unsigned);
    let mut rest = &unsigned[whole..];
    if whole > 1 && unsigned[0] == b'0' {
        return None;
    }
    let mut scale = 0;
    let mut has_point = false;
    if let Some(fraction) = rest.strip_prefix(b".") {
        scale = digits(fraction);
        rest = &fraction[scale..];
        has_point = true;
        if scale == 0 {
            return None;
        }
    }
    if whole + scale == 0 || whole + scale > 10_000 {
        return None;
    }
    let exponent = !rest.is_empty();
    if exponent {
        let [b'e' | b'E', power @ ..] = rest else {
            return None;
        };
        let unsigned_power = power.strip_prefix(b"-").or(power.strip_prefix(b"+"));
        let power_digits = unsigned_power.unwrap_or(power);
        if power_digits.is_empty()
            || digits(power_digits) < power_digits.len()
            || power_digits.len() > 3
            || !(has_point || unsigned_power.is_some())
            || !is_double(&plain)
        {
            return None;
        }
    }
    let is_integer = scale == 0 && !exponent;
    Some(Measure {
        whole: whole as u16,
        scale: scale as u16,
        exponent,
        grouped,
        fits_integer: is_integer && (whole <= 18 || plain.parse::<i64>().is_ok()),
    })
}

/// Whether a number is neither too large for a double nor too small.
fn is_double(plain: &str) -> bool {
    let mantissa = plain.split(['e', 'E']).next().unwrap_or_default();
    let is_zero = !mantissa.contains(|digit: char| matches!(digit, '1'..='9'));
    plain
        .parse::<f64>()
        .is_ok_and(|value| value.is_finite() && (is_zero || value != 0.0))
}

/// Reads a double. What is too large for one is none: it would come back as infinite.
#[inline]
pub(crate) fn parse_double(text: &str) -> Option<f64> {
    let value = text.parse::<f64>().ok()?;
    let is_number = value.is_finite() || !text.contains(|digit: char| digit.is_ascii_digit());
    is_number.then_some(value)
}

#[inline]
fn digits(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(bytes.len())
}

/// Whether a text is a number in any of the usual styles.
pub(crate) fn looks_numeric(text: &str) -> bool {
    let text = text.trim();
    text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '-' | '.' | ','))
        && [
            NumberStyle::PLAIN,
            NumberStyle::COMMA,
            NumberStyle::POINT_GROUPED,
            NumberStyle::COMMA_GROUPED,
        ]
        .into_iter()
        .any(|style| measure(text, style).is_some())
}

/// Reads an integer; `5.00` is one.
#[inline]
pub(crate) fn parse_integer(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let (negative, digits) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, bytes),
    };
    if digits.is_empty() {
        return None;
    }
    if digits.len() <= 18 {
        let mut value = 0i64;
        for byte in digits {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return parse_whole(text);
            }
            value = value * 10 + i64::from(digit);
        }
        return Some(if negative { -value } else { value });
    }
    parse_whole(text)
}

fn parse_whole(text: &str) -> Option<i64> {
    match text.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|byte| byte == b'0') => whole.parse().ok(),
        Some(_) => None,
        None => text.parse().ok(),
    }
}

/// Reads a number exactly at `scale`; `None` where digits would be lost or there are more than
/// `precision`.
#[inline]
pub(crate) fn parse_decimal(text: &str, precision: u8, scale: i8) -> Option<i128> {
    let bytes = text.as_bytes();
    let (negative, unsigned) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, bytes),
    };
    let mut value: i128 = 0;
    let mut seen = false;
    // Places behind the point that are still to be filled; `None` before the point.
    let mut behind: Option<i32> = None;
    let mut rest = unsigned.iter();
    let mut exponent = 0i32;
    for &byte in rest.by_ref() {
        match byte {
            b'0'..=b'9' => {
                value = value
                    .checked_mul(10)?
                    .checked_add(i128::from(byte - b'0'))?;
                behind = behind.map(|behind| behind + 1);
                seen = true;
            }
            b'.' if behind.is_none() => behind = Some(0),
            b'e' | b'E' if seen => {
                let text = std::str::from_utf8(rest.as_slice()).ok()?;
                exponent = text
                    .parse::<i32>()
                    .ok()
                    .filter(|power| power.abs() <= 100)?;
                break;
            }
            _ => return None,
        }
    }
    if !seen {
        return None;
    }
    let mut shift = i32::from(scale) - behind.unwrap_or(0) + exponent;
    while shift < 0 {
        if value % 10 != 0 {
            return None;
        }
        if value == 0 {
            shift = 0;
            break;
        }
        value /= 10;
        shift += 1;
    }
    if value != 0 {
        value = value.checked_mul(10i128.checked_pow(shift.unsigned_abs())?)?;
    }
    if value >= 10i128.pow(u32::from(precision.min(38))) {
        return None;
    }
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_numbers_and_nothing_else() {
        for text in [
            "1",
            "-12",
            "0",
            "0.5",
            ".5",
            "1.5e10",
            "1e-5",
            "0.0e+999",
            "9223372036854775807",
        ] {
            assert!(measure(text, NumberStyle::PLAIN).is_some(), "{text}");
        }
        for text in [
            "", "-", "+5", "007", "00.5", "1.", "12E3", "1,5", "1 2", "0x1F", "1.2.3", "e5",
            "1.0e400", "1.0e-400",
        ] {
            assert!(measure(text, NumberStyle::PLAIN).is_none(), "{text}");
        }
        assert!(
            measure("9223372036854775808", NumberStyle::PLAIN).is_some_and(|m| !m.fits_integer)
        );
        assert!(
            measure("1.234.567,89", NumberStyle::COMMA_GROUPED)
                .is_some_and(|m| m.whole == 7 && m.scale == 2)
        );
        assert!(measure("12,34,567.5", NumberStyle::POINT_GROUPED).is_some());
        assert!(measure("1,2,3", NumberStyle::POINT_GROUPED).is_none());
        assert!(measure("1.5", NumberStyle::COMMA).is_none());
    }

    #[test]
    fn decimals_are_exact() {
        assert_eq!(parse_decimal("12.5", 10, 2), Some(1250));
        assert_eq!(parse_decimal("-0.005", 10, 3), Some(-5));
        assert_eq!(parse_decimal("12.500", 10, 1), Some(125));
        assert_eq!(parse_decimal("12.55", 10, 1), None);
        assert_eq!(parse_decimal("1.5e2", 10, 1), Some(1500));
        assert_eq!(parse_decimal("1000", 3, 0), None);
        assert_eq!(
            parse_decimal("99999999999999999999999999999999999999", 38, 0)
                .map(|v| v.to_string().len()),
            Some(38)
        );
        assert_eq!(parse_decimal("1e", 3, 0), None);
        assert_eq!(parse_decimal("0e99", 3, 0), Some(0));
    }

    #[test]
    fn doubles_are_finite_unless_they_say_otherwise() {
        assert_eq!(parse_double("1e3"), Some(1000.0));
        assert_eq!(parse_double("1e400"), None);
        assert_eq!(parse_double("-inf"), Some(f64::NEG_INFINITY));
        assert!(parse_double("NaN").is_some_and(f64::is_nan));
    }

    #[test]
    fn integers_are_whole() {
        assert_eq!(parse_integer("5.00"), Some(5));
        assert_eq!(parse_integer("5.01"), None);
        assert_eq!(parse_integer("-9223372036854775808"), Some(i64::MIN));
        assert_eq!(parse_integer("9223372036854775808"), None);
        assert_eq!(parse_integer("+7"), Some(7));
        assert_eq!(parse_integer("1a"), None);
    }
}

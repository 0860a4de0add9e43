//! Numbers in text, with their values, as the reader's type lattice sees them.
//!
//! What counts as a number is [`millrace_formats::measure`]'s to say. Plain forms, which are nearly all
//! there are, are read here in one go; a test holds that both say the same.

use millrace_formats::{NumberStyle, measure};

/// A number, exactly where it has no more than 38 digits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Number {
    pub(crate) value: f64,
    /// The value is `mantissa` / 10^`scale`.
    pub(crate) mantissa: i128,
    /// [`Number::INEXACT`] where only the value is known.
    pub(crate) scale: u8,
}

impl Number {
    const INEXACT: u8 = u8::MAX;

    #[inline]
    pub(crate) fn integer(value: i128) -> Self {
        Self {
            value: value as f64,
            mantissa: value,
            scale: 0,
        }
    }

    #[inline]
    pub(crate) fn decimal(mantissa: i128, scale: u8) -> Self {
        /// Powers of ten that a double holds.
        const POWERS: [f64; 23] = [
            1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
            1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
        ];
        // Both exact: so is the rounding of the quotient.
        let value = match POWERS.get(usize::from(scale)) {
            Some(power) if mantissa.unsigned_abs() < 1 << 53 => mantissa as f64 / power,
            _ => crate::sketch::sum::decimal_text(&mantissa.to_string(), usize::from(scale))
                .parse()
                .unwrap_or(f64::NAN),
        };
        Self {
            value,
            mantissa,
            scale,
        }
    }

    #[inline]
    pub(crate) fn float(value: f64) -> Self {
        Self {
            value,
            mantissa: 0,
            scale: Self::INEXACT,
        }
    }

    #[inline]
    pub(crate) fn is_exact(&self) -> bool {
        self.scale != Self::INEXACT
    }
}

/// What a number is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Notation {
    /// Digits alone.
    Integer,
    /// With a fraction.
    Decimal,
    /// With an exponent.
    Double,
}

/// A number in text and what it is with a decimal point and with a decimal comma.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Reading {
    pub(crate) notation: Notation,
    pub(crate) point: Option<Number>,
    pub(crate) comma: Option<Number>,
    /// One bit for all that the type lattice can tell of it, where it is in plain form.
    pub(crate) shape: Option<u16>,
}

/// Shapes there are.
pub(crate) const SHAPES: usize = 2 * 2 * 19 * 19;

/// Reads a text without white space around it.
#[inline]
pub(crate) fn read(text: &str) -> Option<Reading> {
    plain(text.as_bytes()).unwrap_or_else(|| closely(text))
}

/// Up to 18 digits with at most one separator between or before them; the outer `None` where it takes
/// a closer look, the inner where it is no number.
#[inline]
fn plain(bytes: &[u8]) -> Option<Option<Reading>> {
    let unsigned = bytes.strip_prefix(b"-").unwrap_or(bytes);
    if unsigned.is_empty() || unsigned.len() > 19 {
        return None;
    }
    let mut mantissa = 0i64;
    let mut separator = None;
    for (place, &byte) in unsigned.iter().enumerate() {
        match byte {
            b'0'..=b'9' => mantissa = mantissa.wrapping_mul(10) + i64::from(byte - b'0'),
            b'.' | b',' if separator.is_none() => separator = Some((place, byte)),
            _ => return None,
        }
    }
    let whole = separator.map_or(unsigned.len(), |(place, _)| place);
    let scale = unsigned.len() - whole - usize::from(separator.is_some());
    if whole + scale > 18 || whole + scale == 0 {
        return None;
    }
    if (whole > 1 && unsigned[0] == b'0') || (separator.is_some() && scale == 0) {
        // With a leading zero or nothing behind the point: groups may still make it a number.
        return if separator.is_some() {
            None
        } else {
            Some(None)
        };
    }
    let mantissa = i128::from(if bytes.len() > unsigned.len() {
        -mantissa
    } else {
        mantissa
    });
    let zero = whole > 0 && unsigned[0] == b'0';
    let comma = matches!(separator, Some((_, b',')));
    let shape = ((usize::from(comma) * 2 + usize::from(zero)) * 19 + whole) * 19 + scale;
    let reading = |point, comma| Reading {
        notation: if scale == 0 {
            Notation::Integer
        } else {
            Notation::Decimal
        },
        point,
        comma,
        shape: Some(shape as u16),
    };
    if separator.is_none() {
        let number = Some(Number::integer(mantissa));
        return Some(Some(reading(number, number)));
    }
    let fraction = Some(Number::decimal(mantissa, scale as u8));
    // `1.234` with a decimal comma is above a thousand.
    let grouped =
        (scale == 3 && (1..=3).contains(&whole) && !zero).then(|| Number::integer(mantissa));
    Some(Some(if comma {
        reading(grouped, fraction)
    } else {
        reading(fraction, grouped)
    }))
}

/// Any notation.
fn closely(text: &str) -> Option<Reading> {
    if !may_be_number(text.as_bytes()) {
        return None;
    }
    let styles = [
        NumberStyle::PLAIN,
        NumberStyle::COMMA,
        NumberStyle::POINT_GROUPED,
        NumberStyle::COMMA_GROUPED,
    ];
    let found = styles.map(|style| measure(text, style));
    let first = found.iter().flatten().next()?;
    let value = |plain: usize, grouped: usize| {
        let style = if found[plain].is_some() {
            plain
        } else {
            grouped
        };
        found[style]
            .is_some()
            .then(|| value_of(text, styles[style]))
    };
    Some(Reading {
        notation: if first.exponent {
            Notation::Double
        } else if first.scale > 0 {
            Notation::Decimal
        } else {
            Notation::Integer
        },
        point: value(0, 2),
        comma: value(1, 3),
        shape: None,
    })
}

/// Digits, separators, and signs where a number has them: spares dates and telephone numbers the
/// measuring in four styles.
fn may_be_number(bytes: &[u8]) -> bool {
    let mut before = b'e';
    matches!(bytes, [b'0'..=b'9' | b'-' | b'.' | b',', ..])
        && bytes.iter().all(|byte| {
            let fits = match byte {
                b'0'..=b'9' | b'.' | b',' | b'e' | b'E' => true,
                b'-' | b'+' => matches!(before, b'e' | b'E'),
                _ => false,
            };
            before = *byte;
            fits
        })
}

fn value_of(text: &str, style: NumberStyle) -> Number {
    let Some(plain) = style.plain(text) else {
        return Number::float(f64::NAN);
    };
    let (digits, scale) = match plain.split_once('.') {
        Some((whole, fraction)) => (format!("{whole}{fraction}"), fraction.len()),
        None => (plain.to_string(), 0),
    };
    let value = plain.parse().unwrap_or(f64::NAN);
    match digits.parse::<i128>() {
        Ok(mantissa) if digits.len() <= 39 && scale <= 38 => Number {
            value,
            mantissa,
            scale: scale as u8,
        },
        _ => Number::float(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn values(text: &str) -> (Option<f64>, Option<f64>) {
        let reading = read(text).expect("it is a number");
        (
            reading.point.map(|number| number.value),
            reading.comma.map(|number| number.value),
        )
    }

    #[test]
    fn reads_both_meanings() {
        assert_eq!(values("12"), (Some(12.0), Some(12.0)));
        assert_eq!(values("-12.5"), (Some(-12.5), None));
        assert_eq!(values("12,5"), (None, Some(12.5)));
        assert_eq!(values("1.234"), (Some(1.234), Some(1234.0)));
        assert_eq!(values("1,234"), (Some(1234.0), Some(1.234)));
        assert_eq!(values("0.234"), (Some(0.234), None));
        assert_eq!(values(".5"), (Some(0.5), None));
        assert_eq!(values("1,234,567.8"), (Some(1_234_567.8), None));
        assert_eq!(values("1.234.567,8"), (None, Some(1_234_567.8)));
        assert_eq!(values("-1.5e-3"), (Some(-0.0015), None));
        for text in [
            "007", "+5", "1.", "-", "12E3", "1.2.3", "1 2", "", "--1", "1-2",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn wide_numbers_stay_exact() {
        let wide = read("12345678901234567890.12").and_then(|reading| reading.point);
        let wide = wide.expect("it is a number");
        assert_eq!(
            (wide.mantissa, wide.scale),
            (1_234_567_890_123_456_789_012, 2)
        );
        let wider = read(&"9".repeat(60)).and_then(|reading| reading.point);
        assert!(wider.is_some_and(|number| !number.is_exact() && number.value > 9e59));
    }

    proptest! {
        /// Nothing that the lattice measures is left out.
        #[test]
        fn what_is_measured_is_read(text in "[-+]?[0-9.,]{1,8}([eE][-+]?[0-9]{0,3})?|[-0-9.,eE+/ ]{0,12}") {
            let measured = [
                NumberStyle::PLAIN,
                NumberStyle::COMMA,
                NumberStyle::POINT_GROUPED,
                NumberStyle::COMMA_GROUPED,
            ]
            .into_iter()
            .any(|style| measure(&text, style).is_some());
            prop_assert_eq!(read(&text).is_some(), measured, "{}", text);
        }

        /// The fast way and the lattice's measure say the same of anything like a number.
        #[test]
        fn plain_and_any_agree(text in "-?[0-9]{0,4}[.,]?[0-9]{0,4}|[-0-9.,eE+]{1,12}") {
            let fast = read(&text);
            let slow = closely(&text);
            prop_assert_eq!(fast.is_some(), slow.is_some(), "{}", text);
            if let (Some(fast), Some(slow)) = (fast, slow) {
                prop_assert_eq!(fast.notation, slow.notation);
                for (fast, slow) in [(fast.point, slow.point), (fast.comma, slow.comma)] {
                    prop_assert_eq!(fast.map(|n| n.value), slow.map(|n| n.value), "{}", text);
                    prop_assert_eq!(fast.map(|n| n.scale), slow.map(|n| n.scale), "{}", text);
                }
                prop_assert!(fast.shape.is_none_or(|shape| usize::from(shape) < SHAPES));
            }
        }
    }
}

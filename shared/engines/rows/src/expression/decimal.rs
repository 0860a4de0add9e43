//! Exact numbers: a whole number of units of a power of ten.

use std::cmp::Ordering;

use millrace_steps::step::RoundMode;

use crate::types::RoundedDivision;

/// Digits of a number at most.
pub(crate) const DIGITS: u8 = 38;

/// A number with its extent: digits in all, and digits behind the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decimal {
    pub(crate) units: i128,
    pub(crate) precision: u8,
    pub(crate) scale: i8,
}

/// The powers of ten that are exact as doubles.
pub(crate) const EXACT_POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// The powers of ten of up to 39 digits.
static POWERS: [i128; 39] = {
    let mut powers = [1; 39];
    let mut exponent = 1;
    while exponent < powers.len() {
        powers[exponent] = powers[exponent - 1] * 10;
        exponent += 1;
    }
    powers
};

/// A power of ten; `None` beyond 38.
#[inline]
pub(crate) fn power(exponent: u32) -> Option<i128> {
    POWERS.get(exponent as usize).copied()
}

/// Whether a number has at most so many digits.
#[inline]
pub(crate) fn fits(units: i128, precision: u8) -> bool {
    let limit = POWERS[usize::from(precision.min(DIGITS))];
    units.unsigned_abs() < limit.unsigned_abs()
}

/// The same number at another scale; `None` where digits would be lost or there are too many.
#[inline]
pub(crate) fn rescale(units: i128, from: i8, to: i8) -> Option<i128> {
    let shift = i16::from(to) - i16::from(from);
    if units == 0 || shift == 0 {
        return Some(units);
    }
    let factor = power(u32::from(shift.unsigned_abs()))?;
    if shift > 0 {
        units
            .checked_mul(factor)
            .filter(|units| fits(*units, DIGITS))
    } else {
        (units % factor == 0).then(|| units / factor)
    }
}

/// Compares numbers of any scales.
#[inline]
pub(crate) fn compare(left: (i128, i8), right: (i128, i8)) -> Ordering {
    let (left, left_scale) = left;
    let (right, right_scale) = right;
    let shift = i16::from(left_scale) - i16::from(right_scale);
    let Some(factor) = power(u32::from(shift.unsigned_abs())) else {
        // Scales so far apart that the one with the smaller scale is the greater, unless it is zero.
        return match (left, right, shift > 0) {
            (_, 0, true) | (0, _, false) => left.cmp(&right),
            (_, _, true) => 0.cmp(&right),
            (_, _, false) => left.cmp(&0),
        };
    };
    // A number that overflows has more digits than the other one can have.
    if shift > 0 {
        match right.checked_mul(factor) {
            Some(right) => left.cmp(&right),
            None => 0.cmp(&right),
        }
    } else {
        match left.checked_mul(factor) {
            Some(left) => left.cmp(&right),
            None => left.cmp(&0),
        }
    }
}

/// The nearest double.
pub(crate) fn to_double(units: i128, scale: i8) -> f64 {
    const EXACT: u128 = 1 << 53;
    let power = usize::try_from(scale)
        .ok()
        .and_then(|scale| EXACT_POWERS.get(scale));
    if let Some(power) = power
        && units.unsigned_abs() <= EXACT
    {
        // Both are exact as doubles, and one division rounds once.
        return units as f64 / power;
    }
    format!("{units}e{}", -i32::from(scale))
        .parse()
        .unwrap_or(f64::NAN)
}

/// A number as it is written, with all digits of its scale.
pub(crate) fn write(units: i128, scale: i8) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let digits = units.unsigned_abs().to_string();
    let Ok(behind) = usize::try_from(scale) else {
        let zeros = "0".repeat(usize::from(scale.unsigned_abs()));
        return format!("{sign}{digits}{zeros}");
    };
    if behind == 0 {
        return format!("{sign}{digits}");
    }
    let digits = format!("{digits:0>width$}", width = behind + 1);
    let (whole, fraction) = digits.split_at(digits.len() - behind);
    format!("{sign}{whole}.{fraction}")
}

/// Reads a number without an exponent exactly; `None` for what is none, and for one of more than 38
/// digits.
pub(crate) fn parse(text: &str) -> Option<Decimal> {
    let (negative, unsigned) = match text.as_bytes() {
        [b'-', ..] => (true, &text[1..]),
        [b'+', ..] => (false, &text[1..]),
        _ => (false, text),
    };
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    if whole.len() + fraction.len() == 0 {
        return None;
    }
    let mut units: i128 = 0;
    for digit in whole.bytes().chain(fraction.bytes()) {
        if !digit.is_ascii_digit() {
            return None;
        }
        units = units
            .checked_mul(10)?
            .checked_add(i128::from(digit - b'0'))?;
    }
    let scale = i8::try_from(fraction.len())
        .ok()
        .filter(|scale| *scale <= DIGITS as i8)?;
    if !fits(units, DIGITS) {
        return None;
    }
    let digits = (1..=DIGITS).find(|digits| fits(units, *digits))?;
    Some(Decimal {
        units: if negative { -units } else { units },
        precision: digits.max(scale.unsigned_abs()),
        scale,
    })
}

/// The number of whole units of `10^digits` that a number is rounded to.
pub(crate) fn round(units: i128, digits: u32, mode: RoundMode) -> i128 {
    match power(digits) {
        Some(factor) => units.divide(factor, mode),
        // A unit of 39 digits is more than twice any number.
        None => match mode {
            RoundMode::Floor if units < 0 => -1,
            RoundMode::Ceil if units > 0 => 1,
            _ => 0,
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_read_and_written_exactly() {
        for (text, precision, scale, written) in [
            ("0.05", 2, 2, "0.05"),
            ("-12.50", 4, 2, "-12.50"),
            ("+7", 1, 0, "7"),
            (".5", 1, 1, "0.5"),
            ("007", 1, 0, "7"),
            ("0.00", 2, 2, "0.00"),
        ] {
            let read = parse(text).expect(text);
            assert_eq!((read.precision, read.scale), (precision, scale), "{text}");
            assert_eq!(write(read.units, read.scale), written);
        }
        for bad in ["", "-", ".", "1e3", "1,5", "0x1", " 1", &"9".repeat(39)] {
            assert_eq!(parse(bad), None, "{bad}");
        }
        assert!(parse(&"9".repeat(38)).is_some());
        assert_eq!(write(5, -2), "500");
    }

    #[test]
    fn rounding_has_four_ways() {
        use RoundMode::{Ceil, Floor, HalfUp, Trunc};
        for (units, half, cut, floor, ceiling) in [
            (125, 13, 12, 12, 13),
            (124, 12, 12, 12, 13),
            (-125, -13, -12, -13, -12),
            (-124, -12, -12, -13, -12),
            (120, 12, 12, 12, 12),
            (-5, -1, 0, -1, 0),
            (4, 0, 0, 0, 1),
            (0, 0, 0, 0, 0),
        ] {
            let rounded = [HalfUp, Trunc, Floor, Ceil].map(|how| round(units, 1, how));
            assert_eq!(rounded, [half, cut, floor, ceiling], "{units}");
        }
        assert_eq!(round(i128::MAX, 40, HalfUp), 0);
        assert_eq!(round(-1, 40, Floor), -1);
        assert_eq!(round(5 * 10i128.pow(37), 38, HalfUp), 1);
    }

    #[test]
    fn far_scales_compare() {
        let big = 10i128.pow(38) - 1;
        assert_eq!(compare((big, 0), (big, 38)), Ordering::Greater);
        assert_eq!(compare((-big, 0), (-big, 38)), Ordering::Less);
        assert_eq!(compare((1, -5), (100_000, 0)), Ordering::Equal);
        assert_eq!(compare((0, -5), (1, 38)), Ordering::Less);
        assert_eq!(compare((1, -5), (0, 38)), Ordering::Greater);
        assert_eq!(compare((1, 38), (0, -5)), Ordering::Greater);
    }

    proptest! {
        #[test]
        fn doubles_are_the_nearest(units in any::<i64>(), scale in 0i8..38) {
            let expected: f64 = write(i128::from(units), scale).parse().expect("a number");
            prop_assert_eq!(to_double(i128::from(units), scale), expected);
        }

        #[test]
        fn comparing_is_as_with_one_scale(left in -1_000_000i128..1_000_000, right in -1_000_000i128..1_000_000, scales in (0i8..20, 0i8..20)) {
            let one = |units, scale| rescale(units, scale, 20);
            prop_assert_eq!(
                compare((left, scales.0), (right, scales.1)),
                one(left, scales.0).cmp(&one(right, scales.1))
            );
        }

        #[test]
        fn what_is_written_is_read(units in -(10i128.pow(38) - 1)..10i128.pow(38), scale in 0i8..38) {
            let read = parse(&write(units, scale)).expect("a number");
            prop_assert_eq!((read.units, read.scale), (units, scale));
        }
    }
}

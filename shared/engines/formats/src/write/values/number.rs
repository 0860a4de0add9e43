//! Numbers as text, none of them rounded.

use std::io::Write;

/// Appends an integer.
#[inline]
pub(crate) fn push_integer<I: itoa::Integer>(value: I, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// Appends the shortest text that reads as the same double, with a point or an exponent so that it
/// stays one: `1.0`, `0.1`, `1e300`. Not a number and the infinities are words.
#[inline]
pub(crate) fn push_double(value: f64, out: &mut Vec<u8>) {
    if value.is_finite() {
        out.extend_from_slice(ryu::Buffer::new().format_finite(value).as_bytes());
    } else {
        out.extend_from_slice(words(value.is_nan(), value > 0.0));
    }
}

/// As [`push_double`], the shortest text of single precision.
#[inline]
pub(crate) fn push_single(value: f32, out: &mut Vec<u8>) {
    if value.is_finite() {
        out.extend_from_slice(ryu::Buffer::new().format_finite(value).as_bytes());
    } else {
        out.extend_from_slice(words(value.is_nan(), value > 0.0));
    }
}

fn words(is_nan: bool, is_positive: bool) -> &'static [u8] {
    match (is_nan, is_positive) {
        (true, _) => b"NaN",
        (false, true) => b"Infinity",
        (false, false) => b"-Infinity",
    }
}

/// Appends a decimal with all its digits: `12.50` at scale 2, `1200` at scale -2.
#[inline]
pub(crate) fn push_decimal(value: i128, scale: i8, out: &mut Vec<u8>) {
    if value < 0 {
        out.push(b'-');
    }
    let mut buffer = itoa::Buffer::new();
    let digits = match u64::try_from(value.unsigned_abs()) {
        Ok(small) => buffer.format(small),
        Err(_) => buffer.format(value.unsigned_abs()),
    }
    .as_bytes();
    let places = usize::from(scale.unsigned_abs());
    if scale <= 0 {
        out.extend_from_slice(digits);
        if value != 0 {
            out.resize(out.len() + places, b'0');
        }
    } else if digits.len() > places {
        let (whole, fraction) = digits.split_at(digits.len() - places);
        out.extend_from_slice(whole);
        out.push(b'.');
        out.extend_from_slice(fraction);
    } else {
        out.extend_from_slice(b"0.");
        out.resize(out.len() + places - digits.len(), b'0');
        out.extend_from_slice(digits);
    }
}

/// Appends bytes as hexadecimal digits.
pub(crate) fn push_hexadecimal(bytes: &[u8], out: &mut Vec<u8>) {
    for byte in bytes {
        // Writing into memory does not fail.
        let _ = write!(out, "{byte:02x}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(push: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        push(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn decimals_keep_their_digits() {
        for (value, scale, expected) in [
            (1250, 2, "12.50"),
            (-1250, 2, "-12.50"),
            (5, 2, "0.05"),
            (-5, 3, "-0.005"),
            (0, 2, "0.00"),
            (12, 0, "12"),
            (12, -2, "1200"),
            (0, -2, "0"),
            (i128::MAX, 38, "1.70141183460469231731687303715884105727"),
            (i128::MIN, 0, "-170141183460469231731687303715884105728"),
        ] {
            assert_eq!(text(|out| push_decimal(value, scale, out)), expected);
        }
    }

    #[test]
    fn doubles_stay_doubles() {
        for (value, expected) in [
            (1.0, "1.0"),
            (0.1, "0.1"),
            (-0.0, "-0.0"),
            (1e300, "1e300"),
            (5e-324, "5e-324"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(text(|out| push_double(value, out)), expected);
        }
        assert_eq!(text(|out| push_single(0.1, out)), "0.1");
        assert_eq!(text(|out| push_hexadecimal(&[0, 171, 255], out)), "00abff");
    }

    proptest! {
        #[test]
        fn numbers_read_as_themselves(double in any::<f64>(), integer in any::<i64>(), value in any::<i128>(), scale in 0i8..=38) {
            let read: f64 = text(|out| push_double(double, out)).parse().unwrap();
            prop_assert!(read.to_bits() == double.to_bits() || read.is_nan() && double.is_nan());
            prop_assert_eq!(text(|out| push_integer(integer, out)), integer.to_string());
            let decimal = text(|out| push_decimal(value, scale, out));
            let unscaled: i128 = decimal.replace('.', "").parse().unwrap();
            prop_assert_eq!(unscaled, value);
            let fraction = decimal.split_once('.').map_or(0, |(_, fraction)| fraction.len());
            prop_assert_eq!(fraction, usize::from(scale.unsigned_abs()));
        }
    }
}

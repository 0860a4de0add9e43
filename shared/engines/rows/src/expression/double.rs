//! Floating-point numbers: their order, and their digits.

use std::cmp::Ordering;

use millrace_steps::step::RoundMode;

use super::decimal::{self, EXACT_POWERS};
use crate::types::Digits;

/// Orders doubles as PostgreSQL does: both zeros are equal, NaN equals itself and is the greatest.
#[inline]
pub(crate) fn order(left: f64, right: f64) -> Ordering {
    left.partial_cmp(&right)
        .unwrap_or_else(|| left.is_nan().cmp(&right.is_nan()))
}

/// Compares a whole number with a double exactly: neither is rounded.
#[inline]
pub(crate) fn order_whole(left: i64, right: f64) -> Ordering {
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    if right.is_nan() || right >= BEYOND {
        return Ordering::Less;
    }
    if right < -BEYOND {
        return Ordering::Greater;
    }
    let whole = right.trunc();
    left.cmp(&(whole as i64))
        .then_with(|| order(0.0, right - whole))
}

/// The same bits for equal doubles.
#[inline]
pub(crate) fn bits(value: f64) -> u64 {
    if value.is_nan() {
        f64::NAN.to_bits()
    } else {
        // Minus zero plus zero is zero.
        (value + 0.0).to_bits()
    }
}

/// Rounds to so many digits behind the point, or before it where negative. What is rounded is the
/// number as it is written: 2.675 becomes 2.68, although the double is a little less.
pub(crate) fn round(value: f64, digits: i32, mode: RoundMode) -> f64 {
    const LARGEST: f64 = (1u64 << 50) as f64;
    if !value.is_finite() || value == 0.0 {
        return value;
    }
    if digits.unsigned_abs() as usize >= EXACT_POWERS.len() {
        return round_written(value, digits, mode);
    }
    let power = EXACT_POWERS[digits.unsigned_abs() as usize];
    let scaled = if digits >= 0 {
        value * power
    } else {
        value / power
    };
    let margin = scaled.abs() * f64::EPSILON * 4.0;
    let fraction = (scaled - scaled.trunc()).abs();
    let clear = match mode {
        RoundMode::HalfUp | RoundMode::HalfEven => (fraction - 0.5).abs() > margin,
        RoundMode::Trunc | RoundMode::Floor | RoundMode::Ceil => {
            fraction > margin && 1.0 - fraction > margin
        }
    };
    if !clear || scaled.abs() > LARGEST {
        return round_written(value, digits, mode);
    }
    let rounded = match mode {
        RoundMode::HalfUp => scaled.round(),
        RoundMode::HalfEven => scaled.round_ties_even(),
        RoundMode::Trunc => scaled.trunc(),
        RoundMode::Floor => scaled.floor(),
        RoundMode::Ceil => scaled.ceil(),
    };
    // Plus zero, so that nothing becomes minus zero.
    if digits >= 0 {
        rounded / power + 0.0
    } else {
        rounded * power + 0.0
    }
}

/// Rounds by the shortest digits that make the double.
fn round_written(value: f64, digits: i32, mode: RoundMode) -> f64 {
    let Some(written) = Digits::of_double(value) else {
        return value;
    };
    match u32::try_from(-written.exponent - digits) {
        Ok(drop @ 1..) => {
            let rounded = decimal::round(written.mantissa, drop, mode);
            format!("{rounded}e{}", -digits).parse().unwrap_or(value)
        }
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn zeros_are_equal_and_nan_is_the_greatest() {
        assert_eq!(order(-0.0, 0.0), Ordering::Equal);
        assert_eq!(order(f64::NAN, -f64::NAN), Ordering::Equal);
        assert_eq!(order(f64::INFINITY, f64::NAN), Ordering::Less);
        assert_eq!(bits(-0.0), bits(0.0));
        assert_eq!(bits(-f64::NAN), bits(f64::NAN));
        assert_ne!(bits(1.0), bits(-1.0));
    }

    #[test]
    fn whole_numbers_are_compared_exactly() {
        assert_eq!(
            order_whole((1 << 53) + 1, (1u64 << 53) as f64),
            Ordering::Greater
        );
        assert_eq!(
            order_whole(i64::MAX, 9_223_372_036_854_775_808.0),
            Ordering::Less
        );
        assert_eq!(
            order_whole(i64::MIN, -9_223_372_036_854_775_808.0),
            Ordering::Equal
        );
        assert_eq!(order_whole(2, 2.5), Ordering::Less);
        assert_eq!(order_whole(-2, -2.5), Ordering::Greater);
        assert_eq!(order_whole(0, -0.0), Ordering::Equal);
        assert_eq!(order_whole(5, f64::NAN), Ordering::Less);
        assert_eq!(order_whole(5, f64::NEG_INFINITY), Ordering::Greater);
    }

    #[test]
    fn what_is_written_is_rounded() {
        use RoundMode::{Ceil, Floor, HalfUp, Trunc};
        for (value, digits, how, expected) in [
            (2.675, 2, HalfUp, 2.68),
            (1.005, 2, HalfUp, 1.01),
            (-1.005, 2, HalfUp, -1.01),
            (0.5, 0, HalfUp, 1.0),
            (-2.5, 0, HalfUp, -3.0),
            (2.4, 0, HalfUp, 2.0),
            (1.15, 2, Trunc, 1.15),
            (2.3, 1, Trunc, 2.3),
            (-2.39, 1, Trunc, -2.3),
            (1234.5, -2, HalfUp, 1200.0),
            (1250.0, -2, HalfUp, 1300.0),
            (49.0, -2, HalfUp, 0.0),
            (50.0, -2, HalfUp, 100.0),
            (0.1 + 0.2, 15, HalfUp, 0.3),
            (1.1, 0, Ceil, 2.0),
            (-1.1, 0, Floor, -2.0),
            (3.0, 0, Ceil, 3.0),
            (1e300, 5, HalfUp, 1e300),
            (1e-300, 5, HalfUp, 0.0),
            (1.5e-30, 30, HalfUp, 2e-30),
            (
                12_345_678_901_234_568.0,
                2,
                HalfUp,
                12_345_678_901_234_568.0,
            ),
            (5.0, -400, HalfUp, 0.0),
            (5.0, 10_000, HalfUp, 5.0),
        ] {
            assert_eq!(
                round(value, digits, how),
                expected,
                "{value} {digits} {how:?}"
            );
        }
        assert!(round(f64::NAN, 2, HalfUp).is_nan());
    }

    proptest! {
        #[test]
        fn fast_rounding_is_the_written_one(value in -1e12f64..1e12, digits in -3i32..8) {
            for how in [RoundMode::HalfUp, RoundMode::Trunc, RoundMode::Floor, RoundMode::Ceil] {
                prop_assert_eq!(round(value, digits, how), round_written(value, digits, how));
            }
        }

        #[test]
        fn bits_are_equal_where_doubles_are(left in any::<f64>(), right in any::<f64>()) {
            prop_assert_eq!(bits(left) == bits(right), order(left, right) == Ordering::Equal);
        }
    }
}

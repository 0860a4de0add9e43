//! The decimal digits of numbers.

use std::fmt::{self, Write};

use millrace_steps::step::RoundMode;

/// Digits that any decimal number of so many keeps on its way through a double, or a float of 32 bits.
/// What a double has beyond them can be noise: 0.1 + 0.2 is 0.30000000000000004.
const CERTAIN_64: u32 = 15;
const CERTAIN_32: u32 = 6;

/// A power of ten; `None` beyond what 128 bits hold.
pub(crate) fn power_of_ten(exponent: u32) -> Option<i128> {
    10i128.checked_pow(exponent)
}

/// Division that rounds as asked.
pub(crate) trait RoundedDivision {
    /// The quotient by a positive divisor.
    fn divide(self, divisor: Self, mode: RoundMode) -> Self;
}

impl RoundedDivision for i128 {
    fn divide(self, divisor: Self, mode: RoundMode) -> Self {
        let quotient = self / divisor;
        let rest = self % divisor;
        if rest == 0 {
            return quotient;
        }
        let away = quotient + rest.signum();
        // Compared without doubling, which could overflow.
        let rest = rest.abs();
        let other = divisor - rest;
        let outwards = match mode {
            RoundMode::Trunc => false,
            RoundMode::Floor => self < 0,
            RoundMode::Ceil => self > 0,
            RoundMode::HalfUp => rest >= other,
            RoundMode::HalfEven => rest > other || rest == other && quotient % 2 != 0,
        };
        if outwards { away } else { quotient }
    }
}

/// A finite number as the shortest decimal that reads back as it: `mantissa × 10^exponent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digits {
    pub(crate) mantissa: i128,
    pub(crate) exponent: i32,
    /// Digits of the mantissa that are certain.
    certain: u32,
}

impl Digits {
    /// The digits of a double; `None` where it is not finite.
    pub(crate) fn of_double(value: f64) -> Option<Self> {
        value.is_finite().then_some(())?;
        let mut text = Short::default();
        write!(text, "{value:e}").ok()?;
        Self::read(text.as_str(), CERTAIN_64)
    }

    /// The digits of a float of 32 bits; `None` where it is not finite.
    pub(crate) fn of_float(value: f32) -> Option<Self> {
        value.is_finite().then_some(())?;
        let mut text = Short::default();
        write!(text, "{value:e}").ok()?;
        Self::read(text.as_str(), CERTAIN_32)
    }

    /// Reads `-1.25e-7`.
    fn read(text: &str, certain: u32) -> Option<Self> {
        let (number, exponent) = text.split_once('e')?;
        let mut mantissa = 0i128;
        let mut behind = 0i32;
        let mut pointed = false;
        for byte in number.bytes() {
            match byte {
                b'0'..=b'9' => {
                    mantissa = mantissa * 10 + i128::from(byte - b'0');
                    behind += i32::from(pointed);
                }
                b'.' => pointed = true,
                _ => {}
            }
        }
        if number.starts_with('-') {
            mantissa = -mantissa;
        }
        Some(Self {
            mantissa,
            exponent: exponent.parse::<i32>().ok()? - behind,
            certain,
        })
    }

    /// The number in units of `10^-scale`; `None` where digits would be lost, beyond those that are
    /// noise of floating point, or where there are more than 128 bits hold.
    pub(crate) fn at_scale(self, scale: u32) -> Option<i128> {
        let exact = |mantissa: i128, exponent: i32| {
            let shift = i32::try_from(scale).ok()? + exponent;
            if mantissa == 0 {
                return Some(0);
            }
            let power = power_of_ten(shift.unsigned_abs())?;
            if shift >= 0 {
                mantissa.checked_mul(power)
            } else {
                (mantissa % power == 0).then_some(mantissa / power)
            }
        };
        exact(self.mantissa, self.exponent).or_else(|| {
            let digits = self.mantissa.unsigned_abs().checked_ilog10()? + 1;
            let noise = digits
                .checked_sub(self.certain)
                .filter(|noise| *noise > 0)?;
            let mantissa = self
                .mantissa
                .divide(power_of_ten(noise)?, RoundMode::HalfEven);
            exact(mantissa, self.exponent + i32::try_from(noise).ok()?)
        })
    }
}

/// A text of a few bytes on the stack: any number of this crate fits.
#[derive(Debug)]
pub(crate) struct Short {
    bytes: [u8; 64],
    length: usize,
}

impl Default for Short {
    fn default() -> Self {
        Self {
            bytes: [0; 64],
            length: 0,
        }
    }
}

impl Short {
    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

impl Write for Short {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        let room = self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_mode_rounds_its_way() {
        use RoundMode::{Ceil, Floor, HalfEven, HalfUp, Trunc};
        // 25, 35, -25, 26, -21 in tens.
        for (mode, wanted) in [
            (HalfEven, [2, 4, -2, 3, -2]),
            (HalfUp, [3, 4, -3, 3, -2]),
            (Floor, [2, 3, -3, 2, -3]),
            (Ceil, [3, 4, -2, 3, -2]),
            (Trunc, [2, 3, -2, 2, -2]),
        ] {
            let given = [25i128, 35, -25, 26, -21].map(|value| value.divide(10, mode));
            assert_eq!(given, wanted, "{mode:?}");
        }
        assert_eq!(i128::MIN.divide(i128::MAX, HalfUp), -1);
        assert_eq!(i128::MAX.divide(i128::MAX, Floor), 1);
    }

    #[test]
    fn noise_of_floating_point_is_no_digit() {
        let at = |value, scale| Digits::of_double(value).and_then(|digits| digits.at_scale(scale));
        assert_eq!(at(0.1 + 0.2, 2), Some(30));
        assert_eq!(at(19.99 * 3.0, 2), Some(5997));
        assert_eq!(at(12.345, 2), None);
        assert_eq!(at(-0.0, 0), Some(0));
        assert_eq!(at(1e300, 2), None);
        assert_eq!(at(5e-324, 38), None);
        assert_eq!(at(1e20, 2), power_of_ten(22));
        assert_eq!(at(f64::NAN, 2), None);
        let float =
            |value, scale| Digits::of_float(value).and_then(|digits| digits.at_scale(scale));
        assert_eq!(float(0.1, 1), Some(1));
        assert_eq!(float(0.1 + 0.2, 1), Some(3));
    }

    proptest! {
        #[test]
        fn digits_read_back_as_the_number(value in prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL) {
            let digits = Digits::of_double(value).expect("a finite number");
            let text = format!("{}e{}", digits.mantissa, digits.exponent);
            prop_assert_eq!(text.parse::<f64>(), Ok(value));
        }
    }
}

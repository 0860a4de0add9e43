//! What the numbers of a column say together.

use serde::{Deserialize, Serialize};

use super::readings::Gather;
use crate::bits;
use crate::sketch::kll::{Kll, float_key};
use crate::sketch::moments::Moments;
use crate::sketch::order::Order;
use crate::sketch::sum::Sum;
use crate::text::number::Number;

/// Statistics of numbers. Those that are not finite are counted and left out of all others.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Numbers {
    pub(crate) count: u64,
    pub(crate) zeros: u64,
    pub(crate) negatives: u64,
    pub(crate) nan: u64,
    pub(crate) infinite: u64,
    /// Zeros and ones, which may be booleans.
    pub(crate) binary: u64,
    pub(crate) least: Option<Extreme>,
    pub(crate) greatest: Option<Extreme>,
    pub(crate) sum: Sum,
    pub(crate) moments: Moments,
    pub(crate) quantiles: Kll,
    pub(crate) order: Order<i64>,
}

/// The least or the greatest number.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Extreme {
    #[serde(with = "bits::float")]
    value: f64,
    #[serde(with = "bits::integer")]
    mantissa: i128,
    scale: u8,
}

impl Extreme {
    fn new(number: Number) -> Self {
        Self {
            value: number.value,
            mantissa: number.mantissa,
            scale: number.scale,
        }
    }

    pub(crate) fn number(self) -> Number {
        Number {
            value: self.value,
            mantissa: self.mantissa,
            scale: self.scale,
        }
    }
}

/// Whether one number is less than another, to the last digit where both are exact.
#[inline]
fn is_less(left: Number, right: Number) -> bool {
    /// Mantissas up to which a double tells all numbers apart.
    const CLEAR: u128 = 1 << 53;
    if left.value != right.value {
        return left.value < right.value;
    }
    if left.mantissa.unsigned_abs() < CLEAR && right.mantissa.unsigned_abs() < CLEAR {
        return false;
    }
    let widened = |number: Number, other: Number| {
        let factor = 10i128.checked_pow(u32::from(other.scale.saturating_sub(number.scale)))?;
        number.mantissa.checked_mul(factor)
    };
    left.is_exact()
        && right.is_exact()
        && matches!(
            (widened(left, right), widened(right, left)),
            (Some(left), Some(right)) if left < right
        )
}

impl Numbers {
    #[inline]
    fn stretch(&mut self, number: Number) {
        match &self.least {
            Some(least) if !is_less(number, least.number()) => {}
            _ => self.least = Some(Extreme::new(number)),
        }
        match &self.greatest {
            Some(greatest) if !is_less(greatest.number(), number) => {}
            _ => self.greatest = Some(Extreme::new(number)),
        }
    }

    /// Whether there are two different numbers.
    pub(crate) fn varies(&self) -> bool {
        match (&self.least, &self.greatest) {
            (Some(least), Some(greatest)) => is_less(least.number(), greatest.number()),
            _ => false,
        }
    }

    /// Numbers that are finite.
    pub(crate) fn finite(&self) -> u64 {
        self.count - self.nan - self.infinite
    }
}

impl Gather for Numbers {
    type Value = Number;
    type Pending = f64;

    #[inline]
    fn add(&mut self, number: Number, pending: &mut Vec<f64>) {
        self.count += 1;
        let value = number.value;
        if !value.is_finite() {
            if value.is_nan() {
                self.nan += 1;
            } else {
                self.infinite += 1;
                self.negatives += u64::from(value < 0.0);
            }
            return;
        }
        self.zeros += u64::from(value == 0.0);
        self.negatives += u64::from(value < 0.0);
        self.binary += u64::from(value == 0.0 || value == 1.0);
        self.stretch(number);
        if number.is_exact() {
            self.sum.add(number.mantissa, number.scale);
        } else {
            self.sum.add_float(value);
        }
        pending.push(value);
    }

    fn flush(&mut self, rows: (u64, u64), pending: &mut Vec<f64>) {
        if pending.is_empty() {
            return;
        }
        self.moments.extend(pending);
        if self.order.is_alive() {
            let keys: Vec<i64> = pending.iter().map(|value| float_key(*value)).collect();
            self.order.extend(rows, &keys);
        }
        self.quantiles.extend(pending.drain(..).map(float_key));
    }

    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.zeros += other.zeros;
        self.negatives += other.negatives;
        self.nan += other.nan;
        self.infinite += other.infinite;
        self.binary += other.binary;
        for extreme in other.least.iter().chain(&other.greatest) {
            self.stretch(extreme.number());
        }
        self.sum.merge(&other.sum);
        self.moments.merge(&other.moments);
        self.quantiles.merge(&other.quantiles);
        self.order.merge(&other.order);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(values: &[Number]) -> Numbers {
        let mut numbers = Numbers::default();
        let mut pending = Vec::new();
        values
            .iter()
            .for_each(|value| numbers.add(*value, &mut pending));
        numbers.flush((0, values.len() as u64), &mut pending);
        numbers
    }

    #[test]
    fn what_is_not_finite_is_counted_and_left_out() {
        let found = numbers(
            &[f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -2.0, 1.0].map(Number::float),
        );
        assert_eq!((found.count, found.finite()), (6, 3));
        assert_eq!((found.nan, found.infinite, found.zeros), (1, 2, 1));
        assert_eq!((found.negatives, found.binary), (2, 2));
        assert_eq!(found.least.map(|least| least.value), Some(-2.0));
        assert_eq!(found.sum.text(), "-1");
    }

    #[test]
    fn neighbours_beyond_a_doubles_digits_are_told_apart() {
        let great = 9_007_199_254_740_993i128;
        let found = numbers(&[great, great - 1, great + 1].map(Number::integer));
        assert_eq!(found.least.map(|least| least.mantissa), Some(great - 1));
        assert_eq!(found.greatest.map(|most| most.mantissa), Some(great + 1));
        let finer = numbers(&[
            Number::decimal(10_000_000_000_000_000_001, 19),
            Number::decimal(1, 0),
            Number::decimal(9_999_999_999_999_999_999, 19),
        ]);
        assert_eq!(finer.greatest.map(|most| most.scale), Some(19));
        assert_eq!(
            finer.least.map(|least| least.mantissa),
            Some(9_999_999_999_999_999_999)
        );
    }
}

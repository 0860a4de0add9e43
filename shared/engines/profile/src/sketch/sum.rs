//! Sums of whole and decimal numbers without an error, of floating-point numbers with a small one.

use arrow::datatypes::i256;
use serde::{Deserialize, Serialize};

use crate::bits;

/// The greatest scale that is summed exactly.
pub(crate) const MOST_SCALE: usize = 38;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sum {
    /// One sum for each scale, so that nothing is ever scaled up while cells come.
    #[serde(with = "bits::integers")]
    exact: Vec<i128>,
    /// Neumaier's sum of what has no scale or did not fit.
    #[serde(with = "bits::float")]
    float: f64,
    #[serde(with = "bits::float")]
    lost: f64,
    has_float: bool,
}

impl Sum {
    #[inline]
    pub(crate) fn add(&mut self, mantissa: i128, scale: u8) {
        let scale = usize::from(scale);
        if scale >= self.exact.len() {
            if scale > MOST_SCALE {
                return self.add_float(mantissa as f64 / 10f64.powi(scale as i32));
            }
            self.exact.resize(scale + 1, 0);
        }
        match self.exact[scale].checked_add(mantissa) {
            Some(sum) => self.exact[scale] = sum,
            None => self.add_float(mantissa as f64 / 10f64.powi(scale as i32)),
        }
    }

    #[inline]
    pub(crate) fn add_float(&mut self, value: f64) {
        self.has_float = true;
        let sum = self.float + value;
        self.lost += if self.float.abs() >= value.abs() {
            (self.float - sum) + value
        } else {
            (value - sum) + self.float
        };
        self.float = sum;
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (scale, sum) in other.exact.iter().enumerate() {
            self.add(*sum, scale as u8);
        }
        if other.has_float {
            self.add_float(other.float);
            self.lost += other.lost;
        }
    }

    /// All in the scale of the finest, where that can be held.
    fn exactly(&self) -> Option<(i256, usize)> {
        let finest = self.exact.len().saturating_sub(1);
        let mut total = i256::ZERO;
        for (scale, sum) in self.exact.iter().enumerate() {
            let factor = i256::from_i128(10).checked_pow((finest - scale) as u32)?;
            total = total.checked_add(i256::from_i128(*sum).checked_mul(factor)?)?;
        }
        Some((total, finest))
    }

    /// In plain notation; in that of a double where there were any.
    pub(crate) fn text(&self) -> String {
        if let (false, Some((total, scale))) = (self.has_float, self.exactly()) {
            return decimal_text(&total.to_string(), scale);
        }
        let total = self.float
            + self.lost
            + self
                .exact
                .iter()
                .enumerate()
                .map(|(scale, sum)| *sum as f64 / 10f64.powi(scale as i32))
                .sum::<f64>();
        if total.abs() >= 1e17 || (total != 0.0 && total.abs() < 1e-7) {
            format!("{total:e}")
        } else {
            total.to_string()
        }
    }
}

/// `-12345` at scale 2 as `-123.45`.
pub(crate) fn decimal_text(digits: &str, scale: usize) -> String {
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", digits),
    };
    if scale == 0 {
        return format!("{sign}{digits}");
    }
    let padded = format!("{digits:0>width$}", width = scale + 1);
    let (whole, fraction) = padded.split_at(padded.len() - scale);
    format!("{sign}{whole}.{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_sum_without_an_error() {
        let mut sum = Sum::default();
        for _ in 0..10 {
            sum.add(1, 1);
        }
        assert_eq!(sum.text(), "1.0");
        sum.add(-3, 2);
        sum.add(7, 0);
        assert_eq!(sum.text(), "7.97");
        let mut small = Sum::default();
        small.add(-5, 3);
        assert_eq!(small.text(), "-0.005");
        assert_eq!(Sum::default().text(), "0");
    }

    #[test]
    fn sums_beyond_128_bits_are_not_lost() {
        let most = 10i128.pow(38) - 1;
        let mut sum = Sum::default();
        sum.add(most, 0);
        sum.add(1, 38);
        assert_eq!(sum.text(), format!("{most}.{:0>38}", 1));
        for _ in 0..3 {
            sum.add(i128::MAX, 5);
        }
        assert!(sum.text().starts_with("1.00005104"), "{}", sum.text());
    }

    #[test]
    fn doubles_keep_what_rounding_loses() {
        let mut sum = Sum::default();
        for value in [1e16, 1.0, -1e16] {
            sum.add_float(value);
        }
        assert_eq!(sum.text(), "1");
        sum.add(25, 1);
        assert_eq!(sum.text(), "3.5");
        sum.add_float(1e300);
        assert_eq!(sum.text(), "1e300");
    }

    #[test]
    fn merging_is_adding() {
        let (mut left, mut right) = (Sum::default(), Sum::default());
        left.add(15, 1);
        right.add(7, 0);
        right.add(5, 3);
        left.merge(&right);
        assert_eq!(left.text(), "8.505");
        let text = serde_json::to_string(&left).unwrap();
        assert_eq!(serde_json::from_str::<Sum>(&text).unwrap(), left);
    }
}

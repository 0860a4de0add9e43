//! Mean, spread, skewness and kurtosis in one pass (Welford, Chan, Pébay).

use serde::{Deserialize, Serialize};

use crate::bits;

/// Sums of powers of the distances from the mean.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Moments {
    count: u64,
    #[serde(with = "bits::float")]
    mean: f64,
    #[serde(with = "bits::float")]
    second: f64,
    #[serde(with = "bits::float")]
    third: f64,
    #[serde(with = "bits::float")]
    fourth: f64,
}

impl Moments {
    /// Takes a block of values: twice over it is faster and closer than cell by cell.
    pub(crate) fn extend(&mut self, values: &[f64]) {
        if values.is_empty() {
            return;
        }
        let count = values.len() as f64;
        let mean = values.iter().map(|value| value / count).sum::<f64>();
        let mut block = Self {
            count: values.len() as u64,
            mean,
            ..Self::default()
        };
        let mut first = 0.0;
        for value in values {
            let distance = value - mean;
            let square = distance * distance;
            first += distance;
            block.second += square;
            block.third += square * distance;
            block.fourth += square * square;
        }
        // What rounding left of the mean is put right.
        let drift = first / count;
        block.mean += drift;
        block.second -= first * drift;
        self.merge(&block);
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        if self.count == 0 {
            *self = *other;
            return;
        }
        let (own, others) = (self.count as f64, other.count as f64);
        let all = own + others;
        let distance = other.mean - self.mean;
        let step = distance / all;
        let cross = distance * step * own * others;
        self.fourth += other.fourth
            + cross * step * step * (own * own - own * others + others * others)
            + 6.0 * step * step * (own * own * other.second + others * others * self.second)
            + 4.0 * step * (own * other.third - others * self.third);
        self.third += other.third
            + cross * step * (own - others)
            + 3.0 * step * (own * other.second - others * self.second);
        self.second += other.second + cross;
        self.mean += step * others;
        self.count += other.count;
    }

    pub(crate) fn mean(&self) -> Option<f64> {
        (self.count > 0).then_some(self.mean)
    }

    /// Of a sample: by n - 1.
    pub(crate) fn variance(&self) -> Option<f64> {
        (self.count > 1).then(|| self.second.max(0.0) / (self.count - 1) as f64)
    }

    /// Adjusted for the size of the sample, as in DuckDB, pandas and Excel.
    pub(crate) fn skewness(&self) -> Option<f64> {
        let count = self.count as f64;
        (self.count > 2 && self.second > 0.0).then(|| {
            let raw = count.sqrt() * self.third / self.second.powf(1.5);
            raw * (count * (count - 1.0)).sqrt() / (count - 2.0)
        })
    }

    /// Excess over the normal distribution, adjusted for the size of the sample.
    pub(crate) fn kurtosis(&self) -> Option<f64> {
        let count = self.count as f64;
        (self.count > 3 && self.second > 0.0).then(|| {
            let raw = count * self.fourth / (self.second * self.second) - 3.0;
            (count - 1.0) / ((count - 2.0) * (count - 3.0)) * ((count + 1.0) * raw + 6.0)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn moments(values: &[f64]) -> Moments {
        let mut moments = Moments::default();
        moments.extend(values);
        moments
    }

    fn near(found: Option<f64>, expected: f64) {
        let found = found.expect("there are values enough");
        assert!(
            (found - expected).abs() <= 1e-9 * expected.abs().max(1.0),
            "{found} is not {expected}"
        );
    }

    #[test]
    fn agrees_with_values_worked_out_by_hand() {
        // 2, 4, 4, 4, 5, 5, 7, 9: squares of distances sum to 32, cubes to 42, fourth powers to 356.
        let found = moments(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]);
        near(found.mean(), 5.0);
        near(found.variance(), 32.0 / 7.0);
        let raw = (42.0 / 8.0) / 4.0f64.powf(1.5);
        near(found.skewness(), raw * 56.0f64.sqrt() / 6.0);
        let raw = (356.0 / 8.0) / 16.0 - 3.0;
        near(found.kurtosis(), 7.0 / 30.0 * (9.0 * raw + 6.0));
    }

    #[test]
    fn few_or_equal_values_have_no_shape() {
        assert_eq!(moments(&[]).mean(), None);
        assert_eq!(moments(&[3.0]).variance(), None);
        assert_eq!(moments(&[3.0; 5]).variance(), Some(0.0));
        assert_eq!(moments(&[3.0; 5]).skewness(), None);
        assert_eq!(moments(&[1.0, 2.0, 3.0]).kurtosis(), None);
    }

    #[test]
    fn great_numbers_with_small_differences_keep_their_variance() {
        let values: Vec<f64> = (0..10_000)
            .map(|place| 1e9 + f64::from(place % 10))
            .collect();
        let mut blocks = Moments::default();
        values.chunks(37).for_each(|block| blocks.extend(block));
        let expected = 8.25 * 10_000.0 / 9_999.0;
        assert!((blocks.variance().unwrap() - expected).abs() < 1e-6);
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same(
            values in prop::collection::vec(-1e6..1e6f64, 4..300),
            cut in 0usize..300,
        ) {
            let cut = cut.min(values.len());
            let mut parts = moments(&values[..cut]);
            parts.merge(&moments(&values[cut..]));
            let whole = moments(&values);
            // The plain formulas, for comparison.
            let count = values.len() as f64;
            let mean = values.iter().sum::<f64>() / count;
            let power = |power: i32| values.iter().map(|v| (v - mean).powi(power)).sum::<f64>();
            for found in [parts, whole] {
                near(found.mean(), mean);
                let close = |found: f64, expected: f64, scale: f64| (found - expected).abs() <= 1e-7 * scale;
                prop_assert!(close(found.second, power(2), power(2)));
                prop_assert!(close(found.third, power(3), power(2).powf(1.5)));
                prop_assert!(close(found.fourth, power(4), power(2).powi(2)));
            }
        }
    }
}

//! The values of a column: how many different ones, which come most often, and a sample of them.

use serde::{Deserialize, Serialize};

use super::frequent::{Frequent, clip};
use super::hll::Hll;
use super::sample::Sample;
use crate::options::Sizes;

/// Registers of a column's sketch, as a power of two: a standard error of 1.6 %.
const PRECISION: u32 = 12;

/// The values of one column.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Values {
    /// All values, or where there are too many of them the most frequent.
    table: Frequent,
    sizes: Sizes,
    spread: Option<Box<Spread>>,
}

/// What is kept of values that are too many to keep.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Spread {
    different: Hll,
    sample: Sample<Box<str>>,
}

/// How many different values there are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Estimate {
    pub(crate) count: u64,
    /// Relative standard error.
    pub(crate) error: f64,
    /// No value of the sample came twice.
    pub(crate) all_once: bool,
}

impl Values {
    pub(crate) fn new(sizes: Sizes) -> Self {
        Self {
            table: Frequent::unbounded(sizes.frequent),
            sizes,
            spread: None,
        }
    }

    /// Takes the value of a row of the batch at hand; `text` is asked where it must be kept at once.
    #[inline]
    pub(crate) fn observe(&mut self, hash: u64, row: usize, text: impl FnOnce() -> Box<str>) {
        if let Some(spread) = &mut self.spread {
            spread.different.insert(hash);
            if spread.sample.wants(hash) {
                spread.sample.observe(hash, 1, text);
            }
        }
        self.table.observe(hash, row);
    }

    /// Whether the table holds every value with its exact count.
    pub(crate) fn is_exact(&self) -> bool {
        self.spread.is_none()
    }

    /// Whether there are more values than may be held; then [`Values::spread_out`] is due.
    #[inline]
    pub(crate) fn is_overfull(&self) -> bool {
        self.spread.is_none() && self.table.len() > self.sizes.exact
    }

    /// Takes the texts of what a batch brought. To be called before the batch goes.
    pub(crate) fn settle(&mut self, text: impl Fn(usize) -> Box<str>) {
        self.table.settle(text);
    }

    /// Goes over from all values to sketches of them.
    pub(crate) fn spread_out(&mut self) {
        if self.spread.is_some() {
            return;
        }
        let mut spread = Spread {
            different: Hll::new(PRECISION),
            sample: Sample::new(self.sizes.sample),
        };
        for value in self.table.values() {
            spread.different.insert(value.hash);
            spread
                .sample
                .observe(value.hash, value.count, || value.text.into());
        }
        self.table.bound();
        self.spread = Some(Box::new(spread));
    }

    /// Joins settled values. Where the sum is overfull the caller spreads it out.
    pub(crate) fn merge(&mut self, other: &Self) {
        if let Some(others) = &other.spread {
            self.spread_out();
            if let Some(spread) = &mut self.spread {
                spread.different.merge(&others.different);
                spread.sample.merge(&others.sample);
            }
        } else if let Some(spread) = &mut self.spread {
            for value in other.table.values() {
                spread.different.insert(value.hash);
                spread
                    .sample
                    .observe(value.hash, value.count, || value.text.into());
            }
        }
        self.table.merge(&other.table);
    }

    /// The values with their counts: all, or the most frequent.
    pub(crate) fn table(&self) -> &Frequent {
        &self.table
    }

    /// Different texts for closer examination, a fair sample of all.
    pub(crate) fn sampled(&self) -> Vec<&str> {
        match &self.spread {
            Some(spread) => spread
                .sample
                .entries()
                .map(|entry| &*entry.content)
                .collect(),
            None => self.table.values().map(|value| value.text).collect(),
        }
    }

    /// How many different values `count` cells have.
    pub(crate) fn different(&self, count: u64) -> Estimate {
        match &self.spread {
            None => Estimate {
                count: self.table.len() as u64,
                error: 0.0,
                all_once: self.table.len() as u64 == count,
            },
            Some(spread) => {
                let counts = spread.sample.entries().map(|entry| entry.count);
                let mut estimate = estimate(count, &spread.different, counts);
                // Counters are never too great: one of two is proof.
                estimate.all_once &= self.table.values().all(|value| value.count < 2);
                estimate
            }
        }
    }
}

/// Different values among `count`, from a sketch of all and the exact counts of a fair sample.
///
/// The sketch errs by its 1.6 % whatever the values are. The sample says how often a value comes on
/// average, which is better where most come about equally often: in a column of keys every sampled
/// value came once, and the count of cells is the count of values. A sample may miss a few values that
/// come very often, so it is believed only where the sketch does not contradict it.
pub(crate) fn estimate(count: u64, sketch: &Hll, counts: impl Iterator<Item = u64>) -> Estimate {
    let (mut size, mut sum, mut squares) = (0u64, 0.0, 0.0);
    for count in counts {
        size += 1;
        sum += count as f64;
        squares += (count * count) as f64;
    }
    let sketched = sketch.estimate().min(count as f64);
    let error = sketch.error();
    let by_sketch = Estimate {
        count: sketched.round() as u64,
        error,
        all_once: false,
    };
    if size < 200 {
        return by_sketch;
    }
    let size = size as f64;
    let mean = sum / size;
    let deviation = (squares / size - mean * mean).max(0.0).sqrt();
    let all_once = sum == size;
    // Nothing found among n: below 3 / n in 95 of 100 cases.
    let sample_error = if deviation == 0.0 {
        3.0 / size
    } else {
        deviation / (mean * size.sqrt())
    };
    let by_sample = count as f64 / mean;
    let agree = (by_sample - sketched).abs() <= 3.0 * error * by_sample;
    if sample_error < error && agree {
        Estimate {
            count: by_sample.round() as u64,
            error: sample_error,
            all_once,
        }
    } else {
        by_sketch
    }
}

/// The text of a value as it is kept.
pub(crate) fn kept(text: &str) -> Box<str> {
    clip(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash;

    fn values(numbers: impl IntoIterator<Item = u64>) -> Values {
        let mut values = Values::new(Sizes::FULL);
        let numbers: Vec<u64> = numbers.into_iter().collect();
        for block in numbers.chunks(1_000) {
            for (row, number) in block.iter().enumerate() {
                let text = || number.to_string().into();
                values.observe(hash::number(2, *number), row, text);
            }
            values.settle(|row| block[row].to_string().into());
            if values.is_overfull() {
                values.spread_out();
            }
        }
        values
    }

    #[test]
    fn is_exact_up_to_the_limit() {
        let few = values((0..10_000).map(|place| place % 4_096));
        assert!(few.is_exact());
        assert_eq!(few.different(10_000).count, 4_096);
        let many = values((0..10_000).map(|place| place % 4_097));
        assert!(!many.is_exact());
        let error = many.different(10_000).count.abs_diff(4_097);
        assert!(error < 200, "{error}");
    }

    #[test]
    fn keys_are_known_as_keys() {
        let keys = values(0..300_000);
        let found = keys.different(300_000);
        assert_eq!((found.count, found.all_once), (300_000, true));
        let tenth =
            values((0..300_000).map(|place| if place % 10 == 0 { place / 3 } else { place }));
        let found = tenth.different(300_000);
        assert!(!found.all_once);
        let truth = 300_000 - 300_000 / 10 + 10_000;
        assert!(
            (found.count as f64 / f64::from(truth) - 1.0).abs() < 0.03,
            "{found:?}"
        );
    }

    #[test]
    fn one_value_in_half_the_cells_does_not_mislead_the_sample() {
        let half = values((0..200_000).map(|place| if place % 2 == 0 { 1 } else { place }));
        let found = half.different(200_000);
        assert!(
            (found.count as f64 / 100_001.0 - 1.0).abs() < 0.05,
            "{found:?}"
        );
        assert!(!found.all_once);
    }

    #[test]
    fn merging_meets_every_case() {
        for (left, right) in [(3_000, 2_000), (9_000, 100), (100, 9_000), (8_000, 8_000)] {
            let mut merged = values(0..left);
            merged.merge(&values(left..left + right));
            if merged.is_overfull() {
                merged.spread_out();
            }
            let whole = values(0..left + right);
            assert_eq!(
                merged.different(left + right),
                whole.different(left + right)
            );
            assert_eq!(merged.sampled(), whole.sampled());
        }
    }
}

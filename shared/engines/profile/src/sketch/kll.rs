//! Quantiles of a stream in a few kilobytes: KLL with k = 200.
//!
//! A level holds values that stand for 2^level of those that came. A full level is sorted and every
//! other value of it goes up one, beginning with the first or the second by a coin. The coin is a
//! hash of how many were thrown, so the same cells give the same sketch on any machine.

use serde::{Deserialize, Serialize};

use crate::hash;

/// Accuracy: 1.65 % of the ranks, both sides.
const K: f64 = 200.0;
/// Values that the lowest level holds at least, so that blocks are compacted at once.
const LOWEST: usize = 512;
const SMALLEST: usize = 8;

/// Quantiles over keys in the order of their values.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kll {
    count: u64,
    coins: u64,
    levels: Vec<Vec<i64>>,
}

impl Kll {
    /// Takes values; best called with many at once.
    pub(crate) fn extend(&mut self, keys: impl IntoIterator<Item = i64>) {
        if self.levels.is_empty() {
            self.levels.push(Vec::new());
        }
        let lowest = &mut self.levels[0];
        let before = lowest.len();
        lowest.extend(keys);
        self.count += (lowest.len() - before) as u64;
        self.compress();
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.coins = self.coins.wrapping_add(other.coins);
        if self.levels.len() < other.levels.len() {
            self.levels.resize_with(other.levels.len(), Vec::new);
        }
        for (own, other) in self.levels.iter_mut().zip(&other.levels) {
            own.extend_from_slice(other);
        }
        self.compress();
    }

    fn capacity(&self, level: usize) -> usize {
        let below_top = (self.levels.len() - 1 - level) as i32;
        let capacity = (K * (2.0f64 / 3.0).powi(below_top)).ceil() as usize;
        if level == 0 {
            capacity.max(LOWEST)
        } else {
            capacity.max(SMALLEST)
        }
    }

    fn compress(&mut self) {
        let mut level = 0;
        while level < self.levels.len() {
            if self.levels[level].len() > self.capacity(level) {
                if level + 1 == self.levels.len() {
                    self.levels.push(Vec::new());
                }
                self.compact(level);
            }
            level += 1;
        }
    }

    fn compact(&mut self, level: usize) {
        self.coins = self.coins.wrapping_add(1);
        let coin = hash::number(level as u64, self.coins);
        let mut values = std::mem::take(&mut self.levels[level]);
        values.sort_unstable();
        // Of an odd number one stays: the least or the greatest, by another coin.
        let left_over = (values.len() % 2 == 1).then(|| {
            if coin & 2 == 0 {
                values.remove(0)
            } else {
                values.pop().unwrap_or_default()
            }
        });
        let first = (coin & 1) as usize;
        self.levels[level + 1].extend(values.iter().skip(first).step_by(2));
        values.clear();
        values.shrink_to(LOWEST * 2);
        values.extend(left_over);
        self.levels[level] = values;
    }

    /// Greatest error of a rank, as a share of all values, in 99 of 100 cases.
    pub(crate) fn rank_error(&self) -> f64 {
        if self.levels.len() <= 1 {
            0.0
        } else {
            2.446 / K.powf(0.9433)
        }
    }

    /// The values in order, each with the number of values up to it.
    pub(crate) fn ranks(&self) -> Ranks {
        let mut weighted: Vec<(i64, u64)> = self
            .levels
            .iter()
            .enumerate()
            .flat_map(|(level, values)| values.iter().map(move |value| (*value, 1 << level)))
            .collect();
        weighted.sort_unstable();
        let mut total = 0;
        for (_, weight) in &mut weighted {
            total += *weight;
            *weight = total;
        }
        Ranks {
            values: weighted,
            total,
        }
    }
}

/// A sketch in order, to be asked.
#[derive(Debug)]
pub(crate) struct Ranks {
    values: Vec<(i64, u64)>,
    total: u64,
}

impl Ranks {
    /// The smallest value that `share` of all values do not exceed.
    pub(crate) fn quantile(&self, share: f64) -> Option<i64> {
        let rank = (share * self.total as f64).ceil().max(1.0) as u64;
        let place = self.values.partition_point(|(_, up_to)| *up_to < rank);
        self.values
            .get(place)
            .or(self.values.last())
            .map(|(value, _)| *value)
    }

    /// The share of values below `key`.
    pub(crate) fn below(&self, key: i64) -> f64 {
        let place = self.values.partition_point(|(value, _)| *value < key);
        if place == 0 || self.total == 0 {
            return 0.0;
        }
        self.values[place - 1].1 as f64 / self.total as f64
    }
}

/// A key in the order of the number; of `-0.0` as of `0.0`.
#[inline]
pub(crate) fn float_key(value: f64) -> i64 {
    let bits = (value + 0.0).to_bits() as i64;
    bits ^ ((bits >> 63) as u64 >> 1) as i64
}

/// The number of a key.
pub(crate) fn float_of(key: i64) -> f64 {
    f64::from_bits((key ^ ((key >> 63) as u64 >> 1) as i64) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shuffled(count: u64) -> Vec<i64> {
        let mut keys: Vec<i64> = (0..count as i64).collect();
        keys.sort_by_key(|key| hash::number(5, *key as u64));
        keys
    }

    fn assert_accurate(sketch: &Kll, count: u64) {
        let ranks = sketch.ranks();
        assert_eq!(ranks.total, count);
        for percent in 1..100 {
            let share = f64::from(percent) / 100.0;
            let found = ranks.quantile(share).unwrap() as f64 / count as f64;
            assert!((found - share).abs() < 0.0165, "{percent} %: {found}");
        }
    }

    #[test]
    fn quantiles_are_within_the_error() {
        for count in [1_000u64, 50_000, 1_000_000] {
            for keys in [shuffled(count), (0..count as i64).collect()] {
                let mut sketch = Kll::default();
                for block in keys.chunks(1_000) {
                    sketch.extend(block.iter().copied());
                }
                assert_accurate(&sketch, count);
                let held: usize = sketch.levels.iter().map(Vec::len).sum();
                assert!(held < 1_300, "{held} values are held");
            }
        }
    }

    #[test]
    fn merged_sketches_are_as_good() {
        let mut whole = Kll::default();
        for part in shuffled(400_000).chunks(9_999) {
            let mut sketch = Kll::default();
            part.chunks(100)
                .for_each(|block| sketch.extend(block.iter().copied()));
            whole.merge(&sketch);
        }
        assert_accurate(&whole, 400_000);
        assert_eq!(whole.count, 400_000);
    }

    #[test]
    fn few_values_are_exact() {
        let mut sketch = Kll::default();
        sketch.extend([30, 10, 20, 40]);
        let ranks = sketch.ranks();
        assert_eq!(sketch.rank_error(), 0.0);
        assert_eq!(ranks.quantile(0.25), Some(10));
        assert_eq!(ranks.quantile(0.5), Some(20));
        assert_eq!(ranks.quantile(1.0), Some(40));
        assert_eq!(
            (ranks.below(10), ranks.below(25), ranks.below(99)),
            (0.0, 0.5, 1.0)
        );
        assert_eq!(Kll::default().ranks().quantile(0.5), None);
    }

    proptest! {
        #[test]
        fn keys_keep_the_order(left: f64, right: f64) {
            prop_assume!(!left.is_nan() && !right.is_nan());
            prop_assert_eq!(left.partial_cmp(&right), Some(float_key(left).cmp(&float_key(right))));
            prop_assert_eq!(float_of(float_key(left)), left);
        }
    }
}

//! A sample without chance: what has the smallest hashes.
//!
//! Keyed by the hash of a value it is a uniform sample of the different values, and the count of each
//! is exact: a value that is in it at the end was let in when it first came. Keyed by the hash of a row
//! number it is a uniform sample of rows. Either way any split of the rows gives the same sample.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sampled<T> {
    pub(crate) count: u64,
    pub(crate) content: T,
}

/// At most `limit` things with the smallest hashes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sample<T> {
    limit: usize,
    highest: u64,
    entries: BTreeMap<u64, Sampled<T>>,
}

impl<T: Clone> Sample<T> {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            highest: if limit == 0 { 0 } else { u64::MAX },
            entries: BTreeMap::new(),
        }
    }

    /// Whether a thing may be in the sample. Few are, so this is all that most cells cost.
    #[inline]
    pub(crate) fn wants(&self, hash: u64) -> bool {
        hash <= self.highest
    }

    pub(crate) fn observe(&mut self, hash: u64, count: u64, content: impl FnOnce() -> T) {
        if !self.wants(hash) || self.limit == 0 {
            return;
        }
        self.entries
            .entry(hash)
            .and_modify(|entry| entry.count += count)
            .or_insert_with(|| Sampled {
                count,
                content: content(),
            });
        if self.entries.len() > self.limit {
            self.entries.pop_last();
        }
        if self.entries.len() == self.limit {
            self.highest = self.entries.last_key_value().map_or(0, |(hash, _)| *hash);
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (hash, entry) in &other.entries {
            self.observe(*hash, entry.count, || entry.content.clone());
        }
        self.highest = self.highest.min(other.highest);
        let highest = self.highest;
        self.entries.retain(|hash, _| *hash <= highest);
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &Sampled<T>> {
        self.entries.values()
    }

    pub(crate) fn into_contents(self) -> impl Iterator<Item = T> {
        self.entries.into_values().map(|entry| entry.content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash;
    use proptest::prelude::*;

    fn sample(values: &[u64]) -> Sample<u64> {
        let mut sample = Sample::new(50);
        for value in values {
            sample.observe(hash::number(1, *value), 1, || *value);
        }
        sample
    }

    #[test]
    fn counts_of_the_sampled_are_exact_and_the_sample_is_fair() {
        let values: Vec<u64> = (0..20_000).map(|place| place % 5_000).collect();
        let sample = sample(&values);
        assert_eq!(sample.entries().count(), 50);
        assert!(sample.entries().all(|entry| entry.count == 4));
        let mean = sample.entries().map(|entry| entry.content).sum::<u64>() / 50;
        assert!((1_500..3_500).contains(&mean), "{mean}");
    }

    #[test]
    fn a_sample_of_nothing_stays_empty() {
        let mut sample = Sample::new(0);
        sample.observe(0, 1, || ());
        assert_eq!(sample.entries().count(), 0);
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same_sample(
            values in prop::collection::vec(0u64..300, 0..2_000),
            cuts in prop::collection::vec(0usize..2_000, 0..4),
        ) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(values.len())).collect();
            cuts.extend([0, values.len()]);
            cuts.sort_unstable();
            let mut whole = Sample::new(50);
            for part in cuts.windows(2).rev() {
                whole.merge(&sample(&values[part[0]..part[1]]));
            }
            prop_assert_eq!(whole, sample(&values));
        }
    }
}

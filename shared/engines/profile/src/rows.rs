//! Rows as wholes: how many come twice, and a sample of them.

use serde::{Deserialize, Serialize};

use crate::hash::RowHash;
use crate::sketch::distinct::{Estimate, estimate};
use crate::sketch::hll::Hll;
use crate::sketch::sample::Sample;

/// Registers of the sketch, as a power of two: a standard error of 0.8 %.
const PRECISION: u32 = 14;
/// Different rows whose counts are followed.
const FOLLOWED: usize = 16_384;

/// Hashes of all rows, or once they are too many, sketches of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct DuplicateRows {
    limit: usize,
    count: u64,
    exact: Vec<RowHash>,
    spread: Option<Box<Spread>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Spread {
    different: Hll,
    sample: Sample<()>,
}

impl Spread {
    #[inline]
    fn observe(&mut self, row: RowHash) {
        let hash = row.folded();
        self.different.insert(hash);
        if self.sample.wants(hash) {
            self.sample.observe(hash, 1, || ());
        }
    }
}

impl DuplicateRows {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            count: 0,
            exact: Vec::new(),
            spread: None,
        }
    }

    pub(crate) fn observe(&mut self, rows: &[RowHash]) {
        self.count += rows.len() as u64;
        if self.spread.is_none() && self.exact.len() + rows.len() > self.limit {
            self.spread_out();
        }
        match &mut self.spread {
            Some(spread) => rows.iter().for_each(|row| spread.observe(*row)),
            None => self.exact.extend_from_slice(rows),
        }
    }

    fn spread_out(&mut self) {
        let spread = self.spread.get_or_insert_with(|| {
            Box::new(Spread {
                different: Hll::new(PRECISION),
                sample: Sample::new(FOLLOWED),
            })
        });
        for row in std::mem::take(&mut self.exact) {
            spread.observe(row);
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        if let Some(others) = &other.spread {
            self.spread_out();
            self.count += other.count;
            if let Some(spread) = &mut self.spread {
                spread.different.merge(&others.different);
                spread.sample.merge(&others.sample);
            }
        } else {
            self.observe(&other.exact);
        }
    }

    /// Rows that are as one before them.
    pub(crate) fn finish(mut self) -> Duplicates {
        let Estimate { count, error, .. } = match &self.spread {
            Some(spread) => {
                let counts = spread.sample.entries().map(|entry| entry.count);
                estimate(self.count, &spread.different, counts)
            }
            None => {
                self.exact.sort_unstable();
                self.exact.dedup();
                Estimate {
                    count: self.exact.len() as u64,
                    error: 0.0,
                    all_once: false,
                }
            }
        };
        Duplicates {
            count: self.count.saturating_sub(count),
            exact: self.spread.is_none(),
            error,
        }
    }
}

/// Rows that are as one before them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Duplicates {
    pub(crate) count: u64,
    pub(crate) exact: bool,
    /// Standard error as a share of the rows.
    pub(crate) error: f64,
}

/// A row of the sample, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptRow {
    pub(crate) row: u64,
    pub(crate) cells: Vec<Option<Box<str>>>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash;

    fn rows(range: std::ops::Range<u64>, different: u64) -> Vec<RowHash> {
        range
            .map(|row| {
                let mut hashed = RowHash::default();
                hashed.add(hash::number(1, row % different));
                hashed
            })
            .collect()
    }

    fn found(limit: usize, rows: &[RowHash]) -> Duplicates {
        let mut duplicates = DuplicateRows::new(limit);
        rows.chunks(1_000)
            .for_each(|chunk| duplicates.observe(chunk));
        duplicates.finish()
    }

    #[test]
    fn few_rows_are_exact_and_many_are_near() {
        let exact = found(20_000, &rows(0..20_000, 15_000));
        assert_eq!((exact.count, exact.exact), (5_000, true));
        let near = found(1_000, &rows(0..200_000, 180_000));
        assert!(!near.exact);
        assert!(near.count.abs_diff(20_000) < 2_000, "{near:?}");
        assert!(near.error < 0.0082);
    }

    #[test]
    fn a_table_without_duplicates_is_told_so() {
        assert_eq!(found(1_000, &rows(0..300_000, u64::MAX)).count, 0);
    }

    #[test]
    fn one_row_in_half_the_table_is_not_overlooked() {
        let mut all = rows(0..100_000, u64::MAX);
        all.extend(rows(0..100_000, 1));
        let found = found(10, &all);
        assert!(found.count.abs_diff(100_000) < 5_000, "{found:?}");
    }

    #[test]
    fn parts_are_as_the_whole_whichever_are_too_large() {
        let all = rows(0..50_000, 40_000);
        for limit in [100, 20_000, 60_000] {
            let mut whole = DuplicateRows::new(limit);
            for part in [&all[..30_000], &all[30_000..30_050], &all[30_050..]] {
                let mut duplicates = DuplicateRows::new(limit);
                part.chunks(700).for_each(|chunk| duplicates.observe(chunk));
                whole.merge(&duplicates);
            }
            assert_eq!(whole.finish(), found(limit, &all), "limit {limit}");
        }
    }
}

//! Rows that exist because of a row of another table, placed without any scan.

use std::collections::BTreeMap;

use crate::weights::largest_remainder;
use millrace_draw::Permutation;
use millrace_draw::{Key, scale};

/// Owners of one block.
const BLOCK: u64 = 4096;

/// Where the rows of a table stand with regard to another table.
#[derive(Debug, Clone)]
pub(crate) enum Placement {
    Owned(Owned),
    Subset(Subset),
}

impl Placement {
    /// Owner and ordinal (from 1) of each of `rows`.
    pub(crate) fn locate(&self, rows: &[u64]) -> Located {
        match self {
            Self::Owned(owned) => owned.locate(rows),
            Self::Subset(subset) => Located {
                owners: rows.iter().map(|&row| subset.parent(row)).collect(),
                ordinals: vec![1; rows.len()],
            },
        }
    }
}

/// The owners of some rows, and the places of the rows among their owners' children.
#[derive(Debug, Clone, Default)]
pub(crate) struct Located {
    pub(crate) owners: Vec<u64>,
    pub(crate) ordinals: Vec<i64>,
}

/// Each owner has a few rows, stored together, `rows` in all, exactly.
///
/// Owners come in blocks of 4,096. The first child of a block is found in closed form; a block holds
/// the whole distribution of counts, in an order that its own key shuffles. Counts follow the weights,
/// tilted exponentially so that their mean is `rows / owners`. They stay inside the range of the
/// distribution; only where the mean itself lies outside are they the two whole numbers around it.
#[derive(Debug, Clone)]
pub(crate) struct Owned {
    owners: u64,
    rows: u64,
    key: Key,
    /// Counts by (owners, children) of a block: at most three kinds of blocks exist.
    patterns: BTreeMap<(u64, u64), Vec<u32>>,
}

impl Owned {
    /// Lays `rows` children out among `owners`; `counts` are `(children, weight)`.
    pub(crate) fn new(owners: u64, rows: u64, counts: &[(u32, f64)], key: Key) -> Self {
        let mut owned = Self {
            owners,
            rows,
            key,
            patterns: BTreeMap::new(),
        };
        let blocks = owners.div_ceil(BLOCK);
        let mut kinds = vec![owned.extent(blocks - 1)];
        if blocks > 1 {
            let even = (u128::from(rows) * u128::from(BLOCK) / u128::from(owners)) as u64;
            kinds.extend([(BLOCK, even), (BLOCK, even + 1)]);
        }
        for (size, total) in kinds {
            owned
                .patterns
                .entry((size, total))
                .or_insert_with(|| pattern(size, total, counts));
        }
        owned
    }

    /// Most children that an owner has.
    pub(crate) fn most(&self) -> u32 {
        self.patterns.values().flatten().copied().max().unwrap_or(1)
    }

    /// First child of a block.
    fn start(&self, block: u64) -> u64 {
        let before = (block * BLOCK).min(self.owners);
        (u128::from(self.rows) * u128::from(before) / u128::from(self.owners)) as u64
    }

    /// Owners and children of a block.
    fn extent(&self, block: u64) -> (u64, u64) {
        (
            BLOCK.min(self.owners - block * BLOCK),
            self.start(block + 1) - self.start(block),
        )
    }

    fn block_of(&self, row: u64) -> u64 {
        let mut block = (u128::from(row) * u128::from(self.owners)
            / (u128::from(self.rows) * u128::from(BLOCK))) as u64;
        while self.start(block) > row {
            block -= 1;
        }
        while self.start(block + 1) <= row {
            block += 1;
        }
        block
    }

    /// First child of every owner of a block, and the end.
    fn starts(&self, block: u64) -> Vec<u64> {
        let (size, total) = self.extent(block);
        let places = Permutation::new(self.key.child(block), size);
        let mut next = self.start(block);
        let mut starts = Vec::with_capacity(size as usize + 1);
        starts.push(next);
        let counts = self
            .patterns
            .get(&(size, total))
            .map_or(&[][..], Vec::as_slice);
        for owner in 0..size {
            next += counts
                .get(places.forward(owner) as usize)
                .copied()
                .map_or(0, u64::from);
            starts.push(next);
        }
        starts
    }

    fn locate(&self, rows: &[u64]) -> Located {
        // Each block is laid out once, whatever the order of the rows.
        let mut order: Vec<usize> = (0..rows.len()).collect();
        if !rows.is_sorted() {
            order.sort_unstable_by_key(|&index| rows[index]);
        }
        let mut located = Located {
            owners: vec![0; rows.len()],
            ordinals: vec![0; rows.len()],
        };
        let mut current: Option<(u64, Vec<u64>)> = None;
        let mut owner = 0;
        for index in order {
            let row = rows[index];
            let inside = current
                .as_ref()
                .filter(|(_, starts)| starts.last().is_some_and(|&end| row < end));
            if inside.is_none() {
                let block = self.block_of(row);
                current = Some((block, self.starts(block)));
                owner = 0;
            }
            if let Some((block, starts)) = &current {
                if starts[owner + 1] <= row {
                    owner = starts.partition_point(|&start| start <= row) - 1;
                }
                located.owners[index] = block * BLOCK + owner as u64;
                located.ordinals[index] = (row - starts[owner]) as i64 + 1;
            }
        }
        located
    }
}

/// Counts of `size` owners that sum to `total`.
fn pattern(size: u64, total: u64, counts: &[(u32, f64)]) -> Vec<u32> {
    let mut by_count: BTreeMap<u32, f64> = BTreeMap::new();
    for &(count, weight) in counts.iter().filter(|(_, weight)| *weight > 0.0) {
        *by_count.entry(count).or_default() += weight;
    }
    let values: Vec<u32> = by_count.keys().copied().collect();
    let weights: Vec<f64> = by_count.values().copied().collect();
    let (low, high) = (
        values.first().copied().unwrap_or(1),
        values.last().copied().unwrap_or(1),
    );
    if total <= size * u64::from(low) || total >= size * u64::from(high) {
        let (each, more) = ((total / size) as u32, total % size);
        return (0..size)
            .map(|owner| each + u32::from(owner < more))
            .collect();
    }
    let tilted = tilt(&values, &weights, total as f64 / size as f64);
    let mut owners: BTreeMap<u32, u64> = values
        .iter()
        .copied()
        .zip(largest_remainder(size, &tilted))
        .collect();
    let sum = |owners: &BTreeMap<u32, u64>| {
        owners
            .iter()
            .map(|(&count, &number)| u64::from(count) * number)
            .sum::<u64>()
    };
    // Whole owners leave a small difference: move single owners by one child.
    let mut reached = sum(&owners);
    while reached != total {
        let up = reached < total;
        let movable = owners
            .iter()
            .filter(|&(&count, &number)| number > 0 && if up { count < high } else { count > low });
        let Some(from) = movable
            .max_by_key(|&(_, &number)| number)
            .map(|(&count, _)| count)
        else {
            break;
        };
        let to = if up { from + 1 } else { from - 1 };
        *owners.entry(from).or_default() -= 1;
        *owners.entry(to).or_default() += 1;
        reached = if up { reached + 1 } else { reached - 1 };
    }
    owners
        .into_iter()
        .flat_map(|(count, number)| (0..number).map(move |_| count))
        .collect()
}

/// Weights times `exp(t * count)`, with the `t` that gives the mean.
fn tilt(values: &[u32], weights: &[f64], mean: f64) -> Vec<f64> {
    let weigh = |slope: f64| -> Vec<f64> {
        let pivot = f64::from(if slope > 0.0 {
            values[values.len() - 1]
        } else {
            values[0]
        });
        values
            .iter()
            .zip(weights)
            .map(|(&value, weight)| weight * libm::exp(slope * (f64::from(value) - pivot)))
            .collect()
    };
    let (mut low, mut high) = (-30.0, 30.0);
    for _ in 0..80 {
        let middle = (low + high) / 2.0;
        let tilted = weigh(middle);
        let moment: f64 = values
            .iter()
            .zip(&tilted)
            .map(|(&value, weight)| f64::from(value) * weight)
            .sum();
        if moment / tilted.iter().sum::<f64>() < mean {
            low = middle;
        } else {
            high = middle;
        }
    }
    weigh((low + high) / 2.0)
}

/// At most one row for each row of a table: one from each of `rows` strata, in order.
#[derive(Debug, Clone)]
pub(crate) struct Subset {
    pub(crate) table: usize,
    parents: u64,
    rows: u64,
    key: Key,
}

impl Subset {
    /// Picks `rows` of `parents`; there must be no more rows than parents.
    pub(crate) fn new(table: usize, parents: u64, rows: u64, key: Key) -> Self {
        Self {
            table,
            parents,
            rows,
            key,
        }
    }

    fn start(&self, row: u64) -> u64 {
        (u128::from(row) * u128::from(self.parents) / u128::from(self.rows)) as u64
    }

    /// The parent of `row`.
    pub(crate) fn parent(&self, row: u64) -> u64 {
        let start = self.start(row);
        start + scale(self.key.at(row), self.start(row + 1) - start)
    }

    /// The row of `parent`, if it has one.
    pub(crate) fn row_of(&self, parent: u64) -> Option<u64> {
        // The stratum that holds the parent: the last one that starts at or before it.
        let estimate = ((u128::from(parent) + 1) * u128::from(self.rows))
            .div_ceil(u128::from(self.parents)) as u64;
        let row = estimate.saturating_sub(1);
        (row < self.rows && self.parent(row) == parent).then_some(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ITEMS: [(u32, f64); 4] = [(1, 0.5), (2, 0.25), (3, 0.15), (6, 0.1)];

    fn key() -> Key {
        Key::new(5, "items", "", "layout")
    }

    #[test]
    fn every_owner_has_its_children_together() {
        for (owners, rows) in [
            (1, 1),
            (1, 4),
            (7, 7),
            (400, 999),
            (4096, 8192),
            (40_000, 100_000),
            (40_003, 99_991),
        ] {
            let owned = Owned::new(owners, rows, &ITEMS, key());
            let located = owned.locate(&(0..rows).collect::<Vec<_>>());
            assert!(located.owners.is_sorted());
            let mut counts = vec![0_i64; owners as usize];
            for (&owner, &ordinal) in located.owners.iter().zip(&located.ordinals) {
                counts[owner as usize] += 1;
                assert_eq!(counts[owner as usize], ordinal);
            }
            assert!(
                counts.iter().all(|count| (1..=6).contains(count)),
                "{owners} owners, {rows} rows"
            );
        }
    }

    #[test]
    fn counts_follow_the_weights() {
        // The mean of the weights is 2.05: nothing has to be tilted.
        let counts = pattern(4000, 8200, &ITEMS);
        let owners = |count| counts.iter().filter(|&&each| each == count).count();
        assert_eq!(
            [owners(1), owners(2), owners(3), owners(6)],
            [2000, 1000, 600, 400]
        );
    }

    #[test]
    fn arithmetic_wins_over_the_range() {
        assert_eq!(pattern(3, 20, &ITEMS), [7, 7, 6]);
        assert_eq!(pattern(4, 3, &[(2, 1.0)]), [1, 1, 1, 0]);
    }

    proptest! {
        #[test]
        fn patterns_meet_their_total(size in 1_u64..4097, mean in 1.0_f64..6.0) {
            let total = (size as f64 * mean) as u64;
            let counts = pattern(size, total, &ITEMS);
            prop_assert_eq!(counts.len() as u64, size);
            prop_assert_eq!(counts.iter().map(|&count| u64::from(count)).sum::<u64>(), total);
            prop_assert!(counts.iter().all(|count| (1..=6).contains(count)));
        }

        #[test]
        fn any_row_alone_is_located_alike(owners in 1_u64..50_000, more in 0_u64..100_000, pick: u64) {
            let rows = owners + more;
            let owned = Owned::new(owners, rows, &ITEMS, key());
            let row = pick % rows;
            let alone = owned.locate(&[row]);
            let around = owned.locate(&[row, 0, rows - 1]);
            prop_assert_eq!(alone.owners[0], around.owners[0]);
            prop_assert_eq!(alone.ordinals[0], around.ordinals[0]);
            prop_assert_eq!((around.owners[1], around.ordinals[1]), (0, 1));
            prop_assert_eq!(around.owners[2], owners - 1);
        }

        #[test]
        fn subsets_are_exact_and_invertible(parents in 1_u64..5_000, share in 0.0_f64..=1.0) {
            let rows = ((parents as f64 * share) as u64).clamp(1, parents);
            let subset = Subset::new(0, parents, rows, key());
            let found: Vec<u64> = (0..parents).filter_map(|parent| subset.row_of(parent)).collect();
            prop_assert!(found.iter().copied().eq(0..rows));
            for row in 0..rows {
                prop_assert_eq!(subset.row_of(subset.parent(row)), Some(row));
            }
        }
    }
}

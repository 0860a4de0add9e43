//! Shares as integers: exact counts, cumulative tables and Zipf popularity.

use millrace_draw::{Key, scale};

/// Splits `total` by `weights` to exact counts: whole parts, then one more to the largest remainders
/// (the earlier one where two are alike). Weights must be at least 0 with a positive sum.
pub(crate) fn largest_remainder(total: u64, weights: &[f64]) -> Vec<u64> {
    let sum: f64 = weights.iter().sum();
    let exact: Vec<f64> = weights
        .iter()
        .map(|weight| weight / sum * total as f64)
        .collect();
    let mut counts: Vec<u64> = exact.iter().map(|&share| share as u64).collect();
    let mut order: Vec<usize> = (0..weights.len())
        .filter(|&index| weights[index] > 0.0)
        .collect();
    order.sort_by(|&a, &b| {
        (exact[b] - exact[b].floor())
            .total_cmp(&(exact[a] - exact[a].floor()))
            .then(a.cmp(&b))
    });
    let missing = total.saturating_sub(counts.iter().sum());
    for &index in order.iter().cycle().take(missing as usize) {
        counts[index] += 1;
    }
    // Rounding of huge totals may leave too many: take them from the largest.
    let mut excess = counts.iter().sum::<u64>() - total;
    while excess > 0 {
        let Some(largest) = counts.iter_mut().max() else {
            break;
        };
        let taken = excess.min(*largest);
        *largest -= taken;
        excess -= taken;
    }
    counts
}

/// Cumulative shares over the whole of `u64`, with a guide that makes a pick a few comparisons.
#[derive(Debug, Clone)]
pub(crate) struct Cumulative {
    ends: Vec<u64>,
    guide: Vec<u32>,
    shift: u32,
}

impl Cumulative {
    /// A table of `weights`, which must be at least 0 with a positive sum.
    pub(crate) fn new(weights: &[f64]) -> Self {
        let sum: f64 = weights.iter().sum();
        let mut reached = 0.0;
        let mut ends: Vec<u64> = weights
            .iter()
            .map(|weight| {
                reached += weight;
                (reached / sum * 18_446_744_073_709_551_616.0) as u64
            })
            .collect();
        // The last value with a weight takes the rounding.
        let last = weights
            .iter()
            .rposition(|&weight| weight > 0.0)
            .unwrap_or(0);
        for end in &mut ends[last..] {
            *end = u64::MAX;
        }
        let bits = (usize::BITS - weights.len().leading_zeros() + 1).clamp(1, 16);
        let shift = u64::BITS - bits;
        let guide = (0..1_u64 << bits)
            .map(|slot| ends.partition_point(|&end| end <= slot << shift).min(last) as u32)
            .chain([last as u32])
            .collect();
        Self { ends, guide, shift }
    }

    /// The index that `draw` falls on.
    pub(crate) fn pick(&self, draw: u64) -> usize {
        let slot = (draw >> self.shift) as usize;
        let (from, to) = (self.guide[slot] as usize, self.guide[slot + 1] as usize);
        from + self.ends[from..to].partition_point(|&end| end <= draw)
    }
}

/// Ranks `0..n` with weight `1 / (rank + 1)^exponent`.
#[derive(Debug, Clone)]
pub(crate) enum Zipf {
    /// Every rank alike.
    Even { ranks: u64 },
    /// Each rank of the head alone, then blocks of ranks so narrow that they are even inside.
    Skewed { starts: Vec<u64>, table: Cumulative },
}

impl Zipf {
    const HEAD: u64 = 1 << 15;

    /// A table for `ranks` (at least 1) and an exponent of at least 0.
    pub(crate) fn new(ranks: u64, exponent: f64) -> Self {
        if exponent == 0.0 {
            return Self::Even { ranks };
        }
        let head = ranks.min(Self::HEAD);
        let mut starts: Vec<u64> = (0..head).collect();
        let mut weights: Vec<f64> = starts
            .iter()
            .map(|&rank| libm::pow((rank + 1) as f64, -exponent))
            .collect();
        let mut start = head;
        while start < ranks {
            let end = (start + start / 1024).min(ranks);
            let middle = (start + end + 1) as f64 / 2.0;
            starts.push(start);
            weights.push((end - start) as f64 * libm::pow(middle, -exponent));
            start = end;
        }
        starts.push(ranks);
        Self::Skewed {
            table: Cumulative::new(&weights),
            starts,
        }
    }

    /// The rank of attempt `number` for `row`.
    pub(crate) fn rank(&self, key: Key, row: u64, number: u64) -> u64 {
        match self {
            Self::Even { ranks } => scale(key.draw(row, 2 * number), *ranks),
            Self::Skewed { starts, table } => {
                let block = table.pick(key.draw(row, 2 * number));
                let width = starts[block + 1] - starts[block];
                starts[block]
                    + if width == 1 {
                        0
                    } else {
                        scale(key.draw(row, 2 * number + 1), width)
                    }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn remainders_go_to_the_largest() {
        assert_eq!(largest_remainder(10, &[60.0, 30.0, 10.0]), [6, 3, 1]);
        assert_eq!(largest_remainder(7, &[1.0, 1.0, 1.0]), [3, 2, 2]);
        assert_eq!(largest_remainder(1, &[0.0, 0.2, 0.8]), [0, 0, 1]);
    }

    #[test]
    fn zipf_has_its_slope() {
        let key = Key::new(3, "t", "c", "value");
        for ranks in [1_000, 1_000_000] {
            let zipf = Zipf::new(ranks, 1.0);
            let (mut first, mut tenth) = (0_u32, 0_u32);
            for row in 0..400_000 {
                match zipf.rank(key, row, 0) {
                    0 => first += 1,
                    9 => tenth += 1,
                    rank => assert!(rank < ranks),
                }
            }
            let ratio = f64::from(first) / f64::from(tenth);
            assert!((9.0..11.0).contains(&ratio), "{ranks} ranks: {ratio}");
        }
    }

    proptest! {
        #[test]
        fn counts_sum_to_the_total(total in 0_u64..1 << 40, weights in prop::collection::vec(0.01_f64..100.0, 1..40)) {
            let counts = largest_remainder(total, &weights);
            prop_assert_eq!(counts.iter().sum::<u64>(), total);
        }

        #[test]
        fn guided_picks_equal_a_plain_scan(weights in prop::collection::vec(0.0_f64..10.0, 1..60), draw: u64) {
            prop_assume!(weights.iter().sum::<f64>() > 0.0);
            let table = Cumulative::new(&weights);
            let picked = table.pick(draw);
            let scanned = table.ends.iter().position(|&end| draw < end).unwrap_or(picked);
            prop_assert_eq!(picked, scanned);
            prop_assert!(weights[picked] > 0.0);
        }
    }
}

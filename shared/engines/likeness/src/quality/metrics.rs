//! The formulas of SDMetrics for one column and for two.

use std::collections::HashMap;

/// Cells of a table that is counted in place; larger ones are counted by what occurs.
const PLACED_CELLS: usize = 1 << 18;

/// `KSComplement`: 1 less the greatest distance between two distribution functions.
pub(crate) fn ks_complement(real: &[f64], synthetic: &[f64]) -> Option<f64> {
    let (real, synthetic) = (sorted(real), sorted(synthetic));
    if real.is_empty() || synthetic.is_empty() {
        return None;
    }
    let (mut a, mut b) = (0, 0);
    let mut widest = 0.0_f64;
    while a < real.len() && b < synthetic.len() {
        let value = real[a].min(synthetic[b]);
        while a < real.len() && real[a] <= value {
            a += 1;
        }
        while b < synthetic.len() && synthetic[b] <= value {
            b += 1;
        }
        let distance = a as f64 / real.len() as f64 - b as f64 / synthetic.len() as f64;
        widest = widest.max(distance.abs());
    }
    Some(1.0 - widest)
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut values: Vec<f64> = values
        .iter()
        .copied()
        .filter(|value| !value.is_nan())
        .collect();
    values.sort_unstable_by(f64::total_cmp);
    values
}

/// `TVComplement`: 1 less half the differences of shares. Code 0 is a missing value and not counted.
pub(crate) fn tv_complement(real: &[u32], synthetic: &[u32], states: u32) -> Option<f64> {
    let shares = |codes: &[u32]| {
        let mut counts = vec![0.0; states as usize];
        for code in codes {
            counts[*code as usize] += 1.0;
        }
        counts[0] = 0.0;
        let all: f64 = counts.iter().sum();
        (all > 0.0).then(|| {
            counts
                .into_iter()
                .map(|count| count / all)
                .collect::<Vec<f64>>()
        })
    };
    let (real, synthetic) = (shares(real)?, shares(synthetic)?);
    let off: f64 = real
        .iter()
        .zip(&synthetic)
        .map(|(a, b): (&f64, &f64)| (a - b).abs())
        .sum();
    Some(1.0 - off / 2.0)
}

/// Pearson's correlation over rows with both values; nothing of constants, nor of numbers too large for
/// it.
pub(crate) fn correlation(a: &[f64], b: &[f64]) -> Option<f64> {
    let both = a.iter().zip(b).filter(|(a, b)| !a.is_nan() && !b.is_nan());
    let (mut count, mut sum_a, mut sum_b) = (0.0, 0.0, 0.0);
    for (a, b) in both.clone() {
        count += 1.0;
        sum_a += a;
        sum_b += b;
    }
    if count < 2.0 {
        return None;
    }
    let (mean_a, mean_b) = (sum_a / count, sum_b / count);
    let (mut squares_a, mut squares_b, mut products) = (0.0, 0.0, 0.0);
    for (a, b) in both {
        squares_a += (a - mean_a) * (a - mean_a);
        squares_b += (b - mean_b) * (b - mean_b);
        products += (a - mean_a) * (b - mean_b);
    }
    if squares_a <= 0.0 || squares_b <= 0.0 {
        return None;
    }
    // Squares of the largest numbers there are go beyond them.
    let deviations = squares_a.sqrt() * squares_b.sqrt();
    if !(deviations.is_finite() && products.is_finite()) {
        return None;
    }
    Some((products / deviations).clamp(-1.0, 1.0))
}

/// What a table of two columns of codes says of real and of synthetic rows.
#[derive(Debug)]
pub(crate) struct Contingency {
    /// Cramér's V of the real rows; nothing where a column has one state.
    pub association: Option<f64>,
    /// `ContingencySimilarity`.
    pub similarity: f64,
}

/// Codes of two columns, and below which number they all lie.
pub(crate) struct Codes<'a> {
    pub first: &'a [u32],
    pub second: &'a [u32],
    pub states: (u32, u32),
}

impl Codes<'_> {
    /// Counts of cells that occur, by place.
    fn counts(&self) -> Vec<(usize, f64)> {
        let width = self.states.1 as usize;
        let cells = (self.states.0 as usize).saturating_mul(width);
        let places = self
            .first
            .iter()
            .zip(self.second)
            .map(|(a, b)| *a as usize * width + *b as usize);
        if cells <= PLACED_CELLS {
            let mut counts = vec![0.0; cells];
            for place in places {
                counts[place] += 1.0;
            }
            return counts
                .into_iter()
                .enumerate()
                .filter(|(_, count)| *count > 0.0)
                .collect();
        }
        let mut places: Vec<usize> = places.collect();
        places.sort_unstable();
        places
            .chunk_by(|a, b| a == b)
            .map(|run| (run[0], run.len() as f64))
            .collect()
    }
}

/// Compares two columns of codes; nothing without rows.
pub(crate) fn contingency(real: &Codes<'_>, synthetic: &Codes<'_>) -> Option<Contingency> {
    let (rows, synthetic_rows) = (real.first.len() as f64, synthetic.first.len() as f64);
    if rows == 0.0 || synthetic_rows == 0.0 {
        return None;
    }
    let (found, others) = (real.counts(), synthetic.counts());
    let mut off = 0.0;
    let mut right = others.iter().peekable();
    for (place, count) in &found {
        while let Some((_, only)) = right.next_if(|(other, _)| other < place) {
            off += only / synthetic_rows;
        }
        let other = right
            .next_if(|(other, _)| other == place)
            .map_or(0.0, |(_, count)| *count);
        off += (count / rows - other / synthetic_rows).abs();
    }
    off += right.map(|(_, only)| only / synthetic_rows).sum::<f64>();
    Some(Contingency {
        association: cramer(&found, real.states.1 as usize, rows),
        similarity: 1.0 - off / 2.0,
    })
}

fn cramer(cells: &[(usize, f64)], width: usize, rows: f64) -> Option<f64> {
    let (mut lefts, mut rights) = (HashMap::new(), HashMap::new());
    for (place, count) in cells {
        *lefts.entry(place / width).or_insert(0.0) += count;
        *rights.entry(place % width).or_insert(0.0) += count;
    }
    let least = lefts.len().min(rights.len());
    if least < 2 {
        return None;
    }
    // The sum over all cells of (found - expected)² / expected, of which empty cells are the rest.
    let squares = cells
        .iter()
        .map(|(place, count)| count * count / (lefts[&(place / width)] * rights[&(place % width)]));
    let square = (squares.sum::<f64>() - 1.0).max(0.0);
    debug_assert!(rows > 0.0, "there are rows");
    Some((square / (least - 1) as f64).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn figures_worked_out_by_hand() {
        let ks = ks_complement(&[1.0, 2.0, 3.0, 4.0], &[3.0, 4.0, 5.0, 6.0, f64::NAN]);
        assert_eq!(ks, Some(0.5));
        assert_eq!(ks_complement(&[1.0], &[f64::NAN]), None);
        // Shares 1/2, 1/2 and 1/4, 1/4, 1/2.
        let tv = tv_complement(&[1, 2, 0], &[1, 2, 3, 3], 4);
        assert_eq!(tv, Some(0.5));
        let r =
            correlation(&[1.0, 2.0, 3.0, f64::NAN], &[2.0, 4.0, 6.0, 1.0]).expect("no constant");
        assert!((r - 1.0).abs() < 1e-12);
        assert_eq!(correlation(&[0.0, 1.0, f64::MAX], &[1.0, 2.0, 3.0]), None);
        assert_eq!(correlation(&[1.0, 1.0], &[2.0, 4.0]), None);
    }

    #[test]
    fn tables_are_compared_cell_by_cell() {
        let codes = |first, second| Codes {
            first,
            second,
            states: (3, 3),
        };
        let found = contingency(
            &codes(&[1, 1, 2, 2], &[1, 1, 2, 2]),
            &codes(&[1, 1, 2, 2], &[1, 2, 1, 2]),
        );
        let found = found.expect("rows");
        assert_eq!((found.association, found.similarity), (Some(1.0), 0.5));
        let one = contingency(&codes(&[1, 1], &[1, 2]), &codes(&[1, 1], &[1, 2])).expect("rows");
        assert_eq!((one.association, one.similarity), (None, 1.0));
        assert!(contingency(&codes(&[], &[]), &codes(&[1], &[1])).is_none());
    }

    proptest! {
        #[test]
        fn counting_in_place_and_by_occurrence_agree(rows in proptest::collection::vec((0_u32..5, 0_u32..7), 1..80)) {
            let (first, second): (Vec<u32>, Vec<u32>) = rows.into_iter().unzip();
            let narrow = Codes { first: &first, second: &second, states: (5, 7) };
            let wide = Codes { first: &first, second: &second, states: (5_000, 5_000) };
            let rates = |codes: &Codes<'_>| codes.counts().into_iter().map(|(_, count)| count).collect::<Vec<f64>>();
            prop_assert_eq!(rates(&narrow), rates(&wide));
            let same = contingency(&wide, &wide).expect("rows");
            prop_assert!((same.similarity - 1.0).abs() < 1e-9);
        }
    }
}

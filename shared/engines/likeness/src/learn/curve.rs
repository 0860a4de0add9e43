//! From sorted values to a [`Curve`].

use crate::model::Curve;

/// Values that a curve keeps as they are because many rows share them, at most.
const MAX_SPIKES: usize = 1_024;
/// Rows at each end that come close to the bound: few enough not to show, enough that a table of the
/// same size reaches from bound to bound.
const END_ROWS: f64 = 4.0;
/// How close, as a share of all between the bounds.
const END_WIDTH: f64 = 0.005;

/// How a curve is drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CurveRule {
    /// Values that fewer rows share are not kept.
    pub rare_below: usize,
    /// Pieces, at most and about.
    pub knots: usize,
    /// The least and the greatest place that may come out.
    pub ends: (f64, f64),
}

/// Values with the rows that share them.
type Run = (f64, usize);

/// The curve of sorted values, which must be there and finite.
pub(crate) fn fit(sorted: &[f64], rule: &CurveRule) -> Curve {
    let runs = runs_of(sorted);
    let spikes = spikes_of(&runs, sorted.len(), rule);
    let mut pieces = Pieces::new(sorted.len());
    let (mut row, mut place) = (0, 0);
    for spike in spikes.iter().map(|place| Some(*place)).chain([None]) {
        let end = spike.unwrap_or(runs.len());
        let rows: usize = runs[place..end].iter().map(|(_, count)| count).sum();
        if rows > 0 {
            let before = place.checked_sub(1).map(|place| runs[place].0);
            let behind = runs.get(end).map(|(value, _)| *value);
            between(&sorted[row..row + rows], before, behind, rule, &mut pieces);
        }
        row += rows;
        if let Some(spike) = spike {
            let (value, count) = runs[spike];
            pieces.push(count as f64, value, value);
            row += count;
            place = spike + 1;
        }
    }
    pieces.finish()
}

fn runs_of(sorted: &[f64]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for value in sorted {
        match runs.last_mut() {
            Some((last, count)) if last == value => *count += 1,
            _ => runs.push((*value, 1)),
        }
    }
    runs
}

/// Which runs are kept as they are, in order.
fn spikes_of(runs: &[Run], rows: usize, rule: &CurveRule) -> Vec<usize> {
    // Few values with many rows each are the whole distribution; among many, only what stands out is
    // more than chance.
    let shared = runs.iter().filter(|(_, count)| *count >= rule.rare_below);
    let discrete =
        runs.len() <= MAX_SPIKES && shared.map(|(_, count)| count).sum::<usize>() * 10 >= rows * 9;
    let least = if discrete {
        rule.rare_below
    } else {
        let mut counts: Vec<usize> = runs.iter().map(|(_, count)| *count).collect();
        let middle = counts.len() / 2;
        let (_, median, _) = counts.select_nth_unstable(middle);
        rule.rare_below.max(rows / 1_000).max(*median * 4)
    };
    let mut spikes: Vec<usize> = (0..runs.len())
        .filter(|place| runs[*place].1 >= least)
        .collect();
    if spikes.len() > MAX_SPIKES {
        spikes.sort_by_key(|place| (std::cmp::Reverse(runs[*place].1), *place));
        spikes.truncate(MAX_SPIKES);
        spikes.sort_unstable();
    }
    spikes
}

/// Draws the values between two spikes; at the end of a curve there is none.
fn between(
    values: &[f64],
    before: Option<f64>,
    behind: Option<f64>,
    rule: &CurveRule,
    pieces: &mut Pieces,
) {
    let rows = values.len();
    let mut low = before.unwrap_or(rule.ends.0);
    let mut high = behind.unwrap_or(rule.ends.1);
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let few = rule.rare_below;
    if rows >= few * 4 {
        // A gap beside a spike stays one.
        if before.is_some() {
            low = mean(&values[..few]).clamp(low, high);
        }
        if behind.is_some() {
            high = mean(&values[rows - few..]).clamp(low, high);
        }
    }
    let (mut first, mut last) = (0.0, 0.0);
    if rows >= few * 20 {
        // Less than the outermost pieces have.
        let share = END_ROWS.min(few as f64);
        first = if before.is_none() { share } else { 0.0 };
        last = if behind.is_none() { share } else { 0.0 };
    }
    let width = (rule.ends.1 - rule.ends.0) * END_WIDTH;
    let mut bound = high;
    if first > 0.0 {
        let near = (low + width).min(mean(&values[..few])).max(low);
        pieces.push(first, low, near);
        low = near;
    }
    if last > 0.0 {
        bound = (high - width).max(mean(&values[rows - few..])).min(high);
    }
    let cuts = cuts(rows, pieces.rows, rule, before.is_none(), behind.is_none());
    let mut start = low;
    for pair in cuts.windows(2) {
        let end = if pair[1] == rows {
            bound
        } else {
            // No single value shows: the mean of its neighbours does.
            let reach = few.div_ceil(2).max(1);
            mean(&values[pair[1] - reach..(pair[1] + reach).min(rows)])
                .clamp(start, bound.max(start))
        };
        let mut share = (pair[1] - pair[0]) as f64;
        if pair[0] == 0 {
            share -= first;
        }
        if pair[1] == rows {
            share -= last;
        }
        pieces.push(share, start, end);
        start = end;
    }
    if last > 0.0 {
        pieces.push(last, start, high);
    }
}

/// Ranks at which pieces end: evenly spaced, and closer and closer towards the open ends, where tails
/// may be long.
fn cuts(rows: usize, all: usize, rule: &CurveRule, opens: bool, closes: bool) -> Vec<usize> {
    let width = (all / rule.knots).max(rule.rare_below * 2).max(1);
    let count = (rows / width).max(1);
    let mut cuts: Vec<usize> = (0..=count).map(|place| place * rows / count).collect();
    let least = rule.rare_below * 2;
    let mut tail = rows / count / 2;
    while tail >= least {
        if opens {
            cuts.push(tail);
        }
        if closes {
            cuts.push(rows - tail);
        }
        tail /= 2;
    }
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}

/// Pieces in the making, with rows for shares.
struct Pieces {
    rows: usize,
    reached: f64,
    curve: Curve,
}

impl Pieces {
    fn new(rows: usize) -> Self {
        Self {
            rows,
            reached: 0.0,
            curve: Curve::default(),
        }
    }

    fn push(&mut self, rows: f64, low: f64, high: f64) {
        self.reached += rows;
        self.curve
            .ends
            .push((self.reached / self.rows as f64).min(1.0));
        self.curve.low.push(low);
        self.curve.high.push(high);
    }

    fn finish(mut self) -> Curve {
        if let Some(last) = self.curve.ends.last_mut() {
            *last = 1.0;
        }
        self.curve
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rule(sorted: &[f64]) -> CurveRule {
        CurveRule {
            rare_below: 5,
            knots: 512,
            ends: (sorted[0], sorted[sorted.len() - 1]),
        }
    }

    /// The share of rows up to a value, as the curve has it.
    fn share_at(curve: &Curve, value: f64) -> f64 {
        let mut before = 0.0;
        for place in 0..curve.ends.len() {
            let (low, high, end) = (curve.low[place], curve.high[place], curve.ends[place]);
            if value < low {
                return before;
            }
            if value < high {
                return before + (end - before) * (value - low) / (high - low);
            }
            before = end;
        }
        1.0
    }

    #[test]
    fn spikes_zeros_and_gaps_stay() {
        let mut values = vec![0.0; 4_000];
        values.extend((0..6_000).map(|place| 100.0 + f64::from(place) / 10.0));
        values.extend([250.0; 1_000]);
        values.sort_by(f64::total_cmp);
        let curve = fit(&values, &rule(&values));
        assert_eq!((curve.low[0], curve.high[0]), (0.0, 0.0));
        assert!((curve.ends[0] - 4_000.0 / 11_000.0).abs() < 1e-9);
        assert!(
            (share_at(&curve, 50.0) - 4_000.0 / 11_000.0).abs() < 1e-9,
            "the gap is filled"
        );
        let step = share_at(&curve, 250.0) - share_at(&curve, 249.99);
        assert!(
            (step - 1_000.0 / 11_000.0).abs() < 0.002,
            "the spike is {step}"
        );
    }

    #[test]
    fn tails_are_drawn_finely() {
        let values: Vec<f64> = (1..=20_000_u32)
            .map(|rank| (1.0 - f64::from(rank) / 20_001.0).powf(-0.8))
            .collect();
        let curve = fit(&values, &rule(&values));
        for rank in [10_000, 19_000, 19_800, 19_950, 19_985] {
            let share = share_at(&curve, values[rank]);
            let true_share = rank as f64 / 20_000.0;
            assert!(
                (share - true_share).abs() < 0.0015,
                "{share} instead of {true_share}"
            );
        }
        assert!(curve.ends.len() < 600, "{} pieces", curve.ends.len());
    }

    proptest! {
        #[test]
        fn curves_grow_within_their_ends(
            mut values in proptest::collection::vec(prop_oneof![-1e9..1e9_f64, Just(0.0), (0..5_i32).prop_map(f64::from)], 1..400),
            rare_below in 2_usize..12,
            knots in 8_usize..64,
        ) {
            values.sort_by(f64::total_cmp);
            let ends = (values[0], values[values.len() - 1]);
            let curve = fit(&values, &CurveRule { rare_below, knots, ends });
            let mut before = (0.0, ends.0);
            for place in 0..curve.ends.len() {
                prop_assert!(curve.ends[place] > before.0 || curve.ends[place] == 1.0);
                prop_assert!(curve.low[place] >= before.1 - 1e-6 * before.1.abs(), "{:?}", curve);
                prop_assert!(curve.high[place] >= curve.low[place]);
                before = (curve.ends[place], curve.high[place]);
            }
            prop_assert!(before.1 <= ends.1);
            prop_assert_eq!(before.0, 1.0);
        }

        #[test]
        fn no_rare_value_stands_in_a_curve(mut values in proptest::collection::vec(-1e6..1e6_f64, 30..400)) {
            values.sort_by(f64::total_cmp);
            let curve = fit(&values, &rule(&values));
            for place in &values[1..values.len() - 1] {
                prop_assert!(!curve.low.contains(place) && !curve.high.contains(place));
            }
        }
    }
}

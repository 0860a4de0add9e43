//! Correlations of the normal variables such that generated columns go together as the table's do.
//!
//! What a row of the table says about a variable is blurred: by the steps of a choice, by values that
//! are missing, by distributions that differ from state to state. So the correlations are not read off,
//! but tried: rows are generated, compared, and the correlations moved by the difference.

use crate::error::LikenessError;
use crate::generate::Generator;
use crate::generate::column::{Cells, Decoded};
use crate::matrix::{mend, packed, place};
use crate::model::{Content, Grid, Model, Values};

/// Rows generated per trial, at most; a small table has little to say, and fewer do for it.
const TRIAL_ROWS: usize = 20_000;
/// Rows generated at least.
const LEAST_TRIAL_ROWS: usize = 2_000;
/// Trials.
const TRIALS: usize = 5;
/// Products that all correlations of one trial may cost; wide tables are tried on fewer rows.
const MOST_PRODUCTS: usize = 150_000_000;
/// How far a correlation may be moved in all: a few extreme values do not turn a dependence round.
const REACH: f64 = 0.35;

/// What is compared of one variable.
#[derive(Debug, Clone)]
pub(crate) enum Measure {
    /// Whether the value of a column is missing.
    Missing(usize),
    /// The value of a number, from the smallest on, cut off at bounds that hardly any rows pass.
    Amount { column: usize, low: f64, high: f64 },
    /// The score of the chosen value.
    Score { column: usize, scores: Vec<f64> },
}

/// One variable's measures by row, standardised; 0 where there is none.
#[derive(Debug)]
struct Standard {
    values: Vec<f32>,
    /// Bits of rows with a measure, where not all have one.
    present: Option<Vec<u64>>,
    rows: usize,
}

impl Standard {
    fn new(measures: impl Iterator<Item = f64> + Clone) -> Self {
        let (mut count, mut sum, mut rows) = (0.0, 0.0, 0);
        for value in measures.clone() {
            rows += 1;
            if !value.is_nan() {
                count += 1.0;
                sum += value;
            }
        }
        let mean = if count > 0.0 { sum / count } else { 0.0 };
        let kept = measures.clone().filter(|value| !value.is_nan());
        let squares: f64 = kept.map(|value| (value - mean) * (value - mean)).sum();
        let scale = if squares > 0.0 {
            (count / squares).sqrt()
        } else {
            0.0
        };
        let mut present = vec![0_u64; usize::div_ceil(rows, 64)];
        let mut values = Vec::with_capacity(rows);
        for (row, value) in measures.enumerate() {
            if value.is_nan() {
                values.push(0.0);
            } else {
                present[row / 64] |= 1 << (row % 64);
                values.push(((value - mean) * scale) as f32);
            }
        }
        Self {
            values,
            present: (count < rows as f64).then_some(present),
            rows,
        }
    }

    fn correlation(&self, other: &Self) -> f64 {
        let both = match (&self.present, &other.present) {
            (None, None) => self.rows,
            (Some(one), None) | (None, Some(one)) => ones(one.iter().copied()),
            (Some(a), Some(b)) => ones(a.iter().zip(b).map(|(a, b)| a & b)),
        };
        if both < 2 {
            return 0.0;
        }
        // In lanes, whose order is always the same.
        let mut lanes = [0.0_f32; 8];
        let mut sum = 0.0;
        for (a, b) in self.values.chunks(512).zip(other.values.chunks(512)) {
            lanes.fill(0.0);
            let (whole, rest) = (a.chunks_exact(8), a.chunks_exact(8).remainder());
            for (a, b) in whole.zip(b.chunks_exact(8)) {
                for lane in 0..8 {
                    lanes[lane] += a[lane] * b[lane];
                }
            }
            sum += lanes.iter().copied().map(f64::from).sum::<f64>();
            let left = b.chunks_exact(8).remainder();
            sum += rest
                .iter()
                .zip(left)
                .map(|(a, b)| f64::from(a * b))
                .sum::<f64>();
        }
        (sum / both as f64).clamp(-1.0, 1.0)
    }
}

fn ones(words: impl Iterator<Item = u64>) -> usize {
    words.map(|word| word.count_ones() as usize).sum()
}

fn correlations(columns: &[Standard]) -> Vec<f64> {
    let mut below = Vec::with_capacity(packed(columns.len()));
    for row in 1..columns.len() {
        for column in 0..row {
            below.push(columns[row].correlation(&columns[column]));
        }
    }
    below
}

/// What the rows of the sample say about a variable: where they stand, and the measure.
#[derive(Debug)]
pub(crate) struct Evidence {
    pub measure: Measure,
    /// By row, not a number where nothing is known.
    pub normals: Vec<f64>,
    /// Likewise.
    pub measured: Vec<f64>,
}

/// Sets the correlations of a model whose columns are done.
pub(crate) fn calibrate(model: &mut Model, evidence: &[Evidence]) -> Result<(), LikenessError> {
    let size = evidence.len();
    if size < 2 {
        return Ok(());
    }
    let rows = (MOST_PRODUCTS / packed(size)).max(500);
    let sampled = evidence[0].normals.len();
    let stride = sampled.div_ceil(rows).max(1);
    let standard = |values: &[f64]| Standard::new(values.iter().step_by(stride).copied());
    let start: Vec<Standard> = evidence.iter().map(|one| standard(&one.normals)).collect();
    let start = correlations(&start);
    let wanted: Vec<Standard> = evidence.iter().map(|one| standard(&one.measured)).collect();
    let wanted = correlations(&wanted);
    // Where a missing value says nothing about the value that it hides.
    let silent = |row: usize, column: usize| {
        let (a, b) = (&evidence[row].measure, &evidence[column].measure);
        let hides = |a: &Measure, b: &Measure| {
            matches!(a, Measure::Missing(_))
                && !matches!(b, Measure::Missing(_))
                && a.column() == b.column()
        };
        hides(a, b) || hides(b, a)
    };
    let mut below = start.clone();
    for row in 1..size {
        for column in 0..row {
            if silent(row, column) {
                below[place(row, column)] = 0.0;
            }
        }
    }
    mend(size, &mut below);
    let trial_rows = (sampled * 4).clamp(LEAST_TRIAL_ROWS, TRIAL_ROWS);
    let trial_rows = rows.min(trial_rows) as u64;
    let mut best = (f64::INFINITY, below.clone());
    for trial in 0..=TRIALS {
        model.correlations.clone_from(&below);
        // One seed for all trials, so that chance is the same in each.
        let decoded = Generator::new(model, 0x7269_616C)?.decode(&(0..trial_rows))?;
        let found: Vec<Standard> = evidence
            .iter()
            .map(|one| Standard::new(one.measure.read(model, &decoded).into_iter()))
            .collect();
        let found = correlations(&found);
        let mut error = 0.0;
        let mut next = below.clone();
        for row in 1..size {
            for column in 0..row {
                if silent(row, column) {
                    continue;
                }
                let at = place(row, column);
                let off = wanted[at] - found[at];
                error += off * off;
                let moved = below[at] + off * 0.9;
                next[at] = moved.clamp(start[at] - REACH, start[at] + REACH);
            }
        }
        if error < best.0 {
            best = (error, below.clone());
        }
        if trial < TRIALS {
            below = next;
            mend(size, &mut below);
        }
    }
    let mut below = best.1;
    for value in &mut below {
        *value = (*value * 1e6).round() / 1e6;
    }
    mend(size, &mut below);
    model.correlations = below;
    Ok(())
}

impl Measure {
    fn column(&self) -> usize {
        match self {
            Self::Missing(column) | Self::Amount { column, .. } | Self::Score { column, .. } => {
                *column
            }
        }
    }

    /// An amount as it is compared.
    pub(crate) fn cut(&self, amount: f64) -> f64 {
        match self {
            // What is no number stays so; `max` and `min` would make it a bound.
            Self::Amount { low, .. } if amount < *low => *low,
            Self::Amount { high, .. } if amount > *high => *high,
            _ => amount,
        }
    }

    /// The measures of generated rows.
    fn read(&self, model: &Model, decoded: &[Decoded]) -> Vec<f64> {
        let own = &decoded[self.column()];
        let absent = |row: usize| own.missing.get(row).copied().unwrap_or(false);
        let rows = |values: &mut dyn Iterator<Item = f64>| -> Vec<f64> {
            let kept = values.enumerate();
            kept.map(|(row, value)| {
                if absent(row) {
                    f64::NAN
                } else {
                    self.cut(value)
                }
            })
            .collect()
        };
        match (self, &own.cells) {
            (Self::Missing(_), _) => own
                .missing
                .iter()
                .map(|one| f64::from(u8::from(*one)))
                .collect(),
            (Self::Score { scores, .. }, Cells::States(states)) => {
                let score =
                    |state: &u16| scores.get(usize::from(*state)).copied().unwrap_or(f64::NAN);
                rows(&mut states.iter().map(score))
            }
            (Self::Amount { column, .. }, Cells::Wholes(values)) => {
                let low = match &model.columns[*column].content {
                    Content::Number {
                        grid: Grid::Whole { origin, .. },
                        ..
                    } => *origin,
                    _ => 0,
                };
                rows(&mut values.iter().map(|value| value.abs_diff(low) as f64))
            }
            (Self::Amount { .. }, Cells::Reals(values)) => rows(&mut values.iter().copied()),
            _ => Vec::new(),
        }
    }
}

/// The scores that a choice is compared by: its numbers, or where its values stand on the normal scale.
pub(crate) fn scores(values: &Values, by_weight: Vec<f64>) -> Vec<f64> {
    match values {
        Values::Wholes(values) => values.iter().map(|value| *value as f64).collect(),
        Values::Booleans(values) => values
            .iter()
            .map(|value| f64::from(u8::from(*value)))
            .collect(),
        Values::Texts(_) => by_weight,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn correlations_are_those_of_rows_with_both() {
        let a = Standard::new((0..1_001).map(f64::from));
        let b = Standard::new((0..1_001).map(|row| -f64::from(row)));
        assert!((a.correlation(&b) + 1.0).abs() < 1e-5);
        let gaps = Standard::new((0..1_001).map(|row| {
            if row % 2 == 0 {
                f64::NAN
            } else {
                f64::from(row)
            }
        }));
        assert!((a.correlation(&gaps) - 1.0).abs() < 0.01);
        let constant = Standard::new((0..1_001).map(|_| 3.0));
        assert_eq!(a.correlation(&constant), 0.0);
        let nothing = Standard::new((0..1_001).map(|_| f64::NAN));
        assert_eq!(a.correlation(&nothing), 0.0);
    }

    #[test]
    fn amounts_are_cut_and_gaps_stay() {
        let measure = Measure::Amount {
            column: 0,
            low: 1.0,
            high: 5.0,
        };
        assert_eq!(
            [0.0, 3.0, 9.0].map(|amount| measure.cut(amount)),
            [1.0, 3.0, 5.0]
        );
        assert!(measure.cut(f64::NAN).is_nan());
    }
}

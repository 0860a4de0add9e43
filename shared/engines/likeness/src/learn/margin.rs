//! Distributions of columns, alone and within the states of the column they depend on, and where each
//! row stands in them.

use super::curve::{self, CurveRule};
use super::draft::{ChoiceDraft, Draft, MISSING, NumberDraft};
use crate::model::{Curve, Given};
use crate::normal::{mean_between, quantile};
use crate::options::LearnOptions;

/// Rows of a state that has a curve of its own, in multiples of the rows that hide one.
const CURVE_ROWS: usize = 10;
/// Rows of a state that has weights of its own, likewise.
const WEIGHT_ROWS: usize = 4;
/// Pieces of a state's curve.
const STATE_KNOTS: usize = 128;

/// The states of a column by row of the sample.
#[derive(Debug)]
pub(crate) struct States {
    column: usize,
    count: usize,
    by_row: Vec<u16>,
}

impl States {
    /// The states of a choice, the missing one last.
    pub(crate) fn of(column: usize, drafts: &[Draft]) -> Option<Self> {
        let Draft::Choice(choice) = drafts.get(column)? else {
            return None;
        };
        let missing = choice.states();
        let state = |code: &u32| {
            if *code == MISSING {
                missing as u16
            } else {
                *code as u16
            }
        };
        Some(Self {
            column,
            count: missing + 1,
            by_row: choice.codes.iter().map(state).collect(),
        })
    }

    fn at(&self, row: usize) -> usize {
        usize::from(self.by_row[row])
    }
}

/// The curves of a number, and the normal number at which each row stands in its own.
pub(crate) fn number(
    draft: &NumberDraft,
    states: Option<&States>,
    options: &LearnOptions,
) -> (Given<Curve>, Vec<f64>) {
    let mut order: Vec<(f64, u32)> = (0..)
        .zip(&draft.places)
        .map(|(row, place)| (*place, row))
        .collect();
    order.retain(|(place, _)| !place.is_nan());
    order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let rule = CurveRule {
        rare_below: options.rare_below,
        knots: options.max_knots,
        ends: draft.ends,
    };
    let draw = |rows: &[(f64, u32)], rule: &CurveRule| {
        let sorted: Vec<f64> = rows.iter().map(|(place, _)| *place).collect();
        curve::fit(&sorted, rule)
    };
    let mut normals = vec![f64::NAN; draft.places.len()];
    let mut given = Given::always(draw(&order, &rule));
    stand(&order, &mut normals);
    if let Some(states) = states {
        let mut groups: Vec<Vec<(f64, u32)>> = vec![Vec::new(); states.count];
        for entry in &order {
            groups[states.at(entry.1 as usize)].push(*entry);
        }
        given.column = Some(states.column);
        let rule = CurveRule {
            knots: options.max_knots.min(STATE_KNOTS),
            ..rule
        };
        for group in groups {
            let own = (group.len() >= options.rare_below * CURVE_ROWS).then(|| {
                stand(&group, &mut normals);
                let rule = CurveRule {
                    ends: inner_ends(&group, &order, &rule),
                    ..rule
                };
                draw(&group, &rule)
            });
            given.by_state.push(own);
        }
    }
    (given, normals)
}

/// The ends of a state's values: those of the column are told anyway, and stay in the state that has
/// them; others are not told to a row.
fn inner_ends(group: &[(f64, u32)], all: &[(f64, u32)], rule: &CurveRule) -> (f64, f64) {
    let few = rule.rare_below;
    let mean =
        |rows: &[(f64, u32)]| rows.iter().map(|(place, _)| place).sum::<f64>() / rows.len() as f64;
    let (low, high) = (mean(&group[..few]), mean(&group[group.len() - few..]));
    // As far out again as the few lie apart from the next few.
    let (next_low, next_high) = (
        mean(&group[few..few * 2]),
        mean(&group[group.len() - few * 2..group.len() - few]),
    );
    let least = (low - (next_low - low)).max(rule.ends.0);
    let most = (high + (high - next_high)).min(rule.ends.1);
    let is_end = |one: Option<&(f64, u32)>, other: Option<&(f64, u32)>| {
        one.zip(other).is_some_and(|(one, other)| one.0 == other.0)
    };
    (
        if is_end(group.first(), all.first()) {
            rule.ends.0
        } else {
            least
        },
        if is_end(group.last(), all.last()) {
            rule.ends.1
        } else {
            most
        },
    )
}

/// Where rows in order of their values stand; equal ones stand together in the middle.
fn stand(order: &[(f64, u32)], normals: &mut [f64]) {
    let rows = order.len() as f64;
    let mut before = 0;
    for run in order.chunk_by(|a, b| a.0 == b.0) {
        let share = (before as f64 + run.len() as f64 / 2.0) / rows;
        let z = quantile(share);
        for (_, row) in run {
            normals[*row as usize] = z;
        }
        before += run.len();
    }
}

/// The weights of a choice, and where rows stand.
pub(crate) fn choice(
    draft: &ChoiceDraft,
    states: Option<&States>,
    options: &LearnOptions,
) -> (Given<Vec<f64>>, Vec<f64>) {
    let ways = draft.states();
    let count = |rows: &mut dyn Iterator<Item = u32>| {
        let mut counts = vec![0.0; ways];
        for code in rows.filter(|code| *code != MISSING) {
            counts[code as usize] += 1.0;
        }
        counts
    };
    let any = count(&mut draft.codes.iter().copied());
    let mut given = Given::always(any.clone());
    if let Some(states) = states {
        given.column = Some(states.column);
        let mut tables = vec![vec![0.0; ways]; states.count];
        for (row, code) in draft
            .codes
            .iter()
            .enumerate()
            .filter(|(_, code)| **code != MISSING)
        {
            tables[states.at(row)][*code as usize] += 1.0;
        }
        let least = (options.rare_below * WEIGHT_ROWS) as f64;
        for table in tables {
            let enough = table.iter().sum::<f64>() >= least;
            given
                .by_state
                .push(enough.then(|| blurred(table, &any, options.rare_below as f64)));
        }
    }
    let scores = given.try_map(|weights| Ok::<_, ()>(scores(weights)));
    let normals = draft.codes.iter().enumerate().map(|(row, code)| {
        let state = states.map_or(usize::MAX, |states| states.at(row));
        match &scores {
            Ok(scores) if *code != MISSING => scores.at(state)[*code as usize],
            _ => f64::NAN,
        }
    });
    let normals = normals.collect();
    (given, normals)
}

/// Hides combinations that few rows share: together they keep their rows, spread as those values are
/// in the whole column.
fn blurred(mut table: Vec<f64>, any: &[f64], rare_below: f64) -> Vec<f64> {
    let is_rare = |count: f64| count > 0.0 && count < rare_below;
    let rows: f64 = table.iter().filter(|count| is_rare(**count)).sum();
    let spread: f64 = table
        .iter()
        .zip(any)
        .filter(|(count, _)| is_rare(**count))
        .map(|(_, any)| any)
        .sum();
    if spread <= 0.0 {
        return table;
    }
    for (count, any) in table.iter_mut().zip(any) {
        if is_rare(*count) {
            *count = rows * any / spread;
        }
    }
    table
}

/// The mean normal number of each slice.
pub(crate) fn scores(weights: &[f64]) -> Vec<f64> {
    let sum: f64 = weights.iter().sum();
    let mut before = 0.0;
    let score = |weight: &f64| {
        let low = before / sum;
        before += weight;
        mean_between(low, (before / sum).min(1.0))
    };
    weights.iter().map(score).collect()
}

/// The share of missing values, and where rows stand: those with a value below those without.
pub(crate) fn missing(
    rows: &[bool],
    share: f64,
    states: Option<&States>,
    options: &LearnOptions,
) -> (Given<f64>, Vec<f64>) {
    let mut given = Given::always(share);
    if let Some(states) = states {
        given.column = Some(states.column);
        let mut counts = vec![(0.0, 0.0); states.count];
        for (row, missing) in rows.iter().enumerate() {
            let (all, without) = &mut counts[states.at(row)];
            *all += 1.0;
            *without += f64::from(u8::from(*missing));
        }
        let least = (options.rare_below * WEIGHT_ROWS) as f64;
        let own = |(all, without): (f64, f64)| (all >= least).then_some(without / all);
        given.by_state = counts.into_iter().map(own).collect();
    }
    let score = |(row, missing): (usize, &bool)| {
        let share = *given.at(states.map_or(usize::MAX, |states| states.at(row)));
        if *missing {
            mean_between(1.0 - share, 1.0)
        } else {
            mean_between(0.0, 1.0 - share)
        }
    };
    let normals = rows.iter().enumerate().map(score).collect();
    (given, normals)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Grid, Role, Values};

    fn drafts() -> (Vec<Draft>, NumberDraft) {
        let kinds = Draft::Choice(ChoiceDraft {
            values: Values::Booleans(vec![false, true]),
            role: Role::Boolean,
            rest: None,
            codes: (0..400).map(|row| u32::from(row >= 200)).collect(),
        });
        let places: Vec<f64> = (0..400)
            .map(|row| f64::from(row * 37 % 200) + if row >= 200 { 1_000.0 } else { 0.0 })
            .collect();
        let number = NumberDraft {
            grid: Grid::Real {
                low: 0.0,
                high: 1_199.0,
                decimals: None,
            },
            role: Role::Numerical,
            amounts: places.clone(),
            places,
            ends: (0.0, 1_199.0),
        };
        (vec![kinds], number)
    }

    #[test]
    fn states_have_curves_of_their_own() {
        let (drafts, number_draft) = drafts();
        let states = States::of(0, &drafts).expect("a choice");
        let (given, normals) = number(&number_draft, Some(&states), &LearnOptions::default());
        assert_eq!((given.column, given.by_state.len()), (Some(0), 3));
        let high = |state: usize| *given.at(state).high.last().expect("pieces");
        assert!(high(0) < 210.0 && high(1) > 1_100.0);
        assert_eq!(given.by_state[2], None);
        // Row 0 is the smallest of its state, and so is row 200.
        assert!(
            normals[0] < -2.5 && normals[200] < -2.5,
            "{} {}",
            normals[0],
            normals[200]
        );
        let (_, alone) = number(&number_draft, None, &LearnOptions::default());
        assert!(alone[200].abs() < 0.1);
    }

    #[test]
    fn rare_combinations_are_blurred_and_gaps_have_states() {
        let table = blurred(vec![100.0, 1.0, 3.0, 0.0], &[500.0, 30.0, 10.0, 60.0], 5.0);
        assert_eq!(table, [100.0, 3.0, 1.0, 0.0]);
        let (drafts, _) = drafts();
        let states = States::of(0, &drafts).expect("a choice");
        let gaps: Vec<bool> = (0..400).map(|row| row >= 200 && row % 2 == 0).collect();
        let (given, normals) = missing(&gaps, 0.25, Some(&states), &LearnOptions::default());
        assert_eq!((*given.at(0), *given.at(1), *given.at(7)), (0.0, 0.5, 0.25));
        assert!(normals[200] > 0.5 && normals[201] < -0.5 && normals[0].abs() < 1e-9);
    }
}

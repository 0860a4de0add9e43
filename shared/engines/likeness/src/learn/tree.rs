//! Which column decides about which: a tree of the strongest dependences on choices.

use super::draft::{Draft, MISSING};

/// Rows that dependences are measured on.
const MEASURED_ROWS: usize = 20_000;
/// Cells of all tables that are counted, about; wide tables are measured on fewer rows.
const MEASURED_CELLS: usize = 200_000_000;
/// Parts that numbers are cut into.
const PARTS: usize = 10;
/// States of a column that others may depend on.
const MAX_STATES: usize = 256;
/// Cells of one table of two columns.
const MAX_CELLS: usize = 50_000;
/// Mutual information below which a dependence is left to the normal variables, in nats.
const LEAST: f64 = 0.01;
/// The same of missing values, which have less to tell.
const LEAST_MISSING: f64 = 0.003;

/// A column as few codes.
struct Coded {
    codes: Vec<u16>,
    states: usize,
    is_choice: bool,
}

/// What each column depends on, by place.
#[derive(Debug, Default, Clone)]
pub(crate) struct Parents {
    pub value: Vec<Option<usize>>,
    pub missing: Vec<Option<usize>>,
    /// For choices: the number that tells most about them, and does not depend on them.
    pub partner: Vec<Option<usize>>,
}

/// Finds the tree. `missing` tells by column which rows of the sample have no value, where some do not.
pub(crate) fn grow(drafts: &[Draft], missing: &[Option<Vec<bool>>]) -> Parents {
    let rows = drafts.iter().map(rows_of).max().unwrap_or(0);
    let choices = drafts
        .iter()
        .filter(|draft| matches!(draft, Draft::Choice(_)))
        .count();
    let tables = (choices * drafts.len() * 2).max(1);
    let stride = rows
        .div_ceil(MEASURED_ROWS.min(MEASURED_CELLS / tables))
        .max(1);
    let coded: Vec<Option<Coded>> = drafts.iter().map(|draft| code(draft, stride)).collect();
    let information = |parent: usize, child: usize| match (&coded[parent], &coded[child]) {
        (Some(parent), Some(child)) => {
            mutual(&parent.codes, parent.states, &child.codes, child.states)
        }
        _ => 0.0,
    };
    let may_decide = |place: &usize| {
        coded[*place]
            .as_ref()
            .is_some_and(|coded| coded.is_choice && coded.states <= MAX_STATES)
    };
    let deciders: Vec<usize> = (0..drafts.len()).filter(may_decide).collect();
    let mut parents = Parents {
        value: vec![None; drafts.len()],
        missing: vec![None; drafts.len()],
        partner: vec![None; drafts.len()],
    };
    let order = span(&deciders, information, &mut parents);
    for child in 0..drafts.len() {
        let Some(own) = coded[child].as_ref().filter(|_| !deciders.contains(&child)) else {
            continue;
        };
        let fits = |parent: &&usize| {
            let states = coded[**parent]
                .as_ref()
                .map_or(usize::MAX, |parent| parent.states);
            !own.is_choice || states.saturating_mul(own.states) <= MAX_CELLS
        };
        parents.value[child] = best(
            deciders.iter().filter(fits),
            |parent| information(parent, child),
            LEAST,
        );
    }
    for (child, missing) in missing.iter().enumerate() {
        let Some(missing) = missing else { continue };
        let codes: Vec<u16> = missing
            .iter()
            .step_by(stride)
            .map(|one| u16::from(*one))
            .collect();
        let tells = |parent: usize| match &coded[parent] {
            Some(parent) => mutual(&parent.codes, parent.states, &codes, 2),
            None => 0.0,
        };
        // Choices may only depend on those before them, or two could wait for each other.
        let own = order
            .iter()
            .position(|place| *place == child)
            .unwrap_or(order.len());
        parents.missing[child] = best(order[..own].iter(), tells, LEAST_MISSING);
    }
    for choice in 0..drafts.len() {
        if !coded[choice].as_ref().is_some_and(|coded| coded.is_choice) {
            continue;
        }
        let numbers: Vec<usize> = (0..drafts.len())
            .filter(|place| coded[*place].as_ref().is_some_and(|coded| !coded.is_choice))
            .filter(|place| parents.value[*place] != Some(choice))
            .collect();
        parents.partner[choice] = best(
            numbers.iter(),
            |number| information(choice, number),
            LEAST / 4.0,
        );
    }
    parents
}

fn best<'a>(
    places: impl Iterator<Item = &'a usize>,
    information: impl Fn(usize) -> f64,
    least: f64,
) -> Option<usize> {
    places
        .map(|place| (information(*place), *place))
        .filter(|(information, _)| *information > least)
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))
        .map(|(_, place)| place)
}

/// Spans the choices by their strongest dependences; they come out in an order in which each stands
/// behind the one it depends on.
fn span(
    deciders: &[usize],
    information: impl Fn(usize, usize) -> f64,
    parents: &mut Parents,
) -> Vec<usize> {
    let count = deciders.len();
    let mut strength = vec![0.0; count * count];
    for a in 0..count {
        for b in 0..a {
            let tells = information(deciders[a], deciders[b]);
            strength[a * count + b] = tells;
            strength[b * count + a] = tells;
        }
    }
    let total = |place: usize| strength[place * count..][..count].iter().sum::<f64>();
    let mut open: Vec<usize> = (0..count).collect();
    let mut spanned: Vec<usize> = Vec::with_capacity(count);
    while !open.is_empty() {
        // The strongest edge from what is spanned; the strongest of all begins a new tree.
        let edges = open.iter().flat_map(|child| {
            let strength = &strength;
            spanned
                .iter()
                .map(move |parent| (strength[parent * count + child], *parent, *child))
        });
        let edge = edges.filter(|(tells, ..)| *tells > LEAST).max_by(|a, b| {
            a.0.total_cmp(&b.0)
                .then_with(|| (b.1, b.2).cmp(&(a.1, a.2)))
        });
        let next = match edge {
            Some((_, parent, child)) => {
                parents.value[deciders[child]] = Some(deciders[parent]);
                Some(child)
            }
            None => open
                .iter()
                .copied()
                .max_by(|a, b| total(*a).total_cmp(&total(*b)).then(b.cmp(a))),
        };
        let Some(next) = next else { break };
        open.retain(|place| *place != next);
        spanned.push(next);
    }
    spanned.into_iter().map(|place| deciders[place]).collect()
}

fn rows_of(draft: &Draft) -> usize {
    match draft {
        Draft::Alone(..) => 0,
        Draft::Number(number) => number.places.len(),
        Draft::Choice(choice) => choice.codes.len(),
    }
}

fn code(draft: &Draft, stride: usize) -> Option<Coded> {
    match draft {
        Draft::Alone(..) => None,
        Draft::Choice(choice) => {
            let states = choice.states();
            let code = |code: &u32| {
                if *code == MISSING {
                    states as u16
                } else {
                    *code as u16
                }
            };
            Some(Coded {
                codes: choice.codes.iter().step_by(stride).map(code).collect(),
                states: states + 1,
                is_choice: true,
            })
        }
        Draft::Number(number) => {
            let places: Vec<f64> = number.places.iter().step_by(stride).copied().collect();
            let mut sorted: Vec<f64> = places
                .iter()
                .copied()
                .filter(|place| !place.is_nan())
                .collect();
            sorted.sort_unstable_by(f64::total_cmp);
            if sorted.is_empty() {
                return None;
            }
            let mut cuts: Vec<f64> = (1..PARTS)
                .map(|part| sorted[part * sorted.len() / PARTS])
                .collect();
            cuts.dedup();
            let code = |place: &f64| {
                if place.is_nan() {
                    PARTS as u16
                } else {
                    cuts.partition_point(|cut| cut <= place) as u16
                }
            };
            Some(Coded {
                codes: places.iter().map(code).collect(),
                states: PARTS + 1,
                is_choice: false,
            })
        }
    }
}

/// The mutual information of two columns of codes in nats, less what chance alone would show.
fn mutual(a: &[u16], a_states: usize, b: &[u16], b_states: usize) -> f64 {
    let rows = a.len().min(b.len());
    if rows == 0 || a_states.saturating_mul(b_states) > 4_000_000 {
        return 0.0;
    }
    let mut cells = vec![0_u32; a_states * b_states];
    for (a, b) in a.iter().zip(b) {
        cells[usize::from(*a) * b_states + usize::from(*b)] += 1;
    }
    let (mut lefts, mut rights) = (vec![0_u32; a_states], vec![0_u32; b_states]);
    for (place, count) in cells.iter().enumerate() {
        lefts[place / b_states] += count;
        rights[place % b_states] += count;
    }
    let all = rows as f64;
    let mut sum = 0.0;
    for (place, count) in cells.iter().enumerate().filter(|(_, count)| **count > 0) {
        let expected =
            f64::from(lefts[place / b_states]) * f64::from(rights[place % b_states]) / all;
        sum += f64::from(*count) * libm::log(f64::from(*count) / expected);
    }
    let seen = |counts: &[u32]| {
        counts
            .iter()
            .filter(|count| **count > 0)
            .count()
            .saturating_sub(1) as f64
    };
    (sum - seen(&lefts) * seen(&rights) / 2.0) / all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::draft::{ChoiceDraft, NumberDraft};
    use crate::model::{Grid, Role, Values};

    fn choice(codes: Vec<u32>, states: usize) -> Draft {
        Draft::Choice(ChoiceDraft {
            values: Values::Texts((0..states).map(|state| state.to_string()).collect()),
            role: Role::Categorical,
            rest: None,
            codes,
        })
    }

    fn number(places: Vec<f64>) -> Draft {
        Draft::Number(NumberDraft {
            grid: Grid::Real {
                low: 0.0,
                high: 1.0,
                decimals: None,
            },
            role: Role::Numerical,
            amounts: places.clone(),
            places,
            ends: (0.0, 1.0),
        })
    }

    #[test]
    fn countries_decide_about_cities_and_numbers_hang_on() {
        let draw =
            |row: u32, salt: u64| millrace_draw::Key::new(salt, "", "", "").at(row.into()) >> 40;
        let rows = 0..4_000_u32;
        let city: Vec<u32> = rows.clone().map(|row| (draw(row, 1) % 12) as u32).collect();
        let country: Vec<u32> = city.iter().map(|city| city / 4).collect();
        let alone: Vec<u32> = rows.clone().map(|row| (draw(row, 2) % 3) as u32).collect();
        let price: Vec<f64> = rows
            .clone()
            .map(|row| f64::from(country[row as usize]) + draw(row, 3) as f64 / 1e8)
            .collect();
        let noise = rows.clone().map(|row| draw(row, 4) as f64);
        let gaps = country.iter().map(|country| *country == 2).collect();
        let drafts = [
            choice(city, 12),
            choice(country, 3),
            choice(alone, 3),
            number(price),
            number(noise.collect()),
        ];
        let parents = grow(&drafts, &[None, None, None, None, Some(gaps)]);
        let linked = (parents.value[0], parents.value[1]);
        assert!(
            linked == (Some(1), None) || linked == (None, Some(0)),
            "{linked:?}"
        );
        assert_eq!((parents.value[2], parents.value[4]), (None, None));
        assert!(matches!(parents.value[3], Some(0 | 1)));
        assert!(matches!(parents.missing[4], Some(0 | 1)));
        assert_eq!(parents.partner[2], None);
    }

    #[test]
    fn chance_is_no_information() {
        let codes = |salt: u64| -> Vec<u16> {
            (0..5_000)
                .map(|row| (millrace_draw::Key::new(salt, "", "", "").at(row) % 20) as u16)
                .collect()
        };
        let (a, b) = (codes(1), codes(2));
        assert!(mutual(&a, 20, &b, 20).abs() < 0.005);
        assert!((mutual(&a, 20, &a, 20) - libm::log(20.0)).abs() < 0.05);
        assert_eq!(mutual(&[], 2, &[], 2), 0.0);
    }
}

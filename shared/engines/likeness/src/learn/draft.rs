//! What each column is, before its distribution is drawn.

use std::collections::HashMap;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Float64Type, Int64Type};

use super::facts::Facts;
use super::shape::shape_of;
use super::week;
use crate::kind::{Plain, is_integer, ticks_per_day};
use crate::model::{Content, Grid, Role, Scalar, Shape, Values};
use crate::options::LearnOptions;
use crate::week::WeekScale;

/// Rows below which nothing is a key: few values differ by chance.
const LEAST_KEYS: usize = 20;
/// Different whole numbers that may be names of something.
const MAX_NUMBERS: usize = 20;
/// Rows per such number, at least.
const LEAST_PER_NUMBER: usize = 25;
/// The code of a missing value among choices.
pub(crate) const MISSING: u32 = u32::MAX;
/// Bytes of a text that is kept as it is.
const MAX_KEPT_BYTES: usize = 1_024;
/// Digits behind the point that are looked for in doubles.
const MAX_DECIMALS: u8 = 8;

/// A column on its way into a model.
#[derive(Debug)]
pub(crate) enum Draft {
    /// Nothing about other columns decides about it.
    Alone(Content, Role),
    Number(NumberDraft),
    Choice(ChoiceDraft),
}

/// A number with a distribution.
#[derive(Debug)]
pub(crate) struct NumberDraft {
    pub grid: Grid,
    pub role: Role,
    /// By row, on the scale of the grid; not a number where missing.
    pub places: Vec<f64>,
    /// By row, the value itself, of wholes from the smallest on.
    pub amounts: Vec<f64>,
    /// The bounds on the scale of the grid.
    pub ends: (f64, f64),
}

/// A choice, its values in the order of the column's variable.
#[derive(Debug)]
pub(crate) struct ChoiceDraft {
    pub values: Values,
    pub role: Role,
    pub rest: Option<Shape>,
    /// By row: the place of the value, behind the last for the rest, or [`MISSING`].
    pub codes: Vec<u32>,
}

impl ChoiceDraft {
    /// Values, and one more for the rest.
    pub(crate) fn states(&self) -> usize {
        self.values.len() + usize::from(self.rest.is_some())
    }
}

/// What a column of the sample is.
pub(crate) fn draft(
    name: &str,
    data_type: &DataType,
    array: &ArrayRef,
    facts: &Facts,
    options: &LearnOptions,
) -> Draft {
    match Plain::of(data_type) {
        _ if array.len() == array.null_count() => Draft::Alone(Content::Empty, Role::Unknown),
        None | Some(Plain::Null) => Draft::Alone(Content::Empty, Role::Unknown),
        Some(Plain::Boolean) => booleans(array),
        Some(Plain::Whole) => wholes(name, data_type, array, facts, options),
        Some(Plain::Real) => reals(array, facts),
        Some(Plain::Text) => texts(name, array, options),
    }
}

fn booleans(array: &ArrayRef) -> Draft {
    let values = array.as_boolean();
    let (truths, rows) = (values.true_count(), values.len() - values.null_count());
    if truths == 0 || truths == rows {
        let value = Scalar::Boolean(truths > 0);
        return Draft::Alone(Content::Constant { value }, Role::Boolean);
    }
    Draft::Choice(ChoiceDraft {
        values: Values::Booleans(vec![false, true]),
        role: Role::Boolean,
        rest: None,
        codes: values
            .iter()
            .map(|value| value.map_or(MISSING, u32::from))
            .collect(),
    })
}

fn reals(array: &ArrayRef, facts: &Facts) -> Draft {
    let values = array.as_primitive::<Float64Type>();
    let (low, high) = facts.real.unwrap_or_default();
    if low == high {
        let value = Scalar::Real(low);
        return Draft::Alone(Content::Constant { value }, Role::Numerical);
    }
    let amounts: Vec<f64> = values
        .iter()
        .map(|value| value.unwrap_or(f64::NAN))
        .collect();
    let decimals = (0..=MAX_DECIMALS).find(|digits| {
        let scale = 10_f64.powi(i32::from(*digits));
        values.iter().flatten().all(|value| {
            let scaled = (value * scale).round();
            scaled.abs() < 9e15 && scaled / scale == value
        })
    });
    Draft::Number(NumberDraft {
        grid: Grid::Real {
            low,
            high,
            decimals,
        },
        role: Role::Numerical,
        places: amounts.clone(),
        amounts,
        ends: (low, high),
    })
}

fn wholes(
    name: &str,
    data_type: &DataType,
    array: &ArrayRef,
    facts: &Facts,
    options: &LearnOptions,
) -> Draft {
    let values = array.as_primitive::<Int64Type>();
    let (low, high) = facts.whole.unwrap_or_default();
    let ticks = ticks_per_day(data_type);
    let role = if ticks.is_some() {
        Role::Datetime
    } else {
        Role::Numerical
    };
    if low == high {
        let value = Scalar::Whole(low);
        return Draft::Alone(Content::Constant { value }, role);
    }
    let present: Vec<i64> = values.iter().flatten().collect();
    let step = present.iter().fold(high.abs_diff(low), |step, value| {
        common(step, value.abs_diff(low))
    });
    let last = high.abs_diff(low) / step;
    let step = i64::try_from(step).unwrap_or(i64::MAX);
    if is_integer(data_type) {
        let mut sorted = present.clone();
        sorted.sort_unstable();
        if facts.nulls == 0
            && let Some(content) = key(name, &sorted, (low, step, last), facts)
        {
            return Draft::Alone(content, Role::Id);
        }
        if let Some(codes) = numbers(&sorted, values.iter(), options.rare_below) {
            sorted.dedup();
            return Draft::Choice(ChoiceDraft {
                values: Values::Wholes(sorted),
                role,
                rest: None,
                codes,
            });
        }
    }
    let week = ticks.and_then(|ticks| week::shape(&present, ticks, step, (low, high)));
    let scale = week
        .as_ref()
        .and_then(|week| WeekScale::new(week, low).ok());
    let half_step = step as f64 / 2.0;
    let place = |value: i64| match &scale {
        Some(scale) => scale.place(value, half_step),
        None => (value.abs_diff(low) / step.unsigned_abs()) as f64 + 0.5,
    };
    let ends = match &scale {
        Some(scale) => (scale.place(low, 0.0), scale.place(high, step as f64)),
        None => (0.0, last as f64 + 1.0),
    };
    Draft::Number(NumberDraft {
        places: values
            .iter()
            .map(|value| value.map_or(f64::NAN, place))
            .collect(),
        amounts: values
            .iter()
            .map(|value| value.map_or(f64::NAN, |value| value.abs_diff(low) as f64))
            .collect(),
        ends,
        role,
        grid: Grid::Whole {
            origin: low,
            step,
            last,
            week: scale.and(week),
        },
    })
}

/// The greatest common divisor.
fn common(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// How a column of integers that never repeat is made, if it looks like a key.
fn key(name: &str, sorted: &[i64], grid: (i64, i64, u64), facts: &Facts) -> Option<Content> {
    let (low, step, last) = grid;
    if sorted.len() < LEAST_KEYS || sorted.windows(2).any(|pair| pair[0] == pair[1]) {
        return None;
    }
    let sequence = facts.order.sequence();
    if let Some((first, step, 0)) = sequence {
        return Some(Content::Sequence {
            first,
            step,
            slack: 0,
        });
    }
    // A measure may happen not to repeat; keys are called so or leave few gaps.
    if !is_called_key(name) && last / 4 > sorted.len() as u64 {
        return None;
    }
    Some(match sequence {
        Some((first, step, slack)) => Content::Sequence { first, step, slack },
        None => Content::Scatter {
            low,
            step,
            count: last.saturating_add(1),
        },
    })
}

/// Whether a name is one of a key: `id`, `order_id`, `orderId`, `customer no`.
fn is_called_key(name: &str) -> bool {
    let lower = name.to_lowercase();
    let ends = ["id", "key", "no", "nr", "number", "code", "uuid", "index"];
    name.ends_with("Id")
        || name.ends_with("ID")
        || ends.iter().any(|end| {
            lower.strip_suffix(end).is_some_and(|before| {
                before.is_empty() || before.ends_with(|one: char| !one.is_alphanumeric())
            })
        })
}

/// The codes of few whole numbers with many rows each.
fn numbers(
    sorted: &[i64],
    values: impl Iterator<Item = Option<i64>>,
    rare_below: usize,
) -> Option<Vec<u32>> {
    let mut places: HashMap<i64, u32> = HashMap::new();
    for run in sorted.chunk_by(|a, b| a == b) {
        if run.len() < rare_below || places.len() >= MAX_NUMBERS {
            return None;
        }
        places.insert(run[0], places.len() as u32);
    }
    if sorted.len() < places.len() * LEAST_PER_NUMBER {
        return None;
    }
    let code = |value: i64| places.get(&value).copied().unwrap_or(MISSING);
    Some(values.map(|value| value.map_or(MISSING, code)).collect())
}

fn texts(name: &str, array: &ArrayRef, options: &LearnOptions) -> Draft {
    let values = array.as_string::<i32>();
    let mut places: HashMap<&str, u32> = HashMap::new();
    let mut counts: Vec<(&str, usize)> = Vec::new();
    let mut raw = Vec::with_capacity(values.len());
    for value in values {
        raw.push(value.map_or(MISSING, |value| {
            let place = *places.entry(value).or_insert_with(|| {
                counts.push((value, 0));
                counts.len() as u32 - 1
            });
            counts[place as usize].1 += 1;
            place
        }));
    }
    let rows = values.len() - values.null_count();
    let rare = options.rare_below;
    for (text, count) in &mut counts {
        if text.len() > MAX_KEPT_BYTES {
            *count = 0;
        }
    }
    if let [(one, count)] = &counts[..]
        && *count >= rare
    {
        let value = Scalar::Text((*one).to_owned());
        return Draft::Alone(Content::Constant { value }, Role::Categorical);
    }
    // By how many rows share them, so that the first ones are kept.
    let mut order: Vec<u32> = (0..counts.len() as u32).collect();
    order.sort_by(|a, b| {
        let (a, b) = (&counts[*a as usize], &counts[*b as usize]);
        b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0))
    });
    let shared = order.partition_point(|place| counts[*place as usize].1 >= rare);
    let kept = shared.min(options.max_categories);
    let covered: usize = order[..kept]
        .iter()
        .map(|place| counts[*place as usize].1)
        .sum();
    if covered * 2 < rows {
        let all: Vec<&str> = values.iter().flatten().collect();
        let shape = shape_of(&all, rare);
        let unique = counts.len() == rows && rows >= LEAST_KEYS;
        let is_prose = matches!(shape, Shape::Words { .. });
        let role = if (unique && !is_prose) || is_called_key(name) {
            Role::Id
        } else {
            Role::Unknown
        };
        return Draft::Alone(
            Content::Text {
                shape,
                unique: unique && !is_prose,
            },
            role,
        );
    }
    let mut codes = vec![kept as u32; counts.len()];
    for (code, place) in order[..kept].iter().enumerate() {
        codes[*place as usize] = code as u32;
    }
    let others: Vec<&str> = order[kept..]
        .iter()
        .map(|place| counts[*place as usize].0)
        .collect();
    let kept = order[..kept]
        .iter()
        .map(|place| counts[*place as usize].0.to_owned());
    Draft::Choice(ChoiceDraft {
        values: Values::Texts(kept.collect()),
        role: Role::Categorical,
        rest: (!others.is_empty()).then(|| shape_of(&others, rare)),
        codes: raw
            .into_iter()
            .map(|place| {
                if place == MISSING {
                    MISSING
                } else {
                    codes[place as usize]
                }
            })
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{Float64Array, Int64Array, StringArray};
    use std::sync::Arc;

    fn drafted(name: &str, array: ArrayRef) -> Draft {
        let data_type = array.data_type().clone();
        let plain = Plain::of(&data_type).expect("can be learned");
        let mut facts = Facts::default();
        facts.observe(&array, plain, 0, 0);
        draft(name, &data_type, &array, &facts, &LearnOptions::default())
    }

    fn whole(name: &str, values: Vec<i64>) -> Draft {
        drafted(name, Arc::new(Int64Array::from(values)))
    }

    #[test]
    fn keys_are_told_from_measures() {
        let Draft::Alone(Content::Sequence { first, step, slack }, Role::Id) =
            whole("n", (100..200).collect())
        else {
            panic!("a sequence")
        };
        assert_eq!((first, step, slack), (100, 1, 0));
        let shuffled = || (0..101).map(|place| place * 37 % 101).collect::<Vec<i64>>();
        assert!(matches!(
            whole("n", shuffled()),
            Draft::Alone(Content::Scatter { count: 101, .. }, _)
        ));
        let far: Vec<i64> = (0..100).map(|place| place * 7_919 % 100_003).collect();
        assert!(matches!(whole("population", far.clone()), Draft::Number(_)));
        assert!(matches!(
            whole("customer_id", far.clone()),
            Draft::Alone(Content::Scatter { .. }, _)
        ));
        assert!(matches!(whole("paid", far), Draft::Number(_)));
        assert!(is_called_key("orderId") && is_called_key("ID") && !is_called_key("valid"));
    }

    #[test]
    fn numbers_have_steps_and_may_be_names() {
        let Draft::Number(number) = whole(
            "amount",
            (0..500).map(|place| place * place % 97 * 25).collect(),
        ) else {
            panic!("a number")
        };
        assert!(
            matches!(
                number.grid,
                Grid::Whole {
                    origin: 0,
                    step: 25,
                    last: 96,
                    ..
                }
            ),
            "{:?}",
            number.grid
        );
        let Draft::Choice(choice) = whole("stars", (0..500).map(|place| place % 5 + 1).collect())
        else {
            panic!("a choice")
        };
        assert_eq!(choice.values, Values::Wholes(vec![1, 2, 3, 4, 5]));
        let prices: Vec<f64> = (0..300)
            .map(|place| f64::from(place * 7 % 1_000) / 100.0)
            .collect();
        let Draft::Number(number) = drafted("price", Arc::new(Float64Array::from(prices))) else {
            panic!("a number")
        };
        assert!(matches!(
            number.grid,
            Grid::Real {
                decimals: Some(2),
                ..
            }
        ));
        assert!(matches!(
            whole("extreme", vec![i64::MIN, i64::MAX, 0]),
            Draft::Number(_)
        ));
    }

    #[test]
    fn rare_texts_are_not_kept() {
        let mut cities = vec!["Oslo"; 60];
        cities.extend(["Rome"; 40]);
        cities.extend(["Ur", "Uruk", "Troy"]);
        let Draft::Choice(choice) = drafted("city", Arc::new(StringArray::from(cities))) else {
            panic!("a choice")
        };
        assert_eq!(
            choice.values,
            Values::Texts(vec!["Oslo".into(), "Rome".into()])
        );
        assert_eq!((choice.states(), choice.codes[102]), (3, 2));
        let ids: Vec<String> = (0..100)
            .map(|place| format!("C-{:04}", place * 37 % 101))
            .collect();
        let ids = StringArray::from(ids);
        assert!(matches!(
            drafted("code", Arc::new(ids)),
            Draft::Alone(Content::Text { unique: true, .. }, Role::Id)
        ));
        let few = StringArray::from(vec!["secret", "secret"]);
        assert!(matches!(
            drafted("x", Arc::new(few)),
            Draft::Alone(Content::Text { unique: false, .. }, _)
        ));
    }
}

//! Columns of two tables side by side, as statistics see them.

use std::collections::HashMap;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{Float64Type, Int64Type};

use crate::model::Role;

/// The bins that numbers are cut into beside choices, and one more for the greatest and the missing.
pub(crate) const BINS: u32 = 12;

/// A column of both tables.
#[derive(Debug)]
pub(crate) enum Pair {
    /// By row; not a number where missing.
    Numbers { real: Vec<f64>, synthetic: Vec<f64> },
    /// By row: 0 where missing, codes of values otherwise.
    Codes {
        real: Vec<u32>,
        synthetic: Vec<u32>,
        states: u32,
    },
    /// Values whose distribution means nothing: codes, as above.
    Texts { real: Vec<u32>, synthetic: Vec<u32> },
    /// Keys.
    Ignored,
}

impl Pair {
    pub(crate) fn new(role: Role, real: &ArrayRef, synthetic: &ArrayRef) -> Self {
        match role {
            Role::Id => Self::Ignored,
            Role::Numerical | Role::Datetime => match (numbers(real), numbers(synthetic)) {
                (Some(real), Some(synthetic)) => Self::Numbers { real, synthetic },
                _ => Self::Ignored,
            },
            Role::Categorical | Role::Boolean | Role::Unknown => {
                let mut known = HashMap::new();
                let real = codes(real, &mut known);
                let synthetic = codes(synthetic, &mut known);
                let states = known.len() as u32 + 1;
                if role == Role::Unknown {
                    Self::Texts { real, synthetic }
                } else {
                    Self::Codes {
                        real,
                        synthetic,
                        states,
                    }
                }
            }
        }
    }
}

fn numbers(array: &ArrayRef) -> Option<Vec<f64>> {
    if let Some(values) = array.as_primitive_opt::<Int64Type>() {
        let number = |value: Option<i64>| value.map_or(f64::NAN, |value| value as f64);
        return Some(values.iter().map(number).collect());
    }
    let values = array.as_primitive_opt::<Float64Type>()?;
    Some(
        values
            .iter()
            .map(|value| value.unwrap_or(f64::NAN))
            .collect(),
    )
}

/// Codes that mean the same in both tables.
fn codes<'a>(array: &'a ArrayRef, known: &mut HashMap<&'a str, u32>) -> Vec<u32> {
    let mut code = |value: Option<&'a str>| {
        value.map_or(0, |value| {
            let next = known.len() as u32 + 1;
            *known.entry(value).or_insert(next)
        })
    };
    if let Some(values) = array.as_string_opt::<i32>() {
        return values.iter().map(code).collect();
    }
    if let Some(values) = array.as_boolean_opt() {
        let name = |value: Option<bool>| value.map(|value| if value { "true" } else { "false" });
        return values.iter().map(|value| code(name(value))).collect();
    }
    vec![0; array.len()]
}

/// The bins of NumPy: ten of the same width between the bounds of the values themselves, each with its
/// lower end, so that the greatest value stands behind the last; with it stand the missing ones.
pub(crate) fn binned(values: &[f64]) -> Vec<u32> {
    const COUNT: usize = 10;
    let present = values.iter().copied().filter(|value| !value.is_nan());
    let (mut low, mut high) = present.fold((f64::INFINITY, f64::NEG_INFINITY), |bounds, value| {
        (bounds.0.min(value), bounds.1.max(value))
    });
    if low > high {
        (low, high) = (0.0, 1.0);
    } else if low == high {
        (low, high) = (low - 0.5, high + 0.5);
    }
    let width = (high - low) / COUNT as f64;
    let mut edges: Vec<f64> = (0..COUNT).map(|edge| edge as f64 * width + low).collect();
    edges.push(high);
    let bin = |value: &f64| {
        if value.is_nan() {
            BINS - 1
        } else {
            edges.partition_point(|edge| edge <= value) as u32
        }
    };
    values.iter().map(bin).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{BooleanArray, StringArray};
    use std::sync::Arc;

    #[test]
    fn bins_are_those_of_numpy() {
        let values = [0.0, 0.999, 1.0, 5.5, 9.99, 10.0, f64::NAN];
        assert_eq!(binned(&values), [1, 1, 2, 6, 10, 11, 11]);
        assert_eq!(binned(&[3.0, 3.0]), [6, 6]);
        assert_eq!(binned(&[f64::NAN]), [11]);
    }

    #[test]
    fn codes_mean_the_same_on_both_sides() {
        let text = |values: Vec<Option<&str>>| Arc::new(StringArray::from(values)) as ArrayRef;
        let (left, right) = (
            text(vec![Some("a"), None, Some("b")]),
            text(vec![Some("b"), Some("c")]),
        );
        let Pair::Codes {
            real,
            synthetic,
            states,
        } = Pair::new(Role::Categorical, &left, &right)
        else {
            panic!("codes")
        };
        assert_eq!((real, synthetic, states), (vec![1, 0, 2], vec![2, 3], 4));
        let truths: ArrayRef = Arc::new(BooleanArray::from(vec![true, false]));
        assert!(matches!(
            Pair::new(Role::Numerical, &truths, &truths),
            Pair::Ignored
        ));
    }
}

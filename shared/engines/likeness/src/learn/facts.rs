//! What is known exactly of a column, over all rows.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::{max, min};
use arrow::datatypes::{Float64Type, Int64Type};

use crate::kind::Plain;

/// Counts and bounds of one column.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    pub nulls: u64,
    pub non_finite: u64,
    /// Bounds of wholes.
    pub whole: Option<(i64, i64)>,
    /// Bounds of reals.
    pub real: Option<(f64, f64)>,
    pub order: Order,
}

/// Whether and how the wholes of a column grow from row to row.
#[derive(Debug, Clone, Default)]
pub(crate) struct Order {
    /// The first row and its value, the last row and its.
    ends: Option<((u64, i64), (u64, i64))>,
    /// The least and the greatest step.
    steps: Option<(i64, i64)>,
    /// A value was missing, did not grow, or came out of the order of rows.
    broken: bool,
}

impl Facts {
    /// Takes an array in its plain form, whose rows are numbered from `first`.
    pub(crate) fn observe(&mut self, array: &ArrayRef, plain: Plain, non_finite: u64, first: u64) {
        self.non_finite += non_finite;
        self.nulls += match plain {
            Plain::Null => array.len() as u64,
            _ => array.null_count() as u64,
        };
        match plain {
            Plain::Whole => {
                let values = array.as_primitive::<Int64Type>();
                if let (Some(low), Some(high)) = (min(values), max(values)) {
                    self.whole = Some(joined(self.whole, (low, high), i64::min, i64::max));
                }
                if array.null_count() > 0 {
                    self.order.broken = true;
                }
                self.order.observe(values.values(), first);
            }
            Plain::Real => {
                let values = array.as_primitive::<Float64Type>();
                if let (Some(low), Some(high)) = (min(values), max(values)) {
                    self.real = Some(joined(self.real, (low, high), f64::min, f64::max));
                }
            }
            Plain::Null | Plain::Boolean | Plain::Text => {}
        }
    }

    /// Joins the facts of other rows.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.nulls += other.nulls;
        self.non_finite += other.non_finite;
        if let Some(bounds) = other.whole {
            self.whole = Some(joined(self.whole, bounds, i64::min, i64::max));
        }
        if let Some(bounds) = other.real {
            self.real = Some(joined(self.real, bounds, f64::min, f64::max));
        }
        self.order.merge(&other.order);
    }
}

fn joined<T: Copy>(
    known: Option<(T, T)>,
    (low, high): (T, T),
    least: impl Fn(T, T) -> T,
    most: impl Fn(T, T) -> T,
) -> (T, T) {
    known.map_or((low, high), |known| {
        (least(known.0, low), most(known.1, high))
    })
}

impl Order {
    fn observe(&mut self, values: &[i64], first: u64) {
        let (Some(begin), Some(end), false) = (values.first(), values.last(), self.broken) else {
            return;
        };
        let mut other = Self::default();
        for pair in values.windows(2) {
            other.step(pair[0], pair[1]);
            if other.broken {
                break;
            }
        }
        let last = first.saturating_add(values.len() as u64 - 1);
        other.ends = Some(((first, *begin), (last, *end)));
        self.merge(&other);
    }

    fn step(&mut self, from: i64, to: i64) {
        match to.checked_sub(from) {
            Some(step) if step > 0 => {
                self.steps = Some(joined(self.steps, (step, step), i64::min, i64::max));
            }
            _ => self.broken = true,
        }
    }

    fn merge(&mut self, other: &Self) {
        self.broken |= other.broken;
        let Some(theirs) = other.ends else { return };
        let Some(ours) = self.ends else {
            *self = Self {
                broken: self.broken,
                ..other.clone()
            };
            return;
        };
        if let Some(steps) = other.steps {
            self.steps = Some(joined(self.steps, steps, i64::min, i64::max));
        }
        if ours.1.0.checked_add(1) == Some(theirs.0.0) {
            self.step(ours.1.1, theirs.0.1);
            self.ends = Some((ours.0, theirs.1));
        } else if theirs.1.0.checked_add(1) == Some(ours.0.0) {
            self.step(theirs.1.1, ours.0.1);
            self.ends = Some((theirs.0, ours.1));
        } else {
            self.broken = true;
        }
    }

    /// The value that row 0 has or would have, the usual step, and how much values stray from it;
    /// nothing where values do not grow all the way.
    pub(crate) fn sequence(&self) -> Option<(i64, i64, i64)> {
        let (first, last) = self.ends?;
        let (least, most) = self.steps?;
        if self.broken || last.0 <= first.0 {
            return None;
        }
        let rows = i64::try_from(last.0 - first.0).ok()?;
        let step = if least == most {
            least
        } else {
            last.1.checked_sub(first.1)? / rows
        };
        let begin = first
            .1
            .checked_sub(step.checked_mul(i64::try_from(first.0).ok()?)?)?;
        Some((begin, step, if least == most { 0 } else { step - 1 }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(parts: &[(&[i64], u64)]) -> Order {
        let mut order = Order::default();
        for (values, first) in parts {
            order.observe(values, *first);
        }
        order
    }

    #[test]
    fn sequences_are_seen_over_parts() {
        assert_eq!(
            order(&[(&[10, 15, 20], 0), (&[25, 30], 3)]).sequence(),
            Some((10, 5, 0))
        );
        assert_eq!(
            order(&[(&[25, 30], 3), (&[10, 15, 20], 0)]).sequence(),
            Some((10, 5, 0))
        );
        assert_eq!(order(&[(&[1, 2, 9, 13], 0)]).sequence(), Some((1, 4, 3)));
        assert_eq!(order(&[(&[30, 35], 4)]).sequence(), Some((10, 5, 0)));
    }

    #[test]
    fn disorder_is_no_sequence() {
        for parts in [
            &[(&[3, 2, 1][..], 0)][..],
            &[(&[1, 1], 0)],
            &[(&[1], 0)],
            &[],
            &[(&[1, 2], 0), (&[4, 5], 3)],
            &[(&[i64::MIN, i64::MAX], 0)],
        ] {
            assert_eq!(order(parts).sequence(), None, "{parts:?}");
        }
    }
}

//! Whether the values of a column stand in order.
//!
//! A part of the file is one run: its rows, its first value and its last. Runs that do not overlap can
//! be put in the order of their rows whenever their profiles meet; of runs that do, nothing is said.

use serde::{Deserialize, Serialize};

/// Parts above which no order is told.
const MOST_RUNS: usize = 4_096;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Run<T> {
    from: u64,
    to: u64,
    first: T,
    last: T,
}

/// The order of the values seen so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Order<T> {
    /// No value was smaller than the one before it.
    rising: bool,
    /// No value was greater than the one before it.
    falling: bool,
    /// A value was as the one before it.
    repeats: bool,
    several: bool,
    runs: Vec<Run<T>>,
}

/// How the values of a column stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sortedness {
    /// None is smaller than the one before it.
    Ascending,
    /// None is greater than the one before it.
    Descending,
    /// Neither, or it cannot be told.
    #[default]
    None,
}

impl<T> Default for Order<T> {
    fn default() -> Self {
        Self {
            rising: true,
            falling: true,
            repeats: false,
            several: false,
            runs: Vec::new(),
        }
    }
}

impl<T: Clone> Order<T> {
    /// Whether there is an order left to lose.
    #[inline]
    pub(crate) fn is_alive(&self) -> bool {
        self.rising || self.falling
    }

    /// Says nothing from here on.
    pub(crate) fn give_up(&mut self) {
        (self.rising, self.falling) = (false, false);
        self.runs = Vec::new();
    }

    /// Takes the values of the rows `from` to `to`, nulls left out.
    pub(crate) fn extend<'a, B>(
        &mut self,
        (from, to): (u64, u64),
        values: impl IntoIterator<Item = &'a B>,
    ) where
        B: ?Sized + PartialOrd + ToOwned<Owned = T> + 'a,
        T: std::borrow::Borrow<B>,
    {
        if !self.is_alive() {
            return;
        }
        let mut values = values.into_iter();
        let Some(first) = values.next() else { return };
        let is_later = self.runs.last().is_none_or(|run| run.to <= from);
        if !is_later {
            return self.give_up();
        }
        let mut steps = Steps::default();
        if let Some(run) = self.runs.last() {
            steps.step(run.last.borrow(), first);
        }
        let mut last = first;
        for value in values {
            steps.step(last, value);
            last = value;
            if steps.down && steps.up {
                break;
            }
        }
        self.apply(&steps);
        if !self.is_alive() {
            return self.give_up();
        }
        match self.runs.last_mut() {
            Some(run) => {
                run.to = to;
                run.last = last.to_owned();
            }
            None => self.runs.push(Run {
                from,
                to,
                first: first.to_owned(),
                last: last.to_owned(),
            }),
        }
    }

    fn apply(&mut self, steps: &Steps) {
        self.rising &= !steps.down;
        self.falling &= !steps.up;
        self.repeats |= steps.level;
        self.several |= steps.down || steps.up || steps.level;
    }
}

impl<T: Clone + PartialOrd> Order<T> {
    /// Joins the order of another part of the file.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.rising &= other.rising;
        self.falling &= other.falling;
        self.repeats |= other.repeats;
        self.several |= other.several;
        if !self.is_alive() {
            return self.give_up();
        }
        self.runs.extend_from_slice(&other.runs);
        self.runs.sort_by_key(|run| run.from);
        let overlap = self.runs.windows(2).any(|pair| pair[1].from < pair[0].to);
        if overlap || self.runs.len() > MOST_RUNS {
            return self.give_up();
        }
        let mut runs: Vec<Run<T>> = Vec::with_capacity(self.runs.len());
        let mut steps = Steps::default();
        for run in std::mem::take(&mut self.runs) {
            match runs.last_mut() {
                // Nothing can come between.
                Some(before) if before.to == run.from => {
                    steps.step(&before.last, &run.first);
                    before.to = run.to;
                    before.last = run.last;
                }
                _ => runs.push(run),
            }
        }
        self.runs = runs;
        self.apply(&steps);
    }

    /// The order of all, and whether no value can have come twice for it.
    pub(crate) fn decide(&self) -> (Sortedness, bool) {
        let mut steps = Steps::default();
        for pair in self.runs.windows(2) {
            steps.step(&pair[0].last, &pair[1].first);
        }
        let mut order = Self {
            runs: Vec::new(),
            ..*self
        };
        order.apply(&steps);
        let sortedness = match (order.several, order.rising, order.falling) {
            (true, true, _) => Sortedness::Ascending,
            (true, false, true) => Sortedness::Descending,
            _ => Sortedness::None,
        };
        (sortedness, sortedness != Sortedness::None && !order.repeats)
    }
}

#[derive(Default)]
struct Steps {
    up: bool,
    down: bool,
    level: bool,
}

impl Steps {
    #[inline]
    fn step<B: ?Sized + PartialOrd>(&mut self, before: &B, value: &B) {
        match before.partial_cmp(value) {
            Some(std::cmp::Ordering::Less) => self.up = true,
            Some(std::cmp::Ordering::Equal) => self.level = true,
            Some(std::cmp::Ordering::Greater) => self.down = true,
            // What has no order stands in none.
            None => (self.up, self.down) = (true, true),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn part(from: u64, values: &[i64]) -> Order<i64> {
        let mut order = Order::default();
        order.extend((from, from + values.len() as u64), values);
        order
    }

    #[test]
    fn knows_rising_falling_and_neither() {
        assert_eq!(
            part(1, &[1, 2, 2, 5]).decide(),
            (Sortedness::Ascending, false)
        );
        assert_eq!(part(1, &[1, 2, 5]).decide(), (Sortedness::Ascending, true));
        assert_eq!(part(1, &[5, 3]).decide(), (Sortedness::Descending, true));
        assert_eq!(part(1, &[5, 6, 4]).decide(), (Sortedness::None, false));
        assert_eq!(part(1, &[5]).decide(), (Sortedness::None, false));
        assert_eq!(part(1, &[]).decide(), (Sortedness::None, false));
        assert_eq!(part(1, &[4, 4]).decide(), (Sortedness::Ascending, false));
    }

    #[test]
    fn texts_and_numbers_without_order() {
        let mut texts = Order::<String>::default();
        texts.extend((1, 3), ["a", "b"]);
        texts.extend((3, 4), ["b"]);
        assert_eq!(texts.decide(), (Sortedness::Ascending, false));
        let mut numbers = Order::<f64>::default();
        numbers.extend((1, 4), &[1.0, f64::NAN, 2.0]);
        assert_eq!(numbers.decide().0, Sortedness::None);
    }

    #[test]
    fn parts_meet_in_the_order_of_their_rows() {
        let mut order = part(7, &[7, 8]);
        order.merge(&part(1, &[1, 2]));
        order.merge(&part(4, &[3, 4, 5]));
        assert_eq!(order.decide(), (Sortedness::Ascending, true));
        let mut wrong = part(1, &[7, 8]);
        wrong.merge(&part(7, &[1, 2]));
        assert_eq!(wrong.decide().0, Sortedness::None);
        // Rows that two profiles had in turn: each rises, and nobody knows how they interlock.
        let mut turn = part(1, &[1, 2]);
        turn.extend((5, 7), &[5, 6]);
        turn.merge(&part(3, &[3, 4]));
        assert_eq!(turn.decide().0, Sortedness::None);
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same(
            mut values in prop::collection::vec(0i64..20, 0..40),
            sort in 0..3,
            cuts in prop::collection::vec(0usize..40, 0..5),
        ) {
            match sort {
                0 => values.sort_unstable(),
                1 => values.sort_unstable_by(|a, b| b.cmp(a)),
                _ => {}
            }
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(values.len())).collect();
            cuts.extend([0, values.len()]);
            cuts.sort_unstable();
            let mut parts: Vec<_> = cuts
                .windows(2)
                .map(|cut| part(cut[0] as u64, &values[cut[0]..cut[1]]))
                .collect();
            let middle = parts.len() / 2;
            parts.rotate_left(middle);
            let mut whole = Order::default();
            parts.iter().for_each(|part| whole.merge(part));
            prop_assert_eq!(whole.decide(), part(0, &values).decide());
        }
    }
}

//! Values that may mean one of two things until the whole column is known: `1,234` is above a thousand
//! or a bit more than one, `03/04/2024` is in March or in April.
//!
//! Both readings are followed as long as both can be. Where the first cell comes that tells them apart
//! the second begins as a copy of the first, so a column of plain cells pays for one.

use serde::{Deserialize, Serialize};

/// Statistics that values are gathered in.
pub(crate) trait Gather: Clone + Default {
    /// A value.
    type Value: Copy + PartialEq;
    /// What of a value is looked at again at the end of a block.
    type Pending;

    fn add(&mut self, value: Self::Value, pending: &mut Vec<Self::Pending>);
    /// Takes what is pending, which came from these rows.
    fn flush(&mut self, rows: (u64, u64), pending: &mut Vec<Self::Pending>);
    fn merge(&mut self, other: &Self);
}

/// What is pending of both readings, since a row. Empty between blocks.
#[derive(Debug)]
pub(crate) struct Scratch<P> {
    first: Vec<P>,
    second: Vec<P>,
    from: u64,
}

impl<P> Default for Scratch<P> {
    fn default() -> Self {
        Self {
            first: Vec::new(),
            second: Vec::new(),
            from: 0,
        }
    }
}

impl<P> Scratch<P> {
    /// Begins a block at a row.
    pub(crate) fn begin(&mut self, row: u64) -> &mut Self {
        self.first.clear();
        self.second.clear();
        self.from = row;
        self
    }

    /// For columns whose values have one reading.
    pub(crate) fn only(&mut self) -> &mut Vec<P> {
        &mut self.first
    }
}

/// Two readings of the same cells.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Readings<G> {
    pub(crate) first: G,
    second: Option<Box<G>>,
    /// Cells that are the same in both.
    pub(crate) neutral: u64,
    /// Cells that are something in both.
    pub(crate) both: u64,
    pub(crate) first_only: u64,
    pub(crate) second_only: u64,
}

impl<G: Gather> Readings<G> {
    #[inline]
    pub(crate) fn add(
        &mut self,
        row: u64,
        first: Option<G::Value>,
        second: Option<G::Value>,
        scratch: &mut Scratch<G::Pending>,
    ) {
        match (first, second) {
            (Some(value), Some(other)) if value == other => self.neutral += 1,
            (Some(_), Some(_)) => {
                self.part(row, scratch);
                self.both += 1;
            }
            (Some(_), None) => {
                self.first_only += 1;
                self.second = None;
                scratch.second.clear();
            }
            (None, Some(_)) => {
                self.part(row, scratch);
                self.second_only += 1;
            }
            (None, None) => {}
        }
        if let Some(value) = first {
            self.first.add(value, &mut scratch.first);
        }
        if let (Some(value), Some(gathered)) = (second, &mut self.second) {
            gathered.add(value, &mut scratch.second);
        }
    }

    /// From here on the readings differ, unless the second is out of the question.
    fn part(&mut self, row: u64, scratch: &mut Scratch<G::Pending>) {
        if self.second.is_some() || self.first_only > 0 {
            return;
        }
        self.first.flush((scratch.from, row), &mut scratch.first);
        scratch.from = row;
        self.second = Some(Box::new(self.first.clone()));
    }

    /// Ends a block before the row `to`.
    pub(crate) fn flush(&mut self, to: u64, scratch: &mut Scratch<G::Pending>) {
        let rows = (scratch.from, to);
        self.first.flush(rows, &mut scratch.first);
        if let Some(second) = &mut self.second {
            second.flush(rows, &mut scratch.second);
        }
        scratch.from = to;
    }

    /// The second reading, where no cell forbids it.
    pub(crate) fn second(&self) -> Option<&G> {
        match &self.second {
            _ if self.first_only > 0 => None,
            Some(second) => Some(second),
            None => Some(&self.first),
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        let parted = self.second.is_some() || other.second.is_some();
        let second = match (self.second(), other.second()) {
            (Some(own), Some(others)) if parted => {
                let mut merged = own.clone();
                merged.merge(others);
                Some(Box::new(merged))
            }
            _ => None,
        };
        self.first.merge(&other.first);
        self.second = second;
        self.neutral += other.neutral;
        self.both += other.both;
        self.first_only += other.first_only;
        self.second_only += other.second_only;
    }

    /// Cells that are something in the first reading, and in the second.
    pub(crate) fn counts(&self) -> (u64, u64) {
        let shared = self.neutral + self.both;
        (shared + self.first_only, shared + self.second_only)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug, Clone, Default, PartialEq)]
    struct All(Vec<u32>);

    impl Gather for All {
        type Value = u32;
        type Pending = u32;

        fn add(&mut self, value: u32, pending: &mut Vec<u32>) {
            pending.push(value);
        }

        fn flush(&mut self, _: (u64, u64), pending: &mut Vec<u32>) {
            self.0.append(pending);
        }

        fn merge(&mut self, other: &Self) {
            self.0.extend(&other.0);
        }
    }

    type Cell = (Option<u32>, Option<u32>);

    fn readings(cells: &[Cell]) -> Readings<All> {
        let mut readings = Readings::default();
        let mut scratch = Scratch::default();
        for (block, cells) in cells.chunks(3).enumerate() {
            scratch.begin(block as u64 * 3);
            for (place, (first, second)) in cells.iter().enumerate() {
                readings.add(place as u64, *first, *second, &mut scratch);
            }
            readings.flush(0, &mut scratch);
        }
        readings
    }

    fn cell() -> impl Strategy<Value = Cell> {
        prop_oneof![
            6 => (0u32..9).prop_map(|value| (Some(value), Some(value))),
            2 => (0u32..9).prop_map(|value| (Some(value), Some(value + 10))),
            1 => (0u32..9).prop_map(|value| (Some(value), None)),
            1 => (0u32..9).prop_map(|value| (None, Some(value + 10))),
        ]
    }

    proptest! {
        #[test]
        fn each_reading_holds_what_it_would_alone(
            cells in prop::collection::vec(cell(), 0..12),
            cut in 0usize..12,
        ) {
            let cut = cut.min(cells.len());
            let mut parts = readings(&cells[..cut]);
            parts.merge(&readings(&cells[cut..]));
            for found in [parts, readings(&cells)] {
                let first: Vec<u32> = cells.iter().filter_map(|cell| cell.0).collect();
                prop_assert_eq!(&found.first.0, &first);
                let second: Option<Vec<u32>> = cells
                    .iter()
                    .all(|cell| cell.1.is_some())
                    .then(|| cells.iter().filter_map(|cell| cell.1).collect());
                prop_assert_eq!(found.second().map(|all| all.0.clone()), second);
                prop_assert_eq!(found.counts().0, first.len() as u64);
            }
        }
    }
}

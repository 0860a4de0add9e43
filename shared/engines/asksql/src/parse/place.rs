//! Superlatives and the place that they ask for: "the oldest", "the second oldest".

use super::{Extreme, Left, Reader};
use crate::words::operators::Operator;
use crate::words::places_before;

impl Reader<'_> {
    pub(super) fn push_extreme(&mut self, descending: bool, left: Left, limit: u64, item: usize) {
        let before = self.later_place(item).filter(|_| limit == 1);
        if before.is_some() {
            self.used[item - 1] = true;
        }
        self.sketch.extremes.push(Extreme {
            descending,
            left,
            limit,
            offset: before.unwrap_or(0),
            item,
        });
    }

    /// How many rows come before the one that the word right before a superlative asks for.
    pub(super) fn later_place(&self, item: usize) -> Option<u64> {
        let word = item.checked_sub(1).filter(|word| !self.used[*word])?;
        // "the second and third largest" are more places than one.
        let several = matches!(self.op(self.back(word)), Some(Operator::And | Operator::Or));
        places_before(&self.lower(word)).filter(|_| !several)
    }
}

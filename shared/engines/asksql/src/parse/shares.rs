//! "what percentage of orders were cancelled": some of the rows among all of them.

use super::{Condition, Left, Reader, Share, Use};
use crate::form::Aggregate;
use crate::items::Item;
use crate::link::{Element, NAMED};
use crate::words::operators::Operator;

/// The word asks for a part of a whole, and no column is called so.
pub(crate) fn is_share(item: &Item) -> bool {
    let lower = item.text.to_lowercase();
    let word = lower.rsplit(' ').next().unwrap_or_default();
    matches!(
        word,
        "percentage" | "percent" | "share" | "proportion" | "fraction" | "%"
    ) && item.best_mention() < NAMED
        && !item.is_value()
}

impl Reader<'_> {
    /// Finds what the share is of, and which conditions pick out the part.
    pub(super) fn shares(&mut self) {
        let mut places = 0..self.end();
        let Some(at) = places.find(|at| is_share(&self.items[*at])) else {
            return;
        };
        let Some(counted) = self.whole_of(at).filter(|_| self.restricts_only()) else {
            return;
        };
        let part = self.part_conditions(counted);
        if part.is_empty() || !self.are_joined(&part) {
            return;
        }
        for place in part {
            self.sketch.conditions[place].share = true;
        }
        self.used[at] = true;
        let slot = self.slot(counted, Use::Count);
        self.sketch.share = Some(Share { slot, item: at });
        self.show(slot, Some(Aggregate::Count), counted);
    }

    /// The entity behind "percentage of", over words that restrict it.
    fn whole_of(&self, at: usize) -> Option<usize> {
        if !self.is(at + 1, Operator::Of) {
            return None;
        }
        let first = self.skip(at + 2);
        let counted = (first..self.end().min(first + 4))
            .find(|place| self.items[*place].table().is_some() && !self.items[*place].is_value())?;
        // "orders were cancelled": the value used up the word, but gave it no other meaning.
        if self.slot_of_item(counted).is_some() {
            return None;
        }
        let restricts = |place: usize| self.used[place] || self.items[place].operator.is_none();
        (first..counted).all(restricts).then_some(counted)
    }

    /// Nothing but plain conditions says more of the rows.
    fn restricts_only(&self) -> bool {
        let sketch = &self.sketch;
        let plain =
            |condition: &Condition| matches!(condition.left, Left::Column(_)) && !condition.both;
        sketch.picks.is_empty()
            && sketch.extremes.is_empty()
            && sketch.order.is_empty()
            && sketch.related.is_empty()
            && sketch.absent.is_empty()
            // "the highest percentage": an order that is not read.
            && !self.items.iter().any(|item| {
                item.superlative || matches!(item.operator, Some(Operator::Extreme(_) | Operator::Common(_)))
            })
            && sketch.conditions.iter().all(plain)
    }

    /// The conditions of the part: those behind the verb; else those right before what is counted ("cancelled
    /// orders"); else all. The others, and a time beside them, restrict the whole.
    fn part_conditions(&self, counted: usize) -> Vec<usize> {
        let conditions = &self.sketch.conditions;
        let (times, plain): (Vec<usize>, Vec<usize>) =
            (0..conditions.len()).partition(|place| self.is_of_time(&conditions[*place]));
        let verb = (counted + 1..self.end()).find(|at| {
            matches!(
                self.op(*at),
                Some(Operator::Be | Operator::Have | Operator::Do)
            )
        });
        let behind = verb.unwrap_or(self.end());
        let part = |is_part: &dyn Fn(usize) -> bool| -> Vec<usize> {
            let places = plain.iter().copied();
            places
                .filter(|place| is_part(conditions[*place].item))
                .collect()
        };
        let of_verb = part(&|item| item > behind);
        let of_adjective = part(&|item| item < counted);
        let told = [of_verb, of_adjective, plain.clone(), times];
        told.into_iter()
            .find(|part| !part.is_empty())
            .unwrap_or_default()
    }

    fn is_of_time(&self, condition: &Condition) -> bool {
        let Left::Column(slot) = condition.left else {
            return false;
        };
        let best = self.sketch.slots[slot].candidates.first();
        best.is_some_and(
            |best| matches!(best.element, Element::Column(column) if self.time_column(column)),
        )
    }

    /// One condition, or several with a word that joins each to the one before it: otherwise nobody can tell
    /// which of them restricts the whole.
    fn are_joined(&self, part: &[usize]) -> bool {
        part.windows(2).all(|pair| {
            let items = pair.iter().map(|place| self.sketch.conditions[*place].item);
            let (first, last) = (items.clone().min(), items.max());
            let mut between = first.unwrap_or(0)..last.unwrap_or(0);
            between.any(|at| matches!(self.op(at), Some(Operator::And | Operator::Or)))
        })
    }
}

//! What the rows are grouped by: "for each", "per", "by".

use super::{Reader, Use, Zone};
use crate::items::Item;
use crate::words::operators::Operator;

impl Reader<'_> {
    /// Something is counted, summed or compared over rows.
    pub(super) fn has_aggregate(&self) -> bool {
        self.items.iter().enumerate().any(|(at, item)| {
            matches!(
                item.operator,
                Some(
                    Operator::Aggregate(_)
                        | Operator::NumberOf
                        | Operator::HowMany
                        | Operator::Extreme(_)
                        | Operator::Common(_)
                )
            ) && !self.is_mention(at)
                || item.superlative
                || super::is_share(item)
                || self.is_sum(at)
                || self.ranked_entity(at).is_some()
                || item.operator.is_none()
                    && !item.mention.is_empty()
                    && (item.text.to_lowercase().starts_with("total ")
                        || item.text.to_lowercase().starts_with("average "))
        })
    }

    /// "for each X", "per X", "by X".
    pub(super) fn groups(&mut self) {
        let aggregates = self.has_aggregate();
        for at in 0..self.end() {
            if self.used[at] || !self.begins_group(at, aggregates) {
                continue;
            }
            let mut next = self.skip(at + 1);
            if self.is(next, Operator::Distinct) || self.is(next, Operator::Of) {
                next = self.skip(next + 1);
            }
            if !self.is_mention(next) || self.is_bound_of_extreme(at, next) {
                continue;
            }
            self.used[at] = true;
            self.sketch.each = true;
            let begins = at == 0 || self.items[at - 1].comma || self.items[at - 1].stop;
            let mut key = Some(next);
            while let Some(next) = key {
                let after = self.group_key(next);
                key = self.next_group(after, begins);
            }
        }
    }

    fn begins_group(&self, at: usize, aggregates: bool) -> bool {
        match self.op(at) {
            Some(Operator::Each) => aggregates,
            Some(Operator::Per) => true,
            // "injured by all perpetrators": who did it makes no group.
            Some(Operator::By) => {
                let agent =
                    self.is(at + 1, Operator::All) || at > 0 && self.lower(at - 1).ends_with("ed");
                let named = self.items.get(self.back(at));
                aggregates
                    && !agent
                    && at > 0
                    && self.zones[at] == Zone::Show
                    && named.is_some_and(|item| !item.mention.is_empty())
            }
            _ => false,
        }
    }

    /// "the largest states by area": the column says what is largest.
    fn is_bound_of_extreme(&self, at: usize, next: usize) -> bool {
        self.is(at, Operator::By)
            && self.number_column(next)
            && !self.items[next].is_entity()
            && self.items[..at]
                .iter()
                .any(|item| matches!(item.operator, Some(Operator::Extreme(_))))
    }

    /// Groups by the mention at `key`, with its owner; the place behind both.
    fn group_key(&mut self, key: usize) -> usize {
        // "each product's name" and "each type of product": the second of the two is the key.
        let mut slot = self.slot(key, Use::Group);
        let mut after = key + 1;
        if self.is_mention(after)
            && self.items[key].table().is_some()
            && self.items[after].has_column()
            && self.items[after].best_mention() >= 0.6
            && self.items[after].table().is_none()
        {
            let owner = slot;
            self.sketch.slots[owner].usage = Use::Owner;
            slot = self.slot(after, Use::Group);
            self.sketch.slots[slot].owner = Some(owner);
            after += 1;
        } else if self.is(after, Operator::Of) {
            let of = self.skip(after + 1);
            if self.is_mention(of) && self.items[of].table().is_some() {
                let owner = self.slot(of, Use::Owner);
                self.sketch.slots[slot].owner = Some(owner);
                after = of + 1;
            }
        }
        self.sketch.groups.push(slot);
        after
    }

    /// "for each city and state, ..."; "by each X and Y".
    fn next_group(&self, joint: usize, begins: bool) -> Option<usize> {
        let joined = self.is(joint, Operator::And)
            || self.items.get(joint).is_some_and(|item| item.comma) && !begins;
        let more = self.skip(joint + 1);
        let ends = |item: &Item| item.stop || item.comma;
        let goes_on = joined
            && self.is_mention(more)
            && !self.is(more + 1, Operator::Of)
            && (begins || self.items.get(more + 1).is_none_or(ends));
        goes_on.then_some(more)
    }
}

//! What the rows are put in order by: "ordered by", "in descending order of".

use super::{Left, Reader, Use};
use crate::form::Aggregate;
use crate::words::operators::Operator;

/// Words of an order that name its key, each with the adjective that measures it.
const ORDERS: &[(&str, &str)] = &[
    ("youngest", "young"),
    ("oldest", "young"),
    ("young", "young"),
    ("old", "young"),
    ("newest", "late"),
    ("recent", "late"),
    ("earliest", "late"),
    ("latest", "late"),
    ("chronological", "late"),
    ("cheapest", "cheap"),
];

/// The keys of one order.
#[derive(Debug)]
struct Keys {
    found: Vec<(Left, Option<bool>)>,
    /// The direction that stands before the keys; true for descending.
    direction: Option<bool>,
    /// A function that waits for what it is taken over.
    aggregate: Option<Aggregate>,
    /// The last word that belongs to the order.
    last: usize,
}

impl Keys {
    /// A direction holds for the key before it; before the first key, for all.
    fn turn(&mut self, direction: bool) {
        match self.found.last_mut() {
            Some((_, own)) => own.get_or_insert(direction),
            None => self.direction.get_or_insert(direction),
        };
    }
}

impl Reader<'_> {
    pub(super) fn order(&mut self) {
        let mut at = 0;
        while at < self.end() {
            let starts = match self.op(at) {
                Some(Operator::OrderBy) => !self.is_mention(at),
                Some(Operator::Descending | Operator::Ascending | Operator::Alphabetical) => true,
                _ => false,
            };
            if !starts || self.used[at] {
                at += 1;
                continue;
            }
            self.used[at] = true;
            // "Sort the names in ..." begins with what is shown.
            if self.is(at, Operator::OrderBy)
                && (at == 0 || self.items[at - 1].stop)
                && !self.lower(at).ends_with("by")
            {
                at += 1;
                // ... and "by" begins its keys.
                let by = (at..self.end())
                    .take_while(|place| !self.items[*place].stop)
                    .find(|place| self.is(*place, Operator::By));
                if let Some(by) = by.filter(|by| self.is_mention(self.skip(by + 1))) {
                    self.used[by] = true;
                    at = self.order_keys(by);
                }
                continue;
            }
            at = self.order_keys(at);
        }
    }

    /// Reads the keys behind `start`; where they end.
    fn order_keys(&mut self, start: usize) -> usize {
        let mut keys = Keys {
            found: Vec::new(),
            direction: self.direction(start),
            aggregate: None,
            last: start,
        };
        let mut at = start + 1;
        while at < self.end() && self.order_word(at, &mut keys) {
            at += 1;
        }
        if keys.found.is_empty() {
            self.unnamed_key(start, &mut keys);
        }
        let end = keys.last + 1;
        if keys.found.is_empty() {
            if self.sketch.order.is_empty() && keys.direction.is_some() {
                // "names in descending order": the mention just before is meant, or the first shown.
                self.sketch.order_default = Some(keys.direction == Some(true));
            }
            return end;
        }
        let last = keys.found.iter().rev().find_map(|(_, found)| *found);
        for (left, found) in keys.found {
            // One direction at the end holds for every key.
            let descending = found.or(keys.direction).or(last).unwrap_or(false);
            self.sketch.order.push((left, descending));
        }
        end
    }

    /// Takes what one word says of the keys; false where they have ended before it.
    fn order_word(&mut self, at: usize, keys: &mut Keys) -> bool {
        if let Some(direction) = self.direction(at) {
            self.used[at] = true;
            keys.last = at;
            keys.turn(direction);
            return true;
        }
        let mention = self.is_mention(at);
        match self.op(at) {
            Some(Operator::Aggregate(found)) if !mention => {
                keys.aggregate = Some(found);
                self.used[at] = true;
            }
            Some(Operator::NumberOf | Operator::HowMany) if !mention => {
                keys.aggregate = Some(Aggregate::Count);
                self.used[at] = true;
            }
            Some(Operator::And) => return self.more_keys(at),
            None if self.items[at].comma => return self.more_keys(at),
            Some(Operator::OrderBy) if !mention => self.used[at] = true,
            Some(
                Operator::Article
                | Operator::Their
                | Operator::Filler
                | Operator::By
                | Operator::Distinct
                | Operator::All,
            ) if !mention => {}
            Some(Operator::Of) => {}
            _ if !mention => return false,
            _ if !keys.found.is_empty() && !self.joins_key(at) => {
                // "launch time": the second word only says more of the first.
                if keys.last + 1 != at || self.items[at].table().is_some() {
                    return false;
                }
                self.used[at] = true;
            }
            // "the number of people killed" is the column that the participle names.
            _ if keys.aggregate == Some(Aggregate::Count)
                && self.is_mention(at + 1)
                && super::zones::is_verb(&self.items[at + 1].text)
                && self.number_column(at + 1) =>
            {
                self.used[at] = true;
            }
            _ => self.order_mention(at, keys),
        }
        true
    }

    /// Behind a joint there is a further key: "sorted by age and show ..." has ended.
    fn more_keys(&self, joint: usize) -> bool {
        let next = self.skip(joint + 1);
        let goes_on = self.is_mention(next)
            || matches!(
                self.op(next),
                Some(Operator::Aggregate(_) | Operator::NumberOf | Operator::By)
            )
            || self.direction(next).is_some();
        let begins_anew = self.items[joint].comma
            && matches!(
                self.op(joint + 1),
                Some(Operator::Their | Operator::Command)
            );
        goes_on && !begins_anew
    }

    /// A name among the keys: a key, or the owner of the one before it.
    fn order_mention(&mut self, at: usize, keys: &mut Keys) {
        keys.last = at;
        // "age of the student" and "price in each": the table after "of" owns the key.
        let owned = self.is(self.back(at), Operator::Of) && !keys.found.is_empty();
        if owned && self.items[at].table().is_some() {
            let owner = self.slot(at, Use::Owner);
            if let Some((Left::Column(slot), _)) = keys.found.last() {
                self.sketch.slots[*slot].owner = Some(owner);
            }
            return;
        }
        let left = match keys.aggregate.take() {
            Some(Aggregate::Count) if self.number_column(at) && !self.items[at].is_entity() => {
                Left::Column(self.measure_of(at))
            }
            Some(Aggregate::Count) => Left::Rows(Some(self.slot(at, Use::Count))),
            Some(aggregate) => Left::Aggregate(aggregate, self.slot(at, Use::Aggregate)),
            None => Left::Column(self.slot(at, Use::Order)),
        };
        keys.found.push((left, None));
    }

    /// The key where none is named behind the order: rows, what stands before it, or what its own word
    /// measures.
    fn unnamed_key(&mut self, start: usize, keys: &mut Keys) {
        if keys.aggregate == Some(Aggregate::Count) {
            keys.found.push((Left::Rows(None), None));
            return;
        }
        let before = self.back(start);
        if before < self.end()
            && self.is_mention(before)
            && self.is(self.back(before), Operator::By)
        {
            let slot = self.slot(before, Use::Order);
            keys.found.push((Left::Column(slot), keys.direction));
            return;
        }
        let text = self.lower(start);
        if let Some((_, word)) = ORDERS.iter().find(|(part, _)| text.contains(part))
            && let Some(slot) = self.measure_slot(word, start, Use::Order)
        {
            keys.found.push((Left::Column(slot), None));
        }
    }

    /// A further key follows a joint, or its owner follows "of".
    fn joins_key(&self, at: usize) -> bool {
        let before = self.back(at);
        before >= self.end()
            || self.items[before].comma
            || self.direction(before).is_some()
            || matches!(
                self.op(before),
                Some(
                    Operator::And
                        | Operator::Of
                        | Operator::By
                        | Operator::NumberOf
                        | Operator::Aggregate(_)
                )
            )
    }

    /// The last place before `at` that is no article.
    pub(super) fn back(&self, at: usize) -> usize {
        let mut before = at;
        while before > 0 {
            before -= 1;
            if !matches!(
                self.op(before),
                Some(
                    Operator::Article
                        | Operator::All
                        | Operator::Their
                        | Operator::Filler
                        | Operator::Distinct
                )
            ) || self.is_mention(before)
            {
                return before;
            }
        }
        self.end()
    }

    /// True for descending.
    fn direction(&self, at: usize) -> Option<bool> {
        match self.op(at) {
            Some(Operator::Descending) => Some(true),
            Some(Operator::Ascending | Operator::Alphabetical) => Some(false),
            Some(Operator::OrderBy) => {
                let text = self.lower(at);
                if text.contains("decreasing") || text.contains("descending") {
                    Some(true)
                } else if text.contains("increasing") || text.contains("ascending") {
                    Some(false)
                } else {
                    None
                }
            }
            _ => None,
        }
    }
}

//! "ordered by", "in descending order of", "for each", "per".

use super::{Left, Reader, Use, Zone};
use crate::form::Aggregate;
use crate::words::operators::Operator;

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
                continue;
            }
            at = self.order_keys(at);
        }
    }

    fn order_keys(&mut self, start: usize) -> usize {
        let mut direction = self.direction(start);
        let mut keys: Vec<(Left, Option<bool>)> = Vec::new();
        let mut aggregate = None;
        let mut at = start + 1;
        let mut last_used = start;
        while at < self.end() {
            if let Some(found) = self.direction(at) {
                self.used[at] = true;
                last_used = at;
                match keys.last_mut() {
                    Some((_, open @ None)) => *open = Some(found),
                    Some(_) => {}
                    None => direction = direction.or(Some(found)),
                }
                at += 1;
                continue;
            }
            match self.op(at) {
                Some(Operator::Aggregate(found)) if !self.is_mention(at) => {
                    aggregate = Some(found);
                    self.used[at] = true;
                }
                Some(Operator::NumberOf | Operator::HowMany) if !self.is_mention(at) => {
                    aggregate = Some(Aggregate::Count);
                    self.used[at] = true;
                }
                Some(Operator::And) | None
                    if self.items[at].comma || self.is(at, Operator::And) =>
                {
                    // "sorted by age and show ..." has ended.
                    let next = self.skip(at + 1);
                    let goes_on = self.is_mention(next)
                        || matches!(
                            self.op(next),
                            Some(Operator::Aggregate(_) | Operator::NumberOf | Operator::By)
                        )
                        || self.direction(next).is_some();
                    if !goes_on
                        || matches!(self.op(at + 1), Some(Operator::Their | Operator::Command))
                            && self.items[at].comma
                    {
                        break;
                    }
                }
                Some(
                    Operator::Article
                    | Operator::Their
                    | Operator::Filler
                    | Operator::By
                    | Operator::OrderBy
                    | Operator::Distinct
                    | Operator::All,
                ) if !self.is_mention(at) => {
                    if self.is(at, Operator::OrderBy) {
                        self.used[at] = true;
                    }
                }
                Some(Operator::Of) => {}
                _ if self.is_mention(at) && !keys.is_empty() && !self.joins_key(at) => {
                    // "launch time": the second word only says more of the first.
                    if last_used + 1 != at || self.items[at].table().is_some() {
                        break;
                    }
                    self.used[at] = true;
                }
                _ if self.is_mention(at) => {
                    // "age of the student" and "price in each": the table after "of" owns the key.
                    let owned = self.is(self.back(at), Operator::Of) && !keys.is_empty();
                    if owned && self.items[at].table().is_some() {
                        let owner = self.slot(at, Use::Owner);
                        if let Some((Left::Column(slot), _)) = keys.last() {
                            self.sketch.slots[*slot].owner = Some(owner);
                        }
                    } else {
                        let left = match aggregate.take() {
                            Some(Aggregate::Count)
                                if self.number_column(at)
                                    && !matches!(
                                        self.items[at].mention[0].element,
                                        crate::link::Element::Table(_)
                                    ) =>
                            {
                                Left::Column(self.measure_of(at))
                            }
                            Some(Aggregate::Count) => Left::Rows(Some(self.slot(at, Use::Count))),
                            Some(aggregate) => {
                                Left::Aggregate(aggregate, self.slot(at, Use::Aggregate))
                            }
                            None => Left::Column(self.slot(at, Use::Order)),
                        };
                        keys.push((left, None));
                    }
                    last_used = at;
                }
                _ => break,
            }
            at += 1;
        }
        if keys.is_empty() && aggregate == Some(Aggregate::Count) {
            keys.push((Left::Rows(None), None));
        }
        let text = self.lower(start);
        let before = self.back(start);
        if keys.is_empty()
            && before < self.end()
            && self.is_mention(before)
            && self.is(self.back(before), Operator::By)
        {
            let slot = self.slot(before, Use::Order);
            keys.push((Left::Column(slot), direction));
        }
        if keys.is_empty() {
            let measure = [
                "youngest",
                "oldest",
                "young",
                "old",
                "newest",
                "recent",
                "earliest",
                "latest",
                "chronological",
                "cheapest",
            ]
            .iter()
            .find(|word| text.contains(**word));
            if let Some(word) = measure {
                let word = match *word {
                    "youngest" | "oldest" | "young" | "old" => "young",
                    "cheapest" => "cheap",
                    _ => "late",
                };
                if let Some(slot) = self.measure_slot(word, start, Use::Order) {
                    keys.push((Left::Column(slot), None));
                }
            }
        }
        if keys.is_empty() {
            if self.sketch.order.is_empty() && direction.is_some() {
                // "names in descending order": the mention just before is meant, or the first shown.
                self.sketch.order_default = Some(direction == Some(true));
            }
            return last_used + 1;
        }
        let last = keys.iter().rev().find_map(|(_, found)| *found);
        for (left, found) in keys {
            // One direction at the end holds for every key.
            let descending = found.or(direction).or(last).unwrap_or(false);
            self.sketch.order.push((left, descending));
        }
        last_used + 1
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
                || item.operator.is_none()
                    && !item.mention.is_empty()
                    && (item.text.to_lowercase().starts_with("total ")
                        || item.text.to_lowercase().starts_with("average "))
        })
    }

    pub(super) fn groups(&mut self) {
        let aggregates = self.has_aggregate();
        for at in 0..self.end() {
            if self.used[at] {
                continue;
            }
            let groups = match self.op(at) {
                Some(Operator::Each) => aggregates,
                Some(Operator::Per) => true,
                Some(Operator::By) => {
                    aggregates
                        && at > 0
                        && self.zones[at] == Zone::Show
                        && !self.items[self.back(at).min(self.end() - 1)]
                            .mention
                            .is_empty()
                }
                _ => false,
            };
            if !groups {
                continue;
            }
            let mut next = self.skip(at + 1);
            if self.is(next, Operator::Distinct) || self.is(next, Operator::Of) {
                next = self.skip(next + 1);
            }
            if !self.is_mention(next)
                || self.is(at, Operator::By)
                    && self.number_column(next)
                    && !matches!(
                        self.items[next].mention[0].element,
                        crate::link::Element::Table(_)
                    )
                    && self.items[..at]
                        .iter()
                        .any(|item| matches!(item.operator, Some(Operator::Extreme(_))))
            {
                continue;
            }
            self.used[at] = true;
            let begins = at == 0 || self.items[at - 1].comma || self.items[at - 1].stop;
            loop {
                // "each product's name" and "each type of product": the second of the two is the key.
                let mut slot = self.slot(next, Use::Group);
                let mut after = next + 1;
                if self.is_mention(after)
                    && self.items[next].table().is_some()
                    && self.items[after].has_column()
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
                // "for each city and state, ..."; "by each X and Y".
                let joined = self.is(after, Operator::And)
                    || (self.items.get(after).is_some_and(|item| item.comma) && !begins);
                let more = self.skip(after + 1);
                if joined
                    && self.is_mention(more)
                    && !self.is(more + 1, Operator::Of)
                    && (begins
                        || more + 1 >= self.end()
                        || self.items[more + 1].stop
                        || self.items[more + 1].comma)
                {
                    next = more;
                } else {
                    break;
                }
            }
        }
    }
}

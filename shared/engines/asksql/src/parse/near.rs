//! Which of the names near a comparison it is about.

use super::{Reader, Zone};
use crate::form::Aggregate;
use crate::link::Element;
use crate::words::adjectives;
use crate::words::operators::Operator;

impl Reader<'_> {
    /// "has", "that have".
    pub(super) fn has(&self, at: usize) -> bool {
        self.is(at, Operator::Have)
            || self.is(at, Operator::Relative)
                && (self.lower(at).ends_with("have")
                    || self.lower(at).ends_with("has")
                    || self.lower(at).ends_with("had"))
    }

    /// "average", "total" before a mention in a condition.
    pub(super) fn aggregate_before(&mut self, near: usize) -> Option<Aggregate> {
        let before = self.back(near);
        let before = if self.is(before, Operator::Of) {
            self.back(before)
        } else {
            before
        };
        match self.op(before) {
            Some(Operator::Aggregate(aggregate))
                if !self.used[before] && !self.is_mention(before) =>
            {
                self.used[before] = true;
                Some(aggregate)
            }
            _ => None,
        }
    }

    pub(super) fn counted_before(&self, near: usize) -> bool {
        let before = self.back(near);
        matches!(self.op(before), Some(Operator::NumberOf)) && !self.is_measure_name(near)
    }

    /// The mention that a comparison from `at` to `last` is about.
    pub(super) fn attribute_near(&self, at: usize, last: usize) -> Option<usize> {
        // "ids between 10 and 20 ...", "enrollment over 100 ...": right before it.
        let direct = self.back(at);
        // ... but "majors that less than three students take" compares no major.
        let counted = self.zones[at.min(direct)] == Zone::Show
            && self
                .items
                .get(last + 1)
                .is_some_and(|item| item.table().is_some());
        if direct < self.end()
            && !counted
            && self.is_mention(direct)
            && self.is_measure_name(direct)
            && self.items[direct].mention[0].reason == crate::link::Reason::Name
            && !self.is(direct, Operator::Be)
        {
            return Some(direct);
        }
        let mut after = self.skip(last + 1);
        if is_unit(&self.lower(after)) && !self.is_mention(after) {
            after = self.skip(after + 1);
        }
        if matches!(
            self.op(after),
            Some(Operator::Distinct | Operator::Aggregate(_))
        ) && !self.is_mention(after)
        {
            after = self.skip(after + 1);
        }
        // "20 points", "3 in total points", "2 of the courses".
        if self.is(after, Operator::Of)
            || self.is(after, Operator::Preposition)
                && matches!(self.lower(after).as_str(), "in" | "for")
                && !self.items[self.skip(after + 1).min(self.end() - 1)].is_value()
        {
            let next = self.skip(after + 1);
            if self.is_mention(next) && (self.is(after, Operator::Of) || self.is_measure(next)) {
                return Some(next);
            }
        }
        if self.is_mention(after) && !self.is(after, Operator::Be) {
            return Some(after);
        }
        // "whose price is above", "capacity of at least", "with credits over".
        let mut before = self.back(at);
        let mut steps = 0;
        while before < self.end()
            && steps < 3
            && matches!(
                self.op(before),
                Some(
                    Operator::Be
                        | Operator::Of
                        | Operator::Preposition
                        | Operator::Have
                        | Operator::Relative
                        | Operator::Not
                )
            )
        {
            if self.is(before, Operator::Preposition)
                && !matches!(self.lower(before).as_str(), "at" | "from" | "in")
            {
                break;
            }
            let place =
                self.is(before, Operator::Relative) && self.lower(before).ends_with(" which");
            if self.has(before) || place {
                // "who have more than 3", "in which more than 3 opened": nothing stands before it.
                return None;
            }
            before = self.back(before);
            steps += 1;
        }
        if before < self.end()
            && self.is_mention(before)
            && (self.is_measure(before) || self.counted_before(before))
        {
            return Some(before);
        }
        // The key of a group or what is shown may be compared too: "ages greater than 20".
        None
    }

    /// Names a column with numbers, days or years.
    pub(super) fn is_measure(&self, at: usize) -> bool {
        self.items[at]
            .mention
            .iter()
            .take(3)
            .any(|candidate| match candidate.element {
                Element::Column(column) => {
                    let column = &self.database.schema.columns[column];
                    let named = self.items[at]
                        .mention
                        .first()
                        .is_some_and(|best| best.element == candidate.element);
                    column.is_measured() || named && column.has_order()
                }
                Element::Table(_) => false,
            })
    }

    pub(super) fn is_measure_name(&self, at: usize) -> bool {
        self.items[at]
            .mention
            .first()
            .is_some_and(|best| matches!(best.element, Element::Column(_)))
            && self.is_measure(at)
    }

    /// An entity rather than a measure stands behind the number.
    pub(super) fn counts_rows(&self, at: usize) -> bool {
        let Some(best) = self.items[at].mention.first() else {
            return false;
        };
        match best.element {
            Element::Table(_) => true,
            Element::Column(column) => {
                let column = &self.database.schema.columns[column];
                !column.is_number() && !column.kind.is_time()
                    || column.refers.is_some()
                    || column.role == crate::schema::Role::Id
            }
        }
    }
}

pub(super) fn is_unit(word: &str) -> bool {
    adjectives::counted_in(word).is_some()
}

pub(super) fn is_year(number: f64) -> bool {
    number.fract() == 0.0 && (1500.0..=2100.0).contains(&number)
}

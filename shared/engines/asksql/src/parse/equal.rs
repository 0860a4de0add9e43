//! Bare numbers, times and empty values: "in 2008", "id 5", "last month", "is missing".

use super::compare::is_year;
use super::{Choice, Left, Reader, Right, Use, Zone};
use crate::form::{Comparison, Literal};
use crate::link::{Candidate, Element, Reason};
use crate::words::operators::Operator;

impl Reader<'_> {
    pub(super) fn interval_condition(&mut self, at: usize) {
        let Some(interval) = self.items[at].interval else {
            return;
        };
        self.used[at] = true;
        if let Some(slot) = self.time_slot(at, at) {
            self.push_value(Left::Column(slot), Right::Interval(interval), at);
        }
    }

    /// "in 2008", "year 2008", "id 5", "with 4 cylinders".
    pub(super) fn number_equal(&mut self, at: usize) -> bool {
        let Some(number) = self.items[at].number else {
            return false;
        };
        let digits = self.items[at]
            .text
            .bytes()
            .any(|byte| byte.is_ascii_digit());
        let right = || Right::Compare(Comparison::Equal, Literal::Number(number));
        let mut before = self.back(at);
        let direct = before;
        let mut steps = 0;
        while before < self.end()
            && steps < 3
            && matches!(
                self.op(before),
                Some(
                    Operator::Be
                        | Operator::Of
                        | Operator::Compare(Comparison::Equal)
                        | Operator::Not
                        | Operator::Either
                        | Operator::Both
                )
            )
            && !self.is_mention(before)
        {
            before = self.back(before);
            steps += 1;
        }
        // "36 or 37": the second number is compared with the same column.
        if digits
            && (matches!(self.op(direct), Some(Operator::Or | Operator::And))
                || self.items.get(direct).is_some_and(|item| item.comma))
            && let Some(last) = self.sketch.conditions.last()
            && matches!(
                last.right,
                Right::Compare(Comparison::Equal, Literal::Number(_))
            )
            && last.item + 1 == direct
        {
            let left = last.left;
            let or = self.choose(Choice::Or, true);
            self.used[at] = true;
            self.used[direct] = true;
            self.push_value(left, right(), at);
            if let Some(last) = self.sketch.conditions.last_mut() {
                last.or = or;
            }
            return true;
        }
        let after_word = self.lower(at + 1);
        let united = crate::words::lemma(&after_word);
        if digits
            && self
                .items
                .get(at + 1)
                .is_some_and(|next| next.mention.is_empty() || super::compare::is_unit(&after_word))
        {
            let columns = crate::words::adjectives::UNITS
                .iter()
                .find(|(name, _)| {
                    *name == united || after_word.starts_with("years old") && *name == "year"
                })
                .map(|(_, columns)| *columns);
            if let Some(columns) = columns
                && let Some(slot) = self.words_slot(columns, at + 1, Use::Compare, true)
            {
                self.used[at] = true;
                self.used[at + 1] = true;
                self.push_value(Left::Column(slot), right(), at);
                return true;
            }
        }
        if before < self.end()
            && steps == 0
            && digits
            && self.is_mention(before)
            && self.items[before]
                .mention
                .first()
                .is_some_and(|best| matches!(best.element, Element::Table(_)))
            && let Some(key) = self.items[before]
                .table()
                .and_then(|table| self.database.schema.single_key(table))
            && self.database.schema.columns[key].is_number()
        {
            // "customer 10"
            self.used[at] = true;
            let slot = self.add_slot(
                vec![Candidate::new(Element::Column(key), 0.85, Reason::Default)],
                at,
                Use::Compare,
            );
            self.push_value(Left::Column(slot), right(), at);
            return true;
        }
        if before < self.end()
            && (self.is_mention(before) || self.slot_of_item(before).is_some())
            && self.items[before].has_column()
            && (steps > 0 || digits)
        {
            let slot = self.slot(before, Use::Compare);
            self.used[at] = true;
            if steps > 0 && self.is(direct, Operator::Compare(Comparison::Equal)) {
                self.used[direct] = true;
            }
            self.push_value(Left::Column(slot), right(), at);
            return true;
        }
        if is_year(number)
            && digits
            && (before >= self.end()
                || matches!(
                    self.op(before),
                    Some(
                        Operator::Preposition
                            | Operator::By
                            | Operator::Or
                            | Operator::And
                            | Operator::Each
                    )
                )
                || self.lower(before) == "year"
                || self.items[before].operator.is_none())
            && let Some(slot) = self.time_slot(at, at)
        {
            self.used[at] = true;
            self.push_value(Left::Column(slot), right(), at);
            return true;
        }
        if matches!(self.lower(at + 1).as_str(), "time" | "times") && !self.is_mention(at + 1) {
            self.used[at] = true;
            self.used[at + 1] = true;
            self.push_value(Left::Rows(None), right(), at);
            return true;
        }
        let after = self.skip(at + 1);
        if self.is_mention(after)
            && !matches!(self.lower(at).as_str(), "one" | "zero")
            && after == at + 1
        {
            let table = self.items[after]
                .mention
                .first()
                .is_some_and(|best| matches!(best.element, Element::Table(_)));
            if self.zones[at] == Zone::Where || !table {
                let counts = self.choose(Choice::CountCompared, table);
                let slot = self.slot(after, if counts { Use::Count } else { Use::Compare });
                self.used[at] = true;
                let left = if counts {
                    Left::Rows(Some(slot))
                } else {
                    Left::Column(slot)
                };
                self.push_value(left, right(), at);
                return true;
            }
            return false;
        }
        if !digits || self.items[at].values.is_empty() {
            return false;
        }
        let candidates = self.items[at].values.clone();
        self.used[at] = true;
        let text = self.items[at].text.clone();
        let slot = self.add_slot(candidates, at, Use::Value);
        self.push_value(Left::Column(slot), Right::Value(text), at);
        true
    }

    pub(super) fn missing(&mut self, at: usize) {
        let mut near = self.back(at);
        let mut steps = 0;
        while near < self.end() && steps < 3 && !self.is_mention(near) {
            near = self.back(near);
            steps += 1;
        }
        let place = if near < self.end() && self.is_mention(near) {
            near
        } else {
            self.skip(at + 1)
        };
        if place < self.end() && self.is_mention(place) && self.items[place].has_column() {
            self.used[at] = true;
            let slot = self.slot(place, Use::Compare);
            self.push_value(Left::Column(slot), Right::Missing, at);
        }
    }
}

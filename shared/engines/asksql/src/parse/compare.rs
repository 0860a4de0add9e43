//! "more than 3 pets", "older than 20", "between 10 and 15", "above the average", "before 2010".

use super::{Choice, Condition, Left, Reader, Right, Use};
use crate::form::{Aggregate, Comparison, Literal};
use crate::link::Element;
use crate::words::adjectives;
use crate::words::operators::Operator;

impl Reader<'_> {
    pub(super) fn comparisons(&mut self) {
        for at in 0..self.end() {
            if self.used[at] {
                continue;
            }
            if self.is(at, Operator::Between) {
                self.between(at);
            } else if self.items[at].comparative && self.is(at + 1, Operator::Than) {
                self.comparative(at, at + 1);
            } else if self.items[at].comparative
                && !matches!(self.op(at), Some(Operator::Compare(_)))
            {
                // "older than" may have words between.
                if let Some(than) =
                    (at + 1..self.end().min(at + 4)).find(|than| self.is(*than, Operator::Than))
                {
                    self.comparative(at, than);
                }
            } else if let Some(Operator::Compare(comparison)) = self.op(at) {
                self.compared(at, comparison);
            } else if matches!(
                self.lower(at).as_str(),
                "before" | "after" | "since" | "until" | "prior" | "earlier" | "later"
            ) {
                self.time_compared(at);
            } else if self.is(at, Operator::Preposition) && self.lower(at) == "from" {
                self.range_from(at);
            } else if let Some(number) = self.items[at].number {
                self.or_more(at, number);
            }
        }
    }

    pub(super) fn push(&mut self, left: Left, right: Right, item: usize) {
        self.sketch.conditions.push(Condition {
            left,
            right,
            negated: false,
            other: false,
            or: false,
            both: false,
            inner: false,
            item,
        });
    }

    /// The number at or after `at`, over articles and units of money.
    pub(super) fn number_after(&self, at: usize) -> Option<(usize, f64)> {
        let at = self.skip(at);
        let number = self.items.get(at)?.number?;
        // "two hundred" and "5 million" are one number.
        if let Some(next) = self.items.get(at + 1)
            && let Some(factor) = next.number
            && factor >= 100.0
            && matches!(
                next.text.to_lowercase().as_str(),
                "hundred" | "thousand" | "million"
            )
        {
            return Some((at + 1, number * factor));
        }
        Some((at, number))
    }

    pub(super) fn compared(&mut self, at: usize, comparison: Comparison) {
        let mut comparison = comparison;
        let mut next = at + 1;
        if self.is(next, Operator::Than) {
            next += 1;
        }
        // "greater than or equal to"
        if self.is(next, Operator::Or)
            && matches!(
                self.op(next + 1),
                Some(Operator::Compare(Comparison::Equal))
            )
        {
            comparison = match comparison {
                Comparison::Greater => Comparison::AtLeast,
                Comparison::Less => Comparison::AtMost,
                other => other,
            };
            next += 2;
        }
        if let Some((last, number)) = self.number_after(next) {
            for used in at..=last {
                self.used[used] = true;
            }
            self.number_condition(at, last, comparison, number);
            return;
        }
        let next = self.skip(next);
        if let Some(interval) = self.items.get(next).and_then(|item| item.interval) {
            self.used[at] = true;
            self.used[next] = true;
            if let Some(slot) = self.time_slot(at, next) {
                self.push(Left::Column(slot), Right::Beside(comparison, interval), at);
            }
            return;
        }
        if !matches!(comparison, Comparison::Equal | Comparison::Unequal) {
            self.against_aggregate(at, next, comparison);
        } else if comparison == Comparison::Unequal
            && let Some(item) = self.items.get(next)
            && item.is_value()
        {
            // The value pass makes the condition, the negation stands here.
            self.used[at] = false;
        }
    }

    /// The column that a number is compared with: behind the number, before the comparison, by its unit.
    pub(super) fn number_condition(
        &mut self,
        at: usize,
        last: usize,
        comparison: Comparison,
        number: f64,
    ) {
        let right = Right::Compare(comparison, Literal::Number(number));
        let word = self.lower(at);
        let near = self.attribute_near(at, last);
        // "higher than 1000 or lower than 500": the same thing is compared again.
        let mut before = self.back(at);
        while before < self.end() && self.is(before, Operator::Be) {
            before = self.back(before);
        }
        if near.is_none()
            && matches!(self.op(before), Some(Operator::Or | Operator::And))
            && let Some(last_condition) = self.sketch.conditions.last()
            && matches!(last_condition.right, Right::Compare(..))
            && last_condition.item < at
            && !is_unit(&self.lower(last + 1))
        {
            let left = last_condition.left;
            self.push(left, right, at);
            return;
        }
        let strong = near.is_some_and(|near| {
            near > last
                || self.items[near].mention.first().is_some_and(|best| {
                    best.score > 0.9 && matches!(best.element, Element::Column(_))
                })
        });
        let mut united = crate::words::lemma(&self.lower(last + 1));
        if united.starts_with("years old") {
            united = "year".to_owned();
        }
        let dollars = self.items[last].text.starts_with('$');
        if dollars {
            united = "dollar".to_owned();
        }
        if !strong
            && let Some((_, columns)) = adjectives::UNITS.iter().find(|(name, _)| *name == united)
            && let Some(slot) = self.words_slot(columns, last + 1, Use::Compare, true)
        {
            if !dollars {
                self.used[last + 1] = true;
            }
            self.push(Left::Column(slot), right, at);
            return;
        }
        if let Some(near) = near {
            // "more than 3 pets": rows are counted; "more than 100 points": a column is compared.
            let counts =
                near > last && self.counts_rows(near) || near < at && self.counted_before(near);
            if near < at && self.counted_before(near) {
                // "the number of employees is greater than 5"
                let number_of = self.back(near);
                self.used[number_of] = true;
            }
            let counts = if near > last || counts {
                self.choose(Choice::CountCompared, counts)
            } else {
                counts
            };
            if let Some(aggregate) = self.aggregate_before(near)
                && !counts
            {
                let slot = self.measure_of(near);
                self.push(Left::Aggregate(aggregate, slot), right, at);
                return;
            }
            let slot = if counts {
                self.slot(near, Use::Count)
            } else {
                self.measure_of(near)
            };
            let left = if counts {
                Left::Rows(Some(slot))
            } else {
                Left::Column(slot)
            };
            if near < at && self.is(self.back(near), Operator::Relative) {
                // "whose age is over 20"
            }
            self.push(left, right, at);
            return;
        }
        let unit = self.lower(last + 1);
        let unit_lemma = crate::words::lemma(&unit);
        if let Some((_, columns)) = adjectives::UNITS
            .iter()
            .find(|(name, _)| *name == unit_lemma)
        {
            self.used[last + 1] = true;
            if let Some(slot) = self.words_slot(columns, last + 1, Use::Compare, true) {
                self.push(Left::Column(slot), right, at);
                return;
            }
        }
        if matches!(unit.as_str(), "time" | "times")
            || matches!(self.lower(last).as_str(), "once" | "twice")
        {
            if last + 1 < self.end() && unit.starts_with("time") {
                self.used[last + 1] = true;
            }
            self.push(Left::Rows(None), right, at);
            return;
        }
        if matches!(word.as_str(), "over" | "under" | "above" | "below")
            && self.is(self.back(at), Operator::Be)
            && (1.0..=130.0).contains(&number)
            && let Some(slot) = self.words_slot(&["age"], at, Use::Compare, true)
        {
            self.push(Left::Column(slot), right, at);
            return;
        }
        if self.has(self.back(at))
            || matches!(unit.as_str(), "record" | "records" | "entries" | "rows")
        {
            self.push(Left::Rows(None), right, at);
            return;
        }
        // A measure word before it: "cost more than 500", "scored over 10".
        for before in (at.saturating_sub(3)..at).rev() {
            let text = self.lower(before);
            if adjectives::measures(&text).next().is_some()
                && let Some(slot) = self.measure_slot(&text, before, Use::Compare)
            {
                self.push(Left::Column(slot), right, at);
                return;
            }
        }
        if is_year(number)
            && !matches!(word.as_str(), "more than" | "at least")
            && let Some(slot) = self.time_slot(at, last)
        {
            self.push(Left::Column(slot), right, at);
            return;
        }
        // A free mention anywhere before, or rows of what is asked.
        if let Some(near) = (0..at)
            .rev()
            .find(|near| self.is_mention(*near) && self.is_measure(*near))
        {
            let aggregate = self.aggregate_before(near);
            let slot = self.measure_of(near);
            let left = aggregate.map_or(Left::Column(slot), |aggregate| {
                Left::Aggregate(aggregate, slot)
            });
            self.push(left, right, at);
            return;
        }
        self.push(Left::Rows(None), right, at);
    }

    /// "has", "that have".
    fn has(&self, at: usize) -> bool {
        self.is(at, Operator::Have)
            || self.is(at, Operator::Relative)
                && (self.lower(at).ends_with("have")
                    || self.lower(at).ends_with("has")
                    || self.lower(at).ends_with("had"))
    }

    /// "average", "total" before a mention in a condition.
    fn aggregate_before(&mut self, near: usize) -> Option<Aggregate> {
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
        if direct < self.end()
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
            if self.has(before) {
                // "who have more than 3": nothing stands before it.
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
                    (column.is_number()
                        || column.kind.is_time()
                        || matches!(
                            column.role,
                            crate::schema::Role::Date | crate::schema::Role::Year
                        ))
                        && (named
                            || column.role != crate::schema::Role::Id && column.refers.is_none())
                }
                Element::Table(_) => false,
            })
    }

    fn is_measure_name(&self, at: usize) -> bool {
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
    let lemma = crate::words::lemma(word);
    adjectives::UNITS.iter().any(|(name, _)| *name == lemma)
}

pub(super) fn is_year(number: f64) -> bool {
    number.fract() == 0.0 && (1500.0..=2100.0).contains(&number)
}

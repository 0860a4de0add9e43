//! Ranges and times: "between 10 and 15", "from 2001 to 2005", "before March 2024".

use super::near::is_year;
use super::{Left, Reader, Right, Use};
use crate::form::{Comparison, Literal};
use crate::link::Element;
use crate::schema::Column;
use crate::words::adjectives;
use crate::words::operators::Operator;

/// Words of times at which something is over or changed again.
const LATE: &[&str] = &[
    "end",
    "ended",
    "close",
    "closed",
    "cancel",
    "cancelled",
    "canceled",
    "deleted",
    "updated",
    "modified",
    "due",
    "expiry",
    "expired",
    "expires",
    "return",
    "returned",
    "resolve",
    "resolved",
    "deliver",
    "delivered",
    "complete",
    "completed",
    "finish",
    "finished",
    "last",
];
/// Words of times that are nobody's doing.
const BIRTH: &[&str] = &["birth", "birthday", "birthdate", "born", "dob", "bdate"];

/// How much less likely the column is the time that is meant where none is named: what happened is told by when
/// it began.
pub(super) fn unlikely(column: &Column) -> f64 {
    let has = |words: &[&str]| {
        column
            .words
            .iter()
            .any(|word| words.contains(&word.as_str()))
    };
    if has(BIRTH) {
        0.2
    } else if has(LATE) {
        0.04
    } else {
        0.0
    }
}

impl Reader<'_> {
    /// "age 20 to 25", "50 to 100 students"
    pub(super) fn is_bare_range(&self, at: usize) -> bool {
        let number = |at: usize| self.items.get(at).is_some_and(|item| item.number.is_some());
        let near = |at: usize| at < self.end() && self.is_mention(at);
        number(at)
            && self.lower(at + 1) == "to"
            && number(at + 2)
            && (near(self.back(at)) || near(at + 3))
    }

    /// The range that begins with the number at `begin`, said from `at` on.
    pub(super) fn between(&mut self, at: usize, begin: usize) {
        let Some((first_at, first)) = self.number_after(begin) else {
            let next = self.skip(begin);
            if let (Some(first), true) = (
                self.items.get(next).and_then(|item| item.interval),
                self.is(next + 1, Operator::And),
            ) && let Some(second) = self.items.get(next + 2).and_then(|item| item.interval)
            {
                for used in at..=next + 2 {
                    self.used[used] = true;
                }
                if let Some(slot) = self.time_slot(at, next + 2) {
                    let right = Right::Interval(crate::time::Interval {
                        start: first.start,
                        end: second.end,
                    });
                    self.push(Left::Column(slot), right, at);
                }
            } else if self.is(next + 1, Operator::And) {
                self.between_moments(at, next);
            }
            return;
        };
        let joint = first_at + 1;
        if !(self.is(joint, Operator::And)
            || matches!(self.lower(joint).as_str(), "to" | "-" | "till" | "until"))
        {
            return;
        }
        let Some((last, second)) = self.number_after(joint + 1) else {
            return;
        };
        for used in at..=last {
            self.used[used] = true;
        }
        let right = Right::Between(first.min(second), first.max(second));
        let left = if let Some(near) = self.attribute_near(at, last) {
            let counts =
                near > last && self.counts_rows(near) || near < at && self.counted_before(near);
            let slot = if counts {
                self.slot(near, Use::Count)
            } else {
                self.measure_of(near)
            };
            if counts {
                Left::Rows(Some(slot))
            } else {
                Left::Column(slot)
            }
        } else if is_year(first)
            && is_year(second)
            && let Some(slot) = self.time_slot(at, last)
        {
            Left::Column(slot)
        } else {
            let by_unit = adjectives::counted_in(&self.lower(last + 1))
                .and_then(|columns| self.words_slot(columns, last + 1, Use::Compare, true));
            if by_unit.is_some() {
                self.used[last + 1] = true;
            }
            match by_unit {
                Some(slot) => Left::Column(slot),
                None => match (0..at)
                    .rev()
                    .find(|near| self.is_mention(*near) && self.is_measure(*near))
                {
                    Some(near) => Left::Column(self.measure_of(near)),
                    None => Left::Rows(None),
                },
            }
        };
        self.push(left, right, at);
    }

    pub(super) fn range_from(&mut self, at: usize) {
        if let Some((first_at, first)) = self.number_after(at + 1)
            && self.lower(first_at + 1) == "to"
            && let Some((last, second)) = self.number_after(first_at + 2)
        {
            for used in at..=last {
                self.used[used] = true;
            }
            let near = self.attribute_near(at, last);
            let slot = match near {
                Some(near) => Some(self.measure_of(near)),
                None => self.time_slot(at, last),
            };
            if let Some(slot) = slot {
                self.push(
                    Left::Column(slot),
                    Right::Between(first.min(second), first.max(second)),
                    at,
                );
            }
        }
    }

    /// The column of time that a condition between the places is about.
    pub(super) fn time_slot(&mut self, at: usize, last: usize) -> Option<usize> {
        // A mention just before or after: "birth date before 1990", "after 2010 by release year".
        let before = self.back(at);
        let mut near = before;
        while near < self.end()
            && matches!(self.op(near), Some(Operator::Be | Operator::Preposition))
        {
            near = self.back(near);
        }
        let after = self.skip(last + 1);
        for place in [near, after] {
            if place < self.end() && self.is_mention(place) && self.is_time(place) {
                return Some(self.time_mention(place));
            }
        }
        // A word of the sentence that is close to a column of time: "opened", "founded", "released".
        for place in (at.saturating_sub(4)..at).rev() {
            if !self.used[place] && self.is_time(place) && !self.speaks(place) {
                return Some(self.time_mention(place));
            }
        }
        // "after 1961 or before 1959": the same column as just before.
        if let Some(last) = self.sketch.conditions.last()
            && let Left::Column(slot) = last.left
            && matches!(self.op(self.back(at)), Some(Operator::Or | Operator::And))
            && self.sketch.slots[slot].candidates.iter().any(|candidate| matches!(candidate.element, Element::Column(column) if self.time_column(column)))
        {
            return Some(slot);
        }
        let mut candidates = Vec::new();
        for (id, column) in self.database.schema.columns.iter().enumerate() {
            let score = match column.role {
                crate::schema::Role::Year => 0.72,
                crate::schema::Role::Date => 0.7,
                _ if column.kind.is_time() => 0.66,
                _ => continue,
            };
            let score = score - unlikely(column);
            candidates.push(crate::link::Candidate::new(
                Element::Column(id),
                score - 0.02 * (column.core.len() as f64 - 1.0),
                crate::link::Reason::Default,
            ));
        }
        if candidates.is_empty() {
            return None;
        }
        // "who purchased items last month": the time of what was named last.
        let schema = &self.database.schema;
        let timed = |table: usize| {
            schema.tables[table].columns.iter().any(|column| {
                candidates
                    .iter()
                    .any(|candidate| candidate.element == Element::Column(*column))
            })
        };
        // "spent the most in 2023": the time of what is summed up.
        let summed = self
            .sketch
            .extremes
            .iter()
            .find_map(|extreme| match extreme.left {
                Left::Aggregate(_, slot) => self.sketch.slots[slot].candidates.first(),
                _ => None,
            });
        let summed = summed
            .or_else(|| self.compared_sum())
            .map(|best| crate::resolve::table_of(schema, best.element))
            .or_else(|| self.spent_from().into_iter().find(|table| timed(*table)));
        // A key of groups ("per country last month") says nothing of it.
        let groups = |place: usize| {
            place > 0
                && matches!(
                    self.op(self.back(place)),
                    Some(Operator::Each | Operator::Per | Operator::By)
                )
        };
        let nearest = (0..at)
            .rev()
            .filter(|place| !groups(*place))
            .find_map(|place| {
                self.items[place]
                    .mention
                    .iter()
                    .take(4)
                    .find_map(|candidate| match candidate.element {
                        Element::Table(table) if candidate.score > 0.5 && timed(table) => {
                            Some(table)
                        }
                        Element::Column(column)
                            if candidate.score > 0.95 && timed(schema.table_of(column)) =>
                        {
                            Some(schema.table_of(column))
                        }
                        // The time of an item is that of its order.
                        Element::Table(table) if candidate.score > 0.5 => {
                            let columns = schema.tables[table].columns.iter();
                            let parents =
                                columns.filter_map(|column| schema.columns[*column].refers);
                            parents
                                .map(|key| schema.table_of(key))
                                .find(|parent| timed(*parent))
                        }
                        _ => None,
                    })
            });
        if let Some(table) = summed.filter(|table| timed(*table)).or(nearest) {
            for candidate in &mut candidates {
                if matches!(candidate.element, Element::Column(column) if schema.table_of(column) == table)
                {
                    candidate.score += 0.12;
                }
            }
        }
        Some(self.add_slot(candidates, at, Use::Compare))
    }

    /// The columns of time among what a span means.
    pub(super) fn time_mention(&mut self, at: usize) -> usize {
        let mut candidates = self.items[at].mention.clone();
        candidates.retain(|candidate| matches!(candidate.element, Element::Column(column) if self.time_column(column)));
        if self.zones[at] == super::Zone::Where
            || crate::parse::zones::is_verb(&self.items[at].text)
        {
            self.used[at] = true;
        }
        self.add_slot(candidates, at, Use::Compare)
    }

    pub(super) fn time_column(&self, column: usize) -> bool {
        self.database.schema.columns[column].holds_time()
    }

    pub(super) fn is_time(&self, at: usize) -> bool {
        self.items[at]
            .mention
            .iter()
            .take(4)
            .any(|candidate| match candidate.element {
                Element::Column(column) => self.time_column(column),
                Element::Table(_) => false,
            })
    }

    pub(super) fn time_compared(&mut self, at: usize) {
        let comparison = match self.lower(at).as_str() {
            "before" | "prior" | "earlier" => Comparison::Less,
            "since" => Comparison::AtLeast,
            "until" => Comparison::AtMost,
            _ => Comparison::Greater,
        };
        // "in or after 2005" takes the year itself too.
        let included = at >= 2
            && self.is(at - 1, Operator::Or)
            && matches!(self.lower(at - 2).as_str(), "in" | "on" | "during" | "by");
        let comparison = match comparison {
            Comparison::Greater if included => Comparison::AtLeast,
            Comparison::Less if included => Comparison::AtMost,
            other => other,
        };
        if included {
            self.used[at - 1] = true;
        }
        let mut next = at + 1;
        while next < self.end()
            && (matches!(
                self.op(next),
                Some(Operator::Than | Operator::Article | Operator::Preposition | Operator::Of)
            ) || matches!(self.lower(next).as_str(), "year" | "to"))
        {
            next += 1;
        }
        // "after season 2007"
        let named = (self.is_mention(next)
            && self.is_time(next)
            && self
                .items
                .get(next + 1)
                .is_some_and(|item| item.number.is_some()))
        .then_some(next);
        if named.is_some() {
            next += 1;
        }
        let Some(item) = self.items.get(next) else {
            return;
        };
        if self.dated_moment(next).is_some() {
            self.moment_compared(at, next, comparison);
        } else if let Some(interval) = item.interval {
            for used in at..=next {
                self.used[used] = true;
            }
            if let Some(slot) = self.time_slot(at, next) {
                self.push(Left::Column(slot), Right::Beside(comparison, interval), at);
            }
        } else if let Some(number) = item.number {
            let named = named.map(|place| self.measure_of(place));
            for used in at..=next {
                self.used[used] = true;
            }
            if let Some(slot) = named.or_else(|| self.time_slot(at, next)) {
                self.push(
                    Left::Column(slot),
                    Right::Compare(comparison, Literal::Number(number)),
                    at,
                );
            }
        } else {
            self.moment_compared(at, next, comparison);
        }
    }
}

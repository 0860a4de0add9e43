//! "more than 3 pets", "older than 20", "between 10 and 15", "above the average", "before 2010".

use super::number::Compared;
use super::{Condition, Left, Reader, Right, Zone};
use crate::form::{Comparison, Literal};
use crate::words::operators::Operator;

impl Reader<'_> {
    pub(super) fn comparisons(&mut self) {
        for at in 0..self.end() {
            if self.used[at] {
                continue;
            }
            if self.is(at, Operator::Between) {
                self.between(at, at + 1);
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
            } else if self.says_many(at) {
                self.used[at] = true;
                self.number_condition(&Compared {
                    at,
                    last: at,
                    comparison: Comparison::Greater,
                    number: 1.0,
                });
            } else if self.is(at, Operator::Preposition) && self.lower(at) == "from" {
                self.range_from(at);
            } else if let Some(number) = self.items[at].number {
                if self.is_bare_range(at) {
                    self.between(at, at);
                } else {
                    self.or_more(at, number);
                }
            }
        }
    }

    /// "customers with multiple orders"
    fn says_many(&self, at: usize) -> bool {
        matches!(self.lower(at).as_str(), "multiple" | "several")
            && self.zones[at] == Zone::Where
            && self.is_mention(at + 1)
            && self.items[at + 1].is_entity()
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
            total: false,
            share: false,
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
            self.number_condition(&Compared {
                at,
                last,
                comparison,
                number,
            });
            return;
        }
        let next = self.skip(next);
        // "at least a salary of 100000"
        if self.is_mention(next)
            && self.is_measure_name(next)
            && self.is(next + 1, Operator::Of)
            && let Some((last, number)) = self.number_after(next + 2)
        {
            for used in at..=last {
                self.used[used] = true;
            }
            let slot = self.measure_of(next);
            let right = Right::Compare(comparison, Literal::Number(number));
            self.push(Left::Column(slot), right, at);
            return;
        }
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
}

//! "not", "without", "except": what a negation reaches.

use super::{Choice, Reader, Use};
use crate::link::Element;
use crate::words::operators::Operator;

impl Reader<'_> {
    pub(super) fn negations(&mut self) {
        for at in 0..self.end() {
            if self.used[at]
                || !matches!(
                    self.op(at),
                    Some(
                        Operator::Not
                            | Operator::Without
                            | Operator::Except
                            | Operator::Compare(crate::form::Comparison::Unequal)
                    )
                )
            {
                continue;
            }
            let until = self.reach(at);
            let mut found = false;
            let other = self.is(at, Operator::Compare(crate::form::Comparison::Unequal))
                || (self.is(at, Operator::Except) && !self.lower(at).starts_with("but"))
                || (at > 0 && self.is(at - 1, Operator::Be))
                || (at > 0 && self.lower(at - 1).ends_with("are"))
                || (at > 0 && self.lower(at - 1).ends_with(" is"))
                || matches!(
                    self.lower(at).as_str(),
                    "isn't" | "aren't" | "wasn't" | "weren't"
                );
            for condition in &mut self.sketch.conditions {
                if condition.item > at && condition.item < until && !condition.negated {
                    condition.negated = true;
                    condition.other = other;
                    found = true;
                }
            }
            if found {
                self.used[at] = true;
                // Tables in reach are part of what is not so.
                for place in at + 1..until {
                    if !other && self.is_mention(place) && self.items[place].table().is_some() {
                        self.used[place] = true;
                    }
                }
                continue;
            }
            let table = (at + 1..until)
                .find(|place| self.is_mention(*place) && self.items[*place].table().is_some());
            if let Some(place) = table {
                let best = self.items[place].mention.first().map(|best| best.element);
                if matches!(best, Some(Element::Table(_))) || self.choose(Choice::Absent, true) {
                    self.used[at] = true;
                    let slot = self.slot(place, Use::Absent);
                    self.sketch.absent.push(slot);
                    for other in at + 1..until {
                        if self.is_mention(other) && self.items[other].table().is_some() {
                            self.used[other] = true;
                        }
                    }
                    continue;
                }
            }
            if let Some(place) = (at + 1..until).find(|place| self.is_mention(*place)) {
                // "customers without an email": the column is empty.
                self.used[at] = true;
                let slot = self.slot(place, Use::Compare);
                self.sketch.conditions.push(super::Condition {
                    left: super::Left::Column(slot),
                    right: super::Right::Missing,
                    negated: false,
                    other: false,
                    or: false,
                    both: false,
                    inner: false,
                    item: place,
                });
            } else if until < self.end() || at + 1 < self.end() {
                // "have never been ordered": a verb names the table.
                let place = (at + 1..until)
                    .find(|place| !self.used[*place] && self.items[*place].operator.is_none());
                if let Some(place) = place {
                    let _ = place;
                }
            }
        }
    }

    /// Where the clause of a negation ends.
    fn reach(&self, at: usize) -> usize {
        for place in at + 1..self.end() {
            if self.items[place].stop {
                return place;
            }
            if self.items[place].comma
                && !self
                    .items
                    .get(place + 1)
                    .is_some_and(crate::items::Item::is_value)
            {
                return place;
            }
            let joint = matches!(self.op(place), Some(Operator::And))
                && matches!(
                    self.op(place + 1),
                    Some(
                        Operator::Have
                            | Operator::Relative
                            | Operator::Be
                            | Operator::Command
                            | Operator::Do
                            | Operator::Not
                    )
                );
            if joint || self.is(place, Operator::Except) {
                return place;
            }
        }
        self.end()
    }
}

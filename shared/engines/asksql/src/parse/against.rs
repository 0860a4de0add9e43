//! Comparisons with more than a number: "older than 20", "above the average", "3 or more".

use super::near::is_unit;
use super::number::Compared;
use super::{Left, Reader, Right, Use};
use crate::form::{Aggregate, Comparison, Literal};
use crate::words::adjectives;
use crate::words::operators::Operator;

impl Reader<'_> {
    /// "3 or more", "10 or less".
    pub(super) fn or_more(&mut self, at: usize, number: f64) {
        if !self.is(at + 1, Operator::Or) {
            return;
        }
        let comparison = match self.lower(at + 2).as_str() {
            "more" | "above" | "higher" | "greater" | "over" | "later" | "older" | "larger"
            | "after" | "newer" | "longer" => Comparison::AtLeast,
            "less" | "fewer" | "below" | "lower" | "under" | "earlier" | "younger" | "before"
            | "shorter" => Comparison::AtMost,
            _ => return,
        };
        self.used[at] = true;
        self.used[at + 1] = true;
        self.used[at + 2] = true;
        self.number_condition(&Compared {
            at,
            last: at + 2,
            comparison,
            number,
        });
    }

    pub(super) fn comparative(&mut self, at: usize, than: usize) {
        let word = self.lower(at);
        let Some(up) = adjectives::measures(&word).next().map(|measure| measure.up) else {
            return;
        };
        let comparison = if up {
            Comparison::Greater
        } else {
            Comparison::Less
        };
        if let Some((last, number)) = self.number_after(than + 1) {
            // "higher than 300 in weight"; "longer than 2 hours"
            for used in at..=last {
                self.used[used] = true;
            }
            if matches!(
                word.as_str(),
                "higher"
                    | "lower"
                    | "larger"
                    | "bigger"
                    | "smaller"
                    | "better"
                    | "worse"
                    | "greater"
            ) && self.attribute_near(at, last).is_some()
            {
                self.number_condition(&Compared {
                    at,
                    last,
                    comparison,
                    number,
                });
                return;
            }
            if let Some(slot) = self.measure_slot(&word, at, Use::Compare) {
                self.unit_after(last);
                self.push(
                    Left::Column(slot),
                    Right::Compare(comparison, Literal::Number(number)),
                    at,
                );
            } else {
                self.number_condition(&Compared {
                    at,
                    last,
                    comparison,
                    number,
                });
            }
            return;
        }
        let next = self.skip(than + 1);
        if let Some(interval) = self.items.get(next).and_then(|item| item.interval) {
            self.used[at] = true;
            self.used[next] = true;
            if let Some(slot) = self.time_slot(at, next) {
                self.push(Left::Column(slot), Right::Beside(comparison, interval), at);
            }
            return;
        }
        self.against_aggregate(at, next, comparison);
    }

    /// A unit after a number is used up.
    pub(super) fn unit_after(&mut self, number: usize) {
        let next = number + 1;
        if next < self.end()
            && !self.used[next]
            && (is_unit(&self.lower(next)) || self.lower(next) == "old")
        {
            self.used[next] = true;
        }
    }

    /// "above the average", "more than the average price", "higher than any X", "than X's".
    pub(super) fn against_aggregate(&mut self, at: usize, next: usize, comparison: Comparison) {
        let mut place = next;
        let mut aggregate = None;
        while place < self.end() && place < next + 4 {
            match self.op(place) {
                Some(Operator::Aggregate(found)) => {
                    aggregate = Some(found);
                    self.used[place] = true;
                }
                Some(Operator::Extreme(descending)) => {
                    aggregate = Some(if descending {
                        Aggregate::Maximum
                    } else {
                        Aggregate::Minimum
                    });
                    self.used[place] = true;
                }
                Some(Operator::All | Operator::Each) => {
                    aggregate = Some(
                        if matches!(comparison, Comparison::Greater | Comparison::AtLeast) {
                            Aggregate::Maximum
                        } else {
                            Aggregate::Minimum
                        },
                    );
                }
                Some(Operator::Any) => {
                    aggregate = Some(
                        if matches!(comparison, Comparison::Greater | Comparison::AtLeast) {
                            Aggregate::Minimum
                        } else {
                            Aggregate::Maximum
                        },
                    );
                }
                Some(Operator::Of | Operator::Article | Operator::Their | Operator::Filler) => {}
                _ => break,
            }
            place += 1;
        }
        let place = self.skip(place);
        let Some(aggregate) = aggregate else {
            self.against_column(at, place, comparison);
            return;
        };
        self.used[at] = true;
        let mut right_slot = None;
        if self.is_mention(place) && self.is_measure(place) {
            right_slot = Some(self.measure_of(place));
        }
        let word = self.lower(at);
        let before = self.compared_thing(at);
        let left = if before < self.end() && self.is_mention(before) && self.is_measure(before) {
            Some(self.measure_of(before))
        } else if self.items[at].comparative && right_slot.is_none() {
            let after = self.skip(at + 1);
            if after < next && self.is_mention(after) && self.is_measure(after) {
                Some(self.slot(after, Use::Compare))
            } else {
                self.measure_slot(&word, at, Use::Compare)
            }
        } else {
            // "a higher price than the average"
            (at + 1..next)
                .find(|near| self.is_mention(*near) && self.is_measure(*near))
                .map(|near| self.measure_of(near))
        };
        let Some(left) = left.or(right_slot) else {
            return;
        };
        let right_slot = right_slot.filter(|slot| *slot != left);
        self.push(
            Left::Column(left),
            Right::Aggregate(comparison, aggregate, right_slot),
            at,
        );
    }

    /// What stands before a comparison, over "is", "of" and the like.
    fn compared_thing(&self, at: usize) -> usize {
        let mut before = self.back(at);
        while before < self.end()
            && matches!(
                self.op(before),
                Some(Operator::Be | Operator::Of | Operator::Have | Operator::Preposition)
            )
        {
            before = self.back(before);
        }
        before
    }

    /// "a cost lower than the price": two columns of one row.
    fn against_column(&mut self, at: usize, place: usize, comparison: Comparison) {
        let before = self.compared_thing(at);
        let columns = [before, place].iter().all(|side| {
            *side < self.end() && self.is_mention(*side) && self.is_measure_name(*side)
        });
        if columns && self.lower(before) != self.lower(place) {
            self.used[at] = true;
            let left = Left::Column(self.measure_of(before));
            let right = Right::Column(comparison, self.measure_of(place));
            self.push(left, right, at);
        }
    }
}

//! "not", "without", "except": what a negation reaches.

use super::{Choice, Left, Reader, Right, SlotId, Use};
use crate::items::Item;
use crate::link::{Candidate, Element, Reason};
use crate::schema::TableId;
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
                // "customers without an email": the column is empty, or says so.
                self.used[at] = true;
                let (slot, right) = match self.told_absent(place) {
                    Some(candidate) => {
                        self.used[place] = true;
                        let slot = self.add_slot(vec![candidate], place, Use::Value);
                        (slot, Right::Value(String::new()))
                    }
                    None => (self.slot(place, Use::Compare), Right::Missing),
                };
                self.push(Left::Column(slot), right, place);
            } else if let Some(slot) = self.never_done(at) {
                self.sketch.absent.push(slot);
            }
        }
    }

    /// "books that were never borrowed": nothing refers to the book, where only one table could.
    fn never_done(&mut self, at: usize) -> Option<SlotId> {
        if self.lower(at) != "never"
            || !super::is_verb(&self.lower(at + 1)) && !is_participle(&self.lower(at + 1))
        {
            return None;
        }
        let entity = self.items[..at].iter().rev().find_map(Item::table)?;
        let schema = &self.database.schema;
        let mut referring: Vec<TableId> = schema
            .keys
            .iter()
            .filter(|key| schema.table_of(key.to) == entity)
            .map(|key| schema.table_of(key.from))
            .collect();
        referring.dedup();
        let [table] = referring[..] else {
            return None;
        };
        for word in at..self.end().min(at + 3) {
            // "never ordered anything"
            self.used[word] |= word <= at + 1 || self.lower(word) == "anything";
        }
        let candidate = Candidate::new(Element::Table(table), 0.6, Reason::Default);
        Some(self.add_slot(vec![candidate], at + 1, Use::Absent))
    }

    /// The value by which the named column tells that there is nothing: "No" among names of tools.
    fn told_absent(&self, place: usize) -> Option<Candidate> {
        let best = self.items[place].mention.first()?;
        ["no", "none"].iter().find_map(|word| {
            let hits = self.database.values.exact(word);
            let hit = hits
                .into_iter()
                .find(|hit| best.element == Element::Column(hit.column))?;
            let mut candidate = best.clone();
            candidate.value = Some(hit.value);
            Some(candidate)
        })
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

/// Participles of what is done with things, which no ending tells.
fn is_participle(word: &str) -> bool {
    matches!(
        word,
        "sold" | "bought" | "taken" | "lent" | "sent" | "made" | "read" | "seen" | "paid" | "won"
    )
}

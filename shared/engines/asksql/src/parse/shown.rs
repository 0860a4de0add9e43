//! What words that are shown say of one another, and what is shown when nothing is named.

use super::{Choice, Reader, Use, Zone};
use crate::items::Item;
use crate::link::{Candidate, Element, Reason};
use crate::schema::{Kind, Role};
use crate::words::operators::Operator;

impl Reader<'_> {
    /// The entity that a pronoun stands for: the first that was named before it.
    pub(super) fn spoken_of(&mut self, at: usize) -> Option<usize> {
        let item = (0..at).find(|place| {
            self.items[*place].operator.is_none()
                && !self.items[*place].is_value()
                && self.items[*place].is_entity()
        })?;
        let mut candidates = self.items[item].mention.clone();
        candidates.retain(|candidate| matches!(candidate.element, Element::Table(_)));
        Some(self.add_slot(candidates, item, Use::Owner))
    }

    /// "customers' names" where only a key is called after the customers.
    pub(super) fn stands_for_row(&self, at: usize) -> bool {
        self.items[at]
            .mention
            .first()
            .is_some_and(|best| match best.element {
                Element::Column(column) => {
                    best.score < 0.9 && self.database.schema.columns[column].role == Role::Id
                }
                Element::Table(_) => false,
            })
    }

    /// "kinds of enzymes" where enzymes have no column for their kind: the enzymes.
    pub(super) fn only_kind(&self, at: usize) -> bool {
        let kind = matches!(
            self.lower(at).as_str(),
            "kind" | "kinds" | "type" | "types" | "sorts"
        );
        let of = self.skip(at + 2);
        let entity = self.items.get(of).and_then(Item::table);
        kind && self.is(at + 1, Operator::Of)
            && entity.is_some_and(|entity| {
                !self.items[at].mention.iter().any(|candidate| {
                    crate::resolve::table_of(&self.database.schema, candidate.element) == entity
                        || candidate.reason == Reason::Name
                })
            })
    }

    /// "capital cities" where the capital refers to a city: the second word says what the first is.
    pub(super) fn repeats_reference(&self, at: usize) -> bool {
        let schema = &self.database.schema;
        let Some(before) = at.checked_sub(1).and_then(|before| self.items.get(before)) else {
            return false;
        };
        let target = before.mention.first().and_then(|best| match best.element {
            Element::Column(column) if before.table().is_none() => schema.columns[column].refers,
            _ => None,
        });
        let last = self
            .sketch
            .picks
            .last()
            .is_some_and(|pick| pick.item + 1 == at);
        last && target.is_some_and(|target| self.items[at].table() == Some(schema.table_of(target)))
    }

    /// "the name of the college" where the college is a column: its values are the names.
    pub(super) fn named_column(&mut self, at: usize, waiting: &mut Vec<usize>) -> bool {
        let &[pick] = waiting.as_slice() else {
            return false;
        };
        let pick = &self.sketch.picks[pick];
        let item = &self.items[at];
        let schema = &self.database.schema;
        let column = item.mention.first().is_some_and(|best| match best.element {
            Element::Column(column) => {
                let facts = &schema.columns[column];
                best.score > 0.6 && facts.kind == Kind::Text && facts.refers.is_none()
            }
            Element::Table(_) => false,
        });
        if item.table().is_some() || pick.aggregate.is_some() {
            return false;
        }
        let name = matches!(self.lower(pick.item).as_str(), "name" | "names");
        let slot = pick.slot;
        let candidates = if column && name {
            item.mention.clone()
        } else {
            self.whole_name(at, &self.items[pick.item].text)
        };
        if candidates.is_empty() {
            return false;
        }
        self.used[at] = true;
        self.sketch.slots[slot].candidates = candidates;
        waiting.clear();
        true
    }

    /// "the codes of document types", "the numbers of flights" where a column is called so.
    pub(super) fn whole_name(&self, at: usize, noun: &str) -> Vec<Candidate> {
        let words = format!("{} {noun}", self.items[at].text);
        let words: Vec<String> = words.split(' ').map(crate::words::lemma).collect();
        let mut whole = self.database.index.link(&self.database.schema, &words);
        whole.retain(|candidate| {
            candidate.score >= 0.97 && matches!(candidate.element, Element::Column(_))
        });
        whole
    }

    /// A column with names of places, and no entity.
    pub(super) fn is_place(&self, at: usize) -> bool {
        let at = self.skip(at);
        self.is_mention(at)
            && self.items[at]
                .mention
                .first()
                .is_some_and(|best| match best.element {
                    Element::Column(column) => {
                        best.score > 0.7 && self.database.schema.columns[column].kind == Kind::Text
                    }
                    Element::Table(_) => false,
                })
    }

    /// "when are the birthdays": the day is named.
    pub(super) fn names_time(&self, at: usize) -> bool {
        if !self.is(at, Operator::Be) {
            return false;
        }
        let at = self.skip(at + 1);
        self.is_mention(at)
            && self.items[at].table().is_none()
            && self.items[at].mention.iter().take(2).any(|candidate| {
                matches!(candidate.element, Element::Column(column) if {
                    let facts = &self.database.schema.columns[column];
                    facts.kind.is_time() || facts.role == Role::Date
                })
            })
    }

    /// "population density": the first of two columns side by side says more about the second.
    pub(super) fn modifies(&self, at: usize) -> bool {
        let next = at + 1;
        if next >= self.end()
            || !self.is_mention(next)
            || self.items[at].text.contains(' ')
            || self.items[next].text.contains(' ')
            || super::zones::is_verb(&self.items[next].text)
        {
            return false;
        }
        let tables = |place: usize| -> Vec<usize> {
            self.items[place]
                .mention
                .iter()
                .filter(|candidate| candidate.score > 0.85)
                .filter_map(|candidate| match candidate.element {
                    Element::Column(column) => Some(self.database.schema.table_of(column)),
                    Element::Table(_) => None,
                })
                .collect()
        };
        let others = tables(next);
        // "gas companies" beside a table of gas stations: a part of a name tells less than a name.
        let best = &self.items[at].mention[0];
        if best.reason == Reason::PartOfName && best.score < 0.8 {
            // "state names" are the states.
            let told =
                self.items[next].best_mention() > 0.95 && !self.lower(next).starts_with("name");
            return told && self.items[at].is_entity() == self.items[next].is_entity();
        }
        self.items[at].table().is_none()
            && self.items[next].table().is_none()
            && tables(at).iter().any(|table| others.contains(table))
    }

    /// "how many people live in X": a column holds the number.
    pub(super) fn measured_count(&mut self, at: usize) -> bool {
        let next = self.skip(at + 1);
        if next >= self.end() || self.is_mention(next) && self.items[next].best_mention() > 0.5 {
            return false;
        }
        let word = self.lower(next);
        if !matches!(
            word.as_str(),
            "people" | "people live" | "citizens" | "residents" | "inhabitants" | "persons"
        ) {
            return false;
        }
        let Some(slot) = self.words_slot(&["population", "resident"], next, Use::Show, true) else {
            return false;
        };
        self.used[at] = true;
        self.used[next] = true;
        self.show(slot, None, next);
        true
    }

    /// "all information about X", "the details of all X".
    pub(super) fn everything(&self, at: usize) -> bool {
        let mut before = at;
        for _ in 0..5 {
            if before == 0 {
                return false;
            }
            before -= 1;
            if matches!(
                self.lower(before).as_str(),
                "information"
                    | "info"
                    | "details"
                    | "detail"
                    | "data"
                    | "everything"
                    | "attributes"
                    | "columns"
                    | "contents"
            ) && !self.used[before]
            {
                return true;
            }
            if self.items[before].is_value() {
                continue;
            }
            if !matches!(
                self.op(before),
                Some(
                    Operator::Of
                        | Operator::Article
                        | Operator::All
                        | Operator::Preposition
                        | Operator::Filler
                        | Operator::Distinct
                        | Operator::Each
                        | Operator::Do
                        | Operator::Have
                        | Operator::Their
                )
            ) {
                return false;
            }
        }
        false
    }

    pub(super) fn number_like(&self, at: usize) -> bool {
        self.items[at]
            .mention
            .first()
            .is_some_and(|best| match best.element {
                Element::Column(column) => self.database.schema.columns[column].is_number(),
                Element::Table(_) => false,
            })
    }

    /// Nothing was named to be shown: an owner or a free mention is, else any entity.
    pub(super) fn default_pick(&mut self) {
        self.sketch.default_pick = true;
        let counted_zone =
            (0..self.end()).find(|at| self.is_mention(*at) && self.items[*at].table().is_some());
        if let Some(owner) = self.sketch.owners.first().copied() {
            let item = self.sketch.slots[owner].item;
            self.show(owner, None, item);
        } else if let Some(at) =
            counted_zone.or_else(|| (0..self.end()).find(|at| self.is_mention(*at)))
        {
            let slot = self.slot(at, Use::Show);
            self.show(slot, None, at);
        } else {
            let slot = self.any_table_slot(0, Use::Show, false);
            self.show(slot, None, 0);
        }
    }

    /// "students who have advisor votes": a row of the table that refers by that column is needed.
    fn refers_as(&mut self, at: usize) -> bool {
        let schema = &self.database.schema;
        let holds = self.back(at);
        let has = self.is(holds, Operator::Have)
            || self.is(holds, Operator::Preposition) && self.lower(holds) == "with"
            || self.is(holds, Operator::Relative) && self.lower(holds).ends_with("have");
        let tables: Vec<Candidate> = self.items[at]
            .mention
            .iter()
            .filter(|candidate| candidate.score > 0.8)
            .filter_map(|candidate| match candidate.element {
                Element::Column(column) if schema.columns[column].refers.is_some() => {
                    let table = Element::Table(schema.table_of(column));
                    Some(Candidate::new(table, candidate.score, candidate.reason))
                }
                _ => None,
            })
            .collect();
        if !has || tables.is_empty() {
            return false;
        }
        self.used[at] = true;
        let slot = self.add_slot(tables, at, Use::Need);
        self.sketch.needs.push(slot);
        true
    }

    /// Tables that are named and were given no part yet.
    pub(super) fn needs(&mut self) {
        for at in 0..self.end() {
            if !self.is_mention(at) {
                continue;
            }
            let best = &self.items[at].mention[0];
            let table =
                matches!(best.element, Element::Table(_)) || self.items[at].table().is_some();
            if !table && self.zones[at] == Zone::Where && self.refers_as(at) {
                continue;
            }
            if !table || best.score < 0.55 {
                continue;
            }
            // "who ordered": the verb is never shown.
            let done = at > 0 && self.is(at - 1, Operator::Who);
            let default = self.zones[at] == Zone::Where || done;
            if self.choose(Choice::JoinNamed, default) {
                let slot = self.slot(at, Use::Need);
                self.sketch.needs.push(slot);
            }
        }
    }
}

//! What words that are shown say of one another, and what is shown when nothing is named.

use super::{Choice, Reader, Use, Zone};
use crate::link::Element;
use crate::words::operators::Operator;

impl Reader<'_> {
    /// The entity that a pronoun stands for: the first that was named before it.
    pub(super) fn spoken_of(&mut self, at: usize) -> Option<usize> {
        let item = (0..at).find(|place| {
            self.items[*place].operator.is_none()
                && !self.items[*place].is_value()
                && self.items[*place]
                    .mention
                    .first()
                    .is_some_and(|best| matches!(best.element, Element::Table(_)))
        })?;
        let mut candidates = self.items[item].mention.clone();
        candidates.retain(|candidate| matches!(candidate.element, Element::Table(_)));
        Some(self.add_slot(candidates, item, Use::Owner))
    }

    /// "population density": the first of two columns side by side says more about the second.
    pub(super) fn modifies(&self, at: usize) -> bool {
        let next = at + 1;
        if next >= self.end()
            || !self.is_mention(next)
            || self.items[at].text.contains(' ')
            || self.items[next].text.contains(' ')
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

    /// Tables that are named and were given no part yet.
    pub(super) fn needs(&mut self) {
        for at in 0..self.end() {
            if !self.is_mention(at) {
                continue;
            }
            let best = &self.items[at].mention[0];
            let table =
                matches!(best.element, Element::Table(_)) || self.items[at].table().is_some();
            if !table || best.score < 0.55 {
                continue;
            }
            let default = self.zones[at] == Zone::Where;
            if self.choose(Choice::JoinNamed, default) {
                let slot = self.slot(at, Use::Need);
                self.sketch.needs.push(slot);
            }
        }
    }
}

//! What is shown: "the names and ages of all students", "how many", "who", "where".

use super::{Pick, Reader, SlotId, Use, Zone};
use crate::form::Aggregate;
use crate::items::Item;
use crate::link::{Element, Reason};
use crate::words::operators::Operator;

/// What the words up to here say of those behind them.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// Functions that wait for what they are taken over.
    pub(super) aggregates: Vec<Aggregate>,
    /// What comes next is told apart.
    pub(super) distinct: bool,
    /// Behind "of", "for": what follows owns what was named before.
    pub(super) owning: bool,
    /// Behind something shown, with nothing that joins a further one to it.
    pub(super) closed: bool,
    /// Picks that wait for their owner.
    pub(super) waiting: Vec<usize>,
    /// Where "who" stands.
    pub(super) who: Option<usize>,
    /// Whom "their" speaks of.
    theirs: Option<SlotId>,
    /// How many picks there were at the end of each sentence.
    sentences: Vec<usize>,
}

impl Reader<'_> {
    pub(super) fn picks(&mut self) {
        let mut said = Said::default();
        for at in 0..self.end() {
            if self.zones[at] != Zone::Show {
                self.end_phrase(at, &mut said);
            } else if self.items[at].stop {
                self.end_sentence(at, &mut said);
            } else if self.items[at].comma {
                said.closed = false;
                said.owning = false;
            } else if self.is_mention(at) {
                self.mentioned(at, &mut said);
            } else if self.used[at] && !self.sketch.picks.iter().any(|pick| pick.item == at) {
                self.owned_by_used(at, &mut said);
            } else {
                if self.opens_further(at) {
                    said.closed = false;
                }
                self.said_by_operator(at, &mut said);
            }
        }
        self.end_phrase(self.end().saturating_sub(1), &mut said);
        self.keep_last_sentence(&said.sentences);
        self.finish_picks(said.who, said.distinct);
    }

    /// What is to be counted and was not named by now is the rows.
    fn end_phrase(&mut self, at: usize, said: &mut Said) {
        let counts = |pick: &Pick| pick.aggregate == Some(Aggregate::Count);
        let begun = said.sentences.last().copied().unwrap_or_default();
        let counted = self.sketch.picks[begun..].iter().any(counts);
        if said.aggregates.contains(&Aggregate::Count) && !counted {
            self.the_count(at, said);
        }
        said.owning = false;
        said.aggregates.clear();
    }

    /// "How many hosts does each country have? List the country and the count.": what a sentence before counted,
    /// or the rows.
    pub(super) fn the_count(&mut self, at: usize, said: &Said) {
        let counts = |pick: &&Pick| pick.aggregate == Some(Aggregate::Count);
        let begun = said.sentences.last().copied().unwrap_or_default();
        match self.sketch.picks[..begun].iter().find(counts).cloned() {
            Some(pick) => self.sketch.picks.push(Pick { item: at, ..pick }),
            None => self.count_rows(at),
        }
    }

    fn end_sentence(&mut self, at: usize, said: &mut Said) {
        self.end_phrase(at, said);
        self.sketch.distinct |= std::mem::take(&mut said.distinct);
        said.closed = false;
        said.sentences.push(self.sketch.picks.len());
    }

    /// A name of the schema in what is shown: it is picked, or says more of what is.
    fn mentioned(&mut self, at: usize, said: &mut Said) {
        if super::zones::is_verb(&self.items[at].text)
            && self.items[at].mention[0].reason != Reason::Name
        {
            return;
        }
        if self.is_done_by_whom(at, said) || self.is_counted_behind(at) {
            return;
        }
        if self.modifies(at) && !self.is_listed(at)
            || self.only_kind(at)
            || self.repeats_reference(at)
        {
            self.used[at] = true;
            return;
        }
        let before = self.sketch.picks.len();
        if let Some(owner) = said.theirs
            && !said.owning
            && !said.closed
        {
            let slot = self.slot(at, Use::Show);
            // "products with their category": its name tells more than the key that refers to it.
            if at >= 2 && self.lower(at - 2) == "with" && self.items[at].is_entity() {
                let candidates = &mut self.sketch.slots[slot].candidates;
                candidates.retain(|candidate| matches!(candidate.element, Element::Table(_)));
            }
            self.sketch.slots[slot].owner.get_or_insert(owner);
            if self.sketch.slots[slot].owner == Some(slot) {
                self.sketch.slots[slot].owner = None;
            }
            self.used[at] = false;
        }
        self.pick(at, said);
        said.closed |= self.sketch.picks.len() > before;
    }

    /// "who booked Zumba", "who placed the last order", "which users streamed Zumba": neither what was done nor to
    /// which rows is shown.
    fn is_done_by_whom(&mut self, at: usize, said: &Said) -> bool {
        let does = |at: usize| {
            let item = self.items.get(at);
            item.is_some_and(|item| super::is_verb(&item.text) && item.operator.is_none())
        };
        let known = self.items.get(at + 1).is_some_and(Item::is_value);
        let by_entity = at > 0 && self.items[at - 1].is_entity() && known;
        let verb = match said.who {
            Some(who) => who + 1,
            None if by_entity => at,
            None => return false,
        };
        if !does(verb) {
            return false;
        }
        let schema = &self.database.schema;
        let mut candidates = self.items[at].mention.clone();
        if at == verb && self.is_time(at) {
            for candidate in &mut candidates {
                let table = crate::resolve::table_of(schema, candidate.element);
                candidate.element = Element::Table(table);
            }
        } else if at > verb && self.items[at].is_entity() {
            candidates.retain(|candidate| matches!(candidate.element, Element::Table(_)));
        } else {
            return false;
        }
        self.used[at] = true;
        let slot = self.add_slot(candidates, at, Use::Need);
        self.sketch.needs.push(slot);
        true
    }

    /// "customer count by country"
    fn is_counted_behind(&mut self, at: usize) -> bool {
        let count = at + 1;
        let counted = self.items[at].is_entity()
            && self.is(count, Operator::HowMany)
            && self.lower(count) == "count"
            && !self.is_mention(count)
            && !self.is_mention(self.skip(count + 1));
        if counted {
            self.used[count] = true;
            let slot = self.slot(at, Use::Count);
            self.show(slot, Some(Aggregate::Count), at);
        }
        counted
    }

    /// A span that something else was made of may still be the owner that is waited for.
    fn owned_by_used(&mut self, at: usize, said: &mut Said) {
        match self.slot_of[at] {
            Some(slot) if self.sketch.slots[slot].usage == Use::Owner => said.owning = false,
            // "address of customer Bob": the word that Bob used up also owns the address.
            None if said.owning
                && self.items[at].table().is_some()
                && !self.items[at].is_value() =>
            {
                let mut candidates = self.items[at].mention.clone();
                candidates.retain(|candidate| matches!(candidate.element, Element::Table(_)));
                let owner = self.add_slot(candidates, at, Use::Owner);
                self.own_waiting(owner, said);
            }
            _ => {}
        }
    }

    /// Gives the picks that wait for an owner this one.
    pub(super) fn own_waiting(&mut self, owner: SlotId, said: &mut Said) {
        for pick in said.waiting.drain(..) {
            let slot = self.sketch.picks[pick].slot;
            if self.sketch.slots[slot].owner.is_none() && slot != owner {
                self.sketch.slots[slot].owner = Some(owner);
            }
        }
    }

    /// Something further may be shown behind this.
    fn opens_further(&self, at: usize) -> bool {
        // "for male and female students" joins values, not things that are shown.
        let joins_values = self.is(at, Operator::And)
            && at > 0
            && [at - 1, at + 1]
                .iter()
                .all(|side| self.items.get(*side).is_some_and(Item::is_value));
        match self.op(at) {
            Some(
                Operator::And
                | Operator::Command
                | Operator::Which
                | Operator::NumberOf
                | Operator::HowMany
                | Operator::Aggregate(_)
                | Operator::Extreme(_)
                | Operator::Distinct
                | Operator::Who
                | Operator::Or,
            ) => !joins_values,
            Some(Operator::Their) => at > 0,
            _ => false,
        }
    }

    fn said_by_operator(&mut self, at: usize, said: &mut Said) {
        match self.op(at) {
            Some(Operator::HowMany) => self.how_many(at, said),
            Some(Operator::NumberOf) => self.number_of(at, said),
            Some(Operator::Aggregate(aggregate)) => self.aggregated(at, aggregate, said),
            Some(Operator::Distinct) => {
                self.used[at] = true;
                said.distinct = true;
            }
            Some(Operator::Of) => said.owning = !self.sketch.picks.is_empty(),
            Some(Operator::Preposition | Operator::By | Operator::Each)
                if !self.sketch.picks.is_empty() =>
            {
                said.owning = true;
            }
            Some(Operator::And) => {
                // "of A and B": B owns too, when it is an entity.
                let next = self.items.get(self.skip(at + 1));
                said.owning &= next.is_some_and(Item::is_entity);
            }
            Some(Operator::Command | Operator::Which) => said.owning = false,
            Some(Operator::Their) => {
                said.owning = false;
                if matches!(self.lower(at).as_str(), "their" | "its" | "his" | "her") {
                    said.theirs = self.spoken_of(at);
                }
            }
            Some(Operator::Who) => {
                self.used[at] = true;
                said.who = Some(at);
                said.owning = false;
            }
            Some(Operator::When) => self.when(at, said),
            Some(Operator::Where) => self.place(at, said),
            Some(Operator::HowMuch) => self.how_much(at, said),
            _ if self.lower(at) == "how" => self.how(at, said),
            None if !self.used[at] && self.is(at + 1, Operator::Of) => self.noun_of(at, said),
            _ => {}
        }
    }

    /// "Which students are in room 5? Give me their names.": the last sentence says what is shown.
    fn keep_last_sentence(&mut self, sentences: &[usize]) {
        let picks = self.sketch.picks.len();
        let Some(first) = sentences.iter().rev().find(|count| **count < picks) else {
            return;
        };
        for pick in self.sketch.picks.drain(..*first) {
            let slot = &mut self.sketch.slots[pick.slot];
            if slot.usage == Use::Show {
                slot.usage = Use::Owner;
                self.sketch.owners.push(pick.slot);
            }
        }
    }

    pub(super) fn show(&mut self, slot: usize, aggregate: Option<Aggregate>, item: usize) {
        self.sketch.picks.push(Pick {
            slot,
            aggregate,
            distinct: false,
            everything: false,
            item,
        });
    }

    /// Counts the rows of whatever is asked about.
    pub(super) fn count_rows(&mut self, at: usize) {
        let slot = self.any_table_slot(at, Use::Count, false);
        self.show(slot, Some(Aggregate::Count), at);
    }
}

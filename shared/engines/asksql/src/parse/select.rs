//! What is shown: "the names and ages of all students", "how many", "who", "where".

use super::{Choice, Pick, Reader, Use, Zone};
use crate::form::Aggregate;
use crate::link::Element;
use crate::words::adjectives;
use crate::words::operators::Operator;

impl Reader<'_> {
    pub(super) fn picks(&mut self) {
        let mut aggregates: Vec<Aggregate> = Vec::new();
        let mut distinct = false;
        // Behind "of", "for": what follows owns what was named before.
        let mut owning = false;
        // Behind something shown, with nothing that joins a further one to it.
        let mut closed = false;
        // Picks that wait for their owner.
        let mut waiting: Vec<usize> = Vec::new();
        let mut who = None;
        // Whom "their" speaks of.
        let mut theirs: Option<usize> = None;
        // How many picks there were at the end of each sentence.
        let mut sentences: Vec<usize> = Vec::new();
        for at in 0..self.end() {
            if self.zones[at] != Zone::Show {
                if aggregates.contains(&Aggregate::Count) && !self.counted() {
                    self.count_rows(at);
                }
                owning = false;
                aggregates.clear();
                continue;
            }
            if self.items[at].stop {
                if aggregates.contains(&Aggregate::Count) && !self.counted() {
                    self.count_rows(at);
                }
                if distinct {
                    self.sketch.distinct = true;
                }
                closed = false;
                sentences.push(self.sketch.picks.len());
                owning = false;
                aggregates.clear();
                distinct = false;
                continue;
            }
            if self.items[at].comma {
                closed = false;
                owning = false;
                continue;
            }
            if self.is_mention(at)
                && super::zones::is_verb(&self.items[at].text)
                && self.items[at].mention[0].reason != crate::link::Reason::Name
            {
                continue;
            }
            if self.is_mention(at) {
                if self.modifies(at) {
                    self.used[at] = true;
                    continue;
                }
                let before = self.sketch.picks.len();
                if let Some(owner) = theirs.filter(|_| !owning && !closed) {
                    let slot = self.slot(at, Use::Show);
                    self.sketch.slots[slot].owner.get_or_insert(owner);
                    if self.sketch.slots[slot].owner == Some(slot) {
                        self.sketch.slots[slot].owner = None;
                    }
                    self.used[at] = false;
                }
                self.pick(
                    at,
                    &mut aggregates,
                    &mut distinct,
                    owning || closed,
                    &mut waiting,
                );
                closed = closed || self.sketch.picks.len() > before;
                continue;
            }
            if self.used[at] && !self.sketch.picks.iter().any(|pick| pick.item == at) {
                match self.slot_of[at] {
                    Some(slot) if self.sketch.slots[slot].usage == Use::Owner => owning = false,
                    // "address of customer Bob": the word that Bob used up also owns the address.
                    None if owning
                        && self.items[at].table().is_some()
                        && !self.items[at].is_value() =>
                    {
                        let mut candidates = self.items[at].mention.clone();
                        candidates
                            .retain(|candidate| matches!(candidate.element, Element::Table(_)));
                        let owner = self.add_slot(candidates, at, Use::Owner);
                        for pick in waiting.drain(..) {
                            let slot = self.sketch.picks[pick].slot;
                            if self.sketch.slots[slot].owner.is_none() {
                                self.sketch.slots[slot].owner = Some(owner);
                            }
                        }
                    }
                    _ => {}
                }
                continue;
            }
            if matches!(
                self.op(at),
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
                        | Operator::Or
                )
            ) || (self.is(at, Operator::Their) && at > 0)
            {
                closed = false;
            }
            match self.op(at) {
                Some(Operator::HowMany) if self.measured_count(at) => {}
                Some(Operator::HowMany) => {
                    self.used[at] = true;
                    aggregates = vec![Aggregate::Count];
                    owning = false;
                    if matches!(self.lower(at).as_str(), "how often" | "how many times") {
                        self.count_rows(at);
                        aggregates.clear();
                    }
                }
                Some(Operator::NumberOf) => {
                    self.used[at] = true;
                    // "average number of employees" keeps its average.
                    if aggregates.is_empty() || aggregates == [Aggregate::Count] {
                        aggregates = vec![Aggregate::Count];
                    } else {
                        aggregates.push(Aggregate::Count);
                    }
                    owning = false;
                }
                Some(Operator::Aggregate(Aggregate::Sum))
                    if aggregates.contains(&Aggregate::Count) =>
                {
                    self.used[at] = true;
                }
                Some(Operator::Aggregate(aggregate)) => {
                    self.used[at] = true;
                    if aggregates.last() == Some(&Aggregate::Count) {
                        aggregates.clear();
                    }
                    if !aggregates.contains(&aggregate) {
                        aggregates.push(aggregate);
                    }
                }
                Some(Operator::Distinct) => {
                    self.used[at] = true;
                    distinct = true;
                }
                Some(Operator::Of) => owning = !self.sketch.picks.is_empty(),
                Some(Operator::Preposition | Operator::By | Operator::Each)
                    if !self.sketch.picks.is_empty() =>
                {
                    owning = true;
                }
                Some(Operator::And) => {
                    // "of A and B": B owns too, when it is an entity.
                    let next = self.skip(at + 1);
                    let entity = self.items.get(next).is_some_and(|item| {
                        item.mention
                            .first()
                            .is_some_and(|best| matches!(best.element, Element::Table(_)))
                    });
                    if !entity {
                        owning = false;
                    }
                }
                Some(Operator::Their)
                    if matches!(self.lower(at).as_str(), "their" | "its" | "his" | "her") =>
                {
                    owning = false;
                    theirs = self.spoken_of(at);
                }
                Some(Operator::Command | Operator::Which | Operator::Their) => owning = false,
                Some(Operator::Who) => {
                    self.used[at] = true;
                    who = Some(at);
                    owning = false;
                }
                Some(Operator::When) => {
                    if let Some(slot) = self.time_slot(at, at) {
                        self.used[at] = true;
                        self.show(slot, None, at);
                        owning = true;
                    }
                }
                Some(Operator::Where) => {
                    self.used[at] = true;
                    let words = [
                        "location", "city", "address", "state", "country", "place", "venue",
                        "origin",
                    ];
                    if let Some(slot) = self.words_slot(&words, at, Use::Show, false) {
                        self.show(slot, None, at);
                        owning = true;
                    }
                }
                Some(Operator::HowMuch) => {
                    self.used[at] = true;
                    let next = self.skip(at + 1);
                    if !self.is_mention(next) {
                        let words = ["price", "cost", "amount", "salary", "balance", "budget"];
                        if let Some(slot) = self.words_slot(&words, at, Use::Show, true) {
                            self.show(slot, None, at);
                            owning = true;
                        }
                    }
                }
                None if !self.used[at]
                    && self.is(at + 1, Operator::Of)
                    && self.items[at].mention.is_empty()
                    && adjectives::NOUNS
                        .iter()
                        .any(|(noun, _)| *noun == self.lower(at)) =>
                {
                    let word = self.lower(at);
                    if let Some((_, columns)) =
                        adjectives::NOUNS.iter().find(|(noun, _)| *noun == word)
                        && let Some(slot) = self.words_slot(columns, at, Use::Show, true)
                    {
                        self.used[at] = true;
                        waiting.push(self.sketch.picks.len());
                        self.show(slot, None, at);
                    }
                }
                _ if self.lower(at) == "how" => {
                    self.used[at] = true;
                    let next = self.lower(at + 1);
                    if let Some((_, columns)) =
                        adjectives::HOW.iter().find(|(word, _)| *word == next)
                        && let Some(slot) = self.words_slot(columns, at + 1, Use::Show, true)
                    {
                        self.used[at + 1] = true;
                        self.show(slot, None, at + 1);
                        owning = true;
                    }
                }
                _ => {}
            }
        }
        if aggregates.contains(&Aggregate::Count) && !self.counted() {
            self.count_rows(self.end().saturating_sub(1));
        }
        // "Which students are in room 5? Give me their names.": the last sentence says what is shown.
        if let Some(first) = sentences
            .iter()
            .rev()
            .copied()
            .find(|count| *count < self.sketch.picks.len())
            && first > 0
        {
            for pick in self.sketch.picks.drain(..first) {
                let slot = &mut self.sketch.slots[pick.slot];
                if slot.usage == Use::Show {
                    slot.usage = Use::Owner;
                    self.sketch.owners.push(pick.slot);
                }
            }
        }
        self.finish_picks(who, distinct);
    }

    fn counted(&self) -> bool {
        self.sketch
            .picks
            .iter()
            .any(|pick| pick.aggregate == Some(Aggregate::Count))
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
    fn count_rows(&mut self, at: usize) {
        let slot = self.any_table_slot(at, Use::Count, false);
        self.show(slot, Some(Aggregate::Count), at);
    }

    fn pick(
        &mut self,
        at: usize,
        aggregates: &mut Vec<Aggregate>,
        distinct: &mut bool,
        owning: bool,
        waiting: &mut Vec<usize>,
    ) {
        let best_table = self.items[at]
            .mention
            .first()
            .is_some_and(|best| matches!(best.element, Element::Table(_)));
        let next = at + 1;
        // "the customer's name", "student ages": the entity owns what follows it.
        let owns_next = best_table
            && self.is_mention(next)
            && self.items[next].has_column()
            && !self.is(next, Operator::Filler)
            && aggregates.first() != Some(&Aggregate::Count);
        if (owning || owns_next) && !(self.sketch.picks.is_empty() && self.everything(at)) {
            let owner = self.slot(at, Use::Owner);
            self.sketch.owners.push(owner);
            for pick in waiting.drain(..) {
                let slot = self.sketch.picks[pick].slot;
                if self.sketch.slots[slot].owner.is_none() && slot != owner {
                    self.sketch.slots[slot].owner = Some(owner);
                }
            }
            return;
        }
        if best_table && aggregates.is_empty() && self.everything(at) {
            let slot = self.slot(at, Use::Show);
            self.sketch.picks.push(Pick {
                slot,
                aggregate: None,
                distinct: false,
                everything: true,
                item: at,
            });
            return;
        }
        let counted = aggregates.contains(&Aggregate::Count);
        let usage = if counted {
            Use::Count
        } else if aggregates.is_empty() {
            Use::Show
        } else {
            Use::Aggregate
        };
        let slot = self.slot(at, usage);
        let first_pick = self.sketch.picks.len();
        if aggregates.is_empty() {
            self.sketch.picks.push(Pick {
                slot,
                aggregate: None,
                distinct: false,
                everything: false,
                item: at,
            });
            if *distinct {
                self.sketch.distinct = true;
            }
        } else {
            let list: Vec<Aggregate> =
                if counted && best_table && !aggregates.contains(&Aggregate::Average) {
                    vec![Aggregate::Count]
                } else if counted && aggregates.len() > 1 {
                    aggregates
                        .iter()
                        .copied()
                        .filter(|aggregate| *aggregate != Aggregate::Count)
                        .collect()
                } else {
                    aggregates.clone()
                };
            let several = list.len() > 1;
            for aggregate in list {
                self.sketch.picks.push(Pick {
                    slot,
                    aggregate: Some(aggregate),
                    distinct: *distinct,
                    everything: false,
                    item: at,
                });
            }
            // "maximum and minimum price": both are used; "average age and weight" goes on.
            let goes_on = !counted
                && !several
                && (self.is(next, Operator::And)
                    || self.items.get(next).is_some_and(|item| item.comma))
                && {
                    let after = self.skip(next + 1);
                    self.is_mention(after) && after == next + 1 && self.number_like(after)
                };
            if !goes_on {
                aggregates.clear();
            }
        }
        *distinct = false;
        for pick in first_pick..self.sketch.picks.len() {
            waiting.push(pick);
        }
    }

    fn finish_picks(&mut self, who: Option<usize>, distinct: bool) {
        if distinct {
            self.sketch.distinct = true;
        }
        let plain = self
            .sketch
            .picks
            .iter()
            .any(|pick| pick.aggregate.is_none());
        if let Some(at) = who
            && !plain
        {
            let slot = self.any_table_slot(at, Use::Show, true);
            self.show(slot, None, at);
        }
        // The group of "for each X" is shown beside its numbers.
        let groups = self.sketch.groups.clone();
        for slot in groups {
            let item = self.sketch.slots[slot].item;
            let aggregated = self
                .sketch
                .picks
                .iter()
                .any(|pick| pick.aggregate.is_some());
            if !self.sketch.picks.iter().any(|pick| pick.slot == slot) {
                let show = self.choose(
                    Choice::ShowGroupKey,
                    aggregated || self.sketch.picks.is_empty(),
                );
                if show {
                    self.show(slot, None, item);
                }
            }
        }
        if !self.sketch.groups.is_empty()
            && !self
                .sketch
                .picks
                .iter()
                .any(|pick| pick.aggregate.is_some())
        {
            // "total revenue by country" sums, whatever the column is called.
            for at in 0..self.sketch.picks.len() {
                let text = self.items[self.sketch.picks[at].item].text.to_lowercase();
                let aggregate = if text.starts_with("total ") {
                    Some(Aggregate::Sum)
                } else if text.starts_with("average ") {
                    Some(Aggregate::Average)
                } else {
                    None
                };
                if aggregate.is_some() && !self.sketch.groups.contains(&self.sketch.picks[at].slot)
                {
                    self.sketch.picks[at].aggregate = aggregate;
                }
            }
        }
        if self.sketch.picks.is_empty() {
            self.default_pick();
        }
        let default = self.sketch.distinct;
        self.sketch.distinct = self.choose(Choice::Distinct, default);
    }
}

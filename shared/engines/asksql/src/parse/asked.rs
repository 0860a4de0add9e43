//! Words that ask: "how many", "the number of", "when", "where", "how much", "how old".

use super::select::Said;
use super::{Left, Reader, SlotId, Use};
use crate::form::Aggregate;
use crate::link::Element;
use crate::words::adjectives;
use crate::words::operators::Operator;

impl Reader<'_> {
    pub(super) fn how_many(&mut self, at: usize, said: &mut Said) {
        if self.measured_count(at) || self.units_sold(at) {
            return;
        }
        self.used[at] = true;
        said.aggregates = vec![Aggregate::Count];
        said.owning = false;
        let word = self.lower(at);
        if matches!(word.as_str(), "how often" | "how many times") {
            self.count_rows(at);
            said.aggregates.clear();
        } else if word.ends_with("count") && self.is(at + 1, Operator::And) {
            self.the_count(at, said);
            said.aggregates.clear();
        }
    }

    pub(super) fn number_of(&mut self, at: usize, said: &mut Said) {
        if self.units_sold(at) {
            return;
        }
        self.used[at] = true;
        said.owning = false;
        let next = self.skip(at + 1);
        if self.lower(at).ends_with("numbers of") && self.is_mention(next) {
            let column = self.whole_name(next, "number");
            if !column.is_empty() {
                let slot = self.add_slot(column, at, Use::Show);
                self.show(slot, None, at);
                said.owning = true;
                return;
            }
        }
        // "average number of employees" keeps its average.
        if said.aggregates != [Aggregate::Count] {
            said.aggregates.push(Aggregate::Count);
        }
    }

    /// "average", "total", "maximum".
    pub(super) fn aggregated(&mut self, at: usize, aggregate: Aggregate, said: &mut Said) {
        self.used[at] = true;
        // "total number": the number is the total.
        if aggregate == Aggregate::Sum && said.aggregates.contains(&Aggregate::Count) {
            return;
        }
        if said.aggregates.last() == Some(&Aggregate::Count) {
            said.aggregates.clear();
        }
        if !said.aggregates.contains(&aggregate) {
            said.aggregates.push(aggregate);
        }
    }

    pub(super) fn when(&mut self, at: usize, said: &mut Said) {
        if self.names_time(at + 1) {
            self.used[at] = true;
        } else if let Some(slot) = self.ranking_time().or_else(|| self.time_slot(at, at)) {
            self.used[at] = true;
            self.show(slot, None, at);
            said.owning = true;
        }
    }

    /// "when was the first order": the time that makes it the first.
    fn ranking_time(&self) -> Option<SlotId> {
        let mut extremes = self.sketch.extremes.iter();
        extremes.find_map(|extreme| match extreme.left {
            Left::Column(slot) => {
                let mut candidates = self.sketch.slots[slot].candidates.iter();
                let times = candidates.all(|candidate| {
                    matches!(candidate.element, Element::Column(column) if self.time_column(column))
                });
                times.then_some(slot)
            }
            _ => None,
        })
    }

    /// "where"
    pub(super) fn place(&mut self, at: usize, said: &mut Said) {
        self.used[at] = true;
        // "where is the highest point": the point is the place.
        if self.is_place(at + 1) {
            return;
        }
        let words = [
            "location", "city", "address", "state", "country", "place", "venue", "origin",
        ];
        if let Some(slot) = self.words_slot(&words, at, Use::Show, false) {
            self.show(slot, None, at);
            said.owning = true;
        }
    }

    pub(super) fn how_much(&mut self, at: usize, said: &mut Said) {
        self.used[at] = true;
        if self.is_mention(self.skip(at + 1)) {
            return;
        }
        if let Some(slot) = self.spent(at) {
            self.show(slot, Some(Aggregate::Sum), at);
            said.owning = true;
            return;
        }
        let words = ["price", "cost", "amount", "salary", "balance", "budget"];
        if let Some(slot) = self.words_slot(&words, at, Use::Show, true) {
            self.show(slot, None, at);
            said.owning = true;
        }
    }

    /// "the height of": a measure that the schema calls by another word.
    pub(super) fn noun_of(&mut self, at: usize, said: &mut Said) {
        let word = self.lower(at);
        if self.items[at].mention.is_empty()
            && let Some((_, columns)) = adjectives::NOUNS.iter().find(|(noun, _)| *noun == word)
            && let Some(slot) = self.words_slot(columns, at, Use::Show, true)
        {
            self.used[at] = true;
            said.waiting.push(self.sketch.picks.len());
            self.show(slot, None, at);
        }
    }

    /// "how old", "how tall".
    pub(super) fn how(&mut self, at: usize, said: &mut Said) {
        self.used[at] = true;
        let next = self.lower(at + 1);
        if let Some((_, columns)) = adjectives::HOW.iter().find(|(word, _)| *word == next)
            && let Some(slot) = self.words_slot(columns, at + 1, Use::Show, true)
        {
            self.used[at + 1] = true;
            // "on average how large", "how old is each, on average", "how old is the average person"
            let average = Operator::Aggregate(Aggregate::Average);
            let later =
                (at + 2..self.end()).find(|later| self.is(*later, average) && !self.used[*later]);
            if let Some(later) = later {
                self.used[later] = true;
            }
            let aggregate = said.aggregates.pop().or(later.map(|_| Aggregate::Average));
            self.show(slot, aggregate, at + 1);
            said.owning = true;
        }
    }
}

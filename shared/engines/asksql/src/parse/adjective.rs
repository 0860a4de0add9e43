//! Superlatives of one word: "the oldest", "hired first", "paid the most".

use super::{Left, Reader, Use, Zone};
use crate::form::Aggregate;
use crate::link::{Candidate, Element, Reason};
use crate::words::adjectives;
use crate::words::operators::Operator;

impl Reader<'_> {
    /// "Who was hired first?": the verb before it names a time.
    pub(super) fn rank_in_time(&mut self, at: usize) -> bool {
        let word = self.lower(at);
        let verb = self.back(at);
        let ends = self
            .items
            .get(at + 1)
            .is_none_or(|next| next.stop || next.comma || next.is(Operator::Preposition));
        if !matches!(word.as_str(), "first" | "last" | "earliest" | "latest")
            || !ends
            || verb >= self.end()
            || !super::is_verb(&self.items[verb].text)
            || !self.is_time(verb)
        {
            return false;
        }
        let slot = self.time_mention(verb);
        self.used[at] = true;
        self.used[verb] = true;
        let descending = matches!(word.as_str(), "last" | "latest");
        self.push_extreme(descending, Left::Column(slot), 1, at);
        true
    }

    /// "the first order", "her last visit": rows of a table that says when they came.
    pub(super) fn first_in_time(&mut self, at: usize) -> bool {
        let Some(times) = self.ranked_entity(at) else {
            return false;
        };
        self.used[at] = true;
        let limit = self.limit_near(at);
        let descending = self.lower(at) == "last";
        let slot = self.add_slot(times, at, Use::Order);
        self.push_extreme(descending, Left::Column(slot), limit, at);
        self.own_extreme(self.skip_number(at + 1));
        true
    }

    fn skip_number(&self, at: usize) -> usize {
        at + usize::from(self.items.get(at).is_some_and(|item| item.number.is_some()))
    }

    /// The times of the entity behind "first" or "last": of one, or of as many as a number says.
    pub(super) fn ranked_entity(&self, at: usize) -> Option<Vec<Candidate>> {
        if !matches!(self.lower(at).as_str(), "first" | "last") || self.used[at] {
            return None;
        }
        let entity = self.skip_number(at + 1);
        let word = self.lower(entity);
        let table = self.items.get(entity)?.table()?;
        let one = crate::words::lemma(&word) == word;
        if !self.is_mention(entity) || entity == at + 1 && !one {
            return None;
        }
        let schema = &self.database.schema;
        let columns = schema.tables[table].columns.iter();
        let times = columns.filter(|column| schema.columns[**column].holds_time());
        let times = times
            .map(|column| {
                let score = 0.7 - super::when::unlikely(&schema.columns[*column]);
                Candidate::new(Element::Column(*column), score, Reason::Measure)
            })
            .collect::<Vec<Candidate>>();
        (!times.is_empty()).then_some(times)
    }

    /// "the highest point" where the schema has a column of that name: the row with the number that goes
    /// with it.
    pub(super) fn named_extreme(&mut self, at: usize) -> bool {
        let text = self.lower(at);
        let Some((first, rest)) = text.split_once(' ') else {
            return false;
        };
        let Some(Operator::Extreme(descending)) = crate::words::operators::operator(first) else {
            return false;
        };
        if rest.ends_with('s') || !self.is_mention(at) || self.items[at].best_mention() < 0.95 {
            return false;
        }
        let schema = &self.database.schema;
        let Some(Element::Column(named)) = self.items[at].mention.first().map(|best| best.element)
        else {
            return false;
        };
        let table = schema.table_of(named);
        let mut candidates = Vec::new();
        for column in &schema.tables[table].columns {
            let facts = &schema.columns[*column];
            if facts.is_number() && facts.words.first() == schema.columns[named].words.first() {
                candidates.push(Candidate::new(
                    Element::Column(*column),
                    0.9,
                    Reason::Measure,
                ));
            }
        }
        if candidates.is_empty() {
            return false;
        }
        let where_zone = self.zones[at] == Zone::Where;
        let slot = self.add_slot(candidates, at, Use::Order);
        self.push_extreme(descending, Left::Column(slot), 1, at);
        if where_zone {
            self.used[at] = true;
        }
        true
    }

    /// The superlative stands behind what it compares.
    pub(super) fn trailing(
        &mut self,
        at: usize,
        descending: bool,
        limit: u64,
        aggregate: Option<Aggregate>,
    ) {
        let word = self.lower(at);
        // "paid the most": of a time there is no more and no less.
        let is_amount = matches!(word.as_str(), "most" | "least" | "fewest");
        let mut before = self.back(at);
        while before < self.end() && matches!(self.op(before), Some(Operator::Be | Operator::Have))
        {
            before = self.back(before);
        }
        if before < self.end()
            && self.zones[before] == Zone::Where
            && self.is_mention(before)
            && self.number_column(before)
            && !(is_amount && self.is_time(before))
        {
            let slot = self.slot(before, Use::Order);
            let left = aggregate.map_or(Left::Column(slot), |aggregate| {
                Left::Aggregate(aggregate, slot)
            });
            self.push_extreme(descending, left, limit, at);
            return;
        }
        let before_word = if before < self.end() {
            self.lower(before)
        } else {
            String::new()
        };
        let measured = crate::words::adjectives::measures(&before_word)
            .next()
            .is_some();
        if measured && let Some(slot) = self.measure_slot(&before_word, before, Use::Order) {
            self.push_extreme(descending, Left::Column(slot), limit, at);
            return;
        }
        if !matches!(word.as_str(), "most" | "least" | "fewest" | "top")
            && crate::words::adjectives::measures(&word).next().is_some()
        {
            self.adjective_with(at, descending, limit, &word);
            return;
        }
        self.push_extreme(descending, Left::Rows(None), limit, at);
    }

    pub(super) fn adjective(&mut self, at: usize, up: bool) {
        let limit = self.limit_near(at);
        let word = self.lower(at);
        self.used[at] = true;
        // "earliest start date": the mention after it is what is compared.
        let next = self.skip(at + 1);
        if self.is_mention(next)
            && self.number_column(next)
            && self.items[next]
                .mention
                .first()
                .is_some_and(|best| matches!(best.element, Element::Column(_)))
        {
            self.extreme_column(at, next, up, limit);
            return;
        }
        // "launched most recently": the verb before it names the column.
        let before = self.back(at);
        if before < self.end()
            && self.is_mention(before)
            && super::zones::is_verb(&self.items[before].text)
            && self.number_column(before)
        {
            let slot = self.measure_of(before);
            self.push_extreme(up, Left::Column(slot), limit, at);
            return;
        }
        self.adjective_with(at, up, limit, &word);
        self.own_extreme(next);
    }

    pub(super) fn adjective_with(&mut self, at: usize, up: bool, limit: u64, word: &str) {
        let left = match self.measure_slot(word, at, Use::Order) {
            Some(slot) => Left::Column(slot),
            // "the newest product" where nothing has a day: a count of rows is no answer.
            None if adjectives::measures_a_column(word) => {
                self.used[at] = false;
                return;
            }
            None => Left::Rows(None),
        };
        self.push_extreme(up, left, limit, at);
    }
}

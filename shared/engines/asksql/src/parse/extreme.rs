//! "the oldest", "the highest salary", "the most orders", "the most common".

use super::{Choice, Extreme, Left, Pick, Reader, Use, Zone};
use crate::form::Aggregate;
use crate::items::Item;
use crate::link::{Candidate, Element};
use crate::words::operators::Operator;

impl Reader<'_> {
    pub(super) fn extremes(&mut self) {
        for at in 0..self.end() {
            if self.used[at] {
                continue;
            }
            match self.op(at) {
                Some(Operator::Extreme(_)) if self.sold_most(at) => {}
                Some(Operator::Common(descending)) => self.common(at, descending),
                Some(Operator::Extreme(descending)) if !self.is_mention(at) => {
                    self.extreme(at, descending);
                }
                // "the employee with maximum salary"
                Some(Operator::Aggregate(
                    aggregate @ (Aggregate::Maximum | Aggregate::Minimum),
                )) if self.zones[at] == Zone::Where
                    && !self.is_mention(at)
                    && !self.compared_before(at) =>
                {
                    self.extreme(at, aggregate == Aggregate::Maximum);
                }
                _ if self.named_extreme(at) || self.sold_most(at) => {}
                _ if self.rank_in_time(at) || self.first_in_time(at) => {}
                _ if self.items[at].superlative
                    && !(self.is_mention(at)
                        && self.items[at].best_mention() > 0.9
                        && self.lower(at) != "latest") =>
                {
                    let word = self.lower(at);
                    let up = crate::words::adjectives::measures(&word)
                        .next()
                        .is_none_or(|measure| measure.up);
                    self.adjective(at, up);
                }
                _ => {}
            }
        }
    }

    /// "top 3", "3 most", "five oldest".
    pub(super) fn limit_near(&mut self, at: usize) -> u64 {
        for near in [at + 1, at.wrapping_sub(1)] {
            if near < self.end()
                && !self.used[near]
                && let Some(number) = self.items[near].number
                && number.fract() == 0.0
                && (1.0..=1000.0).contains(&number)
            {
                self.used[near] = true;
                return number as u64;
            }
        }
        1
    }

    /// "more than the maximum": no row is picked by it.
    fn compared_before(&self, at: usize) -> bool {
        (at.saturating_sub(3)..at)
            .any(|before| matches!(self.op(before), Some(Operator::Than | Operator::Compare(_))))
    }

    fn common(&mut self, at: usize, descending: bool) {
        self.used[at] = true;
        let limit = self.limit_near(at);
        let next = self.skip(at + 1);
        // What is common is a group; what is counted are the rows around it. Elsewhere the span stays
        // free: it is also what is shown.
        let named = self.is_mention(next) && !self.is(next, Operator::Preposition);
        if named && self.zones[next] == Zone::Where {
            let slot = self.slot(next, Use::Group);
            self.sketch.groups.push(slot);
        }
        self.push_extreme(descending, Left::Rows(None), limit, at);
    }

    fn extreme(&mut self, at: usize, descending: bool) {
        let word = self.lower(at);
        self.used[at] = true;
        let limit = self.limit_near(at);
        let mut next = self.skip(at + 1);
        if self.used.get(next).copied().unwrap_or(false) && self.items[next].number.is_some() {
            next = self.skip(next + 1);
        }
        let counts_word = word.contains("number of")
            || word.contains("amount of")
            || matches!(word.as_str(), "most" | "least" | "fewest");
        let mut aggregate = None;
        let mut number_of = word.contains("number of");
        while let Some(operator) = self.op(next) {
            match operator {
                Operator::Aggregate(found) if !self.is_mention(next) => aggregate = Some(found),
                Operator::NumberOf | Operator::HowMany if !self.is_mention(next) => {
                    number_of = true;
                }
                Operator::Distinct | Operator::Of => {}
                Operator::Article | Operator::All | Operator::Their | Operator::Filler
                    if !self.is_mention(next) => {}
                _ => break,
            }
            self.used[next] = true;
            next += 1;
        }
        // "the most booked class": rows that tell of it are counted, whatever says when.
        if counts_word && !number_of && aggregate.is_none() && self.done_to_entity(next) {
            self.used[next] = true;
            self.push_extreme(descending, Left::Rows(None), limit, at);
            return;
        }
        // "spent the most", "spent the least money"
        if counts_word
            && !number_of
            && aggregate.is_none()
            && let Some(slot) = self.spent(at)
        {
            self.push_extreme(descending, Left::Aggregate(Aggregate::Sum, slot), limit, at);
            return;
        }
        if !self.is_mention(next) {
            let word = self.lower(next);
            if next < self.end()
                && !self.used[next]
                && crate::words::adjectives::measures(&word).next().is_some()
                && let Some(slot) = self.measure_slot(&word, next, Use::Order)
            {
                // "the lowest earning instructor"
                self.push_extreme(descending, Left::Column(slot), limit, at);
                return;
            }
            // "is the highest", "paid the most".
            self.trailing(at, descending, limit, aggregate);
            return;
        }
        if self.modifies(next) {
            self.used[next] = true;
            next += 1;
        }
        // "largest in area", "highest by population" come through here too.
        let table = self.items[next].is_entity();
        let column = self.number_column(next);
        if let Some(aggregate) = aggregate {
            let slot = self.slot(next, Use::Aggregate);
            self.push_extreme(descending, Left::Aggregate(aggregate, slot), limit, at);
            return;
        }
        let counted = if number_of {
            !column || table
        } else {
            counts_word && (table || !column)
        };
        if counted {
            let in_column = column && (number_of && !table || self.holds_count(next));
            let counted = self.choose(Choice::CountInColumn, in_column);
            let slot = self.slot(next, Use::Count);
            let left = if counted {
                Left::Column(slot)
            } else {
                Left::Rows(Some(slot))
            };
            self.push_extreme(descending, left, limit, at);
            return;
        }
        let summed = self.is_sum(next) && (self.zones[at] == Zone::Where || self.is_asked_span());
        if column && !table && (counts_word && self.belongs_to_many(next) || summed) {
            let slot = self.slot(next, Use::Aggregate);
            self.push_extreme(descending, Left::Aggregate(Aggregate::Sum, slot), limit, at);
            return;
        }
        if column && !table {
            self.extreme_column(at, next, descending, limit);
            return;
        }
        // "top 3 products by price", "top 3 products of each category by price"
        let mut by = next + 1;
        let mut measure = self.skip(by + 1);
        if self.sketch.each {
            let mut places = next + 1..self.end();
            by = places
                .find(|place| self.is(*place, Operator::By))
                .unwrap_or(by);
            measure = self.skip(by + 1);
        }
        if matches!(self.op(by), Some(Operator::By | Operator::OrderBy))
            && self.is_mention(measure)
            && self.number_column(measure)
        {
            self.used[by] = true;
            let slot = self.measure_of(measure);
            if self.is_sum(measure) {
                self.push_extreme(descending, Left::Aggregate(Aggregate::Sum, slot), limit, at);
                return;
            }
            self.push_extreme(descending, Left::Column(slot), limit, at);
            self.own_extreme(next);
            return;
        }
        // "top 5 customers by total amount"
        if self.is(by, Operator::By)
            && let Some(Operator::Aggregate(aggregate)) = self.op(measure)
            && self.is_mention(measure + 1)
            && self.number_column(measure + 1)
        {
            self.used[by] = true;
            self.used[measure] = true;
            let slot = self.slot(measure + 1, Use::Aggregate);
            self.push_extreme(descending, Left::Aggregate(aggregate, slot), limit, at);
            return;
        }
        // An entity: the adjective compares a measure of it, or counts what belongs to it.
        let counts = self.choose(Choice::ExtremeCounts, false);
        if counts {
            self.push_extreme(descending, Left::Rows(None), limit, at);
        } else {
            self.adjective_with(at, descending, limit, &word);
            self.own_extreme(next);
        }
    }

    /// "the doctor who earned the most fees": an entity that was named has many rows with the number.
    fn belongs_to_many(&self, at: usize) -> bool {
        let schema = &self.database.schema;
        let Some(Element::Column(column)) = self.items[at].mention.first().map(|best| best.element)
        else {
            return false;
        };
        let table = schema.table_of(column);
        self.lower(at).ends_with('s')
            && self.items[..at]
                .iter()
                .filter_map(Item::table)
                .any(|entity| {
                    schema.keys.iter().any(|key| {
                        schema.table_of(key.from) == table && schema.table_of(key.to) == entity
                    })
                })
    }

    /// "the most hosts" where a column is called the number of hosts.
    fn holds_count(&self, at: usize) -> bool {
        self.items[at].mention.iter().any(|candidate| {
            matches!(candidate.element, Element::Column(column) if candidate.score > 0.5 && {
                let facts = &self.database.schema.columns[column];
                facts.is_number() && facts.words.first().is_some_and(|word| word == "number")
            })
        })
    }

    /// The entity behind an adjective owns what the adjective compares; a column that refers to an entity
    /// stands for it ("the largest capital" is a city).
    pub(super) fn own_extreme(&mut self, entity: usize) {
        if entity >= self.end() || !self.is_mention(entity) {
            return;
        }
        let schema = &self.database.schema;
        let mention = &self.items[entity].mention;
        let mut candidates: Vec<Candidate> = mention
            .iter()
            .filter(|candidate| matches!(candidate.element, Element::Table(_)))
            .cloned()
            .collect();
        if self.items[entity].table().is_none() {
            let target = mention.first().and_then(|best| match best.element {
                Element::Column(column) => schema.columns[column].refers,
                Element::Table(_) => None,
            });
            let Some(target) = target else {
                return;
            };
            let table = Element::Table(schema.table_of(target));
            candidates = vec![Candidate::new(table, mention[0].score, mention[0].reason)];
        }
        if let Some(Extreme {
            left: Left::Column(slot),
            ..
        }) = self.sketch.extremes.last()
        {
            let slot = *slot;
            let owner = self.add_slot(candidates, entity, Use::Owner);
            self.sketch.slots[slot].owner = Some(owner);
        }
    }

    /// A column with a number, a day or a year.
    pub(super) fn number_column(&self, at: usize) -> bool {
        self.items[at]
            .mention
            .iter()
            .take(4)
            .any(|candidate| match candidate.element {
                Element::Column(column) => {
                    candidate.score > 0.5 && self.database.schema.columns[column].is_measured()
                }
                Element::Table(_) => false,
            })
    }

    /// "the highest salary": its greatest value where it is shown, the row that has it elsewhere.
    pub(super) fn extreme_column(&mut self, at: usize, next: usize, descending: bool, limit: u64) {
        let later = self.later_place(at).is_some();
        let before = self.back(at - usize::from(later));
        let shown = self.zones[at] == Zone::Show
            && (before >= self.end()
                || self.items[before].comma
                || matches!(
                    self.op(before),
                    Some(
                        Operator::Command
                            | Operator::And
                            | Operator::Which
                            | Operator::HowMuch
                            | Operator::Extreme(_)
                            | Operator::Aggregate(_)
                    )
                ))
            && limit == 1;
        // A name beside it asks for the row.
        let alone = !(0..self.end()).any(|other| {
            other != next
                && self.zones[other] == Zone::Show
                && self.is_mention(other)
                && self.named_output(other)
        });
        let value = alone || self.has_group() && !self.is_entity(next + 1);
        // "the second highest price" is no greatest value: it is looked up in its row.
        if shown && !later && self.choose(Choice::ExtremeAsValue, value) {
            let slot = self.slot(next, Use::Aggregate);
            let aggregate = if descending {
                Aggregate::Maximum
            } else {
                Aggregate::Minimum
            };
            self.sketch.picks.push(Pick {
                slot,
                aggregate: Some(aggregate),
                distinct: false,
                everything: false,
                item: next,
            });
            return;
        }
        if shown {
            let slot = self.measure_of(next);
            let left = Left::Column(slot);
            self.sketch.picks.push(Pick {
                slot,
                aggregate: None,
                distinct: false,
                everything: false,
                item: next,
            });
            self.push_extreme(descending, left, limit, at);
            return;
        }
        let slot = self.measure_of(next);
        self.push_extreme(descending, Left::Column(slot), limit, at);
        let mut entity = self.back(at);
        while entity < self.end()
            && matches!(
                self.op(entity),
                Some(Operator::Have | Operator::Relative | Operator::Preposition)
            )
        {
            entity = self.back(entity);
        }
        self.own_extreme(entity);
    }

    /// "which month had the highest revenue": the amounts of its rows are added up.
    fn is_asked_span(&self) -> bool {
        self.sketch.period.is_some_and(|period| period.asked)
    }

    /// A verb that names a time stands before an entity: "booked class".
    fn done_to_entity(&self, at: usize) -> bool {
        self.is_mention(at)
            && super::is_verb(&self.items[at].text)
            && self.is_time(at)
            && self.is_entity(at + 1)
    }

    fn is_entity(&self, at: usize) -> bool {
        let item = self.items.get(at);
        item.is_some_and(|item| item.is_entity() && item.operator.is_none())
    }

    pub(super) fn has_group(&self) -> bool {
        !self.sketch.groups.is_empty()
    }

    /// A span that will be shown by itself, not the owner of another.
    fn named_output(&self, at: usize) -> bool {
        let before = self.back(at);
        !matches!(
            self.op(before),
            Some(
                Operator::Of
                    | Operator::Preposition
                    | Operator::Each
                    | Operator::Aggregate(_)
                    | Operator::Extreme(_)
            )
        )
    }
}

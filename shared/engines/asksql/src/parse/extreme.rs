//! "the oldest", "the highest salary", "the most orders", "the most common".

use super::{Choice, Extreme, Left, Pick, Reader, Use, Zone};
use crate::form::Aggregate;
use crate::link::Element;
use crate::schema::Role;
use crate::words::operators::Operator;

impl Reader<'_> {
    pub(super) fn extremes(&mut self) {
        for at in 0..self.end() {
            if self.used[at] {
                continue;
            }
            match self.op(at) {
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
                _ if self.named_extreme(at) => {}
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

    /// "the top 5 with the highest gpa" is one superlative; "which 3 ... the most" limits it.
    pub(super) fn settle_extremes(&mut self) {
        if self.sketch.extremes.len() == 2 {
            let top = |extreme: &Extreme| {
                matches!(
                    self.items[extreme.item].text.to_lowercase().as_str(),
                    "top" | "bottom" | "first"
                )
            };
            if let Some(at) = (0..2).find(|at| top(&self.sketch.extremes[*at])) {
                let limit = self.sketch.extremes.remove(at).limit;
                self.sketch.extremes[0].limit = self.sketch.extremes[0].limit.max(limit);
            }
        }
        if self.sketch.extremes.len() == 1 && self.sketch.extremes[0].limit == 1 {
            for at in 0..self.end() {
                if let Some(number) = self.items[at].number
                    && !self.used[at]
                    && self.zones[at] == Zone::Show
                    && number.fract() == 0.0
                    && (2.0..=1000.0).contains(&number)
                    && at > 0
                    && matches!(
                        self.op(self.back(at)),
                        Some(Operator::Which | Operator::Command | Operator::Of)
                    )
                {
                    self.used[at] = true;
                    self.sketch.extremes[0].limit = number as u64;
                    return;
                }
            }
        }
    }

    /// "top 3", "3 most", "five oldest".
    fn limit_near(&mut self, at: usize) -> u64 {
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
        let left = if self.is_mention(next) && !self.is(next, Operator::Preposition) {
            // The span stays free: it is also what is shown.
            let counted = self.add_counted_by(next);
            Left::Rows(counted)
        } else {
            Left::Rows(None)
        };
        self.sketch.extremes.push(Extreme {
            descending,
            left,
            limit,
            item: at,
        });
    }

    /// What is common is a group; what is counted are the rows around it.
    fn add_counted_by(&mut self, at: usize) -> Option<usize> {
        if self.zones[at] == Zone::Where {
            let slot = self.slot(at, Use::Group);
            self.sketch.groups.push(slot);
        }
        None
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
        let table = self.items[next]
            .mention
            .first()
            .is_some_and(|best| matches!(best.element, Element::Table(_)));
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
            let counted = self.choose(Choice::CountInColumn, column && number_of && !table);
            let slot = self.slot(next, Use::Count);
            let left = if counted {
                Left::Column(slot)
            } else {
                Left::Rows(Some(slot))
            };
            self.push_extreme(descending, left, limit, at);
            return;
        }
        if column && !table {
            self.extreme_column(at, next, descending, limit);
            return;
        }
        // "top 3 products by price"
        let by = next + 1;
        let measure = self.skip(by + 1);
        if matches!(self.op(by), Some(Operator::By | Operator::OrderBy))
            && self.is_mention(measure)
            && self.number_column(measure)
        {
            self.used[by] = true;
            let slot = self.measure_of(measure);
            self.push_extreme(descending, Left::Column(slot), limit, at);
            self.own_extreme(next);
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

    /// The entity behind an adjective owns what the adjective compares.
    fn own_extreme(&mut self, entity: usize) {
        if entity >= self.end() || !self.is_mention(entity) || self.items[entity].table().is_none()
        {
            return;
        }
        if let Some(Extreme {
            left: Left::Column(slot),
            ..
        }) = self.sketch.extremes.last()
        {
            let slot = *slot;
            let mut candidates = self.items[entity].mention.clone();
            candidates.retain(|candidate| matches!(candidate.element, Element::Table(_)));
            let owner = self.add_slot(candidates, entity, Use::Owner);
            self.sketch.slots[slot].owner = Some(owner);
        }
    }

    /// "the highest point" where the schema has a column of that name: the row with the number that goes
    /// with it.
    fn named_extreme(&mut self, at: usize) -> bool {
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
                candidates.push(crate::link::Candidate::new(
                    Element::Column(*column),
                    0.9,
                    crate::link::Reason::Measure,
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

    /// A column with a number, a day or a year.
    pub(super) fn number_column(&self, at: usize) -> bool {
        self.items[at]
            .mention
            .iter()
            .take(4)
            .any(|candidate| match candidate.element {
                Element::Column(column) => {
                    let column = &self.database.schema.columns[column];
                    candidate.score > 0.5
                        && (column.is_number()
                            || column.kind.is_time()
                            || matches!(column.role, Role::Date | Role::Year))
                        && column.role != Role::Id
                        && column.refers.is_none()
                }
                Element::Table(_) => false,
            })
    }

    /// "the highest salary": its greatest value where it is shown, the row that has it elsewhere.
    fn extreme_column(&mut self, at: usize, next: usize, descending: bool, limit: u64) {
        let before = self.back(at);
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
        if shown && self.choose(Choice::ExtremeAsValue, alone || self.has_group()) {
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

    fn push_extreme(&mut self, descending: bool, left: Left, limit: u64, item: usize) {
        self.sketch.extremes.push(Extreme {
            descending,
            left,
            limit,
            item,
        });
    }

    /// The superlative stands behind what it compares.
    fn trailing(&mut self, at: usize, descending: bool, limit: u64, aggregate: Option<Aggregate>) {
        let mut before = self.back(at);
        while before < self.end() && matches!(self.op(before), Some(Operator::Be | Operator::Have))
        {
            before = self.back(before);
        }
        if before < self.end()
            && self.zones[before] == Zone::Where
            && self.is_mention(before)
            && self.number_column(before)
        {
            let slot = self.slot(before, Use::Order);
            let left = aggregate.map_or(Left::Column(slot), |aggregate| {
                Left::Aggregate(aggregate, slot)
            });
            self.push_extreme(descending, left, limit, at);
            return;
        }
        let word = self.lower(at);
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

    fn adjective(&mut self, at: usize, up: bool) {
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
        self.adjective_with(at, up, limit, &word);
        self.own_extreme(next);
    }

    fn adjective_with(&mut self, at: usize, up: bool, limit: u64, word: &str) {
        let left = match self.measure_slot(word, at, Use::Order) {
            Some(slot) => Left::Column(slot),
            None => Left::Rows(None),
        };
        self.push_extreme(up, left, limit, at);
    }
}

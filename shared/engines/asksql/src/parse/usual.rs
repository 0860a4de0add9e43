//! Conditions that are said in one word: a flag column by its name ("insured patients", "phones without
//! wifi"), and an adjective that has a usual measure ("major cities").

use super::{Choice, Left, Reader, Right, Use, Zone};
use crate::form::{Aggregate, Comparison, Literal};
use crate::items::Item;
use crate::link::{Candidate, Element, Reason};
use crate::words::adjectives::MAJOR;
use crate::words::operators::Operator;

impl Reader<'_> {
    /// "the lowest and the highest price", "the greatest, smallest and average age": functions of one column.
    pub(super) fn both_ends(&mut self) {
        for at in 0..self.end() {
            if self.used[at] || self.zones[at] != Zone::Show {
                continue;
            }
            let mut places = vec![at];
            let mut functions: Vec<Aggregate> = self.end_of(at).into_iter().collect();
            let mut next = at;
            while !functions.is_empty() {
                let mut joint = next + 1;
                while self.is(joint, Operator::And)
                    || self.items.get(joint).is_some_and(|item| item.comma)
                {
                    joint += 1;
                }
                let other = self.skip(joint);
                match self.end_of(other).filter(|_| joint > next + 1) {
                    Some(function) if !functions.contains(&function) => {
                        functions.push(function);
                        places.extend(next + 1..=other);
                        next = other;
                    }
                    _ => break,
                }
            }
            let column = self.skip(next + 1);
            let extreme = places
                .iter()
                .any(|place| matches!(self.op(*place), Some(Operator::Extreme(_))));
            if functions.len() < 2
                || !extreme
                || !self.is_mention(column)
                || !self.items[column].has_column()
            {
                continue;
            }
            for place in places {
                self.used[place] = true;
            }
            let slot = self.slot(column, Use::Aggregate);
            for function in functions {
                self.show(slot, Some(function), column);
            }
        }
    }

    /// The function of a column that a word asks for.
    fn end_of(&self, at: usize) -> Option<Aggregate> {
        match self.op(at)? {
            Operator::Extreme(true) => Some(Aggregate::Maximum),
            Operator::Extreme(false) => Some(Aggregate::Minimum),
            Operator::Aggregate(aggregate) if !self.is_mention(at) => Some(aggregate),
            _ => None,
        }
    }

    pub(super) fn usual(&mut self) {
        for at in 0..self.end() {
            if self.used[at] {
                continue;
            }
            if self.items[at].mention.is_empty() && self.lower(at) == "major" {
                self.major(at);
            } else if self.is_mention(at) {
                self.flag(at);
            }
        }
    }

    /// "major cities": more of their measure than a convention says.
    fn major(&mut self, at: usize) {
        let schema = &self.database.schema;
        let Some(table) = self.items.get(at + 1).and_then(Item::table) else {
            return;
        };
        let table = &schema.tables[table];
        let found = MAJOR.iter().find_map(|(entities, measure, amount)| {
            let head = table.words.last()?;
            let column = table.columns.iter().copied().find(|column| {
                let facts = &schema.columns[*column];
                facts.declared.is_number() && facts.words.iter().any(|word| word == measure)
            })?;
            entities
                .contains(&head.as_str())
                .then_some((column, *amount))
        });
        if let Some((column, amount)) = found {
            self.used[at] = true;
            let mut candidate = Candidate::new(Element::Column(column), 0.8, Reason::Default);
            candidate.value = Some(format!("> {amount}"));
            let slot = self.add_slot(vec![candidate], at, Use::Compare);
            let right = Right::Compare(Comparison::Greater, Literal::Number(amount));
            self.push_value(Left::Column(slot), right, at);
        }
    }

    /// A column of yes and no that restricts what is asked.
    fn flag(&mut self, at: usize) {
        let schema = &self.database.schema;
        let truth = |candidate: &Candidate| match candidate.element {
            Element::Column(column) => schema.columns[column].facts.truth.clone(),
            Element::Table(_) => None,
        };
        let best = self.items[at].best_mention();
        let flags: Vec<(Candidate, (String, String))> = self.items[at]
            .mention
            .iter()
            .filter(|candidate| candidate.score > best - 0.05)
            .filter_map(|candidate| Some((candidate.clone(), truth(candidate)?)))
            .collect();
        if flags.is_empty() || best < 0.5 {
            return;
        }
        let next = at + 1;
        let adjective = self.items.get(next).is_some_and(|item| {
            item.operator.is_none() && item.table().is_some() && !item.is_value()
        });
        let before = self.back(at);
        let said = self.zones[at] == Zone::Where
            && !matches!(
                self.op(before),
                Some(
                    Operator::Each
                        | Operator::By
                        | Operator::NumberOf
                        | Operator::Aggregate(_)
                        | Operator::Extreme(_)
                        | Operator::OrderBy
                        | Operator::Compare(_)
                )
            )
            && !self.lower(next).starts_with("status")
            && !matches!(self.op(next), Some(Operator::Compare(_) | Operator::Be));
        if !(adjective || said) || !self.choose(Choice::Flag, true) {
            return;
        }
        // "no approved requests": there is no such row, which says nothing of those that are not approved.
        let mut before = (at.saturating_sub(4)..at).rev();
        let not = before.find(|place| {
            !adjective
                && !self.used[*place]
                && matches!(self.op(*place), Some(Operator::Not | Operator::Without))
        });
        if let Some(not) = not {
            self.used[not] = true;
        }
        let candidates = flags
            .into_iter()
            .map(|(mut candidate, (yes, no))| {
                candidate.value = Some(if not.is_some() { no } else { yes });
                candidate
            })
            .collect();
        self.used[at] = true;
        let slot = self.add_slot(candidates, at, Use::Value);
        let text = self.items[at].text.clone();
        self.push_value(Left::Column(slot), Right::Value(text), at);
    }
}

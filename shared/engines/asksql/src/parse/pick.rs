//! What a name in what is shown becomes: a column, functions over it, or the owner of other columns.

use super::select::Said;
use super::{Choice, Pick, Reader, Use};
use crate::form::Aggregate;
use crate::link::Element;
use crate::words::operators::Operator;

impl Reader<'_> {
    pub(super) fn pick(&mut self, at: usize, said: &mut Said) {
        let listed = self.is_listed(at);
        let owns = !listed && (said.owning || said.closed || self.owns_next(at, said));
        if owns && !(self.sketch.picks.is_empty() && self.everything(at)) {
            if self.is_named_too(at, said) {
                let slot = self.slot(at, Use::Show);
                let candidates = &mut self.sketch.slots[slot].candidates;
                candidates.retain(|candidate| matches!(candidate.element, Element::Table(_)));
                self.show(slot, None, at);
            } else if !self.named_column(at, &mut said.waiting) {
                let owner = self.slot(at, Use::Owner);
                self.sketch.owners.push(owner);
                self.own_waiting(owner, said);
            }
            return;
        }
        let first = self.sketch.picks.len();
        if !said.aggregates.is_empty() {
            self.pick_aggregates(at, said);
        } else if self.items[at].is_entity() && self.everything(at) {
            let slot = self.slot(at, Use::Show);
            self.sketch.picks.push(Pick {
                slot,
                aggregate: None,
                distinct: false,
                everything: true,
                item: at,
            });
            return;
        } else {
            let slot = self.slot(at, Use::Show);
            self.show(slot, None, at);
            self.sketch.distinct |= said.distinct;
        }
        said.distinct = false;
        said.waiting.extend(first..self.sketch.picks.len());
    }

    /// "first name last name salary": columns of one table side by side, with nothing that joins them. One word before
    /// another column may be a verb ("which minister left office"), so the first has two.
    pub(super) fn is_listed(&self, at: usize) -> bool {
        let table = |at: usize| match self.items[at].mention.first()?.element {
            Element::Column(column) => {
                let named = self.items[at].best_mention() > 0.95;
                named.then(|| self.database.schema.table_of(column))
            }
            Element::Table(_) => None,
        };
        let plain = self.sketch.picks.iter().rev();
        let run = plain
            .enumerate()
            .take_while(|(steps, pick)| pick.item + steps + 1 == at && pick.aggregate.is_none())
            .last();
        let begun = run.is_some_and(|(_, pick)| self.items[pick.item].text.contains(' '));
        begun && table(at).is_some() && table(at - 1) == table(at)
    }

    /// "the names of actors and the musicals they are in": the second entity is shown by its name as well.
    fn is_named_too(&self, at: usize, said: &Said) -> bool {
        let names = |pick: &Pick| {
            pick.aggregate.is_none() && matches!(self.lower(pick.item).as_str(), "name" | "names")
        };
        let joint = self.back(at);
        said.waiting.is_empty()
            && said.owning
            && self.items[at].is_entity()
            && self.is(joint, Operator::And)
            && self.items[self.back(joint)].is_entity()
            && matches!(self.sketch.picks.as_slice(), [pick] if names(pick))
    }

    /// "the customer's name", "student ages": the entity owns what follows it.
    fn owns_next(&self, at: usize, said: &Said) -> bool {
        let next = at + 1;
        (self.items[at].is_entity() || self.stands_for_row(at))
            && self.is_mention(next)
            && self.items[next].has_column()
            && !self.is(next, Operator::Filler)
            && said.aggregates.first() != Some(&Aggregate::Count)
    }

    fn pick_aggregates(&mut self, at: usize, said: &mut Said) {
        let counted = said.aggregates.contains(&Aggregate::Count);
        let usage = if counted { Use::Count } else { Use::Aggregate };
        let slot = self.slot(at, usage);
        let list = self.aggregates_of(at, &said.aggregates);
        for aggregate in &list {
            self.sketch.picks.push(Pick {
                slot,
                aggregate: Some(*aggregate),
                distinct: said.distinct,
                everything: false,
                item: at,
            });
        }
        // "maximum and minimum price": both are used; "average age and weight" goes on.
        if counted || list.len() > 1 || !self.further_number(at + 1) {
            said.aggregates.clear();
        }
    }

    /// Which of the functions before a name are taken over it.
    fn aggregates_of(&self, at: usize, aggregates: &[Aggregate]) -> Vec<Aggregate> {
        if !aggregates.contains(&Aggregate::Count) {
            return aggregates.to_vec();
        }
        if self.items[at].is_entity() && !aggregates.contains(&Aggregate::Average) {
            return vec![Aggregate::Count];
        }
        if aggregates.len() == 1 {
            return aggregates.to_vec();
        }
        let others = aggregates
            .iter()
            .filter(|aggregate| **aggregate != Aggregate::Count);
        others.copied().collect()
    }

    /// A joint at `at`, and right behind it a column of numbers.
    fn further_number(&self, at: usize) -> bool {
        let joint = self.is(at, Operator::And) || self.items.get(at).is_some_and(|item| item.comma);
        let after = self.skip(at + 1);
        joint && after == at + 1 && self.is_mention(after) && self.number_like(after)
    }

    pub(super) fn finish_picks(&mut self, who: Option<usize>, distinct: bool) {
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
        self.sum_up();
        self.show_groups();
        if self.has_group() && !self.shows_aggregate() {
            self.aggregate_by_name();
        }
        let by_period = self
            .sketch
            .period
            .is_some_and(|period| period.asked || !self.sketch.extremes.is_empty());
        if self.sketch.picks.is_empty() && !by_period {
            self.default_pick();
        }
        let default = self.sketch.distinct;
        self.sketch.distinct = self.choose(Choice::Distinct, default);
    }

    /// A function is shown.
    fn shows_aggregate(&self) -> bool {
        let mut picks = self.sketch.picks.iter();
        picks.any(|pick| pick.aggregate.is_some())
    }

    /// The group of "for each X" is shown beside its numbers.
    fn show_groups(&mut self) {
        if self.sketch.averaged.is_some() {
            return;
        }
        for slot in self.sketch.groups.clone() {
            if self.sketch.picks.iter().any(|pick| pick.slot == slot) {
                continue;
            }
            let default = self.shows_aggregate() || self.sketch.picks.is_empty();
            if self.choose(Choice::ShowGroupKey, default) {
                self.show(slot, None, self.sketch.slots[slot].item);
            }
        }
    }

    /// "total revenue by country" sums, whatever the column is called.
    fn aggregate_by_name(&mut self) {
        for pick in &mut self.sketch.picks {
            let text = self.items[pick.item].text.to_lowercase();
            let aggregate = if text.starts_with("total ") {
                Aggregate::Sum
            } else if text.starts_with("average ") {
                Aggregate::Average
            } else {
                continue;
            };
            if !self.sketch.groups.contains(&pick.slot) {
                pick.aggregate = Some(aggregate);
            }
        }
    }
}

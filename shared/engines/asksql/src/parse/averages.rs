//! "the average number of orders per customer": counts that an average is taken over.

use super::{Reader, Use};
use crate::form::Aggregate;
use crate::items::Item;
use crate::link::{Candidate, Element};
use crate::schema::Role;
use crate::words::lemma;
use crate::words::operators::Operator;

const AVERAGE: Operator = Operator::Aggregate(Aggregate::Average);

impl Reader<'_> {
    /// Shows the average of counts where the words ask for it and say what there is a count of each.
    pub(super) fn averaged_counts(&mut self) {
        let mut places = 0..self.end();
        let Some(average) = places.find(|at| self.is_averaging(*at)) else {
            return;
        };
        let Some((asks, counted)) = self.counted_on_average(average) else {
            return;
        };
        if self.holds_numbers(counted) || !self.has_each(counted) {
            return;
        }
        self.used[average] = true;
        self.used[asks] = true;
        let slot = self.slot(counted, Use::Count);
        self.sketch.averaged = Some(slot);
        self.show(slot, Some(Aggregate::Average), counted);
    }

    fn is_averaging(&self, at: usize) -> bool {
        self.is(at, AVERAGE) && !self.used[at] && !self.is_mention(at)
    }

    /// The word that asks for counts, and what is counted.
    fn counted_on_average(&self, average: usize) -> Option<(usize, usize)> {
        let next = self.skip(average + 1);
        if self.is(next, Operator::NumberOf) {
            return Some((next, self.counted_from(next + 1)?));
        }
        let mut places = 0..self.end();
        if let Some(how_many) = places.find(|at| self.is(*at, Operator::HowMany)) {
            return Some((how_many, self.counted_from(how_many + 1)?));
        }
        // "average orders per customer", "orders per customer on average".
        let per = (1..self.end()).find(|at| self.is(*at, Operator::Per))?;
        let counted = per - 1;
        let word = self.lower(counted);
        let beside = counted == next || counted == 0 || self.lower(average).starts_with("on ");
        let several = self.is_counted(counted) && lemma(&word) != word;
        (beside && several).then_some((average, counted))
    }

    /// What is counted, behind values that restrict it: "number of paid orders".
    fn counted_from(&self, at: usize) -> Option<usize> {
        let mut at = self.skip(at);
        while self.items.get(at).is_some_and(Item::is_value) {
            at += 1;
        }
        self.is_counted(at).then_some(at)
    }

    fn is_counted(&self, at: usize) -> bool {
        at < self.end() && self.is_mention(at) && self.items[at].table().is_some()
    }

    /// "the average number of employees" where a column holds such numbers.
    fn holds_numbers(&self, at: usize) -> bool {
        let columns = &self.database.schema.columns;
        let number = |candidate: &Candidate| match candidate.element {
            Element::Column(column) => {
                let facts = &columns[column];
                facts.is_number() && facts.role != Role::Id && facts.refers.is_none()
            }
            Element::Table(_) => false,
        };
        let mut mention = self.items[at].mention.iter();
        mention.any(|candidate| candidate.score > 0.5 && number(candidate))
    }

    /// There is a count for each group: one that was named already, or any one of an entity.
    fn has_each(&mut self, counted: usize) -> bool {
        if self.has_group() || self.sketch.period.is_some_and(|period| !period.asked) {
            return true;
        }
        let Some(each) = (counted + 2..self.end()).find(|at| self.is_any_one(*at, counted)) else {
            return false;
        };
        self.used[each - 1] |= self.is(each - 1, AVERAGE);
        let slot = self.slot(each, Use::Group);
        self.sketch.groups.push(slot);
        self.sketch.each = true;
        true
    }

    /// "does a customer", "in an order", "the average customer": any one of an entity.
    fn is_any_one(&self, at: usize, counted: usize) -> bool {
        let article = at - 1;
        let any = matches!(self.lower(article).as_str(), "a" | "an") || self.is(article, AVERAGE);
        let joint = article - 1;
        let joins = joint == counted
            || self.is(joint, Operator::Do)
            || matches!(
                self.lower(joint).as_str(),
                "in" | "on" | "of" | "by" | "for"
            );
        any && joins && self.is_counted(at)
    }
}

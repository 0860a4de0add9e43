//! What a number is compared with: "more than 3 pets", "heavier than 20 pounds", "cost over 500".

use super::near::{is_unit, is_year};
use super::{Choice, Left, Reader, Right, SlotId, Use};
use crate::form::{Comparison, Literal};
use crate::items::Item;
use crate::link::Element;
use crate::resolve::table_of;
use crate::schema::TableId;
use crate::words::adjectives;
use crate::words::operators::Operator;

/// A comparison with a number: it begins at one place and the number ends at another.
#[derive(Debug)]
pub(super) struct Compared {
    pub(super) at: usize,
    pub(super) last: usize,
    pub(super) comparison: Comparison,
    pub(super) number: f64,
}

impl Reader<'_> {
    /// The column that a number is compared with: behind the number, before the comparison, by its unit.
    pub(super) fn number_condition(&mut self, compared: &Compared) {
        if self.times_compared(compared)
            || self.capacity_compared(compared)
            || self.spent_compared(compared)
            || self.totalled_compared(compared)
        {
            return;
        }
        let near = self.attribute_near(compared.at, compared.last);
        if near.is_none() && self.compared_again(compared)
            || !near.is_some_and(|near| self.names_surely(near, compared))
                && self.united_compared(compared)
        {
            return;
        }
        if let Some(near) = near {
            self.near_compared(compared, near);
            return;
        }
        let done = self.unit_compared(compared)
            || self.once_compared(compared)
            || self.age_compared(compared)
            || self.rows_compared(compared)
            || self.measure_word_compared(compared)
            || self.year_compared(compared)
            || self.worth_compared(compared)
            || self.measure_before_compared(compared);
        if !done {
            self.sketch.guesses.push(compared.last);
            self.compare(Left::Rows(None), compared);
        }
    }

    pub(super) fn compare(&mut self, left: Left, compared: &Compared) -> bool {
        let number = Literal::Number(compared.number);
        let right = Right::Compare(compared.comparison, number);
        self.push(left, right, compared.at);
        true
    }

    /// "more than 3 times"
    fn times_compared(&mut self, compared: &Compared) -> bool {
        let word = compared.last + 1;
        if !matches!(self.lower(word).as_str(), "time" | "times")
            || self.items[word].best_mention() >= 0.9
        {
            return false;
        }
        self.used[word] = true;
        self.compare(Left::Rows(None), compared)
    }

    /// "which can seat more than 50 students": a capacity, whatever is seated.
    fn capacity_compared(&mut self, compared: &Compared) -> bool {
        let verb = self.back(compared.at);
        let word = self.lower(verb);
        if verb < self.end()
            && adjectives::measures(&word).any(|measure| measure.columns.contains(&"capacity"))
            && let Some(slot) = self.measure_slot(&word, verb, Use::Compare)
        {
            let seated = compared.last + 1;
            if self.is_mention(seated) {
                self.used[seated] = true;
            }
            return self.compare(Left::Column(slot), compared);
        }
        false
    }

    /// "higher than 1000 or lower than 500": the same thing is compared again.
    fn compared_again(&mut self, compared: &Compared) -> bool {
        let mut before = self.back(compared.at);
        while before < self.end() && self.is(before, Operator::Be) {
            before = self.back(before);
        }
        if matches!(self.op(before), Some(Operator::Or | Operator::And))
            && let Some(last) = self.sketch.conditions.last()
            && matches!(last.right, Right::Compare(..))
            && last.item < compared.at
            && !is_unit(&self.lower(compared.last + 1))
        {
            return self.compare(last.left, compared);
        }
        false
    }

    /// The name stands behind the number or is surely that of a column, so that no unit says more.
    fn names_surely(&self, near: usize, compared: &Compared) -> bool {
        near > compared.last
            || self.items[near]
                .mention
                .first()
                .is_some_and(|best| best.score > 0.9 && matches!(best.element, Element::Column(_)))
    }

    /// "20 pounds", "20 years old", "$20".
    fn united_compared(&mut self, compared: &Compared) -> bool {
        let behind = compared.last + 1;
        let dollars = self.items[compared.last].text.starts_with('$');
        let word = self.lower(behind);
        let unit = if dollars {
            "dollar"
        } else if word.starts_with("years old") {
            "year"
        } else {
            &word
        };
        if let Some(columns) = adjectives::counted_in(unit)
            && let Some(slot) = self.words_slot(columns, behind, Use::Compare, true)
        {
            if !dollars {
                self.used[behind] = true;
            }
            return self.compare(Left::Column(slot), compared);
        }
        false
    }

    /// "more than 3 pets": rows are counted; "more than 100 points": a column is compared.
    fn near_compared(&mut self, compared: &Compared, near: usize) {
        let behind = near > compared.last;
        let counted = near < compared.at && self.counted_before(near);
        if counted {
            // "the number of employees is greater than 5"
            let number_of = self.back(near);
            self.used[number_of] = true;
        }
        let mut counts = behind && self.counts_rows(near) || counted;
        if behind || counts {
            counts = self.choose(Choice::CountCompared, counts);
        }
        let left = if let Some(aggregate) = self.aggregate_before(near)
            && !counts
        {
            Left::Aggregate(aggregate, self.measure_of(near))
        } else if counts {
            Left::Rows(Some(self.slot(near, Use::Count)))
        } else {
            Left::Column(self.measure_of(near))
        };
        self.compare(left, compared);
    }

    /// A unit uses up its word even where no column is measured in it.
    fn unit_compared(&mut self, compared: &Compared) -> bool {
        let behind = compared.last + 1;
        let Some(columns) = adjectives::counted_in(&self.lower(behind)) else {
            return false;
        };
        self.used[behind] = true;
        let slot = self.words_slot(columns, behind, Use::Compare, true);
        slot.is_some_and(|slot| self.compare(Left::Column(slot), compared))
    }

    /// "more than once"
    fn once_compared(&mut self, compared: &Compared) -> bool {
        matches!(self.lower(compared.last).as_str(), "once" | "twice")
            && self.compare(Left::Rows(None), compared)
    }

    /// "who are over 30"
    fn age_compared(&mut self, compared: &Compared) -> bool {
        let at = compared.at;
        let word = self.lower(at);
        if matches!(word.as_str(), "over" | "under" | "above" | "below")
            && self.is(self.back(at), Operator::Be)
            && (1.0..=130.0).contains(&compared.number)
            && let Some(slot) = self.words_slot(&["age"], at, Use::Compare, true)
        {
            return self.compare(Left::Column(slot), compared);
        }
        false
    }

    /// "that have more than 3", "more than 3 records".
    fn rows_compared(&mut self, compared: &Compared) -> bool {
        let unit = self.lower(compared.last + 1);
        let rows = self.has(self.back(compared.at))
            || matches!(unit.as_str(), "record" | "records" | "entries" | "rows");
        rows && self.compare(Left::Rows(None), compared)
    }

    /// A measure word before it: "cost more than 500", "scored over 10".
    fn measure_word_compared(&mut self, compared: &Compared) -> bool {
        for before in (compared.at.saturating_sub(3)..compared.at).rev() {
            let text = self.lower(before);
            if adjectives::measures(&text).next().is_some()
                && let Some(slot) = self.measure_slot(&text, before, Use::Compare)
            {
                return self.compare(Left::Column(slot), compared);
            }
        }
        false
    }

    /// "over 2008", though "more than 2008" may count.
    fn year_compared(&mut self, compared: &Compared) -> bool {
        let word = self.lower(compared.at);
        if is_year(compared.number)
            && !self.has_other_time(compared.last)
            && !matches!(word.as_str(), "more than" | "at least")
            && let Some(slot) = self.time_slot(compared.at, compared.last)
        {
            return self.compare(Left::Column(slot), compared);
        }
        false
    }

    /// "in 2023 over 2000": the time is said already.
    fn has_other_time(&self, number: usize) -> bool {
        (0..self.end()).filter(|at| *at != number).any(|at| {
            let item = &self.items[at];
            let year =
                item.number.is_some_and(is_year) && self.is(self.back(at), Operator::Preposition);
            item.interval.is_some() || year
        })
    }

    /// "invoices over 1000", "invoices worth more than 1000": what one of them is worth.
    fn worth_compared(&mut self, compared: &Compared) -> bool {
        let mut entity = self.back(compared.at);
        if self.has_other_time(compared.last) {
            let mut before = (0..compared.at).rev();
            entity = before
                .find(|at| self.items[*at].is_entity())
                .unwrap_or(entity);
        }
        let worth = self.lower(entity) == "worth";
        if worth {
            self.used[entity] = true;
            entity = self.back(entity);
        }
        let bound = worth
            || matches!(
                self.lower(compared.at).as_str(),
                "over" | "above" | "under" | "below"
            );
        let Some(table) = self
            .items
            .get(entity)
            .and_then(Item::table)
            .filter(|_| bound)
        else {
            return false;
        };
        let slot = self.worth_of(table, compared.at);
        slot.is_some_and(|slot| self.compare(Left::Column(slot), compared))
    }

    /// What one row of the table is worth.
    pub(super) fn worth_of(&mut self, table: TableId, at: usize) -> Option<SlotId> {
        let words = ["amount", "total", "price", "cost", "value"];
        let schema = &self.database.schema;
        let mut worth = self.called(&words, true);
        worth.retain(|candidate| table_of(schema, candidate.element) == table);
        (!worth.is_empty()).then(|| self.add_slot(worth, at, Use::Compare))
    }

    /// A measure that is named anywhere before and still free.
    fn measure_before_compared(&mut self, compared: &Compared) -> bool {
        if self.is_unnamed_thing(compared.last + 1) {
            return false;
        }
        let mut before = (0..compared.at).rev();
        let Some(near) = before.find(|near| self.is_mention(*near) && self.is_measure(*near))
        else {
            return false;
        };
        let aggregate = self.aggregate_before(near);
        let slot = self.measure_of(near);
        let left = aggregate.map_or(Left::Column(slot), |aggregate| {
            Left::Aggregate(aggregate, slot)
        });
        self.compare(left, compared)
    }

    /// "at least two shops": things that the schema does not name are counted.
    fn is_unnamed_thing(&self, at: usize) -> bool {
        self.items.get(at).is_some_and(|item| {
            let word = item.text.to_lowercase();
            item.mention.is_empty()
                && item.operator.is_none()
                && !item.stop
                && !item.comma
                && crate::words::lemma(&word) != word
        })
    }
}

//! Numbers that a sum is compared with: "spent more than 2000 in total", "sold over 100 units".

use super::near::is_unit;
use super::number::Compared;
use super::{Condition, Left, Reader, Right, SlotId, Zone};
use crate::form::Aggregate;
use crate::items::Item;
use crate::link::Candidate;
use crate::words::lemma;
use crate::words::operators::Operator;

/// Units of money, in which what is spent may be counted.
const MONEY: &[&str] = &["dollar", "usd", "euro"];

/// Units of things, which are counted over all that was done with them.
const THINGS: &[&str] = &["unit", "piece"];

impl Reader<'_> {
    /// "who spent more than 2000", "who paid over 100 in total": what was paid is added up.
    pub(super) fn spent_compared(&mut self, compared: &Compared) -> bool {
        let verb = self.back(compared.at);
        let spent = matches!(self.lower(verb).as_str(), "spend" | "spent" | "spends");
        if !(spent || self.spends(verb) && self.says_total()) || !self.counts_money(compared.last) {
            return false;
        }
        let single = self.is_about_one(compared.last);
        let slot = match self.spent_on(compared.last) {
            Some(slot) => Some(slot),
            None => self.spent(compared.at),
        };
        let Some(slot) = slot else {
            return false;
        };
        self.used[verb] = true;
        self.compare(Left::Column(slot), compared);
        self.add_up_last(!single);
        true
    }

    /// "whose orders total more than 1000", "with payments that sum to more than 100".
    pub(super) fn totalled_compared(&mut self, compared: &Compared) -> bool {
        let mut verb = self.back(compared.at);
        while matches!(self.lower(verb).as_str(), "to" | "up" | "up to") {
            verb = self.back(verb);
        }
        let mut entity = self.back(verb);
        while self.is(entity, Operator::Relative) {
            entity = self.back(entity);
        }
        let table = self.items.get(entity).filter(|item| item.is_entity());
        let Some(table) = table.and_then(Item::table).filter(|_| self.totals(verb)) else {
            return false;
        };
        let Some(slot) = self.worth_of(table, compared.at) else {
            return false;
        };
        self.used[verb] = true;
        self.compare(Left::Column(slot), compared);
        self.add_up_last(true);
        true
    }

    /// Marks the comparisons whose words ask for a sum; one that each row holds for itself stays as it is.
    pub(super) fn compared_sums(&mut self) {
        for at in 0..self.sketch.conditions.len() {
            let condition = &self.sketch.conditions[at];
            if let (Left::Column(slot), true) = (condition.left, compares_number(condition)) {
                let named = self.names_sum(self.sketch.slots[slot].item);
                self.sketch.conditions[at].total |= named;
            }
        }
        for at in 0..self.end() {
            if self.zones[at] == Zone::Where && self.is_total_word(at) {
                self.total_said(at);
            }
        }
    }

    /// What a comparison adds up, if one does.
    pub(super) fn compared_sum(&self) -> Option<&Candidate> {
        let mut sums = self.sketch.conditions.iter().filter(|known| known.total);
        sums.find_map(|sum| match sum.left {
            Left::Column(slot) => self.sketch.slots[slot].candidates.first(),
            _ => None,
        })
    }

    /// "in total" speaks of the number before it, or of the next one.
    fn total_said(&mut self, at: usize) {
        let plain = |condition: &Condition| {
            matches!(condition.left, Left::Column(_)) && compares_number(condition)
        };
        let mut conditions = self.sketch.conditions.iter();
        let before = conditions.rposition(|known| known.item < at && plain(known));
        let mut conditions = self.sketch.conditions.iter();
        let place = before.or_else(|| conditions.position(plain));
        if let Some(place) = place {
            self.used[at] = true;
            self.sketch.conditions[place].total = true;
        }
    }

    fn add_up_last(&mut self, total: bool) {
        if let Some(last) = self.sketch.conditions.last_mut() {
            last.total = total;
        }
    }

    fn says_total(&self) -> bool {
        (0..self.end()).any(|at| self.is_total_word(at))
    }

    /// "in total", with nothing behind it that it would be the total of.
    fn is_total_word(&self, at: usize) -> bool {
        let next = self.skip(at + 1);
        self.is(at, Operator::Aggregate(Aggregate::Sum))
            && !self.used[at]
            && matches!(
                self.lower(at).as_str(),
                "in total" | "overall" | "altogether" | "combined"
            )
            && !(next < self.end() && self.is_mention(next))
    }

    /// The words of a name say that it is a sum: "total order amount", "revenue", "units".
    fn names_sum(&self, at: usize) -> bool {
        let word = self.lower(at);
        word.starts_with("total") || THINGS.contains(&lemma(&word).as_str()) || self.is_sum(at)
    }

    fn totals(&self, at: usize) -> bool {
        matches!(
            self.lower(at).as_str(),
            "total"
                | "totals"
                | "totaled"
                | "totalled"
                | "totaling"
                | "totalling"
                | "sum"
                | "sums"
                | "add"
                | "amount"
                | "amounts"
        )
    }

    /// Nothing but money stands behind the number.
    fn counts_money(&self, number: usize) -> bool {
        let next = self.skip(number + 1);
        let word = self.lower(next);
        let money = MONEY.contains(&lemma(&word).as_str());
        let named = next < self.end() && self.is_mention(next);
        money || !(is_unit(&word) || named)
    }

    /// "on salaries": the amounts that were spent.
    fn spent_on(&mut self, number: usize) -> Option<SlotId> {
        let measure = self.skip(number + 2);
        let named = self.lower(number + 1) == "on"
            && measure < self.end()
            && self.is_mention(measure)
            && self.is_measure_name(measure);
        named.then(|| self.measure_of(measure))
    }

    /// "on a single order", "per order": nothing is added up.
    fn is_about_one(&self, number: usize) -> bool {
        (number + 1..self.end()).take(3).any(|at| {
            let one = matches!(
                self.lower(at).as_str(),
                "a" | "an" | "one" | "single" | "any"
            );
            let joined = matches!(
                self.op(at - 1),
                Some(Operator::Preposition | Operator::Article)
            );
            one && joined || matches!(self.op(at), Some(Operator::Per | Operator::Each))
        })
    }
}

fn compares_number(condition: &Condition) -> bool {
    matches!(condition.right, Right::Compare(..) | Right::Between(..))
}

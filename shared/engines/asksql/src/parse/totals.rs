//! "our revenue", "sales by category", "spent": amounts that are spoken of as one sum.

use super::{Reader, SlotId, Use};
use crate::form::Aggregate;
use crate::link::Reason;
use crate::resolve::table_of;
use crate::schema::TableId;
use crate::words::operators::Operator;

/// Nouns for the sum of many amounts.
const SUMS: &[&str] = &[
    "revenue", "revenues", "sales", "turnover", "spend", "spending", "earnings", "income", "profit",
];

/// Words of columns with amounts that were paid.
const AMOUNTS: &[&str] = &["amount", "total", "price", "cost", "payment"];

impl Reader<'_> {
    /// A sum over rows although nobody says "total": the schema calls the amounts of the rows otherwise, or
    /// the words around it ask for one of all rows or of each group.
    pub(super) fn is_sum(&self, at: usize) -> bool {
        let item = &self.items[at];
        let said = self.lower(at);
        let noun = said.rsplit(' ').next().unwrap_or_default();
        if item.operator.is_some() || !self.number_column(at) {
            return false;
        }
        // "the total amount of all orders"
        let of_all = self.is(at + 1, Operator::Of)
            && (self.lower(at + 1).ends_with(" all") || self.is(at + 2, Operator::All));
        if said.starts_with("total ") && of_all {
            return true;
        }
        if !SUMS.contains(&noun) {
            return false;
        }
        let called_so = item
            .mention
            .first()
            .is_some_and(|best| best.reason == Reason::Name);
        let ours = self
            .items
            .iter()
            .any(|item| matches!(item.text.to_lowercase().as_str(), "our" | "we"));
        let grouped = matches!(
            self.op(at + 1),
            Some(Operator::By | Operator::Per | Operator::Each)
        );
        !called_so || ours || grouped
    }

    /// Sums what is shown and is spoken of as a sum.
    pub(super) fn sum_up(&mut self) {
        for at in 0..self.sketch.picks.len() {
            let item = self.sketch.picks[at].item;
            if self.sketch.picks[at].aggregate.is_none() && self.is_sum(item) {
                self.sketch.picks[at].aggregate = Some(Aggregate::Sum);
            }
        }
    }

    /// Where there are wages, they are what is paid.
    fn knows_wages(&self) -> bool {
        let wages = ["salary", "wage", "pay", "income"];
        let mut columns = self.database.schema.columns.iter();
        columns.any(|column| {
            column.is_number()
                && column
                    .words
                    .iter()
                    .any(|word| wages.contains(&word.as_str()))
        })
    }

    /// "how much did they pay in 2023": the tables of amounts that may have been paid, likeliest first.
    pub(super) fn spent_from(&self) -> Vec<TableId> {
        let asks = (0..self.end()).any(|at| self.is(at, Operator::HowMuch));
        if !asks || !(0..self.end()).any(|at| self.spends(at)) {
            return Vec::new();
        }
        let amounts = self.called(AMOUNTS, true).into_iter();
        amounts
            .map(|amount| table_of(&self.database.schema, amount.element))
            .collect()
    }

    pub(super) fn spends(&self, at: usize) -> bool {
        match self.lower(at).as_str() {
            "spend" | "spent" | "spends" => true,
            "pay" | "paid" | "pays" => !self.knows_wages(),
            _ => false,
        }
    }

    /// "spent the most", "how much did she spend": the amounts that were paid.
    pub(super) fn spent(&mut self, at: usize) -> Option<SlotId> {
        let verb = (0..self.end()).find(|at| !self.used[*at] && self.spends(*at))?;
        let slot = if self.is_mention(verb) && self.number_column(verb) && !self.is_time(verb) {
            self.slot(verb, Use::Aggregate)
        } else {
            self.words_slot(AMOUNTS, at, Use::Aggregate, true)?
        };
        self.used[verb] = true;
        for place in 0..self.end() {
            if self.lower(place) == "money" {
                self.used[place] = true;
            }
        }
        Some(slot)
    }
}

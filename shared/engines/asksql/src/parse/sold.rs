//! What was sold, and how much of it, where rows say so by a quantity.

use super::{Left, Reader, Use};
use crate::form::Aggregate;
use crate::link::{Candidate, Element};

impl Reader<'_> {
    /// "best selling product", "which category sells best": by what was sold of it, where rows say how much that is.
    pub(super) fn sold_most(&mut self, at: usize) -> bool {
        let verb = [at + 1, at + 2, at.wrapping_sub(1)];
        let Some(verb) = verb.into_iter().find(|verb| self.sells(*verb)) else {
            return false;
        };
        let descending = match self.lower(at).trim_start_matches("the ") {
            "best" | "top" | "most" | "highest" => true,
            "worst" | "least" | "lowest" => false,
            _ => return false,
        };
        let quantities = self.quantities_sold();
        if quantities.is_empty() {
            return false;
        }
        self.used[at] = true;
        self.used[verb] = true;
        let limit = self.limit_near(at);
        let slot = self.add_slot(quantities, at, Use::Aggregate);
        self.push_extreme(descending, Left::Aggregate(Aggregate::Sum, slot), limit, at);
        true
    }

    fn sells(&self, at: usize) -> bool {
        matches!(
            self.lower(at).as_str(),
            "selling" | "sold" | "sells" | "sell"
        )
    }

    /// Columns that say how much was sold, and not how much is in stock.
    fn quantities_sold(&self) -> Vec<Candidate> {
        let mut quantities = self.called(&["quantity"], true);
        quantities.retain(|candidate| {
            matches!(candidate.element, Element::Column(column) if {
                let core = &self.database.schema.columns[column].core;
                core == &["quantity"] || core.iter().any(|word| matches!(word.as_str(), "sell" | "order"))
            })
        });
        quantities
    }

    /// "how many units of it were sold", "the number of units sold"
    pub(super) fn units_sold(&mut self, at: usize) -> bool {
        let unit = self.skip(at + 1);
        if !matches!(self.lower(unit).as_str(), "unit" | "units" | "pieces") {
            return false;
        }
        let Some(sold) = (unit + 1..self.end()).find(|verb| self.sells(*verb)) else {
            return false;
        };
        let quantities = self.quantities_sold();
        if quantities.is_empty() {
            return false;
        }
        for used in [at, unit, sold] {
            self.used[used] = true;
        }
        let slot = self.add_slot(quantities, unit, Use::Aggregate);
        self.show(slot, Some(Aggregate::Sum), unit);
        true
    }
}

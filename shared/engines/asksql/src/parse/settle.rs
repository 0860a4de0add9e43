//! What becomes of superlatives that stand together, and of those that only begin an order.

use super::{Extreme, Reader, Zone};
use crate::words::operators::Operator;

impl Reader<'_> {
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

    /// "by price, cheapest first": the end that an order begins with; true for descending.
    pub(super) fn first_of_order(&mut self) -> Option<bool> {
        let at = (1..self.end()).find(|at| {
            self.lower(*at) == "first"
                && self
                    .items
                    .get(at + 1)
                    .is_none_or(|next| next.stop || next.comma)
        })?;
        let descending = match self.op(at - 1) {
            Some(Operator::Extreme(descending)) => descending,
            _ if self.items[at - 1].superlative => {
                crate::words::adjectives::measures(&self.lower(at - 1))
                    .next()
                    .is_none_or(|measure| measure.up)
            }
            _ => return None,
        };
        self.used[at - 1] = true;
        self.used[at] = true;
        Some(descending)
    }

    /// "starting with the oldest", "with the highest revenue first": a superlative that begins an order.
    pub(super) fn ordering_extremes(&mut self) {
        for extreme in std::mem::take(&mut self.sketch.extremes) {
            let at = extreme.item;
            let mut before = self.back(at);
            while self.is(before, Operator::Preposition) || self.lower(before) == "ones" {
                before = self.back(before);
            }
            let starts = matches!(
                self.lower(before).as_str(),
                "starting with" | "beginning with" | "starting from" | "start with"
            );
            let first = (at + 1..self.end().min(at + 4)).find(|place| {
                self.lower(*place) == "first"
                    && self.items.get(place + 1).is_none_or(|next| next.stop)
            });
            if !starts && first.is_none() || extreme.limit > 1 || extreme.offset > 0 {
                self.sketch.extremes.push(extreme);
                continue;
            }
            if starts {
                self.used[before] = true;
            }
            if let Some(first) = first {
                self.used[first] = true;
            }
            self.sketch.order_default = None;
            if self.sketch.order.is_empty() {
                self.sketch.order.push((extreme.left, extreme.descending));
            }
        }
    }

    pub(super) fn begin_order(&mut self, first: Option<bool>) {
        if let (Some(descending), Some((_, last))) = (first, self.sketch.order.last_mut()) {
            *last = descending;
        }
    }
}

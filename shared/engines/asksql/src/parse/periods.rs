//! "per month", "by year", "monthly", "which month": rows by spans of the calendar.

use super::{Period, Reader, Use};
use crate::time::{self, Unit};
use crate::words::operators::Operator;

/// What a link is worth from which on a column is called so ("monthly_price" is no month).
const NAMED: f64 = 0.7;

impl Reader<'_> {
    /// Finds the unit that rows are grouped by, unless a column of the schema is called so.
    pub(super) fn periods(&mut self) {
        for at in 0..self.end() {
            if self.sketch.period.is_none()
                && let Some((place, unit)) = self.period_at(at)
            {
                self.group_by_period(at, place, unit);
            }
        }
    }

    /// Where the unit stands that the words from `at` on group by.
    fn period_at(&self, at: usize) -> Option<(usize, Unit)> {
        let unit = |place: usize| Some((place, self.free_unit(place)?));
        match self.op(at) {
            Some(Operator::Each | Operator::Per | Operator::By) => unit(self.skip(at + 1)),
            _ if self.asks_which(at) => unit(self.skip(at + 1)),
            // "by category and month"
            Some(Operator::And) if self.groups_before(at) => unit(self.skip(at + 1)),
            // "over the years"
            _ if self.lower(at) == "over" && self.is(at + 1, Operator::Article) => unit(at + 2),
            None if !self.used[at] && self.items[at].best_mention() < NAMED => {
                Some((at, time::rhythm(&self.lower(at))?))
            }
            _ => None,
        }
    }

    /// "which month", "in which month"
    fn asks_which(&self, at: usize) -> bool {
        self.is(at, Operator::Which)
            || at == 0 && self.is(at, Operator::Relative) && self.lower(at).ends_with(" which")
    }

    /// The unit at the place, unless it is that of a certain time: "by year 2023".
    fn free_unit(&self, at: usize) -> Option<Unit> {
        let free = at < self.end() && !self.used[at] && self.items[at].best_mention() < NAMED;
        let next = self.items.get(at + 1);
        let certain = next.is_some_and(|next| next.number.is_some() || next.interval.is_some());
        (free && !certain).then(|| time::unit(&self.lower(at)))?
    }

    /// A key of groups ends right before the place.
    fn groups_before(&self, at: usize) -> bool {
        let key = self.back(at);
        key < self.end()
            && self.is_mention(key)
            && matches!(
                self.op(self.back(key)),
                Some(Operator::Each | Operator::Per | Operator::By)
            )
    }

    fn group_by_period(&mut self, at: usize, place: usize, unit: Unit) {
        let Some(slot) = self.time_slot(at, place) else {
            return;
        };
        self.sketch.slots[slot].item = place;
        // "by category and month": the word before the category says that there are groups.
        let further = !self.is(at, Operator::And);
        if further {
            self.used[at] = true;
        }
        self.used[place] = true;
        let asked = self.asks_which(at);
        self.sketch.period = Some(Period { unit, slot, asked });
        // "by month and category"
        let more = self.skip(place + 2);
        if further && self.is(place + 1, Operator::And) && self.is_mention(more) {
            let key = self.slot(more, Use::Group);
            self.sketch.groups.push(key);
        }
    }
}

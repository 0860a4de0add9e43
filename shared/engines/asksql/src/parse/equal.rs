//! Times and empty values: "last month", "is missing".

use super::{Left, Reader, Right, Use};

impl Reader<'_> {
    /// Whether there is a column of time that the span can be held against.
    pub(super) fn interval_condition(&mut self, at: usize) -> bool {
        let Some(interval) = self.items[at].interval else {
            return false;
        };
        self.used[at] = true;
        let slot = self.time_slot(at, at);
        if let Some(slot) = slot {
            self.push_value(Left::Column(slot), Right::Interval(interval), at);
        }
        slot.is_some()
    }

    pub(super) fn missing(&mut self, at: usize) {
        let mut near = self.back(at);
        let mut steps = 0;
        while near < self.end() && steps < 3 && !self.is_mention(near) {
            near = self.back(near);
            steps += 1;
        }
        // "an empty note", or "whose note is empty".
        let behind = self.is_mention(at + 1) && self.items[at + 1].has_column();
        let place = if !behind && near < self.end() && self.is_mention(near) {
            near
        } else {
            self.skip(at + 1)
        };
        if place < self.end() && self.is_mention(place) && self.items[place].has_column() {
            self.used[at] = true;
            let slot = self.slot(place, Use::Compare);
            self.push_value(Left::Column(slot), Right::Missing, at);
        }
    }
}

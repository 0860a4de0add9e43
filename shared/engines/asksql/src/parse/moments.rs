//! Moments within a day: "after 12:30", "between 09:00 and '2016-03-15 00:33:18'".

use super::{Left, Reader, Right, SlotId, Use};
use crate::form::{Comparison, Literal};
use crate::link::{Candidate, Element, Reason};
use crate::schema::Kind;

impl Reader<'_> {
    /// "before 09:30": the word at `at` against the span at `place`, if that is a moment.
    pub(super) fn moment_compared(&mut self, at: usize, place: usize, comparison: Comparison) {
        let dated = self.dated_moment(place);
        if dated.is_some() {
            self.used[place + 1] = true;
        }
        if let Some(text) = dated.or_else(|| self.moment(place))
            && let Some(slot) = self.moment_slot(at, place)
        {
            self.used[at] = true;
            self.used[place] = true;
            let right = Right::Compare(comparison, Literal::Text(text));
            self.push(Left::Column(slot), right, at);
        }
    }

    /// "between 09:00 and 12:00"
    pub(super) fn between_moments(&mut self, at: usize, first: usize) {
        let (Some(low), Some(high)) = (self.moment(first), self.moment(first + 2)) else {
            return;
        };
        let Some(slot) = self.moment_slot(at, first) else {
            return;
        };
        for used in at..=first + 2 {
            self.used[used] = true;
        }
        for (comparison, text) in [(Comparison::AtLeast, low), (Comparison::AtMost, high)] {
            let right = Right::Compare(comparison, Literal::Text(text));
            self.push(Left::Column(slot), right, at);
        }
    }

    /// "2024-03-01 10:00": a day, and a time of day behind it.
    pub(super) fn dated_moment(&self, at: usize) -> Option<String> {
        let day = self.items.get(at)?.interval?.start;
        let time = self.moment(at + 1)?;
        Some(format!("{day} {time}"))
    }

    /// A time of day, or a day with one, as columns hold it.
    fn moment(&self, at: usize) -> Option<String> {
        let text = &self.items.get(at)?.text;
        let (day, time) = text.rsplit_once(' ').unwrap_or(("", text));
        let digits =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let clock =
            time.contains(':') && time.split(':').all(|part| digits(part) && part.len() <= 2);
        let dated = day.is_empty() || day.len() == 10 && day.split('-').all(digits);
        (clock && dated).then(|| {
            // Texts are compared from the left: "9:30" comes after "10:00".
            let pad = if time.find(':') == Some(1) { "0" } else { "" };
            if day.is_empty() {
                format!("{pad}{time}")
            } else {
                format!("{day} {pad}{time}")
            }
        })
    }

    /// The columns that may hold the moment: those of its value, those called a time, or those of days with times.
    fn moment_slot(&mut self, at: usize, moment: usize) -> Option<SlotId> {
        if self.items[moment].interval.is_some() || self.items[moment].text.contains(' ') {
            return self.time_slot(at, moment);
        }
        let mut candidates = self.items[moment].values.clone();
        for candidate in &mut candidates {
            candidate.value = None;
        }
        for (id, column) in self.database.schema.columns.iter().enumerate() {
            let element = Element::Column(id);
            let called =
                column.kind == Kind::Text && column.words.iter().any(|word| word == "time");
            if called && !column.hidden && candidates.iter().all(|known| known.element != element) {
                let named = self
                    .items
                    .iter()
                    .any(|item| item.table() == Some(column.table));
                let score = 0.7 + if named { 0.1 } else { 0.0 } - 0.04 * column.core.len() as f64;
                candidates.push(Candidate::new(element, score, Reason::PartOfName));
            }
        }
        (!candidates.is_empty()).then(|| self.add_slot(candidates, moment, Use::Compare))
    }
}

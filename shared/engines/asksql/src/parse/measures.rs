//! Slots for measures: columns with numbers and times that adjectives, units and other words point at.

use super::{Reader, SlotId, Use};
use crate::link::{Candidate, Element, Reason};

impl Reader<'_> {
    /// The slot of a span that is compared with a number: columns with numbers or times, if it names any.
    pub(crate) fn measure_of(&mut self, at: usize) -> SlotId {
        let known = self.slot_of[at].is_some();
        let slot = self.slot(at, Use::Compare);
        if !known {
            let schema = &self.database.schema;
            let measured = |candidate: &Candidate| match candidate.element {
                Element::Column(column) => schema.columns[column].has_order(),
                Element::Table(_) => false,
            };
            let candidates = &mut self.sketch.slots[slot].candidates;
            if candidates
                .iter()
                .any(|candidate| measured(candidate) && candidate.score > 0.4)
            {
                candidates.retain(measured);
            }
        }
        slot
    }

    /// Columns that an adjective or unit of measure points at.
    pub(crate) fn measure_slot(&mut self, word: &str, at: usize, usage: Use) -> Option<SlotId> {
        let mut candidates: Vec<Candidate> = Vec::new();
        for measure in crate::words::adjectives::measures(word) {
            let found = self.database.index.by_measure(
                &self.database.schema,
                measure.columns,
                measure.against,
                0.85,
            );
            for candidate in found {
                if !candidates
                    .iter()
                    .any(|other| other.element == candidate.element)
                {
                    candidates.push(candidate);
                }
            }
        }
        self.add_times(word, &mut candidates);
        self.keep_measures(&mut candidates);
        if candidates.is_empty() {
            return None;
        }
        self.used[at] = true;
        Some(self.add_slot(candidates, at, usage))
    }

    /// "recent", "oldest": any column of time tells how long ago a row came, whatever it is called.
    fn add_times(&self, word: &str, candidates: &mut Vec<Candidate>) {
        let Some(turned) = crate::words::adjectives::turned_time(word) else {
            return;
        };
        for (id, column) in self.database.schema.columns.iter().enumerate() {
            let element = Element::Column(id);
            let known = candidates
                .iter_mut()
                .find(|candidate| candidate.element == element);
            if !column.kind.is_time() || column.hidden {
                continue;
            }
            match known {
                Some(known) => known.score = known.score.max(0.55),
                None => {
                    let mut candidate = Candidate::new(element, 0.55, Reason::Measure);
                    candidate.against = turned;
                    candidates.push(candidate);
                }
            }
        }
    }

    pub(crate) fn words_slot(
        &mut self,
        words: &[&str],
        at: usize,
        usage: Use,
        numbers: bool,
    ) -> Option<SlotId> {
        let candidates = self.called(words, numbers);
        (!candidates.is_empty()).then(|| self.add_slot(candidates, at, usage))
    }

    /// The columns that are called by one of the words, best first; of `numbers` those alone that can be compared.
    pub(crate) fn called(&self, words: &[&str], numbers: bool) -> Vec<Candidate> {
        let mut candidates = self
            .database
            .index
            .by_measure(&self.database.schema, words, &[], 0.8);
        if numbers {
            self.keep_measures(&mut candidates);
        }
        // A column that is the same in every row tells nothing.
        for candidate in &mut candidates {
            if let Element::Column(column) = candidate.element
                && self.database.schema.columns[column].facts.distinct == 1
            {
                candidate.score -= 0.2;
            }
        }
        candidates.sort_by(|one, other| other.score.total_cmp(&one.score));
        candidates
    }

    fn keep_measures(&self, candidates: &mut Vec<Candidate>) {
        candidates.retain(|candidate| match candidate.element {
            Element::Column(column) => self.database.schema.columns[column].is_measured(),
            Element::Table(_) => false,
        });
    }
}

//! The forms of a question's words that the schema knows.

use super::WordIndex;
use crate::words::slip::slipped;
use crate::words::stem::root;
use crate::words::synonyms::{business, synonyms};

/// Bytes of a word whose parts and forms are looked up.
const LONGEST: usize = 64;
const ROOT: f64 = 0.84;
const OTHER: f64 = 0.7;
const PART: f64 = 0.66;
const SHORTENED: f64 = 0.8;
const BUSINESS: f64 = 0.74;
const SYNONYM: f64 = 0.6;
const FAR: f64 = 0.48;
const MISSPELT: f64 = 0.78;

impl WordIndex {
    /// "hometown" where the schema says "home town", and the other way round.
    pub(super) fn respelled(&self, words: &[String]) -> Vec<String> {
        if words.iter().any(|word| word.len() > LONGEST) {
            return words.to_vec();
        }
        if words.len() > 1 {
            let joined = words.concat();
            if self.knows(&joined) {
                return vec![joined];
            }
        }
        let mut out = Vec::with_capacity(words.len());
        for word in words {
            if !self.knows(word)
                && let Some(long) = crate::schema::written_out(word)
            {
                out.extend(long);
                continue;
            }
            let split = (2..word.len().saturating_sub(1)).find_map(|at| {
                let (first, second) = (word.get(..at)?, word.get(at..)?);
                (self.knows(first) && self.knows(second))
                    .then(|| [first.to_owned(), second.to_owned()])
            });
            match split {
                Some(parts) if !self.knows(word) => out.extend(parts),
                _ => out.push(word.clone()),
            }
        }
        out
    }

    /// Forms of a word that the schema knows, and what a match by each is worth.
    pub(super) fn forms(&self, word: &str) -> Vec<(String, f64)> {
        let mut forms = Vec::new();
        if word.len() > LONGEST {
            return forms;
        }
        if self.knows(word) {
            forms.push((word.to_owned(), 1.0));
        }
        if word.len() >= 4 {
            for other in self.roots.get(&root(word)).into_iter().flatten() {
                if other != word {
                    // "visitors" are no visits where the schema has both.
                    let worth = if forms.is_empty() { ROOT } else { OTHER };
                    forms.push((other.clone(), worth));
                }
            }
        }
        if forms.is_empty() && word.len() >= 4 {
            for other in self.ends.get(word).into_iter().flatten().take(3) {
                forms.push((other.clone(), PART));
            }
        }
        if forms.is_empty() {
            // "prereq" for "prerequisite", "dorm" for "dormitory"
            for length in 4..word.len() {
                if let Some(start) = word.get(..length)
                    && self.knows(start)
                    && word.len() > length + 2
                {
                    forms.push((start.to_owned(), SHORTENED));
                }
            }
        }
        let known = self.knows(word);
        for other in business(word) {
            if self.knows(other) && !forms.iter().any(|(form, _)| form == other) {
                forms.push((other.to_owned(), if known { SYNONYM } else { BUSINESS }));
            }
        }
        if !known && word == "size" {
            for (at, other) in ["area", "population", "capacity"].into_iter().enumerate() {
                if self.knows(other) {
                    forms.push((other.to_owned(), BUSINESS - 0.04 * at as f64));
                }
            }
        }
        if !known {
            for (at, (other, far)) in synonyms(word).enumerate() {
                if self.knows(other) && !forms.iter().any(|(form, _)| form == other) {
                    forms.push((
                        other.to_owned(),
                        if far { FAR } else { SYNONYM } - 0.01 * at as f64,
                    ));
                }
            }
        }
        if forms.is_empty() && word.len() >= 6 {
            forms.extend(self.misspelt(word).map(|other| (other.clone(), MISSPELT)));
        }
        if let Some(other) = self.twins.get(word) {
            forms.push((other.clone(), MISSPELT));
        }
        forms
    }

    /// Words of the schema that are one slip away, and begin alike.
    fn misspelt(&self, word: &str) -> impl Iterator<Item = &String> {
        let near = move |other: &&String| slipped(word, other);
        self.long.iter().filter(near)
    }
}

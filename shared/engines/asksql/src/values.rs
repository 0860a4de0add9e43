//! The values of text columns, found by their words.

use std::collections::{HashMap, HashSet};

use crate::schema::{ColumnId, Facts};
use crate::words::lemma;
use crate::words::token::normal_words;

/// Different values kept of one column; a column with more is a free text or a key.
const MOST_PER_COLUMN: usize = 20_000;
/// Different values kept in all.
const MOST_VALUES: usize = 300_000;
const MOST_LETTERS: usize = 120;
const MOST_WORDS: usize = 10;
/// How cells say yes and no.
pub(crate) const TRUTHS: &[(&str, &str)] = &[
    ("yes", "no"),
    ("y", "n"),
    ("true", "false"),
    ("t", "f"),
    ("1", "0"),
];
/// A word in more values than this finds none of them by itself.
const MOST_BY_WORD: usize = 60;

/// A value of a column, as it stands in the rows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found {
    pub(crate) column: ColumnId,
    pub(crate) value: String,
    /// Words of the value that the question left out.
    pub(crate) missing: usize,
}

/// Gathers the values of one column while its rows are read.
#[derive(Debug, Default)]
pub(crate) struct Gatherer {
    seen: HashSet<String>,
    rows: usize,
    nulls: usize,
    other_than_number: bool,
    minimum: Option<f64>,
    maximum: Option<f64>,
    full: bool,
}

impl Gatherer {
    pub(crate) fn add(&mut self, cell: Option<&str>) {
        self.rows += 1;
        let Some(cell) = cell else {
            self.nulls += 1;
            return;
        };
        match cell.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => {
                self.minimum = Some(self.minimum.map_or(number, |least| least.min(number)));
                self.maximum = Some(self.maximum.map_or(number, |most| most.max(number)));
            }
            _ => self.other_than_number = true,
        }
        // A long text names nothing: its beginning is enough to count it.
        let cell = match cell.char_indices().nth(MOST_LETTERS + 1) {
            Some((end, _)) => &cell[..end],
            None => cell,
        };
        if self.seen.len() >= MOST_PER_COLUMN {
            self.full |= !self.seen.contains(cell);
        } else if !self.seen.contains(cell) {
            self.seen.insert(cell.to_owned());
        }
    }

    pub(crate) fn facts(&self) -> Facts {
        Facts {
            rows: self.rows,
            nulls: self.nulls,
            distinct: if self.full {
                self.rows - self.nulls
            } else {
                self.seen.len()
            },
            numeric: !self.other_than_number && self.minimum.is_some(),
            minimum: self.minimum.unwrap_or(0.0),
            maximum: self.maximum.unwrap_or(0.0),
            truth: self.truth(),
        }
    }

    /// Two values that say yes and no; one of them may have no row yet.
    fn truth(&self) -> Option<(String, String)> {
        if self.full || self.seen.is_empty() || self.seen.len() > 2 {
            return None;
        }
        let spelled = |word: &str| self.seen.iter().find(|value| value.to_lowercase() == word);
        TRUTHS.iter().find_map(|(yes, no)| {
            let (stored_yes, stored_no) = (spelled(yes), spelled(no));
            let known = usize::from(stored_yes.is_some()) + usize::from(stored_no.is_some());
            // A lone letter or figure may be anything.
            let enough = known == 2 || yes.len() > 2;
            (known == self.seen.len() && enough).then(|| {
                let like = |word: &str, other: Option<&String>| match other {
                    Some(other) if other.chars().all(char::is_uppercase) => word.to_uppercase(),
                    Some(other) if other.chars().next().is_some_and(char::is_uppercase) => {
                        word[..1].to_uppercase() + &word[1..]
                    }
                    _ => word.to_owned(),
                };
                (
                    stored_yes.cloned().unwrap_or_else(|| like(yes, stored_no)),
                    stored_no.cloned().unwrap_or_else(|| like(no, stored_yes)),
                )
            })
        })
    }

    fn values(self) -> Vec<String> {
        let mut values: Vec<String> = self.seen.into_iter().collect();
        values.sort_unstable();
        values
    }
}

/// Phrases and single words to the values that they name.
#[derive(Debug, Default)]
pub(crate) struct ValueIndex {
    values: Vec<(ColumnId, String)>,
    phrases: HashMap<String, Vec<u32>>,
    words: HashMap<String, Vec<u32>>,
    /// Values of several words by the first letters of these.
    initials: HashMap<String, Vec<u32>>,
    longest: usize,
}

impl ValueIndex {
    pub(crate) fn add_column(&mut self, column: ColumnId, gathered: Gatherer) {
        for value in gathered.values() {
            if self.values.len() >= MOST_VALUES {
                return;
            }
            if value.chars().count() > MOST_LETTERS {
                continue;
            }
            let words = normal_words(&value);
            if words.is_empty() || words.len() > MOST_WORDS {
                continue;
            }
            let Ok(id) = u32::try_from(self.values.len()) else {
                return;
            };
            self.longest = self.longest.max(words.len());
            if words.len() > 1 {
                let by_initials = self.initials.entry(initials(&words)).or_default();
                if by_initials.len() <= MOST_BY_WORD {
                    by_initials.push(id);
                }
                for word in &words {
                    let by_word = self.words.entry(word.clone()).or_default();
                    if by_word.len() <= MOST_BY_WORD && by_word.last() != Some(&id) {
                        by_word.push(id);
                    }
                }
            }
            self.phrases.entry(words.join(" ")).or_default().push(id);
            self.values.push((column, value));
        }
    }

    /// The values kept of one column.
    pub(crate) fn of_column(&self, column: ColumnId) -> Vec<&str> {
        // Columns were added in order, so that their values lie together.
        let start = self.values.partition_point(|(other, _)| *other < column);
        self.values[start..]
            .iter()
            .take_while(|(other, _)| *other == column)
            .map(|(_, value)| value.as_str())
            .collect()
    }

    pub(crate) fn longest(&self) -> usize {
        self.longest
    }

    /// Bytes that it takes in memory, about.
    pub(crate) fn bytes(&self) -> usize {
        const ENTRY_BYTES: usize = 64;
        let values = self
            .values
            .iter()
            .map(|(_, value)| value.len() + ENTRY_BYTES);
        let phrases = self.phrases.keys().map(|phrase| phrase.len() + ENTRY_BYTES);
        let words = self
            .words
            .iter()
            .map(|(word, ids)| word.len() + 4 * ids.len() + ENTRY_BYTES);
        let initials = self
            .initials
            .iter()
            .map(|(letters, ids)| letters.len() + 4 * ids.len() + ENTRY_BYTES);
        values.chain(phrases).chain(words).chain(initials).sum()
    }

    /// Values that are these words.
    pub(crate) fn exact(&self, phrase: &str) -> Vec<Found> {
        self.found(self.phrases.get(phrase), 0)
    }

    /// Values that hold these words and at most two others.
    pub(crate) fn partial(&self, words: &[String]) -> Vec<Found> {
        let mut lists = Vec::new();
        for word in words {
            match self.words.get(word) {
                Some(list) if list.len() <= MOST_BY_WORD => lists.push(list),
                _ => return Vec::new(),
            }
        }
        let Some((first, rest)) = lists.split_first() else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for id in first
            .iter()
            .filter(|id| rest.iter().all(|list| list.contains(id)))
        {
            let (column, value) = &self.values[*id as usize];
            let missing = normal_words(value).len().saturating_sub(words.len());
            if missing <= 2 {
                found.push(Found {
                    column: *column,
                    value: value.clone(),
                    missing,
                });
            }
        }
        found
    }

    /// Values that the letters stand for, "LA" for "Los Angeles", each the only one in its column.
    pub(crate) fn acronym(&self, letters: &str) -> Vec<Found> {
        let mut found = self.found(self.initials.get(letters), 0);
        let columns: Vec<ColumnId> = found.iter().map(|hit| hit.column).collect();
        let alone =
            |column: ColumnId| columns.iter().filter(|other| **other == column).count() == 1;
        found.retain(|hit| alone(hit.column));
        found
    }

    /// Values that shorten the words, "Comp. Sci." for "computer science".
    pub(crate) fn shortened(&self, words: &[String]) -> Vec<Found> {
        const LEAST_LETTERS: usize = 3;
        let mut found = self.found(self.initials.get(&initials(words)), 0);
        found.retain(|hit| {
            let short = normal_words(&hit.value);
            // A plural is no longer form of its word.
            let begins = |(short, word): (&String, &String)| {
                let cut = short.len() >= LEAST_LETTERS && word.starts_with(short.as_str());
                short == word || cut && lemma(word) != *short
            };
            short.len() == words.len() && short.iter().zip(words).all(begins)
        });
        found
    }

    fn found(&self, ids: Option<&Vec<u32>>, missing: usize) -> Vec<Found> {
        let ids = ids.map_or(&[][..], Vec::as_slice);
        ids.iter()
            .map(|id| {
                let (column, value) = &self.values[*id as usize];
                Found {
                    column: *column,
                    value: value.clone(),
                    missing,
                }
            })
            .collect()
    }
}

fn initials(words: &[String]) -> String {
    words
        .iter()
        .filter_map(|word| word.chars().next())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_counted_and_not_kept_whole() {
        let mut gathered = Gatherer::default();
        for row in 0..100 {
            gathered.add(Some(&format!("{row} {}", "ä".repeat(30_000))));
        }
        assert_eq!(gathered.facts().distinct, 100);
        assert!(
            gathered
                .seen
                .iter()
                .all(|text| text.chars().count() == MOST_LETTERS + 1)
        );
        let mut index = ValueIndex::default();
        index.add_column(0, gathered);
        assert_eq!(index.bytes(), 0);
    }

    #[test]
    fn short_forms_stand_for_one_value() {
        let mut gathered = Gatherer::default();
        for value in ["Los Angeles", "San Diego", "Santa Dorotea", "Comp. Sci."] {
            gathered.add(Some(value));
        }
        let mut index = ValueIndex::default();
        index.add_column(0, gathered);
        let values =
            |found: Vec<Found>| -> Vec<String> { found.into_iter().map(|hit| hit.value).collect() };
        let words = |text: &str| -> Vec<String> { text.split(' ').map(str::to_owned).collect() };
        assert_eq!(values(index.acronym("la")), ["Los Angeles"]);
        assert_eq!(values(index.acronym("sd")), [""; 0]);
        assert_eq!(
            values(index.shortened(&words("computer science"))),
            ["Comp. Sci."]
        );
        assert_eq!(values(index.shortened(&words("computer systems"))), [""; 0]);
    }
}

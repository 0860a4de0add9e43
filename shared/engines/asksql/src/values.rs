//! The values of text columns, found by their words.

use std::collections::{HashMap, HashSet};

use crate::schema::{ColumnId, Facts};
use crate::words::token::normal_words;

/// Different values kept of one column; a column with more is a free text or a key.
const MOST_PER_COLUMN: usize = 20_000;
/// Different values kept in all.
const MOST_VALUES: usize = 300_000;
const MOST_LETTERS: usize = 120;
const MOST_WORDS: usize = 10;
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
        }
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

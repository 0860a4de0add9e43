//! From the words of a question to elements of the schema: candidates with scores and reasons.

mod forms;
mod score;

use std::collections::{BTreeMap, HashMap};

use score::{column_score, table_score};

use crate::lexicon::Lexicon;
use crate::schema::{ColumnId, Role, Schema, TableId};
use crate::words::lemma;
use crate::words::slip::slipped;
use crate::words::stem::root;

/// A table or a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Element {
    Table(TableId),
    Column(ColumnId),
}

/// Why a span was linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    Name,
    PartOfName,
    SameRoot,
    Synonym,
    Lexicon,
    Measure,
    Value,
    PartOfValue,
    Default,
}

impl Reason {
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::PartOfName => "part_of_name",
            Self::SameRoot => "same_root",
            Self::Synonym => "synonym",
            Self::Lexicon => "lexicon",
            Self::Measure => "measure_word",
            Self::Value => "value",
            Self::PartOfValue => "part_of_value",
            Self::Default => "default",
        }
    }
}

/// An element that a span may mean.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Candidate {
    pub(crate) element: Element,
    /// From 0 to 1.
    pub(crate) score: f64,
    pub(crate) reason: Reason,
    /// For values: the text as it stands in the rows.
    pub(crate) value: Option<String>,
    /// The column holds the asked measure turned round.
    pub(crate) against: bool,
}

impl Candidate {
    pub(crate) fn new(element: Element, score: f64, reason: Reason) -> Self {
        Self {
            element,
            score,
            reason,
            value: None,
            against: false,
        }
    }
}

/// What a link is worth from which on something is called so.
pub(crate) const NAMED: f64 = 0.9;

/// A slip is told from another word only from this length on, and between two words of the schema from the next.
const LONG: usize = 5;
const LONGER: usize = 8;

/// The words of the schema.
#[derive(Debug, Default)]
pub(crate) struct WordIndex {
    columns: HashMap<String, Vec<ColumnId>>,
    tables: HashMap<String, Vec<TableId>>,
    roots: HashMap<String, Vec<String>>,
    /// Ends of long words of the schema: "room" for "classroom".
    ends: HashMap<String, Vec<String>>,
    /// A long word and another of the schema that is one slip away: one of them is misspelt.
    twins: HashMap<String, String>,
    /// Words in which a slip can be told, in order.
    long: Vec<String>,
    phrases: HashMap<String, Vec<Element>>,
    values: HashMap<String, Vec<(ColumnId, String)>>,
}

impl WordIndex {
    pub(crate) fn new(schema: &Schema, lexicon: &Lexicon) -> Self {
        let mut index = Self::default();
        for (id, table) in schema.tables.iter().enumerate() {
            for word in &table.words {
                push_new(index.tables.entry(word.clone()).or_default(), id);
            }
        }
        for (id, column) in schema.columns.iter().enumerate() {
            for word in &column.words {
                push_new(index.columns.entry(word.clone()).or_default(), id);
            }
        }
        let mut words: Vec<&String> = index.tables.keys().chain(index.columns.keys()).collect();
        words.sort_unstable();
        words.dedup();
        let mut roots: HashMap<String, Vec<String>> = HashMap::new();
        for word in words {
            if word.len() >= 4 {
                push_new(roots.entry(root(word)).or_default(), word.clone());
            }
        }
        let mut ends: HashMap<String, Vec<String>> = HashMap::new();
        for word in roots.values().flatten() {
            for at in 3..word.len().saturating_sub(3) {
                if let Some(end) = word.get(at..) {
                    ends.entry(end.to_owned()).or_default().push(word.clone());
                }
            }
        }
        for words in ends.values_mut() {
            words.sort_unstable();
        }
        let mut long: Vec<String> = roots
            .values()
            .flatten()
            .filter(|word| word.len() >= LONG)
            .cloned()
            .collect();
        long.sort_unstable();
        for (at, one) in long.iter().enumerate() {
            let alike = long[at + 1..]
                .iter()
                .take_while(|other| other.get(..1) == one.get(..1));
            for other in alike.filter(|other| other.len() >= LONGER && slipped(one, other)) {
                index.twins.insert(one.clone(), other.clone());
                index.twins.insert(other.clone(), one.clone());
            }
        }
        index.long = long;
        index.ends = ends;
        index.roots = roots;
        index.add_lexicon(schema, lexicon);
        index
    }

    fn add_lexicon(&mut self, schema: &Schema, lexicon: &Lexicon) {
        for (table, phrases) in &lexicon.tables {
            if let Some(table) = schema.table_named(table) {
                for phrase in phrases {
                    self.phrases
                        .entry(phrase_key(phrase))
                        .or_default()
                        .push(Element::Table(table));
                }
            }
        }
        for (name, phrases) in &lexicon.columns {
            if let Some(column) = schema.column_at(name) {
                for phrase in phrases {
                    self.phrases
                        .entry(phrase_key(phrase))
                        .or_default()
                        .push(Element::Column(column));
                }
            }
        }
        for synonym in &lexicon.values {
            if let Some(column) = schema.column_at(&synonym.column) {
                for phrase in &synonym.phrases {
                    let values = self.values.entry(phrase_key(phrase)).or_default();
                    values.push((column, synonym.value.clone()));
                }
            }
        }
    }

    /// Values that the owner's lexicon gives to a phrase of base forms.
    pub(crate) fn lexicon_values(&self, phrase: &str) -> &[(ColumnId, String)] {
        self.values.get(phrase).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn knows(&self, word: &str) -> bool {
        self.columns.contains_key(word) || self.tables.contains_key(word)
    }

    /// What the base forms `words`, taken together, may mean; best first.
    pub(crate) fn link(&self, schema: &Schema, words: &[String]) -> Vec<Candidate> {
        let mut found: BTreeMap<Element, Candidate> = BTreeMap::new();
        let mut offer = |candidate: Candidate| {
            if matches!(candidate.element, Element::Column(column) if schema.columns[column].hidden)
            {
                return;
            }
            match found.entry(candidate.element) {
                std::collections::btree_map::Entry::Vacant(place) => {
                    place.insert(candidate);
                }
                std::collections::btree_map::Entry::Occupied(mut place) => {
                    if place.get().score < candidate.score {
                        place.insert(candidate);
                    }
                }
            }
        };
        for element in self.phrases.get(&words.join(" ")).into_iter().flatten() {
            offer(Candidate::new(*element, 1.05, Reason::Lexicon));
        }
        let words = self.respelled(words);
        let forms: Vec<Vec<(String, f64)>> = words.iter().map(|word| self.forms(word)).collect();
        if forms.iter().all(|forms| !forms.is_empty()) {
            for table in self.tables_of(&forms) {
                if let Some((score, quality)) = table_score(&schema.tables[table].words, &forms) {
                    offer(Candidate::new(
                        Element::Table(table),
                        score,
                        reason(score, quality),
                    ));
                }
            }
            for column in self.columns_of(&forms) {
                let table = &schema.tables[schema.table_of(column)];
                let column_words = &schema.columns[column];
                if let Some((score, quality)) = column_score(
                    &column_words.words,
                    &column_words.core,
                    &table.words,
                    &forms,
                ) {
                    offer(Candidate::new(
                        Element::Column(column),
                        score,
                        reason(score, quality),
                    ));
                }
            }
        }
        let mut all: Vec<Candidate> = found.into_values().collect();
        if words.len() > 1 && words.last().is_some_and(|word| word == "name") {
            let before = &words[..words.len() - 1];
            for table in &schema.tables {
                let full = before == ["full"] && table.display.len() == 2;
                if full || table.words == before {
                    let element = Element::Column(table.display[0]);
                    let score = if full { 0.98 } else { 0.9 };
                    match all.iter_mut().find(|known| known.element == element) {
                        Some(known) => known.score = known.score.max(score),
                        None => all.push(Candidate::new(element, score, Reason::Default)),
                    }
                }
            }
        }
        // "phone number", "email address": the second word only says what kind of thing the first is.
        if all.is_empty()
            && let Some((last, before)) = words.split_last()
            && !before.is_empty()
            && crate::words::operators::operator(&before.join(" ")).is_none()
            && matches!(last.as_str(), "number" | "address" | "code" | "value")
        {
            all = self.link(schema, before);
            all.retain(|candidate| {
                matches!(candidate.element, Element::Column(_)) && candidate.score > 0.6
            });
        }
        if words == ["name"] {
            for (id, table) in schema.tables.iter().enumerate() {
                for column in &table.display {
                    let element = Element::Column(*column);
                    if schema.columns[*column].table == id
                        && (table.display.len() == 2
                            || schema.columns[*column].role == Role::Name
                            || schema.columns[*column]
                                .words
                                .iter()
                                .all(|word| table.words.contains(word)))
                        && !all.iter().any(|known| known.element == element)
                    {
                        all.push(Candidate::new(element, 0.78, Reason::Default));
                    }
                }
            }
        }
        if words
            .last()
            .is_some_and(|word| matches!(word.as_str(), "id" | "identifier"))
        {
            self.add_keys(schema, &words, &mut all);
        }
        all.sort_by(|one, other| {
            other
                .score
                .total_cmp(&one.score)
                .then(one.element.cmp(&other.element))
        });
        all
    }

    /// "id" is the key of a table, whatever its name.
    fn add_keys(&self, schema: &Schema, words: &[String], all: &mut Vec<Candidate>) {
        let before = &words[..words.len() - 1];
        for (id, table) in schema.tables.iter().enumerate() {
            let Some(key) = schema.single_key(id) else {
                continue;
            };
            let fits = before.iter().all(|word| table.words.contains(word));
            let element = Element::Column(key);
            if !fits || schema.columns[key].hidden || schema.columns[key].role == Role::Name {
                continue;
            }
            let score = if before.is_empty() { 0.8 } else { 0.75 }
                - if schema.columns[key].refers.is_some() {
                    0.1
                } else {
                    0.0
                };
            match all.iter_mut().find(|known| known.element == element) {
                Some(known) => known.score = known.score.max(score),
                None => all.push(Candidate::new(element, score, Reason::Name)),
            }
        }
    }

    fn tables_of(&self, forms: &[Vec<(String, f64)>]) -> Vec<TableId> {
        let mut all = Vec::new();
        for (form, _) in forms.iter().flatten() {
            for table in self.tables.get(form).into_iter().flatten() {
                push_new(&mut all, *table);
            }
        }
        all
    }

    fn columns_of(&self, forms: &[Vec<(String, f64)>]) -> Vec<ColumnId> {
        let mut all = Vec::new();
        for (form, _) in forms.iter().flatten() {
            for column in self.columns.get(form).into_iter().flatten() {
                push_new(&mut all, *column);
            }
        }
        all
    }

    /// Columns of the whole schema whose names hold one of `words`, earlier words better.
    pub(crate) fn by_measure(
        &self,
        schema: &Schema,
        words: &[&str],
        against: &[&str],
        most: f64,
    ) -> Vec<Candidate> {
        let mut all: Vec<Candidate> = Vec::new();
        for (turned, list) in [(false, words), (true, against)] {
            for (at, word) in list.iter().enumerate() {
                for column in self.columns.get(*word).into_iter().flatten() {
                    let core = &schema.columns[*column].core;
                    let share = 1.0 / core.len().max(1) as f64;
                    let score = most
                        * (0.72 + 0.28 * share)
                        * (1.0 - 0.07 * at as f64)
                        * if turned { 0.9 } else { 1.0 };
                    let known = all
                        .iter()
                        .any(|other| other.element == Element::Column(*column));
                    if !known && !schema.columns[*column].hidden {
                        let mut candidate =
                            Candidate::new(Element::Column(*column), score, Reason::Measure);
                        candidate.against = turned;
                        all.push(candidate);
                    }
                }
            }
        }
        all.sort_by(|one, other| {
            other
                .score
                .total_cmp(&one.score)
                .then(one.element.cmp(&other.element))
        });
        all
    }
}

fn phrase_key(phrase: &str) -> String {
    let words: Vec<String> = phrase
        .to_lowercase()
        .split_whitespace()
        .map(lemma)
        .collect();
    words.join(" ")
}

fn push_new<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

fn reason(score: f64, quality: f64) -> Reason {
    if quality < 0.7 {
        Reason::Synonym
    } else if quality < 0.95 {
        Reason::SameRoot
    } else if score > 0.9 {
        Reason::Name
    } else {
        Reason::PartOfName
    }
}

//! The words that the composer knows, as data.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::words;

/// Words of domains.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Lexicon {
    pub(super) domains: Vec<Domain>,
    pub(super) organisations: std::collections::BTreeMap<String, String>,
    pub(super) nouns: Nouns,
    pub(super) measures: Vec<Measure>,
}

/// What the words of a domain suggest.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Domain {
    pub(super) words: Vec<String>,
    pub(super) place: String,
    pub(super) person: String,
    pub(super) asset: String,
    pub(super) product: String,
    pub(super) kind: String,
    pub(super) kinds: Vec<String>,
    pub(super) unit: String,
    /// What is taken in.
    #[serde(default)]
    pub(super) output: Option<String>,
    /// What taking in the yield is called, where something grows.
    #[serde(default)]
    pub(super) harvest: Option<String>,
}

/// Nouns by what they are.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nouns {
    pub(super) person: Vec<String>,
    pub(super) place: Vec<String>,
    pub(super) asset: Vec<String>,
    pub(super) product: Vec<String>,
    pub(super) event: Vec<String>,
    pub(super) follow_up: Vec<String>,
}

/// A measure that a problem may name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Measure {
    pub(super) words: Vec<String>,
    pub(super) name: String,
    pub(super) unit: String,
    pub(super) median: f64,
    pub(super) spread: f64,
    pub(super) max: f64,
}

/// A business function.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Function {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) words: Vec<String>,
    /// Whether an event that the problem names takes the place of `fact`.
    #[serde(default)]
    pub(super) generic: bool,
    pub(super) fact: String,
    /// The fact where nothing grows.
    #[serde(default)]
    pub(super) industrial_fact: Option<String>,
    pub(super) check: String,
    pub(super) uses: Uses,
    /// The people of this function, whatever the domain.
    #[serde(default)]
    pub(super) person: Option<String>,
    pub(super) moment: String,
    pub(super) measure: Figure,
    pub(super) score: Score,
    pub(super) cost: Figure,
    pub(super) minutes: Figure,
    pub(super) states: [String; 3],
    pub(super) exit: String,
    pub(super) way: Way,
    pub(super) findings: Vec<String>,
    #[serde(default)]
    pub(super) months: Vec<f64>,
}

/// Whether a function looks at the things that work or at the things that are sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Uses {
    Asset,
    Product,
}

/// A measure with a long right tail.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Figure {
    pub(super) name: String,
    pub(super) label: String,
    /// Absent: the domain's unit.
    #[serde(default)]
    pub(super) unit: Option<String>,
    pub(super) median: f64,
    pub(super) spread: f64,
    pub(super) max: f64,
    pub(super) synonyms: Vec<String>,
}

/// A score from 0 to 100.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Score {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) mean: f64,
    pub(super) deviation: f64,
    pub(super) synonyms: Vec<String>,
}

/// The ways in which the function's work is done.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Way {
    pub(super) name: String,
    pub(super) values: [String; 3],
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Functions {
    functions: Vec<Function>,
}

/// The lexicon of the crate.
pub(super) static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    toml::from_str(include_str!("../../compose/lexicon.toml"))
        .expect("the lexicon is read by the crate's tests")
});

static FUNCTIONS: LazyLock<Vec<Function>> = LazyLock::new(|| {
    let functions: Functions = toml::from_str(include_str!("../../compose/functions.toml"))
        .expect("the functions are read by the crate's tests");
    functions.functions
});

/// The function that a text names, by its longest words.
pub(super) fn function_of(text: &str) -> Option<&'static Function> {
    longest(&FUNCTIONS, text, |function| &function.words)
}

/// The function for a text that names none.
pub(super) fn any_function() -> &'static Function {
    FUNCTIONS
        .iter()
        .find(|function| function.id == "operations")
        .unwrap_or(&FUNCTIONS[0])
}

/// The domain that a text names, by its longest words.
pub(super) fn domain_of(text: &str) -> Option<&'static Domain> {
    longest(&LEXICON.domains, text, |domain| &domain.words)
}

/// The entry with the longest phrase in the text; the first of equals.
fn longest<T>(
    entries: &'static [T],
    text: &str,
    words_of: impl Fn(&T) -> &[String],
) -> Option<&'static T> {
    let stems = words::stems(text);
    let mut best: Option<(usize, &'static T)> = None;
    for entry in entries {
        for word in words_of(entry) {
            let phrase = words::stems(word);
            if words::find_run(&stems, &phrase).is_some()
                && best.is_none_or(|(length, _)| phrase.len() > length)
            {
                best = Some((phrase.len(), entry));
            }
        }
    }
    best.map(|(_, entry)| entry)
}

/// How often a noun stands in the text, in either number.
pub(super) fn mentions(noun: &str, text: &str) -> usize {
    let (stems, phrase) = (words::stems(text), words::stems(noun));
    stems
        .windows(phrase.len().max(1))
        .filter(|window| *window == phrase)
        .count()
}

/// Nouns of the list in the text: the most frequent first, then the earliest.
pub(super) fn nouns_in(list: &'static [String], text: &str) -> Vec<&'static str> {
    let stems = words::stems(text);
    let mut found: Vec<(usize, usize, &'static str)> = Vec::new();
    for noun in list {
        if let Some(first) = words::find_run(&stems, &words::stems(noun)) {
            found.push((usize::MAX - mentions(noun, text), first, noun.as_str()));
        }
    }
    found.sort_unstable();
    found.into_iter().map(|(_, _, noun)| noun).collect()
}

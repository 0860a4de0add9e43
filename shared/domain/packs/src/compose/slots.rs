//! Which word stands in which slot of the frame.

use super::identifier;
use super::lexicon::{self, Domain, Function, LEXICON, Uses};
use crate::words;

/// Endings of words that name a field or an activity, not a thing.
const ABSTRACT: &[&str] = &[
    "ing", "tion", "sion", "ment", "ics", "ism", "ity", "ness", "logy", "graphy", "nomy", "ture",
    "ence", "ance", "ship",
];

/// Words of domains that name no thing.
const GENERAL: &[&str] = &[
    "agency",
    "analytics",
    "association",
    "b2b",
    "b2c",
    "business",
    "centre",
    "center",
    "club",
    "co",
    "collective",
    "company",
    "cooperative",
    "corporation",
    "department",
    "domain",
    "enterprise",
    "firm",
    "global",
    "group",
    "guild",
    "inc",
    "industry",
    "international",
    "limited",
    "llc",
    "ltd",
    "network",
    "operations",
    "organisation",
    "organization",
    "programme",
    "sector",
    "service",
    "society",
    "solution",
    "startup",
    "system",
    "team",
    "union",
    "world",
];

/// A noun in one slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slot {
    /// Plain lower-case words, singular.
    pub(super) label: String,
}

impl Slot {
    /// Identifier of one.
    pub(super) fn one(&self) -> String {
        identifier::snake(&self.label)
    }

    /// Identifier of many: the table's name.
    pub(super) fn many(&self) -> String {
        words::plural(&self.one())
    }

    /// Plain words of many.
    pub(super) fn labels(&self) -> String {
        words::plural(&self.one()).replace('_', " ")
    }
}

/// All that the frame needs to know.
#[derive(Debug)]
pub(super) struct Slots {
    pub(super) function: &'static Function,
    pub(super) place: Slot,
    pub(super) person: Slot,
    pub(super) kind: Slot,
    pub(super) kinds: Vec<String>,
    pub(super) asset: Slot,
    pub(super) fact: Slot,
    pub(super) check: Slot,
    /// Unit of the domain's output.
    pub(super) unit: String,
    /// Words for the quantity that is taken in, where something grows.
    pub(super) output: Option<&'static str>,
    /// The domain as a title, in letters of any script.
    pub(super) title: String,
}

impl Slots {
    /// Chooses every slot from the words; later slots avoid the nouns of earlier ones.
    pub(super) fn choose(domain: &str, function_text: &str, problem: &str) -> Self {
        // Words of the problem stand in only where the user's own naming says nothing readable.
        let silent = |text: &str| !text.bytes().any(|byte| byte.is_ascii_alphabetic());
        let entry = lexicon::domain_of(domain)
            .or_else(|| lexicon::domain_of(function_text))
            .or_else(|| {
                silent(domain)
                    .then(|| lexicon::domain_of(problem))
                    .flatten()
            });
        let function = lexicon::function_of(function_text)
            .or_else(|| {
                silent(function_text)
                    .then(|| lexicon::function_of(problem))
                    .flatten()
            })
            .unwrap_or_else(lexicon::any_function);
        let mut taken = Taken::default();
        let fact = taken.first(facts(function, function_text, problem, entry), "record");
        let check = taken.first(checks(function, problem), "follow up");
        let asset = taken.first(assets(function, domain, problem, entry), "item");
        let person = taken.first(persons(function, domain, problem, entry), "member");
        let place = taken.first(places(domain, problem, entry), "site");
        let own_kind = format!("{} type", asset.label);
        let kind = taken.first(
            entry
                .filter(|entry| describes(entry, &asset))
                .map(|entry| entry.kind.clone())
                .into_iter()
                .chain([own_kind])
                .collect(),
            "kind",
        );
        let kinds = entry
            .filter(|entry| describes(entry, &asset))
            .map(|entry| entry.kinds.clone());
        Self {
            function,
            kinds: kinds.unwrap_or_else(|| {
                [
                    "Classic",
                    "Compact",
                    "Large",
                    "Light",
                    "Heavy Duty",
                    "Special",
                ]
                .map(str::to_owned)
                .to_vec()
            }),
            unit: entry.map_or_else(|| "units".to_owned(), |entry| entry.unit.clone()),
            output: entry
                .filter(|_| function.industrial_fact.is_some())
                .and_then(|entry| entry.output.as_deref()),
            title: title(domain, &asset),
            place,
            person,
            kind,
            asset,
            fact,
            check,
        }
    }
}

/// Whether the kinds of the domain speak of this thing.
fn describes(entry: &Domain, asset: &Slot) -> bool {
    entry.asset == asset.label || entry.product == asset.label
}

fn facts(
    function: &Function,
    function_text: &str,
    problem: &str,
    entry: Option<&Domain>,
) -> Vec<String> {
    let mut found = own(lexicon::nouns_in(&LEXICON.nouns.event, function_text));
    match (
        &function.industrial_fact,
        entry.and_then(|entry| entry.harvest.clone()),
    ) {
        (Some(_), Some(harvest)) => found.push(harvest),
        (Some(industrial), None) if !words::stems(problem).contains(&function.fact) => {
            found.push(industrial.clone());
        }
        _ => {}
    }
    if function.generic {
        // One mention may be by the way; an event that the problem returns to is what it is about.
        let named = lexicon::nouns_in(&LEXICON.nouns.event, problem);
        found.extend(
            own(named)
                .into_iter()
                .filter(|noun| lexicon::mentions(noun, problem) > 1),
        );
    }
    found.push(function.fact.clone());
    found
}

fn checks(function: &Function, problem: &str) -> Vec<String> {
    let mut found = own(lexicon::nouns_in(&LEXICON.nouns.follow_up, problem));
    found.push(function.check.clone());
    found
}

fn assets(function: &Function, domain: &str, problem: &str, entry: Option<&Domain>) -> Vec<String> {
    let (first, second) = match function.uses {
        Uses::Asset => (&LEXICON.nouns.asset, &LEXICON.nouns.product),
        Uses::Product => (&LEXICON.nouns.product, &LEXICON.nouns.asset),
    };
    let mut found = own(lexicon::nouns_in(first, domain));
    if let Some(entry) = entry {
        found.push(match function.uses {
            Uses::Asset => entry.asset.clone(),
            Uses::Product => entry.product.clone(),
        });
    }
    found.extend(own(lexicon::nouns_in(second, domain)));
    found.extend(own_thing(domain));
    found.extend(own(lexicon::nouns_in(first, problem)));
    found.extend(own(lexicon::nouns_in(second, problem)));
    found
}

fn persons(
    function: &Function,
    domain: &str,
    problem: &str,
    entry: Option<&Domain>,
) -> Vec<String> {
    let mut found: Vec<String> = function.person.iter().cloned().collect();
    found.extend(own(lexicon::nouns_in(&LEXICON.nouns.person, domain)));
    let stems = words::stems(domain);
    found.extend(
        stems
            .iter()
            .filter_map(|word| LEXICON.organisations.get(word))
            .cloned(),
    );
    found.extend(entry.map(|entry| entry.person.clone()));
    found.extend(own(lexicon::nouns_in(&LEXICON.nouns.person, problem)));
    found
}

fn places(domain: &str, problem: &str, entry: Option<&Domain>) -> Vec<String> {
    let mut found: Vec<String> = entry
        .map(|entry| entry.place.clone())
        .filter(|place| words::find_run(&words::stems(problem), &words::stems(place)).is_some())
        .into_iter()
        .collect();
    found.extend(own(lexicon::nouns_in(&LEXICON.nouns.place, domain)));
    found.extend(entry.map(|entry| entry.place.clone()));
    found.extend(own(lexicon::nouns_in(&LEXICON.nouns.place, problem)));
    found
}

fn own(nouns: Vec<&'static str>) -> Vec<String> {
    nouns.into_iter().map(str::to_owned).collect()
}

/// The thing that an unknown domain is named after: its last word that is no field and no activity.
fn own_thing(domain: &str) -> Option<String> {
    words::content(domain).into_iter().rev().find(|word| {
        word.len() >= 3
            && word.len() <= 20
            && word.bytes().all(|byte| byte.is_ascii_lowercase())
            && !GENERAL.contains(&word.as_str())
            && !ABSTRACT.iter().any(|ending| word.ends_with(ending))
            && !LEXICON.organisations.contains_key(word)
            && lexicon::nouns_in(&LEXICON.nouns.person, word).is_empty()
            && lexicon::nouns_in(&LEXICON.nouns.place, word).is_empty()
    })
}

/// The domain's words as a title; the thing's where it has no letters.
fn title(domain: &str, asset: &Slot) -> String {
    let words: Vec<String> = domain
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| word.chars().any(char::is_alphabetic))
        .take(4)
        .map(|word| identifier::capitalised(&word.chars().take(20).collect::<String>()))
        .collect();
    if words.is_empty() {
        identifier::title_case(&asset.labels())
    } else {
        words.join(" ")
    }
}

/// Names that are in use.
#[derive(Debug, Default)]
struct Taken {
    names: Vec<String>,
}

impl Taken {
    /// The first candidate that is a sane name and free, else the fallback, numbered by words if need be.
    fn first(&mut self, candidates: Vec<String>, fallback: &str) -> Slot {
        let free = |taken: &[String], slot: &Slot| {
            let (one, many) = (slot.one(), slot.many());
            !taken.contains(&one)
                && !taken.contains(&many)
                && !identifier::is_reserved(&many)
                && one != many
        };
        let mut slots = candidates
            .into_iter()
            .filter_map(|text| identifier::label(&text))
            .chain([fallback.to_owned(), format!("other {fallback}")])
            .map(|label| Slot { label });
        let slot = slots
            .find(|slot| free(&self.names, slot))
            .unwrap_or_else(|| Slot {
                label: format!("further {fallback}"),
            });
        self.names.extend([slot.one(), slot.many()]);
        slot
    }
}

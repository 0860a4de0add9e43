//! The packs that come with the crate, and the choice among them.

use std::sync::LazyLock;

use crate::compose;
use crate::pack::Pack;
use crate::words;

static PACKS: LazyLock<Vec<Pack>> = LazyLock::new(|| {
    [
        include_str!("../packs/ecommerce.toml"),
        include_str!("../packs/healthcare.toml"),
        include_str!("../packs/saas.toml"),
    ]
    .into_iter()
    .map(|text| Pack::from_toml(text).expect("the packs of the crate are read by its tests"))
    .collect()
});

/// Words that may stand beside the name of a domain without changing it.
const BESIDE: &[&str] = &[
    "analytics",
    "analysis",
    "b2b",
    "b2c",
    "business",
    "center",
    "company",
    "department",
    "domain",
    "enterprise",
    "firm",
    "global",
    "group",
    "industry",
    "management",
    "modern",
    "network",
    "operation",
    "operations",
    "organisation",
    "organization",
    "platform",
    "provider",
    "sector",
    "service",
    "services",
    "start",
    "startup",
    "system",
    "up",
];

/// Words of functions that fit every domain.
const ANY_FUNCTION: &[&str] = &[
    "analytics",
    "analysis",
    "data",
    "insight",
    "management",
    "performance",
    "reporting",
    "team",
    "department",
];

/// The full packs, in a fixed order.
#[must_use]
pub fn packs() -> &'static [Pack] {
    &PACKS
}

/// The pack for a domain and a function in the user's words: a full pack whose names cover the domain and
/// whose functions fit, else one composed from the words. Never fails; the same words give the same pack.
#[must_use]
pub fn choose(domain: &str, function: &str, problem_statement: &str) -> Pack {
    packs()
        .iter()
        .find(|pack| names(pack, domain) && covers(pack, function))
        .cloned()
        .unwrap_or_else(|| compose::compose(domain, function, problem_statement))
}

/// Whether the domain is one of the pack's, apart from words beside it, or holds a keyword of the pack.
fn names(pack: &Pack, domain: &str) -> bool {
    let asked = words::stems(domain);
    if pack
        .keywords
        .iter()
        .any(|keyword| words::find_run(&asked, &words::stems(keyword)).is_some())
    {
        return true;
    }
    pack.domains.iter().any(|name| {
        let name = words::stems(name);
        words::find_run(&asked, &name).is_some_and(|at| {
            asked.iter().enumerate().all(|(index, word)| {
                (at..at + name.len()).contains(&index)
                    || words::is_empty_word(word)
                    || BESIDE.contains(&word.as_str())
            })
        })
    })
}

/// Whether the pack serves the function: it shares a word with one of the pack's, or is no function that the
/// composer would build other tables for.
fn covers(pack: &Pack, function: &str) -> bool {
    let asked: Vec<String> = words::content(function)
        .into_iter()
        .filter(|word| !ANY_FUNCTION.contains(&word.as_str()))
        .collect();
    let known = |word: &String| {
        pack.functions
            .iter()
            .any(|name| words::stems(name).contains(word))
    };
    asked.iter().any(known) || !compose::knows_function(function)
}

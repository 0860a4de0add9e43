//! From a question to its readings, best first.

use std::rc::Rc;

use crate::build::build;
use crate::database::Database;
use crate::items::{Item, items};
use crate::parse::{CHOICES, Flips, read};
use crate::rank::{Reading, features, score};
use crate::resolve::fillings;
use crate::schema::JoinGraph;
use crate::time::Now;
use crate::words::stem::root;
use crate::words::{Token, tokenise};

/// Tokens of a question that are read; what follows is left out.
pub(crate) const MOST_TOKENS: usize = 120;
/// Readings that are kept.
const MOST_READINGS: usize = 200;

/// A question taken apart.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) tokens: Vec<Token>,
    pub(crate) items: Vec<Item>,
    pub(crate) readings: Vec<Reading>,
}

/// Every reading of the question that can be written as SQL.
pub(crate) fn readings(database: &Database, question: &str, now: &Now) -> Read {
    let tokens = prepared(tokenise(question, MOST_TOKENS));
    let items = items(database, &tokens, now);
    let roots: Vec<String> = tokens.iter().filter(|token| token.is_word() && token.lemma.len() > 3).map(|token| root(&token.lemma)).collect();
    let schema = &database.schema;
    let mut graph = JoinGraph::new(schema, |column| {
        let words = &schema.columns[column].words;
        let named = words.iter().filter(|word| word.len() > 3 && roots.contains(&root(word))).count();
        named as f64 / words.len().max(1) as f64
    });
    let mut found: Vec<Reading> = Vec::new();
    let base = Flips::default();
    let asked = add(database, &items, &mut graph, base, 6, &mut found);
    let mut open: Vec<Flips> = (0..CHOICES).filter(|choice| asked >> choice & 1 == 1).map(|choice| Flips(1 << choice)).collect();
    let singles = open.clone();
    for flips in &singles {
        let more = add(database, &items, &mut graph, *flips, 3, &mut found);
        for choice in 0..CHOICES {
            let both = Flips(flips.0 | 1 << choice);
            if more >> choice & 1 == 1 && both != *flips && !open.contains(&both) {
                open.push(both);
            }
        }
    }
    for flips in open.iter().skip(singles.len()).take(60) {
        add(database, &items, &mut graph, *flips, 1, &mut found);
    }
    found.sort_by(|one, other| other.score.total_cmp(&one.score).then_with(|| one.sql.cmp(&other.sql)));
    let mut unique: Vec<Reading> = Vec::new();
    for reading in found {
        if !unique.iter().any(|known| known.sql == reading.sql) {
            unique.push(reading);
        }
    }
    unique.truncate(MOST_READINGS);
    Read { tokens, items, readings: unique }
}

/// Adds the readings under `flips`; the choices that were asked.
fn add(database: &Database, items: &[Item], graph: &mut JoinGraph, flips: Flips, most: usize, found: &mut Vec<Reading>) -> u32 {
    let schema = &database.schema;
    let sketch = Rc::new(read(database, items, flips));
    let mut asked = sketch.asked;
    for filling in fillings(schema, &sketch, graph, most) {
        let Some(built) = build(schema, graph, items, &sketch, &filling, flips) else {
            continue;
        };
        asked |= built.asked;
        let Some(sql) = crate::sql::write(schema, graph, &built.query) else {
            continue;
        };
        let features = features(schema, graph, items, &sketch, &filling, &built.query, flips);
        found.push(Reading {
            query: built.query,
            sql,
            score: score(&features),
            features,
            sketch: Rc::clone(&sketch),
            filling,
            flips,
        });
    }
    asked
}

/// Writes out what English leaves away: "first and last names" are "first names and last names".
fn prepared(tokens: Vec<Token>) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::with_capacity(tokens.len() + 2);
    for (at, token) in tokens.iter().enumerate() {
        out.push(token.clone());
        let first = matches!(token.lower.as_str(), "first" | "given" | "middle");
        let joint = tokens.get(at + 1).is_some_and(|next| matches!(next.lower.as_str(), "and" | "," | "or"));
        let last = tokens.get(at + 2).is_some_and(|next| matches!(next.lower.as_str(), "last" | "family"));
        if first && joint && last
            && let Some(name) = tokens.get(at + 3).filter(|name| name.lemma == "name")
        {
            out.push(name.clone());
        }
    }
    out
}

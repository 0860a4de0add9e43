//! From a question to its readings, best first.

use std::rc::Rc;

use chrono::NaiveDate;

use crate::answer::{Alternative, Answer, Link, ParsedQuery, Status, Unlinked, value_name};
use crate::build::build;
use crate::database::Database;
use crate::difference::difference;
use crate::form::{Aggregate, Value};
use crate::guard;
use crate::items::{Item, items};
use crate::link::Element;
use crate::parse::{CHOICES, Flips, read};
use crate::rank::{Evidence, Reading, confidence, features, score};
use crate::resolve::fillings;
use crate::schema::{JoinGraph, Schema};
use crate::time::Now;
use crate::trust;
use crate::words::operators::Operator;
use crate::words::stem::root;
use crate::words::{Token, operators, tokenise};

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
    let tokens = crate::compounds::shared_heads(database, tokens);
    let items = items(database, &tokens, now);
    let mut graph = graph(database, &tokens);
    let mut found: Vec<Reading> = Vec::new();
    let base = Flips::default();
    let asked = add(database, &items, &mut graph, base, 6, &mut found);
    let mut open: Vec<Flips> = (0..CHOICES)
        .filter(|choice| asked >> choice & 1 == 1)
        .map(|choice| Flips(1 << choice))
        .collect();
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
    found.sort_by(|one, other| {
        other
            .score
            .total_cmp(&one.score)
            .then_with(|| one.sql.cmp(&other.sql))
    });
    let mut unique: Vec<Reading> = Vec::new();
    for reading in found {
        if !unique.iter().any(|known| known.sql == reading.sql) {
            unique.push(reading);
        }
    }
    unique.truncate(MOST_READINGS);
    Read {
        tokens,
        items,
        readings: unique,
    }
}

/// The joins of the database, cheaper where the question's words name them.
fn graph(database: &Database, tokens: &[Token]) -> JoinGraph {
    let roots: Vec<String> = tokens
        .iter()
        .filter(|token| token.is_word() && token.lemma.len() > 3)
        .map(|token| root(&token.lemma))
        .collect();
    let schema = &database.schema;
    JoinGraph::new(schema, |column| {
        let words = &schema.columns[column].words;
        let named = words
            .iter()
            .filter(|word| word.len() > 3 && roots.contains(&root(word)))
            .count();
        named as f64 / words.len().max(1) as f64
    })
}

/// Adds the readings under `flips`; the choices that were asked.
fn add(
    database: &Database,
    items: &[Item],
    graph: &mut JoinGraph,
    flips: Flips,
    most: usize,
    found: &mut Vec<Reading>,
) -> u32 {
    let schema = &database.schema;
    let sketch = Rc::new(read(database, items, flips));
    let mut asked = sketch.asked;
    for filling in fillings(schema, &sketch, graph, most) {
        let Some(built) = build(schema, graph, items, &sketch, &filling, flips) else {
            continue;
        };
        asked |= built.asked;
        let mut columns = built.query.columns().into_iter();
        if columns.any(|column| schema.columns[column].hidden) {
            continue;
        }
        let Some(sql) = crate::sql::write(schema, graph, &built.query) else {
            continue;
        };
        let query = &built.query;
        let evidence = Evidence::new(schema, graph, items, &sketch, &filling, query, flips);
        let features = features(&evidence);
        found.push(Reading {
            query: built.query,
            sql,
            score: score(&features),
            features,
            sketch: Rc::clone(&sketch),
            filling,
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
        let joint = tokens
            .get(at + 1)
            .is_some_and(|next| matches!(next.lower.as_str(), "and" | "," | "or"));
        let last = tokens
            .get(at + 2)
            .is_some_and(|next| matches!(next.lower.as_str(), "last" | "family"));
        if first
            && joint
            && last
            && let Some(name) = tokens.get(at + 3).filter(|name| name.lemma == "name")
        {
            out.push(name.clone());
        }
    }
    out
}

/// Says whether SQL can be planned and run on the database.
pub trait PlanCheck {
    /// True where `sql` is valid.
    fn is_valid(&self, sql: &str) -> bool;
}

impl<F: Fn(&str) -> bool> PlanCheck for F {
    fn is_valid(&self, sql: &str) -> bool {
        self(sql)
    }
}

/// From here on a reading is trusted without showing others.
const SURE: f64 = 0.85;
/// From here on a reading is an answer.
const LIKELY: f64 = 0.5;
const MOST_ALTERNATIVES: usize = 4;
/// Readings that are checked at most before a question is given up.
const MOST_CHECKED: usize = 12;

/// Reads `question` against `database`. `today` is the day from which "last month" counts; `check` is
/// asked of every SQL text before it is returned. The same arguments give the same answer.
#[must_use]
pub fn ask(database: &Database, question: &str, today: NaiveDate, check: &dyn PlanCheck) -> Answer {
    let tokens = tokenise(question, MOST_TOKENS);
    if let Some(reason) = guard::refuse_text(database, question, &tokens, MOST_TOKENS) {
        return refused(reason, &tokens);
    }
    let mut read = readings(database, question, &today);
    let mut checked = 0;
    while let Some(first) = read.readings.first() {
        if check.is_valid(&first.sql) {
            break;
        }
        checked += 1;
        read.readings.remove(0);
        if checked == MOST_CHECKED {
            read.readings.clear();
        }
    }
    if let Some(reason) = guard::refuse_items(&read.items, read.readings.first()) {
        return refused(reason, &read.tokens);
    }
    let Some(best) = read.readings.first() else {
        return refused("the question has no reading".to_owned(), &read.tokens);
    };
    let schema = &database.schema;
    let mut graph = graph(database, &read.tokens);
    let limit = trust::limit(database, &mut graph, &read.items, best);
    let inputs = confidence::inputs(&read.readings, read.tokens.len());
    let sure = rounded(confidence::confidence(&inputs).min(limit.most));
    let alternatives = if sure < SURE {
        alternatives(schema, &read.readings, sure, check)
    } else {
        Vec::new()
    };
    let unlinked = unlinked(&read);
    let status = if sure >= LIKELY {
        Status::Ok
    } else {
        Status::NeedsClarification
    };
    let doubt = || doubt(&unlinked, &alternatives);
    let reason = (status == Status::NeedsClarification).then(|| limit.reason.unwrap_or_else(doubt));
    Answer {
        parsed_query: ParsedQuery::new(schema, &mut graph, &best.query, &best.sql),
        confidence: sure,
        alternatives,
        status,
        reason,
        explanation: explanation(database, &read, best),
        unlinked,
    }
}

fn rounded(share: f64) -> f64 {
    (share * 1000.0).round() / 1000.0
}

fn refused(reason: String, tokens: &[Token]) -> Answer {
    let unlinked = tokens
        .iter()
        .filter(|token| token.is_word() && !operators::is_function_word(&token.lower))
        .take(50)
        .map(|token| Unlinked {
            text: token.text.clone(),
            start: token.start,
            end: token.end,
        })
        .collect();
    Answer {
        parsed_query: ParsedQuery::empty(),
        confidence: 0.0,
        alternatives: Vec::new(),
        status: Status::Refused,
        reason: Some(reason),
        explanation: Vec::new(),
        unlinked,
    }
}

fn doubt(unlinked: &[Unlinked], alternatives: &[Alternative]) -> String {
    if unlinked.is_empty() {
        match alternatives.first() {
            Some(first) => format!(
                "the question has several readings; another one {}",
                first.difference
            ),
            None => {
                "the question is only partly understood; name tables and columns as the schema does"
                    .to_owned()
            }
        }
    } else {
        let words: Vec<String> = unlinked
            .iter()
            .take(5)
            .map(|word| format!("\"{}\"", word.text))
            .collect();
        format!(
            "nothing in the schema fits {}; say it with the names of tables, columns or values",
            words.join(", ")
        )
    }
}

fn unlinked(read: &Read) -> Vec<Unlinked> {
    let Some(best) = read.readings.first() else {
        return Vec::new();
    };
    let words = best
        .sketch
        .unused
        .iter()
        .map(|at| &read.items[*at])
        .filter(|item| item.operator.is_none());
    words
        .map(|item| {
            let (start, end) = place(&read.tokens, item);
            Unlinked {
                text: item.text.clone(),
                start,
                end,
            }
        })
        .collect()
}

fn place(tokens: &[Token], item: &Item) -> (usize, usize) {
    (tokens[item.first].start, tokens[item.last - 1].end)
}

/// Readings that mean something else than the best and than each other.
fn alternatives(
    schema: &Schema,
    readings: &[Reading],
    sure: f64,
    check: &dyn PlanCheck,
) -> Vec<Alternative> {
    let Some(best) = readings.first() else {
        return Vec::new();
    };
    let shares = confidence::shares(readings);
    let rest = (1.0 - shares.first().copied().unwrap_or(0.0)).max(1e-9);
    let mut found: Vec<(&Reading, Alternative)> = Vec::new();
    for (reading, share) in readings.iter().zip(&shares).skip(1).take(40) {
        if found.len() == MOST_ALTERNATIVES {
            break;
        }
        let Some(difference) = difference(schema, &best.query, &reading.query) else {
            continue;
        };
        let known = found.iter().any(|(other, _)| {
            crate::difference::difference(schema, &other.query, &reading.query).is_none()
        });
        if known || !check.is_valid(&reading.sql) {
            continue;
        }
        let confidence = rounded((1.0 - sure) * share / rest).min(sure);
        found.push((
            reading,
            Alternative {
                sql: reading.sql.clone(),
                confidence,
                difference,
            },
        ));
    }
    found
        .into_iter()
        .map(|(_, alternative)| alternative)
        .collect()
}

fn explanation(database: &Database, read: &Read, best: &Reading) -> Vec<Link> {
    let schema = &database.schema;
    let mut links: Vec<Link> = Vec::new();
    for (slot, chosen) in best.sketch.slots.iter().zip(&best.filling.chosen) {
        let Some(item) = read.items.get(slot.item) else {
            continue;
        };
        let (start, end) = place(&read.tokens, item);
        let element = match chosen.element {
            Element::Table(table) => schema.tables[table].name.clone(),
            Element::Column(column) => crate::answer::column_name(schema, column),
        };
        let link = Link {
            text: item.text.clone(),
            start,
            end,
            element,
            value: chosen.value.clone(),
            rule: chosen.reason.text(),
            score: rounded(chosen.score.clamp(0.0, 1.0)),
        };
        if !links.contains(&link) {
            links.push(link);
        }
    }
    for (at, item) in read.items.iter().enumerate() {
        let share = best.sketch.share.is_some_and(|share| share.item == at);
        let shares = share.then(|| "percentage of rows".to_owned());
        let operator = item.operator;
        if let Some(what) = shares.or_else(|| told(schema, best, operator?))
            && best.sketch.used.get(at).copied().unwrap_or(false)
            && !best.sketch.slots.iter().any(|slot| slot.item == at)
        {
            let (start, end) = place(&read.tokens, item);
            links.push(Link {
                text: item.text.clone(),
                start,
                end,
                element: what,
                value: None,
                rule: "operator",
                score: 1.0,
            });
        }
    }
    links.sort_by_key(|link| (link.start, link.end));
    links
}

/// What an operator does to the query, for people.
fn told(schema: &Schema, best: &Reading, operator: Operator) -> Option<String> {
    let mut outputs = best.query.outputs.iter();
    let counts = outputs.find(|value| matches!(value, Value::RowsPer(_)));
    match (operator, counts) {
        (Operator::Aggregate(Aggregate::Average), Some(counts)) => Some(format!(
            "{}, where what has no row does not count",
            value_name(schema, counts)
        )),
        _ => operators::told(operator).map(str::to_owned),
    }
}

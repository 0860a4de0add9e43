//! Names of several words: when two words beside one another are no name, and when a name's words stand apart.

use crate::database::Database;
use crate::items::Item;
use crate::link::{Candidate, Element, Reason};
use crate::schema::Role;
use crate::words::Token;
use crate::words::operators::Operator;
use crate::words::stem::root;
use crate::words::token::normal_words;

/// How far the words of one name may stand apart.
const NEAR: usize = 4;

/// The words are two spans, though together they resemble a name.
pub(crate) fn falls_apart(database: &Database, tokens: &[Token], named: &[Candidate]) -> bool {
    let [first, .., last] = tokens else {
        return false;
    };
    let Some(best) = named.first() else {
        return false;
    };
    // "scientists assigned": a noun that says more of another one stands in the singular.
    let plural = first.lower != first.lemma && first.lower.ends_with('s') && best.score < 0.85;
    // "cat allergies": the first word is a value.
    let value = best.reason != Reason::Name
        && !database.index.knows(&first.lemma)
        && !database.values.exact(&first.lower).is_empty();
    // "tickets opened last week": the time is said of the tickets, not asked for.
    let happened = tokens.len() == 2
        && last.lower.ends_with("ed")
        && matches!(best.element, Element::Column(column) if database.schema.columns[column].kind.is_time())
        && database
            .schema
            .tables
            .iter()
            .any(|table| table.words == [first.lemma.as_str()]);
    plural || value || happened || tokens.len() == 2 && relates(database, &first.lemma, &last.lemma)
}

/// "border states": the verb of a relation and its entity.
fn relates(database: &Database, verb: &str, entity: &str) -> bool {
    let schema = &database.schema;
    (0..schema.tables.len())
        .filter(|table| schema.tables[*table].words == [entity])
        .filter_map(|table| schema.relation(schema.single_key(table)?))
        .any(|relation| {
            let words = &schema.tables[relation.table].words;
            words.iter().any(|word| root(word) == root(verb))
        })
}

/// "ohio river": a value of the table that the last word names, not a value by itself.
pub(crate) fn value_of_named_table(database: &Database, tokens: &[Token]) -> bool {
    let Some((last, before)) = tokens.split_last() else {
        return false;
    };
    let Some(table) = database
        .schema
        .tables
        .iter()
        .find(|table| table.words == [last.lemma.as_str()])
    else {
        return false;
    };
    let text: Vec<&str> = before.iter().map(|token| token.text.as_str()).collect();
    let words = normal_words(&text.join(" "));
    let hits = database.values.exact(&words.join(" "));
    hits.iter().any(|hit| table.display.contains(&hit.column))
}

/// "what type of": the schema has a column for it, so that the words ask for more than the entity.
pub(crate) fn kind_is_column(database: &Database, tokens: &[Token]) -> bool {
    tokens.iter().any(|token| {
        matches!(token.lemma.as_str(), "type" | "kind") && database.index.knows(&token.lemma)
    })
}

/// Writes out what two names share: "buying and selling prices" are "buying prices and selling prices".
pub(crate) fn shared_heads(database: &Database, tokens: Vec<Token>) -> Vec<Token> {
    let column = |words: &[Token]| {
        let words: Vec<String> = words.iter().map(|token| token.lemma.clone()).collect();
        let best = database
            .index
            .link(&database.schema, &words)
            .into_iter()
            .next()?;
        matches!(best.element, Element::Column(_)).then_some(best)
    };
    let whole = |words: &[Token]| column(words).filter(|best| best.score >= 0.97);
    let mut out: Vec<Token> = Vec::with_capacity(tokens.len() + 2);
    for (at, token) in tokens.iter().enumerate() {
        out.push(token.clone());
        let joint = tokens.get(at + 1);
        if !joint.is_some_and(|joint| matches!(joint.lower.as_str(), "and" | "or")) {
            continue;
        }
        let head = (at + 3..tokens.len().min(at + 5)).find_map(|end| {
            let others = &tokens[at + 2..=end];
            let head = others.last()?;
            let other = column(others).filter(|other| other.score >= 0.7)?;
            let shared = (at.saturating_sub(1)..=at).any(|start| {
                let first = &tokens[start..=at];
                let words = [first, std::slice::from_ref(head)].concat();
                words.iter().chain(others).all(Token::is_word)
                    && column(first).is_none_or(|alone| alone.score < 0.9)
                    && whole(&words).is_some_and(|named| named.element != other.element)
            });
            shared.then_some(head)
        });
        out.extend(head.cloned());
    }
    out
}

/// "the date they were formed", "the year in which it opened": a verb near a word completes the column's name.
pub(crate) fn complete(database: &Database, items: &mut [Item]) {
    let schema = &database.schema;
    for at in 0..items.len() {
        if items[at].operator.is_some() || items[at].is_value() {
            continue;
        }
        let near = at.saturating_sub(NEAR)..items.len().min(at + NEAR + 1);
        let verbs: Vec<(usize, String)> = near
            .filter(|place| *place != at && is_verb(&items[*place]))
            .map(|place| (place, base(&items[place].text)))
            .collect();
        if verbs.is_empty() {
            continue;
        }
        let said: Vec<String> = normal_words(&items[at].text)
            .iter()
            .map(|word| base(word))
            .collect();
        let mut spent: Vec<usize> = Vec::new();
        let mention = &mut items[at].mention;
        for candidate in mention.iter_mut() {
            let Element::Column(column) = candidate.element else {
                continue;
            };
            let column = &schema.columns[column];
            let missing: Vec<String> = column
                .words
                .iter()
                .map(|word| root(word))
                .filter(|word| !said.contains(word))
                .collect();
            let found: Vec<usize> = verbs
                .iter()
                .filter(|(_, verb)| missing.contains(verb))
                .map(|(place, _)| *place)
                .collect();
            if candidate.score > 0.4
                && column.role != Role::Id
                && column.facts.truth.is_none()
                && !found.is_empty()
                && found.len() == missing.len()
            {
                candidate.score = candidate.score.max(1.0) + 0.02;
                candidate.reason = Reason::Name;
                spent.extend(found);
            }
        }
        mention.sort_by(|one, other| {
            other
                .score
                .total_cmp(&one.score)
                .then(one.element.cmp(&other.element))
        });
        for verb in spent {
            items[verb].mention.clear();
            items[verb].operator = Some(Operator::Filler);
        }
    }
}

fn base(word: &str) -> String {
    root(&crate::words::lemma(&word.to_lowercase()))
}

/// A participle or past form.
fn is_verb(item: &Item) -> bool {
    const STRONG: &[&str] = &[
        "born", "made", "built", "won", "held", "sold", "bought", "found", "began", "written",
        "sent", "paid",
    ];
    let word = item.text.to_lowercase();
    item.operator.is_none()
        && !word.contains(' ')
        && (word.ends_with("ed") && word.len() > 4 || STRONG.contains(&word.as_str()))
}

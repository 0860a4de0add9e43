//! Spans among the values of the rows.

use super::{Item, phrase};
use crate::compounds;
use crate::database::Database;
use crate::link::{Candidate, Element, Reason};
use crate::words::Token;
use crate::words::operators::{Operator, is_function_word, operator};
use crate::words::token::normal_words;

/// Looks the span up among the values.
pub(super) fn read(database: &Database, tokens: &[Token], lower: &str, item: &mut Item) -> f64 {
    let count = tokens.len() as f64;
    let single = tokens.len() == 1;
    let function = tokens.iter().all(|token| {
        is_function_word(&token.lower) || operator(&token.lower) == Some(Operator::Command)
    });
    let capitals = tokens.iter().filter(|token| token.capital).count();
    let edge = is_function_word(&tokens[0].lower) && tokens[0].lower != "the" && !tokens[0].capital;
    let bare_number = single
        && item.number.is_some()
        && tokens[0]
            .text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b',');
    if (function && capitals == 0) || edge || bare_number && tokens[0].text.len() < 5 {
        return 0.0;
    }
    if single && lower.len() == 1 && !tokens[0].capital {
        return 0.0;
    }
    // A capital at the very beginning of the question says nothing.
    let capital = tokens
        .iter()
        .enumerate()
        .any(|(at, token)| token.capital && (item.first + at > 0));
    if item.operator.is_some() && !capital {
        return 0.0;
    }
    let text = phrase(tokens, 0, tokens.len());
    if !single && compounds::value_of_named_table(database, tokens) {
        return 0.0;
    }
    let mut found = exact(database, &text, capital);
    if found.is_empty() && single {
        // "cars" for the value "car", "France" for "french" come from other forms of the word.
        if tokens[0].lemma != tokens[0].lower {
            found = exact(database, &tokens[0].lemma, capital);
            for candidate in &mut found {
                candidate.score -= if capital { 0.12 } else { 0.3 };
            }
        }
    }
    if found.is_empty() {
        for other in crate::words::places::alike(lower) {
            for mut candidate in exact(database, other, true) {
                candidate.score -= 0.1;
                if !found.iter().any(|known| known.element == candidate.element) {
                    found.push(candidate);
                }
            }
        }
    }
    if found.is_empty() {
        found = shortened(database, tokens, item);
    }
    if found.is_empty()
        && capital
        && capitals == tokens.len()
        && !item.mention.iter().any(|mention| mention.score > 0.75)
    {
        found = partial(database, &text);
    }
    let Some(best) = found.first().map(|candidate| candidate.score) else {
        return 0.0;
    };
    item.values.extend(found);
    item.values
        .sort_by(|one, other| other.score.total_cmp(&one.score));
    if capital || !single {
        count * best + 0.45 * (count - 1.0) + if capital { 0.2 } else { 0.0 }
    } else {
        best
    }
}

/// Values that are the text, each with the column that holds it.
pub(super) fn exact(database: &Database, text: &str, sure: bool) -> Vec<Candidate> {
    let words = normal_words(text);
    let mut found: Vec<Candidate> = Vec::new();
    for hit in database.values.exact(&words.join(" ")) {
        let case = if hit.value == text { 0.03 } else { 0.0 };
        let score = if sure {
            0.97
        } else if words.len() > 1 {
            0.93
        } else {
            0.8
        } + case;
        add_value(database, &mut found, hit, score, Reason::Value);
    }
    found.sort_by(|one, other| other.score.total_cmp(&one.score));
    found
}

/// "LA", "computer science": values that the letters or words are another length of.
fn shortened(database: &Database, tokens: &[Token], item: &Item) -> Vec<Candidate> {
    let (hits, score) = match tokens {
        [token] => {
            let letters = token.text.len();
            let acronym = (2..=5).contains(&letters)
                && token.text.bytes().all(|byte| byte.is_ascii_uppercase())
                && item.best_mention() < 0.5;
            let hits = acronym.then(|| database.values.acronym(&token.lower));
            (hits.unwrap_or_default(), 0.75)
        }
        _ => {
            let words: Vec<String> = tokens.iter().map(|token| token.lower.clone()).collect();
            (database.values.shortened(&words), 0.85)
        }
    };
    let mut found: Vec<Candidate> = Vec::new();
    for hit in hits {
        add_value(database, &mut found, hit, score, Reason::PartOfValue);
    }
    found
}

pub(super) fn partial(database: &Database, text: &str) -> Vec<Candidate> {
    let words = normal_words(text);
    let mut found: Vec<Candidate> = Vec::new();
    for hit in database.values.partial(&words) {
        let score = 0.78 - 0.08 * hit.missing as f64;
        add_value(database, &mut found, hit, score, Reason::PartOfValue);
    }
    found.sort_by(|one, other| other.score.total_cmp(&one.score));
    found.truncate(12);
    found
}

/// One candidate a column: the value that is nearest to what was written.
fn add_value(
    database: &Database,
    found: &mut Vec<Candidate>,
    hit: crate::values::Found,
    score: f64,
    reason: Reason,
) {
    let element = Element::Column(hit.column);
    let column = &database.schema.columns[hit.column];
    // A column that refers to another table holds the same values as its target, which is asked about more;
    // a name that several rows share is asked about less than one that tells a row apart.
    let score = if column.refers.is_some() {
        score - 0.04
    } else if database.schema.is_unique(hit.column) {
        score + 0.02
    } else {
        score
    };
    if let Some(known) = found.iter_mut().find(|known| known.element == element) {
        if known.score < score {
            known.score = score;
            known.value = Some(hit.value);
        }
        return;
    }
    let mut candidate = Candidate::new(element, score, reason);
    candidate.value = Some(hit.value);
    found.push(candidate);
}

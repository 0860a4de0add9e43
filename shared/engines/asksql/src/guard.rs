//! Texts that are turned away before anything is read into them.

use crate::items::Item;
use crate::link::{Element, Reason};
use crate::parse::Use;
use crate::rank::Reading;
use crate::words::{Token, operators};

/// Characters of a question.
pub(crate) const MOST_CHARACTERS: usize = 10_000;

/// Why the text cannot be a question, as far as its words show.
pub(crate) fn refuse_text(question: &str, tokens: &[Token], most_tokens: usize) -> Option<String> {
    if !question.chars().any(char::is_alphanumeric) {
        return Some("the question is empty; ask for something that the tables hold".to_owned());
    }
    if question.contains('\0') {
        return Some("the question holds a NUL character; send plain text".to_owned());
    }
    if question.chars().nth(MOST_CHARACTERS).is_some() || tokens.len() >= most_tokens {
        return Some(format!(
            "the text is longer than one question; ask in at most {most_tokens} words"
        ));
    }
    if writes(question, tokens) {
        return Some(
            "only questions are answered; nothing is written, changed or deleted".to_owned(),
        );
    }
    let letters = question
        .chars()
        .filter(|letter| letter.is_alphabetic())
        .count();
    let foreign = question
        .chars()
        .filter(|letter| letter.is_alphabetic() && !letter.is_ascii())
        .count();
    if foreign * 3 > letters {
        return Some("the question is not in English; ask in English".to_owned());
    }
    None
}

/// Asks for a change, or carries SQL that would make one.
fn writes(question: &str, tokens: &[Token]) -> bool {
    const VERBS: &[&str] = &[
        "delete",
        "drop",
        "insert",
        "update",
        "truncate",
        "alter",
        "remove",
        "erase",
        "create",
        "modify",
        "change",
        "rename",
        "grant",
        "revoke",
        "merge",
        "replace",
        "add",
        "wipe",
        "purge",
        "set",
        "destroy",
        "clear",
        "overwrite",
        "copy",
        "attach",
        "exec",
        "execute",
        "call",
    ];
    const POLITE: &[&str] = &[
        "please", "can", "could", "would", "you", "now", "just", "then", "i", "want", "to", "and",
        "kindly", "let", "us", "lets", "need", "like",
    ];
    const STATEMENTS: &[&[&str]] = &[
        &["drop", "table"],
        &["drop", "database"],
        &["drop", "schema"],
        &["drop", "view"],
        &["delete", "from"],
        &["insert", "into"],
        &["truncate", "table"],
        &["alter", "table"],
        &["create", "table"],
        &["create", "view"],
        &["grant", "all"],
        &["union", "select"],
        &["union", "all", "select"],
        &["into", "outfile"],
        &["update", "set"],
    ];
    let words: Vec<&str> = tokens
        .iter()
        .filter(|token| token.is_word())
        .map(|token| token.lower.as_str())
        .collect();
    let first = words.iter().find(|word| !POLITE.contains(word));
    if first.is_some_and(|first| VERBS.contains(first)) {
        return true;
    }
    let lower = question.to_lowercase();
    // A quoted value may hold anything; what stands outside of quotes may not be a statement.
    let mut sentence_start = true;
    for token in tokens {
        if token.is_word() {
            if sentence_start && VERBS.contains(&token.lower.as_str()) {
                return true;
            }
            sentence_start = POLITE.contains(&token.lower.as_str()) && sentence_start;
        } else {
            sentence_start = matches!(token.text.as_str(), ";" | "." | "!" | "?");
        }
    }
    STATEMENTS.iter().any(|statement| {
        words
            .windows(statement.len())
            .any(|window| window == *statement)
    }) || lower.contains("--")
        || lower.contains("/*")
        || lower.contains("xp_cmdshell")
}

/// Why the spans give no question about these tables.
pub(crate) fn refuse_items(items: &[Item], best: Option<&Reading>) -> Option<String> {
    let linked = items.iter().any(|item| {
        item.best_mention() > 0.5 && item.operator.is_none()
            || item.values.iter().any(|value| value.score > 0.75)
    });
    if !linked {
        return Some(
            "no word of the question names a table, a column or a value of this database"
                .to_owned(),
        );
    }
    let Some(best) = best else {
        return Some("the words that were found do not make a question about these tables; name what to show".to_owned());
    };
    let known = best
        .filling
        .chosen
        .iter()
        .any(|candidate| candidate.reason != Reason::Default);
    if !known {
        return Some(
            "no word of the question names a table, a column or a value of this database"
                .to_owned(),
        );
    }
    None
}

/// The most that a reading can be trusted whatever its score: what it stands on by default may be
/// something that the database does not hold.
pub(crate) fn ceiling(items: &[Item], best: &Reading) -> f64 {
    let unlinked = best
        .sketch
        .unused
        .iter()
        .filter(|at| {
            items[**at].operator.is_none()
                && operators::operator(&items[**at].text.to_lowercase()).is_none()
        })
        .count();
    let content = items
        .iter()
        .filter(|item| item.operator.is_none() && !item.comma && !item.stop)
        .count()
        .max(1);
    let default = best
        .sketch
        .slots
        .iter()
        .zip(&best.filling.chosen)
        .filter(|(slot, candidate)| {
            candidate.reason == Reason::Default
                && matches!(slot.usage, Use::Show | Use::Count)
                && matches!(candidate.element, Element::Table(_))
        })
        .count();
    if unlinked > 0 && default > 0 {
        return 0.45;
    }
    if unlinked * 2 >= content {
        return 0.45;
    }
    if unlinked >= 3 { 0.6 } else { 1.0 }
}

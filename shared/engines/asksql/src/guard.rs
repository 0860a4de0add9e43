//! Texts that are turned away before anything is read into them.

use crate::database::Database;
use crate::items::Item;
use crate::link::Reason;
use crate::rank::Reading;
use crate::words::Token;
use crate::words::token::{Shape, normal_words};

/// What the link of a phrase is worth that is the name of an element.
const NAMED: f64 = 0.95;
/// Characters of a question.
pub(crate) const MOST_CHARACTERS: usize = 10_000;

/// Why the text cannot be a question to the database, as far as its words show.
pub(crate) fn refuse_text(
    database: &Database,
    question: &str,
    tokens: &[Token],
    most_tokens: usize,
) -> Option<String> {
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
    if writes(database, question, tokens) {
        return Some(
            "only questions are answered; nothing is written, changed or deleted".to_owned(),
        );
    }
    // What is quoted, and what stands in the rows, may be of any language.
    let own = tokens.iter().filter(|token| {
        let words = normal_words(&token.text).join(" ");
        token.shape != Shape::Quoted && database.values.exact(&words).is_empty()
    });
    let letters = || own.clone().flat_map(|token| token.text.chars());
    let all = letters().filter(|letter| letter.is_alphabetic()).count();
    let foreign = letters().filter(|letter| letter.is_alphabetic() && !letter.is_ascii());
    if foreign.count() * 3 > all {
        return Some("the question is not in English; ask in English".to_owned());
    }
    None
}

/// Asks for a change, or carries SQL that would make one.
fn writes(database: &Database, question: &str, tokens: &[Token]) -> bool {
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
    // A quoted value may hold anything; what stands outside of quotes may not be a statement.
    let mut sentence_start = true;
    for (at, token) in tokens.iter().enumerate() {
        if token.is_word() {
            let verb = VERBS.contains(&token.lower.as_str());
            if sentence_start && verb && !is_named(database, &tokens[at..]) {
                return true;
            }
            sentence_start = POLITE.contains(&token.lower.as_str()) && sentence_start;
        } else {
            sentence_start = matches!(token.text.as_str(), ";" | "." | "!" | "?");
        }
    }
    let outside = outside_quotes(question, tokens);
    STATEMENTS.iter().any(|statement| {
        words
            .windows(statement.len())
            .any(|window| window == *statement)
    }) || ["--", "/*", "xp_cmdshell"]
        .iter()
        .any(|mark| outside.contains(mark))
}

/// "Call duration by agent": the verb begins the name of a table or a column.
fn is_named(database: &Database, tokens: &[Token]) -> bool {
    let words: Vec<String> = tokens
        .iter()
        .take(2)
        .map(|token| token.lemma.clone())
        .collect();
    let found = database.index.link(&database.schema, &words);
    words.len() == 2 && found.first().is_some_and(|best| best.score >= NAMED)
}

/// The question in lower case without its quoted values.
fn outside_quotes(question: &str, tokens: &[Token]) -> String {
    let quoted = |at: usize| {
        let mut quoted = tokens.iter().filter(|token| token.shape == Shape::Quoted);
        quoted.any(|token| (token.start..token.end).contains(&at))
    };
    let letters = question.chars().enumerate();
    let outside = letters
        .filter(|(at, _)| !quoted(*at))
        .map(|(_, letter)| letter);
    outside.collect::<String>().to_lowercase()
}

/// Why the spans give no question about these tables.
pub(crate) fn refuse_items(items: &[Item], best: Option<&Reading>) -> Option<String> {
    let linked = items.iter().any(|item| {
        item.best_mention() > 0.5 && item.operator.is_none()
            || item.values.iter().any(|value| value.score > 0.75)
    });
    // "Who earns the most?": the verb speaks of a column.
    let measured = |best: &Reading| {
        let mut chosen = best.filling.chosen.iter();
        chosen.any(|candidate| candidate.reason == Reason::Measure)
    };
    if !linked && !best.is_some_and(measured) {
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

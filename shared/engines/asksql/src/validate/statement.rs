//! That the text is one SELECT which writes nothing, anywhere.

use std::ops::ControlFlow;

use sqlparser::ast::{Query, Select, SetExpr, Statement, Visit, Visitor};
use sqlparser::dialect::GenericDialect;
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

use super::{Checker, Span};

pub(super) const ONLY_SELECT: &str =
    "only a single SELECT is allowed; nothing is written, defined or set";

/// The query, if the statements are one SELECT.
pub(super) fn single_select(
    checker: &mut Checker<'_>,
    sql: &str,
    mut statements: Vec<Statement>,
) -> Option<Query> {
    if statements.len() > 1 {
        checker.error(
            "E_MULTI_STATEMENT",
            format!(
                "the text holds {} statements; send one SELECT",
                statements.len()
            ),
            second_statement(checker, sql),
            None,
        );
    }
    if statements.visit(&mut Reading).is_break() {
        let span = place_of_write(checker, sql);
        checker.error("E_WRITE", ONLY_SELECT.to_owned(), span, None);
    }
    if statements.is_empty() {
        checker.error(
            "E_SYNTAX",
            "the text holds no statement; send one SELECT".to_owned(),
            None,
            None,
        );
    }
    if checker.failed() {
        return None;
    }
    match statements.pop() {
        Some(Statement::Query(query)) => Some(*query),
        _ => None,
    }
}

/// Walks every part of the statements, wherever it stands, and breaks off at what does not only read:
/// another statement, an INTO, a lock, a setting, a pipe.
struct Reading;

impl Visitor for Reading {
    type Break = ();

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<()> {
        keep(matches!(statement, Statement::Query(_)))
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        keep(
            query.locks.is_empty()
                && query.for_clause.is_none()
                && query.settings.is_none()
                && query.format_clause.is_none()
                && query.pipe_operators.is_empty()
                && reads(&query.body),
        )
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        keep(select.into.is_none())
    }
}

const fn keep(on: bool) -> ControlFlow<()> {
    if on {
        ControlFlow::Continue(())
    } else {
        ControlFlow::Break(())
    }
}

fn reads(body: &SetExpr) -> bool {
    match body {
        SetExpr::Select(_) | SetExpr::Query(_) | SetExpr::Values(_) => true,
        SetExpr::SetOperation { left, right, .. } => reads(left) && reads(right),
        _ => false,
    }
}

/// First words of statements that change something.
const WRITES: &[&str] = &[
    "insert", "update", "delete", "merge", "truncate", "create", "drop", "alter", "copy", "set",
    "prepare", "execute", "exec", "call", "grant", "revoke", "begin", "commit", "rollback", "load",
    "attach", "detach", "pragma", "vacuum", "replace", "install", "lock", "rename",
];

fn is_write(word: &str) -> bool {
    WRITES.contains(&word.to_lowercase().as_str())
}

/// The first word is that of a statement which changes something.
pub(super) fn begins_as_write(sql: &str) -> bool {
    let first: String = sql
        .chars()
        .skip_while(|letter| !letter.is_alphabetic())
        .take_while(|letter| letter.is_alphabetic())
        .collect();
    is_write(&first)
}

/// The tokens of the text without white space and comments.
fn tokens(sql: &str) -> Vec<TokenWithSpan> {
    let mut tokens = Tokenizer::new(&GenericDialect {}, sql)
        .tokenize_with_location()
        .unwrap_or_default();
    tokens.retain(|token| !matches!(token.token, Token::Whitespace(_) | Token::EOF));
    tokens
}

/// The word that writes, or else the first one: many a statement reads nothing by its very kind.
pub(super) fn place_of_write(checker: &Checker<'_>, sql: &str) -> Option<Span> {
    let tokens = tokens(sql);
    let writes = tokens.iter().enumerate().find(|(at, token)| {
        // REPLACE and INSERT are names of functions too.
        let called = tokens
            .get(at + 1)
            .is_some_and(|next| next.token == Token::LParen);
        matches!(&token.token, Token::Word(word)
            if word.quote_style.is_none() && !called && (is_write(&word.value) || word.value.eq_ignore_ascii_case("into")))
    });
    let token = writes.map(|(_, token)| token).or(tokens.first())?;
    checker.places.of_written(token.span)
}

/// From the second statement to the end.
fn second_statement(checker: &Checker<'_>, sql: &str) -> Option<Span> {
    let tokens = tokens(sql);
    let parts = |token: &&TokenWithSpan| token.token == Token::SemiColon;
    let second = tokens
        .iter()
        .skip_while(parts)
        .skip_while(|token| !parts(token))
        .find(|token| !parts(token))?;
    let last = tokens.iter().rfind(|token| !parts(token))?;
    checker.places.of_written(second.span.union(&last.span))
}

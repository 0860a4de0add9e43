//! SQL text against a database: what is wrong with it, where, and what would be right.
//!
//! Only a single SELECT over the tables of the database is ever valid. The stages stop at the first that
//! finds errors, and each stage returns all that it finds.

mod columns;
mod functions;
mod grouped;
mod nearest;
mod place;
mod scope;
mod statement;
mod types;
mod warnings;

use serde::Serialize;
use sqlparser::ast::Query;
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token as SqlToken, Tokenizer};

use crate::database::Database;
use crate::schema::Schema;
use place::Places;

/// Bytes of SQL that are looked at.
const MOST_BYTES: usize = 64 * 1024;
const MOST_DEPTH: usize = 40;

/// What was found in an SQL text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Validation {
    /// A single SELECT without errors.
    pub valid: bool,
    /// The errors as sentences.
    pub errors: Vec<String>,
    /// The warnings as sentences; hints are left to `diagnostics`.
    pub warnings: Vec<String>,
    /// Everything found, with codes and places.
    pub diagnostics: Vec<Diagnostic>,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Stable: `E_` for errors, `W_` for warnings and hints.
    pub code: &'static str,
    /// How grave it is.
    pub severity: Severity,
    /// A sentence for people.
    pub message: String,
    /// Where, in characters of the SQL; `None` where it has no place.
    pub span: Option<Span>,
    /// What would be right.
    pub suggestion: Option<String>,
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The SQL is not valid.
    Error,
    /// The SQL may not do what was meant.
    Warning,
    /// A matter of style.
    Hint,
}

/// A place in characters, from 0, the end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Span {
    /// The first character.
    pub start: usize,
    /// The character after the last.
    pub end: usize,
}

/// What the stages share.
pub(crate) struct Checker<'a> {
    pub(crate) database: &'a Database,
    pub(crate) places: Places<'a>,
    pub(crate) found: Vec<Diagnostic>,
    depth: usize,
}

impl<'a> Checker<'a> {
    pub(crate) fn schema(&self) -> &'a Schema {
        &self.database.schema
    }

    pub(crate) fn error(
        &mut self,
        code: &'static str,
        message: String,
        span: Option<Span>,
        suggestion: Option<String>,
    ) {
        self.push(code, Severity::Error, message, span, suggestion);
    }

    pub(crate) fn warn(&mut self, code: &'static str, message: &str, span: Option<Span>) {
        self.push(code, Severity::Warning, message.to_owned(), span, None);
    }

    pub(crate) fn push(
        &mut self,
        code: &'static str,
        severity: Severity,
        message: String,
        span: Option<Span>,
        suggestion: Option<String>,
    ) {
        let known = self
            .found
            .iter()
            .any(|other| other.code == code && other.span == span && other.message == message);
        if !known && self.found.len() < 100 {
            self.found.push(Diagnostic {
                code,
                severity,
                message,
                span,
                suggestion,
            });
        }
    }

    fn failed(&self) -> bool {
        self.found
            .iter()
            .any(|finding| finding.severity == Severity::Error)
    }

    /// Goes one level deeper; false where the nesting is too deep to go on.
    pub(crate) fn enter(&mut self) -> bool {
        self.depth += 1;
        self.depth <= MOST_DEPTH
    }

    pub(crate) fn leave(&mut self) {
        self.depth -= 1;
    }
}

/// Checks `sql` against `database`.
#[must_use]
pub fn validate(database: &Database, sql: &str) -> Validation {
    let mut checker = Checker {
        database,
        places: Places::new(sql),
        found: Vec::new(),
        depth: 0,
    };
    if let Some(query) = checked_query(&mut checker, sql) {
        checker.query(&query, None);
        if !checker.failed() {
            checker.warnings(&query);
        }
    }
    let sentences = |severity: Severity| {
        checker
            .found
            .iter()
            .filter(|finding| finding.severity == severity)
            .map(|finding| finding.message.clone())
            .collect()
    };
    Validation {
        valid: !checker.failed(),
        errors: sentences(Severity::Error),
        warnings: sentences(Severity::Warning),
        diagnostics: checker.found.clone(),
    }
}

/// The first three stages: size, syntax, and that it is one SELECT that writes nothing.
fn checked_query(checker: &mut Checker<'_>, sql: &str) -> Option<Query> {
    if sql.len() > MOST_BYTES {
        checker.error(
            "E_TOO_LARGE",
            format!("the SQL is longer than {MOST_BYTES} bytes; shorten it"),
            None,
            None,
        );
        return None;
    }
    if let Some(at) = sql.chars().position(|letter| letter == '\0') {
        checker.error(
            "E_SYNTAX",
            "the SQL holds a NUL character; take it out".to_owned(),
            Some(Span {
                start: at,
                end: at + 1,
            }),
            None,
        );
        return None;
    }
    if nested(sql) > MOST_DEPTH {
        checker.error(
            "E_TOO_DEEP",
            format!("the SQL is nested more than {MOST_DEPTH} levels deep; flatten it"),
            None,
            None,
        );
        return None;
    }
    let parsed = Parser::new(&GenericDialect {})
        .with_recursion_limit(MOST_DEPTH + 10)
        .try_with_sql(sql)
        .and_then(|mut parser| parser.parse_statements());
    let statements = match parsed {
        Ok(statements) => statements,
        Err(fault) => {
            let text = fault.to_string();
            let text = text.trim_start_matches("sql parser error: ").to_owned();
            // What cannot be parsed but begins like a change is refused as one.
            if statement::begins_as_write(sql) {
                checker.error("E_WRITE", statement::ONLY_SELECT.to_owned(), None, None);
            }
            let span = checker.places.in_message(&text);
            checker.error(
                "E_SYNTAX",
                format!("the SQL does not parse: {text}"),
                span,
                None,
            );
            return None;
        }
    };
    statement::single_select(checker, statements)
}

/// The depth of brackets outside of quotes.
fn nested(sql: &str) -> usize {
    let tokens = Tokenizer::new(&GenericDialect {}, sql)
        .tokenize()
        .unwrap_or_default();
    let (mut depth, mut most) = (0_usize, 0);
    for token in tokens {
        match token {
            SqlToken::LParen | SqlToken::LBracket => depth += 1,
            SqlToken::RParen | SqlToken::RBracket => depth = depth.saturating_sub(1),
            _ => {}
        }
        most = most.max(depth);
    }
    most
}

#[cfg(test)]
mod tests;

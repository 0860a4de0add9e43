//! SQL text against a database: what is wrong with it, where, and what would be right.
//!
//! Only a single SELECT over the tables of the database is ever valid. The stages stop at the first that
//! finds errors, and each stage returns all that it finds.

mod aggregates;
mod columns;
mod cost;
mod division;
mod doubts;
mod from;
mod functions;
mod grouped;
mod joins;
mod nearest;
mod place;
mod scope;
mod size;
mod statement;
mod types;
mod warnings;

pub(crate) use nearest::distance;

use serde::Serialize;
use sqlparser::ast::Query;
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;

use crate::database::Database;
use crate::schema::Schema;
use place::Places;
use size::MOST_DEPTH;

/// Bytes of SQL that are looked at.
const MOST_BYTES: usize = 64 * 1024;

/// Findings of one severity that are told; of each apart, so that warnings never crowd out an error.
const MOST_FINDINGS: usize = 100;

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
    pub(crate) places: Places,
    pub(crate) found: Vec<Diagnostic>,
    depth: usize,
    /// Queries that are open within one another.
    queries: usize,
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
        let alike = self
            .found
            .iter()
            .filter(|other| other.severity == severity)
            .count();
        if !known && alike < MOST_FINDINGS {
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
        queries: 0,
    };
    if let Some(query) = checked_query(&mut checker, sql) {
        checker.query(&query, None);
        if checker.failed() {
            // Of a query that cannot run nothing more is said.
            let error = |finding: &Diagnostic| finding.severity == Severity::Error;
            checker.found.retain(error);
        } else {
            checker.warnings(&query);
        }
    }
    let sentences = |severity: Severity| {
        let mut sentences: Vec<String> = Vec::new();
        for finding in &checker.found {
            // The same may be said of several places; as a sentence it is said once.
            if finding.severity == severity && !sentences.contains(&finding.message) {
                sentences.push(finding.message.clone());
            }
        }
        sentences
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
    if let Some(message) = size::too_deep(sql) {
        checker.error("E_TOO_DEEP", message, None, None);
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
                let span = statement::place_of_write(checker, sql);
                checker.error("E_WRITE", statement::ONLY_SELECT.to_owned(), span, None);
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
    statement::single_select(checker, sql, statements)
}

#[cfg(test)]
mod tests;

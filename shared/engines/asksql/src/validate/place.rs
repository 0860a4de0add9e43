//! Lines and columns as characters.

use sqlparser::ast::Ident;
use sqlparser::tokenizer::Location;

use super::Span;

pub(crate) struct Places<'a> {
    sql: &'a str,
    /// The character with which each line begins.
    lines: Vec<usize>,
}

impl<'a> Places<'a> {
    pub(crate) fn new(sql: &'a str) -> Self {
        let mut lines = vec![0];
        lines.extend(
            sql.chars()
                .enumerate()
                .filter(|(_, letter)| *letter == '\n')
                .map(|(at, _)| at + 1),
        );
        Self { sql, lines }
    }

    fn character(&self, location: Location) -> Option<usize> {
        let line = usize::try_from(location.line).ok()?.checked_sub(1)?;
        let column = usize::try_from(location.column).ok()?.checked_sub(1)?;
        Some(self.lines.get(line)? + column)
    }

    pub(crate) fn of(&self, name: &Ident) -> Option<Span> {
        let start = self.character(name.span.start)?;
        let end = self.character(name.span.end)?;
        (start < end).then_some(Span { start, end })
    }

    pub(crate) fn between(&self, first: &Ident, last: &Ident) -> Option<Span> {
        Some(Span {
            start: self.of(first)?.start,
            end: self.of(last)?.end,
        })
    }

    /// The place that a message of the parser names.
    pub(crate) fn in_message(&self, message: &str) -> Option<Span> {
        let number = |label: &str| {
            let rest = &message[message.rfind(label)? + label.len()..];
            rest.chars()
                .take_while(char::is_ascii_digit)
                .collect::<String>()
                .parse()
                .ok()
        };
        let start = self.character(Location {
            line: number("Line: ")?,
            column: number("Column: ")?,
        })?;
        let length = self
            .sql
            .chars()
            .skip(start)
            .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
            .count()
            .max(1);
        let end = (start + length).min(self.sql.chars().count());
        (start < end).then_some(Span { start, end })
    }
}

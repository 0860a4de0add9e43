//! Lines and columns as characters.

use sqlparser::ast::{Ident, Spanned};
use sqlparser::tokenizer::{Location, Span as Written};

use super::Span;

pub(crate) struct Places {
    letters: Vec<char>,
    /// The character with which each line begins.
    lines: Vec<usize>,
}

impl Places {
    pub(crate) fn new(sql: &str) -> Self {
        let letters: Vec<char> = sql.chars().collect();
        let mut lines = vec![0];
        lines.extend(
            letters
                .iter()
                .enumerate()
                .filter(|(_, letter)| **letter == '\n')
                .map(|(at, _)| at + 1),
        );
        Self { letters, lines }
    }

    fn character(&self, location: Location) -> Option<usize> {
        let line = usize::try_from(location.line).ok()?.checked_sub(1)?;
        let column = usize::try_from(location.column).ok()?.checked_sub(1)?;
        Some(self.lines.get(line)? + column)
    }

    pub(crate) fn of_written(&self, written: Written) -> Option<Span> {
        let start = self.character(written.start)?;
        let end = self.character(written.end)?;
        (start < end && end <= self.letters.len()).then_some(Span { start, end })
    }

    pub(crate) fn of_name(&self, name: &Ident) -> Option<Span> {
        self.of_written(name.span)
    }

    pub(crate) fn of(&self, part: &impl Spanned) -> Option<Span> {
        Some(self.with_brackets(self.of_written(part.span())?))
    }

    /// The place from the first of the parts to the last.
    pub(crate) fn of_all(&self, parts: &[impl Spanned]) -> Option<Span> {
        let places = || parts.iter().filter_map(|part| self.of(part));
        Some(Span {
            start: places().map(|place| place.start).min()?,
            end: places().map(|place| place.end).max()?,
        })
    }

    /// The parser leaves out the brackets at the ends of a part, and those of a call like `COUNT(*)`.
    fn with_brackets(&self, place: Span) -> Span {
        let (mut open, mut unopened) = (0_usize, 0_usize);
        let mut quote = None;
        let mut end = place.start;
        for letter in self.letters.get(place.start..).unwrap_or_default() {
            let called = end == place.end && *letter == '(';
            if end >= place.end && open == 0 && !called {
                break;
            }
            match (quote, letter) {
                (Some(mark), _) => quote = Some(mark).filter(|mark| mark != letter),
                (None, '\'' | '"' | '`') => quote = Some(*letter),
                (None, '(') => open += 1,
                (None, ')') if open > 0 => open -= 1,
                (None, ')') => unopened += 1,
                (None, _) => {}
            }
            end += 1;
        }
        if open > 0 {
            return place;
        }
        let before = self.letters.get(..place.start).unwrap_or_default();
        let mut start = place.start;
        for letter in before.iter().rev() {
            if unopened == 0 || !(letter.is_whitespace() || *letter == '(') {
                break;
            }
            unopened -= usize::from(*letter == '(');
            start -= 1;
        }
        Span { start, end }
    }

    /// The place that a message of the parser names; the last letter where it misses more of them.
    pub(crate) fn in_message(&self, message: &str) -> Option<Span> {
        let number = |label: &str| {
            let (_, rest) = message.rsplit_once(label)?;
            let end = rest.find(|letter: char| !letter.is_ascii_digit());
            rest.get(..end.unwrap_or(rest.len()))?.parse().ok()
        };
        let start = if message.ends_with("found: EOF") {
            self.letters
                .iter()
                .rposition(|letter| !letter.is_whitespace())?
        } else {
            self.character(Location {
                line: number("Line: ")?,
                column: number("Column: ")?,
            })?
        };
        let rest = self.letters.get(start..)?;
        let word = rest
            .iter()
            .take_while(|letter| letter.is_alphanumeric() || **letter == '_');
        let end = (start + word.count().max(1)).min(self.letters.len());
        (start < end).then_some(Span { start, end })
    }
}

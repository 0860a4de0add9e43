//! The scanner as a small deterministic automaton: where records begin, from any state.
//!
//! It says the same as [`super::tokenizer`] and is the ground that splitting stands on: a chunk of a
//! file is run from every state at once, and the resulting vectors of states compose.

use serde::{Deserialize, Serialize};

use crate::layout::{Dialect, LineEnding};

/// Where the scanner is between two bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[repr(u8)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Before a record.
    RecordStart = 0,
    /// Before a record, behind a carriage return whose line feed may follow.
    AfterReturn = 1,
    /// Before a field that is not the first.
    FieldStart = 2,
    /// In a field without quotes, or behind the closing quote with more text.
    Unquoted = 3,
    /// Between quotes.
    Quoted = 4,
    /// Behind a quote that closes the field or is the first of two.
    QuoteInQuoted = 5,
    /// Behind an escape outside quotes.
    EscapedUnquoted = 6,
    /// Behind an escape between quotes.
    EscapedQuoted = 7,
    /// In a comment line.
    Comment = 8,
}

pub(crate) const STATES: [State; 9] = [
    State::RecordStart,
    State::AfterReturn,
    State::FieldStart,
    State::Unquoted,
    State::Quoted,
    State::QuoteInQuoted,
    State::EscapedUnquoted,
    State::EscapedQuoted,
    State::Comment,
];

impl State {
    /// Whether a file that ends here ends inside quotes.
    pub(crate) fn is_open(self) -> bool {
        matches!(self, Self::Quoted | Self::EscapedQuoted)
    }
}

/// The automaton of one dialect.
#[derive(Debug, Clone)]
pub(crate) struct Automaton {
    dialect: Dialect,
    keep_blank: bool,
    /// Class of each byte.
    classes: [u8; 256],
    /// Next state by state and class, [`BEGINS`] set where a record begins with that byte.
    table: [[u8; 8]; 9],
    /// Whether quotes, delimiters and line feeds are all there is, so that long steps can be taken.
    plain: bool,
}

const BEGINS: u8 = 0x80;

/// What was seen on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) state: State,
    pub(crate) first: Option<u64>,
    pub(crate) last: Option<u64>,
    pub(crate) records: u64,
}

impl Progress {
    pub(crate) fn new(state: State) -> Self {
        Self {
            state,
            first: None,
            last: None,
            records: 0,
        }
    }

    #[inline]
    fn begins(&mut self, offset: u64) {
        self.first.get_or_insert(offset);
        self.last = Some(offset);
        self.records += 1;
    }
}

/// One step, as the definition of the format. `true` where a record begins with `byte`.
pub(crate) fn step(dialect: &Dialect, keep_blank: bool, state: State, byte: u8) -> (State, bool) {
    let any = dialect.line_ending == LineEnding::Any;
    let line_end = match byte {
        b'\n' => Some(State::RecordStart),
        b'\r' if any => Some(State::AfterReturn),
        _ => None,
    };
    let in_field = |byte: u8| {
        if byte == dialect.delimiter {
            State::FieldStart
        } else if dialect.escape == Some(byte) {
            State::EscapedUnquoted
        } else {
            State::Unquoted
        }
    };
    match state {
        State::RecordStart | State::AfterReturn => {
            if state == State::AfterReturn && byte == b'\n' {
                (State::RecordStart, false)
            } else if let Some(next) = line_end {
                (next, keep_blank)
            } else if byte == b'\r' {
                // Half of a line end: it belongs to no record.
                (State::RecordStart, false)
            } else if dialect.comment == Some(byte) {
                (State::Comment, false)
            } else if dialect.initial_space && byte == b' ' {
                (State::FieldStart, true)
            } else if dialect.quote == Some(byte) {
                (State::Quoted, true)
            } else {
                (in_field(byte), true)
            }
        }
        State::FieldStart => {
            if dialect.initial_space && byte == b' ' {
                (State::FieldStart, false)
            } else if dialect.quote == Some(byte) {
                (State::Quoted, false)
            } else {
                (line_end.unwrap_or_else(|| in_field(byte)), false)
            }
        }
        State::Unquoted => (line_end.unwrap_or_else(|| in_field(byte)), false),
        State::Quoted => {
            let next = if dialect.quote == Some(byte) {
                State::QuoteInQuoted
            } else if dialect.escape == Some(byte) {
                State::EscapedQuoted
            } else {
                State::Quoted
            };
            (next, false)
        }
        State::QuoteInQuoted => {
            if dialect.quote == Some(byte) {
                (State::Quoted, false)
            } else {
                (line_end.unwrap_or_else(|| in_field(byte)), false)
            }
        }
        State::EscapedUnquoted => (State::Unquoted, false),
        State::EscapedQuoted => (State::Quoted, false),
        State::Comment => (line_end.unwrap_or(State::Comment), false),
    }
}

impl Automaton {
    /// `keep_blank`: whether an empty line is a record, which it is in a file of one column.
    pub(crate) fn new(dialect: &Dialect, keep_blank: bool) -> Self {
        let special = [
            Some(dialect.delimiter),
            Some(b'\n'),
            Some(b'\r'),
            dialect.quote,
            dialect.escape,
            dialect.comment,
            dialect.initial_space.then_some(b' '),
        ];
        let ordinary = (0..=u8::MAX)
            .find(|byte| !special.contains(&Some(*byte)))
            .unwrap_or(b'a');
        let mut classes = [7; 256];
        let mut table = [[0; 8]; 9];
        for class in (0..8u8).rev() {
            let byte = match special.get(usize::from(class)) {
                Some(Some(byte)) => *byte,
                Some(None) => continue,
                None => ordinary,
            };
            if class < 7 {
                classes[usize::from(byte)] = class;
            }
            for state in STATES {
                let (next, begins) = step(dialect, keep_blank, state, byte);
                table[state as usize][usize::from(class)] =
                    next as u8 | if begins { BEGINS } else { 0 };
            }
        }
        let plain = dialect.line_ending == LineEnding::LineFeed
            && dialect.escape.is_none()
            && dialect.comment.is_none()
            && !dialect.initial_space;
        Self {
            dialect: *dialect,
            keep_blank,
            classes,
            table,
            plain,
        }
    }

    /// Runs over `bytes`, the first of which lies at `offset`.
    pub(crate) fn run(&self, progress: &mut Progress, bytes: &[u8], offset: u64) {
        if self.plain {
            self.run_plain(progress, bytes, offset);
        } else {
            self.run_bytes(progress, bytes, offset);
        }
    }

    fn run_bytes(&self, progress: &mut Progress, bytes: &[u8], offset: u64) {
        let mut state = progress.state as u8;
        for (at, &byte) in bytes.iter().enumerate() {
            let entry =
                self.table[usize::from(state)][usize::from(self.classes[usize::from(byte)])];
            state = entry & !BEGINS;
            if entry & BEGINS != 0 {
                progress.begins(offset + at as u64);
            }
        }
        progress.state = STATES[usize::from(state)];
    }

    /// Between quotes only a quote matters, outside them only quotes and line feeds: both are
    /// searched for, and the automaton itself only steps where they are.
    fn run_plain(&self, progress: &mut Progress, bytes: &[u8], offset: u64) {
        let mut at = 0;
        while at < bytes.len() {
            match progress.state {
                State::Quoted => {
                    let found = self
                        .dialect
                        .quote
                        .and_then(|quote| memchr::memchr(quote, &bytes[at..]));
                    let Some(found) = found else { return };
                    at += found + 1;
                    progress.state = State::QuoteInQuoted;
                }
                State::Unquoted => at = self.run_unquoted(progress, bytes, at, offset),
                state => {
                    let (next, begins) = step(&self.dialect, self.keep_blank, state, bytes[at]);
                    if begins {
                        progress.begins(offset + at as u64);
                    }
                    progress.state = next;
                    at += 1;
                }
            }
        }
    }

    /// From inside an unquoted field to the next quote that opens one, or the end; where it is
    /// then.
    fn run_unquoted(
        &self,
        progress: &mut Progress,
        bytes: &[u8],
        from: usize,
        offset: u64,
    ) -> usize {
        let mut at = from;
        let mut quote = self.next_quote(bytes, at);
        loop {
            let end = quote.unwrap_or(bytes.len());
            for feed in memchr::memchr_iter(b'\n', &bytes[at..end]) {
                let start = at + feed + 1;
                match bytes.get(start) {
                    // The usual case: a line follows, and begins with neither a quote nor an end.
                    Some(byte)
                        if !matches!(byte, b'\n' | b'\r') && self.dialect.quote != Some(*byte) =>
                    {
                        progress.begins(offset + start as u64);
                    }
                    _ => {
                        progress.state = State::RecordStart;
                        return start;
                    }
                }
            }
            let Some(found) = quote else {
                let last = bytes[bytes.len() - 1];
                progress.state = if last == self.dialect.delimiter && from < bytes.len() {
                    State::FieldStart
                } else {
                    State::Unquoted
                };
                return bytes.len();
            };
            if found > from && bytes[found - 1] == self.dialect.delimiter {
                progress.state = State::Quoted;
                return found + 1;
            }
            // A quote within an unquoted field is text.
            at = found + 1;
            quote = self.next_quote(bytes, at);
        }
    }

    fn next_quote(&self, bytes: &[u8], from: usize) -> Option<usize> {
        let quote = self.dialect.quote?;
        memchr::memchr(quote, &bytes[from..]).map(|found| from + found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn dialects() -> impl Strategy<Value = Dialect> {
        (any::<[bool; 5]>()).prop_map(|[quote, escape, any, comment, space]| Dialect {
            quote: quote.then_some(b'"'),
            escape: escape.then_some(b'\\'),
            line_ending: if any {
                LineEnding::Any
            } else {
                LineEnding::LineFeed
            },
            comment: comment.then_some(b'#'),
            initial_space: space,
            ..Dialect::default()
        })
    }

    proptest! {
        /// Long steps say what single steps say, from every state.
        #[test]
        fn runs_as_it_steps(
            dialect in dialects(),
            keep_blank in any::<bool>(),
            bytes in prop::collection::vec(prop::sample::select(b"ab,\"\n\r\\# ".to_vec()), 0..80),
        ) {
            let automaton = Automaton::new(&dialect, keep_blank);
            for start in STATES {
                let mut expected = Progress::new(start);
                for (at, &byte) in bytes.iter().enumerate() {
                    let (next, begins) = step(&dialect, keep_blank, expected.state, byte);
                    if begins {
                        expected.begins(at as u64);
                    }
                    expected.state = next;
                }
                let mut progress = Progress::new(start);
                automaton.run(&mut progress, &bytes, 0);
                prop_assert_eq!(progress, expected);
            }
        }
    }
}

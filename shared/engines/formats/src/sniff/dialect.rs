//! Delimiter, quote, escape and line end, by which of them make the most regular table.
//!
//! The measure is that of van den Burg, Nazábal and Sutton (2019): regular records of many fields,
//! times the share of cells that look like something.

use std::borrow::Cow;
use std::collections::HashMap;

use encoding_rs::Encoding;

use crate::csv::tokenizer::{Index, Stop, Tokenizer};
use crate::layout::{Dialect, LineEnding};
use crate::options::{CharacterOption, ReadOptions};
use crate::types::{looks_numeric, looks_temporal};

const STRONG: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Only where none of the strong ones makes a table: they stand in times and formulas too.
const WEAK: [u8; 5] = [b':', b'^', b'~', 0x01, 0x1F];
const RECORDS: usize = 1_000;

/// Records of a sample under one dialect.
pub(super) struct Parsed<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) index: Index,
    pub(super) tokenizer: Tokenizer,
    pub(super) encoding: &'static Encoding,
    pub(super) unterminated: bool,
}

impl<'a> Parsed<'a> {
    pub(super) fn new(
        bytes: &'a [u8],
        complete: bool,
        encoding: &'static Encoding,
        dialect: &Dialect,
        keep_blank: bool,
    ) -> Self {
        let tokenizer = Tokenizer::new(dialect, keep_blank, usize::MAX >> 1);
        let mut index = Index::default();
        let (at, stop) = tokenizer.tokenize(bytes, 0, complete, RECORDS, &mut index);
        // Half a sample that fits in no record is a quote gone astray, too.
        let swallowed = stop == Stop::NeedsMore && bytes.len() - at > bytes.len() / 2;
        Self {
            bytes,
            index,
            tokenizer,
            encoding,
            unterminated: stop == Stop::Unterminated || swallowed && bytes.len() > 4096,
        }
    }

    pub(super) fn rows(&self) -> usize {
        self.index.records.len()
    }

    pub(super) fn width(&self, row: usize) -> usize {
        self.index.records[row].fields as usize
    }

    /// A cell as text, and whether it was quoted.
    pub(super) fn cell(&self, row: usize, column: usize) -> (Cow<'_, str>, bool) {
        let record = &self.index.records[row];
        let field = self.index.fields[record.first_field as usize + column];
        let text = match self.tokenizer.content(self.bytes, field) {
            Cow::Borrowed(bytes) => self.encoding.decode_without_bom_handling(bytes).0,
            Cow::Owned(bytes) => Cow::Owned(
                self.encoding
                    .decode_without_bom_handling(&bytes)
                    .0
                    .into_owned(),
            ),
        };
        (text, field.is_quoted())
    }

    /// The width that most records have, and how many they are.
    pub(super) fn modal_width(&self) -> (usize, usize) {
        let mut counts: HashMap<usize, usize> = HashMap::new();
        for row in 0..self.rows() {
            *counts.entry(self.width(row)).or_default() += 1;
        }
        counts
            .into_iter()
            .max_by_key(|(width, count)| (*count, *width))
            .unwrap_or((0, 0))
    }

    fn score(&self) -> f64 {
        let rows = self.rows();
        if rows == 0 {
            return 0.0;
        }
        let mut counts: HashMap<usize, usize> = HashMap::new();
        for row in 0..rows {
            *counts.entry(self.width(row)).or_default() += 1;
        }
        let regular: f64 = counts
            .iter()
            .map(|(width, count)| {
                let width = *width as f64;
                *count as f64 * (width - 1.0).max(1e-3) / width
            })
            .sum::<f64>()
            / counts.len() as f64;
        let (mut known, mut cells) = (0usize, 0usize);
        for row in 0..rows.min(200) {
            for column in 0..self.width(row).min(200) {
                cells += 1;
                known += usize::from(self.looks_known(row, column));
            }
        }
        let share = known as f64 / cells.max(1) as f64;
        let penalty = if self.unterminated { 0.01 } else { 1.0 };
        let literal = 1.0 / (1.0 + self.index.text_after_quote as f64);
        regular * share.max(1e-3) * penalty * literal
    }

    /// Numbers, dates, booleans, words, quoted text, nothing: what a rightly cut cell is.
    fn looks_known(&self, row: usize, column: usize) -> bool {
        let (text, quoted) = self.cell(row, column);
        let text = text.trim();
        quoted
            || text.is_empty()
            || looks_numeric(text)
            || looks_temporal(text)
            || !text.contains([',', ';', '\t', '|', '"'])
    }
}

/// Finds the dialect. What the caller set is taken as it is.
pub(super) fn find(
    bytes: &[u8],
    complete: bool,
    encoding: &'static Encoding,
    separator: Option<u8>,
    options: &ReadOptions,
) -> Dialect {
    let base = Dialect {
        comment: options.comment,
        initial_space: options.trim,
        ..Dialect::default()
    };
    let line_endings: Vec<LineEnding> = match options.line_ending {
        Some(line_ending) => vec![line_ending],
        None => line_endings(bytes),
    };
    let quotes = quotes(bytes, options.quote);
    let is_tsv = options
        .file_name
        .as_deref()
        .is_some_and(|name| name.to_ascii_lowercase().contains(".tsv"));
    let search = |delimiters: &[u8]| {
        let mut best: Option<(f64, Dialect)> = None;
        for &line_ending in &line_endings {
            for &delimiter in delimiters {
                for &quote in &quotes {
                    for escape in escapes(bytes, quote, options.escape) {
                        let dialect = Dialect {
                            delimiter,
                            quote,
                            escape,
                            line_ending,
                            ..base
                        };
                        let parsed = Parsed::new(bytes, complete, encoding, &dialect, false);
                        if options.delimiter.is_none()
                            && separator.is_none()
                            && !is_table(&parsed, delimiter)
                        {
                            continue;
                        }
                        let favour = if is_tsv && delimiter == b'\t' {
                            2.0
                        } else {
                            1.0
                        };
                        let score = parsed.score() * favour;
                        // Of equals the first stays: the common ones are tried first.
                        if best.is_none_or(|(best, _)| score > best * 1.001) {
                            best = Some((score, dialect));
                        }
                    }
                }
            }
        }
        best.map(|(_, dialect)| dialect)
    };
    let given = options.delimiter.or(separator);
    let found = match given {
        Some(delimiter) => search(&[delimiter]),
        None => search(&STRONG).or_else(|| search(&WEAK)),
    };
    let mut dialect = found.unwrap_or(Dialect {
        // Nothing parts the records: a byte that text does not have keeps them whole.
        delimiter: given.unwrap_or(0x1F),
        quote: quotes.first().copied().flatten(),
        line_ending: line_endings
            .first()
            .copied()
            .unwrap_or(LineEnding::LineFeed),
        ..base
    });
    dialect.initial_space |= has_space_before_quotes(bytes, &dialect);
    dialect
}

/// Whether a delimiter cuts records alike.
fn is_table(parsed: &Parsed<'_>, delimiter: u8) -> bool {
    let (width, count) = parsed.modal_width();
    let rows = parsed.rows();
    let wide = (0..rows).filter(|row| parsed.width(*row) > 1).count();
    if width < 2 {
        // Most records may be ragged, as in a report with a small table at its end.
        return wide * 2 > rows && wide > 1;
    }
    if count * 2 < rows && wide * 2 < rows {
        return false;
    }
    // `Smith, John` under the header `name`: punctuation, not a delimiter.
    let is_prose = width == 2
        && parsed.width(0) == 1
        && delimiter == b','
        && (0..rows)
            .filter(|row| parsed.width(*row) == 2)
            .all(|row| parsed.cell(row, 1).0.starts_with(' '));
    let is_weak = WEAK.contains(&delimiter);
    // Times, addresses and pairs are full of colons.
    let is_time = delimiter == b':'
        && (count < rows
            || rows < 2
            || (0..rows.min(50)).any(|row| {
                (0..parsed.width(row)).any(|column| parsed.cell(row, column).0.starts_with("//"))
                    || (1..rows.min(50)).all(|row| {
                        looks_numeric(&parsed.cell(row, 1).0) && parsed.cell(row, 0).0.len() >= 8
                    })
            }));
    !(is_prose || is_weak && is_time)
}

/// Lone carriage returns may be line ends or dirt; both are tried where both are possible.
fn line_endings(bytes: &[u8]) -> Vec<LineEnding> {
    let feeds = memchr::memchr_iter(b'\n', bytes).count();
    let lone = memchr::memchr_iter(b'\r', bytes)
        .filter(|at| !matches!(bytes.get(at + 1), Some(b'\n' | b'\r') | None))
        .count();
    match (feeds, lone) {
        (_, 0) => vec![LineEnding::LineFeed],
        (0, _) => vec![LineEnding::Any],
        _ => vec![LineEnding::LineFeed, LineEnding::Any],
    }
}

fn quotes(bytes: &[u8], option: CharacterOption) -> Vec<Option<u8>> {
    match option {
        CharacterOption::Is(quote) => vec![Some(quote)],
        CharacterOption::None => vec![None],
        CharacterOption::Auto => {
            let opening = bytes
                .windows(2)
                .filter(|pair| {
                    pair[1] == b'\'' && matches!(pair[0], b',' | b';' | b'\t' | b'|' | b'\n')
                })
                .count();
            let closing = bytes
                .windows(2)
                .filter(|pair| {
                    pair[0] == b'\''
                        && matches!(pair[1], b',' | b';' | b'\t' | b'|' | b'\n' | b'\r')
                })
                .count();
            let doubles = memchr::memchr_iter(b'"', bytes).count();
            if doubles == 0 && opening > 1 && closing > 1 && closing * 5 >= opening * 4 {
                vec![Some(b'\''), Some(b'"')]
            } else {
                vec![Some(b'"')]
            }
        }
    }
}

fn escapes(bytes: &[u8], quote: Option<u8>, option: CharacterOption) -> Vec<Option<u8>> {
    match (option, quote) {
        (CharacterOption::Is(escape), quote) => vec![(quote != Some(escape)).then_some(escape)],
        (CharacterOption::None, _) | (_, None) => vec![None],
        (CharacterOption::Auto, Some(quote)) => {
            // `\"` before more text is an escape; before a delimiter it may be the end of a path.
            let escaped = memchr::memchr_iter(b'\\', bytes)
                .filter(|at| bytes.get(at + 1) == Some(&quote))
                .filter(|at| {
                    bytes
                        .get(at + 2)
                        .is_some_and(|next| next.is_ascii_alphanumeric() || *next == b' ')
                })
                .count();
            if escaped > 0 {
                vec![Some(b'\\'), None]
            } else {
                vec![None]
            }
        }
    }
}

/// `1, "Smith, John", 5`: the space belongs to no cell.
fn has_space_before_quotes(bytes: &[u8], dialect: &Dialect) -> bool {
    let Some(quote) = dialect.quote else {
        return false;
    };
    let spaced = bytes
        .windows(3)
        .filter(|three| **three == [dialect.delimiter, b' ', quote])
        .count();
    let bare = bytes
        .windows(2)
        .filter(|two| **two == [dialect.delimiter, quote])
        .count();
    spaced > 0 && bare == 0
}

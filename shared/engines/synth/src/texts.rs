//! Names, places, addresses and templates, for all rows of a frame at once.

use std::sync::Arc;

use crate::calendar::push_padded;
use crate::cells::{Cells, Strings, Text, Values, either_null};
use crate::frame::Frame;
use crate::model::{Path, Segment};
use crate::plan::DataType;
use crate::pools;
use crate::weights::Zipf;
use millrace_draw::Permutation;
use millrace_draw::{Key, scale};

const DOMAINS: [&str; 3] = ["example.com", "example.org", "example.net"];

impl Frame<'_> {
    /// Names of people, fitting the countries.
    pub(crate) fn person_names(&self, key: Key, countries: Option<&Cells>) -> Cells {
        let countries = countries.map(pool_numbers);
        let neutral = pools::all().len() - 1;
        let mut names = Strings::default();
        for (index, &row) in self.rows.iter().enumerate() {
            let pool = &pools::all()[countries
                .as_ref()
                .map_or(neutral, |countries| countries[index])];
            let buffer = names.buffer();
            buffer.push_str(pool.first[scale(key.at(row), pool.first.len() as u64) as usize]);
            buffer.push(' ');
            buffer.push_str(pool.last[scale(key.draw(row, 1), pool.last.len() as u64) as usize]);
            names.finish();
        }
        Cells::text(Text::Plain(names))
    }

    /// Addresses of names, or without the domain names to sign in with.
    pub(crate) fn emails(
        &self,
        names: &Cells,
        key: Key,
        numbers: &Permutation,
        domain: bool,
    ) -> Cells {
        let mut emails = Strings::default();
        let mut name = String::new();
        for (index, &row) in self.rows.iter().enumerate() {
            let buffer = emails.buffer();
            if !names.is_null(index) {
                name.clear();
                names.push_to(index, DataType::Text, &mut name);
                push_local_part(buffer, &name);
                // The number makes the address unique and has nothing to do with the order of rows.
                push_padded(buffer, numbers.forward(row) as i64 + 1, 1);
                if domain {
                    buffer.push('@');
                    buffer.push_str(DOMAINS[scale(key.at(row), DOMAINS.len() as u64) as usize]);
                }
            }
            emails.finish();
        }
        Cells::text(Text::Plain(emails)).with_nulls(names.nulls.clone())
    }

    /// Numbers and letters in the form of each row's country.
    pub(crate) fn patterns(
        &self,
        key: Key,
        countries: Option<&Cells>,
        patterns: &[&'static [&'static str]],
    ) -> Cells {
        let neutral = patterns.len() - 1;
        let pools = countries.map(pool_numbers);
        let mut texts = Strings::default();
        for (index, &row) in self.rows.iter().enumerate() {
            let forms = patterns[pools.as_ref().map_or(neutral, |pools| pools[index])];
            let form = forms[scale(key.at(row), forms.len() as u64) as usize];
            push_pattern(texts.buffer(), form, key, row);
            texts.finish();
        }
        let nulls = countries.and_then(|countries| countries.nulls.clone());
        Cells::text(Text::Plain(texts)).with_nulls(nulls)
    }

    /// Cities of the countries.
    pub(crate) fn cities(&self, key: Key, countries: &Cells, ranks: Option<&[Zipf]>) -> Cells {
        // One dictionary of all pools, so that a cell is a code.
        let mut starts = Vec::new();
        let mut words = Vec::new();
        for pool in pools::all() {
            starts.push(words.len());
            words.extend_from_slice(&pool.cities);
        }
        let numbers = pool_numbers(countries);
        let code = |(&row, &pool): (&u64, &usize)| {
            let cities = pools::all()[pool].cities.len() as u64;
            let city = match ranks {
                Some(ranks) => ranks[pool].rank(key, row, 0),
                None => scale(key.at(row), cities),
            };
            (starts[pool] as u64 + city) as u32
        };
        let codes = self.rows.iter().zip(&numbers).map(code).collect();
        Cells::text(Text::Coded {
            words: Arc::from(words),
            codes,
        })
        .with_nulls(countries.nulls.clone())
    }

    /// Texts of a template.
    pub(crate) fn template(&mut self, key: Key, segments: &[Segment], paths: &[Path]) -> Cells {
        let mut nulls = None;
        let mut values = Vec::with_capacity(paths.len());
        for path in paths {
            let cells = self.path(path);
            nulls = either_null(nulls, cells.nulls.as_deref());
            values.push((cells, path.data_type));
        }
        let mut texts = Strings::default();
        for (index, &row) in self.rows.iter().enumerate() {
            push_segments(texts.buffer(), segments, &values, key, (index, row));
            texts.finish();
        }
        Cells::text(Text::Plain(texts)).with_nulls(nulls)
    }
}

/// The text of a row, by its place in the frame and its number.
fn push_segments(
    out: &mut String,
    segments: &[Segment],
    values: &[(Arc<Cells>, DataType)],
    key: Key,
    (index, row): (usize, u64),
) {
    for segment in segments {
        match segment {
            Segment::Fixed(text) => out.push_str(text),
            Segment::Alternatives { draw, choices } => {
                let choice = scale(key.draw(row, *draw), choices.len() as u64) as usize;
                push_segments(out, &choices[choice], values, key, (index, row));
            }
            Segment::Range {
                draw,
                low,
                span,
                width,
            } => {
                let number = low + scale(key.draw(row, *draw), *span) as i64;
                push_padded(out, number, *width);
            }
            Segment::Value(number) => {
                let (cells, data_type) = &values[*number];
                cells.push_to(index, *data_type, out);
            }
        }
    }
}

/// UUIDs of version 4. Their last 48 bits are a shuffle of the row numbers, which makes them unique.
pub(crate) fn uuids(rows: &[u64], key: Key, nodes: &Permutation) -> Cells {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut texts = Strings::default();
    for &row in rows {
        let (high, low) = (key.at(row), key.draw(row, 1));
        let high = (high & !0xF000) | 0x4000;
        let low = (low & 0x3FFF_0000_0000_0000) | 0x8000_0000_0000_0000 | nodes.forward(row);
        let digits = (u128::from(high) << 64) | u128::from(low);
        for place in 0..32 {
            if matches!(place, 8 | 12 | 16 | 20) {
                texts.buffer().push('-');
            }
            let digit = (digits >> (124 - 4 * place)) & 0xF;
            texts.buffer().push(HEX[digit as usize].into());
        }
        texts.finish();
    }
    Cells::text(Text::Plain(texts))
}

/// A pattern with its places filled.
fn push_pattern(out: &mut String, pattern: &str, key: Key, row: u64) {
    for (place, character) in (1..).zip(pattern.chars()) {
        let mut pick = |first: u8, values| {
            let step = scale(key.draw(row, place), values) as u8;
            out.push(char::from(first + step));
        };
        match character {
            '#' => pick(b'0', 10),
            'N' => pick(b'2', 8),
            'A' => pick(b'A', 26),
            other => out.push(other),
        }
    }
}

/// Number of the pool of each country.
fn pool_numbers(countries: &Cells) -> Vec<usize> {
    match &countries.values {
        Values::Text(Text::Coded { words, codes }) => {
            let by_code: Vec<usize> = words.iter().map(|word| pools::of_country(word)).collect();
            codes.iter().map(|&code| by_code[code as usize]).collect()
        }
        _ => (0..countries.len())
            .map(|row| {
                let mut country = String::new();
                countries.push_to(row, DataType::Text, &mut country);
                pools::of_country(&country)
            })
            .collect(),
    }
}

/// Lower case letters and digits; a dot for whatever stands between them.
fn push_local_part(out: &mut String, name: &str) {
    let mut pending = false;
    let start = out.len();
    for character in name.chars() {
        if character.is_ascii_alphanumeric() {
            if pending && out.len() > start {
                out.push('.');
            }
            pending = false;
            out.push(character.to_ascii_lowercase());
        } else {
            pending = true;
        }
    }
    if out.len() == start {
        out.push_str("mail");
    }
    // A digit at the end would run into the number.
    if out.ends_with(|last: char| last.is_ascii_digit()) {
        out.push('.');
    }
}

/// Company names, each combination used once before any comes again.
pub(crate) fn company_names(rows: &[u64], places: &Permutation, combinations: u64) -> Cells {
    let parts = &pools::companies().parts;
    let mut names = Strings::default();
    for &row in rows {
        let mut place = places.forward(row % combinations);
        for (number, part) in parts.iter().enumerate() {
            let length = part.len() as u64;
            if number == parts.len() - 1 {
                names.buffer().push(' ');
            }
            names.buffer().push_str(part[(place % length) as usize]);
            place /= length;
        }
        names.finish();
    }
    Cells::text(Text::Plain(names))
}

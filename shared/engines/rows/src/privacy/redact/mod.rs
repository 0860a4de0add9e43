//! Personal data inside free text.

mod address;
mod card;
mod checks;
mod identity;
mod network;
mod phone;

use millrace_steps::step::{PersonalData, RedactPii};
use regex::Regex;

use crate::texts::{MOST_TEXT_BYTES, Rewrite};

/// Where something was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    start: usize,
    end: usize,
}

/// Which of what is looked for a text can hold, by its characters.
#[derive(Debug, Default, Clone, Copy)]
struct Signs {
    digits: usize,
    at: usize,
    colons: usize,
    dots: usize,
    hyphens: usize,
}

impl Signs {
    fn of(text: &str) -> Self {
        let mut signs = Self::default();
        for byte in text.bytes() {
            match byte {
                b'0'..=b'9' => signs.digits += 1,
                b'@' => signs.at += 1,
                b':' => signs.colons += 1,
                b'.' => signs.dots += 1,
                b'-' => signs.hyphens += 1,
                _ => {}
            }
        }
        signs
    }

    fn allow(&self, kind: PersonalData) -> bool {
        match kind {
            PersonalData::Email => self.at > 0 && self.dots > 0,
            PersonalData::Phone => self.digits >= 7,
            PersonalData::CreditCard => self.digits >= 13,
            PersonalData::Iban => self.digits >= 2,
            PersonalData::UsSsn => self.digits >= 9,
            PersonalData::Aadhaar => self.digits >= 12,
            PersonalData::Pan => self.digits >= 4,
            PersonalData::IpAddress => self.dots >= 3 || self.colons >= 2,
            PersonalData::MacAddress => self.colons >= 5 || self.hyphens >= 5 || self.dots >= 2,
            PersonalData::Url => self.colons > 0 || self.dots > 0,
        }
    }
}

/// Replaces personal data.
#[derive(Debug)]
pub(super) struct Redacting {
    /// What is looked for, and what is put in its place.
    kinds: Vec<(PersonalData, String)>,
}

impl Redacting {
    pub(super) fn new(step: &RedactPii) -> Self {
        let mut kinds = Vec::new();
        for &kind in &step.types {
            if kinds.iter().all(|(other, _)| *other != kind) {
                kinds.push((kind, step.replacement.replace("{type}", kind.as_str())));
            }
        }
        // Of several kinds that fit the same characters the one with the strictest check is named.
        kinds.sort_by_key(|(kind, _)| strictness(*kind));
        Self { kinds }
    }

    /// What is found, in order and without overlaps, each with the number of its kind.
    fn find(&self, text: &str) -> Vec<(Span, usize)> {
        let signs = Signs::of(text);
        let mut found = Vec::new();
        for (number, (kind, _)) in self.kinds.iter().enumerate() {
            if !signs.allow(*kind) {
                continue;
            }
            let mut keep = |span: Span| found.push((span, number));
            match kind {
                PersonalData::Email => address::emails(text, &mut keep),
                PersonalData::Url => address::urls(text, &mut keep),
                PersonalData::Phone => phone::phones(text, &mut keep),
                PersonalData::CreditCard => card::cards(text, &mut keep),
                PersonalData::Iban => card::ibans(text, &mut keep),
                PersonalData::UsSsn => identity::social_security_numbers(text, &mut keep),
                PersonalData::Aadhaar => identity::aadhaar_numbers(text, &mut keep),
                PersonalData::Pan => identity::permanent_account_numbers(text, &mut keep),
                PersonalData::IpAddress => network::ip_addresses(text, &mut keep),
                PersonalData::MacAddress => network::mac_addresses(text, &mut keep),
            }
        }
        joined(found)
    }
}

fn strictness(kind: PersonalData) -> u8 {
    match kind {
        PersonalData::Iban => 0,
        PersonalData::CreditCard => 1,
        PersonalData::Aadhaar => 2,
        PersonalData::UsSsn => 3,
        PersonalData::Pan => 4,
        PersonalData::MacAddress => 5,
        PersonalData::IpAddress => 6,
        PersonalData::Email => 7,
        PersonalData::Url => 8,
        PersonalData::Phone => 9,
    }
}

/// Spans that overlap become one, so that no part of any stays: of the kind of the longest.
fn joined(mut found: Vec<(Span, usize)>) -> Vec<(Span, usize)> {
    found.sort_by_key(|(span, number)| (span.start, *number));
    let mut joined: Vec<(Span, usize)> = Vec::with_capacity(found.len());
    let mut longest = 0;
    for (span, number) in found {
        let length = span.end - span.start;
        match joined.last_mut() {
            Some((last, kind)) if span.start < last.end => {
                last.end = last.end.max(span.end);
                if length > longest {
                    (longest, *kind) = (length, number);
                }
            }
            _ => {
                joined.push((span, number));
                longest = length;
            }
        }
    }
    joined
}

impl Rewrite for Redacting {
    fn rewrite<'t>(&'t self, text: &'t str, buffer: &'t mut String) -> &'t str {
        let found = self.find(text);
        if found.is_empty() {
            return text;
        }
        let mut end = 0;
        for (span, number) in found {
            buffer.push_str(&text[end..span.start]);
            buffer.push_str(&self.kinds[number].1);
            end = span.end;
            if buffer.len() > MOST_TEXT_BYTES {
                return buffer;
            }
        }
        buffer.push_str(&text[end..]);
        buffer
    }
}

/// Hands out what a pattern finds and `check` approves, which may shorten it; what it refuses is searched
/// again from its second character on. Patterns must be short, so that this stays linear.
fn search(
    regex: &Regex,
    text: &str,
    check: impl Fn(Span) -> Option<Span>,
    keep: &mut dyn FnMut(Span),
) {
    let mut place = 0;
    while let Some(found) = regex.find_at(text, place) {
        let span = Span {
            start: found.start(),
            end: found.end(),
        };
        if let Some(span) = check(span).filter(|span| span.end > place) {
            place = span.end;
            keep(span);
        } else {
            let first = found.as_str().chars().next();
            place = span.start + first.map_or(1, char::len_utf8);
        }
        if place > text.len() {
            return;
        }
    }
}

/// Whether neither a letter nor a digit touches the span, nor a longer number goes on across a sign.
fn stands_alone(text: &str, span: Span) -> bool {
    let joins = |sign: char| matches!(sign, '-' | '.' | '/');
    let mut before = text[..span.start].chars().rev();
    let mut after = text[span.end..].chars();
    let free = |near: Option<char>, far: Option<char>| match near {
        Some(near) if near.is_alphanumeric() => false,
        Some(near) if joins(near) => !far.is_some_and(|far| far.is_ascii_digit()),
        _ => true,
    };
    free(before.next(), before.next()) && free(after.next(), after.next())
}

/// Whether neither a letter nor a digit touches the span.
fn is_word(text: &str, span: Span) -> bool {
    let before = text[..span.start].chars().next_back();
    let after = text[span.end..].chars().next();
    ![before, after]
        .into_iter()
        .flatten()
        .any(char::is_alphanumeric)
}

#[cfg(test)]
mod tests;

//! Card numbers and IBANs.

use std::sync::LazyLock;

use regex::Regex;

use super::checks::{luhn, mod_97};
use super::{Span, is_word, search};

/// Digits of a card number at most.
const LONGEST: usize = 19;
/// Digits of a group at least, where a number is written in groups.
const SHORTEST_GROUP: usize = 3;

/// A group of digits.
#[derive(Debug, Clone, Copy)]
struct Group {
    span: Span,
    /// The sign between it and the next group, where it is a single one.
    separator: Option<u8>,
}

/// Card numbers in one piece, or in groups with one sign between them.
pub(super) fn cards(text: &str, keep: &mut dyn FnMut(Span)) {
    let groups = groups(text);
    let mut next = 0;
    while next < groups.len() {
        match card(text, &groups[next..]) {
            Some(count) => {
                let start = groups[next].span.start;
                next += count;
                let end = groups[next - 1].span.end;
                keep(Span { start, end });
            }
            None => next += 1,
        }
    }
}

fn groups(text: &str) -> Vec<Group> {
    let bytes = text.as_bytes();
    let mut groups: Vec<Group> = Vec::new();
    let mut place = 0;
    while let Some(start) = bytes[place..].iter().position(u8::is_ascii_digit) {
        let start = place + start;
        let digits = bytes[start..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit());
        let end = start + digits.count();
        if let Some(last) = groups.last_mut()
            && last.span.end + 1 == start
        {
            last.separator = Some(bytes[last.span.end]).filter(|sign| matches!(sign, b' ' | b'-'));
        }
        let span = Span { start, end };
        groups.push(Group {
            span,
            separator: None,
        });
        place = end;
    }
    groups
}

/// How many of the groups make a card number, if the first one begins it.
fn card(text: &str, groups: &[Group]) -> Option<usize> {
    let mut digits = Vec::with_capacity(LONGEST);
    let mut longest = None;
    let separator = groups.first()?.separator;
    for (index, group) in groups.iter().enumerate() {
        let Span { start, end } = group.span;
        if digits.len() + (end - start) > LONGEST {
            break;
        }
        digits.extend(text[start..end].bytes().map(|byte| byte - b'0'));
        let whole = Span {
            start: groups[0].span.start,
            end,
        };
        if is_card(&digits) && is_number(text, whole) {
            longest = Some(index + 1);
        }
        let grouped = end - start >= SHORTEST_GROUP;
        if !grouped || separator.is_none() || group.separator != separator {
            break;
        }
    }
    longest
}

fn is_card(digits: &[u8]) -> bool {
    let [first, second, ..] = digits else {
        return false;
    };
    let issued = match digits.len() {
        13 => *first == 4,
        14 => *first == 3 && matches!(second, 0 | 6 | 8 | 9),
        15 => *first == 3 && matches!(second, 4 | 7),
        16..=LONGEST => matches!(first, 2..=6),
        _ => false,
    };
    issued && luhn(digits)
}

/// Whether the span is a number of its own, neither part of a word nor of a fraction.
fn is_number(text: &str, span: Span) -> bool {
    let fraction = |point: Option<u8>, digit: Option<u8>| {
        point == Some(b'.') && digit.is_some_and(|digit| digit.is_ascii_digit())
    };
    let mut before = text.as_bytes()[..span.start].iter().rev().copied();
    let mut after = text.as_bytes()[span.end..].iter().copied();
    is_word(text, span)
        && !fraction(before.next(), before.next())
        && !fraction(after.next(), after.next())
}

/// Countries with IBANs, and how long those are.
const LENGTHS: &[(&[u8; 2], usize)] = &[
    (b"AD", 24),
    (b"AE", 23),
    (b"AL", 28),
    (b"AT", 20),
    (b"AZ", 28),
    (b"BA", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"BH", 22),
    (b"BI", 27),
    (b"BR", 29),
    (b"BY", 28),
    (b"CH", 21),
    (b"CR", 22),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DJ", 27),
    (b"DK", 18),
    (b"DO", 28),
    (b"EE", 20),
    (b"EG", 29),
    (b"ES", 24),
    (b"FI", 18),
    (b"FK", 18),
    (b"FO", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GE", 22),
    (b"GI", 23),
    (b"GL", 18),
    (b"GR", 27),
    (b"GT", 28),
    (b"HN", 28),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IL", 23),
    (b"IQ", 23),
    (b"IS", 26),
    (b"IT", 27),
    (b"JO", 30),
    (b"KW", 30),
    (b"KZ", 20),
    (b"LB", 28),
    (b"LC", 32),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"LY", 25),
    (b"MC", 27),
    (b"MD", 24),
    (b"ME", 22),
    (b"MK", 19),
    (b"MN", 20),
    (b"MR", 27),
    (b"MT", 31),
    (b"MU", 30),
    (b"NI", 28),
    (b"NL", 18),
    (b"NO", 15),
    (b"OM", 23),
    (b"PK", 24),
    (b"PL", 28),
    (b"PS", 29),
    (b"PT", 25),
    (b"QA", 29),
    (b"RO", 24),
    (b"RS", 22),
    (b"RU", 33),
    (b"SA", 24),
    (b"SC", 31),
    (b"SD", 18),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
    (b"SM", 27),
    (b"SO", 23),
    (b"ST", 25),
    (b"SV", 28),
    (b"TL", 23),
    (b"TN", 24),
    (b"TR", 26),
    (b"UA", 29),
    (b"VA", 22),
    (b"VG", 24),
    (b"XK", 20),
    (b"YE", 30),
];

static COUNTRY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("[A-Za-z]{2}[0-9]{2}").expect("a pattern"));

/// IBANs in one piece, or in groups with a blank or a hyphen between them.
pub(super) fn ibans(text: &str, keep: &mut dyn FnMut(Span)) {
    search(&COUNTRY, text, |span| iban(text, span.start), keep);
}

/// The IBAN that begins here.
fn iban(text: &str, start: usize) -> Option<Span> {
    let bytes = &text.as_bytes()[start..];
    let country = [bytes.first()?, bytes.get(1)?].map(u8::to_ascii_uppercase);
    let (_, length) = LENGTHS.iter().find(|(name, _)| **name == country)?;
    let mut characters = Vec::with_capacity(*length);
    let mut end = 0;
    while characters.len() < *length {
        let character = bytes.get(end)?;
        if character.is_ascii_alphanumeric() {
            characters.push(*character);
        } else if !matches!(character, b' ' | b'-') || !bytes[end - 1].is_ascii_alphanumeric() {
            return None;
        }
        end += 1;
    }
    let span = Span {
        start,
        end: start + end,
    };
    (is_word(text, span) && mod_97(&characters)).then_some(span)
}

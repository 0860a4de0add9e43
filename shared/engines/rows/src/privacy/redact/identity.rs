//! Numbers that states give to people.

use std::sync::LazyLock;

use regex::Regex;

use super::checks::verhoeff;
use super::{Span, is_word, search, stands_alone};

static SOCIAL_SECURITY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("[0-9]{3}-[0-9]{2}-[0-9]{4}|[0-9]{3} [0-9]{2} [0-9]{4}").expect("a pattern")
});

/// Social security numbers of the United States. Nine digits in one piece may be anything, and are one
/// only where the text holds nothing else.
pub(super) fn social_security_numbers(text: &str, keep: &mut dyn FnMut(Span)) {
    let plain = text.trim();
    if plain.len() == 9 && plain.bytes().all(|byte| byte.is_ascii_digit()) {
        if is_social_security(plain.as_bytes()) {
            let start = text.len() - text.trim_start().len();
            keep(Span {
                start,
                end: start + plain.len(),
            });
        }
        return;
    }
    let check = |span: Span| {
        let digits: Vec<u8> = digits(&text[span.start..span.end]).collect();
        (is_social_security(&digits) && stands_alone(text, span)).then_some(span)
    };
    search(&SOCIAL_SECURITY, text, check, keep);
}

/// Whether nine digits are in the ranges that are given out.
fn is_social_security(digits: &[u8]) -> bool {
    let (area, rest) = digits.split_at(3);
    let (group, serial) = rest.split_at(2);
    !(area == b"000" || area == b"666" || area[0] == b'9' || group == b"00" || serial == b"0000")
}

fn digits(text: &str) -> impl Iterator<Item = u8> + '_ {
    text.bytes().filter(u8::is_ascii_digit)
}

static AADHAAR: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("[2-9][0-9]{3} [0-9]{4} [0-9]{4}|[2-9][0-9]{3}-[0-9]{4}-[0-9]{4}|[2-9][0-9]{11}")
        .expect("a pattern")
});

/// Aadhaar numbers in one piece, or in groups of four.
pub(super) fn aadhaar_numbers(text: &str, keep: &mut dyn FnMut(Span)) {
    let check = |span: Span| {
        let number: Vec<u8> = digits(&text[span.start..span.end])
            .map(|digit| digit - b'0')
            .collect();
        let alone = stands_alone(text, span) && !in_longer_groups(text, span);
        (alone && verhoeff(&number)).then_some(span)
    };
    search(&AADHAAR, text, check, keep);
}

/// Whether one more group of four stands before or after a blank, as in the number of a card.
fn in_longer_groups(text: &str, span: Span) -> bool {
    let is_group = |characters: &mut dyn Iterator<Item = u8>| {
        characters.next() == Some(b' ')
            && characters.take_while(u8::is_ascii_digit).take(5).count() == 4
    };
    let bytes = text.as_bytes();
    is_group(&mut bytes[span.end..].iter().copied())
        || is_group(&mut bytes[..span.start].iter().rev().copied())
}

static PERMANENT_ACCOUNT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("(?i-u:[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z])").expect("a pattern")
});

/// Permanent account numbers of India: the fourth letter tells whose it is.
pub(super) fn permanent_account_numbers(text: &str, keep: &mut dyn FnMut(Span)) {
    let check = |span: Span| {
        let zero = text[span.start..span.end].contains("0000");
        (!zero && is_word(text, span)).then_some(span)
    };
    search(&PERMANENT_ACCOUNT, text, check, keep);
}

//! Addresses of machines.

use std::net::Ipv6Addr;
use std::sync::LazyLock;

use regex::Regex;

use super::{Span, is_word, search};

/// Characters of the longest IPv6 address, one that ends like an IPv4 address.
const LONGEST: usize = 45;

/// IP addresses of both versions.
pub(super) fn ip_addresses(text: &str, keep: &mut dyn FnMut(Span)) {
    runs(
        text,
        |byte| byte.is_ascii_digit() || byte == b'.',
        |span| {
            if let Some(span) = version_4(text, span) {
                keep(span);
            }
        },
    );
    let part = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
    runs(text, part, |span| {
        if let Some(span) = version_6(text, span) {
            keep(span);
        }
    });
}

/// Hands out the longest pieces of such characters.
fn runs(text: &str, part: impl Fn(u8) -> bool, mut run: impl FnMut(Span)) {
    let bytes = text.as_bytes();
    let mut place = 0;
    while let Some(start) = bytes[place..].iter().position(|byte| part(*byte)) {
        let start = place + start;
        let rest = bytes[start..].iter();
        let end = start + rest.take_while(|byte| part(**byte)).count();
        run(Span { start, end });
        place = end;
    }
}

/// Four numbers up to 255, but not a part of more: versions and object identifiers are written like that.
fn version_4(text: &str, mut span: Span) -> Option<Span> {
    let address = text[span.start..span.end].trim_end_matches('.');
    span.end = span.start + address.len();
    if address.len() > 15 || !is_word(text, span) {
        return None;
    }
    let mut numbers = address.split('.');
    let right = numbers
        .by_ref()
        .take(4)
        .filter(|number| number.len() <= 3 && number.parse::<u8>().is_ok());
    (right.count() == 4 && numbers.next().is_none()).then_some(span)
}

/// What the standard library takes for an address, with a digit in it: `a::b` is a name in programs.
fn version_6(text: &str, mut span: Span) -> Option<Span> {
    let trimmed = text[span.start..span.end].trim_end_matches('.');
    span.end = span.start + trimmed.len();
    if trimmed.ends_with(':') && !trimmed.ends_with("::") {
        span.end -= 1;
    }
    let address = &text[span.start..span.end];
    let word_before = text[..span.start].chars().next_back();
    if word_before.is_some_and(char::is_alphanumeric)
        || address.starts_with(':') && !address.starts_with("::")
    {
        // `MAC:2001:db8::1`: the run begins with the end of another word.
        span.start += address.find(':')? + 1;
    }
    let address = &text[span.start..span.end];
    let possible = address.len() <= LONGEST
        && address.bytes().filter(|byte| *byte == b':').count() >= 2
        && address.bytes().any(|byte| byte.is_ascii_digit());
    (possible && is_word(text, span) && address.parse::<Ipv6Addr>().is_ok()).then_some(span)
}

static MAC: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        "(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}|(?:[0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2}",
        r"|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}",
    ))
    .expect("a pattern")
});

/// MAC addresses, but not parts of longer ones.
pub(super) fn mac_addresses(text: &str, keep: &mut dyn FnMut(Span)) {
    let bytes = text.as_bytes();
    let check = |span: Span| {
        let sign = if bytes[span.start + 4] == b'.' {
            b'.'
        } else {
            bytes[span.start + 2]
        };
        let group = if sign == b'.' { 4 } else { 2 };
        let longer = |characters: &mut dyn Iterator<Item = u8>| {
            if characters.next() != Some(sign) {
                return false;
            }
            let word = characters.take_while(u8::is_ascii_alphanumeric);
            let word: Vec<u8> = word.take(group + 1).collect();
            word.len() == group && word.iter().all(u8::is_ascii_hexdigit)
        };
        let alone = is_word(text, span)
            && !longer(&mut bytes[span.end..].iter().copied())
            && !longer(&mut bytes[..span.start].iter().rev().copied());
        alone.then_some(span)
    };
    search(&MAC, text, check, keep);
}

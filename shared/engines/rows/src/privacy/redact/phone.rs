//! Telephone numbers.

use std::sync::LazyLock;

use regex::Regex;

use super::{Span, search, stands_alone};

/// Digits of a number with the code of its country.
const FEWEST_DIGITS: usize = 7;

/// In this order: with the code of the country behind `+` or `00`; of North America; of India; with the
/// zero that long-distance numbers have in most of the world. Signs and blanks may stand between digits.
static PHONE: LazyLock<Regex> = LazyLock::new(|| {
    let sign = r"[ .\-/()\x{A0}]{0,2}";
    let patterns = [
        format!(
            r"\+(?:1(?:{sign}[0-9]){{10}}|91(?:{sign}[0-9]){{10}}|[0-9](?:{sign}[0-9]){{6,14}})"
        ),
        format!(r"00[1-9](?:{sign}[0-9]){{7,13}}"),
        r"(?:1[ .-]?)?(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[ .-]?)[2-9][0-9]{2}[ .-]?[0-9]{4}"
            .to_owned(),
        r"[6-9][0-9]{4}[ -]?[0-9]{5}|[6-9][0-9]{3}[ -][0-9]{3}[ -][0-9]{3}".to_owned(),
        format!(r"\(?0[1-9](?:{sign}[0-9]){{7,10}}"),
    ];
    Regex::new(&patterns.join("|")).expect("a pattern")
});

/// Telephone numbers in the ways in which they are commonly written.
pub(super) fn phones(text: &str, keep: &mut dyn FnMut(Span)) {
    search(&PHONE, text, |span| phone(text, span), keep);
}

fn phone(text: &str, span: Span) -> Option<Span> {
    let number = &text[span.start..span.end];
    if is_date(number) {
        return None;
    }
    if stands_alone(text, span) {
        return Some(span);
    }
    // A number of no fixed length may have taken the beginning of another one with it.
    if !number.starts_with(['+', '0']) {
        return None;
    }
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    let separated = number.rfind(|character: char| !character.is_ascii_digit())?;
    let shorter =
        number[..separated].trim_end_matches(|character: char| !character.is_ascii_digit());
    let span = Span {
        start: span.start,
        end: span.start + shorter.len(),
    };
    (digits(shorter) >= FEWEST_DIGITS && stands_alone(text, span)).then_some(span)
}

/// Whether it begins with day, month and year: `01.02.2024 10:30`.
fn is_date(number: &str) -> bool {
    let bytes = number.as_bytes();
    let digits = |from: usize, to: usize| {
        bytes
            .get(from..to)
            .is_some_and(|part| part.iter().all(u8::is_ascii_digit))
    };
    let sign = bytes.get(2).copied();
    matches!(sign, Some(b'.' | b'/' | b'-'))
        && bytes.get(5).copied() == sign
        && digits(0, 2)
        && digits(3, 5)
        && digits(6, 10)
        && !bytes.get(10).is_some_and(u8::is_ascii_digit)
}

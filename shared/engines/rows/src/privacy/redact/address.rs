//! E-mail addresses and URLs.

use memchr::memchr_iter;
use memchr::memmem::find_iter;

use super::Span;

/// E-mail addresses: a name, the sign, and a domain with at least two parts.
pub(super) fn emails(text: &str, keep: &mut dyn FnMut(Span)) {
    let mut after = 0;
    for at in memchr_iter(b'@', text.as_bytes()) {
        if at < after {
            continue;
        }
        let name = text[after..at]
            .char_indices()
            .rev()
            .take_while(|(_, character)| is_name(*character))
            .last();
        let Some((start, _)) = name else { continue };
        let name = &text[after + start..at];
        // Signs before the first letter belong to the sentence.
        let begins =
            |character: char| character.is_alphanumeric() || matches!(character, '_' | '+');
        let Some(start) = name.find(begins).map(|skipped| after + start + skipped) else {
            continue;
        };
        if let Some(length) = domain(&text[at + 1..]) {
            let end = at + 1 + length;
            keep(Span { start, end });
            after = end;
        }
    }
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric()
        || matches!(character, '.' | '_' | '%' | '+' | '-' | '\'' | '&' | '~')
}

/// The length of the domain at the beginning of a text: it ends with a part of letters.
fn domain(text: &str) -> Option<usize> {
    let part = |character: char| character.is_alphanumeric() || matches!(character, '-' | '.');
    let end = text.find(|character| !part(character));
    let mut domain = &text[..end.unwrap_or(text.len())];
    if let Some(gap) = domain.find("..") {
        domain = &domain[..gap];
    }
    loop {
        domain = domain.trim_end_matches(['.', '-']);
        let (before, last) = domain.rsplit_once('.')?;
        if before.is_empty() {
            return None;
        }
        let letters = last.chars().all(char::is_alphabetic) || last.starts_with("xn--");
        if letters && last.chars().nth(1).is_some() {
            return Some(domain.len());
        }
        domain = before;
    }
}

/// URLs with a scheme, or with `www.` instead of it.
pub(super) fn urls(text: &str, keep: &mut dyn FnMut(Span)) {
    let mut after = 0;
    for sign in find_iter(text.as_bytes(), "://") {
        if sign < after {
            continue;
        }
        let scheme = text[after..sign]
            .bytes()
            .rev()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-'));
        let start = sign - scheme.count();
        let letter = text[start..sign].find(|character: char| character.is_ascii_alphabetic());
        let (Some(letter), Some(length)) = (letter, rest(&text[sign + 3..])) else {
            continue;
        };
        after = sign + 3 + length;
        keep(Span {
            start: start + letter,
            end: after,
        });
    }
    without_scheme(text, keep);
}

fn without_scheme(text: &str, keep: &mut dyn FnMut(Span)) {
    let bytes = text.as_bytes();
    let mut after = 0;
    for dot in memchr_iter(b'.', bytes) {
        let Some(start) = dot.checked_sub(3).filter(|start| *start >= after) else {
            continue;
        };
        if !bytes[start..dot].eq_ignore_ascii_case(b"www") {
            continue;
        }
        let before = text[..start].chars().next_back();
        if before.is_some_and(char::is_alphanumeric) {
            continue;
        }
        if let Some(length) = rest(&text[dot + 1..]) {
            after = dot + 1 + length;
            keep(Span { start, end: after });
        }
    }
}

/// The length of what follows the scheme: up to white space or a quote, without the signs that end the
/// sentence around it. A bracket that the URL itself opens belongs to it.
fn rest(text: &str) -> Option<usize> {
    let begins =
        |character: char| character.is_alphanumeric() || matches!(character, '[' | '/' | '_');
    // Checked first, so that texts of nothing but schemes are not gone through again and again.
    if !text.starts_with(begins) {
        return None;
    }
    let ends = |character: char| {
        character.is_whitespace()
            || character.is_control()
            || matches!(character, '<' | '>' | '"' | '`' | '“' | '”' | '«' | '»')
    };
    let mut url = &text[..text.find(ends).unwrap_or(text.len())];
    let count = |bracket| {
        url.chars()
            .filter(|character| *character == bracket)
            .count()
    };
    let mut round = count(')').saturating_sub(count('('));
    let mut square = count(']').saturating_sub(count('['));
    while let Some(last) = url.chars().next_back() {
        match last {
            ')' if round > 0 => round -= 1,
            ']' if square > 0 => square -= 1,
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '’' | '}' | '*' | '…' | '。' | '、' => {
            }
            _ => break,
        }
        url = &url[..url.len() - last.len_utf8()];
    }
    Some(url.len())
}

//! Parts of texts that are hidden.

use millrace_steps::step::MaskMethod;
use regex::Regex;

use crate::error::RowError;
use crate::texts::{MOST_TEXT_BYTES, Rewrite};

#[derive(Debug)]
enum Method {
    Full,
    KeepLast(usize),
    KeepFirst(usize),
    Email,
    Regex(Regex),
}

/// Hides parts of texts, one sign for each hidden character. What would stay visible as a whole, because
/// it is no longer than what is kept or no address, is hidden as a whole.
#[derive(Debug)]
pub(super) struct Masking {
    method: Method,
    sign: char,
}

impl Masking {
    pub(super) fn new(method: &MaskMethod) -> Result<Self, RowError> {
        let size = |keep: u64| usize::try_from(keep).unwrap_or(usize::MAX);
        let (method, sign) = match method {
            MaskMethod::Full { character } => (Method::Full, *character),
            MaskMethod::KeepLast { keep, character } => (Method::KeepLast(size(*keep)), *character),
            MaskMethod::KeepFirst { keep, character } => {
                (Method::KeepFirst(size(*keep)), *character)
            }
            MaskMethod::Email { character } => (Method::Email, *character),
            MaskMethod::Regex { pattern, character } => {
                let regex = pattern
                    .compile(true)
                    .map_err(|error| RowError::new("INVALID_REGEX", error.to_string()))?;
                (Method::Regex(regex), *character)
            }
            MaskMethod::DateTruncate { .. } => {
                let message = "dates are truncated, not masked";
                return Err(RowError::new("STEP_FAILED", message));
            }
        };
        Ok(Self {
            method,
            sign: sign.0,
        })
    }

    fn hide(&self, text: &str, buffer: &mut String) {
        buffer.extend(text.chars().map(|_| self.sign));
    }

    fn hide_matches(&self, regex: &Regex, text: &str, buffer: &mut String) {
        let mut end = 0;
        for found in regex.find_iter(text) {
            buffer.push_str(&text[end..found.start()]);
            self.hide(found.as_str(), buffer);
            end = found.end();
            if buffer.len() > MOST_TEXT_BYTES {
                return;
            }
        }
        buffer.push_str(&text[end..]);
    }
}

impl Rewrite for Masking {
    fn rewrite<'t>(&'t self, text: &'t str, buffer: &'t mut String) -> &'t str {
        match &self.method {
            Method::Full => self.hide(text, buffer),
            Method::KeepLast(keep) => {
                let shown = match keep.checked_sub(1) {
                    Some(before) => text.char_indices().rev().nth(before),
                    None => None,
                };
                let shown = shown.map_or(0, |(place, _)| place);
                let (hidden, shown) = if shown == 0 {
                    (text, "")
                } else {
                    text.split_at(shown)
                };
                self.hide(hidden, buffer);
                buffer.push_str(shown);
            }
            Method::KeepFirst(keep) => {
                let shown = text.char_indices().nth(*keep);
                let (shown, hidden) = text.split_at(shown.map_or(0, |(place, _)| place));
                buffer.push_str(shown);
                self.hide(hidden, buffer);
            }
            Method::Email => match address(text) {
                Some((first, hidden, domain)) => {
                    buffer.push_str(first);
                    self.hide(hidden, buffer);
                    buffer.push_str(domain);
                }
                None => self.hide(text, buffer),
            },
            Method::Regex(regex) => self.hide_matches(regex, text, buffer),
        }
        if buffer == text { text } else { buffer }
    }
}

/// The first character of an address, the others before the sign, and the domain with the sign. An
/// address with one character before the sign shows none.
fn address(text: &str) -> Option<(&str, &str, &str)> {
    let (local, domain) = text.split_at(text.rfind('@')?);
    let name = domain.strip_prefix('@')?;
    let plain = |character: char| character.is_alphanumeric() || matches!(character, '.' | '-');
    if local.is_empty() || name.is_empty() || !name.chars().all(plain) {
        return None;
    }
    let first = local.chars().next().map_or(0, char::len_utf8);
    let (first, hidden) = if first == local.len() {
        ("", local)
    } else {
        local.split_at(first)
    };
    Some((first, hidden, domain))
}

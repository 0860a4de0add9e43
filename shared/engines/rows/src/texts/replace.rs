//! Parts of texts that are replaced.

use memchr::memmem::Finder;
use millrace_steps::step::ReplaceText;
use millrace_steps::value::Pattern;
use regex::{Captures, Regex, RegexBuilder};

use super::{MOST_TEXT_BYTES, Rewrite, compile};
use crate::error::RowError;

/// Bytes of a text compiled for a search in any case, which is long but simple.
const COMPILED: usize = 16 << 20;

#[derive(Debug)]
enum Search {
    Text(Box<Finder<'static>>),
    Regex(Regex),
}

/// A part of what stands in for what was found.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Group(usize),
}

/// Replaces parts of texts.
#[derive(Debug)]
pub(super) struct Replacing {
    search: Search,
    replacement: Vec<Piece>,
    /// Whether the replacement has groups.
    groups: bool,
    most: usize,
}

impl Replacing {
    pub(super) fn new(step: &ReplaceText) -> Result<Self, RowError> {
        let mut replacement = vec![Piece::Text(step.replace.clone())];
        let search = if step.regex {
            let pattern = Pattern::parse(&step.find)
                .map_err(|message| RowError::new("INVALID_REGEX", message))?;
            let regex = compile(pattern.compile(step.case_sensitive))?;
            replacement = pieces(&step.replace, &regex)?;
            Search::Regex(regex)
        } else if step.case_sensitive {
            Search::Text(Box::new(Finder::new(&step.find).into_owned()))
        } else {
            let regex = RegexBuilder::new(&regex::escape(&step.find))
                .case_insensitive(true)
                .size_limit(COMPILED)
                .build();
            Search::Regex(compile(regex)?)
        };
        let most = usize::try_from(step.count).unwrap_or(usize::MAX);
        Ok(Self {
            search,
            groups: replacement
                .iter()
                .any(|piece| matches!(piece, Piece::Group(_))),
            replacement,
            most: if most == 0 { usize::MAX } else { most },
        })
    }

    fn push_replacement(&self, captures: Option<&Captures<'_>>, buffer: &mut String) {
        for piece in &self.replacement {
            match piece {
                Piece::Text(text) => buffer.push_str(text),
                Piece::Group(number) => {
                    let group = captures.and_then(|captures| captures.get(*number));
                    buffer.push_str(group.map_or("", |group| group.as_str()));
                }
            }
        }
    }
}

impl Rewrite for Replacing {
    fn rewrite<'t>(&'t self, text: &'t str, buffer: &'t mut String) -> &'t str {
        let mut end = 0;
        let mut found = false;
        // Whether there is room for more.
        let mut next = |start: usize, stop: usize, captures: Option<&Captures<'_>>| {
            buffer.push_str(&text[end..start]);
            self.push_replacement(captures, buffer);
            (end, found) = (stop, true);
            buffer.len() <= MOST_TEXT_BYTES
        };
        match &self.search {
            Search::Text(finder) => {
                let length = finder.needle().len();
                finder
                    .find_iter(text.as_bytes())
                    .take(self.most)
                    .all(|start| next(start, start + length, None));
            }
            Search::Regex(regex) if self.groups => {
                regex
                    .captures_iter(text)
                    .take(self.most)
                    .all(|captures| match captures.get(0) {
                        Some(whole) => next(whole.start(), whole.end(), Some(&captures)),
                        None => true,
                    });
            }
            Search::Regex(regex) => {
                regex
                    .find_iter(text)
                    .take(self.most)
                    .all(|whole| next(whole.start(), whole.end(), None));
            }
        }
        if !found {
            return text;
        }
        buffer.push_str(&text[end..]);
        buffer
    }
}

/// The pieces of a replacement: `$1`, `$name`, `${name}`; `$$` is a dollar sign.
fn pieces(replacement: &str, regex: &Regex) -> Result<Vec<Piece>, RowError> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut rest = replacement;
    while let Some((before, after)) = rest.split_once('$') {
        text.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            text.push('$');
            rest = after;
            continue;
        }
        let Some((name, after)) = group_name(after) else {
            text.push('$');
            rest = after;
            continue;
        };
        if !text.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut text)));
        }
        pieces.push(Piece::Group(group(name, regex)?));
        rest = after;
    }
    text.push_str(rest);
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    Ok(pieces)
}

/// The name that follows a dollar sign, and what follows the name. A number ends with its digits, so that
/// `$1st` is the first group and `st`.
fn group_name(after: &str) -> Option<(&str, &str)> {
    if let Some(inner) = after.strip_prefix('{') {
        let (name, after) = inner.split_once('}')?;
        return (!name.is_empty()).then_some((name, after));
    }
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    let length = if digits > 0 {
        digits
    } else {
        let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        after.bytes().take_while(word).count()
    };
    (length > 0).then(|| after.split_at(length))
}

/// The number of a group.
fn group(name: &str, regex: &Regex) -> Result<usize, RowError> {
    let number = match name.parse::<usize>() {
        Ok(number) => Some(number).filter(|number| *number < regex.captures_len()),
        Err(_) => regex.capture_names().position(|named| named == Some(name)),
    };
    number.ok_or_else(|| {
        let message = format!(
            "replace names the group {name}, which the pattern {} does not have; write $$ for a dollar \
             sign",
            regex.as_str()
        );
        RowError::new("INVALID_VALUE", message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacements_are_taken_apart() {
        let regex = Regex::new(r"(\d)(?P<unit>\w)").expect("a pattern");
        let text = |text: &str| Piece::Text(text.to_owned());
        for (replacement, expected) in [
            ("", vec![]),
            ("a", vec![text("a")]),
            ("$1st", vec![Piece::Group(1), text("st")]),
            ("<$unit>", vec![text("<"), Piece::Group(2), text(">")]),
            (
                "${unit}s${1}$0",
                vec![Piece::Group(2), text("s"), Piece::Group(1), Piece::Group(0)],
            ),
            ("$$5 $ ${} $", vec![text("$5 $ ${} $")]),
            ("$${1}", vec![text("${1}")]),
        ] {
            assert_eq!(pieces(replacement, &regex), Ok(expected), "{replacement}");
        }
        for replacement in ["$3", "$units", "${Unit}", "$99999999999999999999"] {
            let error = pieces(replacement, &regex).expect_err(replacement);
            assert_eq!(error.code, "INVALID_VALUE");
            assert!(error.message.contains("write $$"), "{error}");
        }
    }
}

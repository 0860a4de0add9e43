//! Texts that are filled, cut or extended, by characters.

use millrace_steps::step::TextOperation;

use super::Rewrite;

/// Edits texts.
#[derive(Debug)]
pub(super) struct Editing(pub(super) TextOperation);

impl Rewrite for Editing {
    fn rewrite<'t>(&'t self, text: &'t str, buffer: &'t mut String) -> &'t str {
        match &self.0 {
            TextOperation::PadLeft { width, with } => {
                let Some(missing) = missing(text, *width) else {
                    return text;
                };
                buffer.extend(std::iter::repeat_n(with.0, missing));
                buffer.push_str(text);
            }
            TextOperation::PadRight { width, with } => {
                let Some(missing) = missing(text, *width) else {
                    return text;
                };
                buffer.push_str(text);
                buffer.extend(std::iter::repeat_n(with.0, missing));
            }
            TextOperation::Substring { start, length } => return part(text, *start, *length),
            TextOperation::Prefix { text: prefix } => {
                buffer.push_str(prefix);
                buffer.push_str(text);
            }
            TextOperation::Suffix { text: suffix } => {
                buffer.push_str(text);
                buffer.push_str(suffix);
            }
        }
        buffer
    }
}

/// How many characters a text lacks.
fn missing(text: &str, width: u64) -> Option<usize> {
    let width = usize::try_from(width).ok()?;
    // No text has more characters than bytes, so a long one need not be counted to its end.
    let has = text.chars().take(width).count();
    width.checked_sub(has).filter(|missing| *missing > 0)
}

/// The part that begins with a character, counted from the end where negative.
fn part(text: &str, start: i64, length: Option<u64>) -> &str {
    let distance = usize::try_from(start.unsigned_abs()).unwrap_or(usize::MAX);
    let begin = if start >= 0 {
        place(text, distance)
    } else {
        let back = text.char_indices().rev().nth(distance - 1);
        back.map_or(0, |(place, _)| place)
    };
    let text = &text[begin..];
    match length {
        Some(length) => &text[..place(text, usize::try_from(length).unwrap_or(usize::MAX))],
        None => text,
    }
}

/// Where the character of this number begins; the end where there are fewer.
fn place(text: &str, number: usize) -> usize {
    let found = text.char_indices().nth(number);
    found.map_or(text.len(), |(place, _)| place)
}

//! The case of letters.

use millrace_steps::step::LetterCase;
use unicode_normalization::char::is_combining_mark;

use super::Rewrite;

/// Writes texts in a case.
#[derive(Debug)]
pub(super) struct Casing(pub(super) LetterCase);

impl Rewrite for Casing {
    fn rewrite<'t>(&'t self, text: &'t str, buffer: &'t mut String) -> &'t str {
        match self.0 {
            LetterCase::Lower => lower(text, buffer),
            LetterCase::Upper => upper(text, buffer),
            LetterCase::Title => capitalize(text, buffer, true),
            LetterCase::Sentence => capitalize(text, buffer, false),
        }
        if buffer == text { text } else { buffer }
    }
}

fn lower(text: &str, buffer: &mut String) {
    if text.is_ascii() {
        buffer.push_str(text);
        buffer.make_ascii_lowercase();
    } else {
        // Only the standard library's own function knows the final sigma.
        buffer.push_str(&text.to_lowercase());
    }
}

fn upper(text: &str, buffer: &mut String) {
    if text.is_ascii() {
        buffer.push_str(text);
        buffer.make_ascii_uppercase();
    } else {
        buffer.extend(text.chars().flat_map(char::to_uppercase));
    }
}

/// Lower case but for the first letter of each word, or of the first word.
fn capitalize(text: &str, buffer: &mut String, every_word: bool) {
    let lowered;
    let lowered = if text.is_ascii() {
        text
    } else {
        lowered = text.to_lowercase();
        &lowered
    };
    let mut inside = false;
    let mut done = false;
    for character in lowered.chars() {
        if inside && continues_word(character) {
            buffer.push(character.to_ascii_lowercase());
            continue;
        }
        inside = character.is_alphanumeric();
        if inside && !done {
            push_capital(character, buffer);
            done = !every_word;
        } else {
            buffer.push(character.to_ascii_lowercase());
        }
    }
}

/// Whether a word goes on with this character: `O'neil` is one word, `Jean-Luc` two.
fn continues_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '\'' | '’') || is_combining_mark(character)
}

/// A letter as it begins a word: `ß` is `Ss` there, not `SS`.
fn push_capital(character: char, buffer: &mut String) {
    let mut letters = character.to_uppercase();
    buffer.extend(letters.next());
    buffer.extend(letters.flat_map(char::to_lowercase));
}

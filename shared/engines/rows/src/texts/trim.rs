//! White space and other characters at the ends of texts.

use millrace_steps::step::{Side, Trim};

use super::Rewrite;

/// Trims texts.
#[derive(Debug)]
pub(super) struct Trimming {
    side: Side,
    /// The characters that go; white space where there are none.
    characters: Option<Vec<char>>,
    collapse: bool,
}

impl Trimming {
    pub(super) fn new(step: &Trim) -> Self {
        let characters = step.characters.as_ref();
        Self {
            side: step.side,
            characters: characters.map(|characters| characters.chars().collect()),
            collapse: step.collapse_whitespace,
        }
    }

    fn ends<'t>(&self, text: &'t str) -> &'t str {
        match (&self.characters, self.side) {
            (None, Side::Both) => text.trim(),
            (None, Side::Left) => text.trim_start(),
            (None, Side::Right) => text.trim_end(),
            (Some(characters), Side::Both) => text.trim_matches(characters.as_slice()),
            (Some(characters), Side::Left) => text.trim_start_matches(characters.as_slice()),
            (Some(characters), Side::Right) => text.trim_end_matches(characters.as_slice()),
        }
    }
}

impl Rewrite for Trimming {
    fn rewrite<'t>(&'t self, text: &'t str, buffer: &'t mut String) -> &'t str {
        let text = self.ends(text);
        if !self.collapse || !has_wide_gap(text) {
            return text;
        }
        let mut gap = false;
        for character in text.chars() {
            let space = character.is_whitespace();
            if !space {
                buffer.push(character);
            } else if !gap {
                buffer.push(' ');
            }
            gap = space;
        }
        buffer
    }
}

/// Whether a run of white space is anything but one blank.
fn has_wide_gap(text: &str) -> bool {
    let mut gap = false;
    for character in text.chars() {
        let space = character.is_whitespace();
        if space && (gap || character != ' ') {
            return true;
        }
        gap = space;
    }
    false
}

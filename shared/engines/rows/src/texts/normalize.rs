//! Texts that look alike made alike.

use std::sync::LazyLock;

use millrace_steps::step::{CharacterClass, NormalizeText, UnicodeForm};
use regex::Regex;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick, is_nfkc_quick};

use super::Rewrite;
use crate::error::RowError;

/// An emoji as people see it: one pictograph with its modifiers, or several that are joined, or a key or
/// a flag. Digits, letters and signs such as © are emoji only with the selector behind them.
const EMOJI: &str = concat!(
    r"(?:\p{Emoji_Presentation}|[\p{Emoji}&&[\x{2600}-\x{27BF}\x{1F000}-\x{1FAFF}]]",
    r"|[\p{Emoji}--[0-9#*]]\x{FE0F}|[0-9#*]\x{FE0F}?\x{20E3})",
    r"(?:[\x{FE0F}\x{20E3}\x{E0020}-\x{E007F}]|\p{Emoji_Modifier})*",
);

/// Marks that are put on letters of the scripts that call them accents. The vowel signs of other scripts
/// are marks too, but without them words become others.
const ACCENTS: [std::ops::RangeInclusive<char>; 4] = [
    '\u{300}'..='\u{36F}',
    '\u{1AB0}'..='\u{1AFF}',
    '\u{1DC0}'..='\u{1DFF}',
    '\u{FE20}'..='\u{FE2F}',
];

/// Emoji, first of all because a key such as #️⃣ begins with punctuation.
static CLASSES: LazyLock<[(CharacterClass, String); 3]> = LazyLock::new(|| {
    [
        (
            CharacterClass::Emoji,
            format!(r"{EMOJI}(?:\x{{200D}}{EMOJI})*"),
        ),
        (CharacterClass::Control, r"\p{Cc}".to_owned()),
        (CharacterClass::Punctuation, r"\p{P}".to_owned()),
    ]
});

/// Normalizes texts.
#[derive(Debug)]
pub(super) struct Normalizing {
    form: Option<UnicodeForm>,
    strip_accents: bool,
    remove: Option<Regex>,
}

impl Normalizing {
    pub(super) fn new(step: &NormalizeText) -> Result<Self, RowError> {
        let classes: Vec<&str> = CLASSES
            .iter()
            .filter(|(class, _)| step.remove.contains(class))
            .map(|(_, pattern)| pattern.as_str())
            .collect();
        let remove = if classes.is_empty() {
            None
        } else {
            Some(super::compile(Regex::new(&format!(
                "(?:{})+",
                classes.join("|")
            )))?)
        };
        Ok(Self {
            form: step.unicode,
            strip_accents: step.strip_accents,
            remove,
        })
    }

    /// Whether the form and the accents need nothing done.
    fn is_formed(&self, text: &str) -> bool {
        if text.is_ascii() {
            return true;
        }
        let formed = match self.form {
            None => true,
            Some(UnicodeForm::Nfc) => is_nfc_quick(text.chars()) == IsNormalized::Yes,
            Some(UnicodeForm::Nfkc) => is_nfkc_quick(text.chars()) == IsNormalized::Yes,
        };
        formed && !self.strip_accents
    }

    /// Writes the text in its form. Without accents it is composed even where no form is asked for.
    fn form(&self, text: &str, buffer: &mut String) {
        let plain = |character: &char| !ACCENTS.iter().any(|accents| accents.contains(character));
        match (self.form, self.strip_accents) {
            (None, false) => buffer.push_str(text),
            (Some(UnicodeForm::Nfc), false) => buffer.extend(text.nfc()),
            (Some(UnicodeForm::Nfkc), false) => buffer.extend(text.nfkc()),
            (None | Some(UnicodeForm::Nfc), true) => {
                buffer.extend(text.nfd().filter(plain).map(without_stroke).nfc());
            }
            (Some(UnicodeForm::Nfkc), true) => {
                buffer.extend(text.nfkd().filter(plain).map(without_stroke).nfkc());
            }
        }
    }
}

/// The letters whose accent is a stroke, which no normal form takes apart.
fn without_stroke(letter: char) -> char {
    match letter {
        'ø' => 'o',
        'Ø' => 'O',
        'ł' => 'l',
        'Ł' => 'L',
        'đ' => 'd',
        'Đ' => 'D',
        'ħ' => 'h',
        'Ħ' => 'H',
        'ŧ' => 't',
        'Ŧ' => 'T',
        other => other,
    }
}

impl Rewrite for Normalizing {
    fn rewrite<'t>(&'t self, text: &'t str, buffer: &'t mut String) -> &'t str {
        let formed = self.is_formed(text);
        if !formed {
            self.form(text, buffer);
        }
        let current = if formed { text } else { buffer.as_str() };
        let Some(remove) = self
            .remove
            .as_ref()
            .filter(|remove| remove.is_match(current))
        else {
            return if formed || buffer == text {
                text
            } else {
                buffer
            };
        };
        let kept = remove.replace_all(current, "").into_owned();
        buffer.clear();
        // What stood between a letter and its accent may be gone.
        if self.is_formed(&kept) {
            buffer.push_str(&kept);
        } else {
            self.form(&kept, buffer);
        }
        buffer
    }
}

//! The shape of a text: `AA-9999` for `IN-2024`.

use crate::hash;

/// Characters of a text that its mask shows.
const SHOWN: usize = 48;

/// What a character of ASCII is shown as; itself where it is neither letter nor digit.
const CLASSES: [u8; 128] = {
    let mut classes = [0; 128];
    let mut byte = 0;
    while byte < 128 {
        classes[byte] = match byte as u8 {
            b'A'..=b'Z' => b'A',
            b'a'..=b'z' => b'a',
            b'0'..=b'9' => b'9',
            other => other,
        };
        byte += 1;
    }
    classes
};

fn class(character: char) -> char {
    if character.is_ascii() {
        char::from(CLASSES[character as usize])
    } else if character.is_uppercase() {
        'A'
    } else if character.is_alphabetic() {
        'a'
    } else if character.is_numeric() {
        '9'
    } else {
        character
    }
}

/// The mask as people read it.
pub(crate) fn of(text: &str) -> Box<str> {
    let mut mask: String = text.chars().take(SHOWN).map(class).collect();
    if text.chars().nth(SHOWN).is_some() {
        mask.push('…');
    }
    mask.into()
}

/// The hash of the mask, without making it where the text is ASCII.
#[inline]
pub(crate) fn hash(seed: u64, text: &str) -> u64 {
    if !text.is_ascii() {
        return hash::bytes(seed, of(text).as_bytes());
    }
    let mut mask = [0u8; SHOWN + '…'.len_utf8()];
    let bytes = text.as_bytes();
    let mut length = bytes.len().min(SHOWN);
    for (shown, byte) in mask.iter_mut().zip(&bytes[..length]) {
        *shown = CLASSES[usize::from(*byte & 0x7F)];
    }
    if bytes.len() > SHOWN {
        length += '…'.encode_utf8(&mut mask[SHOWN..]).len();
    }
    hash::bytes(seed, &mask[..length])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn letters_and_digits_become_their_kind() {
        for (text, mask) in [
            ("IN-2024", "AA-9999"),
            ("Zoë Ödön", "Aaa Aaaa"),
            ("a.b@c.de", "a.a@a.aa"),
            ("٣ 漢", "9 a"),
            ("", ""),
            ("😀1", "😀9"),
        ] {
            assert_eq!(&*of(text), mask);
        }
        assert_eq!(&*of(&"x".repeat(48)), "a".repeat(48));
        assert_eq!(&*of(&"x".repeat(49)), "a".repeat(48) + "…");
    }

    proptest! {
        #[test]
        fn the_hash_is_that_of_the_mask(text in "[ -~]{0,60}|\\PC{0,60}") {
            prop_assert_eq!(hash(4, &text), hash::bytes(4, of(&text).as_bytes()));
        }
    }
}

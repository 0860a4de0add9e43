//! Places where a long word may break.
//!
//! Column names and pasted texts have words that are wider than their cell. A zero-width space
//! behind the joints of long words, and every few characters where there is no joint, lets the
//! layout break them; short words stay as they are, so that they copy cleanly.

use serde_json::Value;

/// Words up to this length never break.
const LONGEST_WORD: usize = 18;
/// Longest piece without a place to break in a longer word.
const LONGEST_PIECE: usize = 12;
const ZERO_WIDTH_SPACE: char = '\u{200b}';

/// Adds places to break to all texts of a value.
pub(super) fn allow(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Some(broken) = breakable(text) {
                *text = broken;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(allow),
        Value::Object(fields) => fields.values_mut().for_each(allow),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The text with places to break, if it has a word that needs them.
fn breakable(text: &str) -> Option<String> {
    if !text
        .split(char::is_whitespace)
        .any(|word| word.chars().count() > LONGEST_WORD)
    {
        return None;
    }
    let mut broken = String::with_capacity(text.len() * 5 / 4);
    for word in text.split_inclusive(char::is_whitespace) {
        if word.trim_end().chars().count() <= LONGEST_WORD {
            broken.push_str(word);
            continue;
        }
        let mut piece = 0;
        for character in word.chars() {
            broken.push(character);
            piece += 1;
            if !character.is_alphanumeric() || piece == LONGEST_PIECE {
                piece = 0;
                if !character.is_whitespace() {
                    broken.push(ZERO_WIDTH_SPACE);
                }
            }
        }
    }
    Some(broken)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn long_names_break_behind_their_joints_and_short_ones_never() {
        assert_eq!(breakable("customer_id and order_total"), None);
        assert_eq!(
            breakable("the lifetime_value_of_customer").as_deref(),
            Some("the lifetime_\u{200b}value_\u{200b}of_\u{200b}customer")
        );
    }

    proptest! {
        #[test]
        fn no_piece_is_long_and_nothing_else_changes(text in "[a-z_ W\n]{0,200}") {
            let broken = breakable(&text).unwrap_or_else(|| text.clone());
            prop_assert_eq!(broken.replace(ZERO_WIDTH_SPACE, ""), text);
            let pieces = broken.split(|c: char| c.is_whitespace() || c == ZERO_WIDTH_SPACE);
            for piece in pieces {
                prop_assert!(piece.chars().count() <= LONGEST_WORD);
            }
        }
    }
}

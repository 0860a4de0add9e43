//! Texts that differ in case alone.

/// Appends a text in the form that all texts have which differ from it in case alone: each character in
/// upper and then in lower case, so that ß meets SS, and the two small sigmas meet.
pub(crate) fn fold_case(text: &str, into: &mut String) {
    if text.is_ascii() {
        let from = into.len();
        into.push_str(text);
        into[from..].make_ascii_lowercase();
        return;
    }
    for upper in text.chars().flat_map(char::to_uppercase) {
        into.extend(upper.to_lowercase());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folded(text: &str) -> String {
        let mut folded = String::new();
        fold_case(text, &mut folded);
        folded
    }

    #[test]
    fn texts_that_differ_in_case_alone_are_folded_to_one() {
        for (one, other) in [
            ("Straße", "STRASSE"),
            ("ΟΔΟΣ", "οδος"),
            ("ÉCOLE", "école"),
            ("\u{212a}elvin", "kelvin"),
            ("", ""),
        ] {
            assert_eq!(folded(one), folded(other));
        }
        assert_ne!(folded("ecole"), folded("école"));
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in any::<String>()) {
            let once = folded(&text);
            prop_assert_eq!(folded(&once), once);
        }

        #[test]
        fn case_makes_no_difference(text in "[a-zA-Zäöüßéñ ]{0,20}") {
            prop_assert_eq!(folded(&text.to_uppercase()), folded(&text));
            prop_assert_eq!(folded(&text.to_lowercase()), folded(&text));
        }
    }
}

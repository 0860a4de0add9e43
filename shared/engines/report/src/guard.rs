//! The formula guard for text in delivered CSV files.

use std::borrow::Cow;

/// Makes a text cell harmless for spreadsheets that would run it as a formula.
///
/// A text that begins with `=`, `+`, `-`, `@`, a tab or a carriage return gets a leading `'`; any
/// other text is returned as it is. Only for cells of text columns: a negative number is no formula.
///
/// ```
/// use millrace_report::guard::csv_text;
///
/// assert_eq!(csv_text("=HYPERLINK(\"x\")"), "'=HYPERLINK(\"x\")");
/// assert_eq!(csv_text("Anna"), "Anna");
/// ```
#[must_use]
pub fn csv_text(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_opening_of_a_formula_is_guarded() {
        for opening in ["=", "+", "-", "@", "\t", "\r"] {
            let text = format!("{opening}cmd()");
            assert_eq!(csv_text(&text), format!("'{text}"));
        }
        for harmless in ["", "a=b", " =1", "'=1", "n/a"] {
            assert!(matches!(csv_text(harmless), Cow::Borrowed(same) if same == harmless));
        }
    }

    proptest! {
        #[test]
        fn guarding_is_idempotent_and_loses_nothing(text in any::<String>()) {
            let once = csv_text(&text).into_owned();
            let twice = csv_text(&once).into_owned();
            prop_assert_eq!(&twice, &once);
            prop_assert!(once.ends_with(&text));
        }
    }
}

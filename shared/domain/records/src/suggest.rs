//! Faults, and the name that a caller most likely meant.

use millrace_api::error::Fault;
use millrace_steps::nearest;

use crate::catalogue::{LIKE_INPUT, record_types};

/// The name of a record type that is nearest to `name`, `like-input` among them; none if none is near.
#[must_use]
pub fn nearest_type(name: &str) -> Option<&'static str> {
    let known = record_types().iter().map(|known| known.name.as_str());
    let names: Vec<&'static str> = known.chain([LIKE_INPUT]).collect();
    // The tables of packs by their own names alone; the first pack wins.
    let tables: Vec<&'static str> = names
        .iter()
        .map(|name| name.rsplit('/').next().unwrap_or(name))
        .collect();
    let place = |found: &str, among: &[&str]| among.iter().position(|known| *known == found);
    let found = place(name, &tables)
        .or_else(|| place(nearest(name, &names)?, &names))
        .or_else(|| place(nearest(name, &tables)?, &tables));
    found.map(|place| names[place])
}

/// A question with the nearest of the names, to stand behind a sentence; empty if none is near.
pub(crate) fn did_you_mean<N: AsRef<str>>(name: &str, names: &[N]) -> String {
    nearest(name, names).map_or_else(String::new, |near| format!("; did you mean {near}?"))
}

/// A list of faults that is being gathered.
#[derive(Debug, Default)]
pub(crate) struct Faults(pub(crate) Vec<Fault>);

impl Faults {
    pub(crate) fn push(&mut self, path: impl Into<String>, code: &str, message: impl Into<String>) {
        self.0.push(Fault::new(path, code, message));
    }
}

/// A text of the caller as it may stand in a message: short, without control characters.
pub(crate) fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut shown: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(LONGEST)
        .collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    format!("\"{shown}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_suggested() {
        for (typed, meant) in [
            ("Customers", Some("customers")),
            ("time_series", Some("time-series")),
            ("transaction", Some("transactions")),
            ("like_input", Some("like-input")),
            ("ecommerce/order", Some("ecommerce/orders")),
            ("order_items", Some("ecommerce/order_items")),
            ("qqqq", None),
            ("", None),
        ] {
            assert_eq!(nearest_type(typed), meant, "{typed}");
        }
    }

    #[test]
    fn callers_texts_are_shown_short_and_plain() {
        assert_eq!(quoted("a\nb"), "\"a b\"");
        assert_eq!(quoted(&"x".repeat(1_000)).chars().count(), 63);
    }
}

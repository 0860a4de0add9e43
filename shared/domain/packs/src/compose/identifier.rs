//! Names that are safe in SQL, CSV headers and file names.

/// Longest name of a slot; suffixes such as `_id` come on top.
const LONGEST: usize = 24;

/// Words that some SQL dialect keeps for itself, as table or column names.
const RESERVED: &[&str] = &[
    "alls",
    "analyses",
    "analysis",
    "ands",
    "arrays",
    "ascs",
    "betweens",
    "bies",
    "cases",
    "casts",
    "columns",
    "commits",
    "creates",
    "cubes",
    "databases",
    "deletes",
    "descs",
    "drops",
    "exists",
    "explains",
    "falses",
    "filters",
    "froms",
    "functions",
    "groups",
    "indexes",
    "inserts",
    "intervals",
    "joins",
    "keys",
    "limits",
    "matches",
    "nulls",
    "offsets",
    "ors",
    "others",
    "overs",
    "partitions",
    "ranges",
    "rows",
    "schemas",
    "selects",
    "sets",
    "tables",
    "truncates",
    "unions",
    "uniques",
    "updates",
    "values",
    "views",
    "wheres",
    "windows",
    "withs",
];

/// Whether the plural of a word may not stand as a table name.
pub(super) fn is_reserved(plural: &str) -> bool {
    RESERVED.binary_search(&plural).is_ok()
}

/// Lower-case words of ASCII letters from any text; `None` where fewer than three letters are left.
pub(super) fn label(text: &str) -> Option<String> {
    let mut out = String::new();
    for letter in text.chars() {
        if letter.is_ascii_alphabetic() {
            out.push(letter.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
        if out.len() >= LONGEST {
            break;
        }
    }
    let out = out.trim();
    (out.len() >= 3).then(|| out.to_owned())
}

/// `snake_case` of a label.
pub(super) fn snake(label: &str) -> String {
    label.replace([' ', '-'], "_").to_lowercase()
}

/// The text with its first letter large.
pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// The text with every word's first letter large.
pub(super) fn title_case(text: &str) -> String {
    text.split(' ')
        .map(capitalised)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::{RESERVED, is_reserved, label};

    #[test]
    fn labels_are_plain_words() {
        assert_eq!(label("Bee-Hives 42"), Some("bee hives".to_owned()));
        assert_eq!(label("'; DROP TABLE x;--"), Some("drop table x".to_owned()));
        assert_eq!(label("\u{8702}\u{871c}"), None);
        assert!(RESERVED.is_sorted());
        assert!(is_reserved("groups") && !is_reserved("hives"));
    }
}

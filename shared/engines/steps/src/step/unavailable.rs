//! Steps that are planned: their names are known, so that the refusal can say what helps until then.

/// Types that cannot be used yet, and what does a similar thing.
const PLANNED: &[(&str, &str)] = &[
    ("scale", "derive with an expression"),
    (
        "one_hot",
        "derive or conditional, one column for each value",
    ),
    ("tokenize_pii", "hash with a key"),
    ("window", "top_n, aggregate or deduplicate"),
    ("standardize", "replace_value or replace_text"),
    ("cluster_values", "normalize_text and replace_value"),
    ("sql", "filter, derive and aggregate"),
];

/// What to use instead of a planned type; `None` where no step of this type is planned.
pub(crate) fn unavailable(name: &str) -> Option<&'static str> {
    PLANNED
        .iter()
        .find(|(planned, _)| *planned == name)
        .map(|(_, instead)| *instead)
}

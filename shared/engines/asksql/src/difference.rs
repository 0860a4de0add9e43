//! In one line, what one query does otherwise than another.

use crate::answer::value_name;
use crate::form::{Filter, Query, Test, Value};
use crate::schema::Schema;
use crate::sql::group_keys;

/// What `other` does otherwise than `best`; nothing where they mean the same.
pub(crate) fn difference(schema: &Schema, best: &Query, other: &Query) -> Option<String> {
    let names = |values: &[Value]| {
        let mut names: Vec<String> = values
            .iter()
            .map(|value| value_name(schema, value))
            .collect();
        names.sort_unstable();
        names
    };
    let (shown, other_shown) = (names(&best.outputs), names(&other.outputs));
    if shown != other_shown {
        return Some(shows(&shown, &other_shown));
    }
    if best.distinct != other.distinct && !(shows_its_keys(best) && shows_its_keys(other)) {
        return Some(
            if other.distinct {
                "leaves out rows that repeat"
            } else {
                "keeps rows that repeat"
            }
            .to_owned(),
        );
    }
    if let Some(text) = filters(schema, &best.filters, &other.filters)
        .or_else(|| filters(schema, &best.having, &other.having))
    {
        return Some(text);
    }
    if best.groups != other.groups {
        let keys: Vec<String> = other
            .groups
            .iter()
            .map(|column| crate::answer::column_name(schema, *column))
            .collect();
        return Some(if keys.is_empty() {
            "makes no groups".to_owned()
        } else {
            format!("groups by {}", keys.join(", "))
        });
    }
    if best.within != other.within {
        let keys = other.within.iter();
        let keys: Vec<String> = keys.map(|key| value_name(schema, key)).collect();
        return Some(if keys.is_empty() {
            "looks for the first among all rows".to_owned()
        } else {
            format!("looks for the first of each {}", keys.join(", "))
        });
    }
    if best.order != other.order || best.limit != other.limit {
        let keys: Vec<String> = other
            .order
            .iter()
            .map(|(value, descending)| {
                format!(
                    "{}{}",
                    value_name(schema, value),
                    if *descending { " from the highest" } else { "" }
                )
            })
            .collect();
        let limit = other
            .limit
            .map(|limit| format!(", {limit} rows"))
            .unwrap_or_default();
        return Some(if keys.is_empty() {
            format!("has no order{limit}")
        } else {
            format!("orders by {}{limit}", keys.join(", "))
        });
    }
    if best.set != other.set {
        return Some(
            if other.set.is_some() {
                "keeps what fulfils both conditions in different rows"
            } else {
                "looks at both conditions in one row"
            }
            .to_owned(),
        );
    }
    let tables = |query: &Query| {
        let mut tables = query.own_tables(|column| schema.table_of(column));
        tables.sort_unstable();
        tables
    };
    let (mine, theirs) = (tables(best), tables(other));
    if mine != theirs {
        let more: Vec<&str> = theirs
            .iter()
            .filter(|table| !mine.contains(table))
            .map(|table| schema.tables[*table].name.as_str())
            .collect();
        return Some(if more.is_empty() {
            "joins fewer tables".to_owned()
        } else {
            format!("keeps only what has a row in {}", more.join(", "))
        });
    }
    None
}

/// Groups whose keys are shown are told apart by them: none of their rows repeats another.
fn shows_its_keys(query: &Query) -> bool {
    let keys = group_keys(query);
    !keys.is_empty() && keys.iter().all(|key| query.outputs.contains(key))
}

fn shows(shown: &[String], other: &[String]) -> String {
    let fresh: Vec<&str> = other
        .iter()
        .filter(|name| !shown.contains(name))
        .map(String::as_str)
        .collect();
    let gone: Vec<&str> = shown
        .iter()
        .filter(|name| !other.contains(name))
        .map(String::as_str)
        .collect();
    let counts = |names: &[&str], text: &str| names.len() == 1 && names[0].starts_with(text);
    if counts(&fresh, "COUNT(DISTINCT") && counts(&gone, "COUNT(*") {
        return format!("counts different values: {}", fresh[0]);
    }
    if counts(&fresh, "COUNT(*") && counts(&gone, "COUNT(DISTINCT") {
        return "counts rows".to_owned();
    }
    match (fresh.is_empty(), gone.is_empty()) {
        (false, false) => format!("shows {} instead of {}", fresh.join(", "), gone.join(", ")),
        (false, true) => format!("also shows {}", fresh.join(", ")),
        _ => format!("does not show {}", gone.join(", ")),
    }
}

fn filters(schema: &Schema, best: &[Filter], other: &[Filter]) -> Option<String> {
    let fresh = other.iter().find(|filter| !best.contains(filter));
    let gone = best.iter().find(|filter| !other.contains(filter));
    match (fresh, gone) {
        (Some(fresh), _) => Some(format!("restricts {}", told(schema, fresh))),
        (None, Some(gone)) => Some(format!("does not restrict {}", told(schema, gone))),
        (None, None) => None,
    }
}

/// What a condition restricts to what.
pub(crate) fn told(schema: &Schema, filter: &Filter) -> String {
    match filter {
        Filter::Test(value, test) => {
            let name = value_name(schema, value);
            match test {
                Test::Compare(comparison, literal) => format!(
                    "{name} to {} {}",
                    comparison.sql(),
                    crate::sql::text(literal)
                ),
                Test::Column(comparison, other) => format!(
                    "{name} to {} {}",
                    comparison.sql(),
                    value_name(schema, &Value::Column(*other))
                ),
                Test::Query(comparison, _) => {
                    format!("{name} to {} a value found by a subquery", comparison.sql())
                }
                Test::In(_) => format!("{name} to rows found by a subquery"),
                Test::NotIn(_) => format!("{name} to what a subquery does not find"),
                Test::Missing => format!("{name} to empty values"),
                Test::Present => format!("{name} to values that are there"),
                Test::Between(..) | Test::Interval(..) => format!("{name} to a range"),
                Test::Like { .. } => format!("{name} to texts that hold the words"),
            }
        }
        Filter::Any(filters) => filters
            .iter()
            .map(|filter| told(schema, filter))
            .collect::<Vec<_>>()
            .join(" or "),
    }
}

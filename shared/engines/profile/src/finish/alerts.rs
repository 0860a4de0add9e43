//! What of a column is worth a look.

use super::inference::Inferred;
use super::{Whole, numeric};
use crate::column::numbers::{Extreme, Numbers};
use crate::column::{ColumnState, Content};
use crate::options::Thresholds;
use crate::profile::{Alert, ColumnProfile, TypeConflict};
use crate::text::{moment, number};
use serde_json::Value;

/// Texts that say there is no value.
const SENTINELS: [&str; 22] = [
    "na",
    "n/a",
    "n.a.",
    "#n/a",
    "#na",
    "nan",
    "nil",
    "none",
    "null",
    "(null)",
    "<null>",
    "-",
    "--",
    "---",
    "?",
    "unknown",
    "undefined",
    "missing",
    "not available",
    "tbd",
    "#value!",
    "#ref!",
];
/// Dates that stand for none.
const SENTINEL_DATES: [&str; 6] = [
    "1900-01-01",
    "1899-12-30",
    "1899-12-31",
    "1970-01-01",
    "9999-12-31",
    "0001-01-01",
];
/// Numbers that stand for none, with either sign.
const NINES: [f64; 8] = [
    99.0,
    999.0,
    9_999.0,
    99_999.0,
    999_999.0,
    9_999_999.0,
    99_999_999.0,
    999_999_999.0,
];
/// Values below which a shape is chance.
const ENOUGH: u64 = 20;

pub(super) fn of(
    profile: &ColumnProfile,
    column: &ColumnState,
    inferred: &Inferred<'_>,
    whole: &Whole<'_>,
) -> Vec<Alert> {
    let (rows, values) = (whole.rows, whole.values(column));
    let thresholds = &whole.options.thresholds;
    let numbers = inferred.numbers;
    let checks = [
        (
            Alert::HighNulls,
            rows > 0 && profile.nulls.ratio >= thresholds.nulls,
        ),
        (
            Alert::Constant,
            values > 1 && profile.distinct.exact && profile.distinct.estimate == 1,
        ),
        (Alert::UniqueId, is_unique_id(profile, values, rows)),
        (Alert::MixedTypes, is_mixed(profile, values)),
        (
            Alert::Skewed,
            values >= ENOUGH
                && profile
                    .skewness
                    .is_some_and(|skewness| skewness.abs() >= thresholds.skewness),
        ),
        (
            Alert::Outliers,
            values >= ENOUGH && numbers.is_some_and(|numbers| has_outliers(numbers, thresholds)),
        ),
        (
            Alert::AmbiguousDates,
            profile
                .temporal
                .as_ref()
                .is_some_and(|temporal| temporal.ambiguous_day_month),
        ),
        (
            Alert::Pii,
            profile
                .pii
                .as_ref()
                .is_some_and(|pii| pii.confidence >= thresholds.pii),
        ),
        (
            Alert::Whitespace,
            profile
                .text
                .as_ref()
                .is_some_and(|text| text.whitespace_padded > 0),
        ),
        (
            Alert::SentinelNulls,
            has_sentinels(profile, column, numbers, thresholds),
        ),
    ];
    checks
        .into_iter()
        .filter_map(|(alert, raised)| raised.then_some(alert))
        .collect()
}

fn is_unique_id(profile: &ColumnProfile, values: u64, rows: u64) -> bool {
    let is_key = matches!(profile.inferred_type.as_str(), "string" | "binary")
        || profile.inferred_type.contains("int");
    values > 1 && values == rows && profile.distinct.is_unique && is_key
}

/// Several kinds of values, none of them a mere exception of a column of text.
fn is_mixed(profile: &ColumnProfile, values: u64) -> bool {
    let counts = &profile.type_counts;
    let kinds = [
        counts.boolean,
        counts.integer + counts.decimal + counts.double,
        counts.date + counts.timestamp,
    ];
    let typed: u64 = kinds.iter().sum();
    let several = kinds.iter().filter(|count| **count > 0).count() > 1;
    profile.inferred_type == "string"
        && values > 0
        && (several || counts.string > 0 || !profile.type_conflicts.is_empty())
        && typed * 2 >= values
}

fn has_outliers(numbers: &Numbers, thresholds: &Thresholds) -> bool {
    let Some((below, above)) = fences(numbers, thresholds) else {
        return false;
    };
    let is = |extreme: Option<Extreme>, out: &dyn Fn(f64) -> bool| {
        extreme.is_some_and(|extreme| out(extreme.number().value))
    };
    is(numbers.least, &|least| least < below) || is(numbers.greatest, &|greatest| greatest > above)
}

/// Tukey's fences; none where half of the values are the same.
fn fences(numbers: &Numbers, thresholds: &Thresholds) -> Option<(f64, f64)> {
    let (lower, upper) = numeric::quartiles(&numbers.quantiles)?;
    let reach = (upper - lower) * thresholds.fences;
    (reach > 0.0).then_some((lower - reach, upper + reach))
}

fn has_sentinels(
    profile: &ColumnProfile,
    column: &ColumnState,
    numbers: Option<&Numbers>,
    thresholds: &Thresholds,
) -> bool {
    let table = column.shared.values.table();
    let is_sentinel = |text: &str| {
        let text = text.trim();
        SENTINELS
            .iter()
            .any(|known| text.eq_ignore_ascii_case(known))
    };
    let in_conflict = |conflict: &TypeConflict| is_sentinel(&conflict.value);
    if matches!(column.content, Content::Text(_))
        && (table.values().any(|value| is_sentinel(value.text))
            || profile.type_conflicts.iter().any(in_conflict))
    {
        return true;
    }
    let comes_again = |is: &dyn Fn(&str) -> bool| {
        let mut repeated = table.values().filter(|value| value.count > 1);
        repeated.any(|value| is(value.text.trim()))
    };
    let date = |value: &Option<Value>| {
        let text = value.as_ref().and_then(Value::as_str);
        text.and_then(|text| text.get(..10)).is_some_and(|day| {
            SENTINEL_DATES.contains(&day) && comes_again(&|text| is_day(text, day))
        })
    };
    if profile.temporal.is_some() && (date(&profile.min) || date(&profile.max)) {
        return true;
    }
    // -999 and its like: the same digit over and over, far from all others, more than once.
    let Some((below, above)) = numbers.and_then(|numbers| fences(numbers, thresholds)) else {
        return false;
    };
    let number = |value: &Option<Value>| {
        value.as_ref().and_then(Value::as_f64).is_some_and(|value| {
            let is_known = value == -1.0 || NINES.contains(&value.abs());
            let is_far = value < below || value > above;
            is_known && is_far && comes_again(&|text| is_number(text, value))
        })
    };
    number(&profile.min) || number(&profile.max)
}

/// Whether a text is a day, however it is written.
fn is_day(text: &str, day: &str) -> bool {
    moment::read(text).is_some_and(|reading| {
        [reading.day_first, reading.month_first]
            .into_iter()
            .flatten()
            .any(|instant| instant.text(true, false).as_deref() == Some(day))
    })
}

/// Whether a text is a number, however it is written.
fn is_number(text: &str, value: f64) -> bool {
    number::read(text).is_some_and(|reading| {
        [reading.point, reading.comma]
            .into_iter()
            .flatten()
            .any(|number| number.value == value)
    })
}

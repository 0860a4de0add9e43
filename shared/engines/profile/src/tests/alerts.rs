//! Each alert where it belongs, and not where it does not.

use super::*;
use crate::Alert;
use arrow::array::{Float64Array, Int64Array};

fn assert_alert(alert: Alert, raised: &[ColumnProfile], quiet: &[ColumnProfile]) {
    for profile in raised {
        assert!(
            profile.alerts.contains(&alert),
            "{alert} is missing: {:?}",
            profile.alerts
        );
    }
    for profile in quiet {
        assert!(
            !profile.alerts.contains(&alert),
            "{alert} is wrong: {profile:?}"
        );
    }
}

fn repeated(cell: &str, count: usize) -> Vec<String> {
    vec![cell.to_owned(); count]
}

fn numbers(values: impl IntoIterator<Item = i64>) -> ColumnProfile {
    column("n", Arc::new(Int64Array::from_iter_values(values)))
}

#[test]
fn high_nulls() {
    assert_alert(
        Alert::HighNulls,
        &[text_column(&["a", "∅"]), text_column(&["∅"])],
        &[text_column(&["a", "b", "∅"])],
    );
}

#[test]
fn constant() {
    assert_alert(
        Alert::Constant,
        &[text_column(&["a", "a", "∅"]), numbers([5, 5])],
        &[
            text_column(&["a"]),
            text_column(&["a", "b"]),
            text_column(&["∅", "∅"]),
        ],
    );
}

#[test]
fn unique_id() {
    let many: Vec<String> = (0..20_000).map(|row| format!("k{}", mixed(row))).collect();
    let mut twice = many.clone();
    twice.extend_from_slice(&many[..2_000]);
    assert_alert(
        Alert::UniqueId,
        &[
            text_column(&["a", "b"]),
            numbers([3, 1, 2]),
            text_column(&many),
        ],
        &[
            text_column(&["a", "b", "∅"]),
            text_column(&["a", "a"]),
            text_column(&["1.5", "2.5"]),
            text_column(&["2024-01-01", "2024-01-02"]),
            text_column(&twice),
        ],
    );
}

#[test]
fn mixed_types() {
    assert_alert(
        Alert::MixedTypes,
        &[
            text_column(&["1", "2", "x"]),
            text_column(&["1", "true"]),
            text_column(&["2024-01-01", "5"]),
            text_column(&["1.5", "2.5", "3,25"]),
        ],
        &[
            text_column(&["x", "y", "1"]),
            text_column(&["1", "2.5"]),
            text_column(&["03/04/2024"]),
            text_column(&["x"]),
        ],
    );
}

#[test]
fn skewed() {
    let powers = (0..60).map(|power| 1i64 << (power / 2));
    assert_alert(
        Alert::Skewed,
        &[numbers(powers)],
        &[numbers(0..100), numbers([0, 0, 0, 1_000])],
    );
}

#[test]
fn outliers() {
    let with = |extra: i64| numbers((0..100).chain([extra]));
    assert_alert(
        Alert::Outliers,
        &[with(10_000), with(-10_000)],
        &[
            with(120),
            numbers(0..10),
            numbers([vec![5; 90], vec![900]].concat()),
        ],
    );
}

#[test]
fn ambiguous_dates() {
    assert_alert(
        Alert::AmbiguousDates,
        &[text_column(&["03/04/2024", "05/06/2024"])],
        &[
            text_column(&["03/04/2024", "13/06/2024"]),
            text_column(&["2024-03-04"]),
            text_column(&["words", "03/04/2024", "more"]),
        ],
    );
}

#[test]
fn personal_data() {
    assert_alert(
        Alert::Pii,
        &[column("email", texts(&["a@example.org", "b@example.org"]))],
        &[
            text_column(&["a", "b"]),
            column("first_name", texts(&["Ann", "Bob"])),
        ],
    );
}

#[test]
fn whitespace() {
    assert_alert(
        Alert::Whitespace,
        &[text_column(&["a", " b"]), text_column(&["1 ", "2"])],
        &[text_column(&["a b", "c"])],
    );
}

#[test]
fn sentinel_nulls() {
    let temperature = |sentinel: i64| {
        let values = (0..200).map(|row| 10 + row % 20).chain([sentinel; 8]);
        column(
            "t",
            Arc::new(Float64Array::from_iter_values(
                values.map(|value| value as f64),
            )),
        )
    };
    let mut dates: Vec<String> = (1..29).map(|day| format!("2024-01-{day:02}")).collect();
    let plain = text_column(&dates);
    dates.extend(repeated("9999-12-31", 5));
    let mut other_way: Vec<String> = (1..29).map(|day| format!("{day:02}.01.2024")).collect();
    other_way.extend(repeated("31.12.9999", 5));
    let mut words = repeated("red", 50);
    words.push("N/A".to_owned());
    assert_alert(
        Alert::SentinelNulls,
        &[
            text_column(&words),
            text_column(&["1", "2", "unknown"]),
            temperature(-999),
            numbers((0..200).map(|row| 10 + row % 20).chain([9_999; 3])),
            text_column(&dates),
            text_column(&other_way),
        ],
        &[
            text_column(&["red", "nation"]),
            temperature(12),
            temperature(-17),
            numbers((0..200).map(|row| 10 + row % 20)),
            numbers(0..1_000),
            plain,
        ],
    );
}

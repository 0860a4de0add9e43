//! The JSON is that of the design, key by key.

use super::*;
use crate::{Alert, DialectProfile};
use serde_json::json;

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect()
}

fn example() -> DatasetProfile {
    let table = batch(vec![
        (
            "code",
            texts(&["IN-01", "IN-02", "IN-02", "US-10", " DE-7"]),
        ),
        ("amount", texts(&["0.01", "NULL", "999.9", "∅", "12"])),
        (
            "day",
            texts(&["31/12/2024", "01/02/2024", "∅", "01/02/2024", "15/02/2024"]),
        ),
    ]);
    let context = FileContext {
        format: Some("csv".to_owned()),
        compression: Some("uncompressed".to_owned()),
        encoding: Some("UTF-8".to_owned()),
        dialect: Some(DialectProfile {
            delimiter: ";".to_owned(),
            quote: Some("\"".to_owned()),
            escape: None,
            line_ending: "line_feed".to_owned(),
            header: true,
            preamble_lines: 0,
            comment: None,
        }),
        bytes: Some(1_234),
        rejected_rows: 2,
        ..FileContext::default()
    };
    profiler(&[table], &ProfileOptions::default()).finish(&context)
}

#[test]
fn every_key_is_there_in_its_order() {
    let json = serde_json::to_value(example()).expect("a profile is JSON");
    assert_eq!(
        keys(&json),
        [
            "profile_version",
            "rows",
            "columns",
            "bytes",
            "format",
            "compression",
            "encoding",
            "dialect",
            "duplicate_rows",
            "rejected_rows",
            "null_cells",
            "memory_bytes",
            "parquet_bytes",
            "schema_hash",
            "sample",
            "column_profiles",
        ]
    );
    let amount = &json["column_profiles"][1];
    assert_eq!(
        keys(amount),
        [
            "name",
            "position",
            "physical_type",
            "inferred_type",
            "type_counts",
            "type_confidence",
            "type_conflicts",
            "alternatives",
            "nulls",
            "distinct",
            "min",
            "max",
            "sum",
            "mean",
            "stddev",
            "variance",
            "skewness",
            "kurtosis",
            "zeros",
            "negatives",
            "nan",
            "inf",
            "quantiles",
            "histogram",
            "top_values",
            "text",
            "temporal",
            "sortedness",
            "semantic",
            "pii",
            "alerts",
        ]
    );
    for (part, expected) in [
        ("nulls", &["count", "ratio", "by_marker"][..]),
        (
            "distinct",
            &["estimate", "exact", "error", "uniqueness", "is_unique"],
        ),
        (
            "quantiles",
            &[
                "p01",
                "p05",
                "p25",
                "p50",
                "p75",
                "p95",
                "p99",
                "rank_error",
                "method",
            ],
        ),
        ("histogram", &["kind", "bins"]),
        (
            "text",
            &[
                "min_len",
                "max_len",
                "mean_len",
                "ascii",
                "leading_zeros",
                "whitespace_padded",
                "empty",
                "patterns",
            ],
        ),
    ] {
        assert_eq!(keys(&amount[part]), expected, "{part}");
    }
    assert_eq!(keys(&amount["alternatives"][0]), ["type", "ratio"]);
    assert_eq!(
        keys(&amount["top_values"][0]),
        ["value", "count", "upper_error"]
    );
    assert_eq!(keys(&amount["histogram"]["bins"][0]), ["lo", "hi", "count"]);
    let day = &json["column_profiles"][2];
    assert_eq!(
        keys(&day["temporal"]),
        ["formats", "ambiguous_day_month", "timezone_aware"]
    );
}

#[test]
fn a_small_table_is_as_worked_out_by_hand() {
    let profile = example();
    assert_eq!(
        (profile.rows, profile.columns, profile.null_cells),
        (5, 3, 3)
    );
    assert_eq!((profile.rejected_rows, profile.bytes), (2, Some(1_234)));
    assert_eq!(profile.duplicate_rows.count, 0);
    assert!(profile.duplicate_rows.exact);
    assert_eq!(profile.memory_bytes, 25 + 11 + 40);
    assert_eq!(profile.sample.len(), 5);
    assert_eq!(profile.sample[1].row, 2);
    assert_eq!(profile.sample[1].values[1], None);

    let json = serde_json::to_value(&profile.column_profiles).expect("profiles are JSON");
    let amount = &json[1];
    assert_eq!(amount["name"], "amount");
    assert_eq!(amount["position"], 1);
    assert_eq!(amount["physical_type"], "string");
    assert_eq!(amount["inferred_type"], "decimal(5,2)");
    assert_eq!(
        amount["type_counts"],
        json!({"null": 2, "boolean": 0, "integer": 1, "decimal": 2, "double": 0, "date": 0,
            "timestamp": 0, "string": 0, "other": 0})
    );
    assert_eq!(
        amount["nulls"],
        json!({"count": 2, "ratio": 0.4, "by_marker": {"": 1, "NULL": 1}})
    );
    assert_eq!(
        amount["distinct"],
        json!({"estimate": 3, "exact": true, "error": 0.0, "uniqueness": 1.0, "is_unique": true})
    );
    assert_eq!(
        (&amount["min"], &amount["max"]),
        (&json!(0.01), &json!(999.9))
    );
    assert_eq!(amount["sum"], "1011.91");
    assert_eq!(
        amount["alternatives"],
        json!([{"type": "double", "ratio": 1.0}])
    );
    assert_eq!(amount["zeros"], 0);
    assert_eq!(amount["quantiles"]["p50"], json!(12.0));
    assert_eq!(amount["quantiles"]["rank_error"], 0.0);
    assert_eq!(amount["quantiles"]["method"], "kll200");
    assert_eq!(amount["sortedness"], "none");
    assert_eq!(amount["text"]["max_len"], 5);
    assert_eq!(amount["temporal"], Value::Null);
    assert_eq!(amount["pii"], Value::Null);

    let code = &json[0];
    assert_eq!(
        (&code["min"], &code["max"]),
        (&json!(" DE-7"), &json!("US-10"))
    );
    assert_eq!(
        code["top_values"][0],
        json!({"value": "IN-02", "count": 2, "upper_error": 0})
    );
    assert_eq!(
        code["text"]["patterns"],
        json!([{"mask": "AA-99", "count": 4}, {"mask": " AA-9", "count": 1}])
    );
    assert_eq!(code["text"]["whitespace_padded"], 1);
    assert_eq!(code["text"]["mean_len"], 5.0);
    assert_eq!(code["sum"], Value::Null);
    assert_eq!(code["alerts"], json!(["WHITESPACE"]));

    let day = &json[2];
    assert_eq!(day["inferred_type"], "date");
    assert_eq!(
        (&day["min"], &day["max"]),
        (&json!("2024-02-01"), &json!("2024-12-31"))
    );
    assert_eq!(
        day["temporal"],
        json!({"formats": [{"format": "%d/%m/%Y", "count": 4}], "ambiguous_day_month": false,
            "timezone_aware": false})
    );
    assert_eq!(day["quantiles"]["p50"], "2024-02-01");
    assert_eq!(day["mean"], Value::Null);
}

#[test]
fn a_profile_comes_back_from_its_json() {
    let profile = example();
    let text = serde_json::to_string(&profile).expect("a profile is JSON");
    let back: DatasetProfile = serde_json::from_str(&text).expect("and back");
    assert_same(&back, &profile);
}

#[test]
fn the_schema_hash_follows_names_and_types() {
    let hash = |name: &str, cells: &[&str]| profile(batch(vec![(name, texts(cells))])).schema_hash;
    assert_eq!(hash("a", &["1"]), hash("a", &["2", "3"]));
    assert_ne!(hash("a", &["1"]), hash("a", &["x"]));
    assert_ne!(hash("a", &["1"]), hash("b", &["1"]));
    assert_eq!(hash("a", &["1"]).len(), 32);
}

#[test]
fn a_terminal_shows_a_line_for_each_column() {
    let shown = example().to_string();
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(
        lines[0],
        "5 rows, 3 columns, csv, UTF-8, 1.2 kB, delimiter ;"
    );
    assert!(lines[1].starts_with("2 rejected rows, 0 duplicate rows (0 %), 3 cells"));
    assert!(lines[3].contains("median"));
    assert!(
        lines[6].contains("amount") && lines[6].contains("decimal(5,2)"),
        "{}",
        lines[6]
    );
    assert!(lines[6].contains("0.01") && lines[6].contains("999.9"));
    assert_eq!(lines.last(), Some(&"code: WHITESPACE"));
}

#[test]
fn nothing_at_all_is_a_profile_too() {
    let empty = profiler(
        &[batch(vec![("a", texts::<&str>(&[]))])],
        &ProfileOptions::default(),
    );
    let profile = empty.finish(&FileContext::default());
    assert_eq!((profile.rows, profile.columns), (0, 1));
    assert_eq!(profile.column_profiles[0].inferred_type, "null");
    assert_eq!(profile.column_profiles[0].alerts, []);
    assert!(serde_json::to_string(&profile).is_ok());
    assert!(profile.to_string().starts_with("0 rows"));
    let nulls = text_column(&["∅", "∅"]);
    assert_eq!(nulls.inferred_type, "null");
    assert_eq!(nulls.alerts, [Alert::HighNulls]);
}

//! Rows of a schema that a caller brings.

#![expect(
    clippy::needless_range_loop,
    reason = "a row is a place in many columns"
)]

use std::collections::BTreeSet;

use arrow::datatypes::{DataType, TimeUnit};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{columns, mean, numbers, of_schema, share, with};

#[test]
fn every_type_is_made() {
    let columns_of = json!([
        {"name": "id", "type": "integer"},
        {"name": "Anzahl (Stück)", "type": "integer", "min": -5, "max": 5},
        {"name": "ratio", "type": "float", "min": 0, "max": 1},
        {"name": "price", "type": "decimal(10,2)", "min": "1.50", "max": 99.95},
        {"name": "note", "type": "text"},
        {"name": "flag", "type": "boolean"},
        {"name": "born", "type": "date", "min": "1950-01-01", "max": "2000-12-31"},
        {"name": "seen", "type": "timestamp", "min": "2025-01-01T00:00:00Z", "max": "2025-01-02"},
        {"name": "key", "type": "uuid"},
        {"name": "level", "type": "category", "values": ["low", "high"]},
        {"name": "who", "type": "name"},
        {"name": "mail", "type": "email"},
        {"name": "town", "type": "city"},
        {"name": "land", "type": "country"},
        {"name": "tel", "type": "phone"},
        {"name": "link", "type": "url"},
        {"name": "host", "type": "ip"},
    ]);
    let generator = of_schema(&columns_of, 3_000);
    let types: Vec<DataType> = generator
        .schema()
        .fields()
        .iter()
        .map(|field| field.data_type().clone())
        .collect();
    assert_eq!(
        types[..4],
        [
            DataType::Int64,
            DataType::Int64,
            DataType::Float64,
            DataType::Decimal128(10, 2)
        ]
    );
    assert_eq!(
        types[5..9],
        [
            DataType::Boolean,
            DataType::Date32,
            DataType::Timestamp(TimeUnit::Second, None),
            DataType::Utf8
        ]
    );
    assert!(
        generator
            .schema()
            .fields()
            .iter()
            .all(|field| !field.is_nullable())
    );
    let rows = columns(&generator);
    let numbers_of = |name: &str| numbers(&rows[name]);
    assert_eq!(
        numbers_of("id"),
        (1..=3_000).map(f64::from).collect::<Vec<_>>()
    );
    let counts: BTreeSet<&String> = rows["Anzahl (Stück)"].iter().collect();
    assert_eq!(counts.len(), 11);
    assert!((mean(&numbers_of("ratio")) - 0.5).abs() < 0.03);
    assert!(
        numbers_of("ratio")
            .iter()
            .all(|value| (0.0..=1.0).contains(value))
    );
    assert!(
        numbers_of("price")
            .iter()
            .all(|value| (1.5..=99.95).contains(value))
    );
    assert!(rows["price"].iter().all(|price| {
        price
            .split_once('.')
            .is_some_and(|(_, cents)| cents.len() == 2)
    }));
    for row in 0..3_000 {
        let cell = |name: &str| rows[name][row].as_str();
        assert!(("1950-01-01".."2001-01-01").contains(&cell("born")));
        assert!(cell("seen").starts_with("2025-01-01") || cell("seen").starts_with("2025-01-02"));
        let first = cell("who")
            .split(' ')
            .next()
            .expect("a name")
            .to_lowercase();
        assert!(cell("mail").starts_with(&first) && cell("link").starts_with("https://"));
        assert!(
            cell("town") != "Munich"
                || (cell("land") == "Germany" && cell("tel").starts_with("+49"))
        );
        assert!(
            cell("host").parse::<std::net::Ipv4Addr>().is_ok(),
            "{}",
            cell("host")
        );
        assert!(cell("note").contains(' ') && !cell("note").contains(['{', '|', '}']));
    }
    assert!((share(&rows["level"], "low") - 0.5).abs() < 0.05);
    let keys: BTreeSet<&String> = rows["key"].iter().collect();
    assert_eq!(keys.len(), 3_000);
}

#[test]
fn shares_of_empty_cells_are_met() {
    let columns_of = json!([
        {"name": "some", "type": "name", "null_share": 0.25},
        {"name": "none", "type": "email", "null_share": 1},
        {"name": "all", "type": "city", "null_share": 0},
    ]);
    let generator = of_schema(&columns_of, 20_000);
    let rows = columns(&generator);
    assert!((share(&rows["some"], "") - 0.25).abs() < 0.015);
    assert_eq!(
        (share(&rows["none"], ""), share(&rows["all"], "")),
        (1.0, 0.0)
    );
    let nullable: Vec<bool> = generator
        .schema()
        .fields()
        .iter()
        .map(|field| field.is_nullable())
        .collect();
    assert_eq!(nullable, [true, true, false]);
}

#[test]
fn countries_of_the_schema_hold_for_all() {
    let of = |values: Value| {
        columns(&of_schema(
            &json!([
                {"name": "where", "type": "country", "values": values}, {"name": "town", "type": "city"},
                {"name": "who", "type": "name"}, {"name": "tel", "type": "phone"},
            ]),
            200,
        ))
    };
    let japan = of(json!(["Japan"]));
    assert!(japan["tel"].iter().all(|phone| phone.starts_with("+81")));
    assert!(japan["town"].iter().any(|town| town == "Tokyo"));
    let atlantis = of(json!(["Atlantis", "Japan"]));
    assert!(
        atlantis["tel"]
            .iter()
            .any(|phone| phone.starts_with("+999"))
    );
    assert_eq!(atlantis["where"].iter().collect::<BTreeSet<_>>().len(), 2);
}

#[test]
fn a_further_column_moves_no_other() {
    let first = json!({"name": "a", "type": "integer"});
    let second = json!({"name": "b", "type": "name"});
    let alone = columns(&of_schema(&json!([first, second]), 50));
    let more = columns(&of_schema(
        &json!([{"name": "new", "type": "text"}, first, second]),
        50,
    ));
    assert_eq!((&alone["a"], &alone["b"]), (&more["a"], &more["b"]));
}

#[test]
fn the_seed_of_the_parameters_wins() {
    let rows = |parameters: Value, seed| {
        let generator = with("users", &parameters, 20, seed);
        (generator.seed(), crate::csv(&generator, 0..20))
    };
    assert_eq!(rows(json!({"seed": 5}), 1), rows(json!(null), 5));
    assert_eq!(rows(json!({"seed": null}), 5), rows(json!({}), 5));
    assert_eq!(
        rows(json!({"seed": 9_223_372_036_854_775_807_u64}), 1).0,
        9_223_372_036_854_775_807
    );
}

#[test]
fn single_values_and_edges_are_made() {
    let columns_of = json!([
        {"name": "one", "type": "integer", "min": 7, "max": 7},
        {"name": "far", "type": "integer", "min": -10_000_000_000_000_i64, "max": 10_000_000_000_000_i64},
        {"name": "tiny", "type": "float", "min": 0.000_000_001, "max": 0.000_000_002},
        {"name": "some", "type": "float", "values": [1.5, -20_000.125, 3]},
        {"name": "wide", "type": "decimal(18,9)"},
        {"name": "bit", "type": "decimal(1,1)"},
        {"name": "yes", "type": "boolean", "values": [true]},
        {"name": "day", "type": "date", "values": ["2024-02-29"]},
        {"name": "old", "type": "date", "max": "1800-01-01"},
        {"name": "late", "type": "timestamp", "min": "2090-01-01"},
    ]);
    let rows = columns(&of_schema(&columns_of, 300));
    assert!(
        rows["one"].iter().all(|cell| cell == "7")
            && rows["day"].iter().all(|cell| cell == "2024-02-29")
    );
    assert!(
        numbers(&rows["tiny"])
            .iter()
            .all(|value| (1e-9..=2e-9).contains(value))
    );
    let some: BTreeSet<&str> = rows["some"].iter().map(String::as_str).collect();
    assert_eq!(some.len(), 3);
    assert!(numbers(&rows["some"]).contains(&-20_000.125));
    assert!(
        numbers(&rows["bit"])
            .iter()
            .all(|value| (0.0..1.0).contains(value))
    );
    assert!(numbers(&rows["far"]).iter().any(|value| *value < 0.0));
    assert!(rows["old"].iter().all(|day| day.as_str() <= "1800-01-01"));
    assert!(
        rows["late"]
            .iter()
            .all(|moment| moment.as_str() >= "2090-01-01")
    );
}

fn column_strategy() -> impl Strategy<Value = Value> {
    let types = prop::sample::select(vec![
        "integer",
        "float",
        "decimal(12,3)",
        "text",
        "boolean",
        "date",
        "timestamp",
        "uuid",
        "category",
        "name",
        "email",
        "city",
        "country",
        "phone",
        "url",
        "ip",
    ]);
    (
        types,
        0.0_f64..=1.0,
        any::<bool>(),
        -1_000_i32..1_000,
        0_i32..1_000,
    )
        .prop_map(|(name, share, nulls, low, span)| {
            let mut column = json!({"type": name});
            if nulls {
                column["null_share"] = json!(share);
            }
            if ["integer", "float", "decimal(12,3)"].contains(&name) {
                column["min"] = json!(low);
                column["max"] = json!(low + span);
            }
            column
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_sound_schema_is_made_and_verified(specs in prop::collection::vec(column_strategy(), 1..12), rows in 1_u64..400) {
        let named = specs.iter().enumerate().map(|(number, spec)| {
            let mut spec = spec.clone();
            spec["name"] = json!(format!("column {number}"));
            spec
        });
        let generator = of_schema(&Value::Array(named.collect()), rows);
        let mut facts = generator.facts(0);
        for batch in generator.batches(0..rows) {
            let batch = batch.expect("the rows are made");
            generator.observe(&mut facts, &batch).expect("the columns are its own");
        }
        prop_assert_eq!(generator.verify(&facts), []);
    }
}

//! Every fault of a request, with its path, code and what to do.

use millrace_records::{Generator, MAX_ROWS, Parameters, nearest_type};
use proptest::prelude::*;
use serde_json::{Value, json};

/// `path code: message` of every fault.
fn faults(data_type: &str, parameters: &Value, rows: u64) -> Vec<String> {
    match Generator::new(data_type, parameters, rows, 0) {
        Ok(_) => Vec::new(),
        Err(faults) => faults
            .iter()
            .map(|fault| format!("{} {}: {}", fault.path, fault.code, fault.message))
            .collect(),
    }
}

fn of_column(column: &Value) -> Vec<String> {
    faults("custom", &json!({"schema": {"columns": [column]}}), 5)
}

#[test]
fn names_and_sizes() {
    for (data_type, rows, expected) in [
        (
            "custmers",
            1,
            "dataType value: there is no record type \"custmers\"; did you mean customers?",
        ),
        (
            "refunds",
            1,
            "dataType value: there is no record type \"refunds\"; did you mean ecommerce/refunds?",
        ),
        ("xyz", 1, "dataType value: there is no record type \"xyz\""),
        (
            "like-input",
            1,
            "dataType value: like-input is made from an input, not from a record type",
        ),
        (
            "orders",
            0,
            "dataSize range: dataSize must be from 1 to 1000000000, not 0",
        ),
        (
            "orders",
            MAX_ROWS + 1,
            "dataSize range: dataSize must be from 1 to 1000000000, not 1000000001",
        ),
        (
            "custom",
            1,
            "parameters.schema missing: schema is missing: dataType custom has no columns of its own",
        ),
    ] {
        assert_eq!(faults(data_type, &Value::Null, rows), [expected]);
    }
    assert_eq!(nearest_type("web_event"), Some("web-events"));
}

#[test]
fn parameters_and_schemas() {
    let long = "x".repeat(40_000);
    for (parameters, expected) in [
        (json!([]), "parameters type: parameters must be an object"),
        (
            json!({"note": long}),
            "parameters too_long: parameters must be at most 32768 bytes of JSON",
        ),
        (
            json!({"Seed": 1}),
            "parameters.Seed unknown: parameters has seed and schema, not \"Seed\"; did you mean seed?",
        ),
        (
            json!({"seed": -1}),
            "parameters.seed range: seed must be from 0 to 9223372036854775807",
        ),
        (
            json!({"seed": u64::MAX}),
            "parameters.seed range: seed must be from 0 to 9223372036854775807",
        ),
        (
            json!({"seed": 1.5}),
            "parameters.seed type: seed must be an integer",
        ),
        (
            json!({"seed": "1"}),
            "parameters.seed type: seed must be an integer",
        ),
        (
            json!({"schema": []}),
            "parameters.schema type: schema must be an object with columns",
        ),
        (
            json!({"schema": {}}),
            "parameters.schema.columns missing: columns is missing",
        ),
        (
            json!({"schema": {"columns": {}}}),
            "parameters.schema.columns type: columns must be a list",
        ),
        (
            json!({"schema": {"columns": []}}),
            "parameters.schema.columns range: columns must be 1 to 200, not 0",
        ),
        (
            json!({"schema": {"columns": [1]}}),
            "parameters.schema.columns.0 type: a column must be an object with name and type",
        ),
    ] {
        assert_eq!(faults("orders", &parameters, 5), [expected]);
    }
    let many: Vec<Value> = (0..201)
        .map(|n| json!({"name": format!("c{n}"), "type": "ip"}))
        .collect();
    assert_eq!(
        faults("orders", &json!({"schema": {"columns": many}}), 5),
        ["parameters.schema.columns range: columns must be 1 to 200, not 201"]
    );
}

#[test]
fn columns_one_by_one() {
    const TYPES: &str = "the type must be integer, float, decimal(p,s), text, boolean, date, timestamp, uuid, category, name, email, city, country, phone, url or ip";
    for (column, path, expected) in [
        (json!({"type": "ip"}), "name", "missing: name is missing".to_owned()),
        (json!({"name": " ", "type": "ip"}), "name", "too_short: name must have a character at least".to_owned()),
        (json!({"name": "a\u{0}", "type": "ip"}), "name", "characters: name must not hold control characters".to_owned()),
        (json!({"name": 1, "type": "ip"}), "name", "type: name must be a string".to_owned()),
        (json!({"name": "n".repeat(129), "type": "ip"}), "name", "too_long: name must have at most 128 characters, not 129".to_owned()),
        (json!({"name": "a"}), "type", "missing: type is missing".to_owned()),
        (json!({"name": "a", "type": "intger"}), "type", format!("value: {TYPES}; did you mean integer?")),
        (json!({"name": "a", "type": "string"}), "type", format!("value: {TYPES}; did you mean text?")),
        (json!({"name": "a", "type": 5}), "type", "type: type must be a string".to_owned()),
        (json!({"name": "a", "type": "decimal(20,2)"}), "type", "value: decimal(p,s) needs p from 1 to 18 and s from 0 to 9, at most p".to_owned()),
        (json!({"name": "a", "type": "integer", "maxx": 5}), "maxx", "unknown: a column has name, type, min, max, values and null_share, not \"maxx\"; did you mean max?".to_owned()),
        (json!({"name": "a", "type": "text", "min": 5}), "min", "unknown: min is for integer, float, decimal, date and timestamp, not for text".to_owned()),
        (json!({"name": "a", "type": "integer", "min": 1.5}), "min", "type: min must be a whole number".to_owned()),
        (json!({"name": "a", "type": "integer", "max": "9"}), "max", "type: max must be a whole number".to_owned()),
        (json!({"name": "a", "type": "integer", "max": 1e14}), "max", "range: max must lie within 10000000000000 of zero".to_owned()),
        (json!({"name": "a", "type": "integer", "min": 9, "max": 8}), "max", "range: max must not be below min".to_owned()),
        (json!({"name": "a", "type": "decimal(4,1)", "min": 1.25}), "min", "value: min has more than 1 digits after the point".to_owned()),
        (json!({"name": "a", "type": "decimal(4,1)", "max": 1000}), "max", "range: max must lie within 999.9 of zero".to_owned()),
        (json!({"name": "a", "type": "date", "min": "01.02.2024"}), "min", "value: min must be a moment such as 2023-01-01".to_owned()),
        (json!({"name": "a", "type": "date", "min": 5}), "min", "type: min must be a string such as 2023-01-01".to_owned()),
        (json!({"name": "a", "type": "timestamp", "min": "2024-01-02", "max": "2024-01-01"}), "max", "range: max must not be before min".to_owned()),
        (json!({"name": "a", "type": "ip", "null_share": 1.5}), "null_share", "range: null_share must be from 0 to 1".to_owned()),
        (json!({"name": "a", "type": "ip", "null_share": "0"}), "null_share", "type: null_share must be a number".to_owned()),
        (json!({"name": "a", "type": "ip", "values": "x"}), "values", "type: values must be a list".to_owned()),
        (json!({"name": "a", "type": "ip", "values": []}), "values", "range: values must be 1 to 1000, not 0".to_owned()),
        (json!({"name": "a", "type": "integer", "values": [1, "2"]}), "values.1", "type: a value of this column must be a whole number".to_owned()),
        (json!({"name": "a", "type": "integer", "values": [1, 1]}), "values.1", "duplicate: \"1\" stands twice in values".to_owned()),
        (json!({"name": "a", "type": "integer", "values": [1, 11], "max": 10}), "values.1", "range: \"11\" lies outside min and max".to_owned()),
        (json!({"name": "a", "type": "boolean", "values": ["true"]}), "values.0", "type: a value of this column must be true or false".to_owned()),
        (json!({"name": "a", "type": "category", "values": [null]}), "values.0", "type: a value of this column must be a string".to_owned()),
        (json!({"name": "a", "type": "uuid", "values": ["1"]}), "values.0", "value: a value of this column must be a UUID".to_owned()),
        (json!({"name": "a", "type": "date", "values": ["2024-02-30"]}), "values.0", "value: a date is written as 2024-03-01".to_owned()),
        (json!({"name": "a", "type": "decimal(3,1)", "values": [1.25]}), "values.0", "value: a value of this column has at most 1 digits after the point".to_owned()),
        (json!({"name": "a", "type": "decimal(3,1)", "values": ["100"]}), "values.0", "range: a value of this column has at most 3 digits".to_owned()),
        (json!({"name": "a", "type": "float", "values": [1e12, 0.123_456_789]}), "values", "range: values must have at most 18 digits, those after the point of the longest among them".to_owned()),
    ] {
        let expected = format!("parameters.schema.columns.0.{path} {expected}");
        assert_eq!(of_column(&column), [expected], "{column}");
    }
}

#[test]
fn all_are_listed_at_once() {
    let parameters = json!({
        "sed": 1,
        "seed": -4,
        "schema": {"column": [], "columns": [
            {"name": "a", "type": "number"},
            {"name": "a", "type": "integer", "min": "x", "null_share": 7, "values": [1, true]},
        ]}
    });
    let found = faults("order", &parameters, 0);
    let places: Vec<&str> = found
        .iter()
        .map(|fault| fault.split(": ").next().expect("a place"))
        .collect();
    assert_eq!(
        places,
        [
            "dataType value",
            "dataSize range",
            "parameters.sed unknown",
            "parameters.seed range",
            "parameters.schema.column unknown",
            "parameters.schema.columns.0.type value",
            "parameters.schema.columns.1.name duplicate",
            "parameters.schema.columns.1.null_share range",
            "parameters.schema.columns.1.min type",
            "parameters.schema.columns.1.values.1 type",
        ]
    );
    assert!(Parameters::read(&parameters).is_err());
    assert_eq!(
        Parameters::read(&json!({"seed": 3})).expect("sound").seed,
        Some(3)
    );
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z0-9(),.-]{0,12}".prop_map(Value::from),
        prop::sample::select(vec![
            "integer",
            "float",
            "decimal(18,9)",
            "date",
            "timestamp",
            "country",
            "city",
            "2024-01-01",
            "id"
        ])
        .prop_map(Value::from),
    ];
    let keys = prop::sample::select(vec![
        "seed",
        "schema",
        "columns",
        "name",
        "type",
        "min",
        "max",
        "values",
        "null_share",
    ]);
    leaf.prop_recursive(5, 40, 6, move |inner| {
        let members = prop::collection::vec((keys.clone(), inner.clone()), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
            members.prop_map(|members| Value::Object(
                members
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect()
            )),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_input_panics(columns in prop::collection::vec(any_json(), 0..4), loose in any_json()) {
        for parameters in [loose, json!({"schema": {"columns": columns}})] {
            if let Ok(generator) = Generator::new("custom", &parameters, 3, 1) {
                for batch in generator.batches(0..3) {
                    prop_assert!(batch.is_ok());
                }
            }
        }
    }
}

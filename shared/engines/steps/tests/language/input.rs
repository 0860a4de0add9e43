//! The `input` block of a job.

use millrace_steps::input::{Auto, OptionalCharacter, Sheet};
use millrace_steps::{Code, InputOptions};
use serde_json::{Value, json};

fn good(value: &Value) -> InputOptions {
    let options =
        InputOptions::parse(value).unwrap_or_else(|faults| panic!("{value}\n{faults:#?}"));
    assert_eq!(
        InputOptions::parse(&options.to_json()).as_ref(),
        Ok(&options)
    );
    let text = serde_json::to_string(&options).expect("options are JSON");
    assert_eq!(
        serde_json::from_str::<InputOptions>(&text).expect("the normal form is good"),
        options
    );
    options
}

#[test]
fn everything_is_optional() {
    let options = good(&json!({}));
    assert_eq!(options, InputOptions::default());
    assert_eq!(options, good(&Value::Null));
    assert_eq!(
        options.to_json(),
        json!({
            "format": "auto", "encoding": "auto", "compression": "auto", "delimiter": "auto", "quote": "\"",
            "escape": "auto", "header": "auto", "skip_rows": 0, "null_values": ["", "NULL", "null", "\\N"],
            "trim": false, "ragged_rows": "quarantine", "bad_values": "quarantine", "invalid_utf8": "quarantine",
            "all_strings": false, "sheet": 0
        })
    );
}

#[test]
fn the_block_of_the_design_is_read() {
    let block = json!({
        "format": "auto", "encoding": "auto", "compression": "auto", "delimiter": "auto", "quote": "\"",
        "escape": "auto", "header": "auto", "skip_rows": 0, "comment": null,
        "null_values": ["", "NULL", "null", "\\N"], "trim": false, "ragged_rows": "pad", "bad_values": "null",
        "invalid_utf8": "replace", "schema": {"a": "int64", "d": {"type": "date", "formats": ["%d.%m.%Y"]}},
        "all_strings": false, "sheet": 0, "range": "A3:F100", "json_path": "$.items"
    });
    let options = good(&block);
    let range = options.range.unwrap();
    assert_eq!(
        (
            range.first_column,
            range.first_row,
            range.last_column,
            range.last_row
        ),
        (0, 2, 5, 99)
    );
    assert_eq!(options.json_path.unwrap().members(), ["items"]);
}

#[test]
fn values_are_typed() {
    let options = good(
        &json!({"quote": null, "escape": null, "header": false, "encoding": "Latin1", "delimiter": "|",
                               "sheet": "Umsätze", "comment": "#", "null_values": []}),
    );
    assert_eq!(options.quote, OptionalCharacter(None));
    assert_eq!(options.escape, Auto::Given(OptionalCharacter(None)));
    assert_eq!(options.header, Auto::Given(false));
    assert_eq!(options.sheet, Sheet::Name("Umsätze".to_owned()));
    assert_eq!(options.to_json()["encoding"], "windows-1252");
    good(&json!({"format": "tsv", "delimiter": "auto", "comment": null}));
    good(&json!({"format": "xlsx", "sheet": 2, "range": "a1:XFD1048576"}));
    for (path, normal) in [
        ("$", "$"),
        ("$.a.b[*]", "$.a.b"),
        ("$['x.y'].z", "$['x.y'].z"),
        ("$['x']", "$.x"),
    ] {
        assert_eq!(
            good(&json!({"json_path": path})).to_json()["json_path"],
            normal
        );
    }
}

#[test]
fn every_fault_is_listed() {
    for (block, expected) in [
        (json!([]), vec![("/input", Code::WrongType)]),
        (
            json!({"formt": "csv", "format": "cvs", "encoding": "utf-99", "compression": "rar", "delimiter": ";;", "header": "yes",
                "skip_rows": -1, "null_values": "NA", "trim": 1, "ragged_rows": "null", "schema": {"a": "money"}, "sheet": -1,
                "range": "F100:A3", "json_path": "items"}),
            vec![
                ("/input/format", Code::NotAllowed),
                ("/input/encoding", Code::InvalidValue),
                ("/input/compression", Code::NotAllowed),
                ("/input/delimiter", Code::InvalidValue),
                ("/input/header", Code::WrongType),
                ("/input/skip_rows", Code::OutOfRange),
                ("/input/null_values", Code::WrongType),
                ("/input/trim", Code::WrongType),
                ("/input/ragged_rows", Code::NotAllowed),
                ("/input/schema/a", Code::InvalidDtype),
                ("/input/sheet", Code::OutOfRange),
                ("/input/range", Code::InvalidValue),
                ("/input/json_path", Code::InvalidValue),
                ("/input/formt", Code::UnknownParameter),
            ],
        ),
        (
            json!({"format": "parquet", "delimiter": ";", "sheet": 1, "header": "auto"}),
            vec![
                ("/input/delimiter", Code::ParameterNotUsed),
                ("/input/sheet", Code::ParameterNotUsed),
            ],
        ),
        (
            json!({"delimiter": "\"", "comment": "\n", "all_strings": true, "schema": {"a": "int64"}}),
            vec![
                ("/input/all_strings", Code::Conflict),
                ("/input/comment", Code::InvalidValue),
                ("/input/delimiter", Code::Conflict),
            ],
        ),
        (
            json!({"comment": ";", "delimiter": ";"}),
            vec![("/input/comment", Code::Conflict)],
        ),
        (
            json!({"sheet": "", "range": "A0:B1", "json_path": "$.a..b"}),
            vec![
                ("/input/sheet", Code::OutOfRange),
                ("/input/range", Code::InvalidValue),
                ("/input/json_path", Code::InvalidValue),
            ],
        ),
        (
            json!({"schema": {}}),
            vec![("/input/schema", Code::OutOfRange)],
        ),
        (
            json!({"null_values": ["x".repeat(33_000)]}),
            vec![("/input", Code::TooLarge)],
        ),
    ] {
        let faults = InputOptions::parse(&block).unwrap_err();
        let found: Vec<(&str, Code)> = faults
            .iter()
            .map(|fault| (fault.path.as_str(), fault.code))
            .collect();
        assert_eq!(found, expected, "{block}");
    }
    for range in [
        "",
        "A1",
        "A:B",
        "1:2",
        "A1:B",
        "AAAA1:AAAA2",
        "A1:XFE1",
        "A1:A1048577",
        "A1:B2:C3",
        "A+1:B2",
        "ä1:b2",
    ] {
        assert!(
            InputOptions::parse(&json!({"range": range})).is_err(),
            "{range}"
        );
    }
    for path in [
        "", "$items", "$.", "$[0]", "$.a[*].b", "$['a", "$.*", "$['']",
    ] {
        assert!(
            InputOptions::parse(&json!({"json_path": path})).is_err(),
            "{path}"
        );
    }
}

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Decimal128Array, Float64Array, Int32Array, Int64Array,
    ListArray, ListBuilder, RecordBatch, StringViewBuilder, UInt64Array,
};
use arrow::datatypes::{DataType, Int64Type};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::JsonMembers;
use crate::columns::testing::{
    assert_divisible, bind_with, cells, column_t, full, names, refusal, rows, run, run_with, table,
    texts,
};
use crate::facts::Facts;

fn some<const N: usize>(cells: [Option<&str>; N]) -> Vec<Option<String>> {
    cells.map(|cell| cell.map(str::to_owned)).to_vec()
}

fn months() -> RecordBatch {
    table(&[
        ("id", texts(&[Some("a"), Some("b"), None])),
        (
            "jan",
            Arc::new(Int64Array::from(vec![Some(1), None, Some(3)])) as ArrayRef,
        ),
        (
            "feb",
            Arc::new(Int32Array::from(vec![Some(10), Some(20), None])),
        ),
    ])
}

/// The numbers of the rows that come out.
fn numbers(name: &str, params: Value, batch: &RecordBatch) -> Vec<u64> {
    let (made, _) = run_with(name, params, batch, &Facts::default());
    made.numbers
        .iter()
        .flat_map(UInt64Array::iter)
        .flatten()
        .collect()
}

#[test]
fn columns_become_rows() {
    let params = json!({"id_columns": ["id"], "name_to": "month", "value_to": "amount"});
    let made = run("unpivot", params.clone(), &months());
    assert_eq!(names(&made), ["id", "month", "amount"]);
    assert_eq!(made.column(2).data_type(), &DataType::Int64);
    assert_eq!(
        cells(&made, "id"),
        some([Some("a"), Some("a"), Some("b"), Some("b"), None, None])
    );
    assert_eq!(
        full(&made, "month"),
        ["jan", "feb", "jan", "feb", "jan", "feb"]
    );
    let amounts = [Some("1"), Some("10"), None, Some("20"), Some("3"), None];
    assert_eq!(cells(&made, "amount"), some(amounts));
    assert_eq!(numbers("unpivot", params, &months()), [1, 1, 2, 2, 3, 3]);
    let params = json!({"value_columns": ["feb", "jan"], "drop_nulls": true});
    let made = run("unpivot", params.clone(), &months());
    assert_eq!(names(&made), ["id", "name", "value"]);
    assert_eq!(full(&made, "name"), ["feb", "jan", "feb", "jan"]);
    assert_eq!(full(&made, "value"), ["10", "1", "20", "3"]);
    assert_eq!(numbers("unpivot", params, &months()), [1, 1, 2, 3]);
    let params = json!({"id_columns": ["jan"], "value_columns": ["id"]});
    let made = run("unpivot", params, &months());
    assert_eq!(names(&made), ["jan", "name", "value"]);
    assert_eq!(cells(&made, "value"), cells(&months(), "id"));
    assert_eq!(
        run(
            "unpivot",
            json!({"value_columns": "*"}),
            &months().slice(0, 0)
        )
        .num_rows(),
        0
    );
}

#[test]
fn columns_of_several_types_get_one_that_holds_them() {
    let decimals = |precision, scale| -> ArrayRef {
        let decimals = Decimal128Array::from(vec![Some(150), None]);
        Arc::new(
            decimals
                .with_precision_and_scale(precision, scale)
                .expect("decimals"),
        )
    };
    let int64: ArrayRef = Arc::new(Int64Array::from(vec![Some(7), None]));
    let int32: ArrayRef = Arc::new(Int32Array::from(vec![Some(7), None]));
    let double: ArrayRef = Arc::new(Float64Array::from(vec![Some(0.5), None]));
    let boolean: ArrayRef = Arc::new(BooleanArray::from(vec![Some(true), None]));
    let lists: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>([
        Some(vec![Some(1), None]),
        None,
    ]));
    for (columns, data_type, expected) in [
        ([&int32, &int64], DataType::Int64, ["7", "7"]),
        ([&int32, &double], DataType::Float64, ["7.0", "0.5"]),
        ([&int64, &double], DataType::Float64, ["7.0", "0.5"]),
        (
            [&int64, &decimals(9, 2)],
            DataType::Decimal128(21, 2),
            ["7.00", "1.50"],
        ),
        (
            [&decimals(5, 1), &decimals(9, 2)],
            DataType::Decimal128(9, 2),
            ["15.00", "1.50"],
        ),
        (
            [&decimals(38, 10), &decimals(38, 0)],
            DataType::Utf8View,
            ["0.0000000150", "150"],
        ),
        (
            [&decimals(9, 2), &double],
            DataType::Float64,
            ["1.5", "0.5"],
        ),
        ([&boolean, &int32], DataType::Utf8View, ["true", "7"]),
        ([&boolean, &boolean], DataType::Boolean, ["true", "true"]),
        ([&lists, &int32], DataType::Utf8View, ["[1,null]", "7"]),
    ] {
        let [left, right] = columns;
        let batch = table(&[("x", Arc::clone(left)), ("y", Arc::clone(right))]);
        let made = run("unpivot", json!({"value_columns": "*"}), &batch);
        assert_eq!(made.column(1).data_type(), &data_type);
        assert_eq!(
            cells(&made, "value"),
            some([Some(expected[0]), Some(expected[1]), None, None])
        );
    }
}

#[test]
fn a_whole_number_that_a_double_does_not_hold_is_a_fault() {
    let large = i64::MAX;
    let batch = table(&[
        (
            "x",
            Arc::new(Int64Array::from(vec![1 << 53, large])) as ArrayRef,
        ),
        ("y", Arc::new(Float64Array::from(vec![0.5, 0.5]))),
    ]);
    let params = json!({"value_columns": "*", "on_error": "quarantine"});
    let (made, rejects) = run_with("unpivot", params, &batch, &Facts::default());
    assert_eq!(full(&made.batch, "value").len(), 2);
    assert_eq!(
        (rejects[0].row, rejects[0].code.as_str()),
        (Some(2), "CAST_FAILED")
    );
}

#[test]
fn unpivoting_needs_columns_and_names() {
    let error = refusal(
        "unpivot",
        json!({"value_columns": {"regex": "^x"}}),
        &months(),
    );
    assert_eq!(error.code, "NO_COLUMNS");
    let error = refusal(
        "unpivot",
        json!({"id_columns": ["id"], "name_to": "id"}),
        &months(),
    );
    assert_eq!(error.code, "DUPLICATE_COLUMN");
    // The column that had the name is gone.
    let made = run(
        "unpivot",
        json!({"id_columns": ["id"], "name_to": "jan"}),
        &months(),
    );
    assert_eq!(names(&made), ["id", "jan", "value"]);
}

#[test]
fn parts_of_texts_become_rows() {
    let batch = table(&[
        ("id", texts(&[Some("1"), Some("2"), Some("3"), None])),
        ("tags", texts(&[Some("a||b"), Some(""), None, Some("é")])),
        ("x", texts(&[Some("p"), None, Some("q"), Some("r")])),
    ]);
    let params = json!({"column": "tags", "delimiter": "|"});
    let made = run("explode", params.clone(), &batch);
    assert_eq!(names(&made), ["id", "tags", "x"]);
    let id = [Some("1"), Some("1"), Some("1"), Some("2"), Some("3"), None];
    assert_eq!(cells(&made, "id"), some(id));
    let tags = [Some("a"), Some(""), Some("b"), None, None, Some("é")];
    assert_eq!(cells(&made, "tags"), some(tags));
    let x = [Some("p"), Some("p"), Some("p"), None, Some("q"), Some("r")];
    assert_eq!(cells(&made, "x"), some(x));
    assert_eq!(numbers("explode", params, &batch), [1, 1, 1, 2, 3, 4]);
    let params = json!({"column": "tags", "delimiter": "|", "keep_empty": false});
    assert_eq!(
        full(&run("explode", params.clone(), &batch), "tags"),
        ["a", "", "b", "é"]
    );
    assert_eq!(numbers("explode", params, &batch), [1, 1, 1, 4]);
}

fn lists() -> RecordBatch {
    let mut builder = ListBuilder::new(StringViewBuilder::new());
    builder.append_value([Some("x"), None]);
    builder.append_null();
    builder.append_value::<[Option<&str>; 0], &str>([]);
    builder.append_value([Some("a longer text than fits")]);
    table(&[
        ("l", Arc::new(builder.finish()) as ArrayRef),
        ("n", Arc::new(Int64Array::from(vec![1, 2, 3, 4]))),
    ])
}

#[test]
fn items_of_lists_become_rows() {
    let made = run("explode", json!({"column": "l"}), &lists());
    assert_eq!(made.column(0).data_type(), &DataType::Utf8View);
    let items = [Some("x"), None, None, None, Some("a longer text than fits")];
    assert_eq!(cells(&made, "l"), some(items));
    assert_eq!(full(&made, "n"), ["1", "1", "2", "3", "4"]);
    let params = json!({"column": "l", "keep_empty": false});
    let made = run("explode", params.clone(), &lists());
    assert_eq!(full(&made, "n"), ["1", "1", "4"]);
    let made = run("explode", params, &lists().slice(1, 2));
    assert_eq!(made.num_rows(), 0);
    let made = run("explode", json!({"column": "l"}), &lists().slice(2, 2));
    assert_eq!(
        cells(&made, "l"),
        some([None, Some("a longer text than fits")])
    );
}

#[test]
fn exploding_needs_lists_or_a_delimiter() {
    for (column, delimiter, code) in [
        ("l", json!("|"), "leave delimiter out"),
        ("t", json!(null), "give the delimiter"),
        ("n", json!("|"), "lists and text"),
    ] {
        let batch = lists();
        let batch = table(&[
            ("l", Arc::clone(batch.column(0))),
            ("n", Arc::clone(batch.column(1))),
            ("t", texts(&[None, None, None, None])),
        ]);
        let error = refusal(
            "explode",
            json!({"column": column, "delimiter": delimiter}),
            &batch,
        );
        assert_eq!(error.code, "COLUMN_TYPE_MISMATCH");
        assert!(error.message.contains(code), "{error}");
    }
}

#[test]
fn rows_without_bound_end_the_job() {
    let text = "|".repeat(3_000_000);
    let columns: Vec<(String, ArrayRef)> = (0..32)
        .map(|number| (format!("c{number}"), texts(&[Some(&text)])))
        .collect();
    let columns: Vec<(&str, ArrayRef)> = columns
        .iter()
        .map(|(name, column)| (name.as_str(), Arc::clone(column)))
        .collect();
    let batch = table(&columns);
    let step = bind_with(
        "explode",
        json!({"column": "c0", "delimiter": "|"}),
        &batch,
        &Facts::default(),
    );
    let error = step
        .expect("a step")
        .apply(&rows(&batch, 1), &mut Vec::new())
        .expect_err("too many");
    assert_eq!(error.code, "STEP_FAILED");
    assert!(error.message.contains("more than 2097152 rows"), "{error}");
}

fn members(batch: &RecordBatch, depth: u64) -> Vec<Vec<String>> {
    let mut members = JsonMembers::new(depth);
    members
        .add(
            batch
                .column_by_name("t")
                .expect("the column")
                .as_string_view(),
        )
        .expect("members");
    members.paths()
}

fn flatten(mut params: Value, batch: &RecordBatch) -> RecordBatch {
    params["column"] = json!("t");
    let depth = params.get("max_depth").and_then(Value::as_u64).unwrap_or(3);
    let facts = Facts {
        members: members(batch, depth),
        ..Facts::default()
    };
    let (made, rejects) = run_with("flatten_json", params, batch, &facts);
    assert_eq!(rejects, []);
    made.batch
}

#[test]
fn members_become_columns() {
    let batch = column_t(&[
        Some(
            r#"{"id": 12345678901234567890123, "a": {"b": 1.50, "c": {"d": {"e": [1, {"f":2}]}}}}"#,
        ),
        Some(r#" {"a": null, "s": "é\n\u0041\"", "t": true, "a.b": "dotted"} "#),
        None,
        Some("null"),
        Some(""),
        Some(r#"{"a": {"c": {"d": {}}}, "id": 1, "id": 2, "list": []}"#),
    ]);
    let made = flatten(json!({}), &batch);
    assert_eq!(
        names(&made),
        ["t", "id", "a.b", "a.c.d", "s", "a.b_2", "list"]
    );
    assert!(
        made.schema()
            .fields()
            .iter()
            .all(|field| *field.data_type() == DataType::Utf8View)
    );
    let row = |made: &RecordBatch, row: usize| -> Vec<Option<String>> {
        names(made)
            .iter()
            .map(|name| cells(made, name)[row].clone())
            .collect()
    };
    assert_eq!(
        row(&made, 0),
        some([
            None,
            Some("12345678901234567890123"),
            Some("1.50"),
            Some(r#"{"e": [1, {"f":2}]}"#),
            None,
            None,
            None
        ])
    );
    assert_eq!(
        row(&made, 1),
        some([
            Some("true"),
            None,
            None,
            None,
            Some("é\nA\""),
            Some("dotted"),
            None
        ])
    );
    for nothing in 2..5 {
        assert_eq!(row(&made, nothing), some([None; 7]));
    }
    assert_eq!(
        row(&made, 5),
        some([None, Some("2"), None, Some("{}"), None, None, Some("[]")])
    );
    let made = flatten(
        json!({"max_depth": 1, "keep_source": true, "separator": ""}),
        &batch,
    );
    assert_eq!(names(&made), ["t", "id", "a", "s", "tt", "a.b", "list"]);
    assert_eq!(cells(&made, "t"), cells(&batch, "t"));
    assert_eq!(cells(&made, "a")[5], Some(r#"{"c": {"d": {}}}"#.into()));
}

#[test]
fn other_columns_keep_their_names() {
    let batch = table(&[
        ("id", texts(&[Some("1")])),
        (
            "t",
            texts(&[Some(r#"{"id": 2, "t": 3, "": 4, "x\ty": 5}"#)]),
        ),
    ]);
    let made = flatten(json!({}), &batch);
    assert_eq!(names(&made), ["id", "t", "t.id", "t.", "x_y"]);
    assert_eq!(full(&made, "id"), ["1"]);
    assert_eq!(full(&made, "t.id"), ["2"]);
    assert_eq!(full(&made, "t"), ["3"]);
    let made = flatten(json!({"keep_source": true, "separator": "_"}), &batch);
    assert_eq!(names(&made), ["id", "t", "t_id", "t_t", "t_", "x_y"]);
}

#[test]
fn what_is_no_object_is_a_fault() {
    let batch = column_t(&[
        Some(r#"{"a": 1}"#),
        Some("[1]"),
        Some("{\"a\": 2,}"),
        Some(r#"{"a": "\ud800"}"#),
        Some("7"),
    ]);
    let facts = Facts {
        members: members(&batch, 3),
        ..Facts::default()
    };
    let params = json!({"column": "t", "on_error": "quarantine"});
    let (made, rejects) = run_with("flatten_json", params, &batch, &facts);
    assert_eq!(full(&made.batch, "a"), ["1"]);
    let faults: Vec<_> = rejects
        .iter()
        .map(|reject| (reject.row, reject.code.as_str()))
        .collect();
    assert_eq!(faults, [2, 3, 4, 5].map(|row| (Some(row), "INVALID_JSON")));
    assert!(
        rejects[0]
            .message
            .contains("column t: \"[1]\" is no JSON object"),
        "{}",
        rejects[0].message
    );
    let params = json!({"column": "t", "on_error": "null"});
    let (made, _) = run_with("flatten_json", params, &batch, &facts);
    assert_eq!(
        cells(&made.batch, "a"),
        some([Some("1"), None, None, None, None])
    );
}

#[test]
fn a_member_that_was_not_gathered_ends_the_job() {
    let batch = column_t(&[Some(r#"{"a": 1, "b": null}"#)]);
    let facts = Facts {
        members: vec![vec!["x".to_owned()]],
        ..Facts::default()
    };
    let step = bind_with("flatten_json", json!({"column": "t"}), &batch, &facts).expect("a step");
    let error = step
        .apply(&rows(&batch, 1), &mut Vec::new())
        .expect_err("an unknown member");
    assert_eq!(error.code, "STEP_FAILED");
    let batch = column_t(&[Some(r#"{"b": null, "c": {}}"#)]);
    assert!(step.apply(&rows(&batch, 1), &mut Vec::new()).is_ok());
}

#[test]
fn members_of_parts_are_those_of_the_whole() {
    let texts = [
        r#"{"b": {"x": 1}, "a": null}"#,
        r#"{"c": {}, "a": 1}"#,
        r#"{"b": null, "d": null}"#,
    ];
    let whole = column_t(&texts.map(Some));
    let mut merged = JsonMembers::new(3);
    for text in texts {
        let mut part = JsonMembers::new(3);
        part.add(column_t(&[Some(text)]).column(0).as_string_view())
            .expect("members");
        merged.merge(&part).expect("members");
    }
    assert_eq!(merged.paths(), members(&whole, 3));
    let paths: Vec<String> = merged.paths().iter().map(|path| path.join("/")).collect();
    assert_eq!(paths, ["b/x", "a", "c", "d"]);
}

#[test]
fn members_without_bound_end_the_job() {
    let text: Vec<String> = (0..=4_096)
        .map(|number| format!("\"m{number}\":0"))
        .collect();
    let batch = column_t(&[Some(&format!("{{{}}}", text.join(",")))]);
    let error = JsonMembers::new(1)
        .add(batch.column(0).as_string_view())
        .expect_err("too many");
    assert_eq!(error.code, "TOO_MANY_COLUMNS");
}

#[test]
fn deeply_nested_json_is_read() {
    let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(200_000), "]".repeat(200_000));
    let objects = format!("{}1{}", r#"{"a":"#.repeat(50_000), "}".repeat(50_000));
    let batch = column_t(&[Some(&deep), Some(&objects)]);
    let made = flatten(json!({"max_depth": 32}), &batch);
    assert_eq!(made.num_rows(), 2);
    assert_eq!(made.num_columns(), 2);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-c\"\\\\é]{0,4}".prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::hash_map("[a-c]{1,2}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    });
    prop::collection::hash_map("[a-c]{1,2}", value, 0..4)
        .prop_map(|members| Value::Object(members.into_iter().collect()))
}

/// The cell for a path, as `serde_json` sees it.
fn expected(value: &Value, path: &[String], depth: usize) -> Option<String> {
    let mut found = value;
    for (index, name) in path.iter().enumerate() {
        if index >= depth {
            return None;
        }
        found = found.as_object()?.get(name)?;
    }
    match found {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Object(members) if path.len() < depth => {
            assert!(members.is_empty() || path.len() < depth);
            None
        }
        other => Some(other.to_string()),
    }
}

proptest! {
    #[test]
    fn every_member_finds_its_cell(values in prop::collection::vec(any_json(), 1..6), depth in 1u64..4) {
        let texts: Vec<String> = values.iter().map(Value::to_string).collect();
        let cells_before: Vec<Option<&str>> = texts.iter().map(|text| Some(text.as_str())).collect();
        let batch = column_t(&cells_before);
        let paths = members(&batch, depth);
        if paths.is_empty() {
            return Ok(());
        }
        let made = flatten(json!({"max_depth": depth, "separator": "/"}), &batch);
        prop_assert_eq!(made.num_columns(), paths.len());
        for (path, name) in paths.iter().zip(names(&made)) {
            let column = cells(&made, &name);
            for (value, cell) in values.iter().zip(column) {
                prop_assert_eq!(cell, expected(value, path, depth as usize), "{:?}", path);
            }
        }
    }

    #[test]
    fn division_makes_no_difference(
        texts_before in prop::collection::vec(prop::option::of("[ab|]{0,6}"), 0..8),
        numbers in prop::collection::vec(prop::option::of(-5i64..5), 8),
        cut in 0usize..8,
    ) {
        let count = texts_before.len();
        let cells: Vec<Option<&str>> = texts_before.iter().map(Option::as_deref).collect();
        let lists = numbers.iter().take(count).map(|number| {
            let items = number.filter(|number| *number >= 0)?;
            Some((0..items).map(Some).collect::<Vec<_>>())
        });
        let batch = table(&[
            ("t", texts(&cells)),
            ("n", Arc::new(Int64Array::from(numbers[..count].to_vec())) as ArrayRef),
            ("l", Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(lists))),
        ]);
        for (name, params) in [
            ("explode", json!({"column": "t", "delimiter": "|"})),
            ("explode", json!({"column": "l", "keep_empty": false})),
            ("explode", json!({"column": "l"})),
            ("unpivot", json!({"id_columns": ["l"]})),
            ("unpivot", json!({"value_columns": "*", "drop_nulls": true})),
        ] {
            assert_divisible(name, &params, &batch, cut);
        }
    }
}

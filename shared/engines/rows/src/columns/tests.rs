use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanArray, Int64Array, RecordBatch, RecordBatchOptions, UInt64Array,
};
use arrow::datatypes::{DataType, Field, Schema};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::testing::{
    assert_divisible, bind, cells, full, names, refusal, rows, run, table, texts,
};
use crate::rows::Rows;

fn people() -> RecordBatch {
    table(&[
        (
            "id",
            Arc::new(Int64Array::from(vec![Some(1), None, Some(3)])) as ArrayRef,
        ),
        ("First Name", texts(&[Some("Ann"), Some("Bob"), None])),
        (
            "active",
            Arc::new(BooleanArray::from(vec![true, false, true])),
        ),
    ])
}

fn names_after(name: &str, params: Value) -> Vec<String> {
    names(&run(name, params, &people()))
}

#[test]
fn columns_are_selected_in_the_order_of_their_names() {
    let select = |params| names_after("select_columns", params);
    assert_eq!(
        select(json!({"columns": ["active", "id"]})),
        ["active", "id"]
    );
    assert_eq!(select(json!({"columns": {"dtype": "numeric"}})), ["id"]);
    assert_eq!(
        select(json!({"columns": {"except": ["id"]}})),
        ["First Name", "active"]
    );
    let missing = json!({"columns": ["x", "id"], "missing": "ignore"});
    assert_eq!(select(missing), ["id"]);
    let made = run(
        "select_columns",
        json!({"columns": ["x", "id"], "missing": "null"}),
        &people(),
    );
    assert_eq!(names(&made), ["x", "id"]);
    assert_eq!(cells(&made, "x"), [None, None, None]);
    assert_eq!(made.column(0).data_type(), &DataType::Utf8View);
}

#[test]
fn a_table_needs_a_column() {
    for (name, params) in [
        ("select_columns", json!({"columns": {"regex": "^x"}})),
        (
            "select_columns",
            json!({"columns": ["x"], "missing": "ignore"}),
        ),
        ("flatten_json", json!({"column": "only"})),
    ] {
        let only = table(&[("only", texts(&[Some("a")]))]);
        let error = refusal(name, params.clone(), &only);
        assert_eq!(error.code, "NO_COLUMNS", "{name} {params}");
    }
    let error = refusal("drop_columns", json!({"columns": "*"}), &people());
    assert_eq!(
        error.message,
        "step 0 (drop_columns): no column would be left; keep at least one"
    );
}

#[test]
fn columns_are_dropped() {
    let drop = |params| names_after("drop_columns", params);
    assert_eq!(drop(json!({"columns": ["id", "active"]})), ["First Name"]);
    assert_eq!(drop(json!({"columns": {"except": ["id"]}})), ["id"]);
    assert_eq!(
        drop(json!({"columns": ["ID", "active"], "missing": "ignore"})),
        ["id", "First Name"]
    );
    let except = json!({"columns": {"except": ["ID", "id"]}, "missing": "ignore"});
    assert_eq!(drop(except), ["id"]);
    let error = refusal("drop_columns", json!({"columns": ["ID"]}), &people());
    assert_eq!(error.code, "COLUMN_NOT_FOUND");
    assert!(error.message.contains("did you mean \"id\""), "{error}");
}

#[test]
fn columns_change_names() {
    let rename = |params| names_after("rename_columns", params);
    assert_eq!(
        rename(json!({"mapping": {"id": "active", "active": "id"}})),
        ["active", "First Name", "id"]
    );
    assert_eq!(
        rename(json!({"style": "snake_case"})),
        ["id", "first_name", "active"]
    );
    assert_eq!(
        rename(json!({"style": "upper"})),
        ["ID", "FIRST NAME", "ACTIVE"]
    );
    let alike = table(&[("a", texts(&[])), ("A", texts(&[])), ("A ", texts(&[]))]);
    let made = run("rename_columns", json!({"style": "safe"}), &alike);
    assert_eq!(names(&made), ["a", "A", "A_2"]);
    let error = refusal(
        "rename_columns",
        json!({"mapping": {"id": "active"}}),
        &people(),
    );
    assert_eq!(error.code, "DUPLICATE_COLUMN");
    let error = refusal(
        "rename_columns",
        json!({"mapping": {"ids": "x"}}),
        &people(),
    );
    assert_eq!(error.code, "COLUMN_NOT_FOUND");
}

#[test]
fn columns_are_reordered() {
    let reorder = |params| names_after("reorder_columns", params);
    assert_eq!(
        reorder(json!({"columns": ["active"]})),
        ["active", "id", "First Name"]
    );
    assert_eq!(
        reorder(json!({"columns": ["active", "id"], "rest": "drop"})),
        ["active", "id"]
    );
    assert_eq!(
        reorder(json!({"columns": {"except": ["id"]}})),
        ["First Name", "active", "id"]
    );
}

#[test]
fn arranged_columns_are_not_copied() {
    let before = people();
    let made = run("reorder_columns", json!({"columns": ["active"]}), &before);
    assert!(Arc::ptr_eq(made.column(0), before.column(2)));
}

#[test]
fn constants_have_the_type_that_they_are_written_in() {
    for (value, data_type, text) in [
        (json!("x"), DataType::Utf8View, Some("x")),
        (json!(12), DataType::Int64, Some("12")),
        (json!(0.5), DataType::Float64, Some("0.5")),
        (json!(false), DataType::Boolean, Some("false")),
        (json!(null), DataType::Utf8View, None),
    ] {
        let made = run(
            "add_column",
            json!({"output": "new", "value": value}),
            &people(),
        );
        assert_eq!(names(&made), ["id", "First Name", "active", "new"]);
        assert_eq!(made.column(3).data_type(), &data_type);
        assert_eq!(cells(&made, "new"), vec![text.map(str::to_owned); 3]);
    }
    let made = run(
        "add_column",
        json!({"output": "id", "value": "x"}),
        &people(),
    );
    assert_eq!(names(&made), ["id", "First Name", "active"]);
    assert_eq!(full(&made, "id"), ["x", "x", "x"]);
    let none = people().slice(0, 0);
    assert_eq!(
        run("add_column", json!({"output": "new", "value": 1}), &none).num_rows(),
        0
    );
}

/// `8-4-4-4-12` hexadecimal digits, version 8, variant of RFC 9562.
fn is_uuid(text: &str) -> bool {
    let shape =
        regex::Regex::new("^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$");
    shape.expect("a pattern").is_match(text)
}

#[test]
fn a_uuid_depends_on_the_row_and_its_column_alone() {
    let params = json!({"output": "uuid", "kind": "uuid"});
    let step = bind("add_column", params, &people()).expect("a step");
    let uuids = |rows: &Rows| {
        let made = step.apply(rows, &mut Vec::new()).expect("rows");
        full(&made.batch, "uuid")
    };
    let first = uuids(&rows(&people(), 1));
    let second = uuids(&rows(&people(), 4));
    let mut all = [first.clone(), second].concat();
    assert!(all.iter().all(|uuid| is_uuid(uuid)), "{all:?}");
    assert_eq!(uuids(&rows(&people().slice(2, 1), 3)), first[2..]);
    let other = bind(
        "add_column",
        json!({"output": "other", "kind": "uuid"}),
        &people(),
    );
    let made = other
        .expect("a step")
        .apply(&rows(&people(), 1), &mut Vec::new());
    all.extend(full(&made.expect("rows").batch, "other"));
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 9);
}

#[test]
fn rows_made_of_one_row_get_different_uuids() {
    let params = json!({"output": "uuid", "kind": "uuid"});
    let step = bind("add_column", params, &people()).expect("a step");
    let mut made_of_one = rows(&people(), 1);
    made_of_one.numbers = Some(UInt64Array::from(vec![5, 5, 6]));
    let made = step.apply(&made_of_one, &mut Vec::new()).expect("rows");
    let uuids = full(&made.batch, "uuid");
    assert_ne!(uuids[0], uuids[1]);
    let single = step.apply(&rows(&people().slice(0, 1), 5), &mut Vec::new());
    assert_eq!(full(&single.expect("rows").batch, "uuid"), uuids[..1]);
}

#[test]
fn rows_without_numbers_get_no_uuid() {
    let params = json!({"output": "uuid", "kind": "uuid"});
    let step = bind("add_column", params, &people()).expect("a step");
    let mut unnumbered = rows(&people(), 1);
    unnumbered.numbers = None;
    let error = step
        .apply(&unnumbered, &mut Vec::new())
        .expect_err("a refusal");
    assert_eq!(error.code, "STEP_FAILED");
    assert!(error.message.contains("move this step before"), "{error}");
    unnumbered.batch = people().slice(0, 0);
    assert!(step.apply(&unnumbered, &mut Vec::new()).is_ok());
}

#[test]
fn row_numbers_are_given_elsewhere() {
    let error = refusal(
        "add_column",
        json!({"output": "n", "kind": "row_number"}),
        &people(),
    );
    assert_eq!(error.code, "STEP_FAILED");
}

#[test]
fn a_hash_of_a_row_is_that_of_its_texts() {
    let hash = |batch: &RecordBatch, columns: Value| {
        let params = json!({"output": "hash", "kind": "hash", "columns": columns});
        full(&run("add_column", params, batch), "hash")
    };
    let hashes = hash(&people(), json!(["id", "First Name"]));
    let text = table(&[
        ("id", texts(&[Some("1"), None, Some("3")])),
        ("First Name", texts(&[Some("Ann"), Some("Bob"), None])),
    ]);
    assert_eq!(hashes, hash(&text, json!("*")));
    // BLAKE3 of 01 01000000 00000000 31 01 03000000 00000000 416e6e.
    let mut input = vec![1, 1, 0, 0, 0, 0, 0, 0, 0, b'1', 1, 3, 0, 0, 0, 0, 0, 0, 0];
    input.extend(b"Ann");
    assert_eq!(hashes[0], blake3::hash(&input).to_hex()[..32]);
    // Where one cell ends and the next begins makes a difference, and so does null.
    let pairs = table(&[
        ("a", texts(&[Some("ab"), Some("a"), Some(""), None])),
        ("b", texts(&[Some("c"), Some("bc"), None, Some("")])),
    ]);
    let mut distinct = hash(&pairs, json!("*"));
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), 4);
}

#[test]
fn columns_that_come_out_may_hold_nulls() {
    let schema = Schema::new(vec![Field::new("a", DataType::Int64, false)]);
    let column: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    let batch = RecordBatch::try_new_with_options(
        Arc::new(schema),
        vec![column],
        &RecordBatchOptions::new(),
    )
    .expect("a batch");
    let made = run("add_column", json!({"output": "b", "value": null}), &batch);
    assert!(
        made.schema()
            .fields()
            .iter()
            .all(|field| field.is_nullable())
    );
}

proptest! {
    #[test]
    fn division_makes_no_difference(
        numbers in prop::collection::vec(prop::option::of(any::<i64>()), 0..20),
        cut in 0usize..20,
    ) {
        let words = vec![Some("x"); numbers.len()];
        let batch = table(&[
            ("n", Arc::new(Int64Array::from(numbers)) as ArrayRef),
            ("t", texts(&words)),
        ]);
        for (name, params) in [
            ("add_column", json!({"output": "u", "kind": "uuid"})),
            ("add_column", json!({"output": "t", "kind": "hash"})),
            ("add_column", json!({"output": "c", "value": "a longer constant"})),
            ("reorder_columns", json!({"columns": ["t"]})),
        ] {
            assert_divisible(name, &params, &batch, cut);
        }
    }
}

//! Rows that cannot be worked on, and steps that do not fit.

use serde_json::json;

use crate::support::{run, run_with};

const FILE: &str = "id,amount\n1,5\n2,x\n3,7\n4\n5,9\n";

#[test]
fn rejected_rows_are_told_of_in_the_order_of_the_input() {
    let steps = json!([{"type": "cast", "params": {"columns": {"amount": "int64"}}, "on_error": "quarantine"}]);
    let ran = run(&steps, FILE).expect("a run");
    assert_eq!(ran.output, "id,amount\n1,5\n3,7\n5,9\n");
    let told: Vec<_> = ran
        .rejects
        .iter()
        .map(|row| (row.row, row.code.as_str(), row.column.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            (Some(2), "CAST_FAILED", Some("amount")),
            (Some(4), "TOO_FEW_FIELDS", None)
        ]
    );
    assert_eq!((ran.outcome.rows_read, ran.outcome.written.rows), (5, 3));
}

#[test]
fn the_policy_decides_about_a_bad_cell() {
    let cast = |on_error: &str| {
        let steps = json!([{"type": "cast", "params": {"columns": {"amount": "int64"}}, "on_error": on_error}]);
        run_with(&steps, &json!({"ragged_rows": "pad"}), FILE)
    };
    assert_eq!(
        cast("null").expect("a run").output,
        "id,amount\n1,5\n2,\n3,7\n4,\n5,9\n"
    );
    let skipped = cast("skip_row").expect("a run");
    assert_eq!(
        (skipped.output.as_str(), skipped.rejects.len()),
        ("id,amount\n1,5\n3,7\n4,\n5,9\n", 0)
    );
    let error = cast("fail").expect_err("a bad cell");
    assert_eq!(error.code(), "CAST_FAILED");
    assert!(error.to_string().contains("row 2"), "{error}");
}

#[test]
fn too_many_rejects_end_the_run() {
    let file: String = std::iter::once("a\n".to_owned())
        .chain((0..2_000).map(|row| format!("x{row}\n")))
        .collect();
    let steps =
        json!([{"type": "cast", "params": {"columns": {"a": "int64"}}, "on_error": "quarantine"}]);
    assert_eq!(
        run(&steps, &file).expect_err("too many").code(),
        "TOO_MANY_REJECTS"
    );
}

#[test]
fn a_column_that_is_not_there_is_named_with_the_nearest() {
    let steps = json!([{"type": "filter", "params": {"column": "amuont", "operator": "is_null"}}]);
    let error = run(&steps, FILE).expect_err("no such column");
    assert_eq!(error.code(), "COLUMN_NOT_FOUND");
    let said = error.to_string();
    assert!(
        said.contains("\"amount\"") && said.contains("id, amount"),
        "{said}"
    );
}

#[test]
fn a_value_that_does_not_fit_is_refused_before_the_first_row() {
    let steps =
        json!([{"type": "filter", "params": {"column": "id", "operator": "eq", "value": "abc"}}]);
    let error = run(&steps, "id\n1\n2\n").expect_err("no number");
    assert_eq!(error.code(), "VALUE_TYPE_MISMATCH");
}

#[test]
fn rules_about_the_whole_file_are_judged_at_its_end() {
    let rows = |least: u64| json!([{"type": "validate", "params": {"rules": [{"rule": "row_count", "value": [least, null]}]}}]);
    assert!(run(&rows(2), "id\n1\n2\n").is_ok());
    assert_eq!(
        run(&rows(3), "id\n1\n2\n").expect_err("too few").code(),
        "RULE_BROKEN"
    );
    let mostly = |share: f64| {
        json!([{"type": "validate", "params": {"rules": [
            {"column": "id", "rule": "between", "value": [1, 3], "mostly": share}]}}])
    };
    assert!(run(&mostly(0.75), "id\n1\n2\n3\n9\n").is_ok());
    assert_eq!(
        run(&mostly(0.76), "id\n1\n2\n3\n9\n")
            .expect_err("a share too small")
            .code(),
        "RULE_BROKEN"
    );
}

#[test]
fn an_empty_result_is_a_whole_file() {
    let steps =
        json!([{"type": "filter", "params": {"column": "id", "operator": "gt", "value": 99}}]);
    let ran = run(&steps, "id,name\n1,a\n").expect("a run");
    assert_eq!(
        (ran.output.as_str(), ran.outcome.written.rows),
        ("id,name\n", 0)
    );
}

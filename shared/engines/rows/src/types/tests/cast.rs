//! The step `cast`.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, ListArray, RecordBatch,
    TimestampSecondArray,
};
use arrow::datatypes::{DataType, Int32Type, TimeUnit};
use millrace_steps::Step;
use serde_json::{Value, json};

use super::{apply, batch, rows, shown, step, text_array};
use crate::error::RowError;
use crate::operator::{Fault, Operator};
use crate::types::cast;

fn bind(params: &Value, batch: &RecordBatch) -> Result<Box<dyn Operator>, RowError> {
    let Step::Cast(step) = step(&json!({"type": "cast", "params": params})) else {
        panic!("another step");
    };
    cast(&step, &batch.schema())
}

fn run(params: &Value, batch: &RecordBatch) -> (RecordBatch, Vec<Fault>) {
    apply(bind(params, batch).expect("a step").as_ref(), batch)
}

#[test]
fn texts_become_numbers_in_their_notation() {
    let batch = batch(vec![
        (
            "a",
            text_array([
                Some("1.234,50"),
                Some("12,5"),
                None,
                Some("1,234.5"),
                Some(""),
            ]),
        ),
        (
            "b",
            text_array([Some("1"), Some("zwei"), Some("3"), Some("4"), Some("5")]),
        ),
        (
            "c",
            text_array([Some("x"), None, Some("y"), Some("z"), Some("")]),
        ),
    ]);
    let (made, faults) = run(
        &json!({
            "columns": {"b": "int32", "a": "decimal(10,2)", "c": "string"},
            "decimal_separator": ",",
            "thousands_separator": "."
        }),
        &batch,
    );
    assert_eq!(shown(&made, "a"), ["1234.50", "12.50", "-", "-", "-"]);
    assert_eq!(shown(&made, "b"), ["1", "-", "3", "4", "5"]);
    assert!(Arc::ptr_eq(made.column(2), batch.column(2)));
    let names: Vec<&str> = made
        .schema_ref()
        .fields()
        .iter()
        .map(|field| field.name().as_str())
        .collect();
    assert_eq!(names, ["a", "b", "c"]);
    assert_eq!(rows(&faults), [1, 3, 4]);
    assert!(faults.iter().all(|fault| fault.code == "CAST_FAILED"));
    assert_eq!(
        faults[0].message,
        "column b: \"zwei\" does not read as int32"
    );
    assert_eq!(
        faults[1].message,
        "column a: \"1,234.5\" does not read as decimal(10,2)"
    );
}

#[test]
fn texts_become_dates_in_their_formats() {
    let column = text_array([
        Some("31.01.2024"),
        Some("2024-02-29"),
        Some("30.02.2024"),
        None,
        Some("31.01.2024 10:00"),
    ]);
    let batch = batch(vec![("d", column)]);
    let params = |formats: Value| json!({"columns": {"d": {"type": "date", "formats": formats}}});
    let (made, faults) = run(&params(json!(["%d.%m.%Y", "%F"])), &batch);
    assert_eq!(
        shown(&made, "d"),
        ["2024-01-31", "2024-02-29", "-", "-", "-"]
    );
    assert_eq!(rows(&faults), [2, 4]);
    assert_eq!(
        faults[0].message,
        "column d: \"30.02.2024\" is no date as %d.%m.%Y or %F"
    );
    assert!(
        faults[1].message.contains("time of day"),
        "{}",
        faults[1].message
    );
    // Where a format holds a time, it is meant to go.
    let (made, faults) = run(&params(json!(["%d.%m.%Y", "%d.%m.%Y %H:%M"])), &batch);
    assert_eq!(
        shown(&made, "d"),
        ["2024-01-31", "-", "-", "-", "2024-01-31"]
    );
    assert_eq!(rows(&faults), [1, 2]);
}

#[test]
fn moments_are_instants_where_a_zone_is_given() {
    let column = text_array([
        Some("2024-03-31 01:30"),
        Some("2024-03-31 02:30"),
        Some("2024-10-27 02:30"),
        Some("2024-10-27T02:30:00Z"),
        None,
        Some("2024-01-01"),
    ]);
    let batch = batch(vec![("t", column)]);
    let (made, faults) = run(
        &json!({"columns": {"t": {"type": "timestamp", "timezone": "Europe/Berlin"}}}),
        &batch,
    );
    assert_eq!(
        shown(&made, "t"),
        [
            "2024-03-31T00:30:00Z",
            "-",
            "2024-10-27T00:30:00Z",
            "2024-10-27T02:30:00Z",
            "-",
            "2023-12-31T23:00:00Z"
        ]
    );
    assert_eq!(rows(&faults), [1]);
    assert!(
        faults[0].message.contains("skipped"),
        "{}",
        faults[0].message
    );
    let (made, faults) = run(&json!({"columns": {"t": "timestamp"}}), &batch);
    assert_eq!(shown(&made, "t")[3], "2024-10-27T02:30:00");
    assert!(faults.is_empty());
}

#[test]
fn what_is_a_timestamp_stays_one() {
    let moments = TimestampSecondArray::from(vec![Some(1_706_695_200), None]);
    let moments: ArrayRef = Arc::new(moments);
    let batch = batch(vec![
        ("t", moments),
        ("d", Arc::new(Date32Array::from(vec![19_753, 0]))),
    ]);
    let (made, _) = run(&json!({"columns": {"t": "timestamp"}}), &batch);
    assert!(Arc::ptr_eq(made.column(0), batch.column(0)));
    let zoned = json!({"type": "timestamp", "timezone": "Asia/Kolkata"});
    let (made, faults) = run(&json!({"columns": {"t": zoned, "d": zoned}}), &batch);
    assert_eq!(shown(&made, "t"), ["2024-01-31T04:30:00Z", "-"]);
    assert_eq!(
        shown(&made, "d"),
        ["2024-01-30T18:30:00Z", "1969-12-31T18:30:00Z"]
    );
    assert!(faults.is_empty());
    assert_eq!(
        made.column(0).data_type(),
        &DataType::Timestamp(TimeUnit::Second, Some("UTC".into()))
    );
    let (made, _) = run(&json!({"columns": {"t": "date", "d": "timestamp"}}), &batch);
    assert_eq!(shown(&made, "t"), ["2024-01-31", "-"]);
    assert_eq!(
        shown(&made, "d"),
        ["2024-01-31T00:00:00", "1970-01-01T00:00:00"]
    );
}

#[test]
fn numbers_turn_exactly_and_are_dates_by_a_format() {
    let batch = batch(vec![
        (
            "n",
            Arc::new(Int64Array::from(vec![Some(20_240_131), Some(1), None])),
        ),
        (
            "x",
            Arc::new(Float64Array::from(vec![
                Some(20_240_229.0),
                Some(0.5),
                Some(2.0),
            ])),
        ),
        ("b", Arc::new(BooleanArray::from(vec![true, false, true]))),
    ]);
    let date = json!({"type": "date", "formats": ["%Y%m%d"]});
    let (made, faults) = run(
        &json!({"columns": {"n": date, "x": date, "b": "string"}}),
        &batch,
    );
    assert_eq!(shown(&made, "n"), ["2024-01-31", "-", "-"]);
    assert_eq!(shown(&made, "x"), ["2024-02-29", "-", "-"]);
    assert_eq!(shown(&made, "b"), ["true", "false", "true"]);
    assert_eq!(rows(&faults), [1, 1, 2]);
    let (made, faults) = run(&json!({"columns": {"x": "int32", "b": "int64"}}), &batch);
    assert_eq!(shown(&made, "x"), ["20240229", "-", "2"]);
    assert_eq!(shown(&made, "b"), ["1", "0", "1"]);
    assert_eq!(
        faults[0].message,
        "column x: 0.5 does not fit int32 exactly"
    );
    let error = bind(&json!({"columns": {"n": "date"}}), &batch).expect_err("no formats");
    assert_eq!(error.code, "COLUMN_TYPE_MISMATCH");
    assert!(error.message.contains("formats"), "{}", error.message);
}

#[test]
fn columns_must_be_there_and_able() {
    let list = ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1)])]);
    let batch = batch(vec![("l", Arc::new(list) as ArrayRef)]);
    let error = bind(&json!({"columns": {"m": "int32"}}), &batch).expect_err("no column");
    assert_eq!(error.code, "COLUMN_NOT_FOUND");
    let error = bind(&json!({"columns": {"l": "int32"}}), &batch).expect_err("no number");
    assert_eq!(error.code, "COLUMN_TYPE_MISMATCH");
    let (made, _) = run(&json!({"columns": {"l": "string"}}), &batch);
    assert_eq!(shown(&made, "l"), ["[1]"]);
}

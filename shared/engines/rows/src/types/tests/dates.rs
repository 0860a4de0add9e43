//! The steps about dates.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanArray, Date32Array, Int64Array, RecordBatch, TimestampMillisecondArray,
    TimestampSecondArray,
};
use arrow::datatypes::{DataType, TimeUnit};
use millrace_steps::Step;
use serde_json::{Value, json};

use super::{apply, batch, rows, shown, step, text_array};
use crate::error::RowError;
use crate::operator::{Fault, Operator};
use crate::types::{extract_date_part, format_date, parse_date};

fn bind(name: &str, params: &Value, batch: &RecordBatch) -> Result<Box<dyn Operator>, RowError> {
    let schema = batch.schema();
    match step(&json!({"type": name, "params": params})) {
        Step::ParseDate(step) => parse_date(&step, &schema),
        Step::FormatDate(step) => format_date(&step, &schema),
        Step::ExtractDatePart(step) => extract_date_part(&step, &schema),
        other => panic!("another step: {}", other.name()),
    }
}

fn run(name: &str, params: &Value, batch: &RecordBatch) -> (RecordBatch, Vec<Fault>) {
    apply(bind(name, params, batch).expect("a step").as_ref(), batch)
}

#[test]
fn dates_are_read_in_iso_and_the_order_that_is_settled() {
    let column = text_array([
        Some("2024-01-31"),
        Some("1/2/2024"),
        Some("13/2/2024"),
        Some("20240131"),
        Some("5 March 2024"),
        Some("Mar 5, 2024"),
        None,
        Some("tomorrow"),
        Some("2024-01-31T10:00:00Z"),
    ]);
    let batch = batch(vec![("d", column)]);
    let (made, faults) = run(
        "parse_date",
        &json!({"column": "d", "day_first": true}),
        &batch,
    );
    assert_eq!(
        shown(&made, "d"),
        [
            "2024-01-31",
            "2024-02-01",
            "2024-02-13",
            "2024-01-31",
            "2024-03-05",
            "2024-03-05",
            "-",
            "-",
            "-"
        ]
    );
    assert_eq!(made.column(0).data_type(), &DataType::Date32);
    assert_eq!(rows(&faults), [7, 8]);
    assert_eq!(faults[0].code, "INVALID_DATE");
    assert_eq!(
        faults[0].message,
        "column d: \"tomorrow\" is no date as in ISO 8601 or with the day first"
    );
    assert!(
        faults[1].message.contains("time of day"),
        "{}",
        faults[1].message
    );
    let (made, faults) = run(
        "parse_date",
        &json!({"column": "d", "output": "day"}),
        &batch,
    );
    assert_eq!(shown(&made, "day")[1..3], ["2024-01-02", "-"]);
    assert_eq!(rows(&faults), [2, 7, 8]);
    assert!(Arc::ptr_eq(made.column(0), batch.column(0)));
}

#[test]
fn moments_are_read_in_formats_and_zones() {
    let column = text_array([
        Some("31/01/2024 10:15"),
        Some("2024-01-31T10:15:00-05:00"),
        Some("1706696100"),
        None,
        Some("31/01/2024 25:15"),
        Some("31/03/2024 02:30"),
    ]);
    let batch = batch(vec![("t", column)]);
    let formats = json!(["%d/%m/%Y %H:%M", "%FT%T%:z", "%s"]);
    let params = json!({"column": "t", "formats": formats, "timezone": "Europe/Berlin"});
    let (made, faults) = run("parse_date", &params, &batch);
    assert_eq!(
        shown(&made, "t"),
        [
            "2024-01-31T09:15:00Z",
            "2024-01-31T15:15:00Z",
            "2024-01-31T10:15:00Z",
            "-",
            "-",
            "-"
        ]
    );
    assert_eq!(rows(&faults), [4, 5]);
    assert!(
        faults[1].message.contains("skipped"),
        "{}",
        faults[1].message
    );
    let (made, _) = run(
        "parse_date",
        &json!({"column": "t", "formats": formats}),
        &batch,
    );
    assert_eq!(
        made.column(0).data_type(),
        &DataType::Timestamp(TimeUnit::Microsecond, None)
    );
    assert_eq!(
        shown(&made, "t")[..3],
        [
            "2024-01-31T10:15:00",
            "2024-01-31T15:15:00",
            "2024-01-31T10:15:00"
        ]
    );
    // Days are those of the zone, and a local time has its day whatever the clocks do.
    let params = json!({
        "column": "t", "formats": formats, "timezone": "Pacific/Auckland", "to": "date"
    });
    let (made, faults) = run("parse_date", &params, &batch);
    assert_eq!(
        shown(&made, "t"),
        [
            "2024-01-31",
            "2024-02-01",
            "2024-01-31",
            "-",
            "-",
            "2024-03-31"
        ]
    );
    assert_eq!(rows(&faults), [4]);
}

#[test]
fn what_was_read_as_dates_already_is_taken_as_it_is() {
    let batch = batch(vec![
        ("d", Arc::new(Date32Array::from(vec![Some(19_753), None]))),
        (
            "t",
            Arc::new(TimestampSecondArray::from(vec![1_706_745_600, 0])),
        ),
        (
            "z",
            Arc::new(TimestampSecondArray::from(vec![1_706_745_600, 0]).with_timezone("UTC")),
        ),
        (
            "n",
            Arc::new(Int64Array::from(vec![Some(20_240_131), Some(7)])),
        ),
        ("b", Arc::new(BooleanArray::from(vec![true, false]))),
    ]);
    let parse = |column: &str, to: &str, zone: Option<&str>| {
        let params = json!({"column": column, "to": to, "timezone": zone, "output": "o"});
        let (made, faults) = run("parse_date", &params, &batch);
        (shown(&made, "o"), rows(&faults))
    };
    let day = ["2024-01-31", "-"].map(str::to_owned).to_vec();
    assert_eq!(parse("d", "date", Some("Asia/Tokyo")), (day, vec![]));
    let begin = ["2024-01-30T15:00:00Z", "-"].map(str::to_owned).to_vec();
    assert_eq!(parse("d", "timestamp", Some("Asia/Tokyo")), (begin, vec![]));
    // 2024-02-01 00:00, and an hour of a zone behind or before.
    let days = |first: &str, second: &str| (vec![first.to_owned(), second.to_owned()], vec![]);
    assert_eq!(
        parse("t", "date", Some("-01:00")),
        days("2024-02-01", "1970-01-01")
    );
    assert_eq!(
        parse("z", "date", Some("-01:00")),
        days("2024-01-31", "1969-12-31")
    );
    assert_eq!(
        parse("t", "timestamp", Some("-01:00")),
        days("2024-02-01T01:00:00Z", "1970-01-01T01:00:00Z")
    );
    assert_eq!(
        parse("z", "timestamp", Some("-01:00")),
        days("2024-02-01T00:00:00Z", "1970-01-01T00:00:00Z")
    );
    let (read, faults) = parse("n", "date", None);
    assert_eq!((read[0].as_str(), faults), ("2024-01-31", vec![1]));
    let error = bind("parse_date", &json!({"column": "b"}), &batch).expect_err("no texts");
    assert_eq!(error.code, "COLUMN_TYPE_MISMATCH");
}

#[test]
fn dates_are_written_in_a_zone() {
    let moments = vec![Some(1_706_745_599_250), None, Some(0), Some(i64::MAX)];
    let batch = batch(vec![
        ("t", Arc::new(TimestampMillisecondArray::from(moments))),
        (
            "d",
            Arc::new(Date32Array::from(vec![
                Some(19_753),
                Some(-1),
                None,
                Some(i32::MAX),
            ])),
        ),
        ("x", text_array([Some("2024-01-31"), None, None, None])),
    ]);
    let params = json!({"column": "t", "format": "%Y-%m %a", "output": "month"});
    let (made, faults) = run("format_date", &params, &batch);
    assert_eq!(
        shown(&made, "month"),
        ["2024-01 Wed", "-", "1970-01 Thu", "-"]
    );
    assert_eq!(rows(&faults), [3]);
    assert_eq!(faults[0].code, "INVALID_DATE");
    let params = json!({
        "column": "t", "format": "%d.%m.%Y %H:%M:%S%.3f %:z", "timezone": "Asia/Kolkata"
    });
    let (made, _) = run("format_date", &params, &batch);
    assert_eq!(
        shown(&made, "t"),
        [
            "01.02.2024 05:29:59.250 +05:30",
            "-",
            "01.01.1970 05:30:00.000 +05:30",
            "-"
        ]
    );
    assert_eq!(made.column(0).data_type(), &DataType::Utf8View);
    // A day is the same day everywhere.
    let params = json!({"column": "d", "format": "%d/%m/%y", "timezone": "Pacific/Apia"});
    let (made, faults) = run("format_date", &params, &batch);
    assert_eq!(shown(&made, "d"), ["31/01/24", "31/12/69", "-", "-"]);
    assert_eq!(rows(&faults), [3]);
    let params = json!({"column": "x", "format": "%Y"});
    let error = bind("format_date", &params, &batch).expect_err("texts");
    assert_eq!(error.code, "COLUMN_TYPE_MISMATCH");
}

#[test]
fn every_directive_can_be_written() {
    let batch = batch(vec![(
        "t",
        Arc::new(TimestampMillisecondArray::from(vec![1_706_745_599_250])) as ArrayRef,
    )]);
    for directive in millrace_steps::value::DateFormat::directives() {
        let params = json!({"column": "t", "format": format!("%Y{directive}")});
        let (made, faults) = run("format_date", &params, &batch);
        assert!(faults.is_empty(), "{directive}");
        assert!(shown(&made, "t")[0].len() > 4, "{directive}");
    }
}

#[test]
fn parts_are_numbers() {
    let batch = batch(vec![
        (
            "t",
            // 2024-12-30 23:59:58, 1970-01-01, 2021-01-03 12:00, a year beyond 32 bits.
            Arc::new(TimestampSecondArray::from(vec![
                Some(1_735_603_198),
                Some(0),
                None,
                Some(1_609_675_200),
                Some(i64::MAX),
            ])),
        ),
        (
            "d",
            Arc::new(Date32Array::from(vec![Some(-1), None, None, None, None])),
        ),
    ]);
    let all = [
        "year",
        "quarter",
        "month",
        "week",
        "day",
        "weekday",
        "day_of_year",
        "hour",
        "minute",
        "second",
    ];
    let params = json!({"column": "t", "parts": all, "prefix": "ts_"});
    let (made, faults) = run("extract_date_part", &params, &batch);
    let part = |row: usize| {
        let part = |part: &&str| shown(&made, &format!("ts_{part}"))[row].clone();
        all.iter().map(part).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(part(0), "2024 4 12 1 30 1 365 23 59 58");
    assert_eq!(part(1), "1970 1 1 1 1 4 1 0 0 0");
    assert_eq!(part(2), "- - - - - - - - - -");
    assert_eq!(part(3), "2021 1 1 53 3 7 3 12 0 0");
    assert_eq!(rows(&faults), [4]);
    assert_eq!(made.num_columns(), 12);
    let (made, _) = run(
        "extract_date_part",
        &json!({"column": "d", "parts": ["year"]}),
        &batch,
    );
    assert_eq!(shown(&made, "d_year")[..2], ["1969", "-"]);
    let params = json!({"column": "d", "parts": ["hour"]});
    let error = bind("extract_date_part", &params, &batch).expect_err("no hours");
    assert_eq!(error.code, "COLUMN_TYPE_MISMATCH");
}

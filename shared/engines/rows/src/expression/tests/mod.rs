//! Every node and every function, on cells that are there and on nulls.

mod branches;
mod comparisons;
mod dates;
mod numbers;
mod properties;
mod texts;

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Decimal128Array, Float32Array, Float64Array, Int32Array, Int64Array,
    ListArray, RecordBatch, TimestampMicrosecondArray, TimestampSecondArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use millrace_steps::Expression;

use super::*;
use crate::columns::testing::{table, texts};
use crate::types::{cell_texts, type_name};

const HUGE: i64 = i64::MAX;

/// Four rows of every type; the third is null in every column.
fn sample() -> RecordBatch {
    let decimal = Decimal128Array::from(vec![Some(150), Some(-225), None, Some(5)])
        .with_precision_and_scale(10, 2)
        .expect("a decimal");
    let list = ListArray::from_iter_primitive::<Int64Type, _, _>([
        Some(vec![Some(1), None]),
        Some(vec![]),
        None,
        Some(vec![Some(7)]),
    ]);
    let day = texts(&[
        Some("2024-02-29"),
        Some("1969-12-31"),
        None,
        Some("2025-01-01"),
    ]);
    let moment = texts(&[
        Some("2024-02-29T12:34:56.789"),
        Some("1969-12-31T23:59:59"),
        None,
        Some("2025-01-01T00:00:00"),
    ]);
    let to = |texts: &ArrayRef, data_type: DataType| cast(texts, &data_type).expect("a cast");
    let micros = to(
        &moment,
        DataType::Timestamp(arrow::datatypes::TimeUnit::Microsecond, None),
    );
    let zoned: TimestampMicrosecondArray = micros.to_data().into();
    let seconds = TimestampSecondArray::from(vec![Some(0), Some(-1), None, Some(86_400)]);
    table(&[
        (
            "i",
            Arc::new(Int64Array::from(vec![Some(7), Some(-2), None, Some(HUGE)])),
        ),
        (
            "n",
            Arc::new(Int32Array::from(vec![Some(3), Some(0), None, Some(-4)])),
        ),
        ("d", Arc::new(decimal)),
        (
            "f",
            Arc::new(Float64Array::from(vec![
                Some(0.5),
                Some(-0.0),
                None,
                Some(f64::NAN),
            ])),
        ),
        (
            "g",
            Arc::new(Float32Array::from(vec![
                Some(0.1),
                Some(2.0),
                None,
                Some(-1.5),
            ])),
        ),
        (
            "s",
            texts(&[Some("Straße 5"), Some(""), None, Some("a,b,,c")]),
        ),
        ("t", texts(&[Some("a"), Some("x"), None, Some(",")])),
        (
            "b",
            Arc::new(BooleanArray::from(vec![
                Some(true),
                Some(false),
                None,
                Some(true),
            ])),
        ),
        ("day", to(&day, DataType::Date32)),
        ("ts", micros),
        ("tz", Arc::new(zoned.with_timezone("UTC"))),
        ("sec", Arc::new(seconds)),
        ("list", Arc::new(list)),
        (
            "Mixed Name",
            Arc::new(Int64Array::from(vec![Some(1), Some(2), None, Some(4)])),
        ),
    ])
}

fn formula(text: &str, batch: &RecordBatch) -> Result<Formula, RowError> {
    let expression = Expression::parse(text).unwrap_or_else(|errors| panic!("{text}: {errors:?}"));
    Formula::bind(&expression, &batch.schema())
}

/// The type of an expression and the text of each cell; `!CODE` for a fault.
fn results(text: &str, batch: &RecordBatch) -> (String, Vec<String>) {
    let formula = formula(text, batch).unwrap_or_else(|error| panic!("{text}: {error}"));
    let mut faults = Vec::new();
    let cells = formula
        .evaluate(batch, "out", &mut faults)
        .unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(cells.data_type(), formula.data_type(), "{text}");
    assert_eq!(cells.len(), batch.num_rows(), "{text}");
    let written = cell_texts(&cells).expect("texts");
    let mut shown: Vec<String> = written
        .iter()
        .map(|cell| cell.unwrap_or("null").to_owned())
        .collect();
    for fault in faults {
        assert_eq!(fault.column.as_deref(), Some("out"), "{text}");
        assert!(cells.is_null(fault.row), "{text}: {fault:?} has a cell");
        assert!(!fault.message.is_empty());
        shown[fault.row] = format!("!{}", fault.code);
    }
    (type_name(formula.data_type()), shown)
}

/// Checks expressions on the sample, all of them.
#[track_caller]
fn check(cases: &[(&str, &str, [&str; 4])]) {
    let batch = sample();
    let mut wrong = Vec::new();
    for (text, data_type, expected) in cases {
        let (found_type, found) = results(text, &batch);
        if found_type != *data_type || found != expected {
            wrong.push(format!(
                "{text} is {found_type} {found:?}, not {data_type} {expected:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Checks expressions without columns, which are the same for all rows.
#[track_caller]
fn check_constants(cases: &[(&str, &str)]) {
    let batch = sample();
    let mut wrong = Vec::new();
    for (text, expected) in cases {
        let (_, found) = results(text, &batch);
        if found != [*expected; 4] {
            wrong.push(format!("{text} is {found:?}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Checks that expressions are refused with a code and a part of the message.
#[track_caller]
fn check_refused(cases: &[(&str, &str, &str)]) {
    let batch = sample();
    for (text, code, part) in cases {
        let error = formula(text, &batch)
            .err()
            .unwrap_or_else(|| panic!("{text} was bound"));
        assert_eq!(error.code, *code, "{text}: {error}");
        assert!(error.message.contains(part), "{text}: {error}");
    }
}

#[test]
fn columns_are_found_by_their_names() {
    check(&[
        ("I", "int64", ["7", "-2", "null", "9223372036854775807"]),
        ("\"Mixed Name\"", "int64", ["1", "2", "null", "4"]),
        ("list", "lists of int64", ["[1,null]", "[]", "null", "[7]"]),
        ("null", "string", ["null", "null", "null", "null"]),
    ]);
    check_refused(&[
        ("day2 = 1", "COLUMN_NOT_FOUND", "day"),
        ("\"I\" = 1", "COLUMN_NOT_FOUND", "\"I\""),
    ]);
}

#[test]
fn no_rows_give_no_cells() {
    let batch = sample().slice(0, 0);
    for text in [
        "i + 1",
        "case when b then upper(s) else t end",
        "coalesce(i, 1 / 0)",
        "1 / 0",
        "regexp_replace(s, 'a', t)",
        "s in ('a', t)",
        "i between n and 5 and 10 / n > 1",
        "date_add('month', n, day)",
        "to_date(s, '%d.%m.%Y')",
    ] {
        assert_eq!(results(text, &batch).1, Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_batch_of_other_columns_is_an_error_and_no_panic() {
    let batch = sample();
    let formula = formula("i + 1", &batch).expect("a formula");
    let other = table(&[("i", texts(&[Some("x")]))]);
    let error = formula
        .evaluate(&other, "out", &mut Vec::new())
        .expect_err("an error");
    assert_eq!(error.code, "STEP_FAILED");
    let none = batch.project(&[]).expect("no columns");
    assert!(formula.evaluate(&none, "out", &mut Vec::new()).is_err());
}

/// Nested replacements would grow a text a thousandfold each.
#[test]
fn texts_do_not_grow_without_end() {
    let batch = sample();
    let long = "lpad('', 10000, 'a')";
    let text =
        format!("length(replace(replace(replace({long}, 'a', {long}), 'a', {long}), 'a', t))");
    let formula = formula(&text, &batch).expect("a formula");
    let error = formula
        .evaluate(&batch, "out", &mut Vec::new())
        .expect_err("an error");
    assert_eq!(error.code, "STEP_FAILED");
    assert!(error.message.contains("MiB"), "{error}");
}

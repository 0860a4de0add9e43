use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, ListArray,
    TimestampMicrosecondArray,
};
use arrow::datatypes::Int64Type;
use millrace_steps::{Pipeline, Step};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::columns::testing::{bind, context, rows, run, table, texts};
use crate::hash::hash_column;

const DAY: i64 = 86_400_000_000;

/// Rows of every type; the last one is null in every column.
fn sample() -> RecordBatch {
    let decimal = Decimal128Array::from(vec![Some(150), Some(-225), Some(10_000), None])
        .with_precision_and_scale(10, 2)
        .expect("a decimal");
    let moments = [Some(-DAY), Some(-1), Some(DAY / 2), None];
    let list = ListArray::from_iter_primitive::<Int64Type, _, _>([
        Some(vec![Some(1)]),
        Some(vec![]),
        Some(vec![None]),
        None,
    ]);
    table(&[
        (
            "i",
            Arc::new(Int64Array::from(vec![Some(1), Some(5), Some(-3), None])),
        ),
        (
            "j",
            Arc::new(Int64Array::from(vec![Some(1), Some(4), Some(7), None])),
        ),
        ("d", Arc::new(decimal)),
        (
            "f",
            Arc::new(Float64Array::from(vec![
                Some(0.5),
                Some(f64::NAN),
                Some(-0.0),
                None,
            ])),
        ),
        ("s", texts(&[Some("India"), Some(""), Some("Straße"), None])),
        ("t", texts(&[Some("Ind"), Some("x"), Some("STRASSE"), None])),
        (
            "b",
            Arc::new(BooleanArray::from(vec![
                Some(true),
                Some(false),
                Some(true),
                None,
            ])),
        ),
        (
            "day",
            Arc::new(Date32Array::from(vec![Some(-1), Some(0), Some(1), None])),
        ),
        (
            "ts",
            Arc::new(TimestampMicrosecondArray::from(moments.to_vec())),
        ),
        ("list", Arc::new(list)),
        (
            "blank",
            texts(&[Some(" \t"), Some("\u{2003}"), Some("a "), None]),
        ),
        (
            "number",
            texts(&[Some("12"), Some("1.5"), Some("twelve"), None]),
        ),
    ])
}

fn parse(condition: Value) -> Condition {
    let steps = json!([{"type": "filter", "params": condition}]);
    let pipeline = Pipeline::parse(&steps).unwrap_or_else(|faults| panic!("{faults:?}"));
    let Step::Filter(step) = &pipeline.steps()[0].step else {
        panic!("not a filter");
    };
    step.condition.clone()
}

fn bound(condition: Value, facts: &Facts) -> Result<Predicate, RowError> {
    Predicate::bind(&parse(condition), &sample().schema(), facts, &context())
}

/// `t`, `f` and `-` for each row.
fn answers(condition: Value) -> String {
    answers_with(condition, &Facts::default())
}

fn answers_with(condition: Value, facts: &Facts) -> String {
    let predicate =
        bound(condition.clone(), facts).unwrap_or_else(|error| panic!("{condition}: {error}"));
    let mut faults = Vec::new();
    let answers = predicate.evaluate(&sample(), &mut faults).expect("answers");
    assert_eq!(faults, [], "{condition}");
    answers
        .iter()
        .map(|answer| answer.map_or('-', |answer| if answer { 't' } else { 'f' }))
        .collect()
}

#[track_caller]
fn check(cases: &[(&str, &str, Value, &str)]) {
    let mut wrong = Vec::new();
    for (column, operator, value, expected) in cases {
        let mut condition = json!({"column": column, "operator": operator});
        if !value.is_null() {
            condition["value"] = value.clone();
        }
        let found = answers(condition.clone());
        if found != *expected {
            wrong.push(format!("{condition} answers {found}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn values_become_those_of_the_column() {
    check(&[
        ("i", "eq", json!(5), "ftf-"),
        ("i", "eq", json!("5"), "ftf-"),
        ("i", "ne", json!(5), "tft-"),
        ("i", "gt", json!(0.5), "ttf-"),
        ("i", "lte", json!("1.0"), "tft-"),
        ("i", "lt", json!("99999999999999999999"), "ttt-"),
        ("d", "eq", json!(1.5), "tff-"),
        ("d", "gte", json!("-2.250"), "ttt-"),
        ("d", "gt", json!(99.999), "fft-"),
        ("f", "eq", json!(0), "fft-"),
        ("f", "gt", json!(1e300), "ftf-"),
        ("f", "eq", json!("NaN"), "ftf-"),
        ("s", "eq", json!("India"), "tff-"),
        ("number", "eq", json!(12), "tff-"),
        ("s", "gt", json!("J"), "fft-"),
        ("b", "eq", json!(true), "tft-"),
        ("b", "ne", json!("yes"), "ftf-"),
        ("day", "eq", json!("1970-01-01"), "ftf-"),
        ("day", "lt", json!("1970-01-01T12:00:00"), "ttf-"),
        ("ts", "gte", json!("1970-01-01"), "fft-"),
        ("ts", "lt", json!("1969-12-31T23:59:59.999999Z"), "tff-"),
    ]);
}

#[test]
fn ranges_and_lists() {
    check(&[
        ("i", "between", json!([1, 5]), "ttf-"),
        ("i", "not_between", json!(["1", "4.5"]), "ftt-"),
        ("s", "between", json!(["A", "J"]), "tff-"),
        (
            "day",
            "between",
            json!(["1969-12-31", "1970-01-01"]),
            "ttf-",
        ),
        ("i", "in", json!([1, "-3", 2.5]), "tft-"),
        ("i", "not_in", json!([1, "-3"]), "ftf-"),
        ("d", "in", json!([1.5, "100"]), "tft-"),
        ("f", "in", json!([0, 0.5]), "tft-"),
        ("s", "in", json!(["", "india"]), "ftf-"),
        ("b", "in", json!([true]), "tft-"),
        ("ts", "in", json!(["1969-12-31"]), "tff-"),
    ]);
}

#[test]
fn texts_are_searched() {
    check(&[
        ("s", "contains", json!("ndi"), "tff-"),
        ("s", "not_contains", json!("ndi"), "ftt-"),
        ("s", "starts_with", json!("Str"), "fft-"),
        ("s", "not_starts_with", json!(""), "fff-"),
        ("s", "ends_with", json!("a"), "tff-"),
        ("s", "not_ends_with", json!("a"), "ftt-"),
        ("s", "matches", json!("^I.*a$"), "tff-"),
        ("s", "not_matches", json!("a"), "ftf-"),
        ("s", "like", json!("_n%"), "tff-"),
        ("s", "ilike", json!("STRAßE"), "fft-"),
        ("s", "length_eq", json!(6), "fft-"),
        ("s", "length_gt", json!(4), "tft-"),
        ("s", "length_lt", json!(6), "ttf-"),
    ]);
}

#[test]
fn what_is_there_and_what_is_not() {
    check(&[
        ("i", "is_null", json!(null), "ffft"),
        ("list", "is_null", json!(null), "ffft"),
        ("s", "is_not_null", json!(null), "tttf"),
        ("s", "is_empty", json!(null), "ftf-"),
        ("i", "is_empty", json!(null), "fff-"),
        ("s", "is_not_empty", json!(null), "tftf"),
        ("i", "is_not_empty", json!(null), "tttf"),
        ("blank", "is_blank", json!(null), "ttft"),
        ("i", "is_blank", json!(null), "ffft"),
        ("b", "is_true", json!(null), "tft-"),
        ("b", "is_false", json!(null), "ftf-"),
        ("number", "is_valid", json!("int64"), "tff-"),
        ("number", "is_invalid", json!("int64"), "fttf"),
        ("number", "is_valid", json!("decimal(4,1)"), "ttf-"),
        ("number", "is_valid", json!(null), "ttt-"),
        ("d", "is_invalid", json!("int64"), "ttff"),
        ("list", "is_valid", json!(null), "ttt-"),
    ]);
}

/// The job was created as 1970 began.
#[test]
fn days_and_moments() {
    check(&[
        ("day", "before", json!("1970-01-01"), "tff-"),
        ("day", "after", json!("1969-12-31"), "ftt-"),
        ("ts", "before", json!("1970-01-01T00:00:00Z"), "ttf-"),
        ("ts", "after", json!("1969-12-31"), "ftt-"),
        ("ts", "on_date", json!("1969-12-31"), "ttf-"),
        ("day", "on_date", json!("1970-01-02"), "fft-"),
        ("ts", "within_last", json!("12h"), "ftf-"),
        ("ts", "within_last", json!("1d"), "ttf-"),
        ("day", "within_last", json!("1d"), "ttf-"),
        ("day", "within_last", json!("12h"), "ttf-"),
    ]);
    let between_columns = json!({"column": "ts", "operator": "on_date", "value_column": "day"});
    assert_eq!(answers(between_columns), "tff-");
    let before = json!({"column": "ts", "operator": "before", "value_column": "day"});
    assert_eq!(answers(before), "ftt-");
}

#[test]
fn columns_are_compared_with_columns() {
    for (column, operator, other, expected) in [
        ("i", "eq", "j", "tff-"),
        ("i", "lt", "d", "tft-"),
        ("d", "gte", "f", "tft-"),
        ("s", "starts_with", "t", "tff-"),
        ("s", "contains", "s", "ttt-"),
        ("s", "ne", "t", "ttt-"),
    ] {
        let condition = json!({"column": column, "operator": operator, "value_column": other});
        assert_eq!(answers(condition.clone()), expected, "{condition}");
    }
}

#[test]
fn case_can_be_passed_over() {
    for (operator, value, expected) in [
        ("eq", json!("iNDIA"), "tff-"),
        ("ne", json!("STRASSE"), "ttf-"),
        ("in", json!(["STRASSE", "x"]), "fft-"),
        ("not_in", json!(["STRASSE", "x"]), "ttf-"),
        ("contains", json!("ASS"), "fft-"),
        ("starts_with", json!("iN"), "tff-"),
        ("ends_with", json!("IA"), "tff-"),
        ("matches", json!("^india$"), "tff-"),
        ("like", json!("i%"), "tff-"),
    ] {
        let condition =
            json!({"column": "s", "operator": operator, "value": value, "case_sensitive": false});
        assert_eq!(answers(condition.clone()), expected, "{condition}");
    }
    let columns =
        json!({"column": "s", "operator": "eq", "value_column": "t", "case_sensitive": false});
    assert_eq!(answers(columns), "fft-");
    let part = json!({"column": "s", "operator": "contains", "value_column": "t", "case_sensitive": false});
    assert_eq!(answers(part), "tft-");
}

#[test]
fn answers_are_turned_round_and_nulls_match_where_asked() {
    for (extra, expected) in [
        (json!({}), "tft-"),
        (json!({"negate": true}), "ftf-"),
        (json!({"nulls": "match"}), "tftt"),
        (json!({"negate": true, "nulls": "match"}), "ftft"),
    ] {
        let mut condition = json!({"column": "i", "operator": "ne", "value": 5});
        for (name, value) in extra.as_object().expect("members") {
            condition[name] = value.clone();
        }
        assert_eq!(answers(condition.clone()), expected, "{condition}");
    }
}

#[test]
fn trees_have_the_logic_of_sql() {
    let one = json!({"column": "i", "operator": "gt", "value": 0});
    let other = json!({"column": "s", "operator": "eq", "value": "India"});
    let missing = json!({"column": "s", "operator": "is_null"});
    for (condition, expected) in [
        (json!({"all": [one, other]}), "tff-"),
        (json!({"any": [one, other]}), "ttf-"),
        (json!({"any": [one, missing]}), "ttft"),
        (json!({"all": [one, missing]}), "fff-"),
        (json!({"not": one}), "fft-"),
        (json!({"not": {"any": [other, {"not": one}]}}), "ftf-"),
        (json!({"expression": "i > 0 and s = 'India'"}), "tff-"),
        (
            json!({"all": [{"expression": "i > 0"}, {"expression": "b"}]}),
            "tff-",
        ),
        (json!({"expression": "null"}), "----"),
    ] {
        assert_eq!(answers(condition.clone()), expected, "{condition}");
    }
}

#[test]
fn repeated_values_come_from_the_facts() {
    let column = texts(&[Some("India")]);
    let facts = |key: &str, case_sensitive| {
        let hashes: HashSet<u128> = hash_column(&column, case_sensitive).into_iter().collect();
        let mut facts = Facts::default();
        facts.repeated.insert(key.to_owned(), Arc::new(hashes));
        facts
    };
    let condition = |operator: &str, case_sensitive: bool| json!({"column": "s", "operator": operator, "case_sensitive": case_sensitive});
    let exact = facts("s", true);
    assert_eq!(
        answers_with(condition("is_duplicate", true), &exact),
        "tff-"
    );
    assert_eq!(answers_with(condition("is_unique", true), &exact), "ftt-");
    let folded = facts("~s", false);
    assert_eq!(
        answers_with(condition("is_duplicate", false), &folded),
        "tff-"
    );
    let missing = bound(condition("is_unique", false), &exact).expect("a predicate");
    let error = missing
        .evaluate(&sample(), &mut Vec::new())
        .expect_err("an error");
    assert_eq!(error.code, "STEP_FAILED");
}

#[test]
fn what_cannot_work_is_refused_before_the_first_row() {
    for (condition, code, part) in [
        (
            json!({"column": "nope", "operator": "is_null"}),
            "COLUMN_NOT_FOUND",
            "nope",
        ),
        (
            json!({"column": "i", "operator": "eq", "value_column": "nope"}),
            "COLUMN_NOT_FOUND",
            "nope",
        ),
        (
            json!({"column": "i", "operator": "eq", "value": "abc"}),
            "VALUE_TYPE_MISMATCH",
            "column i, which holds int64",
        ),
        (
            json!({"column": "i", "operator": "in", "value": [1, "x"]}),
            "VALUE_TYPE_MISMATCH",
            "\"x\"",
        ),
        (
            json!({"column": "b", "operator": "eq", "value": 7}),
            "VALUE_TYPE_MISMATCH",
            "7",
        ),
        (
            json!({"column": "day", "operator": "gt", "value": "soon"}),
            "VALUE_TYPE_MISMATCH",
            "\"soon\"",
        ),
        (
            json!({"column": "day", "operator": "gt", "value": 5}),
            "VALUE_TYPE_MISMATCH",
            "5",
        ),
        (
            json!({"column": "i", "operator": "eq", "value_column": "s"}),
            "VALUE_TYPE_MISMATCH",
            "cast",
        ),
        (
            json!({"column": "i", "operator": "contains", "value": "1"}),
            "COLUMN_TYPE_MISMATCH",
            "works on texts",
        ),
        (
            json!({"column": "s", "operator": "contains", "value_column": "i"}),
            "COLUMN_TYPE_MISMATCH",
            "column i",
        ),
        (
            json!({"column": "d", "operator": "matches", "value": "1"}),
            "COLUMN_TYPE_MISMATCH",
            "texts",
        ),
        (
            json!({"column": "day", "operator": "like", "value": "1%"}),
            "COLUMN_TYPE_MISMATCH",
            "texts",
        ),
        (
            json!({"column": "i", "operator": "length_eq", "value": 1}),
            "COLUMN_TYPE_MISMATCH",
            "texts",
        ),
        (
            json!({"column": "s", "operator": "is_true"}),
            "COLUMN_TYPE_MISMATCH",
            "booleans",
        ),
        (
            json!({"column": "s", "operator": "before", "value": "2024-01-01"}),
            "COLUMN_TYPE_MISMATCH",
            "dates and timestamps",
        ),
        (
            json!({"column": "i", "operator": "within_last", "value": "1d"}),
            "COLUMN_TYPE_MISMATCH",
            "dates",
        ),
        (
            json!({"column": "ts", "operator": "on_date", "value_column": "s"}),
            "COLUMN_TYPE_MISMATCH",
            "column s",
        ),
        (
            json!({"column": "list", "operator": "eq", "value": 1}),
            "COLUMN_TYPE_MISMATCH",
            "single values",
        ),
        (
            json!({"column": "b", "operator": "is_valid", "value": "date"}),
            "COLUMN_TYPE_MISMATCH",
            "date",
        ),
        (
            json!({"expression": "coalesce(i, 1)"}),
            "VALUE_TYPE_MISMATCH",
            "the condition needs true or false",
        ),
    ] {
        let error = bound(condition.clone(), &Facts::default()).err();
        let error = error.unwrap_or_else(|| panic!("{condition} was bound"));
        assert_eq!(error.code, code, "{condition}: {error}");
        assert!(error.message.contains(part), "{condition}: {error}");
    }
}

#[test]
fn the_step_keeps_rows_that_are_certain() {
    let kept = run(
        "filter",
        json!({"column": "i", "operator": "ne", "value": 5}),
        &sample(),
    );
    assert_eq!(kept.num_rows(), 2);
    assert_eq!(kept.schema(), sample().schema());
    let none = run(
        "filter",
        json!({"column": "s", "operator": "eq", "value": "x"}),
        &sample().slice(0, 0),
    );
    assert_eq!(none.num_rows(), 0);
}

#[test]
fn a_fault_of_a_condition_follows_on_error() {
    let params = |on_error: &str| json!({"expression": "10 / (i - 1) > 0", "on_error": on_error});
    let batch = sample();
    let apply = |on_error: &str| {
        let step = bind("filter", params(on_error), &batch).expect("a step");
        let mut rejects = Vec::new();
        step.apply(&rows(&batch, 1), &mut rejects)
            .map(|kept| (kept.len(), rejects))
    };
    let error = apply("fail").expect_err("an error");
    assert_eq!(error.code, "DIVISION_BY_ZERO");
    assert!(
        error
            .message
            .starts_with("step 0 (filter): row 1: 10 / 0 divides by zero"),
        "{error}"
    );
    let (kept, rejects) = apply("quarantine").expect("rows");
    assert_eq!((kept, rejects.len(), rejects[0].row), (1, 1, Some(1)));
    assert_eq!(apply("null").expect("rows").0, 1);
    assert_eq!(apply("skip_row").expect("rows").0, 1);
}

proptest! {
    #[test]
    fn operators_agree_with_plain_rust(cells in prop::collection::vec(any::<Option<i8>>(), 0..30), value in any::<i8>()) {
        let column: ArrayRef = Arc::new(cells.iter().map(|cell| cell.map(i64::from)).collect::<Int64Array>());
        let batch = table(&[("i", column)]);
        for (operator, holds) in [
            ("eq", (|a, b| a == b) as fn(i8, i8) -> bool),
            ("ne", |a, b| a != b),
            ("lt", |a, b| a < b),
            ("lte", |a, b| a <= b),
            ("gt", |a, b| a > b),
            ("gte", |a, b| a >= b),
        ] {
            let condition = parse(json!({"column": "i", "operator": operator, "value": value}));
            let predicate = Predicate::bind(&condition, &batch.schema(), &Facts::default(), &context()).expect("a predicate");
            let answers = predicate.evaluate(&batch, &mut Vec::new()).expect("answers");
            let answers: Vec<Option<bool>> = answers.iter().collect();
            let expected: Vec<Option<bool>> = cells.iter().map(|cell| cell.map(|cell| holds(cell, value))).collect();
            prop_assert_eq!(answers, expected, "{}", operator);
        }
    }
}

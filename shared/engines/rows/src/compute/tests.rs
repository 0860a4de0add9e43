use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, ListArray,
    RecordBatch,
};
use arrow::datatypes::{DataType, Int64Type};
use millrace_steps::{Pipeline, Step};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::RuleCheck;
use crate::columns::testing::{
    assert_divisible, bind, bind_with, cells, column_t, context, names, refusal, rows, run,
    run_with, table, texts,
};
use crate::facts::Facts;
use crate::hash::{hash_column, hash_rows};

fn decimal(cells: &[Option<i128>]) -> ArrayRef {
    let column = Decimal128Array::from(cells.to_vec());
    Arc::new(column.with_precision_and_scale(10, 2).expect("a decimal"))
}

fn sample() -> RecordBatch {
    let list = ListArray::from_iter_primitive::<Int64Type, _, _>([
        Some(vec![Some(1)]),
        None,
        Some(vec![]),
    ]);
    table(&[
        (
            "i",
            Arc::new(Int64Array::from(vec![Some(1), None, Some(3)])),
        ),
        ("d", decimal(&[None, Some(250), Some(500)])),
        (
            "f",
            Arc::new(Float64Array::from(vec![Some(0.5), None, Some(2.0)])),
        ),
        ("s", texts(&[Some("a"), None, Some("")])),
        (
            "b",
            Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)])),
        ),
        (
            "day",
            Arc::new(Date32Array::from(vec![Some(0), None, Some(1)])),
        ),
        ("list", Arc::new(list)),
    ])
}

/// The texts of a column, `null` for null.
fn shown(batch: &RecordBatch, name: &str) -> Vec<String> {
    let cells = cells(batch, name).into_iter();
    cells
        .map(|cell| cell.unwrap_or_else(|| "null".to_owned()))
        .collect()
}

fn type_of(batch: &RecordBatch, name: &str) -> DataType {
    batch
        .column_by_name(name)
        .expect("the column")
        .data_type()
        .clone()
}

mod fill {
    use super::*;

    #[test]
    fn nulls_become_a_constant_of_the_column() {
        for (column, value, expected) in [
            ("i", json!(7), ["1", "7", "3"]),
            ("i", json!("7"), ["1", "7", "3"]),
            ("d", json!(1.5), ["1.50", "2.50", "5.00"]),
            ("f", json!(1), ["0.5", "1.0", "2.0"]),
            ("s", json!("none"), ["a", "none", ""]),
            ("s", json!(5), ["a", "5", ""]),
            ("b", json!(true), ["true", "true", "false"]),
            (
                "day",
                json!("2024-01-31"),
                ["1970-01-01", "2024-01-31", "1970-01-02"],
            ),
        ] {
            let params = json!({"columns": [column], "strategy": "constant", "value": value});
            let filled = run("fill_nulls", params, &sample());
            assert_eq!(shown(&filled, column), expected, "{column}");
            assert_eq!(type_of(&filled, column), type_of(&sample(), column));
        }
    }

    #[test]
    fn zero_and_empty_go_to_their_types() {
        let zero = run(
            "fill_nulls",
            json!({"columns": "*", "strategy": "zero"}),
            &sample(),
        );
        assert_eq!(shown(&zero, "i"), ["1", "0", "3"]);
        assert_eq!(shown(&zero, "d"), ["0.00", "2.50", "5.00"]);
        assert_eq!(shown(&zero, "s"), ["a", "null", ""]);
        let empty = run(
            "fill_nulls",
            json!({"columns": "*", "strategy": "empty"}),
            &sample(),
        );
        assert_eq!(shown(&empty, "s"), ["a", "", ""]);
        assert_eq!(shown(&empty, "i"), ["1", "null", "3"]);
    }

    #[test]
    fn facts_fill_and_means_make_doubles_of_whole_numbers() {
        let mut facts = Facts::default();
        let mean: ArrayRef = Arc::new(Float64Array::from(vec![2.125]));
        for name in ["i", "d", "f"] {
            facts.fills.insert(name.to_owned(), Arc::clone(&mean));
        }
        let params = json!({"columns": ["i", "d", "f"], "strategy": "mean"});
        let (filled, _) = run_with("fill_nulls", params, &sample(), &facts);
        assert_eq!(shown(&filled.batch, "i"), ["1.0", "2.125", "3.0"]);
        assert_eq!(shown(&filled.batch, "d"), ["2.13", "2.50", "5.00"]);
        assert_eq!(shown(&filled.batch, "f"), ["0.5", "2.125", "2.0"]);
        let mut facts = Facts::default();
        facts.fills.insert("s".to_owned(), texts(&[Some("mode")]));
        facts
            .fills
            .insert("day".to_owned(), Arc::new(Date32Array::from(vec![None])));
        let params = json!({"columns": ["s", "day"], "strategy": "mode"});
        let (filled, _) = run_with("fill_nulls", params, &sample(), &facts);
        assert_eq!(shown(&filled.batch, "s"), ["a", "mode", ""]);
        assert_eq!(
            shown(&filled.batch, "day"),
            ["1970-01-01", "null", "1970-01-02"]
        );
    }

    #[test]
    fn the_schema_is_known_before_the_facts() {
        let step = bind(
            "fill_nulls",
            json!({"columns": "i", "strategy": "median"}),
            &sample(),
        );
        let step = step.expect("a step");
        assert_eq!(step.schema().field(0).data_type(), &DataType::Float64);
        let error = step
            .apply(&rows(&sample(), 1), &mut Vec::new())
            .expect_err("an error");
        assert_eq!(error.code, "STEP_FAILED");
    }

    #[test]
    fn what_does_not_fit_is_refused_where_it_is_named() {
        for (params, code) in [
            (
                json!({"columns": ["i"], "strategy": "constant", "value": "x"}),
                "VALUE_TYPE_MISMATCH",
            ),
            (
                json!({"columns": ["i"], "strategy": "constant", "value": 2.5}),
                "VALUE_TYPE_MISMATCH",
            ),
            (
                json!({"columns": ["list"], "strategy": "constant", "value": 1}),
                "VALUE_TYPE_MISMATCH",
            ),
            (
                json!({"columns": ["s"], "strategy": "zero"}),
                "COLUMN_TYPE_MISMATCH",
            ),
            (
                json!({"columns": ["i"], "strategy": "empty"}),
                "COLUMN_TYPE_MISMATCH",
            ),
            (
                json!({"columns": ["s"], "strategy": "mean"}),
                "COLUMN_TYPE_MISMATCH",
            ),
            (
                json!({"columns": ["list"], "strategy": "mode"}),
                "COLUMN_TYPE_MISMATCH",
            ),
            (
                json!({"columns": ["i"], "strategy": "forward"}),
                "STEP_FAILED",
            ),
            (
                json!({"columns": ["x"], "strategy": "zero"}),
                "COLUMN_NOT_FOUND",
            ),
        ] {
            assert_eq!(
                refusal("fill_nulls", params.clone(), &sample()).code,
                code,
                "{params}"
            );
        }
    }
}

mod nulls {
    use super::*;

    #[test]
    fn rows_go_by_any_or_all_of_their_columns() {
        let batch = table(&[
            ("a", texts(&[Some("1"), None, Some(""), None])),
            ("b", texts(&[Some("1"), Some("1"), None, None])),
        ]);
        for (params, expected) in [
            (json!({}), 1),
            (json!({"how": "all"}), 3),
            (json!({"columns": ["a"]}), 2),
            (json!({"columns": ["a"], "treat_empty_as_null": true}), 1),
            (json!({"how": "all", "treat_empty_as_null": true}), 2),
            (json!({"columns": {"dtype": "numeric"}}), 4),
            (json!({"columns": {"dtype": "numeric"}, "how": "all"}), 4),
        ] {
            let kept = run("drop_nulls", params.clone(), &batch);
            assert_eq!(kept.num_rows(), expected, "{params}");
        }
        assert_eq!(
            refusal("drop_nulls", json!({"columns": ["c"]}), &batch).code,
            "COLUMN_NOT_FOUND"
        );
    }
}

mod replace {
    use super::*;

    #[test]
    fn whole_values_are_replaced() {
        let batch = column_t(&[Some("N/A"), Some("UK"), None, Some("UK "), Some("")]);
        let mapping = json!({"N/A": null, "UK": "GB", "": "empty"});
        let kept = run(
            "replace_value",
            json!({"columns": ["t"], "mapping": mapping}),
            &batch,
        );
        assert_eq!(shown(&kept, "t"), ["null", "GB", "null", "UK ", "empty"]);
        let params = json!({"columns": ["t"], "mapping": mapping, "default": "null"});
        let others = run("replace_value", params, &batch);
        assert_eq!(shown(&others, "t"), ["null", "GB", "null", "null", "empty"]);
    }

    #[test]
    fn values_are_those_of_the_column_however_they_are_written() {
        for (column, mapping, expected) in [
            (
                "i",
                json!({"1": 10, "3.00": "30", "x": "y"}),
                ["10", "null", "30"],
            ),
            (
                "d",
                json!({"2.5": 9.75, "5": null}),
                ["null", "9.75", "null"],
            ),
            ("f", json!({"0.50": 1}), ["1.0", "null", "2.0"]),
            ("b", json!({"yes": false}), ["false", "null", "false"]),
            (
                "day",
                json!({"1970-01-02": "2024-01-31"}),
                ["1970-01-01", "null", "2024-01-31"],
            ),
        ] {
            let params = json!({"columns": [column], "mapping": mapping});
            let replaced = run("replace_value", params, &sample());
            assert_eq!(shown(&replaced, column), expected, "{column}");
            assert_eq!(type_of(&replaced, column), type_of(&sample(), column));
        }
    }

    #[test]
    fn new_values_must_fit_where_old_ones_can_be() {
        let params = json!({"columns": ["i"], "mapping": {"1": "one"}});
        assert_eq!(
            refusal("replace_value", params, &sample()).code,
            "VALUE_TYPE_MISMATCH"
        );
        let params = json!({"columns": ["list"], "mapping": {"1": "one"}});
        assert_eq!(
            refusal("replace_value", params, &sample()).code,
            "COLUMN_TYPE_MISMATCH"
        );
        let params = json!({"columns": "*", "mapping": {"a": "one"}});
        assert_eq!(
            shown(&run("replace_value", params, &sample()), "s"),
            ["one", "null", ""]
        );
    }
}

mod derive {
    use super::*;

    fn derived(expression: &str, dtype: Option<&str>) -> Vec<String> {
        let mut params = json!({"output": "out", "expression": expression});
        if let Some(dtype) = dtype {
            params["dtype"] = json!(dtype);
        }
        shown(&run("derive", params, &sample()), "out")
    }

    #[test]
    fn a_column_is_computed_in_place_or_at_the_end() {
        let added = run(
            "derive",
            json!({"output": "out", "expression": "i * 2"}),
            &sample(),
        );
        assert_eq!(names(&added).last().map(String::as_str), Some("out"));
        assert_eq!(shown(&added, "out"), ["2", "null", "6"]);
        let replaced = run(
            "derive",
            json!({"output": "i", "expression": "coalesce(i, 0)"}),
            &sample(),
        );
        assert_eq!(names(&replaced), names(&sample()));
        assert_eq!(shown(&replaced, "i"), ["1", "0", "3"]);
    }

    #[test]
    fn the_result_gets_the_wanted_type() {
        assert_eq!(
            derived("f / 3", Some("decimal(6,3)")),
            ["0.167", "null", "0.667"]
        );
        assert_eq!(
            derived("d * 1.005", Some("decimal(10,2)")),
            ["null", "2.51", "5.03"]
        );
        assert_eq!(derived("i", Some("string")), ["1", "null", "3"]);
        assert_eq!(derived("null", Some("int64")), ["null", "null", "null"]);
        assert_eq!(derived("null", None), ["null", "null", "null"]);
        let error = bind(
            "derive",
            json!({"output": "o", "expression": "f", "dtype": "int64"}),
            &sample(),
        )
        .expect("a step")
        .apply(&rows(&sample(), 1), &mut Vec::new())
        .expect_err("a fault");
        assert_eq!(error.code, "CAST_FAILED");
        let refused = refusal(
            "derive",
            json!({"output": "o", "expression": "list", "dtype": "int64"}),
            &sample(),
        );
        assert_eq!(refused.code, "VALUE_TYPE_MISMATCH");
    }

    #[test]
    fn faults_follow_on_error() {
        let apply = |on_error: &str| {
            let params = json!({"output": "o", "expression": "6 / (i - 1)", "on_error": on_error});
            let step = bind("derive", params, &sample()).expect("a step");
            let mut rejects = Vec::new();
            let made = step.apply(&rows(&sample(), 10), &mut rejects);
            made.map(|made| (shown(&made.batch, "o"), rejects))
        };
        let error = apply("fail").expect_err("an error");
        assert!(
            error.message.contains("row 10: 6 / 0 divides by zero"),
            "{error}"
        );
        assert_eq!(apply("null").expect("rows").0, ["null", "null", "3.0"]);
        assert_eq!(apply("skip_row").expect("rows").0, ["null", "3.0"]);
        let (kept, rejects) = apply("quarantine").expect("rows");
        assert_eq!(kept, ["null", "3.0"]);
        assert_eq!(
            (rejects[0].row, rejects[0].column.as_deref()),
            (Some(10), Some("o"))
        );
    }

    proptest! {
        #[test]
        fn parts_give_what_the_whole_gives(numbers in prop::collection::vec(any::<Option<i16>>(), 0..20), cut in 0usize..20) {
            let column: ArrayRef = Arc::new(numbers.iter().map(|cell| cell.map(i64::from)).collect::<Int64Array>());
            let batch = table(&[("i", column)]);
            let params = json!({"output": "o", "expression": "case when i % 2 = 0 then 1000 / i else -i end", "on_error": "quarantine"});
            assert_divisible("derive", &params, &batch, cut);
        }
    }
}

mod conditional {
    use super::*;

    fn computed(params: Value) -> Vec<String> {
        shown(&run("conditional", params, &sample()), "o")
    }

    #[test]
    fn the_first_case_that_holds_decides() {
        let when = |operator: &str, value: i64| json!({"column": "i", "operator": operator, "value": value});
        let params = json!({"output": "o", "cases": [
            {"when": when("gte", 3), "then": "high"},
            {"when": when("gte", 1), "then": {"column": "s"}},
            {"when": {"column": "i", "operator": "is_null"}, "then": {"expression": "'no ' || 'number'"}},
        ], "else": "low"});
        assert_eq!(computed(params), ["a", "no number", "high"]);
        let params = json!({"output": "o", "cases": [{"when": when("gt", 1), "then": 1}]});
        assert_eq!(computed(params), ["null", "null", "1"]);
        let params = json!({"output": "o", "cases": [{"when": {"expression": "b"}, "then": 0.25}], "else": {"column": "d"}});
        assert_eq!(computed(params), ["0.25", "2.50", "5.00"]);
        let params = json!({"output": "o", "cases": [{"when": {"expression": "b"}, "then": null}]});
        assert_eq!(computed(params), ["null", "null", "null"]);
        let params = json!({"output": "o", "cases": [
            {"when": {"column": "i", "operator": "eq", "value": 1}, "then": 0},
        ], "else": {"expression": "6 / (i - 1)"}});
        assert_eq!(computed(params), ["0.0", "null", "3.0"]);
    }

    #[test]
    fn outcomes_are_of_one_type() {
        let params = |then: Value, otherwise: Value| json!({"output": "o", "cases": [{"when": {"expression": "b"}, "then": then}], "else": otherwise});
        for (then, otherwise) in [
            (json!(1), json!("one")),
            (json!(true), json!(1)),
            (json!({"column": "day"}), json!({"column": "s"})),
        ] {
            let error = refusal("conditional", params(then, otherwise), &sample());
            assert_eq!(error.code, "VALUE_TYPE_MISMATCH");
            assert!(
                error
                    .message
                    .contains("conditional gives values of one type"),
                "{error}"
            );
        }
        let dates = computed(params(json!("2024-01-31"), json!({"column": "day"})));
        assert_eq!(dates, ["2024-01-31", "null", "1970-01-02"]);
    }
}

mod validate {
    use super::*;

    fn people() -> RecordBatch {
        table(&[
            (
                "age",
                Arc::new(Int64Array::from(vec![Some(30), Some(150), None, Some(-1)])),
            ),
            (
                "limit",
                Arc::new(Int64Array::from(vec![
                    Some(40),
                    Some(160),
                    Some(5),
                    Some(-2),
                ])),
            ),
            (
                "email",
                texts(&[Some("a@x.de"), Some("b"), Some("c@x.de"), None]),
            ),
            ("id", texts(&[Some("1"), Some("2"), Some("2"), None])),
        ])
    }

    /// Which rows pass, by `on_fail: flag`.
    fn flags(rule: Value, facts: &Facts) -> Vec<String> {
        let params = json!({"rules": [rule], "on_fail": "flag"});
        let (made, rejects) = run_with("validate", params, &people(), facts);
        assert_eq!(rejects, []);
        shown(&made.batch, "_valid")
    }

    #[test]
    fn every_rule_holds_where_it_should_and_null_passes() {
        for (rule, expected) in [
            (
                json!({"rule": "not_null", "column": "age"}),
                ["true", "true", "false", "true"],
            ),
            (
                json!({"rule": "not_null", "columns": "*"}),
                ["true", "true", "false", "false"],
            ),
            (
                json!({"rule": "in_set", "column": "age", "value": [30, "150"]}),
                ["true", "true", "true", "false"],
            ),
            (
                json!({"rule": "between", "column": "age", "value": [0, 120]}),
                ["true", "false", "true", "false"],
            ),
            (
                json!({"rule": "between", "column": "age", "value": [null, 30.5]}),
                ["true", "false", "true", "true"],
            ),
            (
                json!({"rule": "matches", "column": "email", "value": "^.+@.+$"}),
                ["true", "false", "true", "true"],
            ),
            (
                json!({"rule": "matches", "columns": "*", "value": "[1a@]"}),
                ["true", "false", "false", "true"],
            ),
            (
                json!({"rule": "type", "column": "email", "value": "int64"}),
                ["false", "false", "false", "true"],
            ),
            (
                json!({"rule": "length", "column": "email", "value": [2, 10]}),
                ["true", "false", "true", "true"],
            ),
            (
                json!({"rule": "length", "column": "email", "value": 1}),
                ["false", "true", "false", "true"],
            ),
            (
                json!({"rule": "compare_columns", "column": "age", "operator": "<", "value_column": "limit"}),
                ["true", "true", "true", "false"],
            ),
            (
                json!({"rule": "row_count", "value": [100, null]}),
                ["true", "true", "true", "true"],
            ),
            (
                json!({"rule": "columns_exist", "columns": ["age", "id"]}),
                ["true", "true", "true", "true"],
            ),
        ] {
            assert_eq!(flags(rule.clone(), &Facts::default()), expected, "{rule}");
        }
    }

    #[test]
    fn facts_tell_what_is_repeated_and_what_is_known() {
        let set = |hashes: Vec<u128>| Arc::new(hashes.into_iter().collect::<HashSet<_>>());
        let mut facts = Facts::default();
        let two = texts(&[Some("2")]);
        facts
            .repeated
            .insert("id".to_owned(), set(hash_column(&two, true)));
        let age: ArrayRef = Arc::new(Int64Array::from(vec![150]));
        facts.repeated.insert(
            "id\0age".to_owned(),
            set(hash_rows(&[Arc::clone(&two), age], true)),
        );
        facts.known.insert(
            "id".to_owned(),
            set(hash_column(&texts(&[Some("1")]), true)),
        );
        assert_eq!(
            flags(json!({"rule": "unique", "columns": ["id"]}), &facts),
            ["true", "false", "false", "true"]
        );
        let both = json!({"rule": "unique", "columns": ["id", "age"]});
        assert_eq!(flags(both, &facts), ["true", "false", "true", "true"]);
        let key = json!({"rule": "foreign_key", "column": "id", "right": {"job_input": "ref"}});
        assert_eq!(flags(key, &facts), ["true", "false", "false", "true"]);
    }

    fn two_rules(on_fail: &str) -> Value {
        json!({"rules": [
            {"rule": "between", "column": "age", "value": [0, 120]},
            {"rule": "not_null", "column": "email"},
        ], "on_fail": on_fail})
    }

    #[test]
    fn rows_that_break_a_rule_go_where_on_fail_says() {
        let facts = Facts::default();
        let (dropped, rejects) = run_with("validate", two_rules("drop"), &people(), &facts);
        assert_eq!((dropped.len(), rejects.len()), (2, 0));
        let (kept, rejects) = run_with("validate", two_rules("quarantine"), &people(), &facts);
        assert_eq!(kept.numbers.expect("numbers").values().as_ref(), [1, 3]);
        assert_eq!(kept.batch.schema(), people().schema());
        let seen: Vec<_> = rejects
            .iter()
            .map(|reject| (reject.row, reject.code.as_str()))
            .collect();
        assert_eq!(seen, [(Some(2), "RULE_BROKEN"), (Some(4), "RULE_BROKEN")]);
        assert_eq!(
            rejects[0].message,
            "column age: 150 must lie between 0 and 120 (rule 0)"
        );
        assert!(rejects[0].raw.contains("150"), "{}", rejects[0].raw);
        let mut named = two_rules("flag");
        named["output"] = json!("ok");
        let (flagged, _) = run_with("validate", named, &people(), &facts);
        assert_eq!(
            shown(&flagged.batch, "ok"),
            ["true", "false", "true", "false"]
        );
        let step = bind("validate", two_rules("fail"), &people()).expect("a step");
        let error = step
            .apply(&rows(&people(), 1), &mut Vec::new())
            .expect_err("an error");
        assert_eq!(error.code, "RULE_BROKEN");
        assert!(
            error.message.contains(
                "rule 0 (between) is broken by 2 of 4 rows; first row 2, column age: 150 must"
            ),
            "{error}"
        );
        assert!(
            step.apply(&rows(&people().slice(0, 1), 1), &mut Vec::new())
                .is_ok()
        );
    }

    #[test]
    fn a_rule_for_most_rows_lets_all_pass_and_counts_them() {
        let mut params = two_rules("fail");
        params["rules"][0]["mostly"] = json!(0.5);
        params["rules"][1]["mostly"] = json!(0.9);
        assert_eq!(run("validate", params.clone(), &people()), people());
        assert_eq!(broken(&params["rules"][0]), [false, true, false, true]);
        assert_eq!(broken(&params["rules"][1]), [false, false, false, true]);
    }

    /// Which rows break a rule.
    fn broken(rule: &Value) -> Vec<bool> {
        let steps = json!([{"type": "validate", "params": {"rules": [rule]}}]);
        let pipeline = Pipeline::parse(&steps).expect("a step");
        let Step::Validate(step) = &pipeline.steps()[0].step else {
            panic!("not a validation");
        };
        let check = RuleCheck::bind(
            &step.rules[0],
            &people().schema(),
            &Facts::default(),
            &context(),
        );
        let broken = check.expect("a rule").broken(&people()).expect("rows");
        broken
            .iter()
            .map(|broken| broken.expect("no null"))
            .collect()
    }

    #[test]
    fn a_rule_is_broken_where_one_of_its_columns_breaks_it() {
        assert_eq!(
            broken(&json!({"rule": "row_count", "value": 100})),
            [false; 4]
        );
        assert_eq!(
            broken(&json!({"rule": "not_null", "columns": "*"})),
            [false, false, true, true]
        );
        assert_eq!(
            broken(&json!({"rule": "not_null", "columns": {"dtype": "boolean"}})),
            [false; 4]
        );
    }

    #[test]
    fn rules_that_cannot_be_held_are_refused() {
        for (rule, code) in [
            (
                json!({"rule": "columns_exist", "columns": ["age", "height"]}),
                "RULE_BROKEN",
            ),
            (
                json!({"rule": "not_null", "column": "height"}),
                "COLUMN_NOT_FOUND",
            ),
            (
                json!({"rule": "between", "column": "age", "value": ["young", "old"]}),
                "VALUE_TYPE_MISMATCH",
            ),
            (
                json!({"rule": "in_set", "column": "age", "value": ["x"]}),
                "VALUE_TYPE_MISMATCH",
            ),
            (
                json!({"rule": "matches", "column": "age", "value": "1"}),
                "COLUMN_TYPE_MISMATCH",
            ),
            (
                json!({"rule": "length", "column": "age", "value": 1}),
                "COLUMN_TYPE_MISMATCH",
            ),
            (
                json!({"rule": "compare_columns", "column": "age", "operator": "eq", "value_column": "email"}),
                "VALUE_TYPE_MISMATCH",
            ),
        ] {
            let params = json!({"rules": [rule]});
            assert_eq!(
                refusal("validate", params.clone(), &people()).code,
                code,
                "{params}"
            );
        }
        let unique = json!({"rules": [{"rule": "unique", "column": "id"}]});
        let step = bind_with("validate", unique, &people(), &Facts::default()).expect("a step");
        let error = step
            .apply(&rows(&people(), 1), &mut Vec::new())
            .expect_err("an error");
        assert_eq!(error.code, "STEP_FAILED");
    }

    proptest! {
        #[test]
        fn parts_give_what_the_whole_gives(numbers in prop::collection::vec(any::<Option<i8>>(), 0..20), cut in 0usize..20) {
            let column: ArrayRef = Arc::new(numbers.iter().map(|cell| cell.map(i64::from)).collect::<Int64Array>());
            let batch = table(&[("i", column)]);
            for on_fail in ["drop", "flag", "quarantine"] {
                let params = json!({"rules": [
                    {"rule": "between", "column": "i", "value": [-50, 50]},
                    {"rule": "not_null", "column": "i"},
                ], "on_fail": on_fail});
                assert_divisible("validate", &params, &batch, cut);
            }
        }
    }
}

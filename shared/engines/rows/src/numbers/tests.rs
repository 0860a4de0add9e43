use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Decimal128Array, Float32Array, Float64Array, Int32Array, Int64Array,
    RecordBatch,
};
use arrow::datatypes::{DataType, Float64Type};
use millrace_steps::Step;
use millrace_steps::step::RoundMode;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::round::{round_array, rounded_type};
use super::*;
use crate::facts::Facts;
use crate::operator::{Fault, Operator, Output};
use crate::types::tests::{apply, batch, rows, shown, step, text_array, texts};

fn bind(
    name: &str,
    params: &Value,
    facts: &Facts,
    batch: &RecordBatch,
) -> Result<Box<dyn Operator>, RowError> {
    let schema = batch.schema();
    match step(&json!({"type": name, "params": params})) {
        Step::Round(step) => round(&step, &schema),
        Step::Bin(step) => bin(&step, &schema, facts),
        Step::Outliers(step) => outliers(&step, &schema, facts),
        other => panic!("another step: {}", other.name()),
    }
}

fn run(
    name: &str,
    params: &Value,
    facts: &Facts,
    batch: &RecordBatch,
) -> (RecordBatch, Vec<Fault>) {
    apply(
        bind(name, params, facts, batch).expect("a step").as_ref(),
        batch,
    )
}

fn decimals(values: Vec<Option<i128>>, precision: u8, scale: i8) -> ArrayRef {
    let array = Decimal128Array::from(values).with_precision_and_scale(precision, scale);
    Arc::new(array.expect("decimals"))
}

/// Checks rounded cells, `-` standing for null and `!` for what is beyond its type.
fn check(array: ArrayRef, decimals: i64, mode: RoundMode, wanted: &[&str]) {
    let (rounded, failed) = round_array(&array, decimals, mode).expect("numbers");
    assert_eq!(
        rounded.data_type(),
        &rounded_type(array.data_type(), decimals)
    );
    let given = texts(&rounded).into_iter().enumerate().map(|(row, text)| {
        let null = if failed.contains(&row) { "!" } else { "-" };
        text.unwrap_or_else(|| null.to_owned())
    });
    assert_eq!(given.collect::<Vec<_>>(), wanted, "{decimals} {mode:?}");
}

#[test]
fn doubles_round_as_people_see_them() {
    use RoundMode::{Ceil, Floor, HalfEven, HalfUp, Trunc};
    let given: ArrayRef = Arc::new(Float64Array::from(vec![
        Some(2.675),
        Some(-2.665),
        Some(1.005),
        Some(0.1 + 0.2),
        None,
        Some(f64::NAN),
        Some(7.0),
        Some(-0.001),
    ]));
    let check = |mode, wanted: &[&str]| check(Arc::clone(&given), 2, mode, wanted);
    check(
        HalfUp,
        &["2.68", "-2.67", "1.01", "0.3", "-", "NaN", "7.0", "0.0"],
    );
    check(
        HalfEven,
        &["2.68", "-2.66", "1.0", "0.3", "-", "NaN", "7.0", "0.0"],
    );
    check(
        Floor,
        &["2.67", "-2.67", "1.0", "0.3", "-", "NaN", "7.0", "-0.01"],
    );
    check(
        Ceil,
        &["2.68", "-2.66", "1.01", "0.31", "-", "NaN", "7.0", "0.0"],
    );
    check(
        Trunc,
        &["2.67", "-2.66", "1.0", "0.3", "-", "NaN", "7.0", "0.0"],
    );
}

#[test]
fn doubles_round_far_before_and_behind_the_point() {
    let given = |values: Vec<f64>| Arc::new(Float64Array::from(values)) as ArrayRef;
    check(
        given(vec![1_250.0, -1_350.0, 49.9, 1e300, 5e-324, f64::INFINITY]),
        -2,
        RoundMode::HalfEven,
        &["1200.0", "-1400.0", "0.0", "1e300", "0.0", "Infinity"],
    );
    check(
        given(vec![0.123_456_789_012_345_68, 1e-18, 4e-19, 1e22]),
        18,
        RoundMode::HalfUp,
        &["0.12345678901234568", "1e-18", "0.0", "1e22"],
    );
    check(
        given(vec![1.0, -1.0, 5e-324]),
        -18,
        RoundMode::Ceil,
        &["1e18", "0.0", "1e18"],
    );
    check(
        given(vec![f64::MAX, f64::MIN]),
        -18,
        RoundMode::Trunc,
        &["1.7976931348623157e308", "-1.7976931348623157e308"],
    );
    check(
        Arc::new(Float32Array::from(vec![
            2.675,
            -0.05,
            16_777_217.0,
            f32::NAN,
        ])),
        1,
        RoundMode::HalfUp,
        &["2.7", "-0.1", "16777216.0", "NaN"],
    );
}

#[test]
fn whole_numbers_and_decimals_round_exactly() {
    use RoundMode::{Ceil, Floor, HalfEven, HalfUp, Trunc};
    let whole: ArrayRef = Arc::new(Int32Array::from(vec![
        Some(25),
        Some(-35),
        None,
        Some(i32::MAX),
        Some(i32::MIN),
    ]));
    check(
        Arc::clone(&whole),
        3,
        Floor,
        &["25", "-35", "-", "2147483647", "-2147483648"],
    );
    check(
        Arc::clone(&whole),
        -1,
        HalfEven,
        &["20", "-40", "-", "!", "!"],
    );
    check(
        Arc::clone(&whole),
        -1,
        HalfUp,
        &["30", "-40", "-", "!", "!"],
    );
    check(
        Arc::clone(&whole),
        -1,
        Trunc,
        &["20", "-30", "-", "2147483640", "-2147483640"],
    );
    check(whole, -18, Ceil, &["!", "0", "-", "!", "0"]);
    let long: ArrayRef = Arc::new(Int64Array::from(vec![i64::MAX, i64::MIN, 5]));
    check(
        long,
        -18,
        HalfUp,
        &["9000000000000000000", "-9000000000000000000", "0"],
    );
    let exact = decimals(vec![Some(9_995), Some(-125), None, Some(-995)], 4, 3);
    check(
        Arc::clone(&exact),
        3,
        HalfUp,
        &["9.995", "-0.125", "-", "-0.995"],
    );
    check(
        Arc::clone(&exact),
        9,
        HalfUp,
        &["9.995", "-0.125", "-", "-0.995"],
    );
    check(
        Arc::clone(&exact),
        2,
        HalfUp,
        &["10.00", "-0.13", "-", "-1.00"],
    );
    check(
        Arc::clone(&exact),
        2,
        HalfEven,
        &["10.00", "-0.12", "-", "-1.00"],
    );
    check(Arc::clone(&exact), 0, Floor, &["9", "-1", "-", "-1"]);
    check(Arc::clone(&exact), -1, HalfUp, &["10", "0", "-", "0"]);
    check(Arc::clone(&exact), -3, Ceil, &["1000", "0", "-", "0"]);
    check(Arc::clone(&exact), -3, Floor, &["0", "-1000", "-", "-1000"]);
    assert_eq!(
        rounded_type(&DataType::Decimal128(4, 3), 1),
        DataType::Decimal128(3, 1)
    );
    let most = 10i128.pow(38) - 1;
    check(
        decimals(vec![Some(most), Some(5)], 38, 0),
        -1,
        HalfUp,
        &["!", "10"],
    );
    check(
        decimals(vec![Some(most)], 38, 38),
        -18,
        Ceil,
        &["1000000000000000000"],
    );
    check(
        decimals(vec![Some(-1), Some(1)], 38, 38),
        -18,
        Floor,
        &["-1000000000000000000", "0"],
    );
}

#[test]
fn the_step_rounds_the_numbers_among_its_columns() {
    let batch = batch(vec![
        ("a", Arc::new(Int32Array::from(vec![i32::MAX, 4]))),
        ("b", text_array([Some("1.5"), None])),
        ("c", decimals(vec![Some(125), None], 5, 2)),
    ]);
    let facts = Facts::default();
    let (made, faults) = run(
        "round",
        &json!({"columns": "*", "decimals": -1}),
        &facts,
        &batch,
    );
    assert_eq!(shown(&made, "a"), ["-", "0"]);
    assert_eq!(shown(&made, "c"), ["0", "-"]);
    assert!(Arc::ptr_eq(made.column(1), batch.column(1)));
    assert_eq!(
        (rows(&faults), faults[0].code),
        (vec![0], "NUMBER_OVERFLOW")
    );
    let (made, _) = run(
        "round",
        &json!({"columns": ["c"], "decimals": 1}),
        &facts,
        &batch,
    );
    assert_eq!(shown(&made, "c"), ["1.2", "-"]);
    assert_eq!(
        made.schema_ref().field(2).data_type(),
        &DataType::Decimal128(5, 1)
    );
    let error = bind("round", &json!({"columns": ["b"]}), &facts, &batch).expect_err("a text");
    assert_eq!(error.code, "COLUMN_TYPE_MISMATCH");
}

proptest! {
    #[test]
    fn doubles_round_as_their_decimals(
        units in -999_999_999_999_999i64..=999_999_999_999_999,
        scale in 0..=15i8,
        places in -6..=12i64,
        mode in prop::sample::select(vec![
            RoundMode::HalfEven, RoundMode::HalfUp, RoundMode::Floor, RoundMode::Ceil, RoundMode::Trunc,
        ]),
    ) {
        let exact = decimals(vec![Some(i128::from(units))], 38, scale);
        let (double, _) = cast_array(&exact, &DataType::Float64).expect("numbers");
        let (rounded, _) = round_array(&double, places, mode).expect("numbers");
        let (exact, _) = round_array(&exact, places, mode).expect("numbers");
        let (wanted, _) = cast_array(&exact, &DataType::Float64).expect("numbers");
        prop_assert_eq!(
            rounded.as_primitive::<Float64Type>().value(0),
            wanted.as_primitive::<Float64Type>().value(0)
        );
    }

    #[test]
    fn rounding_twice_is_rounding_once(value in prop::num::f64::NORMAL, places in -18..=18i64) {
        let given: ArrayRef = Arc::new(Float64Array::from(vec![value]));
        let (once, _) = round_array(&given, places, RoundMode::HalfEven).expect("numbers");
        let (twice, _) = round_array(&once, places, RoundMode::HalfEven).expect("numbers");
        prop_assert_eq!(&once, &twice);
    }
}

#[test]
fn edges_make_half_open_groups() {
    let ages = vec![
        Some(-1.0),
        Some(0.0),
        Some(17.9),
        Some(18.0),
        Some(65.0),
        Some(1e9),
        None,
        Some(f64::NAN),
    ];
    let batch = batch(vec![
        ("age", Arc::new(Float64Array::from(ages))),
        (
            "n",
            decimals(
                vec![
                    Some(1),
                    Some(0),
                    Some(179),
                    Some(180),
                    Some(650),
                    None,
                    None,
                    None,
                ],
                5,
                1,
            ),
        ),
        ("t", text_array([None; 8])),
    ]);
    let facts = Facts::default();
    let edges = json!([0, 18, 65]);
    let params = json!({"column": "age", "edges": edges, "labels": ["c", "a", "s"], "output": "g"});
    let (made, _) = run("bin", &params, &facts, &batch);
    assert_eq!(shown(&made, "g"), ["-", "c", "c", "a", "s", "s", "-", "-"]);
    let params = json!({"column": "age", "edges": edges, "labels": ["c", "a"]});
    let (made, _) = run("bin", &params, &facts, &batch);
    assert_eq!(
        shown(&made, "age"),
        ["-", "c", "c", "a", "-", "-", "-", "-"]
    );
    assert_eq!(made.num_columns(), 3);
    let params = json!({"column": "n", "edges": [0, 0.5, 18, 65]});
    let (made, _) = run("bin", &params, &facts, &batch);
    assert_eq!(
        shown(&made, "n"),
        [
            "[0, 0.5)",
            "[0, 0.5)",
            "[0.5, 18)",
            "[18, 65)",
            "[65, ∞)",
            "-",
            "-",
            "-"
        ]
    );
    let params = json!({"column": "age", "edges": [18], "labels": ["adult"]});
    let (made, _) = run("bin", &params, &facts, &batch);
    assert_eq!(shown(&made, "age")[2..4], ["-", "adult"]);
    let error = bind("bin", &json!({"column": "t", "edges": [1]}), &facts, &batch);
    assert_eq!(error.expect_err("a text").code, "COLUMN_TYPE_MISMATCH");
}

#[test]
fn quantiles_make_groups_of_the_borders_that_were_found() {
    let numbers = vec![
        Some(1),
        Some(2),
        Some(3),
        Some(4),
        Some(5),
        None,
        Some(9),
        Some(0),
    ];
    let batch = batch(vec![("n", Arc::new(Int64Array::from(numbers)) as ArrayRef)]);
    let facts = |edges: &[f64]| Facts {
        edges: edges.to_vec(),
        ..Facts::default()
    };
    let params = json!({"column": "n", "quantiles": 2});
    let (made, _) = run("bin", &params, &facts(&[1.0, 3.0, 5.0]), &batch);
    assert_eq!(
        shown(&made, "n"),
        ["q1", "q1", "q2", "q2", "q2", "-", "q2", "q1"]
    );
    let labelled = json!({"column": "n", "quantiles": 2, "labels": ["low", "high"]});
    let (made, _) = run("bin", &labelled, &facts(&[1.0, 3.0, 5.0]), &batch);
    assert_eq!(shown(&made, "n")[4], "high");
    // All numbers equal but for the last group.
    let (made, _) = run("bin", &params, &facts(&[5.0, 5.0, 5.0]), &batch);
    assert_eq!(shown(&made, "n")[4], "q2");
    let (made, _) = run("bin", &params, &facts(&[]), &batch);
    assert_eq!(shown(&made, "n"), ["-"; 8]);
    for edges in [&[1.0, 2.0][..], &[3.0, 2.0, 1.0]] {
        let error = bind("bin", &params, &facts(edges), &batch).expect_err("other borders");
        assert_eq!(error.code, "STEP_FAILED");
    }
}

#[test]
fn outliers_are_told_emptied_or_cut() {
    let batch = batch(vec![
        (
            "i",
            Arc::new(Int32Array::from(vec![
                Some(-9),
                Some(2),
                None,
                Some(100),
                Some(5),
            ])),
        ),
        (
            "x",
            Arc::new(Float64Array::from(vec![
                Some(0.0),
                Some(f64::NAN),
                Some(9.5),
                None,
                Some(-8.0),
            ])),
        ),
        (
            "d",
            decimals(vec![Some(-999), Some(0), Some(1), Some(999), None], 4, 2),
        ),
        (
            "u",
            Arc::new(Int64Array::from(vec![
                Some(1),
                Some(2),
                Some(3),
                Some(4),
                Some(5),
            ])),
        ),
    ]);
    let mut facts = Facts::default();
    facts.fences.insert("i".to_owned(), (-2.5, 7.5));
    facts.fences.insert("x".to_owned(), (-7.25, 9.5));
    facts.fences.insert("d".to_owned(), (-1.005, 1.005));
    let params = |action: &str| json!({"columns": "*", "action": action});
    let (made, _) = run("outliers", &params("flag"), &facts, &batch);
    assert_eq!(made.num_columns(), 8);
    assert_eq!(
        shown(&made, "i_outlier"),
        ["true", "false", "false", "true", "false"]
    );
    assert_eq!(
        shown(&made, "x_outlier"),
        ["false", "false", "false", "false", "true"]
    );
    assert_eq!(shown(&made, "u_outlier"), ["false"; 5]);
    let (made, _) = run("outliers", &params("null"), &facts, &batch);
    assert_eq!(shown(&made, "i"), ["-", "2", "-", "-", "5"]);
    assert_eq!(shown(&made, "d"), ["-", "0.00", "0.01", "-", "-"]);
    let (made, _) = run("outliers", &params("clip"), &facts, &batch);
    assert_eq!(shown(&made, "i"), ["-2", "2", "-", "7", "5"]);
    assert_eq!(shown(&made, "x"), ["0.0", "NaN", "9.5", "-", "-7.25"]);
    assert_eq!(shown(&made, "d"), ["-1.00", "0.00", "0.01", "1.00", "-"]);
    assert!(Arc::ptr_eq(made.column(3), batch.column(3)));
    assert_eq!(made.schema(), batch.schema());
    let operator = bind("outliers", &params("drop"), &facts, &batch).expect("a step");
    let Output::Kept(keep) = operator.apply(&batch, &mut Vec::new()).expect("rows") else {
        panic!("rows are dropped");
    };
    let keep: Vec<bool> = keep.iter().flatten().collect();
    assert_eq!(keep, [false, true, true, false, false]);
    let none = operator.apply(&batch.slice(0, 0), &mut Vec::new());
    assert!(matches!(none, Ok(Output::Kept(keep)) if keep.is_empty()));
}

proptest! {
    #[test]
    fn what_is_cut_lies_within(
        values in prop::collection::vec(prop::option::of(any::<i64>()), 1..20),
        low in -1e18..1e18f64,
        width in 1.0..1e18f64,
        to in prop::sample::select(vec![
            DataType::Int64, DataType::Float64, DataType::Float32, DataType::Decimal128(25, 3),
        ]),
    ) {
        let (given, _) = cast_array(&(Arc::new(Int64Array::from(values)) as ArrayRef), &to).expect("numbers");
        let batch = batch(vec![("n", Arc::clone(&given))]);
        let mut facts = Facts::default();
        facts.fences.insert("n".to_owned(), (low, low + width));
        let (made, _) = run("outliers", &json!({"columns": ["n"], "action": "clip"}), &facts, &batch);
        let (before, after) = (doubles(&given).expect("numbers"), doubles(made.column(0)).expect("numbers"));
        for row in 0..batch.num_rows() {
            prop_assert_eq!(before.is_null(row), after.is_null(row));
            if before.is_valid(row) {
                let (before, after) = (before.value(row), after.value(row));
                prop_assert!((low..=low + width).contains(&after));
                prop_assert!(before == after || before < low || before > low + width);
            }
        }
    }
}

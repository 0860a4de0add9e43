use arrow::array::{Array, RecordBatch};
use arrow::compute::concat;
use millrace_steps::expression::functions;
use proptest::prelude::*;
use proptest::strategy::ValueTree;

use super::{formula, results, sample};
use crate::operator::Fault;

/// Expressions of every type over the columns of the sample.
fn texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "i",
        "n",
        "d",
        "f",
        "g",
        "s",
        "t",
        "b",
        "day",
        "ts",
        "tz",
        "sec",
        "1",
        "0",
        "2.5",
        "1e1",
        "'a'",
        "''",
        "null",
        "true",
        "'2024-01-31'",
        "date '2024-02-29'",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.extend(
        [
            "i % n",
            "upper(s)",
            "d * 2",
            "i / n",
            "coalesce(n, 5)",
            "nullif(b, true)",
        ]
        .map(str::to_owned),
    );
    texts
}

fn operand() -> impl Strategy<Value = String> {
    prop::sample::select(texts())
}

/// Any function of the language with any operands, most of which do not fit.
fn call() -> impl Strategy<Value = String> {
    (
        prop::sample::select(functions()),
        prop::collection::vec(operand(), 4),
    )
        .prop_map(|(function, operands)| {
            let usage = function.usage.replace(['[', ']', '…'], "");
            let inner = usage
                .split_once('(')
                .map_or("", |(_, inner)| inner.trim_end_matches(')'));
            let arguments = inner
                .split(',')
                .zip(operands)
                .filter_map(|(argument, operand)| {
                    Some(match argument.trim() {
                        "" => return None,
                        "size" => "2".to_owned(),
                        "'pattern'" => "'([a-z])'".to_owned(),
                        "'unit'" => "'month'".to_owned(),
                        "'format'" => "'%Y-%m-%d'".to_owned(),
                        _ => operand,
                    })
                });
            let arguments: Vec<String> = arguments.collect();
            format!("{}({})", function.name, arguments.join(", "))
        })
}

fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![3 => operand(), 2 => call()];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let operators = prop::sample::select(vec![
            "+", "-", "*", "/", "%", "||", "=", "<>", "<", "<=", ">", ">=", "and", "or",
        ]);
        prop_oneof![
            3 => (inner.clone(), operators, inner.clone()).prop_map(|(a, o, b)| format!("({a} {o} {b})")),
            1 => (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("case when {a} then {b} else {c} end")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("coalesce({a}, {b})")),
            1 => (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("({a} between {b} and {c})")),
            1 => (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("({a} in ({b}, {c}))")),
            1 => inner.clone().prop_map(|a| format!("(not {a})")),
            1 => inner.clone().prop_map(|a| format!("({a} is null)")),
            1 => (inner, prop::sample::select(vec!["int64", "string", "double", "decimal(10,2)", "date", "timestamp", "boolean"]))
                .prop_map(|(a, to)| format!("try_cast({a} as {to})")),
        ]
    })
}

/// The rows of the sample, some of them again.
fn many() -> RecordBatch {
    let sample = sample();
    let rows = arrow::array::UInt32Array::from(vec![0, 1, 2, 3, 3, 2, 0, 1, 1, 0, 3]);
    arrow::compute::take_record_batch(&sample, &rows).expect("rows")
}

/// Faults in the order in which steps look at them.
fn first_of_each_row(mut faults: Vec<Fault>) -> Vec<Fault> {
    faults.sort_by_key(|fault| fault.row);
    faults.dedup_by_key(|fault| fault.row);
    faults
}

fn bound(text: &str, batch: &RecordBatch) -> Option<super::Formula> {
    let expression = millrace_steps::Expression::parse(text).ok()?;
    super::Formula::bind(&expression, &batch.schema()).ok()
}

/// A property of expressions is worth something only if enough of them can be bound.
#[test]
fn enough_random_expressions_are_bound() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let batch = sample();
    let bound = (0..2_000)
        .filter(|_| {
            let text = expression()
                .new_tree(&mut runner)
                .expect("a text")
                .current();
            bound(&text, &batch).is_some()
        })
        .count();
    assert!(bound > 300, "{bound}");
}

#[test]
fn what_does_not_depend_on_rows_is_computed_once() {
    let batch = sample();
    for (text, constant) in [
        ("1 + 2 * 3", true),
        ("upper('a') || length('abc')", true),
        ("case when 1 = 2 then 1 % 0 else 3 end", true),
        ("year(date_add('day', 1, '2024-12-31'))", true),
        ("3 in (1, 2, 3)", true),
        ("1 % 0", false),
        ("i + 1", false),
    ] {
        let part = formula(text, &batch).expect("a formula").into_part();
        assert_eq!(part.as_constant().is_some(), constant, "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// Nothing panics, types are kept, and each row is computed for itself.
    #[test]
    fn any_division_of_the_rows_gives_the_same(text in expression(), cut in 0usize..12) {
        let batch = many();
        let Some(formula) = bound(&text, &batch) else {
            return Ok(());
        };
        let apply = |from: usize, length: usize| {
            let mut faults = Vec::new();
            let cells = formula.evaluate(&batch.slice(from, length), "out", &mut faults);
            let mut faults = first_of_each_row(faults);
            for fault in &mut faults {
                fault.row += from;
            }
            (cells.expect("cells"), faults)
        };
        let cut = cut.min(batch.num_rows());
        let (whole, faults) = apply(0, batch.num_rows());
        prop_assert_eq!(whole.data_type(), formula.data_type());
        let (first, mut parts_faults) = apply(0, cut);
        let (second, more) = apply(cut, batch.num_rows() - cut);
        parts_faults.extend(more);
        let parts: Vec<&dyn Array> = vec![&first, &second];
        let parts = concat(&parts).expect("one column");
        prop_assert_eq!(format!("{parts:?}"), format!("{whole:?}"), "{}", text);
        prop_assert_eq!(parts_faults, faults, "{}", text);
    }

    /// What is true of an expression is true of it in a branch that is always taken.
    #[test]
    fn a_branch_gives_what_its_expression_gives(text in expression()) {
        let batch = many();
        let branch = format!("case when b is null then null else {text} end");
        let (Some(_), Some(_)) = (bound(&text, &batch), bound(&branch, &batch)) else {
            return Ok(());
        };
        let (_, plain) = results(&text, &batch);
        let (_, branched) = results(&branch, &batch);
        for (row, (plain, branched)) in plain.iter().zip(&branched).enumerate() {
            let expected = if batch.column_by_name("b").expect("b").is_null(row) { "null" } else { plain.as_str() };
            prop_assert_eq!(branched, expected, "{} in row {}", text, row);
        }
    }
}

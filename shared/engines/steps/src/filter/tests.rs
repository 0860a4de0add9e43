//! Operators with good and bad values, trees, and the normal form.

use serde_json::{Value, json};

use super::*;
use crate::fault::{Code, Fault};
use crate::read::Findings;

fn read(value: &Value) -> Result<Condition, Vec<Fault>> {
    let mut findings = Findings::default();
    let condition = Condition::read(value, &mut Scope::new("", "when", &mut findings));
    match condition {
        Some(condition) if findings.faults.is_empty() => Ok(condition),
        _ => Err(findings.faults),
    }
}

fn good(value: &Value) -> Value {
    let condition = read(value).unwrap_or_else(|faults| panic!("{value}: {faults:?}"));
    let normal = condition.write();
    assert_eq!(
        read(&normal).as_ref(),
        Ok(&condition),
        "{value} does not round trip"
    );
    normal
}

/// Path and code of the faults.
fn bad(value: &Value) -> Vec<(String, Code)> {
    let faults = read(value).expect_err(&value.to_string());
    faults
        .into_iter()
        .map(|fault| (fault.path, fault.code))
        .collect()
}

/// A good value and a bad one for each operator.
fn values(operator: FilterOperator) -> (Vec<Value>, Vec<Value>) {
    match operator.value() {
        ValueShape::Nothing => (vec![Value::Null], vec![json!(1)]),
        ValueShape::Scalar => (
            vec![json!("5"), json!(5), json!(-0.5), json!(true), json!("")],
            vec![Value::Null, json!([1]), json!({}), json!(u64::MAX)],
        ),
        ValueShape::Ordered => (
            vec![json!("a"), json!(1)],
            vec![Value::Null, json!(true), json!([1])],
        ),
        ValueShape::Pair => (
            vec![json!([1, 9]), json!(["a", "b"]), json!([1.5, 1.5])],
            vec![
                Value::Null,
                json!(1),
                json!([1]),
                json!([1, 2, 3]),
                json!([9, 1]),
                json!([1, "b"]),
                json!([1, null]),
                json!([true, false]),
            ],
        ),
        ValueShape::List => (
            vec![json!(["a", 1, true]), json!([0])],
            vec![
                Value::Null,
                json!([]),
                json!("a"),
                json!([null]),
                json!([[1]]),
                json!(vec![1; 10_001]),
            ],
        ),
        ValueShape::Text => (
            vec![json!("a"), json!("")],
            vec![Value::Null, json!(1), json!(["a"])],
        ),
        ValueShape::Pattern => (vec![json!("^a+$")], vec![Value::Null, json!("("), json!(1)]),
        ValueShape::Moment => (
            vec![json!("2024-02-29"), json!("2024-02-29T10:00:00Z")],
            vec![
                Value::Null,
                json!("2023-02-29"),
                json!("yesterday"),
                json!(20240101),
            ],
        ),
        ValueShape::Day => (
            vec![json!("2024-02-29")],
            vec![Value::Null, json!("2024-02-29T10:00"), json!("29.2.2024")],
        ),
        ValueShape::Timespan => (
            vec![json!("12h"), json!("30d"), json!("2w")],
            vec![
                Value::Null,
                json!("30"),
                json!(30),
                json!("1m"),
                json!("0d"),
            ],
        ),
        ValueShape::Length => (
            vec![json!(0), json!(5.0)],
            vec![Value::Null, json!(-1), json!(1.5), json!("5")],
        ),
        ValueShape::Dtype => (
            vec![Value::Null, json!("decimal(18,2)")],
            vec![json!("money"), json!(1)],
        ),
    }
}

#[test]
fn every_operator_takes_good_values_and_refuses_bad_ones() {
    for word in FilterOperator::WORDS {
        let operator = FilterOperator::find(word).unwrap();
        let (accepted, refused) = values(operator);
        for value in accepted {
            let mut condition = json!({"column": "c", "operator": word});
            if !value.is_null() {
                condition["value"] = value;
            }
            assert_eq!(good(&condition)["operator"], *word);
        }
        for value in refused {
            let faults = bad(&json!({"column": "c", "operator": word, "value": value}));
            assert!(
                faults.iter().all(|(path, _)| path.starts_with("/value")),
                "{faults:?}"
            );
        }
        let columns = json!({"column": "c", "operator": word, "value_column": "d"});
        assert_eq!(
            read(&columns).is_ok(),
            operator.compares_columns(),
            "{word}"
        );
        let (accepted, _) = values(operator);
        let insensitive =
            json!({"column": "c", "operator": word, "value": accepted[0], "case_sensitive": false});
        let knows = operator.knows_case() || operator == FilterOperator::Ilike;
        assert_eq!(read(&insensitive).is_ok(), knows, "{word}");
    }
    assert_eq!(operators().len(), FilterOperator::WORDS.len());
}

#[test]
fn aliases_become_the_operator_that_they_mean() {
    for (alias, normal) in [
        ("==", "eq"),
        ("=", "eq"),
        ("equals", "eq"),
        ("!=", "ne"),
        ("<>", "ne"),
        ("not_equals", "ne"),
        (">", "gt"),
        (">=", "gte"),
        ("<", "lt"),
        ("<=", "lte"),
        ("greater_than", "gt"),
        ("less_than_or_equal", "lte"),
        ("regex", "matches"),
        ("isnull", "is_null"),
    ] {
        let operator = FilterOperator::find(alias).unwrap();
        assert_eq!(operator.as_str(), normal);
    }
    let names: Vec<&str> = operators()
        .iter()
        .flat_map(|operator| operator.aliases.iter().copied().chain([operator.name]))
        .collect();
    let distinct: std::collections::HashSet<&&str> = names.iter().collect();
    assert_eq!(distinct.len(), names.len(), "a name means two operators");
}

#[test]
fn the_documented_shape_is_its_own_normal_form() {
    for value in [
        json!({"column": "country", "operator": "eq", "value": "India"}),
        json!({"column": "a", "operator": "ne", "value": 1, "negate": true, "nulls": "match"}),
        json!({"column": "a", "operator": "eq", "value": "x", "case_sensitive": false}),
        json!({"all": [{"column": "a", "operator": "is_null"},
                       {"any": [{"expression": "a > 1"}, {"not": {"column": "b", "operator": "is_true"}}]}]}),
    ] {
        assert_eq!(good(&value), value);
    }
    let defaults = json!({"column": "a", "operator": "eq", "value": 1, "case_sensitive": true,
                          "negate": false, "nulls": null});
    assert_eq!(
        good(&defaults),
        json!({"column": "a", "operator": "eq", "value": 1})
    );
}

#[test]
fn every_fault_of_a_tree_is_found_at_its_place() {
    let faults = bad(&json!({"all": [
        {"column": "a", "operator": "equal to", "value": 1},
        {"any": [{"column": 5, "operator": "eq", "value": 1, "colour": 1}]},
        {"not": {"operator": "is_null"}},
        {"expression": "a +"},
        {"expression": "a + 1"},
        {},
        7
    ], "value": 1}));
    assert_eq!(
        faults,
        [
            ("/all/0/operator".to_owned(), Code::NotAllowed),
            ("/all/1/any/0/column".to_owned(), Code::WrongType),
            ("/all/1/any/0/colour".to_owned(), Code::UnknownParameter),
            ("/all/2/not/column".to_owned(), Code::MissingParameter),
            ("/all/3/expression".to_owned(), Code::InvalidExpression),
            ("/all/4/expression".to_owned(), Code::InvalidExpression),
            ("/all/5/column".to_owned(), Code::MissingParameter),
            ("/all/5/operator".to_owned(), Code::MissingParameter),
            ("/all/6".to_owned(), Code::WrongType),
            ("/value".to_owned(), Code::UnknownParameter),
        ]
    );
}

#[test]
fn shapes_that_exclude_each_other_and_empty_lists_are_refused() {
    for (value, path) in [
        (json!({"all": [], "any": []}), ""),
        (json!({"all": []}), "/all"),
        (json!({"any": {}}), "/any"),
        (json!({"not": []}), "/not"),
        (
            json!({"column": "a", "operator": "eq", "value": 1, "value_column": "b"}),
            "/value_column",
        ),
        (
            json!({"column": "a", "operator": "ilike", "value": "x", "case_sensitive": true}),
            "/case_sensitive",
        ),
        (
            json!({"column": "a", "operator": "eq", "value": 1, "nulls": "ignore"}),
            "/nulls",
        ),
        (json!({"column": "", "operator": "is_null"}), "/column"),
        (json!({"column": "a", "operator": ["eq"]}), "/operator"),
        (json!([]), ""),
    ] {
        assert_eq!(bad(&value)[0].0, path, "{value}");
    }
}

#[test]
fn nesting_is_limited() {
    let nested = |times| {
        let leaf = json!({"column": "a", "operator": "is_null"});
        (0..times).fold(leaf, |inner, _| json!({"not": inner}))
    };
    good(&nested(DEEPEST));
    let faults = bad(&nested(DEEPEST + 1));
    assert_eq!(faults[0].1, Code::TooLarge);
}

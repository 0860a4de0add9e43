//! No JSON makes the parser panic, and what it accepts is its own normal form.

use std::sync::LazyLock;

use millrace_steps::filter::FilterOperator;
use millrace_steps::{Catalogue, Code, InputOptions, Pipeline, Step, catalogue};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::{Map, Value, json};

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(catalogue);

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        word().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Words that mean something somewhere, so that values come near to being right.
fn word() -> impl Strategy<Value = String> {
    let mut words: Vec<String> = [
        "*",
        "a",
        "b",
        "eq",
        "%Y-%m-%d",
        "decimal(18,2)",
        "a > 1",
        "(a)",
        "UTC",
        "30d",
        ",",
        "auto",
    ]
    .map(str::to_owned)
    .to_vec();
    for step in &CATALOGUE.steps {
        for parameter in &step.parameters {
            words.extend(parameter.shape.allowed().into_iter().map(str::to_owned));
        }
    }
    prop::sample::select(words)
}

fn key() -> impl Strategy<Value = String> {
    let mut keys: Vec<String> = [
        "type", "params", "id", "on_error", "regex", "dtype", "except", "when", "then", "formats",
    ]
    .map(str::to_owned)
    .to_vec();
    for step in &CATALOGUE.steps {
        keys.extend(
            step.parameters
                .iter()
                .map(|parameter| parameter.name.to_owned()),
        );
    }
    prop_oneof![9 => prop::sample::select(keys), 1 => any::<String>()]
}

/// A step of a type that exists, with parameters that it knows and values that may fit.
fn near_step() -> impl Strategy<Value = Value> {
    let names: Vec<&'static str> = Step::TYPES.to_vec();
    prop::sample::select(names).prop_flat_map(|name| {
        let step = CATALOGUE.steps.iter().find(|step| step.name == name);
        let members: Vec<_> = step
            .into_iter()
            .flat_map(|step| &step.parameters)
            .map(|parameter| {
                let given = if parameter.required { 19 } else { 8 };
                let fitting = fitting(&parameter.shape.schema());
                let value = prop_oneof![given => fitting.prop_map(Some), 20_u32.saturating_sub(given) => Just(None)];
                let key = parameter.name;
                value.prop_map(move |value| value.map(|value| (key.to_owned(), value)))
            })
            .collect();
        let parameters = members.prop_map(move |members| {
            let mut params: Map<String, Value> = members.into_iter().flatten().collect();
            // Only what belongs to the variant that was drawn.
            let step = CATALOGUE.steps.iter().find(|step| step.name == name);
            for parameter in step.into_iter().flat_map(|step| &step.parameters) {
                let Some(only) = &parameter.only_with else {
                    continue;
                };
                let drawn = params.get(only.parameter).and_then(Value::as_str);
                if !only.values.iter().any(|value| Some(*value) == drawn) {
                    params.remove(parameter.name);
                }
            }
            Value::Object(params)
        });
        let parameters = if name == "filter" {
            prop_oneof![condition(), parameters].boxed()
        } else {
            parameters.boxed()
        };
        parameters.prop_map(move |params| json!({"type": name, "params": params}))
    })
}

/// Texts of which most are what a description asks for.
fn texts(content: &str) -> BoxedStrategy<Value> {
    let fitting = match content {
        "a date format" => vec!["%Y-%m-%d", "%d.%m.%Y %H:%M", "%s"],
        "a regular expression" => vec!["^a", "(x)", "[0-9]+"],
        "an expression" => vec!["a > 1", "b", "upper(a) = 'X' or not b", "1 +"],
        "a time zone" => vec!["UTC", "Asia/Kolkata", "+05:30"],
        "one character" => vec![",", "*", "\t"],
        "an encoding" => vec!["utf-8", "latin1"],
        other if other.starts_with("a data type") => vec!["int64", "decimal(18,2)", "date", "text"],
        _ => return word().prop_map(Value::from).boxed(),
    };
    prop::sample::select(fitting).prop_map(Value::from).boxed()
}

/// The parameters of a filter: an operator, with a value that may be right.
fn condition() -> impl Strategy<Value = Value> {
    let values = prop::sample::select(vec![
        json!("a"),
        json!(5),
        json!(1.5),
        json!(["a", "b"]),
        json!([1, 2]),
        json!("2024-01-31"),
        json!("30d"),
        json!("int64"),
        json!(true),
        Value::Null,
    ]);
    let flags = (
        any::<bool>(),
        any::<bool>(),
        prop::option::of(Just("match")),
    );
    let operator = prop::sample::select(FilterOperator::WORDS);
    (operator, values, flags).prop_map(|(operator, value, (case_sensitive, negate, nulls))| {
        json!({"column": "a", "operator": operator, "value": value, "case_sensitive": case_sensitive,
               "negate": negate, "nulls": nulls})
    })
}

/// A value that a JSON schema allows.
fn fitting(schema: &Value) -> BoxedStrategy<Value> {
    if let Some(words) = schema["enum"].as_array() {
        return prop::sample::select(words.clone()).boxed();
    }
    if let Some(schemas) = schema["anyOf"].as_array() {
        let choices: Vec<BoxedStrategy<Value>> = schemas.iter().map(fitting).collect();
        return prop::strategy::Union::new(choices).boxed();
    }
    match schema["type"].as_str() {
        Some("boolean") => any::<bool>().prop_map(Value::from).boxed(),
        Some("integer") => {
            let least = schema["minimum"].as_i64().unwrap_or(-5);
            let most = schema["maximum"]
                .as_i64()
                .unwrap_or(least + 50)
                .min(least + 50);
            (least..=most).prop_map(Value::from).boxed()
        }
        Some("number") => (0..100_i32)
            .prop_map(|number| json!(f64::from(number) / 50.0))
            .boxed(),
        Some("string") => texts(schema["description"].as_str().unwrap_or_default()),
        Some("array") => prop::collection::vec(fitting(&schema["items"]), 0..4)
            .prop_map(Value::from)
            .boxed(),
        Some("object") if schema["additionalProperties"].is_object() => {
            let value = fitting(&schema["additionalProperties"]);
            prop::collection::vec((word(), value), 1..4)
                .prop_map(|members| Value::Object(members.into_iter().collect()))
                .boxed()
        }
        Some("object") => {
            let members: Vec<_> = schema["properties"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(key, schema)| {
                    let key = key.clone();
                    prop::option::weighted(0.7, fitting(schema))
                        .prop_map(move |value| value.map(|value| (key.clone(), value)))
                })
                .collect();
            members
                .prop_map(|members| Value::Object(members.into_iter().flatten().collect()))
                .boxed()
        }
        Some("null") => Just(Value::Null).boxed(),
        // A condition.
        _ => prop_oneof![
            condition(),
            Just(json!({"expression": "a > 1"})),
            condition().prop_map(
                |inner| json!({"any": [inner, {"not": {"column": "b", "operator": "is_null"}}]})
            ),
        ]
        .boxed(),
    }
}

fn holds(steps: &Value) -> Result<bool, TestCaseError> {
    match Pipeline::parse(steps) {
        Ok(pipeline) => {
            let normal = pipeline.to_json();
            let again = serde_json::from_value::<Pipeline>(normal.clone());
            prop_assert!(again.is_ok(), "{} became {}: {:?}", steps, normal, again);
            let again = again.expect("it was just seen to be good");
            prop_assert_eq!(&again, &pipeline);
            prop_assert_eq!(again.to_json(), normal);
            prop_assert_eq!(pipeline.classes().len(), pipeline.steps().len());
            for names in [
                pipeline.input_columns(),
                vec!["a".to_owned(), "b".to_owned()],
            ] {
                let missing = pipeline.check_columns(&names);
                prop_assert!(
                    missing
                        .iter()
                        .all(|fault| fault.code == Code::ColumnNotFound)
                );
            }
            Ok(true)
        }
        Err(faults) => {
            prop_assert!(!faults.is_empty());
            for fault in faults {
                prop_assert!(fault.path.starts_with("/processing_steps"));
                prop_assert!(!fault.message.is_empty());
            }
            Ok(false)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_json_panics(value in any_json()) {
        holds(&value)?;
        holds(&json!([value]))?;
        holds(&json!([{"type": "filter", "params": value}]))?;
        let _ = InputOptions::parse(&value);
    }

    #[test]
    fn what_is_nearly_a_pipeline_holds(steps in prop::collection::vec(near_step(), 1..4)) {
        holds(&json!(steps))?;
    }
}

/// Random steps are worth something only if many of them are good.
#[test]
fn a_good_share_of_random_steps_is_accepted() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut accepted = std::collections::BTreeMap::new();
    for _ in 0..3_000 {
        let step = near_step().new_tree(&mut runner).unwrap().current();
        let good = Pipeline::parse(&json!([step])).is_ok();
        *accepted.entry(step["type"].to_string()).or_insert(0) += u32::from(good);
    }
    let never: Vec<&String> = accepted
        .iter()
        .filter(|(_, good)| **good == 0)
        .map(|(name, _)| name)
        .collect();
    // Groups of patterns and rules inside rules are hardly ever hit.
    assert!(never.len() <= 2, "{never:?}");
}

//! Pipelines as a whole: places, limits, normal form.

use crate::common::{faults, good};
use millrace_steps::{Code, OnError, Pipeline, Step};
use serde_json::{Value, json};

fn parse(steps: &Value) -> Pipeline {
    Pipeline::parse(steps).unwrap_or_else(|faults| panic!("{steps}\n{faults:#?}"))
}

/// Path and code of each fault.
fn bad(steps: &Value) -> Vec<(String, Code)> {
    let found = Pipeline::parse(steps).expect_err("the steps are bad");
    found
        .into_iter()
        .map(|fault| (fault.path, fault.code))
        .collect()
}

fn pairs(expected: &[(&str, Code)]) -> Vec<(String, Code)> {
    expected
        .iter()
        .map(|(path, code)| ((*path).to_owned(), *code))
        .collect()
}

#[test]
fn the_documented_job_is_read() {
    let pipeline = parse(&json!([
        {"type": "filter", "params": {"column": "country", "operator": "eq", "value": "India"}},
        {"type": "convert_format", "params": {"to_format": "parquet"}}
    ]));
    assert_eq!(pipeline.output_format().unwrap().name().as_str(), "parquet");
    assert_eq!(pipeline.steps()[0].on_error, OnError::Fail);
    assert_eq!(parse(&json!([])), Pipeline::default());
    assert!(parse(&json!([])).output_format().is_none());
}

#[test]
fn every_fault_of_every_step_is_listed() {
    let found = bad(&json!([
        {"type": "filtre", "params": {}},
        {"type": "limit", "params": {"count": "x", "ofset": 1}, "on_eror": "fail"},
        {"params": {"count": 1}},
        {"type": "window", "params": {}},
        "sort",
        {"type": "limit", "params": [], "on_error": "drop", "id": "a b"},
        {"type": 5},
        {"type": "convert_format", "params": {"to_format": "csv"}, "id": "x"},
        {"type": "convert_format", "params": {"to_format": "csv"}, "id": "x"},
    ]));
    assert_eq!(
        found,
        pairs(&[
            ("/processing_steps/0/type", Code::UnknownStep),
            ("/processing_steps/1/params/count", Code::WrongType),
            ("/processing_steps/1/params/ofset", Code::UnknownParameter),
            ("/processing_steps/1/on_eror", Code::UnknownParameter),
            ("/processing_steps/2/type", Code::MissingParameter),
            ("/processing_steps/3/type", Code::StepNotAvailable),
            ("/processing_steps/4", Code::WrongType),
            ("/processing_steps/5/id", Code::InvalidValue),
            ("/processing_steps/5/on_error", Code::NotAllowed),
            ("/processing_steps/5/params", Code::WrongType),
            ("/processing_steps/6/type", Code::WrongType),
            ("/processing_steps/7/type", Code::WrongPlace),
            ("/processing_steps/8/id", Code::Duplicate),
            ("/processing_steps/8/type", Code::WrongPlace),
        ])
    );
}

#[test]
fn messages_say_what_to_do() {
    for (step, message) in [
        (
            json!({"type": "filtre"}),
            "\"filtre\" is no step; did you mean filter?",
        ),
        (
            json!({"type": "sql"}),
            "sql is not available yet; use filter, derive and aggregate",
        ),
        (
            json!({"type": "limit", "params": {"cuont": 5, "count": 1}}),
            "there is no \"cuont\"; did you mean count?",
        ),
        (
            json!({"type": "limit", "params": {"count": "5"}}),
            "count must be a whole number, not a text",
        ),
        (
            json!({"type": "round", "params": {"columns": "*", "decimals": 99}}),
            "decimals must be from -18 to 18",
        ),
        (
            json!({"type": "sort", "params": {"by": [{"column": "a", "order": "descending"}]}}),
            "order cannot be \"descending\"; did you mean desc?",
        ),
        (
            json!({"type": "fill_nulls", "params": {"columns": "a", "strategy": "mean", "value": 1}}),
            "leave value out: it is used with strategy constant, not with mean",
        ),
        (
            json!({"type": "derive", "params": {"output": "x", "expression": "a ++ b *"}}),
            "a value was expected, but the expression ends at character 9",
        ),
        (
            json!({"type": "filter", "params": {"column": "a", "operator": "eq", "value": [1]}}),
            "value of eq must be a text, a number, true or false; use the operator in for a list",
        ),
        (
            json!({"type": "filter", "params": {"column": "a", "operator": "eq", "value": null}}),
            "use the operator is_null or is_not_null: nothing equals null",
        ),
    ] {
        assert_eq!(faults(&step)[0].message, message);
    }
    let unknown = &faults(&json!({"type": "filtre"}))[0];
    assert_eq!(unknown.allowed, Step::TYPES);
    let operator =
        &faults(&json!({"type": "filter", "params": {"column": "a", "operator": "x"}}))[0];
    assert!(operator.allowed.len() > 30 && operator.allowed.contains(&"within_last".to_owned()));
}

#[test]
fn planned_steps_are_refused_with_what_exists() {
    for kind in [
        "scale",
        "one_hot",
        "tokenize_pii",
        "window",
        "standardize",
        "cluster_values",
        "sql",
    ] {
        let found = &faults(&json!({"type": kind, "params": {"anything": 1}}))[0];
        assert_eq!(found.code, Code::StepNotAvailable);
        assert_eq!(found.allowed, Step::TYPES);
    }
    assert_eq!(Step::TYPES.len(), 43);
}

#[test]
fn limits_hold() {
    let steps = |count: usize| {
        json!(vec![
            json!({"type": "limit", "params": {"count": 1}});
            count
        ])
    };
    parse(&steps(100));
    assert_eq!(
        bad(&steps(101)),
        pairs(&[("/processing_steps", Code::TooLarge)])
    );
    let long =
        json!([{"type": "derive", "params": {"output": "x".repeat(33_000), "expression": "1"}}]);
    assert_eq!(bad(&long), pairs(&[("/processing_steps", Code::TooLarge)]));
    let deep = (0..100_000).fold(json!(1), |inner, _| Value::Array(vec![inner]));
    assert_eq!(bad(&deep), pairs(&[("/processing_steps", Code::TooLarge)]));
    // The tree of a hostile value is not ours to drop one level after the other.
    std::mem::forget(deep);
    for wrong in [json!({}), json!(null), json!("[]"), json!(1)] {
        assert_eq!(
            bad(&wrong),
            pairs(&[("/processing_steps", Code::WrongType)])
        );
    }
    let many = json!(vec![json!({}); 5_000]);
    assert!(bad(&many).len() <= 500);
}

/// Compiling them takes milliseconds each, and whoever creates jobs has only seconds.
#[test]
fn regular_expressions_are_few() {
    let extract = json!({"type": "regex_extract", "params": {"column": "a", "pattern": "(a)", "outputs": {"1": "b"}}});
    let derive =
        json!({"type": "derive", "params": {"output": "x", "expression": "regexp_match(a, 'b')"}});
    let replace = json!({"type": "replace_text", "params": {"columns": {"regex": "a"}, "find": "b", "regex": true}});
    let steps = |count: usize| {
        let all = [&extract, &derive, &replace]
            .into_iter()
            .cycle()
            .take(count);
        json!(all.collect::<Vec<_>>())
    };
    parse(&steps(48));
    assert!(
        bad(&steps(49))
            .iter()
            .all(|(_, code)| *code == Code::TooLarge)
    );
}

#[test]
fn on_error_stands_beside_the_parameters_or_among_them_but_says_one_thing() {
    let cast = |inside: Value, outside: Value| json!({"type": "cast", "params": {"columns": {"a": "int64"}, "on_error": inside}, "on_error": outside});
    for (inside, outside, result) in [
        (json!("null"), Value::Null, OnError::Null),
        (Value::Null, json!("skip_row"), OnError::SkipRow),
        (
            json!("quarantine"),
            json!("quarantine"),
            OnError::Quarantine,
        ),
        (Value::Null, Value::Null, OnError::Fail),
    ] {
        let pipeline = good(&cast(inside, outside));
        assert_eq!(pipeline.steps()[0].on_error, result);
        assert!(pipeline.to_json()[0]["params"].get("on_error").is_none());
    }
    assert_eq!(
        faults(&cast(json!("null"), json!("fail")))[0].code,
        Code::Conflict
    );
    let other = json!({"type": "limit", "params": {"count": 1, "on_error": "null"}});
    assert_eq!(faults(&other)[0].code, Code::UnknownParameter);
}

#[test]
fn the_normal_form_writes_defaults_and_resolves_aliases() {
    let pipeline = good(&json!({"type": "sort", "params": {"by": ["a"]}, "id": "s"}));
    assert_eq!(
        pipeline.to_json(),
        json!([{
            "id": "s", "type": "sort", "on_error": "fail",
            "params": {"by": [{"column": "a", "order": "asc", "nulls": "last"}], "collation": "binary"}
        }])
    );
    let pipeline = good(&json!({"type": "unnest_struct", "params": {"column": "a"}}));
    assert_eq!(pipeline.to_json()[0]["type"], "flatten_json");
    let text = serde_json::to_string(&pipeline).unwrap();
    assert_eq!(serde_json::from_str::<Pipeline>(&text).unwrap(), pipeline);
    assert!(
        serde_json::from_str::<Pipeline>("[{}]")
            .unwrap_err()
            .to_string()
            .contains("give type")
    );
}

#[test]
fn what_was_accepted_is_read_again_although_it_became_longer() {
    let step = json!({"type": "hash", "params": {"columns": "x".repeat(240)}});
    let pipeline = parse(&json!(vec![step; 100]));
    let text = serde_json::to_string(&pipeline).unwrap();
    assert!(text.len() > millrace_steps::MOST_BYTES);
    assert_eq!(serde_json::from_str::<Pipeline>(&text).unwrap(), pipeline);
}

#[test]
fn an_unkeyed_hash_is_a_warning() {
    let hash = |algorithm: &str| {
        good(&json!({"type": "hash", "params": {"columns": "a", "algorithm": algorithm}}))
    };
    assert!(hash("hmac_sha256").warnings().is_empty());
    for unkeyed in ["sha256", "sha512", "blake3"] {
        assert_eq!(hash(unkeyed).warnings().len(), 1);
    }
}

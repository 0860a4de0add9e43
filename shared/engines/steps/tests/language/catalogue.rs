//! The catalogue says what the parser does.

use crate::common::good;
use millrace_steps::{Code, Pipeline, Step, catalogue};
use serde_json::{Value, json};

/// For each parameter of the catalogue: it is known, needed where it says so, and takes what it lists.
#[test]
fn the_catalogue_says_what_the_parser_does() {
    let catalogue = catalogue();
    assert_eq!(catalogue.steps.len(), Step::TYPES.len());
    for step in &catalogue.steps {
        assert!(
            !step.description.is_empty(),
            "{} has no description",
            step.name
        );
        // Everything that must be given is missing, nothing else is.
        let empty = json!([{"type": step.name, "params": {}}]);
        let missing: Vec<String> = match Pipeline::parse(&empty) {
            Ok(_) => Vec::new(),
            Err(found) => found
                .into_iter()
                .filter(|fault| fault.code == Code::MissingParameter)
                .map(|fault| fault.path.rsplit('/').next().unwrap_or_default().to_owned())
                .collect(),
        };
        for parameter in &step.parameters {
            let place = format!("{} {}", step.name, parameter.name);
            assert!(
                parameter.description.len() > 3,
                "{place} has no description"
            );
            if parameter.required && parameter.only_with.is_none() {
                assert!(
                    missing.iter().any(|name| name == parameter.name),
                    "{place} is not needed"
                );
            }
            // A value of a type that nothing takes is refused as such, never as unknown.
            let odd =
                json!([{"type": step.name, "params": {parameter.name: {"no such member": []}}}]);
            let found = Pipeline::parse(&odd).expect_err(&place);
            let unknown = found.iter().any(|fault| {
                fault.code == Code::UnknownParameter
                    && fault.path.ends_with(&format!("/params/{}", parameter.name))
            });
            assert!(!unknown, "{place} is not known");
            // Each word of a closed list is taken, another is not.
            for word in parameter.shape.allowed() {
                let value = if schema_type(&parameter.shape.schema()) == "array" {
                    json!([word])
                } else {
                    json!(word)
                };
                let steps = json!([{"type": step.name, "params": {parameter.name: value}}]);
                let refused = Pipeline::parse(&steps).is_err_and(|found| {
                    found.iter().any(|fault| {
                        matches!(
                            fault.code,
                            Code::NotAllowed | Code::WrongType | Code::UnknownParameter
                        ) && fault.path.contains(&format!("/params/{}", parameter.name))
                    })
                });
                assert!(!refused, "{place} does not take {word}");
            }
        }
        let stranger = json!([{"type": step.name, "params": {"no such parameter": 1}}]);
        let found = Pipeline::parse(&stranger).unwrap_err();
        let fault = found
            .iter()
            .find(|fault| fault.code == Code::UnknownParameter)
            .unwrap();
        for known in &fault.allowed {
            let listed = step
                .parameters
                .iter()
                .any(|parameter| parameter.name == known);
            assert!(
                listed,
                "{} reads {known}, which is not in the catalogue",
                step.name
            );
        }
    }
}

fn schema_type(schema: &Value) -> &str {
    schema["type"].as_str().unwrap_or_default()
}

/// What the normal form writes for a parameter that was left out is the default of the catalogue.
#[test]
fn the_defaults_of_the_catalogue_are_those_of_the_parser() {
    let minimal = [
        ("select_columns", json!({"columns": "*"})),
        ("sort", json!({"by": ["a"]})),
        ("trim", json!({})),
        ("deduplicate", json!({})),
        ("mask", json!({"columns": "a", "method": "keep_last"})),
        (
            "split_column",
            json!({"column": "a", "delimiter": " ", "outputs": ["b"]}),
        ),
        ("merge_columns", json!({"columns": "*", "output": "b"})),
        ("join", json!({"right": "r", "on": ["a"]})),
        ("union", json!({"inputs": ["r"]})),
        ("unpivot", json!({"id_columns": "a"})),
        ("hash", json!({"columns": "a"})),
        ("sample", json!({"method": "fraction", "fraction": 0.5})),
        (
            "pivot",
            json!({"index": ["a"], "column": "b", "values": "c", "function": "sum"}),
        ),
        (
            "conditional",
            json!({"output": "x", "cases": [{"when": {"expression": "true"}, "then": 1}]}),
        ),
        ("add_column", json!({"output": "x", "kind": "row_number"})),
        ("replace_text", json!({"columns": "a", "find": "x"})),
    ];
    let catalogue = catalogue();
    for (kind, params) in minimal {
        let pipeline = good(&json!({"type": kind, "params": params}));
        let written = &pipeline.to_json()[0]["params"];
        let step = catalogue
            .steps
            .iter()
            .find(|step| step.name == kind)
            .unwrap();
        for parameter in &step.parameters {
            if let (Some(default), None, Some(value)) = (
                &parameter.default,
                params.get(parameter.name),
                written.get(parameter.name),
            ) {
                assert_eq!(value, default, "{kind} {}", parameter.name);
            }
        }
    }
}

#[test]
fn schemas_are_made_from_the_catalogue() {
    let catalogue = catalogue();
    let schema = catalogue.steps_schema();
    let limit = schema["items"]["oneOf"]
        .as_array()
        .unwrap()
        .iter()
        .find(|step| step["title"] == "limit")
        .unwrap();
    assert_eq!(limit["properties"]["params"]["required"], json!(["count"]));
    assert_eq!(
        limit["properties"]["params"]["properties"]["offset"]["default"],
        0
    );
    let written = serde_json::to_value(&catalogue).unwrap();
    assert_eq!(written["steps"][0]["type"], "filter");
    assert!(written["functions"].as_array().unwrap().len() > 50);
    let condition = millrace_steps::filter::condition_schema();
    assert_eq!(condition["oneOf"].as_array().unwrap().len(), 5);
    assert_eq!(
        catalogue.input_schema()["properties"]["skip_rows"]["maximum"],
        1_000_000
    );
}

//! Helpers of the tests.

use millrace_steps::{Code, Fault, Pipeline};
use serde_json::{Value, json};

/// Parses one step; it must be good and equal to what its normal form parses to.
pub fn good(step: &Value) -> Pipeline {
    let pipeline =
        Pipeline::parse(&json!([step])).unwrap_or_else(|faults| panic!("{step}\n{faults:#?}"));
    let normal = pipeline.to_json();
    let again = Pipeline::parse(&normal).unwrap_or_else(|faults| panic!("{normal}\n{faults:#?}"));
    assert_eq!(again, pipeline);
    assert_eq!(again.to_json(), normal);
    pipeline
}

/// The faults of one step.
pub fn faults(step: &Value) -> Vec<Fault> {
    let Err(faults) = Pipeline::parse(&json!([step])) else {
        panic!("{step} was accepted");
    };
    for fault in &faults {
        assert!(fault.path.starts_with("/processing_steps"), "{fault:?}");
        assert!(
            !fault.message.is_empty() && fault.message.len() < 400,
            "{fault:?}"
        );
    }
    faults
}

/// Path below `params` and code of each fault of one step.
pub fn bad(kind: &str, params: &Value) -> Vec<(String, Code)> {
    let found = faults(&json!({"type": kind, "params": params}));
    found
        .into_iter()
        .map(|fault| {
            let path = fault.path.strip_prefix("/processing_steps/0/params");
            (path.unwrap_or("outside").to_owned(), fault.code)
        })
        .collect()
}

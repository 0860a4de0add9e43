//! Faults of steps and reader's options, in the words of the API.

use millrace_api::error::Fault;
use millrace_steps::{InputOptions, Pipeline};
use serde_json::Value;

/// Everything that is wrong with the steps and the options of a body; what is not there is not looked at.
pub fn faults(body: &Value) -> Vec<Fault> {
    let steps = body
        .get("processing_steps")
        .map(|steps| Pipeline::parse(steps).err());
    let input = body
        .get("input")
        .map(|input| InputOptions::parse(input).err());
    let found = steps.flatten().into_iter().chain(input.flatten());
    found.flatten().map(fault).collect()
}

/// A fault with its path as everywhere in this API: `processing_steps.0.params.operator`.
fn fault(fault: millrace_steps::Fault) -> Fault {
    let path = fault.path.trim_start_matches('/').replace('/', ".");
    let path = path.replace("~1", "/").replace("~0", "~");
    Fault::new(path, fault.code.as_str(), fault.message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn faults_of_both_are_told_with_their_places() {
        let body = json!({
            "processing_steps": [{ "type": "filtre", "params": {} }],
            "input": { "delimitre": ";" }
        });
        let faults = faults(&body);
        let paths: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
        assert_eq!(paths, ["processing_steps.0.type", "input.delimitre"]);
    }

    #[test]
    fn nothing_is_wrong_with_nothing() {
        assert_eq!(
            faults(&json!({ "processing_steps": [], "input": null })),
            []
        );
        assert_eq!(faults(&json!([])), []);
    }
}

//! The parameters of a job: a seed and a schema, and nothing else.

use serde_json::Value;

use crate::schema::{self, ColumnSpec};
use crate::suggest::{Faults, did_you_mean, quoted};

/// Bytes of parameters as JSON, at most.
pub const MAX_PARAMETER_BYTES: usize = 32 << 10;

const KEYS: [&str; 2] = ["seed", "schema"];

/// What the parameters of a job say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parameters {
    /// The seed, where one is given: 0 to 2^63 - 1.
    pub seed: Option<u64>,
    /// The columns of the schema, where one is given.
    pub columns: Option<Vec<ColumnSpec>>,
}

impl Parameters {
    /// Reads parameters; `null` is none at all.
    ///
    /// # Errors
    /// Every fault, with paths from `parameters` on.
    pub fn read(parameters: &Value) -> Result<Self, Vec<millrace_api::error::Fault>> {
        let mut faults = Faults::default();
        let read = read(parameters, &mut faults);
        if faults.0.is_empty() {
            Ok(read)
        } else {
            Err(faults.0)
        }
    }
}

/// Reads what can be read, and notes the faults of the rest.
pub(crate) fn read(parameters: &Value, faults: &mut Faults) -> Parameters {
    let members = match parameters {
        Value::Null => return Parameters::default(),
        Value::Object(members) => members,
        _ => {
            faults.push("parameters", "type", "parameters must be an object");
            return Parameters::default();
        }
    };
    if parameters.to_string().len() > MAX_PARAMETER_BYTES {
        faults.push(
            "parameters",
            "too_long",
            format!("parameters must be at most {MAX_PARAMETER_BYTES} bytes of JSON"),
        );
        return Parameters::default();
    }
    for key in members.keys().filter(|key| !KEYS.contains(&key.as_str())) {
        faults.push(
            format!("parameters.{key}"),
            "unknown",
            format!(
                "parameters has seed and schema, not {}{}",
                quoted(key),
                did_you_mean(key, &KEYS)
            ),
        );
    }
    let given = |key: &str| members.get(key).filter(|value| !value.is_null());
    Parameters {
        seed: given("seed").and_then(|seed| read_seed(seed, faults)),
        columns: given("schema").and_then(|schema| schema::read(schema, faults)),
    }
}

fn read_seed(seed: &Value, faults: &mut Faults) -> Option<u64> {
    const PATH: &str = "parameters.seed";
    const RANGE: &str = "seed must be from 0 to 9223372036854775807";
    match seed.as_u64() {
        Some(seed) if i64::try_from(seed).is_ok() => return Some(seed),
        Some(_) => faults.push(PATH, "range", RANGE),
        None if seed.is_i64() => faults.push(PATH, "range", RANGE),
        None => faults.push(PATH, "type", "seed must be an integer"),
    }
    None
}

//! What can be made: the record types, a schema of the caller's own, and rows like those of an input.

use millrace_api::error::Fault;
use millrace_api::generation::{GenerationCreate, LIKE_INPUT, RecordColumn, RecordType};
use millrace_generation::{Catalogue, Checked};
use millrace_records::{CUSTOM, Generator, Parameters, record_types};
use serde_json::Value;

/// The record types.
#[derive(Debug, Clone, Copy)]
pub struct Records;

impl Catalogue for Records {
    fn types(&self) -> Vec<RecordType> {
        let named = record_types().iter().map(|record| RecordType {
            name: record.name.clone(),
            description: record.description.clone(),
            columns: columns(&record.columns),
        });
        let others = [
            (
                CUSTOM,
                "Rows of the columns in parameters.schema, whatever they resemble",
            ),
            (
                LIKE_INPUT,
                "New rows like those of a file: its columns, distributions and dependences",
            ),
        ];
        let others = others.into_iter().map(|(name, description)| RecordType {
            name: name.to_owned(),
            description: description.to_owned(),
            columns: Vec::new(),
        });
        named.chain(others).collect()
    }

    fn check(&self, wish: &GenerationCreate, seed: u64) -> Result<Checked, Vec<Fault>> {
        let parameters = wish.parameters.clone().map_or(Value::Null, Value::Object);
        if wish.data_type == LIKE_INPUT {
            let read = Parameters::read(&parameters)?;
            return match read.columns {
                None => Ok(Checked { columns: 0 }),
                Some(_) => Err(vec![Fault::new(
                    "parameters.schema",
                    "value",
                    "parameters.schema must be left out with like-input, whose columns are the input's",
                )]),
            };
        }
        let generator = Generator::new(&wish.data_type, &parameters, wish.data_size, seed)?;
        Ok(Checked {
            columns: generator.columns().count() as u64,
        })
    }
}

fn columns(columns: &[millrace_records::RecordColumn]) -> Vec<RecordColumn> {
    let shown = columns.iter().map(|column| RecordColumn {
        name: column.name.clone(),
        kind: column.column_type.to_string(),
    });
    shown.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(body: &Value) -> Result<Checked, Vec<String>> {
        let wish = GenerationCreate::from_value(body).expect("a wish");
        let checked = Records.check(&wish, 0);
        checked.map_err(|faults| faults.into_iter().map(|fault| fault.path).collect())
    }

    #[test]
    fn every_type_that_is_listed_can_be_asked_for() {
        let types = Records.types();
        assert!(types.len() > 12, "{types:?}");
        for kind in types {
            let body = match kind.name.as_str() {
                LIKE_INPUT => json!({ "inputBucket": "b", "inputPath": "t/a.csv" }),
                CUSTOM => json!({ "parameters": { "schema": { "columns": [
                    { "name": "a", "type": "integer" }
                ] } } }),
                _ => json!({}),
            };
            let mut body = body;
            body["dataType"] = json!(kind.name);
            body["dataSize"] = json!(10);
            let columns = check(&body).unwrap_or_else(|faults| panic!("{}: {faults:?}", kind.name));
            let expected = kind.columns.len() as u64 + u64::from(kind.name == CUSTOM);
            assert_eq!(columns.columns, expected, "{}", kind.name);
        }
    }

    #[test]
    fn what_is_not_listed_is_told() {
        let faults = check(&json!({ "dataType": "transaction", "dataSize": 1 }));
        assert_eq!(faults, Err(vec!["dataType".to_owned()]));
        let schema = json!({ "columns": [{ "name": "a", "type": "integer" }] });
        let like = json!({
            "dataType": "like-input", "dataSize": 1, "inputBucket": "b", "inputPath": "t/a.csv",
            "parameters": { "schema": schema }
        });
        assert_eq!(check(&like), Err(vec!["parameters.schema".to_owned()]));
    }
}

//! JSON to columns; every fault is named with its path.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::bounds::{self, Bounds};
use super::literal;
use crate::column::ColumnType;
use crate::suggest::{Faults, did_you_mean, quoted};

/// Columns of a schema, at most.
pub const MAX_COLUMNS: usize = 200;
/// Values of a column, at most.
pub const MAX_VALUES: usize = 1_000;
/// Characters of a column's name, at most.
const LONGEST_NAME: usize = 128;
/// Characters of a value, at most.
const LONGEST_VALUE: usize = 1_000;

const KEYS: [&str; 6] = ["name", "type", "min", "max", "values", "null_share"];

/// A column of a schema, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnSpec {
    /// Its name, unique in the schema.
    pub name: String,
    /// Its type.
    pub column_type: ColumnType,
    /// Share of empty cells, from 0 to 1.
    pub null_share: f64,
    pub(crate) bounds: Bounds,
    /// Values as text of the type, where the column takes no others.
    pub(crate) values: Option<Vec<String>>,
}

/// Reads `{columns: […]}`; nothing if it has no readable column.
pub(crate) fn read(schema: &Value, faults: &mut Faults) -> Option<Vec<ColumnSpec>> {
    const PATH: &str = "parameters.schema";
    let Some(members) = schema.as_object() else {
        faults.push(PATH, "type", "schema must be an object with columns");
        return None;
    };
    for key in members.keys().filter(|key| *key != "columns") {
        faults.push(
            format!("{PATH}.{key}"),
            "unknown",
            format!(
                "schema has columns, not {}{}",
                quoted(key),
                did_you_mean(key, &["columns"])
            ),
        );
    }
    let path = format!("{PATH}.columns");
    let columns = match members.get("columns") {
        None | Some(Value::Null) => {
            faults.push(path, "missing", "columns is missing");
            return None;
        }
        Some(Value::Array(columns)) => columns,
        Some(_) => {
            faults.push(path, "type", "columns must be a list");
            return None;
        }
    };
    if columns.is_empty() || columns.len() > MAX_COLUMNS {
        faults.push(
            path,
            "range",
            format!("columns must be 1 to {MAX_COLUMNS}, not {}", columns.len()),
        );
        return None;
    }
    let mut names = BTreeSet::new();
    let mut read = Vec::with_capacity(columns.len());
    for (number, column) in columns.iter().enumerate() {
        let path = format!("{path}.{number}");
        let Some(members) = column.as_object() else {
            faults.push(
                path,
                "type",
                "a column must be an object with name and type",
            );
            continue;
        };
        if let Some(name) = members.get("name").and_then(Value::as_str)
            && !names.insert(name.to_owned())
        {
            faults.push(
                format!("{path}.name"),
                "duplicate",
                format!("another column is named {}", quoted(name)),
            );
        }
        read.extend(read_column(&path, members, faults));
    }
    Some(read)
}

fn read_column(
    path: &str,
    members: &Map<String, Value>,
    faults: &mut Faults,
) -> Option<ColumnSpec> {
    for key in members.keys().filter(|key| !KEYS.contains(&key.as_str())) {
        faults.push(
            format!("{path}.{key}"),
            "unknown",
            format!(
                "a column has name, type, min, max, values and null_share, not {}{}",
                quoted(key),
                did_you_mean(key, &KEYS)
            ),
        );
    }
    let name = read_name(path, members.get("name"), faults);
    let null_share = read_null_share(path, members.get("null_share"), faults);
    let column_type = read_type(path, members.get("type"), faults)?;
    let given = |key: &str| members.get(key).filter(|value| !value.is_null());
    let bounds = bounds::read(path, column_type, given("min"), given("max"), faults);
    let values = match given("values") {
        None => None,
        Some(values) => Some(read_values(path, column_type, &bounds, values, faults)?),
    };
    Some(ColumnSpec {
        name: name?,
        column_type,
        null_share,
        bounds,
        values,
    })
}

fn read_name(path: &str, name: Option<&Value>, faults: &mut Faults) -> Option<String> {
    let path = format!("{path}.name");
    let name = match name {
        None | Some(Value::Null) => {
            faults.push(path, "missing", "name is missing");
            return None;
        }
        Some(Value::String(name)) => name,
        Some(_) => {
            faults.push(path, "type", "name must be a string");
            return None;
        }
    };
    let length = name.chars().count();
    if name.trim().is_empty() {
        faults.push(path, "too_short", "name must have a character at least");
    } else if length > LONGEST_NAME {
        faults.push(
            path,
            "too_long",
            format!("name must have at most {LONGEST_NAME} characters, not {length}"),
        );
    } else if name.chars().any(char::is_control) {
        faults.push(path, "characters", "name must not hold control characters");
    } else {
        return Some(name.clone());
    }
    None
}

fn read_type(path: &str, named: Option<&Value>, faults: &mut Faults) -> Option<ColumnType> {
    let path = format!("{path}.type");
    match named {
        None | Some(Value::Null) => faults.push(path, "missing", "type is missing"),
        Some(Value::String(named)) => match named.parse() {
            Ok(column_type) => return Some(column_type),
            Err(error) => {
                let error: crate::column::ColumnTypeError = error;
                faults.push(path, "value", error.to_string());
            }
        },
        Some(_) => faults.push(path, "type", "type must be a string"),
    }
    None
}

fn read_null_share(path: &str, share: Option<&Value>, faults: &mut Faults) -> f64 {
    let path = format!("{path}.null_share");
    match share {
        None | Some(Value::Null) => return 0.0,
        Some(Value::Number(share)) => match share.as_f64() {
            Some(share) if (0.0..=1.0).contains(&share) => return share,
            _ => faults.push(path, "range", "null_share must be from 0 to 1"),
        },
        Some(_) => faults.push(path, "type", "null_share must be a number"),
    }
    0.0
}

/// Values as text of the type.
fn read_values(
    path: &str,
    column_type: ColumnType,
    bounds: &Bounds,
    values: &Value,
    faults: &mut Faults,
) -> Option<Vec<String>> {
    let path = format!("{path}.values");
    let Some(values) = values.as_array() else {
        faults.push(path, "type", "values must be a list");
        return None;
    };
    if values.is_empty() || values.len() > MAX_VALUES {
        faults.push(
            path,
            "range",
            format!("values must be 1 to {MAX_VALUES}, not {}", values.len()),
        );
        return None;
    }
    let mut seen = BTreeSet::new();
    let mut read = Vec::with_capacity(values.len());
    for (number, value) in values.iter().enumerate() {
        let path = format!("{path}.{number}");
        let text = match literal::literal(column_type, value) {
            Ok(text) if text.chars().count() > LONGEST_VALUE => {
                let message = format!("a value has at most {LONGEST_VALUE} characters");
                faults.push(path, "too_long", message);
                continue;
            }
            Ok(text) => text,
            Err((code, message)) => {
                faults.push(path, code, message);
                continue;
            }
        };
        if !bounds.hold(&text) {
            faults.push(
                path,
                "range",
                format!("{} lies outside min and max", quoted(&text)),
            );
        } else if !seen.insert(text.clone()) {
            faults.push(
                path,
                "duplicate",
                format!("{} stands twice in values", quoted(&text)),
            );
        } else {
            read.push(text);
        }
    }
    if read.len() < values.len() {
        return None;
    }
    if column_type == ColumnType::Float && literal::shared_digits(&read).is_none() {
        let message =
            "values must have at most 18 digits, those after the point of the longest among them";
        faults.push(path, "range", message);
        return None;
    }
    Some(read)
}

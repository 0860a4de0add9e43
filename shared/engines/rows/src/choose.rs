//! Which columns a step works on.

use arrow::datatypes::{DataType, Schema};
use millrace_steps::value::{Columns, DtypeGroup, Name};

use crate::error::RowError;

/// The places of the chosen columns, in the order in which they are named.
///
/// # Errors
/// A column that is not there, with the names that are and the nearest one.
pub fn choose(columns: &Columns, schema: &Schema) -> Result<Vec<usize>, RowError> {
    let all = schema.fields().iter().enumerate();
    let places = match columns {
        Columns::All => all.map(|(place, _)| place).collect(),
        Columns::Names(names) => {
            return names.iter().map(|name| find(name, schema)).collect();
        }
        Columns::Regex(pattern) => {
            let regex = pattern
                .compile(true)
                .map_err(|error| RowError::new("INVALID_REGEX", error.to_string()))?;
            all.filter(|(_, field)| regex.is_match(field.name()))
                .map(|(place, _)| place)
                .collect()
        }
        Columns::Dtype(group) => all
            .filter(|(_, field)| belongs(field.data_type(), *group))
            .map(|(place, _)| place)
            .collect(),
        Columns::Except(names) => {
            let except = names
                .iter()
                .map(|name| find(name, schema))
                .collect::<Result<Vec<_>, _>>()?;
            all.map(|(place, _)| place)
                .filter(|place| !except.contains(place))
                .collect()
        }
    };
    Ok(places)
}

/// The place of a column.
pub(crate) fn find(name: &Name, schema: &Schema) -> Result<usize, RowError> {
    schema.index_of(name).map_err(|_| missing(name, schema))
}

/// A column that is not there.
pub(crate) fn missing(name: &str, schema: &Schema) -> RowError {
    let names: Vec<&str> = schema
        .fields()
        .iter()
        .map(|field| field.name().as_str())
        .collect();
    let near = millrace_steps::nearest(name, &names)
        .map(|near| format!("; did you mean {near:?}?"))
        .unwrap_or_default();
    RowError::new(
        "COLUMN_NOT_FOUND",
        format!(
            "there is no column {name:?}{near} Columns: {}",
            names.join(", ")
        ),
    )
}

fn belongs(data_type: &DataType, group: DtypeGroup) -> bool {
    match group {
        DtypeGroup::Numeric => data_type.is_numeric(),
        DtypeGroup::Text => matches!(data_type, DataType::Utf8View),
        DtypeGroup::Temporal => data_type.is_temporal(),
        DtypeGroup::Boolean => matches!(data_type, DataType::Boolean),
    }
}

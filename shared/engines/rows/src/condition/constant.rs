//! What columns are compared with.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array};
use arrow::datatypes::DataType;
use millrace_steps::value::Scalar;

use crate::error::RowError;
use crate::expression::{Kind, Part, number_cell, read_moment};
use crate::types::{scalar, shown, type_name};

/// A constant to compare a column of a type with. It keeps its digits where the type has fewer.
///
/// # Errors
/// A constant of another kind: `VALUE_TYPE_MISMATCH`.
pub(crate) fn comparand(
    value: &Scalar,
    data_type: &DataType,
    column: &str,
) -> Result<Part, RowError> {
    let number = Kind::of(data_type).is_number();
    let wrong = |shown: &str| RowError::value_type(column, &type_name(data_type), shown);
    let cell: ArrayRef = match value {
        Scalar::Integer(whole) if number => Arc::new(Int64Array::from(vec![*whole])),
        // The shortest form is what the caller wrote.
        Scalar::Number(double) if number => number_cell(&double.to_string())?,
        Scalar::Text(text) if number => match number_cell(text.trim()) {
            Ok(cell) => cell,
            // Words of floating point, and numbers in other forms that a file may have.
            Err(_) => scalar(value, data_type, column)?,
        },
        Scalar::Text(text) if Kind::of(data_type) == Kind::Moment => {
            read_moment(text)?.ok_or_else(|| wrong(&shown(text)))?
        }
        _ => scalar(value, data_type, column)?,
    };
    Ok(Part::constant(cell))
}

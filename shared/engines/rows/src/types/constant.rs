//! Constants in the type of their column.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, StringViewArray};
use arrow::datatypes::{DataType, TimeUnit};
use millrace_steps::value::Scalar;

use super::cells::{cell_texts, shown, type_name};
use super::convert::cast_array;
use crate::error::RowError;

/// The type of cells for a type of the language: moments are in microseconds and without a zone, and
/// texts that name a zone are turned into UTC.
pub fn arrow_type(data_type: millrace_steps::value::DataType) -> DataType {
    use millrace_steps::value::DataType as Wanted;
    match data_type {
        Wanted::Boolean => DataType::Boolean,
        Wanted::Int32 => DataType::Int32,
        Wanted::Int64 => DataType::Int64,
        Wanted::Float32 => DataType::Float32,
        Wanted::Double => DataType::Float64,
        Wanted::Decimal { precision, scale } => {
            DataType::Decimal128(precision, i8::try_from(scale).unwrap_or_default())
        }
        Wanted::Text => DataType::Utf8View,
        Wanted::Date => DataType::Date32,
        Wanted::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
    }
}

/// A constant as one cell of a column's type.
///
/// A text fits where it reads as the type: `"5"` on whole numbers, `"yes"` on booleans, `"2024-01-31"`
/// on days and, as midnight, on moments. A number fits where the type holds it exactly, and on text,
/// as its digits. 0 and 1 fit on booleans.
///
/// # Errors
/// A constant that does not fit: `VALUE_TYPE_MISMATCH`.
pub(crate) fn scalar(
    value: &Scalar,
    data_type: &DataType,
    column: &str,
) -> Result<ArrayRef, RowError> {
    let temporal = data_type.is_temporal();
    let cell: Option<ArrayRef> = match value {
        Scalar::Text(text) => Some(Arc::new(StringViewArray::from(vec![text.as_str()]))),
        Scalar::Boolean(value) if matches!(data_type, DataType::Boolean | DataType::Utf8View) => {
            Some(Arc::new(BooleanArray::from(vec![*value])))
        }
        Scalar::Integer(value) if !temporal => Some(Arc::new(Int64Array::from(vec![*value]))),
        Scalar::Number(value) if !temporal => Some(Arc::new(Float64Array::from(vec![*value]))),
        _ => None,
    };
    cell.and_then(|cell| cast_array(&cell, data_type).ok())
        .filter(|(_, failed)| failed.is_empty())
        .map(|(cell, _)| cell)
        .ok_or_else(|| mismatch(value, data_type, column))
}

fn mismatch(value: &Scalar, data_type: &DataType, column: &str) -> RowError {
    let value = match value {
        Scalar::Text(text) => shown(text),
        Scalar::Boolean(value) => value.to_string(),
        Scalar::Integer(value) => value.to_string(),
        Scalar::Number(value) => {
            let cell: ArrayRef = Arc::new(Float64Array::from(vec![*value]));
            cell_texts(&cell).map_or_else(|_| value.to_string(), |text| text.value(0).to_owned())
        }
    };
    RowError::value_type(column, &type_name(data_type), &value)
}

//! Steps about numbers.

mod bin;
mod outliers;
mod round;
#[cfg(test)]
mod tests;

use arrow::array::{ArrayRef, AsArray};
use arrow::datatypes::{DataType, Float64Type, Schema};
use millrace_steps::value::Columns;

pub(crate) use bin::bin;
pub(crate) use outliers::outliers;
pub(crate) use round::round;

use crate::choose::choose;
use crate::error::RowError;
use crate::types::{cast_array, type_name};

/// The places of the chosen columns that hold numbers. Others are passed over, but not if they are named.
fn choose_numbers(columns: &Columns, schema: &Schema) -> Result<Vec<usize>, RowError> {
    let mut places = choose(columns, schema)?;
    let is_number = |place: &usize| schema.field(*place).data_type().is_numeric();
    if matches!(columns, Columns::Names(_))
        && let Some(place) = places.iter().find(|place| !is_number(place))
    {
        let field = schema.field(*place);
        return Err(RowError::column_type(
            field.name(),
            &type_name(field.data_type()),
            "numbers",
        ));
    }
    places.retain(is_number);
    places.sort_unstable();
    places.dedup();
    Ok(places)
}

/// The numbers of a column as doubles, to be compared with others.
fn doubles(array: &ArrayRef) -> Result<arrow::array::Float64Array, RowError> {
    let (doubles, _) = cast_array(array, &DataType::Float64)?;
    Ok(doubles.as_primitive::<Float64Type>().clone())
}

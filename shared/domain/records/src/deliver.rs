//! Clean cells of the generator as the types that callers asked for.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array};
use arrow::datatypes::{DataType, Decimal128Type, TimeUnit};
use arrow::error::ArrowError;

use crate::column::ColumnType;

/// The Arrow type of a column.
pub(crate) fn arrow_type(column_type: ColumnType) -> DataType {
    match column_type {
        ColumnType::Integer => DataType::Int64,
        ColumnType::Float => DataType::Float64,
        ColumnType::Decimal { precision, scale } => {
            DataType::Decimal128(precision, i8::try_from(scale).unwrap_or(i8::MAX))
        }
        ColumnType::Boolean => DataType::Boolean,
        ColumnType::Date => DataType::Date32,
        ColumnType::Timestamp => DataType::Timestamp(TimeUnit::Second, None),
        _ => DataType::Utf8,
    }
}

/// A column in the type that was asked for.
pub(crate) fn deliver(array: &ArrayRef, column_type: ColumnType) -> Result<ArrayRef, ArrowError> {
    let wanted = arrow_type(column_type);
    match (array.data_type(), &wanted) {
        (DataType::Decimal128(_, scale), DataType::Float64) => {
            let one = 10_f64.powi((*scale).into());
            let units = array.as_primitive::<Decimal128Type>();
            // The nearest double of the decimal: both are exact, so that the division rounds once.
            let doubles: Float64Array = units.unary(|units| units as f64 / one);
            Ok(Arc::new(doubles))
        }
        (DataType::Decimal128(_, found), DataType::Decimal128(precision, scale))
            if found == scale =>
        {
            let decimals = array.as_primitive::<Decimal128Type>().clone();
            let decimals = decimals.with_precision_and_scale(*precision, *scale)?;
            decimals.validate_decimal_precision(*precision)?;
            Ok(Arc::new(decimals))
        }
        (found, wanted) if found == wanted => Ok(Arc::clone(array)),
        (found, wanted) => Err(ArrowError::SchemaError(format!(
            "cells of {found} cannot be given as {wanted}"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{Decimal128Array, Int64Array};
    use arrow::datatypes::Float64Type;

    #[test]
    fn decimals_become_doubles_and_other_decimals() {
        let cells = Decimal128Array::from(vec![Some(-122_419_416), None, Some(1)]);
        let cells: ArrayRef = Arc::new(cells.with_precision_and_scale(18, 6).expect("a decimal"));
        let doubles = deliver(&cells, ColumnType::Float).expect("doubles");
        let doubles = doubles.as_primitive::<Float64Type>();
        assert_eq!(
            (doubles.value(0), doubles.value(2)),
            (-122.419_416, 0.000_001)
        );
        assert!(doubles.is_null(1));
        let narrow = ColumnType::Decimal {
            precision: 9,
            scale: 6,
        };
        assert_eq!(
            deliver(&cells, narrow).expect("decimals").data_type(),
            &DataType::Decimal128(9, 6)
        );
        let too_narrow = ColumnType::Decimal {
            precision: 8,
            scale: 6,
        };
        assert!(deliver(&cells, too_narrow).is_err());
        let whole: ArrayRef = Arc::new(Int64Array::from(vec![1]));
        assert!(deliver(&whole, ColumnType::Text).is_err());
    }
}

//! Result batches as JSON rows.

use std::fmt::Write;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringViewArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type, UInt64Type};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

use crate::plan::ResultColumn;

/// The rows that a statement gives.
///
/// Cells are JSON values: integers and booleans as such; decimals as numbers where 15 digits hold
/// them (a double then gives back the very same digits), else as text; doubles as they are stored, those
/// that are worked out rounded to 12 significant digits, so that the order of a parallel sum does not show; dates as `2024-03-01`,
/// timestamps as `2024-03-01 12:30:00`, with a fraction where there is one; everything else as text; NULL and what is no number as null.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Columns.
    pub columns: Vec<ResultColumn>,
    /// Rows, one value a column.
    pub rows: Vec<Vec<Value>>,
    /// Whether there were more rows than the limit lets through.
    pub truncated: bool,
}

/// How the doubles of a column are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rounding {
    /// As they stand in the rows.
    Stored,
    /// As they are worked out, to 12 significant digits.
    Made,
}

/// Appends the rows of `batch`, its columns rounded in their order.
pub(crate) fn append_rows(
    rows: &mut Vec<Vec<Value>>,
    batch: &RecordBatch,
    rounding: &[Rounding],
) -> Result<(), ArrowError> {
    let first = rows.len();
    rows.resize_with(first + batch.num_rows(), || {
        Vec::with_capacity(batch.num_columns())
    });
    for (array, rounding) in batch.columns().iter().zip(rounding) {
        let values = column_values(array.as_ref(), *rounding)?;
        for (row, value) in rows[first..].iter_mut().zip(values) {
            row.push(value);
        }
    }
    Ok(())
}

/// Shows the rows of `batch` as texts, nothing for NULL.
pub(crate) fn each_row(
    batch: &RecordBatch,
    visit: &mut impl FnMut(&[Option<&str>]),
) -> Result<(), ArrowError> {
    let columns: Result<Vec<Texts>, ArrowError> = batch.columns().iter().map(Texts::of).collect();
    let columns = columns?;
    let mut cells = Vec::with_capacity(columns.len());
    for row in 0..batch.num_rows() {
        cells.clear();
        cells.extend(columns.iter().map(|column| column.cell(row)));
        visit(&cells);
    }
    Ok(())
}

/// A column as texts. Those that are texts are not copied: many cells may share their bytes.
enum Texts {
    Stored(StringViewArray),
    Formatted(Vec<Option<String>>),
}

impl Texts {
    fn of(column: &ArrayRef) -> Result<Self, ArrowError> {
        match column.data_type() {
            DataType::Utf8View => Ok(Self::Stored(column.as_string_view().clone())),
            _ => formatted(column.as_ref()).map(Self::Formatted),
        }
    }

    fn cell(&self, row: usize) -> Option<&str> {
        match self {
            Self::Stored(texts) => texts.is_valid(row).then(|| texts.value(row)),
            Self::Formatted(texts) => texts.get(row)?.as_deref(),
        }
    }
}

/// Bytes of the longest text of a column; 0 where it holds none.
pub(crate) fn longest(column: &ArrayRef) -> usize {
    match column.data_type() {
        DataType::Utf8View => {
            let lengths = column.as_string_view().lengths();
            lengths.max().map_or(0, |length| length as usize)
        }
        _ => 0,
    }
}

/// What a row takes as JSON, about.
pub(crate) fn row_bytes(row: &[Value]) -> usize {
    const CELL_BYTES: usize = 16;
    let escaped = |byte: u8| match byte {
        b'"' | b'\\' => 2,
        0..0x20 => 6,
        _ => 1,
    };
    let text = |value: &Value| {
        let text = value.as_str().unwrap_or_default();
        text.bytes().map(escaped).sum::<usize>()
    };
    row.iter().map(|value| CELL_BYTES + text(value)).sum()
}

fn column_values(array: &dyn Array, rounding: Rounding) -> Result<Vec<Value>, ArrowError> {
    let values = match array.data_type() {
        DataType::Null => vec![Value::Null; array.len()],
        DataType::Boolean => array.as_boolean().iter().map(Value::from).collect(),
        DataType::UInt64 => array
            .as_primitive::<UInt64Type>()
            .iter()
            .map(Value::from)
            .collect(),
        data_type if data_type.is_integer() => {
            let integers = cast(array, &DataType::Int64)?;
            integers
                .as_primitive::<Int64Type>()
                .iter()
                .map(Value::from)
                .collect()
        }
        data_type if data_type.is_floating() => {
            let doubles = cast(array, &DataType::Float64)?;
            doubles
                .as_primitive::<Float64Type>()
                .iter()
                .map(|value| value.map_or(Value::Null, |value| double(value, rounding)))
                .collect()
        }
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            let texts = cast(array, &DataType::Utf8View)?;
            texts.as_string_view().iter().map(Value::from).collect()
        }
        data_type => {
            let exact = data_type.is_decimal();
            formatted(array)?
                .into_iter()
                .map(|text| match text {
                    Some(text) if exact => decimal(text),
                    other => Value::from(other),
                })
                .collect()
        }
    };
    Ok(values)
}

fn formatted(array: &dyn Array) -> Result<Vec<Option<String>>, ArrowError> {
    let options = FormatOptions::new()
        .with_date_format(Some("%Y-%m-%d"))
        .with_timestamp_format(Some("%Y-%m-%d %H:%M:%S%.f"));
    let formatter = ArrayFormatter::try_new(array, &options)?;
    (0..array.len())
        .map(|row| {
            if array.is_null(row) {
                return Ok(None);
            }
            let mut text = String::new();
            write!(text, "{}", formatter.value(row))
                .map_err(|error| ArrowError::CastError(error.to_string()))?;
            Ok(Some(text))
        })
        .collect()
}

/// A decimal as a number if a double gives back its digits, which it does up to 15 of them.
fn decimal(text: String) -> Value {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let number = (digits <= 15)
        .then(|| text.parse().ok().and_then(Number::from_f64))
        .flatten();
    number.map_or(Value::String(text), Value::Number)
}

fn double(value: f64, rounding: Rounding) -> Value {
    let value = match rounding {
        Rounding::Stored => value,
        Rounding::Made => round_significant(value),
    };
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

/// `value` with 12 significant digits.
fn round_significant(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value + 0.0;
    }
    format!("{value:.11e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn decimals_keep_every_digit() {
        assert_eq!(
            decimal("1234567890123.45".to_owned()),
            json!(1_234_567_890_123.45)
        );
        assert_eq!(
            decimal("12345678901234567.89".to_owned()),
            json!("12345678901234567.89")
        );
        assert_eq!(decimal("-0.10".to_owned()), json!(-0.1));
    }

    #[test]
    fn doubles_do_not_show_the_order_of_a_sum() {
        let made = |value: f64| double(value, Rounding::Made);
        assert_eq!(made(0.1 + 0.2), json!(0.3));
        assert_eq!(made(f64::NAN), Value::Null);
        assert_eq!(made(-0.0), json!(0.0));
        assert_eq!(made(1e300), json!(1e300));
    }

    #[test]
    fn doubles_of_the_rows_keep_every_digit() {
        for value in [9_780_306_406_157.0, 2.000_000_000_000_000_4, 0.1 + 0.2] {
            assert_eq!(double(value, Rounding::Stored), json!(value));
        }
    }
}

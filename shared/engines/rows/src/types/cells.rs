//! The text of any cell.

use std::fmt::Write;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Decimal128Array, Float32Array, Float64Array,
    Int32Array, Int64Array, StringViewArray, StringViewBuilder,
};
use arrow::datatypes::{DataType, Decimal128Type, Float32Type, Float64Type, Int32Type, Int64Type};

use super::calendar::{Day, Moments};
use super::json::{Json, push_text};
use crate::error::RowError;

/// Characters of a value in a message.
const SHOWN: usize = 80;

/// The cells of a column of a canonical type, to be written as texts.
#[derive(Debug)]
pub(crate) enum Cells {
    /// Texts.
    Text(StringViewArray),
    /// `true` and `false`.
    Boolean(BooleanArray),
    /// Whole numbers.
    Int32(Int32Array),
    /// Whole numbers.
    Int64(Int64Array),
    /// Floating point.
    Float32(Float32Array),
    /// Floating point.
    Float64(Float64Array),
    /// Exact numbers.
    Decimal(Decimal128Array, u32),
    /// Days and moments.
    Moments(Moments),
    /// Lists.
    List(Box<Json>),
}

impl Cells {
    /// The cells of a column.
    ///
    /// # Errors
    /// A type that steps do not see.
    pub(crate) fn of(array: &ArrayRef) -> Result<Self, RowError> {
        Ok(match array.data_type() {
            DataType::Utf8View => Self::Text(array.as_string_view().clone()),
            DataType::Boolean => Self::Boolean(array.as_boolean().clone()),
            DataType::Int32 => Self::Int32(array.as_primitive::<Int32Type>().clone()),
            DataType::Int64 => Self::Int64(array.as_primitive::<Int64Type>().clone()),
            DataType::Float32 => Self::Float32(array.as_primitive::<Float32Type>().clone()),
            DataType::Float64 => Self::Float64(array.as_primitive::<Float64Type>().clone()),
            DataType::Decimal128(_, scale) => Self::Decimal(
                array.as_primitive::<Decimal128Type>().clone(),
                u32::try_from(*scale).unwrap_or_default(),
            ),
            DataType::List(_) => Self::List(Box::new(Json::of(array)?)),
            other => Moments::of(array).map(Self::Moments).ok_or_else(|| {
                RowError::new("UNSUPPORTED_TYPE", format!("a {other} is no type of cells"))
            })?,
        })
    }

    /// Writes the text of a cell that is not null.
    pub(crate) fn write(&self, row: usize, out: &mut String) {
        // Writing to a string does not fail.
        let _ = match self {
            Self::Text(array) => {
                out.push_str(array.value(row));
                Ok(())
            }
            Self::Boolean(array) => write!(out, "{}", array.value(row)),
            Self::Int32(array) => write!(out, "{}", array.value(row)),
            Self::Int64(array) => write!(out, "{}", array.value(row)),
            Self::Float32(array) => {
                let value = array.value(row);
                write_float(f64::from(value), value, out)
            }
            Self::Float64(array) => write_float(array.value(row), array.value(row), out),
            Self::Decimal(array, scale) => write_decimal(array.value(row), *scale, out),
            Self::Moments(moments) => {
                write_moment(moments, row, out);
                Ok(())
            }
            Self::List(json) => {
                json.write(row, usize::MAX, out);
                Ok(())
            }
        };
    }

    /// Writes a cell that is not null as JSON, and stops somewhere after `limit` bytes.
    pub(super) fn write_json(&self, row: usize, limit: usize, out: &mut String) {
        match self {
            Self::Text(array) => push_text(array.value(row), limit, out),
            Self::List(json) => json.write(row, limit, out),
            Self::Moments(_) => {
                out.push('"');
                self.write(row, out);
                out.push('"');
            }
            // JSON has no other word for what is no finite number.
            Self::Float32(array) if !array.value(row).is_finite() => out.push_str("null"),
            Self::Float64(array) if !array.value(row).is_finite() => out.push_str("null"),
            _ => self.write(row, out),
        }
    }

    /// The text of a cell for a message.
    pub(crate) fn shown(&self, row: usize) -> String {
        let mut text = String::new();
        match self {
            Self::Text(array) => return shown(array.value(row)),
            Self::List(json) => json.write(row, 8 * SHOWN, &mut text),
            _ => self.write(row, &mut text),
        }
        cut(&text)
    }
}

/// A text for a message: in quotes, and cut where it is long.
pub(crate) fn shown(text: &str) -> String {
    format!("{:?}", cut(text))
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// The texts of the cells of a column: integers as digits, floating point in the shortest form that
/// reads back and has a point or an exponent, decimals with all digits behind the point, days and moments as in ISO 8601 with `Z` where
/// they are instants, booleans as `true` and `false`, lists as JSON. Null stays null.
///
/// # Errors
/// A type that steps do not see.
pub fn cell_texts(array: &ArrayRef) -> Result<StringViewArray, RowError> {
    let cells = Cells::of(array)?;
    if let Cells::Text(texts) = cells {
        return Ok(texts);
    }
    let mut builder = StringViewBuilder::with_capacity(array.len());
    let mut text = String::new();
    for row in 0..array.len() {
        if array.is_null(row) {
            builder.append_null();
            continue;
        }
        text.clear();
        cells.write(row, &mut text);
        builder.try_append_value(&text)?;
    }
    Ok(builder.finish())
}

/// A type as the language of steps calls it.
pub(crate) fn type_name(data_type: &DataType) -> String {
    match data_type {
        DataType::Boolean => "boolean".to_owned(),
        DataType::Int32 => "int32".to_owned(),
        DataType::Int64 => "int64".to_owned(),
        DataType::Float32 => "float32".to_owned(),
        DataType::Float64 => "double".to_owned(),
        DataType::Decimal128(precision, scale) => format!("decimal({precision},{scale})"),
        DataType::Utf8View => "string".to_owned(),
        DataType::Date32 => "date".to_owned(),
        DataType::Timestamp(_, _) => "timestamp".to_owned(),
        DataType::List(item) => format!("lists of {}", type_name(item.data_type())),
        other => other.to_string(),
    }
}

/// Writes a double in the shortest form that reads back.
pub(crate) fn write_double(value: f64, out: &mut String) {
    let _ = write_float(value, value, out);
}

/// Writes a number in the shortest form that reads back as the same number, with a point or an exponent
/// as a sign of its type, as in the files that jobs write.
fn write_float<T>(value: f64, exact: T, out: &mut String) -> std::fmt::Result
where
    T: std::fmt::Display + std::fmt::LowerExp,
{
    if value.is_nan() {
        out.push_str("NaN");
        return Ok(());
    }
    if value.is_infinite() {
        out.push_str(if value > 0.0 { "Infinity" } else { "-Infinity" });
        return Ok(());
    }
    if value != 0.0 && !(1e-5..1e16).contains(&value.abs()) {
        return write!(out, "{exact:e}");
    }
    write!(out, "{exact}")?;
    if value.fract() == 0.0 {
        out.push_str(".0");
    }
    Ok(())
}

/// Writes a number of so many digits behind the point.
pub(super) fn write_decimal(value: i128, scale: u32, out: &mut impl Write) -> std::fmt::Result {
    let absolute = value.unsigned_abs();
    let sign = if value < 0 { "-" } else { "" };
    if scale == 0 {
        return write!(out, "{sign}{absolute}");
    }
    let width = scale as usize;
    // Division of 64 bits is several times faster, and enough for nearly all numbers.
    match (u64::try_from(absolute), 10u64.checked_pow(scale)) {
        (Ok(absolute), Some(power)) => {
            write!(
                out,
                "{sign}{}.{:0width$}",
                absolute / power,
                absolute % power
            )
        }
        _ => {
            let power = 10u128.pow(scale.min(38));
            write!(
                out,
                "{sign}{}.{:0width$}",
                absolute / power,
                absolute % power
            )
        }
    }
}

fn write_moment(moments: &Moments, row: usize, out: &mut String) {
    let Some(moment) = moments.get(row) else {
        return;
    };
    match moments {
        Moments::Days(_) => Day::of(moment.days).write(out),
        Moments::Ticks { zoned, .. } => moment.write(*zoned, out),
    }
}

/// The texts as a column.
pub(super) fn text_column(array: &ArrayRef) -> Result<ArrayRef, RowError> {
    Ok(Arc::new(cell_texts(array)?))
}

//! Types in expressions: what fits together, and how it is brought to one type.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, new_null_array};
use arrow::datatypes::{DataType, TimeUnit};

use super::coerce::coerce;
use super::decimal::DIGITS;
use super::frame::clipped;
use super::part::Part;
use crate::error::RowError;
use crate::types::{cast_array, type_name};

/// Kinds of types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Boolean,
    /// Whole numbers.
    Whole,
    Decimal,
    /// Floating point.
    Float,
    Text,
    /// Days and moments.
    Moment,
    /// Lists, with which little can be done.
    Other,
}

impl Kind {
    pub(crate) fn of(data_type: &DataType) -> Self {
        match data_type {
            DataType::Null => Self::Null,
            DataType::Boolean => Self::Boolean,
            DataType::Int32 | DataType::Int64 => Self::Whole,
            DataType::Decimal128(..) => Self::Decimal,
            DataType::Float32 | DataType::Float64 => Self::Float,
            DataType::Utf8View => Self::Text,
            DataType::Date32 | DataType::Timestamp(..) => Self::Moment,
            _ => Self::Other,
        }
    }

    pub(crate) fn is_number(self) -> bool {
        matches!(self, Self::Whole | Self::Decimal | Self::Float)
    }
}

/// What does not fit together, and what to do.
pub(crate) fn mismatch(message: impl Into<String>) -> RowError {
    RowError::new("VALUE_TYPE_MISMATCH", message)
}

/// A type in messages.
pub(crate) fn named(data_type: &DataType) -> String {
    match data_type {
        DataType::Null => "null".to_owned(),
        other => type_name(other),
    }
}

/// The type that holds the values of both; `None` where there is none.
pub(crate) fn join(left: &DataType, right: &DataType) -> Option<DataType> {
    use DataType::{Date32, Decimal128, Float32, Float64, Int32, Int64, Null, Timestamp};
    Some(match (left, right) {
        (same, other) if same == other => same.clone(),
        (Null, other) | (other, Null) => other.clone(),
        (Int32, Int64) | (Int64, Int32) => Int64,
        (Float32 | Float64, number) | (number, Float32 | Float64)
            if Kind::of(number).is_number() =>
        {
            Float64
        }
        (Int32 | Int64 | Decimal128(..), Int32 | Int64 | Decimal128(..)) => {
            let (left, right) = (extent(left)?, extent(right)?);
            let scale = left.1.max(right.1);
            let whole = (left.0 - left.1).max(right.0 - right.1);
            decimal(whole + scale, scale)?
        }
        (Date32, Timestamp(unit, zone)) | (Timestamp(unit, zone), Date32) => {
            Timestamp(*unit, zone.clone())
        }
        (Timestamp(left, zone), Timestamp(right, other)) => {
            let zone = zone.clone().or_else(|| other.clone());
            Timestamp(finer(*left, *right), zone)
        }
        _ => return None,
    })
}

fn finer(left: TimeUnit, right: TimeUnit) -> TimeUnit {
    let order = |unit| match unit {
        TimeUnit::Second => 0,
        TimeUnit::Millisecond => 1,
        TimeUnit::Microsecond => 2,
        TimeUnit::Nanosecond => 3,
    };
    if order(left) >= order(right) {
        left
    } else {
        right
    }
}

/// Digits in all and digits behind the point of an exact number.
pub(crate) fn extent(data_type: &DataType) -> Option<(i16, i16)> {
    match data_type {
        DataType::Int32 => Some((10, 0)),
        DataType::Int64 => Some((19, 0)),
        DataType::Decimal128(precision, scale) => {
            // Units of tens and hundreds are written out.
            let zeros = i16::from(*scale).min(0).abs();
            Some((i16::from(*precision) + zeros, i16::from(*scale).max(0)))
        }
        _ => None,
    }
}

/// A decimal of at most 38 digits; `None` where there are more than 38 behind the point.
pub(crate) fn decimal(precision: i16, scale: i16) -> Option<DataType> {
    let most = i16::from(DIGITS);
    let precision = precision.clamp(scale.max(1), most.max(scale));
    (scale <= most).then(|| {
        Some(DataType::Decimal128(
            u8::try_from(precision).ok()?,
            i8::try_from(scale).ok()?,
        ))
    })?
}

/// Brings parts to one type: numbers widen, and texts that are written out are read as moments beside
/// moments.
pub(crate) fn unify(parts: Vec<Part>, place: &str) -> Result<(Vec<Part>, DataType), RowError> {
    let parts = read_moments(parts)?;
    let mut common = DataType::Null;
    for part in &parts {
        common = join(&common, part.data_type()).ok_or_else(|| {
            mismatch(format!(
                "{place} gives values of one type, not {} and {}; cast one of them",
                named(&common),
                named(part.data_type())
            ))
        })?;
    }
    let parts = parts.into_iter().map(|part| coerce(part, &common));
    Ok((parts.collect::<Result<_, _>>()?, common))
}

/// Reads texts that are written out as moments, if one of the parts is a moment.
pub(crate) fn read_moments(parts: Vec<Part>) -> Result<Vec<Part>, RowError> {
    let moments = parts
        .iter()
        .any(|part| Kind::of(part.data_type()) == Kind::Moment);
    if !moments {
        return Ok(parts);
    }
    parts.into_iter().map(as_moment).collect()
}

/// A text that is written out as a moment; any other part as it is.
pub(crate) fn as_moment(part: Part) -> Result<Part, RowError> {
    let Some(text) = constant_text(&part) else {
        return Ok(part);
    };
    match read_moment(&text)? {
        Some(cell) => Ok(Part::constant(cell)),
        None => Err(mismatch(format!(
            "{:?} is no date; write it as '2024-01-31' or '2024-01-31 12:00:00'",
            clipped(&text)
        ))),
    }
}

/// A text that is written out.
pub(crate) fn constant_text(part: &Part) -> Option<String> {
    let cell = part.as_constant()?.as_string_view_opt()?;
    cell.is_valid(0).then(|| cell.value(0).to_owned())
}

/// A day or a moment as in ISO 8601: an array of one cell.
pub(crate) fn read_moment(text: &str) -> Result<Option<ArrayRef>, RowError> {
    let to = match text.split_at_checked(10) {
        Some((_, "")) => DataType::Date32,
        Some((_, time)) => {
            let zoned = time.contains(['Z', 'z', '+', '-']);
            let fraction = time.split_once('.').map_or(0, |(_, fraction)| {
                fraction.bytes().take_while(u8::is_ascii_digit).count()
            });
            let unit = if fraction > 6 {
                TimeUnit::Nanosecond
            } else {
                TimeUnit::Microsecond
            };
            DataType::Timestamp(unit, zoned.then(|| "UTC".into()))
        }
        None => return Ok(None),
    };
    let text: ArrayRef = Arc::new(arrow::array::StringViewArray::from_iter_values([text]));
    let (cell, failed) = cast_array(&text, &to)?;
    Ok(failed.is_empty().then_some(cell))
}

/// A null of a type: an array of one cell.
pub(crate) fn null_of(data_type: &DataType) -> ArrayRef {
    new_null_array(data_type, 1)
}

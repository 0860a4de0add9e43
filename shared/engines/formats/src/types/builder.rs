//! Text cells into one Arrow array.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Decimal128Builder, Float64Builder, Int32Builder,
    Int64Builder, StringBuilder, StringViewBuilder, TimestampMicrosecondBuilder,
    TimestampMillisecondBuilder, TimestampNanosecondBuilder, TimestampSecondBuilder,
};
use arrow::datatypes::{DataType, TimeUnit};
use chrono::NaiveDate;

use super::number::{parse_decimal, parse_double, parse_integer};
use super::temporal::{self, Moment};
use super::{NumberStyle, ValueFormat, parse_boolean, trimmed};
use crate::error::FormatError;

/// Builds one column.
#[derive(Debug)]
pub(crate) struct ColumnBuilder {
    values: Values,
    data_type: DataType,
}

#[derive(Debug)]
enum Values {
    View(StringViewBuilder),
    Text(StringBuilder),
    Boolean(BooleanBuilder),
    Integer32(Int32Builder),
    Integer(Int64Builder),
    Double(Float64Builder),
    Decimal(Decimal128Builder, u8, i8),
    Date(Date32Builder),
    Second(TimestampSecondBuilder),
    Millisecond(TimestampMillisecondBuilder),
    Microsecond(TimestampMicrosecondBuilder),
    Nanosecond(TimestampNanosecondBuilder),
}

impl ColumnBuilder {
    pub(crate) fn new(name: &str, data_type: &DataType, rows: usize) -> Result<Self, FormatError> {
        let values = match data_type {
            DataType::Utf8View => Values::View(StringViewBuilder::with_capacity(rows)),
            DataType::Utf8 => Values::Text(StringBuilder::with_capacity(rows, rows * 8)),
            DataType::Boolean => Values::Boolean(BooleanBuilder::with_capacity(rows)),
            DataType::Int32 => Values::Integer32(Int32Builder::with_capacity(rows)),
            DataType::Int64 => Values::Integer(Int64Builder::with_capacity(rows)),
            DataType::Float64 => Values::Double(Float64Builder::with_capacity(rows)),
            DataType::Decimal128(precision, scale) if (1..=38).contains(precision) => {
                Values::Decimal(Decimal128Builder::with_capacity(rows), *precision, *scale)
            }
            DataType::Date32 => Values::Date(Date32Builder::with_capacity(rows)),
            DataType::Timestamp(TimeUnit::Second, _) => {
                Values::Second(TimestampSecondBuilder::with_capacity(rows))
            }
            DataType::Timestamp(TimeUnit::Millisecond, _) => {
                Values::Millisecond(TimestampMillisecondBuilder::with_capacity(rows))
            }
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                Values::Microsecond(TimestampMicrosecondBuilder::with_capacity(rows))
            }
            DataType::Timestamp(TimeUnit::Nanosecond, _) => {
                Values::Nanosecond(TimestampNanosecondBuilder::with_capacity(rows))
            }
            other => {
                return Err(FormatError::UnsupportedType {
                    column: name.to_owned(),
                    data_type: other.to_string(),
                });
            }
        };
        Ok(Self {
            values,
            data_type: data_type.clone(),
        })
    }

    /// Appends cells. One that has a value which does not read becomes null, and its place is told
    /// to `unreadable`.
    pub(crate) fn extend<'a>(
        &mut self,
        cells: impl Iterator<Item = Option<Cow<'a, str>>>,
        format: &ValueFormat,
        unreadable: impl FnMut(usize),
    ) {
        let zoned = matches!(self.data_type, DataType::Timestamp(_, Some(_)));
        let number = format.number;
        let formats = format.temporal.as_slice();
        let moment =
            |text: &str| temporal::read(text, formats).and_then(|moment| instant(&moment, zoned));
        let push = unreadable;
        match &mut self.values {
            // Text is taken as it stands, white space included.
            Values::View(builder) => cells.for_each(|cell| match cell {
                Some(text) => builder.append_value(text),
                None => builder.append_null(),
            }),
            Values::Text(builder) => cells.for_each(|cell| builder.append_option(cell)),
            Values::Boolean(builder) => {
                read_all(
                    cells,
                    parse_boolean,
                    |value| builder.append_option(value),
                    push,
                );
            }
            Values::Integer32(builder) => read_all(
                cells,
                |text| {
                    plainly(text, number, parse_integer).and_then(|value| i32::try_from(value).ok())
                },
                |value| builder.append_option(value),
                push,
            ),
            Values::Integer(builder) => read_all(
                cells,
                |text| plainly(text, number, parse_integer),
                |value| builder.append_option(value),
                push,
            ),
            Values::Double(builder) => read_all(
                cells,
                |text| plainly(text, number, parse_double),
                |value| builder.append_option(value),
                push,
            ),
            Values::Decimal(builder, precision, scale) => read_all(
                cells,
                |text| plainly(text, number, |text| parse_decimal(text, *precision, *scale)),
                |value| builder.append_option(value),
                push,
            ),
            Values::Date(builder) => read_all(
                cells,
                |text| {
                    let moment = temporal::read(text, formats)?;
                    moment.time.is_none().then(|| days(moment.date))
                },
                |value| builder.append_option(value),
                push,
            ),
            Values::Second(builder) => read_all(
                cells,
                |text| moment(text).and_then(|at| (at.1 == 0).then_some(at.0)),
                |value| builder.append_option(value),
                push,
            ),
            Values::Millisecond(builder) => read_all(
                cells,
                |text| moment(text).and_then(|at| scaled(at, 1_000)),
                |value| builder.append_option(value),
                push,
            ),
            Values::Microsecond(builder) => read_all(
                cells,
                |text| moment(text).and_then(|at| scaled(at, 1_000_000)),
                |value| builder.append_option(value),
                push,
            ),
            Values::Nanosecond(builder) => read_all(
                cells,
                |text| moment(text).and_then(|at| scaled(at, 1_000_000_000)),
                |value| builder.append_option(value),
                push,
            ),
        }
    }

    pub(crate) fn finish(self) -> Result<ArrayRef, FormatError> {
        let zone = match &self.data_type {
            DataType::Timestamp(_, zone) => zone.clone(),
            _ => None,
        };
        Ok(match self.values {
            Values::View(mut builder) => Arc::new(builder.finish()),
            Values::Text(mut builder) => Arc::new(builder.finish()),
            Values::Boolean(mut builder) => Arc::new(builder.finish()),
            Values::Integer32(mut builder) => Arc::new(builder.finish()),
            Values::Integer(mut builder) => Arc::new(builder.finish()),
            Values::Double(mut builder) => Arc::new(builder.finish()),
            Values::Decimal(mut builder, precision, scale) => Arc::new(
                builder
                    .finish()
                    .with_precision_and_scale(precision, scale)?,
            ),
            Values::Date(mut builder) => Arc::new(builder.finish()),
            Values::Second(mut builder) => Arc::new(builder.finish().with_timezone_opt(zone)),
            Values::Millisecond(mut builder) => Arc::new(builder.finish().with_timezone_opt(zone)),
            Values::Microsecond(mut builder) => Arc::new(builder.finish().with_timezone_opt(zone)),
            Values::Nanosecond(mut builder) => Arc::new(builder.finish().with_timezone_opt(zone)),
        })
    }
}

#[inline]
fn read_all<'a, T>(
    cells: impl Iterator<Item = Option<Cow<'a, str>>>,
    read: impl Fn(&str) -> Option<T>,
    mut append: impl FnMut(Option<T>),
    mut unreadable: impl FnMut(usize),
) {
    for (place, cell) in cells.enumerate() {
        let Some(text) = cell else {
            append(None);
            continue;
        };
        let value = read(trimmed(&text));
        if value.is_none() {
            unreadable(place);
        }
        append(value);
    }
}

#[inline]
fn plainly<T>(text: &str, style: NumberStyle, read: impl Fn(&str) -> Option<T>) -> Option<T> {
    if style == NumberStyle::PLAIN {
        read(text)
    } else {
        read(&style.plain(text)?)
    }
}

fn days(date: NaiveDate) -> i32 {
    date.signed_duration_since(NaiveDate::default()).num_days() as i32
}

/// Seconds and nanoseconds since 1970. A column with a zone takes local times as UTC; one without
/// takes no times with a zone, for their offset would be lost.
fn instant(moment: &Moment, zoned: bool) -> Option<(i64, u32)> {
    use chrono::Timelike;
    let (seconds, nanoseconds) = moment.time.map_or((0, 0), |time| {
        (time.num_seconds_from_midnight(), time.nanosecond())
    });
    let offset = match (zoned, moment.zone) {
        (_, None) => 0,
        (true, Some(offset)) => offset,
        (false, Some(_)) => return None,
    };
    let whole = i64::from(days(moment.date)) * 86_400 + i64::from(seconds) - i64::from(offset);
    // A leap second is the first of the next minute.
    Some((
        whole + i64::from(nanoseconds / 1_000_000_000),
        nanoseconds % 1_000_000_000,
    ))
}

/// Units of which a second has `per_second`; `None` where digits would be lost.
fn scaled((seconds, nanoseconds): (i64, u32), per_second: i64) -> Option<i64> {
    let unit = 1_000_000_000 / per_second;
    let nanoseconds = i64::from(nanoseconds);
    if nanoseconds % unit != 0 {
        return None;
    }
    seconds
        .checked_mul(per_second)?
        .checked_add(nanoseconds / unit)
}

//! Days and moments, and their parts. Instants are read as in UTC.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int32Array, Int64Array, Int64Builder};
use arrow::compute::cast;
use arrow::datatypes::{DataType, TimeUnit};
use chrono::Datelike;

use super::frame::{Frame, Run};
use super::kinds::{Kind, as_moment, mismatch, named, null_of};
use super::part::{Below, Evaluate, Part};
use super::value::Value;
use crate::error::RowError;
use crate::types::{Day, Moment, Moments};

/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;

/// How many of a unit a second has.
pub(crate) fn per_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    }
}

/// A column of moments, given in units since 1970.
pub(crate) fn timestamps(
    moments: Vec<Option<i64>>,
    unit: TimeUnit,
    zone: Option<Arc<str>>,
) -> Result<ArrayRef, RowError> {
    let to = DataType::Timestamp(unit, zone);
    Ok(cast(&Int64Array::from(moments), &to)?)
}

/// A column of days, given in days since 1970.
pub(crate) fn dates(days: Vec<Option<i32>>) -> Result<ArrayRef, RowError> {
    Ok(cast(&Int32Array::from(days), &DataType::Date32)?)
}

/// Cells that are days or moments.
#[derive(Debug)]
pub(crate) struct Ticks {
    moments: Moments,
    constant: bool,
}

impl Ticks {
    pub(crate) fn of(value: &Value) -> Result<Self, RowError> {
        let moments = Moments::of(value.array()).ok_or_else(|| {
            let message = format!("{} is no moment", named(value.array().data_type()));
            RowError::new("STEP_FAILED", message)
        })?;
        Ok(Self {
            moments,
            constant: value.is_constant(),
        })
    }

    /// The moment of a row; that of a day is its beginning.
    #[inline]
    pub(crate) fn get(&self, row: usize) -> Option<Moment> {
        self.moments.get(if self.constant { 0 } else { row })
    }

    /// Nanoseconds since 1970.
    #[inline]
    pub(crate) fn nanoseconds(&self, row: usize) -> Option<i128> {
        let moment = self.get(row)?;
        let seconds = i128::from(seconds(moment));
        Some(seconds * 1_000_000_000 + i128::from(moment.nanosecond))
    }
}

/// Seconds since 1970.
pub(crate) fn seconds(moment: Moment) -> i64 {
    // The days of any 64 bits of seconds are not too many.
    moment
        .days
        .saturating_mul(DAY)
        .saturating_add(i64::from(moment.second))
}

/// A part of a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DatePart {
    Year,
    Quarter,
    Month,
    /// Of ISO 8601.
    Week,
    Day,
    DayOfYear,
    /// 1 for Monday.
    Weekday,
    Hour,
    Minute,
    Second,
}

impl DatePart {
    fn of(self, moment: Moment) -> i64 {
        let second = i64::from(moment.second);
        let day = match self {
            Self::Hour => return second / 3_600,
            Self::Minute => return second / 60 % 60,
            Self::Second => return second % 60,
            _ => Day::of(moment.days),
        };
        i64::from(match self {
            Self::Year => return day.year,
            Self::Quarter => day.alike.month0() / 3 + 1,
            Self::Month => day.alike.month(),
            Self::Week => day.alike.iso_week().week(),
            Self::DayOfYear => day.alike.ordinal(),
            Self::Weekday => day.alike.weekday().number_from_monday(),
            _ => day.alike.day(),
        })
    }
}

#[derive(Debug)]
struct PartOf {
    part: DatePart,
    moment: Part,
}

/// `year(moment)` and its like.
pub(crate) fn part(part: DatePart, moment: Part, name: &str) -> Result<Part, RowError> {
    let moment = self::moment(moment, name)?;
    if moment.is_null() {
        return Ok(Part::constant(null_of(&DataType::Int64)));
    }
    let below = Below::of([&moment]);
    Ok(below.part(PartOf { part, moment }, DataType::Int64, false))
}

/// An argument that must be a day or a moment, or a text of one that is written out.
pub(crate) fn moment(part: Part, place: &str) -> Result<Part, RowError> {
    let part = as_moment(part)?;
    match Kind::of(part.data_type()) {
        Kind::Moment | Kind::Null => Ok(part),
        kind => {
            let hint = match kind {
                Kind::Text => "use to_date or to_timestamp, or cast it",
                _ => "cast it",
            };
            Err(mismatch(format!(
                "{place} needs a date or a timestamp, not {}; {hint}",
                named(part.data_type())
            )))
        }
    }
}

impl Evaluate for PartOf {
    fn evaluate(&self, frame: &Frame<'_>, run: &mut Run<'_>) -> Result<Value, RowError> {
        let value = self.moment.evaluate(frame, run)?;
        let ticks = Ticks::of(&value)?;
        let cells = Value::cells_of(&[&value], frame.len());
        let mut builder = Int64Builder::with_capacity(cells);
        for row in 0..cells {
            builder.append_option(ticks.get(row).map(|moment| self.part.of(moment)));
        }
        Ok(Value::like(Arc::new(builder.finish()), &[&value]))
    }
}

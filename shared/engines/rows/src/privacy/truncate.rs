//! Dates that lose everything below a unit.

use std::sync::Arc;

use arrow::array::timezone::Tz;
use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, PrimitiveArray, RecordBatch};
use arrow::datatypes::{
    ArrowTimestampType, DataType, Date32Type, Schema, SchemaRef, TimeUnit as ArrowUnit,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType,
};
use arrow::temporal_conversions::{as_datetime, date32_to_datetime};
use chrono::offset::{LocalResult, Offset};
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, TimeZone, Timelike, Utc};
use millrace_steps::value::{Columns, TimeUnit};

use crate::choose::choose;
use crate::columns::schema_of;
use crate::error::RowError;
use crate::operator::{Fault, Faults, Operator, Output};
use crate::types::type_name;

/// Truncates columns of dates, which keep their types.
#[derive(Debug)]
pub(super) struct Truncation {
    schema: SchemaRef,
    columns: Vec<Column>,
    unit: TimeUnit,
}

#[derive(Debug)]
struct Column {
    place: usize,
    name: String,
    zone: Option<Tz>,
}

impl Truncation {
    pub(super) fn new(
        columns: &Columns,
        unit: TimeUnit,
        schema: &Schema,
    ) -> Result<Self, RowError> {
        let mut chosen = Vec::new();
        for place in choose(columns, schema)? {
            let field = schema.field(place);
            let zone = match field.data_type() {
                DataType::Date32 | DataType::Timestamp(_, None) => None,
                DataType::Timestamp(_, Some(zone)) => Some(zone.parse::<Tz>()?),
                other if matches!(columns, Columns::Names(_)) => {
                    let held = type_name(other);
                    return Err(RowError::column_type(field.name(), &held, "dates"));
                }
                _ => continue,
            };
            chosen.push(Column {
                place,
                name: field.name().clone(),
                zone,
            });
        }
        Ok(Self {
            schema: schema_of(schema.fields().to_vec())?,
            columns: chosen,
            unit,
        })
    }

    fn truncated(
        &self,
        column: &Column,
        array: &ArrayRef,
        faults: &mut Faults,
    ) -> Result<ArrayRef, RowError> {
        use ArrowUnit::{Microsecond, Millisecond, Nanosecond, Second};
        let zone = column.zone.as_ref();
        let (made, failed) = match array.data_type() {
            DataType::Date32 => truncate::<Date32Type>(array, |days| {
                let date = truncate_date(date32_to_datetime(days)?.date(), self.unit)?;
                Some(Date32Type::from_naive_date(date))
            }),
            DataType::Timestamp(Second, _) => self.moments::<TimestampSecondType>(array, zone),
            DataType::Timestamp(Millisecond, _) => {
                self.moments::<TimestampMillisecondType>(array, zone)
            }
            DataType::Timestamp(Microsecond, _) => {
                self.moments::<TimestampMicrosecondType>(array, zone)
            }
            DataType::Timestamp(Nanosecond, _) => {
                self.moments::<TimestampNanosecondType>(array, zone)
            }
            other => {
                let held = type_name(other);
                return Err(RowError::column_type(&column.name, &held, "dates"));
            }
        };
        faults.extend(failed.into_iter().map(|row| Fault {
            row,
            column: Some(column.name.clone()),
            code: "INVALID_DATE",
            message: format!(
                "column {}: the date is too far away to be truncated to its {}",
                column.name, self.unit
            ),
        }));
        Ok(made)
    }

    fn moments<T: ArrowTimestampType>(
        &self,
        array: &ArrayRef,
        zone: Option<&Tz>,
    ) -> (ArrayRef, Vec<usize>) {
        truncate::<T>(array, |value| {
            let moment = as_datetime::<T>(value)?;
            T::from_datetime(truncate_moment(moment, zone, self.unit)?)
        })
    }
}

impl Operator for Truncation {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn apply(&self, batch: &RecordBatch, faults: &mut Faults) -> Result<Output, RowError> {
        let mut columns = batch.columns().to_vec();
        for column in &self.columns {
            columns[column.place] = self.truncated(column, batch.column(column.place), faults)?;
        }
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns)?;
        Ok(Output::Same(batch))
    }
}

/// The column with other values, and the rows that have none.
fn truncate<T: ArrowPrimitiveType>(
    array: &ArrayRef,
    value: impl Fn(T::Native) -> Option<T::Native>,
) -> (ArrayRef, Vec<usize>) {
    let before = array.as_primitive::<T>();
    let after: PrimitiveArray<T> = before.unary_opt(value);
    let failed = if after.null_count() == before.null_count() {
        Vec::new()
    } else {
        let rows = 0..before.len();
        rows.filter(|&row| before.is_valid(row) && after.is_null(row))
            .collect()
    };
    let after = after.with_data_type(array.data_type().clone());
    (Arc::new(after), failed)
}

/// The first day of the unit.
fn truncate_date(date: NaiveDate, unit: TimeUnit) -> Option<NaiveDate> {
    match unit {
        TimeUnit::Year => date.with_ordinal(1),
        TimeUnit::Quarter => date.with_day(1)?.with_month0(date.month0() / 3 * 3),
        TimeUnit::Month => date.with_day(1),
        TimeUnit::Week => {
            let days = date.weekday().num_days_from_monday();
            date.checked_sub_days(Days::new(days.into()))
        }
        TimeUnit::Day | TimeUnit::Hour | TimeUnit::Minute | TimeUnit::Second => Some(date),
    }
}

fn truncate_local(moment: NaiveDateTime, unit: TimeUnit) -> Option<NaiveDateTime> {
    let time = moment.time();
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    let date = truncate_date(moment.date(), unit)?;
    match unit {
        TimeUnit::Hour => date.and_hms_opt(hour, 0, 0),
        TimeUnit::Minute => date.and_hms_opt(hour, minute, 0),
        TimeUnit::Second => date.and_hms_opt(hour, minute, second),
        TimeUnit::Year | TimeUnit::Quarter | TimeUnit::Month | TimeUnit::Week | TimeUnit::Day => {
            date.and_hms_opt(0, 0, 0)
        }
    }
}

/// The beginning of the unit by the clock of the zone. Of two moments with that time the later one is
/// meant, unless it is after the moment itself; where there is none, the clock was put forward over it,
/// and the unit begins there.
fn truncate_moment(
    moment: NaiveDateTime,
    zone: Option<&Tz>,
    unit: TimeUnit,
) -> Option<DateTime<Utc>> {
    let Some(zone) = zone else {
        return Some(truncate_local(moment, unit)?.and_utc());
    };
    let before = zone.from_utc_datetime(&moment);
    let local = truncate_local(before.naive_local(), unit)?;
    let after = match zone.from_local_datetime(&local) {
        LocalResult::Single(after) => after.naive_utc(),
        LocalResult::Ambiguous(earlier, later) if later > before => earlier.naive_utc(),
        LocalResult::Ambiguous(_, later) => later.naive_utc(),
        LocalResult::None => {
            let gap = before.naive_local().signed_duration_since(local);
            let earlier = moment.checked_sub_signed(gap)?;
            let offset = zone.offset_from_utc_datetime(&earlier).fix();
            local.checked_sub_offset(offset)?
        }
    };
    Some(after.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> NaiveDateTime {
        text.parse().expect("a moment")
    }

    #[test]
    fn moments_are_truncated_to_every_unit() {
        let before = moment("2024-08-17T13:47:59.123456");
        for (unit, expected) in [
            (TimeUnit::Year, "2024-01-01T00:00:00"),
            (TimeUnit::Quarter, "2024-07-01T00:00:00"),
            (TimeUnit::Month, "2024-08-01T00:00:00"),
            (TimeUnit::Week, "2024-08-12T00:00:00"),
            (TimeUnit::Day, "2024-08-17T00:00:00"),
            (TimeUnit::Hour, "2024-08-17T13:00:00"),
            (TimeUnit::Minute, "2024-08-17T13:47:00"),
            (TimeUnit::Second, "2024-08-17T13:47:59"),
        ] {
            assert_eq!(
                truncate_local(before, unit),
                Some(moment(expected)),
                "{unit}"
            );
        }
    }

    #[test]
    fn units_begin_by_the_clock_of_the_zone() {
        let truncated = |zone: &str, text: &str, unit| {
            let zone: Tz = zone.parse().expect("a zone");
            let after = truncate_moment(moment(text), Some(&zone), unit).expect("a moment");
            after.naive_utc().to_string()
        };
        let day = TimeUnit::Day;
        let hour = TimeUnit::Hour;
        // 01:15 on the 2nd in Kolkata.
        assert_eq!(
            truncated("Asia/Kolkata", "2024-03-01T19:45:00", day),
            "2024-03-01 18:30:00"
        );
        assert_eq!(
            truncated("+05:30", "2024-03-01T19:45:00", hour),
            "2024-03-01 19:30:00"
        );
        // In Berlin the hour from two to three came twice on this day.
        assert_eq!(
            truncated("Europe/Berlin", "2024-10-27T00:30:00", hour),
            "2024-10-27 00:00:00"
        );
        assert_eq!(
            truncated("Europe/Berlin", "2024-10-27T01:30:00", hour),
            "2024-10-27 01:00:00"
        );
        // In Beirut this day began at one o'clock.
        assert_eq!(
            truncated("Asia/Beirut", "2024-03-31T09:00:00", day),
            "2024-03-30 22:00:00"
        );
    }

    #[test]
    fn the_ends_of_time_have_no_beginning() {
        assert_eq!(truncate_date(NaiveDate::MIN, TimeUnit::Week), None);
        assert_eq!(
            truncate_date(NaiveDate::MAX, TimeUnit::Year),
            NaiveDate::MAX.with_ordinal(1)
        );
    }
}

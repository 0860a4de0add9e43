//! Days and moments: any that 64 bits can count, in any time zone.

use std::fmt::Write;
use std::sync::Arc;

use arrow::array::timezone::Tz;
use arrow::array::{
    Array, ArrayRef, AsArray, Date32Array, TimestampMicrosecondArray, TimestampMillisecondArray,
    TimestampNanosecondArray, TimestampSecondArray,
};
use arrow::buffer::{NullBuffer, ScalarBuffer};
use arrow::datatypes::{
    DataType, Date32Type, TimeUnit, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, Offset, TimeZone};
use millrace_steps::value::Zone;

use crate::error::RowError;

/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;
/// Days after which the calendar repeats itself, weekdays included: 400 years.
const CYCLE: i64 = 146_097;
/// The day 1970-01-01, counted from the first one of year 1.
const EPOCH: i32 = 719_163;

/// How many of a unit a second has.
pub(crate) fn per_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    }
}

/// A day of the Gregorian calendar, however far away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Day {
    /// The year.
    pub(crate) year: i64,
    /// The day of the same name in the 400 years from 1970 on.
    pub(crate) alike: NaiveDate,
}

impl Day {
    /// The day so many days after 1970-01-01.
    pub(crate) fn of(days: i64) -> Self {
        let within = i32::try_from(days.rem_euclid(CYCLE)).unwrap_or_default();
        let alike = NaiveDate::from_num_days_from_ce_opt(EPOCH + within).unwrap_or_default();
        Self {
            year: i64::from(alike.year()) + 400 * days.div_euclid(CYCLE),
            alike,
        }
    }

    /// Writes it as in ISO 8601.
    pub(crate) fn write(self, out: &mut String) {
        match u32::try_from(self.year) {
            Ok(year @ ..=9_999) => {
                push_two(out, year / 100);
                push_two(out, year % 100);
            }
            _ => {
                let _ = write!(out, "{:+05}", self.year);
            }
        }
        out.push('-');
        push_two(out, self.alike.month());
        out.push('-');
        push_two(out, self.alike.day());
    }
}

/// A moment by the day and the time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Days since 1970-01-01.
    pub(crate) days: i64,
    /// Seconds of the day.
    pub(crate) second: u32,
    /// Nanoseconds of the second.
    pub(crate) nanosecond: u32,
}

impl Moment {
    /// The moment so many units after 1970 began.
    pub(crate) fn of(ticks: i64, unit: TimeUnit) -> Self {
        let per_second = per_second(unit);
        let seconds = ticks.div_euclid(per_second);
        let part = ticks.rem_euclid(per_second) * (1_000_000_000 / per_second);
        Self {
            days: seconds.div_euclid(DAY),
            second: u32::try_from(seconds.rem_euclid(DAY)).unwrap_or_default(),
            nanosecond: u32::try_from(part).unwrap_or_default(),
        }
    }

    /// Writes it as in ISO 8601, with `Z` where it is an instant.
    pub(crate) fn write(self, zoned: bool, out: &mut String) {
        Day::of(self.days).write(out);
        out.push('T');
        write_clock(u64::from(self.second), self.nanosecond, out);
        if zoned {
            out.push('Z');
        }
    }
}

/// Writes `HH:MM:SS` and as much of a fraction as there is.
pub(crate) fn write_clock(seconds: u64, nanosecond: u32, out: &mut String) {
    match u32::try_from(seconds / 3_600) {
        Ok(hours @ ..=99) => push_two(out, hours),
        _ => {
            let _ = write!(out, "{}", seconds / 3_600);
        }
    }
    for part in [seconds / 60 % 60, seconds % 60] {
        out.push(':');
        push_two(out, part as u32);
    }
    write_fraction(nanosecond, out);
}

/// Writes a fraction of a second in three, six or nine digits, or nothing.
pub(crate) fn write_fraction(nanosecond: u32, out: &mut String) {
    let _ = match nanosecond {
        0 => Ok(()),
        _ if nanosecond.is_multiple_of(1_000_000) => write!(out, ".{:03}", nanosecond / 1_000_000),
        _ if nanosecond.is_multiple_of(1_000) => write!(out, ".{:06}", nanosecond / 1_000),
        _ => write!(out, ".{nanosecond:09}"),
    };
}

fn push_two(out: &mut String, number: u32) {
    for digit in [number / 10 % 10, number % 10] {
        out.push(char::from_digit(digit, 10).unwrap_or('0'));
    }
}

/// A column of days or moments.
#[derive(Debug, Clone)]
pub(crate) enum Moments {
    /// Days.
    Days(Date32Array),
    /// Moments.
    Ticks {
        /// How many units after 1970 began.
        ticks: ScalarBuffer<i64>,
        /// The unit.
        unit: TimeUnit,
        /// Whether they are instants, and no local times.
        zoned: bool,
        /// Which there are.
        nulls: Option<NullBuffer>,
    },
}

impl Moments {
    /// The days or moments of a column; `None` where it holds others.
    pub(crate) fn of(array: &dyn Array) -> Option<Self> {
        let ticks = match array.data_type() {
            DataType::Date32 => return Some(Self::Days(array.as_primitive().clone())),
            DataType::Timestamp(TimeUnit::Second, _) => {
                array.as_primitive::<TimestampSecondType>().values()
            }
            DataType::Timestamp(TimeUnit::Millisecond, _) => {
                array.as_primitive::<TimestampMillisecondType>().values()
            }
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                array.as_primitive::<TimestampMicrosecondType>().values()
            }
            DataType::Timestamp(TimeUnit::Nanosecond, _) => {
                array.as_primitive::<TimestampNanosecondType>().values()
            }
            _ => return None,
        };
        let DataType::Timestamp(unit, zone) = array.data_type() else {
            return None;
        };
        Some(Self::Ticks {
            ticks: ticks.clone(),
            unit: *unit,
            zoned: zone.is_some(),
            nulls: array.nulls().cloned(),
        })
    }

    /// How many there are, nulls included.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Days(days) => days.len(),
            Self::Ticks { ticks, .. } => ticks.len(),
        }
    }

    /// Which there are.
    pub(crate) fn nulls(&self) -> Option<&NullBuffer> {
        match self {
            Self::Days(days) => days.nulls(),
            Self::Ticks { nulls, .. } => nulls.as_ref(),
        }
    }

    /// The moment of a row; that of a day is its beginning.
    pub(crate) fn get(&self, row: usize) -> Option<Moment> {
        if self.nulls().is_some_and(|nulls| nulls.is_null(row)) {
            return None;
        }
        Some(match self {
            Self::Days(days) => Moment {
                days: i64::from(days.value(row)),
                second: 0,
                nanosecond: 0,
            },
            Self::Ticks { ticks, unit, .. } => Moment::of(ticks[row], *unit),
        })
    }
}

/// A column of days.
pub(crate) fn dates(days: Vec<i32>, nulls: Option<NullBuffer>) -> ArrayRef {
    Arc::new(arrow::array::PrimitiveArray::<Date32Type>::new(
        days.into(),
        nulls,
    ))
}

/// A column of moments.
pub(crate) fn timestamps(
    ticks: ScalarBuffer<i64>,
    nulls: Option<NullBuffer>,
    unit: TimeUnit,
    zone: Option<Arc<str>>,
) -> ArrayRef {
    match unit {
        TimeUnit::Second => {
            Arc::new(TimestampSecondArray::new(ticks, nulls).with_timezone_opt(zone))
        }
        TimeUnit::Millisecond => {
            Arc::new(TimestampMillisecondArray::new(ticks, nulls).with_timezone_opt(zone))
        }
        TimeUnit::Microsecond => {
            Arc::new(TimestampMicrosecondArray::new(ticks, nulls).with_timezone_opt(zone))
        }
        TimeUnit::Nanosecond => {
            Arc::new(TimestampNanosecondArray::new(ticks, nulls).with_timezone_opt(zone))
        }
    }
}

/// The clocks of a time zone; UTC where there is none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock(Option<Tz>);

impl Clock {
    /// The clocks of the zone of a step.
    ///
    /// # Errors
    /// A zone that is not known here.
    pub(crate) fn of(zone: Option<&Zone>) -> Result<Self, RowError> {
        match zone.map(Zone::as_str) {
            None | Some("UTC") => Ok(Self(None)),
            Some(name) => name
                .parse()
                .map(|zone| Self(Some(zone)))
                .map_err(|_| RowError::new("STEP_FAILED", format!("{name} is no time zone"))),
        }
    }

    /// Whether a name is that of a zone.
    pub(crate) fn knows(name: &str) -> bool {
        name.parse::<Tz>().is_ok()
    }

    /// Seconds of the local time at an instant, both since 1970.
    pub(crate) fn local(self, seconds: i64) -> Option<i64> {
        match self.0 {
            None => Some(seconds),
            Some(_) => Some(seconds + i64::from(self.offset(seconds)?.local_minus_utc())),
        }
    }

    /// The difference from UTC at an instant.
    pub(crate) fn offset(self, seconds: i64) -> Option<FixedOffset> {
        let Some(zone) = self.0 else {
            return FixedOffset::east_opt(0);
        };
        let instant = DateTime::from_timestamp(seconds, 0)?.naive_utc();
        Some(zone.offset_from_utc_datetime(&instant).fix())
    }

    /// The instant of a local time, the earlier one where clocks were put back; `None` for a time that
    /// they skipped.
    pub(crate) fn instant(self, local: i64) -> Option<i64> {
        let Some(zone) = self.0 else {
            return Some(local);
        };
        let naive = DateTime::from_timestamp(local, 0)?.naive_utc();
        let offset = zone.offset_from_local_datetime(&naive).earliest()?.fix();
        Some(local - i64::from(offset.local_minus_utc()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(ticks: i64, unit: TimeUnit, zoned: bool) -> String {
        let mut out = String::new();
        Moment::of(ticks, unit).write(zoned, &mut out);
        out
    }

    #[test]
    fn moments_are_written_as_in_iso_8601() {
        assert_eq!(text(0, TimeUnit::Second, false), "1970-01-01T00:00:00");
        assert_eq!(
            text(1_709_208_000_500, TimeUnit::Millisecond, true),
            "2024-02-29T12:00:00.500Z"
        );
        assert_eq!(
            text(-1, TimeUnit::Microsecond, false),
            "1969-12-31T23:59:59.999999"
        );
        assert_eq!(
            text(1, TimeUnit::Nanosecond, true),
            "1970-01-01T00:00:00.000000001Z"
        );
        assert_eq!(
            text(-62_198_755_200, TimeUnit::Second, false),
            "-0001-01-01T00:00:00"
        );
        // What no calendar crate counts to.
        assert!(text(i64::MAX, TimeUnit::Second, false).starts_with("+292277026596-12-04T"));
        assert!(text(i64::MIN, TimeUnit::Second, false).starts_with("-292277022657-01-27T"));
    }

    #[test]
    fn clocks_that_change_have_a_gap_and_a_fold() {
        let zone = Zone::parse("Europe/Berlin").expect("a zone");
        let clock = Clock::of(Some(&zone)).expect("a known zone");
        // 2024-03-31 02:30 did not exist, 2024-10-27 02:30 was there twice.
        let (gap, fold) = (1_711_852_200, 1_729_996_200);
        assert_eq!(clock.instant(gap), None);
        assert_eq!(clock.instant(fold), Some(fold - 7_200));
        assert_eq!(clock.local(fold - 7_200), Some(fold));
        assert_eq!(clock.local(fold - 3_600), Some(fold));
        let offset = Zone::parse("-03:30").expect("an offset");
        let clock = Clock::of(Some(&offset)).expect("a known offset");
        assert_eq!(clock.instant(0), Some(12_600));
        assert!(Clock::knows("+0530") && !Clock::knows("Mars/Olympus"));
    }

    #[test]
    fn every_zone_of_the_language_is_known() {
        for zone in chrono_tz::TZ_VARIANTS {
            let zone = Zone::parse(zone.name()).expect("a zone");
            assert!(Clock::of(Some(&zone)).is_ok(), "{zone}");
        }
    }

    proptest! {
        #[test]
        fn days_are_those_of_the_calendar(days in -90_000_000i32..90_000_000) {
            let known = NaiveDate::from_num_days_from_ce_opt(EPOCH + days).expect("a day");
            let day = Day::of(i64::from(days));
            prop_assert_eq!(day.year, i64::from(known.year()));
            prop_assert_eq!(
                (day.alike.ordinal(), day.alike.month(), day.alike.iso_week().week()),
                (known.ordinal(), known.month(), known.iso_week().week())
            );
            prop_assert_eq!(day.alike.weekday(), known.weekday());
        }

        #[test]
        fn local_times_come_back(seconds in 0i64..4_000_000_000) {
            let zone = Zone::parse("America/New_York").expect("a zone");
            let clock = Clock::of(Some(&zone)).expect("a known zone");
            let local = clock.local(seconds).expect("a local time");
            let back = clock.instant(local).expect("an instant");
            prop_assert!(back == seconds || back == seconds - 3_600);
        }
    }
}

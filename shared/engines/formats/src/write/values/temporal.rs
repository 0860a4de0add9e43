//! Dates, times and timestamps as ISO 8601. Every value has a text, those beyond the years that
//! calendars of programs know included.

use arrow::array::timezone::Tz;
use arrow::datatypes::TimeUnit;
use chrono::{DateTime, Offset, TimeZone};

use super::number::push_integer;

const DAY_SECONDS: i64 = 86_400;

/// The zone that timestamps of a column are written in.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Zone {
    /// None: the timestamps are local times.
    Local,
    Utc,
    Named(Tz),
}

impl Zone {
    /// The zone of an Arrow type; `None` where it is not known.
    pub(crate) fn parse(zone: Option<&str>) -> Option<Self> {
        match zone {
            None => Some(Self::Local),
            Some("UTC" | "Z" | "+00:00" | "Etc/UTC") => Some(Self::Utc),
            Some(name) => name.parse().ok().map(Self::Named),
        }
    }

    /// Seconds east of UTC at an instant, where they are known and whole minutes: the notation has
    /// no seconds for them.
    fn offset(self, seconds: i64) -> Option<i64> {
        let Self::Named(zone) = self else {
            return Some(0);
        };
        let instant = DateTime::from_timestamp(seconds, 0)?.naive_utc();
        let offset = zone.offset_from_utc_datetime(&instant).fix();
        let offset = i64::from(offset.local_minus_utc());
        (offset % 60 == 0).then_some(offset)
    }
}

/// A moment on the wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WallClock {
    /// Days since 1970.
    pub(crate) days: i64,
    pub(crate) second_of_day: i64,
    pub(crate) nanoseconds: i64,
    /// Seconds east of UTC; none for local times.
    pub(crate) offset: Option<i64>,
}

impl WallClock {
    /// The moment of a timestamp. In a zone whose offset is not known at it, that of UTC.
    pub(crate) fn new(value: i64, unit: TimeUnit, zone: Zone) -> Self {
        let per_second = per_second(unit);
        let instant = value.div_euclid(per_second);
        let nanoseconds = value.rem_euclid(per_second) * (1_000_000_000 / per_second);
        let offset = zone.offset(instant).unwrap_or(0);
        // An instant near the ends of 64 bits has no named offset, so nothing overflows.
        let local = instant + offset;
        Self {
            days: local.div_euclid(DAY_SECONDS),
            second_of_day: local.rem_euclid(DAY_SECONDS),
            nanoseconds,
            offset: (!matches!(zone, Zone::Local)).then_some(offset),
        }
    }
}

pub(crate) fn per_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    }
}

/// Appends the date of a day since 1970: `2024-01-31`, `-0044-03-15`, `+12024-01-31`.
pub(crate) fn push_date(days: i64, out: &mut Vec<u8>) {
    let (year, month, day) = civil(days);
    if let Ok(year) = u64::try_from(year)
        && year <= 9_999
    {
        push_two(year / 100, out);
        push_two(year % 100, out);
    } else {
        out.push(if year < 0 { b'-' } else { b'+' });
        let digits = year.unsigned_abs();
        if digits < 1_000 {
            out.extend_from_slice(&b"000"[..3 - digits.max(1).ilog10() as usize]);
        }
        push_integer(digits, out);
    }
    out.push(b'-');
    push_two(month, out);
    out.push(b'-');
    push_two(day, out);
}

/// Appends a timestamp, `separator` between date and time.
pub(crate) fn push_timestamp(
    value: i64,
    unit: TimeUnit,
    zone: Zone,
    separator: u8,
    out: &mut Vec<u8>,
) {
    let wall = WallClock::new(value, unit, zone);
    push_date(wall.days, out);
    out.push(separator);
    push_clock(wall.second_of_day as u64, wall.nanoseconds as u64, out);
    match wall.offset {
        None => {}
        Some(0) => out.push(b'Z'),
        Some(offset) => {
            out.push(if offset < 0 { b'-' } else { b'+' });
            let minutes = offset.unsigned_abs() / 60;
            push_two(minutes / 60, out);
            out.push(b':');
            push_two(minutes % 60, out);
        }
    }
}

/// Appends a time of day.
pub(crate) fn push_time(value: i64, unit: TimeUnit, out: &mut Vec<u8>) {
    let per_second = per_second(unit).unsigned_abs();
    if value < 0 {
        out.push(b'-');
    }
    let value = value.unsigned_abs();
    let nanoseconds = value % per_second * (1_000_000_000 / per_second);
    push_clock(value / per_second, nanoseconds, out);
}

/// Appends a duration as ISO 8601 seconds: `PT90S`, `-PT0.25S`.
pub(crate) fn push_duration(value: i64, unit: TimeUnit, out: &mut Vec<u8>) {
    let per_second = per_second(unit).unsigned_abs();
    if value < 0 {
        out.push(b'-');
    }
    let value = value.unsigned_abs();
    out.extend_from_slice(b"PT");
    push_integer(value / per_second, out);
    push_fraction(value % per_second * (1_000_000_000 / per_second), out);
    out.push(b'S');
}

fn push_clock(seconds: u64, nanoseconds: u64, out: &mut Vec<u8>) {
    let hours = seconds / 3_600;
    if hours < 100 {
        push_two(hours, out);
    } else {
        push_integer(hours, out);
    }
    out.push(b':');
    push_two(seconds / 60 % 60, out);
    out.push(b':');
    push_two(seconds % 60, out);
    push_fraction(nanoseconds, out);
}

/// Appends a fraction of a second in three, six or nine digits, or nothing.
fn push_fraction(nanoseconds: u64, out: &mut Vec<u8>) {
    if nanoseconds == 0 {
        return;
    }
    let (mut value, mut digits) = (nanoseconds, 9);
    while value.is_multiple_of(1_000) {
        value /= 1_000;
        digits -= 3;
    }
    out.push(b'.');
    let end = out.len() + digits;
    out.resize(end, b'0');
    for place in (end - digits..end).rev() {
        out[place] = b'0' + (value % 10) as u8;
        value /= 10;
    }
}

#[inline]
fn push_two(value: u64, out: &mut Vec<u8>) {
    out.push(b'0' + (value / 10 % 10) as u8);
    out.push(b'0' + (value % 10) as u8);
}

/// Year, month and day of a day since 1970, in the Gregorian calendar carried on both ways. Years
/// are counted from March, so that the leap day is the last of its year, and in eras of 400 years,
/// which all have the same days.
fn civil(days: i64) -> (i64, u64, u64) {
    const ERA_DAYS: i64 = 146_097;
    /// From the first of March of the year 0 to 1970.
    const SHIFT: i64 = 719_468;
    let days = days + SHIFT;
    let era = days.div_euclid(ERA_DAYS);
    let day_of_era = days.rem_euclid(ERA_DAYS);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month as u64, day as u64)
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use proptest::prelude::*;

    use super::*;

    fn text(push: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        push(&mut out);
        String::from_utf8(out).unwrap()
    }

    fn stamp(value: i64, unit: TimeUnit, zone: Option<&str>) -> String {
        let zone = Zone::parse(zone).unwrap();
        text(|out| push_timestamp(value, unit, zone, b'T', out))
    }

    #[test]
    fn timestamps_are_in_their_zone() {
        let noon = 1_706_702_400;
        assert_eq!(stamp(noon, TimeUnit::Second, None), "2024-01-31T12:00:00");
        assert_eq!(
            stamp(noon * 1_000 + 250, TimeUnit::Millisecond, Some("UTC")),
            "2024-01-31T12:00:00.250Z"
        );
        assert_eq!(
            stamp(noon, TimeUnit::Second, Some("Asia/Kolkata")),
            "2024-01-31T17:30:00+05:30"
        );
        assert_eq!(
            stamp(noon, TimeUnit::Second, Some("-03:30")),
            "2024-01-31T08:30:00-03:30"
        );
        // Local mean time had seconds: the instant is kept, in UTC.
        assert_eq!(
            stamp(-3_000_000_000, TimeUnit::Second, Some("Asia/Kolkata")),
            "1874-12-07T18:40:00Z"
        );
        assert!(Zone::parse(Some("Mars/Olympus")).is_none());
    }

    #[test]
    fn every_value_has_a_text() {
        assert_eq!(
            stamp(-1, TimeUnit::Nanosecond, None),
            "1969-12-31T23:59:59.999999999"
        );
        assert_eq!(
            stamp(1_000, TimeUnit::Nanosecond, None),
            "1970-01-01T00:00:00.000001"
        );
        assert_eq!(
            stamp(i64::MAX, TimeUnit::Second, Some("Europe/Berlin")),
            "+292277026596-12-04T15:30:07Z"
        );
        assert_eq!(
            stamp(i64::MIN, TimeUnit::Second, None),
            "-292277022657-01-27T08:29:52"
        );
        for (days, expected) in [
            (0, "1970-01-01"),
            (-719_528, "0000-01-01"),
            (-719_529, "-0001-12-31"),
            (2_932_896, "9999-12-31"),
            (2_932_897, "+10000-01-01"),
            (-719_468 - 146_097 * 3, "-1200-03-01"),
        ] {
            assert_eq!(text(|out| push_date(days, out)), expected);
        }
    }

    #[test]
    fn times_and_durations() {
        assert_eq!(
            text(|out| push_time(36_930_500, TimeUnit::Millisecond, out)),
            "10:15:30.500"
        );
        assert_eq!(
            text(|out| push_time(-1, TimeUnit::Second, out)),
            "-00:00:01"
        );
        assert_eq!(
            text(|out| push_duration(90, TimeUnit::Second, out)),
            "PT90S"
        );
        assert_eq!(
            text(|out| push_duration(-250, TimeUnit::Millisecond, out)),
            "-PT0.250S"
        );
    }

    proptest! {
        #[test]
        fn dates_agree_with_chrono(days in -719_528i64..=2_932_896) {
            let date = NaiveDate::default() + chrono::TimeDelta::days(days);
            let written = text(|out| push_date(days, out));
            prop_assert_eq!(written, date.format("%Y-%m-%d").to_string());
        }

        #[test]
        fn instants_agree_with_chrono(value in any::<i64>(), zone in prop::sample::select(vec!["UTC", "Europe/Berlin", "America/St_Johns", "+09:00"])) {
            let written = stamp(value, TimeUnit::Nanosecond, Some(zone));
            let read = DateTime::parse_from_rfc3339(&written).unwrap();
            prop_assert_eq!(read.timestamp_nanos_opt(), Some(value));
        }
    }
}

//! How dates are written: formats, ISO texts, spans of time.

use std::fmt;

use crate::fault::{Code, quoted};
use crate::read::Fields;
use crate::value::textual;

/// Characters of a format.
const LONGEST: usize = 100;

/// What a directive of a format tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tells {
    Year,
    Month,
    Day,
    DayOfYear,
    /// Year, month and day at once.
    Date,
    /// The whole moment.
    Moment,
    Hour,
    /// An hour that needs a.m. or p.m.
    HalfHour,
    Half,
    /// Hour and minute at once.
    Clock,
    /// Minutes and less.
    Time,
    Offset,
    /// A weekday or a week, which a date is not read from.
    Other,
    Sign,
}

/// The directives, as in `strftime`; those of several characters first.
const DIRECTIVES: &[(&str, Tells)] = &[
    ("%.3f", Tells::Time),
    ("%.6f", Tells::Time),
    ("%.9f", Tells::Time),
    ("%.f", Tells::Time),
    ("%3f", Tells::Time),
    ("%6f", Tells::Time),
    ("%9f", Tells::Time),
    ("%:z", Tells::Offset),
    ("%-d", Tells::Day),
    ("%-m", Tells::Month),
    ("%-y", Tells::Year),
    ("%-j", Tells::DayOfYear),
    ("%-H", Tells::Hour),
    ("%-I", Tells::HalfHour),
    ("%-M", Tells::Time),
    ("%-S", Tells::Time),
    ("%Y", Tells::Year),
    ("%y", Tells::Year),
    ("%m", Tells::Month),
    ("%b", Tells::Month),
    ("%B", Tells::Month),
    ("%d", Tells::Day),
    ("%e", Tells::Day),
    ("%j", Tells::DayOfYear),
    ("%F", Tells::Date),
    ("%D", Tells::Date),
    ("%s", Tells::Moment),
    ("%H", Tells::Hour),
    ("%I", Tells::HalfHour),
    ("%p", Tells::Half),
    ("%M", Tells::Time),
    ("%S", Tells::Time),
    ("%f", Tells::Time),
    ("%T", Tells::Clock),
    ("%R", Tells::Clock),
    ("%z", Tells::Offset),
    ("%a", Tells::Other),
    ("%A", Tells::Other),
    ("%u", Tells::Other),
    ("%V", Tells::Other),
    ("%G", Tells::Other),
    ("%%", Tells::Sign),
];

/// A format of dates with `strftime` directives: `%d/%m/%Y`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateFormat(String);

impl DateFormat {
    /// Checks a format; the error is a sentence.
    ///
    /// # Errors
    /// A directive that does not exist, a format without any, and one of more than 100 characters.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.chars().count() > LONGEST {
            return Err(format!("shorten the date format to {LONGEST} characters"));
        }
        let directives = scan(text)?;
        if directives.iter().all(|tells| *tells == Tells::Sign) {
            return Err(format!(
                "write the date format {} with directives such as %Y-%m-%d",
                quoted(text)
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// The format as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it holds hours, minutes or seconds.
    #[must_use]
    pub fn has_time(&self) -> bool {
        self.tells().iter().any(|tells| {
            matches!(
                tells,
                Tells::Hour | Tells::HalfHour | Tells::Clock | Tells::Time | Tells::Moment
            )
        })
    }

    /// The directives that exist.
    #[must_use]
    pub fn directives() -> Vec<&'static str> {
        DIRECTIVES.iter().map(|(directive, _)| *directive).collect()
    }

    /// Why a date cannot be read with it; `None` where it can.
    #[must_use]
    pub fn unreadable(&self) -> Option<String> {
        let tells = self.tells();
        let has = |wanted| tells.contains(&wanted);
        let day = has(Tells::Month) && has(Tells::Day) || has(Tells::DayOfYear);
        if !(has(Tells::Date) || has(Tells::Moment) || has(Tells::Year) && day) {
            return Some(format!(
                "complete the date format {} with year, month and day",
                quoted(&self.0)
            ));
        }
        if has(Tells::HalfHour) && !has(Tells::Half) {
            return Some(format!(
                "add %p to the date format {}, or use %H",
                quoted(&self.0)
            ));
        }
        let hour = has(Tells::Hour) || has(Tells::HalfHour);
        if hour && !has(Tells::Time) && !has(Tells::Clock) {
            return Some(format!(
                "add %M to the date format {}: an hour is not read without minutes",
                quoted(&self.0)
            ));
        }
        (has(Tells::Time) && !hour && !has(Tells::Clock))
            .then(|| format!("add %H to the date format {}", quoted(&self.0)))
    }

    /// Faults for those formats that a date cannot be read with.
    pub(crate) fn check_reading(formats: &[Self], name: &str, fields: &mut Fields<'_, '_>) {
        for (index, format) in formats.iter().enumerate() {
            if let Some(message) = format.unreadable() {
                let mut list = fields.scope().member(name);
                list.item(index).fault(Code::InvalidDateFormat, message);
            }
        }
    }

    fn tells(&self) -> Vec<Tells> {
        scan(&self.0).unwrap_or_default()
    }
}

fn scan(text: &str) -> Result<Vec<Tells>, String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        rest = &rest[at..];
        let Some((directive, tells)) = DIRECTIVES
            .iter()
            .find(|(directive, _)| rest.starts_with(directive))
        else {
            let directive: String = rest.chars().take(2).collect();
            return Err(format!(
                "replace {} in the date format {}: the directives are those of strftime, such as \
                 %Y, %m, %d, %H, %M, %S; a percent sign itself is %%",
                quoted(&directive),
                quoted(text)
            ));
        };
        found.push(*tells);
        rest = &rest[directive.len()..];
    }
    Ok(found)
}

impl fmt::Display for DateFormat {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

textual!(DateFormat, "a date format", Code::InvalidDateFormat);

choice! {
    /// Units that moments are cut down to, and differences counted in.
    pub enum TimeUnit {
        /// Years.
        Year = "year",
        /// Quarters.
        Quarter = "quarter",
        /// Months.
        Month = "month",
        /// Weeks, from Monday.
        Week = "week",
        /// Days.
        Day = "day",
        /// Hours.
        Hour = "hour",
        /// Minutes.
        Minute = "minute",
        /// Seconds.
        Second = "second",
    }
}

/// Units of a [`Timespan`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimespanUnit {
    /// `h`
    Hours,
    /// `d`
    Days,
    /// `w`
    Weeks,
}

/// A span of time: `12h`, `30d`, `2w`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timespan {
    /// How many.
    pub count: u32,
    /// Of which unit.
    pub unit: TimespanUnit,
}

impl Timespan {
    /// Reads a span; the error is a sentence.
    ///
    /// # Errors
    /// Anything but a whole number from 1 to 99,999 with `h`, `d` or `w`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "write the span {} as a number with h, d or w, such as 12h, 30d or 2w",
                quoted(text)
            )
        };
        let mut digits = text.chars();
        let unit = match digits.next_back() {
            Some('h') => TimespanUnit::Hours,
            Some('d') => TimespanUnit::Days,
            Some('w') => TimespanUnit::Weeks,
            _ => return Err(wrong()),
        };
        let digits = digits.as_str();
        let plain = digits.len() <= 5 && digits.bytes().all(|byte| byte.is_ascii_digit());
        match digits.parse() {
            Ok(count @ 1..) if plain => Ok(Self { count, unit }),
            _ => Err(wrong()),
        }
    }

    /// Its length in seconds.
    #[must_use]
    pub fn seconds(self) -> i64 {
        let unit = match self.unit {
            TimespanUnit::Hours => 3_600,
            TimespanUnit::Days => 86_400,
            TimespanUnit::Weeks => 7 * 86_400,
        };
        i64::from(self.count) * unit
    }
}

impl fmt::Display for Timespan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            TimespanUnit::Hours => 'h',
            TimespanUnit::Days => 'd',
            TimespanUnit::Weeks => 'w',
        };
        write!(formatter, "{}{unit}", self.count)
    }
}

textual!(
    Timespan,
    "a span such as 12h, 30d or 2w",
    Code::InvalidValue
);

/// Whether a text is a day of the calendar: `2024-02-29`.
pub(crate) fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shape = bytes.len() == 10
        && bytes.iter().enumerate().all(|(index, byte)| match index {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !shape {
        return false;
    }
    let number = |from: usize, to: usize| text[from..to].parse::<u32>().unwrap_or(0);
    let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// Whether a text is a day, or a moment as in RFC 3339: `2024-02-29 12:30`, `2024-02-29T12:30:00.5Z`.
pub(crate) fn is_moment(text: &str) -> bool {
    let Some((date, rest)) = text.split_at_checked(10) else {
        return false;
    };
    if !is_date(date) {
        return false;
    }
    if rest.is_empty() {
        return true;
    }
    let Some(time) = rest.strip_prefix(['T', ' ']) else {
        return false;
    };
    let end = time.find(['Z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at(end);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let parts: Vec<&str> = clock.split(':').collect();
    let two = |part: &str, most: u32| {
        part.len() == 2
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && part.parse::<u32>().is_ok_and(|number| number <= most)
    };
    let clock = match parts.as_slice() {
        [hour, minute] => two(hour, 23) && two(minute, 59) && !time[..end].contains('.'),
        [hour, minute, second] => two(hour, 23) && two(minute, 59) && two(second, 59),
        _ => false,
    };
    let fraction =
        (1..=9).contains(&fraction.len()) && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let zone = match zone.strip_prefix(['+', '-']) {
        Some(offset) => offset
            .split_once(':')
            .is_some_and(|(hour, minute)| two(hour, 14) && two(minute, 59)),
        None => zone.is_empty() || zone == "Z",
    };
    clock && fraction && zone
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_moments_are_those_of_the_calendar() {
        for good in [
            "2024-02-29",
            "2000-02-29",
            "2024-12-31 23:59",
            "2024-12-31T23:59:59Z",
            "2024-12-31T23:59:59.123456789+05:30",
        ] {
            assert!(is_moment(good), "{good}");
        }
        for bad in [
            "",
            "2023-02-29",
            "1900-02-29",
            "2024-13-01",
            "2024-00-10",
            "2024-1-1",
            "20240101",
            "2024-01-01X",
            "2024-01-01T",
            "2024-01-01T24:00",
            "2024-01-01T10",
            "2024-01-01T10:00.5",
            "2024-01-01T10:00:60",
            "2024-01-01T10:00:00.",
            "2024-01-01T10:00:00+5",
            "äääää-01-01",
            "2024-01-01T10:00:00ZZ",
        ] {
            assert!(!is_moment(bad), "{bad}");
        }
    }

    #[test]
    fn formats_are_checked_for_reading_and_for_writing() {
        let parse = |text| DateFormat::parse(text).unwrap();
        for good in [
            "%d/%m/%Y",
            "%F",
            "%s",
            "%Y%j",
            "%-d %b %y, %I:%M %p",
            "%FT%T%.f%:z",
        ] {
            assert_eq!(parse(good).unreadable(), None, "{good}");
        }
        for open in [
            "%Y-%m-%d %H",
            "%F %I %p",
            "%Y-%m",
            "%H:%M",
            "%d.%m.",
            "%A",
            "%F %I:%M",
            "%F %M",
        ] {
            assert!(parse(open).unreadable().is_some(), "{open}");
        }
        for bad in ["", "yyyy-mm-dd", "%", "%Q", "%%", "%é", &"%Y".repeat(51)] {
            assert!(DateFormat::parse(bad).is_err(), "{bad}");
        }
        assert!(parse("%F %T").has_time() && !parse("%F").has_time());
    }

    #[test]
    fn spans_have_a_number_and_a_unit() {
        assert_eq!(Timespan::parse("2w").unwrap().seconds(), 14 * 86_400);
        for bad in [
            "", "d", "30", "0d", "-1d", "+1d", "1.5h", "5m", "100000h", "3é", " 3d",
        ] {
            assert!(Timespan::parse(bad).is_err(), "{bad}");
        }
    }
}

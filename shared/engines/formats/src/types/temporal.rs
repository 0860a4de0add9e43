//! Dates and timestamps in text.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};

use crate::error::FormatError;

/// A way to write a date, as one bit.
pub type Patterns = u16;

const YMD: Patterns = 0b1;
const DMY: Patterns = 0b1000;
const MDY: Patterns = 0b100_0000;
const DAY_NAME_YEAR: Patterns = 1 << 9;
const NAME_DAY_YEAR: Patterns = 1 << 10;
/// Every pattern.
pub(crate) const ALL: Patterns = (1 << 11) - 1;
/// Year, month, day with `-`, `/` or `.`.
const ISO: Patterns = YMD | YMD << 1 | YMD << 2;
/// Day before month.
pub(crate) const DAY_FIRST: Patterns = DMY | DMY << 1 | DMY << 2;
/// Month before day.
pub(crate) const MONTH_FIRST: Patterns = MDY | MDY << 1 | MDY << 2;

const SEPARATORS: [u8; 3] = [b'-', b'/', b'.'];

/// A way to write dates and timestamps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemporalFormat {
    /// One of the patterns that are read fast, with or without a time of day behind it.
    Pattern(Patterns),
    /// A format in strftime notation.
    Strftime(String),
}

/// A moment as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The day.
    pub date: NaiveDate,
    /// The time of day, where there is one.
    pub time: Option<NaiveTime>,
    /// Seconds east of UTC.
    pub zone: Option<i32>,
    /// Digits of the fraction of a second.
    pub fraction_digits: u8,
}

impl TemporalFormat {
    pub(crate) fn parse(format: &str) -> Result<Self, FormatError> {
        use chrono::format::{Item, StrftimeItems};
        if StrftimeItems::new(format).any(|item| matches!(item, Item::Error)) || format.is_empty() {
            return Err(FormatError::InvalidOption {
                option: "formats",
                reason: format!("{format:?} is no date format; write it as in \"%d/%m/%Y\""),
            });
        }
        for (place, separator) in SEPARATORS.iter().enumerate() {
            let separator = char::from(*separator);
            let pattern = if format == format!("%Y{separator}%m{separator}%d") {
                YMD
            } else if format == format!("%d{separator}%m{separator}%Y") {
                DMY
            } else if format == format!("%m{separator}%d{separator}%Y") {
                MDY
            } else {
                continue;
            };
            return Ok(Self::Pattern(pattern << place));
        }
        Ok(Self::Strftime(format.to_owned()))
    }

    /// Reads a moment.
    pub(crate) fn read(&self, text: &str) -> Option<Moment> {
        match self {
            Self::Pattern(pattern) => {
                let scan = scan(text)?;
                let place = scan.patterns & pattern;
                (place != 0).then(|| scan.moment(place)).flatten()
            }
            Self::Strftime(format) => read_strftime(text, format),
        }
    }
}

/// Reads a moment in one of `formats`, or as ISO 8601 where there are none.
pub(crate) fn read(text: &str, formats: &[TemporalFormat]) -> Option<Moment> {
    if formats.is_empty() {
        return TemporalFormat::Pattern(ISO).read(text);
    }
    formats.iter().find_map(|format| format.read(text))
}

/// Whether a text is a date or timestamp in any pattern.
pub(crate) fn looks_temporal(text: &str) -> bool {
    scan(text.trim()).is_some_and(|scan| scan.patterns != 0)
}

fn read_strftime(text: &str, format: &str) -> Option<Moment> {
    let moment = |value: NaiveDateTime, zone| Moment {
        date: value.date(),
        time: Some(value.time()),
        zone,
        fraction_digits: 9,
    };
    if let Ok(value) = DateTime::parse_from_str(text, format) {
        let zone = value.offset().local_minus_utc();
        return Some(moment(value.naive_local(), Some(zone)));
    }
    if let Ok(value) = NaiveDateTime::parse_from_str(text, format) {
        return Some(moment(value, None));
    }
    let date = NaiveDate::parse_from_str(text, format).ok()?;
    Some(Moment {
        date,
        time: None,
        zone: None,
        fraction_digits: 0,
    })
}

/// A text that may be a moment, in each pattern it fits.
#[derive(Debug, Clone, Copy)]
pub struct Scan {
    /// One bit for each pattern: year, month, day with `-`, `/`, `.`; day first likewise; month
    /// first likewise; `31 January 2024`; `January 31, 2024`.
    pub patterns: Patterns,
    groups: [u32; 3],
    time: Option<NaiveTime>,
    zone: Option<i32>,
    fraction_digits: u8,
}

impl Scan {
    /// The moment in one pattern.
    pub fn moment(&self, pattern: Patterns) -> Option<Moment> {
        let [first, second, third] = self.groups;
        let (year, month, day) = if pattern & ISO != 0 {
            (first, second, third)
        } else if pattern & (DAY_FIRST | DAY_NAME_YEAR) != 0 {
            (third, second, first)
        } else {
            (third, first, second)
        };
        Some(Moment {
            date: NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?,
            time: self.time,
            zone: self.zone,
            fraction_digits: self.fraction_digits,
        })
    }
}

/// Reads a text without a decision between the patterns it fits.
pub fn scan(text: &str) -> Option<Scan> {
    let bytes = text.as_bytes();
    if bytes.len() < 8 || bytes.len() > 48 {
        return None;
    }
    let (candidates, groups, rest) = if bytes[0].is_ascii_digit() {
        numeric_date(bytes).or_else(|| day_name_year(bytes))?
    } else {
        name_day_year(bytes)?
    };
    let (time, zone, fraction_digits) = if rest.is_empty() {
        (None, None, 0)
    } else {
        let (time, fraction_digits, rest) = time_of_day(rest)?;
        (Some(time), zone(rest)?, fraction_digits)
    };
    let mut scan = Scan {
        patterns: candidates,
        groups,
        time,
        zone,
        fraction_digits,
    };
    for bit in (0..11).map(|place| 1 << place) {
        if candidates & bit != 0 && scan.moment(bit).is_none() {
            scan.patterns &= !bit;
        }
    }
    (scan.patterns != 0).then_some(scan)
}

type DatePart<'a> = (Patterns, [u32; 3], &'a [u8]);

fn number(bytes: &[u8], widths: std::ops::RangeInclusive<usize>) -> Option<(u32, &[u8])> {
    let length = bytes
        .iter()
        .take(5)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if !widths.contains(&length) {
        return None;
    }
    let value = bytes[..length]
        .iter()
        .fold(0, |value, byte| value * 10 + u32::from(byte - b'0'));
    Some((value, &bytes[length..]))
}

fn numeric_date(bytes: &[u8]) -> Option<DatePart<'_>> {
    let (first, rest) = number(bytes, 1..=4)?;
    let first_width = bytes.len() - rest.len();
    let place = SEPARATORS
        .iter()
        .position(|separator| rest.first() == Some(separator))?;
    let (second, rest) = number(&rest[1..], 1..=2)?;
    let rest = rest.strip_prefix(&SEPARATORS[place..=place])?;
    let (third, rest, patterns) = match first_width {
        4 => {
            let (third, rest) = number(rest, 1..=2)?;
            (third, rest, YMD << place)
        }
        1 | 2 => {
            let (third, rest) = number(rest, 4..=4)?;
            (third, rest, (DMY | MDY) << place)
        }
        _ => return None,
    };
    Some((patterns, [first, second, third], rest))
}

/// `31-Jan-2024`, `31 January 2024`
fn day_name_year(bytes: &[u8]) -> Option<DatePart<'_>> {
    let (day, rest) = number(bytes, 1..=2)?;
    let separator = *rest
        .first()
        .filter(|byte| matches!(byte, b' ' | b'-' | b'/'))?;
    let (month, rest) = month_name(&rest[1..])?;
    let rest = rest.strip_prefix(&[separator])?;
    let (year, rest) = number(rest, 4..=4)?;
    Some((DAY_NAME_YEAR, [day, month, year], rest))
}

/// `Jan 31, 2024`
fn name_day_year(bytes: &[u8]) -> Option<DatePart<'_>> {
    let (month, rest) = month_name(bytes)?;
    let (day, rest) = number(rest.strip_prefix(b" ")?, 1..=2)?;
    let rest = rest.strip_prefix(b",").unwrap_or(rest);
    let (year, rest) = number(rest.strip_prefix(b" ")?, 4..=4)?;
    Some((NAME_DAY_YEAR, [month, day, year], rest))
}

fn month_name(bytes: &[u8]) -> Option<(u32, &[u8])> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let length = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    let name = std::str::from_utf8(&bytes[..length]).ok()?;
    let place = MONTHS.iter().position(|month| {
        name.eq_ignore_ascii_case(month) || name.eq_ignore_ascii_case(&month[..3])
    })?;
    Some((place as u32 + 1, &bytes[length..]))
}

/// ` 10:15`, `T10:15:30.250`, ` 10:15 PM`; the rest is the zone.
fn time_of_day(bytes: &[u8]) -> Option<(NaiveTime, u8, &[u8])> {
    let [b'T' | b't' | b' ', rest @ ..] = bytes else {
        return None;
    };
    let (mut hour, rest) = number(rest, 1..=2)?;
    let (minute, mut rest) = number(rest.strip_prefix(b":")?, 2..=2)?;
    let (mut second, mut nanosecond, mut fraction_digits) = (0, 0, 0);
    if let Some(after) = rest.strip_prefix(b":") {
        (second, rest) = number(after, 2..=2)?;
        if let [b'.' | b',', after @ ..] = rest {
            let length = after
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count();
            if !(1..=9).contains(&length) {
                return None;
            }
            for place in 0..9 {
                let digit = after[..length]
                    .get(place)
                    .map_or(0, |byte| u32::from(byte - b'0'));
                nanosecond = nanosecond * 10 + digit;
            }
            fraction_digits = length as u8;
            rest = &after[length..];
        }
    }
    if let [
        b' ',
        half @ (b'A' | b'a' | b'P' | b'p'),
        b'M' | b'm',
        after @ ..,
    ] = rest
    {
        if !(1..=12).contains(&hour) {
            return None;
        }
        let afternoon = half.eq_ignore_ascii_case(&b'p');
        hour = hour % 12 + if afternoon { 12 } else { 0 };
        rest = after;
    }
    let time = NaiveTime::from_hms_nano_opt(hour, minute, second, nanosecond)?;
    Some((time, fraction_digits, rest))
}

/// Nothing, `Z`, ` UTC`, `+05:30`, `+0530`, `+05`.
fn zone(bytes: &[u8]) -> Option<Option<i32>> {
    if bytes.is_empty() {
        return Some(None);
    }
    let bytes = bytes.strip_prefix(b" ").unwrap_or(bytes);
    if matches!(bytes, b"Z" | b"z" | b"UTC" | b"GMT") {
        return Some(Some(0));
    }
    let (sign, rest) = match bytes {
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let two = |bytes: &[u8]| {
        number(bytes, 2..=2)
            .filter(|(_, rest)| rest.is_empty())
            .map(|(value, _)| value)
    };
    let hours = two(rest.get(..2)?)?;
    let minutes = match &rest[2..] {
        [] => 0,
        [b':', minutes @ ..] | minutes => two(minutes)?,
    };
    if hours > 18 || minutes > 59 {
        return None;
    }
    Some(Some(
        sign * i32::try_from(hours * 3600 + minutes * 60).ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(text: &str) -> Patterns {
        scan(text).map_or(0, |scan| scan.patterns)
    }

    #[test]
    fn knows_dates_and_their_ambiguity() {
        assert_eq!(patterns("2024-02-29"), YMD);
        assert_eq!(patterns("2023-02-29"), 0);
        assert_eq!(patterns("03/04/2024"), (DMY | MDY) << 1);
        assert_eq!(patterns("13/04/2024"), DMY << 1);
        assert_eq!(patterns("04.13.2024"), MDY << 2);
        assert_eq!(patterns("31-Jan-2024"), DAY_NAME_YEAR);
        assert_eq!(patterns("January 5, 2024"), NAME_DAY_YEAR);
        for text in [
            "2024-1",
            "1-2-3",
            "2024-01-01x",
            "192.168.1.1",
            "2024-13-01",
            "20240101",
            "12:30:00",
        ] {
            assert_eq!(patterns(text), 0, "{text}");
        }
    }

    #[test]
    fn reads_times_and_zones() {
        let moment = |text: &str| read(text, &[]).unwrap();
        assert_eq!(moment("2024-01-31T10:15:30.25Z").zone, Some(0));
        assert_eq!(moment("2024-01-31 10:15+05:30").zone, Some(19_800));
        assert_eq!(
            moment("2024-01-31 1:15 PM").time,
            NaiveTime::from_hms_opt(13, 15, 0)
        );
        assert_eq!(read("2024-01-31 25:00", &[]), None);
        assert_eq!(read("2024-01-31T10:15:30+5", &[]), None);
        let format = TemporalFormat::parse("%d %b %y").unwrap();
        assert_eq!(
            format.read("31 Jan 24").unwrap().date,
            NaiveDate::from_ymd_opt(2024, 1, 31).unwrap()
        );
        assert!(TemporalFormat::parse("%Q").is_err());
    }
}

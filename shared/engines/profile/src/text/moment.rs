//! Dates and timestamps in text, with their values and the way they are written.
//!
//! What counts as one is [`millrace_formats::scan_moment`]'s to say; the ISO forms, which are most, are
//! read here in one go.

use chrono::{DateTime, Datelike, NaiveDate, Timelike};
use millrace_formats::{Moment, Scan, scan_moment};
use serde::{Deserialize, Serialize};

/// A point in time; of local times as if they were UTC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Instant {
    pub(crate) seconds: i64,
    pub(crate) nanoseconds: u32,
}

const DAY: i64 = 86_400;

impl Instant {
    pub(crate) fn of_days(days: i64) -> Self {
        Self {
            seconds: days.saturating_mul(DAY),
            nanoseconds: 0,
        }
    }

    /// From a count of units of which a second has `per_second`.
    pub(crate) fn of_units(units: i64, per_second: i64) -> Self {
        Self {
            seconds: units.div_euclid(per_second),
            nanoseconds: (units.rem_euclid(per_second) * (1_000_000_000 / per_second)) as u32,
        }
    }

    fn of_moment(moment: &Moment) -> Self {
        let days = moment
            .date
            .signed_duration_since(NaiveDate::default())
            .num_days();
        let (seconds, nanoseconds) = moment.time.map_or((0, 0), |time| {
            (time.num_seconds_from_midnight(), time.nanosecond())
        });
        let offset = moment.zone.unwrap_or(0);
        Self {
            seconds: days * DAY + i64::from(seconds) - i64::from(offset)
                + i64::from(nanoseconds / 1_000_000_000),
            nanoseconds: nanoseconds % 1_000_000_000,
        }
    }

    /// Microseconds since 1970, for quantiles.
    #[inline]
    pub(crate) fn key(self) -> i64 {
        self.seconds
            .saturating_mul(1_000_000)
            .saturating_add(i64::from(self.nanoseconds / 1_000))
    }

    pub(crate) fn of_key(key: i64) -> Self {
        Self::of_units(key, 1_000_000)
    }

    /// As ISO 8601: a date where `date_only`, with `Z` where `zoned`.
    pub(crate) fn text(self, date_only: bool, zoned: bool) -> Option<String> {
        let moment = DateTime::from_timestamp(self.seconds, self.nanoseconds)?;
        let format = match (date_only, zoned) {
            (true, _) => "%Y-%m-%d",
            (false, false) => "%Y-%m-%dT%H:%M:%S%.f",
            (false, true) => "%Y-%m-%dT%H:%M:%S%.fZ",
        };
        Some(moment.format(format).to_string())
    }

    pub(crate) fn year(self) -> Option<i32> {
        DateTime::from_timestamp(self.seconds, 0).map(|moment| moment.year())
    }
}

/// How a date or timestamp is written: the patterns it fits and the parts it has, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Shape(u32);

/// Patterns with the day before the month, and with the month before the day.
pub(crate) const DAY_FIRST: u32 = 0b111 << 3;
pub(crate) const MONTH_FIRST: u32 = 0b111 << 6;
const NAMED: u32 = 0b11 << 9;
const PATTERNS: u32 = (1 << 11) - 1;
const TIMED: u32 = 1 << 11;
const WITH_T: u32 = 1 << 12;
const SECONDS: u32 = 1 << 13;
const FRACTION: u32 = 1 << 14;
const HALVES: u32 = 1 << 15;
const ZONE: u32 = 16;
const ZONE_SPACE: u32 = 1 << 19;
const FULL_MONTH: u32 = 1 << 20;
const DASHED: u32 = 1 << 21;
const SLASHED: u32 = 1 << 22;
const COMMA: u32 = 1 << 23;

impl Shape {
    const DATE: Self = Self(1);

    /// Patterns that it fits, as [`Scan::patterns`].
    pub(crate) fn patterns(self) -> u32 {
        self.0 & PATTERNS
    }

    fn new(scan: &Scan, text: &str) -> Self {
        let mut bits = u32::from(scan.patterns);
        let bytes = text.as_bytes();
        if bits & NAMED != 0 {
            let letters = |byte: &&u8| byte.is_ascii_alphabetic();
            let start = bytes.iter().position(u8::is_ascii_alphabetic).unwrap_or(0);
            let name = bytes[start..].iter().take_while(letters).count();
            bits |= if name > 3 { FULL_MONTH } else { 0 };
            bits |= match start.checked_sub(1).map(|before| bytes[before]) {
                Some(b'-') => DASHED,
                Some(b'/') => SLASHED,
                _ => 0,
            };
            bits |= if bytes[start..].contains(&b',') && start == 0 {
                COMMA
            } else {
                0
            };
        }
        // The first colon stands behind the hour.
        let Some(colon) = bytes.iter().position(|byte| *byte == b':') else {
            return Self(bits);
        };
        bits |= TIMED;
        let digits = |from: usize| {
            bytes[from.min(bytes.len())..]
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count()
        };
        let hour = bytes[..colon]
            .iter()
            .rev()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let before = bytes[..colon - hour].last();
        bits |= if matches!(before, Some(b'T' | b't')) {
            WITH_T
        } else {
            0
        };
        let mut rest = colon + 1 + digits(colon + 1);
        if bytes.get(rest) == Some(&b':') {
            bits |= SECONDS;
            rest += 1 + digits(rest + 1);
            if matches!(bytes.get(rest), Some(b'.' | b',')) {
                bits |= FRACTION;
                rest += 1 + digits(rest + 1);
            }
        }
        if let Some([b' ', b'A' | b'a' | b'P' | b'p', ..]) = bytes.get(rest..) {
            bits |= HALVES;
            rest += 3;
        }
        let zone = text.get(rest..).unwrap_or_default();
        bits |= if zone.starts_with(' ') { ZONE_SPACE } else { 0 };
        let kind = match zone.trim_start() {
            "" => 0,
            "Z" | "z" => 1,
            "UTC" => 2,
            "GMT" => 3,
            offset if offset.contains(':') => 4,
            offset if offset.len() == 5 => 5,
            _ => 6,
        };
        Self(bits | kind << ZONE)
    }

    /// In strftime notation, in one of its patterns.
    pub(crate) fn format(self, pattern: u32) -> String {
        let has = |bit: u32| self.0 & bit != 0;
        let place = pattern.trailing_zeros();
        let month = if has(FULL_MONTH) { "%B" } else { "%b" };
        let separator = if has(DASHED) {
            "-"
        } else if has(SLASHED) {
            "/"
        } else {
            " "
        };
        let mut format = match place {
            0..=8 => {
                let separator = ["-", "/", "."][place as usize % 3];
                let parts = [["%Y", "%m", "%d"], ["%d", "%m", "%Y"], ["%m", "%d", "%Y"]];
                parts[place as usize / 3].join(separator)
            }
            9 => ["%d", month, "%Y"].join(separator),
            _ => format!("{month} %d{} %Y", if has(COMMA) { "," } else { "" }),
        };
        if !has(TIMED) {
            return format;
        }
        format.push(if has(WITH_T) { 'T' } else { ' ' });
        format.push_str(if has(HALVES) { "%I:%M" } else { "%H:%M" });
        if has(SECONDS) {
            format.push_str(":%S");
        }
        if has(FRACTION) {
            format.push_str("%.f");
        }
        if has(HALVES) {
            format.push_str(" %p");
        }
        if has(ZONE_SPACE) {
            format.push(' ');
        }
        format.push_str(
            ["", "Z", "UTC", "GMT", "%:z", "%z", "%#z"][(self.0 >> ZONE & 7).min(6) as usize],
        );
        format
    }
}

/// A moment in text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Reading {
    pub(crate) shape: Shape,
    /// With the day before the month where both may be; for all other patterns both are the same.
    pub(crate) day_first: Option<Instant>,
    pub(crate) month_first: Option<Instant>,
    pub(crate) timed: bool,
    pub(crate) zoned: bool,
    /// The type lattice has nothing to learn from it that another of its shape did not tell.
    pub(crate) plain: bool,
}

/// Reads a text without white space around it.
#[inline]
pub(crate) fn read(text: &str) -> Option<Reading> {
    iso(text.as_bytes()).or_else(|| closely(text))
}

/// `2024-01-31`, and with ` 10:15:30` or `T10:15:30` behind it.
#[inline]
fn iso(bytes: &[u8]) -> Option<Reading> {
    let date = bytes.first_chunk::<10>()?;
    let digit = |byte: u8| byte.wrapping_sub(b'0');
    let two = |high: u8, low: u8| {
        let (high, low) = (digit(high), digit(low));
        (high <= 9 && low <= 9).then(|| u32::from(high) * 10 + u32::from(low))
    };
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *date else {
        return None;
    };
    let year = two(y1, y2)? * 100 + two(y3, y4)?;
    let (month, day) = (two(m1, m2)?, two(d1, d2)?);
    // The years that nanoseconds can count.
    if !(1678..=2261).contains(&year) || day > days_of(year, month) || day == 0 {
        return None;
    }
    let midnight = days_since_1970(year, month, day) * DAY;
    let mut bits = Shape::DATE.0;
    let mut seconds = 0;
    match bytes[10..] {
        [] => {}
        [
            separator @ (b'T' | b' '),
            h1,
            h2,
            b':',
            n1,
            n2,
            b':',
            s1,
            s2,
        ] => {
            let (hour, minute, second) = (two(h1, h2)?, two(n1, n2)?, two(s1, s2)?);
            if hour > 23 || minute > 59 || second > 59 {
                return None;
            }
            seconds = i64::from(hour * 3600 + minute * 60 + second);
            bits |= TIMED | SECONDS | if separator == b'T' { WITH_T } else { 0 };
        }
        _ => return None,
    }
    let instant = Some(Instant {
        seconds: midnight + seconds,
        nanoseconds: 0,
    });
    Some(Reading {
        shape: Shape(bits),
        day_first: instant,
        month_first: instant,
        timed: bits & TIMED != 0,
        zoned: false,
        plain: true,
    })
}

fn days_of(year: u32, month: u32) -> u32 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        _ => 0,
    }
}

/// Counted from March, so that the leap day is the last of its year.
fn days_since_1970(year: u32, month: u32, day: u32) -> i64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let leaps = year / 4 - year / 100 + year / 400;
    let days = year * 365 + leaps + (month * 153 + 2) / 5 + day - 1;
    i64::from(days) - 719_468
}

/// Any pattern of the lattice.
fn closely(text: &str) -> Option<Reading> {
    let bytes = text.as_bytes();
    let letters = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    // `Jan 31, 2024`, or it begins with a digit.
    let may_be = match letters {
        0 => bytes.first()?.is_ascii_digit(),
        3..=9 => matches!(bytes[letters..], [b' ', b'0'..=b'9', ..]),
        _ => false,
    };
    if !may_be {
        return None;
    }
    let scan = scan_moment(text)?;
    let shape = Shape::new(&scan, text);
    let neutral = shape.patterns() & !(DAY_FIRST | MONTH_FIRST);
    let moment = |patterns: u32| {
        let patterns = shape.patterns() & (patterns | neutral);
        (patterns != 0)
            .then(|| scan.moment(1 << patterns.trailing_zeros()))
            .flatten()
    };
    let (day_first, month_first) = (moment(DAY_FIRST), moment(MONTH_FIRST));
    let known = day_first.or(month_first)?;
    Some(Reading {
        shape,
        day_first: day_first.as_ref().map(Instant::of_moment),
        month_first: month_first.as_ref().map(Instant::of_moment),
        timed: known.time.is_some(),
        zoned: known.zone.is_some(),
        plain: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_bits_are_those_of_the_lattice() {
        for (text, bits) in [
            ("2024-01-31", 1),
            ("2024/01/31", 1 << 1),
            ("2024.01.31", 1 << 2),
            ("31-01-2024", 1 << 3),
            ("31.01.2024", 1 << 5),
            ("01/31/2024", 1 << 7),
            ("01/02/2024", 1 << 4 | 1 << 7),
            ("31 Jan 2024", 1 << 9),
            ("Jan 31, 2024", 1 << 10),
        ] {
            assert_eq!(read(text).unwrap().shape.patterns(), bits, "{text}");
        }
    }

    #[test]
    fn formats_are_written_in_strftime() {
        for (text, format) in [
            ("2024-01-31", "%Y-%m-%d"),
            ("13/01/2024", "%d/%m/%Y"),
            ("01.13.2024", "%m.%d.%Y"),
            ("2024-01-31 10:15:30", "%Y-%m-%d %H:%M:%S"),
            ("2024-01-31T10:15:30.250Z", "%Y-%m-%dT%H:%M:%S%.fZ"),
            ("2024-01-31T10:15+05:30", "%Y-%m-%dT%H:%M%:z"),
            ("2024-01-31 10:15:00 +0530", "%Y-%m-%d %H:%M:%S %z"),
            ("2024-01-31 1:15 PM", "%Y-%m-%d %I:%M %p"),
            ("31-Jan-2024", "%d-%b-%Y"),
            ("31 January 2024", "%d %B %Y"),
            ("January 5, 2024", "%B %d, %Y"),
            ("2024/01/31 10:15 UTC", "%Y/%m/%d %H:%M UTC"),
        ] {
            let shape = read(text).unwrap_or_else(|| panic!("{text}")).shape;
            let pattern = 1 << shape.patterns().trailing_zeros();
            assert_eq!(shape.format(pattern), format, "{text}");
        }
    }

    #[test]
    fn both_meanings_of_a_date_are_read() {
        let found = read("03/04/2024").unwrap();
        let text = |instant: Option<Instant>| instant.and_then(|instant| instant.text(true, false));
        assert_eq!(text(found.day_first).as_deref(), Some("2024-04-03"));
        assert_eq!(text(found.month_first).as_deref(), Some("2024-03-04"));
        assert_eq!(read("13/04/2024").unwrap().month_first, None);
        let named = read("3 April 2024").unwrap();
        assert_eq!(named.day_first, named.month_first);
        for text in [
            "2024-02-30",
            "2023-02-29",
            "2024-13-01",
            "2024-01-01x",
            "Johnson 5 May",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn instants_are_in_utc() {
        let zoned = read("2024-01-31T00:15:00.5+05:30").unwrap();
        let instant = zoned.day_first.unwrap();
        assert_eq!(
            instant.text(false, true).as_deref(),
            Some("2024-01-30T18:45:00.500Z")
        );
        assert_eq!(Instant::of_key(instant.key()), instant);
        let early = Instant::of_units(-1, 1_000);
        assert_eq!(
            early.text(false, false).as_deref(),
            Some("1969-12-31T23:59:59.999")
        );
        assert_eq!(early.year(), Some(1969));
    }

    proptest! {
        /// The fast way and the lattice's scan say the same.
        #[test]
        fn iso_and_any_agree(
            text in "[12][0-9]{3}-[01][0-9]-[0-3][0-9]([ T][0-2][0-9]:[0-6][0-9](:[0-6][0-9])?)?",
        ) {
            if let Some(fast) = iso(text.as_bytes()) {
                let slow = closely(&text).expect("the lattice knows it");
                prop_assert_eq!(Reading { plain: false, ..fast }, slow);
            }
            // What the fast way leaves is not lost.
            prop_assert_eq!(read(&text).is_some(), closely(&text).is_some());
        }
    }
}

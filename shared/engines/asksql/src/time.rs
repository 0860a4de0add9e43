//! Words of time as half-open intervals of days.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

use crate::words::Token;

/// From the first day up to and without the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Interval {
    pub(crate) start: NaiveDate,
    pub(crate) end: NaiveDate,
}

/// The day from which relative words count.
pub(crate) type Now = NaiveDate;

/// A span of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

/// The words from one place on.
#[derive(Debug, Clone, Copy)]
struct Words<'a>(&'a [Token]);

impl<'a> Words<'a> {
    fn word(self, at: usize) -> &'a str {
        self.0.get(at).map_or("", |token| token.lower.as_str())
    }

    fn number(self, at: usize) -> Option<f64> {
        self.0.get(at).and_then(Token::number)
    }

    fn behind(self, count: usize) -> Self {
        Self(self.0.get(count..).unwrap_or_default())
    }
}

/// Reads an expression of time that begins at `start`; where it ends, and its days. A bare year is a
/// number and left to the conditions.
pub(crate) fn interval(tokens: &[Token], start: usize, now: &Now) -> Option<(usize, Interval)> {
    let words = Words(tokens).behind(start);
    let article = words.word(0) == "the"
        && matches!(
            words.word(1),
            "last"
                | "past"
                | "previous"
                | "next"
                | "current"
                | "first"
                | "second"
                | "third"
                | "fourth"
        );
    let skip = usize::from(article);
    let words = words.behind(skip);
    let (used, interval) = named_day(words, *now)
        .or_else(|| to_date(words, *now))
        .or_else(|| neighbour(words, *now))
        .or_else(|| last_weekday(words, *now))
        .or_else(|| span(words, *now))
        .or_else(|| ago(words, *now))
        .or_else(|| quarter_of_year(words))
        .or_else(|| Some((1, iso(words.word(0))?)))
        .or_else(|| month_day(words))?;
    Some((start + skip + used, interval))
}

/// "today", "yesterday", "tomorrow".
fn named_day(words: Words<'_>, now: Now) -> Option<(usize, Interval)> {
    let named = match words.word(0) {
        "today" => now,
        "yesterday" => back(now, Unit::Day, 1)?,
        "tomorrow" => forward(now, Unit::Day, 1)?,
        _ => return None,
    };
    Some((1, day(named)))
}

/// "year to date", "ytd", "mtd": today is part of it.
fn to_date(words: Words<'_>, now: Now) -> Option<(usize, Interval)> {
    let (used, unit) = match (words.word(0), words.word(1), words.word(2)) {
        ("ytd", ..) => (1, Unit::Year),
        ("mtd", ..) => (1, Unit::Month),
        ("year", "to", "date") => (3, Unit::Year),
        _ => return None,
    };
    let start = floor(now, unit)?;
    let end = forward(now, Unit::Day, 1)?;
    Some((used, Interval { start, end }))
}

/// "last month", "this week", "next year": whole units of the calendar.
fn neighbour(words: Words<'_>, now: Now) -> Option<(usize, Interval)> {
    let unit = unit(words.word(1))?;
    let this = floor(now, unit)?;
    let start = match words.word(0) {
        "this" | "current" => this,
        // "the last day" and "the next day" are days of something else.
        "last" | "previous" | "past" | "next" if unit == Unit::Day => return None,
        "last" | "previous" | "past" => back(this, unit, 1)?,
        "next" | "coming" => forward(this, unit, 1)?,
        _ => return None,
    };
    Some((2, whole(start, unit)?))
}

/// "last Monday" is before today.
fn last_weekday(words: Words<'_>, now: Now) -> Option<(usize, Interval)> {
    if !matches!(words.word(0), "last" | "previous" | "past") {
        return None;
    }
    let weekday = weekday(words.word(1))?;
    let mut at = back(now, Unit::Day, 1)?;
    while at.weekday() != weekday {
        at = back(at, Unit::Day, 1)?;
    }
    Some((2, day(at)))
}

/// "the past 30 days", "next two weeks": from today on or up to it, today included.
fn span(words: Words<'_>, now: Now) -> Option<(usize, Interval)> {
    let ahead = match words.word(0) {
        "next" | "coming" => true,
        "last" | "previous" | "past" => false,
        _ => return None,
    };
    let count = words.number(1).and_then(small)?;
    let unit = unit(words.word(2))?;
    let (start, last) = if ahead {
        (now, forward(now, unit, count)?)
    } else {
        (back(now, unit, count)?, now)
    };
    let end = forward(last, Unit::Day, 1)?;
    Some((3, Interval { start, end }))
}

/// "2 years ago": the whole year.
fn ago(words: Words<'_>, now: Now) -> Option<(usize, Interval)> {
    let count = words.number(0).and_then(small)?;
    let unit = unit(words.word(1)).filter(|_| words.word(2) == "ago")?;
    let start = floor(back(now, unit, count)?, unit)?;
    Some((3, whole(start, unit)?))
}

/// "Q1 2024", "third quarter of 2023".
fn quarter_of_year(words: Words<'_>) -> Option<(usize, Interval)> {
    let quarter = quarter(words.word(0), words.word(1))?;
    let named = if words.word(0).len() == 2 { 1 } else { 2 };
    let of = usize::from(matches!(words.word(named), "of" | "in"));
    let year = year(words.number(named + of))?;
    let start = NaiveDate::from_ymd_opt(year, quarter * 3 - 2, 1)?;
    Some((named + of + 1, whole(start, Unit::Quarter)?))
}

/// "March 2024", "March 3, 2024", "3 March 2024", "March 3rd 2024".
fn month_day(words: Words<'_>) -> Option<(usize, Interval)> {
    let after_comma = |at: usize| at + usize::from(matches!(words.word(at), "," | "of"));
    if let Some(month) = month(words.word(0)) {
        let at = after_comma(1);
        if let Some(year) = year(words.number(at)) {
            let first = NaiveDate::from_ymd_opt(year, month, 1)?;
            return Some((at + 1, whole(first, Unit::Month)?));
        }
        let day_number = ordinal(words.word(1))?;
        let at = after_comma(2);
        let year = year(words.number(at))?;
        let date = NaiveDate::from_ymd_opt(year, month, day_number)?;
        return Some((at + 1, day(date)));
    }
    let day_number = ordinal(words.word(0))?;
    let month_at = after_comma(1);
    let month = month(words.word(month_at))?;
    let at = after_comma(month_at + 1);
    let year = year(words.number(at))?;
    let date = NaiveDate::from_ymd_opt(year, month, day_number)?;
    Some((at + 1, day(date)))
}

fn iso(word: &str) -> Option<Interval> {
    let parts: Vec<&str> = word.split('-').collect();
    let [year, month, rest] = parts.as_slice() else {
        let [year, month] = parts.as_slice() else {
            return None;
        };
        if year.len() != 4 || month.len() != 2 {
            return None;
        }
        let start = NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, 1)?;
        return whole(start, Unit::Month);
    };
    let (year, month, rest) = if year.len() == 4 {
        (*year, *month, *rest)
    } else {
        return None;
    };
    Some(day(NaiveDate::from_ymd_opt(
        year.parse().ok()?,
        month.parse().ok()?,
        rest.parse().ok()?,
    )?))
}

fn day(start: NaiveDate) -> Interval {
    Interval {
        start,
        end: start.checked_add_days(Days::new(1)).unwrap_or(start),
    }
}

/// The unit that begins at `start`.
fn whole(start: NaiveDate, unit: Unit) -> Option<Interval> {
    let end = forward(start, unit, 1)?;
    Some(Interval { start, end })
}

fn small(number: f64) -> Option<u32> {
    (number.fract() == 0.0 && (1.0..=1000.0).contains(&number)).then_some(number as u32)
}

fn year(number: Option<f64>) -> Option<i32> {
    let number = number?;
    (number.fract() == 0.0 && (1000.0..=2999.0).contains(&number)).then_some(number as i32)
}

fn ordinal(word: &str) -> Option<u32> {
    let digits = ["st", "nd", "rd", "th"]
        .iter()
        .find_map(|ending| word.strip_suffix(ending))
        .unwrap_or(word);
    digits.parse().ok().filter(|day| (1..=31).contains(day))
}

pub(crate) fn unit(word: &str) -> Option<Unit> {
    Some(match word {
        "day" | "days" => Unit::Day,
        "week" | "weeks" => Unit::Week,
        "month" | "months" => Unit::Month,
        "quarter" | "quarters" => Unit::Quarter,
        "year" | "years" => Unit::Year,
        _ => return None,
    })
}

/// How often something is: "monthly".
pub(crate) fn rhythm(word: &str) -> Option<Unit> {
    Some(match word {
        "daily" => Unit::Day,
        "weekly" => Unit::Week,
        "monthly" => Unit::Month,
        "quarterly" => Unit::Quarter,
        "yearly" | "annual" | "annually" => Unit::Year,
        _ => return None,
    })
}

impl Unit {
    /// Its name in SQL's functions of time.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }
}

fn quarter(first: &str, second: &str) -> Option<u32> {
    if let Some(digit) = first.strip_prefix('q') {
        return digit
            .parse()
            .ok()
            .filter(|quarter| (1..=4).contains(quarter));
    }
    if second != "quarter" {
        return None;
    }
    ["first", "second", "third", "fourth"]
        .iter()
        .position(|word| *word == first)
        .map(|at| at as u32 + 1)
}

fn weekday(word: &str) -> Option<Weekday> {
    let full = matches!(
        word,
        "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday"
    );
    full.then(|| word.parse().ok()).flatten()
}

/// The number of a month by its name.
pub(crate) fn month(word: &str) -> Option<u32> {
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
    const SHORT: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let at = MONTHS
        .iter()
        .position(|month| *month == word)
        .or_else(|| SHORT.iter().position(|month| *month == word))?;
    Some(at as u32 + 1)
}

fn floor(at: NaiveDate, unit: Unit) -> Option<NaiveDate> {
    match unit {
        Unit::Day => Some(at),
        Unit::Week => {
            at.checked_sub_days(Days::new(u64::from(at.weekday().num_days_from_monday())))
        }
        Unit::Month => at.with_day(1),
        Unit::Quarter => NaiveDate::from_ymd_opt(at.year(), at.month0() / 3 * 3 + 1, 1),
        Unit::Year => NaiveDate::from_ymd_opt(at.year(), 1, 1),
    }
}

fn forward(at: NaiveDate, unit: Unit, count: u32) -> Option<NaiveDate> {
    match unit {
        Unit::Day => at.checked_add_days(Days::new(u64::from(count))),
        Unit::Week => at.checked_add_days(Days::new(7 * u64::from(count))),
        Unit::Month => at.checked_add_months(Months::new(count)),
        Unit::Quarter => at.checked_add_months(Months::new(3 * count)),
        Unit::Year => at.checked_add_months(Months::new(12 * count)),
    }
}

fn back(at: NaiveDate, unit: Unit, count: u32) -> Option<NaiveDate> {
    match unit {
        Unit::Day => at.checked_sub_days(Days::new(u64::from(count))),
        Unit::Week => at.checked_sub_days(Days::new(7 * u64::from(count))),
        Unit::Month => at.checked_sub_months(Months::new(count)),
        Unit::Quarter => at.checked_sub_months(Months::new(3 * count)),
        Unit::Year => at.checked_sub_months(Months::new(12 * count)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::tokenise;

    fn read(text: &str) -> Option<(String, String)> {
        let now = NaiveDate::from_ymd_opt(2024, 2, 14).expect("a day");
        let tokens = tokenise(text, 50);
        let (end, interval) = interval(&tokens, 0, &now)?;
        assert_eq!(end, tokens.len(), "{text} is read to its end");
        Some((interval.start.to_string(), interval.end.to_string()))
    }

    #[test]
    fn time_words_are_half_open_intervals() {
        for (text, start, end) in [
            ("last month", "2024-01-01", "2024-02-01"),
            ("this week", "2024-02-12", "2024-02-19"),
            ("next year", "2025-01-01", "2026-01-01"),
            ("yesterday", "2024-02-13", "2024-02-14"),
            ("the past 30 days", "2024-01-15", "2024-02-15"),
            ("last three months", "2023-11-14", "2024-02-15"),
            ("2 years ago", "2022-01-01", "2023-01-01"),
            ("Q1 2024", "2024-01-01", "2024-04-01"),
            ("third quarter of 2023", "2023-07-01", "2023-10-01"),
            ("March 2024", "2024-03-01", "2024-04-01"),
            ("March 3rd, 2024", "2024-03-03", "2024-03-04"),
            ("3 March 2024", "2024-03-03", "2024-03-04"),
            ("2024-02-29", "2024-02-29", "2024-03-01"),
            ("2024-12", "2024-12-01", "2025-01-01"),
            ("last monday", "2024-02-12", "2024-02-13"),
            ("year to date", "2024-01-01", "2024-02-15"),
        ] {
            assert_eq!(
                read(text),
                Some((start.to_owned(), end.to_owned())),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_time_is_left() {
        for text in [
            "last name",
            "2024",
            "may be",
            "march",
            "2024-13-01",
            "next to",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}

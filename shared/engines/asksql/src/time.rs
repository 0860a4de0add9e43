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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

/// Reads an expression of time that begins at `start`; where it ends, and its days. A bare year is a
/// number and left to the conditions.
pub(crate) fn interval(tokens: &[Token], start: usize, now: &Now) -> Option<(usize, Interval)> {
    let word = |at: usize| {
        tokens
            .get(start + at)
            .map_or("", |token| token.lower.as_str())
    };
    let number = |at: usize| tokens.get(start + at).and_then(Token::number);
    let skip = usize::from(
        matches!(word(0), "the")
            && matches!(
                word(1),
                "last"
                    | "past"
                    | "previous"
                    | "next"
                    | "current"
                    | "first"
                    | "second"
                    | "third"
                    | "fourth"
            ),
    );
    let (first, second, third) = (word(skip), word(skip + 1), word(skip + 2));
    let done = |used: usize, interval: Interval| Some((start + skip + used, interval));
    match first {
        "today" => return done(1, day(*now)),
        "yesterday" => return done(1, day(back(*now, Unit::Day, 1)?)),
        "tomorrow" => return done(1, day(forward(*now, Unit::Day, 1)?)),
        "ytd" => {
            return done(
                1,
                Interval {
                    start: floor(*now, Unit::Year)?,
                    end: forward(*now, Unit::Day, 1)?,
                },
            );
        }
        "mtd" => {
            return done(
                1,
                Interval {
                    start: floor(*now, Unit::Month)?,
                    end: forward(*now, Unit::Day, 1)?,
                },
            );
        }
        _ => {}
    }
    if first == "year" && second == "to" && third == "date" {
        return done(
            3,
            Interval {
                start: floor(*now, Unit::Year)?,
                end: forward(*now, Unit::Day, 1)?,
            },
        );
    }
    if matches!(
        first,
        "last" | "previous" | "past" | "this" | "current" | "next" | "coming"
    ) {
        if let Some(unit) = unit(second)
            && !(unit == Unit::Day && matches!(first, "last" | "previous" | "past" | "next"))
        {
            let this = floor(*now, unit)?;
            let interval = match first {
                "this" | "current" => Interval {
                    start: this,
                    end: forward(this, unit, 1)?,
                },
                "next" | "coming" => {
                    let next = forward(this, unit, 1)?;
                    Interval {
                        start: next,
                        end: forward(next, unit, 1)?,
                    }
                }
                _ => Interval {
                    start: back(this, unit, 1)?,
                    end: this,
                },
            };
            return done(2, interval);
        }
        if let Some(weekday) = weekday(second)
            && matches!(first, "last" | "previous" | "past")
        {
            let mut at = back(*now, Unit::Day, 1)?;
            while at.weekday() != weekday {
                at = back(at, Unit::Day, 1)?;
            }
            return done(2, day(at));
        }
        if let (Some(count), Some(unit)) = (number(skip + 1).and_then(small), unit(third))
            && !matches!(first, "this" | "current")
        {
            return if matches!(first, "next" | "coming") {
                done(
                    3,
                    Interval {
                        start: *now,
                        end: forward(forward(*now, unit, count)?, Unit::Day, 1)?,
                    },
                )
            } else {
                done(
                    3,
                    Interval {
                        start: back(*now, unit, count)?,
                        end: forward(*now, Unit::Day, 1)?,
                    },
                )
            };
        }
    }
    if let (Some(count), Some(unit), "ago") = (number(0).and_then(small), unit(word(1)), word(2)) {
        let start_day = floor(back(*now, unit, count)?, unit)?;
        return Some((
            start + 3,
            Interval {
                start: start_day,
                end: forward(start_day, unit, 1)?,
            },
        ));
    }
    if let Some(quarter) = quarter(first, second) {
        let used = if first.len() == 2 { 1 } else { 2 };
        let of = usize::from(matches!(word(skip + used), "of" | "in"));
        if let Some(year) = year(number(skip + used + of)) {
            let start_day = NaiveDate::from_ymd_opt(year, quarter * 3 - 2, 1)?;
            return done(
                used + of + 1,
                Interval {
                    start: start_day,
                    end: forward(start_day, Unit::Quarter, 1)?,
                },
            );
        }
        return None;
    }
    if let Some(found) = iso(first) {
        return done(1, found);
    }
    month_day(tokens, start)
}

/// "March 2024", "March 3, 2024", "3 March 2024", "March 3rd 2024".
fn month_day(tokens: &[Token], start: usize) -> Option<(usize, Interval)> {
    let word = |at: usize| {
        tokens
            .get(start + at)
            .map_or("", |token| token.lower.as_str())
    };
    let number = |at: usize| tokens.get(start + at).and_then(Token::number);
    let after_comma = |at: usize| at + usize::from(matches!(word(at), "," | "of"));
    if let Some(month) = month(word(0)) {
        if let Some(year) = year(number(after_comma(1))) {
            let first = NaiveDate::from_ymd_opt(year, month, 1)?;
            return Some((
                start + after_comma(1) + 1,
                Interval {
                    start: first,
                    end: forward(first, Unit::Month, 1)?,
                },
            ));
        }
        let day_number = ordinal(word(1))?;
        let at = after_comma(2);
        let year = year(number(at))?;
        return Some((
            start + at + 1,
            day(NaiveDate::from_ymd_opt(year, month, day_number)?),
        ));
    }
    let day_number = ordinal(word(0))?;
    let month_at = after_comma(1);
    let month = month(word(month_at))?;
    let at = after_comma(month_at + 1);
    let year = year(number(at))?;
    Some((
        start + at + 1,
        day(NaiveDate::from_ymd_opt(year, month, day_number)?),
    ))
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
        return Some(Interval {
            start,
            end: forward(start, Unit::Month, 1)?,
        });
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

fn unit(word: &str) -> Option<Unit> {
    Some(match word {
        "day" | "days" => Unit::Day,
        "week" | "weeks" => Unit::Week,
        "month" | "months" => Unit::Month,
        "quarter" | "quarters" => Unit::Quarter,
        "year" | "years" => Unit::Year,
        _ => return None,
    })
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

//! `date_trunc`, `date_diff`, `date_add`: counting in the units of the calendar. Instants are those of
//! UTC, weeks begin on Mondays.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Builder};
use arrow::datatypes::{DataType, TimeUnit as Ticking};
use chrono::{Datelike, NaiveDate};
use millrace_steps::value::TimeUnit;

use super::arithmetic::OVERFLOW;
use super::frame::{Frame, Run};
use super::kinds::{Kind, null_of};
use super::moments::{DAY, Ticks, dates, moment, per_second, seconds, timestamps};
use super::numeric::Whole;
use super::part::{Below, Evaluate, Part};
use super::texts::whole;
use super::value::Value;
use crate::error::RowError;
use crate::types::{Day, Moment};

/// Days after which the calendar repeats itself, and their years.
const CYCLE: (i64, i64) = (146_097, 400);

/// The unit of this name.
pub(crate) fn unit(name: &str) -> Option<TimeUnit> {
    Some(match name {
        "year" => TimeUnit::Year,
        "quarter" => TimeUnit::Quarter,
        "month" => TimeUnit::Month,
        "week" => TimeUnit::Week,
        "day" => TimeUnit::Day,
        "hour" => TimeUnit::Hour,
        "minute" => TimeUnit::Minute,
        "second" => TimeUnit::Second,
        _ => return None,
    })
}

/// Seconds of a unit that is always as long.
fn fixed(unit: TimeUnit) -> Option<i64> {
    match unit {
        TimeUnit::Hour => Some(3_600),
        TimeUnit::Minute => Some(60),
        TimeUnit::Second => Some(1),
        _ => None,
    }
}

/// Months of a unit.
fn months(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Year => 12,
        TimeUnit::Quarter => 3,
        _ => 1,
    }
}

/// The number of the unit in which a moment lies, counted from one that does not matter.
fn number(unit: TimeUnit, moment: Moment) -> i64 {
    if let Some(length) = fixed(unit) {
        return seconds(moment).div_euclid(length);
    }
    match unit {
        TimeUnit::Day => moment.days,
        // 1970-01-01 was a Thursday.
        TimeUnit::Week => (moment.days + 3).div_euclid(7),
        _ => month(moment.days).div_euclid(months(unit)),
    }
}

/// Months since the beginning of year 0.
fn month(days: i64) -> i64 {
    let day = Day::of(days);
    day.year * 12 + i64::from(day.alike.month0())
}

/// Seconds since 1970 at which the unit begins in which a moment lies.
fn beginning(unit: TimeUnit, moment: Moment) -> i64 {
    if let Some(length) = fixed(unit) {
        return number(unit, moment) * length;
    }
    let day = match unit {
        TimeUnit::Day => moment.days,
        TimeUnit::Week => number(unit, moment) * 7 - 3,
        _ => {
            let alike = Day::of(moment.days).alike;
            let first = alike.month0() - alike.month0() % months(unit) as u32;
            let begin = alike.with_day(1).and_then(|day| day.with_month0(first));
            moment.days - begin.map_or(0, |begin| (alike - begin).num_days())
        }
    };
    day.saturating_mul(DAY)
}

/// The day so many months later, or the last one of its month if that is shorter.
fn add_months(days: i64, count: i64) -> Option<i64> {
    let month = month(days).checked_add(count)?;
    let (year, month0) = (month.div_euclid(12), month.rem_euclid(12));
    let (cycles, alike) = (year.div_euclid(CYCLE.1), year.rem_euclid(CYCLE.1));
    let year = i32::try_from(alike).ok()? + 2000;
    let first = NaiveDate::from_ymd_opt(year, u32::try_from(month0).ok()? + 1, 1)?;
    let wanted = Day::of(days).alike.day();
    let day = (1..=wanted).rev().find_map(|day| first.with_day(day))?;
    let within = i64::from(day.num_days_from_ce())
        - i64::from(NaiveDate::from_ymd_opt(1970, 1, 1)?.num_days_from_ce());
    // The year was moved to the five cycles from year 2000 on.
    within.checked_add(cycles.checked_sub(5)?.checked_mul(CYCLE.0)?)
}

#[derive(Debug)]
struct Truncate {
    unit: TimeUnit,
    moment: Part,
}

/// `date_trunc(unit, moment)`, of the moment's type.
pub(crate) fn truncate(unit: TimeUnit, moment: Part) -> Result<Part, RowError> {
    let moment = self::moment(moment, "date_trunc")?;
    if moment.is_null() {
        return Ok(Part::constant(null_of(&DataType::Date32)));
    }
    let data_type = moment.data_type().clone();
    let below = Below::of([&moment]);
    Ok(below.part(Truncate { unit, moment }, data_type, true))
}

impl Evaluate for Truncate {
    fn evaluate(&self, frame: &Frame<'_>, run: &mut Run<'_>) -> Result<Value, RowError> {
        let value = self.moment.evaluate(frame, run)?;
        let ticks = Ticks::of(&value)?;
        let cells = Value::cells_of(&[&value], frame.len());
        let begin = |row| {
            let begin = beginning(self.unit, ticks.get(row)?);
            Some(Some((begin, 0)))
        };
        let array = build(value.array().data_type(), cells, begin, |row| {
            let message = format!("the {} begins too early for its type", self.unit.as_str());
            run.fault(frame, (row, value.is_constant()), OVERFLOW, &message);
        })?;
        Ok(Value::like(array, &[&value]))
    }
}

/// Cells from seconds and nanoseconds since 1970, where there are any; what does not fit into 64 bits or
/// into the type is null and told.
fn build(
    data_type: &DataType,
    cells: usize,
    moment: impl Fn(usize) -> Option<Option<(i64, u32)>>,
    mut beyond: impl FnMut(usize),
) -> Result<ArrayRef, RowError> {
    let mut fitted = |row: usize, fit: &dyn Fn(i64, u32) -> Option<i64>| {
        let fitting = moment(row)?.and_then(|(seconds, nanosecond)| fit(seconds, nanosecond));
        if fitting.is_none() {
            beyond(row);
        }
        fitting
    };
    match data_type {
        DataType::Timestamp(unit, zone) => {
            let per_second = per_second(*unit);
            let fit = |seconds: i64, nanosecond: u32| {
                let part = i64::from(nanosecond) / (1_000_000_000 / per_second);
                // The product alone may be too small where the sum is not.
                let whole = i128::from(seconds) * i128::from(per_second) + i128::from(part);
                i64::try_from(whole).ok()
            };
            let moments = (0..cells).map(|row| fitted(row, &fit)).collect();
            timestamps(moments, *unit, zone.clone())
        }
        _ => {
            let fit = |seconds: i64, _| {
                let days = seconds.div_euclid(DAY);
                i32::try_from(days).is_ok().then_some(days)
            };
            let days = (0..cells).map(|row| {
                let days = fitted(row, &fit)?;
                i32::try_from(days).ok()
            });
            dates(days.collect())
        }
    }
}

#[derive(Debug)]
struct Difference {
    unit: TimeUnit,
    from: Part,
    to: Part,
}

/// `date_diff(unit, from, to)`
pub(crate) fn difference(unit: TimeUnit, from: Part, to: Part) -> Result<Part, RowError> {
    let from = moment(from, "date_diff")?;
    let to = moment(to, "date_diff")?;
    if from.is_null() || to.is_null() {
        return Ok(Part::constant(null_of(&DataType::Int64)));
    }
    let below = Below::of([&from, &to]);
    Ok(below.part(Difference { unit, from, to }, DataType::Int64, false))
}

impl Evaluate for Difference {
    fn evaluate(&self, frame: &Frame<'_>, run: &mut Run<'_>) -> Result<Value, RowError> {
        let from = self.from.evaluate(frame, run)?;
        let to = self.to.evaluate(frame, run)?;
        let (begins, ends) = (Ticks::of(&from)?, Ticks::of(&to)?);
        let cells = Value::cells_of(&[&from, &to], frame.len());
        let mut builder = Int64Builder::with_capacity(cells);
        for row in 0..cells {
            let both = begins.get(row).zip(ends.get(row));
            builder.append_option(both.map(|(begin, end)| {
                number(self.unit, end).saturating_sub(number(self.unit, begin))
            }));
        }
        Ok(Value::like(Arc::new(builder.finish()), &[&from, &to]))
    }
}

#[derive(Debug)]
struct Addition {
    unit: TimeUnit,
    count: Part,
    moment: Part,
    data_type: DataType,
}

/// `date_add(unit, count, moment)`, of the moment's type; hours, minutes and seconds after a day are a
/// timestamp.
pub(crate) fn add(unit: TimeUnit, count: Part, moment: Part) -> Result<Part, RowError> {
    let moment = self::moment(moment, "date_add")?;
    let count = whole(count, "date_add")?;
    let data_type = match moment.data_type() {
        DataType::Date32 | DataType::Null if fixed(unit).is_some() => {
            DataType::Timestamp(Ticking::Microsecond, None)
        }
        DataType::Null => DataType::Date32,
        other => other.clone(),
    };
    if Kind::of(moment.data_type()) == Kind::Null {
        return Ok(Part::constant(null_of(&data_type)));
    }
    let below = Below::of([&count, &moment]);
    let addition = Addition {
        unit,
        count,
        moment,
        data_type: data_type.clone(),
    };
    Ok(below.part(addition, data_type, true))
}

impl Evaluate for Addition {
    fn evaluate(&self, frame: &Frame<'_>, run: &mut Run<'_>) -> Result<Value, RowError> {
        let count_value = self.count.evaluate(frame, run)?;
        let value = self.moment.evaluate(frame, run)?;
        let (counts, ticks) = (Whole::of(&count_value)?, Ticks::of(&value)?);
        let cells = Value::cells_of(&[&count_value, &value], frame.len());
        let later = |row| {
            let (count, moment) = (counts.get(row)?, ticks.get(row)?);
            let seconds = later(self.unit, count, moment);
            Some(seconds.map(|seconds| (seconds, moment.nanosecond)))
        };
        let array = build(&self.data_type, cells, later, |row| {
            let (count, unit) = (counts.get(row).unwrap_or(0), self.unit.as_str());
            let message = format!("{count} {unit}s later is beyond the range of its type");
            let constant = Value::all_constant(&[&count_value, &value]);
            run.fault(frame, (row, constant), OVERFLOW, &message);
        })?;
        Ok(Value::like(array, &[&count_value, &value]))
    }
}

/// Seconds since 1970 so many units later.
fn later(unit: TimeUnit, count: i64, moment: Moment) -> Option<i64> {
    if let Some(length) = fixed(unit) {
        return seconds(moment).checked_add(count.checked_mul(length)?);
    }
    let days = match unit {
        TimeUnit::Day => moment.days.checked_add(count)?,
        TimeUnit::Week => moment.days.checked_add(count.checked_mul(7)?)?,
        _ => add_months(moment.days, count.checked_mul(months(unit))?)?,
    };
    days.checked_mul(DAY)?.checked_add(i64::from(moment.second))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> i64 {
        let day: NaiveDate = text.parse().expect("a day");
        i64::from(day.num_days_from_ce()) - 719_163
    }

    fn at(days: i64, second: u32) -> Moment {
        Moment {
            days,
            second,
            nanosecond: 0,
        }
    }

    #[test]
    fn months_end_where_they_end() {
        for (from, count, to) in [
            ("2024-01-31", 1, "2024-02-29"),
            ("2023-01-31", 1, "2023-02-28"),
            ("2024-02-29", 12, "2025-02-28"),
            ("2024-03-31", -1, "2024-02-29"),
            ("2024-12-15", 1, "2025-01-15"),
            ("1969-01-15", -1, "1968-12-15"),
            ("0001-01-01", -1, "0000-12-01"),
        ] {
            assert_eq!(
                add_months(day(from), count),
                Some(day(to)),
                "{from} {count}"
            );
        }
        assert_eq!(add_months(0, i64::MAX), None);
    }

    #[test]
    fn units_begin_where_the_calendar_says() {
        let moment = at(day("2024-05-15"), 3_661);
        for (unit, begin, second) in [
            (TimeUnit::Year, "2024-01-01", 0),
            (TimeUnit::Quarter, "2024-04-01", 0),
            (TimeUnit::Month, "2024-05-01", 0),
            (TimeUnit::Week, "2024-05-13", 0),
            (TimeUnit::Day, "2024-05-15", 0),
            (TimeUnit::Hour, "2024-05-15", 3_600),
            (TimeUnit::Minute, "2024-05-15", 3_660),
            (TimeUnit::Second, "2024-05-15", 3_661),
        ] {
            assert_eq!(
                beginning(unit, moment),
                day(begin) * DAY + second,
                "{unit:?}"
            );
        }
        assert_eq!(
            beginning(TimeUnit::Year, at(-1, 5)),
            day("1969-01-01") * DAY
        );
        assert_eq!(
            beginning(TimeUnit::Week, at(-4, 5)),
            day("1969-12-22") * DAY
        );
    }

    proptest! {
        #[test]
        fn months_are_those_of_chrono(days in -700_000i64..1_000_000, count in -5_000i32..5_000) {
            let from = NaiveDate::from_num_days_from_ce_opt(719_163 + i32::try_from(days).expect("small"));
            let months = chrono::Months::new(count.unsigned_abs());
            let from = from.expect("a day");
            let to = if count < 0 { from - months } else { from + months };
            let expected = i64::from(to.num_days_from_ce()) - 719_163;
            prop_assert_eq!(add_months(days, i64::from(count)), Some(expected));
        }

        #[test]
        fn a_unit_begins_before_its_moments_and_in_itself(days in any::<i32>(), second in 0u32..86_400) {
            let moment = at(i64::from(days), second);
            for unit in ["year", "quarter", "month", "week", "day", "hour", "minute", "second"] {
                let unit = unit_of(unit);
                let begin = beginning(unit, moment);
                prop_assert!(begin <= seconds(moment));
                let first = at(begin.div_euclid(DAY), u32::try_from(begin.rem_euclid(DAY)).expect("small"));
                prop_assert_eq!(number(unit, first), number(unit, moment));
                let before = begin - 1;
                let last = at(before.div_euclid(DAY), u32::try_from(before.rem_euclid(DAY)).expect("small"));
                prop_assert_eq!(number(unit, last), number(unit, moment) - 1);
            }
        }
    }

    fn unit_of(name: &str) -> TimeUnit {
        unit(name).expect("a unit")
    }
}

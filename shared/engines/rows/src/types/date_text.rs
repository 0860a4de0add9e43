//! Texts of days and moments.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringViewArray, UInt32Array};
use arrow::compute::take;
use arrow::datatypes::{DataType, TimeUnit, TimestampMicrosecondType};
use millrace_formats::ColumnSpec;
use millrace_steps::value::DateFormat;

use super::calendar::{Clock, DAY, dates, timestamps};
use super::cells::{cell_texts, shown, text_column};
use super::convert::{cast_array, read_strictly};
use super::numeric::without;
use crate::error::RowError;

const MICROSECOND: TimeUnit = TimeUnit::Microsecond;
/// Microseconds of a second.
const MICROSECONDS: i64 = 1_000_000;

/// Why a text is no day or moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// It has another form, or names a day that is not in the calendar.
    Form,
    /// It names a time of day where a day is wanted.
    Time,
    /// The clocks of the zone skipped the time.
    Skipped,
}

/// How texts of days or moments are read.
#[derive(Debug, Clone)]
pub(super) struct DateReader {
    /// Tried in order; the ISO forms where there are none.
    formats: Vec<String>,
    /// For messages.
    described: String,
    clock: Clock,
    /// Whether a format holds a time of day.
    timed: bool,
    to: DataType,
}

impl DateReader {
    /// Reads in the formats of a step, of which at least one is given, or in others that are described.
    ///
    /// # Errors
    /// A format that leaves the minute of an hour open, or the second of a fraction.
    pub(super) fn new(
        formats: &[DateFormat],
        otherwise: (&[&str], &str),
        clock: Clock,
        to: DataType,
    ) -> Result<Self, RowError> {
        if let Some((format, missing)) = formats
            .iter()
            .find_map(|format| Some((format, open(format.as_str())?)))
        {
            return Err(RowError::new(
                "INVALID_DATE_FORMAT",
                format!("add {missing} to the date format {:?}", format.as_str()),
            ));
        }
        let texts: Vec<String> = match formats {
            [] => otherwise.0.iter().map(ToString::to_string).collect(),
            given => given.iter().map(ToString::to_string).collect(),
        };
        let described = match formats {
            [] => otherwise.1.to_owned(),
            given => {
                let all: Vec<&str> = given.iter().map(DateFormat::as_str).collect();
                all.join(" or ")
            }
        };
        Ok(Self {
            formats: texts,
            described,
            clock,
            timed: formats.iter().any(DateFormat::has_time),
            to,
        })
    }

    /// Reads a column of texts; what does not read is null and listed, ascending.
    pub(super) fn read(
        &self,
        texts: &ArrayRef,
    ) -> Result<(ArrayRef, Vec<(usize, Unread)>), RowError> {
        if self.to == DataType::Date32 && !self.timed {
            return self.read_days(texts);
        }
        self.read_moments(texts)
    }

    /// What is wrong with a text.
    pub(super) fn explain(&self, text: &str, why: Unread) -> String {
        let text = shown(text);
        match why {
            Unread::Form => format!("{text} is no date as {}", self.described),
            Unread::Time => {
                format!("{text} holds a time of day, which a date would lose; make it a timestamp")
            }
            Unread::Skipped => {
                format!("{text} is a time that the clocks of its zone skipped")
            }
        }
    }

    fn read_days(&self, texts: &ArrayRef) -> Result<(ArrayRef, Vec<(usize, Unread)>), RowError> {
        let (days, failed) = read_strictly(texts, self.spec(DataType::Date32))?;
        if failed.is_empty() {
            return Ok((days, Vec::new()));
        }
        let zoned = DataType::Timestamp(MICROSECOND, Some("UTC".into()));
        let (_, formless) = read_strictly(&rows_of(texts, &failed)?, self.spec(zoned))?;
        let mut failed: Vec<_> = failed.into_iter().map(|row| (row, Unread::Time)).collect();
        for place in formless {
            failed[place].1 = Unread::Form;
        }
        Ok((days, failed))
    }

    /// Texts that name no zone are local times of the clock's; the others are instants.
    fn read_moments(&self, texts: &ArrayRef) -> Result<(ArrayRef, Vec<(usize, Unread)>), RowError> {
        let (local, rest) =
            read_strictly(texts, self.spec(DataType::Timestamp(MICROSECOND, None)))?;
        let mut failed = Vec::new();
        let mut instants = vec![None; rest.len()];
        if !rest.is_empty() {
            let zoned = DataType::Timestamp(MICROSECOND, Some("UTC".into()));
            let (read, _) = read_strictly(&rows_of(texts, &rest)?, self.spec(zoned))?;
            let read = read.as_primitive::<TimestampMicrosecondType>();
            instants = read.iter().collect();
        }
        let local = local.as_primitive::<TimestampMicrosecondType>();
        let mut ticks: Vec<i64> = local.values().to_vec();
        let day = self.to == DataType::Date32;
        // A day is one of the clock's calendar: a local time has it already.
        if !day {
            for row in (0..ticks.len()).filter(|row| local.is_valid(*row)) {
                match shifted(ticks[row], |seconds| self.clock.instant(seconds)) {
                    Some(instant) => ticks[row] = instant,
                    None => failed.push((row, Unread::Skipped)),
                }
            }
        }
        for (row, instant) in rest.iter().zip(&instants) {
            let tick = instant.and_then(|instant| {
                if day {
                    shifted(instant, |seconds| self.clock.local(seconds))
                } else {
                    Some(instant)
                }
            });
            match tick {
                Some(tick) => ticks[*row] = tick,
                None => failed.push((*row, Unread::Form)),
            }
        }
        failed.sort_unstable_by_key(|(row, _)| *row);
        let rows: Vec<usize> = failed.iter().map(|(row, _)| *row).collect();
        let nulls = without(texts.nulls(), &rows, texts.len());
        let array = if day {
            let days = ticks.iter().map(|ticks| {
                let day = ticks.div_euclid(DAY * MICROSECONDS);
                // The days of the years that are read fit.
                i32::try_from(day).unwrap_or_default()
            });
            dates(days.collect(), nulls)
        } else {
            let zone = match &self.to {
                DataType::Timestamp(_, zone) => zone.clone(),
                _ => None,
            };
            timestamps(ticks.into(), nulls, MICROSECOND, zone)
        };
        Ok((array, failed))
    }

    fn spec(&self, data_type: DataType) -> ColumnSpec {
        ColumnSpec {
            formats: self.formats.clone(),
            ..ColumnSpec::new("texts", data_type)
        }
    }
}

/// The texts of a column of which dates are read: whole numbers of floating point have no point there.
pub(super) fn date_texts(array: &ArrayRef) -> Result<ArrayRef, RowError> {
    if !array.data_type().is_floating() {
        return text_column(array);
    }
    let (whole, broken) = cast_array(array, &DataType::Int64)?;
    if broken.is_empty() {
        return text_column(&whole);
    }
    let (whole, all) = (cell_texts(&whole)?, cell_texts(array)?);
    let texts: StringViewArray = whole
        .iter()
        .zip(&all)
        .map(|(whole, any)| whole.or(any))
        .collect();
    Ok(Arc::new(texts))
}

/// The moments of a column without a zone as instants, its times being those of a clock.
pub(super) fn located(
    array: &ArrayRef,
    unit: TimeUnit,
    clock: Clock,
) -> (ArrayRef, Vec<(usize, Unread)>) {
    let Some(super::Moments::Ticks { ticks, nulls, .. }) = super::Moments::of(array) else {
        return (Arc::clone(array), Vec::new());
    };
    let per_second = super::calendar::per_second(unit);
    let mut failed = Vec::new();
    let instants: Vec<i64> = ticks
        .iter()
        .enumerate()
        .map(|(row, ticks)| {
            let seconds = ticks.div_euclid(per_second);
            let instant = clock.instant(seconds).and_then(|instant| {
                ticks.checked_add((instant - seconds).checked_mul(per_second)?)
            });
            instant.unwrap_or_else(|| {
                if array.is_valid(row) {
                    failed.push(row);
                }
                0
            })
        })
        .collect();
    let nulls = without(nulls.as_ref(), &failed, ticks.len());
    let array = timestamps(instants.into(), nulls, unit, Some("UTC".into()));
    let failed = failed.into_iter().map(|row| (row, Unread::Skipped));
    (array, failed.collect())
}

/// Microseconds, the whole seconds of which are moved.
fn shifted(ticks: i64, moved: impl Fn(i64) -> Option<i64>) -> Option<i64> {
    let seconds = ticks.div_euclid(MICROSECONDS);
    moved(seconds)?
        .checked_mul(MICROSECONDS)?
        .checked_add(ticks.rem_euclid(MICROSECONDS))
}

fn rows_of(texts: &ArrayRef, rows: &[usize]) -> Result<ArrayRef, RowError> {
    let rows: UInt32Array = rows
        .iter()
        .map(|row| u32::try_from(*row).unwrap_or(u32::MAX))
        .collect();
    Ok(take(texts, &rows, None)?)
}

/// What a format must have beside what it has: the reader would pass over an hour without minutes.
fn open(format: &str) -> Option<&'static str> {
    let mut told = Vec::new();
    let mut rest = format.chars();
    while let Some(character) = rest.next() {
        if character == '%' {
            // `%-d`, `%.3f`, `%:z`: the letter behind says what it is.
            told.extend(rest.find(|letter| letter.is_ascii_alphabetic() || *letter == '%'));
        }
    }
    let has = |letters: &str| letters.chars().any(|letter| told.contains(&letter));
    if has("HI") && !has("MTRs") {
        Some("%M")
    } else if has("f") && !has("STs") {
        Some("%S")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_that_leave_a_time_open_are_found() {
        for (format, missing) in [
            ("%Y-%m-%d %H", Some("%M")),
            ("%F %-I %p", Some("%M")),
            ("%F %H:%M %f", Some("%S")),
            ("%F %H:%M", None),
            ("%FT%T%.f%:z", None),
            ("%d.%m.%Y %R", None),
            ("%%H %F", None),
            ("%s", None),
        ] {
            assert_eq!(open(format), missing, "{format}");
        }
    }
}

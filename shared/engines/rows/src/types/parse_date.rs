//! The step `parse_date`.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, SchemaRef, TimeUnit};
use millrace_steps::step::{DateKind, ParseDate};

use super::calendar::{Clock, DAY, Moments, dates};
use super::cells::{Cells, cell_texts, type_name};
use super::convert::cast_array;
use super::date_text::{DateReader, Unread, date_texts, located};
use super::numeric::without;
use super::outputs::Outputs;
use crate::choose::find;
use crate::error::RowError;
use crate::operator::{Fault, Faults, Operator, Output};

const DAY_FIRST: (&[&str], &str) = (
    &[
        "%Y-%m-%d",
        "%Y/%m/%d",
        "%Y.%m.%d",
        "%d/%m/%Y",
        "%d-%m-%Y",
        "%d.%m.%Y",
        "%Y%m%d",
        "%d %B %Y",
        "%d-%B-%Y",
        "%d/%B/%Y",
        "%B %d, %Y",
        "%B %d %Y",
    ],
    "in ISO 8601 or with the day first",
);
const MONTH_FIRST: (&[&str], &str) = (
    &[
        "%Y-%m-%d",
        "%Y/%m/%d",
        "%Y.%m.%d",
        "%m/%d/%Y",
        "%m-%d-%Y",
        "%m.%d.%Y",
        "%Y%m%d",
        "%d %B %Y",
        "%d-%B-%Y",
        "%d/%B/%Y",
        "%B %d, %Y",
        "%B %d %Y",
    ],
    "in ISO 8601 or with the month first",
);

#[derive(Debug)]
struct Parse {
    place: usize,
    name: String,
    way: Way,
    outputs: Outputs,
}

#[derive(Debug)]
enum Way {
    /// Texts, or numbers as they are written.
    Texts(DateReader),
    /// A column that is what it should be.
    Keep,
    /// Local times of a zone into instants.
    Locate(TimeUnit, Clock),
    /// Days into the moments at which they begin.
    Begin(DataType, Clock),
    /// Moments into the days of a zone.
    Days(Clock),
}

/// Binds the step.
///
/// Without formats, ISO 8601 is read, with `-`, `/`, `.` or nothing between its parts, dates of the order
/// that `day_first` settles, and months by their English names. A text that names a time zone is an
/// instant; any other is a local time of `timezone`, of two possible moments the earlier one; a time that
/// the clocks skipped is `INVALID_DATE`. Timestamps are instants where `timezone` is given, and else have
/// no zone, UTC being meant. Dates are those of the calendar of `timezone`; unless a format holds a time,
/// a text must not. A column that was read as dates or timestamps already is taken as it is.
pub(crate) fn parse_date(
    step: &ParseDate,
    schema: &SchemaRef,
) -> Result<Box<dyn Operator>, RowError> {
    let place = find(&step.column, schema)?;
    let from = schema.field(place).data_type();
    let clock = Clock::of(step.timezone.as_ref())?;
    let zone: Option<Arc<str>> = step.timezone.as_ref().map(|_| "UTC".into());
    let microseconds = DataType::Timestamp(TimeUnit::Microsecond, zone.clone());
    let (way, to) = match (from, step.kind()) {
        (DataType::Date32, DateKind::Date) => (Way::Keep, DataType::Date32),
        (DataType::Date32, DateKind::Timestamp) => {
            (Way::Begin(microseconds.clone(), clock), microseconds)
        }
        (DataType::Timestamp(_, None), DateKind::Date) => {
            (Way::Days(Clock::of(None)?), DataType::Date32)
        }
        (DataType::Timestamp(_, Some(_)), DateKind::Date) => (Way::Days(clock), DataType::Date32),
        (DataType::Timestamp(unit, None), DateKind::Timestamp) if zone.is_some() => {
            (Way::Locate(*unit, clock), DataType::Timestamp(*unit, zone))
        }
        (DataType::Timestamp(_, _), DateKind::Timestamp) => (Way::Keep, from.clone()),
        (from, kind) if *from == DataType::Utf8View || from.is_numeric() => {
            let to = match kind {
                DateKind::Date => DataType::Date32,
                DateKind::Timestamp => microseconds,
            };
            let otherwise = if step.day_first {
                DAY_FIRST
            } else {
                MONTH_FIRST
            };
            let formats = step.formats.as_deref().unwrap_or_default();
            let reader = DateReader::new(formats, otherwise, clock, to.clone())?;
            (Way::Texts(reader), to)
        }
        _ => {
            return Err(RowError::column_type(
                &step.column,
                &type_name(from),
                "texts of dates",
            ));
        }
    };
    let output = step.output.as_ref().unwrap_or(&step.column);
    Ok(Box::new(Parse {
        place,
        name: step.column.to_string(),
        way,
        outputs: Outputs::bind(schema, vec![(output.to_string(), to)])?,
    }))
}

impl Operator for Parse {
    fn schema(&self) -> &SchemaRef {
        self.outputs.schema()
    }

    fn apply(&self, batch: &RecordBatch, faults: &mut Faults) -> Result<Output, RowError> {
        let parsed = self.parse(batch.column(self.place), faults)?;
        Ok(Output::Same(self.outputs.write(batch, vec![parsed])?))
    }
}

impl Parse {
    fn parse(&self, array: &ArrayRef, faults: &mut Faults) -> Result<ArrayRef, RowError> {
        let (parsed, failed) = match &self.way {
            Way::Keep => return Ok(Arc::clone(array)),
            Way::Texts(reader) => {
                let texts = date_texts(array)?;
                let (parsed, failed) = reader.read(&texts)?;
                let texts = cell_texts(&texts)?;
                for (row, why) in failed {
                    self.fault(row, &reader.explain(texts.value(row), why), faults);
                }
                return Ok(parsed);
            }
            Way::Locate(unit, clock) => located(array, *unit, *clock),
            Way::Begin(to, clock) => {
                let DataType::Timestamp(unit, zone) = to else {
                    return Ok(Arc::clone(array));
                };
                let (local, beyond) = cast_array(array, &DataType::Timestamp(*unit, None))?;
                let (parsed, mut failed) = match zone {
                    Some(_) => located(&local, *unit, *clock),
                    None => (local, Vec::new()),
                };
                failed.extend(beyond.into_iter().map(|row| (row, Unread::Form)));
                (parsed, failed)
            }
            Way::Days(clock) => days(array, *clock),
        };
        if !failed.is_empty() {
            let cells = Cells::of(array)?;
            for (row, why) in failed {
                let reason = match why {
                    Unread::Skipped => "is a time that the clocks of the zone skipped",
                    Unread::Form | Unread::Time => "is too far away",
                };
                self.fault(row, &format!("{} {reason}", cells.shown(row)), faults);
            }
        }
        Ok(parsed)
    }

    fn fault(&self, row: usize, message: &str, faults: &mut Faults) {
        faults.push(Fault {
            row,
            column: Some(self.name.clone()),
            code: "INVALID_DATE",
            message: format!("column {}: {message}", self.name),
        });
    }
}

/// The days on which moments lie, by the calendar of a zone.
fn days(array: &ArrayRef, clock: Clock) -> (ArrayRef, Vec<(usize, Unread)>) {
    let Some(moments) = Moments::of(array) else {
        return (Arc::clone(array), Vec::new());
    };
    let mut failed = Vec::new();
    let days = (0..moments.len()).map(|row| {
        let Some(moment) = moments.get(row) else {
            return 0;
        };
        let seconds = moment.days * DAY + i64::from(moment.second);
        let day = clock
            .local(seconds)
            .and_then(|local| i32::try_from(local.div_euclid(DAY)).ok());
        day.unwrap_or_else(|| {
            failed.push(row);
            0
        })
    });
    let days = days.collect();
    let nulls = without(moments.nulls(), &failed, moments.len());
    let failed = failed.into_iter().map(|row| (row, Unread::Form));
    (dates(days, nulls), failed.collect())
}

//! The step `format_date`.

use std::fmt::Write;
use std::sync::Arc;

use arrow::array::{Array, RecordBatch, StringViewBuilder};
use arrow::datatypes::{DataType, SchemaRef};
use chrono::format::{DelayedFormat, Item, StrftimeItems};
use chrono::{Days, FixedOffset, NaiveDate, NaiveTime};
use millrace_steps::step::FormatDate;

use super::calendar::{Clock, DAY, Moment, Moments};
use super::cells::{Cells, type_name};
use super::outputs::Outputs;
use crate::choose::find;
use crate::error::RowError;
use crate::operator::{Fault, Faults, Operator, Output};

#[derive(Debug)]
struct Format {
    place: usize,
    name: String,
    items: Vec<Item<'static>>,
    clock: Clock,
    outputs: Outputs,
}

/// Binds the step. Moments without a zone are taken as UTC, and written in the zone of the step. Days are
/// days in any zone. A year that calendars do not reach is `INVALID_DATE`.
pub(crate) fn format_date(
    step: &FormatDate,
    schema: &SchemaRef,
) -> Result<Box<dyn Operator>, RowError> {
    let place = find(&step.column, schema)?;
    let from = schema.field(place).data_type();
    if !from.is_temporal() {
        return Err(RowError::column_type(
            &step.column,
            &type_name(from),
            "dates and timestamps",
        ));
    }
    let items = StrftimeItems::new(step.format.as_str())
        .parse_to_owned()
        .map_err(|error| RowError::new("INVALID_DATE_FORMAT", error.to_string()))?;
    let output = step.output.as_ref().unwrap_or(&step.column);
    Ok(Box::new(Format {
        place,
        name: step.column.to_string(),
        items,
        clock: Clock::of(step.timezone.as_ref())?,
        outputs: Outputs::bind(schema, vec![(output.to_string(), DataType::Utf8View)])?,
    }))
}

impl Operator for Format {
    fn schema(&self) -> &SchemaRef {
        self.outputs.schema()
    }

    fn apply(&self, batch: &RecordBatch, faults: &mut Faults) -> Result<Output, RowError> {
        let array = batch.column(self.place);
        let Some(moments) = Moments::of(array) else {
            return Err(RowError::new("STEP_FAILED", "the column holds no dates"));
        };
        let is_day = matches!(moments, Moments::Days(_));
        let mut builder = StringViewBuilder::with_capacity(array.len());
        let mut text = String::new();
        for row in 0..array.len() {
            let Some(moment) = moments.get(row) else {
                builder.append_null();
                continue;
            };
            text.clear();
            if self.write(moment, is_day, &mut text).is_some() {
                builder.append_value(&text);
                continue;
            }
            builder.append_null();
            let value = Cells::of(array)?.shown(row);
            faults.push(Fault {
                row,
                column: Some(self.name.clone()),
                code: "INVALID_DATE",
                message: format!(
                    "column {}: {value} is too far away to be written",
                    self.name
                ),
            });
        }
        let written = Arc::new(builder.finish());
        Ok(Output::Same(self.outputs.write(batch, vec![written])?))
    }
}

impl Format {
    fn write(&self, moment: Moment, is_day: bool, out: &mut String) -> Option<()> {
        let seconds = moment.days * DAY + i64::from(moment.second);
        let offset = self.clock.offset(seconds)?;
        let local = if is_day {
            seconds
        } else {
            seconds + i64::from(offset.local_minus_utc())
        };
        let date = date(local.div_euclid(DAY))?;
        let second = u32::try_from(local.rem_euclid(DAY)).ok()?;
        let time = NaiveTime::from_num_seconds_from_midnight_opt(second, moment.nanosecond)?;
        let items = self.items.iter();
        let format =
            DelayedFormat::new_with_offset::<FixedOffset>(Some(date), Some(time), &offset, items);
        write!(out, "{format}").ok()
    }
}

fn date(days: i64) -> Option<NaiveDate> {
    let epoch = NaiveDate::default();
    let distance = Days::new(days.unsigned_abs());
    if days < 0 {
        epoch.checked_sub_days(distance)
    } else {
        epoch.checked_add_days(distance)
    }
}

//! The step `extract_date_part`.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int32Array, RecordBatch};
use arrow::datatypes::{DataType, SchemaRef};
use chrono::Datelike;
use millrace_steps::step::{DatePart, ExtractDatePart};

use super::calendar::{Day, Moment, Moments};
use super::cells::{Cells, type_name};
use super::numeric::without;
use super::outputs::Outputs;
use crate::choose::find;
use crate::error::RowError;
use crate::operator::{Fault, Faults, Operator, Output};

#[derive(Debug)]
struct Extract {
    place: usize,
    name: String,
    parts: Vec<DatePart>,
    outputs: Outputs,
}

/// Binds the step. The parts are whole numbers of 32 bits, those of instants in UTC; a day has no parts
/// of a time.
pub(crate) fn extract_date_part(
    step: &ExtractDatePart,
    schema: &SchemaRef,
) -> Result<Box<dyn Operator>, RowError> {
    let place = find(&step.column, schema)?;
    let from = schema.field(place).data_type();
    let timed =
        |part: &DatePart| matches!(part, DatePart::Hour | DatePart::Minute | DatePart::Second);
    let wanted = match from {
        DataType::Timestamp(_, _) => None,
        DataType::Date32 => step.parts.iter().any(timed).then_some("timestamps"),
        _ => Some("dates and timestamps"),
    };
    if let Some(wanted) = wanted {
        let data_type = type_name(from);
        return Err(RowError::column_type(&step.column, &data_type, wanted));
    }
    let written = step.parts.iter();
    let written = written.map(|part| (step.output(*part), DataType::Int32));
    Ok(Box::new(Extract {
        place,
        name: step.column.to_string(),
        parts: step.parts.clone(),
        outputs: Outputs::bind(schema, written.collect())?,
    }))
}

impl Operator for Extract {
    fn schema(&self) -> &SchemaRef {
        self.outputs.schema()
    }

    fn apply(&self, batch: &RecordBatch, faults: &mut Faults) -> Result<Output, RowError> {
        let array = batch.column(self.place);
        let Some(moments) = Moments::of(array) else {
            return Err(RowError::new("STEP_FAILED", "the column holds no dates"));
        };
        let rows = moments.len();
        let mut values: Vec<Vec<i32>> = vec![Vec::with_capacity(rows); self.parts.len()];
        let mut beyond = Vec::new();
        for row in 0..rows {
            let moment = moments.get(row);
            let day = moment.map(|moment| Day::of(moment.days));
            if day.is_some_and(|day| i32::try_from(day.year).is_err()) {
                beyond.push(row);
            }
            for (part, values) in self.parts.iter().zip(&mut values) {
                let value = moment
                    .zip(day)
                    .and_then(|(moment, day)| of(*part, moment, day));
                values.push(value.unwrap_or_default());
            }
        }
        let nulls = without(moments.nulls(), &beyond, rows);
        for row in beyond {
            let value = Cells::of(array)?.shown(row);
            faults.push(Fault {
                row,
                column: Some(self.name.clone()),
                code: "INVALID_DATE",
                message: format!("column {}: {value} is too far away", self.name),
            });
        }
        let written = values
            .into_iter()
            .map(|values| Arc::new(Int32Array::new(values.into(), nulls.clone())) as ArrayRef);
        let batch = self.outputs.write(batch, written.collect())?;
        Ok(Output::Same(batch))
    }
}

/// A part; `None` for a year beyond 32 bits.
fn of(part: DatePart, moment: Moment, day: Day) -> Option<i32> {
    let part = match part {
        DatePart::Year => return i32::try_from(day.year).ok(),
        DatePart::Quarter => day.alike.month0() / 3 + 1,
        DatePart::Month => day.alike.month(),
        DatePart::Week => day.alike.iso_week().week(),
        DatePart::Day => day.alike.day(),
        DatePart::Weekday => day.alike.weekday().number_from_monday(),
        DatePart::DayOfYear => day.alike.ordinal(),
        DatePart::Hour => moment.second / 3_600,
        DatePart::Minute => moment.second / 60 % 60,
        DatePart::Second => moment.second % 60,
    };
    i32::try_from(part).ok()
}

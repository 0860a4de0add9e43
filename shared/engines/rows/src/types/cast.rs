//! The step `cast`.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, SchemaRef, TimeUnit};
use millrace_formats::ColumnSpec;
use millrace_steps::step::Cast;
use millrace_steps::value::CastTarget;

use super::calendar::Clock;
use super::cells::{Cells, type_name};
use super::constant::arrow_type;
use super::convert::{cast_array, castable, read};
use super::date_text::{DateReader, Unread, date_texts, located};
use super::outputs::Outputs;
use crate::choose::find;
use crate::error::RowError;
use crate::operator::{Fault, Faults, Operator, Output};

/// What columns without formats are read in.
const ISO: (&[&str], &str) = (&[], "in ISO 8601");

#[derive(Debug)]
struct CastColumns {
    columns: Vec<Column>,
    outputs: Outputs,
}

#[derive(Debug)]
struct Column {
    place: usize,
    name: String,
    /// The wanted type, as callers write it.
    wanted: String,
    way: Way,
}

/// How a column gets its type.
#[derive(Debug)]
enum Way {
    /// It has it.
    Keep,
    /// Numbers and booleans in texts, with their separators.
    Read(ColumnSpec),
    /// Dates in texts, or in numbers as they are written.
    Dates(DateReader),
    /// Local times of a zone.
    Locate(TimeUnit, Clock),
    /// Days that begin in a zone.
    Begin(DataType, Clock),
    /// Values into values.
    Turn(DataType),
}

/// Binds the step.
///
/// Texts are read as a file is read whose columns are declared. A moment without a zone of its own is
/// one of `timezone` where that is given, and the column is then one of instants; without it, it stays
/// without a zone, and texts that name one become UTC. Of a local time that was there twice the earlier
/// moment is taken; one that the clocks skipped does not fit.
pub(crate) fn cast(step: &Cast, schema: &SchemaRef) -> Result<Box<dyn Operator>, RowError> {
    let mut columns = Vec::with_capacity(step.columns.len());
    let mut written = Vec::with_capacity(step.columns.len());
    for (name, target) in &step.columns {
        let place = find(name, schema)?;
        let from = schema.field(place).data_type();
        let (way, to) = way(step, name, target, from)?;
        written.push((name.to_string(), to));
        columns.push(Column {
            place,
            name: name.to_string(),
            wanted: target.dtype.to_string(),
            way,
        });
    }
    Ok(Box::new(CastColumns {
        columns,
        outputs: Outputs::bind(schema, written)?,
    }))
}

/// The way of a column, and the type at its end.
fn way(
    step: &Cast,
    name: &str,
    target: &CastTarget,
    from: &DataType,
) -> Result<(Way, DataType), RowError> {
    let clock = Clock::of(target.timezone.as_ref())?;
    let zone: Option<Arc<str>> = target.timezone.as_ref().map(|_| "UTC".into());
    let to = match arrow_type(target.dtype) {
        DataType::Timestamp(unit, None) => match from {
            // A timestamp is one, in any unit.
            DataType::Timestamp(unit, None) => DataType::Timestamp(*unit, zone.clone()),
            DataType::Timestamp(_, Some(_)) => from.clone(),
            _ => DataType::Timestamp(unit, zone.clone()),
        },
        other => other,
    };
    if *from == to {
        return Ok((Way::Keep, to));
    }
    let written = *from == DataType::Utf8View || from.is_numeric() && !target.formats.is_empty();
    let way = match (&to, from) {
        (DataType::Date32 | DataType::Timestamp(_, _), _) if written => {
            Way::Dates(DateReader::new(&target.formats, ISO, clock, to.clone())?)
        }
        (_, DataType::Utf8View) => Way::Read(ColumnSpec {
            decimal_separator: Some(step.decimal_separator.0),
            thousands_separator: step.thousands_separator.map(|separator| separator.0),
            ..ColumnSpec::new(name, to.clone())
        }),
        (DataType::Timestamp(_, _), DataType::Timestamp(unit, _)) => Way::Locate(*unit, clock),
        (DataType::Timestamp(_, Some(_)), DataType::Date32) => Way::Begin(to.clone(), clock),
        _ if castable(from, &to) => Way::Turn(to.clone()),
        _ => {
            let hint = if to.is_temporal() && from.is_numeric() {
                "; say in formats how the numbers are to be read, such as %Y%m%d or %s"
            } else {
                ""
            };
            let message = format!(
                "column {name} holds {}, which does not turn into {}{hint}",
                type_name(from),
                target.dtype
            );
            return Err(RowError::new("COLUMN_TYPE_MISMATCH", message));
        }
    };
    Ok((way, to))
}

impl Operator for CastColumns {
    fn schema(&self) -> &SchemaRef {
        self.outputs.schema()
    }

    fn apply(&self, batch: &RecordBatch, faults: &mut Faults) -> Result<Output, RowError> {
        let mut written = Vec::with_capacity(self.columns.len());
        for column in &self.columns {
            written.push(column.apply(batch.column(column.place), faults)?);
        }
        Ok(Output::Same(self.outputs.write(batch, written)?))
    }
}

impl Column {
    fn apply(&self, array: &ArrayRef, faults: &mut Faults) -> Result<ArrayRef, RowError> {
        let (turned, failed) = match &self.way {
            Way::Keep => return Ok(Arc::clone(array)),
            Way::Read(spec) => read(array, spec.clone())?,
            Way::Turn(to) => cast_array(array, to)?,
            Way::Dates(reader) => {
                let texts = date_texts(array)?;
                let (turned, failed) = reader.read(&texts)?;
                self.dates_failed(&texts, &failed, reader, faults)?;
                return Ok(turned);
            }
            Way::Locate(unit, clock) => {
                let (turned, failed) = located(array, *unit, *clock);
                self.times_failed(array, failed, faults)?;
                return Ok(turned);
            }
            Way::Begin(to, clock) => {
                let DataType::Timestamp(unit, _) = to else {
                    return Ok(Arc::clone(array));
                };
                let (local, failed) = cast_array(array, &DataType::Timestamp(*unit, None))?;
                self.failed(array, &failed, faults)?;
                let (turned, failed) = located(&local, *unit, *clock);
                self.times_failed(array, failed, faults)?;
                return Ok(turned);
            }
        };
        self.failed(array, &failed, faults)?;
        Ok(turned)
    }

    fn failed(
        &self,
        array: &ArrayRef,
        failed: &[usize],
        faults: &mut Faults,
    ) -> Result<(), RowError> {
        if failed.is_empty() {
            return Ok(());
        }
        let cells = Cells::of(array)?;
        for row in failed {
            let value = cells.shown(*row);
            let message = match cells {
                Cells::Text(_) => format!("{value} does not read as {}", self.wanted),
                _ => format!("{value} does not fit {} exactly", self.wanted),
            };
            self.fault(*row, message, faults);
        }
        Ok(())
    }

    fn dates_failed(
        &self,
        texts: &ArrayRef,
        failed: &[(usize, Unread)],
        reader: &DateReader,
        faults: &mut Faults,
    ) -> Result<(), RowError> {
        let texts = super::cell_texts(texts)?;
        for (row, why) in failed {
            self.fault(*row, reader.explain(texts.value(*row), *why), faults);
        }
        Ok(())
    }

    fn times_failed(
        &self,
        array: &ArrayRef,
        failed: Vec<(usize, Unread)>,
        faults: &mut Faults,
    ) -> Result<(), RowError> {
        if failed.is_empty() {
            return Ok(());
        }
        let cells = Cells::of(array)?;
        for (row, _) in failed {
            let message = format!(
                "{} is a time that the clocks of the zone skipped",
                cells.shown(row)
            );
            self.fault(row, message, faults);
        }
        Ok(())
    }

    fn fault(&self, row: usize, message: String, faults: &mut Faults) {
        faults.push(Fault {
            row,
            column: Some(self.name.clone()),
            code: "CAST_FAILED",
            message: format!("column {}: {message}", self.name),
        });
    }
}

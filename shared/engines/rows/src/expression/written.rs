//! `to_date`, `to_timestamp`, `format_date` and `cast`: what the steps of the same purpose do, in
//! expressions.

use std::sync::Arc;

use arrow::array::{Array, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use millrace_steps::step::{DateKind, FormatDate, ParseDate};
use millrace_steps::value::{DateFormat, Name};

use super::frame::{Frame, Run};
use super::kinds::{constant_text, mismatch, named, null_of};
use super::moments::moment;
use super::part::{Below, Evaluate, Part};
use super::texts::text;
use super::value::Value;
use crate::error::RowError;
use crate::operator::{Operator, Output};
use crate::types::{Cells, arrow_type, cast_array, castable, format_date, parse_date};

/// Name of the one column that a step sees here.
const COLUMN: &str = "value";
/// What its messages begin with.
const PREFIX: &str = "column value: ";

/// A step for one column, as a function.
#[derive(Debug)]
struct Stepped {
    operand: Part,
    operator: Box<dyn Operator>,
    schema: SchemaRef,
}

fn stepped(
    operand: Part,
    bind: impl FnOnce(Name, &SchemaRef) -> Result<Box<dyn Operator>, RowError>,
) -> Result<Part, RowError> {
    let field = Field::new(COLUMN, operand.data_type().clone(), true);
    let schema = Arc::new(Schema::new(vec![field]));
    let name = Name::parse(COLUMN).map_err(mismatch)?;
    let operator = bind(name, &schema)?;
    let data_type = operator.schema().field(0).data_type().clone();
    let below = Below::of([&operand]);
    let stepped = Stepped {
        operand,
        operator,
        schema,
    };
    Ok(below.part(stepped, data_type, true))
}

impl Evaluate for Stepped {
    fn evaluate(&self, frame: &Frame<'_>, run: &mut Run<'_>) -> Result<Value, RowError> {
        let value = self.operand.evaluate(frame, run)?;
        let column = Arc::clone(value.array());
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), vec![column])?;
        let mut faults = Vec::new();
        let output = self.operator.apply(&batch, &mut faults)?;
        for fault in faults {
            // The step names its column, which is none of the caller's.
            let message = fault.message.strip_prefix(PREFIX).unwrap_or(&fault.message);
            run.fault(frame, (fault.row, value.is_constant()), fault.code, message);
        }
        match output {
            Output::Same(batch) => Ok(Value::like(Arc::clone(batch.column(0)), &[&value])),
            Output::Kept(_) | Output::Made { .. } => Err(RowError::new(
                "STEP_FAILED",
                "a function of one column gave other rows",
            )),
        }
    }
}

/// `to_date(text[, format])` and `to_timestamp(text[, format])`
pub(crate) fn read(
    operand: Part,
    format: Option<&Part>,
    kind: DateKind,
    place: &str,
) -> Result<Part, RowError> {
    let operand = text(operand, place)?;
    let Some(format) = format else {
        let to = match kind {
            DateKind::Date => millrace_steps::value::DataType::Date,
            DateKind::Timestamp => millrace_steps::value::DataType::Timestamp,
        };
        return bind_cast(operand, to, Failing::Fault("INVALID_DATE"));
    };
    let format = written_out(format, place)?;
    stepped(operand, |column, schema| {
        let step = ParseDate {
            column,
            formats: Some(vec![format]),
            day_first: false,
            timezone: None,
            to: Some(kind),
            output: None,
        };
        parse_date(&step, schema)
    })
}

/// `format_date(moment, format)`
pub(crate) fn write(operand: Part, format: &Part) -> Result<Part, RowError> {
    let operand = moment(operand, "format_date")?;
    if operand.is_null() {
        return Ok(Part::constant(null_of(&DataType::Utf8View)));
    }
    let format = written_out(format, "format_date")?;
    stepped(operand, |column, schema| {
        let step = FormatDate {
            column,
            format,
            timezone: None,
            output: None,
        };
        format_date(&step, schema)
    })
}

fn written_out(format: &Part, place: &str) -> Result<DateFormat, RowError> {
    let text = constant_text(format)
        .ok_or_else(|| mismatch(format!("{place} needs its format in single quotes")))?;
    DateFormat::parse(&text).map_err(|error| RowError::new("INVALID_DATE_FORMAT", error))
}

/// What happens to a cell that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failing {
    /// It becomes null.
    Null,
    /// It is a fault of this code.
    Fault(&'static str),
}

#[derive(Debug)]
struct Cast {
    operand: Part,
    to: DataType,
    failing: Failing,
}

/// `cast(operand as type)`, or `try_cast` where `safe`.
pub(crate) fn cast(
    operand: Part,
    to: millrace_steps::value::DataType,
    safe: bool,
) -> Result<Part, RowError> {
    let failing = if safe {
        Failing::Null
    } else {
        Failing::Fault("CAST_FAILED")
    };
    bind_cast(operand, to, failing)
}

fn bind_cast(
    operand: Part,
    to: millrace_steps::value::DataType,
    failing: Failing,
) -> Result<Part, RowError> {
    let to = match (arrow_type(to), operand.data_type()) {
        // A timestamp is one, in any unit.
        (DataType::Timestamp(..), moment @ DataType::Timestamp(..)) => moment.clone(),
        (to, _) => to,
    };
    if operand.is_null() {
        return Ok(Part::constant(null_of(&to)));
    }
    if *operand.data_type() == to {
        return Ok(operand);
    }
    if !castable(operand.data_type(), &to) {
        return Err(mismatch(format!(
            "{} does not turn into {}; cast something else",
            named(operand.data_type()),
            named(&to)
        )));
    }
    let below = Below::of([&operand]);
    let cast = Cast {
        operand,
        to: to.clone(),
        failing,
    };
    Ok(below.part(cast, to, failing != Failing::Null))
}

/// A day as the moment at which it begins; a moment as it is.
pub(crate) fn as_timestamp(operand: Part) -> Result<Part, RowError> {
    cast(operand, millrace_steps::value::DataType::Timestamp, false)
}

impl Evaluate for Cast {
    fn evaluate(&self, frame: &Frame<'_>, run: &mut Run<'_>) -> Result<Value, RowError> {
        let value = self.operand.evaluate(frame, run)?;
        let (array, failed) = cast_array(value.array(), &self.to)?;
        if let Failing::Fault(code) = self.failing
            && !failed.is_empty()
        {
            let shown = Cells::of(value.array())?;
            for cell in failed {
                let to = named(&self.to);
                let message = format!("{} does not fit {to}", shown.shown(cell));
                run.fault(frame, (cell, value.is_constant()), code, &message);
            }
        }
        if array.data_type() == &DataType::Utf8View {
            run.spend(array.get_buffer_memory_size())?;
        }
        Ok(Value::like(array, &[&value]))
    }
}

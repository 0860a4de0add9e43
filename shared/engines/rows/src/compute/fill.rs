//! The step `fill_nulls`.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Decimal128Array, Float32Array, RecordBatch, Scalar as OneCell,
};
use arrow::compute::kernels::zip::zip;
use arrow::compute::{cast, is_null};
use arrow::datatypes::{DataType, Float64Type, Schema, SchemaRef};
use millrace_steps::step::{Fill, FillNulls, RoundMode};
use millrace_steps::value::{Columns, Scalar};

use crate::choose::choose;
use crate::error::RowError;
use crate::expression::Kind;
use crate::facts::Facts;
use crate::operator::{Faults, Operator, Output};
use crate::types::{Digits, Outputs, RoundedDivision, power_of_ten, scalar, type_name};

/// What the nulls of a column become.
#[derive(Debug)]
struct Filling {
    place: usize,
    data_type: DataType,
    /// An array of one cell, which is null where there is nothing to fill with; `None` where that was
    /// not found out.
    by: Option<ArrayRef>,
}

#[derive(Debug)]
struct FillColumns {
    fillings: Vec<Filling>,
    outputs: Outputs,
}

/// Binds the step.
///
/// A column of a type that cannot be filled so is refused where it is named, and passed over where it is
/// chosen in another way. Whole numbers filled with their mean or median become doubles, decimals take
/// the mean rounded to their digits.
pub(crate) fn fill_nulls(
    step: &FillNulls,
    schema: &SchemaRef,
    facts: &Facts,
) -> Result<Box<dyn Operator>, RowError> {
    if matches!(step.fill, Fill::Forward { .. } | Fill::Backward { .. }) {
        let message = "values are carried on from row to row where all rows pass";
        return Err(RowError::new("STEP_FAILED", message));
    }
    let named = matches!(step.columns, Columns::Names(_));
    let mut fillings = Vec::new();
    let mut written = Vec::new();
    for place in choose(&step.columns, schema)? {
        match filling(step, place, schema, facts) {
            Ok(filling) => {
                let name = schema.field(place).name().clone();
                written.push((name, filling.data_type.clone()));
                fillings.push(filling);
            }
            Err(error) if named => return Err(error),
            Err(_) => {}
        }
    }
    Ok(Box::new(FillColumns {
        fillings,
        outputs: Outputs::bind(schema, written)?,
    }))
}

fn filling(
    step: &FillNulls,
    place: usize,
    schema: &Schema,
    facts: &Facts,
) -> Result<Filling, RowError> {
    let field = schema.field(place);
    let (name, data_type) = (field.name().as_str(), field.data_type());
    let kind = Kind::of(data_type);
    let need = |fits: bool, wanted: &str| {
        if fits {
            return Ok(());
        }
        Err(RowError::column_type(name, &type_name(data_type), wanted))
    };
    let constant = |value: &Scalar| scalar(value, data_type, name).map(Some);
    let mut result = data_type.clone();
    let by = match &step.fill {
        Fill::Constant { value } => constant(value)?,
        Fill::Zero => {
            need(kind.is_number(), "numbers")?;
            constant(&Scalar::Integer(0))?
        }
        Fill::Empty => {
            need(kind == Kind::Text, "texts")?;
            constant(&Scalar::Text(String::new()))?
        }
        Fill::Mean | Fill::Median => {
            need(kind.is_number(), "numbers")?;
            if kind == Kind::Whole {
                result = DataType::Float64;
            }
            found(name, &result, facts)?
        }
        Fill::Mode | Fill::Min | Fill::Max | Fill::Forward { .. } | Fill::Backward { .. } => {
            need(kind != Kind::Other, "single values")?;
            found(name, &result, facts)?
        }
    };
    Ok(Filling {
        place,
        data_type: result,
        by,
    })
}

/// What was found out about a column, as one cell of a type.
fn found(name: &str, to: &DataType, facts: &Facts) -> Result<Option<ArrayRef>, RowError> {
    let Some(fact) = facts.fills.get(name) else {
        return Ok(None);
    };
    let nothing = || arrow::array::new_null_array(to, 1);
    if fact.is_empty() || fact.is_null(0) {
        return Ok(Some(nothing()));
    }
    let cell = fact.slice(0, 1);
    if cell.data_type() == to {
        return Ok(Some(cell));
    }
    let doubles = cell.as_primitive_opt::<Float64Type>();
    let fitting: Option<ArrayRef> = match (doubles, to) {
        (Some(doubles), DataType::Float32) => {
            Some(Arc::new(Float32Array::from(vec![doubles.value(0) as f32])))
        }
        (Some(doubles), DataType::Decimal128(precision, scale)) => {
            match rounded(doubles.value(0), *scale) {
                Some(units) => {
                    let cell = Decimal128Array::from(vec![units]);
                    Some(Arc::new(cell.with_precision_and_scale(*precision, *scale)?))
                }
                None => None,
            }
        }
        _ => None,
    };
    match fitting {
        Some(cell) => Ok(Some(cell)),
        None => {
            let message = format!(
                "what was found out about column {name} is {}, not {}",
                type_name(cell.data_type()),
                type_name(to)
            );
            Err(RowError::new("STEP_FAILED", message))
        }
    }
}

/// A double in units of a scale.
fn rounded(value: f64, scale: i8) -> Option<i128> {
    let digits = Digits::of_double(value)?;
    let shift = digits.exponent + i32::from(scale);
    let power = power_of_ten(shift.unsigned_abs());
    match (shift >= 0, power) {
        (true, power) => digits.mantissa.checked_mul(power?),
        (false, Some(power)) => Some(digits.mantissa.divide(power, RoundMode::HalfUp)),
        (false, None) => Some(0),
    }
}

impl Operator for FillColumns {
    fn schema(&self) -> &SchemaRef {
        self.outputs.schema()
    }

    fn apply(&self, batch: &RecordBatch, _faults: &mut Faults) -> Result<Output, RowError> {
        let mut written = Vec::with_capacity(self.fillings.len());
        for filling in &self.fillings {
            written.push(filling.fill(batch)?);
        }
        Ok(Output::Same(self.outputs.write(batch, written)?))
    }
}

impl Filling {
    fn fill(&self, batch: &RecordBatch) -> Result<ArrayRef, RowError> {
        let column = batch.column(self.place);
        let column = if *column.data_type() == self.data_type {
            Arc::clone(column)
        } else {
            cast(column, &self.data_type)?
        };
        let Some(by) = &self.by else {
            let name = batch.schema_ref().field(self.place).name().clone();
            let message = format!("what column {name} is filled with was not found out before");
            return Err(RowError::new("STEP_FAILED", message));
        };
        if column.null_count() == 0 || by.is_null(0) {
            return Ok(column);
        }
        let nulls = is_null(&column)?;
        Ok(zip(&nulls, &OneCell::new(Arc::clone(by)), &column)?)
    }
}

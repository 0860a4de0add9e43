//! The step `outliers`.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, Float64Array, RecordBatch};
use arrow::compute::kernels::zip::zip;
use arrow::compute::nullif;
use arrow::datatypes::{DataType, Float32Type, Int32Type, Int64Type, SchemaRef};
use millrace_steps::step::{OutlierAction, Outliers, RoundMode};

use super::{choose_numbers, doubles};
use crate::error::RowError;
use crate::facts::Facts;
use crate::operator::{Faults, Operator, Output};
use crate::types::{Digits, Outputs, RoundedDivision, power_of_ten};

#[derive(Debug)]
struct Fenced {
    columns: Vec<Column>,
    action: OutlierAction,
    outputs: Outputs,
}

#[derive(Debug)]
struct Column {
    place: usize,
    /// From where to where values are ordinary; `None` where there are none.
    fence: Option<(f64, f64)>,
}

/// Binds the step.
///
/// An outlier lies outside the fences of its column; null is none, and neither is what is no number. It is
/// cut to the nearest value of the column's type that lies within: whole numbers to a whole one, decimals
/// to one with as many places.
pub(crate) fn outliers(
    step: &Outliers,
    schema: &SchemaRef,
    facts: &Facts,
) -> Result<Box<dyn Operator>, RowError> {
    let places = choose_numbers(&step.columns, schema)?;
    let name = |place: usize| schema.field(place).name();
    let written = match step.action {
        OutlierAction::Flag => places
            .iter()
            .map(|place| (format!("{}_outlier", name(*place)), DataType::Boolean))
            .collect(),
        OutlierAction::Null | OutlierAction::Clip => places
            .iter()
            .map(|place| {
                let data_type = schema.field(*place).data_type().clone();
                (name(*place).clone(), data_type)
            })
            .collect(),
        OutlierAction::Drop => Vec::new(),
    };
    let columns = places.iter().map(|place| Column {
        place: *place,
        fence: facts.fences.get(name(*place).as_str()).copied(),
    });
    Ok(Box::new(Fenced {
        columns: columns.collect(),
        action: step.action,
        outputs: Outputs::bind(schema, written)?,
    }))
}

impl Operator for Fenced {
    fn schema(&self) -> &SchemaRef {
        self.outputs.schema()
    }

    fn apply(&self, batch: &RecordBatch, _faults: &mut Faults) -> Result<Output, RowError> {
        if self.action == OutlierAction::Drop {
            let mut keep = vec![true; batch.num_rows()];
            for column in &self.columns {
                let outlying = column.outlying(batch)?;
                for (row, keep) in keep.iter_mut().enumerate() {
                    *keep &= !outlying.value(row);
                }
            }
            return Ok(Output::Kept(keep.into()));
        }
        let written = self.columns.iter().map(|column| {
            let array = batch.column(column.place);
            let outlying = column.outlying(batch)?;
            Ok(match self.action {
                OutlierAction::Flag => Arc::new(outlying) as ArrayRef,
                _ if outlying.true_count() == 0 => Arc::clone(array),
                OutlierAction::Null | OutlierAction::Drop => nullif(array, &outlying)?,
                OutlierAction::Clip => column.clip(array)?,
            })
        });
        let written = written.collect::<Result<_, RowError>>()?;
        Ok(Output::Same(self.outputs.write(batch, written)?))
    }
}

impl Column {
    /// Which rows hold outliers; never null.
    fn outlying(&self, batch: &RecordBatch) -> Result<BooleanArray, RowError> {
        let rows = batch.num_rows();
        let Some((low, high)) = self.fence else {
            return Ok(vec![false; rows].into());
        };
        let numbers = doubles(batch.column(self.place))?;
        let outlying = (0..rows).map(|row| {
            let value = numbers.value(row);
            numbers.is_valid(row) && (value < low || value > high)
        });
        Ok(outlying.collect::<Vec<bool>>().into())
    }

    /// The column with the nearest ordinary values in place of outliers.
    fn clip(&self, array: &ArrayRef) -> Result<ArrayRef, RowError> {
        let Some((low, high)) = self.fence else {
            return Ok(Arc::clone(array));
        };
        let numbers = doubles(array)?;
        let side = |outlying: fn(f64, f64) -> bool, fence: f64| -> BooleanArray {
            numbers
                .iter()
                .map(|value| Some(value.is_some_and(|value| outlying(value, fence))))
                .collect()
        };
        let below = side(|value, low| value < low, low);
        let above = side(|value, high| value > high, high);
        let least = ordinary(array.data_type(), low, RoundMode::Ceil)?;
        let greatest = ordinary(array.data_type(), high, RoundMode::Floor)?;
        let raised = zip(&below, &arrow::array::Scalar::new(least), array)?;
        Ok(zip(&above, &arrow::array::Scalar::new(greatest), &raised)?)
    }
}

/// The value of a type nearest to a fence, on its inner side.
fn ordinary(data_type: &DataType, fence: f64, inwards: RoundMode) -> Result<ArrayRef, RowError> {
    let whole = match inwards {
        RoundMode::Ceil => fence.ceil(),
        _ => fence.floor(),
    };
    // Casts from floating point stop at the ends of the type.
    Ok(match data_type {
        DataType::Int32 => one::<Int32Type>(whole as i32),
        DataType::Int64 => one::<Int64Type>(whole as i64),
        DataType::Float32 => one::<Float32Type>(inner_float(fence, inwards)),
        DataType::Decimal128(precision, scale) => {
            let limit = power_of_ten(u32::from(*precision)).unwrap_or(i128::MAX) - 1;
            let value = at_scale(fence, i32::from(*scale), inwards).clamp(-limit, limit);
            let array = arrow::array::Decimal128Array::from(vec![value]);
            Arc::new(array.with_precision_and_scale(*precision, *scale)?)
        }
        _ => Arc::new(Float64Array::from(vec![fence])),
    })
}

fn one<T: arrow::array::ArrowPrimitiveType>(value: T::Native) -> ArrayRef {
    Arc::new(arrow::array::PrimitiveArray::<T>::new(
        vec![value].into(),
        None,
    ))
}

/// A float of 32 bits on the inner side of a fence.
fn inner_float(fence: f64, inwards: RoundMode) -> f32 {
    let near = fence as f32;
    match inwards {
        RoundMode::Ceil if f64::from(near) < fence => near.next_up(),
        RoundMode::Floor if f64::from(near) > fence => near.next_down(),
        _ => near,
    }
}

/// A fence in units of `10^-scale`, rounded; at the ends of 128 bits where it lies beyond them.
fn at_scale(fence: f64, scale: i32, mode: RoundMode) -> i128 {
    let end = if fence < 0.0 { i128::MIN } else { i128::MAX };
    let Some(digits) = Digits::of_double(fence) else {
        return end;
    };
    let shift = scale + digits.exponent;
    let power = power_of_ten(shift.unsigned_abs());
    match (shift < 0, power) {
        (false, Some(power)) => digits.mantissa.checked_mul(power).unwrap_or(end),
        (false, None) if digits.mantissa == 0 => 0,
        (false, None) => end,
        (true, Some(power)) => digits.mantissa.divide(power, mode),
        (true, None) => match mode {
            RoundMode::Floor if digits.mantissa < 0 => -1,
            RoundMode::Ceil if digits.mantissa > 0 => 1,
            _ => 0,
        },
    }
}

//! Columns as rows.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Float64Array, RecordBatch, StringViewArray, UInt32Array,
};
use arrow::compute::{cast, interleave, take};
use arrow::datatypes::{DataType, Field, FieldRef, Int64Type, Schema, SchemaRef};
use millrace_steps::step::Unpivot;

use super::{most_rows, too_many_rows};
use crate::choose::choose;
use crate::columns::{duplicate, schema_of};
use crate::error::RowError;
use crate::operator::{Fault, Faults, Operator, Output};
use crate::types::cell_texts;

/// Makes one row of each cell of some columns, with the cells of others beside it.
#[derive(Debug)]
pub(super) struct Unpivoting {
    schema: SchemaRef,
    ids: Vec<usize>,
    values: Vec<usize>,
    names: StringViewArray,
    data_type: DataType,
    drop_nulls: bool,
}

impl Unpivoting {
    pub(super) fn new(step: &Unpivot, schema: &Schema) -> Result<Self, RowError> {
        let others = |places: &[usize]| -> Vec<usize> {
            let places: HashSet<usize> = places.iter().copied().collect();
            let all = 0..schema.fields().len();
            all.filter(|place| !places.contains(place)).collect()
        };
        let chosen = |columns| choose(columns, schema);
        let (ids, values) = match (&step.id_columns, &step.value_columns) {
            (Some(ids), Some(values)) => (chosen(ids)?, chosen(values)?),
            (Some(ids), None) => {
                let ids = chosen(ids)?;
                let values = others(&ids);
                (ids, values)
            }
            (None, Some(values)) => {
                let values = chosen(values)?;
                (others(&values), values)
            }
            (None, None) => (Vec::new(), others(&[])),
        };
        let fields: Vec<&Field> = values.iter().map(|place| schema.field(*place)).collect();
        let data_type = common_type(&fields)?;
        let names = fields.iter().map(|field| Some(field.name().as_str()));
        let mut outputs: Vec<FieldRef> = ids
            .iter()
            .map(|place| Arc::clone(&schema.fields()[*place]))
            .collect();
        outputs.push(Arc::new(Field::new(
            step.name_to.as_str(),
            DataType::Utf8View,
            true,
        )));
        outputs.push(Arc::new(Field::new(
            step.value_to.as_str(),
            data_type.clone(),
            true,
        )));
        let mut distinct = HashSet::new();
        if let Some(twice) = outputs.iter().find(|field| !distinct.insert(field.name())) {
            return Err(duplicate(twice.name()));
        }
        Ok(Self {
            names: names.collect(),
            schema: schema_of(outputs)?,
            ids,
            values,
            data_type,
            drop_nulls: step.drop_nulls,
        })
    }

    /// The columns that become rows, all of one type.
    fn columns(&self, batch: &RecordBatch, faults: &mut Faults) -> Result<Vec<ArrayRef>, RowError> {
        let values = self.values.iter();
        values
            .map(|&place| {
                let column = batch.column(place);
                if *column.data_type() == self.data_type {
                    return Ok(Arc::clone(column));
                }
                match (&self.data_type, column.data_type()) {
                    (DataType::Utf8View, _) => Ok(Arc::new(cell_texts(column)?) as ArrayRef),
                    (DataType::Float64, DataType::Int64) => {
                        let name = batch.schema_ref().field(place).name();
                        Ok(doubles(column, name, faults))
                    }
                    _ => Ok(cast(column, &self.data_type)?),
                }
            })
            .collect()
    }

    /// The cells that become rows, as their columns and rows.
    fn cells(&self, columns: &[ArrayRef], rows: usize) -> Result<Vec<(usize, usize)>, RowError> {
        let most = most_rows(self.schema.fields().len());
        let dropped = |column: &ArrayRef| {
            if self.drop_nulls {
                column.null_count()
            } else {
                0
            }
        };
        let made: usize = columns.iter().map(|column| rows - dropped(column)).sum();
        if made > most {
            return Err(too_many_rows(most));
        }
        let mut cells = Vec::with_capacity(made);
        for row in 0..rows {
            let held = columns
                .iter()
                .enumerate()
                .filter(|(_, column)| !self.drop_nulls || column.is_valid(row));
            cells.extend(held.map(|(column, _)| (column, row)));
        }
        Ok(cells)
    }
}

/// The type that all of the columns can have without a loss; text where there is no other.
fn common_type(fields: &[&Field]) -> Result<DataType, RowError> {
    let Some((first, rest)) = fields.split_first() else {
        let message = "there is no column to turn into rows; choose at least one";
        return Err(RowError::new("NO_COLUMNS", message));
    };
    let mut common = first.data_type().clone();
    for field in rest {
        common = wider(&common, field.data_type());
    }
    Ok(common)
}

/// A type that holds the values of both.
fn wider(left: &DataType, right: &DataType) -> DataType {
    use DataType::{Decimal128, Float32, Float64, Int32, Int64, Utf8View};
    match (digits(left), digits(right)) {
        _ if left == right => return left.clone(),
        (Some((whole, scale)), Some((other_whole, other_scale))) => {
            if matches!((left, right), (Int32 | Int64, Int32 | Int64)) {
                return Int64;
            }
            let scale = scale.max(other_scale);
            let precision = whole.max(other_whole) + scale;
            return match (u8::try_from(precision), i8::try_from(scale)) {
                (Ok(precision @ 1..=38), Ok(scale)) => Decimal128(precision, scale),
                _ => Utf8View,
            };
        }
        _ => {}
    }
    let number = |data_type: &DataType| {
        digits(data_type).is_some() || matches!(data_type, Float32 | Float64)
    };
    if number(left) && number(right) {
        Float64
    } else {
        Utf8View
    }
}

/// The digits of an exact number before and after the point.
fn digits(data_type: &DataType) -> Option<(i16, i16)> {
    match data_type {
        DataType::Int32 => Some((10, 0)),
        DataType::Int64 => Some((19, 0)),
        DataType::Decimal128(precision, scale) => {
            let (precision, scale) = (i16::from(*precision), i16::from(*scale));
            Some((precision - scale, scale.max(0)))
        }
        _ => None,
    }
}

/// Whole numbers as doubles; one that a double cannot hold is a fault.
fn doubles(column: &ArrayRef, name: &str, faults: &mut Faults) -> ArrayRef {
    let whole = column.as_primitive::<Int64Type>();
    let doubles = whole.iter().enumerate().map(|(row, value)| {
        let value = value?;
        let double = value as f64;
        if double as i128 == i128::from(value) {
            return Some(double);
        }
        faults.push(Fault {
            row,
            column: Some(name.to_owned()),
            code: "CAST_FAILED",
            message: format!(
                "column {name}: {value} loses digits as a double, which the other columns hold"
            ),
        });
        None
    });
    Arc::new(doubles.collect::<Float64Array>())
}

impl Operator for Unpivoting {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn apply(&self, batch: &RecordBatch, faults: &mut Faults) -> Result<Output, RowError> {
        let columns = self.columns(batch, faults)?;
        let cells = self.cells(&columns, batch.num_rows())?;
        let number = |place: usize| {
            u32::try_from(place)
                .map_err(|_| RowError::new("STEP_FAILED", "the batch has too many rows"))
        };
        let from = cells.iter().map(|(_, row)| number(*row));
        let from = UInt32Array::from(from.collect::<Result<Vec<_>, _>>()?);
        let which = cells.iter().map(|(column, _)| number(*column));
        let which = UInt32Array::from(which.collect::<Result<Vec<_>, _>>()?);
        let mut made = Vec::with_capacity(self.schema.fields().len());
        for place in &self.ids {
            made.push(take(batch.column(*place), &from, None)?);
        }
        made.push(take(&self.names, &which, None)?);
        let arrays: Vec<&dyn Array> = columns.iter().map(AsRef::as_ref).collect();
        made.push(interleave(&arrays, &cells)?);
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), made)?;
        Ok(Output::Made { batch, from })
    }
}

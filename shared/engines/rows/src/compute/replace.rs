//! The step `replace_value`.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, new_null_array};
use arrow::compute::interleave;
use arrow::datatypes::{DataType, Schema, SchemaRef};
use millrace_steps::step::{ReplaceValue, Unmapped};
use millrace_steps::value::{Cell, Columns, Scalar};

use crate::choose::choose;
use crate::error::RowError;
use crate::expression::Kind;
use crate::hash::{RowHasher, hash_column};
use crate::operator::{Faults, Operator, Output};
use crate::types::{Outputs, scalar, type_name};

/// The values of a column that are replaced.
#[derive(Debug)]
struct Replacing {
    place: usize,
    /// Old values by their hash, and the place of the new one.
    old: HashMap<u128, usize>,
    /// A null, and the new values.
    new: Vec<ArrayRef>,
}

#[derive(Debug)]
struct ReplaceColumns {
    replacings: Vec<Replacing>,
    default: Unmapped,
    outputs: Outputs,
}

/// Binds the step.
///
/// An old value stands for every cell that has it, however it is written: `"5"` for 5.00 too. One that no
/// cell of a column's type can have is nowhere in that column; a new value must fit the type of a column
/// in which its old one can be.
pub(crate) fn replace_value(
    step: &ReplaceValue,
    schema: &SchemaRef,
) -> Result<Box<dyn Operator>, RowError> {
    let named = matches!(step.columns, Columns::Names(_));
    let mut replacings = Vec::new();
    let mut written = Vec::new();
    for place in choose(&step.columns, schema)? {
        let field = schema.field(place);
        if Kind::of(field.data_type()) == Kind::Other {
            if named {
                let data_type = type_name(field.data_type());
                return Err(RowError::column_type(
                    field.name(),
                    &data_type,
                    "single values",
                ));
            }
            continue;
        }
        replacings.push(replacing(step, place, schema)?);
        written.push((field.name().clone(), field.data_type().clone()));
    }
    Ok(Box::new(ReplaceColumns {
        replacings,
        default: step.default,
        outputs: Outputs::bind(schema, written)?,
    }))
}

fn replacing(step: &ReplaceValue, place: usize, schema: &Schema) -> Result<Replacing, RowError> {
    let field = schema.field(place);
    let (name, data_type) = (field.name().as_str(), field.data_type());
    let mut old = HashMap::new();
    let mut new = vec![new_null_array(data_type, 1)];
    for (text, cell) in &step.mapping {
        let Some(hash) = value_hash(text, data_type, name) else {
            continue;
        };
        let number = match cell {
            Cell::Null => 0,
            Cell::Value(value) => {
                new.push(scalar(value, data_type, name)?);
                new.len() - 1
            }
        };
        // Of two texts of one value the first counts, as it stands first in the mapping.
        old.entry(hash).or_insert(number);
    }
    Ok(Replacing { place, old, new })
}

/// The hash of the value that a text is in a column of a type.
fn value_hash(text: &str, data_type: &DataType, name: &str) -> Option<u128> {
    let cell = scalar(&Scalar::Text(text.to_owned()), data_type, name).ok()?;
    if cell.is_null(0) {
        return None;
    }
    hash_column(&cell, true).first().copied()
}

impl Operator for ReplaceColumns {
    fn schema(&self) -> &SchemaRef {
        self.outputs.schema()
    }

    fn apply(&self, batch: &RecordBatch, _faults: &mut Faults) -> Result<Output, RowError> {
        let mut written = Vec::with_capacity(self.replacings.len());
        for replacing in &self.replacings {
            written.push(replacing.replace(batch.column(replacing.place), self.default)?);
        }
        Ok(Output::Same(self.outputs.write(batch, written)?))
    }
}

impl Replacing {
    fn replace(&self, column: &ArrayRef, default: Unmapped) -> Result<ArrayRef, RowError> {
        let mut hashes = Vec::new();
        RowHasher::new(true).hash(std::slice::from_ref(column), &mut hashes);
        let mut sources: Vec<&dyn Array> = self.new.iter().map(AsRef::as_ref).collect();
        sources.push(column.as_ref());
        let kept = self.new.len();
        let mut changed = false;
        let places: Vec<(usize, usize)> = hashes
            .iter()
            .enumerate()
            .map(|(row, hash)| {
                if column.is_null(row) {
                    return (kept, row);
                }
                match (self.old.get(hash), default) {
                    (Some(new), _) => {
                        changed = true;
                        (*new, 0)
                    }
                    (None, Unmapped::Keep) => (kept, row),
                    (None, Unmapped::Null) => {
                        changed = true;
                        (0, 0)
                    }
                }
            })
            .collect();
        if !changed {
            return Ok(Arc::clone(column));
        }
        Ok(interleave(&sources, &places)?)
    }
}

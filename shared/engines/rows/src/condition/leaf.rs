//! Questions about a cell that expressions do not ask.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{Array, BooleanArray};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::DataType;

use crate::error::RowError;
use crate::expression::{Below, Evaluate, Frame, Part, Run, Value, settled};
use crate::hash::hash_rows;
use crate::types::cast_array;

/// A null answer as true or false.
#[derive(Debug)]
struct Settled {
    part: Part,
    null: bool,
}

/// A part whose null answers are true, or false.
pub(super) fn settle(part: Part, null: bool) -> Part {
    let below = Below::of([&part]);
    below.part(Settled { part, null }, DataType::Boolean, false)
}

impl Evaluate for Settled {
    fn evaluate(&self, frame: &Frame<'_>, run: &mut Run<'_>) -> Result<Value, RowError> {
        let value = self.part.evaluate(frame, run)?;
        let cells = value.booleans()?.array;
        let answer = settled(cells, self.null);
        Ok(Value::like(Arc::new(answer), &[&value]))
    }
}

#[derive(Debug)]
struct Readable {
    part: Part,
    to: DataType,
}

/// Whether a cell can be read as a type; null where it is null.
pub(crate) fn readable(part: Part, to: DataType) -> Part {
    let below = Below::of([&part]);
    below.part(Readable { part, to }, DataType::Boolean, false)
}

impl Evaluate for Readable {
    fn evaluate(&self, frame: &Frame<'_>, run: &mut Run<'_>) -> Result<Value, RowError> {
        let value = self.part.evaluate(frame, run)?;
        let (_, failed) = cast_array(value.array(), &self.to)?;
        let mut readable = vec![true; value.array().len()];
        for row in failed {
            readable[row] = false;
        }
        let nulls = value.array().logical_nulls();
        let readable = BooleanArray::new(BooleanBuffer::from(readable), nulls);
        Ok(Value::like(Arc::new(readable), &[&value]))
    }
}

/// Whether the hash of several cells is among those that were found out about all rows.
#[derive(Debug)]
struct Found {
    parts: Vec<Part>,
    hashes: Option<Arc<HashSet<u128>>>,
    case_sensitive: bool,
    /// What to say where nothing was found out.
    missing: &'static str,
}

fn found(
    parts: Vec<Part>,
    hashes: Option<&Arc<HashSet<u128>>>,
    case_sensitive: bool,
    missing: &'static str,
) -> Part {
    let below = Below::of(&parts);
    let found = Found {
        parts,
        hashes: hashes.cloned(),
        case_sensitive,
        missing,
    };
    below.part(found, DataType::Boolean, false)
}

/// Whether a combination of values occurs more than once; null where one of them is null.
pub(crate) fn repeated(
    parts: Vec<Part>,
    hashes: Option<&Arc<HashSet<u128>>>,
    case_sensitive: bool,
) -> Part {
    let missing = "which values occur more than once was not found out before";
    found(parts, hashes, case_sensitive, missing)
}

/// Whether a value occurs in the other file; null where it is null.
pub(crate) fn known(part: Part, hashes: Option<&Arc<HashSet<u128>>>) -> Part {
    let missing = "which values the other file has was not found out before";
    found(vec![part], hashes, true, missing)
}

impl Evaluate for Found {
    fn evaluate(&self, frame: &Frame<'_>, run: &mut Run<'_>) -> Result<Value, RowError> {
        let Some(hashes) = &self.hashes else {
            return Err(RowError::new("STEP_FAILED", self.missing));
        };
        let rows = frame.len();
        let mut columns = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            columns.push(part.evaluate(frame, run)?.into_array(rows)?);
        }
        let keys = hash_rows(&columns, self.case_sensitive);
        let among = keys.iter().enumerate().map(|(row, key)| {
            let null = columns.iter().any(|column| column.is_null(row));
            (!null).then(|| hashes.contains(key))
        });
        Ok(Value::Rows(Arc::new(among.collect::<BooleanArray>())))
    }
}

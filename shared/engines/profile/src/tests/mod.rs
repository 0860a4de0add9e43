//! The profiler as a whole.

mod alerts;
mod inference;
mod merging;
mod privacy;
mod shape;
mod statistics;
mod typed;

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringViewArray};
use arrow::datatypes::{Field, Schema};

use serde_json::Value;

use crate::{ColumnProfile, DatasetProfile, FileContext, ProfileOptions, Profiler};

/// Cells of a text column; what is written `∅` has no value.
fn texts<T: AsRef<str>>(cells: &[T]) -> ArrayRef {
    let cells = cells.iter().map(AsRef::as_ref);
    Arc::new(StringViewArray::from_iter(
        cells.map(|cell| (cell != "∅").then_some(cell)),
    ))
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, array)| Field::new(*name, array.data_type().clone(), true))
        .collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).expect("columns of one length")
}

fn profiler(batches: &[RecordBatch], options: &ProfileOptions) -> Profiler {
    let mut profiler = Profiler::new(batches[0].schema_ref(), options);
    for batch in batches {
        profiler.observe(batch).expect("a batch of the schema");
    }
    profiler
}

fn profile(batch: RecordBatch) -> DatasetProfile {
    profiler(&[batch], &ProfileOptions::default()).finish(&FileContext::default())
}

/// The profile of one column.
fn column(name: &str, array: ArrayRef) -> ColumnProfile {
    let mut profile = profile(batch(vec![(name, array)]));
    profile.column_profiles.remove(0)
}

fn text_column<T: AsRef<str>>(cells: &[T]) -> ColumnProfile {
    column("column", texts(cells))
}

/// A number that looks like chance and is not.
fn mixed(seed: u64) -> u64 {
    crate::hash::number(99, seed)
}

/// Whether two profiles say the same; floating-point sums in another order differ in their last
/// digits.
fn are_same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => match (left.as_f64(), right.as_f64()) {
            (Some(left), Some(right)) => {
                (left - right).abs() <= 1e-7 * left.abs().max(right.abs()).max(1.0)
            }
            _ => left == right,
        },
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| are_same(l, r))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(key, value)| right.get(key).is_some_and(|other| are_same(value, other)))
        }
        _ => left == right,
    }
}

fn assert_same(left: &DatasetProfile, right: &DatasetProfile) {
    let json = |profile: &DatasetProfile| serde_json::to_value(profile).expect("JSON");
    if !are_same(&json(left), &json(right)) {
        assert_eq!(left, right);
    }
}

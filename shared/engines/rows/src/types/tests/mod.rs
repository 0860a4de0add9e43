//! Tests of steps, and what they are made with.

mod canon;
mod cast;
mod constant;
mod convert;
mod dates;
mod json;

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, StringViewArray};
use arrow::compute::concat_batches;
use arrow::datatypes::{Field, Schema};
use millrace_steps::{Pipeline, Step};
use serde_json::Value;

use super::cell_texts;
use crate::operator::{Fault, Operator, Output};

/// A step as callers write it.
pub(crate) fn step(json: &Value) -> Step {
    let pipeline = Pipeline::parse(&Value::Array(vec![json.clone()])).expect("a pipeline");
    pipeline.steps()[0].step.clone()
}

/// A batch of these columns.
pub(crate) fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    let fields = columns
        .iter()
        .map(|(name, array)| Field::new(*name, array.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    RecordBatch::try_new(schema, arrays).expect("a batch")
}

/// A column of texts.
pub(crate) fn text_array<'a>(texts: impl IntoIterator<Item = Option<&'a str>>) -> ArrayRef {
    Arc::new(StringViewArray::from_iter(texts))
}

/// The cells of a column as texts.
pub(crate) fn texts(array: &ArrayRef) -> Vec<Option<String>> {
    let texts = cell_texts(array).expect("texts");
    texts.iter().map(|text| text.map(str::to_owned)).collect()
}

/// The cells of a column as texts, null as a dash.
pub(crate) fn shown(batch: &RecordBatch, column: &str) -> Vec<String> {
    let array = batch.column_by_name(column).expect("the column");
    let texts = texts(array).into_iter();
    texts.map(|text| text.unwrap_or("-".to_owned())).collect()
}

/// What a step makes of a batch of as many rows, having checked that it makes the same of its slices.
pub(crate) fn apply(operator: &dyn Operator, batch: &RecordBatch) -> (RecordBatch, Vec<Fault>) {
    let whole = apply_once(operator, batch);
    let mut faults = Vec::new();
    let mut parts = Vec::new();
    for start in (0..batch.num_rows()).step_by(2) {
        let length = 2.min(batch.num_rows() - start);
        let (part, part_faults) = apply_once(operator, &batch.slice(start, length));
        parts.push(part);
        faults.extend(part_faults.into_iter().map(|fault| Fault {
            row: fault.row + start,
            ..fault
        }));
    }
    let joined = concat_batches(operator.schema(), &parts).expect("one batch");
    assert_eq!(joined, whole.0);
    faults.sort_by_key(|fault| (fault.row, fault.column.clone()));
    let mut whole_faults = whole.1.clone();
    whole_faults.sort_by_key(|fault| (fault.row, fault.column.clone()));
    assert_eq!(faults, whole_faults);
    let (none, no_faults) = apply_once(operator, &batch.slice(0, 0));
    assert_eq!((none.num_rows(), no_faults.len()), (0, 0));
    whole
}

fn apply_once(operator: &dyn Operator, batch: &RecordBatch) -> (RecordBatch, Vec<Fault>) {
    let mut faults = Vec::new();
    let output = operator.apply(batch, &mut faults).expect("an output");
    let Output::Same(made) = output else {
        panic!("the step keeps its rows");
    };
    assert_eq!(made.schema_ref(), operator.schema());
    assert_eq!(made.num_rows(), batch.num_rows());
    for fault in &faults {
        let column = fault.column.as_ref().expect("a column");
        assert!(fault.message.contains(column.as_str()), "{fault:?}");
        assert!(fault.message.chars().count() < 300, "{fault:?}");
    }
    (made, faults)
}

/// The rows at fault.
pub(crate) fn rows(faults: &[Fault]) -> Vec<usize> {
    faults.iter().map(|fault| fault.row).collect()
}

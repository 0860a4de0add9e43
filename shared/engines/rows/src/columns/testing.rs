//! Small tables and the steps that go over them.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, StringViewArray, UInt64Array};
use arrow::compute::concat_batches;
use arrow::datatypes::{Field, Schema};
use chrono::DateTime;
use millrace_steps::Pipeline;
use serde_json::{Value, json};

use crate::context::{Context, Keys};
use crate::error::{Rejected, RowError};
use crate::facts::Facts;
use crate::rows::Rows;
use crate::step::RowStep;
use crate::types::cell_texts;

/// The key `k` thirty-two times for every secret but one.
#[derive(Debug)]
struct TestKeys;

impl Keys for TestKeys {
    fn key(&self, secret_id: Option<&str>) -> Result<[u8; 32], String> {
        match secret_id {
            Some("gone") => Err("there is no secret \"gone\"".to_owned()),
            Some(_) => Ok([b's'; 32]),
            None => Ok([b'k'; 32]),
        }
    }
}

pub(crate) fn context() -> Context {
    Context {
        now: DateTime::UNIX_EPOCH,
        seed: [7; 16],
        keys: Arc::new(TestKeys),
    }
}

/// A column of text.
pub(crate) fn texts(cells: &[Option<&str>]) -> ArrayRef {
    Arc::new(cells.iter().copied().collect::<StringViewArray>())
}

/// A table of columns.
pub(crate) fn table(columns: &[(&str, ArrayRef)]) -> RecordBatch {
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, column)| Field::new(*name, column.data_type().clone(), true))
        .collect();
    let columns = columns.iter().map(|(_, column)| Arc::clone(column));
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns.collect()).expect("a table")
}

/// A table of one column of text, called `t`.
pub(crate) fn column_t(cells: &[Option<&str>]) -> RecordBatch {
    table(&[("t", texts(cells))])
}

/// The rows of a table, numbered from `first`.
pub(crate) fn rows(batch: &RecordBatch, first: u64) -> Rows {
    let numbers = (first..).take(batch.num_rows());
    Rows {
        batch: batch.clone(),
        numbers: Some(numbers.collect::<UInt64Array>()),
    }
}

/// Binds a step, given as its type and its parameters.
pub(crate) fn bind_with(
    name: &str,
    mut params: Value,
    batch: &RecordBatch,
    facts: &Facts,
) -> Result<RowStep, RowError> {
    let members = params.as_object_mut().expect("parameters");
    let on_error = members.remove("on_error").unwrap_or(json!("fail"));
    let steps = json!([{"type": name, "params": params, "on_error": on_error}]);
    let pipeline = Pipeline::parse(&steps).expect("a step");
    RowStep::bind(&pipeline.steps()[0], 0, &batch.schema(), facts, &context())
}

pub(crate) fn bind(name: &str, params: Value, batch: &RecordBatch) -> Result<RowStep, RowError> {
    bind_with(name, params, batch, &Facts::default())
}

/// The error with which a step refuses a table.
pub(crate) fn refusal(name: &str, params: Value, batch: &RecordBatch) -> RowError {
    bind(name, params, batch).expect_err("a refusal")
}

/// What a step makes of a table, and the rows that it lets go.
pub(crate) fn run_with(
    name: &str,
    params: Value,
    batch: &RecordBatch,
    facts: &Facts,
) -> (Rows, Vec<Rejected>) {
    let step = bind_with(name, params, batch, facts).expect("a bound step");
    let mut rejects = Vec::new();
    let made = step.apply(&rows(batch, 1), &mut rejects).expect("rows");
    assert_eq!(step.schema(), &made.batch.schema());
    (made, rejects)
}

pub(crate) fn run(name: &str, params: Value, batch: &RecordBatch) -> RecordBatch {
    let (made, rejects) = run_with(name, params, batch, &Facts::default());
    assert_eq!(rejects, []);
    made.batch
}

/// The names of the columns.
pub(crate) fn names(batch: &RecordBatch) -> Vec<String> {
    let schema = batch.schema();
    let fields = schema.fields().iter();
    fields.map(|field| field.name().clone()).collect()
}

/// The texts of a column's cells.
pub(crate) fn cells(batch: &RecordBatch, name: &str) -> Vec<Option<String>> {
    let column = batch.column_by_name(name).expect("the column");
    let texts = cell_texts(column).expect("texts");
    let texts = texts.iter();
    texts.map(|text| text.map(str::to_owned)).collect()
}

/// The texts of a column without nulls.
pub(crate) fn full(batch: &RecordBatch, name: &str) -> Vec<String> {
    let cells = cells(batch, name).into_iter();
    cells.map(|cell| cell.expect("no null")).collect()
}

/// What a step makes of single texts.
pub(crate) fn of_texts(name: &str, params: Value, cells: &[&str]) -> Vec<String> {
    let cells: Vec<Option<&str>> = cells.iter().map(|cell| Some(*cell)).collect();
    full(&run(name, params, &column_t(&cells)), "t")
}

/// Checks that a table in two parts gives the same rows as the whole.
pub(crate) fn assert_divisible(name: &str, params: &Value, batch: &RecordBatch, cut: usize) {
    let step = bind(name, params.clone(), batch).expect("a bound step");
    let apply = |from: usize, length: usize| {
        let mut rejects = Vec::new();
        let part = rows(&batch.slice(from, length), from as u64 + 1);
        let made = step.apply(&part, &mut rejects).expect("rows");
        (made, rejects)
    };
    let cut = cut.min(batch.num_rows());
    let (whole, all_rejects) = apply(0, batch.num_rows());
    let (first, mut rejects) = apply(0, cut);
    let (second, second_rejects) = apply(cut, batch.num_rows() - cut);
    rejects.extend(second_rejects);
    let parts = concat_batches(step.schema(), [&first.batch, &second.batch]).expect("one table");
    assert_eq!(parts, whole.batch, "{name} {params}");
    assert_eq!(rejects, all_rejects, "{name} {params}");
    let numbers = |rows: &Rows| -> Vec<u64> {
        let numbers = rows.numbers.as_ref().expect("numbers");
        numbers.iter().flatten().collect()
    };
    let parts = [numbers(&first), numbers(&second)].concat();
    assert_eq!(parts, numbers(&whole), "{name} {params}");
}

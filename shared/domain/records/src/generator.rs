//! The rows of a job.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::datatypes::{Field, Schema, SchemaRef};
use chrono::NaiveDate;
use millrace_api::error::Fault;
use millrace_synth::plan::Plan;
use millrace_synth::{GenerateError, Generator as Engine};
use serde_json::Value;

use crate::catalogue::{CUSTOM, LIKE_INPUT, RecordColumn, RecordType, record_type};
use crate::deliver::{arrow_type, deliver};
use crate::parameters;
use crate::scale;
use crate::schema::{self, ColumnSpec};
use crate::suggest::{Faults, nearest_type, quoted};

/// Rows of a job, at most.
pub const MAX_ROWS: u64 = 1_000_000_000;
/// Rows made at once, at least and at most.
const FEWEST: u64 = 256;
const MOST: u64 = 16_384;
/// Bytes of cells made at once, about.
const BATCH_BYTES: u64 = 8 << 20;
/// Bytes of a cell whose values are not known, about.
const CELL_BYTES: u64 = 24;

/// Makes any rows of a record type or a schema.
#[derive(Debug, Clone)]
pub struct Generator {
    engine: Engine,
    table: String,
    pub(crate) columns: Vec<Shown>,
    schema: SchemaRef,
    rows: u64,
    seed: u64,
    /// Rows made at once.
    batch: u64,
}

/// A column that is given.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    /// Its place in the plan's table.
    place: usize,
    /// Its name there.
    planned: String,
    pub(crate) column: RecordColumn,
    pub(crate) nullable: bool,
    /// Planned share of empty cells, where it is the caller's own.
    pub(crate) null_share: Option<f64>,
}

impl Generator {
    /// Checks a request and gets ready to make its rows. `parameters` may hold a `seed`, which wins over
    /// `seed`, and a `schema`, whose columns replace those of the record type; with one the name may be
    /// [`CUSTOM`] too. `like-input` is no work for this crate and refused.
    ///
    /// # Errors
    /// Every fault, with the paths `dataType`, `dataSize` and `parameters…`.
    pub fn new(
        data_type: &str,
        parameters: &Value,
        rows: u64,
        seed: u64,
    ) -> Result<Self, Vec<Fault>> {
        let mut faults = Faults::default();
        let known = record_type(data_type);
        if known.is_none() && data_type != CUSTOM {
            faults.push("dataType", "value", unknown_type(data_type));
        }
        if !(1..=MAX_ROWS).contains(&rows) {
            let message = format!("dataSize must be from 1 to {MAX_ROWS}, not {rows}");
            faults.push("dataSize", "range", message);
        }
        let before = faults.0.len();
        let parameters = parameters::read(parameters, &mut faults);
        if data_type == CUSTOM && parameters.columns.is_none() && faults.0.len() == before {
            let message = format!("schema is missing: dataType {CUSTOM} has no columns of its own");
            faults.push("parameters.schema", "missing", message);
        }
        if !faults.0.is_empty() {
            return Err(faults.0);
        }
        let seed = parameters.seed.unwrap_or(seed);
        match (&parameters.columns, known) {
            (Some(columns), _) => Self::of_schema(columns, rows, seed),
            (None, Some(known)) => Self::of_type(known, rows, seed),
            (None, None) => Err(vec![Fault::new(
                "dataType",
                "value",
                unknown_type(data_type),
            )]),
        }
    }

    fn of_type(known: &RecordType, rows: u64, seed: u64) -> Result<Self, Vec<Fault>> {
        let source = &known.source;
        let plan = scale::plan(source, rows, seed, seconds_of(&source.cut_off));
        let columns = &source.tables[source.target].columns;
        let shown = source.shown.iter().zip(&known.columns);
        let shown = shown.map(|(&place, column)| Shown {
            place,
            planned: columns[place].name.clone(),
            column: column.clone(),
            nullable: columns[place].nullable,
            null_share: None,
        });
        Self::compile(&plan, shown.collect(), rows, seed)
    }

    fn of_schema(columns: &[ColumnSpec], rows: u64, seed: u64) -> Result<Self, Vec<Fault>> {
        let plan = schema::plan(columns, rows, seed);
        let planned = &plan.tables[0].columns;
        let shown = columns.iter().zip(planned).enumerate();
        let shown = shown.map(|(place, (spec, planned))| Shown {
            place,
            planned: planned.name.clone(),
            column: RecordColumn {
                name: spec.name.clone(),
                column_type: spec.column_type,
                description: String::new(),
            },
            nullable: planned.nullable,
            null_share: Some(spec.null_share),
        });
        Self::compile(&plan, shown.collect(), rows, seed)
    }

    fn compile(plan: &Plan, columns: Vec<Shown>, rows: u64, seed: u64) -> Result<Self, Vec<Fault>> {
        // What was checked before has a sound plan; what escapes the checks is named all the same.
        let engine = Engine::compile(plan).map_err(|faults| {
            let fault = |fault: &millrace_synth::PlanFault| {
                let shown = columns
                    .iter()
                    .position(|shown| fault.path.ends_with(&shown.planned));
                let path = shown.map_or_else(
                    || "parameters".to_owned(),
                    |number| format!("parameters.schema.columns.{number}"),
                );
                Fault::new(path, "value", fault.message.clone())
            };
            faults.0.iter().map(fault).collect::<Vec<_>>()
        })?;
        let fields = columns.iter().map(|shown| {
            let data_type = arrow_type(shown.column.column_type);
            Field::new(&shown.column.name, data_type, shown.nullable)
        });
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let table = plan.tables.last().map(|table| table.name.clone());
        let table = table.unwrap_or_default();
        let width = columns.iter().map(|shown| {
            let values = engine.categories(&table, &shown.planned);
            let longest = values.into_iter().flatten().map(String::len).max();
            longest.map_or(CELL_BYTES, |longest| CELL_BYTES.max(longest as u64))
        });
        let batch = BATCH_BYTES / width.sum::<u64>().max(1);
        Ok(Self {
            batch: batch.clamp(FEWEST, MOST),
            engine,
            table,
            schema,
            columns,
            rows,
            seed,
        })
    }

    /// The Arrow schema of the rows: `Utf8`, `Int64`, `Float64`, `Decimal128`, `Date32`,
    /// `Timestamp(Second)` without a zone (it is UTC), `Boolean`.
    #[must_use]
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// The columns, in order.
    pub fn columns(&self) -> impl Iterator<Item = &RecordColumn> {
        self.columns.iter().map(|shown| &shown.column)
    }

    /// All rows.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The seed used.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Makes the rows of a range, counted from 0, batch by batch. A row has the same cells in whatever
    /// range it is made.
    #[must_use]
    pub fn batches(&self, range: Range<u64>) -> Batches<'_> {
        Batches {
            generator: self,
            next: range.start,
            end: range.end,
        }
    }

    fn batch(&self, range: Range<u64>) -> Result<RecordBatch, GenerateError> {
        let places: Vec<usize> = self.columns.iter().map(|shown| shown.place).collect();
        let rows = (range.end - range.start) as usize;
        let clean = self.engine.clean_columns(&self.table, range, &places)?;
        let columns = clean.columns().iter().zip(&self.columns);
        let columns: Vec<ArrayRef> = columns
            .map(|(array, shown)| deliver(array, shown.column.column_type))
            .collect::<Result<_, _>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(self.schema(), columns, &options)?;
        Ok(batch)
    }

    /// Planned bounds of a column in the unit of its planned type.
    pub(crate) fn interval(&self, column: usize) -> Option<(i64, i64)> {
        self.engine
            .interval(&self.table, &self.columns[column].planned)
    }

    /// Planned values of a column of texts.
    pub(crate) fn categories(&self, column: usize) -> Option<&[String]> {
        self.engine
            .categories(&self.table, &self.columns[column].planned)
    }

    /// The rule of a key column: prefix and width.
    pub(crate) fn key(&self, column: usize) -> Option<(&str, usize)> {
        use millrace_synth::plan::Generate;
        let table = self.engine.plan().tables.last()?;
        match &table.columns.get(self.columns[column].place)?.generate {
            Generate::Key { prefix, width } => Some((prefix, *width)),
            _ => None,
        }
    }

    /// Digits after the point of the planned cells of a column.
    pub(crate) fn digits(&self, column: usize) -> u32 {
        let table = self.engine.plan().tables.last();
        let planned = table.and_then(|table| table.columns.get(self.columns[column].place));
        planned.map_or(0, |planned| planned.data_type.digits())
    }
}

fn unknown_type(data_type: &str) -> String {
    if data_type == LIKE_INPUT {
        return format!("{LIKE_INPUT} is made from an input, not from a record type");
    }
    let question =
        nearest_type(data_type).map_or_else(String::new, |near| format!("; did you mean {near}?"));
    format!("there is no record type {}{question}", quoted(data_type))
}

/// The first second of a day; the catalogue's days are checked by its tests.
fn seconds_of(day: &str) -> i64 {
    day.parse::<NaiveDate>()
        .ok()
        .and_then(|day| day.and_hms_opt(0, 0, 0))
        .map_or(0, |moment| moment.and_utc().timestamp())
}

/// The batches of a range of rows.
#[derive(Debug)]
pub struct Batches<'g> {
    generator: &'g Generator,
    next: u64,
    end: u64,
}

impl Iterator for Batches<'_> {
    type Item = Result<RecordBatch, GenerateError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.end {
            return None;
        }
        let start = self.next;
        let end = self.end.min(start.saturating_add(self.generator.batch));
        let batch = self.generator.batch(start..end);
        // After an error there is nothing more to come.
        self.next = if batch.is_ok() { end } else { self.end };
        Some(batch)
    }
}

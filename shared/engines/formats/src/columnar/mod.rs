//! Formats that are columns already: Parquet and Arrow.

mod arrow_check;
mod arrow_file;
mod parquet_file;
mod parquet_source;
mod thrift;

pub(crate) use arrow_file::ArrowInput;
pub(crate) use parquet_file::ParquetInput;

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use crate::contained::contained;
use crate::decompress::Meter;
use crate::error::FormatError;
use crate::layout::Format;
use crate::source::Watched;

type Batches = Box<dyn Iterator<Item = Result<RecordBatch, FormatError>> + Send>;

/// Batches of a columnar file, in the wanted order of columns.
pub(crate) struct BatchReader {
    batches: Batches,
    format: Format,
    source: Arc<Watched>,
    /// Places in a batch of the wanted columns.
    order: Vec<usize>,
    schema: SchemaRef,
    row_numbers: bool,
    next_row: u64,
    meter: Meter,
    bytes: u64,
    rows: u64,
    pub(crate) rows_read: u64,
    /// What is left of a batch that is too long.
    pending: Option<RecordBatch>,
    batch_rows: usize,
}

impl std::fmt::Debug for BatchReader {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "{} batches at row {}",
            self.format, self.next_row
        )
    }
}

/// What a reader of batches stands on.
pub(crate) struct BatchSetup {
    pub(crate) format: Format,
    pub(crate) source: Arc<Watched>,
    pub(crate) schema: SchemaRef,
    pub(crate) order: Vec<usize>,
    pub(crate) row_numbers: Option<String>,
    pub(crate) first_row: u64,
    /// Rows and bytes there are, for progress.
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    pub(crate) batch_rows: usize,
}

impl BatchReader {
    pub(crate) fn new(
        batches: Batches,
        setup: BatchSetup,
        meter: Meter,
    ) -> Result<Self, FormatError> {
        let projected = setup.schema.project(&setup.order)?;
        let mut fields: Vec<Arc<Field>> = projected.fields().iter().cloned().collect();
        if let Some(name) = &setup.row_numbers {
            fields.push(Arc::new(Field::new(name, DataType::UInt64, false)));
        }
        Ok(Self {
            batches,
            format: setup.format,
            source: setup.source,
            order: setup.order,
            schema: Arc::new(Schema::new_with_metadata(
                fields,
                projected.metadata().clone(),
            )),
            row_numbers: setup.row_numbers.is_some(),
            next_row: setup.first_row,
            meter,
            bytes: setup.bytes,
            rows: setup.rows.max(1),
            rows_read: 0,
            pending: None,
            batch_rows: setup.batch_rows,
        })
    }

    pub(crate) fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// Bytes that progress is measured against.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(crate) fn next_batch(&mut self) -> Result<Option<RecordBatch>, FormatError> {
        let batch = match self.pending.take() {
            Some(batch) => batch,
            None => loop {
                let batches = &mut self.batches;
                let next = contained(self.format, &self.source, || batches.next().transpose())?;
                match next {
                    None => return Ok(None),
                    Some(batch) if batch.num_rows() == 0 => {}
                    Some(batch) => break batch,
                }
            },
        };
        let batch = if batch.num_rows() > self.batch_rows {
            let rest = batch.num_rows() - self.batch_rows;
            self.pending = Some(batch.slice(self.batch_rows, rest));
            batch.slice(0, self.batch_rows)
        } else {
            batch
        };
        let rows = batch.num_rows() as u64;
        self.rows_read += rows;
        // Where a foreign reader is in its bytes is not known; where it is in its rows is.
        let reached = u128::from(self.bytes) * u128::from(self.rows_read.min(self.rows))
            / u128::from(self.rows);
        self.meter
            .add((reached as u64).saturating_sub(self.meter.bytes()));
        let mut columns: Vec<ArrayRef> = self
            .order
            .iter()
            .map(|place| Arc::clone(batch.column(*place)))
            .collect();
        if self.row_numbers {
            let numbers: UInt64Array = (self.next_row..self.next_row + rows)
                .collect::<Vec<_>>()
                .into();
            columns.push(Arc::new(numbers));
        }
        self.next_row += rows;
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        Ok(Some(RecordBatch::try_new_with_options(
            Arc::clone(&self.schema),
            columns,
            &options,
        )?))
    }
}

/// The wanted columns, which must be there.
pub(crate) fn wanted(
    projection: Option<&[usize]>,
    columns: usize,
) -> Result<Vec<usize>, FormatError> {
    let wanted = projection.map_or_else(|| (0..columns).collect(), <[usize]>::to_vec);
    match wanted.iter().find(|place| **place >= columns) {
        None => Ok(wanted),
        Some(place) => Err(FormatError::InvalidOption {
            option: "projection",
            reason: format!("there is no column {place}, only {columns}"),
        }),
    }
}

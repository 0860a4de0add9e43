//! Parquet, row group by row group.

use arrow::datatypes::SchemaRef;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};

use super::{BatchReader, BatchSetup, wanted};
use crate::contained::{contained, damaged};
use crate::csv::Chunk;
use crate::decompress::Meter;
use crate::error::FormatError;
use crate::input::ReadRequest;
use crate::layout::Format;
use crate::limits::Limits;
use crate::source::{ParquetSource, SharedSource, read_full_at};

const FORMAT: Format = Format::Parquet;

/// An opened Parquet file.
#[derive(Clone)]
pub(crate) struct ParquetInput {
    source: ParquetSource,
    metadata: ArrowReaderMetadata,
}

impl std::fmt::Debug for ParquetInput {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "ParquetInput of {} row groups",
            self.row_groups()
        )
    }
}

impl ParquetInput {
    pub(crate) fn open(source: SharedSource, limits: &Limits) -> Result<Self, FormatError> {
        check_footer(&source, limits)?;
        let source = ParquetSource(source);
        let metadata = contained(FORMAT, || {
            ArrowReaderMetadata::load(&source, ArrowReaderOptions::new())
                .map_err(|error| damaged(FORMAT, error))
        })?;
        let input = Self { source, metadata };
        let columns = input.schema().fields().len();
        if columns > limits.columns {
            return Err(FormatError::TooManyColumns {
                columns,
                limit: limits.columns,
            });
        }
        let groups = input.metadata.metadata().row_groups();
        if groups.iter().any(|group| group.num_rows() < 0) {
            return Err(damaged(FORMAT, "a row group has less than no rows"));
        }
        Ok(input)
    }

    pub(crate) fn schema(&self) -> SchemaRef {
        SchemaRef::clone(self.metadata.schema())
    }

    pub(crate) fn row_groups(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    fn rows(&self, groups: std::ops::Range<usize>) -> u64 {
        let all = self.metadata.metadata().row_groups();
        all.get(groups)
            .unwrap_or_default()
            .iter()
            .map(|group| group.num_rows().max(0) as u64)
            .sum()
    }

    /// Compressed bytes of row groups.
    fn bytes(&self, groups: std::ops::Range<usize>) -> u64 {
        let all = self.metadata.metadata().row_groups();
        all.get(groups)
            .unwrap_or_default()
            .iter()
            .map(|group| group.compressed_size().max(0) as u64)
            .sum()
    }

    /// Chunks of whole row groups: `start` and `end` are their numbers.
    pub(crate) fn chunks(&self, count: usize) -> Vec<Chunk> {
        let groups = self.row_groups();
        let count = count.clamp(1, groups.max(1));
        (0..count)
            .map(|place| {
                let (start, end) = (groups * place / count, groups * (place + 1) / count);
                Chunk {
                    start: start as u64,
                    end: end as u64,
                    first_row: self.rows(0..start) + 1,
                    rows: self.rows(start..end),
                }
            })
            .filter(|chunk| !chunk.is_empty())
            .collect()
    }

    pub(crate) fn reader(
        &self,
        request: &ReadRequest,
        limits: &Limits,
        meter: &Meter,
    ) -> Result<BatchReader, FormatError> {
        let groups = self.row_groups();
        let (start, end, first_row) = request.chunk.map_or((0, groups, 1), |chunk| {
            (chunk.start as usize, chunk.end as usize, chunk.first_row)
        });
        if start > end || end > groups {
            return Err(FormatError::InputChanged);
        }
        let schema = self.schema();
        let order = wanted(request.projection.as_deref(), schema.fields().len())?;
        // The reader answers in the order of the file, each column once.
        let mut in_file: Vec<usize> = order.clone();
        in_file.sort_unstable();
        in_file.dedup();
        let places = order
            .iter()
            .filter_map(|column| in_file.binary_search(column).ok())
            .collect();
        let projected = SchemaRef::new(schema.project(&in_file)?);
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(
            self.source.clone(),
            self.metadata.clone(),
        );
        let mask = ProjectionMask::roots(builder.parquet_schema(), in_file);
        let batches = contained(FORMAT, || {
            builder
                .with_projection(mask)
                .with_row_groups((start..end).collect())
                .with_batch_size(limits.batch_rows)
                .build()
                .map_err(|error| damaged(FORMAT, error))
        })?;
        let setup = BatchSetup {
            format: FORMAT,
            schema: projected,
            order: places,
            row_numbers: request.row_numbers.clone(),
            first_row,
            rows: self.rows(start..end),
            bytes: self.bytes(start..end),
            batch_rows: limits.batch_rows,
        };
        let batches = batches.map(|batch| batch.map_err(|error| damaged(FORMAT, error)));
        BatchReader::new(Box::new(batches), setup, meter.clone())
    }
}

/// The end of the file must be there, and what it declares must fit in the file.
fn check_footer(source: &SharedSource, limits: &Limits) -> Result<(), FormatError> {
    let length = source.length();
    let mut footer = [0; 8];
    if length < 12 {
        return Err(damaged(FORMAT, "it ends behind its first bytes"));
    }
    read_full_at(source.as_ref(), length - 8, &mut footer).map_err(FormatError::Io)?;
    let [a, b, c, d, magic @ ..] = footer;
    match &magic {
        b"PAR1" => {}
        b"PARE" => return Err(FormatError::Encrypted),
        _ => return Err(damaged(FORMAT, "its end is missing")),
    }
    let metadata = u64::from(u32::from_le_bytes([a, b, c, d]));
    if metadata + 12 > length || metadata > limits.buffered_bytes {
        return Err(damaged(
            FORMAT,
            format!("it declares {metadata} bytes of metadata"),
        ));
    }
    Ok(())
}

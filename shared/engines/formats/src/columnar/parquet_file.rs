//! Parquet, row group by row group.

use std::ops::Range;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};

use super::parquet_source::ParquetSource;
use super::{BatchReader, BatchSetup, thrift, wanted};
use crate::contained::{contained, damaged};
use crate::csv::Chunk;
use crate::decompress::Meter;
use crate::error::FormatError;
use crate::input::ReadRequest;
use crate::layout::Format;
use crate::limits::Limits;
use crate::source::{SharedSource, Source, Watched, read_exactly_at};

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
        let source = ParquetSource {
            bytes: Watched::new(source),
            page_limit: limits.buffered_bytes,
        };
        check_footer(&source.bytes, limits)?;
        let metadata = contained(FORMAT, &source.bytes, || {
            load(&source).map_err(|error| damaged(FORMAT, error))
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

    fn rows(&self, groups: Range<usize>) -> u64 {
        let all = self.metadata.metadata().row_groups();
        all.get(groups)
            .unwrap_or_default()
            .iter()
            .map(|group| group.num_rows().max(0) as u64)
            .sum()
    }

    /// Compressed bytes of row groups.
    fn bytes(&self, groups: Range<usize>) -> u64 {
        let all = self.metadata.metadata().row_groups();
        all.get(groups)
            .unwrap_or_default()
            .iter()
            .map(|group| group.compressed_size().max(0) as u64)
            .sum()
    }

    fn chunk(&self, groups: Range<usize>) -> Chunk {
        Chunk {
            start: groups.start as u64,
            end: groups.end as u64,
            first_row: self.rows(0..groups.start) + 1,
            rows: self.rows(groups),
        }
    }

    /// Chunks of whole row groups: `start` and `end` are their numbers.
    pub(crate) fn chunks(&self, count: usize) -> Vec<Chunk> {
        let groups = self.row_groups();
        let count = count.clamp(1, groups.max(1));
        (0..count)
            .map(|place| self.chunk(groups * place / count..groups * (place + 1) / count))
            .filter(|chunk| !chunk.is_empty())
            .collect()
    }

    /// Each row group that has rows, as a chunk of its own.
    pub(crate) fn group_chunks(&self, groups: Range<usize>) -> Result<Vec<Chunk>, FormatError> {
        if groups.start > groups.end || groups.end > self.row_groups() {
            return Err(FormatError::InputChanged);
        }
        Ok(groups
            .map(|group| self.chunk(group..group + 1))
            .filter(|chunk| !chunk.is_empty())
            .collect())
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
        let batches = contained(FORMAT, &self.source.bytes, || {
            builder
                .with_projection(mask)
                .with_row_groups((start..end).collect())
                .with_batch_size(limits.rows_of_width(order.len()))
                .build()
                .map_err(|error| damaged(FORMAT, error))
        })?;
        let setup = BatchSetup {
            format: FORMAT,
            source: Arc::clone(&self.source.bytes),
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

/// Reads the metadata. Text comes as views, as it does from the other formats: a value that stands
/// in a dictionary is then not copied for each row.
fn load(source: &ParquetSource) -> parquet::errors::Result<ArrowReaderMetadata> {
    let metadata = ArrowReaderMetadata::load(source, ArrowReaderOptions::new())?;
    let fields: Vec<Arc<Field>> = metadata.schema().fields().iter().map(as_view).collect();
    let schema = Schema::new_with_metadata(fields, metadata.schema().metadata().clone());
    if schema == **metadata.schema() {
        return Ok(metadata);
    }
    let options = ArrowReaderOptions::new().with_schema(Arc::new(schema));
    ArrowReaderMetadata::try_new(Arc::clone(metadata.metadata()), options)
}

fn as_view(field: &Arc<Field>) -> Arc<Field> {
    let data_type = match field.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 => DataType::Utf8View,
        DataType::Binary | DataType::LargeBinary => DataType::BinaryView,
        _ => return Arc::clone(field),
    };
    Arc::new(Field::clone(field).with_data_type(data_type))
}

/// The end of the file must be there, and what it declares must fit in the file.
fn check_footer(source: &Watched, limits: &Limits) -> Result<(), FormatError> {
    let length = source.length();
    let mut footer = [0; 8];
    if length < 12 {
        return Err(damaged(FORMAT, "it ends behind its first bytes"));
    }
    read_exactly_at(source, length - 8, &mut footer)?;
    let [a, b, c, d, magic @ ..] = footer;
    match &magic {
        b"PAR1" => {}
        b"PARE" => return Err(FormatError::Encrypted),
        _ => return Err(damaged(FORMAT, "its end is missing")),
    }
    let declared = u64::from(u32::from_le_bytes([a, b, c, d]));
    if declared + 12 > length || declared > limits.buffered_bytes {
        return Err(damaged(
            FORMAT,
            format!("it declares {declared} bytes of metadata"),
        ));
    }
    let mut metadata = vec![0; declared as usize];
    read_exactly_at(source, length - 8 - declared, &mut metadata)?;
    thrift::check_metadata(&metadata, limits).map_err(|reason| damaged(FORMAT, reason))
}

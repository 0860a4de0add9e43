//! Arrow IPC, as file or as stream.

use std::io::BufReader;
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::ipc::reader::{FileReader, StreamReader};

use super::arrow_check::{MAGIC, check_file, check_stream};
use super::{BatchReader, BatchSetup, wanted};
use crate::contained::{contained, damaged};
use crate::decompress::Meter;
use crate::error::FormatError;
use crate::input::ReadRequest;
use crate::layout::Format;
use crate::limits::Limits;
use crate::source::{SharedSource, Source, SourceReader, Watched, read_full_at};

const FORMAT: Format = Format::Arrow;

/// An opened Arrow file.
#[derive(Clone)]
pub(crate) struct ArrowInput {
    source: Arc<Watched>,
    is_file: bool,
    schema: SchemaRef,
    batch_rows: usize,
}

impl std::fmt::Debug for ArrowInput {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "ArrowInput of {} columns",
            self.schema.fields().len()
        )
    }
}

fn fault(error: ArrowError) -> FormatError {
    damaged(FORMAT, error)
}

impl ArrowInput {
    pub(crate) fn open(source: SharedSource, limits: &Limits) -> Result<Self, FormatError> {
        let source = Watched::new(source);
        let mut head = [0; 6];
        let count = read_full_at(source.as_ref(), 0, &mut head).map_err(FormatError::from_io)?;
        let is_file = head[..count] == MAGIC[..];
        let schema = contained(FORMAT, &source, || {
            let reader = SourceReader::new(source.clone());
            if is_file {
                check_file(&source, limits)?;
                let reader = FileReader::try_new(BufReader::new(reader), None).map_err(fault)?;
                Ok(reader.schema())
            } else {
                check_stream(&source, limits)?;
                let reader = StreamReader::try_new_buffered(reader, None).map_err(fault)?;
                Ok(reader.schema())
            }
        })?;
        let columns = schema.fields().len();
        if columns > limits.columns {
            return Err(FormatError::TooManyColumns {
                columns,
                limit: limits.columns,
            });
        }
        Ok(Self {
            source,
            is_file,
            schema,
            batch_rows: limits.batch_rows,
        })
    }

    pub(crate) fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    pub(crate) fn reader(
        &self,
        request: &ReadRequest,
        meter: &Meter,
    ) -> Result<BatchReader, FormatError> {
        let order = wanted(request.projection.as_deref(), self.schema.fields().len())?;
        let reader = SourceReader::new(self.source.clone());
        let batches: Box<dyn Iterator<Item = Result<_, ArrowError>> + Send> =
            contained(FORMAT, &self.source, || {
                Ok(if self.is_file {
                    Box::new(FileReader::try_new_buffered(reader, None).map_err(fault)?)
                        as Box<dyn Iterator<Item = Result<_, ArrowError>> + Send>
                } else {
                    Box::new(StreamReader::try_new_buffered(reader, None).map_err(fault)?)
                })
            })?;
        let setup = BatchSetup {
            format: FORMAT,
            source: Arc::clone(&self.source),
            schema: self.schema(),
            order,
            row_numbers: request.row_numbers.clone(),
            first_row: 1,
            rows: 1,
            bytes: self.source.length(),
            batch_rows: self.batch_rows,
        };
        BatchReader::new(
            Box::new(batches.map(|batch| batch.map_err(fault))),
            setup,
            meter.clone(),
        )
    }
}

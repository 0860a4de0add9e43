//! Arrow IPC, as file or as stream.

use std::io::{BufReader, Read};
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::ipc::reader::{FileReader, StreamReader};
use arrow::ipc::{root_as_footer, root_as_message};

use super::{BatchReader, BatchSetup, wanted};
use crate::contained::{contained, damaged};
use crate::decompress::Meter;
use crate::error::FormatError;
use crate::input::ReadRequest;
use crate::layout::Format;
use crate::limits::Limits;
use crate::source::{SharedSource, SourceReader, read_full_at};

const FORMAT: Format = Format::Arrow;
const MAGIC: &[u8; 6] = b"ARROW1";

/// An opened Arrow file.
#[derive(Clone)]
pub(crate) struct ArrowInput {
    source: SharedSource,
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
    match error {
        ArrowError::IoError(_, error)
            if error
                .get_ref()
                .is_some_and(|inner| inner.is::<FormatError>()) =>
        {
            FormatError::from_io(error)
        }
        error => damaged(FORMAT, error),
    }
}

impl ArrowInput {
    pub(crate) fn open(source: SharedSource, limits: &Limits) -> Result<Self, FormatError> {
        let mut head = [0; 6];
        let count = read_full_at(source.as_ref(), 0, &mut head).map_err(FormatError::Io)?;
        let is_file = head[..count] == MAGIC[..];
        let schema = contained(FORMAT, || {
            if is_file {
                check_file(&source, limits)?;
                let reader = BufReader::new(SourceReader::new(Arc::clone(&source)));
                Ok(FileReader::try_new(reader, None).map_err(fault)?.schema())
            } else {
                check_stream(&source, limits)?;
                let reader = SourceReader::new(Arc::clone(&source));
                Ok(StreamReader::try_new_buffered(reader, None)
                    .map_err(fault)?
                    .schema())
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
        let reader = SourceReader::new(Arc::clone(&self.source));
        let batches: Box<dyn Iterator<Item = Result<_, ArrowError>> + Send> =
            contained(FORMAT, || {
                Ok(if self.is_file {
                    Box::new(FileReader::try_new_buffered(reader, None).map_err(fault)?)
                        as Box<dyn Iterator<Item = Result<_, ArrowError>> + Send>
                } else {
                    Box::new(StreamReader::try_new_buffered(reader, None).map_err(fault)?)
                })
            })?;
        let setup = BatchSetup {
            format: FORMAT,
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

/// Every block that the footer declares must lie in the file: the reader allocates what is declared.
fn check_file(source: &SharedSource, limits: &Limits) -> Result<(), FormatError> {
    let length = source.length();
    let mut tail = [0; 10];
    if length < 20 {
        return Err(damaged(FORMAT, "it ends behind its first bytes"));
    }
    read_full_at(source.as_ref(), length - 10, &mut tail).map_err(FormatError::Io)?;
    let [a, b, c, d, magic @ ..] = tail;
    if magic != *MAGIC {
        return Err(damaged(FORMAT, "its end is missing"));
    }
    let declared = u64::from(u32::from_le_bytes([a, b, c, d]));
    if declared + 20 > length || declared > limits.buffered_bytes {
        return Err(damaged(
            FORMAT,
            format!("it declares a footer of {declared} bytes"),
        ));
    }
    let mut bytes = vec![0; declared as usize];
    read_full_at(source.as_ref(), length - 10 - declared, &mut bytes).map_err(FormatError::Io)?;
    let footer = root_as_footer(&bytes).map_err(|error| damaged(FORMAT, error))?;
    let blocks = footer
        .recordBatches()
        .into_iter()
        .flatten()
        .chain(footer.dictionaries().into_iter().flatten());
    for block in blocks {
        let parts = [
            block.offset(),
            i64::from(block.metaDataLength()),
            block.bodyLength(),
        ];
        let end = parts.iter().try_fold(0i64, |sum, part| {
            if *part < 0 {
                None
            } else {
                sum.checked_add(*part)
            }
        });
        if end.is_none_or(|end| end as u64 > length) {
            return Err(damaged(FORMAT, "a block lies outside the file"));
        }
    }
    Ok(())
}

/// The same for a stream, message by message.
fn check_stream(source: &SharedSource, limits: &Limits) -> Result<(), FormatError> {
    let length = source.length();
    let mut reader = BufReader::new(SourceReader::new(Arc::clone(source)));
    let mut at = 0u64;
    while at + 8 <= length {
        let mut head = [0; 8];
        reader.read_exact(&mut head).map_err(FormatError::from_io)?;
        let [0xFF, 0xFF, 0xFF, 0xFF, size @ ..] = head else {
            return Err(damaged(FORMAT, "a message does not begin as one"));
        };
        let size = u64::from(u32::from_le_bytes(size));
        if size == 0 {
            return Ok(());
        }
        at += 8 + size;
        if at > length || size > limits.buffered_bytes {
            return Err(damaged(FORMAT, "the stream ends within a message"));
        }
        let mut bytes = vec![0; size as usize];
        reader
            .read_exact(&mut bytes)
            .map_err(FormatError::from_io)?;
        let message = root_as_message(&bytes).map_err(|error| damaged(FORMAT, error))?;
        let body = message.bodyLength();
        at = u64::try_from(body)
            .ok()
            .and_then(|body| at.checked_add(body))
            .unwrap_or(u64::MAX);
        if at > length {
            return Err(damaged(FORMAT, "the stream ends within a message"));
        }
        reader.seek_relative(body).map_err(FormatError::from_io)?;
    }
    if at < length {
        return Err(damaged(FORMAT, "the stream ends within a message"));
    }
    Ok(())
}

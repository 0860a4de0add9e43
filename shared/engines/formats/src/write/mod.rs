//! Arrow record batches into files.
//!
//! A [`Writer`] takes batches and sends bytes to anything that takes bytes, holding no more than a
//! block of text or a row group. A file that could not be written to its end is a [`WriteError`]
//! with a stable code, and no value is ever written as another: what a format cannot hold is either
//! written as text or refused. [`merge`] makes one file of parts that were written apart.
//!
//! What values look like in the text formats:
//!
//! | type | CSV, TSV | JSON, NDJSON | XLSX |
//! |---|---|---|---|
//! | integer | digits | digits | number; text beyond 2^53 |
//! | decimal | all digits of its scale | the same, as a number | number; text from 16 digits on |
//! | double | shortest that reads the same | the same | number |
//! | NaN, infinities | `NaN`, `Infinity`, `-Infinity` | `null` | the same words as text |
//! | date | `2024-01-31` | the same | date; text before March 1900 and behind 9999 |
//! | timestamp | `2024-01-31 10:15:30.250` | `2024-01-31T10:15:30.250` | date and time, likewise |
//! | with a zone | `2024-01-31 10:15:30+05:30` | `2024-01-31T10:15:30+05:30` | the time in its zone |
//! | time | `10:15:30.250` | the same | time |
//! | duration | `PT90.5S` | the same | text |
//! | binary | hexadecimal | the same | text |
//! | list, struct, map | JSON text | array, object | JSON text |
//!
//! ```
//! use std::sync::Arc;
//! use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
//! use millrace_formats::write::{CsvOptions, OutputFormat, WriteOptions, Writer};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let ids: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
//! let names: ArrayRef = Arc::new(StringArray::from(vec![Some("Smith, John"), None]));
//! let batch = RecordBatch::try_from_iter([("id", ids), ("name", names)])?;
//! let options = WriteOptions::new(OutputFormat::Csv(CsvOptions::default()));
//! let mut writer = Writer::new(Vec::new(), &batch.schema(), &options)?;
//! writer.write(&batch)?;
//! let (written, bytes) = writer.finish()?;
//! assert_eq!(written.rows, 2);
//! assert_eq!(bytes, b"id,name\n1,\"Smith, John\"\n2,\n");
//! # Ok(())
//! # }
//! ```

mod arrow_file;
mod delimited;
mod error;
mod interchange;
mod json_file;
pub mod merge;
mod options;
mod parquet_encodings;
mod parquet_file;
mod parquet_group;
mod quote;
mod sink;
mod slices;
mod transcode;
mod values;
mod xlsx;

use std::io::Write;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use serde::{Deserialize, Serialize};

pub use error::WriteError;
pub use options::{
    ArrowCompression, ArrowOptions, Compressed, CsvOptions, DelimitedOptions, JsonOptions,
    LineEnding, OutputFormat, ParquetCompression, ParquetOptions, Part, QuoteStyle,
    TextCompression, WriteOptions, XlsxOptions,
};

use self::arrow_file::ArrowFileWriter;
use self::delimited::DelimitedWriter;
use self::json_file::JsonWriter;
use self::parquet_file::ParquetWriter;
use self::sink::{Sink, SinkState};
use self::xlsx::XlsxWriter;

/// What was written. Of parts it travels to the merge, which needs no more to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// Rows.
    pub rows: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// Where it stands among the parts of a greater file.
    pub part: Part,
    /// Bytes before its first row that can be left out: the header of CSV, the bracket or comma of
    /// JSON. None in a whole compressed file, whose rows stand in one stream with them.
    pub head_bytes: u64,
    /// Bytes behind its last row that can be left out: the bracket of JSON.
    pub tail_bytes: u64,
}

/// What stands around the rows of a text file.
#[derive(Debug, Clone, Copy, Default)]
struct Ends {
    head_bytes: u64,
    tail_bytes: u64,
}

/// Writes one file.
///
/// A writer that is dropped before [`Writer::finish`], or after an error, leaves a torn file: never
/// one that looks whole.
pub struct Writer<W: Write + Send> {
    /// There until the file is finished or torn.
    encoder: Option<Encoder<W>>,
    state: Arc<SinkState>,
    schema: SchemaRef,
    rows: u64,
    part: Part,
}

enum Encoder<W: Write + Send> {
    Delimited(Box<DelimitedWriter<W>>),
    Json(Box<JsonWriter<W>>),
    Parquet(Box<ParquetWriter<W>>),
    Arrow(Box<ArrowFileWriter<W>>),
    Xlsx(Box<XlsxWriter<W>>),
}

impl<W: Write + Send> std::fmt::Debug for Writer<W> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "Writer of {} columns at row {}",
            self.schema.fields().len(),
            self.rows
        )
    }
}

impl<W: Write + Send> Writer<W> {
    /// Begins a file of these columns.
    ///
    /// # Errors
    /// Options that contradict each other, and columns that the format cannot hold.
    pub fn new(output: W, schema: &SchemaRef, options: &WriteOptions) -> Result<Self, WriteError> {
        if schema.fields().is_empty() {
            return Err(WriteError::NoColumns);
        }
        let state: Arc<SinkState> = Arc::default();
        let sink = Sink::new(output, Arc::clone(&state));
        Ok(Self {
            encoder: Some(Encoder::open(sink, schema, options)?),
            state,
            schema: SchemaRef::clone(schema),
            rows: 0,
            part: options.part,
        })
    }

    /// Writes a batch; its columns must have the types that the file began with.
    ///
    /// # Errors
    /// A value that the format cannot hold, or a receiver that fails. The file is torn then.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), WriteError> {
        let Some(encoder) = &mut self.encoder else {
            return Err(WriteError::Closed);
        };
        let result = fits(&self.schema, batch).and_then(|()| {
            if batch.num_rows() == 0 {
                return Ok(());
            }
            encoder.write(batch, self.rows)
        });
        match result {
            Ok(()) => self.rows += batch.num_rows() as u64,
            Err(_) => self.tear(),
        }
        result
    }

    /// Rows written so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Bytes that the file has so far, those estimated that are not encoded to their end yet.
    pub fn bytes(&self) -> u64 {
        self.state.bytes() + self.encoder.as_ref().map_or(0, Encoder::pending_bytes)
    }

    /// Bytes of memory that encoded rows take before they go out, about.
    pub fn memory_bytes(&self) -> usize {
        match &self.encoder {
            Some(Encoder::Parquet(writer)) => writer.memory_bytes(),
            Some(other) => other.pending_bytes() as usize,
            None => 0,
        }
    }

    /// Ends the file and gives the receiver of its bytes back.
    ///
    /// # Errors
    /// A receiver that fails, or [`WriteError::Closed`] after a write that did.
    pub fn finish(mut self) -> Result<(Written, W), WriteError> {
        let encoder = self.encoder.take().ok_or(WriteError::Closed)?;
        let (output, ends) = encoder.finish()?;
        let written = Written {
            rows: self.rows,
            bytes: self.state.bytes(),
            part: self.part,
            head_bytes: ends.head_bytes,
            tail_bytes: ends.tail_bytes,
        };
        Ok((written, output))
    }

    fn tear(&mut self) {
        self.state.abandon();
        self.encoder = None;
    }
}

impl<W: Write + Send> Drop for Writer<W> {
    fn drop(&mut self) {
        self.tear();
    }
}

impl<W: Write + Send> Encoder<W> {
    fn open(sink: Sink<W>, schema: &SchemaRef, options: &WriteOptions) -> Result<Self, WriteError> {
        let part = options.part;
        Ok(match &options.format {
            OutputFormat::Csv(csv) => Self::Delimited(Box::new(DelimitedWriter::open(
                sink,
                schema,
                csv.delimiter,
                &csv.text,
                part,
            )?)),
            OutputFormat::Tsv(text) => Self::Delimited(Box::new(DelimitedWriter::open(
                sink, schema, '\t', text, part,
            )?)),
            OutputFormat::Json(json) => {
                Self::Json(Box::new(JsonWriter::open(sink, schema, json, true, part)?))
            }
            OutputFormat::Ndjson(json) => {
                Self::Json(Box::new(JsonWriter::open(sink, schema, json, false, part)?))
            }
            OutputFormat::Parquet(parquet) => Self::Parquet(Box::new(ParquetWriter::open(
                sink,
                schema,
                parquet,
                options.threads,
            )?)),
            OutputFormat::Arrow(arrow) => {
                Self::Arrow(Box::new(ArrowFileWriter::open(sink, schema, arrow)?))
            }
            OutputFormat::Xlsx(xlsx) => Self::Xlsx(Box::new(XlsxWriter::open(sink, schema, xlsx)?)),
        })
    }

    fn write(&mut self, batch: &RecordBatch, rows_before: u64) -> Result<(), WriteError> {
        match self {
            Self::Delimited(writer) => writer.write(batch, rows_before),
            Self::Json(writer) => writer.write(batch),
            Self::Parquet(writer) => writer.write(batch),
            Self::Arrow(writer) => writer.write(batch),
            Self::Xlsx(writer) => writer.write(batch),
        }
    }

    fn pending_bytes(&self) -> u64 {
        match self {
            Self::Delimited(writer) => writer.pending_bytes(),
            Self::Json(writer) => writer.pending_bytes(),
            Self::Parquet(writer) => writer.pending_bytes(),
            Self::Arrow(_) => 0,
            Self::Xlsx(writer) => writer.pending_bytes(),
        }
    }

    fn finish(self) -> Result<(W, Ends), WriteError> {
        match self {
            Self::Delimited(writer) => writer.finish(),
            Self::Json(writer) => writer.finish(),
            Self::Parquet(writer) => Ok((writer.finish()?, Ends::default())),
            Self::Arrow(writer) => Ok((writer.finish()?, Ends::default())),
            Self::Xlsx(writer) => Ok((writer.finish()?, Ends::default())),
        }
    }
}

/// Whether a batch has the columns of the file.
fn fits(schema: &SchemaRef, batch: &RecordBatch) -> Result<(), WriteError> {
    let changed = |reason| Err(WriteError::SchemaChanged { reason });
    let (expected, found) = (schema.fields().len(), batch.num_columns());
    if expected != found {
        return changed(format!("{found} instead of {expected}"));
    }
    for (field, array) in schema.fields().iter().zip(batch.columns()) {
        let (expected, found) = (field.data_type(), array.data_type());
        if expected != found && !expected.equals_datatype(found) {
            return changed(format!("{} is {found} instead of {expected}", field.name()));
        }
    }
    Ok(())
}

//! Reading an opened file batch by batch.

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use crate::columnar::BatchReader;
use crate::csv::{Chunk, CsvReader};
use crate::decompress::Meter;
use crate::error::FormatError;
use crate::excel::SheetReader;
use crate::input::{Input, Kind, ReadRequest};
use crate::json::JsonReader;
use crate::layout::Layout;
use crate::notes::Notes;
use crate::options::ReadOptions;
use crate::reject::{Reject, Rejects, Warning};
use crate::rows::Plan;
use crate::source::SharedSource;

/// How far a reader is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the source that were read; of compressed files, compressed ones.
    pub bytes_consumed: u64,
    /// Bytes there are to read.
    pub bytes_total: u64,
    /// Rows seen, rejected ones included.
    pub rows_read: u64,
    /// Rows rejected.
    pub rows_rejected: u64,
}

/// Reads a file or a chunk of it.
#[derive(Debug)]
pub struct Reader {
    input: Input,
    plan: Plan,
    schema: SchemaRef,
    rejects: Rejects,
    meter: Meter,
    bytes_total: u64,
    body: Body,
    finished: bool,
}

#[derive(Debug)]
enum Body {
    Csv(CsvReader),
    Json(JsonReader),
    Sheet(SheetReader),
    Batches(BatchReader),
}

impl Reader {
    /// Opens a file and reads all of it.
    ///
    /// # Errors
    /// What keeps the file from being read at all: see [`FormatError::code`].
    pub fn open(source: SharedSource, options: &ReadOptions) -> Result<Self, FormatError> {
        Self::new(&Input::open(source, options)?, &ReadRequest::default())
    }

    pub(crate) fn new(input: &Input, request: &ReadRequest) -> Result<Self, FormatError> {
        let meter = Meter::default();
        let chunk = request.chunk.as_ref();
        let mut bytes_total = input.content.packed_bytes();
        if let Some(chunk) = chunk {
            // A file that cannot be split is one chunk, and no other fits it.
            if !input.has_chunks() && (chunk.start, chunk.first_row) != (0, 1) {
                return Err(FormatError::InputChanged);
            }
            bytes_total = chunk.end.saturating_sub(chunk.start);
        }
        let plan = input.plan(request)?;
        let mut schema = plan.schema.clone();
        let body = match &input.kind {
            Kind::Text(text) => Body::Csv(text.reader(&input.content, chunk, &meter)?),
            Kind::Json(json) => Body::Json(json.reader(&input.content, chunk, &meter, &plan)?),
            Kind::Sheet(sheet) => Body::Sheet(sheet.reader(&meter)?),
            Kind::Parquet(parquet) => {
                let reader = parquet.reader(request, &input.options.limits, &meter)?;
                schema = reader.schema();
                bytes_total = reader.bytes();
                Body::Batches(reader)
            }
            Kind::Arrow(arrow) => {
                let reader = arrow.reader(request, &meter)?;
                schema = reader.schema();
                bytes_total = reader.bytes();
                Body::Batches(reader)
            }
        };
        Ok(Self {
            rejects: Rejects::new(input.options.max_rejected_rows),
            input: input.clone(),
            plan,
            schema,
            meter,
            bytes_total,
            body,
            finished: false,
        })
    }

    /// What the file is.
    pub fn layout(&self) -> &Layout {
        self.input.layout()
    }

    /// The columns of the batches.
    pub fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    /// The next rows; `None` at the end. After an error nothing more comes.
    ///
    /// # Errors
    /// A fault that ends the reading. No output made from former batches may be delivered then.
    pub fn next_batch(&mut self) -> Result<Option<RecordBatch>, FormatError> {
        if self.finished {
            return Ok(None);
        }
        let result = match &mut self.body {
            Body::Csv(reader) => reader.next_batch(&self.plan, &mut self.rejects),
            Body::Json(reader) => reader.next_batch(&self.plan, &mut self.rejects),
            Body::Sheet(reader) => reader.next_batch(&self.plan, &mut self.rejects),
            Body::Batches(reader) => reader.next_batch(),
        };
        self.finished = !matches!(result, Ok(Some(_)));
        result
    }

    /// Rows rejected so far that were not taken.
    pub fn rejects(&self) -> &[Reject] {
        self.rejects.kept()
    }

    /// Takes the rejected rows, so that they need not be held until the end.
    pub fn take_rejects(&mut self) -> Vec<Reject> {
        self.rejects.take()
    }

    /// How far the reader is.
    pub fn progress(&self) -> Progress {
        Progress {
            bytes_consumed: self.meter.bytes(),
            bytes_total: self.bytes_total,
            rows_read: match &self.body {
                Body::Csv(reader) => reader.rows_read,
                Body::Json(reader) => reader.rows_read,
                Body::Sheet(reader) => reader.rows_read,
                Body::Batches(reader) => reader.rows_read,
            },
            rows_rejected: self.rejects.total(),
        }
    }

    /// What was seen while the file was opened and read so far.
    pub fn warnings(&self) -> Vec<Warning> {
        let mut warnings = self.input.warnings().to_vec();
        warnings.extend(self.notes().warnings());
        warnings
    }

    fn notes(&self) -> Notes {
        match &self.body {
            Body::Csv(reader) => reader.notes(),
            Body::Json(reader) => reader.notes(),
            Body::Sheet(reader) => reader.notes(),
            Body::Batches(_) => Notes::default(),
        }
    }

    /// Splits the file under this reader; see [`Input::chunks`].
    pub fn chunks(&self, count: usize) -> Result<Vec<Chunk>, FormatError> {
        self.input.chunks(count)
    }

    /// The file under this reader.
    pub fn input(&self) -> &Input {
        &self.input
    }
}

//! The file format of Apache Arrow.

use std::io::{BufWriter, Write};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::ipc::CompressionType;
use arrow::ipc::writer::{FileWriter, IpcWriteOptions};

use super::error::WriteError;
use super::interchange::{in_types, interchange_schema};
use super::options::{ArrowCompression, ArrowOptions};
use super::sink::Sink;
use super::slices::slices;

/// Bytes of a batch in the file at most, which is what readers hold at once.
const BATCH_BYTES: usize = 64 << 20;

/// Writes Arrow batch by batch.
pub(super) struct ArrowFileWriter<W: Write> {
    writer: FileWriter<BufWriter<Sink<W>>>,
    schema: SchemaRef,
}

impl<W: Write> ArrowFileWriter<W> {
    pub(super) fn open(
        sink: Sink<W>,
        schema: &SchemaRef,
        options: &ArrowOptions,
    ) -> Result<Self, WriteError> {
        let schema = Arc::new(interchange_schema(schema));
        let compression = match options.compression {
            ArrowCompression::None => None,
            ArrowCompression::Zstd => Some(CompressionType::ZSTD),
        };
        let ipc = IpcWriteOptions::default().try_with_compression(compression)?;
        let buffered = BufWriter::with_capacity(64 << 10, sink);
        Ok(Self {
            writer: FileWriter::try_new_with_options(buffered, &schema, ipc)?,
            schema,
        })
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), WriteError> {
        for piece in slices(batch, BATCH_BYTES) {
            let plain = in_types(piece, &self.schema)?;
            self.writer.write(&plain)?;
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<W, WriteError> {
        self.writer.finish()?;
        self.writer.flush()?;
        self.writer.get_mut().get_mut().take_output()
    }
}

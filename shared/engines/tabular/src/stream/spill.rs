//! Rows that wait on disk.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::Path;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::ipc::CompressionType;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::{IpcWriteOptions, StreamWriter};

use crate::error::TabularError;

/// A file of batches that nobody else sees and that is gone when it is dropped.
pub(crate) struct SpillFile {
    writer: StreamWriter<BufWriter<File>>,
    rows: usize,
}

impl SpillFile {
    pub(crate) fn create(directory: &Path, schema: &SchemaRef) -> Result<Self, TabularError> {
        let file = tempfile::tempfile_in(directory)?;
        let options =
            IpcWriteOptions::default().try_with_compression(Some(CompressionType::LZ4_FRAME))?;
        let writer = StreamWriter::try_new_with_options(BufWriter::new(file), schema, options)?;
        Ok(Self { writer, rows: 0 })
    }

    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), TabularError> {
        self.rows += batch.num_rows();
        Ok(self.writer.write(batch)?)
    }

    /// The batches, from the first one.
    pub(crate) fn read(self) -> Result<StreamReader<BufReader<File>>, TabularError> {
        use std::io::{Seek, SeekFrom};
        let buffered = self.writer.into_inner()?;
        let mut file = buffered
            .into_inner()
            .map_err(|error| TabularError::Spill(error.into_error()))?;
        file.seek(SeekFrom::Start(0))?;
        Ok(StreamReader::try_new(BufReader::new(file), None)?)
    }
}

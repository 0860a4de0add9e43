//! Rows that wait on disk.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::Path;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::ipc::CompressionType;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::{IpcWriteOptions, StreamWriter};

use crate::error::TabularError;

/// A file of batches that nobody else sees and that is gone when it is dropped.
pub(crate) struct SpillFile {
    writer: StreamWriter<BufWriter<File>>,
}

impl SpillFile {
    pub(crate) fn create(directory: &Path, schema: &SchemaRef) -> Result<Self, TabularError> {
        let file = tempfile::tempfile_in(directory)?;
        let options =
            IpcWriteOptions::default().try_with_compression(Some(CompressionType::LZ4_FRAME))?;
        let writer = StreamWriter::try_new_with_options(BufWriter::new(file), schema, options)?;
        Ok(Self { writer })
    }

    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), TabularError> {
        self.writer.write(batch).map_err(Self::failed)
    }

    /// Bytes that were written, those on their way to the file included.
    pub(crate) fn bytes(&self) -> Result<u64, TabularError> {
        use std::io::Seek;
        let buffered = self.writer.get_ref();
        let mut file = buffered.get_ref();
        Ok(file.stream_position()? + buffered.buffer().len() as u64)
    }

    /// What a failure to write or to read back is.
    pub(crate) fn failed(error: ArrowError) -> TabularError {
        match error {
            ArrowError::IoError(_, error) => TabularError::Spill(error),
            other => other.into(),
        }
    }

    /// The batches, from the first one.
    pub(crate) fn read(self) -> Result<StreamReader<BufReader<File>>, TabularError> {
        use std::io::{Seek, SeekFrom};
        let buffered = self.writer.into_inner().map_err(Self::failed)?;
        let mut file = buffered
            .into_inner()
            .map_err(|error| TabularError::Spill(error.into_error()))?;
        file.seek(SeekFrom::Start(0))?;
        Ok(StreamReader::try_new(BufReader::new(file), None)?)
    }
}

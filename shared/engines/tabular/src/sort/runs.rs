//! Ordered rows that wait on disk.

use std::path::PathBuf;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::Batches;
use crate::error::TabularError;
use crate::resources::Resources;
use crate::stream::SpillFile;

/// A file of rows in order.
pub(super) struct Run {
    file: SpillFile,
    bytes: u64,
    /// Bytes of its largest batch in memory.
    widest: usize,
}

impl Run {
    /// What a merge holds of it: a batch, its keys, and a batch before it that is not given out yet.
    pub(super) fn merging_bytes(&self) -> usize {
        self.widest.saturating_mul(3)
    }

    pub(super) fn read(self) -> Result<Batches, TabularError> {
        let batches = self.file.read()?;
        Ok(Box::new(
            batches.map(|batch| batch.map_err(SpillFile::failed)),
        ))
    }
}

/// Where runs are written, and how much there may be.
#[derive(Debug)]
pub(super) struct Disk {
    directory: PathBuf,
    schema: SchemaRef,
    allowed: u64,
    used: u64,
}

impl Disk {
    pub(super) fn of(resources: &Resources, schema: SchemaRef) -> Self {
        Self {
            directory: resources.spill_directory.clone(),
            schema,
            allowed: resources.spill_bytes,
            used: 0,
        }
    }

    /// Writes rows in order.
    pub(super) fn write(
        &mut self,
        batches: impl Iterator<Item = Result<RecordBatch, TabularError>>,
        memory_bytes: usize,
    ) -> Result<Run, TabularError> {
        let mut file = SpillFile::create(&self.directory, &self.schema)?;
        let (mut bytes, mut widest) = (0, 0);
        for batch in batches {
            let batch = batch?;
            widest = widest.max(batch.get_array_memory_size());
            file.write(&batch)?;
            bytes = file.bytes()?;
            if self.used + bytes > self.allowed {
                return Err(TabularError::MemoryLimit {
                    limit_mib: memory_bytes >> 20,
                    reason: format!(
                        "a sort filled the {} MiB of disk that it may use beside",
                        self.allowed >> 20
                    ),
                });
            }
        }
        self.used += bytes;
        Ok(Run {
            file,
            bytes,
            widest,
        })
    }

    /// The room of these runs is free again.
    pub(super) fn free(&mut self, bytes: u64) {
        self.used -= bytes;
    }
}

/// Bytes of runs on disk.
pub(super) fn disk_bytes(runs: &[Run]) -> u64 {
    runs.iter().map(|run| run.bytes).sum()
}

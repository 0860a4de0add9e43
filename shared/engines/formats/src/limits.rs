//! Bounds on what a file may make us do.

/// Bounds of one reading. A file beyond them ends with a named error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one record.
    pub record_bytes: usize,
    /// Columns of one file.
    pub columns: usize,
    /// Cells of one sheet of a workbook.
    pub cells: u64,
    /// Nesting of JSON.
    pub depth: usize,
    /// Bytes after decompression.
    pub decompressed_bytes: u64,
    /// Decompressed bytes per compressed byte, held against files above 64 MiB decompressed.
    pub ratio: u64,
    /// Bytes of a compressed Parquet, Arrow or spreadsheet file that are held in memory, and of
    /// metadata that such a file declares.
    pub buffered_bytes: u64,
    /// Rows of one batch.
    pub batch_rows: usize,
    /// Bytes of raw input in one batch.
    pub batch_bytes: usize,
}

impl Default for Limits {
    /// Records of 64 MiB, 16,384 columns, 100 million cells, depth 64, 1 TiB decompressed at a ratio
    /// of 1,000, 512 MiB in memory, batches of 8,192 rows or 8 MiB.
    fn default() -> Self {
        Self {
            record_bytes: 64 << 20,
            columns: 16_384,
            cells: 100_000_000,
            depth: 64,
            decompressed_bytes: 1 << 40,
            ratio: 1_000,
            buffered_bytes: 512 << 20,
            batch_rows: 8_192,
            batch_bytes: 8 << 20,
        }
    }
}

impl Limits {
    /// Spans inside a batch are 30 bits wide, so records stay below that.
    const MAX_RECORD_BYTES: usize = 512 << 20;

    pub(crate) fn sane(mut self) -> Self {
        self.record_bytes = self.record_bytes.clamp(1, Self::MAX_RECORD_BYTES);
        self.batch_rows = self.batch_rows.clamp(1, 1 << 20);
        self.batch_bytes = self.batch_bytes.clamp(1, 256 << 20);
        self.columns = self.columns.max(1);
        self.depth = self.depth.clamp(1, 512);
        self
    }
}

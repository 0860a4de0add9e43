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
    /// Spans inside a buffer are 30 bits wide. A buffer holds a batch and a record that is read in
    /// growing steps, so these bounds together stay below that.
    const MAX_RECORD_BYTES: usize = 256 << 20;
    const MAX_BATCH_BYTES: usize = 128 << 20;

    pub(crate) fn sane(mut self) -> Self {
        self.record_bytes = self.record_bytes.clamp(1, Self::MAX_RECORD_BYTES);
        self.batch_rows = self.batch_rows.clamp(1, 1 << 20);
        self.batch_bytes = self.batch_bytes.clamp(1, Self::MAX_BATCH_BYTES);
        self.columns = self.columns.clamp(1, 1 << 20);
        self.depth = self.depth.clamp(1, 512);
        self
    }

    /// Rows of one batch of so many columns: a cell takes 16 bytes even where the file says nothing
    /// of it, as in short rows that are padded or in records with few of all members.
    pub(crate) fn rows_of_width(&self, columns: usize) -> usize {
        const CELL_BYTES: usize = 16;
        let rows = self.batch_bytes * 4 / (CELL_BYTES * columns.max(1));
        rows.clamp(1, self.batch_rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_tables_come_in_short_batches() {
        let limits = Limits::default();
        assert_eq!(limits.rows_of_width(12), 8_192);
        assert_eq!(limits.rows_of_width(16_384), 128);
        assert_eq!(limits.rows_of_width(usize::MAX / 16), 1);
    }

    #[test]
    fn buffers_stay_within_the_width_of_spans() {
        let limits = Limits {
            record_bytes: usize::MAX,
            batch_bytes: usize::MAX,
            ..Limits::default()
        }
        .sane();
        // A batch, a pending record, and as much again as one step reads.
        assert!(limits.batch_bytes + 2 * limits.record_bytes < 1 << 30);
    }
}

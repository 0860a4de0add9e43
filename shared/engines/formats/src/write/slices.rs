//! Batches in pieces that encoders can hold.

use arrow::array::{Array, RecordBatch};

/// Rows of a piece at least, however large they are.
const MIN_ROWS: usize = 64;
/// Rows of a piece at most.
const MAX_ROWS: usize = 8_192;

/// Cuts a batch into pieces of about `bytes` bytes at most.
pub(super) fn slices(batch: &RecordBatch, bytes: usize) -> impl Iterator<Item = RecordBatch> {
    let rows = batch.num_rows();
    let held: usize = batch.columns().iter().map(|array| slice_bytes(array)).sum();
    let row_bytes = (held / rows.max(1)).max(1);
    let step = (bytes / row_bytes).clamp(MIN_ROWS, MAX_ROWS);
    (0..rows)
        .step_by(step)
        .map(move |start| batch.slice(start, step.min(rows - start)))
}

/// Bytes of the values themselves, where the array is a window on larger buffers.
fn slice_bytes(array: &dyn Array) -> usize {
    array
        .to_data()
        .get_slice_memory_size()
        .unwrap_or_else(|_| array.get_array_memory_size())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, StringArray};

    use super::*;

    #[test]
    fn pieces_are_small_and_lose_nothing() {
        let cell = "x".repeat(1_000);
        let array: ArrayRef = Arc::new(StringArray::from(vec![cell.as_str(); 10_000]));
        let batch = RecordBatch::try_from_iter([("a", array)]).unwrap();
        let pieces: Vec<_> = slices(&batch, 1 << 20).collect();
        assert!(pieces.iter().all(|piece| piece.num_rows() <= 1_100));
        assert_eq!(
            pieces.iter().map(RecordBatch::num_rows).sum::<usize>(),
            10_000
        );
        let window = batch.slice(10, 100);
        assert_eq!(slices(&window, 1 << 20).count(), 1);
        assert_eq!(slices(&batch.slice(0, 0), 1).count(), 0);
    }
}

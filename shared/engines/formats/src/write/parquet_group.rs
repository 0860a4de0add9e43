//! A row group whose columns are encoded by several threads.

use std::sync::Mutex;
use std::sync::PoisonError;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, FieldRef, Schema};
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, compute_leaves};
use parquet::errors::ParquetError;

/// Rows of a batch below which threads are not worth their start.
const FEW_ROWS: usize = 512;

/// The columns of a row group, encoded as far as rows came.
pub(super) struct RowGroup {
    columns: Vec<Column>,
    rows: usize,
}

/// A column with a writer for each of its leaves.
struct Column {
    field: FieldRef,
    leaves: Vec<ArrowColumnWriter>,
}

impl RowGroup {
    /// `writers` are those of all leaves, in the order of the schema.
    pub(super) fn new(schema: &Schema, writers: Vec<ArrowColumnWriter>) -> Self {
        let mut writers = writers.into_iter();
        let columns = schema.fields().iter().map(|field| Column {
            field: FieldRef::clone(field),
            leaves: writers.by_ref().take(leaves(field.data_type())).collect(),
        });
        Self {
            columns: columns.collect(),
            rows: 0,
        }
    }

    /// Rows that it has room for, by their number and by the bytes that the rows so far take.
    pub(super) fn room(&self, most_rows: usize, most_bytes: usize) -> usize {
        let rows = most_rows.saturating_sub(self.rows);
        let bytes = self.encoded_bytes();
        match bytes.checked_div(self.rows) {
            None | Some(0) => rows,
            Some(_) if bytes >= most_bytes => 0,
            Some(row_bytes) => rows.min((most_bytes - bytes) / row_bytes),
        }
    }

    /// Encodes rows; they have the columns of the schema.
    pub(super) fn add(&mut self, batch: &RecordBatch, threads: usize) -> Result<(), ParquetError> {
        let threads = if batch.num_rows() < FEW_ROWS {
            1
        } else {
            threads
        };
        let mut work: Vec<(&mut Column, &ArrayRef)> =
            self.columns.iter_mut().zip(batch.columns()).collect();
        // Texts take longest: nobody should begin with them when the others are through.
        work.sort_by_key(|(column, _)| column.field.data_type().is_primitive());
        in_parallel(threads, work, |(column, array)| column.add(array))?;
        self.rows += batch.num_rows();
        Ok(())
    }

    /// Bytes of the file that it has so far, those estimated that are in no page yet.
    pub(super) fn encoded_bytes(&self) -> usize {
        self.sum(ArrowColumnWriter::get_estimated_total_bytes)
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.sum(ArrowColumnWriter::memory_size)
    }

    fn sum(&self, bytes: fn(&ArrowColumnWriter) -> usize) -> usize {
        let leaves = self.columns.iter().flat_map(|column| &column.leaves);
        leaves.map(bytes).sum()
    }

    /// Ends all columns, in the order of the schema.
    pub(super) fn close(self, threads: usize) -> Result<Vec<ArrowColumnChunk>, ParquetError> {
        let leaves = self.columns.into_iter().flat_map(|column| column.leaves);
        let mut chunks: Vec<(Option<ArrowColumnWriter>, Option<ArrowColumnChunk>)> =
            leaves.map(|leaf| (Some(leaf), None)).collect();
        in_parallel(threads, chunks.iter_mut().collect(), |(leaf, chunk)| {
            *chunk = leaf.take().map(ArrowColumnWriter::close).transpose()?;
            Ok(())
        })?;
        Ok(chunks.into_iter().filter_map(|(_, chunk)| chunk).collect())
    }
}

impl Column {
    fn add(&mut self, array: &ArrayRef) -> Result<(), ParquetError> {
        let leaves = compute_leaves(&self.field, array)?;
        for (writer, leaf) in self.leaves.iter_mut().zip(&leaves) {
            writer.write(leaf)?;
        }
        Ok(())
    }
}

/// Leaves of a type, which are the columns that Parquet knows.
fn leaves(data_type: &DataType) -> usize {
    match data_type {
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::FixedSizeList(item, _)
        | DataType::Map(item, _) => leaves(item.data_type()),
        DataType::Struct(members) => members
            .iter()
            .map(|member| leaves(member.data_type()))
            .sum(),
        _ => 1,
    }
}

/// Does all pieces of work, each by the next thread that is free; the caller's is one of them.
fn in_parallel<T: Send>(
    threads: usize,
    work: Vec<T>,
    each: impl Fn(T) -> Result<(), ParquetError> + Sync,
) -> Result<(), ParquetError> {
    let threads = threads.min(work.len());
    let queue = Mutex::new(work.into_iter());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let run = || {
        while let Some(piece) = next() {
            each(piece)?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(run)).collect();
        let own = run();
        others.into_iter().fold(own, |result, other| {
            let other = other.join().unwrap_or_else(|_| {
                Err(ParquetError::General(
                    "an encoding thread failed".to_owned(),
                ))
            });
            result.and(other)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_work_is_done_and_the_first_fault_is_told() {
        for threads in [1, 2, 5] {
            let mut pieces = vec![0; 100];
            let done = in_parallel(threads, pieces.iter_mut().collect(), |piece| {
                *piece += 1;
                Ok(())
            });
            done.expect("no fault");
            assert_eq!(pieces, vec![1; 100]);
            let fault = in_parallel(threads, vec![1, 2, 3], |piece| match piece {
                2 => Err(ParquetError::General("two".to_owned())),
                _ => Ok(()),
            });
            assert!(fault.is_err_and(|fault| fault.to_string().contains("two")));
        }
        let nothing = in_parallel(3, Vec::<u8>::new(), |_| Ok(()));
        assert!(nothing.is_ok());
    }
}

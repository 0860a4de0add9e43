//! Parquet files of one schema, their row groups one behind the other under a new footer.

use std::io::{self, BufReader, Write};
use std::sync::Arc;

use bytes::Bytes;
use parquet::arrow::ARROW_SCHEMA_META_KEY;
use parquet::errors::ParquetError;
use parquet::file::metadata::{
    ColumnChunkMetaData, FileMetaData, PageIndexPolicy, ParquetColumnIndex, ParquetMetaData,
    ParquetMetaDataBuilder, ParquetMetaDataOptions, ParquetMetaDataReader, ParquetMetaDataWriter,
    ParquetOffsetIndex, RowGroupMetaData,
};
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::writer::TrackedWrite;

use super::super::error::WriteError;
use super::{MergePlan, Piece};
use crate::error::FormatError;
use crate::source::{SharedSource, SourceReader, read_full_at};

/// What a Parquet file begins with.
const MAGIC_BYTES: u64 = 4;
/// Row groups have numbers of 16 bits.
const ROW_GROUP_LIMIT: usize = i16::MAX as usize;

pub(super) fn plan_parquet(parts: &[SharedSource]) -> Result<MergePlan, WriteError> {
    if parts.is_empty() {
        return Err(WriteError::invalid("parts", "there is none"));
    }
    let mut plan = MergePlan::default();
    let mut merged: Option<Merged> = None;
    for (place, source) in parts.iter().enumerate() {
        let metadata = load(place, source)?;
        let end = data_end(place, source.length(), &metadata)?;
        let start = if place == 0 { 0 } else { MAGIC_BYTES };
        // The bytes of the part stand where the merged file is now, less those left out.
        let shift = plan.bytes as i64 - start as i64;
        plan.copy(place, start, end);
        plan.rows += u64::try_from(metadata.file_metadata().num_rows()).unwrap_or(0);
        match &mut merged {
            None => merged = Some(Merged::new(metadata)),
            Some(merged) => merged.add(place, metadata, shift)?,
        }
    }
    if let Some(merged) = merged {
        let tail = merged.tail(plan.bytes)?;
        plan.push(Piece::Bytes(Bytes::from(tail)));
    }
    Ok(plan)
}

fn damaged(part: usize, error: impl std::fmt::Display) -> WriteError {
    WriteError::DamagedPart {
        part,
        reason: error.to_string(),
    }
}

fn load(part: usize, source: &SharedSource) -> Result<ParquetMetaData, WriteError> {
    // Statistics of encodings are kept as they were written, not summed up.
    let options = ParquetMetaDataOptions::new().with_encoding_stats_as_mask(false);
    ParquetMetaDataReader::new()
        .with_page_index_policy(PageIndexPolicy::Optional)
        .with_metadata_options(Some(options))
        .parse_and_finish(&PartBytes(Arc::clone(source)))
        .map_err(|error| match WriteError::from(error) {
            WriteError::Io(error) => WriteError::Read(FormatError::from_io(error)),
            WriteError::Encoding(reason) => damaged(part, reason),
            other => other,
        })
}

/// The bytes of a part as the reader of its footer wants them.
struct PartBytes(SharedSource);

impl Length for PartBytes {
    fn len(&self) -> u64 {
        self.0.length()
    }
}

impl ChunkReader for PartBytes {
    type T = BufReader<SourceReader>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        let end = self.len();
        let range = SourceReader::range(Arc::clone(&self.0), start.min(end), end);
        Ok(BufReader::new(range))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        // A damaged footer may ask for anything: nothing is allocated beyond the file itself.
        let end = start.checked_add(length as u64);
        if end.is_none_or(|end| end > self.len()) {
            return Err(ParquetError::EOF(format!(
                "{length} bytes at {start} lie outside the file"
            )));
        }
        let mut buffer = vec![0; length];
        if read_full_at(self.0.as_ref(), start, &mut buffer)? < length {
            return Err(FormatError::InputChanged.into_io().into());
        }
        Ok(buffer.into())
    }
}

/// Where the pages of the last row group end.
fn data_end(part: usize, length: u64, metadata: &ParquetMetaData) -> Result<u64, WriteError> {
    let mut end = MAGIC_BYTES;
    let groups = metadata.row_groups().iter();
    for column in groups.flat_map(RowGroupMetaData::columns) {
        let first_page = column
            .dictionary_page_offset()
            .filter(|offset| *offset < column.data_page_offset())
            .unwrap_or(column.data_page_offset());
        let start = u64::try_from(first_page).ok();
        let bytes = u64::try_from(column.compressed_size()).ok();
        let column_end = start
            .zip(bytes)
            .and_then(|(start, bytes)| start.checked_add(bytes))
            .filter(|end| *end <= length)
            .ok_or_else(|| damaged(part, "a column lies outside the file"))?;
        end = end.max(column_end);
    }
    Ok(end)
}

/// The footer of the merged file.
struct Merged {
    file: FileMetaData,
    row_groups: Vec<RowGroupMetaData>,
    /// Indexes of all row groups so far; `None` once a part has none.
    column_index: Option<ParquetColumnIndex>,
    offset_index: Option<ParquetOffsetIndex>,
}

impl Merged {
    fn new(metadata: ParquetMetaData) -> Self {
        let is_empty = metadata.num_row_groups() == 0;
        let file = metadata.file_metadata().clone();
        let mut builder = metadata.into_builder();
        Self {
            file,
            column_index: builder.take_column_index().or(is_empty.then(Vec::new)),
            offset_index: builder.take_offset_index().or(is_empty.then(Vec::new)),
            row_groups: builder.take_row_groups(),
        }
    }

    fn add(
        &mut self,
        part: usize,
        metadata: ParquetMetaData,
        shift: i64,
    ) -> Result<(), WriteError> {
        self.check_schema(part, metadata.file_metadata())?;
        let added = Self::new(metadata);
        let overflow = || damaged(part, "an offset lies outside the file");
        for group in added.row_groups {
            let group = shift_group(group, shift).ok_or_else(overflow)?;
            self.row_groups
                .push(group.map_err(|error| damaged(part, error))?);
        }
        self.column_index = match (self.column_index.take(), added.column_index) {
            (Some(mut all), Some(more)) => {
                all.extend(more);
                Some(all)
            }
            _ => None,
        };
        self.offset_index = match (self.offset_index.take(), added.offset_index) {
            (Some(mut all), Some(mut more)) => {
                let columns = more.iter_mut().flatten();
                for page in columns.flat_map(|column| &mut column.page_locations) {
                    page.offset = page.offset.checked_add(shift).ok_or_else(overflow)?;
                }
                all.extend(more);
                Some(all)
            }
            _ => None,
        };
        Ok(())
    }

    fn check_schema(&self, part: usize, file: &FileMetaData) -> Result<(), WriteError> {
        let noted = |file: &FileMetaData| {
            let entries = file.key_value_metadata().into_iter().flatten();
            let mut found = entries.filter(|entry| entry.key == ARROW_SCHEMA_META_KEY);
            found.next().and_then(|entry| entry.value.clone())
        };
        if self.file.schema() == file.schema() && noted(&self.file) == noted(file) {
            return Ok(());
        }
        Err(WriteError::PartsDiffer {
            part,
            reason: "its columns or their types are others".to_owned(),
        })
    }

    /// Indexes and footer for a file whose row groups end at `position`.
    fn tail(self, position: u64) -> Result<Vec<u8>, WriteError> {
        let groups = self.row_groups.len();
        if groups > ROW_GROUP_LIMIT {
            return Err(WriteError::RowGroupLimit {
                groups,
                limit: ROW_GROUP_LIMIT,
            });
        }
        let mut row_groups = Vec::with_capacity(groups);
        for (place, group) in self.row_groups.into_iter().enumerate() {
            let mut builder = group.into_builder();
            let columns = builder.take_columns().into_iter().map(without_indexes);
            let columns = columns.collect::<Result<Vec<_>, ParquetError>>()?;
            let builder = builder.set_column_metadata(columns);
            row_groups.push(builder.set_ordinal(place as i16).build()?);
        }
        let rows = row_groups.iter().map(RowGroupMetaData::num_rows).sum();
        let file = FileMetaData::new(
            self.file.version(),
            rows,
            self.file.created_by().map(str::to_owned),
            self.file.key_value_metadata().cloned(),
            self.file.schema_descr_ptr(),
            self.file.column_orders().cloned(),
        );
        let some = |is_empty: bool| !is_empty;
        let metadata = ParquetMetaDataBuilder::new(file)
            .set_row_groups(row_groups)
            .set_column_index(self.column_index.filter(|index| some(index.is_empty())))
            .set_offset_index(self.offset_index.filter(|index| some(index.is_empty())))
            .build();
        let mut tail = Vec::new();
        let mut out = TrackedWrite::new(BehindPosition {
            before: position,
            tail: &mut tail,
        });
        // The writer notes where the indexes are by what it has written: so it is told of all the
        // bytes before them, in pieces that pass through without being copied.
        let passed = vec![0; 1 << 20];
        let mut left = position;
        while left > 0 {
            let count = left.min(passed.len() as u64) as usize;
            out.write_all(&passed[..count])?;
            left -= count as u64;
        }
        ParquetMetaDataWriter::new_with_tracked(out, &metadata).finish()?;
        Ok(tail)
    }
}

/// Moves a row group; `None` where an offset overflows.
fn shift_group(
    group: RowGroupMetaData,
    shift: i64,
) -> Option<Result<RowGroupMetaData, ParquetError>> {
    let file_offset = group.file_offset();
    let mut builder = group.into_builder();
    let mut columns = Vec::new();
    for column in builder.take_columns() {
        match shift_column(column, shift)? {
            Ok(column) => columns.push(column),
            Err(error) => return Some(Err(error)),
        }
    }
    let mut builder = builder.set_column_metadata(columns);
    if let Some(offset) = file_offset {
        builder = builder.set_file_offset(offset.checked_add(shift)?);
    }
    Some(builder.build())
}

fn shift_column(
    column: ColumnChunkMetaData,
    shift: i64,
) -> Option<Result<ColumnChunkMetaData, ParquetError>> {
    let moved = |offset: Option<i64>| match offset {
        None => Some(None),
        Some(offset) => offset.checked_add(shift).map(Some),
    };
    let data = column.data_page_offset().checked_add(shift)?;
    let dictionary = moved(column.dictionary_page_offset())?;
    let index = moved(column.index_page_offset())?;
    let builder = column
        .into_builder()
        .set_data_page_offset(data)
        .set_dictionary_page_offset(dictionary)
        .set_index_page_offset(index);
    Some(builder.build())
}

/// A column without what stood behind the row groups of its part: the indexes are written anew, a
/// Bloom filter, which our writer does not make, is left out.
fn without_indexes(column: ColumnChunkMetaData) -> Result<ColumnChunkMetaData, ParquetError> {
    column
        .into_builder()
        .set_bloom_filter_offset(None)
        .set_bloom_filter_length(None)
        .set_column_index_offset(None)
        .set_column_index_length(None)
        .set_offset_index_offset(None)
        .set_offset_index_length(None)
        .build()
}

/// Keeps what is written behind a position, and drops what is before.
struct BehindPosition<'a> {
    before: u64,
    tail: &'a mut Vec<u8>,
}

impl Write for BehindPosition<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let dropped = self.before.min(bytes.len() as u64);
        self.before -= dropped;
        self.tail.extend_from_slice(&bytes[dropped as usize..]);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

//! Parquet.

use std::io::Write;
use std::sync::Arc;

use arrow::array::{Array, RecordBatch};
use arrow::datatypes::{DataType, Field, IntervalUnit, Schema, SchemaRef};
use parquet::arrow::arrow_writer::ArrowRowGroupWriterFactory;
use parquet::arrow::{ARROW_SCHEMA_META_KEY, ArrowSchemaConverter, encode_arrow_schema};
use parquet::basic::{Compression, GzipLevel, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};
use parquet::file::writer::SerializedFileWriter;

use super::error::WriteError;
use super::interchange::{in_types, interchange_schema, parquet_schema};
use super::options::{ParquetCompression, ParquetOptions};
use super::parquet_encodings::choose;
use super::parquet_group::RowGroup;
use super::sink::Sink;
use super::slices::slices;
use super::values::unsupported;

const CREATED_BY: &str = concat!("millrace version ", env!("CARGO_PKG_VERSION"));

/// Writes Parquet. A row group is held until it is full, in its encoded form.
pub(super) struct ParquetWriter<W: Write + Send> {
    state: State<W>,
    schema: SchemaRef,
    row_group_rows: usize,
    row_group_bytes: usize,
    threads: usize,
}

/// How columns are encoded follows from the first rows.
enum State<W: Write + Send> {
    Waiting(Box<(Sink<W>, WriterPropertiesBuilder)>),
    Open(Box<Open<W>>),
    /// An error has ended it.
    Torn,
}

struct Open<W: Write + Send> {
    file: SerializedFileWriter<Sink<W>>,
    factory: ArrowRowGroupWriterFactory,
    group: Option<RowGroup>,
}

impl<W: Write + Send> ParquetWriter<W> {
    /// Encodes columns with up to `threads` threads, which changes no byte.
    pub(super) fn open(
        sink: Sink<W>,
        schema: &SchemaRef,
        options: &ParquetOptions,
        threads: usize,
    ) -> Result<Self, WriteError> {
        for field in schema.fields() {
            check_field(field)?;
        }
        let schema = Arc::new(parquet_schema(schema));
        // The types that are noted beside Parquet's own are those that every reader knows.
        let noted = KeyValue::new(
            ARROW_SCHEMA_META_KEY.to_owned(),
            encode_arrow_schema(&interchange_schema(&schema)),
        );
        let properties = WriterProperties::builder()
            .set_created_by(CREATED_BY.to_owned())
            .set_compression(compression(options)?)
            .set_key_value_metadata(Some(vec![noted]));
        Ok(Self {
            state: State::Waiting(Box::new((sink, properties))),
            schema,
            row_group_rows: positive("row_group_rows", options.row_group_rows)?,
            row_group_bytes: positive("row_group_bytes", options.row_group_bytes)?,
            threads: threads.max(1),
        })
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), WriteError> {
        // A column without nulls is encoded without room for them.
        let columns = self.schema.fields().iter().zip(batch.columns());
        for (field, array) in columns {
            if !field.is_nullable() && array.null_count() > 0 {
                return Err(WriteError::SchemaChanged {
                    reason: format!("{} has nulls and was declared without", field.name()),
                });
            }
        }
        for piece in slices(batch, self.row_group_bytes / 8) {
            let piece = in_types(piece, &self.schema)?;
            self.begin(Some(&piece))?;
            self.add(piece)?;
        }
        Ok(())
    }

    /// Begins the file, with encodings for what `first` shows.
    fn begin(&mut self, first: Option<&RecordBatch>) -> Result<(), WriteError> {
        if matches!(self.state, State::Open(_)) {
            return Ok(());
        }
        let State::Waiting(waiting) = std::mem::replace(&mut self.state, State::Torn) else {
            return Err(WriteError::Closed);
        };
        let (sink, mut properties) = *waiting;
        if let Some(first) = first {
            properties = choose(properties, first);
        }
        let columns = ArrowSchemaConverter::new().convert(&self.schema)?;
        let root = columns.root_schema_ptr();
        let file = SerializedFileWriter::new(sink, root, Arc::new(properties.build()))?;
        let factory = ArrowRowGroupWriterFactory::new(&file, SchemaRef::clone(&self.schema));
        self.state = State::Open(Box::new(Open {
            file,
            factory,
            group: None,
        }));
        Ok(())
    }

    fn add(&mut self, mut rows: RecordBatch) -> Result<(), WriteError> {
        let State::Open(open) = &mut self.state else {
            return Err(WriteError::Closed);
        };
        while rows.num_rows() > 0 {
            let group = open.group(&self.schema)?;
            let room = group.room(self.row_group_rows, self.row_group_bytes);
            let count = room.min(rows.num_rows());
            if count > 0 {
                group.add(&rows.slice(0, count), self.threads)?;
                rows = rows.slice(count, rows.num_rows() - count);
            }
            // What is not encoded yet counts as well: each column holds a page and a dictionary.
            let held = group.memory_bytes() >= self.row_group_bytes.saturating_mul(2);
            if held || group.room(self.row_group_rows, self.row_group_bytes) == 0 {
                open.flush(self.threads)?;
            }
        }
        Ok(())
    }

    pub(super) fn pending_bytes(&self) -> u64 {
        self.group().map_or(0, RowGroup::encoded_bytes) as u64
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.group().map_or(0, RowGroup::memory_bytes)
    }

    fn group(&self) -> Option<&RowGroup> {
        match &self.state {
            State::Open(open) => open.group.as_ref(),
            State::Waiting(_) | State::Torn => None,
        }
    }

    pub(super) fn finish(mut self) -> Result<W, WriteError> {
        self.begin(None)?;
        let State::Open(mut open) = self.state else {
            return Err(WriteError::Closed);
        };
        open.flush(self.threads)?;
        open.file.finish()?;
        open.file.inner_mut().take_output()
    }
}

impl<W: Write + Send> Open<W> {
    fn group(&mut self, schema: &SchemaRef) -> Result<&mut RowGroup, ParquetError> {
        if self.group.is_none() {
            let number = self.file.flushed_row_groups().len();
            let writers = self.factory.create_column_writers(number)?;
            self.group = Some(RowGroup::new(schema, writers));
        }
        self.group
            .as_mut()
            .ok_or_else(|| ParquetError::General("no row group".to_owned()))
    }

    fn flush(&mut self, threads: usize) -> Result<(), WriteError> {
        let Some(group) = self.group.take() else {
            return Ok(());
        };
        let mut writer = self.file.next_row_group()?;
        for chunk in group.close(threads)? {
            chunk.append_to_row_group(&mut writer)?;
        }
        writer.close()?;
        Ok(())
    }
}

/// Refuses a column that Parquet has no type for.
fn check_field(field: &Field) -> Result<(), WriteError> {
    let alone = Schema::new(vec![field.clone()]);
    // Asked of the library that knows, but for what it does not answer.
    if has_values(field.data_type()) && ArrowSchemaConverter::new().convert(&alone).is_ok() {
        Ok(())
    } else {
        Err(unsupported(field, "Parquet"))
    }
}

fn has_values(data_type: &DataType) -> bool {
    match data_type {
        DataType::Union(..)
        | DataType::RunEndEncoded(..)
        | DataType::ListView(_)
        | DataType::LargeListView(_)
        | DataType::Interval(IntervalUnit::MonthDayNano) => false,
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::FixedSizeList(item, _)
        | DataType::Map(item, _) => has_values(item.data_type()),
        DataType::Struct(members) => members.iter().all(|member| has_values(member.data_type())),
        DataType::Dictionary(_, values) => !values.is_nested() && has_values(values),
        _ => true,
    }
}

fn positive(option: &'static str, value: u64) -> Result<usize, WriteError> {
    match usize::try_from(value) {
        Ok(value) if value > 0 => Ok(value),
        _ => Err(WriteError::invalid(option, "it must be 1 or more")),
    }
}

fn compression(options: &ParquetOptions) -> Result<Compression, WriteError> {
    let level = options.compression_level;
    let fault = |error: parquet::errors::ParquetError| {
        WriteError::invalid("compression_level", error.to_string())
    };
    Ok(match options.compression {
        ParquetCompression::None => Compression::UNCOMPRESSED,
        ParquetCompression::Snappy => Compression::SNAPPY,
        ParquetCompression::Gzip => {
            Compression::GZIP(GzipLevel::try_new(level.unwrap_or(6)).map_err(fault)?)
        }
        ParquetCompression::Zstd => {
            let level = i32::try_from(level.unwrap_or(3)).unwrap_or(i32::MAX);
            Compression::ZSTD(ZstdLevel::try_new(level).map_err(fault)?)
        }
    })
}

#[cfg(test)]
mod tests {
    use arrow::array::{ArrayRef, StringArray};
    use arrow::datatypes::{UnionFields, UnionMode};
    use parquet::file::reader::{FileReader, SerializedFileReader};

    use super::*;

    fn written(options: ParquetOptions, batch: &RecordBatch) -> bytes::Bytes {
        let sink = Sink::new(Vec::new(), Arc::default());
        let mut writer = ParquetWriter::open(sink, &batch.schema(), &options, 2).unwrap();
        writer.write(batch).unwrap();
        writer.finish().unwrap().into()
    }

    /// Texts of which none is like another.
    fn batch(rows: usize) -> RecordBatch {
        let texts = (0..rows as u64).map(|row| {
            let mut text = String::new();
            for place in 0..8u64 {
                let mixed = (row * 8 + place + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                text.push_str(&format!("{:016x}", mixed ^ mixed >> 29));
            }
            text
        });
        let array: ArrayRef = Arc::new(StringArray::from_iter_values(texts));
        RecordBatch::try_from_iter([("text", array)]).unwrap()
    }

    #[test]
    fn row_groups_end_by_rows_and_by_bytes() {
        let batch = batch(50_000);
        let rows = |options| {
            let reader = SerializedFileReader::new(written(options, &batch)).unwrap();
            let metadata = reader.metadata();
            assert_eq!(metadata.file_metadata().created_by(), Some(CREATED_BY));
            let groups = metadata.row_groups().iter();
            groups
                .map(|group| (group.num_rows(), group.compressed_size()))
                .collect::<Vec<_>>()
        };
        let by_rows = rows(ParquetOptions {
            row_group_rows: 20_000,
            ..ParquetOptions::default()
        });
        let counts: Vec<_> = by_rows.iter().map(|(rows, _)| *rows).collect();
        assert_eq!(counts, [20_000, 20_000, 10_000]);
        let by_bytes = rows(ParquetOptions {
            row_group_bytes: 1 << 20,
            compression: ParquetCompression::None,
            ..ParquetOptions::default()
        });
        assert!(by_bytes.len() >= 6, "{by_bytes:?}");
        assert!(
            by_bytes.iter().all(|(_, bytes)| *bytes <= 3 << 20),
            "{by_bytes:?}"
        );
        assert_eq!(by_bytes.iter().map(|(rows, _)| rows).sum::<i64>(), 50_000);
    }

    #[test]
    fn memory_is_bounded_however_wide_the_rows() {
        let text = batch(500).column(0).clone();
        let columns = (0..200).map(|place| (format!("column_{place}"), Arc::clone(&text)));
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let options = ParquetOptions {
            row_group_bytes: 4 << 20,
            ..ParquetOptions::default()
        };
        let sink = Sink::new(std::io::sink(), Arc::default());
        let mut writer = ParquetWriter::open(sink, &batch.schema(), &options, 2).unwrap();
        for _ in 0..4 {
            writer.write(&batch).unwrap();
            assert!(
                writer.memory_bytes() < 12 << 20,
                "{}",
                writer.memory_bytes()
            );
        }
    }

    #[test]
    fn refuses_what_parquet_has_no_type_for() {
        let union = DataType::Union(
            UnionFields::from_fields([Field::new("a", DataType::Int32, true)]),
            UnionMode::Sparse,
        );
        let schema = Arc::new(Schema::new(vec![Field::new("odd", union, true)]));
        let sink = Sink::new(Vec::new(), Arc::default());
        let error = ParquetWriter::open(sink, &schema, &ParquetOptions::default(), 1).err();
        assert_eq!(error.map(|error| error.code()), Some("UNSUPPORTED_TYPE"));
    }
}

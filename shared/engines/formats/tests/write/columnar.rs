//! Parquet and Arrow.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, DictionaryArray, FixedSizeListArray, Float32Array, Int8Array, RecordBatch,
    StringViewArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int32Type, SchemaRef, TimeUnit};
use millrace_formats::ReadOptions;
use millrace_formats::write::{
    ArrowCompression, ArrowOptions, CsvOptions, JsonOptions, OutputFormat, ParquetCompression,
    ParquetOptions, WriteOptions, Writer,
};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use proptest::prelude::*;

use super::support::{batches, list_type, read, struct_type, windows, write, write_part, zoned};

fn types() -> Vec<DataType> {
    vec![
        DataType::Boolean,
        DataType::Int32,
        DataType::Int64,
        DataType::UInt64,
        DataType::Float64,
        DataType::Decimal128(20, 4),
        DataType::Date32,
        DataType::Time64(TimeUnit::Microsecond),
        DataType::Timestamp(TimeUnit::Second, None),
        DataType::Timestamp(TimeUnit::Microsecond, None),
        zoned(TimeUnit::Nanosecond, "Asia/Kolkata"),
        DataType::Utf8,
        DataType::LargeUtf8,
        DataType::Utf8View,
        list_type(),
        struct_type(),
    ]
}

fn formats() -> Vec<OutputFormat> {
    use ParquetCompression::{Gzip, None, Snappy, Zstd};
    let parquet = [None, Snappy, Gzip, Zstd].map(|compression| {
        OutputFormat::Parquet(ParquetOptions {
            compression,
            row_group_rows: 7,
            ..ParquetOptions::default()
        })
    });
    let arrow = [ArrowCompression::None, ArrowCompression::Zstd]
        .map(|compression| OutputFormat::Arrow(ArrowOptions { compression }));
    parquet.into_iter().chain(arrow).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn rows_read_as_they_were(
        batch in batches(types()),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
        format in prop::sample::select(formats()),
    ) {
        let pieces = windows(&batch, &cuts);
        let (_, bytes) = write_part(&format, Default::default(), &batch.schema(), &pieces);
        let back = read(bytes, &ReadOptions::default(), &batch.schema());
        prop_assert_eq!(back, batch);
    }
}

#[test]
fn a_parquet_file_has_what_readers_plan_with() {
    let names: ArrayRef = Arc::new(StringViewArray::from_iter_values(
        (0..30_000).map(|row| format!("name {}", row % 100)),
    ));
    let batch = RecordBatch::try_from_iter([("name", names)]).expect("good");
    let format = OutputFormat::Parquet(ParquetOptions::default());
    let bytes = bytes::Bytes::from(write(&format, &batch));
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes).expect("good");
    // Views are a way to hold texts, not a type that other programs must know.
    assert_eq!(builder.schema().field(0).data_type(), &DataType::Utf8);
    let column = builder.metadata().row_group(0).column(0);
    assert!(column.dictionary_page_offset().is_some());
    assert!(column.statistics().is_some());
    assert!(column.offset_index_offset().is_some() && column.column_index_offset().is_some());
    assert!(column.compression_codec().to_string().starts_with("ZSTD"));
    let created_by = builder.metadata().file_metadata().created_by();
    assert!(created_by.is_some_and(|name| name.starts_with("millrace version ")));
}

#[test]
fn rarer_types_are_written_by_every_format() {
    let words: ArrayRef = Arc::new(
        ["a", "b", "a"]
            .into_iter()
            .collect::<DictionaryArray<Int32Type>>(),
    );
    let small: ArrayRef = Arc::new(Int8Array::from(vec![Some(-1), None, Some(127)]));
    let single: ArrayRef = Arc::new(Float32Array::from(vec![0.1, 2.0, -3.5]));
    let pairs: ArrayRef = Arc::new(FixedSizeListArray::from_iter_primitive::<Int32Type, _, _>(
        vec![
            Some(vec![Some(1), Some(2)]),
            None,
            Some(vec![None, Some(4)]),
        ],
        2,
    ));
    let binary: ArrayRef = Arc::new(arrow::array::BinaryViewArray::from_iter_values([
        &b"\x00\xff"[..],
        b"",
        b"a",
    ]));
    let batch = RecordBatch::try_from_iter_with_nullable([
        ("word", words, true),
        ("small", small, true),
        ("single", single, true),
        ("pair", pairs, true),
        ("binary", binary, true),
    ])
    .expect("good");
    let csv = write(&OutputFormat::Csv(CsvOptions::default()), &batch);
    assert_eq!(
        String::from_utf8(csv).expect("good"),
        "word,small,single,pair,binary\na,-1,0.1,\"[1,2]\",00ff\nb,,2.0,,\na,127,-3.5,\"[null,4]\",61\n"
    );
    let json = write(&OutputFormat::Ndjson(JsonOptions::default()), &batch);
    assert!(String::from_utf8(json).expect("good").starts_with(
        "{\"word\":\"a\",\"small\":-1,\"single\":0.1,\"pair\":[1,2],\"binary\":\"00ff\"}\n"
    ));
    for format in formats() {
        let bytes = write(&format, &batch);
        let back = read(bytes, &ReadOptions::default(), &batch.schema());
        assert_eq!(back, batch, "{format:?}");
    }
    let xlsx = write(&OutputFormat::Xlsx(Default::default()), &batch);
    assert!(xlsx.starts_with(b"PK"));
}

#[test]
fn a_file_in_many_small_batches_is_bounded_and_whole() {
    let texts: ArrayRef = Arc::new(StringViewArray::from_iter_values(
        (0..1_000).map(|row| format!("{row:0>200}")),
    ));
    let batch = RecordBatch::try_from_iter([("text", texts)]).expect("good");
    let options = WriteOptions::new(OutputFormat::Parquet(ParquetOptions {
        row_group_bytes: 1 << 20,
        compression: ParquetCompression::None,
        ..ParquetOptions::default()
    }));
    let mut writer = Writer::new(Vec::new(), &batch.schema(), &options).expect("good");
    for _ in 0..100 {
        writer.write(&batch).expect("good");
        assert!(writer.memory_bytes() < 4 << 20, "{}", writer.memory_bytes());
    }
    assert!(writer.bytes() > 0);
    let (written, bytes) = writer.finish().expect("good");
    assert_eq!(written.rows, 100_000);
    let builder =
        ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes)).expect("good");
    let schema: SchemaRef = batch.schema();
    let mut rows = 0;
    for read in builder.build().expect("good") {
        let read = read.expect("good");
        let texts = cast(read.column(0), schema.field(0).data_type()).expect("good");
        for row in 0..texts.len() {
            let expected = batch.column(0).slice((rows + row) % 1_000, 1);
            assert_eq!(&texts.slice(row, 1), &expected);
        }
        rows += texts.len();
    }
    assert_eq!(rows, 100_000);
}

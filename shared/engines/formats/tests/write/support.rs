//! Batches of any values, and reading files back.

use std::io::Read;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int32Array, Int64Array,
    Int64Builder, LargeStringArray, ListBuilder, RecordBatch, StringArray, StringViewArray,
    StructArray, Time64MicrosecondArray, TimestampMicrosecondArray, TimestampMillisecondArray,
    TimestampNanosecondArray, TimestampSecondArray, UInt64Array,
};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};
use millrace_formats::write::{OutputFormat, Part, TextCompression, WriteOptions, Writer, Written};
use millrace_formats::{ReadOptions, Reader, SharedSource};
use proptest::option::of;
use proptest::prelude::*;

/// The first second of the year 0 and the last of 9999, which is what text formats are read as.
const SECONDS: std::ops::Range<i64> = -62_167_219_200..253_402_300_800;

/// Texts that formats stumble over, and any others.
pub fn text() -> BoxedStrategy<String> {
    prop_oneof![
        3 => prop::sample::select(vec![
            "", "NULL", "null", "\\N", "NA", "\"", "\"\"", "a,b", "a;b", "a\tb", "a|b", "two\nlines",
            "two\r\nlines", "\r", "\n", " padded ", "=1+1", "-5", "@me", "'quoted'", "\u{FEFF}mark",
            "naïve", "東京", "🦀", "\u{0}", "_x0041_", "<b>&amp;</b>", "{\"a\":[1]}", "\\", "\u{2028}",
            "\u{FFFE}", "1e5", "007", "true",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => "[a-z ,\"\n]{0,100}",
    ]
    .boxed()
}

pub fn list_type() -> DataType {
    DataType::List(Arc::new(Field::new("item", DataType::Int64, true)))
}

pub fn struct_type() -> DataType {
    DataType::Struct(Fields::from(vec![
        Field::new("count", DataType::Int32, true),
        Field::new("na\"me", DataType::Utf8, true),
    ]))
}

pub fn zoned(unit: TimeUnit, zone: &str) -> DataType {
    DataType::Timestamp(unit, Some(zone.into()))
}

fn column(data_type: &DataType, rows: usize) -> BoxedStrategy<ArrayRef> {
    macro_rules! of_values {
        ($array:ty, $values:expr) => {
            prop::collection::vec(of($values), rows)
                .prop_map(|values| Arc::new(<$array>::from(values)) as ArrayRef)
                .boxed()
        };
    }
    match data_type {
        DataType::Boolean => of_values!(BooleanArray, any::<bool>()),
        DataType::Int32 => of_values!(Int32Array, any::<i32>()),
        DataType::Int64 => of_values!(Int64Array, any::<i64>()),
        DataType::UInt64 => of_values!(UInt64Array, any::<u64>()),
        DataType::Float64 => of_values!(Float64Array, any::<f64>()),
        DataType::Date32 => of_values!(Date32Array, -719_528..=2_932_896),
        DataType::Decimal128(precision, scale) => {
            let (precision, scale) = (*precision, *scale);
            let limit = 10i128.pow(u32::from(precision));
            let values = of(-limit + 1..limit);
            prop::collection::vec(values, rows)
                .prop_map(move |values| {
                    let array = Decimal128Array::from(values);
                    Arc::new(
                        array
                            .with_precision_and_scale(precision, scale)
                            .expect("good"),
                    ) as ArrayRef
                })
                .boxed()
        }
        DataType::Time64(_) => of_values!(Time64MicrosecondArray, 0..86_400_000_000i64),
        DataType::Timestamp(unit, zone) => {
            let zone = zone.clone();
            macro_rules! stamps {
                ($array:ty, $values:expr) => {
                    prop::collection::vec(of($values), rows)
                        .prop_map(move |values| {
                            let array = <$array>::from(values).with_timezone_opt(zone.clone());
                            Arc::new(array) as ArrayRef
                        })
                        .boxed()
                };
            }
            let scaled = |factor: i64| SECONDS.start * factor..SECONDS.end * factor;
            match unit {
                TimeUnit::Second => stamps!(TimestampSecondArray, scaled(1)),
                TimeUnit::Millisecond => stamps!(TimestampMillisecondArray, scaled(1_000)),
                TimeUnit::Microsecond => stamps!(TimestampMicrosecondArray, scaled(1_000_000)),
                TimeUnit::Nanosecond => stamps!(TimestampNanosecondArray, any::<i64>()),
            }
        }
        DataType::Utf8 => of_values!(StringArray, text()),
        DataType::LargeUtf8 => of_values!(LargeStringArray, text()),
        DataType::Utf8View => of_values!(StringViewArray, text()),
        DataType::List(_) => {
            let items = prop::collection::vec(of(any::<i64>()), 0..4);
            prop::collection::vec(of(items), rows)
                .prop_map(|lists| {
                    let mut builder = ListBuilder::new(Int64Builder::new());
                    for list in lists {
                        builder.append_option(list);
                    }
                    Arc::new(builder.finish()) as ArrayRef
                })
                .boxed()
        }
        DataType::Struct(members) => {
            let members = members.clone();
            let columns: Vec<_> = members
                .iter()
                .map(|member| column(member.data_type(), rows))
                .collect();
            (columns, prop::collection::vec(any::<bool>(), rows))
                .prop_map(move |(columns, valid)| {
                    let array = StructArray::new(members.clone(), columns, Some(valid.into()));
                    Arc::new(array) as ArrayRef
                })
                .boxed()
        }
        other => panic!("no values of {other}"),
    }
}

/// Batches of columns of these types.
pub fn batches(types: Vec<DataType>) -> BoxedStrategy<RecordBatch> {
    let fields = types.iter().enumerate();
    let fields = fields
        .map(|(place, data_type)| Field::new(format!("column {place}"), data_type.clone(), true));
    let schema: SchemaRef = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    (0usize..30)
        .prop_flat_map(move |rows| {
            let schema = SchemaRef::clone(&schema);
            let columns: Vec<_> = types.iter().map(|each| column(each, rows)).collect();
            columns.prop_map(move |columns| {
                RecordBatch::try_new(SchemaRef::clone(&schema), columns).expect("good")
            })
        })
        .boxed()
}

/// A batch in windows that begin and end anywhere.
pub fn windows(batch: &RecordBatch, cuts: &[prop::sample::Index]) -> Vec<RecordBatch> {
    let mut places: Vec<_> = cuts
        .iter()
        .map(|cut| cut.index(batch.num_rows() + 1))
        .collect();
    places.extend([0, batch.num_rows()]);
    places.sort_unstable();
    places
        .windows(2)
        .map(|pair| batch.slice(pair[0], pair[1] - pair[0]))
        .collect()
}

/// Writes batches as one part.
pub fn write_part(
    format: &OutputFormat,
    part: Part,
    schema: &SchemaRef,
    batches: &[RecordBatch],
) -> (Written, Vec<u8>) {
    let options = WriteOptions::new(format.clone()).part(part);
    let mut writer = Writer::new(Vec::new(), schema, &options).expect("the file begins");
    for batch in batches {
        writer.write(batch).expect("the batch is written");
    }
    let (written, bytes) = writer.finish().expect("the file ends");
    assert_eq!(written.bytes, bytes.len() as u64);
    assert_eq!(
        written.rows,
        batches
            .iter()
            .map(|batch| batch.num_rows() as u64)
            .sum::<u64>()
    );
    (written, bytes)
}

pub fn write(format: &OutputFormat, batch: &RecordBatch) -> Vec<u8> {
    write_part(
        format,
        Part::WHOLE,
        &batch.schema(),
        std::slice::from_ref(batch),
    )
    .1
}

pub fn decompressed(compression: TextCompression, bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    match compression {
        TextCompression::None => text = bytes.to_vec(),
        TextCompression::Gzip => {
            flate2::read::MultiGzDecoder::new(bytes)
                .read_to_end(&mut text)
                .expect("gzip");
        }
        TextCompression::Zstd => {
            zstd::Decoder::new(bytes)
                .expect("zstd")
                .read_to_end(&mut text)
                .expect("zstd");
        }
    }
    text
}

/// Reads a file of ours back, in the types that were written.
pub fn read(bytes: Vec<u8>, options: &ReadOptions, schema: &SchemaRef) -> RecordBatch {
    let source: SharedSource = Arc::new(bytes);
    let mut reader = Reader::open(source, options).expect("the file opens");
    let mut batches = Vec::new();
    while let Some(batch) = reader.next_batch().expect("the file is read") {
        let columns = batch.columns().iter().zip(schema.fields());
        let columns = columns.map(|(array, field)| cast(array, field.data_type()).expect("cast"));
        let batch = RecordBatch::try_new(SchemaRef::clone(schema), columns.collect());
        batches.push(batch.expect("the columns are those written"));
    }
    assert!(reader.rejects().is_empty(), "{:?}", reader.rejects());
    concat_batches(schema, &batches).expect("batches of one schema")
}

//! JSON and NDJSON.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, RecordBatch};
use arrow::datatypes::{DataType, Decimal128Type, Int32Type, Int64Type, TimeUnit, UInt64Type};
use millrace_formats::write::{Compressed, JsonOptions, OutputFormat, TextCompression};
use millrace_formats::{ColumnSpec, Format, ReadOptions, Types};
use proptest::prelude::*;
use serde_json::Value;
use serde_json::value::RawValue;

use super::support::{batches, decompressed, list_type, read, struct_type, write, zoned};

type Record = std::collections::BTreeMap<String, Box<RawValue>>;

fn compressions() -> impl Strategy<Value = TextCompression> {
    prop::sample::select(vec![
        TextCompression::None,
        TextCompression::Gzip,
        TextCompression::Zstd,
    ])
}

fn format(is_array: bool, compression: TextCompression) -> OutputFormat {
    let options = JsonOptions {
        compressed: Compressed {
            compression,
            compression_level: None,
        },
    };
    if is_array {
        OutputFormat::Json(options)
    } else {
        OutputFormat::Ndjson(options)
    }
}

fn records(is_array: bool, text: &[u8]) -> Vec<Record> {
    if is_array {
        return serde_json::from_slice(text).expect("an array");
    }
    let text = std::str::from_utf8(text).expect("UTF-8");
    text.split_terminator('\n')
        .map(|line| serde_json::from_str(line).expect("a record in each line"))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_reader_of_json_sees_the_same_values(
        batch in batches(vec![
            DataType::Utf8View,
            DataType::UInt64,
            DataType::Decimal128(38, 4),
            list_type(),
            struct_type(),
            DataType::Time64(TimeUnit::Microsecond),
        ]),
        is_array in any::<bool>(),
        compression in compressions(),
    ) {
        let bytes = write(&format(is_array, compression), &batch);
        let records = records(is_array, &decompressed(compression, &bytes));
        prop_assert_eq!(records.len(), batch.num_rows());
        for (row, record) in records.iter().enumerate() {
            let value = |column: usize| record[&format!("column {column}")].get();
            let parsed = |column: usize| serde_json::from_str::<Value>(value(column)).expect("good");
            let array = |column: usize| Some(batch.column(column)).filter(|array| array.is_valid(row));

            let text = array(0).map(|array| array.as_string_view().value(row));
            prop_assert_eq!(parsed(0), Value::from(text));
            let number = array(1).map(|array| array.as_primitive::<UInt64Type>().value(row));
            prop_assert_eq!(parsed(1).as_u64(), number);
            // Every digit, not what is left of it in a double.
            let decimal = array(2).map(|array| array.as_primitive::<Decimal128Type>().value_as_string(row));
            prop_assert_eq!(value(2), decimal.as_deref().unwrap_or("null"));
            let list = array(3).map(|array| {
                let items = array.as_list::<i32>().value(row);
                let items = items.as_primitive::<Int64Type>();
                Value::from(items.iter().map(Value::from).collect::<Vec<_>>())
            });
            prop_assert_eq!(parsed(3), Value::from(list));
            let members = array(4).map(|array| {
                let members = array.as_struct();
                let count = members.column(0).as_primitive::<Int32Type>();
                let name = members.column(1).as_string::<i32>();
                serde_json::json!({
                    "count": count.is_valid(row).then(|| count.value(row)),
                    "na\"me": name.is_valid(row).then(|| name.value(row)),
                })
            });
            prop_assert_eq!(parsed(4), members.unwrap_or(Value::Null));
            let time = parsed(5).as_str().map(|text| text.parse::<chrono::NaiveTime>().expect("good"));
            let expected = array(5).map(|array| {
                let micros = array.as_primitive::<arrow::datatypes::Time64MicrosecondType>().value(row);
                chrono::NaiveTime::MIN + chrono::TimeDelta::microseconds(micros)
            });
            prop_assert_eq!(time, expected);
        }
    }

    #[test]
    fn rows_read_as_they_were(
        batch in batches(vec![
            DataType::Utf8,
            DataType::Boolean,
            DataType::Int64,
            DataType::Decimal128(20, 4),
            DataType::Date32,
            DataType::Timestamp(TimeUnit::Microsecond, None),
            zoned(TimeUnit::Nanosecond, "Europe/Berlin"),
        ]),
        is_array in any::<bool>(),
        compression in compressions(),
    ) {
        prop_assume!(batch.num_rows() > 0);
        let bytes = write(&format(is_array, compression), &batch);
        let schema = batch.schema();
        let specs = schema.fields().iter().map(|field| ColumnSpec::new(field.name(), field.data_type().clone()));
        let options = ReadOptions {
            format: Some(if is_array { Format::Json } else { Format::Ndjson }),
            types: Types::Columns(specs.collect()),
            ..ReadOptions::default()
        };
        prop_assert_eq!(read(bytes, &options, &schema), batch);
    }
}

#[test]
fn what_is_no_number_is_null() {
    let values = vec![
        Some(1.0),
        Some(f64::NAN),
        None,
        Some(f64::NEG_INFINITY),
        Some(1e300),
    ];
    let array: ArrayRef = Arc::new(Float64Array::from(values));
    let batch = RecordBatch::try_from_iter([("x", array)]).expect("good");
    let bytes = write(&format(false, TextCompression::None), &batch);
    assert_eq!(
        String::from_utf8(bytes).expect("good"),
        "{\"x\":1.0}\n{\"x\":null}\n{\"x\":null}\n{\"x\":null}\n{\"x\":1e300}\n"
    );
}

#[test]
fn an_array_has_a_record_in_each_line() {
    let array: ArrayRef = Arc::new(Float64Array::from(vec![1.0, 2.0]));
    let batch = RecordBatch::try_from_iter([("x", array)]).expect("good");
    let text = |batch: &RecordBatch| {
        String::from_utf8(write(&format(true, TextCompression::None), batch)).expect("good")
    };
    assert_eq!(text(&batch), "[\n{\"x\":1.0},\n{\"x\":2.0}\n]\n");
    assert_eq!(text(&batch.slice(0, 0)), "[\n]\n");
}

//! CSV and TSV.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::datatypes::{DataType, TimeUnit};
use millrace_formats::write::{
    Compressed, CsvOptions, DelimitedOptions, LineEnding, OutputFormat, QuoteStyle,
    TextCompression, WriteOptions, Writer,
};
use millrace_formats::{
    CharacterOption, ColumnSpec, Format, HeaderOption, RaggedRows, ReadOptions, Types,
};
use proptest::prelude::*;

use super::support::{batches, decompressed, read, write, zoned};

fn types() -> Vec<DataType> {
    vec![
        DataType::Utf8View,
        DataType::Boolean,
        DataType::Int32,
        DataType::Int64,
        DataType::Float64,
        DataType::Decimal128(38, 10),
        DataType::Decimal128(5, 0),
        DataType::Date32,
        DataType::Timestamp(TimeUnit::Second, None),
        DataType::Timestamp(TimeUnit::Microsecond, None),
        zoned(TimeUnit::Millisecond, "UTC"),
        zoned(TimeUnit::Nanosecond, "Asia/Kolkata"),
        DataType::Utf8,
    ]
}

fn options() -> impl Strategy<Value = CsvOptions> {
    (
        prop::sample::select(vec![',', ';', '\t', '|', ' ', '-']),
        any::<[bool; 3]>(),
        prop::sample::select(vec!["", "NULL", "n/a", "0", "🕳"]),
        prop::sample::select(vec![
            TextCompression::None,
            TextCompression::Gzip,
            TextCompression::Zstd,
        ]),
    )
        .prop_map(
            |(delimiter, [all, crlf, bom], null_value, compression)| CsvOptions {
                delimiter,
                text: DelimitedOptions {
                    header: true,
                    quote_style: if all {
                        QuoteStyle::All
                    } else {
                        QuoteStyle::Minimal
                    },
                    null_value: null_value.to_owned(),
                    line_ending: if crlf {
                        LineEnding::Crlf
                    } else {
                        LineEnding::Lf
                    },
                    bom,
                    compressed: Compressed {
                        compression,
                        compression_level: None,
                    },
                    ..DelimitedOptions::default()
                },
            },
        )
}

/// Told all that cannot be known for sure from a few rows.
fn read_options(options: &CsvOptions, batch: &RecordBatch) -> ReadOptions {
    let specs = batch
        .schema()
        .fields()
        .iter()
        .map(|field| ColumnSpec::new(field.name(), field.data_type().clone()))
        .collect();
    ReadOptions {
        format: Some(Format::Csv),
        encoding: Some(options.text.encoding.clone()),
        delimiter: Some(options.delimiter as u8),
        quote: CharacterOption::Is(b'"'),
        escape: CharacterOption::None,
        line_ending: Some(millrace_formats::LineEnding::LineFeed),
        header: if options.text.header {
            HeaderOption::Present
        } else {
            HeaderOption::Absent
        },
        ragged_rows: RaggedRows::Fail,
        null_values: vec![options.text.null_value.clone()],
        types: Types::Columns(specs),
        ..ReadOptions::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn rows_read_as_they_were(batch in batches(types()), options in options()) {
        let bytes = write(&OutputFormat::Csv(options.clone()), &batch);
        let back = read(bytes, &read_options(&options, &batch), &batch.schema());
        prop_assert_eq!(back, batch);
    }

    #[test]
    fn another_reader_sees_the_same_texts(
        batch in batches(vec![DataType::Utf8, DataType::LargeUtf8, DataType::Utf8View]),
        options in options(),
    ) {
        let bytes = write(&OutputFormat::Csv(options.clone()), &batch);
        let text = decompressed(options.text.compressed.compression, &bytes);
        let text = if options.text.bom { text[3..].to_vec() } else { text };
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(options.delimiter as u8)
            .from_reader(text.as_slice());
        let names: Vec<_> = reader.headers().expect("good").iter().map(str::to_owned).collect();
        prop_assert_eq!(names, ["column 0", "column 1", "column 2"]);
        let mut rows = 0;
        for (row, record) in reader.records().enumerate() {
            let record = record.expect("good");
            for (column, field) in record.iter().enumerate() {
                let array = arrow::compute::cast(batch.column(column), &DataType::Utf8).expect("good");
                let array = array.as_string::<i32>();
                let expected = if array.is_null(row) {
                    options.text.null_value.as_str()
                } else {
                    array.value(row)
                };
                prop_assert_eq!(field, expected);
            }
            rows += 1;
        }
        prop_assert_eq!(rows, batch.num_rows());
    }

    #[test]
    fn one_column_loses_no_row(batch in batches(vec![DataType::Utf8View]), header in any::<bool>()) {
        let mut options = CsvOptions::default();
        options.text.header = header;
        let bytes = write(&OutputFormat::Csv(options.clone()), &batch);
        // Readers take empty lines before all others for none, and without a header those are rows.
        if header || batch.num_rows() > 0 && batch.column(0).is_valid(0) {
            let mut reading = read_options(&options, &batch);
            if !header {
                reading.types = Types::Text;
            }
            let back = read(bytes, &reading, &batch.schema());
            prop_assert_eq!(back, batch);
        }
    }

    #[test]
    fn other_encodings_hold_what_they_have(
        texts in prop::collection::vec(prop::option::of("[a-zäöüßé ,\"\n=]{0,20}"), 0..20),
        bom in any::<bool>(),
    ) {
        let array: ArrayRef = Arc::new(StringArray::from(texts));
        let numbers: ArrayRef = Arc::new(arrow::array::Int64Array::from_iter_values(0..array.len() as i64));
        let batch = RecordBatch::try_from_iter_with_nullable([("größe", array, true), ("n", numbers, true)]).expect("good");
        for (encoding, bom) in [("windows-1252", false), ("utf-16le", bom), ("utf-16be", bom), ("utf-8", bom)] {
            let mut options = CsvOptions::default();
            options.text.encoding = encoding.to_owned();
            options.text.bom = bom;
            let bytes = write(&OutputFormat::Csv(options.clone()), &batch);
            let back = read(bytes, &read_options(&options, &batch), &batch.schema());
            prop_assert_eq!(back, batch.clone());
        }
    }
}

#[test]
fn a_character_that_cannot_be_encoded_is_told_with_its_place() {
    let mut options = CsvOptions::default();
    options.text.encoding = "latin1".to_owned();
    let texts = |values: Vec<&str>| Arc::new(StringArray::from(values)) as ArrayRef;
    let first =
        RecordBatch::try_from_iter([("a", texts(vec!["x", "é"])), ("b", texts(vec!["y", "z"]))]);
    let second = RecordBatch::try_from_iter([
        ("a", texts(vec!["x", "y"])),
        ("b", texts(vec!["z", "a 東"])),
    ]);
    let (first, second) = (first.expect("good"), second.expect("good"));
    let options = WriteOptions::new(OutputFormat::Csv(options));
    let mut writer = Writer::new(Vec::new(), &first.schema(), &options).expect("good");
    writer.write(&first).expect("good");
    let error = writer.write(&second).unwrap_err();
    assert_eq!(error.code(), "UNENCODABLE_TEXT");
    let message = error.to_string();
    assert!(message.starts_with("row 4, column b: '東'"), "{message}");

    let named = RecordBatch::try_from_iter([("数", texts(vec!["x"]))]).expect("good");
    let error = Writer::new(Vec::new(), &named.schema(), &options).unwrap_err();
    let message = error.to_string();
    assert!(message.starts_with("row 0, column 数: '数'"), "{message}");
}

#[test]
fn a_guarded_file_holds_no_formula() {
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["=cmd()", "a", "-1", "\t=x"]));
    let numbers: ArrayRef = Arc::new(arrow::array::Int64Array::from(vec![-1, 2, -3, 4]));
    let batch = RecordBatch::try_from_iter([("+text", texts), ("n", numbers)]).expect("good");
    let options = DelimitedOptions {
        formula_guard: true,
        ..DelimitedOptions::default()
    };
    let bytes = write(&OutputFormat::Tsv(options), &batch);
    assert_eq!(
        String::from_utf8(bytes).expect("good"),
        "'+text\tn\n'=cmd()\t-1\na\t2\n'-1\t-3\n\"'\t=x\"\t4\n"
    );
}

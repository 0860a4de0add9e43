//! What cannot be written is refused with a code, and leaves nothing that looks like a file.

use std::io::{self, Write};
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, IntervalUnit, Schema, SchemaRef};
use millrace_formats::write::{
    ArrowOptions, Compressed, CsvOptions, DelimitedOptions, JsonOptions, OutputFormat,
    ParquetCompression, ParquetOptions, TextCompression, WriteError, WriteOptions, Writer,
    XlsxOptions,
};
use millrace_formats::{ReadOptions, Reader};

fn all_formats() -> Vec<OutputFormat> {
    let compressed = Compressed {
        compression: TextCompression::Gzip,
        compression_level: None,
    };
    vec![
        OutputFormat::Csv(CsvOptions::default()),
        OutputFormat::Tsv(DelimitedOptions {
            compressed,
            ..DelimitedOptions::default()
        }),
        OutputFormat::Json(JsonOptions { compressed }),
        OutputFormat::Ndjson(JsonOptions::default()),
        OutputFormat::Parquet(ParquetOptions::default()),
        OutputFormat::Arrow(ArrowOptions::default()),
        OutputFormat::Xlsx(XlsxOptions::default()),
    ]
}

fn begin(format: OutputFormat, fields: Vec<Field>) -> Result<Writer<Vec<u8>>, WriteError> {
    let schema: SchemaRef = Arc::new(Schema::new(fields));
    Writer::new(Vec::new(), &schema, &WriteOptions::new(format))
}

fn code(format: OutputFormat, fields: Vec<Field>) -> Option<&'static str> {
    begin(format, fields).err().map(|error| error.code())
}

fn numbers(rows: i64) -> RecordBatch {
    let array: ArrayRef = Arc::new(Int64Array::from_iter_values(0..rows));
    RecordBatch::try_from_iter([("n", array)]).expect("good")
}

#[test]
fn columns_that_a_format_cannot_hold() {
    let field = |name: &str, data_type| Field::new(name, data_type, true);
    for format in all_formats() {
        assert_eq!(
            code(format.clone(), vec![]),
            Some("NO_COLUMNS"),
            "{format:?}"
        );
        let twice = vec![field("a", DataType::Int64), field("a", DataType::Utf8)];
        let expected = matches!(format, OutputFormat::Json(_) | OutputFormat::Ndjson(_))
            .then_some("DUPLICATE_COLUMN");
        assert_eq!(code(format, twice), expected);
    }
    let interval = || {
        vec![field(
            "wait",
            DataType::Interval(IntervalUnit::MonthDayNano),
        )]
    };
    for format in all_formats() {
        let expected = match format {
            OutputFormat::Arrow(_) => None,
            _ => Some("UNSUPPORTED_TYPE"),
        };
        assert_eq!(code(format.clone(), interval()), expected, "{format:?}");
    }
    let error = begin(OutputFormat::Csv(CsvOptions::default()), interval()).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("column wait of type Interval"),
        "{error}"
    );
}

#[test]
fn options_that_do_not_go_together() {
    let text = DelimitedOptions::default;
    let csv = |delimiter, text| OutputFormat::Csv(CsvOptions { delimiter, text });
    let level = |compression, level| {
        OutputFormat::Json(JsonOptions {
            compressed: Compressed {
                compression,
                compression_level: Some(level),
            },
        })
    };
    let parquet = ParquetOptions::default();
    for format in [
        csv('"', text()),
        csv('\n', text()),
        csv(
            ',',
            DelimitedOptions {
                null_value: "a,b".to_owned(),
                ..text()
            },
        ),
        csv(
            ',',
            DelimitedOptions {
                encoding: "klingon".to_owned(),
                ..text()
            },
        ),
        csv(
            ',',
            DelimitedOptions {
                encoding: "latin1".to_owned(),
                bom: true,
                ..text()
            },
        ),
        level(TextCompression::Gzip, 10),
        level(TextCompression::Zstd, 23),
        OutputFormat::Parquet(ParquetOptions {
            row_group_rows: 0,
            ..parquet
        }),
        OutputFormat::Parquet(ParquetOptions {
            row_group_bytes: 0,
            ..parquet
        }),
        OutputFormat::Parquet(ParquetOptions {
            compression_level: Some(23),
            ..parquet
        }),
        OutputFormat::Parquet(ParquetOptions {
            compression: ParquetCompression::Gzip,
            compression_level: Some(10),
            ..parquet
        }),
        OutputFormat::Xlsx(XlsxOptions {
            sheet_name: "a/b".to_owned(),
            header: true,
        }),
    ] {
        let field = Field::new("a", DataType::Int64, true);
        assert_eq!(
            code(format.clone(), vec![field]),
            Some("INVALID_OPTION"),
            "{format:?}"
        );
    }
}

#[test]
fn batches_of_other_columns_tear_the_file() {
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["a"]));
    let other = RecordBatch::try_from_iter([("n", texts.clone())]).expect("good");
    let wider = RecordBatch::try_from_iter([("n", texts.clone()), ("m", texts)]).expect("good");
    for format in all_formats() {
        for batch in [&other, &wider] {
            let good = numbers(1_000);
            let mut output = Vec::new();
            let options = WriteOptions::new(format.clone());
            let mut writer = Writer::new(&mut output, &good.schema(), &options).expect("good");
            writer.write(&good).expect("good");
            assert_eq!(writer.write(batch).unwrap_err().code(), "SCHEMA_CHANGED");
            assert_eq!(writer.write(&good).unwrap_err().code(), "WRITER_CLOSED");
            assert_eq!(writer.finish().unwrap_err().code(), "WRITER_CLOSED");
            assert_torn(&format, output);
        }
    }
}

#[test]
fn a_writer_that_is_dropped_leaves_no_file() {
    for format in all_formats() {
        let batch = numbers(1_000);
        let mut output = Vec::new();
        let options = WriteOptions::new(format.clone());
        let mut writer = Writer::new(&mut output, &batch.schema(), &options).expect("good");
        writer.write(&batch).expect("good");
        drop(writer);
        assert_torn(&format, output);
    }
}

/// What is left must not read as a file with all rows or fewer.
fn assert_torn(format: &OutputFormat, output: Vec<u8>) {
    let plain_lines = matches!(format, OutputFormat::Csv(_) | OutputFormat::Ndjson(_));
    // Lines have no end that could be missing: of these at most nothing may have gone out.
    if plain_lines || output.is_empty() {
        assert!(output.len() < 10, "{format:?}: {} bytes", output.len());
        return;
    }
    let Ok(mut reader) = Reader::open(Arc::new(output), &ReadOptions::default()) else {
        return;
    };
    let mut rows = 0;
    loop {
        match reader.next_batch() {
            Ok(None) => panic!("{format:?}: {rows} rows of a torn file"),
            Ok(Some(batch)) => rows += batch.num_rows(),
            Err(_) => return,
        }
    }
}

/// Takes some bytes and then fails.
#[derive(Debug)]
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::Error::new(
                io::ErrorKind::StorageFull,
                "the disk is full",
            ));
        }
        let count = bytes.len().min(self.0);
        self.0 -= count;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_receiver_that_fails_is_told_as_it_is() {
    for format in all_formats() {
        for room in [0, 1, 100, 400] {
            let batch = numbers(5_000);
            let options = WriteOptions::new(format.clone());
            let result =
                Writer::new(Full(room), &batch.schema(), &options).and_then(|mut writer| {
                    writer.write(&batch)?;
                    writer.finish()
                });
            match result {
                Err(WriteError::Io(error)) => {
                    assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{format:?}");
                }
                other => panic!("{format:?} with {room} bytes: {other:?}"),
            }
        }
    }
}

#[test]
fn nulls_in_a_column_declared_without_are_refused_by_parquet() {
    let schema: SchemaRef = Arc::new(Schema::new(vec![Field::new("n", DataType::Int64, false)]));
    let options = WriteOptions::new(OutputFormat::Parquet(ParquetOptions::default()));
    let mut writer = Writer::new(Vec::new(), &schema, &options).expect("good");
    let array: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None]));
    let batch = RecordBatch::try_from_iter_with_nullable([("n", array, true)]).expect("good");
    assert_eq!(writer.write(&batch).unwrap_err().code(), "SCHEMA_CHANGED");
}

#[test]
fn a_writer_may_move_to_another_thread() {
    fn moves<T: Send>() {}
    moves::<Writer<Vec<u8>>>();
}

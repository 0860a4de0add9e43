//! Parquet and Arrow, whole, misnamed and broken.

use std::sync::Arc;

use arrow::array::{Int64Array, RecordBatch, StringArray};
use arrow::ipc::writer::{FileWriter, StreamWriter};
use millrace_formats::{Format, Input, ReadOptions, ReadRequest};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;

use crate::archives::gzip;
use crate::support::{case, check, rows};

fn batch() -> RecordBatch {
    RecordBatch::try_from_iter([
        (
            "a",
            Arc::new(Int64Array::from(vec![Some(1), None, Some(3)])) as _,
        ),
        ("b", Arc::new(StringArray::from(vec!["x", "y", "z"])) as _),
    ])
    .unwrap()
}

pub fn parquet_file(rows_per_group: usize) -> Vec<u8> {
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(rows_per_group))
        .build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch().schema(), Some(properties)).unwrap();
    writer.write(&batch()).unwrap();
    writer.close().unwrap();
    bytes
}

pub fn arrow_file() -> Vec<u8> {
    let mut writer = FileWriter::try_new(Vec::new(), &batch().schema()).unwrap();
    writer.write(&batch()).unwrap();
    writer.into_inner().unwrap()
}

pub fn arrow_stream() -> Vec<u8> {
    let mut writer = StreamWriter::try_new(Vec::new(), &batch().schema()).unwrap();
    writer.write(&batch()).unwrap();
    writer.into_inner().unwrap()
}

fn cut(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() - 20);
    bytes
}

#[test]
fn whole_and_broken() {
    const AB: &[&str] = &["a:int", "b:text"];
    const ROWS: &[&str] = &["1|x", "∅|y", "3|z"];
    check(vec![
        case("parquet", parquet_file(10)).gives(AB, ROWS),
        case("parquet in gzip", gzip(&parquet_file(10))).gives(AB, ROWS),
        case("parquet called CSV", parquet_file(10))
            .with(|o| o.file_name = Some("a.csv".into()))
            .gives(AB, ROWS)
            .warns(&["MISNAMED_FILE"]),
        case("parquet declared as CSV", parquet_file(10))
            .with(|o| o.format = Some(Format::Csv))
            .fails("NOT_TEXT"),
        case("CSV declared as parquet", "a,b\n1,2\n")
            .with(|o| o.format = Some(Format::Parquet))
            .fails("NOT_PARQUET"),
        case("CSV declared as Arrow", "a,b\n1,2\n")
            .with(|o| o.format = Some(Format::Arrow))
            .fails("NOT_ARROW"),
        case("CSV declared as a workbook", "a,b\n1,2\n")
            .with(|o| o.format = Some(Format::Xlsx))
            .fails("NOT_SPREADSHEET"),
        case("parquet cut", cut(parquet_file(10))).fails("DAMAGED_PARQUET"),
        case("the beginning of parquet", b"PAR1".to_vec()).fails("DAMAGED_PARQUET"),
        case("Arrow file", arrow_file()).gives(AB, ROWS),
        case("Arrow stream", arrow_stream()).gives(AB, ROWS),
        case("Arrow file cut", cut(arrow_file())).fails("DAMAGED_ARROW"),
        case("Arrow stream cut", cut(arrow_stream())).fails("DAMAGED_ARROW"),
        case("a PDF", b"%PDF-1.7 and so on".to_vec()).fails("UNKNOWN_FORMAT"),
        case(
            "an old workbook",
            b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1rest".to_vec(),
        )
        .fails("UNSUPPORTED_SPREADSHEET"),
    ]);
}

#[test]
fn row_groups_are_chunks() {
    let input = Input::open(Arc::new(parquet_file(1)), &ReadOptions::default()).unwrap();
    let chunks = input.chunks(2).unwrap();
    let mut found = Vec::new();
    for chunk in chunks {
        let request = ReadRequest {
            projection: Some(vec![1, 0]),
            row_numbers: Some("row".to_owned()),
            chunk: Some(chunk),
        };
        let mut reader = input.reader(&request).unwrap();
        while let Some(batch) = reader.next_batch().unwrap() {
            found.extend(rows(&batch));
        }
    }
    assert_eq!(found, ["x|1|1", "y|∅|2", "z|3|3"]);
}

//! Parquet and Arrow, whole, misnamed and broken.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryArray, Decimal128Array, DictionaryArray, Int64Array, LargeStringArray,
    RecordBatch, StringArray,
};
use arrow::datatypes::Int32Type;
use arrow::ipc::writer::{FileWriter, StreamWriter};
use millrace_formats::{Format, Input, ReadOptions, ReadRequest};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, GzipLevel, ZstdLevel};
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
    .expect("a good file")
}

pub fn parquet_file(rows_per_group: usize) -> Vec<u8> {
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(rows_per_group))
        .build();
    let mut bytes = Vec::new();
    let mut writer =
        ArrowWriter::try_new(&mut bytes, batch().schema(), Some(properties)).expect("a good file");
    writer.write(&batch()).expect("a good file");
    writer.close().expect("a good file");
    bytes
}

pub fn arrow_file() -> Vec<u8> {
    let mut writer = FileWriter::try_new(Vec::new(), &batch().schema()).expect("a good file");
    writer.write(&batch()).expect("a good file");
    writer.into_inner().expect("a good file")
}

pub fn arrow_stream() -> Vec<u8> {
    let mut writer = StreamWriter::try_new(Vec::new(), &batch().schema()).expect("a good file");
    writer.write(&batch()).expect("a good file");
    writer.into_inner().expect("a good file")
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

/// What files declare is not believed.
#[test]
fn bombs() {
    let footer = |metadata: &[u8]| {
        let length = (metadata.len() as u32).to_le_bytes();
        [b"PAR1", metadata, &length, b"PAR1"].concat()
    };
    // A version, and a list of two milliards of row groups.
    let groups = footer(&[0x15, 2, 0x39, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0]);
    let nonsense = footer(&[0xFF; 40]);
    let zeros = Int64Array::from(vec![0; 200_000]);
    let many = RecordBatch::try_from_iter([("n", Arc::new(zeros) as _)]).expect("a good file");
    let pages = |compression| {
        let properties = WriterProperties::builder()
            .set_compression(compression)
            .set_dictionary_enabled(false)
            .set_data_page_size_limit(4 << 20)
            .set_data_page_row_count_limit(1 << 20)
            .build();
        let mut writer =
            ArrowWriter::try_new(Vec::new(), many.schema(), Some(properties)).expect("a good file");
        writer.write(&many).expect("a good file");
        writer.into_inner().expect("a good file")
    };
    let packed = {
        let options = arrow::ipc::writer::IpcWriteOptions::default()
            .try_with_compression(Some(arrow::ipc::CompressionType::ZSTD))
            .expect("a good file");
        let mut writer = FileWriter::try_new_with_options(Vec::new(), &many.schema(), options)
            .expect("a good file");
        writer.write(&many).expect("a good file");
        writer.into_inner().expect("a good file")
    };
    // The size stands before the packed bytes.
    let size = 1_600_000u64.to_le_bytes();
    let mut lying = packed.clone();
    let place = lying
        .windows(8)
        .position(|bytes| bytes == size)
        .expect("a good file");
    lying[place..place + 8].copy_from_slice(&(1u64 << 60).to_le_bytes());
    let bounded = |name, bytes| {
        case(name, bytes)
            .with(|o| o.limits.buffered_bytes = 1 << 20)
            .fails("DECOMPRESSED_TOO_LARGE")
    };
    check(vec![
        case("row groups that are not there", groups).fails("DAMAGED_PARQUET"),
        case("no metadata", nonsense).fails("DAMAGED_PARQUET"),
        bounded(
            "large pages of zstd",
            pages(Compression::ZSTD(ZstdLevel::default())),
        ),
        bounded("large pages of Snappy", pages(Compression::SNAPPY)),
        bounded(
            "large pages of gzip",
            pages(Compression::GZIP(GzipLevel::default())),
        ),
        bounded("a large batch", packed),
        case("a batch that is not so large", lying).fails("DECOMPRESSED_TOO_LARGE"),
    ]);
}

#[test]
fn types_of_all_kinds() {
    let dictionary: DictionaryArray<Int32Type> = vec!["x", "y", "x"].into_iter().collect();
    let decimals = Decimal128Array::from(vec![150, 225, 0])
        .with_precision_and_scale(10, 2)
        .expect("a good file");
    let batch = RecordBatch::try_from_iter([
        ("dictionary", Arc::new(dictionary) as ArrayRef),
        ("decimal", Arc::new(decimals) as ArrayRef),
        (
            "binary",
            Arc::new(BinaryArray::from(vec![&b"a"[..], b"b", b"c"])) as ArrayRef,
        ),
        (
            "large",
            Arc::new(LargeStringArray::from(vec!["p", "q", "r"])) as ArrayRef,
        ),
    ])
    .expect("a good file");
    let mut parquet = ArrowWriter::try_new(Vec::new(), batch.schema(), None).expect("a good file");
    parquet.write(&batch).expect("a good file");
    let parquet = parquet.into_inner().expect("a good file");
    let mut arrow = StreamWriter::try_new(Vec::new(), &batch.schema()).expect("a good file");
    arrow.write(&batch).expect("a good file");
    let arrow = arrow.into_inner().expect("a good file");
    const ROWS: &[&str] = &["x|1.50|61|p", "y|2.25|62|q", "x|0.00|63|r"];
    check(vec![
        case("Parquet", parquet).gives(
            &[
                "dictionary:Dictionary(Int32, Utf8)",
                "decimal:dec(10,2)",
                "binary:BinaryView",
                "large:text",
            ],
            ROWS,
        ),
        case("Arrow", arrow).gives(
            &[
                "dictionary:Dictionary(Int32, Utf8)",
                "decimal:dec(10,2)",
                "binary:Binary",
                "large:LargeUtf8",
            ],
            ROWS,
        ),
    ]);
}

#[test]
fn nothing_in_it() {
    let empty = batch().slice(0, 0);
    let mut parquet = ArrowWriter::try_new(Vec::new(), empty.schema(), None).expect("a good file");
    parquet.write(&empty).expect("a good file");
    let arrow = FileWriter::try_new(Vec::new(), &empty.schema()).expect("a good file");
    check(vec![
        case("Parquet", parquet.into_inner().expect("a good file"))
            .gives(&["a:int", "b:text"], &[]),
        case("Arrow", arrow.into_inner().expect("a good file")).gives(&["a:int", "b:text"], &[]),
    ]);
}

/// Row groups read by several threads come in their order.
#[test]
fn threads_read_row_groups() {
    let numbers = Int64Array::from_iter_values(0..10_000);
    let many = RecordBatch::try_from_iter([("n", Arc::new(numbers) as _)]).expect("a good file");
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(700))
        .build();
    let mut writer =
        ArrowWriter::try_new(Vec::new(), many.schema(), Some(properties)).expect("a good file");
    writer.write(&many).expect("a good file");
    let source = Arc::new(writer.into_inner().expect("a good file"));
    let input = Input::open(source, &ReadOptions::default()).expect("a good file");
    let expected = crate::support::all(&input, None, 1);
    assert_eq!(expected.0.len(), 10_000);
    assert_eq!(expected.0[9_999], "9999|10000");
    for threads in [2, 3, 20] {
        assert_eq!(crate::support::all(&input, None, threads), expected);
    }
    let chunk = input.chunks(3).expect("a good file")[1];
    assert_eq!(
        crate::support::all(&input, Some(chunk), 4),
        crate::support::all(&input, Some(chunk), 1)
    );
}

#[test]
fn row_groups_are_chunks() {
    let input =
        Input::open(Arc::new(parquet_file(1)), &ReadOptions::default()).expect("a good file");
    let chunks = input.chunks(2).expect("a good file");
    let mut found = Vec::new();
    for chunk in chunks {
        let request = ReadRequest {
            projection: Some(vec![1, 0]),
            row_numbers: Some("row".to_owned()),
            chunk: Some(chunk),
        };
        let mut reader = input.reader(&request).expect("a good file");
        while let Some(batch) = reader.next_batch().expect("a good file") {
            found.extend(rows(&batch));
        }
    }
    assert_eq!(found, ["x|1|1", "y|∅|2", "z|3|3"]);
}

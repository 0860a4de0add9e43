//! Parts that were written apart, against the file that is written at once.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, SchemaRef};
use bytes::Bytes;
use millrace_formats::write::merge::{MergeKind, MergePlan, Piece, rewrite};
use millrace_formats::write::{
    ArrowOptions, Compressed, CsvOptions, DelimitedOptions, JsonOptions, OutputFormat,
    ParquetOptions, Part, TextCompression, WriteOptions, Written, XlsxOptions,
};
use millrace_formats::{ReadOptions, SharedSource};
use parquet::arrow::arrow_reader::{
    ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection, RowSelector,
};
use parquet::file::metadata::PageIndexPolicy;
use proptest::prelude::*;

use super::support::{
    batches, decompressed, list_type, read, struct_type, windows, write, write_part,
};

fn text_formats() -> Vec<(OutputFormat, TextCompression)> {
    use TextCompression::{Gzip, None, Zstd};
    let mut formats = Vec::new();
    for compression in [None, Gzip, Zstd] {
        let compressed = Compressed {
            compression,
            compression_level: Option::None,
        };
        for (header, bom, encoding) in [
            (true, true, "utf-8"),
            (true, false, "utf-8"),
            (false, false, "utf-8"),
            (true, true, "utf-16le"),
        ] {
            let text = DelimitedOptions {
                header,
                bom,
                encoding: encoding.to_owned(),
                compressed,
                ..DelimitedOptions::default()
            };
            formats.push((
                OutputFormat::Csv(CsvOptions {
                    text,
                    delimiter: ',',
                }),
                compression,
            ));
        }
        let json = JsonOptions { compressed };
        formats.push((OutputFormat::Json(json), compression));
        formats.push((OutputFormat::Ndjson(json), compression));
    }
    formats
}

fn merged(plan: &MergePlan, files: &[Vec<u8>]) -> Vec<u8> {
    let parts = sources(files);
    let mut out = Vec::new();
    plan.write_to(&parts, &mut out)
        .expect("the parts are there");
    assert_eq!(out.len() as u64, plan.bytes());
    out
}

fn sources(files: &[Vec<u8>]) -> Vec<SharedSource> {
    files
        .iter()
        .map(|file| Arc::new(Bytes::from(file.clone())) as SharedSource)
        .collect()
}

fn parts(
    format: &OutputFormat,
    schema: &SchemaRef,
    pieces: &[RecordBatch],
) -> (Vec<Written>, Vec<Vec<u8>>) {
    let last = pieces.len() - 1;
    let parts = pieces.iter().enumerate().map(|(place, piece)| {
        let part = Part {
            first: place == 0,
            last: place == last,
        };
        write_part(format, part, schema, std::slice::from_ref(piece))
    });
    parts.unzip()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn parts_of_text_are_the_file(
        batch in batches(vec![DataType::Utf8, DataType::Int64]),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..5),
        (format, compression) in prop::sample::select(text_formats()),
    ) {
        prop_assert_eq!(format.merge_kind(), MergeKind::Concatenate);
        let (written, files) = parts(&format, &batch.schema(), &windows(&batch, &cuts));
        let plan = MergePlan::text(&format, &written).expect("good");
        prop_assert_eq!(plan.rows(), batch.num_rows() as u64);
        let together = decompressed(compression, &merged(&plan, &files));
        let at_once = decompressed(compression, &write(&format, &batch));
        prop_assert_eq!(&together, &at_once);
        // The parts fit as they are, but for a bracket before parts without rows, and for parts of
        // nothing, which are no compressed file.
        let joined = files.concat();
        if !joined.is_empty() && (!matches!(format, OutputFormat::Json(_)) || written[0].rows > 0) {
            prop_assert_eq!(decompressed(compression, &joined), at_once);
        }
    }

    #[test]
    fn parts_of_an_array_fit_whatever_was_thought_of_them(
        batch in batches(vec![DataType::Utf8]),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..5),
        flags in prop::collection::vec(any::<[bool; 2]>(), 6),
        compression in prop::sample::select(vec![TextCompression::None, TextCompression::Gzip]),
    ) {
        let compressed = Compressed { compression, compression_level: None };
        let format = OutputFormat::Json(JsonOptions { compressed });
        let pieces = windows(&batch, &cuts);
        let (written, files): (Vec<_>, Vec<_>) = pieces.iter().zip(flags).map(|(piece, [first, last])| {
            // A whole compressed file alone cannot be taken apart.
            let last = last && !(first && compression != TextCompression::None);
            write_part(&format, Part { first, last }, &batch.schema(), std::slice::from_ref(piece))
        }).unzip();
        let plan = MergePlan::text(&format, &written).expect("good");
        let together = decompressed(compression, &merged(&plan, &files));
        prop_assert_eq!(together, decompressed(compression, &write(&format, &batch)));
    }

    #[test]
    fn parts_of_parquet_are_the_file(
        batch in batches(vec![DataType::Int64, DataType::Utf8View, list_type(), struct_type()]),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..5),
        row_group_rows in 3u64..20,
        skipped in any::<prop::sample::Index>(),
    ) {
        let format = OutputFormat::Parquet(ParquetOptions { row_group_rows, ..ParquetOptions::default() });
        prop_assert_eq!(format.merge_kind(), MergeKind::Footer);
        let schema = batch.schema();
        let (_, files) = parts(&format, &schema, &windows(&batch, &cuts));
        let plan = MergePlan::parquet(&sources(&files)).expect("good");
        prop_assert_eq!(plan.rows(), batch.num_rows() as u64);
        let together = merged(&plan, &files);
        prop_assert_eq!(read(together.clone(), &ReadOptions::default(), &schema), batch.clone());
        // Rows are found by the indexes of pages too.
        let skipped = skipped.index(batch.num_rows() + 1);
        let rest = batch.num_rows() - skipped;
        let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Required);
        let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(Bytes::from(together), options).expect("good");
        let groups = builder.metadata().row_groups().iter();
        let offsets: Vec<_> = groups.map(|group| (group.file_offset(), group.ordinal())).collect();
        prop_assert!(offsets.is_sorted(), "{offsets:?}");
        prop_assert_eq!(builder.metadata().offset_index().map_or(0, Vec::len), offsets.len());
        let selection = RowSelection::from(vec![RowSelector::skip(skipped), RowSelector::select(rest)]);
        let reader = builder.with_row_selection(selection).build().expect("good");
        let read: Vec<_> = reader.map(|batch| batch.expect("good").column(0).clone()).collect();
        let found: Vec<_> = read.iter().map(std::convert::AsRef::as_ref).collect();
        let expected = batch.column(0).slice(skipped, rest);
        if rest > 0 {
            prop_assert_eq!(&arrow::compute::concat(&found).expect("good"), &expected);
        }
    }

    #[test]
    fn merged_parts_merge_again(
        batch in batches(vec![DataType::Int64, DataType::Utf8]),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 3..6),
    ) {
        let format = OutputFormat::Parquet(ParquetOptions { row_group_rows: 5, ..ParquetOptions::default() });
        let schema = batch.schema();
        let (_, files) = parts(&format, &schema, &windows(&batch, &cuts));
        let merge = |files: &[Vec<u8>]| merged(&MergePlan::parquet(&sources(files)).expect("good"), files);
        let halves = [merge(&files[..2]), merge(&files[2..])];
        prop_assert_eq!(&merge(&halves), &merge(&files));
        prop_assert_eq!(read(merge(&halves), &ReadOptions::default(), &schema), batch);
    }
}

#[test]
fn other_formats_are_written_again() {
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(0..100));
    let names: ArrayRef = Arc::new(StringArray::from_iter_values(
        (0..100).map(|id| format!("n{id}")),
    ));
    let batch = RecordBatch::try_from_iter([("id", ids), ("name", names)]).expect("good");
    let pieces = [batch.slice(0, 40), batch.slice(40, 0), batch.slice(40, 60)];
    for format in [
        OutputFormat::Arrow(ArrowOptions::default()),
        OutputFormat::Xlsx(XlsxOptions::default()),
    ] {
        assert_eq!(format.merge_kind(), MergeKind::Rewrite);
        let (_, files) = parts(&format.part_format(), &batch.schema(), &pieces);
        let options = WriteOptions::new(format);
        let (written, bytes) = rewrite(&sources(&files), Vec::new(), &options).expect("good");
        assert_eq!(written.rows, 100);
        let back = read(bytes, &ReadOptions::default(), &batch.schema());
        assert_eq!(back, batch);
    }
    let csv = b"id,name\n1,a\n".to_vec();
    let options = WriteOptions::new(OutputFormat::Arrow(ArrowOptions::default()));
    let error = rewrite(&sources(&[csv]), Vec::new(), &options).unwrap_err();
    assert_eq!(error.code(), "PARTS_DIFFER");
}

#[test]
fn parts_of_different_columns_are_no_file() {
    let format = OutputFormat::Parquet(ParquetOptions::default());
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["1"]));
    let one = write(
        &format,
        &RecordBatch::try_from_iter([("a", numbers)]).expect("good"),
    );
    let other = write(
        &format,
        &RecordBatch::try_from_iter([("a", texts)]).expect("good"),
    );
    let error = MergePlan::parquet(&sources(&[one.clone(), other])).unwrap_err();
    assert_eq!(error.code(), "PARTS_DIFFER");
    let torn = one[..one.len() - 5].to_vec();
    let error = MergePlan::parquet(&sources(&[one, torn])).unwrap_err();
    assert_eq!(error.code(), "DAMAGED_PART");
    assert_eq!(
        MergePlan::parquet(&[]).unwrap_err().code(),
        "INVALID_OPTION"
    );
}

#[test]
fn a_part_without_the_header_cannot_be_first() {
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    let batch = RecordBatch::try_from_iter([("a", numbers)]).expect("good");
    let format = OutputFormat::Csv(CsvOptions::default());
    let part = Part {
        first: false,
        last: true,
    };
    let (written, _) = write_part(&format, part, &batch.schema(), std::slice::from_ref(&batch));
    let error = MergePlan::text(&format, &[written]).unwrap_err();
    assert_eq!(error.code(), "PARTS_DIFFER");
    // Whole files merge where their headers can be taken out, which gzip does not allow.
    let (whole, file) = write_part(
        &format,
        Part::WHOLE,
        &batch.schema(),
        std::slice::from_ref(&batch),
    );
    let plan = MergePlan::text(&format, &[whole, whole]).expect("good");
    assert_eq!(merged(&plan, &[file.clone(), file]), b"a\n1\n1\n");
    let compressed = Compressed {
        compression: TextCompression::Gzip,
        compression_level: None,
    };
    let text = DelimitedOptions {
        compressed,
        ..DelimitedOptions::default()
    };
    let format = OutputFormat::Tsv(text);
    let (whole, _) = write_part(&format, Part::WHOLE, &batch.schema(), &[batch]);
    let error = MergePlan::text(&format, &[whole, whole]).unwrap_err();
    assert_eq!(error.code(), "PARTS_DIFFER");
    assert!(MergePlan::text(&format, &[whole]).is_ok());
}

#[test]
fn large_parts_are_copied_without_being_read() {
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(0..10_000));
    let batch = RecordBatch::try_from_iter([("id", ids)]).expect("good");
    let format = OutputFormat::Parquet(ParquetOptions::default());
    let file = write(&format, &batch);
    let plan = MergePlan::parquet(&sources(&[file.clone(), file.clone(), file])).expect("good");
    // Three windows of the parts, and the new footer.
    assert_eq!(plan.pieces().len(), 4);
    assert!(matches!(
        plan.pieces()[0],
        Piece::Copy {
            part: 0,
            start: 0,
            ..
        }
    ));
    assert!(matches!(
        plan.pieces()[1],
        Piece::Copy {
            part: 1,
            start: 4,
            ..
        }
    ));
    let all = concat_batches(&batch.schema(), [&batch, &batch, &batch]).expect("good");
    assert_eq!(plan.rows(), all.num_rows() as u64);
}

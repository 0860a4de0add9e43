//! Parts of any size make the same file.

use std::ops::Range;
use std::sync::Arc;

use millrace_formats::SharedSource;
use millrace_formats::write::merge::MergePlan;
use millrace_formats::write::{
    CsvOptions, JsonOptions, OutputFormat, ParquetOptions, Part, Written,
};
use millrace_formats::{ReadOptions, Reader};
use millrace_records::{Generator, record_types};
use proptest::prelude::*;
use serde_json::json;

use crate::{csv, generator, of_schema, written};

/// The range of each of so many parts.
fn ranges(rows: u64, parts: u64) -> Vec<Range<u64>> {
    let start = |part: u64| rows * part / parts;
    (0..parts)
        .map(|part| start(part)..start(part + 1))
        .collect()
}

/// A file that was made in parts and merged.
fn merged(generator: &Generator, format: &OutputFormat, parts: u64) -> Vec<u8> {
    let made = ranges(generator.rows(), parts).into_iter().enumerate();
    let made = made.map(|(number, range)| {
        let part = Part {
            first: number == 0,
            last: number as u64 == parts - 1,
        };
        written(generator, range, format.clone(), part)
    });
    let (told, bytes): (Vec<Written>, Vec<Vec<u8>>) = made.unzip();
    let sources: Vec<SharedSource> = bytes
        .into_iter()
        .map(|bytes| Arc::new(bytes) as SharedSource)
        .collect();
    let plan = match format {
        OutputFormat::Parquet(_) => MergePlan::parquet(&sources),
        _ => MergePlan::text(format, &told),
    };
    let plan = plan.expect("the parts fit each other");
    assert_eq!(plan.rows(), generator.rows());
    let mut out = Vec::new();
    plan.write_to(&sources, &mut out)
        .expect("a vector takes all");
    out
}

#[test]
fn one_two_seven_and_64_parts_of_text_are_the_same_bytes() {
    let text = [
        OutputFormat::Csv(CsvOptions::default()),
        OutputFormat::Json(JsonOptions::default()),
        OutputFormat::Ndjson(JsonOptions::default()),
    ];
    for record_type in record_types() {
        let generator = generator(&record_type.name, 599, 11);
        let formats = if record_type.name == "web-events" {
            &text[..]
        } else {
            &text[..1]
        };
        for format in formats {
            let whole = merged(&generator, format, 1);
            for parts in [2, 7, 64] {
                let same = merged(&generator, format, parts) == whole;
                assert!(same, "{} in {parts} parts", record_type.name);
            }
        }
    }
}

#[test]
fn parts_above_a_batch_are_the_same_bytes() {
    let csv = OutputFormat::Csv(CsvOptions::default());
    for name in ["transactions", "web-events", "time-series"] {
        let generator = generator(name, 50_000, 11);
        let whole = merged(&generator, &csv, 1);
        for parts in [2, 7, 64] {
            assert!(
                merged(&generator, &csv, parts) == whole,
                "{name} in {parts} parts"
            );
        }
    }
}

#[test]
fn parts_of_parquet_hold_the_same_rows() {
    let parquet = OutputFormat::Parquet(ParquetOptions::default());
    let generator = generator("orders", 3_000, 11);
    let rows = |parts| {
        let file: SharedSource = Arc::new(merged(&generator, &parquet, parts));
        let mut reader = Reader::open(file, &ReadOptions::default()).expect("Parquet");
        let mut batches = Vec::new();
        while let Some(batch) = reader.next_batch().expect("a batch") {
            batches.push(batch);
        }
        let schema = batches[0].schema();
        arrow::compute::concat_batches(&schema, &batches).expect("one schema")
    };
    let whole = rows(1);
    assert_eq!(whole.num_rows(), 3_000);
    assert_eq!(whole, rows(2));
    assert_eq!(whole, rows(7));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_rows_are_those_of_the_whole(place in 0_usize..64, start in 0_u64..900, length in 1_u64..100) {
        let record_types = record_types();
        let name = &record_types[place % record_types.len()].name;
        let generator = generator(name, 1_000, 5);
        let lines: Vec<String> = csv(&generator, 0..1_000).lines().map(str::to_owned).collect();
        let alone = csv(&generator, start..start + length);
        let wanted = &lines[start as usize + 1..(start + length) as usize + 1];
        prop_assert_eq!(alone.lines().skip(1).collect::<Vec<_>>(), wanted, "{}", name);
    }
}

#[test]
fn a_schema_is_made_in_parts_too() {
    let columns = json!([
        {"name": "id", "type": "integer"}, {"name": "key", "type": "uuid"},
        {"name": "who", "type": "name", "null_share": 0.2}, {"name": "mail", "type": "email"},
        {"name": "town", "type": "city"}, {"name": "note", "type": "text"},
    ]);
    let generator = of_schema(&columns, 500);
    let format = OutputFormat::Csv(CsvOptions::default());
    assert!(merged(&generator, &format, 64) == merged(&generator, &format, 1));
}

//! The first rows of every type, and that every type can be made at any size.

use millrace_records::{ColumnType, GenerateError, VERSION, record_types};

use crate::{csv, generator};

#[test]
fn first_rows() {
    let mut sample = format!("# rows of version {VERSION}\n\n");
    for record_type in record_types() {
        let generator = generator(&record_type.name, 5_000, 20_260_101);
        let types: Vec<String> = generator
            .columns()
            .map(|column| format!("{} {}", column.name, column.column_type))
            .collect();
        sample += &format!("# {}\n# {}\n", record_type.name, types.join(", "));
        sample += &csv(&generator, 0..4);
        sample += "\n";
    }
    insta::assert_snapshot!(sample);
}

#[test]
fn any_size_can_be_made() {
    for record_type in record_types() {
        for rows in [1, 9, 70_001, 1_000_000_000] {
            let generator = generator(&record_type.name, rows, 3);
            for start in [0, rows / 2, rows - 1] {
                let batch = generator.batches(start..start + 1).next();
                let batch = batch.expect("a row").expect("the row is made");
                assert_eq!(batch.num_rows(), 1, "{}", record_type.name);
                assert_eq!(batch.schema(), generator.schema());
            }
        }
    }
}

#[test]
fn rows_beyond_the_last_are_refused() {
    let generator = generator("orders", 10, 3);
    let mut batches = generator.batches(5..11);
    let refused = batches.next().expect("an answer");
    assert!(matches!(refused, Err(GenerateError::RangeOutside { .. })));
    assert!(batches.next().is_none());
    assert!(generator.batches(4..4).next().is_none());
}

#[test]
fn seeds_make_other_rows() {
    // Some small tables of packs are fixed lists; none of those has moments.
    let drawn = record_types().iter().filter(|record_type| {
        let mut columns = record_type.columns.iter();
        !record_type.name.contains('/')
            || columns.any(|column| column.column_type == ColumnType::Timestamp)
    });
    for record_type in drawn {
        let rows = |seed| csv(&generator(&record_type.name, 400, seed), 0..400);
        assert_eq!(rows(1), rows(1), "{}", record_type.name);
        assert_ne!(rows(1), rows(2), "{}", record_type.name);
    }
}

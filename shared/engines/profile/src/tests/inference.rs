//! Types, alternatives and conflicts; and that the reader says the same.

use super::*;
use millrace_formats::{ColumnFacts, FileFacts};
use proptest::prelude::*;

fn alternatives(profile: &ColumnProfile) -> Vec<(&str, f64)> {
    profile
        .alternatives
        .iter()
        .map(|other| (other.data_type.as_str(), other.ratio))
        .collect()
}

fn conflicts(profile: &ColumnProfile) -> Vec<(u64, &str)> {
    profile
        .type_conflicts
        .iter()
        .map(|conflict| (conflict.row, conflict.value.as_str()))
        .collect()
}

#[test]
fn one_cell_in_many_keeps_a_column_text_and_is_told() {
    let mut cells: Vec<String> = (0..1_000).map(|row| format!("{row}.5")).collect();
    cells[700] = "N/A".to_owned();
    cells[42] = " -- ".to_owned();
    let found = text_column(&cells);
    assert_eq!(found.inferred_type, "string");
    assert_eq!(alternatives(&found), [("decimal(4,1)", 0.998)]);
    assert_eq!(conflicts(&found), [(43, "--"), (701, "N/A")]);
    assert_eq!(found.type_confidence, 0.002);
    assert_eq!(
        (found.type_counts.decimal, found.type_counts.string),
        (998, 2)
    );
    // Their statistics are those of the numbers, their extremes those of text.
    assert_eq!(found.sum.as_deref(), Some("499257.0"));
    assert_eq!(found.min, Some(" -- ".into()));
}

#[test]
fn every_type_is_known() {
    for (cells, name) in [
        (&["true", "FALSE"][..], "boolean"),
        (&["1", "-7"], "int64"),
        (&["1", "2.50"], "decimal(3,2)"),
        (&["1.5e10", "2"], "double"),
        (&["2024-01-31"], "date"),
        (&["2024-01-31 10:00"], "timestamp"),
        (&["2024-01-31T10:00:00Z"], "timestamp"),
        (&["x"], "string"),
        (&["007", "12"], "string"),
        (&["1", "true"], "string"),
        (&["1,234.50", "7"], "decimal(6,2)"),
        (&["3,5", "4,25"], "decimal(3,2)"),
    ] {
        assert_eq!(text_column(cells).inferred_type, name, "{cells:?}");
    }
}

#[test]
fn ones_and_zeros_are_booleans_where_the_name_says_so() {
    let cells = texts(&["1", "0", "1", "∅"]);
    let plain = column("amount", cells.clone());
    assert_eq!(plain.inferred_type, "int64");
    assert_eq!(alternatives(&plain), [("boolean", 1.0), ("double", 1.0)]);
    let named = column("is_active", cells);
    assert_eq!(named.inferred_type, "boolean");
    assert_eq!(alternatives(&named), [("int64", 1.0)]);
    assert_eq!(
        (named.min, named.max),
        (Some(false.into()), Some(true.into()))
    );
    assert_eq!(named.type_counts.integer, 3);
    let words = text_column(&["yes", "No", "yes", "maybe"]);
    assert_eq!(words.inferred_type, "string");
    assert_eq!(alternatives(&words), [("boolean", 0.75)]);
    assert_eq!(conflicts(&words), [(4, "maybe")]);
}

#[test]
fn decimal_commas_are_read_as_such() {
    let found = text_column(&["1.234,5", "2,25", "1000"]);
    assert_eq!(found.inferred_type, "decimal(6,2)");
    assert_eq!(found.sum.as_deref(), Some("2236.75"));
    assert_eq!(
        (found.min, found.max),
        (Some(2.25.into()), Some(1234.5.into()))
    );
    // A column that may be either follows one that shows how the file is meant.
    let both = profile(batch(vec![
        ("a", texts(&["1,5", "2,5"])),
        ("b", texts(&["1.234", "2.000"])),
    ]));
    assert_eq!(both.column_profiles[1].inferred_type, "int64");
    assert_eq!(both.column_profiles[1].sum.as_deref(), Some("3234"));
    let unclear = text_column(&["1,234", "5,678"]);
    assert_eq!(unclear.inferred_type, "string");
    assert_eq!(alternatives(&unclear), [("double", 1.0)]);
    assert_eq!((unclear.sum, unclear.type_confidence), (None, 0.0));
}

#[test]
fn dates_are_read_in_the_pattern_of_the_column() {
    let unclear = text_column(&["03/04/2024", "05/06/2024"]);
    assert_eq!(unclear.inferred_type, "string");
    assert_eq!(alternatives(&unclear), [("date", 1.0)]);
    let temporal = unclear.temporal.expect("dates");
    assert!(temporal.ambiguous_day_month);
    let formats: Vec<_> = temporal
        .formats
        .iter()
        .map(|f| (f.format.as_str(), f.count))
        .collect();
    assert_eq!(formats, [("%d/%m/%Y", 2), ("%m/%d/%Y", 2)]);

    let clear = text_column(&["03/04/2024", "05/16/2024"]);
    assert_eq!(clear.inferred_type, "date");
    assert_eq!(clear.min, Some("2024-03-04".into()));
    let table = batch(vec![("d", texts(&["03/04/2024"]))]);
    let told = FileContext {
        day_first: Some(true),
        ..FileContext::default()
    };
    let told = profiler(&[table], &ProfileOptions::default()).finish(&told);
    assert_eq!(told.column_profiles[0].min, Some("2024-04-03".into()));

    let mut cells = vec!["2024-01-31 10:00:00".to_owned(); 99];
    cells.push("soon".to_owned());
    let nearly = text_column(&cells);
    assert_eq!(nearly.inferred_type, "string");
    assert_eq!(alternatives(&nearly), [("timestamp", 0.99)]);
    assert_eq!(conflicts(&nearly), [(100, "soon")]);
    let temporal = nearly.temporal.expect("dates");
    assert_eq!(temporal.formats[0].format, "%Y-%m-%d %H:%M:%S");
    assert_eq!(nearly.quantiles.expect("dates").p50, "2024-01-31T10:00:00");
}

#[test]
fn rows_are_numbered_from_where_the_caller_says() {
    let table = batch(vec![("a", texts(&["1", "2", "x"]))]);
    let mut profiler =
        Profiler::new(table.schema_ref(), &ProfileOptions::default()).starting_at(1_001);
    profiler.observe(&table).expect("a batch");
    let found = profiler.finish(&FileContext::default());
    assert_eq!(found.column_profiles[0].type_conflicts[0].row, 1_003);
    assert_eq!(found.sample[0].row, 1_001);

    let numbers = arrow::array::UInt64Array::from(vec![5, 9, 12]);
    let table = batch(vec![
        ("a", texts(&["1", "2", "x"])),
        ("row", Arc::new(numbers)),
    ]);
    let options = ProfileOptions {
        row_numbers: Some("row".to_owned()),
        ..ProfileOptions::default()
    };
    let found = profiler_of(&table, &options);
    assert_eq!(found.columns, 1);
    assert_eq!(found.column_profiles[0].type_conflicts[0].row, 12);
}

fn profiler_of(table: &RecordBatch, options: &ProfileOptions) -> DatasetProfile {
    profiler(std::slice::from_ref(table), options).finish(&FileContext::default())
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "-?[0-9]{1,4}",
        4 => "-?[0-9]{1,3}\\.[0-9]{1,3}",
        2 => "-?[0-9]{1,3},[0-9]{1,3}",
        1 => "[0-9]{1,3}\\.[0-9]{3},[0-9]{2}",
        1 => "[0-9]{1,3},[0-9]{3}\\.[0-9]{2}",
        1 => "[1-9]\\.[0-9]e-?[0-9]{1,2}",
        1 => "[0-9]{17,25}",
        3 => "20[0-9]{2}-0[1-9]-[0-3][0-9]",
        3 => "[0-3][0-9]/0[1-9]/2024",
        2 => "20[0-9]{2}-0[1-9]-1[0-9][T ][012][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?(Z|\\+05:30)?",
        1 => "(true|false|True)",
        1 => "[ -~]{0,10}",
        1 => "∅",
        1 => " [0-9]{2} ",
    ]
}

fn cells() -> impl Strategy<Value = Vec<String>> {
    // Of one kind or of several: a column of all kinds is always text.
    prop_oneof![
        prop::collection::vec(cell(), 0..8),
        prop::collection::vec("-?[0-9]{1,4}([.,][0-9]{1,3})?", 1..8),
        prop::collection::vec("[0-3]?[0-9]/[01]?[0-9]/2024", 1..8),
        prop::collection::vec("20[0-9]{2}-0[1-9]-1[0-9]( [01][0-9]:[0-5][0-9])?", 1..8),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// The profile and the reader agree on the type of every column.
    #[test]
    fn the_reader_says_the_same(first in cells(), second in cells(), day_first: Option<bool>) {
        let rows = first.len().max(second.len());
        let padded = |mut cells: Vec<String>| {
            cells.resize(rows, "∅".to_owned());
            cells
        };
        let columns = [padded(first), padded(second)];
        let mut facts = FileFacts { columns: Vec::new(), rows: rows as u64 };
        for cells in &columns {
            let mut column = ColumnFacts::default();
            for (row, cell) in cells.iter().enumerate() {
                column.observe(row as u64, (cell != "∅").then_some(cell));
            }
            facts.columns.push(column);
        }
        let expected = facts.decide(day_first, false);
        let context = FileContext { day_first, ..FileContext::default() };
        let table = batch(vec![("a", texts(&columns[0])), ("b", texts(&columns[1]))]);
        let options = ProfileOptions { null_values: Vec::new(), ..ProfileOptions::default() };
        let found = profiler(&[table], &options).finish(&context);
        for ((found, expected), cells) in found.column_profiles.iter().zip(&expected).zip(&columns) {
            let expected = crate::column::type_name(&expected.data_type);
            if found.inferred_type != "null" {
                prop_assert_eq!(&found.inferred_type, &expected, "{:?}", cells);
            }
            let counts = found.type_counts;
            let all = counts.null + counts.boolean + counts.integer + counts.decimal
                + counts.double + counts.date + counts.timestamp + counts.string;
            prop_assert_eq!(all, rows as u64);
        }
    }
}

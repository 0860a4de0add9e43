//! Parts together say what the whole does.

use super::*;
use crate::ProfileError;
use arrow::array::{Array, Float64Array, Int64Array};
use proptest::prelude::*;

/// Profiles of the parts, each written down and read again, merged from `first` on.
fn in_parts(
    table: &RecordBatch,
    cuts: &[usize],
    first: usize,
    options: &ProfileOptions,
) -> Profiler {
    let mut cuts: Vec<usize> = cuts
        .iter()
        .map(|cut| (*cut).min(table.num_rows()))
        .collect();
    cuts.extend([0, table.num_rows()]);
    cuts.sort_unstable();
    let mut parts: Vec<Profiler> = cuts
        .windows(2)
        .map(|cut| {
            let part = table.slice(cut[0], cut[1] - cut[0]);
            let mut profiler =
                Profiler::new(table.schema_ref(), options).starting_at(cut[0] as u64 + 1);
            profiler.observe(&part).expect("a batch of the schema");
            let state = serde_json::to_string(&profiler).expect("a state is JSON");
            serde_json::from_str(&state).expect("and back")
        })
        .collect();
    let count = parts.len();
    parts.rotate_left(first % count);
    let mut whole = parts.remove(0);
    for part in &parts {
        whole.merge(part).expect("parts of one file");
    }
    whole
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "-?[0-9]{1,3}",
        2 => "[0-9]{1,2}[.,][0-9]{1,3}",
        1 => "0[1-9]/0[1-9]/2024",
        1 => "(true|N/A|NULL|∅|∅| x|é)",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// Of few cells everything is exact, so everything is the same.
    #[test]
    fn any_split_in_any_order_is_one_pass(
        mixed in prop::collection::vec(cell(), 40),
        numbers in prop::collection::vec("-?[0-9]{1,4}", 40),
        commas in prop::collection::vec("[0-9]{1,3}[.,][0-9]{3}", 40),
        mut dates in prop::collection::vec("20[0-9]{2}-0[1-9]-1[0-9]", 40),
        typed in prop::collection::vec(prop::option::of(-50i64..50), 40),
        floats in prop::collection::vec(prop::option::of(-1e3..1e3f64), 40),
        cuts in prop::collection::vec(0usize..41, 0..5),
        first in 0usize..6,
        sort: bool,
    ) {
        if sort {
            dates.sort();
        }
        let table = batch(vec![
            ("mixed", texts(&mixed)),
            ("numbers", texts(&numbers)),
            ("commas", texts(&commas)),
            ("dates", texts(&dates)),
            ("typed", Arc::new(Int64Array::from(typed)) as ArrayRef),
            ("floats", Arc::new(Float64Array::from(floats)) as ArrayRef),
        ]);
        let options = ProfileOptions { as_written: Some(true), sample_rows: 7, ..ProfileOptions::default() };
        let parts = in_parts(&table, &cuts, first, &options).finish(&FileContext::default());
        let whole = profiler(&[table], &options).finish(&FileContext::default());
        assert_same(&parts, &whole);
    }
}

/// A table with keys, words, a skewed number and repeated rows, beyond all that is exact.
fn large(rows: u64) -> RecordBatch {
    let rows = || 0..rows;
    batch(vec![
        (
            "key",
            texts(&rows().map(|row| format!("K{row:08}")).collect::<Vec<_>>()),
        ),
        (
            "word",
            texts(
                &rows()
                    .map(|row| format!("word {}", (mixed(row) % 10_000).pow(2) / 5_000))
                    .collect::<Vec<_>>(),
            ),
        ),
        (
            "amount",
            texts(
                &rows()
                    .map(|row| format!("{}.{:02}", mixed(row) % 10_000, mixed(row + 7) % 100))
                    .collect::<Vec<_>>(),
            ),
        ),
        (
            "number",
            Arc::new(Int64Array::from_iter_values(
                rows().map(|row| (mixed(row * 3) % 30_000) as i64),
            )) as ArrayRef,
        ),
    ])
}

#[test]
fn large_parts_are_exact_where_promised_and_near_elsewhere() {
    let table = large(60_000);
    let options = ProfileOptions {
        exact_rows: 10_000,
        ..ProfileOptions::default()
    };
    let parts = in_parts(&table, &[9_000, 9_001, 30_000, 44_444], 3, &options);
    let parts = parts.finish(&FileContext::default());
    let batches: Vec<RecordBatch> = (0..60_000)
        .step_by(8_192)
        .map(|from| table.slice(from, 8_192.min(60_000 - from)))
        .collect();
    let whole = profiler(&batches, &options).finish(&FileContext::default());

    assert_eq!(parts.duplicate_rows, whole.duplicate_rows);
    assert_eq!(parts.sample, whole.sample);
    assert_eq!(parts.sample.len(), 100);
    for (part, whole) in parts.column_profiles.iter().zip(&whole.column_profiles) {
        let name = &whole.name;
        assert_eq!(part.type_counts, whole.type_counts, "{name}");
        assert_eq!(part.nulls, whole.nulls, "{name}");
        assert_eq!((&part.min, &part.max), (&whole.min, &whole.max), "{name}");
        assert_eq!(part.sum, whole.sum, "{name}");
        assert_eq!(part.distinct, whole.distinct, "{name}");
        assert_eq!(part.sortedness, whole.sortedness, "{name}");
        assert_eq!(part.semantic, whole.semantic, "{name}");
        let lengths = |profile: &ColumnProfile| {
            profile
                .text
                .clone()
                .map(|text| (text.min_len, text.max_len, text.mean_len))
        };
        assert_eq!(lengths(part), lengths(whole), "{name}");
    }
    let key = &parts.column_profiles[0];
    assert_eq!(
        (key.distinct.estimate, key.distinct.is_unique),
        (60_000, true)
    );
    assert_eq!(key.sortedness, crate::Sortedness::Ascending);
    assert!(key.top_values.is_empty());
    assert_eq!(
        key.text.as_ref().map(|text| text.patterns[0].count),
        Some(60_000)
    );

    // Quantiles against the sorted truth, frequent values against true counts.
    let numbers = table
        .column(3)
        .as_any()
        .downcast_ref::<Int64Array>()
        .expect("integers");
    let mut sorted: Vec<i64> = numbers.values().to_vec();
    sorted.sort_unstable();
    for profile in [&parts, &whole] {
        let column = &profile.column_profiles[3];
        let quantiles = column.quantiles.as_ref().expect("numbers");
        for (share, value) in [
            (0.05, &quantiles.p05),
            (0.25, &quantiles.p25),
            (0.5, &quantiles.p50),
            (0.95, &quantiles.p95),
        ] {
            let value = value.as_i64().expect("a whole number");
            let rank = sorted.partition_point(|other| *other <= value) as f64 / 60_000.0;
            assert!((rank - share).abs() <= 0.0175, "{share}: {rank}");
        }
        let histogram = column.histogram.as_ref().expect("numbers");
        assert_eq!(
            histogram.bins.iter().map(|bin| bin.count).sum::<u64>(),
            60_000
        );
        assert!((20..=50).contains(&histogram.bins.len()));
        let word = &profile.column_profiles[1];
        let words = table.column(1);
        let words = words
            .as_any()
            .downcast_ref::<arrow::array::StringViewArray>()
            .expect("text");
        let truth = (word.distinct.estimate as f64) / {
            let all: std::collections::HashSet<_> = words.iter().flatten().collect();
            all.len() as f64
        };
        assert!((truth - 1.0).abs() < 0.05, "{truth}");
        for top in &word.top_values {
            let count = words
                .iter()
                .flatten()
                .filter(|word| *word == top.value)
                .count() as u64;
            assert!(
                top.count <= count && count <= top.count + top.upper_error,
                "{top:?}: {count}"
            );
            assert!(top.upper_error <= 60_000 / 1_025);
        }
    }
    let mean = sorted.iter().sum::<i64>() as f64 / 60_000.0;
    let found = parts.column_profiles[3].mean.expect("numbers");
    assert!((found - mean).abs() < 1e-6);
}

/// Texts that are all different, each longer than what is kept of one.
fn hostile(from: u64, rows: u64) -> RecordBatch {
    let tail = "x".repeat(300);
    let cells: Vec<String> = (from..from + rows)
        .map(|row| format!("{:016x}{tail}", mixed(row)))
        .collect();
    batch(vec![("hostile", texts(&cells))])
}

#[test]
fn a_million_long_texts_stay_in_bounded_memory() {
    let table = hostile(0, 1);
    let mut profiler = Profiler::new(
        table.schema_ref(),
        &ProfileOptions {
            exact_rows: 1_000,
            ..ProfileOptions::default()
        },
    );
    let mut sizes = Vec::new();
    for step in 0..1_000 {
        profiler
            .observe(&hostile(step * 1_000, 1_000))
            .expect("a batch");
        if step % 100 == 99 {
            sizes.push(
                serde_json::to_vec(&profiler)
                    .expect("a state is JSON")
                    .len(),
            );
        }
    }
    assert!(sizes.iter().all(|size| *size < 2_000_000), "{sizes:?}");
    let found = profiler.finish(&FileContext::default());
    let column = &found.column_profiles[0];
    assert!(column.distinct.estimate.abs_diff(1_000_000) < 50_000);
    assert!(column.top_values.is_empty());
    assert!(serde_json::to_vec(&found).expect("JSON").len() < 100_000);
}

#[test]
fn a_state_is_small() {
    let state = profiler(
        &[large(50_000)],
        &ProfileOptions {
            exact_rows: 0,
            ..ProfileOptions::default()
        },
    );
    let bytes = serde_json::to_vec(&state).expect("a state is JSON").len();
    assert!(bytes < 4 * 300_000 + 1_000_000, "{bytes}");
}

#[test]
fn strangers_do_not_merge() {
    let options = ProfileOptions::default();
    let one = profiler(&[batch(vec![("a", texts(&["1"]))])], &options);
    let mut named = profiler(&[batch(vec![("b", texts(&["1"]))])], &options);
    let mut typed = profiler(
        &[batch(vec![(
            "a",
            Arc::new(Int64Array::from(vec![1])) as ArrayRef,
        )])],
        &options,
    );
    let mut wide = profiler(
        &[batch(vec![("a", texts(&["1"])), ("b", texts(&["1"]))])],
        &options,
    );
    for other in [&mut named, &mut typed, &mut wide] {
        let error = other.merge(&one).expect_err("other columns");
        assert_eq!(error.code(), "PROFILE_SCHEMA_MISMATCH", "{error}");
    }
    let mut seeded = profiler(
        &[batch(vec![("a", texts(&["1"]))])],
        &ProfileOptions { seed: 7, ..options },
    );
    let error = seeded.merge(&one).expect_err("other options");
    assert_eq!(error, ProfileError::OptionsMismatch { option: "seed" });
    let wrong = batch(vec![("b", texts(&["1"]))]);
    let error = seeded.observe(&wrong).expect_err("another column");
    assert_eq!(error.code(), "PROFILE_SCHEMA_MISMATCH");
    assert_eq!(seeded.rows(), 1);
}

use super::*;
use crate::hash;
use proptest::prelude::*;
use std::collections::HashMap;

fn fill(table: &mut Frequent, values: &[u64]) {
    for batch in values.chunks(500) {
        for (row, value) in batch.iter().enumerate() {
            table.observe(hash::number(9, *value), row);
        }
        table.settle(|row| batch[row].to_string().into());
    }
}

fn truth(values: &[u64]) -> HashMap<String, u64> {
    let mut counts = HashMap::new();
    for value in values {
        *counts.entry(value.to_string()).or_default() += 1;
    }
    counts
}

/// Every counter is at most what it counts, and lacks no more than it says, which is no more than
/// the bound allows; nothing frequent is absent.
fn assert_bounds(table: &Frequent, values: &[u64], kept: usize) {
    let truth = truth(values);
    assert!(table.missed() <= values.len() as u64 / (kept as u64 + 1));
    let found: HashMap<&str, u64> = table.values().map(|v| (v.text, v.count)).collect();
    for (text, count) in &found {
        let real = truth[*text];
        assert!(*count <= real && real <= count + table.missed(), "{text}");
    }
    for (text, real) in &truth {
        assert!(
            *real <= table.missed() || found.contains_key(text.as_str()),
            "{text} came {real} times"
        );
    }
}

#[test]
fn few_values_are_counted_exactly() {
    let values: Vec<u64> = (0..10_000).map(|place| place * place % 97).collect();
    let mut table = Frequent::bounded(100);
    fill(&mut table, &values);
    assert_eq!(table.missed(), 0);
    let counts: HashMap<String, u64> = table
        .values()
        .map(|value| (value.text.to_owned(), value.count))
        .collect();
    assert_eq!(counts, truth(&values));
}

#[test]
fn frequent_values_are_found_among_many() {
    // One in ten rows says 7, the others are all different.
    let values: Vec<u64> = (0..200_000)
        .map(|place| if place % 10 == 0 { 7 } else { 1_000 + place })
        .collect();
    let mut table = Frequent::bounded(64);
    fill(&mut table, &values);
    assert_bounds(&table, &values, 64);
    let top = table.top(1)[0];
    assert_eq!(top.text, "7");
    assert!(top.count + table.missed() >= 20_000);
    assert!(table.len() <= 128);
}

#[test]
fn long_texts_are_cut_between_characters() {
    let text = "é".repeat(1_000);
    let cut = clip(&text);
    assert_eq!(cut.chars().count(), 129);
    assert!(cut.ends_with("é…"));
    assert_eq!(&*clip("short"), "short");
}

#[test]
fn state_comes_back() {
    let values: Vec<u64> = (0..5_000).map(|place| place % 300).collect();
    let mut table = Frequent::bounded(100);
    fill(&mut table, &values);
    let text = serde_json::to_string(&table).unwrap();
    let mut back: Frequent = serde_json::from_str(&text).unwrap();
    fill(&mut back, &values);
    fill(&mut table, &values);
    assert_eq!(
        serde_json::to_string(&back).unwrap(),
        serde_json::to_string(&table).unwrap()
    );
}

proptest! {
    #[test]
    fn merged_counts_keep_the_bound(
        values in prop::collection::vec((0u64..400).prop_map(|v| v * v / 200), 1..3_000),
        cut in 0usize..3_000,
    ) {
        let cut = cut.min(values.len());
        let mut left = Frequent::bounded(20);
        let mut right = Frequent::bounded(20);
        fill(&mut left, &values[..cut]);
        fill(&mut right, &values[cut..]);
        left.merge(&right);
        assert_bounds(&left, &values, 20);
        prop_assert!(left.len() <= 20);
    }
}

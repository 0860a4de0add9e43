//! Numbers against the plain formulas, and lengths, masks and order.

use super::*;
use crate::Sortedness;
use proptest::prelude::*;

fn near(found: Option<f64>, expected: f64, what: &str) {
    let found = found.unwrap_or_else(|| panic!("{what} is missing"));
    assert!(
        (found - expected).abs() <= 1e-6 * expected.abs().max(1e-3),
        "{what}: {found} is not {expected}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn statistics_are_those_of_the_formulas(
        cents in prop::collection::vec(-1_000_000i64..1_000_000, 5..2_500),
    ) {
        let cells: Vec<String> = cents
            .iter()
            .map(|cents| {
                let sign = if *cents < 0 { "-" } else { "" };
                format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)
            })
            .collect();
        let found = text_column(&cells);
        let values: Vec<f64> = cents.iter().map(|cents| *cents as f64 / 100.0).collect();
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let power = |power: i32| values.iter().map(|v| (v - mean).powi(power)).sum::<f64>() / count;
        let (second, third, fourth) = (power(2), power(3), power(4));
        near(found.mean, mean, "mean");
        near(found.variance, second * count / (count - 1.0), "variance");
        near(found.stddev, (second * count / (count - 1.0)).sqrt(), "deviation");
        near(
            found.skewness,
            third / second.powf(1.5) * (count * (count - 1.0)).sqrt() / (count - 2.0),
            "skewness",
        );
        near(
            found.kurtosis,
            (count - 1.0) / ((count - 2.0) * (count - 3.0))
                * ((count + 1.0) * (fourth / (second * second) - 3.0) + 6.0),
            "kurtosis",
        );
        let sum: i64 = cents.iter().sum();
        let sign = if sum < 0 { "-" } else { "" };
        let sum = format!("{sign}{}.{:02}", sum.abs() / 100, sum.abs() % 100);
        prop_assert_eq!(found.sum, Some(sum));
        let least = cents.iter().min().map(|cents| *cents as f64 / 100.0);
        prop_assert_eq!(found.min.and_then(|value| value.as_f64()), least);
        let zeros = cents.iter().filter(|cents| **cents == 0).count() as u64;
        let negatives = cents.iter().filter(|cents| **cents < 0).count() as u64;
        prop_assert_eq!((found.zeros, found.negatives), (Some(zeros), Some(negatives)));
        let different: std::collections::HashSet<_> = cents.iter().collect();
        prop_assert_eq!(found.distinct.estimate, different.len() as u64);
    }
}

#[test]
fn few_whole_numbers_get_a_bin_each() {
    let found = text_column(&["1", "2", "2", "5"]);
    let bins: Vec<_> = found
        .histogram
        .expect("numbers")
        .bins
        .iter()
        .map(|bin| (bin.lo.as_i64().unwrap_or(-1), bin.count))
        .collect();
    assert_eq!(bins, [(1, 1), (2, 2), (3, 0), (4, 0), (5, 1)]);
    let one = text_column(&["7", "7"]).histogram.expect("numbers").bins;
    assert_eq!((one.len(), one[0].count), (1, 2));
}

#[test]
fn bins_of_fractions_have_equal_width_and_hold_all() {
    let cells: Vec<String> = (0..400).map(|place| format!("{place}.25")).collect();
    let bins = text_column(&cells).histogram.expect("numbers").bins;
    assert_eq!(bins.len(), 20);
    assert_eq!(bins[0].lo, 0.25);
    assert_eq!(bins[19].hi, 399.25);
    for bin in &bins {
        let width = bin.hi.as_f64().expect("a number") - bin.lo.as_f64().expect("a number");
        assert!((width - 19.95).abs() < 1e-9);
        assert!(bin.count.abs_diff(20) <= 1, "{bin:?}");
    }
}

#[test]
fn lengths_are_in_characters() {
    let found = text_column(&["é", "abc", "", " x ", "0012", "\u{a0}y"]);
    let text = found.text.expect("text");
    assert_eq!((text.min_len, text.max_len), (Some(0), Some(4)));
    assert_eq!(text.mean_len, Some(13.0 / 6.0));
    assert!(!text.ascii && text.leading_zeros);
    assert_eq!((text.whitespace_padded, text.empty), (2, 1));
    let plain = text_column(&["0", "10", "0.5"]).text.expect("text");
    assert!(plain.ascii && !plain.leading_zeros);
}

#[test]
fn order_is_that_of_the_type() {
    let sortedness = |cells: &[&str]| text_column(cells).sortedness;
    // As numbers they rise, as texts they do not.
    assert_eq!(sortedness(&["9", "10", "100"]), Sortedness::Ascending);
    assert_eq!(sortedness(&["b", "a", "a"]), Sortedness::Descending);
    assert_eq!(
        sortedness(&["31/01/2024", "01/02/2024", "∅", "15/02/2024"]),
        Sortedness::Ascending
    );
    assert_eq!(sortedness(&["b", "a", "c"]), Sortedness::None);
    assert_eq!(sortedness(&["a"]), Sortedness::None);
}

#[test]
fn duplicate_rows_are_counted() {
    let found = profile(batch(vec![
        ("a", texts(&["1", "1", "2", "∅", "∅", "1"])),
        ("b", texts(&["x", "x", "x", "∅", "∅", "y"])),
    ]));
    assert_eq!(found.duplicate_rows.count, 2);
    assert!((found.duplicate_rows.ratio - 1.0 / 3.0).abs() < 1e-12);
}

#[test]
fn wide_numbers_are_summed_and_compared_to_the_last_digit() {
    let found = text_column(&[
        "9007199254740993",
        "9007199254740992",
        "12345678901234567890.5",
    ]);
    assert_eq!(found.inferred_type, "decimal(21,1)");
    assert_eq!(found.sum.as_deref(), Some("12363693299744049875.5"));
    assert_eq!(found.min, Some(9_007_199_254_740_992i64.into()));
    assert_eq!(found.max, Some("12345678901234567890.5".into()));
}

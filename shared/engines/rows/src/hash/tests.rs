use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{
    Array, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array, Int32Array,
    Int64Array, ListArray, NullArray, StringArray, StringViewArray, TimestampMicrosecondArray,
    TimestampSecondArray,
};
use arrow::datatypes::{Float64Type, Int64Type};
use proptest::prelude::*;

use super::*;

fn one(column: impl Array + 'static) -> Vec<u128> {
    hash_column(&(Arc::new(column) as ArrayRef), true)
}

fn texts(texts: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringViewArray::from_iter(texts.iter().copied()))
}

/// Parts of a job are hashed on several machines: these numbers must never change.
#[test]
fn hashes_are_the_same_for_ever() {
    let hashes = one(StringViewArray::from(vec![
        Some(""),
        None,
        Some("a"),
        Some("a rather long text that is hashed"),
    ]));
    let shown: Vec<String> = hashes.iter().map(|hash| format!("{hash:032x}")).collect();
    assert_eq!(
        shown,
        [
            "203a723127ee168a73d5718f5f0705ed",
            "38ab1f7a7d0815f470765196ca723983",
            "23ed10422521bce99f3c387d3c2574d4",
            "8451d188c42af689647b60e742c41a74",
        ]
    );
    assert_eq!(
        format!("{:032x}", one(Int64Array::from(vec![5]))[0]),
        "4396264c7a23c236cbd79d4c3c329560"
    );
}

#[test]
fn equal_values_of_different_types_are_equal() {
    let five = one(Int64Array::from(vec![5]))[0];
    assert_eq!(one(Int32Array::from(vec![5]))[0], five);
    assert_eq!(one(Float64Array::from(vec![5.0]))[0], five);
    assert_eq!(one(Float32Array::from(vec![5.0]))[0], five);
    for (units, scale) in [(5, 0), (50, 1), (5_000, 3)] {
        let decimal = Decimal128Array::from(vec![units])
            .with_precision_and_scale(10, scale)
            .expect("a decimal");
        assert_eq!(one(decimal)[0], five, "{units} {scale}");
    }
    let seconds = one(TimestampSecondArray::from(vec![-7]))[0];
    let zoned = TimestampMicrosecondArray::from(vec![-7_000_000]).with_timezone("UTC");
    assert_eq!(one(zoned)[0], seconds);
    assert_eq!(
        one(Float64Array::from(vec![-0.0]))[0],
        one(Float64Array::from(vec![0.0]))[0]
    );
    let nans = one(Float64Array::from(vec![f64::NAN, -f64::NAN]));
    assert_eq!(nans[0], nans[1]);
    assert_eq!(one(NullArray::new(1)), one(Int64Array::from(vec![None])));
}

#[test]
fn different_values_differ() {
    let mut all = Vec::new();
    all.extend(one(Int64Array::from(vec![
        Some(0),
        Some(1),
        Some(-1),
        Some(i64::MIN),
        Some(i64::MAX),
        None,
    ])));
    all.extend(one(BooleanArray::from(vec![true, false])));
    all.extend(one(Float64Array::from(vec![
        0.5,
        -0.5,
        f64::NAN,
        f64::INFINITY,
        1e300,
    ])));
    all.extend(one(StringViewArray::from(vec![
        "",
        "0",
        "1",
        "true",
        "a",
        "23ed10422521bce99f3c387d3c2574d4",
        "a ",
        "\0",
        "\0\0",
    ])));
    all.extend(one(Date32Array::from(vec![0, 1, -1])));
    all.extend(one(TimestampSecondArray::from(vec![0, 1, -1])));
    all.extend(one(ListArray::from_iter_primitive::<Int64Type, _, _>([
        Some(vec![]),
        Some(vec![None]),
        Some(vec![Some(0)]),
        Some(vec![Some(0), Some(0)]),
    ])));
    all.extend(one(StringArray::from(vec!["of another type"])));
    let count = all.len();
    assert_eq!(all.into_iter().collect::<HashSet<_>>().len(), count);
}

#[test]
fn borders_between_columns_count() {
    let rows = [
        [texts(&[Some("ab")]), texts(&[Some("c")])],
        [texts(&[Some("a")]), texts(&[Some("bc")])],
        [texts(&[Some("abc")]), texts(&[Some("")])],
        [texts(&[Some("abc")]), texts(&[None])],
        [texts(&[None]), texts(&[Some("abc")])],
        [texts(&[Some("")]), texts(&[Some("abc")])],
    ];
    let hashes: HashSet<u128> = rows.iter().flat_map(|row| hash_rows(row, true)).collect();
    assert_eq!(hashes.len(), rows.len());
}

#[test]
fn case_can_be_passed_over() {
    let column = texts(&[
        Some("Anna"),
        Some("ANNA"),
        Some("anna "),
        Some("Straße"),
        Some("STRASSE"),
    ]);
    let hashes = hash_column(&column, false);
    assert_eq!(hashes[0], hashes[1]);
    assert_ne!(hashes[0], hashes[2]);
    assert_eq!(hashes[3], hashes[4]);
    let hashes = hash_column(&column, true);
    assert_ne!(hashes[0], hashes[1]);
}

#[test]
fn nothing_has_no_hashes() {
    assert!(hash_rows(&[], true).is_empty());
    assert!(hash_rows(&[texts(&[])], true).is_empty());
    let list = ListArray::from_iter_primitive::<Float64Type, _, _>([None::<Vec<Option<f64>>>]);
    assert_eq!(one(list), one(NullArray::new(1)));
}

/// Parts and buckets are chosen by some of the bits, so each must be set in half of the hashes.
#[test]
fn every_bit_of_short_keys_is_stirred() {
    const ROWS: i64 = 4_096;
    let hashes = one(Int64Array::from_iter_values(0..ROWS));
    for bit in 0..127 {
        let set = hashes.iter().filter(|hash| *hash >> bit & 1 == 1).count();
        let half = ROWS as usize / 2;
        assert!(
            set.abs_diff(half) < half / 5,
            "bit {bit} is set {set} times"
        );
    }
}

proptest! {
    #[test]
    fn rows_are_equal_where_hashes_are(
        left in prop::collection::vec(prop::option::of("[ab]{0,18}"), 3),
        right in prop::collection::vec(prop::option::of("[ab]{0,18}"), 3),
    ) {
        let hash = |row: &[Option<String>]| {
            let columns: Vec<ArrayRef> = row.iter().map(|cell| texts(&[cell.as_deref()])).collect();
            hash_rows(&columns, true)
        };
        prop_assert_eq!(hash(&left) == hash(&right), left == right);
    }

    #[test]
    fn slices_have_the_hashes_of_their_rows(
        cells in prop::collection::vec((any::<Option<i64>>(), prop::option::of(".{0,20}")), 0..40),
        cut in 0usize..40,
    ) {
        let numbers: ArrayRef = Arc::new(cells.iter().map(|cell| cell.0).collect::<Int64Array>());
        let words: ArrayRef = Arc::new(cells.iter().map(|cell| cell.1.as_deref()).collect::<StringViewArray>());
        let whole = hash_rows(&[Arc::clone(&numbers), Arc::clone(&words)], true);
        let cut = cut.min(cells.len());
        let mut hasher = RowHasher::new(true);
        let mut parts = Vec::new();
        for (from, length) in [(0, cut), (cut, cells.len() - cut)] {
            hasher.hash(&[numbers.slice(from, length), words.slice(from, length)], &mut parts);
        }
        prop_assert_eq!(parts, whole);
    }

    #[test]
    fn stirring_loses_nothing(left in 0..LONG, right in 0..LONG) {
        prop_assert_eq!(stir(left) == stir(right), left == right);
        prop_assert!(stir(left) < LONG);
    }
}

//! Columns that have a type.

use super::*;
use crate::Sortedness;
use arrow::array::{
    Array, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Decimal256Array,
    DictionaryArray, Float32Array, Float64Array, Int8Array, Int64Array, ListArray, NullArray,
    StringArray, Time64MicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray,
    UInt64Array,
};
use arrow::datatypes::{Int32Type, Int64Type, i256};

fn typed(array: impl Array + 'static) -> ColumnProfile {
    column("column", Arc::new(array))
}

#[test]
fn whole_numbers_of_every_width() {
    let found = typed(Int8Array::from(vec![Some(-5), None, Some(7), Some(0)]));
    assert_eq!(
        (found.physical_type.as_str(), found.inferred_type.as_str()),
        ("int8", "int8")
    );
    assert_eq!((found.min, found.max), (Some((-5).into()), Some(7.into())));
    assert_eq!(
        (found.zeros, found.negatives, found.sum.as_deref()),
        (Some(1), Some(1), Some("2"))
    );
    assert_eq!((found.nulls.count, found.nulls.by_marker.len()), (1, 0));
    assert_eq!((found.type_counts.integer, found.type_counts.null), (3, 1));
    assert_eq!(found.text, None);
    let great = typed(UInt64Array::from(vec![u64::MAX, u64::MAX, 1]));
    assert_eq!(great.sum.as_deref(), Some("36893488147419103231"));
    assert_eq!(great.max, Some("18446744073709551615".into()));
    assert_eq!(great.top_values[0].value, "18446744073709551615");
    let flags = typed(Int64Array::from(vec![0, 1, 1]));
    assert_eq!(flags.alternatives[0].data_type, "boolean");
}

#[test]
fn fractions_of_every_kind() {
    let found = typed(Float64Array::from(vec![1.5, f64::NAN, f64::INFINITY, -0.5]));
    assert_eq!((found.nan, found.inf), (Some(1), Some(1)));
    assert_eq!(
        (found.min, found.max),
        (Some((-0.5).into()), Some(1.5.into()))
    );
    assert_eq!((found.mean, found.sum.as_deref()), (Some(0.5), Some("1")));
    assert_eq!(found.inferred_type, "double");
    let short = typed(Float32Array::from(vec![0.1, 0.2]));
    assert_eq!(
        (short.min, short.quantiles.expect("numbers").p99),
        (Some(0.1.into()), 0.2.into())
    );
    let decimals = Decimal128Array::from(vec![1_250, -5, 100])
        .with_precision_and_scale(12, 2)
        .expect("a scale");
    let found = typed(decimals);
    assert_eq!(found.inferred_type, "decimal(12,2)");
    assert_eq!(
        (found.min, found.max),
        (Some((-0.05).into()), Some(12.5.into()))
    );
    assert_eq!(found.sum.as_deref(), Some("13.45"));
    let hundreds = Decimal128Array::from(vec![12, 3])
        .with_precision_and_scale(4, -2)
        .expect("a scale");
    let found = typed(hundreds);
    assert_eq!(
        (found.sum.as_deref(), found.max),
        (Some("1500"), Some(1_200.into()))
    );
    assert!(found.top_values.iter().any(|top| top.value == "1200"));
    let wide = Decimal256Array::from(vec![i256::from_i128(7), i256::from_parts(0, 1 << 100)])
        .with_precision_and_scale(76, 3)
        .expect("a scale");
    let found = typed(wide);
    assert_eq!(
        (found.distinct.estimate, found.min),
        (2, Some(0.007.into()))
    );
}

#[test]
fn days_and_moments() {
    let days = typed(Date32Array::from(vec![Some(19_753), Some(0), None]));
    assert_eq!(
        (days.min, days.max),
        (Some("1970-01-01".into()), Some("2024-01-31".into()))
    );
    assert_eq!(
        (days.inferred_type.as_str(), days.type_counts.date),
        ("date", 2)
    );
    assert_eq!(days.top_values[0].value, "1970-01-01");
    assert_eq!(days.sortedness, Sortedness::Descending);
    let moments = TimestampMillisecondArray::from(vec![1_500, -1]).with_timezone("UTC");
    let moments = typed(moments);
    assert_eq!(moments.min, Some("1969-12-31T23:59:59.999Z".into()));
    assert!(
        moments
            .temporal
            .is_some_and(|temporal| temporal.timezone_aware)
    );
    let exact = typed(TimestampNanosecondArray::from(vec![1, 2]));
    assert_eq!(exact.max, Some("1970-01-01T00:00:00.000000002".into()));
    let far = typed(arrow::array::TimestampSecondArray::from(vec![
        i64::MAX,
        i64::MIN,
    ]));
    assert_eq!((far.min, far.distinct.estimate), (None, 2));
}

#[test]
fn booleans_and_other_things() {
    let found = typed(BooleanArray::from(vec![
        Some(false),
        Some(true),
        None,
        Some(true),
    ]));
    assert_eq!(
        (found.min, found.max),
        (Some(false.into()), Some(true.into()))
    );
    assert_eq!(
        (found.type_counts.boolean, found.sortedness),
        (3, Sortedness::Ascending)
    );
    assert_eq!(
        (
            found.top_values[0].value.as_str(),
            found.top_values[0].count
        ),
        ("true", 2)
    );
    let bytes = typed(BinaryArray::from(vec![&b"\x00\xff"[..], b"\x00\xff", b"a"]));
    assert_eq!(
        (bytes.inferred_type.as_str(), bytes.distinct.estimate),
        ("binary", 2)
    );
    assert_eq!(bytes.type_counts.other, 3);
    let lists = ListArray::from_iter_primitive::<Int64Type, _, _>(vec![
        Some(vec![Some(1), None]),
        Some(vec![Some(1), None]),
        None,
    ]);
    let lists = typed(lists);
    assert_eq!(lists.physical_type, "list<int64>");
    assert_eq!((lists.distinct.estimate, lists.nulls.count), (1, 1));
    let times = typed(Time64MicrosecondArray::from(vec![1_000_000]));
    assert_eq!(
        (times.physical_type.as_str(), times.type_counts.other),
        ("time", 1)
    );
    let nothing = typed(NullArray::new(3));
    assert_eq!(
        (nothing.inferred_type.as_str(), nothing.nulls.count),
        ("null", 3)
    );
}

#[test]
fn dictionaries_are_what_they_stand_for() {
    let words: DictionaryArray<Int32Type> = vec![Some("a"), None, Some("b"), Some("a")]
        .into_iter()
        .collect();
    let found = typed(words);
    assert_eq!(
        (found.physical_type.as_str(), found.nulls.count),
        ("string", 1)
    );
    assert_eq!(
        (
            found.top_values[0].value.as_str(),
            found.top_values[0].count
        ),
        ("a", 2)
    );
}

#[test]
fn text_of_typed_data_is_looked_into_and_its_markers_are_text() {
    let table = batch(vec![
        (
            "text",
            Arc::new(StringArray::from(vec![Some("12"), Some("NULL"), None])) as ArrayRef,
        ),
        (
            "number",
            Arc::new(Int64Array::from(vec![1, 2, 3])) as ArrayRef,
        ),
    ]);
    let found = &profile(table).column_profiles[0];
    assert_eq!(found.nulls.count, 1);
    assert!(found.nulls.by_marker.is_empty());
    assert_eq!(
        (found.type_counts.integer, found.type_counts.string),
        (1, 1)
    );
}

#[test]
fn large_typed_columns_go_over_to_sketches() {
    let numbers: Vec<i64> = (0..50_000).map(|row| mixed(row) as i64 >> 20).collect();
    let found = typed(Int64Array::from(numbers.clone()));
    let different: std::collections::HashSet<_> = numbers.iter().collect();
    let error = found.distinct.estimate as f64 / different.len() as f64 - 1.0;
    assert!(error.abs() < 0.05 && !found.distinct.exact);
    let sum: i128 = numbers.iter().map(|number| i128::from(*number)).sum();
    assert_eq!(found.sum, Some(sum.to_string()));
}

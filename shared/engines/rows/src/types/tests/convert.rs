//! From one type to another.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array,
    Int32Array, Int64Array, ListArray, TimestampMicrosecondArray, TimestampNanosecondArray,
    TimestampSecondArray,
};
use arrow::datatypes::{DataType, Int32Type, TimeUnit};
use proptest::prelude::*;

use super::{text_array, texts};
use crate::types::{cast_array, castable, cell_texts};

const MOMENT: DataType = DataType::Timestamp(TimeUnit::Microsecond, None);

/// Checks the texts of a turned column, `-` standing for null and `!` for what did not turn.
fn check(array: ArrayRef, to: &DataType, wanted: &[&str]) {
    let (turned, failed) = cast_array(&array, to).expect("types that turn");
    assert_eq!(turned.data_type(), to);
    let given: Vec<String> = texts(&turned)
        .into_iter()
        .enumerate()
        .map(|(row, text)| match text {
            Some(text) => text,
            None if failed.contains(&row) => "!".to_owned(),
            None => "-".to_owned(),
        })
        .collect();
    assert_eq!(given, wanted);
    assert!(failed.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(
        failed
            .iter()
            .all(|row| array.is_valid(*row) && turned.is_null(*row))
    );
}

fn decimals(values: Vec<Option<i128>>, precision: u8, scale: i8) -> ArrayRef {
    let array = Decimal128Array::from(values).with_precision_and_scale(precision, scale);
    Arc::new(array.expect("decimals"))
}

#[test]
fn texts_are_read() {
    let given = text_array([
        Some("5"),
        Some(" -7.0 "),
        None,
        Some("1.5"),
        Some(""),
        Some("x"),
    ]);
    check(
        Arc::clone(&given),
        &DataType::Int32,
        &["5", "-7", "-", "!", "!", "!"],
    );
    check(
        Arc::clone(&given),
        &DataType::Float32,
        &["5.0", "-7.0", "-", "1.5", "!", "!"],
    );
    check(
        Arc::clone(&given),
        &DataType::Decimal128(3, 1),
        &["5.0", "-7.0", "-", "1.5", "!", "!"],
    );
    check(
        text_array([Some("yes"), Some("OFF"), Some("2"), None]),
        &DataType::Boolean,
        &["true", "false", "!", "-"],
    );
    check(
        text_array([
            Some("2024-02-29"),
            Some("2023-02-29"),
            Some("2024-02-29 10:00"),
        ]),
        &DataType::Date32,
        &["2024-02-29", "!", "!"],
    );
    check(
        text_array([
            Some("2024-02-29"),
            Some("2024-02-29T10:00:00.5"),
            Some("2024-02-29T10:00:00+02:00"),
            Some("2024-02-29 10:00Z"),
            Some("noon"),
        ]),
        &MOMENT,
        &[
            "2024-02-29T00:00:00",
            "2024-02-29T10:00:00.500",
            "2024-02-29T08:00:00",
            "2024-02-29T10:00:00",
            "!",
        ],
    );
    check(
        text_array([Some("1e39"), Some("-1e30"), Some("NaN")]),
        &DataType::Float32,
        &["!", "-1e30", "NaN"],
    );
}

#[test]
fn numbers_turn_exactly_or_not_at_all() {
    let doubles: ArrayRef = Arc::new(Float64Array::from(vec![
        Some(3.0),
        Some(-0.5),
        None,
        Some(f64::NAN),
        Some(1e19),
        Some(0.1 + 0.2),
    ]));
    check(
        Arc::clone(&doubles),
        &DataType::Int64,
        &["3", "!", "-", "!", "!", "!"],
    );
    check(
        Arc::clone(&doubles),
        &DataType::Decimal128(38, 2),
        &["3.00", "-0.50", "-", "!", "10000000000000000000.00", "0.30"],
    );
    check(
        doubles,
        &DataType::Float32,
        &["3.0", "-0.5", "-", "NaN", "1e19", "0.3"],
    );
    let extremes: ArrayRef = Arc::new(Float64Array::from(vec![
        -9_223_372_036_854_775_808.0,
        9_223_372_036_854_775_808.0,
        f64::INFINITY,
    ]));
    check(
        extremes,
        &DataType::Int64,
        &["-9223372036854775808", "!", "!"],
    );
    let infinite: ArrayRef = Arc::new(Float64Array::from(vec![f64::INFINITY, f64::MAX]));
    check(infinite, &DataType::Float32, &["Infinity", "!"]);
    let whole: ArrayRef = Arc::new(Int64Array::from(vec![Some(2_147_483_648), None, Some(-5)]));
    check(Arc::clone(&whole), &DataType::Int32, &["!", "-", "-5"]);
    check(
        Arc::clone(&whole),
        &DataType::Decimal128(4, 3),
        &["!", "-", "-5.000"],
    );
    check(whole, &DataType::Float64, &["2147483648.0", "-", "-5.0"]);
    let exact = decimals(vec![Some(1250), Some(-1201), None, Some(9_999)], 6, 2);
    check(Arc::clone(&exact), &DataType::Int32, &["!", "!", "-", "!"]);
    check(
        Arc::clone(&exact),
        &DataType::Decimal128(3, 1),
        &["12.5", "!", "-", "!"],
    );
    check(
        Arc::clone(&exact),
        &DataType::Decimal128(6, 4),
        &["12.5000", "-12.0100", "-", "99.9900"],
    );
    check(
        Arc::clone(&exact),
        &DataType::Float64,
        &["12.5", "-12.01", "-", "99.99"],
    );
    check(exact, &DataType::Float32, &["12.5", "-12.01", "-", "99.99"]);
    check(decimals(vec![Some(500)], 6, 2), &DataType::Int64, &["5"]);
    check(
        decimals(vec![Some(10i128.pow(37))], 38, 0),
        &DataType::Decimal128(38, 1),
        &["!"],
    );
}

#[test]
fn booleans_are_zero_and_one() {
    let truths: ArrayRef = Arc::new(BooleanArray::from(vec![Some(true), Some(false), None]));
    check(Arc::clone(&truths), &DataType::Int32, &["1", "0", "-"]);
    check(
        Arc::clone(&truths),
        &DataType::Float64,
        &["1.0", "0.0", "-"],
    );
    check(truths, &DataType::Decimal128(3, 2), &["1.00", "0.00", "-"]);
    let numbers: ArrayRef = Arc::new(Int32Array::from(vec![Some(1), Some(2), None, Some(0)]));
    check(numbers, &DataType::Boolean, &["true", "!", "-", "false"]);
    let numbers: ArrayRef = Arc::new(Float64Array::from(vec![1.0, 0.5, 7.0]));
    check(numbers, &DataType::Boolean, &["true", "!", "!"]);
}

#[test]
fn days_and_moments_turn_into_each_other() {
    let days: ArrayRef = Arc::new(Date32Array::from(vec![Some(-1), None, Some(i32::MAX)]));
    check(
        Arc::clone(&days),
        &DataType::Timestamp(TimeUnit::Nanosecond, None),
        &["1969-12-31T00:00:00", "-", "!"],
    );
    let moments: ArrayRef = Arc::new(TimestampSecondArray::from(vec![
        Some(-1),
        None,
        Some(86_400),
        Some(i64::MAX),
    ]));
    check(
        Arc::clone(&moments),
        &DataType::Date32,
        &["1969-12-31", "-", "1970-01-02", "!"],
    );
    check(
        moments,
        &MOMENT,
        &["1969-12-31T23:59:59", "-", "1970-01-02T00:00:00", "!"],
    );
    let fine: ArrayRef = Arc::new(TimestampNanosecondArray::from(vec![1_000, 1]));
    check(fine, &MOMENT, &["1970-01-01T00:00:00.000001", "!"]);
    let zoned: ArrayRef =
        Arc::new(TimestampMicrosecondArray::from(vec![0]).with_timezone("+05:30"));
    check(Arc::clone(&zoned), &MOMENT, &["1970-01-01T00:00:00"]);
    check(zoned, &DataType::Utf8View, &["1970-01-01T00:00:00Z"]);
}

#[test]
fn some_types_never_turn() {
    let list = ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1)])]);
    let list: ArrayRef = Arc::new(list);
    check(Arc::clone(&list), &DataType::Utf8View, &["[1]"]);
    for (from, to) in [
        (DataType::Int64, DataType::Date32),
        (DataType::Date32, DataType::Int64),
        (DataType::Boolean, MOMENT),
        (MOMENT, DataType::Boolean),
        (list.data_type().clone(), DataType::Int32),
        (DataType::Utf8View, list.data_type().clone()),
        (DataType::Int32, list.data_type().clone()),
    ] {
        assert!(!castable(&from, &to), "{from} {to}");
    }
    let error = cast_array(&list, &DataType::Int32).expect_err("no number");
    assert_eq!(error.code, "COLUMN_TYPE_MISMATCH");
    assert!(
        error.message.contains("lists of int32"),
        "{}",
        error.message
    );
}

#[test]
fn texts_of_floating_point_are_short() {
    let doubles: ArrayRef = Arc::new(Float64Array::from(vec![
        1.0,
        -0.0,
        0.1,
        1e15,
        1e16,
        1e-5,
        9e-6,
        5e-324,
        123_456.789,
        f64::NEG_INFINITY,
    ]));
    let given = texts(&doubles);
    let given: Vec<&str> = given.iter().flatten().map(String::as_str).collect();
    assert_eq!(
        given,
        [
            "1.0",
            "-0.0",
            "0.1",
            "1000000000000000.0",
            "1e16",
            "0.00001",
            "9e-6",
            "5e-324",
            "123456.789",
            "-Infinity"
        ]
    );
    let floats: ArrayRef = Arc::new(Float32Array::from(vec![0.1, 16_777_216.0, 1e20, f32::NAN]));
    let given = texts(&floats);
    let given: Vec<&str> = given.iter().flatten().map(String::as_str).collect();
    assert_eq!(given, ["0.1", "16777216.0", "1e20", "NaN"]);
}

fn column() -> impl Strategy<Value = ArrayRef> {
    let cells = 0..20usize;
    let some = |array: ArrayRef| array;
    prop_oneof![
        prop::collection::vec(prop::option::of(any::<i32>()), cells.clone())
            .prop_map(move |cells| some(Arc::new(Int32Array::from(cells)))),
        prop::collection::vec(prop::option::of(any::<i64>()), cells.clone())
            .prop_map(move |cells| some(Arc::new(Int64Array::from(cells)))),
        prop::collection::vec(
            prop::option::of(prop::num::f64::NORMAL | prop::num::f64::ZERO),
            cells.clone()
        )
        .prop_map(move |cells| some(Arc::new(Float64Array::from(cells)))),
        prop::collection::vec(prop::option::of(any::<bool>()), cells.clone())
            .prop_map(move |cells| some(Arc::new(BooleanArray::from(cells)))),
        (
            prop::collection::vec(
                prop::option::of(-10i128.pow(38) + 1..10i128.pow(38)),
                cells.clone()
            ),
            0..=38i8
        )
            .prop_map(|(cells, scale)| decimals(cells, 38, scale)),
        prop::collection::vec(prop::option::of(-700_000..2_900_000i32), cells.clone())
            .prop_map(move |cells| some(Arc::new(Date32Array::from(cells)))),
        prop::collection::vec(
            prop::option::of(-62_000_000_000_000_000..253_000_000_000_000_000i64),
            cells
        )
        .prop_map(move |cells| some(Arc::new(TimestampMicrosecondArray::from(cells)))),
    ]
}

proptest! {
    #[test]
    fn cells_come_back_from_their_texts(array in column()) {
        let texts: ArrayRef = Arc::new(cell_texts(&array).expect("texts"));
        let (back, failed) = cast_array(&texts, array.data_type()).expect("the same type");
        prop_assert!(failed.is_empty());
        prop_assert_eq!(&back, &array);
    }

    #[test]
    fn parts_turn_as_the_whole(array in column(), cut in 0..20usize, to in prop::sample::select(vec![
        DataType::Int32, DataType::Int64, DataType::Float32, DataType::Float64, DataType::Boolean,
        DataType::Decimal128(20, 3), DataType::Utf8View, DataType::Date32, MOMENT,
    ])) {
        prop_assume!(castable(array.data_type(), &to));
        let cut = cut.min(array.len());
        let (whole, failed) = cast_array(&array, &to).expect("types that turn");
        let (first, mut parts) = cast_array(&array.slice(0, cut), &to).expect("a part");
        let (second, rest) = cast_array(&array.slice(cut, array.len() - cut), &to).expect("a part");
        parts.extend(rest.into_iter().map(|row| row + cut));
        prop_assert_eq!(parts, failed);
        prop_assert_eq!(&first, &whole.slice(0, cut));
        prop_assert_eq!(&second, &whole.slice(cut, array.len() - cut));
    }

    #[test]
    fn what_turns_comes_back(array in column(), to in prop::sample::select(vec![
        DataType::Int32, DataType::Int64, DataType::Decimal128(38, 5), DataType::Utf8View,
    ])) {
        prop_assume!(castable(array.data_type(), &to) && array.data_type() != &DataType::Float64);
        let (turned, failed) = cast_array(&array, &to).expect("types that turn");
        let (back, _) = cast_array(&turned, array.data_type()).expect("types that turn");
        for row in (0..array.len()).filter(|row| !failed.contains(row)) {
            prop_assert_eq!(&back.slice(row, 1), &array.slice(row, 1));
        }
    }

    #[test]
    fn doubles_of_decimals_are_the_nearest(value in any::<i64>(), scale in 0..=38i8) {
        let array = decimals(vec![Some(i128::from(value))], 38, scale);
        let (double, _) = cast_array(&array, &DataType::Float64).expect("numbers");
        let wanted: f64 = format!("{value}e-{scale}").parse().expect("a number");
        let wanted: ArrayRef = Arc::new(Float64Array::from(vec![wanted]));
        prop_assert_eq!(&double, &wanted);
    }
}

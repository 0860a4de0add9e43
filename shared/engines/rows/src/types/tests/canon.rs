//! Columns of files in the types that steps see.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BinaryArray, BinaryViewArray, Date64Array, Decimal32Array,
    Decimal128Array, Decimal256Array, DictionaryArray, DurationMillisecondArray,
    FixedSizeBinaryArray, FixedSizeListArray, Float16Array, Float32Array, Int8Array, Int32Array,
    Int32Builder, Int64Array, IntervalYearMonthArray, LargeListArray, LargeStringArray, ListArray,
    MapBuilder, NullArray, RecordBatch, RecordBatchOptions, RunArray, StringArray, StringBuilder,
    StructArray, Time32SecondArray, Time64NanosecondArray, TimestampSecondArray, UInt16Array,
    UInt32Array, UInt64Array,
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{
    ArrowPrimitiveType, DataType, Field, Fields, Float16Type, Int32Type, Schema, TimeUnit,
    UnionFields, UnionMode, i256,
};

use super::{batch, text_array, texts};
use crate::error::RowError;
use crate::types::{canonical, canonical_schema};

fn turned(array: ArrayRef) -> Result<ArrayRef, RowError> {
    let batch = batch(vec![("c", array)]);
    let schema = canonical_schema(batch.schema_ref())?;
    Ok(Arc::clone(canonical(&batch, &schema)?.column(0)))
}

/// Checks the type and the texts of a column, and those of a slice of it.
fn check(array: ArrayRef, data_type: &DataType, wanted: &[Option<&str>]) {
    let slice = turned(array.slice(1, array.len() - 1)).expect("a slice");
    assert_eq!(slice.data_type(), data_type);
    let given = texts(&slice);
    assert_eq!(
        given.iter().map(Option::as_deref).collect::<Vec<_>>(),
        wanted[1..]
    );
    let whole = turned(array).expect("a column");
    assert_eq!(whole.data_type(), data_type);
    let given = texts(&whole);
    assert_eq!(
        given.iter().map(Option::as_deref).collect::<Vec<_>>(),
        wanted
    );
}

fn list_of(item: DataType) -> DataType {
    DataType::List(Arc::new(Field::new_list_field(item, true)))
}

#[test]
fn numbers_get_wide_enough() {
    check(
        Arc::new(Int8Array::from(vec![Some(-128), None])),
        &DataType::Int32,
        &[Some("-128"), None],
    );
    check(
        Arc::new(UInt16Array::from(vec![65_535, 0])),
        &DataType::Int32,
        &[Some("65535"), Some("0")],
    );
    check(
        Arc::new(UInt32Array::from(vec![u32::MAX, 1])),
        &DataType::Int64,
        &[Some("4294967295"), Some("1")],
    );
    check(
        Arc::new(UInt64Array::from(vec![Some(u64::MAX), None])),
        &DataType::Decimal128(20, 0),
        &[Some("18446744073709551615"), None],
    );
    let half = <Float16Type as ArrowPrimitiveType>::Native::from_f32(1.5);
    check(
        Arc::new(Float16Array::from(vec![Some(half), None])),
        &DataType::Float32,
        &[Some("1.5"), None],
    );
    let decimal = Decimal32Array::from(vec![-1, 25]).with_precision_and_scale(5, 2);
    check(
        Arc::new(decimal.expect("a decimal")),
        &DataType::Decimal128(5, 2),
        &[Some("-0.01"), Some("0.25")],
    );
    let decimal = Decimal128Array::from(vec![12, -3]).with_precision_and_scale(5, -3);
    check(
        Arc::new(decimal.expect("a decimal")),
        &DataType::Decimal128(8, 0),
        &[Some("12000"), Some("-3000")],
    );
    let decimal = Decimal256Array::from(vec![i256::from_i128(-105), i256::from_i128(7)]);
    check(
        Arc::new(decimal.with_precision_and_scale(60, 2).expect("a decimal")),
        &DataType::Decimal128(38, 2),
        &[Some("-1.05"), Some("0.07")],
    );
}

#[test]
fn what_does_not_fit_is_refused() {
    let beyond = i256::from_i128(10i128.pow(37)).wrapping_mul(i256::from_i128(10));
    let decimal = Decimal256Array::from(vec![beyond]).with_precision_and_scale(60, 0);
    let error = turned(Arc::new(decimal.expect("a decimal"))).expect_err("too large");
    assert_eq!(error.code, "NUMBER_TOO_LARGE");
    let union = UnionFields::try_new([0], [Field::new("a", DataType::Int32, true)]);
    let mut deep = DataType::Int32;
    for _ in 0..70 {
        deep = list_of(deep);
    }
    for data_type in [
        DataType::Union(union.expect("a union"), UnionMode::Sparse),
        DataType::Decimal256(76, 50),
        deep,
    ] {
        let schema = Schema::new(vec![Field::new("c", data_type, true)]);
        let error = canonical_schema(&schema).expect_err("no such type");
        assert_eq!(error.code, "UNSUPPORTED_TYPE");
        assert!(error.message.contains("column c"), "{}", error.message);
    }
    let two = batch(vec![("a", text_array([None])), ("b", text_array([None]))]);
    let one = batch(vec![("a", text_array([None]))]);
    assert!(canonical(&two, &one.schema()).is_err());
}

#[test]
fn texts_and_what_has_no_type_become_views() {
    let view = &DataType::Utf8View;
    check(Arc::new(NullArray::new(2)), view, &[None, None]);
    check(
        Arc::new(StringArray::from(vec![Some("Zoë"), None])),
        view,
        &[Some("Zoë"), None],
    );
    check(
        Arc::new(LargeStringArray::from(vec![
            "",
            "a text of more than twelve bytes",
        ])),
        view,
        &[Some(""), Some("a text of more than twelve bytes")],
    );
    let dictionary: DictionaryArray<Int32Type> = [Some("a"), None, Some("a")].into_iter().collect();
    check(Arc::new(dictionary), view, &[Some("a"), None, Some("a")]);
    let numbers = DictionaryArray::<Int32Type>::new(
        Int32Array::from(vec![1, 0, 1]),
        Arc::new(UInt64Array::from(vec![Some(5), None])),
    );
    check(
        Arc::new(numbers),
        &DataType::Decimal128(20, 0),
        &[None, Some("5"), None],
    );
    let runs = RunArray::<Int32Type>::try_new(
        &Int32Array::from(vec![2, 3]),
        &StringArray::from(vec![Some("x"), None]),
    );
    check(
        Arc::new(runs.expect("runs")),
        view,
        &[Some("x"), Some("x"), None],
    );
    let bytes: [Option<&[u8]>; 3] = [Some(&[0, 171]), None, Some(&[])];
    let wanted = [Some("00ab"), None, Some("")];
    check(Arc::new(BinaryArray::from_iter(bytes)), view, &wanted);
    check(Arc::new(BinaryViewArray::from_iter(bytes)), view, &wanted);
    let fixed = FixedSizeBinaryArray::try_from_iter([[1u8, 2], [254, 255]].into_iter());
    check(
        Arc::new(fixed.expect("bytes")),
        view,
        &[Some("0102"), Some("feff")],
    );
}

#[test]
fn times_are_texts_and_moments_keep_their_unit() {
    let view = &DataType::Utf8View;
    check(
        Arc::new(Time32SecondArray::from(vec![Some(3_661), None, Some(-1)])),
        view,
        &[Some("01:01:01"), None, Some("-00:00:01")],
    );
    check(
        Arc::new(Time64NanosecondArray::from(vec![1, 86_399_999_000_000])),
        view,
        &[Some("00:00:00.000000001"), Some("23:59:59.999")],
    );
    check(
        Arc::new(DurationMillisecondArray::from(vec![90_000, 0, -250])),
        view,
        &[Some("PT90S"), Some("PT0S"), Some("-PT0.250S")],
    );
    let interval = turned(Arc::new(IntervalYearMonthArray::from(vec![14])));
    assert_eq!(
        texts(&interval.expect("an interval")),
        [Some("1 years 2 mons".to_owned())]
    );
    check(
        Arc::new(Date64Array::from(vec![86_400_000, 1])),
        &DataType::Timestamp(TimeUnit::Millisecond, None),
        &[Some("1970-01-02T00:00:00"), Some("1970-01-01T00:00:00.001")],
    );
    for (zone, kept) in [
        ("+05:30", "+05:30"),
        ("Europe/Berlin", "Europe/Berlin"),
        ("Middle/Earth", "UTC"),
    ] {
        check(
            Arc::new(TimestampSecondArray::from(vec![0, 1]).with_timezone(zone)),
            &DataType::Timestamp(TimeUnit::Second, Some(kept.into())),
            &[Some("1970-01-01T00:00:00Z"), Some("1970-01-01T00:00:01Z")],
        );
    }
}

#[test]
fn lists_have_plain_items() {
    let list = |values: Vec<Option<Vec<Option<i64>>>>| {
        LargeListArray::from_iter_primitive::<arrow::datatypes::Int64Type, _, _>(values)
    };
    check(
        Arc::new(list(vec![
            Some(vec![Some(1), None]),
            None,
            Some(vec![]),
            Some(vec![Some(2)]),
        ])),
        &list_of(DataType::Int64),
        &[Some("[1,null]"), None, Some("[]"), Some("[2]")],
    );
    let fixed = FixedSizeListArray::from_iter_primitive::<Int32Type, _, _>(
        [Some([Some(1), Some(2)]), None, Some([None, Some(3)])],
        2,
    );
    check(
        Arc::new(fixed),
        &list_of(DataType::Int32),
        &[Some("[1,2]"), None, Some("[null,3]")],
    );
    let inner = ListArray::from_iter_primitive::<Int32Type, _, _>([
        Some(vec![Some(1)]),
        None,
        Some(vec![Some(2), Some(3)]),
    ]);
    let outer = ListArray::new(
        Arc::new(Field::new_list_field(inner.data_type().clone(), true)),
        OffsetBuffer::from_lengths([2, 0, 1]),
        Arc::new(inner),
        None,
    );
    check(
        Arc::new(outer),
        &list_of(DataType::Utf8View),
        &[Some("[\"[1]\",null]"), Some("[]"), Some("[\"[2,3]\"]")],
    );
}

#[test]
fn structs_and_maps_are_json() {
    let fields = Fields::from(vec![
        Field::new("a", DataType::Int64, true),
        Field::new("b", DataType::Float32, true),
    ]);
    let structs = StructArray::new(
        fields,
        vec![
            Arc::new(Int64Array::from(vec![Some(1), None, Some(3)])),
            Arc::new(Float32Array::from(vec![0.1, f32::INFINITY, 1e20])),
        ],
        Some(vec![true, true, false].into()),
    );
    check(
        Arc::new(structs.clone()),
        &DataType::Utf8View,
        &[
            Some(r#"{"a":1,"b":0.1}"#),
            Some(r#"{"a":null,"b":null}"#),
            None,
        ],
    );
    let list = ListArray::new(
        Arc::new(Field::new_list_field(structs.data_type().clone(), true)),
        OffsetBuffer::from_lengths([1, 2]),
        Arc::new(structs),
        None,
    );
    let lists = turned(Arc::new(list)).expect("a list");
    assert_eq!(
        lists.as_list::<i32>().value(0).as_string_view().value(0),
        r#"{"a":1,"b":0.1}"#
    );
    let mut maps = MapBuilder::new(None, StringBuilder::new(), Int32Builder::new());
    maps.keys().append_value("x\"");
    maps.values().append_value(1);
    maps.append(true).expect("an entry");
    maps.append(false).expect("null");
    maps.keys().append_value("y");
    maps.values().append_null();
    maps.append(true).expect("an entry");
    check(
        Arc::new(maps.finish()),
        &DataType::Utf8View,
        &[Some(r#"{"x\"":1}"#), None, Some(r#"{"y":null}"#)],
    );
}

#[test]
fn what_is_canonical_is_not_copied() {
    let column = text_array([Some("a"), None]);
    let given = batch(vec![("c", Arc::clone(&column))]);
    let schema = canonical_schema(given.schema_ref()).expect("a schema");
    let made = canonical(&given, &schema).expect("a batch");
    assert!(Arc::ptr_eq(made.column(0), &column));
    assert_eq!(canonical_schema(&schema).expect("a schema"), schema);
    let options = RecordBatchOptions::new().with_row_count(Some(3));
    let empty = Arc::new(Schema::empty());
    let batch = RecordBatch::try_new_with_options(Arc::clone(&empty), Vec::new(), &options);
    let made = canonical(&batch.expect("rows"), &empty).expect("rows");
    assert_eq!(made.num_rows(), 3);
}

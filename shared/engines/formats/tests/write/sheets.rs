//! XLSX, read with calamine.

use std::io::Cursor;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Date32Array, Decimal128Array, Float64Array, Int64Array, RecordBatch,
    StringArray, TimestampSecondArray, UInt64Array,
};
use arrow::datatypes::{DataType, Float64Type, Int64Type, TimeUnit, TimestampMicrosecondType};
use calamine::{Data, Range, Reader, Xlsx, open_workbook_from_rs};
use millrace_formats::write::{OutputFormat, XlsxOptions};
use proptest::prelude::*;

use super::support::{batches, write};

fn sheet(bytes: Vec<u8>, name: &str) -> Range<Data> {
    let mut workbook: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).expect("a workbook");
    assert_eq!(workbook.sheet_names(), [name]);
    workbook.worksheet_range(name).expect("its sheet")
}

fn cell(range: &Range<Data>, row: usize, column: usize) -> Data {
    let place = (row as u32, column as u32);
    range.get_value(place).cloned().unwrap_or(Data::Empty)
}

fn xlsx() -> OutputFormat {
    OutputFormat::Xlsx(XlsxOptions::default())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn cells_are_what_they_were(
        batch in batches(vec![
            DataType::Utf8View,
            DataType::Int64,
            DataType::Float64,
            DataType::Boolean,
            DataType::Timestamp(TimeUnit::Microsecond, None),
        ]),
    ) {
        let range = sheet(write(&xlsx(), &batch), "Sheet1");
        for column in 0..5 {
            prop_assert_eq!(cell(&range, 0, column), Data::String(format!("column {column}")));
        }
        for row in 0..batch.num_rows() {
            let array = |column: usize| Some(batch.column(column)).filter(|array| array.is_valid(row));
            let found = |column: usize| cell(&range, row + 1, column);

            match (array(0).map(|array| array.as_string_view().value(row)), found(0)) {
                (None | Some(""), Data::Empty) => {}
                (Some(text), Data::String(found)) => prop_assert_eq!(text, found),
                (expected, found) => prop_assert!(false, "{expected:?} became {found:?}"),
            }
            match (array(1).map(|array| array.as_primitive::<Int64Type>().value(row)), found(1)) {
                (None, Data::Empty) => {}
                (Some(number), Data::Float(found)) => {
                    prop_assert!(number.unsigned_abs() <= 1 << 53);
                    prop_assert_eq!(found as i64, number);
                }
                (Some(number), Data::String(found)) => {
                    prop_assert!(number.unsigned_abs() > 1 << 53);
                    prop_assert_eq!(found, number.to_string());
                }
                (expected, found) => prop_assert!(false, "{expected:?} became {found:?}"),
            }
            match (array(2).map(|array| array.as_primitive::<Float64Type>().value(row)), found(2)) {
                (None, Data::Empty) => {}
                (Some(number), Data::Float(found)) => prop_assert_eq!(found, number),
                (Some(number), Data::String(_)) => prop_assert!(!number.is_finite()),
                (expected, found) => prop_assert!(false, "{expected:?} became {found:?}"),
            }
            let truth = array(3).map(|array| array.as_boolean().value(row));
            prop_assert_eq!(found(3), truth.map_or(Data::Empty, Data::Bool));
            let stamp = array(4).map(|array| {
                array.as_primitive::<TimestampMicrosecondType>().value_as_datetime(row).expect("good")
            });
            match (stamp, found(4)) {
                (None, Data::Empty) => {}
                (Some(stamp), Data::DateTime(found)) => {
                    let epoch = chrono::NaiveDate::from_ymd_opt(1899, 12, 30).expect("good").and_hms_opt(0, 0, 0).expect("good");
                    let days = (stamp - epoch).num_microseconds().expect("good") as f64 / 86_400e6;
                    // Serials of this size have steps of less than two microseconds up to 9999.
                    let error_us = (found.as_f64() - days).abs() * 86_400e6;
                    prop_assert!(error_us < 50.0, "{stamp}: {error_us}");
                }
                (Some(stamp), Data::String(found)) => {
                    prop_assert!(stamp < chrono::NaiveDate::from_ymd_opt(1900, 3, 1).expect("good").and_hms_opt(0, 0, 0).expect("good"));
                    let format = if found.contains('.') { "%Y-%m-%d %H:%M:%S%.f" } else { "%Y-%m-%d %H:%M:%S" };
                    prop_assert_eq!(chrono::NaiveDateTime::parse_from_str(&found, format).expect("good"), stamp);
                }
                (expected, found) => prop_assert!(false, "{expected:?} became {found:?}"),
            }
        }
    }
}

#[test]
fn values_are_shown_as_what_they_are() {
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["=1+1", "a\r\nb"]));
    let dates: ArrayRef = Arc::new(Date32Array::from(vec![19_753, -719_528]));
    let decimals = Decimal128Array::from(vec![1250, 123_456_789_012_345_678]);
    let decimals: ArrayRef = Arc::new(decimals.with_precision_and_scale(20, 2).expect("good"));
    let large: ArrayRef = Arc::new(UInt64Array::from(vec![1 << 53, (1 << 53) + 1]));
    let odd: ArrayRef = Arc::new(Float64Array::from(vec![f64::NAN, 0.5]));
    let zoned = TimestampSecondArray::from(vec![1_706_702_400, 1_706_702_400]);
    let zoned: ArrayRef = Arc::new(zoned.with_timezone("Asia/Kolkata"));
    let batch = RecordBatch::try_from_iter([
        ("text", texts),
        ("date", dates),
        ("decimal", decimals),
        ("large", large),
        ("odd", odd),
        ("zoned", zoned),
    ])
    .expect("good");
    let range = sheet(write(&xlsx(), &batch), "Sheet1");
    // A text, not the answer of a formula.
    assert_eq!(cell(&range, 1, 0), Data::String("=1+1".to_owned()));
    assert_eq!(cell(&range, 2, 0), Data::String("a\r\nb".to_owned()));
    let moment = |row, column| match cell(&range, row, column) {
        Data::DateTime(moment) => moment.to_ymd_hms_milli(),
        other => panic!("{other:?}"),
    };
    assert_eq!(moment(1, 1), (2024, 1, 31, 0, 0, 0, 0));
    assert_eq!(cell(&range, 2, 1), Data::String("0000-01-01".to_owned()));
    assert_eq!(cell(&range, 1, 2), Data::Float(12.5));
    assert_eq!(
        cell(&range, 2, 2),
        Data::String("1234567890123456.78".to_owned())
    );
    assert_eq!(cell(&range, 1, 3), Data::Float(9_007_199_254_740_992.0));
    assert_eq!(
        cell(&range, 2, 3),
        Data::String("9007199254740993".to_owned())
    );
    assert_eq!(cell(&range, 1, 4), Data::String("NaN".to_owned()));
    assert_eq!(moment(1, 5), (2024, 1, 31, 17, 30, 0, 0));
}

#[test]
fn a_sheet_may_go_without_header_and_with_any_name() {
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
    let batch = RecordBatch::try_from_iter([("n", numbers)]).expect("good");
    let format = OutputFormat::Xlsx(XlsxOptions {
        sheet_name: "Umsatz & \"Ertrag\" <1>".to_owned(),
        header: false,
    });
    let range = sheet(write(&format, &batch), "Umsatz & \"Ertrag\" <1>");
    assert_eq!(cell(&range, 0, 0), Data::Float(1.0));
    assert_eq!(range.height(), 2);
}

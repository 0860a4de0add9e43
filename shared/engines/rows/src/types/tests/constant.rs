//! Constants in the type of their column.

use arrow::datatypes::{DataType, TimeUnit};
use millrace_steps::value::Scalar;

use super::texts;
use crate::types::scalar;

#[test]
fn constants_fit_or_are_refused() {
    let text = |text: &str| Scalar::Text(text.to_owned());
    let moment = DataType::Timestamp(TimeUnit::Millisecond, None);
    let instant = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    for (value, data_type, wanted) in [
        (Scalar::Integer(5), DataType::Int32, Some("5")),
        (text("5"), DataType::Int64, Some("5")),
        (Scalar::Number(5.0), DataType::Int64, Some("5")),
        (Scalar::Number(1.5), DataType::Int64, None),
        (Scalar::Integer(3_000_000_000), DataType::Int32, None),
        (text("abc"), DataType::Int64, None),
        (Scalar::Boolean(true), DataType::Int64, None),
        (Scalar::Number(0.1), DataType::Float32, Some("0.1")),
        (Scalar::Integer(1), DataType::Float64, Some("1.0")),
        (Scalar::Number(1e300), DataType::Float32, None),
        (
            Scalar::Number(0.1),
            DataType::Decimal128(4, 2),
            Some("0.10"),
        ),
        (Scalar::Number(0.125), DataType::Decimal128(4, 2), None),
        (Scalar::Integer(100), DataType::Decimal128(4, 2), None),
        (text("-0.50"), DataType::Decimal128(4, 2), Some("-0.50")),
        (Scalar::Integer(12_345), DataType::Utf8View, Some("12345")),
        (Scalar::Boolean(false), DataType::Utf8View, Some("false")),
        (text(""), DataType::Utf8View, Some("")),
        (Scalar::Boolean(true), DataType::Boolean, Some("true")),
        (text("Yes"), DataType::Boolean, Some("true")),
        (Scalar::Integer(0), DataType::Boolean, Some("false")),
        (Scalar::Integer(2), DataType::Boolean, None),
        (text("2024-01-31"), DataType::Date32, Some("2024-01-31")),
        (text("2024-02-30"), DataType::Date32, None),
        (text("2024-01-31T10:00"), DataType::Date32, None),
        (Scalar::Integer(0), DataType::Date32, None),
        (
            text("2024-01-31"),
            moment.clone(),
            Some("2024-01-31T00:00:00"),
        ),
        (
            text("2024-01-31T10:00:00+05:30"),
            moment.clone(),
            Some("2024-01-31T04:30:00"),
        ),
        (text("2024-01-31 10:00:00.0001"), moment, None),
        (
            text("2024-01-31 10:00:00.0001"),
            instant.clone(),
            Some("2024-01-31T10:00:00.000100Z"),
        ),
        (Scalar::Number(0.5), instant, None),
    ] {
        let cell = scalar(&value, &data_type, "c");
        match wanted {
            Some(wanted) => {
                let cell = cell.expect("it fits");
                assert_eq!(cell.data_type(), &data_type);
                assert_eq!(texts(&cell), [Some(wanted.to_owned())], "{value:?}");
            }
            None => {
                let error = cell.expect_err("it does not fit");
                assert_eq!(error.code, "VALUE_TYPE_MISMATCH", "{value:?}");
                assert!(error.message.contains("column c"), "{}", error.message);
            }
        }
    }
    let long = text(&"x".repeat(10_000));
    let error = scalar(&long, &DataType::Int32, "c").expect_err("no number");
    assert!(error.message.len() < 300, "{}", error.message);
}

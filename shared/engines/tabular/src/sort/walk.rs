//! Values of any type as numbers or bytes.

use arrow::array::{ArrayRef, ArrowPrimitiveType, AsArray};
use arrow::datatypes::{
    BinaryViewType, ByteViewType, DataType, Date32Type, Decimal128Type, Float32Type, Float64Type,
    Int32Type, Int64Type, StringViewType, TimeUnit, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
};

/// Goes through the values as numbers that order as they do; whether they can be numbers.
pub(super) fn each_number(array: &ArrayRef, mut each: impl FnMut(usize, Option<i128>)) -> bool {
    match array.data_type() {
        DataType::Boolean => {
            let values = array.as_boolean().iter().enumerate();
            values.for_each(|(row, value)| each(row, value.map(i128::from)));
        }
        DataType::Int32 => walk::<Int32Type>(array, i128::from, each),
        DataType::Int64 => walk::<Int64Type>(array, i128::from, each),
        DataType::Float32 => walk::<Float32Type>(array, total32, each),
        DataType::Float64 => walk::<Float64Type>(array, total64, each),
        DataType::Decimal128(_, _) => walk::<Decimal128Type>(array, |value| value, each),
        DataType::Date32 => walk::<Date32Type>(array, i128::from, each),
        DataType::Timestamp(unit, _) => match unit {
            TimeUnit::Second => walk::<TimestampSecondType>(array, i128::from, each),
            TimeUnit::Millisecond => walk::<TimestampMillisecondType>(array, i128::from, each),
            TimeUnit::Microsecond => walk::<TimestampMicrosecondType>(array, i128::from, each),
            TimeUnit::Nanosecond => walk::<TimestampNanosecondType>(array, i128::from, each),
        },
        _ => return false,
    }
    true
}

fn walk<T: ArrowPrimitiveType>(
    array: &ArrayRef,
    number: impl Fn(T::Native) -> i128,
    mut each: impl FnMut(usize, Option<i128>),
) {
    let values = array.as_primitive::<T>();
    for (row, value) in values.iter().enumerate() {
        each(row, value.map(&number));
    }
}

/// The order of `f64::total_cmp`, in which -0 stands before 0 and NaN behind all.
fn total64(value: f64) -> i128 {
    let bits = value.to_bits() as i64;
    i128::from(bits ^ ((bits >> 63) as u64 >> 1) as i64)
}

fn total32(value: f32) -> i128 {
    let bits = value.to_bits() as i32;
    i128::from(bits ^ ((bits >> 31) as u32 >> 1) as i32)
}

/// Goes through the values as bytes; whether they are texts.
pub(super) fn each_text(array: &ArrayRef, each: impl FnMut(usize, Option<&[u8]>)) -> bool {
    match array.data_type() {
        DataType::Utf8View => walk_texts::<StringViewType>(array, each),
        DataType::BinaryView => walk_texts::<BinaryViewType>(array, each),
        _ => return false,
    }
    true
}

fn walk_texts<T: ByteViewType>(array: &ArrayRef, mut each: impl FnMut(usize, Option<&[u8]>)) {
    let texts = array.as_byte_view::<T>();
    for (row, text) in texts.iter().enumerate() {
        each(row, text.map(AsRef::as_ref));
    }
}

//! The five plain forms that all learnable types come down to, and the way back.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array, NullArray, PrimitiveArray,
    StringArray,
};
use arrow::buffer::NullBuffer;
use arrow::compute::cast;
use arrow::datatypes::{
    ArrowPrimitiveType, DataType, Date32Type, Date64Type, Decimal128Type, DurationMicrosecondType,
    DurationMillisecondType, DurationNanosecondType, DurationSecondType, Int8Type, Int16Type,
    Int32Type, Int64Type, Time32MillisecondType, Time32SecondType, Time64MicrosecondType,
    Time64NanosecondType, TimeUnit, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type,
};

use crate::error::LikenessError;

/// Digits of decimals that are counted exactly; longer ones are learned as doubles.
const EXACT_DIGITS: u8 = 18;

/// What values are handled as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plain {
    /// No value at all.
    Null,
    /// True or false.
    Boolean,
    /// A count of something: units, cents, days, ticks.
    Whole,
    /// A double.
    Real,
    /// A text.
    Text,
}

impl Plain {
    /// The form of a type; `None` of types that cannot be learned.
    pub(crate) fn of(data_type: &DataType) -> Option<Self> {
        Some(match data_type {
            DataType::Null => Self::Null,
            DataType::Boolean => Self::Boolean,
            DataType::Int8
            | DataType::Int16
            | DataType::Int32
            | DataType::Int64
            | DataType::UInt8
            | DataType::UInt16
            | DataType::UInt32
            | DataType::Date32
            | DataType::Date64
            | DataType::Timestamp(..)
            | DataType::Time32(_)
            | DataType::Time64(_)
            | DataType::Duration(_) => Self::Whole,
            DataType::Decimal128(digits, _) if *digits <= EXACT_DIGITS => Self::Whole,
            DataType::UInt64
            | DataType::Float16
            | DataType::Float32
            | DataType::Float64
            | DataType::Decimal128(..) => Self::Real,
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Self::Text,
            DataType::Dictionary(_, values) if !matches!(**values, DataType::Dictionary(..)) => {
                Self::of(values)?
            }
            _ => return None,
        })
    }

    /// The Arrow type of the form.
    pub(crate) fn data_type(self) -> DataType {
        match self {
            Self::Null => DataType::Null,
            Self::Boolean => DataType::Boolean,
            Self::Whole => DataType::Int64,
            Self::Real => DataType::Float64,
            Self::Text => DataType::Utf8,
        }
    }
}

/// Ticks of a day, of types that are points in time.
pub(crate) fn ticks_per_day(data_type: &DataType) -> Option<i64> {
    Some(match data_type {
        DataType::Date32 => 1,
        DataType::Timestamp(TimeUnit::Second, _) => 86_400,
        DataType::Date64 | DataType::Timestamp(TimeUnit::Millisecond, _) => 86_400_000,
        DataType::Timestamp(TimeUnit::Microsecond, _) => 86_400_000_000,
        DataType::Timestamp(TimeUnit::Nanosecond, _) => 86_400_000_000_000,
        DataType::Dictionary(_, values) => return ticks_per_day(values),
        _ => return None,
    })
}

/// Whether a type counts things by ones, as keys do.
pub(crate) fn is_integer(data_type: &DataType) -> bool {
    match data_type {
        DataType::Decimal128(_, 0) => true,
        DataType::Dictionary(_, values) => is_integer(values),
        other => other.is_integer(),
    }
}

/// Applies a macro to the primitive type that holds wholes of a data type.
macro_rules! with_whole {
    ($data_type:expr, $use:ident, $($rest:expr),*) => {
        match $data_type {
            DataType::Int8 => $use!(Int8Type, $($rest),*),
            DataType::Int16 => $use!(Int16Type, $($rest),*),
            DataType::Int32 => $use!(Int32Type, $($rest),*),
            DataType::UInt8 => $use!(UInt8Type, $($rest),*),
            DataType::UInt16 => $use!(UInt16Type, $($rest),*),
            DataType::UInt32 => $use!(UInt32Type, $($rest),*),
            DataType::Date32 => $use!(Date32Type, $($rest),*),
            DataType::Date64 => $use!(Date64Type, $($rest),*),
            DataType::Timestamp(TimeUnit::Second, _) => $use!(TimestampSecondType, $($rest),*),
            DataType::Timestamp(TimeUnit::Millisecond, _) => $use!(TimestampMillisecondType, $($rest),*),
            DataType::Timestamp(TimeUnit::Microsecond, _) => $use!(TimestampMicrosecondType, $($rest),*),
            DataType::Timestamp(TimeUnit::Nanosecond, _) => $use!(TimestampNanosecondType, $($rest),*),
            DataType::Time32(TimeUnit::Second) => $use!(Time32SecondType, $($rest),*),
            DataType::Time32(_) => $use!(Time32MillisecondType, $($rest),*),
            DataType::Time64(TimeUnit::Microsecond) => $use!(Time64MicrosecondType, $($rest),*),
            DataType::Time64(_) => $use!(Time64NanosecondType, $($rest),*),
            DataType::Duration(TimeUnit::Second) => $use!(DurationSecondType, $($rest),*),
            DataType::Duration(TimeUnit::Millisecond) => $use!(DurationMillisecondType, $($rest),*),
            DataType::Duration(TimeUnit::Microsecond) => $use!(DurationMicrosecondType, $($rest),*),
            DataType::Duration(TimeUnit::Nanosecond) => $use!(DurationNanosecondType, $($rest),*),
            DataType::Decimal128(..) => $use!(Decimal128Type, $($rest),*),
            _ => $use!(Int64Type, $($rest),*),
        }
    };
}

/// Brings an array into its plain form. Doubles that are no numbers become null, counted in the
/// second value.
#[expect(
    clippy::cast_lossless,
    reason = "one cast serves all widths, also the one that narrows"
)]
pub(crate) fn simplify(array: &ArrayRef, plain: Plain) -> Result<(ArrayRef, u64), LikenessError> {
    if let DataType::Dictionary(_, values) = array.data_type() {
        return simplify(&cast(array, values)?, plain);
    }
    let simple: ArrayRef = match plain {
        Plain::Null => Arc::new(NullArray::new(array.len())),
        Plain::Boolean => Arc::clone(array),
        Plain::Text => cast(array, &DataType::Utf8)?,
        Plain::Real => return Ok(finite(&cast(array, &DataType::Float64)?)),
        Plain::Whole => {
            macro_rules! widen {
                ($type:ty, $array:expr) => {
                    Arc::new(
                        $array
                            .as_primitive::<$type>()
                            // Decimals of so few digits fit, and so does everything else.
                            .unary::<_, Int64Type>(|value| value as i64),
                    ) as ArrayRef
                };
            }
            match array.data_type() {
                DataType::Int64 => Arc::clone(array),
                other => with_whole!(other, widen, array),
            }
        }
    };
    Ok((simple, 0))
}

fn finite(array: &ArrayRef) -> (ArrayRef, u64) {
    let values = array.as_primitive::<arrow::datatypes::Float64Type>();
    let odd = values.iter().flatten().filter(|value| !value.is_finite());
    let odd = odd.count() as u64;
    if odd == 0 {
        return (Arc::clone(array), 0);
    }
    let kept: Float64Array = values
        .iter()
        .map(|value| value.filter(|value| value.is_finite()))
        .collect();
    (Arc::new(kept), odd)
}

/// Builds an array of a whole type.
#[expect(
    clippy::cast_lossless,
    reason = "one cast serves all widths, also the one that widens"
)]
pub(crate) fn wholes(
    values: Vec<i64>,
    nulls: Option<NullBuffer>,
    data_type: &DataType,
) -> Result<ArrayRef, LikenessError> {
    if let DataType::Dictionary(_, inner) = data_type {
        return Ok(cast(&wholes(values, nulls, inner)?, data_type)?);
    }
    macro_rules! narrow {
        ($type:ty, $values:expr) => {
            Arc::new(
                PrimitiveArray::<$type>::new(
                    $values
                        .into_iter()
                        .map(|value| value as <$type as ArrowPrimitiveType>::Native)
                        .collect(),
                    nulls,
                )
                .with_data_type(data_type.clone()),
            ) as ArrayRef
        };
    }
    Ok(match data_type {
        DataType::Int64 => Arc::new(Int64Array::new(values.into(), nulls)),
        other => with_whole!(other, narrow, values),
    })
}

/// Builds an array of a real type.
pub(crate) fn reals(
    values: Vec<f64>,
    nulls: Option<NullBuffer>,
    data_type: &DataType,
) -> Result<ArrayRef, LikenessError> {
    if let DataType::UInt64 = data_type {
        let values: Vec<u64> = values.into_iter().map(|value| value as u64).collect();
        return Ok(Arc::new(arrow::array::UInt64Array::new(
            values.into(),
            nulls,
        )));
    }
    let array: ArrayRef = Arc::new(Float64Array::new(values.into(), nulls));
    shaped(array, data_type)
}

/// Builds an array of a text type.
pub(crate) fn texts(array: StringArray, data_type: &DataType) -> Result<ArrayRef, LikenessError> {
    shaped(Arc::new(array), data_type)
}

/// Builds an array of booleans.
pub(crate) fn booleans(
    array: BooleanArray,
    data_type: &DataType,
) -> Result<ArrayRef, LikenessError> {
    shaped(Arc::new(array), data_type)
}

fn shaped(array: ArrayRef, data_type: &DataType) -> Result<ArrayRef, LikenessError> {
    if array.data_type() == data_type {
        return Ok(array);
    }
    Ok(cast(&array, data_type)?)
}

/// The least and the greatest count that a whole type can hold.
pub(crate) fn limits(data_type: &DataType) -> (i64, i64) {
    let decimal = |digits: u8| {
        let most = 10_i64.saturating_pow(u32::from(digits.min(EXACT_DIGITS))) - 1;
        (-most, most)
    };
    match data_type {
        DataType::Int8 => (i8::MIN.into(), i8::MAX.into()),
        DataType::Int16 => (i16::MIN.into(), i16::MAX.into()),
        DataType::Int32 | DataType::Date32 => (i32::MIN.into(), i32::MAX.into()),
        DataType::UInt8 => (0, u8::MAX.into()),
        DataType::UInt16 => (0, u16::MAX.into()),
        DataType::UInt32 => (0, u32::MAX.into()),
        DataType::Time32(TimeUnit::Second) => (0, 86_399),
        DataType::Time32(_) => (0, 86_399_999),
        DataType::Time64(TimeUnit::Microsecond) => (0, 86_399_999_999),
        DataType::Time64(_) => (0, 86_399_999_999_999),
        DataType::Decimal128(digits, _) => decimal(*digits),
        DataType::Dictionary(_, values) => limits(values),
        _ => (i64::MIN, i64::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{DictionaryArray, Int32Array};

    fn types() -> Vec<DataType> {
        let text = || Box::new(DataType::Utf8);
        vec![
            DataType::Boolean,
            DataType::Int8,
            DataType::UInt32,
            DataType::UInt64,
            DataType::Int64,
            DataType::Float32,
            DataType::Float64,
            DataType::Decimal128(9, 2),
            DataType::Decimal128(30, 4),
            DataType::Date32,
            DataType::Date64,
            DataType::Timestamp(TimeUnit::Second, None),
            DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into())),
            DataType::Timestamp(TimeUnit::Microsecond, Some("+05:30".into())),
            DataType::Time32(TimeUnit::Millisecond),
            DataType::Time64(TimeUnit::Nanosecond),
            DataType::Duration(TimeUnit::Microsecond),
            DataType::Utf8,
            DataType::LargeUtf8,
            DataType::Utf8View,
            DataType::Dictionary(Box::new(DataType::Int32), text()),
        ]
    }

    #[test]
    fn types_survive_being_written_down() {
        for data_type in types() {
            let written = data_type.to_string();
            let read: DataType = written.parse().expect("the notation of Arrow reads back");
            assert_eq!(read, data_type, "{written}");
        }
    }

    #[test]
    fn plain_forms_and_back() {
        for data_type in types() {
            let plain = Plain::of(&data_type).expect("can be learned");
            let numbers = || vec![3_i64, 0, 7];
            let nulls = Some(NullBuffer::from(vec![true, false, true]));
            let array = match plain {
                Plain::Whole => wholes(numbers(), nulls, &data_type),
                Plain::Real => reals(vec![3.0, 0.0, 7.0], nulls, &data_type),
                Plain::Text => texts(
                    StringArray::from(vec![Some("a"), None, Some("b")]),
                    &data_type,
                ),
                _ => booleans(
                    BooleanArray::from(vec![Some(true), None, Some(false)]),
                    &data_type,
                ),
            };
            let array = array.expect("an array");
            assert_eq!(array.data_type(), &data_type);
            let (simple, odd) = simplify(&array, plain).expect("a plain array");
            assert_eq!(
                (simple.len(), simple.null_count(), odd),
                (3, 1, 0),
                "{data_type}"
            );
            assert_eq!(simple.data_type(), &plain.data_type());
            if plain == Plain::Whole {
                assert_eq!(simple.as_primitive::<Int64Type>().value(2), 7);
            }
        }
        let codes: DictionaryArray<Int32Type> = vec!["x", "y"].into_iter().collect();
        let (simple, _) = simplify(&(Arc::new(codes) as ArrayRef), Plain::Text).expect("texts");
        assert_eq!(simple.as_string::<i32>().value(1), "y");
    }

    #[test]
    fn what_is_no_number_is_null_and_counted() {
        let array: ArrayRef = Arc::new(Float64Array::from(vec![1.0, f64::NAN, f64::INFINITY]));
        let (simple, odd) = simplify(&array, Plain::Real).expect("doubles");
        assert_eq!((simple.null_count(), odd), (2, 2));
        assert!(Plain::of(&DataType::Binary).is_none());
        assert_eq!(limits(&DataType::Int8), (-128, 127));
        let small: ArrayRef = Arc::new(Int32Array::from(vec![1]));
        assert!(is_integer(small.data_type()));
    }
}

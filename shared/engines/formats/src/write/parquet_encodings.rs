//! How columns are encoded, by what their first rows show.
//!
//! A dictionary of values that hardly repeat costs time and makes the file larger: a row group may
//! have a megabyte of it before it is given up.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash};

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{ArrowPrimitiveType, DataType, Float64Type, Int32Type, Int64Type};
use parquet::basic::Encoding;
use parquet::file::properties::WriterPropertiesBuilder;
use parquet::schema::types::ColumnPath;

/// Rows that show something.
const ENOUGH_ROWS: usize = 256;

/// Sets the encodings of columns; of those that are nested or of rarer types it says nothing.
pub(super) fn choose(
    mut properties: WriterPropertiesBuilder,
    first: &RecordBatch,
) -> WriterPropertiesBuilder {
    let schema = first.schema();
    for (field, array) in schema.fields().iter().zip(first.columns()) {
        let values = array.len() - array.logical_null_count();
        let distinct = distinct(array);
        if values < ENOUGH_ROWS || distinct.is_none_or(|distinct| distinct * 2 <= values) {
            continue;
        }
        let path = ColumnPath::new(vec![field.name().clone()]);
        if is_integer(field.data_type()) {
            let packed = Encoding::DELTA_BINARY_PACKED;
            properties = properties.set_column_encoding(path.clone(), packed);
        }
        properties = properties.set_column_dictionary_enabled(path, false);
    }
    properties
}

/// Stored as integers, whose differences are packed.
fn is_integer(data_type: &DataType) -> bool {
    data_type.is_integer() || data_type.is_temporal()
}

/// Different values, where the type is one that is counted.
fn distinct(array: &ArrayRef) -> Option<usize> {
    let data_type = array.data_type();
    Some(match data_type {
        DataType::Utf8View => count(array.as_string_view().iter().flatten()),
        DataType::Utf8 => count(array.as_string::<i32>().iter().flatten()),
        DataType::LargeUtf8 => count(array.as_string::<i64>().iter().flatten()),
        DataType::Float64 => {
            let values = array.as_primitive::<Float64Type>().iter().flatten();
            count(values.map(f64::to_bits))
        }
        DataType::Int64 | DataType::Timestamp(..) => {
            primitives::<Int64Type>(&arrow::compute::cast(array, &DataType::Int64).ok()?)
        }
        DataType::Int32 | DataType::Date32 => {
            primitives::<Int32Type>(&arrow::compute::cast(array, &DataType::Int32).ok()?)
        }
        DataType::Decimal128(..) => count(
            array
                .as_primitive::<arrow::datatypes::Decimal128Type>()
                .iter()
                .flatten(),
        ),
        _ => return None,
    })
}

fn primitives<T: ArrowPrimitiveType<Native: Hash + Eq>>(array: &ArrayRef) -> usize {
    count(array.as_primitive::<T>().iter().flatten())
}

fn count<T: Hash + Eq>(values: impl Iterator<Item = T>) -> usize {
    // The same in every run, as the bytes of the file have to be.
    let mut seen: HashSet<T, BuildHasherDefault<DefaultHasher>> = HashSet::default();
    seen.extend(values);
    seen.len()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Float64Array, Int64Array, StringViewArray, TimestampMicrosecondArray};
    use parquet::file::properties::WriterProperties;

    use super::*;

    #[test]
    fn a_dictionary_is_for_values_that_repeat() {
        let rows = 0..1_000_i64;
        let text = |row: i64| format!("text {row}");
        let columns: [(&str, ArrayRef); 6] = [
            ("id", Arc::new(Int64Array::from_iter_values(rows.clone()))),
            (
                "group",
                Arc::new(Int64Array::from_iter_values(
                    rows.clone().map(|row| row % 7),
                )),
            ),
            (
                "name",
                Arc::new(StringViewArray::from_iter_values(rows.clone().map(text))),
            ),
            (
                "city",
                Arc::new(StringViewArray::from_iter_values(
                    rows.clone().map(|row| text(row % 9)),
                )),
            ),
            (
                "score",
                Arc::new(Float64Array::from_iter_values(
                    rows.clone().map(|row| row as f64 / 3.0),
                )),
            ),
            (
                "at",
                Arc::new(TimestampMicrosecondArray::from_iter_values(rows)),
            ),
        ];
        let batch = RecordBatch::try_from_iter(columns).expect("a batch");
        let found = choose(WriterProperties::builder(), &batch).build();
        let encoded = |name: &str| {
            let path = ColumnPath::from(name);
            (found.dictionary_enabled(&path), found.encoding(&path))
        };
        let packed = Some(Encoding::DELTA_BINARY_PACKED);
        assert_eq!(encoded("id"), (false, packed));
        assert_eq!(encoded("at"), (false, packed));
        assert_eq!(encoded("group"), (true, None));
        assert_eq!(encoded("name"), (false, None));
        assert_eq!(encoded("city"), (true, None));
        assert_eq!(encoded("score"), (false, None));
        let few = choose(WriterProperties::builder(), &batch.slice(0, 10)).build();
        assert!(
            few.dictionary_enabled(&ColumnPath::from("id")),
            "too few rows to tell"
        );
    }
}

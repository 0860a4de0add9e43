//! Types for files that other programs read. Views and dictionaries are how engines hold values;
//! older readers refuse a file that names them.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef, TimeUnit};

use super::error::WriteError;

/// The same columns in types that every reader of Arrow knows.
pub(super) fn interchange_schema(schema: &Schema) -> Schema {
    map_schema(schema, &|data_type| match data_type {
        DataType::Utf8View => Some(DataType::Utf8),
        DataType::BinaryView => Some(DataType::Binary),
        _ => None,
    })
}

/// The same columns in types that Parquet has a name for: without one, other programs would read
/// seconds as mere integers.
pub(super) fn parquet_schema(schema: &Schema) -> Schema {
    let fields = schema.fields().iter();
    let fields: Vec<FieldRef> = fields
        .map(|field| match field.data_type() {
            DataType::Dictionary(..) => FieldRef::clone(field),
            _ => map_field(field, &|data_type| match data_type {
                DataType::Timestamp(TimeUnit::Second, zone) => {
                    Some(DataType::Timestamp(TimeUnit::Millisecond, zone.clone()))
                }
                DataType::Date64 => Some(DataType::Timestamp(TimeUnit::Millisecond, None)),
                DataType::Time32(TimeUnit::Second) => Some(DataType::Time32(TimeUnit::Millisecond)),
                _ => None,
            }),
        })
        .collect();
    Schema::new_with_metadata(fields, schema.metadata().clone())
}

/// A batch in the types of a schema.
pub(super) fn in_types(batch: RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, WriteError> {
    let columns = batch.columns().iter().zip(schema.fields());
    // A value that does not fit is a fault, and not null.
    let options = CastOptions {
        safe: false,
        ..CastOptions::default()
    };
    let columns = columns.map(|(array, field)| {
        if array.data_type() == field.data_type() {
            Ok(ArrayRef::clone(array))
        } else {
            cast_with_options(array, field.data_type(), &options)
        }
    });
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(
        SchemaRef::clone(schema),
        columns,
        &options,
    )?)
}

type Change<'a> = &'a dyn Fn(&DataType) -> Option<DataType>;

fn map_schema(schema: &Schema, change: Change<'_>) -> Schema {
    let fields = schema.fields().iter();
    let fields: Vec<FieldRef> = fields.map(|field| map_field(field, change)).collect();
    Schema::new_with_metadata(fields, schema.metadata().clone())
}

fn map_field(field: &FieldRef, change: Change<'_>) -> FieldRef {
    let mapped = map_type(field.data_type(), change);
    if mapped == *field.data_type() {
        return FieldRef::clone(field);
    }
    let mapped = Field::new(field.name(), mapped, field.is_nullable());
    Arc::new(mapped.with_metadata(field.metadata().clone()))
}

/// Changes a type at every depth; dictionaries become their values.
fn map_type(data_type: &DataType, change: Change<'_>) -> DataType {
    match data_type {
        DataType::Dictionary(_, values) => map_type(values, change),
        DataType::List(item) => DataType::List(map_field(item, change)),
        DataType::LargeList(item) => DataType::LargeList(map_field(item, change)),
        DataType::FixedSizeList(item, length) => {
            DataType::FixedSizeList(map_field(item, change), *length)
        }
        DataType::Struct(members) => DataType::Struct(
            members
                .iter()
                .map(|member| map_field(member, change))
                .collect(),
        ),
        DataType::Map(entries, sorted) => DataType::Map(map_field(entries, change), *sorted),
        other => change(other).unwrap_or_else(|| other.clone()),
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::TimestampSecondArray;

    use super::*;

    #[test]
    fn types_are_plain_at_every_depth() {
        let text = Arc::new(Field::new("item", DataType::Utf8View, true));
        let word = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        let members = vec![
            Field::new("list", DataType::List(text), true),
            Field::new("word", word, false),
            Field::new("at", DataType::Timestamp(TimeUnit::Second, None), true),
        ];
        let schema = Schema::new(vec![Field::new(
            "all",
            DataType::Struct(members.into()),
            true,
        )]);
        assert_eq!(
            interchange_schema(&parquet_schema(&schema))
                .field(0)
                .data_type()
                .to_string(),
            "Struct(\"list\": List(Utf8), \"word\": non-null Utf8, \"at\": Timestamp(ms))"
        );
    }

    #[test]
    fn what_does_not_fit_is_a_fault() {
        let seconds: ArrayRef = Arc::new(TimestampSecondArray::from(vec![i64::MAX]));
        let batch = RecordBatch::try_from_iter([("at", seconds)]).unwrap();
        let schema = Arc::new(parquet_schema(&batch.schema()));
        assert_eq!(in_types(batch, &schema).unwrap_err().code(), "BATCH_FAILED");
    }
}

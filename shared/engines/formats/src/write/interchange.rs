//! Types for files that other programs read. Views, dictionaries and runs are how engines hold
//! values; older readers refuse a file that names them.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, Schema};

/// The same columns in types that every reader of Arrow knows.
pub(super) fn interchange_schema(schema: &Schema) -> Schema {
    let fields: Vec<FieldRef> = schema.fields().iter().map(plain_field).collect();
    Schema::new_with_metadata(fields, schema.metadata().clone())
}

fn plain_field(field: &FieldRef) -> FieldRef {
    let plain = plain_type(field.data_type());
    if plain == *field.data_type() {
        return FieldRef::clone(field);
    }
    let plain = Field::new(field.name(), plain, field.is_nullable());
    Arc::new(plain.with_metadata(field.metadata().clone()))
}

fn plain_type(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Utf8View => DataType::Utf8,
        DataType::BinaryView => DataType::Binary,
        DataType::Dictionary(_, values) => plain_type(values),
        DataType::List(item) => DataType::List(plain_field(item)),
        DataType::LargeList(item) => DataType::LargeList(plain_field(item)),
        DataType::FixedSizeList(item, length) => {
            DataType::FixedSizeList(plain_field(item), *length)
        }
        DataType::Struct(members) => DataType::Struct(members.iter().map(plain_field).collect()),
        DataType::Map(entries, sorted) => DataType::Map(plain_field(entries), *sorted),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_plain_at_every_depth() {
        let text = Arc::new(Field::new("item", DataType::Utf8View, true));
        let word = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        let members = vec![
            Field::new("list", DataType::List(text), true),
            Field::new("word", word, false),
        ];
        let schema = Schema::new(vec![Field::new(
            "all",
            DataType::Struct(members.into()),
            true,
        )]);
        assert_eq!(
            interchange_schema(&schema).field(0).data_type().to_string(),
            "Struct(\"list\": List(Utf8), \"word\": non-null Utf8)"
        );
    }
}

//! Between JSON and the typed values of DynamoDB.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use millrace_ports::{Item, PortError, decimal};
use serde_json::Value;

/// The attributes of an item.
pub(super) fn attributes(item: &Item) -> Result<HashMap<String, AttributeValue>, PortError> {
    item.iter()
        .map(|(name, value)| Ok((name.clone(), attribute(value)?)))
        .collect()
}

/// One attribute.
pub(super) fn attribute(value: &Value) -> Result<AttributeValue, PortError> {
    Ok(match value {
        Value::Null => AttributeValue::Null(true),
        Value::Bool(flag) => AttributeValue::Bool(*flag),
        Value::Number(number) => AttributeValue::N(
            decimal::text(number).ok_or_else(|| PortError::invalid("a number out of range"))?,
        ),
        Value::String(text) => AttributeValue::S(text.clone()),
        Value::Array(values) => {
            AttributeValue::L(values.iter().map(attribute).collect::<Result<_, _>>()?)
        }
        Value::Object(fields) => AttributeValue::M(attributes(fields)?),
    })
}

/// The item of attributes, its fields by name.
pub(super) fn item(attributes: &HashMap<String, AttributeValue>) -> Result<Item, PortError> {
    let sorted: BTreeMap<_, _> = attributes.iter().collect();
    sorted
        .into_iter()
        .map(|(name, attribute)| Ok((name.clone(), value(attribute)?)))
        .collect()
}

fn value(attribute: &AttributeValue) -> Result<Value, PortError> {
    Ok(match attribute {
        AttributeValue::Null(_) => Value::Null,
        AttributeValue::Bool(flag) => Value::Bool(*flag),
        AttributeValue::N(text) => decimal::parse(text)
            .map(Value::Number)
            .ok_or_else(|| PortError::other(format!("no number: '{text}'")))?,
        AttributeValue::S(text) => Value::String(text.clone()),
        AttributeValue::L(values) => values.iter().map(value).collect::<Result<_, _>>()?,
        AttributeValue::M(fields) => Value::Object(item(fields)?),
        // Sets and binary values: nothing here writes them.
        _ => return Err(PortError::other("an attribute of a type that JSON has not")),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn json_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            ".{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map(".{1,4}", inner, 0..4)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn json_survives(original in json_value()) {
            let typed = attribute(&original).expect("in range");
            prop_assert_eq!(value(&typed).expect("of JSON's types"), original);
        }
    }

    #[test]
    fn fields_come_back_by_name() {
        let fields: HashMap<_, _> = ["b", "c", "a"]
            .map(|name| (name.to_owned(), AttributeValue::Null(true)))
            .into();
        let item = item(&fields).expect("an item");
        assert_eq!(item.keys().collect::<Vec<_>>(), ["a", "b", "c"]);
    }

    #[test]
    fn what_json_has_not_is_an_error() {
        assert!(value(&AttributeValue::Ss(vec!["a".to_owned()])).is_err());
        assert!(value(&AttributeValue::N("NaN".to_owned())).is_err());
        assert!(attribute(&json!(1e300)).is_err());
    }
}

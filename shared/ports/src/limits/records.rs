//! Limits of the state table.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    DEEPEST_VALUE, LARGEST_ITEM, LARGEST_TRANSACTION, LONGEST_PARTITION_KEY, LONGEST_SORT_KEY,
    MOST_VALUES, MOST_WRITES, check_length,
};
use crate::{Condition, Item, Key, PortError, Query, Update, Write, decimal};

/// Bytes of an item as the table counts them: names and values in UTF-8, a number at up to 21,
/// 3 for a list or object and 1 for each of its elements.
#[must_use]
pub fn item_size(item: &Item) -> usize {
    item.iter()
        .map(|(name, value)| name.len() + value_size(value))
        .sum()
}

fn value_size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 1,
        Value::Number(number) => {
            let digits = number
                .to_string()
                .bytes()
                .filter(u8::is_ascii_digit)
                .count();
            digits.div_ceil(2) + 1
        }
        Value::String(text) => text.len(),
        Value::Array(values) => {
            3 + values
                .iter()
                .map(|value| value_size(value) + 1)
                .sum::<usize>()
        }
        Value::Object(fields) => 3 + fields.len() + item_size(fields),
    }
}

/// Checks a primary key.
///
/// # Errors
/// [`PortError::Invalid`] for an empty or too long part.
pub fn check_key(key: &Key) -> Result<(), PortError> {
    check_length("pk", &key.pk, LONGEST_PARTITION_KEY)?;
    check_length("sk", &key.sk, LONGEST_SORT_KEY)
}

/// Checks a query, apart from its cursor.
///
/// # Errors
/// [`PortError::Invalid`] for a limit of 0 or an impossible key.
pub fn check_query(query: &Query) -> Result<(), PortError> {
    if query.limit == 0 || i32::try_from(query.limit).is_err() {
        return Err(PortError::invalid(
            "the limit of a query has to be 1 to 2147483647",
        ));
    }
    check_length("partition", &query.partition, LONGEST_PARTITION_KEY)?;
    match &query.sort_prefix {
        Some(prefix) => check_length("sort prefix", prefix, LONGEST_SORT_KEY),
        None => Ok(()),
    }
}

/// Checks all of a transaction that can be checked without the stored items.
///
/// # Errors
/// [`PortError::Invalid`] or [`PortError::TooLarge`].
pub fn check_transaction(writes: &[Write]) -> Result<(), PortError> {
    if writes.is_empty() || writes.len() > MOST_WRITES {
        return Err(PortError::invalid(format!(
            "a transaction has 1 to {MOST_WRITES} writes"
        )));
    }
    let mut keys = BTreeSet::new();
    let mut bytes = 0;
    for write in writes {
        let key = write.key()?;
        check_key(&key)?;
        check_condition(write.condition())?;
        bytes += key.pk.len() + key.sk.len();
        match write {
            Write::Put { item, .. } => {
                check_item(item)?;
                bytes += item_size(item);
            }
            Write::Update(update) => {
                check_update(update)?;
                bytes += item_size(&update.set);
            }
            Write::Delete { .. } => {}
            Write::Check { condition, .. } => {
                if *condition == Condition::None {
                    return Err(PortError::invalid("a check needs a condition"));
                }
            }
        }
        if !keys.insert(key) {
            return Err(PortError::invalid("a transaction names each item once"));
        }
    }
    if bytes > LARGEST_TRANSACTION {
        return Err(PortError::too_large(format!(
            "a transaction of {bytes} bytes"
        )));
    }
    Ok(())
}

/// Checks a whole item.
///
/// # Errors
/// [`PortError::TooLarge`] above [`LARGEST_ITEM`], [`PortError::Invalid`] for an impossible key or
/// value.
pub fn check_item(item: &Item) -> Result<(), PortError> {
    check_fields(item)?;
    let bytes = item_size(item);
    if bytes > LARGEST_ITEM {
        return Err(PortError::too_large(format!("an item of {bytes} bytes")));
    }
    Ok(())
}

fn check_fields(fields: &Item) -> Result<(), PortError> {
    for (name, value) in fields {
        if name.is_empty() {
            return Err(PortError::invalid("a field needs a name"));
        }
        check_value(name, value, DEEPEST_VALUE)?;
    }
    for (name, longest) in [
        ("gsi1pk", LONGEST_PARTITION_KEY),
        ("gsi1sk", LONGEST_SORT_KEY),
    ] {
        match fields.get(name) {
            None => {}
            Some(Value::String(text)) => check_length(name, text, longest)?,
            Some(_) => return Err(PortError::invalid(format!("'{name}' has to be a string"))),
        }
    }
    Ok(())
}

fn check_value(field: &str, value: &Value, levels: usize) -> Result<(), PortError> {
    let Some(levels) = levels.checked_sub(1) else {
        return Err(PortError::invalid(format!(
            "'{field}' is nested too deeply"
        )));
    };
    match value {
        Value::Number(number) if decimal::text(number).is_none() => Err(PortError::invalid(
            format!("'{field}' holds a number out of range"),
        )),
        Value::Array(values) => values
            .iter()
            .try_for_each(|value| check_value(field, value, levels)),
        Value::Object(fields) => fields
            .values()
            .try_for_each(|value| check_value(field, value, levels)),
        _ => Ok(()),
    }
}

fn check_update(update: &Update) -> Result<(), PortError> {
    check_fields(&update.set)?;
    let names = update
        .set
        .keys()
        .chain(update.add.keys())
        .chain(&update.remove);
    let mut seen = BTreeSet::new();
    if names.clone().next().is_none() {
        return Err(PortError::invalid(
            "an update changes a field; a check checks only",
        ));
    }
    for name in names {
        if name.is_empty() || name == "pk" || name == "sk" {
            return Err(PortError::invalid(
                "an update changes named fields, not the key",
            ));
        }
        if !seen.insert(name) {
            return Err(PortError::invalid(format!(
                "an update changes '{name}' once"
            )));
        }
    }
    Ok(())
}

fn check_condition(condition: &Condition) -> Result<(), PortError> {
    match condition {
        Condition::None | Condition::Absent | Condition::Present => Ok(()),
        Condition::Equals(field, value) => check_compared(field, value),
        Condition::OneOf(field, values) => {
            if values.is_empty() || values.len() > MOST_VALUES {
                return Err(PortError::invalid(format!(
                    "one of 1 to {MOST_VALUES} values"
                )));
            }
            values
                .iter()
                .try_for_each(|value| check_compared(field, value))
        }
        Condition::Less(field, value)
        | Condition::LessOrEqual(field, value)
        | Condition::Greater(field, value)
        | Condition::GreaterOrEqual(field, value) => {
            if !(value.is_number() || value.is_string()) {
                return Err(PortError::invalid(format!("'{field}' has no order")));
            }
            check_compared(field, value)
        }
        Condition::FieldAbsent(field) | Condition::FieldPresent(field) => {
            check_compared(field, &Value::Null)
        }
        Condition::All(conditions) | Condition::Any(conditions) => {
            if conditions.is_empty() || conditions.contains(&Condition::None) {
                return Err(PortError::invalid("a joined condition needs conditions"));
            }
            conditions.iter().try_for_each(check_condition)
        }
    }
}

fn check_compared(field: &str, value: &Value) -> Result<(), PortError> {
    if field.is_empty() {
        return Err(PortError::invalid("a condition needs a field"));
    }
    check_value(field, value, DEEPEST_VALUE)
}

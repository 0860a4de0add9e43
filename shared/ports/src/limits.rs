//! What the services refuse, checked before a call so that every implementation refuses the same
//! with the same error.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{Condition, Item, Key, PortError, Query, Update, Write, decimal};

/// Most writes of a transaction.
pub const MOST_WRITES: usize = 100;
/// Most values of a [`Condition::OneOf`].
pub const MOST_VALUES: usize = 100;
/// Largest item in bytes, counted as by [`item_size`].
pub const LARGEST_ITEM: usize = 400 * 1024;
/// Largest transaction in bytes.
pub const LARGEST_TRANSACTION: usize = 4 * 1024 * 1024;
/// Largest page in bytes.
pub const LARGEST_PAGE: usize = 1024 * 1024;
/// Longest partition key in bytes.
pub const LONGEST_PARTITION_KEY: usize = 2048;
/// Longest sort key in bytes.
pub const LONGEST_SORT_KEY: usize = 1024;
/// Deepest nesting of a value.
pub const DEEPEST_VALUE: usize = 32;
/// Longest object key in bytes.
pub const LONGEST_OBJECT_KEY: usize = 1024;
/// Longest life of a presigned URL in seconds.
pub const LONGEST_PRESIGNED: u64 = 7 * 24 * 3600;
/// Largest message in bytes.
pub const LARGEST_MESSAGE: usize = 1024 * 1024;
/// Largest input or output of a workflow in bytes.
pub const LARGEST_PAYLOAD: usize = 256 * 1024;
/// Longest error name of a failed step, in characters.
pub const LONGEST_FAILURE_NAME: usize = 256;
/// Longest cause of a failed step, in characters.
pub const LONGEST_FAILURE_CAUSE: usize = 32768;

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
    check_key_part("pk", &key.pk, LONGEST_PARTITION_KEY)?;
    check_key_part("sk", &key.sk, LONGEST_SORT_KEY)
}

fn check_key_part(name: &str, text: &str, longest: usize) -> Result<(), PortError> {
    if text.is_empty() || text.len() > longest {
        return Err(PortError::invalid(format!(
            "'{name}' has to be 1 to {longest} bytes"
        )));
    }
    Ok(())
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
    check_key_part("partition", &query.partition, LONGEST_PARTITION_KEY)?;
    match &query.sort_prefix {
        Some(prefix) => check_key_part("sort prefix", prefix, LONGEST_SORT_KEY),
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
            Some(Value::String(text)) => check_key_part(name, text, longest)?,
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

/// Checks the key of an object.
///
/// # Errors
/// [`PortError::Invalid`] for an empty or too long one.
pub fn check_object_key(key: &str) -> Result<(), PortError> {
    check_key_part("object key", key, LONGEST_OBJECT_KEY)
}

/// Checks the life of a presigned URL, 1 s to [`LONGEST_PRESIGNED`].
///
/// # Errors
/// [`PortError::Invalid`] for another one.
pub fn check_lifetime(lifetime: std::time::Duration) -> Result<(), PortError> {
    if (1..=LONGEST_PRESIGNED).contains(&lifetime.as_secs()) {
        return Ok(());
    }
    Err(PortError::invalid(format!(
        "a URL lives 1 to {LONGEST_PRESIGNED} seconds"
    )))
}

/// Checks that an object is no larger than its reader admits.
///
/// # Errors
/// [`PortError::TooLarge`] for a larger one.
pub fn check_object_size(key: &str, bytes: u64, most: u64) -> Result<(), PortError> {
    if bytes > most {
        return Err(PortError::too_large(format!(
            "'{key}' has {bytes} bytes, above {most}"
        )));
    }
    Ok(())
}

/// Checks what is joined into one object.
///
/// # Errors
/// [`PortError::Invalid`] without parts, or when the target is one of them.
pub fn check_concatenation(parts: &[String], target: &str) -> Result<(), PortError> {
    check_object_key(target)?;
    if parts.is_empty() || parts.iter().any(|part| part == target) {
        return Err(PortError::invalid(
            "an object is joined from one or more others",
        ));
    }
    parts.iter().try_for_each(|part| check_object_key(part))
}

/// Checks a message.
///
/// # Errors
/// [`PortError::Invalid`] for an empty one, [`PortError::TooLarge`] above [`LARGEST_MESSAGE`].
pub fn check_message(body: &str) -> Result<(), PortError> {
    if body.is_empty() {
        return Err(PortError::invalid("a message needs a body"));
    }
    check_size("message", body.len(), LARGEST_MESSAGE)
}

/// Checks the name of an execution: 1 to 80 letters, digits, `-` and `_`.
///
/// # Errors
/// [`PortError::Invalid`] for another one.
pub fn check_execution_name(name: &str) -> Result<(), PortError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if name.is_empty() || name.len() > 80 || !name.bytes().all(allowed) {
        return Err(PortError::invalid(
            "an execution's name is 1 to 80 of a-z, A-Z, 0-9, -, _",
        ));
    }
    Ok(())
}

/// The JSON text of a workflow's input or output.
///
/// # Errors
/// [`PortError::TooLarge`] above [`LARGEST_PAYLOAD`].
pub fn payload(value: &Value) -> Result<String, PortError> {
    let text = value.to_string();
    check_size("payload", text.len(), LARGEST_PAYLOAD)?;
    Ok(text)
}

fn check_size(what: &str, bytes: usize, largest: usize) -> Result<(), PortError> {
    if bytes > largest {
        return Err(PortError::too_large(format!(
            "a {what} of {bytes} bytes, above {largest}"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests;

//! What the services refuse, checked before a call so that every implementation refuses the same
//! with the same error.

mod records;

use serde_json::Value;

use crate::{PortError, Segment};

pub use records::{check_item, check_key, check_query, check_transaction, item_size};

/// Most writes of a transaction.
pub const MOST_WRITES: usize = 100;
/// Most values of a [`Condition::OneOf`](crate::Condition::OneOf).
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
/// Most parts of an upload, and the highest number of one.
pub const MOST_PARTS: u32 = 10_000;
/// Smallest part of an upload in bytes, but for its last one.
pub const SMALLEST_PART: u64 = 5 * 1024 * 1024;
/// Largest part of an upload in bytes.
pub const LARGEST_PART: u64 = 5 * 1024 * 1024 * 1024;
/// Largest message in bytes.
pub const LARGEST_MESSAGE: usize = 1024 * 1024;
/// Largest input or output of a workflow in bytes.
pub const LARGEST_PAYLOAD: usize = 256 * 1024;
/// Longest error name of a failed step, in characters.
pub const LONGEST_FAILURE_NAME: usize = 256;
/// Longest cause of a failed step, in characters.
pub const LONGEST_FAILURE_CAUSE: usize = 32768;

fn check_length(name: &str, text: &str, longest: usize) -> Result<(), PortError> {
    if text.is_empty() || text.len() > longest {
        return Err(PortError::invalid(format!(
            "'{name}' has to be 1 to {longest} bytes"
        )));
    }
    Ok(())
}

/// Checks the key of an object.
///
/// # Errors
/// [`PortError::Invalid`] for an empty or too long one.
pub fn check_object_key(key: &str) -> Result<(), PortError> {
    check_length("object key", key, LONGEST_OBJECT_KEY)
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
/// [`PortError::Invalid`] without segments, for an empty range, or when the target is in one of them.
pub fn check_concatenation(segments: &[Segment], target: &str) -> Result<(), PortError> {
    check_object_key(target)?;
    let empty = |segment: &Segment| matches!(segment, Segment::Range(_, range) if range.is_empty());
    if segments.is_empty() || segments.iter().any(empty) {
        return Err(PortError::invalid("an object is joined from some bytes"));
    }
    let mut keys = segments.iter().filter_map(Segment::key);
    keys.try_for_each(|key| {
        if key == target {
            return Err(PortError::invalid("an object is joined from others"));
        }
        check_object_key(key)
    })
}

/// Checks the number of a part, 1 to [`MOST_PARTS`].
///
/// # Errors
/// [`PortError::Invalid`] for another one.
pub fn check_part_number(number: u32) -> Result<(), PortError> {
    if (1..=MOST_PARTS).contains(&number) {
        return Ok(());
    }
    Err(PortError::invalid(format!(
        "a part has a number from 1 to {MOST_PARTS}"
    )))
}

/// Checks the parts that make an upload whole: at least one, by number in ascending order, none but the
/// last one smaller than [`SMALLEST_PART`].
///
/// # Errors
/// [`PortError::Invalid`] for others.
pub fn check_parts(parts: &[crate::Part]) -> Result<(), PortError> {
    parts
        .iter()
        .try_for_each(|part| check_part_number(part.number))?;
    if parts.is_empty() || !parts.is_sorted_by(|one, next| one.number < next.number) {
        return Err(PortError::invalid(
            "an upload is made of one or more parts in the order of their numbers",
        ));
    }
    // Some emulators of S3 do not look.
    let all_but_last = &parts[..parts.len() - 1];
    if all_but_last.iter().any(|part| part.size < SMALLEST_PART) {
        return Err(PortError::invalid(
            "every part but the last one has 5 MiB or more",
        ));
    }
    Ok(())
}

/// Checks the range of a read.
///
/// # Errors
/// [`PortError::Invalid`] for an empty one.
pub fn check_range(range: &std::ops::Range<u64>) -> Result<(), PortError> {
    if range.is_empty() {
        return Err(PortError::invalid("a range has at least one byte"));
    }
    Ok(())
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

//! From any body to a valid input, or to every fault in it.

use serde_json::{Map, Value};

use super::{
    CompletedPart, CompletedParts, DownloadFile, DownloadUrlInput, FILE_NAME_BYTES,
    FILE_NAME_CHARACTERS, JobCreate, MarkUploaded, PART_NUMBERS, REJECTED_ROWS,
};
use crate::error::Fault;

/// Most faults that a list of parts is answered with.
const MOST_FAULTS: usize = 100;

impl JobCreate {
    /// Reads a job, of a file of at most `largest` bytes. Steps and options are there or not: what they
    /// say is checked by those who know it. Unknown fields are ignored; `null` in an optional field
    /// counts as left out.
    ///
    /// # Errors
    /// Every fault found, in the order of the document's fields.
    pub fn from_value(body: &Value, largest: u64) -> Result<Self, Vec<Fault>> {
        let body = object(body)?;
        let file_name = file_name(body);
        let size = required(body, "original_file_size_bytes")
            .and_then(|value| integer("original_file_size_bytes", value, 0..=largest));
        let steps = required(body, "processing_steps");
        let rejected = optional(body, "max_rejected_rows")
            .map(|value| integer("max_rejected_rows", value, REJECTED_ROWS))
            .transpose();
        match (file_name, size, steps, rejected) {
            (Ok(file_name), Ok(size), Ok(steps), Ok(max_rejected_rows)) => Ok(Self {
                file_name,
                original_file_size_bytes: size,
                processing_steps: steps.clone(),
                input: optional(body, "input").cloned(),
                max_rejected_rows,
            }),
            (file_name, size, steps, rejected) => {
                Err([file_name.err(), size.err(), steps.err(), rejected.err()]
                    .into_iter()
                    .flatten()
                    .collect())
            }
        }
    }
}

impl MarkUploaded {
    /// Reads a key.
    ///
    /// # Errors
    /// Every fault found.
    pub fn from_value(body: &Value) -> Result<Self, Vec<Fault>> {
        let body = object(body)?;
        let key = required(body, "object_key").and_then(|value| text("object_key", value));
        let key = key.map_err(|fault| vec![fault])?;
        Ok(Self {
            object_key: key.to_owned(),
        })
    }
}

impl DownloadUrlInput {
    /// Reads which file; no body is the output.
    ///
    /// # Errors
    /// Every fault found.
    pub fn from_value(body: Option<&Value>) -> Result<Self, Vec<Fault>> {
        let Some(body) = body else {
            return Ok(Self::default());
        };
        let file = match optional(object(body)?, "file").map(Value::as_str) {
            None => None,
            Some(Some("output")) => Some(DownloadFile::Output),
            Some(Some("rejects")) => Some(DownloadFile::Rejects),
            Some(other) => {
                let code = if other.is_some() { "value" } else { "type" };
                let message = "file must be output or rejects";
                return Err(vec![Fault::new("file", code, message)]);
            }
        };
        Ok(Self { file })
    }
}

impl CompletedParts {
    /// Reads a list of parts, each number once.
    ///
    /// # Errors
    /// The faults found, at most 100.
    pub fn from_value(body: &Value) -> Result<Self, Vec<Fault>> {
        let Value::Array(items) = body else {
            return Err(vec![Fault::new(
                "",
                "type",
                "the body must be a JSON array of parts",
            )]);
        };
        if items.is_empty() {
            return Err(vec![Fault::new(
                "",
                "too_short",
                "the body must have a part at least",
            )]);
        }
        let (mut parts, mut faults) = (Vec::new(), Vec::new());
        let mut seen = std::collections::BTreeSet::new();
        for (place, item) in items.iter().enumerate() {
            match part(place, item) {
                Ok(part) if !seen.insert(part.part_number) => faults.push(Fault::new(
                    format!("{place}.part_number"),
                    "duplicate",
                    format!("part {} must be there once", part.part_number),
                )),
                Ok(part) => parts.push(part),
                Err(found) => faults.extend(found),
            }
            if faults.len() >= MOST_FAULTS {
                break;
            }
        }
        if faults.is_empty() {
            Ok(Self(parts))
        } else {
            Err(faults)
        }
    }
}

/// Nothing is asked of a body but that it is an object or absent: the document's `{}`.
///
/// # Errors
/// A fault for any other JSON.
pub fn check_empty(body: Option<&Value>) -> Result<(), Vec<Fault>> {
    body.map_or(Ok(()), |body| object(body).map(|_| ()))
}

fn part(place: usize, item: &Value) -> Result<CompletedPart, Vec<Fault>> {
    let Value::Object(fields) = item else {
        let message = format!("{place} must be an object with part_number and etag");
        return Err(vec![Fault::new(place.to_string(), "type", message)]);
    };
    let at = |fault: Fault| Fault {
        path: format!("{place}.{}", fault.path),
        message: format!("{place}.{}", fault.message),
        ..fault
    };
    let bounds = u64::from(*PART_NUMBERS.start())..=u64::from(*PART_NUMBERS.end());
    let number = required(fields, "part_number")
        .and_then(|value| integer("part_number", value, bounds))
        .map_err(at);
    let etag = required(fields, "etag")
        .and_then(|value| text("etag", value))
        .map_err(at);
    match (number, etag) {
        (Ok(number), Ok(etag)) => Ok(CompletedPart {
            part_number: u32::try_from(number).unwrap_or(u32::MAX),
            etag: etag.to_owned(),
        }),
        (number, etag) => Err(number.err().into_iter().chain(etag.err()).collect()),
    }
}

fn file_name(body: &Map<String, Value>) -> Result<String, Fault> {
    let fault = |code, rest: &str| Fault::new("file_name", code, format!("file_name {rest}"));
    let name = required(body, "file_name").and_then(|value| text("file_name", value))?;
    if name.chars().count() > *FILE_NAME_CHARACTERS.end() || name.len() > FILE_NAME_BYTES {
        let message = format!(
            "must have at most {} characters and {FILE_NAME_BYTES} bytes",
            FILE_NAME_CHARACTERS.end()
        );
        return Err(fault("too_long", &message));
    }
    if name.chars().any(char::is_control) {
        return Err(fault("characters", "must have no control characters"));
    }
    if name.contains(['/', '\\']) || name == "." || name == ".." {
        return Err(fault("characters", "must be a name without a path"));
    }
    Ok(name.to_owned())
}

fn object(body: &Value) -> Result<&Map<String, Value>, Vec<Fault>> {
    body.as_object()
        .ok_or_else(|| vec![Fault::new("", "type", "the body must be a JSON object")])
}

fn required<'a>(body: &'a Map<String, Value>, name: &str) -> Result<&'a Value, Fault> {
    body.get(name)
        .ok_or_else(|| Fault::new(name, "missing", format!("{name} is missing")))
}

fn optional<'a>(body: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    body.get(name).filter(|value| !value.is_null())
}

/// A text that is not empty.
fn text<'a>(name: &str, value: &'a Value) -> Result<&'a str, Fault> {
    match value {
        Value::String(text) if text.is_empty() => Err(Fault::new(
            name,
            "too_short",
            format!("{name} must not be empty"),
        )),
        Value::String(text) => Ok(text),
        _ => Err(Fault::new(name, "type", format!("{name} must be a string"))),
    }
}

fn integer(name: &str, value: &Value, bounds: std::ops::RangeInclusive<u64>) -> Result<u64, Fault> {
    let code = match value.as_u64() {
        Some(number) if bounds.contains(&number) => return Ok(number),
        Some(_) => "range",
        None if value.is_i64() => "range",
        None => "type",
    };
    let (least, most) = (bounds.start(), bounds.end());
    let message = format!("{name} must be an integer from {least} to {most}");
    Err(Fault::new(name, code, message))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const LARGEST: u64 = 1000;

    fn job(body: &Value) -> Result<JobCreate, Vec<Fault>> {
        JobCreate::from_value(body, LARGEST)
    }

    fn codes<T>(result: Result<T, Vec<Fault>>) -> Vec<String> {
        let faults = result.err().unwrap_or_default();
        let faults = faults.into_iter();
        faults
            .map(|fault| format!("{} {}", fault.path, fault.code))
            .collect()
    }

    #[test]
    fn the_documents_body_is_valid_and_so_are_its_options() {
        let mut body = json!({
            "file_name": "größe 1.csv", "original_file_size_bytes": 1000,
            "processing_steps": [], "surprise": true, "input": null
        });
        let read = job(&body).expect("valid");
        assert_eq!((read.input, read.max_rejected_rows), (None, None));
        body["input"] = json!({ "delimiter": ";" });
        body["max_rejected_rows"] = json!(0);
        let read = job(&body).expect("valid");
        assert_eq!(
            (read.input.is_some(), read.max_rejected_rows),
            (true, Some(0))
        );
    }

    #[test]
    fn every_fault_is_told_at_once() {
        assert_eq!(
            codes(job(&json!({}))),
            [
                "file_name missing",
                "original_file_size_bytes missing",
                "processing_steps missing"
            ]
        );
        assert_eq!(
            codes(job(&json!({
                "file_name": 7, "original_file_size_bytes": "1", "processing_steps": [],
                "max_rejected_rows": -1
            }))),
            [
                "file_name type",
                "original_file_size_bytes type",
                "max_rejected_rows range"
            ]
        );
        for (size, code) in [
            (json!(1001), "range"),
            (json!(-1), "range"),
            (json!(1.5), "type"),
            (json!(null), "type"),
        ] {
            let body = json!({ "file_name": "a", "original_file_size_bytes": size, "processing_steps": [] });
            assert_eq!(
                codes(job(&body)),
                [format!("original_file_size_bytes {code}")]
            );
        }
        assert_eq!(codes(job(&json!([]))), [" type"]);
    }

    #[test]
    fn file_names_are_names() {
        let check = |name: &str| {
            codes(job(
                &json!({ "file_name": name, "original_file_size_bytes": 1, "processing_steps": [] }),
            ))
        };
        for name in [
            "a",
            "a b+c&=%.csv",
            "…",
            "données 🦀.json",
            &"x".repeat(255),
            &"ü".repeat(255),
        ] {
            assert_eq!(check(name), Vec::<String>::new(), "{name}");
        }
        for (name, code) in [
            ("", "too_short"),
            ("a/b", "characters"),
            ("a\\b", "characters"),
            ("..", "characters"),
            (".", "characters"),
            ("a\n", "characters"),
            ("a\0b", "characters"),
            (&"x".repeat(256), "too_long"),
            (&"🦀".repeat(226), "too_long"),
        ] {
            assert_eq!(check(name), [format!("file_name {code}")], "{name:?}");
        }
    }

    #[test]
    fn parts_are_numbered_once() {
        let read = |body: Value| codes(CompletedParts::from_value(&body));
        assert_eq!(
            read(json!([{ "part_number": 1, "etag": "\"a\"" }])),
            Vec::<String>::new()
        );
        assert_eq!(read(json!({})), [" type"]);
        assert_eq!(read(json!([])), [" too_short"]);
        assert_eq!(
            read(json!([7, { "part_number": 0 }, { "part_number": 1, "etag": 1 }])),
            [
                "0 type",
                "1.part_number range",
                "1.etag missing",
                "2.etag type"
            ]
        );
        let twice = json!({ "part_number": 3, "etag": "a" });
        assert_eq!(
            read(json!([twice.clone(), twice])),
            ["1.part_number duplicate"]
        );
        assert_eq!(
            read(Value::Array(vec![json!(0); 20_000])).len(),
            MOST_FAULTS
        );
    }

    #[test]
    fn a_download_is_the_output_unless_it_says_otherwise() {
        let read = |body: Value| DownloadUrlInput::from_value(Some(&body)).map(|input| input.file);
        assert_eq!(
            DownloadUrlInput::from_value(None),
            Ok(DownloadUrlInput::default())
        );
        assert_eq!(read(json!({})), Ok(None));
        assert_eq!(
            read(json!({ "file": "rejects" })),
            Ok(Some(DownloadFile::Rejects))
        );
        assert_eq!(codes(read(json!({ "file": "input" }))), ["file value"]);
        assert_eq!(codes(read(json!({ "file": 1 }))), ["file type"]);
        assert_eq!(codes(read(json!(null))), [" type"]);
        assert_eq!(codes(check_empty(Some(&json!(1)))), [" type"]);
        assert!(check_empty(None).is_ok() && check_empty(Some(&json!({ "a": 1 }))).is_ok());
    }

    proptest! {
        #[test]
        fn a_valid_name_fits_into_a_key(name in any::<String>()) {
            let body = json!({ "file_name": name, "original_file_size_bytes": 1, "processing_steps": [] });
            if let Ok(job) = job(&body) {
                let key = format!("input/{}/{}", "0".repeat(36), job.file_name);
                prop_assert!(key.len() <= 1024, "{}", key);
            }
        }
    }
}

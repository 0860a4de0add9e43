//! From any body to a valid input, or to every fault in it.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::{
    DATA_SIZES, FileFormat, GenerationCreate, InputUploadCreate, LIKE_INPUT, NAME_CHARACTERS,
    PARAMETERS_BYTES, PATH_BYTES, RESUME_WINDOWS, RETENTION_DAYS, RetentionPolicy, SHEET_ROWS,
    TIMEOUTS,
};
use crate::error::Fault;

/// What `parameters` may hold.
const PARAMETERS: [&str; 2] = ["seed", "schema"];
/// The largest seed: what every language's signed integer holds.
const LARGEST_SEED: u64 = i64::MAX.unsigned_abs();
/// Bytes of a file's name, so that its key has room for what stands before it.
const FILE_NAME_BYTES: usize = 255;

impl GenerationCreate {
    /// Reads a job. What its type and parameters mean is checked by those who know the types. Unknown
    /// fields are ignored; `null` in an optional field counts as left out.
    ///
    /// # Errors
    /// Every fault found, in the order of the document's fields.
    pub fn from_value(body: &Value) -> Result<Self, Vec<Fault>> {
        match Self::read(body)? {
            (read, faults) if faults.is_empty() => Ok(read),
            (_, faults) => Err(faults),
        }
    }

    /// The same, with what could be read beside the faults, so that all that is wrong can be told at once.
    /// A field with a fault counts as left out; a type is empty then, and a size 0.
    ///
    /// # Errors
    /// A fault for what is no object.
    pub fn read(body: &Value) -> Result<(Self, Vec<Fault>), Vec<Fault>> {
        let mut fields = Fields::of(body)?;
        let data_type = fields.required("dataType", Fields::name);
        let data_size =
            fields.required("dataSize", |fields, name| fields.integer(name, DATA_SIZES));
        let read = Self {
            data_type: data_type.unwrap_or_default(),
            data_size: data_size.unwrap_or_default(),
            input_format: fields.format("inputFormat"),
            output_format: fields.format("outputFormat"),
            input_bucket: fields.name("inputBucket"),
            output_bucket: fields.name("outputBucket"),
            input_path: fields.path("inputPath"),
            output_path: fields.path("outputPath"),
            is_async: fields.boolean("isAsync"),
            timeout: fields.seconds("timeout", TIMEOUTS),
            resume_window: fields.seconds("resumeWindow", RESUME_WINDOWS),
            parameters: fields.parameters(),
            project_id: fields.name("projectId"),
        };
        fields.check_together(&read);
        Ok((read, fields.faults))
    }

    /// The seed that was asked for.
    #[must_use]
    pub fn seed(&self) -> Option<u64> {
        self.parameters.as_ref()?.get("seed")?.as_u64()
    }
}

impl RetentionPolicy {
    /// Reads a policy.
    ///
    /// # Errors
    /// Every fault found.
    pub fn from_value(body: &Value) -> Result<Self, Vec<Fault>> {
        let mut fields = Fields::of(body)?;
        let days = fields.required("retentionDays", |fields, name| {
            fields.seconds(name, RETENTION_DAYS)
        });
        days.map(|retention_days| Self { retention_days })
            .ok_or(fields.faults)
    }
}

impl InputUploadCreate {
    /// Reads what is to be uploaded.
    ///
    /// # Errors
    /// Every fault found.
    pub fn from_value(body: &Value) -> Result<Self, Vec<Fault>> {
        let mut fields = Fields::of(body)?;
        let filename = fields.required("filename", Fields::file_name);
        let content_type = fields.required("contentType", Fields::media_type);
        match (filename, content_type) {
            (Some(filename), Some(content_type)) => Ok(Self {
                filename,
                content_type,
            }),
            _ => Err(fields.faults),
        }
    }
}

/// A body, and what is wrong with it so far.
struct Fields<'body> {
    object: &'body Map<String, Value>,
    faults: Vec<Fault>,
}

impl<'body> Fields<'body> {
    fn of(body: &'body Value) -> Result<Self, Vec<Fault>> {
        let object = body
            .as_object()
            .ok_or_else(|| vec![Fault::new("", "type", "the body must be a JSON object")])?;
        Ok(Self {
            object,
            faults: Vec::new(),
        })
    }

    fn fault<T>(&mut self, path: &str, code: &str, rest: &str) -> Option<T> {
        let fault = Fault::new(path, code, format!("{path} {rest}"));
        self.faults.push(fault);
        None
    }

    fn get(&self, name: &str) -> Option<&'body Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    fn required<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self, &str) -> Option<T>,
    ) -> Option<T> {
        match self.object.get(name) {
            None => self.fault(name, "missing", "is missing"),
            Some(Value::Null) => self.fault(name, "type", "must not be null"),
            Some(_) => read(self, name),
        }
    }

    /// A text that is not empty and of one line.
    fn text(&mut self, name: &str) -> Option<&'body str> {
        match self.get(name)? {
            Value::String(text) if text.is_empty() => {
                self.fault(name, "too_short", "must not be empty")
            }
            Value::String(text) if text.chars().any(char::is_control) => {
                self.fault(name, "characters", "must have no control characters")
            }
            Value::String(text) => Some(text),
            _ => self.fault(name, "type", "must be a string"),
        }
    }

    fn name(&mut self, name: &str) -> Option<String> {
        let text = self.text(name)?;
        if text.chars().count() > NAME_CHARACTERS {
            let rest = format!("must have at most {NAME_CHARACTERS} characters");
            return self.fault(name, "too_long", &rest);
        }
        Some(text.to_owned())
    }

    /// A whole key: no part of it means another place to anybody.
    fn path(&mut self, name: &str) -> Option<String> {
        let path = self.text(name)?;
        if path.len() > PATH_BYTES {
            let rest = format!("must have at most {PATH_BYTES} bytes");
            return self.fault(name, "too_long", &rest);
        }
        if path.split('/').any(|part| ["", ".", ".."].contains(&part)) {
            let rest = "must be a whole key: names separated by single slashes";
            return self.fault(name, "characters", rest);
        }
        Some(path.to_owned())
    }

    fn file_name(&mut self, name: &str) -> Option<String> {
        let file = self.text(name)?;
        if file.len() > FILE_NAME_BYTES {
            let rest = format!("must have at most {FILE_NAME_BYTES} bytes");
            return self.fault(name, "too_long", &rest);
        }
        if file.contains(['/', '\\']) || file == "." || file == ".." {
            return self.fault(name, "characters", "must be a name without a path");
        }
        Some(file.to_owned())
    }

    fn media_type(&mut self, name: &str) -> Option<String> {
        let text = self.name(name)?;
        let is_plain = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        if !is_plain || !text.contains('/') {
            return self.fault(name, "value", "must be a media type, as text/csv");
        }
        Some(text)
    }

    fn integer(&mut self, name: &str, bounds: RangeInclusive<u64>) -> Option<u64> {
        let value = self.get(name)?;
        self.number(name, value, &bounds)
    }

    fn number(&mut self, path: &str, value: &Value, bounds: &RangeInclusive<u64>) -> Option<u64> {
        let code = match value.as_u64() {
            Some(number) if bounds.contains(&number) => return Some(number),
            Some(_) => "range",
            None if value.is_i64() => "range",
            None => "type",
        };
        let (least, most) = (bounds.start(), bounds.end());
        let rest = format!("must be an integer from {least} to {most}");
        self.fault(path, code, &rest)
    }

    fn seconds(&mut self, name: &str, bounds: RangeInclusive<u64>) -> Option<u32> {
        let number = self.integer(name, bounds)?;
        u32::try_from(number).ok()
    }

    fn boolean(&mut self, name: &str) -> Option<bool> {
        match self.get(name)? {
            Value::Bool(value) => Some(*value),
            _ => self.fault(name, "type", "must be true or false"),
        }
    }

    fn format(&mut self, name: &str) -> Option<FileFormat> {
        let Value::String(text) = self.get(name)? else {
            return self.fault(name, "type", "must be a string");
        };
        let found = FileFormat::ALL
            .into_iter()
            .find(|format| text.eq_ignore_ascii_case(format.as_str()));
        if found.is_none() {
            let words = FileFormat::ALL.map(FileFormat::as_str).join(", ");
            return self.fault(name, "value", &format!("must be one of {words}"));
        }
        found
    }

    fn parameters(&mut self) -> Option<Map<String, Value>> {
        let Value::Object(parameters) = self.get("parameters")? else {
            return self.fault("parameters", "type", "must be an object");
        };
        if self.object["parameters"].to_string().len() > PARAMETERS_BYTES {
            let rest = format!("must have at most {PARAMETERS_BYTES} bytes of JSON");
            return self.fault("parameters", "too_long", &rest);
        }
        for (name, value) in parameters {
            let path = format!("parameters.{name}");
            match name.as_str() {
                "seed" => {
                    self.number(&path, value, &(0..=LARGEST_SEED));
                }
                "schema" if !value.is_object() => {
                    self.fault::<()>(&path, "type", "must be an object with columns");
                }
                "schema" => {}
                _ => {
                    let rest = format!("is unknown: there are {}", PARAMETERS.join(" and "));
                    self.fault::<()>(&path, "unknown", &rest);
                }
            }
        }
        Some(parameters.clone())
    }

    /// What is fine by itself and not with the rest.
    fn check_together(&mut self, read: &GenerationCreate) {
        let learns = read.data_type == LIKE_INPUT;
        for name in ["inputBucket", "inputPath"] {
            if learns && self.get(name).is_none() {
                self.fault::<()>(name, "missing", "is missing, and like-input needs it");
            }
        }
        if learns && read.is_async == Some(false) {
            self.fault::<()>("isAsync", "value", "must not be false with like-input");
        }
        if read.output_format == Some(FileFormat::Xlsx) && read.data_size > SHEET_ROWS {
            let rest = format!("must be at most {SHEET_ROWS}, the rows of a sheet of XLSX");
            self.fault::<()>("dataSize", "range", &rest);
        }
    }
}

#[cfg(test)]
#[path = "input_tests.rs"]
mod tests;

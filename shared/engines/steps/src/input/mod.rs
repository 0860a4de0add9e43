//! How the input of a job is read: the `input` block. Everything is optional.

mod place;

pub use place::{CellRange, JsonPath};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

use crate::fault::{Code, Fault};
use crate::pipeline::{MOST_BYTES, bytes, depth};
use crate::read::{Fields, Findings, Group, Parameter, Scope, Shape};
use crate::value::{CastTarget, Character, Encoding, Name};

/// Arrays and objects inside each other.
const DEEPEST: usize = 16;

/// A value, or `"auto"`: it is detected.
#[derive(Debug, Clone, PartialEq)]
pub enum Auto<T> {
    /// Detected.
    Auto,
    /// Given.
    Given(T),
}

impl<T: Parameter> Parameter for Auto<T> {
    const NULLABLE: bool = T::NULLABLE;

    fn shape() -> Shape {
        Shape::OneOf(vec![Shape::Choice(vec!["auto"]), T::shape()])
    }

    fn read(value: &Value, scope: &mut Scope<'_>) -> Option<Self> {
        if value == "auto" {
            Some(Self::Auto)
        } else {
            T::read(value, scope).map(Self::Given)
        }
    }

    fn write(&self) -> Value {
        match self {
            Self::Auto => json!("auto"),
            Self::Given(value) => value.write(),
        }
    }
}

/// A character, or `null` for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptionalCharacter(pub Option<char>);

impl Parameter for OptionalCharacter {
    const NULLABLE: bool = true;

    fn shape() -> Shape {
        Shape::OneOf(vec![Character::shape(), Shape::Null])
    }

    fn read(value: &Value, scope: &mut Scope<'_>) -> Option<Self> {
        if value.is_null() {
            return Some(Self(None));
        }
        Character::read(value, scope).map(|character| Self(Some(character.0)))
    }

    fn write(&self) -> Value {
        self.0.map_or(Value::Null, |character| json!(character))
    }
}

choice! {
    /// A format of input.
    pub enum InputFormat {
        /// Detected by content.
        Auto = "auto",
        /// Delimited text.
        Csv = "csv",
        /// Tab-separated text.
        Tsv = "tsv",
        /// A JSON array of objects, or one object with such an array.
        Json = "json",
        /// A JSON object per line.
        Ndjson = "ndjson" | "jsonl",
        /// Apache Parquet.
        Parquet = "parquet",
        /// The file format of Apache Arrow.
        Arrow = "arrow" | "feather",
        /// An Excel workbook.
        Xlsx = "xlsx" | "excel",
    }
}

choice! {
    /// How the whole input is compressed.
    pub enum InputCompression {
        /// Detected by content.
        Auto = "auto",
        /// Not at all.
        None = "none",
        /// gzip.
        Gzip = "gzip",
        /// Zstandard.
        Zstd = "zstd",
        /// bzip2.
        Bzip2 = "bzip2",
        /// xz.
        Xz = "xz",
        /// A ZIP archive of one file.
        Zip = "zip",
    }
}

choice! {
    /// What happens to a row with too few or too many fields.
    pub enum RaggedRows {
        /// The job fails.
        Fail = "fail",
        /// Missing fields become null, further ones go.
        Pad = "pad",
        /// The row goes to the rejects file.
        Quarantine = "quarantine",
    }
}

choice! {
    /// What happens to a cell that does not read as the type of its column.
    pub enum BadValues {
        /// The job fails.
        Fail = "fail",
        /// It becomes null.
        Null = "null",
        /// Its row goes to the rejects file.
        Quarantine = "quarantine",
    }
}

choice! {
    /// What happens to bytes that are no text in the encoding.
    pub enum InvalidText {
        /// The job fails.
        Fail = "fail",
        /// U+FFFD stands in for them.
        Replace = "replace",
        /// Their row goes to the rejects file.
        Quarantine = "quarantine",
    }
}

/// A sheet of a workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sheet {
    /// By its place, from 0.
    Index(u64),
    /// By its name.
    Name(String),
}

impl Parameter for Sheet {
    fn shape() -> Shape {
        Shape::OneOf(vec![
            Shape::Integer {
                least: Some(0),
                most: None,
            },
            Shape::text("the name of a sheet"),
        ])
    }

    fn read(value: &Value, scope: &mut Scope<'_>) -> Option<Self> {
        match value {
            Value::Number(_) => u64::read(value, scope).map(Self::Index),
            Value::String(name) if !name.is_empty() && name.chars().count() <= 31 => {
                Some(Self::Name(name.clone()))
            }
            Value::String(_) => {
                scope.fault(Code::OutOfRange, "give a sheet name of 1 to 31 characters");
                None
            }
            _ => {
                let message = "sheet must be a number from 0, or a name";
                scope.fault(Code::WrongType, message);
                None
            }
        }
    }

    fn write(&self) -> Value {
        match self {
            Self::Index(index) => json!(index),
            Self::Name(name) => json!(name),
        }
    }
}

group! {
    /// How the input of a job is read.
    pub struct InputOptions {
        /// The format.
        format: InputFormat = InputFormat::Auto,
        /// The encoding of text: a WHATWG label.
        encoding: Auto<Encoding> = Auto::Auto,
        /// How the whole file is compressed.
        compression: InputCompression = InputCompression::Auto,
        /// What stands between fields.
        delimiter: Auto<Character> = Auto::Auto,
        /// What stands around fields; null for nothing.
        quote: OptionalCharacter = OptionalCharacter(Some('"')),
        /// What stands before a quote inside quotes; null for a second quote.
        escape: Auto<OptionalCharacter> = Auto::Auto,
        /// Whether the first row holds the names of the columns.
        header: Auto<bool> = Auto::Auto,
        /// Rows before the header, or before the first row where there is none.
        skip_rows: u64 [0..=1_000_000] = 0,
        /// What lines begin with that are left out.
        comment: Option<Character>,
        /// Texts that mean null where they are not in quotes.
        null_values: Vec<String> [0..=100] = ["", "NULL", "null", "\\N"].map(str::to_owned).to_vec(),
        /// Whether white space at the ends of fields goes.
        trim: bool = false,
        /// What happens to a row with too few or too many fields.
        ragged_rows: RaggedRows = RaggedRows::Quarantine,
        /// What happens to a cell that does not read as the type of its column.
        bad_values: BadValues = BadValues::Quarantine,
        /// What happens to bytes that are no text in the encoding.
        invalid_utf8: InvalidText = InvalidText::Quarantine,
        /// Types of columns by their names; those of others are detected.
        schema: Option<Vec<(Name, CastTarget)>>,
        /// Whether every column stays text.
        all_strings: bool = false,
        /// The sheet of a workbook.
        sheet: Sheet = Sheet::Index(0),
        /// The cells of the sheet; all that are filled where it is left out.
        range: Option<CellRange>,
        /// Where the records of a JSON document lie; found where it is left out.
        json_path: Option<JsonPath>,
    }
    check InputOptions::verify;
}

const DELIMITED: &[InputFormat] = &[InputFormat::Csv, InputFormat::Tsv];
const TEXT: &[InputFormat] = &[
    InputFormat::Csv,
    InputFormat::Tsv,
    InputFormat::Json,
    InputFormat::Ndjson,
];
const WITH_HEADER: &[InputFormat] = &[InputFormat::Csv, InputFormat::Tsv, InputFormat::Xlsx];

/// Options that belong to some formats alone.
const FORMATS: &[(&str, &[InputFormat])] = &[
    ("encoding", TEXT),
    ("delimiter", &[InputFormat::Csv]),
    ("quote", DELIMITED),
    ("escape", DELIMITED),
    ("header", WITH_HEADER),
    ("skip_rows", WITH_HEADER),
    ("comment", DELIMITED),
    ("ragged_rows", DELIMITED),
    ("invalid_utf8", TEXT),
    ("sheet", &[InputFormat::Xlsx]),
    ("range", &[InputFormat::Xlsx]),
    ("json_path", &[InputFormat::Json]),
];

impl InputOptions {
    /// Parses the `input` block; null is the empty one.
    ///
    /// # Errors
    /// Every fault.
    ///
    /// ```
    /// use millrace_steps::InputOptions;
    /// let options = InputOptions::parse(&serde_json::json!({"delimiter": ";", "header": true}))?;
    /// assert!(!options.all_strings);
    /// # Ok::<(), Vec<millrace_steps::Fault>>(())
    /// ```
    pub fn parse(value: &Value) -> Result<Self, Vec<Fault>> {
        let mut findings = Findings::default();
        let mut scope = Scope::new("/input", "input", &mut findings);
        let empty = json!({});
        let value = if value.is_null() { &empty } else { value };
        let mut options = None;
        if depth(value) > DEEPEST || bytes(value) > MOST_BYTES {
            let message = format!("shorten input to {MOST_BYTES} bytes of flat JSON");
            scope.fault(Code::TooLarge, message);
        } else {
            options = <Self as Parameter>::read(value, &mut scope);
        }
        match options {
            Some(options) if findings.faults.is_empty() => Ok(options),
            _ => Err(findings.faults),
        }
    }

    /// The normal form, with defaults written out.
    #[must_use]
    pub fn to_json(&self) -> Value {
        self.write()
    }

    fn verify(self, fields: &mut Fields<'_, '_>) -> Self {
        let defaults = Self::parameters();
        for (name, formats) in FORMATS {
            if self.format == InputFormat::Auto || formats.contains(&self.format) {
                continue;
            }
            let default = defaults
                .iter()
                .find(|parameter| parameter.name == *name)
                .and_then(|parameter| parameter.default.as_ref());
            if fields.has(name) && fields.value(name) != default {
                let message = format!("remove {name}: it does not apply to {}", self.format);
                fields.fault(name, Code::ParameterNotUsed, message);
            }
        }
        if self.all_strings && self.schema.is_some() {
            let message = "give schema or all_strings, not both";
            fields.fault("all_strings", Code::Conflict, message);
        }
        self.verify_characters(fields);
        self
    }

    /// Characters with a meaning must differ, or nobody could tell which is meant.
    fn verify_characters(&self, fields: &mut Fields<'_, '_>) {
        let delimiter = match &self.delimiter {
            Auto::Given(character) => Some(character.0),
            Auto::Auto => None,
        };
        let comment = self.comment.map(|character| character.0);
        for (name, character) in [
            ("delimiter", delimiter),
            ("quote", self.quote.0),
            ("comment", comment),
        ] {
            if matches!(character, Some('\n' | '\r')) {
                let message = format!("give a {name} that is no line break");
                fields.fault(name, Code::InvalidValue, message);
            }
        }
        if delimiter.is_some() && delimiter == self.quote.0 {
            let message = "give a delimiter that differs from quote";
            fields.fault("delimiter", Code::Conflict, message);
        }
        if comment.is_some() && (comment == delimiter || comment == self.quote.0) {
            let message = "give a comment that differs from delimiter and quote";
            fields.fault("comment", Code::Conflict, message);
        }
    }
}

impl Default for InputOptions {
    fn default() -> Self {
        // The declaration above holds the defaults, and none of its parameters must be given.
        Self::parse(&Value::Null).expect("every option has a default")
    }
}

impl Serialize for InputOptions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for InputOptions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::parse(&value).map_err(|faults| {
            let sentences: Vec<String> = faults.iter().map(ToString::to_string).collect();
            D::Error::custom(sentences.join("; "))
        })
    }
}

//! Data types that cells can be turned into.

use std::fmt;

use serde_json::Value;

use crate::fault::{Code, quoted};
use crate::read::{Fields, Group, Parameter, Scope, Shape};
use crate::value::{DateFormat, Zone};

/// A data type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DataType {
    /// `true` and `false`.
    Boolean,
    /// Whole numbers of 32 bits.
    Int32,
    /// Whole numbers of 64 bits.
    Int64,
    /// Floating point of 32 bits.
    Float32,
    /// Floating point of 64 bits.
    Double,
    /// Exact numbers.
    Decimal {
        /// Digits, 1 to 38.
        precision: u8,
        /// Digits after the point, at most the precision.
        scale: u8,
    },
    /// Text.
    Text,
    /// A day.
    Date,
    /// A moment.
    Timestamp,
}

/// Every type in its normal form, and the other names that are understood.
const NAMES: &[(&str, DataType, &[&str])] = &[
    ("boolean", DataType::Boolean, &["bool"]),
    ("int32", DataType::Int32, &[]),
    (
        "int64",
        DataType::Int64,
        &["int", "integer", "bigint", "long"],
    ),
    ("float32", DataType::Float32, &["real"]),
    ("double", DataType::Double, &["float", "float64"]),
    (
        "string",
        DataType::Text,
        &["text", "varchar", "str", "utf8"],
    ),
    ("date", DataType::Date, &[]),
    ("timestamp", DataType::Timestamp, &["datetime"]),
];

impl DataType {
    /// The types as callers write them.
    pub const WORDS: &'static [&'static str] = &[
        "boolean",
        "int32",
        "int64",
        "float32",
        "double",
        "decimal(p,s)",
        "string",
        "date",
        "timestamp",
    ];

    /// Reads a type, in any case; the error is a sentence.
    ///
    /// # Errors
    /// An unknown name, and a decimal without or with impossible digits.
    pub fn parse(text: &str) -> Result<Self, String> {
        let name = text.trim().to_ascii_lowercase();
        for prefix in ["decimal", "numeric"] {
            if let Some(digits) = name.strip_prefix(prefix) {
                return decimal(digits.trim()).ok_or_else(|| {
                    format!(
                        "write {} with its digits, of which there are 1 to 38, such as decimal(18,2)",
                        quoted(text)
                    )
                });
            }
        }
        NAMES
            .iter()
            .find(|(word, _, aliases)| *word == name || aliases.contains(&name.as_str()))
            .map(|(_, found, _)| *found)
            .ok_or_else(|| {
                let near = crate::nearest(&name, Self::WORDS)
                    .map(|near| format!("; did you mean {near}?"))
                    .unwrap_or_default();
                format!("{} is no data type{near}", quoted(text))
            })
    }

    /// Whether its values are days or moments.
    #[must_use]
    pub fn is_temporal(self) -> bool {
        matches!(self, Self::Date | Self::Timestamp)
    }
}

/// `(18,2)` or `(18)`.
fn decimal(digits: &str) -> Option<DataType> {
    let inner = digits.strip_prefix('(')?.strip_suffix(')')?;
    let (precision, scale) = inner.split_once(',').unwrap_or((inner, "0"));
    let number = |text: &str| -> Option<u8> {
        let text = text.trim();
        text.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| text.parse().ok())?
    };
    let (precision, scale) = (number(precision)?, number(scale)?);
    (1..=38).contains(&precision).then_some(())?;
    (scale <= precision).then_some(DataType::Decimal { precision, scale })
}

impl fmt::Display for DataType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Decimal { precision, scale } = self {
            return write!(formatter, "decimal({precision},{scale})");
        }
        let name = NAMES.iter().find(|(_, found, _)| found == self);
        formatter.write_str(name.map_or("decimal", |(word, _, _)| word))
    }
}

impl Parameter for DataType {
    fn shape() -> Shape {
        Shape::text("a data type such as int64 or decimal(18,2)")
    }

    fn read(value: &Value, scope: &mut Scope<'_>) -> Option<Self> {
        let text = String::read(value, scope)?;
        match Self::parse(&text) {
            Ok(found) => Some(found),
            Err(message) => {
                scope.fault_allowing(Code::InvalidDtype, message, Self::WORDS);
                None
            }
        }
    }

    fn write(&self) -> Value {
        Value::String(self.to_string())
    }
}

group! {
    /// A type, and how texts of it are written.
    pub struct Typed {
        /// Type of the result.
        dtype as "type": DataType,
        /// How dates are written, tried in this order; ISO 8601 where there is none.
        formats: Option<Vec<DateFormat>> [1..=20],
        /// Time zone of moments that name none; UTC where there is none.
        timezone: Option<Zone>,
    }
    check Typed::verify;
}

impl Typed {
    fn verify(self, fields: &mut Fields<'_, '_>) -> Self {
        if let Some(formats) = &self.formats {
            if !self.dtype.is_temporal() {
                let message = format!("remove formats: they do not apply to {}", self.dtype);
                fields.fault("formats", Code::ParameterNotUsed, message);
            }
            DateFormat::check_reading(formats, "formats", fields);
        }
        if self.timezone.is_some() && self.dtype != DataType::Timestamp {
            let message = format!("remove timezone: it does not apply to {}", self.dtype);
            fields.fault("timezone", Code::ParameterNotUsed, message);
        }
        self
    }
}

/// What a column is cast to: a type alone, or with the formats of its texts.
#[derive(Debug, Clone, PartialEq)]
pub struct CastTarget {
    /// Type of the result.
    pub dtype: DataType,
    /// How dates are written, tried in this order; ISO 8601 where there is none.
    pub formats: Vec<DateFormat>,
    /// Time zone of moments that name none.
    pub timezone: Option<Zone>,
}

impl Parameter for CastTarget {
    fn shape() -> Shape {
        Shape::OneOf(vec![DataType::shape(), Shape::Object(Typed::parameters())])
    }

    fn read(value: &Value, scope: &mut Scope<'_>) -> Option<Self> {
        if value.is_string() {
            return DataType::read(value, scope).map(|dtype| Self {
                dtype,
                formats: Vec::new(),
                timezone: None,
            });
        }
        let typed = Typed::read(value, scope)?;
        Some(Self {
            dtype: typed.dtype,
            formats: typed.formats.unwrap_or_default(),
            timezone: typed.timezone,
        })
    }

    fn write(&self) -> Value {
        if self.formats.is_empty() && self.timezone.is_none() {
            return self.dtype.write();
        }
        let typed = Typed {
            dtype: self.dtype,
            formats: Some(self.formats.clone()).filter(|formats| !formats.is_empty()),
            timezone: self.timezone.clone(),
        };
        typed.write()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_in_all_their_spellings() {
        for (text, normal) in [
            ("INTEGER", "int64"),
            (" text ", "string"),
            ("numeric(10, 3)", "decimal(10,3)"),
            ("Decimal(38)", "decimal(38,0)"),
            ("datetime", "timestamp"),
        ] {
            let read = DataType::parse(text).unwrap();
            assert_eq!(read.to_string(), normal);
            assert_eq!(DataType::parse(normal), Ok(read));
        }
        for word in DataType::WORDS.iter().filter(|word| !word.contains('(')) {
            assert_eq!(DataType::parse(word).unwrap().to_string(), *word);
        }
    }

    #[test]
    fn impossible_types_are_refused() {
        for bad in [
            "",
            "decimal",
            "decimal(0,0)",
            "decimal(39,2)",
            "decimal(5,6)",
            "decimal(+5,2)",
            "decimal(5,2",
            "decimal(,)",
            "decimal(5,2,1)",
            "money",
            "int128",
        ] {
            assert!(DataType::parse(bad).is_err(), "{bad}");
        }
        assert!(DataType::parse("bolean").unwrap_err().contains("boolean"));
    }
}

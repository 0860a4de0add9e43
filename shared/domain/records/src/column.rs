//! Types of columns as callers see them.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// Type of a column: of its values, or of what they mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColumnType {
    /// 64-bit integer.
    Integer,
    /// Double.
    Float,
    /// Exact decimal.
    Decimal {
        /// Digits, 1 to 18.
        precision: u8,
        /// Digits after the point, at most 9.
        scale: u8,
    },
    /// Any text.
    Text,
    /// True or false.
    Boolean,
    /// A day.
    Date,
    /// A second, UTC.
    Timestamp,
    /// A UUID as text.
    Uuid,
    /// One of a few texts.
    Category,
    /// Name of a person or a firm.
    Name,
    /// E-mail address.
    Email,
    /// Name of a city.
    City,
    /// Name of a country.
    Country,
    /// Telephone number.
    Phone,
    /// Web address.
    Url,
    /// IP address.
    Ip,
}

/// Names of the types without parameters.
const PLAIN: [(&str, ColumnType); 15] = [
    ("integer", ColumnType::Integer),
    ("float", ColumnType::Float),
    ("text", ColumnType::Text),
    ("boolean", ColumnType::Boolean),
    ("date", ColumnType::Date),
    ("timestamp", ColumnType::Timestamp),
    ("uuid", ColumnType::Uuid),
    ("category", ColumnType::Category),
    ("name", ColumnType::Name),
    ("email", ColumnType::Email),
    ("city", ColumnType::City),
    ("country", ColumnType::Country),
    ("phone", ColumnType::Phone),
    ("url", ColumnType::Url),
    ("ip", ColumnType::Ip),
];

/// What other systems call a type.
const ELSEWHERE: [(&str, &str); 22] = [
    ("string", "text"),
    ("str", "text"),
    ("varchar", "text"),
    ("char", "text"),
    ("int", "integer"),
    ("int64", "integer"),
    ("int32", "integer"),
    ("bigint", "integer"),
    ("long", "integer"),
    ("number", "float"),
    ("double", "float"),
    ("real", "float"),
    ("float64", "float"),
    ("numeric", "decimal(18,2)"),
    ("decimal", "decimal(18,2)"),
    ("money", "decimal(18,2)"),
    ("bool", "boolean"),
    ("datetime", "timestamp"),
    ("time", "timestamp"),
    ("enum", "category"),
    ("guid", "uuid"),
    ("categorical", "category"),
];

/// Most digits of a decimal.
const MOST_DIGITS: u8 = 18;
/// Most digits after the point.
const MOST_SCALE: u8 = 9;

/// A text that is no type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ColumnTypeError {
    /// No type has this name.
    #[error(
        "the type must be integer, float, decimal(p,s), text, boolean, date, timestamp, uuid, category, name, email, city, country, phone, url or ip{0}"
    )]
    Unknown(
        /// The nearest one as a question, or nothing.
        String,
    ),
    /// The digits of a decimal are wrong.
    #[error("decimal(p,s) needs p from 1 to 18 and s from 0 to 9, at most p")]
    Digits,
}

impl FromStr for ColumnType {
    type Err = ColumnTypeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some((_, plain)) = PLAIN.iter().find(|(name, _)| *name == text) {
            return Ok(*plain);
        }
        let digits = text
            .strip_prefix("decimal(")
            .and_then(|rest| rest.strip_suffix(')'));
        if let Some(digits) = digits {
            let (precision, scale) = digits.split_once(',').unwrap_or((digits, "0"));
            let number = |text: &str| text.trim().parse::<u8>().ok();
            return match (number(precision), number(scale)) {
                (Some(precision @ 1..=MOST_DIGITS), Some(scale @ 0..=MOST_SCALE))
                    if scale <= precision =>
                {
                    Ok(Self::Decimal { precision, scale })
                }
                _ => Err(ColumnTypeError::Digits),
            };
        }
        let lower = text.to_ascii_lowercase();
        let elsewhere = ELSEWHERE.iter().find(|(name, _)| *name == lower);
        let question = elsewhere.map_or_else(
            || {
                let mut names: Vec<&str> = PLAIN.iter().map(|(name, _)| *name).collect();
                names.push("decimal(18,2)");
                crate::suggest::did_you_mean(text, &names)
            },
            |(_, ours)| format!("; did you mean {ours}?"),
        );
        Err(ColumnTypeError::Unknown(question))
    }
}

impl fmt::Display for ColumnType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Decimal { precision, scale } = self {
            return write!(formatter, "decimal({precision},{scale})");
        }
        let name = PLAIN.iter().find(|(_, plain)| plain == self);
        formatter.write_str(name.map_or("text", |(name, _)| name))
    }
}

impl Serialize for ColumnType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_as_they_are_written() {
        for (name, _) in PLAIN {
            assert_eq!(
                name.parse::<ColumnType>().expect("a name").to_string(),
                name
            );
        }
        let price = "decimal(10, 2)".parse::<ColumnType>().expect("a decimal");
        assert_eq!(price.to_string(), "decimal(10,2)");
        assert_eq!(
            "decimal(5)".parse(),
            Ok(ColumnType::Decimal {
                precision: 5,
                scale: 0
            })
        );
    }

    #[test]
    fn wrong_names_are_answered() {
        for (text, end) in [
            ("strnig", "or ip"),
            ("string", "did you mean text?"),
            ("Integer", "did you mean integer?"),
            ("numeric", "did you mean decimal(18,2)?"),
            ("timestmap", "did you mean timestamp?"),
            ("", "or ip"),
            ("decimal(19,2)", "at most p"),
            ("decimal(3,4)", "at most p"),
            ("decimal(a,b)", "at most p"),
        ] {
            let message = text.parse::<ColumnType>().expect_err(text).to_string();
            assert!(message.ends_with(end), "{text}: {message}");
        }
    }
}

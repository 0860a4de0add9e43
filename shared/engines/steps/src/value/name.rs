//! Names of columns.

use std::fmt;
use std::ops::Deref;

use crate::fault::{Code, quoted};
use crate::read::{Key, Scope};
use crate::value::textual;

/// Characters of a name at most.
const LONGEST: usize = 1_000;

/// The name of a column, compared exactly, case included; never empty, without control characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(String);

impl Name {
    /// Checks a name; the error is a sentence.
    ///
    /// # Errors
    /// An empty name, one with control characters, and one of more than 1,000 characters.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            Err("name a column, the text is empty".to_owned())
        } else if text.chars().count() > LONGEST {
            Err(format!(
                "name a column with at most {LONGEST} characters, {} has more",
                quoted(text)
            ))
        } else if text.chars().any(char::is_control) {
            Err(format!(
                "name a column without control characters, {} has some",
                quoted(text)
            ))
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    /// A name that this crate itself gives, known to be one.
    pub(crate) fn known(text: &str) -> Self {
        debug_assert!(Self::parse(text).is_ok());
        Self(text.to_owned())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl crate::read::Parameter for Name {
    fn shape() -> crate::Shape {
        crate::Shape::Text {
            content: "a column name",
            least: Some(1),
            most: Some(LONGEST as u64),
        }
    }

    fn read(value: &serde_json::Value, scope: &mut Scope<'_>) -> Option<Self> {
        let Some(text) = value.as_str() else {
            let message = format!("{} must be the name of one column", scope.label());
            scope.fault(Code::WrongType, message);
            return None;
        };
        Self::read_key(text, scope)
    }

    fn write(&self) -> serde_json::Value {
        serde_json::Value::String(self.0.clone())
    }

    fn identity(&self) -> Option<&str> {
        Some(&self.0)
    }
}

impl Key for Name {
    fn read_key(key: &str, scope: &mut Scope<'_>) -> Option<Self> {
        match Self::parse(key) {
            Ok(name) => Some(name),
            Err(message) => {
                scope.fault(Code::InvalidValue, message);
                None
            }
        }
    }

    fn as_key(&self) -> &str {
        &self.0
    }
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// One character, such as a delimiter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Character(pub char);

impl Character {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut characters = text.chars();
        match (characters.next(), characters.next()) {
            (Some(only), None) => Ok(Self(only)),
            _ => Err(format!("give one character instead of {}", quoted(text))),
        }
    }
}

impl fmt::Display for Character {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

textual!(Character, "one character", Code::InvalidValue);

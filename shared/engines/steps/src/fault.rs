//! What is wrong with a request, at which place, and what would be right.

use std::fmt;

use serde::{Serialize, Serializer};

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{path}: {message}")]
pub struct Fault {
    /// Where, as a JSON pointer into the body of the job: `/processing_steps/2/params/operator`.
    pub path: String,
    /// What kind of fault, for programs.
    pub code: Code,
    /// One sentence that says what to do.
    pub message: String,
    /// Everything that would be right, where that is a closed list.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<String>,
}

/// Kinds of faults; the names are part of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// The JSON is larger, deeper or longer than is allowed.
    TooLarge,
    /// No step has this type.
    UnknownStep,
    /// The step is planned and cannot be used yet.
    StepNotAvailable,
    /// No parameter has this name.
    UnknownParameter,
    /// A parameter is missing.
    MissingParameter,
    /// The parameter belongs to another variant of the step.
    ParameterNotUsed,
    /// Two parameters exclude or contradict each other.
    Conflict,
    /// A value of another JSON type was expected.
    WrongType,
    /// The value is not on the closed list of allowed ones.
    NotAllowed,
    /// A number, a text or a list is too small or too large.
    OutOfRange,
    /// The same thing is named twice.
    Duplicate,
    /// A value that cannot be read as what it should be: a date, a range, a name.
    InvalidValue,
    /// A pattern is no regular expression, or a too expensive one.
    InvalidRegex,
    /// An expression cannot be read.
    InvalidExpression,
    /// A date format holds a directive that does not exist or leaves the date open.
    InvalidDateFormat,
    /// No data type has this name.
    InvalidDtype,
    /// A step stands where it may not.
    WrongPlace,
    /// A column that is read does not exist at that step.
    ColumnNotFound,
}

impl Code {
    /// The name that callers see.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TooLarge => "TOO_LARGE",
            Self::UnknownStep => "UNKNOWN_STEP",
            Self::StepNotAvailable => "STEP_NOT_AVAILABLE",
            Self::UnknownParameter => "UNKNOWN_PARAMETER",
            Self::MissingParameter => "MISSING_PARAMETER",
            Self::ParameterNotUsed => "PARAMETER_NOT_USED",
            Self::Conflict => "CONFLICT",
            Self::WrongType => "WRONG_TYPE",
            Self::NotAllowed => "NOT_ALLOWED",
            Self::OutOfRange => "OUT_OF_RANGE",
            Self::Duplicate => "DUPLICATE",
            Self::InvalidValue => "INVALID_VALUE",
            Self::InvalidRegex => "INVALID_REGEX",
            Self::InvalidExpression => "INVALID_EXPRESSION",
            Self::InvalidDateFormat => "INVALID_DATE_FORMAT",
            Self::InvalidDtype => "INVALID_DTYPE",
            Self::WrongPlace => "WRONG_PLACE",
            Self::ColumnNotFound => "COLUMN_NOT_FOUND",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A text of the caller for a message: in quotes, and cut where it is long.
pub(crate) fn quoted(text: &str) -> String {
    const LONGEST: usize = 40;
    if text.chars().count() <= LONGEST {
        format!("{text:?}")
    } else {
        let head: String = text.chars().take(LONGEST).collect();
        format!("{:?}", format!("{head}…"))
    }
}

/// `a, b or c`.
pub(crate) fn alternatives(names: &[impl AsRef<str>]) -> String {
    match names {
        [] => "nothing".to_owned(),
        [only] => only.as_ref().to_owned(),
        [head @ .., last] => {
            let head: Vec<&str> = head.iter().map(AsRef::as_ref).collect();
            format!("{} or {}", head.join(", "), last.as_ref())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_written_with_its_code_and_without_an_empty_list() {
        let fault = Fault {
            path: "/processing_steps/0/type".to_owned(),
            code: Code::UnknownStep,
            message: "name a step".to_owned(),
            allowed: Vec::new(),
        };
        assert_eq!(
            serde_json::to_value(&fault).unwrap(),
            serde_json::json!({
                "path": "/processing_steps/0/type", "code": "UNKNOWN_STEP", "message": "name a step"
            })
        );
        assert_eq!(fault.to_string(), "/processing_steps/0/type: name a step");
    }

    #[test]
    fn texts_of_callers_are_quoted_and_cut() {
        assert_eq!(quoted("a\"b"), r#""a\"b""#);
        assert_eq!(quoted(&"ä".repeat(50)).chars().count(), 43);
        assert_eq!(alternatives(&["a", "b", "c"]), "a, b or c");
    }
}

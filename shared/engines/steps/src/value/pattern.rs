//! Regular expressions: linear in time, and limited in size.

use std::fmt;

use regex::{Regex, RegexBuilder};
use serde_json::Value;

use crate::fault::{Code, quoted};
use crate::read::{Parameter, Scope, Shape};

/// Bytes of a compiled pattern, some twenty times `\w`.
const COMPILED: usize = 512 * 1024;
/// Characters of a pattern.
const LONGEST: usize = 2_000;
/// Nested groups of a pattern.
const DEEPEST: u32 = 50;

/// A regular expression in the syntax of the `regex` crate, known to compile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// Checks a pattern; the error is a sentence.
    ///
    /// # Errors
    /// Bad syntax (look-around and back references do not exist here), or too large a pattern.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.chars().count() > LONGEST {
            return Err(format!("shorten the pattern to {LONGEST} characters"));
        }
        let pattern = Self(text.to_owned());
        match pattern.compile(true) {
            Ok(_) => Ok(pattern),
            Err(regex::Error::CompiledTooBig(_)) => Err(format!(
                "simplify the pattern {}: compiled it is larger than 512 KiB",
                quoted(text)
            )),
            Err(error) => {
                // The last line of the report says what is wrong, those before it draw where.
                let report = error.to_string();
                let reason = report.lines().last().unwrap_or_default();
                let reason = reason.trim_start_matches("error: ").trim();
                Err(format!("correct the pattern {}: {reason}", quoted(text)))
            }
        }
    }

    /// The pattern as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Compiles it within the limits under which it was checked.
    ///
    /// # Errors
    /// None, unless the pattern was checked with another version of the `regex` crate.
    pub fn compile(&self, case_sensitive: bool) -> Result<Regex, regex::Error> {
        RegexBuilder::new(&self.0)
            .case_insensitive(!case_sensitive)
            .size_limit(COMPILED)
            .dfa_size_limit(4 * COMPILED)
            .nest_limit(DEEPEST)
            .build()
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Parameter for Pattern {
    fn shape() -> Shape {
        Shape::Text {
            content: "a regular expression",
            least: None,
            most: Some(LONGEST as u64),
        }
    }

    fn read(value: &Value, scope: &mut Scope<'_>) -> Option<Self> {
        let text = String::read(value, scope)?;
        Self::read_text(&text, scope)
    }

    fn write(&self) -> Value {
        Value::String(self.0.clone())
    }
}

impl Pattern {
    /// Checks a text that should be a pattern, within the limit of its document.
    pub(crate) fn read_text(text: &str, scope: &mut Scope<'_>) -> Option<Self> {
        if !scope.take_patterns(1) {
            return None;
        }
        match Self::parse(text) {
            Ok(pattern) => Some(pattern),
            Err(message) => {
                scope.fault(Code::InvalidRegex, message);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costly_and_wrong_patterns_are_refused_with_a_reason() {
        for (pattern, reason) in [
            ("(a", "unclosed group"),
            ("(?=a)", "look-around"),
            (r"\w{1000}", "512 KiB"),
            (&"(".repeat(60), "pattern"),
            (&"a".repeat(2_001), "2000"),
        ] {
            let message = Pattern::parse(pattern).unwrap_err();
            assert!(message.contains(reason), "{pattern}: {message}");
        }
        assert!(Pattern::parse(r"^(?P<a>\d+)-(?P<b>\w+)$").is_ok());
    }

    #[test]
    fn a_checked_pattern_compiles_in_both_cases() {
        let pattern = Pattern::parse(r"[a-zß]+\p{Greek}{20}").unwrap();
        assert!(pattern.compile(true).is_ok() && pattern.compile(false).is_ok());
    }
}

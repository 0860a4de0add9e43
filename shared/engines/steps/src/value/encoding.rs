//! Character encodings by the labels of the WHATWG standard.

use std::fmt;

use crate::fault::{Code, quoted};
use crate::value::textual;

/// A line per encoding: its name, then its other labels.
static LABELS: &str = include_str!("../../data/encodings.txt");

/// An encoding of text, under its WHATWG name: `latin1` reads as `windows-1252`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding(&'static str);

impl Encoding {
    /// UTF-8.
    pub const UTF_8: Self = Self("UTF-8");

    /// Finds an encoding by any of its labels, in any case; the error is a sentence.
    ///
    /// # Errors
    /// A label that the standard does not have.
    pub fn parse(text: &str) -> Result<Self, String> {
        let label = text.trim().to_ascii_lowercase();
        for line in LABELS.lines() {
            let mut labels = line.split(' ');
            let Some(name) = labels.next() else { continue };
            if name.eq_ignore_ascii_case(&label) || labels.any(|other| other == label) {
                return Ok(Self(name));
            }
        }
        let names: Vec<&str> = LABELS.split_whitespace().collect();
        Err(match crate::nearest(&label, &names) {
            Some(near) => format!("{} is no encoding; did you mean {near}?", quoted(text)),
            None => format!(
                "{} is no encoding; use a label such as utf-8, windows-1252 or shift_jis",
                quoted(text)
            ),
        })
    }

    /// The name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

textual!(Encoding, "an encoding", Code::InvalidValue);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_mean_what_encoding_rs_says() {
        for label in LABELS.split_whitespace() {
            let known = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap();
            assert_eq!(Encoding::parse(label).unwrap().as_str(), known.name());
        }
        assert_eq!(
            Encoding::parse(" Latin1 ").unwrap().as_str(),
            "windows-1252"
        );
        assert!(Encoding::parse("latin99").is_err());
        assert!(Encoding::parse("").is_err());
    }
}

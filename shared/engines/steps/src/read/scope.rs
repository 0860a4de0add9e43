//! The place in the JSON that is being read, and the faults found so far.

use std::fmt::Display;

use crate::fault::{Code, Fault, alternatives, quoted};

/// More faults than this help nobody and would let a small request cause a huge answer.
const MOST_FAULTS: usize = 500;

/// Compiling one may take milliseconds, so that a document of nothing else would take many seconds.
pub(crate) const MOST_PATTERNS: usize = 64;

/// What was found in a document.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) faults: Vec<Fault>,
    /// Regular expressions that were compiled.
    patterns: usize,
}

/// A place in the JSON.
#[derive(Debug)]
pub(crate) struct Scope<'f> {
    path: String,
    /// What messages call this place: `count`, `columns[3]`.
    label: String,
    findings: &'f mut Findings,
}

impl<'f> Scope<'f> {
    pub(crate) fn new(path: &str, label: &str, findings: &'f mut Findings) -> Self {
        Self {
            path: path.to_owned(),
            label: label.to_owned(),
            findings,
        }
    }

    /// A member of the object at this place.
    pub(crate) fn member(&mut self, key: &str) -> Scope<'_> {
        let label = key.chars().take(60).collect();
        self.below(&escaped(key), label)
    }

    /// An item of the list at this place.
    pub(crate) fn item(&mut self, index: usize) -> Scope<'_> {
        self.below(&index, format!("{}[{index}]", self.label))
    }

    /// The same place, borrowed.
    pub(crate) fn again(&mut self) -> Scope<'_> {
        Scope {
            path: self.path.clone(),
            label: self.label.clone(),
            findings: self.findings,
        }
    }

    fn below(&mut self, segment: &dyn Display, label: String) -> Scope<'_> {
        Scope {
            path: format!("{}/{segment}", self.path),
            label,
            findings: self.findings,
        }
    }

    pub(crate) fn label(&self) -> &str {
        &self.label
    }

    pub(crate) fn fault(&mut self, code: Code, message: impl Into<String>) {
        self.fault_allowing(code, message, &[] as &[&str]);
    }

    /// A fault with everything that would be right.
    pub(crate) fn fault_allowing<N: AsRef<str>>(
        &mut self,
        code: Code,
        message: impl Into<String>,
        allowed: &[N],
    ) {
        if !self.is_full() {
            self.findings.faults.push(Fault {
                path: self.path.clone(),
                code,
                message: message.into(),
                allowed: allowed
                    .iter()
                    .map(|name| name.as_ref().to_owned())
                    .collect(),
            });
        }
    }

    /// A fault about a word that is not on a list: what is wrong, and the word that is nearest.
    pub(crate) fn unknown<N: AsRef<str>>(
        &mut self,
        code: Code,
        wrong: &str,
        typed: &str,
        names: &[N],
    ) {
        /// Longer lists stand beside the message, not in it.
        const LONGEST: usize = 16;
        if self.is_full() {
            return;
        }
        let right = match crate::nearest(typed, names) {
            Some(near) => format!("did you mean {near}?"),
            None if names.len() <= LONGEST => format!("use {}", alternatives(names)),
            None => {
                let first: Vec<&str> = names.iter().take(6).map(AsRef::as_ref).collect();
                format!(
                    "use one of those that are allowed, such as {}",
                    first.join(", ")
                )
            }
        };
        self.fault_allowing(code, format!("{wrong}; {right}"), names);
    }

    /// The same for the value of a parameter.
    pub(crate) fn not_allowed(&mut self, typed: &str, names: &[&str]) {
        let wrong = format!("{} cannot be {}", self.label, quoted(typed));
        self.unknown(Code::NotAllowed, &wrong, typed, names);
    }

    /// How many faults there are, to see whether a part added some.
    pub(crate) fn count(&self) -> usize {
        self.findings.faults.len()
    }

    fn is_full(&self) -> bool {
        self.findings.faults.len() >= MOST_FAULTS
    }

    /// Asks for leave to compile so many patterns; a fault where it is refused.
    pub(crate) fn take_patterns(&mut self, count: usize) -> bool {
        self.findings.patterns += count;
        let allowed = self.findings.patterns <= MOST_PATTERNS;
        if !allowed {
            let message =
                format!("use at most {MOST_PATTERNS} regular expressions in one document");
            self.fault(Code::TooLarge, message);
        }
        allowed
    }
}

/// A key as a segment of a JSON pointer.
pub(crate) fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

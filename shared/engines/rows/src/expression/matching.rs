//! Texts held against a pattern, a beginning, an end or a part.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::DataType;
use memchr::memmem::Finder;
use regex::{Regex, RegexBuilder};

use super::frame::{Frame, Run, clipped};
use super::kinds::{Kind, mismatch, named, null_of};
use super::part::{Below, Evaluate, Part};
use super::value::Value;
use crate::error::RowError;
use crate::hash::fold_case;

/// What a text is held against.
#[derive(Debug)]
pub(crate) enum Matcher {
    /// The text itself.
    Equal(String),
    /// What it begins with.
    Start(String),
    /// What it ends with.
    End(String),
    /// What stands in it.
    Part(Box<Finder<'static>>),
    /// What is found in it.
    Pattern(Regex),
    /// Of how many characters it is.
    Length(fn(u64, u64) -> bool, u64),
    /// Whether it is nothing but white space.
    Blank,
    /// The same without regard to case.
    Folded(Box<Matcher>),
}

impl Matcher {
    /// What stands in a text.
    pub(crate) fn part(text: &str) -> Self {
        Self::Part(Box::new(Finder::new(text).into_owned()))
    }

    /// The same without regard to case: the text that it was made of must be folded.
    pub(crate) fn folded(self) -> Self {
        Self::Folded(Box::new(self))
    }

    /// A pattern of SQL, where `%` stands for any text, `_` for one character, and a backslash before
    /// one of these for itself.
    pub(crate) fn like(pattern: &str, case_sensitive: bool) -> Result<Self, RowError> {
        if case_sensitive && let Some(simple) = simple(pattern) {
            return Ok(simple);
        }
        let mut regex = String::from("^");
        let mut characters = pattern.chars();
        while let Some(character) = characters.next() {
            match character {
                '%' => regex.push_str(".*"),
                '_' => regex.push('.'),
                '\\' => {
                    let escaped = characters.next().unwrap_or('\\');
                    regex.push_str(&regex::escape(escaped.encode_utf8(&mut [0; 4])));
                }
                plain => regex.push_str(&regex::escape(plain.encode_utf8(&mut [0; 4]))),
            }
        }
        regex.push('$');
        RegexBuilder::new(&regex)
            .dot_matches_new_line(true)
            .case_insensitive(!case_sensitive)
            .build()
            .map(Self::Pattern)
            .map_err(|_| {
                let message = format!("shorten the pattern {:?}", clipped(pattern));
                RowError::new("INVALID_REGEX", message)
            })
    }

    /// Whether a text fits; `scratch` is room to work in.
    #[inline]
    pub(crate) fn fits(&self, text: &str, scratch: &mut String) -> bool {
        match self {
            Self::Equal(other) => text == other,
            Self::Start(start) => text.starts_with(start.as_str()),
            Self::End(end) => text.ends_with(end.as_str()),
            Self::Part(finder) => finder.find(text.as_bytes()).is_some(),
            Self::Pattern(regex) => regex.is_match(text),
            Self::Length(compare, length) => compare(text.chars().count() as u64, *length),
            Self::Blank => text.chars().all(char::is_whitespace),
            Self::Folded(inner) => {
                scratch.clear();
                fold_case(text, scratch);
                let folded = std::mem::take(scratch);
                let fits = inner.fits(&folded, scratch);
                *scratch = folded;
                fits
            }
        }
    }
}

/// A pattern that is one text, with `%` at its ends alone.
fn simple(pattern: &str) -> Option<Matcher> {
    let start = pattern.strip_prefix('%');
    let inner = start.unwrap_or(pattern);
    let end = inner.strip_suffix('%');
    let inner = end.unwrap_or(inner);
    if inner.contains(['%', '_', '\\']) {
        return None;
    }
    let text = inner.to_owned();
    Some(match (start, end) {
        (None, None) => Matcher::Equal(text),
        (Some(_), None) => Matcher::End(text),
        (None, Some(_)) => Matcher::Start(text),
        (Some(_), Some(_)) => Matcher::part(&text),
    })
}

#[derive(Debug)]
struct Match {
    operand: Part,
    matcher: Matcher,
    negated: bool,
}

/// Whether a text fits, or does not.
pub(crate) fn matched(operand: Part, matcher: Matcher, negated: bool) -> Result<Part, RowError> {
    match Kind::of(operand.data_type()) {
        Kind::Text => {}
        Kind::Null => return Ok(Part::constant(null_of(&DataType::Boolean))),
        _ => {
            return Err(mismatch(format!(
                "texts are searched, not {}; cast it to string",
                named(operand.data_type())
            )));
        }
    }
    let below = Below::of([&operand]);
    let matched = Match {
        operand,
        matcher,
        negated,
    };
    Ok(below.part(matched, DataType::Boolean, false))
}

impl Evaluate for Match {
    fn evaluate(&self, frame: &Frame<'_>, run: &mut Run<'_>) -> Result<Value, RowError> {
        let value = self.operand.evaluate(frame, run)?;
        let texts = value.texts()?;
        let mut scratch = String::new();
        let cells = value.array().len();
        let fits = BooleanBuffer::collect_bool(cells, |row| {
            texts
                .get(row)
                .is_some_and(|text| self.matcher.fits(text, &mut scratch) != self.negated)
        });
        let result: ArrayRef = Arc::new(BooleanArray::new(fits, value.array().nulls().cloned()));
        Ok(Value::like(result, &[&value]))
    }
}

/// How two texts of a row are held against each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    /// They are the same.
    Equal,
    /// The first begins with the second.
    StartsWith,
    /// The first ends with the second.
    EndsWith,
    /// The first holds the second.
    Contains,
}

#[derive(Debug)]
struct Related {
    relation: Relation,
    left: Part,
    right: Part,
    case_sensitive: bool,
}

/// Whether two texts are related so.
pub(crate) fn related(
    relation: Relation,
    left: Part,
    right: Part,
    case_sensitive: bool,
) -> Result<Part, RowError> {
    for side in [&left, &right] {
        if !matches!(Kind::of(side.data_type()), Kind::Text | Kind::Null) {
            return Err(mismatch(format!(
                "texts are compared, not {}; cast it to string",
                named(side.data_type())
            )));
        }
    }
    if left.is_null() || right.is_null() {
        return Ok(Part::constant(null_of(&DataType::Boolean)));
    }
    if let Some(text) = super::kinds::constant_text(&right) {
        let mut folded = String::new();
        if !case_sensitive {
            fold_case(&text, &mut folded);
        }
        let text = if case_sensitive { text } else { folded };
        let matcher = match relation {
            Relation::Equal => Matcher::Equal(text),
            Relation::StartsWith => Matcher::Start(text),
            Relation::EndsWith => Matcher::End(text),
            Relation::Contains => Matcher::part(&text),
        };
        let matcher = if case_sensitive {
            matcher
        } else {
            matcher.folded()
        };
        return matched(left, matcher, false);
    }
    let below = Below::of([&left, &right]);
    let related = Related {
        relation,
        left,
        right,
        case_sensitive,
    };
    Ok(below.part(related, DataType::Boolean, false))
}

impl Evaluate for Related {
    fn evaluate(&self, frame: &Frame<'_>, run: &mut Run<'_>) -> Result<Value, RowError> {
        let left = self.left.evaluate(frame, run)?;
        let right = self.right.evaluate(frame, run)?;
        let (lefts, rights) = (left.texts()?, right.texts()?);
        let (mut one, mut other) = (String::new(), String::new());
        let cells = Value::cells_of(&[&left, &right], frame.len());
        let related: BooleanArray = (0..cells)
            .map(|row| {
                let (left, right) = (lefts.get(row)?, rights.get(row)?);
                if self.case_sensitive {
                    return Some(self.relation.holds(left, right));
                }
                one.clear();
                other.clear();
                fold_case(left, &mut one);
                fold_case(right, &mut other);
                Some(self.relation.holds(&one, &other))
            })
            .collect();
        Ok(Value::like(Arc::new(related), &[&left, &right]))
    }
}

impl Relation {
    fn holds(self, left: &str, right: &str) -> bool {
        match self {
            Self::Equal => left == right,
            Self::StartsWith => left.starts_with(right),
            Self::EndsWith => left.ends_with(right),
            Self::Contains => left.contains(right),
        }
    }
}

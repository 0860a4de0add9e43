//! Functions of regular expressions.

use arrow::array::Array;
use arrow::datatypes::DataType;
use millrace_steps::value::Pattern;
use regex::{Captures, Regex};

use super::frame::{Frame, Run};
use super::kinds::{constant_text, mismatch};
use super::matching::{Matcher, matched};
use super::part::{Below, Evaluate, Part};
use super::sink::Sink;
use super::texts::text;
use super::value::Value;
use crate::error::RowError;

/// Compiles a pattern that is written out.
fn compiled(pattern: &Part, place: &str) -> Result<Regex, RowError> {
    let text = constant_text(pattern)
        .ok_or_else(|| mismatch(format!("{place} needs its pattern in single quotes")))?;
    compile(
        &Pattern::parse(&text).map_err(|error| RowError::new("INVALID_REGEX", error))?,
        true,
    )
}

/// Compiles a pattern that was checked.
pub(crate) fn compile(pattern: &Pattern, case_sensitive: bool) -> Result<Regex, RowError> {
    pattern
        .compile(case_sensitive)
        .map_err(|error| RowError::new("INVALID_REGEX", error.to_string()))
}

/// `regexp_match(text, pattern)`
pub(crate) fn found(operand: Part, pattern: &Part) -> Result<Part, RowError> {
    let regex = compiled(pattern, "regexp_match")?;
    matched(operand, Matcher::Pattern(regex), false)
}

#[derive(Debug)]
struct Extract {
    operand: Part,
    regex: Regex,
    group: usize,
}

/// `regexp_extract(text, pattern[, group])`; the whole match without a group.
pub(crate) fn extract(operand: Part, pattern: &Part, group: Option<i64>) -> Result<Part, RowError> {
    let operand = text(operand, "regexp_extract")?;
    let regex = compiled(pattern, "regexp_extract")?;
    let groups = regex.captures_len();
    let group = usize::try_from(group.unwrap_or(0))
        .ok()
        .filter(|group| *group < groups)
        .ok_or_else(|| {
            mismatch(format!(
                "the pattern of regexp_extract has groups 0 to {}; give one of these",
                groups - 1
            ))
        })?;
    let below = Below::of([&operand]);
    let extract = Extract {
        operand,
        regex,
        group,
    };
    Ok(below.part(extract, DataType::Utf8View, false))
}

impl Evaluate for Extract {
    fn evaluate(&self, frame: &Frame<'_>, run: &mut Run<'_>) -> Result<Value, RowError> {
        let value = self.operand.evaluate(frame, run)?;
        let texts = value.texts()?;
        let cells = value.array().len();
        let mut sink = Sink::new(run, cells);
        let mut places = self.regex.capture_locations();
        for row in 0..cells {
            let group = texts.get(row).and_then(|text| {
                if self.group == 0 {
                    return self.regex.find(text).map(|found| found.as_str());
                }
                self.regex.captures_read(&mut places, text)?;
                let (from, to) = places.get(self.group)?;
                text.get(from..to)
            });
            match group {
                Some(group) => {
                    sink.push_str(group)?;
                    sink.end()?;
                }
                None => sink.end_null(),
            }
        }
        Ok(Value::like(sink.finish(), &[&value]))
    }
}

/// A piece of what a match is replaced by.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Group(usize),
}

/// `$1`, `${1}` and `${name}` stand for groups, `$$` for a dollar sign. A group that the pattern does
/// not have is empty.
fn template(text: &str, regex: &Regex) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (name, length) = if let Some(inner) = rest.strip_prefix('{')
            && let Some(end) = inner.find('}')
        {
            (&inner[..end], end + 2)
        } else {
            (&rest[..digits], digits)
        };
        if length == 0 {
            // `$$`, and a sign that stands for itself.
            plain.push('$');
            rest = rest.strip_prefix('$').unwrap_or(rest);
            continue;
        }
        rest = &rest[length..];
        let group = name.parse().ok().or_else(|| {
            let mut names = regex.capture_names();
            names.position(|known| known == Some(name))
        });
        if !plain.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut plain)));
        }
        pieces.extend(group.map(Piece::Group));
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain));
    }
    pieces
}

#[derive(Debug)]
struct Replace {
    operand: Part,
    regex: Regex,
    replacement: Part,
}

/// `regexp_replace(text, pattern, replacement)`
pub(crate) fn replace(operand: Part, pattern: &Part, replacement: Part) -> Result<Part, RowError> {
    let operand = text(operand, "regexp_replace")?;
    let replacement = text(replacement, "regexp_replace")?;
    let regex = compiled(pattern, "regexp_replace")?;
    let below = Below::of([&operand, &replacement]);
    let replace = Replace {
        operand,
        regex,
        replacement,
    };
    Ok(below.part(replace, DataType::Utf8View, false))
}

impl Evaluate for Replace {
    fn evaluate(&self, frame: &Frame<'_>, run: &mut Run<'_>) -> Result<Value, RowError> {
        let value = self.operand.evaluate(frame, run)?;
        let replacement = self.replacement.evaluate(frame, run)?;
        let (texts, replacements) = (value.texts()?, replacement.texts()?);
        let cells = Value::cells_of(&[&value, &replacement], frame.len());
        let once = if replacement.is_constant() {
            replacements.get(0).map(|text| template(text, &self.regex))
        } else {
            None
        };
        let mut sink = Sink::new(run, cells);
        for row in 0..cells {
            let (Some(text), Some(by)) = (texts.get(row), replacements.get(row)) else {
                sink.end_null();
                continue;
            };
            match &once {
                Some(pieces) => self.write(text, pieces, &mut sink)?,
                None => self.write(text, &template(by, &self.regex), &mut sink)?,
            }
            sink.end()?;
        }
        Ok(Value::like(sink.finish(), &[&value, &replacement]))
    }
}

impl Replace {
    fn write(&self, text: &str, pieces: &[Piece], sink: &mut Sink<'_, '_>) -> Result<(), RowError> {
        let mut from = 0;
        if pieces.iter().all(|piece| matches!(piece, Piece::Text(_))) {
            for found in self.regex.find_iter(text) {
                sink.push_str(&text[from..found.start()])?;
                push(pieces, None, sink)?;
                from = found.end();
            }
        } else {
            for groups in self.regex.captures_iter(text) {
                let Some(found) = groups.get(0) else {
                    continue;
                };
                sink.push_str(&text[from..found.start()])?;
                push(pieces, Some(&groups), sink)?;
                from = found.end();
            }
        }
        sink.push_str(&text[from..])
    }
}

fn push(
    pieces: &[Piece],
    groups: Option<&Captures<'_>>,
    sink: &mut Sink<'_, '_>,
) -> Result<(), RowError> {
    for piece in pieces {
        match piece {
            Piece::Text(text) => sink.push_str(text)?,
            Piece::Group(group) => {
                let group = groups.and_then(|groups| groups.get(*group));
                sink.push_str(group.map_or("", |group| group.as_str()))?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_name_groups_by_number_and_name() {
        let regex = Regex::new("(a)(?P<name>b)").expect("a pattern");
        let text = |text: &str| Piece::Text(text.to_owned());
        for (template_text, pieces) in [
            ("$2-$1", vec![Piece::Group(2), text("-"), Piece::Group(1)]),
            ("$1_x", vec![Piece::Group(1), text("_x")]),
            ("${name}!", vec![Piece::Group(2), text("!")]),
            ("${nobody}!", vec![text("!")]),
            ("$9", vec![Piece::Group(9)]),
            ("$$1 for $ 5$", vec![text("$1 for $ 5$")]),
            ("", vec![]),
        ] {
            assert_eq!(template(template_text, &regex), pieces, "{template_text}");
        }
    }
}

//! Functions that make texts of texts.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::DataType;
use memchr::memmem::Finder;

use super::frame::{Frame, Run};
use super::kinds::{Kind, mismatch, named, null_of};
use super::numeric::Whole;
use super::part::{Below, Evaluate, Part};
use super::sink::Sink;
use super::value::{Cells, Value};
use crate::error::RowError;
use crate::types::cell_texts;

/// What is done with the texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edit {
    /// `lower(text)`
    Lower,
    /// `upper(text)`
    Upper,
    /// `initcap(text)`: a word is letters and digits.
    InitCap,
    /// `trim(text[, characters])`, at its beginning, at its end.
    Trim(bool, bool),
    /// `substr(text, from[, count])`; what lies before the text counts too, as in PostgreSQL.
    Substring,
    /// `left(text, count)`; of a negative count, all but so many at the end.
    Left,
    /// `right(text, count)`; of a negative count, all but so many at the beginning.
    Right,
    /// `lpad(text, count[, fill])`; a longer text is cut, as in SQL.
    PadLeft,
    /// `rpad(text, count[, fill])`; a longer text is cut, as in SQL.
    PadRight,
    /// `a || b`, null where one is null.
    Join,
    /// `concat(a, …)`
    Concat,
    /// `concat_ws(separator, a, …)`
    ConcatWith,
    /// `replace(text, old, new)`; an empty text is nowhere.
    Replace,
    /// `reverse(text)`
    Reverse,
    /// `split_part(text, delimiter, number)`; empty where there is no such part, counted from the last
    /// one where negative.
    SplitPart,
}

impl Edit {
    /// The places of arguments that are whole numbers.
    fn numbers(self) -> &'static [usize] {
        match self {
            Self::Substring => &[1, 2],
            Self::Left | Self::Right | Self::PadLeft | Self::PadRight => &[1],
            Self::SplitPart => &[2],
            _ => &[],
        }
    }
}

#[derive(Debug)]
struct Edited {
    edit: Edit,
    arguments: Vec<Part>,
}

/// A function of texts.
pub(crate) fn bind(edit: Edit, name: &str, arguments: Vec<Part>) -> Result<Part, RowError> {
    let mut bound = Vec::with_capacity(arguments.len());
    for (place, argument) in arguments.into_iter().enumerate() {
        bound.push(match edit {
            Edit::Concat | Edit::Join => text_of(argument)?,
            Edit::ConcatWith if place > 0 => text_of(argument)?,
            _ if edit.numbers().contains(&place) => whole(argument, name)?,
            _ => text(argument, name)?,
        });
    }
    let below = Below::of(&bound);
    let edited = Edited {
        edit,
        arguments: bound,
    };
    Ok(below.part(edited, DataType::Utf8View, false))
}

/// An argument that must be a text.
pub(crate) fn text(part: Part, place: &str) -> Result<Part, RowError> {
    match Kind::of(part.data_type()) {
        Kind::Text => Ok(part),
        Kind::Null => Ok(Part::constant(null_of(&DataType::Utf8View))),
        _ => Err(mismatch(format!(
            "{place} needs a text, not {}; cast it to string",
            named(part.data_type())
        ))),
    }
}

/// An argument that must be a whole number.
pub(crate) fn whole(part: Part, place: &str) -> Result<Part, RowError> {
    match Kind::of(part.data_type()) {
        Kind::Whole => Ok(part),
        Kind::Null => Ok(Part::constant(null_of(&DataType::Int64))),
        _ => Err(mismatch(format!(
            "{place} needs a whole number, not {}; cast it to int64",
            named(part.data_type())
        ))),
    }
}

#[derive(Debug)]
struct TextOf(Part);

/// Any value as a text.
pub(crate) fn text_of(part: Part) -> Result<Part, RowError> {
    match Kind::of(part.data_type()) {
        Kind::Text => Ok(part),
        Kind::Null => Ok(Part::constant(null_of(&DataType::Utf8View))),
        _ => {
            let below = Below::of([&part]);
            Ok(below.part(TextOf(part), DataType::Utf8View, false))
        }
    }
}

impl Evaluate for TextOf {
    fn evaluate(&self, frame: &Frame<'_>, run: &mut Run<'_>) -> Result<Value, RowError> {
        let value = self.0.evaluate(frame, run)?;
        let texts = cell_texts(value.array())?;
        run.spend(texts.total_buffer_bytes_used())?;
        Ok(Value::like(Arc::new(texts), &[&value]))
    }
}

/// An argument, by row.
enum Argument<'v> {
    Text(Cells<&'v arrow::array::StringViewArray>),
    Whole(Whole<'v>),
}

impl<'v> Argument<'v> {
    fn text(&self, row: usize) -> Option<&'v str> {
        match self {
            Self::Text(cells) => cells.get(row),
            Self::Whole(_) => None,
        }
    }

    fn whole(&self, row: usize) -> Option<i64> {
        match self {
            Self::Text(_) => None,
            Self::Whole(cells) => cells.get(row),
        }
    }
}

impl Evaluate for Edited {
    fn evaluate(&self, frame: &Frame<'_>, run: &mut Run<'_>) -> Result<Value, RowError> {
        let mut values = Vec::with_capacity(self.arguments.len());
        for argument in &self.arguments {
            values.push(argument.evaluate(frame, run)?);
        }
        let all: Vec<&Value> = values.iter().collect();
        let cells = Value::cells_of(&all, frame.len());
        let arguments = values
            .iter()
            .map(|value| {
                Ok(match Kind::of(value.array().data_type()) {
                    Kind::Whole => Argument::Whole(Whole::of(value)?),
                    _ => Argument::Text(value.texts()?),
                })
            })
            .collect::<Result<Vec<_>, RowError>>()?;
        let finder = match (self.edit, values.get(1)) {
            (Edit::Replace, Some(old @ Value::Constant(_))) => {
                let old = old.texts()?.get(0).unwrap_or_default();
                Some(Finder::new(old).into_owned())
            }
            _ => None,
        };
        let mut sink = Sink::new(run, cells);
        for row in 0..cells {
            match self.write(&arguments, row, finder.as_ref(), &mut sink)? {
                Some(()) => sink.end()?,
                None => sink.end_null(),
            }
        }
        let array: ArrayRef = sink.finish();
        Ok(Value::like(array, &all))
    }
}

impl Edited {
    /// Writes the cell of a row; `None` for null.
    fn write(
        &self,
        arguments: &[Argument<'_>],
        row: usize,
        finder: Option<&Finder<'_>>,
        sink: &mut Sink<'_, '_>,
    ) -> Result<Option<()>, RowError> {
        match self.edit {
            Edit::Concat => {
                for piece in arguments.iter().filter_map(|argument| argument.text(row)) {
                    sink.push_str(piece)?;
                }
                return Ok(Some(()));
            }
            Edit::ConcatWith => {
                let Some(separator) = arguments.first().and_then(|first| first.text(row)) else {
                    return Ok(None);
                };
                let pieces = arguments.iter().skip(1);
                for (number, piece) in pieces.filter_map(|piece| piece.text(row)).enumerate() {
                    if number > 0 {
                        sink.push_str(separator)?;
                    }
                    sink.push_str(piece)?;
                }
                return Ok(Some(()));
            }
            _ => {}
        }
        let Some(text) = arguments.first().and_then(|first| first.text(row)) else {
            return Ok(None);
        };
        // Other arguments: given, and then null or not.
        let given = |place: usize| arguments.get(place);
        let text_at = |place: usize| given(place).and_then(|argument| argument.text(row));
        let whole_at = |place: usize| given(place).and_then(|argument| argument.whole(row));
        let missing = arguments
            .iter()
            .skip(1)
            .any(|argument| argument.text(row).is_none() && argument.whole(row).is_none());
        if missing {
            return Ok(None);
        }
        match self.edit {
            Edit::Lower => push_cased(text, false, sink)?,
            Edit::Upper => push_cased(text, true, sink)?,
            Edit::InitCap => push_capitals(text, sink)?,
            Edit::Trim(start, end) => sink.push_str(trimmed(text, text_at(1), start, end))?,
            Edit::Substring => {
                let from = whole_at(1).unwrap_or(1).saturating_sub(1);
                let end = whole_at(2).map(|count| from.saturating_add(count.max(0)));
                let count = end.map(|end| end.max(0).saturating_sub(from.max(0)).max(0));
                sink.push_str(slice(text, from, count))?;
            }
            Edit::Left => sink.push_str(left(text, whole_at(1).unwrap_or(0)))?,
            Edit::Right => sink.push_str(right(text, whole_at(1).unwrap_or(0)))?,
            Edit::PadLeft | Edit::PadRight => {
                let count = usize::try_from(whole_at(1).unwrap_or(0)).unwrap_or(0);
                let fill = text_at(2).unwrap_or(" ");
                pad(text, count, fill, self.edit == Edit::PadLeft, sink)?;
            }
            Edit::Join => {
                for piece in arguments.iter().filter_map(|argument| argument.text(row)) {
                    sink.push_str(piece)?;
                }
            }
            Edit::Replace => {
                let (old, new) = (text_at(1).unwrap_or(""), text_at(2).unwrap_or(""));
                match finder {
                    Some(finder) => replace(text, finder, new, sink)?,
                    None => replace(text, &Finder::new(old), new, sink)?,
                }
            }
            Edit::Reverse => {
                for character in text.chars().rev() {
                    sink.push(character)?;
                }
            }
            Edit::SplitPart => {
                let delimiter = text_at(1).unwrap_or("");
                sink.push_str(split_part(text, delimiter, whole_at(2).unwrap_or(0)))?;
            }
            Edit::Concat | Edit::ConcatWith => {}
        }
        Ok(Some(()))
    }
}

fn push_cased(text: &str, upper: bool, sink: &mut Sink<'_, '_>) -> Result<(), RowError> {
    match (text.is_ascii(), upper) {
        (true, true) => sink.push_changed(text, str::make_ascii_uppercase),
        (true, false) => sink.push_changed(text, str::make_ascii_lowercase),
        (false, true) => text
            .chars()
            .flat_map(char::to_uppercase)
            .try_for_each(|upper| sink.push(upper)),
        (false, false) => text
            .chars()
            .flat_map(char::to_lowercase)
            .try_for_each(|lower| sink.push(lower)),
    }
}

fn push_capitals(text: &str, sink: &mut Sink<'_, '_>) -> Result<(), RowError> {
    let mut inside = false;
    for character in text.chars() {
        if inside {
            character
                .to_lowercase()
                .try_for_each(|lower| sink.push(lower))?;
        } else {
            character
                .to_uppercase()
                .try_for_each(|upper| sink.push(upper))?;
        }
        inside = character.is_alphanumeric();
    }
    Ok(())
}

fn trimmed<'t>(text: &'t str, characters: Option<&str>, start: bool, end: bool) -> &'t str {
    let goes = |character: char| match characters {
        Some(characters) => characters.contains(character),
        None => character.is_whitespace(),
    };
    let text = if start {
        text.trim_start_matches(goes)
    } else {
        text
    };
    if end {
        text.trim_end_matches(goes)
    } else {
        text
    }
}

/// So many characters from one on, counted from 0.
fn slice(text: &str, from: i64, count: Option<i64>) -> &str {
    let from = usize::try_from(from).unwrap_or(0);
    let rest = match text.char_indices().nth(from) {
        Some((at, _)) => &text[at..],
        None => "",
    };
    match count {
        None => rest,
        Some(count) => {
            let count = usize::try_from(count).unwrap_or(0);
            match rest.char_indices().nth(count) {
                Some((at, _)) => &rest[..at],
                None => rest,
            }
        }
    }
}

fn length(text: &str) -> i64 {
    i64::try_from(text.chars().count()).unwrap_or(i64::MAX)
}

fn left(text: &str, count: i64) -> &str {
    let count = if count < 0 {
        length(text).saturating_add(count).max(0)
    } else {
        count
    };
    slice(text, 0, Some(count))
}

fn right(text: &str, count: i64) -> &str {
    let from = if count < 0 {
        count.saturating_neg()
    } else {
        length(text).saturating_sub(count).max(0)
    };
    slice(text, from, None)
}

fn pad(
    text: &str,
    count: usize,
    fill: &str,
    left: bool,
    sink: &mut Sink<'_, '_>,
) -> Result<(), RowError> {
    let missing = count.saturating_sub(text.chars().count());
    if missing == 0 {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        return sink.push_str(slice(text, 0, Some(count)));
    }
    if !left {
        sink.push_str(text)?;
    }
    for character in fill.chars().cycle().take(missing) {
        sink.push(character)?;
    }
    if left {
        sink.push_str(text)?;
    }
    Ok(())
}

fn replace(
    text: &str,
    finder: &Finder<'_>,
    new: &str,
    sink: &mut Sink<'_, '_>,
) -> Result<(), RowError> {
    let old = finder.needle().len();
    if old == 0 {
        return sink.push_str(text);
    }
    let mut from = 0;
    for at in finder.find_iter(text.as_bytes()) {
        sink.push_str(text.get(from..at).unwrap_or_default())?;
        sink.push_str(new)?;
        from = at + old;
    }
    sink.push_str(text.get(from..).unwrap_or_default())
}

fn split_part<'t>(text: &'t str, delimiter: &str, number: i64) -> &'t str {
    let Some(place) = number.unsigned_abs().checked_sub(1) else {
        return "";
    };
    let place = usize::try_from(place).unwrap_or(usize::MAX);
    let found = match (delimiter.is_empty(), number > 0) {
        (true, _) => (place == 0).then_some(text),
        (false, true) => text.split(delimiter).nth(place),
        (false, false) => text.rsplit(delimiter).nth(place),
    };
    found.unwrap_or_default()
}

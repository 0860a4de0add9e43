//! What stands in a cell, in plain notation.

use std::borrow::Cow;

use calamine::{DataRef, ExcelDateTime};

use crate::cells::Cell;

/// A cell, and whether it holds an error such as `#DIV/0!`.
pub(crate) fn cell(value: &DataRef<'_>) -> (Cell<'static>, bool) {
    let value = match value {
        DataRef::Empty => Cell::Null,
        DataRef::Int(number) => Cell::Value(Cow::Owned(number.to_string())),
        DataRef::Float(number) => number_cell(*number),
        DataRef::Bool(value) => Cell::Value(Cow::Borrowed(if *value { "true" } else { "false" })),
        DataRef::String(text) => text_cell(text),
        DataRef::SharedString(text) => text_cell(text),
        DataRef::DateTime(moment) => moment_cell(moment),
        DataRef::DateTimeIso(text) => Cell::Value(Cow::Owned(text.clone())),
        DataRef::DurationIso(text) => Cell::Text(Cow::Owned(text.clone())),
        DataRef::Error(_) => return (Cell::Null, true),
    };
    (value, false)
}

/// A formula that answers an empty text shows nothing, and is nothing.
fn text_cell(text: &str) -> Cell<'static> {
    if text.is_empty() {
        Cell::Null
    } else {
        Cell::Text(Cow::Owned(text.to_owned()))
    }
}

/// Excel's numbers are doubles: those with more digits than a decimal of theirs would have are
/// written with an exponent, and so stay doubles.
fn number_cell(number: f64) -> Cell<'static> {
    if !number.is_finite() {
        return Cell::Null;
    }
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return Cell::Value(Cow::Owned(format!("{number:.0}")));
    }
    let plain = number.to_string();
    let digits = plain.bytes().filter(u8::is_ascii_digit).count();
    if digits > 16 {
        return Cell::Value(Cow::Owned(format!("{number:e}")));
    }
    Cell::Value(Cow::Owned(plain))
}

fn moment_cell(moment: &ExcelDateTime) -> Cell<'static> {
    let (year, month, day, hour, minute, second, millisecond) = moment.to_ymd_hms_milli();
    let serial = moment.as_f64();
    let is_midnight = (hour, minute, second, millisecond) == (0, 0, 0, 0);
    let fraction = if millisecond > 0 {
        format!(".{millisecond:03}")
    } else {
        String::new()
    };
    if moment.is_duration() {
        let seconds = (serial * 86_400.0).round().abs() as u64;
        let sign = if serial < 0.0 { "-" } else { "" };
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        return Cell::Text(Cow::Owned(format!(
            "{sign}{hours:02}:{minutes:02}:{:02}",
            seconds % 60
        )));
    }
    if (0.0..1.0).contains(&serial) {
        // A time of day without a date.
        return Cell::Text(Cow::Owned(format!(
            "{hour:02}:{minute:02}:{second:02}{fraction}"
        )));
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    Cell::Value(Cow::Owned(if is_midnight {
        date
    } else {
        format!("{date}T{hour:02}:{minute:02}:{second:02}{fraction}")
    }))
}

//! From the values of an answer to the cells of a sheet.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use rust_xlsxwriter::{ExcelDateTime, Format, FormatAlign, Worksheet};
use serde_json::Value;

use super::input::Column;
use crate::ReportError;

/// Characters that a cell holds.
pub(super) const LONGEST_TEXT: usize = 32_767;
/// What a text that was cut ends with.
const CUT: &str = "… (cut: a cell holds 32,767 characters)";
/// Integers beyond this are not exact as Excel's numbers, which are doubles.
const LARGEST_EXACT: u64 = 1 << 53;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Whole numbers.
    Integer,
    /// Whole numbers that name things: years, keys, ranks. They are not added up.
    Label,
    /// Numbers with as many decimals.
    Number(u8),
    /// Days.
    Date,
    /// Points in time.
    Timestamp,
    /// Yes and no.
    Boolean,
    /// Anything else.
    Text,
}

impl Kind {
    /// The kind of a column, by the name of its type, its own name and its values.
    pub(super) fn of(column: &Column, index: usize, rows: &[Vec<Value>]) -> Self {
        let name = column.data_type.trim().to_ascii_lowercase();
        let begins = |words: &[&str]| words.iter().any(|word| name.starts_with(word));
        if begins(&[
            "int", "uint", "bigint", "smallint", "tinyint", "hugeint", "unsigned",
        ]) {
            if names_things(&column.name) {
                Self::Label
            } else {
                Self::Integer
            }
        } else if begins(&["decimal", "numeric"]) {
            Self::Number(scale(&name).unwrap_or(2))
        } else if begins(&["float", "double", "real"]) {
            Self::Number(decimals(
                rows.iter().filter_map(|row| row.get(index)?.as_f64()),
            ))
        } else if begins(&["timestamp", "datetime"]) {
            let mut moments = rows.iter().filter_map(|row| row.get(index)?.as_str());
            // Months and days come out of SQL as moments; nobody wants to read their midnights.
            if moments.all(is_midnight) {
                Self::Date
            } else {
                Self::Timestamp
            }
        } else if begins(&["date"]) {
            Self::Date
        } else if begins(&["bool"]) {
            Self::Boolean
        } else {
            Self::Text
        }
    }

    /// Whether the column can be drawn as values.
    pub(super) fn is_measure(self) -> bool {
        matches!(self, Self::Integer | Self::Number(_))
    }

    /// Whether the column is a place in time.
    pub(super) fn is_time(self) -> bool {
        matches!(self, Self::Date | Self::Timestamp)
    }

    /// How cells of the column look.
    pub(super) fn format(self) -> Format {
        let format = Format::new().set_align(FormatAlign::Top);
        match self {
            Self::Integer | Self::Number(0) => format.set_num_format("#,##0"),
            Self::Label => format.set_num_format("0"),
            Self::Number(decimals) => {
                format.set_num_format(format!("#,##0.{}", "0".repeat(usize::from(decimals))))
            }
            Self::Date => format.set_num_format("yyyy-mm-dd"),
            Self::Timestamp => format.set_num_format("yyyy-mm-dd hh:mm:ss"),
            Self::Boolean => format.set_align(FormatAlign::Left),
            Self::Text => format.set_text_wrap(),
        }
    }
}

/// Whether a moment has no time of day.
fn is_midnight(text: &str) -> bool {
    match text.split_once(['T', ' ']) {
        None => true,
        Some((_, time)) => !time.contains(|digit| ('1'..='9').contains(&digit)),
    }
}

/// Whether whole numbers under this name are labels.
fn names_things(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let last = name.rsplit('_').next().unwrap_or_default();
    matches!(
        last,
        "id" | "key"
            | "year"
            | "quarter"
            | "month"
            | "week"
            | "day"
            | "hour"
            | "rank"
            | "decile"
            | "number"
    )
}

/// The scale of `decimal(12,2)` or `decimal128(12, 2)`.
fn scale(name: &str) -> Option<u8> {
    let (_, inside) = name.split_once('(')?;
    let scale = inside
        .trim_end_matches(')')
        .split(',')
        .nth(1)?
        .trim()
        .parse()
        .ok()?;
    (scale <= 15).then_some(scale)
}

/// Decimals to show of doubles: more for small ones.
fn decimals(values: impl Iterator<Item = f64>) -> u8 {
    let largest = values.fold(0.0_f64, |largest, value| largest.max(value.abs()));
    if largest > 0.0 && largest <= 1.0 {
        4
    } else {
        2
    }
}

/// Writes one value. What does not read as the column's kind stays text.
pub(super) fn write(
    sheet: &mut Worksheet,
    at: (u32, u16),
    value: &Value,
    kind: Kind,
    format: &Format,
) -> Result<(), ReportError> {
    let (row, column) = at;
    match (value, kind) {
        (Value::Null, _) => sheet.write_blank(row, column, format)?,
        (Value::Bool(truth), _) => sheet.write_boolean_with_format(row, column, *truth, format)?,
        (Value::Number(number), _) => match exact(number) {
            Some(number) => sheet.write_number_with_format(row, column, number, format)?,
            None => sheet.write_string_with_format(row, column, number.to_string(), format)?,
        },
        (Value::String(text), _) => match (number_in(text, kind), moment_in(text, kind)) {
            (Some(number), _) => sheet.write_number_with_format(row, column, number, format)?,
            (None, Some(moment)) => {
                sheet.write_datetime_with_format(row, column, &moment, format)?
            }
            (None, None) => sheet.write_string_with_format(row, column, shown(text), format)?,
        },
        (Value::Array(_) | Value::Object(_), _) => {
            sheet.write_string_with_format(row, column, shown(&value.to_string()), format)?
        }
    };
    Ok(())
}

/// The number as a double, if that loses nothing.
fn exact(number: &serde_json::Number) -> Option<f64> {
    let whole = number
        .as_i64()
        .map(i64::unsigned_abs)
        .or_else(|| number.as_u64());
    if whole.is_some_and(|whole| whole > LARGEST_EXACT) {
        return None;
    }
    number.as_f64().filter(|number| number.is_finite())
}

/// The number that a text of a numeric column holds, such as a decimal's `"12.50"`.
fn number_in(text: &str, kind: Kind) -> Option<f64> {
    if !matches!(kind, Kind::Integer | Kind::Label | Kind::Number(_)) {
        return None;
    }
    if text.bytes().filter(u8::is_ascii_digit).count() > 15 {
        return None;
    }
    text.trim()
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
}

/// The point in time that a text of a time column holds, if Excel's calendar has it.
fn moment_in(text: &str, kind: Kind) -> Option<ExcelDateTime> {
    if !kind.is_time() {
        return None;
    }
    let text = text.trim();
    let moment = NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .and_then(|date| date.and_hms_opt(0, 0, 0))
        .or_else(|| {
            NaiveDateTime::parse_from_str(text.trim_end_matches('Z'), "%Y-%m-%dT%H:%M:%S%.f").ok()
        })
        .or_else(|| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").ok())
        .or_else(|| {
            DateTime::parse_from_rfc3339(text)
                .ok()
                .map(|moment| moment.naive_utc())
        })?;
    // Excel believes in a 29 February 1900: days before March of that year would be off by one.
    let first = NaiveDate::from_ymd_opt(1900, 3, 1)?.and_hms_opt(0, 0, 0)?;
    if moment < first {
        return None;
    }
    ExcelDateTime::parse_from_str(&moment.format("%Y-%m-%dT%H:%M:%S%.3f").to_string()).ok()
}

/// A text as a cell can hold it.
pub(super) fn shown(text: &str) -> String {
    let clean = clean(text);
    if excel_length(&clean) <= LONGEST_TEXT {
        return clean;
    }
    let room = LONGEST_TEXT - excel_length(CUT);
    let mut kept = 0;
    let beginning: String = clean
        .chars()
        .take_while(|character| {
            kept += character.len_utf16();
            kept <= room
        })
        .collect();
    beginning + CUT
}

/// Length as Excel counts: in UTF-16 units.
pub(super) fn excel_length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The text without the characters that XML cannot carry.
pub(super) fn clean(text: &str) -> String {
    let allowed = |c: char| {
        matches!(c, '\n' | '\t') || !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'))
    };
    text.replace("\r\n", "\n")
        .chars()
        .map(|c| if allowed(c) { c } else { '\u{fffd}' })
        .collect()
}

/// The first `most` characters, the last of them an ellipsis where something is missing.
pub(super) fn cut(text: &str, most: usize) -> String {
    if excel_length(text) <= most {
        return text.to_owned();
    }
    // Half the units always hold, whatever the characters.
    text.chars().take(most / 2).chain(['…']).collect()
}

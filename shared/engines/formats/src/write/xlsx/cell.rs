//! Cells of a sheet. Numbers there are doubles: what a double cannot hold is written as text.

use arrow::datatypes::TimeUnit;

use super::super::error::WriteError;
use super::super::values::{
    Column, Values, WallClock, per_second, push_decimal, push_double, push_integer, push_single,
};
use super::package::Style;
use super::xml::{push_cell_start, push_text};

/// UTF-16 units that a cell holds.
pub(super) const CELL_LIMIT: usize = 32_767;
/// Integers up to this one are doubles.
const EXACT_INTEGER: u64 = 1 << 53;
/// Decimals below this many digits read as the double that is nearest, and print as themselves.
const EXACT_DECIMAL: u128 = 1_000_000_000_000_000;
/// Days from 1899-12-30, which Excel counts from, to 1970.
const EPOCH: i64 = 25_569;
/// The first of March 1900. Excel counts a day too many before it, other programs do not.
const FIRST_DAY: i64 = 61 - EPOCH;
/// The last day of 9999.
const LAST_DAY: i64 = 2_958_465 - EPOCH;

/// Where a cell stands and how it is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) letters: &'a [u8],
    pub(super) row: u32,
    /// Of its numbers; texts have none.
    pub(super) style: usize,
}

/// How the numbers of a column are shown, where the usual way is not right.
pub(super) fn style(data_type: &arrow::datatypes::DataType) -> Option<Style> {
    use arrow::datatypes::DataType;
    match data_type {
        DataType::Date32 => Some(Style::Date),
        DataType::Date64 | DataType::Timestamp(..) => Some(Style::Timestamp),
        DataType::Time32(_) | DataType::Time64(_) => Some(Style::Time),
        DataType::Decimal32(_, scale)
        | DataType::Decimal64(_, scale)
        | DataType::Decimal128(_, scale)
            if (1..=15).contains(scale) =>
        {
            Some(Style::Decimal(scale.unsigned_abs()))
        }
        DataType::Dictionary(_, values) => style(values),
        _ => None,
    }
}

/// Appends a text cell.
pub(super) fn push_text_cell(
    place: Place<'_>,
    style: usize,
    text: &str,
    out: &mut Vec<u8>,
) -> Result<(), usize> {
    // Bytes are never fewer than UTF-16 units.
    if text.len() > CELL_LIMIT {
        let length = text.encode_utf16().count();
        if length > CELL_LIMIT {
            return Err(length);
        }
    }
    push_cell_start(place.letters, place.row, style, out);
    out.extend_from_slice(b" t=\"inlineStr\"><is><t xml:space=\"preserve\">");
    push_text(text, out);
    out.extend_from_slice(b"</t></is></c>");
    Ok(())
}

/// Appends the cell of a row that is not null. The inner error is the length of a text too long.
pub(super) fn push_cell(
    place: Place<'_>,
    column: &Column,
    row: usize,
    out: &mut Vec<u8>,
) -> Result<Result<(), usize>, WriteError> {
    if let Some(text) = column.text(row) {
        return Ok(push_text_cell(place, 0, text, out));
    }
    let start = out.len();
    if push_number(place, column, row, out) {
        return Ok(Ok(()));
    }
    out.truncate(start);
    let mut text = Vec::new();
    column.push_plain(row, &mut text);
    let text = String::from_utf8(text).map_err(|error| WriteError::Encoding(error.to_string()))?;
    Ok(push_text_cell(place, 0, &text, out))
}

/// Appends a cell that holds a number or a truth value; `false` where the value is neither, or
/// would not be the same.
fn push_number(place: Place<'_>, column: &Column, row: usize, out: &mut Vec<u8>) -> bool {
    push_cell_start(place.letters, place.row, place.style, out);
    if let Values::Boolean(values) = &column.values {
        out.extend_from_slice(if values.value(row) {
            b" t=\"b\"><v>1</v></c>"
        } else {
            b" t=\"b\"><v>0</v></c>"
        });
        return true;
    }
    out.extend_from_slice(b"><v>");
    match &column.values {
        Values::Int32(values) => push_integer(values[row], out),
        Values::Int64(values) if values[row].unsigned_abs() <= EXACT_INTEGER => {
            push_integer(values[row], out);
        }
        Values::UInt64(values) if values[row] <= EXACT_INTEGER => push_integer(values[row], out),
        Values::Float32(values) if values[row].is_finite() => push_single(values[row], out),
        Values::Float64(values) if values[row].is_finite() => push_double(values[row], out),
        Values::Decimal(values, scale)
            if *scale >= 0 && values[row].unsigned_abs() < EXACT_DECIMAL =>
        {
            push_decimal(values[row], *scale, out);
        }
        Values::Date(values) if is_day(i64::from(values[row])) => {
            push_integer(i64::from(values[row]) + EPOCH, out);
        }
        Values::Timestamp(values, unit, zone) => {
            let wall = WallClock::new(values[row], *unit, *zone);
            if !is_day(wall.days) {
                return false;
            }
            push_serial(
                wall.days + EPOCH,
                wall.second_of_day * 1_000_000_000 + wall.nanoseconds,
                out,
            );
        }
        Values::Time(values, unit) => {
            let Some(nanoseconds) = nanoseconds_of_day(values[row], *unit) else {
                return false;
            };
            push_serial(0, nanoseconds, out);
        }
        _ => return false,
    }
    out.extend_from_slice(b"</v></c>");
    true
}

fn is_day(days: i64) -> bool {
    (FIRST_DAY..=LAST_DAY).contains(&days)
}

fn nanoseconds_of_day(value: i64, unit: TimeUnit) -> Option<i64> {
    let nanoseconds = value.checked_mul(1_000_000_000 / per_second(unit))?;
    (0..86_400_000_000_000)
        .contains(&nanoseconds)
        .then_some(nanoseconds)
}

/// Appends days and the part of a day, to about a microsecond.
fn push_serial(days: i64, nanoseconds: i64, out: &mut Vec<u8>) {
    if nanoseconds == 0 {
        push_integer(days, out);
    } else {
        push_double(days as f64 + nanoseconds as f64 / 86_400e9, out);
    }
}

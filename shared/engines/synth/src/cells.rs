//! Columns of clean cells: whole numbers in the unit of the type, or text in the cheapest form at hand.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::calendar;
use crate::plan::DataType;

/// Cells of one column for some rows.
#[derive(Debug, Clone)]
pub(crate) struct Cells {
    pub(crate) values: Values,
    /// True where the cell is null; absent where none is. The value below a null means nothing.
    pub(crate) nulls: Option<Vec<bool>>,
}

/// The values of a column.
#[derive(Debug, Clone)]
pub(crate) enum Values {
    /// Integers, hundredths, days, seconds, or 0 and 1.
    Whole(Vec<i64>),
    Text(Text),
}

/// Text cells.
#[derive(Debug, Clone)]
pub(crate) enum Text {
    /// Words of a dictionary.
    Coded {
        words: Arc<[String]>,
        codes: Vec<u32>,
    },
    /// Keys: a prefix and the row number from 1.
    Numbered {
        prefix: Arc<str>,
        width: usize,
        rows: Vec<u64>,
    },
    /// Anything else.
    Plain(Strings),
}

/// Strings end to end in one buffer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Strings {
    text: String,
    ends: Vec<usize>,
}

impl Strings {
    /// The buffer that the next cell is appended to; [`Strings::finish`] ends it.
    pub(crate) fn buffer(&mut self) -> &mut String {
        &mut self.text
    }

    pub(crate) fn finish(&mut self) {
        self.ends.push(self.text.len());
    }

    pub(crate) fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.finish();
    }

    pub(crate) fn get(&self, index: usize) -> &str {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[start..self.ends[index]]
    }
}

impl Text {
    pub(crate) fn push_to(&self, index: usize, out: &mut String) {
        match self {
            Self::Coded { words, codes } => out.push_str(&words[codes[index] as usize]),
            Self::Numbered {
                prefix,
                width,
                rows,
            } => push_key(out, prefix, *width, rows[index]),
            Self::Plain(strings) => out.push_str(strings.get(index)),
        }
    }

    /// The same text in a form that lends every cell.
    pub(crate) fn lending(self) -> Self {
        let Self::Numbered {
            prefix,
            width,
            rows,
        } = self
        else {
            return self;
        };
        let mut strings = Strings::default();
        for row in rows {
            push_key(strings.buffer(), &prefix, width, row);
            strings.finish();
        }
        Self::Plain(strings)
    }

    /// The cell, of text in its lending form.
    pub(crate) fn lend(&self, index: usize) -> &str {
        match self {
            Self::Coded { words, codes } => &words[codes[index] as usize],
            Self::Plain(strings) => strings.get(index),
            Self::Numbered { prefix, .. } => prefix,
        }
    }
}

impl Cells {
    pub(crate) fn whole(values: Vec<i64>) -> Self {
        Self {
            values: Values::Whole(values),
            nulls: None,
        }
    }

    pub(crate) fn text(values: Text) -> Self {
        Self {
            values: Values::Text(values),
            nulls: None,
        }
    }

    pub(crate) fn with_nulls(mut self, nulls: Option<Vec<bool>>) -> Self {
        self.nulls = nulls;
        self
    }

    pub(crate) fn len(&self) -> usize {
        match &self.values {
            Values::Whole(values) => values.len(),
            Values::Text(Text::Coded { codes, .. }) => codes.len(),
            Values::Text(Text::Numbered { rows, .. }) => rows.len(),
            Values::Text(Text::Plain(strings)) => strings.ends.len(),
        }
    }

    pub(crate) fn is_null(&self, index: usize) -> bool {
        self.nulls.as_ref().is_some_and(|nulls| nulls[index])
    }

    /// Whole values; empty where the column is text, which compiled plans rule out.
    pub(crate) fn wholes(&self) -> &[i64] {
        match &self.values {
            Values::Whole(values) => values,
            Values::Text(_) => &[],
        }
    }

    /// Appends the text of a cell that is not null.
    pub(crate) fn push_to(&self, index: usize, data_type: DataType, out: &mut String) {
        match &self.values {
            Values::Whole(values) => push_whole(out, values[index], data_type),
            Values::Text(text) => text.push_to(index, out),
        }
    }

    /// The cells at `indexes`, in that order.
    pub(crate) fn gather(&self, indexes: &[u32]) -> Self {
        let at = |index: &u32| *index as usize;
        let values = match &self.values {
            Values::Whole(values) => {
                Values::Whole(indexes.iter().map(|index| values[at(index)]).collect())
            }
            Values::Text(Text::Coded { words, codes }) => Values::Text(Text::Coded {
                words: Arc::clone(words),
                codes: indexes.iter().map(|index| codes[at(index)]).collect(),
            }),
            Values::Text(Text::Numbered {
                prefix,
                width,
                rows,
            }) => Values::Text(Text::Numbered {
                prefix: Arc::clone(prefix),
                width: *width,
                rows: indexes.iter().map(|index| rows[at(index)]).collect(),
            }),
            Values::Text(Text::Plain(strings)) => {
                let mut gathered = Strings::default();
                for index in indexes {
                    gathered.push(strings.get(at(index)));
                }
                Values::Text(Text::Plain(gathered))
            }
        };
        let nulls = self
            .nulls
            .as_ref()
            .map(|nulls| indexes.iter().map(|index| nulls[at(index)]).collect());
        Self { values, nulls }
    }
}

/// Either of two null masks is null.
pub(crate) fn either_null(left: Option<Vec<bool>>, right: Option<&[bool]>) -> Option<Vec<bool>> {
    match (left, right) {
        (Some(mut left), Some(right)) => {
            for (null, other) in left.iter_mut().zip(right) {
                *null |= other;
            }
            Some(left)
        }
        (left, right) => left.or_else(|| right.map(<[bool]>::to_vec)),
    }
}

/// Writes a key.
pub(crate) fn push_key(out: &mut String, prefix: &str, width: usize, row: u64) {
    out.push_str(prefix);
    calendar::push_padded(
        out,
        i64::try_from(row + 1).unwrap_or(i64::MAX),
        width.max(1),
    );
}

/// Writes a whole value as text of its type.
pub(crate) fn push_whole(out: &mut String, value: i64, data_type: DataType) {
    match data_type {
        DataType::Decimal | DataType::Fixed(1..) => {
            if value < 0 {
                out.push('-');
            }
            let (units, one) = (value.unsigned_abs(), 10_u64.pow(data_type.digits()));
            calendar::push_padded(out, (units / one) as i64, 1);
            out.push('.');
            calendar::push_padded(out, (units % one) as i64, data_type.digits() as usize);
        }
        DataType::Date => calendar::push_date(out, value),
        DataType::Timestamp => calendar::push_timestamp(out, value),
        DataType::Boolean => out.push_str(if value == 0 { "false" } else { "true" }),
        DataType::Integer | DataType::Fixed(0) | DataType::Text if value >= 0 => {
            calendar::push_padded(out, value, 1);
        }
        DataType::Integer | DataType::Fixed(0) | DataType::Text => {
            // Writing to a string cannot fail.
            let _ = write!(out, "{value}");
        }
    }
}

/// A whole value as text of its type.
pub(crate) fn whole_text(value: i64, data_type: DataType) -> String {
    let mut out = String::new();
    push_whole(&mut out, value, data_type);
    out
}

/// Reads text as a whole value of its type; text columns have none.
pub(crate) fn parse_whole(text: &str, data_type: DataType) -> Option<i64> {
    match data_type {
        DataType::Text => None,
        DataType::Integer => text.parse().ok(),
        DataType::Decimal | DataType::Fixed(_) => parse_decimal(text, data_type.digits() as usize),
        DataType::Date => calendar::parse_date(text),
        DataType::Timestamp => calendar::parse_timestamp(text),
        DataType::Boolean => match text {
            "true" => Some(1),
            "false" => Some(0),
            _ => None,
        },
    }
}

fn parse_decimal(text: &str, scale: usize) -> Option<i64> {
    let (negative, digits) = text
        .strip_prefix('-')
        .map_or((false, text), |rest| (true, rest));
    let (units, rest) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if units.is_empty() || rest.len() > scale || !plain(units) || !plain(rest) {
        return None;
    }
    let value = format!("{units}{rest:0<scale$}").parse::<i64>().ok()?;
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decimals_read_and_write() {
        for (text, value) in [
            ("0.05", 5),
            ("-0.05", -5),
            ("12.50", 1250),
            ("-1234.99", -123_499),
        ] {
            assert_eq!(parse_decimal(text, 2), Some(value));
            assert_eq!(whole_text(value, DataType::Decimal), text);
        }
        assert_eq!(parse_decimal("3", 2), Some(300));
        assert_eq!(parse_decimal("3.5", 2), Some(350));
        for wrong in ["", "-", ".5", "1.234", "1,5", "+1", "1e3"] {
            assert_eq!(parse_decimal(wrong, 2), None, "{wrong}");
        }
        for (digits, text, value) in [
            (0, "-7", -7),
            (3, "0.005", 5),
            (6, "-122.419416", -122_419_416),
        ] {
            let data_type = DataType::Fixed(digits);
            assert_eq!(parse_whole(text, data_type), Some(value));
            assert_eq!(whole_text(value, data_type), text);
        }
    }

    proptest! {
        #[test]
        fn whole_values_round_trip(value in -1_000_000_000_000_i64..1_000_000_000_000) {
            for data_type in [DataType::Integer, DataType::Decimal, DataType::Fixed(0), DataType::Fixed(6)] {
                prop_assert_eq!(parse_whole(&whole_text(value, data_type), data_type), Some(value));
            }
        }
    }
}

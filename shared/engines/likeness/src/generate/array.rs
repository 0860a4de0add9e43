//! Arrow arrays of a column's values.

use std::ops::Range;

use arrow::array::{ArrayRef, BooleanArray, StringBuilder, new_null_array};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use millrace_draw::scale;

use super::column::{Absence, Cells, ColumnMaker, Decoded, Make};
use super::shape::TextWriter;
use crate::error::LikenessError;
use crate::kind;
use crate::model::{Scalar, Values};

impl ColumnMaker {
    /// The array of some rows.
    pub(crate) fn array(
        &self,
        decoded: Decoded,
        rows: &Range<u64>,
    ) -> Result<ArrayRef, LikenessError> {
        let count = rows.end.saturating_sub(rows.start) as usize;
        let nulls = match &self.missing {
            Absence::Never => None,
            Absence::Always => {
                return Ok(new_null_array(&self.data_type, count));
            }
            Absence::Above { .. } => {
                let missing = &decoded.missing;
                Some(NullBuffer::new(BooleanBuffer::collect_bool(count, |row| {
                    !missing[row]
                })))
            }
        };
        let whole = |values| kind::wholes(values, nulls.clone(), &self.data_type);
        match (&self.make, decoded.cells) {
            (_, Cells::Wholes(values)) => whole(values),
            (_, Cells::Reals(values)) => kind::reals(values, nulls, &self.data_type),
            (Make::Choice { values, rest, .. }, Cells::States(states)) => {
                self.choices(values, rest.as_ref(), &states, nulls, rows.start)
            }
            (Make::Constant(value), _) => match value {
                Scalar::Whole(value) => whole(vec![*value; count]),
                Scalar::Real(value) => kind::reals(vec![*value; count], nulls, &self.data_type),
                Scalar::Boolean(value) => {
                    let values = BooleanBuffer::collect_bool(count, |_| *value);
                    kind::booleans(BooleanArray::new(values, nulls), &self.data_type)
                }
                Scalar::Text(value) => self.texts(rows, nulls, |_, text| text.push_str(value)),
            },
            (
                Make::Sequence {
                    first,
                    step,
                    slack,
                    key,
                },
                _,
            ) => {
                let value = |row: u64| {
                    let extra = if *slack == 0 {
                        0
                    } else {
                        scale(key.at(row), slack + 1)
                    };
                    i128::from(*first) + i128::from(row) * i128::from(*step) + i128::from(extra)
                };
                whole(rows.clone().map(|row| self.bounded(value(row))).collect())
            }
            (
                Make::Scatter {
                    low,
                    step,
                    count,
                    order,
                },
                _,
            ) => {
                let value = |row: u64| {
                    let place = if row < *count {
                        order.forward(row)
                    } else {
                        row
                    };
                    i128::from(*low) + i128::from(place) * i128::from(*step)
                };
                whole(rows.clone().map(|row| self.bounded(value(row))).collect())
            }
            (Make::Text(writer), _) => self.texts(rows, nulls, |row, text| writer.write(row, text)),
            (Make::Empty | Make::Number { .. } | Make::Choice { .. }, _) => {
                Ok(new_null_array(&self.data_type, count))
            }
        }
    }

    /// A key beyond its type stays at the type's end, which is nearer than starting anew.
    fn bounded(&self, value: i128) -> i64 {
        let (low, high) = kind::limits(&self.data_type);
        value.clamp(i128::from(low), i128::from(high)) as i64
    }

    fn texts(
        &self,
        rows: &Range<u64>,
        nulls: Option<NullBuffer>,
        write: impl Fn(u64, &mut String),
    ) -> Result<ArrayRef, LikenessError> {
        let count = rows.end.saturating_sub(rows.start) as usize;
        let mut builder = StringBuilder::with_capacity(count, count * 12);
        let mut text = String::new();
        for (place, row) in rows.clone().enumerate() {
            if nulls.as_ref().is_some_and(|nulls| nulls.is_null(place)) {
                builder.append_null();
                continue;
            }
            text.clear();
            write(row, &mut text);
            builder.append_value(&text);
        }
        kind::texts(builder.finish(), &self.data_type)
    }

    fn choices(
        &self,
        values: &Values,
        rest: Option<&TextWriter>,
        states: &[u16],
        nulls: Option<NullBuffer>,
        first: u64,
    ) -> Result<ArrayRef, LikenessError> {
        match values {
            Values::Booleans(values) => {
                let value = |row: usize| values.get(usize::from(states[row])) == Some(&true);
                let values = BooleanBuffer::collect_bool(states.len(), value);
                kind::booleans(BooleanArray::new(values, nulls), &self.data_type)
            }
            Values::Wholes(values) => {
                let value =
                    |state: &u16| values.get(usize::from(*state)).copied().unwrap_or_default();
                kind::wholes(states.iter().map(value).collect(), nulls, &self.data_type)
            }
            Values::Texts(values) => {
                let mut builder = StringBuilder::with_capacity(states.len(), states.len() * 12);
                let mut text = String::new();
                for (row, state) in (first..).zip(states) {
                    match (values.get(usize::from(*state)), rest) {
                        (Some(value), _) => builder.append_value(value),
                        (None, Some(rest)) if usize::from(*state) == values.len() => {
                            text.clear();
                            rest.write(row, &mut text);
                            builder.append_value(&text);
                        }
                        _ => builder.append_null(),
                    }
                }
                kind::texts(builder.finish(), &self.data_type)
            }
        }
    }
}

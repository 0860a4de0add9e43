//! Rows in order.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BinaryViewBuilder, StringViewBuilder};
use arrow::datatypes::{DataType, Field, SchemaRef};
use datafusion::logical_expr::SortExpr;
use datafusion::prelude::Expr;
use millrace_rows::{Rows, choose};
use millrace_steps::step::{Collation, Nulls, Order, Sort, SortKey};
use millrace_steps::value::Columns;

use super::feed::{NUMBERS, SEQUENCE, column, gather, named};
use crate::error::TabularError;
use crate::frames::Frames;
use crate::resources::Resources;

/// What rows are ordered by, bound to columns.
#[derive(Debug, Clone)]
pub(crate) struct Ordering {
    keys: Vec<Key>,
}

#[derive(Debug, Clone)]
struct Key {
    place: usize,
    descending: bool,
    nulls_first: bool,
    collation: Collation,
}

impl Ordering {
    pub(crate) fn bind(
        by: &[SortKey],
        collation: Collation,
        schema: &SchemaRef,
    ) -> Result<Self, TabularError> {
        let keys = by.iter().map(|key| {
            let place = choose(&Columns::Names(vec![key.column.clone()]), schema)?[0];
            let is_text = matches!(schema.field(place).data_type(), DataType::Utf8View);
            Ok(Key {
                place,
                descending: key.order == Some(Order::Descending),
                nulls_first: key.nulls == Nulls::First,
                collation: if is_text {
                    collation
                } else {
                    Collation::Binary
                },
            })
        });
        Ok(Self {
            keys: keys.collect::<Result<_, TabularError>>()?,
        })
    }

    /// Columns that a plan needs beside those of the rows, to order by.
    pub(crate) fn extra(&self) -> Vec<Field> {
        let keys = self.keys.iter().enumerate();
        keys.filter_map(|(index, key)| {
            let data_type = match key.collation {
                Collation::Binary => return None,
                Collation::CaseInsensitive => DataType::Utf8View,
                Collation::Natural => DataType::BinaryView,
            };
            Some(Field::new(format!("k{index}"), data_type, true))
        })
        .collect()
    }

    pub(crate) fn prepare(&self, rows: &Rows) -> Result<Vec<ArrayRef>, TabularError> {
        let keys = self.keys.iter();
        keys.filter_map(|key| {
            let texts = rows.batch.column(key.place);
            match key.collation {
                Collation::Binary => None,
                Collation::CaseInsensitive => Some(Ok(folded(texts))),
                Collation::Natural => Some(Ok(natural(texts))),
            }
        })
        .collect()
    }

    /// The keys as a plan takes them, without the order of the rows.
    pub(crate) fn expressions(&self) -> Vec<SortExpr> {
        let keys = self.keys.iter().enumerate();
        keys.map(|(index, key)| {
            let by: Expr = match key.collation {
                Collation::Binary => column(key.place),
                _ => named(&format!("k{index}")),
            };
            by.sort(!key.descending, key.nulls_first)
        })
        .collect()
    }
}

/// Texts in lower case.
fn folded(texts: &ArrayRef) -> ArrayRef {
    let texts = texts.as_string_view();
    let mut folded = StringViewBuilder::with_capacity(texts.len());
    for text in texts {
        match text {
            Some(text) => folded.append_value(text.to_lowercase()),
            None => folded.append_null(),
        }
    }
    Arc::new(folded.finish())
}

/// Keys whose bytes order as texts do with their runs of digits as numbers: a run becomes the number of
/// its digits without leading zeros, then these, so that a longer number is greater. What was equal so
/// far is told apart by the text itself.
fn natural(texts: &ArrayRef) -> ArrayRef {
    let texts = texts.as_string_view();
    let mut keys = BinaryViewBuilder::with_capacity(texts.len());
    let mut key = Vec::new();
    for text in texts {
        let Some(text) = text else {
            keys.append_null();
            continue;
        };
        key.clear();
        let mut rest = text.as_bytes();
        while let Some(&first) = rest.first() {
            if !first.is_ascii_digit() {
                key.push(first);
                rest = &rest[1..];
                continue;
            }
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let zeros = rest[..digits]
                .iter()
                .take_while(|byte| **byte == b'0')
                .count();
            let number = &rest[zeros..digits];
            // Digits stand where they stand in ASCII: behind punctuation, before letters.
            key.push(b'0');
            key.extend_from_slice(&(number.len() as u32).to_be_bytes());
            key.extend_from_slice(number);
            rest = &rest[digits..];
        }
        key.push(0);
        key.extend_from_slice(text.as_bytes());
        keys.append_value(&key);
    }
    Arc::new(keys.finish())
}

/// Orders all rows; equal ones keep their order.
#[derive(Debug)]
pub(crate) struct Sorting {
    order: Ordering,
    schema: SchemaRef,
}

impl Sorting {
    pub(crate) fn bind(step: &Sort, schema: &SchemaRef) -> Result<Self, TabularError> {
        Ok(Self {
            order: Ordering::bind(&step.by, step.collation, schema)?,
            schema: Arc::clone(schema),
        })
    }

    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// `fetch` rows are enough, where a limit follows.
    pub(crate) fn attach(
        &self,
        input: Frames,
        fetch: Option<usize>,
        resources: &Resources,
    ) -> Result<Frames, TabularError> {
        let order = self.order.clone();
        let mut by = order.expressions();
        by.push(named(SEQUENCE).sort(true, false));
        let width = self.schema.fields().len();
        let extra = order.extra();
        let gathered = gather(
            input,
            &self.schema,
            extra,
            resources,
            move |rows| order.prepare(rows),
            move |frame| {
                let sorted = frame.sort(by)?;
                let sorted = match fetch {
                    Some(count) => sorted.limit(0, Some(count))?,
                    None => sorted,
                };
                let kept = (0..width).map(column).chain([named(NUMBERS)]);
                sorted.select(kept.collect::<Vec<_>>())
            },
        )?;
        Ok(gathered.into_frames(Arc::clone(&self.schema)))
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::StringViewArray;

    use super::*;

    fn in_order(texts: &[&str]) -> bool {
        let array: ArrayRef = Arc::new(StringViewArray::from_iter_values(texts));
        let keys = natural(&array);
        let keys = keys.as_binary_view();
        (1..keys.len()).all(|row| keys.value(row - 1) < keys.value(row))
    }

    #[test]
    fn runs_of_digits_are_numbers() {
        assert!(in_order(&["", "a", "a2", "a10", "a10b", "a11", "b"]));
        assert!(in_order(
            &["1", "01", "2", "10", "010b", "100"].map(|text| if text == "01" {
                "1 "
            } else {
                text
            })
        ));
        assert!(in_order(&["v1.2", "v1.10", "v2.0"]));
        assert!(in_order(&[
            "9",
            "99999999999999999999999999999999",
            "100000000000000000000000000000000"
        ]));
    }
}

//! What rows are ordered by.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BinaryViewBuilder, RecordBatch, StringViewBuilder};
use arrow::compute::SortOptions;
use arrow::datatypes::{DataType, SchemaRef};
use arrow::row::{RowConverter, SortField};
use datafusion::logical_expr::SortExpr;
use millrace_rows::choose;
use millrace_steps::step::{Collation, Nulls, Order, SortKey};
use millrace_steps::value::Columns;

use crate::error::TabularError;
use crate::gather::column;

/// What rows are ordered by, bound to columns.
#[derive(Debug, Clone)]
pub(crate) struct Ordering {
    keys: Vec<Key>,
}

#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) place: usize,
    pub(super) descending: bool,
    pub(super) nulls_first: bool,
    pub(super) collation: Collation,
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

    /// The keys as a plan takes them, without the order of the rows. Plans know no collation but the
    /// binary one.
    pub(crate) fn expressions(&self) -> Vec<SortExpr> {
        let keys = self.keys.iter();
        keys.map(|key| column(key.place).sort(!key.descending, key.nulls_first))
            .collect()
    }

    pub(super) fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// The columns of a batch whose values order its rows, one for each key.
    pub(super) fn columns(&self, batch: &RecordBatch) -> Vec<ArrayRef> {
        let keys = self.keys.iter();
        keys.map(|key| {
            let values = batch.column(key.place);
            match key.collation {
                Collation::Binary => Arc::clone(values),
                Collation::CaseInsensitive => folded(values),
                Collation::Natural => natural(values),
            }
        })
        .collect()
    }

    /// Makes rows of [`Self::columns`], from the key `from` on, comparable byte by byte.
    pub(super) fn converter(
        &self,
        schema: &SchemaRef,
        from: usize,
    ) -> Result<RowConverter, TabularError> {
        let fields = self.keys[from..].iter().map(|key| {
            let data_type = match key.collation {
                Collation::Natural => DataType::BinaryView,
                _ => schema.field(key.place).data_type().clone(),
            };
            let options = SortOptions {
                descending: key.descending,
                nulls_first: key.nulls_first,
            };
            SortField::new_with_options(data_type, options)
        });
        Ok(RowConverter::new(fields.collect())?)
    }

    /// Bytes that sorting a batch needs beside those of the batch, about.
    pub(super) fn weight(&self, batch: &RecordBatch) -> usize {
        let texts = self.keys.iter().map(|key| {
            let values = batch.column(key.place);
            let bytes = match values.data_type() {
                DataType::Utf8View => values.get_array_memory_size(),
                data_type if data_type.is_nested() => values.get_array_memory_size(),
                _ => 0,
            };
            match key.collation {
                Collation::Binary => bytes,
                _ => bytes * 2,
            }
        });
        texts.sum()
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

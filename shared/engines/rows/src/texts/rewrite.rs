//! Texts that become other texts, each cell for itself.

use std::fmt::Debug;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, StringViewArray};
use arrow::datatypes::{DataType, Schema, SchemaRef};

use super::{MOST_TEXT_BYTES, TextColumn, too_long};
use crate::columns::Layout;
use crate::error::RowError;
use crate::operator::{Faults, Operator, Output};
use crate::types::cell_texts;

/// What becomes of a text.
pub(crate) trait Rewrite: Debug + Send + Sync {
    /// The new form: the text itself, a part of it, or what is written to the buffer, which is empty
    /// before. What is beyond [`MOST_TEXT_BYTES`] need not be written: the text is a fault then.
    fn rewrite<'t>(&'t self, text: &'t str, buffer: &'t mut String) -> &'t str;
}

/// Rewrites the texts of columns.
#[derive(Debug)]
pub(crate) struct Rewriting<R> {
    layout: Layout,
    /// Where each column is, and the name of what is made of it.
    sources: Vec<(usize, String)>,
    rewrite: R,
}

impl<R: Rewrite + 'static> Rewriting<R> {
    /// Rewrites the columns at these places; what is no text before is afterwards.
    pub(crate) fn in_place(
        schema: &Schema,
        places: &[usize],
        rewrite: R,
    ) -> Result<Box<dyn Operator>, RowError> {
        let mut places = places.to_vec();
        places.sort_unstable();
        places.dedup();
        let sources = places.into_iter();
        let sources = sources.map(|place| (place, schema.field(place).name().clone()));
        Self::boxed(schema, sources.collect(), rewrite)
    }

    /// Rewrites the column at this place into one with a name of its own.
    pub(crate) fn into_column(
        schema: &Schema,
        place: usize,
        output: &str,
        rewrite: R,
    ) -> Result<Box<dyn Operator>, RowError> {
        Self::boxed(schema, vec![(place, output.to_owned())], rewrite)
    }

    fn boxed(
        schema: &Schema,
        sources: Vec<(usize, String)>,
        rewrite: R,
    ) -> Result<Box<dyn Operator>, RowError> {
        let mut changes = Layout::change(schema);
        for (_, output) in &sources {
            changes.put(output, DataType::Utf8View)?;
        }
        Ok(Box::new(Self {
            layout: changes.finish()?,
            sources,
            rewrite,
        }))
    }
}

impl<R: Rewrite> Operator for Rewriting<R> {
    fn schema(&self) -> &SchemaRef {
        self.layout.schema()
    }

    fn apply(&self, batch: &RecordBatch, faults: &mut Faults) -> Result<Output, RowError> {
        let mut buffer = String::new();
        let made = self.sources.iter().map(|(place, output)| {
            let column = batch.column(*place);
            let texts = cell_texts(column)?;
            Ok::<ArrayRef, RowError>(
                match rewritten(&texts, &self.rewrite, output, &mut buffer, faults)? {
                    Some(made) => Arc::new(made),
                    None if column.data_type() == texts.data_type() => Arc::clone(column),
                    None => Arc::new(texts),
                },
            )
        });
        let made = made.collect::<Result<Vec<_>, _>>()?;
        let batch = self
            .layout
            .assemble(batch.columns(), &made, batch.num_rows())?;
        Ok(Output::Same(batch))
    }
}

/// The texts in their new form; `None` where all of them stay as they are.
fn rewritten<R: Rewrite>(
    texts: &StringViewArray,
    rewrite: &R,
    output: &str,
    buffer: &mut String,
    faults: &mut Faults,
) -> Result<Option<StringViewArray>, RowError> {
    let mut made: Option<TextColumn> = None;
    for row in 0..texts.len() {
        if texts.is_null(row) {
            if let Some(made) = &mut made {
                made.push_null();
            }
            continue;
        }
        let text = texts.value(row);
        buffer.clear();
        let new = rewrite.rewrite(text, buffer);
        if std::ptr::eq(new, text) {
            if let Some(made) = &mut made {
                made.push(text)?;
            }
            continue;
        }
        let made = made
            .get_or_insert_with(|| TextColumn::beginning_with(&texts.slice(0, row), texts.len()));
        if new.len() > MOST_TEXT_BYTES {
            faults.push(too_long(row, output));
            made.push_null();
        } else {
            made.push(new)?;
        }
    }
    Ok(made.map(TextColumn::finish))
}

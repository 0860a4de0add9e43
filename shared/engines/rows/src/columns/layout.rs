//! The columns that come out of a step that makes some and lets others go.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};

use crate::error::RowError;

/// Where a column that comes out is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// The column at this place of the batch.
    Kept(usize),
    /// What the step makes, in the order in which the layout was told.
    Made(usize),
}

/// The columns that come out of a step, and where each one is from.
#[derive(Debug)]
pub(crate) struct Layout {
    schema: SchemaRef,
    origins: Vec<Origin>,
}

impl Layout {
    /// Begins with all columns as they are.
    pub(crate) fn change(schema: &Schema) -> Changes {
        let fields = schema.fields().iter();
        Changes {
            columns: fields
                .enumerate()
                .map(|(place, field)| Some((Arc::clone(field), Origin::Kept(place))))
                .collect(),
            places: schema
                .fields()
                .iter()
                .enumerate()
                .map(|(place, field)| (field.name().clone(), place))
                .collect(),
            made: 0,
        }
    }

    /// The columns that come out.
    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Puts the columns that stay and those that the step made together.
    pub(crate) fn assemble(
        &self,
        kept: &[ArrayRef],
        made: &[ArrayRef],
        rows: usize,
    ) -> Result<RecordBatch, RowError> {
        let columns = self.origins.iter().map(|origin| match *origin {
            Origin::Kept(place) => Arc::clone(&kept[place]),
            Origin::Made(number) => Arc::clone(&made[number]),
        });
        batch(&self.schema, columns.collect(), rows)
    }

    /// The places of the columns that stay.
    pub(crate) fn kept(&self) -> impl Iterator<Item = usize> + '_ {
        self.origins.iter().filter_map(|origin| match origin {
            Origin::Kept(place) => Some(*place),
            Origin::Made(_) => None,
        })
    }
}

/// Changes on the way to a [`Layout`].
#[derive(Debug)]
pub(crate) struct Changes {
    columns: Vec<Option<(FieldRef, Origin)>>,
    places: HashMap<String, usize>,
    made: usize,
}

impl Changes {
    /// A column that the step makes: it takes the place of the one with its name, or comes last.
    ///
    /// # Errors
    /// A name that the step already gave.
    pub(crate) fn put(&mut self, name: &str, data_type: DataType) -> Result<(), RowError> {
        let field = Arc::new(Field::new(name, data_type, true));
        let column = Some((field, Origin::Made(self.made)));
        match self.places.entry(name.to_owned()) {
            Entry::Occupied(place) => {
                let place = &mut self.columns[*place.get()];
                if matches!(place, Some((_, Origin::Made(_)))) {
                    return Err(duplicate(name));
                }
                *place = column;
            }
            Entry::Vacant(free) => {
                free.insert(self.columns.len());
                self.columns.push(column);
            }
        }
        self.made += 1;
        Ok(())
    }

    /// Lets the column of the batch at this place go, unless the step put another one there.
    pub(crate) fn remove(&mut self, place: usize) {
        if matches!(self.columns[place], Some((_, Origin::Kept(_)))) {
            self.columns[place] = None;
        }
    }

    /// Whether a column of this name comes out.
    pub(crate) fn has(&self, name: &str) -> bool {
        let place = self.places.get(name);
        place.is_some_and(|place| self.columns[*place].is_some())
    }

    /// Ends the changes.
    ///
    /// # Errors
    /// No column that is left.
    pub(crate) fn finish(self) -> Result<Layout, RowError> {
        let (fields, origins): (Vec<FieldRef>, Vec<Origin>) =
            self.columns.into_iter().flatten().unzip();
        Ok(Layout {
            schema: schema(fields)?,
            origins,
        })
    }
}

/// The schema of columns that come out of a step: each may hold nulls, and there is at least one.
pub(crate) fn schema(fields: Vec<FieldRef>) -> Result<SchemaRef, RowError> {
    if fields.is_empty() {
        let message = "no column would be left; keep at least one";
        return Err(RowError::new("NO_COLUMNS", message));
    }
    let fields = fields.into_iter().map(|field| {
        if field.is_nullable() {
            field
        } else {
            Arc::new(field.as_ref().clone().with_nullable(true))
        }
    });
    Ok(Arc::new(Schema::new(fields.collect::<Vec<_>>())))
}

/// A batch with this many rows.
pub(crate) fn batch(
    schema: &SchemaRef,
    columns: Vec<ArrayRef>,
    rows: usize,
) -> Result<RecordBatch, RowError> {
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    let batch = RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)?;
    Ok(batch)
}

/// Two columns of one name.
pub(crate) fn duplicate(name: &str) -> RowError {
    RowError::new(
        "DUPLICATE_COLUMN",
        format!("two columns would be called {name:?}; give one of them another name"),
    )
}

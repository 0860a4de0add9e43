//! Steps that choose, order, name and add columns.

mod add;
mod layout;

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{RecordBatch, new_null_array};
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use millrace_steps::step::{
    DropColumns, MissingColumn, MissingDrop, OtherColumns, RenameColumns, ReorderColumns,
    SelectColumns,
};
use millrace_steps::value::{Columns, Name};

use crate::choose::{choose, find};
use crate::error::RowError;
use crate::operator::{Faults, Operator, Output};

pub(crate) use add::add;
pub(crate) use layout::{Layout, duplicate, schema as schema_of};

/// Columns of the batch in another order, some left out, some renamed, some of nulls alone.
#[derive(Debug)]
struct Arrangement {
    schema: SchemaRef,
    /// Places in the batch; a column of nulls where there is none.
    sources: Vec<Option<usize>>,
}

impl Arrangement {
    fn boxed(columns: Vec<(FieldRef, Option<usize>)>) -> Result<Box<dyn Operator>, RowError> {
        let (fields, sources): (Vec<FieldRef>, Vec<_>) = columns.into_iter().unzip();
        let mut names = HashSet::new();
        for field in &fields {
            if !names.insert(field.name()) {
                return Err(duplicate(field.name()));
            }
        }
        Ok(Box::new(Self {
            schema: schema_of(fields)?,
            sources,
        }))
    }

    /// The columns at these places, as they are.
    fn of_places(places: &[usize], schema: &Schema) -> Result<Box<dyn Operator>, RowError> {
        let columns = places.iter().map(|&place| kept(place, schema));
        Self::boxed(columns.collect())
    }
}

fn kept(place: usize, schema: &Schema) -> (FieldRef, Option<usize>) {
    (Arc::clone(&schema.fields()[place]), Some(place))
}

impl Operator for Arrangement {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn apply(&self, batch: &RecordBatch, _faults: &mut Faults) -> Result<Output, RowError> {
        let rows = batch.num_rows();
        let columns = self.sources.iter().zip(self.schema.fields());
        let columns = columns.map(|(source, field)| match source {
            Some(place) => Arc::clone(batch.column(*place)),
            None => new_null_array(field.data_type(), rows),
        });
        layout::batch(&self.schema, columns.collect(), rows).map(Output::Same)
    }
}

/// Keeps columns.
pub(crate) fn select(
    step: &SelectColumns,
    schema: &SchemaRef,
) -> Result<Box<dyn Operator>, RowError> {
    let (Columns::Names(names), MissingColumn::Ignore | MissingColumn::Null) =
        (&step.columns, step.missing)
    else {
        return Arrangement::of_places(&choose(&step.columns, schema)?, schema);
    };
    let columns = names.iter().filter_map(|name| match schema.index_of(name) {
        Ok(place) => Some(kept(place, schema)),
        Err(_) if step.missing == MissingColumn::Ignore => None,
        // Nothing is known of the column, and text can be cast to anything.
        Err(_) => {
            let field = Field::new(name.as_str(), DataType::Utf8View, true);
            Some((Arc::new(field), None))
        }
    });
    Arrangement::boxed(columns.collect())
}

/// Removes columns.
pub(crate) fn drop(step: &DropColumns, schema: &SchemaRef) -> Result<Box<dyn Operator>, RowError> {
    let present = |names: &[Name]| -> Vec<Name> {
        let names = names.iter();
        names
            .filter(|name| schema.index_of(name).is_ok())
            .cloned()
            .collect()
    };
    let columns = match (&step.columns, step.missing) {
        (Columns::Names(names), MissingDrop::Ignore) => Columns::Names(present(names)),
        (Columns::Except(names), MissingDrop::Ignore) => Columns::Except(present(names)),
        (columns, _) => columns.clone(),
    };
    let gone: HashSet<usize> = choose(&columns, schema)?.into_iter().collect();
    let places = (0..schema.fields().len()).filter(|place| !gone.contains(place));
    Arrangement::of_places(&places.collect::<Vec<_>>(), schema)
}

/// Gives columns other names.
pub(crate) fn rename(
    step: &RenameColumns,
    schema: &SchemaRef,
) -> Result<Box<dyn Operator>, RowError> {
    let mut names: Vec<String> = schema
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .collect();
    match step {
        RenameColumns::Mapping(mapping) => {
            for (old, new) in mapping {
                names[find(old, schema)?] = new.to_string();
            }
        }
        RenameColumns::Style(style) => names = style.apply_all(&names),
    }
    let columns = names.into_iter().enumerate().map(|(place, name)| {
        let field = schema.field(place).clone().with_name(name);
        (Arc::new(field), Some(place))
    });
    Arrangement::boxed(columns.collect())
}

/// Puts columns into another order.
pub(crate) fn reorder(
    step: &ReorderColumns,
    schema: &SchemaRef,
) -> Result<Box<dyn Operator>, RowError> {
    let mut places = choose(&step.columns, schema)?;
    if step.rest == OtherColumns::Append {
        let first: HashSet<usize> = places.iter().copied().collect();
        places.extend((0..schema.fields().len()).filter(|place| !first.contains(place)));
    }
    Arrangement::of_places(&places, schema)
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

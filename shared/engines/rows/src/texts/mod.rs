//! Steps about texts.

mod builder;
mod case;
mod edit;
mod extract;
mod merge;
mod normalize;
mod replace;
mod rewrite;
mod split;
mod trim;

use arrow::datatypes::{DataType, Schema, SchemaRef};
use millrace_steps::step::{
    ChangeCase, MergeColumns, NormalizeText, RegexExtract, ReplaceText, SplitColumn, Text, Trim,
};
use millrace_steps::value::{Columns, Name};

use crate::choose::{choose, find};
use crate::error::RowError;
use crate::operator::Operator;
use crate::types::type_name;

pub(crate) use builder::{MOST_TEXT_BYTES, TextColumn, too_long};
pub(crate) use rewrite::{Rewrite, Rewriting};

/// Replaces parts of texts.
pub(crate) fn replace(
    step: &ReplaceText,
    schema: &SchemaRef,
) -> Result<Box<dyn Operator>, RowError> {
    let places = text_places(&step.columns, schema)?;
    Rewriting::in_place(schema, &places, replace::Replacing::new(step)?)
}

/// Puts the groups of a regular expression into columns.
pub(crate) fn extract(
    step: &RegexExtract,
    schema: &SchemaRef,
) -> Result<Box<dyn Operator>, RowError> {
    Ok(Box::new(extract::Extraction::new(step, schema)?))
}

/// Removes characters at the ends of texts.
pub(crate) fn trim(step: &Trim, schema: &SchemaRef) -> Result<Box<dyn Operator>, RowError> {
    let places = text_places(&step.columns, schema)?;
    Rewriting::in_place(schema, &places, trim::Trimming::new(step))
}

/// Changes the case of texts.
pub(crate) fn change_case(
    step: &ChangeCase,
    schema: &SchemaRef,
) -> Result<Box<dyn Operator>, RowError> {
    let places = text_places(&step.columns, schema)?;
    Rewriting::in_place(schema, &places, case::Casing(step.to))
}

/// Makes texts that look alike be alike.
pub(crate) fn normalize(
    step: &NormalizeText,
    schema: &SchemaRef,
) -> Result<Box<dyn Operator>, RowError> {
    let places = text_places(&step.columns, schema)?;
    Rewriting::in_place(schema, &places, normalize::Normalizing::new(step)?)
}

/// Pads, cuts or extends texts, and whole numbers as such.
pub(crate) fn text(step: &Text, schema: &SchemaRef) -> Result<Box<dyn Operator>, RowError> {
    let place = find(&step.column, schema)?;
    let data_type = schema.field(place).data_type();
    // Codes with leading zeros are what padding is for, and a reader may have taken them for numbers.
    if !matches!(
        data_type,
        DataType::Utf8View | DataType::Int32 | DataType::Int64
    ) {
        return Err(RowError::column_type(
            &step.column,
            &type_name(data_type),
            "text and whole numbers",
        ));
    }
    let output = step.output.as_ref().unwrap_or(&step.column);
    let edit = edit::Editing(step.operation.clone());
    Rewriting::into_column(schema, place, output, edit)
}

/// Splits a text into several columns.
pub(crate) fn split(step: &SplitColumn, schema: &SchemaRef) -> Result<Box<dyn Operator>, RowError> {
    Ok(Box::new(split::Splitting::new(step, schema)?))
}

/// Joins the texts of several columns.
pub(crate) fn merge(
    step: &MergeColumns,
    schema: &SchemaRef,
) -> Result<Box<dyn Operator>, RowError> {
    Ok(Box::new(merge::Merging::new(step, schema)?))
}

/// The places of the chosen columns of text. Other columns are passed over, unless they are named.
pub(crate) fn text_places(columns: &Columns, schema: &Schema) -> Result<Vec<usize>, RowError> {
    let mut places = choose(columns, schema)?;
    if matches!(columns, Columns::Names(_)) {
        for &place in &places {
            let field = schema.field(place);
            check_text(field.name(), field.data_type())?;
        }
    } else {
        places.retain(|&place| *schema.field(place).data_type() == DataType::Utf8View);
    }
    Ok(places)
}

/// The place of a column of text.
pub(crate) fn text_place(name: &Name, schema: &Schema) -> Result<usize, RowError> {
    let place = find(name, schema)?;
    check_text(name, schema.field(place).data_type())?;
    Ok(place)
}

fn check_text(name: &str, data_type: &DataType) -> Result<(), RowError> {
    if *data_type == DataType::Utf8View {
        return Ok(());
    }
    Err(RowError::column_type(name, &type_name(data_type), "text"))
}

/// A regular expression of a step, which was checked when the step was read.
fn compile(pattern: Result<regex::Regex, regex::Error>) -> Result<regex::Regex, RowError> {
    pattern.map_err(|error| RowError::new("INVALID_REGEX", error.to_string()))
}

#[cfg(test)]
mod tests;

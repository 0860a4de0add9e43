//! Which columns of the input the steps need: the others are not even read.

use arrow::datatypes::SchemaRef;
use millrace_steps::step::{Fill, RenameColumns, Step};
use millrace_steps::value::Columns;
use millrace_steps::{Origin, Pipeline};

/// The places of the columns that are needed; `None` for all.
///
/// They are known where a step keeps none but those it names, and every step up to it names what it
/// works on.
pub(crate) fn needed(pipeline: &Pipeline, schema: &SchemaRef) -> Option<Vec<usize>> {
    let steps = pipeline.steps();
    let narrow = steps.iter().position(|step| narrows(&step.step))?;
    if !steps[..narrow].iter().all(|step| names_all(&step.step)) {
        return None;
    }
    let reads = pipeline.columns_read();
    let names: Vec<&str> = reads
        .iter()
        .filter(|read| read.step <= narrow)
        .map(|read| match &read.origin {
            Origin::Input(name) => Some(name.as_str()),
            Origin::Step(_) => Some(""),
            // Whether the input has it is not known, so nothing may be left out.
            Origin::Unknown | Origin::Missing => None,
        })
        .collect::<Option<_>>()?;
    let wanted = |name: &String| names.contains(&name.as_str());
    let fields = schema.fields().iter().enumerate();
    let mut places: Vec<usize> = fields
        .filter(|(_, field)| wanted(field.name()))
        .map(|(place, _)| place)
        .collect();
    if places.is_empty() {
        // Rows without a column cannot be counted.
        places.push(0);
    }
    Some(places)
}

fn narrows(step: &Step) -> bool {
    match step {
        Step::SelectColumns(step) => matches!(step.columns, Columns::Names(_)),
        Step::Aggregate(_) | Step::Pivot(_) => true,
        _ => false,
    }
}

/// Whether the step works on columns that it names, and does to the others nothing.
fn names_all(step: &Step) -> bool {
    let names = |columns: &Columns| matches!(columns, Columns::Names(_));
    match step {
        Step::Filter(_)
        | Step::Cast(_)
        | Step::ParseDate(_)
        | Step::FormatDate(_)
        | Step::ExtractDatePart(_)
        | Step::Sort(_)
        | Step::Derive(_)
        | Step::Conditional(_)
        | Step::Text(_)
        | Step::RegexExtract(_)
        | Step::SplitColumn(_)
        | Step::Bin(_)
        | Step::Limit(_)
        | Step::Explode(_) => true,
        Step::RenameColumns(step) => matches!(step, RenameColumns::Mapping(_)),
        Step::FillNulls(step) => names(&step.columns) && !matches!(step.fill, Fill::Mode),
        Step::DropNulls(step) => names(&step.columns),
        Step::ReplaceValue(step) => names(&step.columns),
        Step::ReplaceText(step) => names(&step.columns),
        Step::Trim(step) => names(&step.columns),
        Step::ChangeCase(step) => names(&step.columns),
        Step::Round(step) => names(&step.columns),
        Step::Deduplicate(step) => names(&step.columns),
        Step::Mask(step) => names(&step.columns),
        Step::Hash(step) => names(&step.columns),
        _ => false,
    }
}

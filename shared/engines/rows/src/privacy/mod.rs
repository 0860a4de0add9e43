//! Steps that hide personal data.

mod digest;
mod encoding;
mod hash;
mod mask;
mod redact;
mod truncate;

use arrow::datatypes::SchemaRef;
use millrace_steps::step::{Hash, Mask, MaskMethod, RedactPii};

use crate::choose::choose;
use crate::context::Context;
use crate::error::RowError;
use crate::operator::Operator;
use crate::texts::{Rewriting, text_places};

pub(crate) use encoding::push_hex;

/// Hides parts of values.
pub(crate) fn mask(step: &Mask, schema: &SchemaRef) -> Result<Box<dyn Operator>, RowError> {
    if let MaskMethod::DateTruncate { unit } = &step.method {
        return Ok(Box::new(truncate::Truncation::new(
            &step.columns,
            *unit,
            schema,
        )?));
    }
    let places = choose(&step.columns, schema)?;
    Rewriting::in_place(schema, &places, mask::Masking::new(&step.method)?)
}

/// Replaces values by hashes.
pub(crate) fn hash(
    step: &Hash,
    schema: &SchemaRef,
    context: &Context,
) -> Result<Box<dyn Operator>, RowError> {
    let places = choose(&step.columns, schema)?;
    let hashing = hash::Hashing::new(step, context.keys.as_ref())?;
    Rewriting::in_place(schema, &places, hashing)
}

/// Replaces personal data inside free text.
pub(crate) fn redact(step: &RedactPii, schema: &SchemaRef) -> Result<Box<dyn Operator>, RowError> {
    let places = text_places(&step.columns, schema)?;
    Rewriting::in_place(schema, &places, redact::Redacting::new(step))
}

#[cfg(test)]
mod tests;

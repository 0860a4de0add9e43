//! Steps that fill, replace, compute and check cells.

mod derive;
mod fill;
mod nulls;
mod replace;
mod rules;
mod validate;

#[cfg(test)]
mod tests;

pub use rules::RuleCheck;

pub(crate) use derive::{conditional, derive};
pub(crate) use fill::fill_nulls;
pub(crate) use nulls::drop_nulls;
pub(crate) use replace::replace_value;
pub(crate) use validate::validate;

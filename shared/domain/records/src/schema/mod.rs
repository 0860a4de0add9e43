//! A schema that a caller brings: read, checked, and made a plan.

mod bounds;
mod literal;
mod plan;
mod spec;

pub(crate) use plan::plan;
pub(crate) use spec::read;
pub use spec::{ColumnSpec, MAX_COLUMNS, MAX_VALUES};

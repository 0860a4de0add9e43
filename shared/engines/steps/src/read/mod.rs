//! The declarative reader of parameters.
//!
//! A step is declared once, as a struct with a type, limits and a default per parameter. From that
//! declaration come the reader, which collects faults instead of stopping at the first, the normal
//! form that is written back, and the catalogue. So the three cannot differ.

#[macro_use]
mod macros;

mod fields;
mod parameter;
mod scope;
mod shape;

pub(crate) use fields::Fields;
pub(crate) use parameter::{Group, Key, Limits, Parameter, read_limited};
pub(crate) use scope::{Findings, MOST_PATTERNS, Scope, escaped};
pub use shape::{OnlyWith, ParameterDescription, Shape};
pub(crate) use shape::{merge, object_schema};

/// The text of doc comments, as one line.
pub(crate) fn sentence(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

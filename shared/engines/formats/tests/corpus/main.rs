//! Messy inputs, made in code, with the rows, rejects, warnings and errors they must give.

mod archives;
mod columnar;
mod json;
mod properties;
mod sheets;
mod splitting;
mod support;
mod text;
mod types;

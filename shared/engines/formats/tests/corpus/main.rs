//! Messy inputs, made in code, with the rows, rejects, warnings and errors they must give.

mod archives;
mod caps;
mod columnar;
mod encodings;
mod json;
mod packages;
mod properties;
mod sheets;
mod sources;
mod splitting;
mod structure;
mod support;
mod text;
mod types;
mod values;

//! JSON: a record in each line, an array of records, or one record.

mod input;
mod locate;
mod reader;
mod record;
mod records;
mod stream;

pub(crate) use input::{JsonInput, observe_cell};
pub(crate) use reader::JsonReader;

//! JSON: a record in each line, an array of records, or one record.

mod locate;
mod reader;
mod record;
mod stream;

pub(crate) use reader::{JsonInput, JsonReader, observe_cell};

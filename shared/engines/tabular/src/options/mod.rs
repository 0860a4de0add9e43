//! What jobs say of files, in the words of readers and writers.

mod input;
mod output;

pub use input::read_options;
pub use output::{extension, media_type, write_options};

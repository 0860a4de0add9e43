//! Delimited text: tokenising, checking, splitting.

pub(crate) mod automaton;
mod block;
mod mask;
mod names;
mod reader;
mod rows;
pub(crate) mod split;
pub(crate) mod tokenizer;

pub use automaton::State;
pub(crate) use block::BlockReader;
pub(crate) use names::{named, unique_names};
pub(crate) use reader::{CsvReader, CsvSetup, keeps_blank};
pub(crate) use rows::NullValues;
pub use split::{Chunk, ChunkScan, Transition, fold_scans};
pub(crate) use tokenizer::Tokenizer;

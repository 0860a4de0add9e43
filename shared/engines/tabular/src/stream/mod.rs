//! Steps that go through the rows in order and remember something.

mod carry;
mod dedupe;
mod number;
mod sample;
mod spill;
mod window;

pub(crate) use carry::{Carrying, firsts};
pub(crate) use dedupe::{Deduplicating, KeyMap, KeySet, survey as survey_keys};
pub(crate) use number::Numbering;
pub(crate) use sample::{Sampling, survey as survey_draw};
pub(crate) use spill::SpillFile;
pub(crate) use window::Limiting;

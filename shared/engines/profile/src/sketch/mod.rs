//! Sketches: what a stream says in bounded memory, and what two of them say together.
//!
//! Apache's `datasketches` crate was read first. Its quantiles throw coins of the process, so two
//! runs over one file differ, and its counters own every value they see; here both follow from the
//! cells alone, take hashes that are there already, and copy a text only when it stays.

pub(crate) mod distinct;
pub(crate) mod frequent;
pub(crate) mod hll;
pub(crate) mod kll;
pub(crate) mod moments;
pub(crate) mod order;
pub(crate) mod sample;
pub(crate) mod sum;

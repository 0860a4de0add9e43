//! Whole runs over files in memory.

mod divisions;
mod endings;
mod faults;
mod memory;
mod support;

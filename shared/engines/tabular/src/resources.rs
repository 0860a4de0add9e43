//! What a run may use.

use std::path::PathBuf;

/// What a run may use.
#[derive(Debug, Clone)]
pub struct Resources {
    /// Threads that work on rows.
    pub threads: usize,
    /// Bytes that steps may hold which need many rows together; the rest of a run needs some 100 MiB,
    /// whatever the size of the input.
    pub memory_bytes: usize,
    /// Where rows go that do not fit; files there are removed when the run ends.
    pub spill_directory: PathBuf,
    /// Bytes that may go there.
    pub spill_bytes: u64,
}

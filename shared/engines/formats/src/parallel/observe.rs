//! Types of a whole file, found by several threads.

use crate::error::FormatError;
use crate::input::Input;
use crate::types::FileFacts;

impl Input {
    /// As [`Input::observe`] over the whole file, with several threads where it can be split.
    ///
    /// # Errors
    /// As [`Input::observe`].
    pub fn observe_with(&self, threads: usize) -> Result<FileFacts, FormatError> {
        // Where the facts were found on opening there is nothing to do again.
        let range = self.data_range().filter(|_| !self.knows_facts());
        let Some((start, end)) = range.filter(|_| threads > 1) else {
            return self.observe(None);
        };
        let count = threads as u64;
        let cut = |place: u64| {
            start + ((u128::from(end - start) * u128::from(place)) / u128::from(count)) as u64
        };
        let scans = in_threads((0..count).collect(), |place| {
            self.scan_chunk(cut(*place), cut(*place + 1))
        })?;
        let mut chunks = crate::csv::fold_scans(&scans)?;
        chunks.retain(|chunk| !chunk.is_empty());
        let parts = in_threads(chunks, |chunk| self.observe(Some(chunk)))?;
        let mut facts = FileFacts::new(self.columns.len());
        for part in &parts {
            facts.merge(part);
        }
        Ok(facts)
    }
}

/// Does each piece of work in a thread of its own, answers in order.
fn in_threads<W: Sync + Send, T: Send>(
    work: Vec<W>,
    each: impl Fn(&W) -> Result<T, FormatError> + Sync,
) -> Result<Vec<T>, FormatError> {
    std::thread::scope(|scope| {
        let handles: Vec<_> = work
            .iter()
            .map(|piece| scope.spawn(|| each(piece)))
            .collect();
        handles
            .into_iter()
            .map(|handle| {
                handle.join().unwrap_or_else(|_| {
                    Err(FormatError::Io(std::io::Error::other(
                        "a reading thread failed",
                    )))
                })
            })
            .collect()
    })
}

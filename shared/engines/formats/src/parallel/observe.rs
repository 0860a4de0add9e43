//! Types of a whole file, found by several threads.

use std::sync::{Arc, Mutex, PoisonError};

use super::PART_BYTES;
use super::part::{Cut, Parts};
use crate::decompress::Meter;
use crate::error::FormatError;
use crate::input::Input;
use crate::types::FileFacts;

impl Input {
    /// As [`Input::observe`] over the whole file, with several threads where there is text to share.
    ///
    /// # Errors
    /// As [`Input::observe`].
    pub fn observe_with(&self, threads: usize) -> Result<FileFacts, FormatError> {
        self.observe_in_parts(threads, PART_BYTES)
    }

    pub(super) fn observe_in_parts(
        &self,
        threads: usize,
        part_bytes: u64,
    ) -> Result<FileFacts, FormatError> {
        // Where the facts were found on opening there is nothing to do again.
        if threads < 2 || self.knows_facts() {
            return self.observe(None);
        }
        let Some(cut) = Cut::new(self, None, part_bytes, &Meter::default())? else {
            return self.observe(None);
        };
        let lanes = (threads as u64).min(cut.count);
        let found = Found {
            facts: Mutex::new(FileFacts::new(self.columns.len())),
            fault: Mutex::new(None),
        };
        let panicked = std::thread::scope(|scope| {
            let handles: Vec<_> = (0..lanes)
                .map(|lane| {
                    let (parts, found) = (Arc::clone(&cut.parts), &found);
                    scope.spawn(move || self.observe_lane(lane, lanes, cut.count, &parts, found))
                })
                .collect();
            handles.into_iter().any(|handle| handle.join().is_err())
        });
        if panicked {
            return Err(FormatError::Io(std::io::Error::other(
                "a reading thread failed",
            )));
        }
        match found.fault.into_inner() {
            Ok(Some((_, error))) => Err(error),
            _ => Ok(found
                .facts
                .into_inner()
                .unwrap_or_else(PoisonError::into_inner)),
        }
    }

    /// Every `lanes`-th part, from `lane` on.
    fn observe_lane(&self, lane: u64, lanes: u64, count: u64, parts: &Parts, found: &Found) {
        // Should this thread panic, no other must wait for it.
        let _stop = StopOnPanic(parts);
        let mut own = FileFacts::new(self.columns.len());
        let mut part = lane;
        while part < count {
            let observed = match parts.part(part) {
                Ok(Some(part)) => self.observe_part(part.stream, &part.chunk),
                Ok(None) => break,
                Err(error) => Err(error),
            };
            match observed {
                Ok(facts) => own.merge(&facts),
                Err(error) => {
                    found.fail(part, error);
                    // Parts before this one have begun, and are not held up by this.
                    parts.stop();
                    break;
                }
            }
            part += lanes;
        }
        found
            .facts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .merge(&own);
    }
}

/// What the threads have found together.
struct Found {
    facts: Mutex<FileFacts>,
    /// The fault of the first part that has one.
    fault: Mutex<Option<(u64, FormatError)>>,
}

impl Found {
    fn fail(&self, part: u64, error: FormatError) {
        let mut fault = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        if fault.as_ref().is_none_or(|(first, _)| part < *first) {
            *fault = Some((part, error));
        }
    }
}

struct StopOnPanic<'a>(&'a Parts);

impl Drop for StopOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop();
        }
    }
}

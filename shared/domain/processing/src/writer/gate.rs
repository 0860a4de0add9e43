//! Holds up a writer that is faster than the store.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use millrace_ports::PortError;

use crate::stop::Stop;

/// How often a writer that waits looks whether it should go on.
const GLANCE: Duration = Duration::from_millis(200);

/// Counts the bytes that wait. Clones count together.
#[derive(Debug, Clone, Default)]
pub(super) struct Gate(Arc<(Mutex<Waiting>, Condvar)>);

#[derive(Debug, Default)]
struct Waiting {
    bytes: usize,
    failed: Option<PortError>,
}

impl Gate {
    /// Lets bytes in as soon as no more than `most` wait with them, or none but them.
    pub(super) fn enter(&self, bytes: usize, most: usize, stop: &Stop) -> io::Result<()> {
        let (_, changed) = &*self.0;
        let mut waiting = self.lock();
        loop {
            if let Some(error) = &waiting.failed {
                return Err(io::Error::other(error.clone()));
            }
            stop.check()?;
            if waiting.bytes == 0 || waiting.bytes.saturating_add(bytes) <= most {
                waiting.bytes += bytes;
                return Ok(());
            }
            waiting = changed
                .wait_timeout(waiting, GLANCE)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    /// Bytes that wait no more.
    pub(super) fn leave(&self, bytes: usize) {
        let mut waiting = self.lock();
        waiting.bytes = waiting.bytes.saturating_sub(bytes);
        self.0.1.notify_all();
    }

    /// Turns everyone away from now on.
    pub(super) fn fail(&self, error: PortError) {
        self.lock().failed.get_or_insert(error);
        self.0.1.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

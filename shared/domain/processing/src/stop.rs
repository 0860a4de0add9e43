//! One signal that ends everything that is done for an attempt.

use std::io;
use std::pin::pin;
use std::sync::{Arc, OnceLock};

use tokio::sync::Notify;

/// Why an attempt has to end before it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Its owner wants it to.
    Cancelled,
    /// Another worker has the job, or nobody any more.
    Void,
    /// Its time is over.
    TimeOver,
    /// It has failed.
    Failed,
}

/// What an engine reads and writes refuses to go on once it has to stop.
#[derive(Debug, thiserror::Error)]
#[error("the work was stopped")]
struct Stopped;

/// The signal. Its clones are the same signal.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop(Arc<Signal>);

#[derive(Debug, Default)]
struct Signal {
    reason: OnceLock<Reason>,
    told: Notify,
}

impl Stop {
    /// Gives the signal. A second reason changes nothing.
    pub(crate) fn request(&self, reason: Reason) {
        self.0.reason.get_or_init(|| reason);
        self.0.told.notify_waiters();
    }

    /// Why to stop; `None` before the signal.
    pub(crate) fn reason(&self) -> Option<Reason> {
        self.0.reason.get().copied()
    }

    /// An error once the signal was given.
    pub(crate) fn check(&self) -> io::Result<()> {
        match self.reason() {
            None => Ok(()),
            Some(_) => Err(io::Error::other(Stopped)),
        }
    }

    /// Waits for the signal.
    pub(crate) async fn requested(&self) {
        let mut told = pin!(self.0.told.notified());
        told.as_mut().enable();
        if self.reason().is_none() {
            told.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_reason_stays_and_wakes_everyone() {
        let stop = Stop::default();
        assert!(stop.check().is_ok());
        let waiters: Vec<_> = (0..3)
            .map(|_| {
                let stop = stop.clone();
                tokio::spawn(async move { stop.requested().await })
            })
            .collect();
        tokio::task::yield_now().await;
        stop.request(Reason::Cancelled);
        stop.request(Reason::Failed);
        for waiter in waiters {
            waiter.await.expect("it was woken");
        }
        stop.requested().await;
        assert_eq!(stop.reason(), Some(Reason::Cancelled));
        assert!(stop.check().is_err());
    }
}

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use millrace_jobs::Report;

use crate::stop::Stop;

/// Where an engine says how far it is. Cheap enough for every batch: what is said is remembered, and
/// told every two seconds by somebody else.
#[derive(Debug, Clone)]
pub struct Monitor {
    latest: Arc<Mutex<Report>>,
    stop: Stop,
}

impl Monitor {
    pub(crate) fn new(first: Report, stop: Stop) -> Self {
        Self {
            latest: Arc::new(Mutex::new(first)),
            stop,
        }
    }

    /// Remembers how far the whole attempt is, and says whether to go on. After a break nothing that
    /// the engine does counts: it should return, with any answer.
    pub fn report(&self, report: Report) -> ControlFlow<()> {
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner) = report;
        self.check()
    }

    /// Whether to go on.
    pub fn check(&self) -> ControlFlow<()> {
        match self.stop.reason() {
            None => ControlFlow::Continue(()),
            Some(_) => ControlFlow::Break(()),
        }
    }

    /// What was said last.
    pub(crate) fn latest(&self) -> Report {
        self.latest
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

//! Objects that engines of other systems read from their own threads.

use std::sync::Arc;

use millrace_files::StoredInput;
use millrace_formats::SharedSource;
use millrace_ports::{Objects, PortError};

use crate::outside::{Outside, OutsideFault};
use crate::patience::Patience;
use crate::source::{ObjectSource, ReadAhead};
use crate::stop::{Reason, Stop};

/// Why something could not be read. An engine sees no more of it than a failed read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadingFault {
    /// An object is not the one any more that was opened.
    Changed,
    /// The store does not answer.
    Store(PortError),
}

/// Opens objects, and ends all reading of them at once. Clones are the same reading.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    stop: Stop,
    outside: Outside,
}

impl Reading {
    /// The version of an object, as a source. To be called on the runtime; reads block the thread they
    /// are made on, which must not be one that drives the runtime.
    #[must_use]
    pub fn open(
        &self,
        objects: Arc<dyn Objects>,
        (key, version): (String, StoredInput),
        read_ahead: ReadAhead,
        patience: Patience,
    ) -> SharedSource {
        Arc::new(ObjectSource::new(
            objects,
            (key, version),
            (read_ahead, patience),
            self.stop.clone(),
            self.outside.clone(),
        ))
    }

    /// Lets every read from now on fail.
    pub fn stop(&self) {
        self.stop.request(Reason::Void);
    }

    /// Whether it was stopped.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stop.reason().is_some()
    }

    /// What went wrong first.
    #[must_use]
    pub fn fault(&self) -> Option<ReadingFault> {
        Some(match self.outside.fault()? {
            OutsideFault::InputChanged => ReadingFault::Changed,
            OutsideFault::Store(error) => ReadingFault::Store(error.clone()),
        })
    }
}

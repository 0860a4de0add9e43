//! What went wrong outside of an engine, which sees no more of it than a failed read or write.

use std::sync::{Arc, OnceLock};

use millrace_ports::PortError;

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OutsideFault {
    /// The input is not the object any more that was uploaded.
    InputChanged,
    /// The store does not answer.
    Store(PortError),
}

/// The first such fault of an attempt. Its clones are the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outside(Arc<OnceLock<OutsideFault>>);

impl Outside {
    pub(crate) fn record(&self, fault: OutsideFault) {
        self.0.get_or_init(|| fault);
    }

    pub(crate) fn fault(&self) -> Option<&OutsideFault> {
        self.0.get()
    }
}

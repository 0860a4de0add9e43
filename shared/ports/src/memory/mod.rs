//! Every port in memory, with the semantics and limits of the real services, a clock to set,
//! identifiers in sequence and faults to inject. Deterministic.

mod faults;
mod objects;
mod queue;
mod records;
mod time;
mod uploads;
mod workflows;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use faults::{Fault, Faults, Operation};
pub use objects::MemoryObjects;
pub use queue::MemoryQueue;
pub use records::MemoryRecords;
pub use time::{FixedClock, SequentialIds};
pub use workflows::{Execution, MemoryWorkflows, StepAnswer};

use crate::Ports;

/// One world in memory: its ports, and what tests may look at and change behind them.
///
/// ```
/// use millrace_ports::memory::{Fault, Faults, Memory, Operation};
///
/// let faults = Faults::none().fail(Operation::Transact, 2, Fault::ResponseLost);
/// let memory = Memory::with_faults(faults);
/// let ports = memory.ports();
/// assert_eq!(ports.clock.now().to_rfc3339(), "2026-01-01T00:00:00+00:00");
/// ```
#[derive(Debug, Clone)]
pub struct Memory {
    /// The state table.
    pub records: Arc<MemoryRecords>,
    /// The bucket.
    pub objects: Arc<MemoryObjects>,
    /// The queues.
    pub queue: Arc<MemoryQueue>,
    /// The state machines.
    pub workflows: Arc<MemoryWorkflows>,
    /// The clock, which stands still until it is set.
    pub clock: Arc<FixedClock>,
    /// The identifiers.
    pub ids: Arc<SequentialIds>,
    /// The faults, and the count of calls.
    pub faults: Arc<Faults>,
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl Memory {
    /// An empty world without faults.
    #[must_use]
    pub fn new() -> Self {
        Self::with_faults(Faults::none())
    }

    /// An empty world with faults.
    #[must_use]
    pub fn with_faults(faults: Faults) -> Self {
        let faults = Arc::new(faults);
        let clock = Arc::new(FixedClock::default());
        Self {
            records: Arc::new(MemoryRecords::new(faults.clone())),
            objects: Arc::new(MemoryObjects::new(faults.clone(), clock.clone())),
            queue: Arc::new(MemoryQueue::new(faults.clone())),
            workflows: Arc::new(MemoryWorkflows::new(faults.clone())),
            clock,
            ids: Arc::new(SequentialIds::default()),
            faults,
        }
    }

    /// The ports of this world.
    #[must_use]
    pub fn ports(&self) -> Ports {
        Ports {
            records: self.records.clone(),
            objects: self.objects.clone(),
            uploads: self.objects.clone(),
            queue: self.queue.clone(),
            workflows: self.workflows.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        }
    }
}

/// A panic of another test thread leaves the data whole: no lock is held over one.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;

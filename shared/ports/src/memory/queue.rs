use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use super::faults::{Faults, Operation};
use super::lock;
use crate::{PortError, Queue, limits};

/// Queues of any name that remember what was sent.
#[derive(Debug)]
pub struct MemoryQueue {
    sent: Mutex<Vec<(String, String)>>,
    faults: Arc<Faults>,
}

impl MemoryQueue {
    pub(super) fn new(faults: Arc<Faults>) -> Self {
        Self {
            sent: Mutex::default(),
            faults,
        }
    }

    /// The bodies in `queue`, oldest first.
    #[must_use]
    pub fn sent(&self, queue: &str) -> Vec<String> {
        lock(&self.sent)
            .iter()
            .filter(|(name, _)| name == queue)
            .map(|(_, body)| body.clone())
            .collect()
    }

    /// Takes the oldest body out of `queue`.
    pub fn receive(&self, queue: &str) -> Option<String> {
        let mut sent = lock(&self.sent);
        let place = sent.iter().position(|(name, _)| name == queue)?;
        Some(sent.remove(place).1)
    }
}

#[async_trait]
impl Queue for MemoryQueue {
    async fn send(&self, queue: &str, body: &str) -> Result<(), PortError> {
        let verdict = self.faults.next(Operation::Send);
        limits::check_message(body)?;
        verdict.before()?;
        lock(&self.sent).push((queue.to_owned(), body.to_owned()));
        verdict.after()
    }

    async fn depth(&self, queue: &str) -> Result<u64, PortError> {
        let verdict = self.faults.next(Operation::Depth);
        verdict.before()?;
        let messages = self.sent(queue).len();
        verdict.after()?;
        Ok(messages as u64)
    }
}

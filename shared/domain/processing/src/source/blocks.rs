//! Blocks in memory and on their way.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;

use super::ReadFault;
use crate::stop::Stop;

/// How often a reader that waits looks whether it should go on.
const GLANCE: Duration = Duration::from_millis(200);

/// A block that is there or will be.
#[derive(Debug, Default)]
pub(super) struct Slot {
    block: Mutex<Option<Result<Bytes, ReadFault>>>,
    filled: Condvar,
}

impl Slot {
    /// An empty slot, and what fills it.
    pub(super) fn pair() -> (Arc<Self>, Filler) {
        let slot = Arc::new(Self::default());
        let filler = Filler(Arc::clone(&slot));
        (slot, filler)
    }

    /// Waits for the block, on a thread that may.
    pub(super) fn wait(&self, stop: &Stop) -> Result<Bytes, ReadFault> {
        let mut block = self.block.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(block) = block.as_ref() {
                return block.clone();
            }
            if stop.reason().is_some() {
                return Err(ReadFault::Stopped);
            }
            block = self
                .filled
                .wait_timeout(block, GLANCE)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    fn fill(&self, block: Result<Bytes, ReadFault>) {
        let mut place = self.block.lock().unwrap_or_else(PoisonError::into_inner);
        place.get_or_insert(block);
        self.filled.notify_all();
    }
}

/// Fills a slot; at the latest, with a fault, when it is dropped, so that nobody waits for ever.
#[derive(Debug)]
pub(super) struct Filler(Arc<Slot>);

impl Filler {
    pub(super) fn fill(self, block: Result<Bytes, ReadFault>) {
        self.0.fill(block);
    }
}

impl Drop for Filler {
    fn drop(&mut self) {
        self.0.fill(Err(ReadFault::Stopped));
    }
}

/// The blocks that are kept, by number.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    slots: BTreeMap<u64, (Arc<Slot>, u64)>,
    uses: u64,
}

impl Blocks {
    pub(super) fn holds(&self, number: u64) -> bool {
        self.slots.contains_key(&number)
    }

    pub(super) fn get_or_insert(
        &mut self,
        number: u64,
        begin: impl FnOnce() -> Arc<Slot>,
    ) -> Arc<Slot> {
        self.uses += 1;
        let (slot, used) = self.slots.entry(number).or_insert_with(|| (begin(), 0));
        *used = self.uses;
        Arc::clone(slot)
    }

    /// Forgets those that were not used for longest, beyond `most`.
    pub(super) fn keep(&mut self, most: usize) {
        while self.slots.len() > most.max(1) {
            let oldest = self.slots.iter().min_by_key(|(_, (_, used))| *used);
            let Some(oldest) = oldest.map(|(number, _)| *number) else {
                return;
            };
            self.slots.remove(&oldest);
        }
    }
}

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::lock;
use crate::{PortError, TransactError};

/// A call that can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// [`crate::Records::get`].
    Get,
    /// [`crate::Records::query`].
    Query,
    /// [`crate::Records::transact`].
    Transact,
    /// [`crate::Objects::put`].
    PutObject,
    /// [`crate::Objects::put_if_absent`].
    PutObjectIfAbsent,
    /// [`crate::Objects::get`].
    GetObject,
    /// [`crate::Objects::head`], and with it [`crate::Objects::size`].
    HeadObject,
    /// [`crate::Objects::list`].
    ListObjects,
    /// [`crate::Objects::delete`].
    DeleteObjects,
    /// [`crate::Objects::concatenate`].
    Concatenate,
    /// [`crate::Queue::send`].
    Send,
    /// [`crate::Workflows::start`].
    Start,
    /// [`crate::Workflows::stop`].
    Stop,
    /// [`crate::Workflows::complete`].
    Complete,
    /// [`crate::Workflows::fail`].
    Fail,
    /// [`crate::Objects::get_range`].
    GetRange,
    /// [`crate::Uploads::create`].
    CreateUpload,
    /// [`crate::Uploads::parts`].
    ListParts,
    /// [`crate::Uploads::complete`].
    CompleteUpload,
    /// [`crate::Uploads::abort`].
    AbortUpload,
    /// [`crate::Uploads::put_part`].
    PutPart,
    /// [`crate::Queue::depth`].
    Depth,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing happens, the call says [`PortError::Throttled`].
    Throttled,
    /// Nothing happens, the call says [`PortError::Unavailable`].
    Unavailable,
    /// Nothing happens, a transaction says [`TransactError::Conflict`]; any other call as
    /// [`Fault::Unavailable`].
    Conflict,
    /// The call takes effect, but its caller gets [`PortError::Unavailable`].
    ResponseLost,
}

/// Which calls fail: those planned, else a seeded share of all. The same seed and the same order
/// of calls of each operation give the same faults.
#[derive(Debug, Default)]
pub struct Faults {
    plan: BTreeMap<(Operation, u64), Fault>,
    seeded: Option<(u64, u32)>,
    calls: Mutex<BTreeMap<Operation, u64>>,
}

impl Faults {
    /// No call fails.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// About `per_thousand` of 1000 calls fail, each kind of fault as often as the others.
    #[must_use]
    pub fn seeded(seed: u64, per_thousand: u32) -> Self {
        Self {
            seeded: Some((seed, per_thousand)),
            ..Self::default()
        }
    }

    /// The `nth` call of `operation`, counted from 1, fails.
    #[must_use]
    pub fn fail(mut self, operation: Operation, nth: u64, fault: Fault) -> Self {
        self.plan.insert((operation, nth), fault);
        self
    }

    /// Calls of `operation` so far, the failed ones too.
    #[must_use]
    pub fn calls(&self, operation: Operation) -> u64 {
        lock(&self.calls)
            .get(&operation)
            .copied()
            .unwrap_or_default()
    }

    /// Counts a call and decides about it.
    pub(super) fn next(&self, operation: Operation) -> Verdict {
        let nth = {
            let mut calls = lock(&self.calls);
            let count = calls.entry(operation).or_default();
            *count += 1;
            *count
        };
        let planned = self.plan.get(&(operation, nth)).copied();
        Verdict(planned.or_else(|| self.drawn(operation, nth)))
    }

    fn drawn(&self, operation: Operation, nth: u64) -> Option<Fault> {
        let (seed, per_thousand) = self.seeded?;
        let draw = mix(mix(seed ^ (operation as u64) << 56) ^ nth);
        if draw % 1000 >= u64::from(per_thousand) {
            return None;
        }
        Some(match draw / 1000 % 4 {
            0 => Fault::Throttled,
            1 => Fault::Unavailable,
            2 => Fault::Conflict,
            _ => Fault::ResponseLost,
        })
    }
}

/// The finisher of SplitMix64: every bit of the input moves every bit of the output.
fn mix(state: u64) -> u64 {
    let state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let state = (state ^ state >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let state = (state ^ state >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    state ^ state >> 31
}

/// What happens to one call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Verdict(Option<Fault>);

impl Verdict {
    /// Before the call takes effect.
    pub(super) fn before(self) -> Result<(), PortError> {
        match self.0 {
            None | Some(Fault::ResponseLost) => Ok(()),
            Some(Fault::Throttled) => Err(PortError::throttled("injected")),
            Some(Fault::Unavailable | Fault::Conflict) => Err(PortError::unavailable("injected")),
        }
    }

    /// Before a transaction takes effect.
    pub(super) fn before_transaction(self) -> Result<(), TransactError> {
        match self.0 {
            Some(Fault::Conflict) => Err(TransactError::Conflict),
            _ => Ok(self.before()?),
        }
    }

    /// After the call took effect.
    pub(super) fn after(self) -> Result<(), PortError> {
        match self.0 {
            Some(Fault::ResponseLost) => Err(PortError::unavailable("injected: answer lost")),
            _ => Ok(()),
        }
    }
}

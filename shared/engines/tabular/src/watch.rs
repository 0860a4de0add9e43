//! How far a run is, and who may end it.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde::Serialize;

use crate::error::TabularError;

/// What a run does at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It finds out what the input is and which types its columns have.
    Scanning,
    /// It finds out something about all rows that a step must know.
    Surveying,
    /// It works on the rows and writes the output.
    Processing,
    /// It finishes the output.
    Finalizing,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Progress {
    /// What it does.
    pub phase: Phase,
    /// Share of the work that is done, 0 to 1; it never goes back.
    pub share: f64,
    /// Bytes of the input that the present pass has read.
    pub bytes_read: u64,
    /// Bytes of the input.
    pub bytes_total: u64,
    /// Rows that the present pass has read, rejected ones included.
    pub rows_read: u64,
    /// Rows written.
    pub rows_written: u64,
    /// Rows rejected.
    pub rejected_rows: u64,
}

/// Whoever watches a run; `Break` ends it.
pub type Observer = dyn Fn(&Progress) -> ControlFlow<()> + Send + Sync;

/// What all parts of a run share.
pub(crate) struct Watch {
    observer: Arc<Observer>,
    /// Passes over the input there will be, and which one this is.
    passes: AtomicU64,
    pass: AtomicU64,
    phase: AtomicU64,
    bytes_read: AtomicU64,
    bytes_total: AtomicU64,
    rows_read: AtomicU64,
    rows_written: AtomicU64,
    rejected: AtomicU64,
    limit: u64,
    cancelled: AtomicBool,
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Watch")
            .field("progress", &self.progress())
            .finish_non_exhaustive()
    }
}

const PHASES: [Phase; 4] = [
    Phase::Scanning,
    Phase::Surveying,
    Phase::Processing,
    Phase::Finalizing,
];

impl Watch {
    pub(crate) fn new(observer: Arc<Observer>, passes: u64, limit: u64) -> Self {
        Self {
            observer,
            passes: AtomicU64::new(passes.max(1)),
            pass: AtomicU64::new(0),
            phase: AtomicU64::new(0),
            bytes_read: AtomicU64::new(0),
            bytes_total: AtomicU64::new(0),
            rows_read: AtomicU64::new(0),
            rows_written: AtomicU64::new(0),
            rejected: AtomicU64::new(0),
            limit,
            cancelled: AtomicBool::new(false),
        }
    }

    /// A pass over the input begins.
    pub(crate) fn begin(&self, phase: Phase, bytes_total: u64) {
        let number = PHASES.iter().position(|known| *known == phase);
        if self.bytes_total.swap(bytes_total, Ordering::Relaxed) > 0 {
            self.pass.fetch_add(1, Ordering::Relaxed);
        }
        self.bytes_read.store(0, Ordering::Relaxed);
        self.rows_read.store(0, Ordering::Relaxed);
        self.phase
            .store(number.unwrap_or_default() as u64, Ordering::Relaxed);
    }

    pub(crate) fn read(&self, bytes: u64, rows: u64) {
        self.bytes_read.store(bytes, Ordering::Relaxed);
        self.rows_read.store(rows, Ordering::Relaxed);
    }

    pub(crate) fn wrote(&self, rows: u64) {
        self.rows_written.fetch_add(rows, Ordering::Relaxed);
    }

    pub(crate) fn finalize(&self) {
        self.phase.store(3, Ordering::Relaxed);
    }

    /// Counts rejected rows of the final pass.
    pub(crate) fn reject(&self, rows: usize) -> Result<(), TabularError> {
        let before = self.rejected.fetch_add(rows as u64, Ordering::Relaxed);
        if before + rows as u64 > self.limit {
            return Err(TabularError::TooManyRejects { limit: self.limit });
        }
        Ok(())
    }

    /// Tells the observer, and asks whether to go on.
    pub(crate) fn check(&self) -> Result<(), TabularError> {
        if self.cancelled.load(Ordering::Relaxed) {
            return Err(TabularError::Cancelled);
        }
        if (self.observer)(&self.progress()).is_break() {
            self.cancelled.store(true, Ordering::Relaxed);
            return Err(TabularError::Cancelled);
        }
        Ok(())
    }

    pub(crate) fn progress(&self) -> Progress {
        let load = |value: &AtomicU64| value.load(Ordering::Relaxed);
        let (bytes_read, bytes_total) = (load(&self.bytes_read), load(&self.bytes_total));
        let phase = PHASES[load(&self.phase) as usize % PHASES.len()];
        let within = if phase == Phase::Finalizing {
            1.0
        } else if bytes_total == 0 {
            0.0
        } else {
            (bytes_read as f64 / bytes_total as f64).min(1.0)
        };
        let passes = load(&self.passes) as f64;
        Progress {
            phase,
            share: ((load(&self.pass) as f64 + within) / passes).min(1.0),
            bytes_read,
            bytes_total,
            rows_read: load(&self.rows_read),
            rows_written: load(&self.rows_written),
            rejected_rows: load(&self.rejected),
        }
    }
}

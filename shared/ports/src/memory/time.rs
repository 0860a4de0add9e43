use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::lock;
use crate::{Clock, Ids};

/// A clock that stands still: at 2026-01-01T00:00:00Z until it is set.
#[derive(Debug)]
pub struct FixedClock(Mutex<DateTime<Utc>>);

impl Default for FixedClock {
    fn default() -> Self {
        const NEW_YEAR_2026: i64 = 1_767_225_600;
        Self(Mutex::new(DateTime::from_timestamp_nanos(
            NEW_YEAR_2026 * 1_000_000_000,
        )))
    }
}

impl FixedClock {
    /// Sets the time, forwards or backwards.
    pub fn set(&self, now: DateTime<Utc>) {
        *lock(&self.0) = now;
    }

    /// Moves the time; stays where it is beyond the end of the calendar.
    pub fn advance(&self, by: TimeDelta) {
        let mut now = lock(&self.0);
        *now = now.checked_add_signed(by).unwrap_or(*now);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        *lock(&self.0)
    }
}

/// UUIDs of version 4 in sequence: `00000000-0000-4000-8000-000000000001`, …
#[derive(Debug, Default)]
pub struct SequentialIds(AtomicU64);

impl Ids for SequentialIds {
    fn uuid(&self) -> Uuid {
        let number = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        let mut bytes = [0; 16];
        bytes[8..].copy_from_slice(&number.to_be_bytes());
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}

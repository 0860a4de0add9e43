//! Failed logins, counted by address: after too many the login is closed for a while.
//!
//! Failures are counted whether or not the address is anybody's. A success counts only where it is
//! committed while the login is open, so that guesses sent all at once come no further than in turn.

use chrono::{DateTime, TimeDelta, Utc};
use millrace_ports::{Condition, Item, Key, Ports, Write, item};
use serde_json::Value;

use crate::commit::{ATTEMPTS, Outcome, commit, pause};
use crate::token::digest;
use crate::{AccountError, Closed};

/// Failures are forgotten when none came for so long.
const MEMORY: TimeDelta = TimeDelta::minutes(15);

/// How many failures close a login, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitSettings {
    /// Failures in a row, at least 1.
    pub failures: u32,
    /// How long it is closed.
    pub closed: TimeDelta,
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            failures: 10,
            closed: TimeDelta::minutes(1),
        }
    }
}

/// What is stored of the failures of one address.
#[derive(Debug, Clone, Default)]
pub(crate) struct Failures {
    count: u32,
    /// Of the last one; none where nothing is stored.
    id: Option<String>,
}

impl LimitSettings {
    /// The failures so far.
    ///
    /// # Errors
    /// [`AccountError::TooManyFailures`] while the login is closed, or [`AccountError::Port`].
    pub(crate) async fn admit(
        self,
        ports: &Ports,
        address: &str,
    ) -> Result<Failures, AccountError> {
        let stored = ports.records.get(&key(address)).await?;
        let now = ports.clock.now();
        let Some(stored) = stored else {
            return Ok(Failures::default());
        };
        let closed_until = moment(&stored, "closed_until");
        if let Some(until) = closed_until.filter(|until| *until > now) {
            return Err(AccountError::TooManyFailures(self.closed(until, now)));
        }
        let last = moment(&stored, "failed_at");
        let is_recent = closed_until.is_none() && last.is_some_and(|last| last > now - MEMORY);
        let count = stored.get("failures").and_then(Value::as_u64);
        Ok(Failures {
            count: count
                .filter(|_| is_recent)
                .and_then(|count| u32::try_from(count).ok())
                .unwrap_or_default(),
            id: stored.get("id").and_then(Value::as_str).map(str::to_owned),
        })
    }

    /// Counts one failure more.
    ///
    /// # Errors
    /// [`AccountError::TooManyFailures`] where others closed the login meanwhile, or the store's errors.
    pub(crate) async fn count(
        self,
        ports: &Ports,
        address: &str,
        mut failures: Failures,
    ) -> Result<(), AccountError> {
        for attempt in 0..ATTEMPTS {
            let now = ports.clock.now();
            let count = failures.count + 1;
            let until = now + self.closed;
            let mut row = item(
                &key(address),
                [
                    // Tells this failure from another one of the same moment.
                    ("id", ports.ids.uuid().to_string().into()),
                    ("failures", count.into()),
                    ("failed_at", now.timestamp_millis().into()),
                    ("ttl", (now + MEMORY.max(self.closed)).timestamp().into()),
                ],
            );
            if count >= self.failures {
                row.insert("closed_until".to_owned(), until.timestamp_millis().into());
            }
            let write = Write::Put {
                item: row,
                condition: failures.unchanged(),
            };
            match commit(ports, vec![write]).await? {
                Outcome::Committed => return Ok(()),
                Outcome::Refused(_) => {
                    pause(ports, attempt).await;
                    failures = self.admit(ports, address).await?;
                }
            }
        }
        Err(AccountError::Busy)
    }

    fn closed(self, until: DateTime<Utc>, now: DateTime<Utc>) -> Closed {
        // Rounded up: who waits that long finds it open.
        let seconds = ((until - now).num_milliseconds() + 999) / 1000;
        Closed {
            failures: self.failures,
            until,
            seconds: u32::try_from(seconds.max(1)).unwrap_or(u32::MAX),
        }
    }
}

impl Failures {
    /// What a success writes: it holds only while no failure came since, and forgets those before.
    pub(crate) fn forgive(&self, address: &str) -> Write {
        let (key, condition) = (key(address), self.unchanged());
        match self.id {
            None => Write::Check { key, condition },
            Some(_) => Write::Delete { key, condition },
        }
    }

    fn unchanged(&self) -> Condition {
        match &self.id {
            None => Condition::Absent,
            Some(id) => Condition::equals("id", id.as_str()),
        }
    }
}

/// The address may be any text, and of nobody: the row belongs to no tenant and holds no address.
fn key(address: &str) -> Key {
    Key {
        pk: format!("LOGIN#{}", digest(address)),
        sk: "FAILURES".to_owned(),
    }
}

fn moment(stored: &Item, field: &str) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(stored.get(field)?.as_i64()?)
}

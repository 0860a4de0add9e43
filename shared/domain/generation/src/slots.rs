//! Who runs how much at once. One row a customer, changed with the jobs' own steps.

use chrono::{DateTime, TimeDelta, Utc};
use millrace_jobs::JobError;
use millrace_ports::{Condition, Item, Key, Ports, Tenant, Write, item};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A slot that is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// By which job.
    pub job_id: String,
    /// Until when, once its job has ended or was paused.
    pub until: Option<DateTime<Utc>>,
}

/// The slots of a customer that are taken, the longest taken first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Slots {
    taken: Vec<Taken>,
    version: Option<u64>,
}

impl Slots {
    /// Jobs that are queued or running.
    #[must_use]
    pub fn current(&self) -> u32 {
        let live = self.taken.iter().filter(|taken| taken.until.is_none());
        u32::try_from(live.count()).unwrap_or(u32::MAX)
    }

    /// All that are taken.
    #[must_use]
    pub fn taken(&self) -> &[Taken] {
        &self.taken
    }

    /// Jobs that have ended and whose slot is not free yet, with when it will be.
    pub fn cooling(&self) -> impl Iterator<Item = (&str, DateTime<Utc>)> {
        let cooling = self.taken.iter();
        cooling.filter_map(|taken| Some((taken.job_id.as_str(), taken.until?)))
    }

    /// The slots that a customer's jobs take at `now`.
    pub(crate) async fn read(
        ports: &Ports,
        owner: &Tenant,
        now: DateTime<Utc>,
    ) -> Result<Self, JobError> {
        let Some(stored) = ports.records.get(&key(owner)).await? else {
            return Ok(Self::default());
        };
        let mut slots = Self::of(&stored)?;
        let is_taken = |taken: &Taken| taken.until.is_none_or(|until| until > now);
        slots.taken.retain(is_taken);
        Ok(slots)
    }

    fn of(stored: &Item) -> Result<Self, JobError> {
        let taken = stored.get("taken").cloned().unwrap_or(Value::Null);
        Ok(Self {
            taken: serde_json::from_value(taken)?,
            version: stored.get("version").and_then(Value::as_u64),
        })
    }

    /// Takes one of `most` slots for a job, its own where it still cools down.
    ///
    /// # Errors
    /// When a slot may be free, and not before.
    pub(crate) fn take(
        &mut self,
        job: &str,
        (most, cooldown): (u32, TimeDelta),
        now: DateTime<Utc>,
    ) -> Result<(), DateTime<Utc>> {
        if let Some(own) = self.taken.iter_mut().find(|taken| taken.job_id == job) {
            own.until = None;
            return Ok(());
        }
        if self.taken.len() >= most as usize {
            // Without one that cools down, even a job that ends this moment keeps its slot so long.
            let free = self.taken.iter().filter_map(|taken| taken.until).min();
            return Err(free.unwrap_or(now + cooldown));
        }
        self.taken.push(Taken {
            job_id: job.to_owned(),
            until: None,
        });
        Ok(())
    }

    /// Lets the slot of a job cool down.
    pub(crate) fn release(&mut self, job: &str, until: DateTime<Utc>) {
        let own = self.taken.iter_mut().find(|taken| taken.job_id == job);
        if let Some(own) = own {
            own.until = Some(until);
        }
    }

    /// Writes them, unless others did since they were read.
    pub(crate) fn write(&self, owner: &Tenant) -> Write {
        let taken = json!(self.taken);
        let version = self.version.map_or(1, |version| version + 1);
        Write::Put {
            item: item(&key(owner), [("version", version.into()), ("taken", taken)]),
            condition: match self.version {
                None => Condition::Absent,
                Some(version) => Condition::equals("version", version),
            },
        }
    }
}

fn key(owner: &Tenant) -> Key {
    row(owner, "SLOTS")
}

/// A row of a customer.
pub(crate) fn row(owner: &Tenant, sk: &str) -> Key {
    Key {
        pk: format!("T#{owner}#GENERATION"),
        sk: sk.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COOLDOWN: TimeDelta = TimeDelta::seconds(45);

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_767_225_600 + seconds, 0).expect("a time")
    }

    #[test]
    fn there_are_so_many_and_a_job_keeps_its_own() {
        let mut slots = Slots::default();
        for job in ["a", "b"] {
            assert_eq!(slots.take(job, (2, COOLDOWN), at(0)), Ok(()));
        }
        assert_eq!(slots.take("c", (2, COOLDOWN), at(5)), Err(at(50)));
        assert_eq!(slots.take("a", (2, COOLDOWN), at(5)), Ok(()));
        slots.release("a", at(50));
        slots.release("b", at(60));
        assert_eq!(slots.take("c", (2, COOLDOWN), at(10)), Err(at(50)));
        assert_eq!(slots.take("b", (2, COOLDOWN), at(10)), Ok(()));
        assert_eq!(slots.current(), 1);
        assert_eq!(slots.cooling().collect::<Vec<_>>(), [("a", at(50))]);
    }

    #[test]
    fn what_is_not_taken_is_not_released() {
        let mut slots = Slots::default();
        slots.release("a", at(0));
        assert_eq!(slots, Slots::default());
    }
}

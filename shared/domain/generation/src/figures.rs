//! Counts of the whole pipeline, kept with the jobs' own steps: reading them reads 16 rows, however many
//! jobs there are.

use std::collections::BTreeMap;

use millrace_jobs::{Moved, State};
use millrace_ports::{Condition, Index, Item, Key, PortError, Ports, Query, Update, Write};
use serde_json::Value;

use crate::detail::{GenerationDetail, GenerationJob};

/// Rows that the counts are spread over, so that jobs seldom wait for each other's.
const SHARDS: u32 = 16;

const PARTITION: &str = "GENERATION#FIGURES";
const ACTIVE: &str = "active";
const COMPLETED: &str = "completed";
const FAILED: &str = "failed";
const MILLISECONDS: &str = "milliseconds";

/// Counts of jobs of all customers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Queued or running.
    pub active: u64,
    /// Completed, ever.
    pub completed: u64,
    /// Failed, and not resumed since.
    pub failed: u64,
    /// From the first worker to the end, of all last runs of completed jobs.
    pub milliseconds: u64,
}

impl Figures {
    /// Milliseconds of a completed job, on average; 0 without one.
    #[must_use]
    pub fn average_milliseconds(&self) -> u64 {
        self.milliseconds.checked_div(self.completed).unwrap_or(0)
    }

    pub(crate) async fn read(ports: &Ports) -> Result<Self, PortError> {
        let query = Query::new(Index::Main, PARTITION);
        let rows = ports.records.query_all(query, SHARDS as usize).await?;
        let sum = |name: &str| rows.iter().map(|row| count(row, name)).sum::<i64>();
        // A count below 0 would be a fault of ours, and no figure.
        let whole = |name| u64::try_from(sum(name)).unwrap_or(0);
        Ok(Self {
            active: whole(ACTIVE),
            completed: whole(COMPLETED),
            failed: whole(FAILED),
            milliseconds: whole(MILLISECONDS),
        })
    }
}

/// What a step changes in the figures.
pub(crate) fn write(moved: &Moved<'_, GenerationDetail>) -> Option<Write> {
    let (before, after) = (moved.before, moved.after);
    let mut changes: BTreeMap<String, i64> = BTreeMap::new();
    let mut add = |name: &str, amount: i64| {
        *changes.entry(name.to_owned()).or_default() += amount;
    };
    if moved.begins() {
        add(ACTIVE, 1);
        if before.is_some_and(|job| job.state == State::Failed) {
            add(FAILED, -1);
        }
    } else if moved.ends() {
        add(ACTIVE, -1);
        match after.state {
            State::Succeeded => {
                add(COMPLETED, 1);
                add(MILLISECONDS, milliseconds(after));
            }
            State::Failed => add(FAILED, 1),
            _ => {}
        }
    }
    if changes.is_empty() {
        return None;
    }
    let update = Update {
        add: changes,
        ..Update::new(key(&after.id)).when(Condition::None)
    };
    Some(update.into())
}

fn milliseconds(job: &GenerationJob) -> i64 {
    let (Some(begun), Some(ended)) = (job.started_at, job.ended_at) else {
        return 0;
    };
    (ended - begun).num_milliseconds().max(0)
}

/// The row of a job: always the same, so that what it adds is taken off there.
fn key(job: &str) -> Key {
    let mixed = job.bytes().fold(0_u32, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(byte.into())
    });
    Key {
        pk: PARTITION.to_owned(),
        sk: format!("SHARD#{:02}", mixed % SHARDS),
    }
}

fn count(row: &Item, name: &str) -> i64 {
    row.get(name).and_then(Value::as_i64).unwrap_or(0)
}

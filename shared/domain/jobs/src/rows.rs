//! What lies in the record store: keys, and jobs as items.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use millrace_ports::{Item, Key, Tenant, item};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::JobError;
use crate::job::{Detail, Job};

/// The message that brings a job to a worker. It may come more than once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Id of the job.
    pub job_id: String,
    /// The run that was queued.
    pub run: u32,
}

/// Whose a job is, and where its row lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Whose.
    pub owner: Tenant,
    /// Its id.
    pub id: String,
    /// Its place in the owner's list.
    pub(crate) sort: String,
}

/// Something that happened to a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedEvent {
    /// The version of the job that came of it.
    pub version: u64,
    /// What it was: a [`Step`](crate::Step)'s word, `created`, or one of the system's own.
    pub name: String,
    /// Where the job stood afterwards, as [`State::as_str`](crate::State::as_str).
    pub state: String,
    /// In which run.
    pub run: u32,
    /// In which attempt.
    pub attempt: u32,
    /// Whether it ended the run.
    pub is_final: bool,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Which call it was made by.
    pub(crate) change: String,
}

/// When the store itself drops a row: late enough for the sweeper to remove first what lies beside it.
pub(crate) fn ttl(expires_at: DateTime<Utc>) -> i64 {
    (expires_at + TimeDelta::days(2)).timestamp()
}

pub(crate) fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Nanos, true)
}

impl Place {
    /// Where a job is.
    #[must_use]
    pub fn of<D: Detail>(job: &Job<D>) -> Self {
        Self {
            owner: job.owner.clone(),
            id: job.id.clone(),
            sort: format!("{}#{}", stamp(job.created_at), job.id),
        }
    }

    /// Where the objects of all its attempts lie.
    #[must_use]
    pub fn prefix(&self) -> String {
        format!("{}/jobs/{}/", self.owner, self.id)
    }

    pub(crate) fn key<D: Detail>(&self) -> Key {
        Key {
            pk: list_partition::<D>(&self.owner),
            sk: self.sort.clone(),
        }
    }

    pub(crate) fn event_key(&self, version: u64) -> Key {
        self.row(&format!("EVENT#{version:08}"))
    }

    /// A key in the partition of the job's further rows.
    pub(crate) fn row(&self, sk: &str) -> Key {
        Key::of(&self.owner, "JOB", &self.id, sk)
    }

    pub(crate) fn owner_item<D: Detail>(&self, expires_at: DateTime<Utc>) -> Item {
        item(
            &owner_key(&self.id),
            [
                ("tenant", self.owner.as_str().into()),
                ("system", D::SYSTEM.into()),
                ("sort", self.sort.as_str().into()),
                ("ttl", ttl(expires_at).into()),
            ],
        )
    }

    /// Reads an owner row; `None` for a job of another system.
    pub(crate) fn from_owner_item<D: Detail>(id: &str, item: &Item) -> Option<Self> {
        if text(item, "system")? != D::SYSTEM {
            return None;
        }
        Some(Self {
            owner: Tenant::new(text(item, "tenant")?).ok()?,
            id: id.to_owned(),
            sort: text(item, "sort")?.to_owned(),
        })
    }
}

pub(crate) fn list_partition<D: Detail>(owner: &Tenant) -> String {
    format!("T#{owner}#JOBS#{}", D::SYSTEM)
}

pub(crate) fn owner_key(id: &str) -> Key {
    Key {
        pk: format!("JOB#{id}"),
        sk: "OWNER".to_owned(),
    }
}

pub(crate) fn due_partition<D: Detail>() -> String {
    format!("DUE#{}", D::SYSTEM)
}

pub(crate) fn expiry_partition<D: Detail>() -> String {
    format!("EXPIRY#{}", D::SYSTEM)
}

pub(crate) fn outbox_partition<D: Detail>() -> String {
    format!("OUTBOX#{}", D::SYSTEM)
}

/// The row of a job. The index holds it under the time by which somebody has to move it on, or else
/// under the time by which it has to be removed.
pub(crate) fn job_item<D: Detail>(job: &Job<D>) -> Result<Item, JobError> {
    let mut fields = match serde_json::to_value(job)? {
        Value::Object(fields) => fields,
        _ => Item::new(),
    };
    let key = Place::of(job).key::<D>();
    fields.insert("pk".to_owned(), key.pk.into());
    fields.insert("sk".to_owned(), key.sk.into());
    fields.insert("ttl".to_owned(), ttl(job.expires_at).into());
    let (partition, at) = match job.due_at {
        Some(due_at) => (due_partition::<D>(), due_at),
        None => (expiry_partition::<D>(), job.expires_at),
    };
    fields.insert("gsi1pk".to_owned(), partition.into());
    fields.insert(
        "gsi1sk".to_owned(),
        format!("{}#{}", stamp(at), job.id).into(),
    );
    Ok(fields)
}

pub(crate) fn read_job<D: Detail>(item: Item) -> Result<Job<D>, JobError> {
    Ok(serde_json::from_value(Value::Object(item))?)
}

pub(crate) fn event_item<D: Detail>(job: &Job<D>, name: &str, change: &str) -> Item {
    item(
        &Place::of(job).event_key(job.version),
        [
            ("event", name.into()),
            ("version", job.version.into()),
            ("state", job.state.as_str().into()),
            ("run", job.run.into()),
            ("attempt", job.attempt.into()),
            ("final", job.state.is_final().into()),
            ("at", stamp(job.updated_at).into()),
            ("change", change.into()),
            ("ttl", ttl(job.expires_at).into()),
        ],
    )
}

pub(crate) fn read_event(item: &Item) -> Option<RecordedEvent> {
    let number = |name: &str| item.get(name).and_then(Value::as_u64);
    Some(RecordedEvent {
        version: number("version")?,
        name: text(item, "event")?.to_owned(),
        state: text(item, "state")?.to_owned(),
        run: u32::try_from(number("run")?).ok()?,
        attempt: u32::try_from(number("attempt")?).ok()?,
        is_final: item.get("final").and_then(Value::as_bool)?,
        at: text(item, "at")?.parse().ok()?,
        change: text(item, "change")?.to_owned(),
    })
}

/// A message that must reach the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OutboxRow {
    pub(crate) key: Key,
    pub(crate) message: Message,
    pub(crate) recorded_at: String,
}

impl OutboxRow {
    pub(crate) fn of<D: Detail>(job: &Job<D>) -> Self {
        let recorded_at = stamp(job.updated_at);
        Self {
            key: Key {
                pk: outbox_partition::<D>(),
                sk: format!("{recorded_at}#{}#{:08}", job.id, job.version),
            },
            message: Message {
                job_id: job.id.clone(),
                run: job.run,
            },
            recorded_at,
        }
    }

    pub(crate) fn item(&self, expires_at: DateTime<Utc>) -> Item {
        item(
            &self.key,
            [
                ("job_id", self.message.job_id.as_str().into()),
                ("run", self.message.run.into()),
                ("at", self.recorded_at.as_str().into()),
                ("ttl", ttl(expires_at).into()),
            ],
        )
    }

    pub(crate) fn read(item: &Item) -> Option<Self> {
        Some(Self {
            key: Key::from_item(item).ok()?,
            message: Message {
                job_id: text(item, "job_id")?.to_owned(),
                run: u32::try_from(item.get("run")?.as_u64()?).ok()?,
            },
            recorded_at: text(item, "at")?.to_owned(),
        })
    }
}

fn text<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name).and_then(Value::as_str)
}

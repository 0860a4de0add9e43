//! Calls that name themselves: sent again, they make no second job.

use chrono::TimeDelta;
use millrace_jobs::JobError;
use millrace_ports::{Condition, Item, Key, Ports, Tenant, Write, item};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::detail::GenerationJob;
use crate::error::GenerationError;
use crate::service::Generation;
use crate::slots::row;

/// How long a call is known.
const LIFE: TimeDelta = TimeDelta::hours(24);

/// The name that a caller gives a call, and what was in it; digests, because both may be long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestKey {
    key: String,
    body: String,
}

impl RequestKey {
    /// A call with this key and body.
    #[must_use]
    pub fn new(key: &str, body: &str) -> Self {
        let digest = |text: &str| blake3::hash(text.as_bytes()).to_hex().to_string();
        Self {
            key: digest(key),
            body: digest(body),
        }
    }

    fn row(&self, owner: &Tenant) -> Key {
        row(owner, &format!("REQUEST#{}", self.key))
    }
}

impl Generation {
    /// The job that a call has made before, if it has.
    pub(crate) async fn answered(
        &self,
        owner: &Tenant,
        request: &RequestKey,
    ) -> Result<Option<GenerationJob>, GenerationError> {
        let stored = self.ports().records.get(&request.row(owner)).await?;
        let Some(stored) = stored.filter(|stored| is_known(stored, self.now().timestamp())) else {
            return Ok(None);
        };
        if text(&stored, "body") != Some(&request.body) {
            return Err(GenerationError::KeyReused);
        }
        let id = text(&stored, "job_id").unwrap_or_default();
        Ok(Some(self.jobs.load(owner, id).await?))
    }
}

/// What remembers the call that makes a job.
///
/// # Errors
/// [`JobError::Busy`] when the same call has made another one meanwhile.
pub(crate) async fn remember(
    ports: &Ports,
    job: &GenerationJob,
) -> Result<Option<Write>, JobError> {
    let Some(request) = &job.detail.request else {
        return Ok(None);
    };
    let key = request.row(&job.owner);
    let condition = match ports.records.get(&key).await? {
        None => Condition::Absent,
        Some(stored) if is_known(&stored, job.created_at.timestamp()) => {
            return Err(JobError::Busy);
        }
        Some(stored) => Condition::equals("job_id", text(&stored, "job_id").unwrap_or_default()),
    };
    let fields = [
        ("job_id", job.id.as_str().into()),
        ("body", request.body.as_str().into()),
        ("ttl", (job.created_at + LIFE).timestamp().into()),
    ];
    Ok(Some(Write::Put {
        item: item(&key, fields),
        condition,
    }))
}

fn is_known(stored: &Item, now: i64) -> bool {
    let until = stored.get("ttl").and_then(Value::as_i64);
    until.is_some_and(|until| until > now)
}

fn text<'row>(row: &'row Item, name: &str) -> Option<&'row str> {
    row.get(name).and_then(Value::as_str)
}

//! How long a customer's jobs and data are kept, and their removal.

use chrono::{DateTime, TimeDelta, Utc};
use millrace_jobs::{JobError, Place};
use millrace_ports::{Index, Query, Tenant, TransactError, Write, item};
use serde_json::Value;

use crate::companion::{CUSTOMERS, customer};
use crate::detail::GenerationJob;
use crate::error::GenerationError;
use crate::service::Generation;
use crate::slots::row;
use crate::upload::{uploaded_on, uploads_prefix};

/// Days where the customer has set none.
const DAYS: u32 = 180;
/// Jobs of a customer that are read at once.
const PAGE: u32 = 50;
/// Attempts at a write that others hold up.
const ATTEMPTS: u32 = 6;

/// How long a customer's jobs and data are kept after their end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Days.
    pub days: u32,
}

/// What a sweep removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Removed {
    /// Jobs with their data.
    pub jobs: u32,
    /// Uploaded inputs.
    pub uploads: u32,
    /// Customers or jobs that could not be dealt with; the next sweep tries again.
    pub errors: u32,
    /// Whether the time was over before the end; the next sweep goes on.
    pub unfinished: bool,
}

impl Retention {
    fn before(self, now: DateTime<Utc>) -> DateTime<Utc> {
        now - TimeDelta::days(self.days.into())
    }

    /// Whether a job is there at `now`. One that runs is, and one that is paused counts from then.
    #[must_use]
    pub fn keeps(self, job: &GenerationJob, now: DateTime<Utc>) -> bool {
        job.state.is_live() || job.ended_at.unwrap_or(job.updated_at) > self.before(now)
    }
}

impl Generation {
    /// How long the owner's jobs are kept.
    ///
    /// # Errors
    /// The store's.
    pub async fn retention(&self, owner: &Tenant) -> Result<Retention, GenerationError> {
        let stored = self.ports().records.get(&row(owner, "RETENTION")).await?;
        let days = stored.and_then(|stored| u32::try_from(stored.get("days")?.as_u64()?).ok());
        Ok(Retention {
            days: days.unwrap_or(DAYS),
        })
    }

    /// Sets how long the owner's jobs are kept, those that are there too.
    ///
    /// # Errors
    /// The store's.
    pub async fn set_retention(
        &self,
        owner: &Tenant,
        retention: Retention,
    ) -> Result<(), GenerationError> {
        let days = [("days", retention.days.into())];
        self.put(vec![Write::put(item(&row(owner, "RETENTION"), days))])
            .await
    }

    /// Removes what is past its retention. To be called every day; stops at `deadline`.
    ///
    /// # Errors
    /// The store's, when not even the customers could be found.
    pub async fn sweep_retention(
        &self,
        deadline: DateTime<Utc>,
    ) -> Result<Removed, GenerationError> {
        let mut removed = Removed::default();
        let mut query = Query::new(Index::Gsi1, CUSTOMERS);
        loop {
            let page = self.ports().records.query(&query).await?;
            for customer in page.items {
                let tenant = customer.get("tenant").and_then(Value::as_str);
                let Some(owner) = tenant.and_then(|tenant| Tenant::new(tenant).ok()) else {
                    removed.errors += 1;
                    continue;
                };
                if let Err(error) = self.sweep_customer(&owner, deadline, &mut removed).await {
                    tracing::warn!(tenant = owner.as_str(), %error, "a customer is left to the next sweep");
                    removed.errors += 1;
                }
                if removed.unfinished {
                    return Ok(removed);
                }
            }
            query.cursor = page.next;
            if query.cursor.is_none() {
                return Ok(removed);
            }
        }
    }

    async fn sweep_customer(
        &self,
        owner: &Tenant,
        deadline: DateTime<Utc>,
        removed: &mut Removed,
    ) -> Result<(), GenerationError> {
        let (now, retention) = (self.now(), self.retention(owner).await?);
        let mut cursor = None;
        loop {
            let old = |job: &GenerationJob| !retention.keeps(job, now);
            let until = retention.before(now);
            let page = self.jobs.oldest(owner, until, old, (PAGE, cursor)).await?;
            for job in &page.jobs {
                if self.now() >= deadline {
                    removed.unfinished = true;
                    return Ok(());
                }
                match self.remove(job).await {
                    Ok(()) => removed.jobs += 1,
                    Err(error) => {
                        tracing::warn!(job = job.id, %error, "a job is left to the next sweep");
                        removed.errors += 1;
                    }
                }
            }
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        removed.uploads += self.remove_uploads(owner, retention.before(now)).await?;
        Ok(())
    }

    /// Removes a job with all that it made: first what is large, so that its row still leads to it.
    async fn remove(&self, job: &GenerationJob) -> Result<(), GenerationError> {
        let place = Place::of(job);
        match &job.detail.output {
            Some(output) => self.remove_output(job, &output.place).await?,
            None => self.withdraw(job).await?,
        }
        let target = self.buckets.objects(&self.buckets.output(job).bucket);
        for objects in [Some(&self.ports().objects), target].into_iter().flatten() {
            objects.delete_under(&place.prefix()).await?;
        }
        match self.jobs.erase(&place).await {
            Ok(()) | Err(JobError::NotFound) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes inputs that were uploaded before a day. Their keys are in the order of days.
    async fn remove_uploads(
        &self,
        owner: &Tenant,
        before: DateTime<Utc>,
    ) -> Result<u32, GenerationError> {
        let objects = &self.ports().objects;
        let prefix = uploads_prefix(owner);
        let mut removed = 0;
        loop {
            let page = objects.list(&prefix, None).await?;
            let keys = page.objects.into_iter().map(|object| object.key);
            let old: Vec<String> = keys
                .take_while(|key| {
                    uploaded_on(key, &prefix).is_none_or(|day| day < before.date_naive())
                })
                .collect();
            if old.is_empty() {
                return Ok(removed);
            }
            objects.delete(&old).await?;
            removed += u32::try_from(old.len()).unwrap_or(u32::MAX);
        }
    }

    /// Notes that somebody has data here, so that the sweep comes by.
    pub(crate) async fn note_customer(&self, owner: &Tenant) -> Result<(), GenerationError> {
        self.put(vec![customer(owner)]).await
    }

    async fn put(&self, writes: Vec<Write>) -> Result<(), GenerationError> {
        for _ in 0..ATTEMPTS {
            match self.ports().records.transact(writes.clone()).await {
                Ok(()) => return Ok(()),
                Err(TransactError::Port(error)) if !error.retryable() => return Err(error.into()),
                Err(TransactError::Port(error)) => {
                    tracing::debug!(%error, "a write is tried again");
                }
                Err(TransactError::Conflict | TransactError::ConditionFailed { .. }) => {}
            }
        }
        Err(JobError::Busy.into())
    }
}

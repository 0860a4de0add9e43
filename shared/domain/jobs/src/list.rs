use chrono::{DateTime, Utc};
use millrace_ports::{Index, Position, Query, Tenant};

use crate::error::JobError;
use crate::job::{Detail, Job};
use crate::rows;
use crate::service::Jobs;

/// Rows that are asked for at once beyond those that are wanted: some may be past their retention.
const SPARE: u32 = 10;
/// Most rows of one question.
const MOST_ROWS: u32 = 200;

/// A page of jobs, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct JobPage<D> {
    /// The jobs.
    pub jobs: Vec<Job<D>>,
    /// Where to go on, `None` after the last page.
    pub next: Option<String>,
}

impl<D: Detail> Jobs<D> {
    /// The owner's jobs, newest first: after `cursor`, without the first `skip`, at most `limit`. What
    /// was just written is in it.
    ///
    /// # Errors
    /// [`millrace_ports::PortError::Invalid`] for a cursor of another list, or the store's.
    pub async fn list(
        &self,
        owner: &Tenant,
        skip: u32,
        limit: u32,
        cursor: Option<String>,
    ) -> Result<JobPage<D>, JobError> {
        let now = self.now();
        let (mut skip, mut cursor) = (skip, cursor);
        let (mut jobs, mut last) = (Vec::new(), None);
        loop {
            let missing = u32::try_from(jobs.len()).map_or(0, |found| limit.saturating_sub(found));
            let query = Query::new(Index::Main, rows::list_partition::<D>(owner))
                .newest_first()
                .limit(
                    skip.saturating_add(missing)
                        .saturating_add(SPARE)
                        .min(MOST_ROWS),
                )
                .after(cursor);
            let page = self.ports.records.query(&query).await?;
            for item in page.items {
                let position = Position::after(Index::Main, &item);
                let job: Job<D> = rows::read_job(item)?;
                if job.expires_at <= now {
                    continue;
                }
                if skip > 0 {
                    skip -= 1;
                } else if jobs.len() < limit as usize {
                    jobs.push(job);
                    last = position;
                } else {
                    // There is one more, so the page has a successor.
                    let next = last.map(|position| position.cursor());
                    return Ok(JobPage { jobs, next });
                }
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(JobPage { jobs, next: None });
            }
        }
    }

    /// The owner's jobs created at `since` or later that are `wanted`, newest first, without the first
    /// `skip`, at most `limit`. Reads all that are newer than the last one it gives.
    ///
    /// # Errors
    /// The store's.
    pub async fn select<W>(
        &self,
        owner: &Tenant,
        since: Option<DateTime<Utc>>,
        wanted: W,
        (skip, limit): (u32, u32),
    ) -> Result<Vec<Job<D>>, JobError>
    where
        W: Fn(&Job<D>) -> bool,
    {
        let now = self.now();
        let (mut skip, mut jobs) = (skip, Vec::new());
        let mut query = Query::new(Index::Main, rows::list_partition::<D>(owner))
            .newest_first()
            .limit(MOST_ROWS);
        loop {
            let page = self.ports.records.query(&query).await?;
            for item in page.items {
                let job: Job<D> = rows::read_job(item)?;
                if since.is_some_and(|since| job.created_at < since) {
                    return Ok(jobs);
                }
                if job.expires_at <= now || !wanted(&job) {
                    continue;
                }
                if skip > 0 {
                    skip -= 1;
                    continue;
                }
                jobs.push(job);
                if jobs.len() >= limit as usize {
                    return Ok(jobs);
                }
            }
            query.cursor = page.next;
            if query.cursor.is_none() {
                return Ok(jobs);
            }
        }
    }

    /// The owner's jobs created at `until` or before, oldest first: the first page of at most `most`, of
    /// which those are left out that are not `wanted`, and where to go on.
    ///
    /// # Errors
    /// The store's.
    pub async fn oldest<W>(
        &self,
        owner: &Tenant,
        until: DateTime<Utc>,
        wanted: W,
        (most, cursor): (u32, Option<String>),
    ) -> Result<JobPage<D>, JobError>
    where
        W: Fn(&Job<D>) -> bool,
    {
        let query = Query::new(Index::Main, rows::list_partition::<D>(owner))
            .limit(most.clamp(1, MOST_ROWS))
            .after(cursor);
        let page = self.ports.records.query(&query).await?;
        let (mut jobs, mut next) = (Vec::new(), page.next);
        for item in page.items {
            let job: Job<D> = rows::read_job(item)?;
            if job.created_at > until {
                next = None;
                break;
            }
            if wanted(&job) {
                jobs.push(job);
            }
        }
        Ok(JobPage { jobs, next })
    }
}

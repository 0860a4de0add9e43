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
}

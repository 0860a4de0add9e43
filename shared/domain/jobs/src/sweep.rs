//! What makes every job come to an end although messages and workers are lost.

use millrace_ports::{Index, Item, Query};

use crate::error::JobError;
use crate::job::{Detail, Failure, Job};
use crate::rows::{self, OutboxRow, Place};
use crate::service::Jobs;
use crate::state::{State, Step};
use crate::store::Change;

/// Rows that are read at once.
const PAGE: u32 = 100;
/// Rows that one sweep deals with; the next one goes on.
const MOST: usize = 1000;

/// What a sweep did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Messages that had not reached the queue, or were lost behind it.
    pub sent: u32,
    /// Jobs whose worker was lost, and that another may try.
    pub requeued: u32,
    /// Jobs whose last worker was lost.
    pub failed: u32,
    /// Jobs whose time was over, and that wait now.
    pub paused: u32,
    /// Jobs whose worker did not stop in time, and that are cancelled without it.
    pub cancelled: u32,
    /// Rows that could not be dealt with; the next sweep tries again.
    pub errors: u32,
}

impl<D: Detail> Jobs<D> {
    /// Does everything that is overdue. To be called every minute; calls may overlap.
    ///
    /// # Errors
    /// The store's, when not even the overdue could be found.
    pub async fn sweep(&self) -> Result<Swept, JobError> {
        let mut swept = Swept::default();
        self.sweep_outbox(&mut swept).await?;
        self.sweep_due(&mut swept).await?;
        Ok(swept)
    }

    /// Jobs past their retention, at most `most`, those first that are longest. The system deletes
    /// their objects, then calls [`Jobs::erase`]; nobody can see them meanwhile.
    ///
    /// # Errors
    /// The store's.
    pub async fn expired(&self, most: usize) -> Result<Vec<Place>, JobError> {
        let before = rows::stamp(self.now());
        let query = Query::new(Index::Gsi1, rows::expiry_partition::<D>());
        let items = self.overdue(query, "gsi1sk", &before).await?;
        let places = items.into_iter().take(most).map(|item| {
            let job: Job<D> = rows::read_job(item)?;
            Ok(Place::of(&job))
        });
        places.collect()
    }

    /// Brings the message of a job that was just queued to its queue. What does not arrive is the
    /// sweeper's.
    pub(crate) async fn deliver_after(&self, change: Change, job: &Job<D>) {
        if !(matches!(change, Change::Step(_)) && job.state == State::Queued) {
            return;
        }
        if let Err(error) = self.deliver(&OutboxRow::of(job)).await {
            tracing::warn!(job = job.id, %error, "a message is left to the sweeper");
        }
    }

    async fn deliver(&self, row: &OutboxRow) -> Result<(), JobError> {
        let body = serde_json::to_string(&row.message)?;
        self.ports.queue.send(D::QUEUE, &body).await?;
        self.forget(vec![row.key.clone()]).await
    }

    async fn sweep_outbox(&self, swept: &mut Swept) -> Result<(), JobError> {
        let before = rows::stamp(self.now() - self.policy.outbox);
        let query = Query::new(Index::Main, rows::outbox_partition::<D>());
        for item in self.overdue(query, "sk", &before).await? {
            let Some(row) = OutboxRow::read(&item) else {
                swept.errors += 1;
                continue;
            };
            match self.settle(&row).await {
                Ok(sent) => swept.sent += u32::from(sent),
                Err(error) => note(swept, &row.message.job_id, &error),
            }
        }
        Ok(())
    }

    /// Sends a message whose job still waits for it, and forgets any other.
    async fn settle(&self, row: &OutboxRow) -> Result<bool, JobError> {
        let job = match self.locate(&row.message.job_id).await {
            Ok(place) => self.read(&place).await,
            Err(error) => Err(error),
        };
        let waits = match job {
            Ok(job) => job.state == State::Queued && job.run == row.message.run,
            Err(JobError::NotFound) => false,
            Err(error) => return Err(error),
        };
        if waits {
            self.deliver(row).await?;
        } else {
            self.forget(vec![row.key.clone()]).await?;
        }
        Ok(waits)
    }

    async fn sweep_due(&self, swept: &mut Swept) -> Result<(), JobError> {
        let before = rows::stamp(self.now());
        let query = Query::new(Index::Gsi1, rows::due_partition::<D>());
        for item in self.overdue(query, "gsi1sk", &before).await? {
            let job: Job<D> = match rows::read_job(item) {
                Ok(job) => job,
                Err(error) => {
                    note(swept, "unreadable", &error);
                    continue;
                }
            };
            match self.move_on(&Place::of(&job)).await {
                Ok(None) | Err(JobError::NotFound) => {}
                Ok(Some(Step::Resend)) => swept.sent += 1,
                Ok(Some(Step::Requeue)) => swept.requeued += 1,
                Ok(Some(Step::Fail)) => swept.failed += 1,
                Ok(Some(Step::TimeOut)) => swept.paused += 1,
                Ok(Some(_)) => swept.cancelled += 1,
                Err(error) => note(swept, &job.id, &error),
            }
        }
        Ok(())
    }

    /// Moves a job on if it is overdue, and gives the step that it took. The index may lag: what
    /// counts is the job itself.
    async fn move_on(&self, place: &Place) -> Result<Option<Step>, JobError> {
        let attempts = self.policy.attempts;
        let moved = self.commit(place, |job, now| {
            if job.due_at.is_none_or(|due_at| due_at > now) {
                return Ok::<_, JobError>(Change::Nothing);
            }
            Ok(match job.state {
                State::Queued => Change::Step(Step::Resend),
                State::Running if job.is_overtime(now) => Change::Step(Step::TimeOut),
                State::Running if job.attempt < attempts => Change::Step(Step::Requeue),
                State::Running => {
                    job.failure = Some(Failure::worker_lost(job.attempt));
                    Change::Step(Step::Fail)
                }
                State::Cancelling => Change::Step(Step::Cancel),
                _ => Change::Nothing,
            })
        });
        Ok(match moved.await? {
            (_, Change::Step(step)) => Some(step),
            _ => None,
        })
    }

    /// The first rows of a partition whose sort key is below `before`, lowest first.
    async fn overdue(
        &self,
        mut query: Query,
        sort: &str,
        before: &str,
    ) -> Result<Vec<Item>, JobError> {
        query.limit = PAGE;
        let mut overdue = Vec::new();
        loop {
            let page = self.ports.records.query(&query).await?;
            for item in page.items {
                let key = item.get(sort).and_then(serde_json::Value::as_str);
                if key.is_none_or(|key| key >= before) {
                    return Ok(overdue);
                }
                overdue.push(item);
            }
            query.cursor = page.next;
            if query.cursor.is_none() || overdue.len() >= MOST {
                return Ok(overdue);
            }
        }
    }
}

fn note(swept: &mut Swept, job: &str, error: &JobError) {
    tracing::warn!(job, %error, "a sweep leaves a job to the next one");
    swept.errors += 1;
}

//! Reading and changing jobs. Nothing else writes their rows.

use chrono::{DateTime, Utc};
use millrace_ports::{Condition, Index, Key, PortError, Query, Tenant, TransactError, Write};

use crate::companion::Moved;
use crate::error::JobError;
use crate::job::{Detail, Job};
use crate::rows::{self, OutboxRow, Place, RecordedEvent};
use crate::service::Jobs;
use crate::state::{Refusal, State, Step};

/// Attempts at a change that others overtake, before the caller is asked to try again. Each of the
/// others made progress then.
const ATTEMPTS: u32 = 12;
/// Attempts at a new job, which others overtake only where something changes beside it.
const INSERTS: u32 = 40;
/// Attempts at a transaction that is not answered.
const CALLS: u32 = 3;
/// Most events of a job that are read.
const MOST_EVENTS: usize = 10_000;

/// What a change comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Nothing is written.
    Nothing,
    /// It is written, and worth no event. Applied twice it must be the same as once, because after
    /// a lost answer it is.
    Unrecorded,
    /// It is written with an event of the system's own name; the job stays where it stands.
    Event(&'static str),
    /// The job takes a step.
    Step(Step),
}

impl<D: Detail> Jobs<D> {
    /// Where a job of this id is, whoever has it.
    ///
    /// # Errors
    /// [`JobError::NotFound`], or the store's.
    pub async fn locate(&self, id: &str) -> Result<Place, JobError> {
        let item = self.ports.records.get(&rows::owner_key(id)).await?;
        item.and_then(|item| Place::from_owner_item::<D>(id, &item))
            .ok_or(JobError::NotFound)
    }

    /// Where the owner's job of this id is.
    ///
    /// # Errors
    /// [`JobError::Foreign`] for another tenant's, [`JobError::NotFound`], or the store's.
    pub async fn locate_own(&self, owner: &Tenant, id: &str) -> Result<Place, JobError> {
        let place = self.locate(id).await?;
        if place.owner == *owner {
            return Ok(place);
        }
        // Past its retention it is nobody's.
        self.read(&place).await?;
        Err(JobError::Foreign)
    }

    /// The job at a place.
    ///
    /// # Errors
    /// [`JobError::NotFound`] once it is removed or past its retention, or the store's.
    pub async fn read(&self, place: &Place) -> Result<Job<D>, JobError> {
        let job = self.read_stored(place).await?;
        job.filter(|job| job.expires_at > self.now())
            .ok_or(JobError::NotFound)
    }

    /// The same, past its retention too.
    async fn read_stored(&self, place: &Place) -> Result<Option<Job<D>>, JobError> {
        let item = self.ports.records.get(&place.key::<D>()).await?;
        item.map(rows::read_job).transpose()
    }

    /// Changes a job in one transaction, and gives it as it stands by that. `change` sees what is
    /// stored and the time; it runs again when another writer was first.
    ///
    /// # Errors
    /// What `change` refuses, [`JobError::Refused`] for a step that is not allowed, or the store's;
    /// nothing is written then. After [`PortError::Unavailable`] it may have been.
    pub async fn change<E, F>(&self, place: &Place, change: F) -> Result<Job<D>, E>
    where
        E: From<JobError>,
        F: Fn(&mut Job<D>, DateTime<Utc>) -> Result<Change, E>,
    {
        Ok(self.commit(place, change).await?.0)
    }

    /// As [`Jobs::change`], with what it came to.
    pub(crate) async fn commit<E, F>(&self, place: &Place, change: F) -> Result<(Job<D>, Change), E>
    where
        E: From<JobError>,
        F: Fn(&mut Job<D>, DateTime<Utc>) -> Result<Change, E>,
    {
        let id = self.ports.ids.uuid().to_string();
        let (mut doubtful, mut unanswered): (Option<(Job<D>, Change)>, u32) = (None, 0);
        for _ in 0..ATTEMPTS {
            let before = self.read(place).await?;
            if let Some((after, kind)) = doubtful.take()
                && before.version >= after.version
                && self.is_own(place, after.version, &id).await?
            {
                self.deliver_after(kind, &after).await;
                return Ok((after, kind));
            }
            let now = self.ports.clock.now();
            let mut after = before.clone();
            let kind = change(&mut after, now)?;
            if kind == Change::Nothing {
                return Ok((before, kind));
            }
            if let Change::Step(step) = kind {
                after
                    .step(step, now, &self.policy)
                    .map_err(JobError::from)?;
            }
            after.version += 1;
            after.updated_at = now;
            let mut writes = self.writes(&before, &after, kind, &id)?;
            if matches!(kind, Change::Step(_)) {
                writes.extend(self.beside(Some(&before), &after).await?);
            }
            match self.ports.records.transact(writes).await {
                Ok(()) => {
                    self.deliver_after(kind, &after).await;
                    return Ok((after, kind));
                }
                Err(TransactError::ConditionFailed { .. } | TransactError::Conflict) => {}
                Err(TransactError::Port(error)) => {
                    unanswered += 1;
                    if !may_be_committed(&error) || unanswered == CALLS {
                        return Err(JobError::from(error).into());
                    }
                }
            }
            doubtful = (kind != Change::Unrecorded).then_some((after, kind));
        }
        Err(JobError::Busy.into())
    }

    /// What happened to a job, first things first.
    ///
    /// # Errors
    /// The store's.
    pub async fn events(&self, place: &Place) -> Result<Vec<RecordedEvent>, JobError> {
        let query = Query::new(Index::Main, place.row("").pk).sort_prefix("EVENT#");
        let items = self.ports.records.query_all(query, MOST_EVENTS).await?;
        Ok(items.iter().filter_map(rows::read_event).collect())
    }

    fn writes(
        &self,
        before: &Job<D>,
        after: &Job<D>,
        kind: Change,
        id: &str,
    ) -> Result<Vec<Write>, JobError> {
        let mut writes = vec![Write::Put {
            item: rows::job_item(after)?,
            condition: Condition::equals("version", before.version),
        }];
        match kind {
            Change::Step(step) => {
                writes.push(Write::create(rows::event_item(after, step.as_str(), id)));
                if after.state == State::Queued {
                    let row = OutboxRow::of(after);
                    writes.push(Write::put(row.item(after.expires_at)));
                }
            }
            Change::Event(name) => writes.push(Write::create(rows::event_item(after, name, id))),
            Change::Unrecorded | Change::Nothing => {}
        }
        Ok(writes)
    }

    /// What the companion writes beside a change.
    async fn beside(
        &self,
        before: Option<&Job<D>>,
        after: &Job<D>,
    ) -> Result<Vec<Write>, JobError> {
        match &self.companion {
            Some(companion) => companion.writes(&self.ports, Moved { before, after }).await,
            None => Ok(Vec::new()),
        }
    }

    /// Writes a new job with its owner and first event.
    pub(crate) async fn insert(&self, job: &Job<D>) -> Result<(), JobError> {
        let change = self.ports.ids.uuid().to_string();
        let place = Place::of(job);
        let mut own_writes = vec![
            Write::create(rows::job_item(job)?),
            Write::create(place.owner_item::<D>(job.expires_at)),
            Write::create(rows::event_item(job, "created", &change)),
        ];
        if job.state == State::Queued {
            own_writes.push(Write::put(OutboxRow::of(job).item(job.expires_at)));
        }
        let mut unanswered = 0;
        for _ in 0..INSERTS {
            let beside = self.beside(None, job).await;
            // What stands in the way may be this very job, whose answer was lost.
            if beside.is_err()
                && unanswered > 0
                && self.is_own(&place, job.version, &change).await?
            {
                return Ok(());
            }
            let beside = beside?;
            let writes = own_writes.iter().cloned().chain(beside).collect();
            match self.ports.records.transact(writes).await {
                Ok(()) => return Ok(()),
                Err(TransactError::Conflict) => {}
                Err(TransactError::ConditionFailed { .. }) => {
                    if self.is_own(&place, job.version, &change).await? {
                        return Ok(());
                    }
                }
                Err(TransactError::Port(error)) => {
                    unanswered += 1;
                    if !may_be_committed(&error) || unanswered == CALLS {
                        return Err(error.into());
                    }
                }
            }
        }
        Err(JobError::Busy)
    }

    /// Removes the rows of a job that is not live. A removal that was cut off can be repeated until
    /// the job is not found any more; what is left of it then expires.
    ///
    /// # Errors
    /// [`JobError::Refused`] while it is live, or the store's.
    pub async fn erase(&self, place: &Place) -> Result<(), JobError> {
        for _ in 0..ATTEMPTS {
            let Some(job) = self.read_stored(place).await? else {
                return self.erase_events(place).await;
            };
            if job.state.is_live() && job.expires_at > self.now() {
                return Err(JobError::Refused(Refusal {
                    state: job.state,
                    step: Step::Remove,
                }));
            }
            let writes = vec![
                Write::Delete {
                    key: place.key::<D>(),
                    condition: Condition::equals("version", job.version),
                },
                delete(rows::owner_key(&place.id)),
            ];
            match self.ports.records.transact(writes).await {
                Ok(()) => return self.erase_events(place).await,
                Err(TransactError::Port(error)) if !may_be_committed(&error) => {
                    return Err(error.into());
                }
                Err(_) => {}
            }
        }
        Err(JobError::Busy)
    }

    async fn erase_events(&self, place: &Place) -> Result<(), JobError> {
        loop {
            let query = Query::new(Index::Main, place.row("").pk);
            let page = self.ports.records.query(&query).await?;
            let keys = page.items.iter().map(Key::from_item);
            let keys = keys.collect::<Result<Vec<_>, _>>()?;
            if keys.is_empty() {
                return Ok(());
            }
            self.forget(keys).await?;
        }
    }

    /// Deletes rows, whatever is in them; at most 100.
    pub(crate) async fn forget(&self, keys: Vec<Key>) -> Result<(), JobError> {
        let writes: Vec<Write> = keys.into_iter().map(delete).collect();
        for _ in 0..ATTEMPTS {
            match self.ports.records.transact(writes.clone()).await {
                Ok(()) => return Ok(()),
                Err(TransactError::Port(error)) => return Err(error.into()),
                Err(TransactError::ConditionFailed { .. } | TransactError::Conflict) => {}
            }
        }
        Err(JobError::Busy)
    }

    /// Whether the change that made this version is the caller's, whose answer was lost.
    async fn is_own(&self, place: &Place, version: u64, change: &str) -> Result<bool, JobError> {
        let item = self.ports.records.get(&place.event_key(version)).await?;
        let event = item.as_ref().and_then(rows::read_event);
        Ok(event.is_some_and(|event| event.change == change))
    }
}

fn delete(key: Key) -> Write {
    Write::Delete {
        key,
        condition: Condition::None,
    }
}

/// A throttled store was asked often enough by the SDK, and did nothing.
fn may_be_committed(error: &PortError) -> bool {
    matches!(error, PortError::Unavailable { .. })
}

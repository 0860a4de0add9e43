use std::sync::Arc;

use chrono::{DateTime, Utc};
use millrace_ports::{Ports, Tenant};

use crate::companion::Companion;
use crate::error::JobError;
use crate::job::{Detail, Job};
use crate::policy::Policy;
use crate::state::{State, Step};
use crate::store::Change;

/// The jobs of one system.
#[derive(Debug)]
pub struct Jobs<D> {
    pub(crate) ports: Ports,
    pub(crate) policy: Policy,
    pub(crate) companion: Option<Arc<dyn Companion<D>>>,
}

/// Not derived: that would ask the same of the detail.
impl<D> Clone for Jobs<D> {
    fn clone(&self) -> Self {
        Self {
            ports: self.ports.clone(),
            policy: self.policy,
            companion: self.companion.clone(),
        }
    }
}

impl<D: Detail> Jobs<D> {
    /// The jobs over `ports`.
    #[must_use]
    pub fn new(ports: Ports, policy: Policy) -> Self {
        Self {
            ports,
            policy,
            companion: None,
        }
    }

    /// The same jobs, with what changes beside them.
    #[must_use]
    pub fn with_companion(self, companion: Arc<dyn Companion<D>>) -> Self {
        Self {
            companion: Some(companion),
            ..self
        }
    }

    /// The ports they work on.
    #[must_use]
    pub fn ports(&self) -> &Ports {
        &self.ports
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.ports.clock.now()
    }

    /// Creates a job.
    ///
    /// # Errors
    /// The store's.
    pub async fn create(&self, owner: &Tenant, detail: D) -> Result<Job<D>, JobError> {
        let id = self.ports.ids.uuid().to_string();
        let job = Job::new(id, owner.clone(), detail, self.now(), &self.policy);
        self.insert(&job).await?;
        Ok(job)
    }

    /// Creates a job that needs nothing more and is queued by the same write.
    ///
    /// # Errors
    /// [`JobError::NoSlot`] where a companion counts slots, or the store's.
    pub async fn enqueue(&self, owner: &Tenant, detail: D) -> Result<Job<D>, JobError> {
        let id = self.ports.ids.uuid().to_string();
        let now = self.now();
        let mut job = Job::new(id, owner.clone(), detail, now, &self.policy);
        job.step(Step::Submit, now, &self.policy)?;
        self.insert(&job).await?;
        self.deliver_after(Change::Step(Step::Submit), &job).await;
        Ok(job)
    }

    /// The owner's job of this id.
    ///
    /// # Errors
    /// [`JobError::Foreign`] for another tenant's, [`JobError::NotFound`], or the store's.
    pub async fn load(&self, owner: &Tenant, id: &str) -> Result<Job<D>, JobError> {
        self.read(&self.locate_own(owner, id).await?).await
    }

    /// Queues a created job. Where more has to happen at once with it, a system returns
    /// [`Step::Submit`] from [`Jobs::change`].
    ///
    /// # Errors
    /// As [`Jobs::load`], or [`JobError::Refused`].
    pub async fn submit(&self, owner: &Tenant, id: &str) -> Result<Job<D>, JobError> {
        self.by_owner(owner, id, |_| Ok(Change::Step(Step::Submit)))
            .await
    }

    /// Cancels a job: at once, or as soon as its worker stops. Again, it changes nothing.
    ///
    /// # Errors
    /// As [`Jobs::load`], or [`JobError::Refused`] for one that succeeded or failed.
    pub async fn cancel(&self, owner: &Tenant, id: &str) -> Result<Job<D>, JobError> {
        self.by_owner(owner, id, |job| match job.state {
            State::Cancelling | State::Cancelled => Ok(Change::Nothing),
            State::Running => Ok(Change::Step(Step::RequestCancel)),
            _ => Ok(Change::Step(Step::Cancel)),
        })
        .await
    }

    /// Pauses a job: nothing that its worker does from now on counts. Again, it changes nothing.
    ///
    /// # Errors
    /// As [`Jobs::load`], or [`JobError::Refused`] for one that is not queued or running.
    pub async fn pause(&self, owner: &Tenant, id: &str) -> Result<Job<D>, JobError> {
        self.by_owner(owner, id, |job| match job.state {
            State::Paused => Ok(Change::Nothing),
            _ => Ok(Change::Step(Step::Pause)),
        })
        .await
    }

    /// Queues a paused or failed job as its next run.
    ///
    /// # Errors
    /// As [`Jobs::load`], or [`JobError::Refused`] for any other.
    pub async fn resume(&self, owner: &Tenant, id: &str) -> Result<Job<D>, JobError> {
        self.by_owner(owner, id, |_| Ok(Change::Step(Step::Resume)))
            .await
    }

    /// Removes a job; its objects are the system's to delete before.
    ///
    /// # Errors
    /// As [`Jobs::load`], or [`JobError::Refused`] while it is live.
    pub async fn remove(&self, owner: &Tenant, id: &str) -> Result<(), JobError> {
        let place = self.locate_own(owner, id).await?;
        self.read(&place).await?;
        self.erase(&place).await
    }

    async fn by_owner<F>(&self, owner: &Tenant, id: &str, change: F) -> Result<Job<D>, JobError>
    where
        F: Fn(&Job<D>) -> Result<Change, JobError>,
    {
        let place = self.locate_own(owner, id).await?;
        self.change(&place, |job, _| change(job)).await
    }
}

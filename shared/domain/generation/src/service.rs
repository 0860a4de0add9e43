use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use millrace_api::error::Fault;
use millrace_api::generation::{GenerationCreate, RecordType};
use millrace_jobs::{Change, JobError, Jobs, Policy, RecordedEvent, State, Step};
use millrace_ports::{Ports, Tenant};

use crate::catalogue::Catalogue;
use crate::companion::Beside;
use crate::detail::{GenerationDetail, GenerationJob};
use crate::error::GenerationError;
use crate::places::Buckets;
use crate::request::RequestKey;
use crate::slots::Slots;

/// Cells of a job whose caller waits.
pub const SYNC_CELLS: u64 = 100_000;
/// Seeds that are drawn here are exact in every reader of JSON.
const SEED_BITS: u64 = (1 << 53) - 1;

/// Bounds of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Slots of a customer: 5.
    pub max_jobs: u32,
    /// How long a slot stays taken after its job ended or was paused: 45 s.
    pub cooldown: TimeDelta,
    /// What the lifecycle waits for. Jobs are removed by [`Generation::sweep_retention`]; its own
    /// retention is a net beyond the longest that a customer may set.
    pub policy: Policy,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_jobs: 5,
            cooldown: TimeDelta::seconds(45),
            policy: Policy {
                retention: TimeDelta::days(3700),
                ..Policy::default()
            },
        }
    }
}

/// A job that can be accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    wish: GenerationCreate,
    seed: u64,
}

impl Wish {
    /// Whether its caller waits for its end.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.wish.is_async == Some(false)
    }
}

/// The data-generation jobs.
#[derive(Debug, Clone)]
pub struct Generation {
    pub(crate) jobs: Jobs<GenerationDetail>,
    pub(crate) buckets: Buckets,
    pub(crate) settings: Settings,
    pub(crate) catalogue: Arc<dyn Catalogue>,
}

impl Generation {
    /// The jobs over `ports`.
    #[must_use]
    pub fn new(
        ports: Ports,
        buckets: Buckets,
        settings: Settings,
        catalogue: Arc<dyn Catalogue>,
    ) -> Self {
        let beside = Beside {
            buckets: buckets.clone(),
            max_jobs: settings.max_jobs,
            cooldown: settings.cooldown,
        };
        Self {
            jobs: Jobs::new(ports, settings.policy).with_companion(Arc::new(beside)),
            buckets,
            settings,
            catalogue,
        }
    }

    /// Their lifecycle, for workers.
    #[must_use]
    pub fn jobs(&self) -> &Jobs<GenerationDetail> {
        &self.jobs
    }

    /// The buckets.
    #[must_use]
    pub fn buckets(&self) -> &Buckets {
        &self.buckets
    }

    /// The bounds.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What can be made.
    #[must_use]
    pub fn types(&self) -> Vec<RecordType> {
        self.catalogue.types()
    }

    pub(crate) fn ports(&self) -> &Ports {
        self.jobs.ports()
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.jobs.now()
    }

    /// Checks what a job asks for. `faults` are those that its body has already; of a field that has
    /// one, nothing more is said.
    ///
    /// # Errors
    /// [`GenerationError::Invalid`] with all faults.
    pub fn check(
        &self,
        wish: GenerationCreate,
        mut faults: Vec<Fault>,
    ) -> Result<Wish, GenerationError> {
        let drawn = || self.ports().ids.uuid().as_u64_pair().1 & SEED_BITS;
        let seed = wish.seed().unwrap_or_else(drawn);
        if !wish.data_type.is_empty() {
            match self.catalogue.check(&wish, seed) {
                Ok(checked) => {
                    let cells = wish.data_size.saturating_mul(checked.columns);
                    if wish.is_async == Some(false) && cells > SYNC_CELLS {
                        let message = format!(
                            "isAsync must not be false for {cells} cells: up to {SYNC_CELLS} are made while \
                             the caller waits"
                        );
                        faults.push(Fault::new("isAsync", "range", message));
                    }
                }
                Err(found) => {
                    let told: Vec<String> = faults.iter().map(|fault| fault.path.clone()).collect();
                    let is_new = |fault: &Fault| !told.iter().any(|path| holds(path, &fault.path));
                    faults.extend(found.into_iter().filter(is_new));
                }
            }
        }
        if faults.is_empty() {
            Ok(Wish { wish, seed })
        } else {
            Err(GenerationError::Invalid(faults))
        }
    }

    /// Accepts a job: it is queued, and takes a slot. A call that names itself and was accepted within a
    /// day gets the job of then.
    ///
    /// # Errors
    /// [`GenerationError::Forbidden`] for a place that is not the owner's, [`GenerationError::Full`],
    /// [`GenerationError::KeyReused`], or the store's.
    pub async fn accept(
        &self,
        owner: &Tenant,
        wish: Wish,
        request: Option<RequestKey>,
    ) -> Result<GenerationJob, GenerationError> {
        self.buckets.check(owner, &wish.wish)?;
        if let Some(request) = &request
            && let Some(job) = self.answered(owner, request).await?
        {
            return Ok(job);
        }
        let detail = GenerationDetail::new(wish.wish, wish.seed, request.clone());
        match (self.jobs.enqueue(owner, detail).await, request) {
            (Ok(job), _) => Ok(job),
            // The same call may have come twice at once.
            (Err(JobError::Busy), Some(request)) => {
                let job = self.answered(owner, &request).await?;
                job.ok_or(GenerationError::Job(JobError::Busy))
            }
            (Err(error), _) => Err(self.error(error)),
        }
    }

    /// Checks and accepts a job.
    ///
    /// # Errors
    /// As [`Generation::check`] and [`Generation::accept`].
    pub async fn create(
        &self,
        owner: &Tenant,
        wish: GenerationCreate,
    ) -> Result<GenerationJob, GenerationError> {
        let wish = self.check(wish, Vec::new())?;
        self.accept(owner, wish, None).await
    }

    /// The owner's job of this id.
    ///
    /// # Errors
    /// Another tenant's, none or past its retention, or the store's.
    pub async fn load(&self, owner: &Tenant, id: &str) -> Result<GenerationJob, GenerationError> {
        let job = self.jobs.load(owner, id).await?;
        let retention = self.retention(owner).await?;
        if retention.keeps(&job, self.now()) {
            Ok(job)
        } else {
            Err(JobError::NotFound.into())
        }
    }

    /// What happened to a job, first things first.
    ///
    /// # Errors
    /// As [`Generation::load`].
    pub async fn events(
        &self,
        owner: &Tenant,
        id: &str,
    ) -> Result<Vec<RecordedEvent>, GenerationError> {
        self.load(owner, id).await?;
        let place = self.jobs.locate_own(owner, id).await?;
        Ok(self.jobs.events(&place).await?)
    }

    /// Cancels a job: at once, or as soon as its worker stops. Again, it changes nothing.
    ///
    /// # Errors
    /// As [`Generation::load`], or refused for one that was completed or failed.
    pub async fn cancel(&self, owner: &Tenant, id: &str) -> Result<GenerationJob, GenerationError> {
        self.load(owner, id).await?;
        let job = self.jobs.cancel(owner, id).await?;
        if job.state == State::Cancelled {
            self.tidy(&job).await;
        }
        Ok(job)
    }

    /// Pauses a job: what is finished of it stays. Again, it changes nothing.
    ///
    /// # Errors
    /// As [`Generation::load`], or refused for one that is not queued or running.
    pub async fn pause(&self, owner: &Tenant, id: &str) -> Result<GenerationJob, GenerationError> {
        self.load(owner, id).await?;
        Ok(self.jobs.pause(owner, id).await?)
    }

    /// Queues a paused or failed job again, which takes a slot.
    ///
    /// # Errors
    /// As [`Generation::load`]; refused for any other job, and after its window;
    /// [`GenerationError::Full`].
    pub async fn resume(&self, owner: &Tenant, id: &str) -> Result<GenerationJob, GenerationError> {
        self.load(owner, id).await?;
        let place = self.jobs.locate_own(owner, id).await?;
        let resumed = self
            .jobs
            .change(&place, |job, now| match resume_until(job) {
                Some(until) if until < now => Err(GenerationError::refused(format!(
                    "The job could be resumed until {}",
                    until.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
                ))),
                _ => Ok(Change::Step(Step::Resume)),
            });
        resumed.await.map_err(|error| match error {
            GenerationError::Job(error) => self.error(error),
            other => other,
        })
    }

    /// The owner's slots that are taken.
    ///
    /// # Errors
    /// The store's.
    pub async fn slots(&self, owner: &Tenant) -> Result<Slots, GenerationError> {
        Ok(Slots::read(self.ports(), owner, self.now()).await?)
    }

    fn error(&self, error: JobError) -> GenerationError {
        match error {
            JobError::NoSlot { retry_at } => GenerationError::Full {
                most: self.settings.max_jobs,
                retry_at,
            },
            other => other.into(),
        }
    }
}

/// Until when a job can be resumed; `None` for one that does not wait for it.
pub fn resume_until(job: &GenerationJob) -> Option<DateTime<Utc>> {
    let since = match job.state {
        State::Paused | State::Failed => job.ended_at?,
        _ => return None,
    };
    since.checked_add_signed(job.detail.resume_window())
}

/// Whether a path of a body is another one, or within it.
fn holds(path: &str, other: &str) -> bool {
    let rest = other.strip_prefix(path);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

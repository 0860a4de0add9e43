use std::fmt::Debug;

use chrono::{DateTime, TimeDelta, Utc};
use millrace_ports::Tenant;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::policy::Policy;
use crate::progress::Progress;
use crate::state::{Refusal, State, Step};

/// What one system keeps in its jobs beside the lifecycle. Small: what is large is an object, and
/// the detail holds its key.
pub trait Detail: Serialize + DeserializeOwned + Clone + Debug + Send + Sync {
    /// The system, in the keys of its rows.
    const SYSTEM: &'static str;
    /// The queue of its workers, by the name of the product's configuration.
    const QUEUE: &'static str;

    /// How long one run may take before it is paused, counted from its first worker; `None` for as
    /// long as it likes.
    fn time_limit(&self) -> Option<TimeDelta> {
        None
    }
}

/// A job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job<D> {
    /// A UUID.
    pub id: String,
    /// Whose it is.
    pub owner: Tenant,
    /// Where it stands.
    pub state: State,
    /// Changes so far, the creation included.
    pub version: u64,
    /// Which run, from 1; resuming starts the next.
    pub run: u32,
    /// Which attempt of the run, from 1; 0 before the first worker.
    pub attempt: u32,
    /// By when somebody has to move it on, while it is [live](State::is_live): the end of the lease
    /// while it runs.
    pub due_at: Option<DateTime<Utc>>,
    /// How far the attempt has come.
    pub progress: Progress,
    /// What its owner should know although it succeeded.
    pub warnings: Vec<String>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// When a worker first took this run.
    pub started_at: Option<DateTime<Utc>>,
    /// When this run ended, or was paused.
    pub ended_at: Option<DateTime<Utc>>,
    /// From when on it is not there any more.
    pub expires_at: DateTime<Utc>,
    /// What the system keeps.
    pub detail: D,
}

/// Why a job failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Stable word for programs: `UNTERMINATED_QUOTE`.
    pub code: String,
    /// One sentence for the owner.
    pub message: String,
}

impl Failure {
    /// A failure.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
        }
    }

    /// Every worker was lost.
    #[must_use]
    pub fn worker_lost(attempts: u32) -> Self {
        Self::new(
            "WORKER_LOST",
            format!("Processing stopped without a reason in each of {attempts} attempts"),
        )
    }
}

impl<D: Detail> Job<D> {
    pub(crate) fn new(
        id: String,
        owner: Tenant,
        detail: D,
        now: DateTime<Utc>,
        policy: &Policy,
    ) -> Self {
        Self {
            id,
            owner,
            state: State::Created,
            version: 1,
            run: 1,
            attempt: 0,
            due_at: None,
            progress: Progress::default(),
            warnings: Vec::new(),
            failure: None,
            created_at: now,
            updated_at: now,
            started_at: None,
            ended_at: None,
            expires_at: now + policy.retention,
            detail,
        }
    }

    /// When the time of this run is over; `None` before a worker took it, and without a limit.
    #[must_use]
    pub fn deadline(&self) -> Option<DateTime<Utc>> {
        let limit = self.detail.time_limit()?;
        self.started_at?.checked_add_signed(limit)
    }

    /// Whether the time of this run is over.
    pub(crate) fn is_overtime(&self, now: DateTime<Utc>) -> bool {
        self.deadline().is_some_and(|deadline| deadline <= now)
    }

    /// By when somebody has to look at a running job whose worker has just been heard.
    pub(crate) fn lease_end(&self, now: DateTime<Utc>, policy: &Policy) -> DateTime<Utc> {
        let lease = now + policy.lease;
        self.deadline()
            .map_or(lease, |deadline| lease.min(deadline))
    }

    /// Takes a step, or refuses it and stays as it is.
    pub(crate) fn step(
        &mut self,
        step: Step,
        now: DateTime<Utc>,
        policy: &Policy,
    ) -> Result<(), Refusal> {
        let refusal = Refusal {
            state: self.state,
            step,
        };
        self.state = self.state.after(step).ok_or(refusal)?;
        match step {
            Step::Claim => {
                self.attempt += 1;
                self.started_at.get_or_insert(now);
                self.progress = Progress::default();
            }
            Step::Succeed => self.progress.complete(),
            Step::Fail => {
                self.failure
                    .get_or_insert_with(|| Failure::worker_lost(self.attempt));
            }
            Step::Resume => {
                self.run += 1;
                self.attempt = 0;
                self.progress = Progress::default();
                self.warnings.clear();
                self.failure = None;
                self.started_at = None;
                self.ended_at = None;
            }
            Step::Submit
            | Step::Requeue
            | Step::Resend
            | Step::RequestCancel
            | Step::Cancel
            | Step::Pause
            | Step::TimeOut
            | Step::Remove => {}
        }
        if self.state.is_final() || self.state == State::Paused {
            self.ended_at = Some(now);
        }
        if self.state != State::Running {
            self.progress.close();
        }
        self.due_at = match self.state {
            State::Queued => Some(now + policy.resend),
            State::Running => Some(self.lease_end(now, policy)),
            State::Cancelling => Some(now + policy.cancel),
            _ => None,
        };
        Ok(())
    }
}

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It is there, and its input may not be.
    Created,
    /// A message about it is on its way to a worker.
    Queued,
    /// A worker has it.
    Running,
    /// A worker has it, and was asked to stop.
    Cancelling,
    /// It waits to be resumed.
    Paused,
    /// It is done.
    Succeeded,
    /// It ended with a [`Failure`](crate::Failure).
    Failed,
    /// It ended because somebody wanted it to.
    Cancelled,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Created,
        Self::Queued,
        Self::Running,
        Self::Cancelling,
        Self::Paused,
        Self::Succeeded,
        Self::Failed,
        Self::Cancelled,
    ];

    /// Whether the run is over.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }

    /// Whether somebody other than its owner has to move it on.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Queued | Self::Running | Self::Cancelling)
    }

    /// The word that is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Cancelling => "cancelling",
            Self::Paused => "paused",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Where a step leads from here; `None` where it is not allowed. There are no other moves.
    ///
    /// ```
    /// use millrace_jobs::{State, Step};
    /// assert_eq!(State::Running.after(Step::Succeed), Some(State::Succeeded));
    /// assert_eq!(State::Cancelling.after(Step::Succeed), None);
    /// ```
    #[must_use]
    pub const fn after(self, step: Step) -> Option<Self> {
        match (self, step) {
            (Self::Created, Step::Submit)
            | (Self::Running, Step::Requeue)
            | (Self::Queued, Step::Resend)
            | (Self::Paused | Self::Failed, Step::Resume) => Some(Self::Queued),
            (Self::Queued, Step::Claim) => Some(Self::Running),
            (Self::Running, Step::Succeed) => Some(Self::Succeeded),
            (Self::Created | Self::Queued | Self::Running, Step::Fail) => Some(Self::Failed),
            (Self::Running, Step::RequestCancel) => Some(Self::Cancelling),
            (Self::Created | Self::Queued | Self::Paused | Self::Cancelling, Step::Cancel) => {
                Some(Self::Cancelled)
            }
            (Self::Queued | Self::Running, Step::Pause) | (Self::Running, Step::TimeOut) => {
                Some(Self::Paused)
            }
            _ => None,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// What can happen to a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Its input is there: it may run.
    Submit,
    /// A worker takes it.
    Claim,
    /// Its worker was lost or gave it back, and another may try.
    Requeue,
    /// Its message was lost, and is sent again.
    Resend,
    /// It is done.
    Succeed,
    /// It cannot be done.
    Fail,
    /// Its owner wants it to stop, and a worker has it.
    RequestCancel,
    /// It stops.
    Cancel,
    /// Its owner wants it to wait.
    Pause,
    /// The time of its run is over: it waits.
    TimeOut,
    /// It goes on, as the next run.
    Resume,
    /// Its rows are deleted. Leads to no state; refused while it is live.
    Remove,
}

impl Step {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Submit,
        Self::Claim,
        Self::Requeue,
        Self::Resend,
        Self::Succeed,
        Self::Fail,
        Self::RequestCancel,
        Self::Cancel,
        Self::Pause,
        Self::TimeOut,
        Self::Resume,
        Self::Remove,
    ];

    /// The word of its event.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Submit => "submitted",
            Self::Claim => "claimed",
            Self::Requeue => "requeued",
            Self::Resend => "resent",
            Self::Succeed => "succeeded",
            Self::Fail => "failed",
            Self::RequestCancel => "cancel requested",
            Self::Cancel => "cancelled",
            Self::Pause => "paused",
            Self::TimeOut => "timed out",
            Self::Resume => "resumed",
            Self::Remove => "removed",
        }
    }
}

/// A step that is not allowed where the job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a job that is {state} cannot be {}", .step.as_str())]
pub struct Refusal {
    /// Where it stands.
    pub state: State,
    /// What was to happen.
    pub step: Step,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_failed_run_has_a_successor() {
        for state in State::ALL.into_iter().filter(|state| state.is_final()) {
            for step in Step::ALL {
                let allowed = state == State::Failed && step == Step::Resume;
                assert_eq!(state.after(step).is_some(), allowed, "{state} {step:?}");
            }
        }
    }

    #[test]
    fn every_state_can_come_to_an_end() {
        for start in State::ALL {
            let (mut reached, mut open) = (vec![start], vec![start]);
            while let Some(state) = open.pop() {
                for next in Step::ALL.into_iter().filter_map(|step| state.after(step)) {
                    if !reached.contains(&next) {
                        reached.push(next);
                        open.push(next);
                    }
                }
            }
            assert!(
                reached.contains(&State::Cancelled) || start.is_final(),
                "{start}"
            );
        }
    }

    #[test]
    fn a_cancelled_worker_publishes_nothing() {
        for step in Step::ALL {
            let expected = (step == Step::Cancel).then_some(State::Cancelled);
            assert_eq!(State::Cancelling.after(step), expected, "{step:?}");
        }
    }

    #[test]
    fn words_are_those_of_serde() {
        for state in State::ALL {
            assert_eq!(serde_json::to_value(state).expect("json"), state.as_str());
        }
    }
}

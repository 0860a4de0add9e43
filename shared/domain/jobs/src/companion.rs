use std::fmt::Debug;

use async_trait::async_trait;
use millrace_ports::{Ports, Write};

use crate::error::JobError;
use crate::job::{Detail, Job};

/// A job before and after a step.
#[derive(Debug, Clone, Copy)]
pub struct Moved<'job, D> {
    /// As it was; `None` for a new one.
    pub before: Option<&'job Job<D>>,
    /// As it will be.
    pub after: &'job Job<D>,
}

impl<D> Moved<'_, D> {
    /// Whether somebody has to move the job on from now on, and had not to before.
    #[must_use]
    pub fn begins(&self) -> bool {
        !self.was_live() && self.after.state.is_live()
    }

    /// Whether nobody has to move the job on any more, and somebody had to before.
    #[must_use]
    pub fn ends(&self) -> bool {
        self.was_live() && !self.after.state.is_live()
    }

    fn was_live(&self) -> bool {
        self.before.is_some_and(|before| before.state.is_live())
    }
}

/// What else changes with a job, in the same transaction.
#[async_trait]
pub trait Companion<D: Detail>: Send + Sync + Debug {
    /// The writes that belong to a step of a job, each of a row that is not the job's. They are asked
    /// for again, from what is stored then, when a condition among them does not hold.
    ///
    /// # Errors
    /// What keeps the job from taking the step, or the store's; nothing is written then.
    async fn writes(&self, ports: &Ports, moved: Moved<'_, D>) -> Result<Vec<Write>, JobError>;
}

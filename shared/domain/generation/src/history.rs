use chrono::{DateTime, SubsecRound, Utc};
use millrace_jobs::State;
use millrace_ports::Tenant;

use crate::detail::GenerationJob;
use crate::error::GenerationError;
use crate::service::Generation;

/// Digits of a second that callers see.
const SEEN_DIGITS: u16 = 3;

/// Which jobs of a history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// In one of these states; in any where it is empty.
    pub states: Vec<State>,
    /// Accepted then or later.
    pub from: Option<DateTime<Utc>>,
    /// Accepted then or before.
    pub until: Option<DateTime<Utc>>,
}

impl Filter {
    fn wants(&self, job: &GenerationJob) -> bool {
        // As it is shown, so that a time that was copied finds its own job.
        let accepted = job.created_at.trunc_subsecs(SEEN_DIGITS);
        (self.states.is_empty() || self.states.contains(&job.state))
            && self.from.is_none_or(|from| accepted >= from)
            && self.until.is_none_or(|until| accepted <= until)
    }
}

impl Generation {
    /// The owner's jobs, newest first, without the first `skip`, at most `limit`.
    ///
    /// # Errors
    /// The store's.
    pub async fn history(
        &self,
        owner: &Tenant,
        filter: &Filter,
        skip: u32,
        limit: u32,
    ) -> Result<Vec<GenerationJob>, GenerationError> {
        let (now, retention) = (self.now(), self.retention(owner).await?);
        let wanted = |job: &GenerationJob| filter.wants(job) && retention.keeps(job, now);
        let jobs = self
            .jobs
            .select(owner, filter.from, wanted, (skip, limit))
            .await?;
        Ok(jobs)
    }
}

//! What changes with a job's step: slots, figures, who holds the output's key, and the list of customers.

use async_trait::async_trait;
use chrono::TimeDelta;
use millrace_jobs::{Companion, JobError, Moved};
use millrace_ports::{Ports, Tenant, Write, item};

use crate::detail::GenerationDetail;
use crate::figures;
use crate::holders::{hold, let_go};
use crate::places::Buckets;
use crate::request::remember;
use crate::slots::{Slots, row};

/// The list of customers, in the index.
pub(crate) const CUSTOMERS: &str = "GENERATION#CUSTOMERS";

/// See the module.
#[derive(Debug)]
pub(crate) struct Beside {
    pub(crate) buckets: Buckets,
    pub(crate) max_jobs: u32,
    pub(crate) cooldown: TimeDelta,
}

#[async_trait]
impl Companion<GenerationDetail> for Beside {
    async fn writes(
        &self,
        ports: &Ports,
        moved: Moved<'_, GenerationDetail>,
    ) -> Result<Vec<Write>, JobError> {
        let job = moved.after;
        let mut writes = Vec::new();
        if moved.begins() || moved.ends() {
            let now = job.updated_at;
            let mut slots = Slots::read(ports, &job.owner, now).await?;
            if moved.begins() {
                slots
                    .take(&job.id, (self.max_jobs, self.cooldown), now)
                    .map_err(|retry_at| JobError::NoSlot { retry_at })?;
            } else {
                slots.release(&job.id, now + self.cooldown);
            }
            writes.push(slots.write(&job.owner));
            let place = self.buckets.output(job);
            if self.buckets.is_alone(job, &place) {
                // Nobody else can want it.
            } else if moved.begins() {
                writes.push(hold(ports, job, &place).await?);
            } else {
                writes.extend(let_go(ports, job, &place).await?);
            }
        }
        writes.extend(figures::write(&moved));
        if moved.before.is_none() {
            writes.push(customer(&job.owner));
            writes.extend(remember(ports, job).await?);
        }
        Ok(writes)
    }
}

/// Puts a customer into the list; one that is there stays.
pub(crate) fn customer(owner: &Tenant) -> Write {
    let fields = [
        ("tenant", owner.as_str().into()),
        ("gsi1pk", CUSTOMERS.into()),
        ("gsi1sk", owner.as_str().into()),
    ];
    Write::put(item(&row(owner, "CUSTOMER"), fields))
}

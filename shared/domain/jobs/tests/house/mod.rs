//! Jobs on the in-memory ports, with workers played by the tests.
#![allow(
    clippy::allow_attributes,
    dead_code,
    reason = "each test file uses a part of it"
)]

use chrono::TimeDelta;
use millrace_jobs::{
    Claim, Detail, Job, JobError, Jobs, Message, Policy, RecordedEvent, Report, State, Ticket,
};
use millrace_ports::Tenant;
use millrace_ports::memory::{Faults, Memory};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Count {
    pub to: u64,
    pub output: Option<String>,
}

impl Detail for Count {
    const SYSTEM: &'static str = "COUNT";
    const QUEUE: &'static str = "counts";
}

/// Another system over the same store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Other;

impl Detail for Other {
    const SYSTEM: &'static str = "OTHER";
    const QUEUE: &'static str = "others";
}

pub struct House {
    pub memory: Memory,
    pub jobs: Jobs<Count>,
    pub ada: Tenant,
}

pub fn house() -> House {
    house_with(Faults::none())
}

pub fn house_with(faults: Faults) -> House {
    let memory = Memory::with_faults(faults);
    House {
        jobs: Jobs::new(memory.ports(), Policy::default()),
        ada: tenant("ada"),
        memory,
    }
}

pub fn tenant(name: &str) -> Tenant {
    Tenant::new(name).expect("a tenant")
}

pub const COUNT: Count = Count {
    to: 3,
    output: None,
};

impl House {
    pub async fn create(&self) -> Job<Count> {
        self.jobs.create(&self.ada, COUNT).await.expect("a job")
    }

    pub async fn queued(&self) -> Job<Count> {
        let job = self.create().await;
        self.jobs
            .submit(&self.ada, &job.id)
            .await
            .expect("a queued job")
    }

    pub async fn running(&self) -> (Job<Count>, Ticket) {
        let job = self.queued().await;
        let ticket = self.claim(&job).await.expect("a ticket");
        (self.load(&job).await, ticket)
    }

    pub async fn load(&self, job: &Job<Count>) -> Job<Count> {
        self.jobs.load(&self.ada, &job.id).await.expect("the job")
    }

    pub async fn state(&self, job: &Job<Count>) -> State {
        self.load(job).await.state
    }

    pub async fn claim(&self, job: &Job<Count>) -> Option<Ticket> {
        let message = Message {
            job_id: job.id.clone(),
            run: job.run,
        };
        claimed(self.jobs.claim(&message).await)
    }

    /// Takes the oldest message of the queue.
    pub fn receive(&self) -> Option<Message> {
        let body = self.memory.queue.receive(Count::QUEUE)?;
        Some(serde_json::from_str(&body).expect("a message"))
    }

    pub fn messages(&self) -> usize {
        self.memory.queue.sent(Count::QUEUE).len()
    }

    /// Ends a run, with the attempt's own output.
    pub async fn succeed(&self, ticket: &Ticket) -> Result<millrace_jobs::Ending, JobError> {
        let output = format!("{}out", ticket.prefix());
        let publish = |job: &mut Job<Count>| job.detail.output = Some(output.clone());
        self.jobs.succeed(ticket, publish).await
    }

    pub async fn events(&self, job: &Job<Count>) -> Vec<RecordedEvent> {
        let place = self.jobs.locate(&job.id).await.expect("a place");
        self.jobs.events(&place).await.expect("events")
    }

    pub async fn event_names(&self, job: &Job<Count>) -> Vec<String> {
        let events = self.events(job).await;
        events.into_iter().map(|event| event.name).collect()
    }

    pub async fn finals(&self, job: &Job<Count>) -> usize {
        let events = self.events(job).await;
        events.iter().filter(|event| event.is_final).count()
    }

    pub fn wait(&self, seconds: i64) {
        self.memory.clock.advance(TimeDelta::seconds(seconds));
    }

    /// Rows of the store whose partition begins so.
    pub fn rows(&self, partition: &str) -> usize {
        let rows = self.memory.records.snapshot();
        rows.keys()
            .filter(|key| key.pk.starts_with(partition))
            .count()
    }
}

pub fn claimed(claim: Result<Claim<Count>, JobError>) -> Option<Ticket> {
    match claim {
        Ok(Claim::Claimed(ticket, _)) => Some(ticket),
        _ => None,
    }
}

pub fn report(rows: u64) -> Report {
    Report {
        rows_read: rows,
        bytes: rows,
        total_bytes: Some(100),
        ..Report::new("counting")
    }
}

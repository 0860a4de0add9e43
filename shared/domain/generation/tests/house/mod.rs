//! Data-generation jobs on the in-memory ports, with workers played by the tests.
#![allow(
    clippy::allow_attributes,
    dead_code,
    reason = "each test file uses a part of it"
)]

use std::sync::Arc;

use bytes::Bytes;
use chrono::TimeDelta;
use millrace_api::error::Fault;
use millrace_api::generation::{GenerationCreate, RecordType};
use millrace_generation::{
    Buckets, Catalogue, Checked, Generation, GenerationDetail, GenerationError, GenerationJob,
    Made, Output, Settings,
};
use millrace_jobs::{Claim, Detail, Ending, JobError, Message, Place, State, Ticket};
use millrace_ports::Tenant;
use millrace_ports::memory::{Faults, Memory};
use serde_json::{Value, json};

/// Knows `numbers`, which have ten columns, and `like-input`.
#[derive(Debug)]
pub struct Numbers;

impl Catalogue for Numbers {
    fn types(&self) -> Vec<RecordType> {
        vec![RecordType {
            name: "numbers".to_owned(),
            description: "Ten columns of numbers".to_owned(),
            columns: Vec::new(),
        }]
    }

    fn check(&self, wish: &GenerationCreate, _: u64) -> Result<Checked, Vec<Fault>> {
        match wish.data_type.as_str() {
            "numbers" => Ok(Checked { columns: 10 }),
            "like-input" => Ok(Checked { columns: 0 }),
            _ => Err(vec![Fault::new(
                "dataType",
                "unknown",
                "dataType is unknown",
            )]),
        }
    }
}

pub struct House {
    pub memory: Memory,
    pub shared: Memory,
    pub generation: Generation,
    pub ada: Tenant,
    pub eve: Tenant,
}

pub fn house() -> House {
    house_with(Faults::none(), Settings::default())
}

pub fn house_with(faults: Faults, settings: Settings) -> House {
    let (memory, shared) = (Memory::with_faults(faults), Memory::new());
    let buckets = Buckets::new("data", memory.objects.clone());
    let buckets = buckets.with("shared", shared.objects.clone());
    House {
        generation: Generation::new(memory.ports(), buckets, settings, Arc::new(Numbers)),
        ada: tenant("ada"),
        eve: tenant("eve"),
        memory,
        shared,
    }
}

pub fn tenant(name: &str) -> Tenant {
    Tenant::new(name).expect("a tenant")
}

/// A wish for ten rows of numbers, with further fields.
pub fn wish(more: &Value) -> GenerationCreate {
    let mut body = json!({ "dataType": "numbers", "dataSize": 10 });
    for (name, value) in more.as_object().expect("an object") {
        body[name] = value.clone();
    }
    GenerationCreate::from_value(&body).expect("a wish")
}

impl House {
    pub async fn create(&self, more: &Value) -> GenerationJob {
        let job = self.generation.create(&self.ada, wish(more)).await;
        job.expect("a job")
    }

    pub async fn running(&self, more: &Value) -> (GenerationJob, Ticket) {
        let job = self.create(more).await;
        let ticket = self.claim(&job).await.expect("a ticket");
        (self.load(&job).await, ticket)
    }

    pub async fn completed(&self, more: &Value) -> GenerationJob {
        let (job, ticket) = self.running(more).await;
        let ending = self.publish(&job, &ticket).await;
        assert_eq!(ending.expect("an end"), Ending::Recorded);
        self.load(&job).await
    }

    pub async fn load(&self, job: &GenerationJob) -> GenerationJob {
        let job = self.generation.load(&job.owner, &job.id).await;
        job.expect("the job")
    }

    pub async fn state(&self, job: &GenerationJob) -> State {
        self.load(job).await.state
    }

    pub async fn claim(&self, job: &GenerationJob) -> Option<Ticket> {
        let run = self.load(job).await.run;
        let message = Message {
            job_id: job.id.clone(),
            run,
        };
        claimed(self.generation.jobs().claim(&message).await)
    }

    /// Takes the oldest message of the queue.
    pub fn receive(&self) -> Option<Message> {
        let body = self.memory.queue.receive(GenerationDetail::QUEUE)?;
        Some(serde_json::from_str(&body).expect("a message"))
    }

    /// Plays the end of a worker: parts, the output in its place, and the one write that ends the run.
    pub async fn publish(&self, job: &GenerationJob, ticket: &Ticket) -> Result<Ending, JobError> {
        let place = self.generation.buckets().output(job);
        let objects = self.generation.buckets().objects(&place.bucket);
        let objects = objects.expect("a bucket");
        let text = Bytes::from(format!("{} {}", ticket.job_id, ticket.run));
        let part = format!("{}parts/0", Place::of(job).prefix());
        let own = &self.generation.jobs().ports().objects;
        own.put(&part, text.clone(), "text/csv").await?;
        objects.put(&place.key, text.clone(), "text/csv").await?;
        let output = Output {
            place,
            rows: job.detail.data_size,
            bytes: text.len() as u64,
            content_type: "text/csv".to_owned(),
        };
        let made = Made {
            output,
            quality: None,
            warnings: Vec::new(),
        };
        self.generation.publish(ticket, &made).await
    }

    pub async fn event_names(&self, job: &GenerationJob) -> Vec<String> {
        let events = self.generation.events(&job.owner, &job.id).await;
        let events = events.expect("events").into_iter();
        events.map(|event| event.name).collect()
    }

    pub async fn keys(&self) -> Vec<String> {
        self.memory.objects.keys()
    }

    pub fn wait(&self, seconds: i64) {
        self.memory.clock.advance(TimeDelta::seconds(seconds));
    }

    pub fn wait_days(&self, days: i64) {
        self.memory.clock.advance(TimeDelta::days(days));
    }
}

pub fn claimed(claim: Result<Claim<GenerationDetail>, JobError>) -> Option<Ticket> {
    match claim {
        Ok(Claim::Claimed(ticket, _)) => Some(ticket),
        _ => None,
    }
}

/// The sentence of a refusal.
pub fn refused<T: std::fmt::Debug>(result: Result<T, GenerationError>) -> String {
    match result {
        Err(GenerationError::Refused(sentence)) => sentence,
        other => panic!("not refused: {other:?}"),
    }
}

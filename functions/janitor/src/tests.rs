use std::fs;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use chrono::TimeDelta;
use millrace_api::error::Fault;
use millrace_api::generation::{GenerationCreate, RecordType};
use millrace_generation::{
    Buckets, Catalogue, Checked, Generation, GenerationJob, Made, Output, Settings,
};
use millrace_jobs::{Claim, Message, State};
use millrace_ports::memory::{Fault as PortFault, Faults, Memory, Operation};
use millrace_ports::{Clock, Tenant};
use serde_json::{Value, json};

use crate::event::Event;
use crate::worker::Janitor;

const EVENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/janitor");

#[derive(Debug)]
struct Numbers;

impl Catalogue for Numbers {
    fn types(&self) -> Vec<RecordType> {
        Vec::new()
    }

    fn check(&self, _: &GenerationCreate, _: u64) -> Result<Checked, Vec<Fault>> {
        Ok(Checked { columns: 1 })
    }
}

/// The function over memory, where Ada has a job that was completed and one that runs.
struct House {
    memory: Memory,
    generation: Generation,
    janitor: Janitor,
    ada: Tenant,
    completed: GenerationJob,
    running: GenerationJob,
}

async fn house_with(faults: Faults) -> House {
    let memory = Memory::with_faults(faults);
    let buckets = Buckets::new("data", memory.objects.clone());
    let settings = Settings::default();
    let janitor = Janitor::new(memory.ports(), buckets.clone(), settings, 90);
    let generation = Generation::new(memory.ports(), buckets, settings, Arc::new(Numbers));
    let ada = Tenant::new("ada").expect("a tenant");
    let completed = completed(&generation, &ada).await;
    let running = create(&generation, &ada).await;
    House {
        memory,
        generation,
        janitor,
        ada,
        completed,
        running,
    }
}

async fn house() -> House {
    house_with(Faults::none()).await
}

async fn create(generation: &Generation, ada: &Tenant) -> GenerationJob {
    let wish = json!({ "dataType": "numbers", "dataSize": 1, "timeout": 604_800 });
    let wish = GenerationCreate::from_value(&wish).expect("a wish");
    generation.create(ada, wish).await.expect("a job")
}

async fn completed(generation: &Generation, ada: &Tenant) -> GenerationJob {
    let job = create(generation, ada).await;
    let message = Message {
        job_id: job.id.clone(),
        run: 1,
    };
    let claim = generation.jobs().claim(&message).await.expect("a claim");
    let Claim::Claimed(ticket, _) = claim else {
        panic!("it is over");
    };
    let place = generation.buckets().output(&job);
    let objects = generation
        .buckets()
        .objects(&place.bucket)
        .expect("a bucket");
    let body = Bytes::from_static(b"1\n");
    objects
        .put(&place.key, body, "text/csv")
        .await
        .expect("a put");
    let output = Output {
        place,
        rows: 1,
        bytes: 2,
        content_type: "text/csv".to_owned(),
    };
    let made = Made {
        output,
        quality: None,
        warnings: Vec::new(),
    };
    generation.publish(&ticket, &made).await.expect("an end");
    job
}

impl House {
    async fn call(&self, name: &str) -> Result<Value, String> {
        let path = Path::new(EVENTS).join(format!("{name}.json"));
        let text = fs::read_to_string(path).expect("a sample event");
        let event: Event = serde_json::from_str(&text).expect("an event");
        assert_eq!(event.name(), name);
        let deadline = self.memory.clock.now() + TimeDelta::minutes(15);
        let answer = self.janitor.run(event, deadline).await;
        answer.map_err(|failure| format!("{}: {failure}", failure.name()))
    }
}

#[tokio::test]
async fn lost_work_is_found() {
    let house = house().await;
    house.memory.clock.advance(TimeDelta::minutes(6));
    let swept = house.call("sweep").await;
    let expected = json!({
        "sent": 1, "requeued": 0, "failed": 0, "paused": 0, "cancelled": 0, "leftovers": 0, "errors": 0
    });
    assert_eq!(swept, Ok(expected));
}

#[tokio::test]
async fn what_is_past_its_retention_goes_and_the_rest_stays() {
    let house = house().await;
    house.memory.clock.advance(TimeDelta::days(179));
    let nothing = json!({ "jobs": 0, "uploads": 0, "sessions": 0, "errors": 0 });
    assert_eq!(house.call("retention").await, Ok(nothing.clone()));
    house.memory.clock.advance(TimeDelta::days(1));
    let one = json!({ "jobs": 1, "uploads": 0, "sessions": 0, "errors": 0 });
    assert_eq!(house.call("retention").await, Ok(one));
    assert_eq!(house.call("retention").await, Ok(nothing));
    let gone = house.generation.load(&house.ada, &house.completed.id).await;
    assert!(gone.is_err());
    let rows = house.memory.records.snapshot();
    let left = rows
        .keys()
        .filter(|key| key.pk.contains(&house.completed.id));
    assert_eq!(left.count(), 0);
    assert_eq!(house.memory.objects.keys(), Vec::<String>::new());
    let live = house.generation.load(&house.ada, &house.running.id).await;
    assert_eq!(live.expect("a job").state, State::Queued);
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_asked_again() {
    let calls = house().await.memory.faults.calls(Operation::Query);
    for name in ["sweep", "retention"] {
        let faults = Faults::none().fail(Operation::Query, calls + 1, PortFault::Unavailable);
        let house = house_with(faults).await;
        let failed = house.call(name).await;
        assert!(
            failed.is_err_and(|error| error.starts_with("Retryable")),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_sweep_that_did_not_end_says_so() {
    let house = house().await;
    house.memory.clock.advance(TimeDelta::days(181));
    let event: Event = serde_json::from_value(json!({ "task": "retention" })).expect("an event");
    let now = house.memory.clock.now();
    let failed = house.janitor.run(event, now).await.expect_err("no time");
    assert_eq!(failed.name(), "DeadlineExceeded");
}

#[test]
fn what_is_no_event_is_no_event() {
    for other in [json!({}), json!({ "task": "dance" }), json!(null)] {
        assert!(
            serde_json::from_value::<Event>(other.clone()).is_err(),
            "{other}"
        );
    }
}

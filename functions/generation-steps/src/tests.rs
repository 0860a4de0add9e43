use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use millrace_api::error::Fault;
use millrace_api::generation::{GenerationCreate, RecordType};
use millrace_edge::tasks::TaskFailure;
use millrace_formats::{ReadOptions, Reader};
use millrace_generation::{Buckets, Catalogue, Checked, Generation, GenerationJob, MACHINE};
use millrace_jobs::State;
use millrace_ports::memory::{Faults, Memory, Operation};
use millrace_ports::{Clock, Objects, Tenant};
use serde_json::{Value, json};

use crate::event::Event;
use crate::worker::{Settings, Worker};

mod like;
mod machine;
mod small;

const EVENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/generation-steps");
/// Rows of most jobs here.
const ROWS: u64 = 1_000;

/// Everything is accepted: what is wrong has to be found by the function itself.
#[derive(Debug)]
struct Anything;

impl Catalogue for Anything {
    fn types(&self) -> Vec<RecordType> {
        Vec::new()
    }

    fn check(&self, _: &GenerationCreate, _: u64) -> Result<Checked, Vec<Fault>> {
        Ok(Checked { columns: 1 })
    }
}

/// The function over memory, with one job of Ada's.
struct House {
    memory: Memory,
    /// What lies in the bucket `shared`.
    shared: Memory,
    generation: Generation,
    ada: Tenant,
    job: String,
}

impl House {
    async fn new(wish: Value) -> Self {
        Self::with_faults(Faults::none(), wish).await
    }

    async fn with_faults(faults: Faults, wish: Value) -> Self {
        let mut house = Self::empty(faults);
        house.wish(wish).await;
        house
    }

    fn empty(faults: Faults) -> Self {
        let (memory, shared) = (Memory::with_faults(faults), Memory::new());
        let buckets = Buckets::new("data", memory.objects.clone())
            .with("shared", shared.objects.clone() as Arc<dyn Objects>);
        let settings = millrace_generation::Settings::default();
        let generation = Generation::new(memory.ports(), buckets, settings, Arc::new(Anything));
        Self {
            memory,
            shared,
            generation,
            ada: Tenant::new("ada").expect("a tenant"),
            job: String::new(),
        }
    }

    async fn wish(&mut self, wish: Value) {
        let wish = GenerationCreate::from_value(&wish).expect("a wish");
        let job = self.generation.create(&self.ada, wish).await;
        self.job = job.expect("a job").id;
    }

    /// A worker that makes jobs of so many cells at once, in parts of so many.
    fn worker(&self, small_cells: u64, part_cells: u64) -> Worker {
        let settings = Settings {
            small_cells,
            part_cells,
            threads: 2,
            report_every: Duration::from_millis(5),
            pause: Duration::ZERO,
        };
        Worker::new(self.generation.clone(), settings)
    }

    fn deadline(&self) -> DateTime<Utc> {
        self.memory.clock.now() + TimeDelta::minutes(15)
    }

    fn event(&self, name: &str) -> Event {
        let path = Path::new(EVENTS).join(format!("{name}.json"));
        let text = fs::read_to_string(path).expect("a sample event");
        serde_json::from_str(&text.replace("JOB_ID", &self.job)).expect("an event")
    }

    /// Has the message of the job worked on at once.
    async fn call(&self, name: &str, part_cells: u64) -> Value {
        let worker = self.worker(u64::MAX, part_cells);
        let answer = worker.run(self.event(name), self.deadline()).await;
        answer.expect("an answer")
    }

    async fn load(&self) -> GenerationJob {
        let job = self.generation.load(&self.ada, &self.job).await;
        job.expect("the job")
    }

    /// The job that has succeeded, and its output.
    async fn result(&self) -> (Bytes, GenerationJob) {
        let job = self.load().await;
        assert_eq!(job.state, State::Succeeded, "{job:?}");
        let output = job.detail.output.clone().expect("an output");
        let memory = if output.place.bucket == "shared" {
            &self.shared
        } else {
            &self.memory
        };
        let bytes = memory.objects.get(&output.place.key, 1 << 30).await;
        let bytes = bytes.expect("the store").expect("the output");
        assert_eq!(
            (bytes.len() as u64, output.rows),
            (output.bytes, job.detail.data_size)
        );
        (bytes, job)
    }

    /// The code of the failure, whose sentence begins and reads like one.
    async fn failure(&self) -> String {
        let job = self.load().await;
        assert_eq!(job.state, State::Failed, "{job:?}");
        let failure = job.failure.expect("a failure");
        assert!(
            failure.message.starts_with(char::is_uppercase) && !failure.message.ends_with('.'),
            "{failure:?}"
        );
        failure.code
    }

    /// Nothing is left of the parts.
    fn assert_no_parts(&self) {
        let keys = self.memory.objects.keys();
        let left: Vec<_> = keys.iter().filter(|key| key.contains("/parts/")).collect();
        assert_eq!(left, Vec::<&String>::new());
        let rows = self.memory.records.snapshot();
        assert!(rows.keys().all(|key| !key.sk.starts_with("PART#")));
    }

    fn puts(&self) -> u64 {
        self.memory.faults.calls(Operation::PutObject)
    }
}

fn done() -> Value {
    json!({ "batchItemFailures": [] })
}

fn transactions(format: &str) -> Value {
    json!({
        "dataType": "transactions", "dataSize": ROWS, "outputFormat": format,
        "parameters": { "seed": 7 }
    })
}

/// The rows of a file.
fn count(bytes: &Bytes) -> u64 {
    let source = Arc::new(bytes.to_vec());
    let mut reader = Reader::open(source, &ReadOptions::default()).expect("a file");
    let mut rows = 0;
    while let Some(batch) = reader.next_batch().expect("rows") {
        rows += batch.num_rows() as u64;
    }
    assert!(reader.rejects().is_empty());
    rows
}

use std::fs;
use std::path::Path;

use bytes::Bytes;
use chrono::TimeDelta;
use millrace_files::{FileJob, Files, NewFile, Settings, input_key};
use millrace_jobs::{Policy, State};
use millrace_ports::memory::{Fault, Faults, Memory, Operation};
use millrace_ports::{Objects, Tenant};
use serde_json::{Value, json};

use crate::event::Event;
use crate::worker::run;

const EVENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/file-events");
const NAME: &str = "größe 1+2.csv";

/// The function over memory, where Ada has a job that waits for [`NAME`].
struct House {
    memory: Memory,
    files: Files,
    ada: Tenant,
    job: FileJob,
}

async fn house_with(faults: Faults) -> House {
    let memory = Memory::with_faults(faults);
    let settings = Settings {
        max_upload_bytes: 10,
        policy: Policy::default(),
    };
    let files = Files::new(memory.ports(), settings);
    let ada = Tenant::new("ada").expect("a tenant");
    let job = files.create(&ada, NewFile::new(NAME, 10, "[]")).await;
    House {
        job: job.expect("a job"),
        memory,
        files,
        ada,
    }
}

async fn house() -> House {
    house_with(Faults::none()).await
}

impl House {
    fn key(&self) -> String {
        input_key(&self.job.id, NAME)
    }

    async fn upload(&self, body: &'static str) {
        let body = Bytes::from_static(body.as_bytes());
        let put = self.memory.objects.put(&self.key(), body, "text/csv").await;
        put.expect("a put");
    }

    /// A sample event, about this house's job.
    fn event(&self, name: &str) -> Event {
        let path = Path::new(EVENTS).join(format!("{name}.json"));
        let text = fs::read_to_string(path).expect("a sample event");
        let text = text.replace("JOB_ID", &self.job.id);
        serde_json::from_str(&text).expect("an event")
    }

    async fn call(&self, name: &str) -> Result<Value, String> {
        let answer = run(&self.files, self.event(name)).await;
        answer.map_err(|failure| format!("{}: {failure}", failure.name()))
    }

    async fn state(&self) -> State {
        let job = self.files.load(&self.ada, &self.job.id).await;
        job.expect("the job").state
    }

    fn messages(&self) -> usize {
        self.memory.queue.sent("file-jobs").len()
    }
}

fn done() -> Result<Value, String> {
    Ok(json!({ "batchItemFailures": [] }))
}

#[tokio::test]
async fn every_sample_event_is_answered() {
    let names = fs::read_dir(EVENTS)
        .expect("the sample events")
        .map(|entry| {
            let path = entry.expect("a file").path();
            path.file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned()
        });
    let mut names: Vec<String> = names.collect();
    names.sort();
    assert!(names.len() >= 6, "{names:?}");
    for name in names {
        let house = house().await;
        house.upload("a,b\n1,2\n").await;
        let answer = house.call(&name).await;
        let state = house.state().await;
        insta::assert_json_snapshot!(name, json!({ "answer": answer, "state": state }));
    }
}

#[tokio::test]
async fn a_job_starts_once_however_often_its_upload_is_told() {
    let house = house().await;
    assert_eq!(house.call("upload").await, done());
    assert_eq!(house.state().await, State::Created, "nothing is there yet");
    house.upload("a,b\n").await;
    for name in ["upload", "upload", "multipart-upload", "direct-upload"] {
        assert_eq!(house.call(name).await, done());
    }
    assert_eq!((house.state().await, house.messages()), (State::Queued, 1));
    let marked = house
        .files
        .mark_uploaded(&house.ada, &house.job.id, &house.key())
        .await;
    assert_eq!(marked.expect("a job").state, State::Queued);
    assert_eq!(house.messages(), 1);
}

#[tokio::test]
async fn a_file_that_is_too_large_fails_its_job_and_goes() {
    let house = house().await;
    house.upload("more than ten").await;
    assert_eq!(house.call("upload").await, done());
    assert_eq!((house.state().await, house.messages()), (State::Failed, 0));
    assert_eq!(house.memory.objects.keys(), Vec::<String>::new());
    assert_eq!(house.call("upload").await, done());
}

#[tokio::test]
async fn only_the_message_that_failed_comes_again() {
    let calls = house().await.memory.faults.calls(Operation::Get);
    let faults = Faults::none().fail(Operation::Get, calls + 1, Fault::Unavailable);
    let house = house_with(faults).await;
    house.upload("a,b\n").await;
    let answer = house.call("upload-and-others").await;
    let expected = json!({ "batchItemFailures": [
        { "itemIdentifier": "message-1" },
        { "itemIdentifier": "message-unreadable" }
    ] });
    assert_eq!(answer, Ok(expected));
    assert_eq!(house.call("upload").await, done());
    assert_eq!(house.state().await, State::Queued);
}

#[tokio::test]
async fn the_store_calls_again_when_it_is_told_to() {
    let calls = house().await.memory.faults.calls(Operation::Get);
    let faults = Faults::none().fail(Operation::Get, calls + 1, Fault::Unavailable);
    let house = house_with(faults).await;
    let answer = house.call("direct-upload").await;
    assert!(answer.is_err_and(|error| error.starts_with("Retryable")));
}

#[tokio::test]
async fn a_sweep_sends_what_was_lost_and_removes_what_is_old() {
    let faults = Faults::none().fail(Operation::Send, 1, Fault::Unavailable);
    let house = house_with(faults).await;
    house.upload("a,b\n").await;
    assert_eq!(house.call("upload").await, done());
    assert_eq!(house.messages(), 0);
    house.memory.clock.advance(TimeDelta::seconds(31));
    let swept = house.call("sweep").await.expect("an answer");
    assert_eq!((&swept["sent"], house.messages()), (&json!(1), 1));
    let cancelled = house.files.cancel(&house.ada, &house.job.id).await;
    assert_eq!(cancelled.expect("a job").state, State::Cancelled);

    house.memory.clock.advance(TimeDelta::days(30));
    assert!(house.files.load(&house.ada, &house.job.id).await.is_err());
    let swept = house.call("sweep").await.expect("an answer");
    assert_eq!(
        (&swept["removed"], &swept["errors"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(house.memory.objects.keys(), Vec::<String>::new());
    assert_eq!(house.memory.records.snapshot().len(), 0);
}

#[test]
fn what_is_no_event_is_no_event() {
    for other in [
        json!({}),
        json!({ "task": "dance" }),
        json!({ "Records": [{}] }),
        json!(null),
    ] {
        assert!(
            serde_json::from_value::<Event>(other.clone()).is_err(),
            "{other}"
        );
    }
}

use std::fs;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use millrace_files::{Download, FileJob, Files, NewFile, input_key};
use millrace_jobs::State;
use millrace_ports::contract::{Method, Request};
use millrace_ports::memory::{Fault, Faults, Memory, Operation};
use millrace_ports::{Clock, Objects, Tenant};
use serde_json::{Value, json};

use crate::event::Event;
use crate::process::Machine;
use crate::worker::Worker;

mod large;

const EVENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/file-worker");
const SAMPLE: &str = "name,city,age\nAlice,New York,30\nBob,London,25\nCharlie,New York,35\n";

/// The function over memory, with one job of Ada's whose file is there.
struct House {
    memory: Memory,
    files: Files,
    ada: Tenant,
    job: String,
}

impl House {
    async fn new(file: NewFile, body: impl Into<Bytes>) -> Self {
        Self::with_faults(Faults::none(), file, body).await
    }

    async fn with_faults(faults: Faults, file: NewFile, body: impl Into<Bytes>) -> Self {
        let memory = Memory::with_faults(faults);
        let files = Files::new(memory.ports(), millrace_files::Settings::default());
        Self::furnish(memory, files, file, body).await
    }

    /// Another job of Ada's.
    async fn beside(&self, file: NewFile, body: impl Into<Bytes>) -> Self {
        Self::furnish(self.memory.clone(), self.files.clone(), file, body).await
    }

    async fn furnish(memory: Memory, files: Files, file: NewFile, body: impl Into<Bytes>) -> Self {
        let ada = Tenant::new("ada").expect("a tenant");
        let job = files.create(&ada, file.clone()).await.expect("a job").id;
        let key = input_key(&job, &file.file_name);
        let put = memory.objects.put(&key, body.into(), "text/csv");
        put.await.expect("a put");
        let marked = files.mark_uploaded(&ada, &job, &key).await;
        marked.expect("queued");
        Self {
            memory,
            files,
            ada,
            job,
        }
    }

    fn event(&self, name: &str) -> Event {
        let path = Path::new(EVENTS).join(format!("{name}.json"));
        let text = fs::read_to_string(path).expect("a sample event");
        serde_json::from_str(&text.replace("JOB_ID", &self.job)).expect("an event")
    }

    /// A worker that takes inputs of more bytes for large, and cuts them into parts of so many.
    fn worker(&self, large_bytes: u64, part_bytes: u64) -> Worker {
        let settings = millrace_processing::Settings {
            report_every: Duration::from_millis(5),
            pause: Duration::ZERO,
            large_bytes,
            ..millrace_processing::Settings::default()
        };
        Worker::new(self.files.clone(), Machine::new(512, part_bytes), settings)
    }

    fn deadline(&self) -> DateTime<Utc> {
        self.memory.clock.now() + TimeDelta::minutes(15)
    }

    async fn call(&self, name: &str) -> Value {
        let worker = self.worker(u64::MAX, u64::MAX);
        let answer = worker.run(self.event(name), self.deadline()).await;
        answer.expect("an answer")
    }

    async fn load(&self) -> FileJob {
        self.files
            .load(&self.ada, &self.job)
            .await
            .expect("the job")
    }

    /// The name of a file and what is in it.
    async fn download(&self, which: Download) -> (String, Bytes) {
        let url = self.files.download_url(&self.ada, &self.job, which).await;
        let answer = self.memory.objects.fetch(Request {
            method: Method::Get,
            url: url.expect("a URL"),
            body: Bytes::new(),
        });
        let disposition = &answer.headers["content-disposition"];
        let name = disposition.split('"').nth(1).expect("a name").to_owned();
        (name, answer.body)
    }

    fn assert_no_output(&self) {
        let keys = self.memory.objects.keys();
        assert!(keys.iter().all(|key| key.starts_with("input/")), "{keys:?}");
        assert_eq!(self.memory.objects.open_uploads(), Vec::<String>::new());
    }
}

fn done() -> Value {
    json!({ "batchItemFailures": [] })
}

fn file(name: &str, steps: Value) -> NewFile {
    NewFile::new(name, 10_240, steps.to_string())
}

fn city_of_new_york() -> Value {
    json!([{"type": "filter", "params": {"column": "city", "operator": "eq", "value": "New York"}}])
}

#[tokio::test]
async fn the_documents_walk_gives_its_file() {
    let house = House::new(file("sample_data.csv", city_of_new_york()), SAMPLE).await;
    assert_eq!(house.call("job").await, done());
    let job = house.load().await;
    assert_eq!(job.state, State::Succeeded, "{job:?}");
    let progress = &job.progress;
    assert_eq!((progress.rows_read, progress.rows_written), (3, 2));
    assert_eq!(
        (progress.percent, progress.stage.as_str(), progress.bytes),
        (100, "finalizing", SAMPLE.len() as u64)
    );
    assert_eq!(job.warnings, Vec::<String>::new());
    let expected = "name,city,age\nAlice,New York,30\nCharlie,New York,35\n";
    assert_eq!(
        house.download(Download::Output).await,
        ("sample_data_processed.csv".to_owned(), expected.into())
    );
    assert_eq!(house.call("job").await, done(), "the same message again");
}

#[tokio::test]
async fn an_output_has_the_name_and_type_of_its_format() {
    let steps = json!([{"type": "convert_format", "params": {"to_format": "parquet"}}]);
    let house = House::new(file("sample_data.csv", steps), SAMPLE).await;
    assert_eq!(house.call("job").await, done());
    let output = house.load().await.detail.output.expect("an output");
    assert_eq!(output.file_name, "sample_data_processed.parquet");
    assert_eq!(output.content_type, "application/vnd.apache.parquet");
    let (_, body) = house.download(Download::Output).await;
    assert!(body.starts_with(b"PAR1") && body.ends_with(b"PAR1"));
    assert_eq!(body.len() as u64, output.size);
}

#[tokio::test]
async fn rows_that_cannot_be_read_go_to_a_file_of_their_own() {
    let body = "id,name\n1,Ada\n2,Eve,too many\n3,Zoë\n";
    let house = House::new(file("people.csv", json!([])), body).await;
    assert_eq!(house.call("job").await, done());
    let job = house.load().await;
    assert_eq!(job.state, State::Succeeded, "{job:?}");
    assert_eq!(job.progress.rows_rejected, 1);
    assert_eq!(
        job.warnings[0],
        "1 row could not be read and went to the rejects file"
    );
    let (name, body) = house.download(Download::Rejects).await;
    assert_eq!(name, "people_rejects.ndjson");
    let line: Value = serde_json::from_slice(&body).expect("one line of JSON");
    assert_eq!(
        (
            &line["row"],
            &line["code"],
            &line["byte_offset"],
            &line["raw"]
        ),
        (
            &json!(2),
            &json!("TOO_MANY_FIELDS"),
            &json!(14),
            &json!("2,Eve,too many")
        )
    );
}

#[tokio::test]
async fn too_many_of_them_fail_the_job() {
    let body = "id,name\n1,Ada\n2,Eve,too many\n3,Zoë\n";
    let mut strict = file("people.csv", json!([]));
    strict.max_rejected_rows = 0;
    let house = House::new(strict, body).await;
    assert_eq!(house.call("job").await, done());
    let job = house.load().await;
    let failure = job.failure.expect("a failure");
    assert_eq!(
        (job.state, failure.code.as_str()),
        (State::Failed, "TOO_MANY_REJECTS")
    );
    house.assert_no_output();
}

#[tokio::test]
async fn what_cannot_be_processed_fails_by_name_at_the_first_attempt() {
    let parquet = || json!([{"type": "convert_format", "params": {"to_format": "parquet"}}]);
    let unknown = json!([{"type": "drop_columns", "params": {"columns": ["citty"]}}]);
    let declared = |format: &str| {
        let mut file = file("a.csv", json!([]));
        file.input_options = Some(json!({ "format": format }).to_string());
        file
    };
    for (file, body, code) in [
        (file("a.csv", parquet()), &b""[..], "EMPTY_FILE"),
        (
            file("a.csv", parquet()),
            b"a,b\n1,\"x\n",
            "UNTERMINATED_QUOTE",
        ),
        (
            file("a.parquet", json!([])),
            b"PAR1 and no more",
            "DAMAGED_PARQUET",
        ),
        (
            file("a.csv.gz", json!([])),
            b"\x1f\x8b\x08\0\0\0\0\0\0\x03",
            "TRUNCATED_ARCHIVE",
        ),
        (declared("parquet"), b"a,b\n1,2\n", "NOT_PARQUET"),
        (declared("json"), b"a,b\n1,2\n", "NOT_JSON"),
        (
            file("a.csv", unknown),
            SAMPLE.as_bytes(),
            "COLUMN_NOT_FOUND",
        ),
    ] {
        let house = House::new(file, body).await;
        assert_eq!(house.call("job").await, done(), "{code}");
        let job = house.load().await;
        let failure = job.failure.expect("a failure");
        assert_eq!(
            (failure.code.as_str(), job.attempt),
            (code, 1),
            "{failure:?}"
        );
        assert_eq!(job.state, State::Failed);
        assert!(
            failure.message.starts_with(char::is_uppercase),
            "{failure:?}"
        );
        house.assert_no_output();
    }
}

#[tokio::test]
async fn an_unknown_column_names_those_that_exist() {
    let steps = json!([{"type": "drop_columns", "params": {"columns": ["citty"]}}]);
    let house = House::new(file("a.csv", steps), SAMPLE).await;
    house.call("job").await;
    let failure = house.load().await.failure.expect("a failure");
    for word in ["citty", "\"city\"", "name", "age"] {
        assert!(failure.message.contains(word), "{word}: {failure:?}");
    }
}

#[tokio::test]
async fn a_keyed_hash_is_the_tenants_own_in_every_job() {
    let steps =
        || json!([{"type": "hash", "params": {"columns": ["name"], "algorithm": "hmac_sha256"}}]);
    let house = House::new(file("a.csv", steps()), SAMPLE).await;
    house.call("job").await;
    let job = house.load().await;
    assert_eq!(job.state, State::Succeeded, "{job:?}");
    let (_, first) = house.download(Download::Output).await;
    assert!(!first.windows(5).any(|window| window == b"Alice"));
    let other = house.beside(file("b.csv", steps()), SAMPLE).await;
    other.call("job").await;
    assert_eq!(other.download(Download::Output).await.1, first);
}

#[tokio::test]
async fn an_output_of_several_parts_is_one_file() {
    let mut body = String::from("number,text\n");
    let rows = 300_000;
    for number in 0..rows {
        body.push_str(&format!(
            "{number},row number {number} of a file that is large\n"
        ));
    }
    let house = House::new(file("large.csv", json!([])), body.clone()).await;
    assert_eq!(house.call("job").await, done());
    let job = house.load().await;
    assert_eq!(job.state, State::Succeeded, "{job:?}");
    assert_eq!(job.progress.rows_written, rows);
    assert!(house.memory.faults.calls(Operation::PutPart) > 1);
    let (_, output) = house.download(Download::Output).await;
    assert!(output == body, "other bytes");
}

#[tokio::test]
async fn a_step_brings_in_the_file_of_another_job() {
    let cities = House::new(file("cities.csv", json!([])), "city,country\nLondon,GB\n").await;
    let join = |id: &str| {
        let params = json!({"right": {"job_input": id}, "how": "inner", "on": ["city"]});
        file(
            "sample_data.csv",
            json!([{"type": "join", "params": params}]),
        )
    };
    let house = cities.beside(join(&cities.job), SAMPLE).await;
    house.call("job").await;
    let (_, output) = house.download(Download::Output).await;
    assert_eq!(output, "name,city,age,country\nBob,London,25,GB\n");

    // Somebody else's file is as good as none.
    let eve = Tenant::new("eve").expect("a tenant");
    let foreign = house
        .files
        .create(&eve, file("secret.csv", json!([])))
        .await;
    let waiting = house
        .files
        .create(&house.ada, file("later.csv", json!([])))
        .await;
    for id in [
        foreign.expect("a job").id,
        waiting.expect("a job").id,
        "cities".to_owned(),
    ] {
        let refused = house.beside(join(&id), SAMPLE).await;
        refused.call("job").await;
        let failure = refused.load().await.failure.expect("a failure");
        assert_eq!(failure.code, "INPUT_NOT_FOUND", "{failure:?}");
    }
}

#[tokio::test]
async fn only_messages_that_failed_come_again() {
    let house = House::new(file("a.csv", json!([])), SAMPLE).await;
    assert_eq!(house.call("unknown-job").await, done());
    let answer = house.call("unreadable").await;
    let again = json!({ "batchItemFailures": [{ "itemIdentifier": "message-unreadable" }] });
    assert_eq!(answer, again);
    assert_eq!(house.load().await.state, State::Succeeded);
}

#[tokio::test]
async fn a_store_that_does_not_answer_brings_the_message_again() {
    let gets = House::new(file("a.csv", json!([])), SAMPLE)
        .await
        .memory
        .faults
        .calls(Operation::Get);
    let faults = Faults::none().fail(Operation::Get, gets + 1, Fault::Unavailable);
    let house = House::with_faults(faults, file("a.csv", json!([])), SAMPLE).await;
    let again = json!({ "batchItemFailures": [{ "itemIdentifier": "message-1" }] });
    assert_eq!(house.call("job").await, again);
    assert_eq!(house.load().await.state, State::Queued);
    assert_eq!(house.call("job").await, done());
    assert_eq!(house.load().await.state, State::Succeeded);
}

#[test]
fn what_is_no_event_is_no_event() {
    for other in [
        json!({}),
        json!({ "Records": [{}] }),
        json!({ "task": "sweep" }),
    ] {
        assert!(
            serde_json::from_value::<Event>(other.clone()).is_err(),
            "{other}"
        );
    }
}

//! Jobs that the state machine makes, which is played by a loop.

use std::pin::pin;

use futures::poll;
use millrace_ports::memory::Fault;
use serde_json::from_value;

use super::*;

const PART: u64 = 1_000;

/// An execution of `infra/machines/generation-run.asl.json`.
pub(super) struct Execution<'house> {
    house: &'house House,
    worker: Worker,
    input: Value,
}

impl House {
    /// Takes the message of the job, which hands it to the machine.
    pub(super) async fn hand_over(&self) -> Execution<'_> {
        let worker = self.worker(0, PART);
        let body = self
            .memory
            .queue
            .receive("generation-jobs")
            .expect("a message");
        let event = json!({"Records": [{"messageId": "1", "body": body}]});
        let event: Event = from_value(event).expect("an event");
        // A message comes again as long as it is not answered well.
        while worker.run(event.clone(), self.deadline()).await != Ok(done()) {}
        let executions = self.memory.workflows.executions(MACHINE);
        let (_, execution) = executions.last_key_value().expect("an execution");
        Execution {
            house: self,
            worker,
            input: execution.input.clone(),
        }
    }
}

impl Execution<'_> {
    pub(super) async fn task(&self, task: &str, parts: &Value) -> Result<Value, TaskFailure> {
        let mut input = json!({"task": task, "ticket": self.input["ticket"]});
        if !parts.is_null() {
            input["parts"] = parts.clone();
        }
        for _ in 0..6 {
            let event = from_value(input.clone()).expect("an event");
            match self.worker.run(event, self.house.deadline()).await {
                Err(TaskFailure::Retryable(_)) => {}
                answer => return answer,
            }
        }
        Err(TaskFailure::Retryable("for too long".to_owned()))
    }

    /// The stages before the parts are made.
    async fn prepare(&self) -> Result<Vec<Value>, TaskFailure> {
        self.task("validate", &Value::Null).await?;
        let learns = self.input["learns"].as_bool().expect("a word");
        let prepare = if learns { "learn" } else { "plan" };
        let prepared = self.task(prepare, &Value::Null).await?;
        Ok(prepared["spans"].as_array().expect("spans").clone())
    }

    async fn tasks(&self) -> Result<usize, TaskFailure> {
        let spans = self.prepare().await?;
        for span in &spans {
            self.task("generate", span).await?;
        }
        self.task("verify", &Value::Null).await?;
        self.task("publish", &Value::Null).await?;
        Ok(spans.len())
    }

    /// Runs to the end, and gives the number of spans where it came to a good one.
    pub(super) async fn run(&self) -> Option<usize> {
        match self.tasks().await {
            Ok(spans) => Some(spans),
            Err(_) => {
                let given_up = self.task("give-up", &Value::Null).await;
                // Only a job that has ended needs nobody to give it up.
                assert!(!matches!(given_up, Err(TaskFailure::Panic(_))));
                None
            }
        }
    }
}

/// The same job, by one call and in the same parts.
async fn by_one(format: &str) -> Bytes {
    let house = House::new(transactions(format)).await;
    house.call("job", PART).await;
    house.result().await.0
}

#[tokio::test]
async fn the_machine_makes_what_one_call_makes() {
    for format in ["CSV", "JSON", "NDJSON", "PARQUET", "XLSX"] {
        let house = House::new(transactions(format)).await;
        let spans = house.hand_over().await.run().await.expect("a good end");
        assert_eq!(spans > 1, format != "XLSX", "{format}");
        let (bytes, job) = house.result().await;
        assert_eq!(count(&bytes), ROWS, "{format}");
        if format != "XLSX" {
            assert!(bytes == by_one(format).await, "{format}: other bytes");
        }
        assert_eq!(job.progress.percent, 100);
        house.assert_no_parts();
    }
}

#[tokio::test]
async fn a_paused_job_goes_on_with_the_parts_that_are_there() {
    for format in ["CSV", "PARQUET"] {
        let house = House::new(transactions(format)).await;
        let first = house.hand_over().await;
        let spans = first.prepare().await.expect("a plan");
        first.task("generate", &spans[0]).await.expect("parts");
        let paused = house.generation.pause(&house.ada, &house.job).await;
        assert_eq!(paused.expect("a job").state, State::Paused);
        let late = first.task("generate", &spans[1]).await;
        assert!(matches!(late, Err(TaskFailure::Permanent(_))), "{late:?}");
        first.task("give-up", &Value::Null).await.expect("an end");
        assert_eq!(house.load().await.state, State::Paused);

        let resumed = house.generation.resume(&house.ada, &house.job).await;
        assert_eq!(resumed.expect("a job").state, State::Queued);
        let second = house.hand_over().await;
        let before = house.puts();
        assert_eq!(second.prepare().await.expect("a plan"), spans);
        second.task("generate", &spans[0]).await.expect("parts");
        assert_eq!(house.puts(), before, "what is there is not made again");
        assert_eq!(second.run().await, Some(spans.len()));
        let (bytes, job) = house.result().await;
        assert!(bytes == by_one(format).await, "{format}: other bytes");
        assert_eq!(job.run, 2);
        house.assert_no_parts();
    }
}

#[tokio::test]
async fn a_killed_run_goes_on_with_the_parts_that_are_there() {
    let house = House::new(transactions("CSV")).await;
    let first = house.hand_over().await;
    let spans = first.prepare().await.expect("a plan");
    first.task("generate", &spans[0]).await.expect("parts");
    // The worker of the second span is killed wherever it is, and the machine with it: what was awaited
    // is dropped.
    {
        let mut killed = pin!(first.task("generate", &spans[1]));
        let _ = poll!(killed.as_mut());
    }
    assert_eq!(house.load().await.state, State::Running);

    // Nobody reports any more; the sweep finds that out.
    house.memory.clock.advance(TimeDelta::minutes(3));
    let swept = house.generation.sweep().await.expect("a sweep");
    assert_eq!(swept.requeued, 1);
    let second = house.hand_over().await;
    let before = house.puts();
    second.task("generate", &spans[0]).await.expect("parts");
    assert_eq!(house.puts(), before, "what is there is not made again");
    let late = first.task("generate", &spans[2]).await;
    assert!(matches!(late, Err(TaskFailure::Permanent(_))), "{late:?}");
    assert!(second.run().await.is_some());
    let (bytes, job) = house.result().await;
    assert!(bytes == by_one("CSV").await, "other bytes");
    assert_eq!(job.attempt, 2);
    house.assert_no_parts();
}

#[tokio::test]
async fn a_machine_that_fails_gives_the_job_back() {
    let house = House::new(transactions("CSV")).await;
    let first = house.hand_over().await;
    let spans = first.prepare().await.expect("a plan");
    first.task("generate", &spans[0]).await.expect("parts");
    first.task("give-up", &Value::Null).await.expect("an end");
    assert_eq!(house.load().await.state, State::Queued);
    assert!(house.hand_over().await.run().await.is_some());
    house.result().await;
}

#[tokio::test]
async fn a_run_over_its_time_is_paused_and_goes_on() {
    let mut wish = transactions("CSV");
    wish["timeout"] = json!(60);
    let house = House::new(wish).await;
    let first = house.hand_over().await;
    let spans = first.prepare().await.expect("a plan");
    first.task("generate", &spans[0]).await.expect("parts");
    house.memory.clock.advance(TimeDelta::seconds(61));
    assert_eq!(first.run().await, None);
    assert_eq!(house.load().await.state, State::Paused);
    let resumed = house.generation.resume(&house.ada, &house.job).await;
    resumed.expect("a job");
    assert!(house.hand_over().await.run().await.is_some());
    assert!(house.result().await.0 == by_one("CSV").await);
}

#[tokio::test]
async fn a_cancelled_job_leaves_nothing() {
    let house = House::new(transactions("CSV")).await;
    let execution = house.hand_over().await;
    let spans = execution.prepare().await.expect("a plan");
    execution.task("generate", &spans[0]).await.expect("parts");
    let cancelled = house.generation.cancel(&house.ada, &house.job).await;
    assert_eq!(cancelled.expect("a job").state, State::Cancelling);
    assert_eq!(execution.run().await, None);
    assert_eq!(house.load().await.state, State::Cancelled);
    house.assert_no_parts();
    assert_eq!(house.memory.objects.keys(), Vec::<String>::new());
}

#[tokio::test]
async fn what_no_output_can_hold_fails_before_it_is_made() {
    let columns: Vec<Value> = (0..200)
        .map(|column| json!({"name": format!("c{column}"), "type": "text"}))
        .collect();
    let house = House::new(json!({
        "dataType": "custom", "dataSize": 1_000_000_000, "parameters": {"schema": {"columns": columns}}
    }))
    .await;
    assert_eq!(house.hand_over().await.run().await, None);
    assert_eq!(house.failure().await, "OUTPUT_TOO_LARGE");
}

#[tokio::test]
async fn chunks_that_are_there_are_not_carried_again() {
    let mut wish = transactions("CSV");
    wish["outputBucket"] = json!("shared");
    let house = House::new(wish).await;
    let execution = house.hand_over().await;
    let spans = execution.prepare().await.expect("a plan");
    for span in &spans {
        execution.task("generate", span).await.expect("parts");
    }
    execution.task("verify", &Value::Null).await.expect("all");
    let folder = format!("ada/jobs/{}", house.job);
    let own = &house.memory.objects;
    let part = own.get(&format!("{folder}/parts/000000"), 1 << 20).await;
    let part = part.expect("the store").expect("a part");
    let chunk = format!("{folder}/chunks/000000");
    let put = house.shared.objects.put(&chunk, part, "text/csv").await;
    put.expect("a put");
    let keys = own.keys();
    let parts = keys.iter().filter(|key| key.contains("/parts/0")).count() as u64;
    assert!(parts > 2, "{keys:?}");
    let puts = || house.shared.faults.calls(Operation::PutObject);
    let before = puts();
    execution
        .task("publish", &Value::Null)
        .await
        .expect("an end");
    assert_eq!(puts() - before, parts - 1);
    assert!(house.result().await.0 == by_one("CSV").await);
    let left = house.shared.objects.keys();
    assert_eq!(left.len(), 1, "the output alone: {left:?}");
}

/// A part is far from done when its owner pauses the job; the worker hears of it by its next report.
#[tokio::test]
async fn a_stop_is_heard_while_a_part_is_made() {
    let mut wish = transactions("CSV");
    wish["dataSize"] = json!(1_000_000_000);
    let house = House::new(wish).await;
    let execution = house.hand_over().await;
    let worker = house.worker(0, u64::MAX);
    for task in ["validate", "plan"] {
        let event = json!({"task": task, "ticket": execution.input["ticket"]});
        let event = from_value(event).expect("an event");
        worker.run(event, house.deadline()).await.expect("done");
    }
    let event = json!({
        "task": "generate", "ticket": execution.input["ticket"], "parts": {"first": 0, "end": 1}
    });
    let event = from_value(event).expect("an event");
    let pause = async {
        while house.load().await.progress.stage != "generate" {
            tokio::task::yield_now().await;
        }
        house.generation.pause(&house.ada, &house.job).await
    };
    let (stopped, paused) = tokio::join!(worker.run(event, house.deadline()), pause);
    paused.expect("paused");
    assert!(
        matches!(stopped, Err(TaskFailure::Permanent(_))),
        "{stopped:?}"
    );
    assert_eq!(house.load().await.state, State::Paused);
}

#[tokio::test]
async fn lost_objects_are_made_again() {
    let house = House::new(transactions("CSV")).await;
    let first = house.hand_over().await;
    let spans = first.prepare().await.expect("a plan");
    for span in &spans {
        first.task("generate", span).await.expect("parts");
    }
    let keys = house.memory.objects.keys();
    let part = keys.iter().find(|key| key.ends_with("/parts/000001"));
    let part = part.expect("a part").clone();
    house.memory.objects.delete(&[part]).await.expect("deleted");
    assert!(first.task("verify", &Value::Null).await.is_err());
    first.task("give-up", &Value::Null).await.expect("an end");
    assert!(house.hand_over().await.run().await.is_some());
    assert!(house.result().await.0 == by_one("CSV").await);
}

/// Whatever fails once outside, the job succeeds with the same bytes.
#[tokio::test]
async fn faults_of_the_store_change_no_bytes() {
    let output = by_one("CSV").await;
    let clean = House::new(transactions("CSV")).await;
    let operations = [
        Operation::Get,
        Operation::Query,
        Operation::Transact,
        Operation::PutObject,
        Operation::GetObject,
        Operation::HeadObject,
        Operation::Concatenate,
        Operation::Start,
    ];
    let calls = |house: &House, operation| house.memory.faults.calls(operation);
    let before = operations.map(|operation| calls(&clean, operation));
    clean.hand_over().await.run().await.expect("a good end");
    for (operation, before) in operations.into_iter().zip(before) {
        for nth in before + 1..=calls(&clean, operation).min(before + 6) {
            for fault in [Fault::Unavailable, Fault::ResponseLost] {
                let faults = Faults::none().fail(operation, nth, fault);
                let house = House::with_faults(faults, transactions("CSV")).await;
                let mut attempts = 0;
                while house.hand_over().await.run().await.is_none() {
                    attempts += 1;
                    let state = house.load().await.state;
                    assert!(
                        state == State::Queued && attempts < 3,
                        "{operation:?} {nth} {fault:?}: {state:?}"
                    );
                }
                assert!(
                    house.result().await.0 == output,
                    "{operation:?} {nth} {fault:?}: other bytes"
                );
            }
        }
    }
}

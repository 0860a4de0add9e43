//! Large files, with the state machine played by a loop.

use std::fmt::Write;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use millrace_edge::tasks::TaskFailure;
use millrace_processing::MACHINE;
use serde_json::from_value;

use super::*;

/// Rows of a file; one in a hundred cannot be cast.
const ROWS: usize = 4_000;
const LARGE: u64 = 10_000;
const PART: u64 = 20_000;

fn content() -> String {
    let mut content = "id,city,note\n".to_owned();
    for row in 0..ROWS {
        let id = if row % 100 == 7 {
            "none".to_owned()
        } else {
            row.to_string()
        };
        let city = ["Oslo", "New York", "\"two\nlines\""][row % 3];
        writeln!(content, "{id},{city},note {row}").expect("text");
    }
    content
}

fn steps(to: &str) -> Value {
    json!([
        {"type": "cast", "params": {"columns": {"id": "int64"}}, "on_error": "quarantine"},
        {"type": "filter", "params": {"column": "id", "operator": "gte", "value": 90}},
        {"type": "convert_format", "params": {"to_format": to}},
    ])
}

impl House {
    async fn large(faults: Faults, to: &str) -> Self {
        let mut file = file("large.csv", steps(to));
        file.input_options = Some(json!({"all_strings": true}).to_string());
        Self::with_faults(faults, file, content()).await
    }

    /// Takes the message of the job, which hands it to the machine.
    async fn hand_over(&self) -> Execution<'_> {
        let worker = self.worker(LARGE, PART);
        let body = self.memory.queue.receive("file-jobs").expect("a message");
        let event = json!({"Records": [{"messageId": "1", "body": body}]});
        let event: Event = from_value(event).expect("an event");
        // A message comes again as long as it is not answered well.
        while worker.run(event.clone(), self.deadline()).await != Ok(done()) {}
        let executions = self.memory.workflows.executions(MACHINE);
        let (_, execution) = executions.last_key_value().expect("an execution");
        Execution {
            house: self,
            worker,
            ticket: execution.input["ticket"].clone(),
        }
    }

    /// What a job has in the end, all of it visible to its owner.
    async fn result(&self) -> (Bytes, Bytes, FileJob) {
        let job = self.load().await;
        assert_eq!(job.state, State::Succeeded, "{job:?}");
        let (name, output) = self.download(Download::Output).await;
        assert!(name.starts_with("large_processed."), "{name}");
        (output, self.download(Download::Rejects).await.1, job)
    }

    /// Nothing is left of the parts.
    fn assert_no_parts(&self) {
        let keys = self.memory.objects.keys();
        let left: Vec<_> = keys.iter().filter(|key| key.contains("/jobs/")).collect();
        assert_eq!(left, Vec::<&String>::new());
        assert_eq!(self.memory.objects.open_uploads(), Vec::<String>::new());
        let rows = self.memory.records.snapshot();
        assert!(rows.keys().all(|key| !key.sk.starts_with("PART#")));
    }
}

/// An execution of `infra/machines/file-run.asl.json`.
struct Execution<'house> {
    house: &'house House,
    worker: Worker,
    ticket: Value,
}

impl Execution<'_> {
    async fn task(&self, mut task: Value) -> Result<Value, TaskFailure> {
        task["ticket"] = self.ticket.clone();
        for _ in 0..6 {
            let event = from_value(task.clone()).expect("an event");
            match self.worker.run(event, self.house.deadline()).await {
                Err(TaskFailure::Retryable(_)) => {}
                answer => return answer,
            }
        }
        Err(TaskFailure::Retryable("for too long".to_owned()))
    }

    async fn plan(&self) -> Result<Vec<Value>, TaskFailure> {
        let plan = self.task(json!({"task": "plan"})).await?;
        Ok(plan["parts"].as_array().expect("parts").clone())
    }

    async fn part(&self, number: &Value) -> Result<Value, TaskFailure> {
        self.task(json!({"task": "part", "number": number})).await
    }

    async fn tasks(&self) -> Result<usize, TaskFailure> {
        let parts = self.plan().await?;
        for number in &parts {
            self.part(number).await?;
        }
        self.task(json!({"task": "merge"})).await?;
        Ok(parts.len())
    }

    /// Runs to the end, and gives the number of parts where it came to a good one.
    async fn run(&self) -> Option<usize> {
        match self.tasks().await {
            Ok(parts) => Some(parts),
            Err(_) => {
                let given_up = self.task(json!({"task": "give-up"})).await;
                given_up.expect("the end of a machine");
                None
            }
        }
    }
}

/// The same job, by one function.
async fn by_one(to: &str) -> (Bytes, Bytes, FileJob) {
    let house = House::large(Faults::none(), to).await;
    house.call("job").await;
    house.result().await
}

#[tokio::test]
async fn parts_make_the_file_that_one_function_makes() {
    for to in ["csv", "json", "parquet", "xlsx"] {
        let (output, rejects, job) = by_one(to).await;
        let house = House::large(Faults::none(), to).await;
        let parts = house.hand_over().await.run().await;
        assert_eq!(parts, Some(if to == "xlsx" { 1 } else { 5 }), "{to}");
        let (merged, merged_rejects, merged_job) = house.result().await;
        assert_eq!(merged_rejects, rejects, "{to}");
        if to == "parquet" {
            // Row groups end where parts do.
            assert_eq!(merged.slice(..4), "PAR1");
        } else {
            assert!(merged == output, "{to}: other bytes");
        }
        let counts = |job: &FileJob| {
            let progress = &job.progress;
            (
                progress.rows_read,
                progress.rows_written,
                progress.rows_rejected,
                progress.percent,
            )
        };
        assert_eq!(counts(&merged_job), counts(&job), "{to}");
        assert_eq!(merged_job.warnings, job.warnings, "{to}");
        house.assert_no_parts();
    }
}

#[tokio::test]
async fn a_killed_run_goes_on_with_the_parts_that_are_there() {
    let (output, rejects, _) = by_one("csv").await;
    let house = House::large(Faults::none(), "csv").await;
    let first = house.hand_over().await;
    let parts = first.plan().await.expect("a plan");
    for number in &parts[..2] {
        first.part(number).await.expect("a part");
    }
    // The third part is killed while it is made, and the machine with it: what was awaited is dropped.
    {
        let mut killed = pin!(first.part(&parts[2]));
        let polled = poll_fn(|context| Poll::Ready(killed.as_mut().poll(context))).await;
        assert!(polled.is_pending());
    }
    let keys = house.memory.objects.keys();
    let made: Vec<_> = keys.iter().filter(|key| key.contains("/parts/")).collect();
    assert!(
        made.len() >= 2 * 2,
        "two parts with their rejects: {made:?}"
    );
    assert_eq!(house.load().await.state, State::Running);

    // Nobody reports any more; the sweep finds that out.
    house.memory.clock.advance(TimeDelta::minutes(3));
    let swept = house.files.sweep().await.expect("a sweep");
    assert_eq!(swept.jobs.requeued, 1);
    let second = house.hand_over().await;
    assert_ne!(second.ticket, first.ticket);
    let before = house.memory.faults.calls(Operation::PutObject);
    assert_eq!(second.plan().await.expect("a plan"), parts);
    for number in &parts[..2] {
        second.part(number).await.expect("a part");
    }
    let after = house.memory.faults.calls(Operation::PutObject);
    assert_eq!(after, before, "what is there is not made again");
    // Nobody takes what the first machine says now.
    let late = first.part(&parts[3]).await;
    assert!(matches!(late, Err(TaskFailure::Permanent(_))), "{late:?}");
    assert_eq!(second.run().await, Some(parts.len()));
    let (merged, merged_rejects, job) = house.result().await;
    assert_eq!((merged, merged_rejects), (output, rejects));
    assert_eq!((job.attempt, job.progress.rows_read), (2, ROWS as u64));
    house.assert_no_parts();
}

#[tokio::test]
async fn a_machine_that_fails_gives_the_job_back() {
    let house = House::large(Faults::none(), "csv").await;
    let first = house.hand_over().await;
    let parts = first.plan().await.expect("a plan");
    first.part(&parts[0]).await.expect("a part");
    first
        .task(json!({"task": "give-up"}))
        .await
        .expect("an end");
    assert_eq!(house.load().await.state, State::Queued);
    assert!(house.hand_over().await.run().await.is_some());
    house.result().await;
}

#[tokio::test]
async fn of_two_merges_at_once_neither_takes_away_what_the_other_has_published() {
    let (output, rejects, _) = by_one("csv").await;
    let house = House::large(Faults::none(), "csv").await;
    let execution = house.hand_over().await;
    for number in &execution.plan().await.expect("a plan") {
        execution.part(number).await.expect("a part");
    }
    // The machine takes a call for lost that still runs, and calls again.
    let merge = || execution.task(json!({"task": "merge"}));
    let (first, second) = tokio::join!(merge(), merge());
    assert_eq!(
        [&first, &second].iter().filter(|end| end.is_ok()).count(),
        1
    );
    execution
        .task(json!({"task": "give-up"}))
        .await
        .expect("an end");
    let (merged, merged_rejects, _) = house.result().await;
    assert_eq!((merged, merged_rejects), (output, rejects));
    house.assert_no_parts();
}

#[tokio::test]
async fn a_plan_that_comes_twice_forgets_no_part() {
    let house = House::large(Faults::none(), "csv").await;
    let execution = house.hand_over().await;
    let plan = || execution.plan();
    let (first, second) = tokio::join!(plan(), plan());
    assert_eq!(first, second);
    let parts = first.expect("a plan");
    execution.part(&parts[0]).await.expect("a part");
    let before = house.memory.faults.calls(Operation::PutObject);
    assert_eq!(execution.plan().await.as_ref(), Ok(&parts));
    execution.part(&parts[0]).await.expect("a part");
    let after = house.memory.faults.calls(Operation::PutObject);
    assert_eq!(after, before, "it is not made again");
    assert_eq!(execution.run().await, Some(parts.len()));
}

#[tokio::test]
async fn tasks_of_a_job_that_is_gone_have_nothing_to_do() {
    let house = House::new(file("large.csv", json!([])), content()).await;
    let worker = house.worker(LARGE, PART);
    for name in ["plan", "part", "merge"] {
        let event = house.event(name);
        assert_eq!(event.name(), name);
        let answer = worker.run(event, house.deadline()).await;
        assert!(
            matches!(answer, Err(TaskFailure::Permanent(_))),
            "{name}: {answer:?}"
        );
    }
    let answer = worker.run(house.event("give-up"), house.deadline()).await;
    assert_eq!(answer, Ok(json!({})));
}

#[tokio::test]
async fn a_cancelled_job_stops_between_parts_and_leaves_nothing() {
    let house = House::large(Faults::none(), "csv").await;
    let execution = house.hand_over().await;
    let parts = execution.plan().await.expect("a plan");
    execution.part(&parts[0]).await.expect("a part");
    let cancelled = house.files.cancel(&house.ada, &house.job).await;
    assert_eq!(cancelled.expect("a job").state, State::Cancelling);
    assert_eq!(execution.run().await, None);
    assert_eq!(house.load().await.state, State::Cancelled);
    house.assert_no_parts();
    house.assert_no_output();
}

#[tokio::test]
async fn rejected_rows_of_all_parts_count() {
    let mut file = file("large.csv", steps("csv"));
    file.input_options = Some(json!({"all_strings": true}).to_string());
    // Fewer than 40 rows are rejected in each part, and more in all.
    file.max_rejected_rows = ROWS as u64 / 100 - 1;
    let house = House::new(file, content()).await;
    assert_eq!(house.hand_over().await.run().await, None);
    let job = house.load().await;
    assert_eq!(
        job.failure.map(|failure| failure.code).as_deref(),
        Some("TOO_MANY_REJECTS")
    );
    house.assert_no_parts();
    house.assert_no_output();
}

#[tokio::test]
async fn what_cannot_be_read_fails_when_the_work_is_planned() {
    let steps = json!([{"type": "drop_columns", "params": {"columns": ["nme"]}}]);
    let house = House::new(file("large.csv", steps), content()).await;
    assert_eq!(house.hand_over().await.run().await, None);
    let job = house.load().await;
    assert_eq!(
        job.failure.map(|failure| failure.code).as_deref(),
        Some("COLUMN_NOT_FOUND")
    );
    house.assert_no_parts();
}

#[tokio::test]
async fn parts_tell_together_how_far_the_job_is() {
    let house = House::large(Faults::none(), "csv").await;
    let execution = house.hand_over().await;
    let parts = execution.plan().await.expect("a plan");
    let mut seen = Vec::new();
    for number in &parts {
        house.memory.clock.advance(TimeDelta::seconds(1));
        execution.part(number).await.expect("a part");
        let progress = house.load().await.progress;
        seen.push((progress.percent, progress.rows_read, progress.bytes));
    }
    assert!(seen.is_sorted(), "{seen:?}");
    let (percent, rows, bytes) = seen[parts.len() - 1];
    // What the last part has done is told by the merge.
    assert!(
        (50..100).contains(&percent) && rows > 2_000 && bytes > 60_000,
        "{seen:?}"
    );
}

/// Whatever fails once outside, the job succeeds with the same bytes.
#[tokio::test]
async fn faults_of_the_store_change_no_bytes() {
    let (output, rejects, _) = by_one("csv").await;
    let clean = House::large(Faults::none(), "csv").await;
    let calls = |house: &House, operation| house.memory.faults.calls(operation);
    let operations = [
        Operation::Get,
        Operation::Query,
        Operation::Transact,
        Operation::PutObject,
        Operation::GetObject,
        Operation::HeadObject,
        Operation::GetRange,
        Operation::Concatenate,
        Operation::Start,
    ];
    let before = operations.map(|operation| calls(&clean, operation));
    clean.hand_over().await.run().await.expect("parts");
    for (operation, before) in operations.into_iter().zip(before) {
        for nth in before + 1..=calls(&clean, operation).min(before + 8) {
            for fault in [Fault::Unavailable, Fault::ResponseLost] {
                let faults = Faults::none().fail(operation, nth, fault);
                let house = House::large(faults, "csv").await;
                while house.hand_over().await.run().await.is_none() {
                    assert_eq!(
                        house.load().await.state,
                        State::Queued,
                        "{operation:?} {nth}"
                    );
                }
                let (merged, merged_rejects, _) = house.result().await;
                assert!(
                    merged == output,
                    "{operation:?} {nth} {fault:?}: other bytes"
                );
                assert_eq!(merged_rejects, rejects, "{operation:?} {nth} {fault:?}");
            }
        }
    }
}

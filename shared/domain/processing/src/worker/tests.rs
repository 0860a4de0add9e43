use std::io::{self, Write};
use std::ops::ControlFlow;
use std::sync::mpsc;

use bytes::Bytes;
use chrono::TimeDelta;
use millrace_files::{Download, NewFile, input_key};
use millrace_jobs::{Policy, Report, State};
use millrace_ports::contract::{Method, Request};
use millrace_ports::memory::{Fault, Faults, Memory, Operation};
use millrace_ports::{Clock, Objects, Tenant};

use super::*;

const NAME: &str = "names.csv";
const INPUT: &str = "name\nAda\nEve\n";

struct House {
    memory: Memory,
    files: Files,
    ada: Tenant,
    job: String,
}

impl House {
    /// Ada's job has its file, and its message is in the queue.
    async fn new() -> Self {
        Self::with_faults(Faults::none()).await
    }

    async fn with_faults(faults: Faults) -> Self {
        let memory = Memory::with_faults(faults);
        let settings = millrace_files::Settings {
            max_upload_bytes: 100 << 20,
            policy: Policy::default(),
        };
        let files = Files::new(memory.ports(), settings);
        let ada = Tenant::new("ada").expect("a tenant");
        let job = files.create(&ada, NewFile::new(NAME, 10, "[]")).await;
        let house = Self {
            job: job.expect("a job").id,
            memory,
            files,
            ada,
        };
        house.upload(INPUT).await;
        let key = house.input_key();
        let marked = house.files.mark_uploaded(&house.ada, &house.job, &key);
        marked.await.expect("queued");
        house
    }

    fn input_key(&self) -> String {
        input_key(&self.job, NAME)
    }

    async fn upload(&self, body: &'static str) {
        let body = Bytes::from_static(body.as_bytes());
        let put = self
            .memory
            .objects
            .put(&self.input_key(), body, "text/csv")
            .await;
        put.expect("a put");
    }

    fn worker(&self) -> Worker {
        let settings = Settings {
            report_every: Duration::from_millis(1),
            read_ahead: ReadAhead {
                block_bytes: 5,
                ahead: 2,
                blocks: 4,
            },
            pause: Duration::ZERO,
            ..Settings::default()
        };
        Worker::with_settings(self.files.clone(), settings)
    }

    fn message(&self) -> Message {
        Message {
            job_id: self.job.clone(),
            run: 1,
        }
    }

    fn deadline(&self) -> DateTime<Utc> {
        self.memory.clock.now() + TimeDelta::minutes(15)
    }

    async fn run<E>(&self, engine: E) -> Outcome
    where
        E: FnOnce(Work) -> Result<Made, Failure> + Send + 'static,
    {
        let (worker, message) = (self.worker(), self.message());
        let run = worker.run(&message, self.deadline(), engine);
        run.await.expect("an outcome")
    }

    async fn load(&self) -> millrace_files::FileJob {
        self.files
            .load(&self.ada, &self.job)
            .await
            .expect("the job")
    }

    async fn download(&self, which: Download) -> (String, Bytes) {
        let url = self.files.download_url(&self.ada, &self.job, which).await;
        let answer = self.memory.objects.fetch(Request {
            method: Method::Get,
            url: url.expect("a URL"),
            body: Bytes::new(),
        });
        assert_eq!(answer.status, 200);
        (answer.headers["content-disposition"].clone(), answer.body)
    }

    /// Nothing is there but the input.
    fn assert_clean(&self) {
        assert_eq!(self.memory.objects.keys(), [self.input_key()]);
        assert_eq!(self.memory.objects.open_uploads(), Vec::<String>::new());
    }
}

fn read_failed(error: io::Error) -> Failure {
    Failure::new("READ_FAILED", error.to_string())
}

fn read(work: &Work) -> io::Result<String> {
    let (mut text, mut buffer) = (Vec::new(), [0; 3]);
    loop {
        let count = work.input.read_at(text.len() as u64, &mut buffer)?;
        if count == 0 {
            break;
        }
        text.extend_from_slice(&buffer[..count]);
    }
    String::from_utf8(text).map_err(io::Error::other)
}

/// Writes the rows in upper case, and rejects those of Eve.
fn upper_case(mut work: Work) -> Result<Made, Failure> {
    let text = read(&work).map_err(read_failed)?;
    let mut output = work.output.begin("csv", "text/csv");
    let mut report = Report::new("processing");
    for line in text.lines() {
        report.rows_read += 1;
        let written = if line == "Eve" {
            report.rows_rejected += 1;
            writeln!(work.rejects, "{{\"row\":2}}")
        } else {
            report.rows_written += 1;
            writeln!(output, "{}", line.to_uppercase())
        };
        written.map_err(read_failed)?;
    }
    report.bytes = text.len() as u64;
    report.total_bytes = Some(work.input.length());
    let _go_on = work.monitor.report(report);
    Ok(Made {
        warnings: vec!["the names were shouted".to_owned()],
    })
}

/// Goes on until it is told to stop.
fn for_ever(work: &Work) {
    while work.monitor.report(Report::new("turning")) == ControlFlow::Continue(()) {
        std::thread::yield_now();
    }
}

#[tokio::test]
async fn a_file_is_processed_and_published_by_one_write() {
    let house = House::new().await;
    assert_eq!(house.run(upper_case).await, Outcome::Succeeded);
    let job = house.load().await;
    assert_eq!(job.state, State::Succeeded);
    let progress = &job.progress;
    assert_eq!(
        (progress.rows_read, progress.rows_written, progress.percent),
        (3, 2, 100)
    );
    assert_eq!(
        job.warnings,
        [
            "1 row could not be read and went to the rejects file",
            "the names were shouted"
        ]
    );
    let output = job.detail.output.expect("an output");
    assert_eq!(
        output.key,
        format!("output/{}/names_processed.csv", house.job)
    );
    assert_eq!(output.size, 9);
    assert_eq!(
        house.download(Download::Output).await,
        (
            "attachment; filename=\"names_processed.csv\"".to_owned(),
            Bytes::from_static(b"NAME\nADA\n")
        )
    );
    assert_eq!(
        house.download(Download::Rejects).await,
        (
            "attachment; filename=\"names_rejects.ndjson\"".to_owned(),
            Bytes::from_static(b"{\"row\":2}\n")
        )
    );
    // The message may come again.
    assert_eq!(house.run(upper_case).await, Outcome::Over);
}

#[tokio::test]
async fn without_rejected_rows_there_is_no_such_file() {
    let house = House::new().await;
    let engine = |work: Work| {
        let output = work
            .output
            .begin("parquet", "application/vnd.apache.parquet");
        assert_eq!(output.written(), 0);
        Ok(Made::default())
    };
    assert_eq!(house.run(engine).await, Outcome::Succeeded);
    let job = house.load().await;
    assert_eq!((job.detail.rejects, job.warnings), (None, vec![]));
    let output = job.detail.output.expect("an output");
    assert_eq!(
        (output.file_name.as_str(), output.size),
        ("names_processed.parquet", 0)
    );
    assert_eq!(house.download(Download::Output).await.1, Bytes::new());
}

#[tokio::test]
async fn an_engine_that_makes_nothing_is_broken() {
    let house = House::new().await;
    let outcome = house.run(|_: Work| Ok(Made::default())).await;
    assert!(matches!(outcome, Outcome::Failed(failure) if failure.code == "INTERNAL_ERROR"));
    house.assert_clean();
}

#[tokio::test]
async fn a_failure_is_told_and_leaves_nothing() {
    let house = House::new().await;
    let engine = |work: Work| {
        let mut output = work.output.begin("csv", "text/csv");
        output.write_all(b"half").map_err(read_failed)?;
        Err(Failure::new("COLUMN_NOT_FOUND", "there is no column x"))
    };
    let failure = Failure::new("COLUMN_NOT_FOUND", "there is no column x");
    assert_eq!(house.run(engine).await, Outcome::Failed(failure.clone()));
    let job = house.load().await;
    assert_eq!(
        (job.state, job.attempt, job.failure),
        (State::Failed, 1, Some(failure))
    );
    assert_eq!(job.detail.output, None);
    house.assert_clean();
}

#[tokio::test]
async fn a_panic_fails_the_job_at_once_and_tells_nothing() {
    let house = House::new().await;
    let outcome = house
        .run(|work: Work| {
            assert_eq!(work.input.length(), 0, "a secret of the machine");
            Ok(Made::default())
        })
        .await;
    let Outcome::Failed(failure) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(failure.code, "INTERNAL_ERROR");
    assert!(!failure.message.contains("secret"));
    let job = house.load().await;
    assert_eq!((job.state, job.attempt), (State::Failed, 1));
    house.assert_clean();
}

#[tokio::test]
async fn a_cancel_is_heard_and_nothing_is_published() {
    let house = House::new().await;
    let (started, has_started) = mpsc::channel();
    let engine = move |work: Work| {
        started.send(()).expect("somebody listens");
        for_ever(&work);
        assert!(read(&work).is_err(), "there is nothing more to read");
        let mut output = work.output.begin("csv", "text/csv");
        assert!(output.write_all(b"half").is_err(), "and nothing to write");
        // Whatever it says now.
        Ok(Made::default())
    };
    let cancelling = async {
        let waiting = tokio::task::spawn_blocking(move || has_started.recv());
        waiting.await.expect("no panic").expect("it starts");
        let cancelled = house.files.cancel(&house.ada, &house.job).await;
        assert_eq!(cancelled.expect("a job").state, State::Cancelling);
    };
    let (outcome, ()) = tokio::join!(house.run(engine), cancelling);
    assert_eq!(outcome, Outcome::Cancelled);
    assert_eq!(house.load().await.state, State::Cancelled);
    house.assert_clean();
}

#[tokio::test]
async fn a_cancel_does_not_wait_for_an_engine_that_does_not_look_up() {
    let house = House::new().await;
    let (started, has_started) = mpsc::channel();
    let (release, released) = mpsc::channel();
    let engine = move |_: Work| {
        started.send(()).expect("somebody listens");
        released.recv().expect("it is released");
        Ok(Made::default())
    };
    let cancelling = async {
        let waiting = tokio::task::spawn_blocking(move || has_started.recv());
        waiting.await.expect("no panic").expect("it starts");
        let cancelled = house.files.cancel(&house.ada, &house.job).await;
        cancelled.expect("a job");
        // The engine still turns when this is seen.
        while house.load().await.state != State::Cancelled {
            tokio::task::yield_now().await;
        }
        release.send(()).expect("it waits");
    };
    let (outcome, ()) = tokio::join!(house.run(engine), cancelling);
    assert_eq!(outcome, Outcome::Cancelled);
    house.assert_clean();
}

#[tokio::test]
async fn the_end_of_its_time_ends_a_job() {
    let house = House::new().await;
    let clock = house.memory.clock.clone();
    let engine = move |work: Work| {
        clock.advance(TimeDelta::minutes(15));
        for_ever(&work);
        Ok(Made::default())
    };
    let outcome = house.run(engine).await;
    assert!(matches!(outcome, Outcome::Failed(failure) if failure.code == "TIME_LIMIT"));
    assert_eq!(house.load().await.state, State::Failed);
    house.assert_clean();
}

#[tokio::test]
async fn a_file_that_is_replaced_meanwhile_fails_by_name() {
    let house = House::new().await;
    house.upload("name\nMallory\n").await;
    let outcome = house.run(upper_case).await;
    assert!(matches!(outcome, Outcome::Failed(failure) if failure.code == "INPUT_CHANGED"));
    let job = house.load().await;
    assert_eq!((job.state, job.attempt), (State::Failed, 1));
    house.assert_clean();
}

#[tokio::test]
async fn a_silent_store_gives_the_job_back_until_its_attempts_are_over() {
    let faults = (1..=1000).fold(Faults::none(), |faults, nth| {
        faults.fail(Operation::GetRange, nth, Fault::Unavailable)
    });
    let house = House::with_faults(faults).await;
    assert!(house.memory.queue.receive("file-jobs").is_some());
    for attempt in 1..=3 {
        let outcome = house.run(upper_case).await;
        assert!(matches!(outcome, Outcome::Released(_)), "{outcome:?}");
        let job = house.load().await;
        let expected = if attempt < 3 {
            State::Queued
        } else {
            State::Failed
        };
        assert_eq!((job.state, job.attempt), (expected, attempt));
        let again = house.memory.queue.receive("file-jobs");
        assert_eq!(
            again.is_some(),
            attempt < 3,
            "a message for the next attempt"
        );
        house.assert_clean();
    }
    let failure = house.load().await.failure.expect("a failure");
    assert_eq!(failure.code, "STORE_UNAVAILABLE");
}

#[tokio::test]
async fn a_worker_that_was_given_up_changes_nothing_any_more() {
    let house = House::new().await;
    let (started, has_started) = mpsc::channel();
    let (release, released) = mpsc::channel();
    let late = move |work: Work| {
        started.send(()).expect("somebody listens");
        let mut output = work.output.begin("csv", "text/csv");
        output.write_all(b"late").map_err(read_failed)?;
        released.recv().expect("it is released");
        Ok(Made::default())
    };
    let slow = Settings {
        report_every: Duration::from_secs(3600),
        ..Settings::default()
    };
    let slow = Worker::with_settings(house.files.clone(), slow);
    let message = house.message();
    let overtaking = async {
        let waiting = tokio::task::spawn_blocking(move || has_started.recv());
        waiting.await.expect("no panic").expect("it starts");
        house.memory.clock.advance(TimeDelta::seconds(91));
        let swept = house.files.sweep().await.expect("a sweep");
        assert_eq!(swept.jobs.requeued, 1);
        assert_eq!(house.run(upper_case).await, Outcome::Succeeded);
        release.send(()).expect("it waits");
    };
    let (outcome, ()) = tokio::join!(slow.run(&message, house.deadline(), late), overtaking);
    assert_eq!(outcome.expect("an outcome"), Outcome::Lost);
    assert_eq!(
        house.download(Download::Output).await.1,
        Bytes::from_static(b"NAME\nADA\n")
    );
    let output = |name: &str| format!("output/{}/1-2/{name}", house.job);
    let expected = [
        house.input_key(),
        output("names_processed.csv"),
        output("names_rejects.ndjson"),
    ];
    assert_eq!(house.memory.objects.keys(), expected);
}

#[tokio::test]
async fn of_many_that_take_the_same_message_one_works() {
    let house = House::new().await;
    let runs = futures::future::join_all((0..5).map(|_| house.run(upper_case))).await;
    let worked = |outcome: &&Outcome| **outcome == Outcome::Succeeded;
    let over = |outcome: &&Outcome| **outcome == Outcome::Over;
    assert_eq!(runs.iter().filter(worked).count(), 1, "{runs:?}");
    assert_eq!(runs.iter().filter(over).count(), 4, "{runs:?}");
}

/// Whatever fails and however often, the job ends once, and well only with the whole output.
#[tokio::test]
async fn a_job_ends_once_whatever_fails() {
    let mut ends = [0; 2];
    for seed in 0..150 {
        let faults = Faults::seeded(seed, 120);
        let memory = Memory::with_faults(faults);
        let files = Files::new(memory.ports(), millrace_files::Settings::default());
        let ada = Tenant::new("ada").expect("a tenant");
        let job = loop {
            if let Ok(job) = files.create(&ada, NewFile::new(NAME, 10, "[]")).await {
                break job.id;
            }
        };
        let house = House {
            memory,
            files,
            ada,
            job,
        };
        let body = Bytes::from_static(INPUT.as_bytes());
        let key = house.input_key();
        let objects = &house.memory.objects;
        while objects.put(&key, body.clone(), "text/csv").await.is_err() {}
        while house.files.arrived(&key).await.is_err() {}
        for _ in 0..400 {
            if house.memory.queue.receive("file-jobs").is_some() {
                let worker = house.worker();
                let message = house.message();
                // An error brings the message again; what happens without it is the sweep's.
                let _ = worker.run(&message, house.deadline(), upper_case).await;
            }
            let state = house.files.load(&house.ada, &house.job).await;
            if state.is_ok_and(|job| job.state.is_final()) {
                break;
            }
            house.memory.clock.advance(TimeDelta::seconds(31));
            let _ = house.files.sweep().await;
        }
        let job = loop {
            if let Ok(job) = house.files.load(&house.ada, &house.job).await {
                break job;
            }
        };
        assert!(job.state.is_final(), "seed {seed}: {job:?}");
        let place = loop {
            if let Ok(place) = house.files.jobs().locate(&house.job).await {
                break place;
            }
        };
        let events = loop {
            if let Ok(events) = house.files.jobs().events(&place).await {
                break events;
            }
        };
        let finals = events.iter().filter(|event| event.is_final).count();
        assert_eq!(finals, 1, "seed {seed}: {events:?}");
        match job.state {
            State::Succeeded => {
                let output = job.detail.output.expect("an output");
                let body = loop {
                    if let Ok(body) = objects.get(&output.key, 100).await {
                        break body;
                    }
                };
                let expected = Bytes::from_static(b"NAME\nADA\n");
                assert_eq!(body, Some(expected), "seed {seed}");
                ends[0] += 1;
            }
            _ => {
                assert_eq!(job.detail.output, None, "seed {seed}");
                ends[1] += 1;
            }
        }
    }
    assert!(ends[0] > 100, "{ends:?}: the faults leave nothing to see");
}

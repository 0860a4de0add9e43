//! When a job starts, with faults and races.

use std::sync::Arc;

use bytes::Bytes;
use futures::future::join_all;
use millrace_files::{Arrival, FileError, FileJob, Files, NewFile, SentPart, Settings, input_key};
use millrace_jobs::{Claim, JobError, Message, Policy, State};
use millrace_ports::contract::{Method, Request};
use millrace_ports::memory::{Fault, Faults, Memory, Operation};
use millrace_ports::{Objects, Tenant};

const NAME: &str = "a.csv";

struct House {
    memory: Memory,
    files: Files,
    ada: Tenant,
}

fn house_with(faults: Faults) -> House {
    let memory = Memory::with_faults(faults);
    let settings = Settings {
        max_upload_bytes: 6 << 20,
        policy: Policy::default(),
    };
    House {
        files: Files::new(memory.ports(), settings),
        ada: Tenant::new("ada").expect("a tenant"),
        memory,
    }
}

fn house() -> House {
    house_with(Faults::none())
}

impl House {
    async fn create(&self) -> FileJob {
        self.files
            .create(&self.ada, NewFile::new(NAME, 10, "[]"))
            .await
            .expect("a job")
    }

    async fn upload(&self, job: &FileJob, body: &'static str) {
        let body = Bytes::from_static(body.as_bytes());
        let key = input_key(&job.id, NAME);
        let put = self.memory.objects.put(&key, body, "text/csv").await;
        put.expect("a put");
    }

    async fn mark(&self, job: &FileJob) -> Result<FileJob, FileError> {
        self.files
            .mark_uploaded(&self.ada, &job.id, &input_key(&job.id, NAME))
            .await
    }

    async fn arrived(&self, job: &FileJob) -> Result<Arrival, FileError> {
        self.files.arrived(&input_key(&job.id, NAME)).await
    }

    async fn load(&self, job: &FileJob) -> FileJob {
        self.files.load(&self.ada, &job.id).await.expect("the job")
    }

    fn messages(&self) -> usize {
        self.memory.queue.sent("file-jobs").len()
    }
}

fn is_refused<T>(result: &Result<T, FileError>) -> bool {
    matches!(result, Err(FileError::Refused(_)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_job_starts_once_whoever_says_so() {
    for _ in 0..50 {
        let house = Arc::new(house());
        let job = house.create().await;
        house.upload(&job, "a\n").await;
        let calls = (0..8).map(|call| {
            let (house, job) = (house.clone(), job.clone());
            tokio::spawn(async move {
                if call % 2 == 0 {
                    house.arrived(&job).await.map(|_| false)
                } else {
                    house.mark(&job).await.map(|_| true)
                }
            })
        });
        let mut marked = 0;
        for call in join_all(calls).await {
            match call.expect("no panic") {
                Ok(by_owner) => marked += u32::from(by_owner),
                Err(FileError::Refused(_)) => {}
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!((marked, house.messages()), (1, 1));
        assert_eq!(house.load(&job).await.state, State::Queued);
    }
}

#[tokio::test]
async fn a_lost_answer_starts_nothing_twice() {
    let calls = {
        let house = house();
        let job = house.create().await;
        house.upload(&job, "a\n").await;
        let before = house.memory.faults.calls(Operation::Transact);
        house.mark(&job).await.expect("marked");
        before
    };
    for fault in [Fault::ResponseLost, Fault::Unavailable, Fault::Conflict] {
        let house = house_with(Faults::none().fail(Operation::Transact, calls + 1, fault));
        let job = house.create().await;
        house.upload(&job, "a\n").await;
        let marked = house.mark(&job).await.expect("the first mark is good");
        assert_eq!(
            (marked.state, house.messages()),
            (State::Queued, 1),
            "{fault:?}"
        );
        assert!(is_refused(&house.mark(&job).await));
    }
}

#[tokio::test]
async fn the_last_upload_before_a_worker_is_the_input() {
    let house = house();
    let job = house.create().await;
    house.upload(&job, "first\n").await;
    assert_eq!(
        house.arrived(&job).await.expect("an arrival"),
        Arrival::Started
    );
    let first = house.load(&job).await.detail.input;
    house.upload(&job, "second one\n").await;
    assert_eq!(
        house.arrived(&job).await.expect("an arrival"),
        Arrival::Started
    );
    let second = house.load(&job).await.detail.input;
    assert_ne!(first, second);
    let message = Message {
        job_id: job.id.clone(),
        run: 1,
    };
    let claim = house.files.jobs().claim(&message).await.expect("a claim");
    assert!(matches!(claim, Claim::Claimed(..)));
    // Now the worker reads the second; a third one changes nothing any more.
    house.upload(&job, "third, too late\n").await;
    house.arrived(&job).await.expect("an arrival");
    let input = house.load(&job).await.detail.input.expect("an input");
    assert_eq!(Some(&input), second.as_ref());
    let read = house
        .memory
        .objects
        .get_range(&input_key(&job.id, NAME), &input.etag, 0..9)
        .await;
    assert_eq!(read, Ok(None), "the worker sees that its input has changed");
}

#[tokio::test]
async fn objects_of_nobody_are_left_alone() {
    let house = house();
    let job = house.create().await;
    house.upload(&job, "a\n").await;
    for key in [
        "",
        "input",
        "input/x/y",
        "output/x/y",
        &format!("input/{}/other.csv", job.id),
        &format!("input/{}/a.csv/b", job.id),
    ] {
        assert_eq!(
            house.files.arrived(key).await.expect(key),
            Arrival::Ignored,
            "{key}"
        );
    }
    house
        .files
        .cancel(&house.ada, &job.id)
        .await
        .expect("cancelled");
    assert_eq!(
        house.arrived(&job).await.expect("an arrival"),
        Arrival::Ignored
    );
    assert!(is_refused(&house.mark(&job).await));
    house
        .files
        .remove(&house.ada, &job.id)
        .await
        .expect("removed");
    assert_eq!(
        house.arrived(&job).await.expect("an arrival"),
        Arrival::Ignored
    );
    assert_eq!(house.messages(), 0);
}

#[tokio::test]
async fn two_that_begin_in_parts_have_one_upload() {
    let house = Arc::new(house());
    let job = house.create().await;
    let begun = join_all((0..4).map(|_| house.files.begin_multipart(&house.ada, &job.id))).await;
    let begun: Vec<_> = begun
        .into_iter()
        .map(|begun| begun.expect("an upload"))
        .collect();
    assert!(begun.windows(2).all(|pair| pair[0] == pair[1]), "{begun:?}");
    assert_eq!(
        house.memory.objects.open_uploads(),
        [begun[0].upload_id.clone()]
    );
}

#[tokio::test]
async fn a_lost_answer_to_the_last_call_of_an_upload_is_asked_for_again() {
    let house = house_with(Faults::none().fail(Operation::CompleteUpload, 1, Fault::ResponseLost));
    let job = house.create().await;
    house
        .files
        .begin_multipart(&house.ada, &job.id)
        .await
        .expect("an upload");
    let urls = house
        .files
        .part_urls(&house.ada, &job.id, 1, 1)
        .await
        .expect("urls");
    let put = house.memory.objects.fetch(Request {
        method: Method::Put,
        url: urls[0].url.clone(),
        body: Bytes::from_static(b"a\n"),
    });
    let sent = [SentPart {
        part_number: 1,
        etag: put.headers["etag"].trim_matches('"').to_owned(),
    }];
    let lost = house
        .files
        .complete_multipart(&house.ada, &job.id, &sent)
        .await;
    assert!(matches!(lost, Err(FileError::Job(JobError::Port(error))) if error.retryable()));
    let again = house
        .files
        .complete_multipart(&house.ada, &job.id, &sent)
        .await;
    assert_eq!(again.expect("a job").state, State::Created);
    assert_eq!(
        house.arrived(&job).await.expect("an arrival"),
        Arrival::Started
    );
}

#[tokio::test]
async fn parts_that_the_bucket_dropped_make_way_for_others() {
    let house = house();
    let job = house.create().await;
    let begun = house
        .files
        .begin_multipart(&house.ada, &job.id)
        .await
        .expect("an upload");
    house
        .memory
        .ports()
        .uploads
        .abort(&input_key(&job.id, NAME), &begun.upload_id)
        .await
        .expect("dropped");
    let sent = [SentPart {
        part_number: 1,
        etag: "a".to_owned(),
    }];
    assert!(is_refused(
        &house
            .files
            .complete_multipart(&house.ada, &job.id, &sent)
            .await
    ));
    let next = house
        .files
        .begin_multipart(&house.ada, &job.id)
        .await
        .expect("an upload");
    assert_ne!(next, begun);
}

#[tokio::test]
async fn a_cancelled_job_takes_no_parts() {
    let house = house();
    let job = house.create().await;
    let begun = house.files.begin_multipart(&house.ada, &job.id).await;
    begun.expect("an upload");
    house
        .files
        .cancel(&house.ada, &job.id)
        .await
        .expect("cancelled");
    assert_eq!(house.memory.objects.open_uploads(), Vec::<String>::new());
    let sent = [SentPart {
        part_number: 1,
        etag: "a".to_owned(),
    }];
    let completed = house
        .files
        .complete_multipart(&house.ada, &job.id, &sent)
        .await;
    let error = completed.expect_err("refused").to_string();
    assert_eq!(error, "The job is not PENDING");
}

#[tokio::test]
async fn a_file_that_is_too_large_is_refused_whoever_is_first() {
    let refusals = [false, true].map(|event_first| async move {
        let house = house();
        let job = house.create().await;
        let large = Bytes::from(vec![b'x'; (6 << 20) + 1]);
        let key = input_key(&job.id, NAME);
        let put = house.memory.objects.put(&key, large, "text/csv").await;
        put.expect("a put");
        if event_first {
            let arrival = house.arrived(&job).await.expect("an arrival");
            assert_eq!(arrival, Arrival::TooLarge);
        }
        let error = house.mark(&job).await.expect_err("refused").to_string();
        assert_eq!(house.load(&job).await.state, State::Failed);
        assert_eq!(house.memory.objects.keys(), Vec::<String>::new());
        error
    });
    for refusal in join_all(refusals).await {
        assert_eq!(
            refusal,
            "The file has 6291457 bytes, more than the 6291456 that are taken"
        );
    }
}

#[tokio::test]
async fn removal_takes_everything() {
    let house = house();
    let job = house.create().await;
    house
        .files
        .begin_multipart(&house.ada, &job.id)
        .await
        .expect("an upload");
    house
        .files
        .remove(&house.ada, &job.id)
        .await
        .expect("removed");
    assert_eq!(house.memory.objects.open_uploads(), Vec::<String>::new());

    let job = house.create().await;
    house.upload(&job, "a\n").await;
    house.mark(&job).await.expect("marked");
    assert!(is_refused(&house.files.remove(&house.ada, &job.id).await));
    house
        .files
        .cancel(&house.ada, &job.id)
        .await
        .expect("cancelled");
    for left in [
        format!("ada/jobs/{}/r1/a1/part-1", job.id),
        format!("output/{}/1-2/a_processed.csv", job.id),
    ] {
        let put = house
            .memory
            .objects
            .put(&left, Bytes::new(), "text/csv")
            .await;
        put.expect("a put");
    }
    house
        .files
        .remove(&house.ada, &job.id)
        .await
        .expect("removed");
    assert_eq!(house.memory.objects.keys(), Vec::<String>::new());
    let jobs = house.memory.records.snapshot();
    assert!(
        jobs.keys().all(|key| key.pk.starts_with("OUTBOX")),
        "{jobs:?}"
    );
}

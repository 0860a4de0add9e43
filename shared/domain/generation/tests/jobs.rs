//! What happens to jobs, one call after another.

mod house;

use house::{House, house, house_with, refused, tenant, wish};
use millrace_api::generation::GenerationCreate;
use millrace_generation::{
    Filter, GenerationError, GenerationJob, RequestKey, Retention, Settings, Stage, StageReport,
    resume_until,
};
use millrace_jobs::{Directive, Ending, Failure, JobError, State, Ticket};
use millrace_ports::memory::{Fault, Faults, Operation};
use millrace_ports::{Clock, Objects};
use serde_json::json;

fn paths(result: Result<GenerationJob, GenerationError>) -> Vec<String> {
    match result {
        Err(GenerationError::Invalid(faults)) => {
            faults.into_iter().map(|fault| fault.path).collect()
        }
        other => panic!("not invalid: {other:?}"),
    }
}

fn far(house: &House) -> chrono::DateTime<chrono::Utc> {
    house.memory.clock.now() + chrono::TimeDelta::hours(1)
}

#[tokio::test]
async fn a_job_goes_through_its_stages() {
    let house = house();
    let job = house.create(&json!({ "parameters": { "seed": 7 } })).await;
    assert_eq!((job.state, job.detail.seed), (State::Queued, 7));
    let message = house.receive().expect("a message");
    assert_eq!((message.job_id.as_str(), message.run), (job.id.as_str(), 1));
    let ticket = house.claim(&job).await.expect("a ticket");
    for stage in [Stage::Validate, Stage::Plan, Stage::Generate] {
        let told = house.generation.enter(&ticket, stage).await;
        assert_eq!(told.expect("a stage"), Directive::Continue);
        house.wait(1);
    }
    let report = StageReport {
        stage: Stage::Generate,
        share: 0.5,
        rows: 5,
    };
    house
        .generation
        .advance(&ticket, &report)
        .await
        .expect("a report");
    let running = house.load(&job).await;
    assert_eq!(running.detail.stages.percent(), 47);
    assert_eq!(running.progress.percent, 47);
    assert_eq!(running.progress.rows_written, 5);
    let ended = house.publish(&running, &ticket).await.expect("an end");
    assert_eq!(ended, Ending::Recorded);
    let done = house.load(&job).await;
    assert_eq!(done.state, State::Succeeded);
    let entries = done.detail.stages.entries();
    assert!(
        entries
            .iter()
            .all(|entry| entry.percent == 100 && entry.ended_at.is_some())
    );
    let expected = [
        "created",
        "claimed",
        "validate begun",
        "plan begun",
        "generate begun",
        "succeeded",
    ];
    assert_eq!(house.event_names(&job).await, expected);
}

#[tokio::test]
async fn what_cannot_be_made_is_not_accepted() {
    let house = house();
    let create = async |more| house.generation.create(&house.ada, wish(&more)).await;
    assert_eq!(
        paths(create(json!({ "dataType": "nonsense" })).await),
        ["dataType"]
    );
    let large = json!({ "isAsync": false, "dataSize": 10_001 });
    assert_eq!(paths(create(large).await), ["isAsync"]);
    assert!(
        create(json!({ "isAsync": false, "dataSize": 10_000 }))
            .await
            .is_ok()
    );
    // Of a field that has a fault, nothing more is said.
    let fault = millrace_api::error::Fault::new("dataType", "type", "dataType must be a string");
    let unknown = wish(&json!({ "dataType": "nonsense" }));
    let all = house.generation.check(unknown, vec![fault.clone()]);
    assert!(matches!(all, Err(GenerationError::Invalid(faults)) if faults == [fault]));
}

#[tokio::test]
async fn a_customer_reaches_its_own_keys_and_shared_buckets() {
    let house = house();
    let create = async |more| house.generation.create(&house.ada, wish(&more)).await;
    for allowed in [
        json!({ "outputPath": "ada/reports/a.csv" }),
        json!({ "outputBucket": "data", "outputPath": "ada/a.csv" }),
        json!({ "outputBucket": "shared", "outputPath": "anything/a.csv" }),
        json!({ "outputBucket": "shared" }),
        json!({ "inputBucket": "data", "inputPath": "ada/uploads/2026-01-01/x/a.csv" }),
    ] {
        let job = create(allowed.clone()).await;
        let job = job.unwrap_or_else(|error| panic!("{allowed}: {error}"));
        house
            .generation
            .cancel(&house.ada, &job.id)
            .await
            .expect("cancelled");
        house.wait(46);
    }
    for forbidden in [
        json!({ "outputPath": "eve/a.csv" }),
        json!({ "outputPath": "adam/a.csv" }),
        json!({ "outputPath": "ada" }),
        json!({ "outputPath": "ada/jobs/1/parts/0" }),
        json!({ "outputPath": "ada/challenges/1/a.zip" }),
        json!({ "outputBucket": "other" }),
        json!({ "inputBucket": "other" }),
        json!({ "inputBucket": "data", "inputPath": "eve/a.csv" }),
        json!({ "inputPath": "eve/a.csv" }),
    ] {
        let refused = create(forbidden.clone()).await;
        assert!(
            matches!(refused, Err(GenerationError::Forbidden(_))),
            "{forbidden}: {refused:?}"
        );
    }
    let slots = house.generation.slots(&house.ada).await.expect("slots");
    assert_eq!(slots.current(), 0, "what is forbidden takes no slot");
}

#[tokio::test]
async fn outputs_have_a_place_of_their_own_where_none_is_named() {
    let house = house();
    let job = house.completed(&json!({ "outputFormat": "xlsx" })).await;
    let place = job.detail.output.expect("an output").place;
    let expected = format!("ada/jobs/{}/output/numbers.xlsx", job.id);
    assert_eq!((place.bucket.as_str(), place.key), ("data", expected));
}

#[tokio::test]
async fn a_slot_cools_down_and_the_time_that_is_told_is_true() {
    let house = house();
    let mut jobs = Vec::new();
    for _ in 0..5 {
        jobs.push(house.create(&json!({})).await);
    }
    let full = house.generation.create(&house.ada, wish(&json!({}))).await;
    let now = house.memory.clock.now();
    let cooldown = chrono::TimeDelta::seconds(45);
    assert!(
        matches!(full, Err(GenerationError::Full { most: 5, retry_at }) if retry_at == now + cooldown)
    );
    assert!(
        house
            .generation
            .create(&house.eve, wish(&json!({})))
            .await
            .is_ok()
    );
    house
        .generation
        .cancel(&house.ada, &jobs[0].id)
        .await
        .expect("cancelled");
    house.wait(10);
    house
        .generation
        .pause(&house.ada, &jobs[1].id)
        .await
        .expect("paused");
    let slots = house.generation.slots(&house.ada).await.expect("slots");
    let cooling: Vec<&str> = slots.cooling().map(|(job, _)| job).collect();
    assert_eq!(
        (slots.current(), cooling),
        (3, vec![jobs[0].id.as_str(), jobs[1].id.as_str()])
    );
    let full = house.generation.create(&house.ada, wish(&json!({}))).await;
    let Err(GenerationError::Full { retry_at, .. }) = full else {
        panic!("a slot too many");
    };
    assert_eq!(retry_at, now + cooldown);
    house.wait(34);
    let early = house.generation.create(&house.ada, wish(&json!({}))).await;
    assert!(matches!(early, Err(GenerationError::Full { .. })));
    house.wait(1);
    assert_eq!(house.memory.clock.now(), retry_at);
    house.create(&json!({})).await;
    assert_eq!(
        house
            .generation
            .history(&house.ada, &Filter::default(), 0, 100)
            .await
            .expect("jobs")
            .len(),
        6
    );
}

#[tokio::test]
async fn a_paused_job_goes_on_within_its_window() {
    let house = house();
    let (job, ticket) = house.running(&json!({ "resumeWindow": 60 })).await;
    house
        .generation
        .enter(&ticket, Stage::Validate)
        .await
        .expect("a stage");
    for _ in 0..2 {
        let paused = house.generation.pause(&house.ada, &job.id).await;
        assert_eq!(paused.expect("paused").state, State::Paused);
    }
    let told = house.generation.enter(&ticket, Stage::Plan).await;
    assert_eq!(told.expect("an answer"), Directive::Stop);
    house.wait(60);
    let resumed = house
        .generation
        .resume(&house.ada, &job.id)
        .await
        .expect("resumed");
    assert_eq!((resumed.state, resumed.run), (State::Queued, 2));
    assert_eq!(
        resumed.detail.stages.entries().len(),
        1,
        "what is done stays done"
    );
    assert!(refused(house.generation.resume(&house.ada, &job.id).await).contains("queued"));

    let ticket = house.claim(&job).await.expect("a ticket");
    let failure = Failure::new("NO_INPUT", "There is no input");
    let failed = house.generation.jobs().fail(&ticket, failure).await;
    assert_eq!(failed.expect("an end"), Ending::Recorded);
    let until = resume_until(&house.load(&job).await).expect("a time");
    assert_eq!(
        until,
        house.memory.clock.now() + chrono::TimeDelta::seconds(60)
    );
    house.wait(61);
    let late = refused(house.generation.resume(&house.ada, &job.id).await);
    assert!(late.contains("could be resumed until"), "{late}");
}

#[tokio::test]
async fn what_has_ended_is_neither_paused_nor_resumed_nor_cancelled() {
    let house = house();
    let job = house.completed(&json!({})).await;
    let (owner, id) = (&house.ada, job.id.as_str());
    for sentence in [
        refused(house.generation.pause(owner, id).await),
        refused(house.generation.resume(owner, id).await),
        refused(house.generation.cancel(owner, id).await),
    ] {
        assert!(sentence.starts_with("The job is completed"), "{sentence}");
    }
    let foreign = house.generation.load(&house.eve, id).await;
    assert!(matches!(
        foreign,
        Err(GenerationError::Job(JobError::Foreign))
    ));
    let unknown = house.generation.load(&house.eve, "x").await;
    assert!(matches!(
        unknown,
        Err(GenerationError::Job(JobError::NotFound))
    ));
}

#[tokio::test]
async fn a_resume_within_the_cooldown_takes_back_its_own_slot() {
    let house = house();
    let job = house.create(&json!({})).await;
    for _ in 0..4 {
        house.create(&json!({})).await;
    }
    house
        .generation
        .pause(&house.ada, &job.id)
        .await
        .expect("paused");
    house
        .generation
        .resume(&house.ada, &job.id)
        .await
        .expect("resumed");
    house
        .generation
        .pause(&house.ada, &job.id)
        .await
        .expect("paused");
    house.wait(46);
    house.create(&json!({})).await;
    let full = house.generation.resume(&house.ada, &job.id).await;
    assert!(
        matches!(full, Err(GenerationError::Full { .. })),
        "{full:?}"
    );
    assert_eq!(house.state(&job).await, State::Paused);
}

#[tokio::test]
async fn a_history_is_filtered_and_paged() {
    let house = house();
    let mut jobs = Vec::new();
    for _ in 0..4 {
        jobs.push(house.create(&json!({})).await);
        house.wait(3600);
    }
    house
        .generation
        .pause(&house.ada, &jobs[1].id)
        .await
        .expect("paused");
    let history = async |filter: Filter, skip, limit| {
        let found = house
            .generation
            .history(&house.ada, &filter, skip, limit)
            .await;
        let found = found.expect("jobs").into_iter();
        let place = |job: &GenerationJob| jobs.iter().position(|known| known.id == job.id);
        found
            .map(|job| place(&job).expect("known"))
            .collect::<Vec<_>>()
    };
    assert_eq!(history(Filter::default(), 0, 10).await, [3, 2, 1, 0]);
    assert_eq!(history(Filter::default(), 1, 2).await, [2, 1]);
    let queued = Filter {
        states: vec![State::Queued],
        ..Filter::default()
    };
    assert_eq!(history(queued.clone(), 0, 10).await, [3, 2, 0]);
    assert_eq!(history(queued, 2, 10).await, [0]);
    let span = Filter {
        from: Some(jobs[1].created_at),
        until: Some(jobs[2].created_at),
        ..Filter::default()
    };
    assert_eq!(history(span, 0, 10).await, [2, 1], "both ends are in it");
}

#[tokio::test]
async fn what_is_past_its_retention_is_gone_and_then_removed() {
    let house = house();
    let named = json!({ "outputPath": "ada/results/a.csv" });
    let (plain, old) = (
        house.completed(&json!({})).await,
        house.completed(&named).await,
    );
    house.wait_days(100);
    let newer = house.completed(&named).await;
    let (live, _) = house.running(&json!({ "timeout": 604_800 })).await;
    house.wait_days(80);
    for job in [&plain, &old] {
        let gone = house.generation.load(&house.ada, &job.id).await;
        assert!(
            matches!(gone, Err(GenerationError::Job(JobError::NotFound))),
            "{gone:?}"
        );
    }
    let removed = house
        .generation
        .sweep_retention(far(&house))
        .await
        .expect("a sweep");
    assert_eq!(
        (removed.jobs, removed.errors, removed.unfinished),
        (2, 0, false)
    );
    let keys = house.keys().await;
    assert!(
        keys.iter()
            .all(|key| !key.contains(&plain.id) && !key.contains(&old.id)),
        "{keys:?}"
    );
    assert!(
        keys.contains(&"ada/results/a.csv".to_owned()),
        "the newer job's output lies there"
    );
    for job in [&newer, &live] {
        house.load(job).await;
    }
    // A shorter policy counts for what is there already.
    let month = Retention { days: 30 };
    house
        .generation
        .set_retention(&house.ada, month)
        .await
        .expect("set");
    assert_eq!(
        house
            .generation
            .retention(&house.ada)
            .await
            .expect("a policy"),
        month
    );
    let gone = house.generation.load(&house.ada, &newer.id).await;
    assert!(gone.is_err());
    let removed = house
        .generation
        .sweep_retention(far(&house))
        .await
        .expect("a sweep");
    assert_eq!(removed.jobs, 1);
    let keys = house.keys().await;
    assert_eq!(keys, Vec::<String>::new());
    house.load(&live).await;
    let again = house
        .generation
        .sweep_retention(far(&house))
        .await
        .expect("a sweep");
    assert_eq!(again.jobs, 0);
}

#[tokio::test]
async fn outputs_in_shared_buckets_and_uploads_are_removed_too() {
    let house = house();
    let upload = house
        .generation
        .upload_url(&house.ada, "größe.csv")
        .await
        .expect("a URL");
    assert!(
        upload.place.key.starts_with("ada/uploads/2026-01-01/"),
        "{upload:?}"
    );
    let objects = &house.memory.objects;
    let body = bytes::Bytes::from_static(b"a\n");
    objects
        .put(&upload.place.key, body.clone(), "text/csv")
        .await
        .expect("a put");
    house
        .completed(&json!({ "outputBucket": "shared", "outputPath": "x/a.csv" }))
        .await;
    house.completed(&json!({ "outputBucket": "shared" })).await;
    assert_eq!(house.shared.objects.keys().len(), 2);
    house.wait_days(179);
    let later = house
        .generation
        .upload_url(&house.ada, "b.csv")
        .await
        .expect("a URL");
    objects
        .put(&later.place.key, body, "text/csv")
        .await
        .expect("a put");
    house.wait_days(2);
    let removed = house
        .generation
        .sweep_retention(far(&house))
        .await
        .expect("a sweep");
    assert_eq!((removed.jobs, removed.uploads), (2, 1));
    assert_eq!(house.keys().await, [later.place.key]);
    assert_eq!(house.shared.objects.keys(), Vec::<String>::new());
}

/// Ends a job as its worker does that has heard of the cancel.
async fn cancel_running(house: &House, job: &GenerationJob, ticket: &Ticket) {
    let cancelled = house.generation.cancel(&house.ada, &job.id).await;
    assert_eq!(cancelled.expect("a job").state, State::Cancelling);
    let jobs = house.generation.jobs();
    jobs.stopped(ticket).await.expect("an end");
    house.generation.tidy(&house.load(job).await).await;
    assert_eq!(house.state(job).await, State::Cancelled);
}

#[tokio::test]
async fn a_path_is_one_jobs_at_a_time() {
    let house = house();
    for path in [
        json!({ "outputPath": "ada/results/a.csv" }),
        json!({ "outputBucket": "shared", "outputPath": "a.csv" }),
    ] {
        let (first, _) = house.running(&path).await;
        let second = house.generation.create(&house.ada, wish(&path)).await;
        let sentence = refused(second);
        assert!(
            sentence.starts_with("The output of another job"),
            "{sentence}"
        );
        let paused = house.generation.pause(&house.ada, &first.id).await;
        paused.expect("paused");
        let third = house.completed(&path).await;
        // Its path is free again.
        let resumed = house.generation.resume(&house.ada, &first.id).await;
        resumed.expect("resumed");
        let ticket = house.claim(&first).await.expect("a ticket");
        house.publish(&first, &ticket).await.expect("an end");
        assert_eq!(house.state(&third).await, State::Succeeded);
        house.wait(46);
    }
}

#[tokio::test]
async fn a_cancelled_job_takes_its_own_bytes_away_and_nobody_elses() {
    let path = json!({ "outputPath": "ada/results/a.csv" });
    let house = house();
    let place = "ada/results/a.csv";
    let objects = &house.memory.objects;
    let first = house.completed(&path).await;
    let bytes = async || objects.get(place, 100).await.expect("the store");
    let of_first = bytes().await.expect("an output");

    // It came to write, and did not.
    let (second, ticket) = house.running(&path).await;
    let begun = house.generation.begin_output(&second).await;
    begun.expect("noted");
    cancel_running(&house, &second, &ticket).await;
    assert_eq!(bytes().await, Some(of_first));

    // It wrote, was paused before it could say so, and then cancelled.
    let (third, _) = house.running(&path).await;
    for _ in 0..2 {
        house.generation.begin_output(&third).await.expect("noted");
        let put = objects.put(place, "other".into(), "text/csv").await;
        put.expect("a put");
    }
    let paused = house.generation.pause(&house.ada, &third.id).await;
    paused.expect("paused");
    let cancelled = house.generation.cancel(&house.ada, &third.id).await;
    cancelled.expect("cancelled");
    assert_eq!(bytes().await, None);

    // A worker that nobody heard of any more writes once more; that goes with the job.
    let put = objects.put(place, "late".into(), "text/csv").await;
    put.expect("a put");
    house.wait_days(181);
    let removed = house.generation.sweep_retention(far(&house)).await;
    assert_eq!(removed.expect("a sweep").jobs, 3);
    assert_eq!(house.keys().await, Vec::<String>::new());
    drop(first);
}

#[tokio::test]
async fn a_sweep_stops_in_time_and_the_next_goes_on() {
    let house = house();
    for _ in 0..3 {
        house.completed(&json!({})).await;
    }
    house.wait_days(181);
    let now = house.memory.clock.now();
    let removed = house
        .generation
        .sweep_retention(now)
        .await
        .expect("a sweep");
    assert_eq!((removed.jobs, removed.unfinished), (0, true));
    let removed = house
        .generation
        .sweep_retention(far(&house))
        .await
        .expect("a sweep");
    assert_eq!((removed.jobs, removed.unfinished), (3, false));
}

#[tokio::test]
async fn figures_are_those_of_the_jobs() {
    let house = house();
    house.create(&json!({})).await;
    for seconds in [4, 6] {
        let (job, ticket) = house.running(&json!({})).await;
        house.wait(seconds);
        house.publish(&job, &ticket).await.expect("an end");
    }
    let (failed, ticket) = house.running(&json!({})).await;
    let failure = Failure::new("X", "x");
    house
        .generation
        .jobs()
        .fail(&ticket, failure)
        .await
        .expect("an end");
    let health = house.generation.health().await;
    let figures = health.figures.clone().expect("figures");
    assert_eq!(
        (figures.active, figures.completed, figures.failed),
        (1, 2, 1)
    );
    assert_eq!(figures.average_milliseconds(), 5000);
    assert_eq!(health.complaints(), Vec::<String>::new());
    house
        .generation
        .resume(&house.ada, &failed.id)
        .await
        .expect("resumed");
    let figures = house.generation.health().await.figures.expect("figures");
    assert_eq!((figures.active, figures.failed), (2, 0));
}

#[tokio::test]
async fn a_pipeline_that_is_not_well_says_why() {
    use millrace_ports::Queue;
    let house = house();
    for expected in ["1 message could", "2 messages could"] {
        let queue = &house.memory.queue;
        queue
            .send(millrace_generation::DEAD_LETTERS, "{}")
            .await
            .expect("a send");
        let complaints = house.generation.health().await.complaints();
        assert!(
            complaints.len() == 1 && complaints[0].starts_with(expected),
            "{complaints:?}"
        );
    }
    for (operation, part) in [
        (Operation::Query, "The state store does not answer"),
        (Operation::HeadObject, "The file store does not answer"),
        (Operation::Depth, "The queue does not answer"),
    ] {
        let faults = Faults::none().fail(operation, 1, Fault::Unavailable);
        let house = house_with(faults, Settings::default());
        assert_eq!(house.generation.health().await.complaints(), [part]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_race_takes_more_slots_than_there_are() {
    for _ in 0..10 {
        let house = std::sync::Arc::new(house());
        let creates = (0..40).map(|_| {
            let house = house.clone();
            tokio::spawn(async move {
                let wish: GenerationCreate = wish(&json!({}));
                house.generation.create(&tenant("ada"), wish).await
            })
        });
        let (mut created, mut full) = (0, 0);
        for create in creates.collect::<Vec<_>>() {
            match create.await.expect("no panic") {
                Ok(_) => created += 1,
                Err(GenerationError::Full { .. }) => full += 1,
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!((created, full), (5, 35));
        let slots = house.generation.slots(&house.ada).await.expect("slots");
        assert_eq!(slots.current(), 5);
    }
}

#[tokio::test]
async fn a_job_that_is_over_its_time_is_paused_and_its_slot_cools_down() {
    let house = house();
    let (job, ticket) = house.running(&json!({ "timeout": 10 })).await;
    house.wait(10);
    let told = house.generation.enter(&ticket, Stage::Validate).await;
    assert_eq!(told.expect("an answer"), Directive::Stop);
    let job = house.load(&job).await;
    assert_eq!(job.state, State::Paused);
    assert!(job.detail.stages.entries().is_empty());
    let slots = house.generation.slots(&house.ada).await.expect("slots");
    assert_eq!((slots.current(), slots.cooling().count()), (0, 1));
    assert_eq!(
        house.event_names(&job).await,
        ["created", "claimed", "timed out"]
    );
}

#[tokio::test]
async fn a_call_that_names_itself_makes_one_job() {
    let house = house();
    let accept = async |key: &str, body: &str| {
        let wish = house
            .generation
            .check(wish(&json!({})), Vec::new())
            .expect("a wish");
        let request = RequestKey::new(key, body);
        house
            .generation
            .accept(&house.ada, wish, Some(request))
            .await
    };
    let first = accept("a", "{}").await.expect("a job");
    let (again, beside) = futures::join!(accept("a", "{}"), accept("b", "{}"));
    assert_eq!(again.expect("the same job").id, first.id);
    assert_ne!(beside.expect("another job").id, first.id);
    let other = accept("a", "{ }").await;
    assert!(
        matches!(other, Err(GenerationError::KeyReused)),
        "{other:?}"
    );
    house.wait_days(1);
    assert_ne!(accept("a", "{ }").await.expect("a new job").id, first.id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_call_many_times_at_once_makes_one_job() {
    for _ in 0..10 {
        let house = std::sync::Arc::new(house());
        let calls = (0..20).map(|_| {
            let house = house.clone();
            tokio::spawn(async move {
                let wish = house.generation.check(wish(&json!({})), Vec::new());
                let request = RequestKey::new("key", "{}");
                let job = house
                    .generation
                    .accept(&house.ada, wish.expect("a wish"), Some(request));
                job.await.expect("a job").id
            })
        });
        let mut ids = std::collections::BTreeSet::new();
        for call in calls.collect::<Vec<_>>() {
            ids.insert(call.await.expect("no panic"));
        }
        assert_eq!(ids.len(), 1);
        let slots = house.generation.slots(&house.ada).await.expect("slots");
        assert_eq!(slots.current(), 1);
    }
}

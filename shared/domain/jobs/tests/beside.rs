//! Jobs that are queued at once, with a time limit, and with something that changes beside them.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;
use millrace_jobs::{
    Claim, Companion, Detail, Directive, Ending, Job, JobError, Jobs, Message, Moved, Policy,
    Report, State, Ticket,
};
use millrace_ports::memory::{Fault, Faults, Memory, Operation};
use millrace_ports::{Condition, Item, Key, Ports, Tenant, Update, Write};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Timed {
    seconds: Option<i64>,
    note: u32,
}

impl Detail for Timed {
    const SYSTEM: &'static str = "TIMED";
    const QUEUE: &'static str = "timed";

    fn time_limit(&self) -> Option<TimeDelta> {
        self.seconds.map(TimeDelta::seconds)
    }
}

/// Counts live jobs, and admits so many.
#[derive(Debug)]
struct Gauge {
    most: i64,
}

fn gauge() -> Key {
    Key {
        pk: "GAUGE".to_owned(),
        sk: "ALL".to_owned(),
    }
}

fn live(row: Option<&Item>) -> i64 {
    let live = row.and_then(|row| row.get("live")).and_then(Value::as_i64);
    live.unwrap_or(0)
}

#[async_trait]
impl Companion<Timed> for Gauge {
    async fn writes(&self, ports: &Ports, moved: Moved<'_, Timed>) -> Result<Vec<Write>, JobError> {
        let amount = match (moved.begins(), moved.ends()) {
            (true, _) => 1,
            (_, true) => -1,
            _ => return Ok(Vec::new()),
        };
        let stored = ports.records.get(&gauge()).await?;
        let now = live(stored.as_ref());
        if now + amount > self.most {
            let retry_at = moved.after.updated_at;
            return Err(JobError::NoSlot { retry_at });
        }
        let condition = match &stored {
            None => Condition::Absent,
            Some(_) => Condition::equals("live", now),
        };
        Ok(vec![
            Update::new(gauge())
                .set("live", now + amount)
                .when(condition)
                .into(),
        ])
    }
}

struct House {
    memory: Memory,
    jobs: Jobs<Timed>,
    ada: Tenant,
}

fn house(faults: Faults) -> House {
    let memory = Memory::with_faults(faults);
    let jobs = Jobs::new(memory.ports(), Policy::default());
    House {
        jobs: jobs.with_companion(Arc::new(Gauge { most: 2 })),
        ada: Tenant::new("ada").expect("a tenant"),
        memory,
    }
}

impl House {
    async fn enqueue(&self, seconds: Option<i64>) -> Result<Job<Timed>, JobError> {
        self.jobs
            .enqueue(&self.ada, Timed { seconds, note: 0 })
            .await
    }

    async fn claim(&self, job: &Job<Timed>, run: u32) -> Option<Ticket> {
        let message = Message {
            job_id: job.id.clone(),
            run,
        };
        match self.jobs.claim(&message).await {
            Ok(Claim::Claimed(ticket, _)) => Some(ticket),
            _ => None,
        }
    }

    async fn load(&self, job: &Job<Timed>) -> Job<Timed> {
        self.jobs.load(&self.ada, &job.id).await.expect("the job")
    }

    fn wait(&self, seconds: i64) {
        self.memory.clock.advance(TimeDelta::seconds(seconds));
    }

    fn live(&self) -> i64 {
        live(self.memory.records.snapshot().get(&gauge()))
    }
}

#[tokio::test]
async fn what_changes_beside_changes_with_the_job_or_not_at_all() {
    let house = house(Faults::none());
    let first = house.enqueue(None).await.expect("a job");
    assert_eq!((first.state, first.version), (State::Queued, 1));
    assert_eq!(house.memory.queue.sent("timed").len(), 1);
    house.enqueue(None).await.expect("a second job");
    let third = house.enqueue(None).await;
    assert!(matches!(third, Err(JobError::NoSlot { .. })), "{third:?}");
    let page = house.jobs.list(&house.ada, 0, 10, None).await;
    assert_eq!((house.live(), page.expect("a list").jobs.len()), (2, 2));

    house
        .jobs
        .pause(&house.ada, &first.id)
        .await
        .expect("paused");
    let third = house.enqueue(None).await.expect("a third job");
    let refused = house.jobs.resume(&house.ada, &first.id).await;
    assert!(
        matches!(refused, Err(JobError::NoSlot { .. })),
        "{refused:?}"
    );
    assert_eq!(house.load(&first).await.state, State::Paused);
    house
        .jobs
        .cancel(&house.ada, &third.id)
        .await
        .expect("cancelled");
    house
        .jobs
        .resume(&house.ada, &first.id)
        .await
        .expect("resumed");
    assert_eq!(house.live(), 2);
}

#[tokio::test]
async fn a_lost_answer_neither_loses_a_slot_nor_takes_two() {
    for fault in [Fault::ResponseLost, Fault::Unavailable, Fault::Conflict] {
        for nth in 1..=5 {
            let house = house(Faults::none().fail(Operation::Transact, nth, fault));
            let job = house.enqueue(None).await.expect("a job");
            // The last slot is taken by the very call whose answer is lost.
            let other = house.enqueue(None).await.expect("another job");
            assert_eq!(house.live(), 2, "{fault:?} {nth}");
            let ticket = house.claim(&job, 1).await.expect("a ticket");
            let ended = house.jobs.succeed(&ticket, |_| {}).await;
            assert_eq!(ended.expect("an end"), Ending::Recorded);
            house
                .jobs
                .cancel(&house.ada, &other.id)
                .await
                .expect("cancelled");
            assert_eq!(house.live(), 0, "{fault:?} {nth}");
        }
    }
}

#[tokio::test]
async fn a_run_that_is_over_its_time_is_paused_by_its_report() {
    let house = house(Faults::none());
    let job = house.enqueue(Some(60)).await.expect("a job");
    house.wait(1000);
    let ticket = house.claim(&job, 1).await.expect("a ticket");
    house.wait(59);
    let report = Report::new("x");
    let note = |job: &mut Job<Timed>, _| {
        job.detail.note += 1;
        None
    };
    let told = house.jobs.report_with(&ticket, &report, note).await;
    assert_eq!(told.expect("a report"), Directive::Continue);
    house.wait(1);
    let told = house.jobs.report_with(&ticket, &report, note).await;
    assert_eq!(told.expect("a report"), Directive::Stop);
    let paused = house.load(&job).await;
    assert_eq!((paused.state, paused.detail.note), (State::Paused, 1));
    assert_eq!(paused.ended_at, Some(house.jobs.now()));
    let late = house.jobs.succeed(&ticket, |_| {}).await;
    assert_eq!(late.expect("late"), Ending::Void);
    assert_eq!(house.live(), 0);

    // The next run has the whole time again.
    house
        .jobs
        .resume(&house.ada, &job.id)
        .await
        .expect("resumed");
    let ticket = house.claim(&job, 2).await.expect("a ticket");
    house.wait(59);
    let told = house.jobs.report(&ticket, &Report::new("x")).await;
    assert_eq!(told.expect("a report"), Directive::Continue);
}

#[tokio::test]
async fn a_run_that_is_over_its_time_and_silent_is_paused_by_the_sweep() {
    let house = house(Faults::none());
    let job = house.enqueue(Some(30)).await.expect("a job");
    house.claim(&job, 1).await.expect("a ticket");
    house.wait(29);
    assert_eq!(house.jobs.sweep().await.expect("a sweep").paused, 0);
    house.wait(2);
    let swept = house.jobs.sweep().await.expect("a sweep");
    assert_eq!((swept.paused, swept.requeued), (1, 0));
    assert_eq!(house.load(&job).await.state, State::Paused);
    let place = house.jobs.locate(&job.id).await.expect("a place");
    let events = house.jobs.events(&place).await.expect("events");
    let names: Vec<&str> = events.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(names, ["created", "claimed", "timed out"]);
    assert_eq!(events[2].at, house.jobs.now());
}

#[tokio::test]
async fn jobs_are_selected_by_time_and_wish() {
    let house = house(Faults::none());
    let mut ids = Vec::new();
    for _ in 0..5 {
        let job = house.enqueue(None).await.expect("a job");
        house
            .jobs
            .cancel(&house.ada, &job.id)
            .await
            .expect("cancelled");
        ids.push(job.id);
        house.wait(10);
    }
    let select = async |since: i64, range| {
        let since = house.jobs.now() - TimeDelta::seconds(since);
        let jobs = house
            .jobs
            .select(&house.ada, Some(since), |_| true, range)
            .await;
        let jobs = jobs.expect("jobs").into_iter();
        jobs.map(|job| ids.iter().position(|id| *id == job.id).expect("known"))
            .collect::<Vec<_>>()
    };
    assert_eq!(select(100, (0, 10)).await, [4, 3, 2, 1, 0]);
    assert_eq!(select(30, (0, 10)).await, [4, 3, 2]);
    assert_eq!(select(100, (1, 2)).await, [3, 2]);
    let until = house.jobs.now() - TimeDelta::seconds(40);
    let old = house
        .jobs
        .oldest(&house.ada, until, |_| true, (10, None))
        .await;
    let old = old.expect("jobs");
    assert_eq!((old.jobs.len(), old.next), (2, None));
    assert_eq!(old.jobs[0].id, ids[0]);
}

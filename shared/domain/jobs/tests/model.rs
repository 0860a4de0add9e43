//! A model of the lifecycle: whatever happens in whatever order, every job ends lawfully, with one final
//! event per run, and only the attempt that ended it publishes.

mod house;

use std::collections::BTreeMap;

use house::{Count, House, claimed, house_with, report};
use millrace_jobs::{Directive, Ending, Failure, Job, Message, State, Step, Ticket};
use millrace_ports::memory::Faults;
use proptest::prelude::*;

/// What may happen next. Numbers choose among what is there.
#[derive(Debug, Clone, Copy)]
enum Action {
    Create,
    Submit(usize),
    Receive,
    /// The oldest message comes twice.
    Duplicate,
    Report(usize, u64),
    Succeed(usize),
    Fail(usize),
    Release(usize),
    Stop(usize),
    /// The worker is gone, and may come back later as a late one.
    Crash(usize),
    Cancel(usize),
    Pause(usize),
    Resume(usize),
    LoseMessage,
    Sweep,
    Wait(i64),
}

fn action() -> impl Strategy<Value = Action> {
    let place = 0..8_usize;
    prop_oneof![
        2 => Just(Action::Create),
        4 => place.clone().prop_map(Action::Submit),
        6 => Just(Action::Receive),
        2 => Just(Action::Duplicate),
        4 => (place.clone(), 0..200_u64).prop_map(|(place, rows)| Action::Report(place, rows)),
        4 => place.clone().prop_map(Action::Succeed),
        2 => place.clone().prop_map(Action::Fail),
        2 => place.clone().prop_map(Action::Release),
        2 => place.clone().prop_map(Action::Stop),
        3 => place.clone().prop_map(Action::Crash),
        3 => place.clone().prop_map(Action::Cancel),
        2 => place.clone().prop_map(Action::Pause),
        3 => place.prop_map(Action::Resume),
        2 => Just(Action::LoseMessage),
        4 => Just(Action::Sweep),
        5 => (1..400_i64).prop_map(Action::Wait),
    ]
}

/// The house, and what the outer world remembers.
struct World {
    house: House,
    jobs: Vec<Job<Count>>,
    /// Tickets of all workers there ever were, the lost ones too.
    tickets: Vec<Ticket>,
    /// Ends that were answered as recorded, by job and run.
    recorded: BTreeMap<(String, u32), Vec<(Ticket, State)>>,
}

impl World {
    fn pick<T: Clone>(all: &[T], place: usize) -> Option<T> {
        (!all.is_empty()).then(|| all[place % all.len()].clone())
    }

    async fn deliver(&mut self, message: &Message) {
        let claim = self.house.jobs.claim(message).await;
        if claim.is_err() {
            // The queue brings it again.
            let body = serde_json::to_string(message).expect("json");
            self.house
                .jobs
                .ports()
                .queue
                .send("counts", &body)
                .await
                .ok();
        }
        self.tickets.extend(claimed(claim));
    }

    fn note(&mut self, ticket: &Ticket, ending: Option<Ending>, state: State) {
        if ending == Some(Ending::Recorded) {
            let run = (ticket.job_id.clone(), ticket.run);
            self.recorded
                .entry(run)
                .or_default()
                .push((ticket.clone(), state));
        }
    }

    async fn act(&mut self, action: Action) {
        let ada = self.house.ada.clone();
        match action {
            Action::Create => {
                let created = self.house.jobs.create(&ada, house::COUNT).await;
                self.jobs.extend(created.ok());
            }
            Action::Submit(place) => {
                if let Some(job) = Self::pick(&self.jobs, place) {
                    self.house.jobs.submit(&ada, &job.id).await.ok();
                }
            }
            Action::Receive => {
                if let Some(message) = self.house.receive() {
                    self.deliver(&message).await;
                }
            }
            Action::Duplicate => {
                if let Some(message) = self.house.receive() {
                    self.deliver(&message).await;
                    self.deliver(&message).await;
                }
            }
            Action::Report(place, rows) => {
                if let Some(ticket) = Self::pick(&self.tickets, place) {
                    self.report(&ticket, rows).await;
                }
            }
            Action::Succeed(place) => {
                if let Some(ticket) = Self::pick(&self.tickets, place) {
                    let ending = self.house.succeed(&ticket).await.ok();
                    self.note(&ticket, ending, State::Succeeded);
                }
            }
            Action::Fail(place) => {
                if let Some(ticket) = Self::pick(&self.tickets, place) {
                    let failure = Failure::new("X", "x");
                    let ending = self.house.jobs.fail(&ticket, failure).await.ok();
                    self.note(&ticket, ending, State::Failed);
                }
            }
            Action::Release(place) => {
                if let Some(ticket) = Self::pick(&self.tickets, place) {
                    let failure = Failure::new("X", "x");
                    self.house.jobs.release(&ticket, failure).await.ok();
                }
            }
            Action::Stop(place) => {
                if let Some(ticket) = Self::pick(&self.tickets, place) {
                    let ending = self.house.jobs.stopped(&ticket).await.ok();
                    assert_ne!(ending, Some(Ending::Recorded));
                }
            }
            // A worker that is gone says nothing more until it is picked again, late.
            Action::Crash(place) => {
                if !self.tickets.is_empty() {
                    let place = place % self.tickets.len();
                    self.tickets.rotate_left(place);
                }
            }
            Action::Cancel(place) => {
                if let Some(job) = Self::pick(&self.jobs, place) {
                    self.house.jobs.cancel(&ada, &job.id).await.ok();
                }
            }
            Action::Pause(place) => {
                if let Some(job) = Self::pick(&self.jobs, place) {
                    self.house.jobs.pause(&ada, &job.id).await.ok();
                }
            }
            Action::Resume(place) => {
                if let Some(job) = Self::pick(&self.jobs, place) {
                    self.house.jobs.resume(&ada, &job.id).await.ok();
                }
            }
            Action::LoseMessage => {
                self.house.receive();
            }
            Action::Sweep => {
                self.house.jobs.sweep().await.ok();
            }
            Action::Wait(seconds) => self.house.wait(seconds),
        }
    }

    async fn report(&self, ticket: &Ticket, rows: u64) {
        let Ok(place) = self.house.jobs.locate(&ticket.job_id).await else {
            return;
        };
        let before = self.house.jobs.read(&place).await;
        let told = self.house.jobs.report(ticket, &report(rows)).await;
        let after = self.house.jobs.read(&place).await;
        let (Ok(before), Ok(told), Ok(after)) = (before, told, after) else {
            return;
        };
        let current = (before.run, before.attempt) == (ticket.run, ticket.attempt);
        let expected = match before.state {
            State::Running if current => Directive::Continue,
            State::Cancelling if current => Directive::Cancel,
            _ => Directive::Stop,
        };
        assert_eq!(told, expected);
        assert!(after.progress.rows_read >= before.progress.rows_read);
        assert!(after.progress.percent >= before.progress.percent);
        if expected != Directive::Continue {
            assert_eq!(after, before);
        }
    }

    /// Brings everything to its end: time passes, sweeps run, workers do their work.
    async fn drain(&mut self) {
        for _ in 0..200 {
            for job in self.jobs.clone() {
                let Ok(job) = self.house.jobs.load(&self.house.ada, &job.id).await else {
                    continue;
                };
                if matches!(job.state, State::Created | State::Paused) {
                    self.house.jobs.cancel(&self.house.ada, &job.id).await.ok();
                }
            }
            self.house.wait(301);
            self.house.jobs.sweep().await.ok();
            while let Some(message) = self.house.receive() {
                let claim = self.house.jobs.claim(&message).await;
                if let Some(ticket) = claimed(claim) {
                    self.tickets.push(ticket.clone());
                    let ending = self.house.succeed(&ticket).await.ok();
                    self.note(&ticket, ending, State::Succeeded);
                }
            }
            if self.are_all_final().await {
                return;
            }
        }
        panic!("jobs are left that never end");
    }

    async fn are_all_final(&self) -> bool {
        for job in &self.jobs {
            match self.house.jobs.load(&self.house.ada, &job.id).await {
                Ok(job) if job.state.is_final() => {}
                _ => return false,
            }
        }
        true
    }

    /// What has to hold for every job at the end. Reads from behind the faults.
    fn check(&self) {
        let rows = self.house.memory.records.snapshot();
        for job in &self.jobs {
            let prefix = format!("T#ada#JOB#{}", job.id);
            let events: Vec<_> = rows
                .iter()
                .filter(|(key, _)| key.pk == prefix)
                .map(|(_, item)| item)
                .collect();
            let list = rows
                .iter()
                .find(|(key, _)| key.pk == "T#ada#JOBS#COUNT" && key.sk.ends_with(&job.id));
            let stored: Job<Count> =
                serde_json::from_value(serde_json::Value::Object(list.expect("a row").1.clone()))
                    .expect("a job");

            let mut state = "none";
            let mut finals: BTreeMap<u64, u32> = BTreeMap::new();
            let mut last_run = 1;
            for event in &events {
                let next = event["state"].as_str().expect("a state");
                assert!(
                    is_lawful(state, event["event"].as_str().expect("a name"), next),
                    "{state} {event:?}"
                );
                let run = event["run"].as_u64().expect("a run");
                assert!(event["attempt"].as_u64().expect("an attempt") <= 3);
                assert!(run == last_run || run == last_run + 1);
                last_run = run;
                if event["final"].as_bool().expect("a mark") {
                    *finals.entry(run).or_default() += 1;
                }
                state = next;
            }
            assert_eq!(state, stored.state.as_str());
            assert!(stored.state.is_final());
            assert_eq!(
                finals.get(&u64::from(stored.run)),
                Some(&1),
                "one end of the last run"
            );
            assert!(finals.values().all(|count| *count == 1), "{finals:?}");

            // What is published is of the attempt that ended the run, and of no other.
            let published = stored.detail.output.as_deref();
            let expected = format!("{}out", self.prefix(&stored));
            match stored.state {
                State::Succeeded => assert_eq!(published, Some(expected.as_str())),
                _ => assert_eq!(published, None),
            }
            for ((id, run), ends) in &self.recorded {
                let of_one = ends.windows(2).all(|pair| pair[0] == pair[1]);
                assert!(of_one, "two workers ended run {run} of {id}: {ends:?}");
            }
        }
    }

    fn prefix(&self, job: &Job<Count>) -> String {
        format!("ada/jobs/{}/r{}/a{}/", job.id, job.run, job.attempt)
    }
}

/// Whether an event may lead from one state to another.
fn is_lawful(state: &str, event: &str, next: &str) -> bool {
    if state == "none" {
        return event == "created" && next == "created";
    }
    let find = |name: &str| State::ALL.into_iter().find(|state| state.as_str() == name);
    let step = Step::ALL.into_iter().find(|step| step.as_str() == event);
    match (find(state), step) {
        (Some(state), Some(step)) => state.after(step) == find(next),
        _ => false,
    }
}

fn run(actions: Vec<Action>, faults: Faults) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut world = World {
            house: house_with(faults),
            jobs: Vec::new(),
            tickets: Vec::new(),
            recorded: BTreeMap::new(),
        };
        for action in actions {
            world.act(action).await;
        }
        world.drain().await;
        world.check();
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_job_ends_once(actions in prop::collection::vec(action(), 1..60)) {
        run(actions, Faults::none());
    }

    #[test]
    fn every_job_ends_once_although_calls_fail(
        actions in prop::collection::vec(action(), 1..60), seed in any::<u64>(), share in 1..300_u32
    ) {
        run(actions, Faults::seeded(seed, share));
    }
}

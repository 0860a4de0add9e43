//! A model of the lifecycle: whatever happens in whatever order, to the jobs of two customers, and whichever
//! calls fail, every job ends lawfully, none runs twice, no slot is lost or taken twice, and the figures are
//! those of the jobs.

mod house;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use house::{House, claimed, house_with, wish};
use millrace_generation::{
    GenerationError, GenerationJob, Retention, Settings, Stage, StageReport, resume_until,
};
use millrace_jobs::{Ending, Failure, Message, State, Step, Ticket};
use millrace_ports::memory::Faults;
use millrace_ports::{Clock, Item, Queue, Tenant};
use proptest::prelude::*;
use serde_json::{Value, json};

const MOST: u32 = 3;
const COOLDOWN: TimeDelta = TimeDelta::seconds(45);
/// Shorter than a lease, so that both can end first.
const TIMEOUT: i64 = 200;
const WINDOW: i64 = 300;
const DAYS: i64 = 10;

/// What may happen next. Numbers choose among what is there.
#[derive(Debug, Clone, Copy)]
enum Action {
    Create(bool),
    Receive,
    /// The oldest message comes twice.
    Duplicate,
    Enter(usize, usize),
    Advance(usize, f64),
    Publish(usize),
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
    Days(i64),
    Retention,
}

fn action() -> impl Strategy<Value = Action> {
    let place = 0..8_usize;
    prop_oneof![
        7 => any::<bool>().prop_map(Action::Create),
        8 => Just(Action::Receive),
        2 => Just(Action::Duplicate),
        3 => (place.clone(), 0..6_usize).prop_map(|(place, stage)| Action::Enter(place, stage)),
        3 => (place.clone(), 0.0..1.0).prop_map(|(place, share)| Action::Advance(place, share)),
        4 => place.clone().prop_map(Action::Publish),
        2 => place.clone().prop_map(Action::Fail),
        2 => place.clone().prop_map(Action::Release),
        2 => place.clone().prop_map(Action::Stop),
        3 => place.clone().prop_map(Action::Crash),
        2 => place.clone().prop_map(Action::Cancel),
        3 => place.clone().prop_map(Action::Pause),
        5 => place.prop_map(Action::Resume),
        1 => Just(Action::LoseMessage),
        4 => Just(Action::Sweep),
        4 => (1..60_i64).prop_map(Action::Wait),
        3 => (60..400_i64).prop_map(Action::Wait),
        1 => (1..20_i64).prop_map(Action::Days),
        1 => Just(Action::Retention),
    ]
}

/// The house, and what the outer world remembers.
struct World {
    house: House,
    /// Tickets of all workers there ever were, the lost ones too.
    tickets: Vec<Ticket>,
    /// Runs, each with the ticket whose end was answered as recorded.
    recorded: BTreeMap<(String, u32), Vec<Ticket>>,
    /// Jobs that the retention took away, by how they had ended.
    removed: BTreeMap<State, u64>,
}

/// What is stored, read from behind the faults.
struct Stored {
    jobs: Vec<GenerationJob>,
    rows: Vec<Item>,
}

impl Stored {
    fn of(house: &House) -> Self {
        let rows: Vec<Item> = house.memory.records.snapshot().into_values().collect();
        let in_list = |row: &&Item| text(row, "pk").ends_with("#JOBS#GENERATION");
        let jobs = rows
            .iter()
            .filter(in_list)
            .map(|row| serde_json::from_value(Value::Object(row.clone())).expect("a job"));
        Self {
            jobs: jobs.collect(),
            rows,
        }
    }

    fn count(&self, counts: impl Fn(State) -> bool) -> u64 {
        self.jobs.iter().filter(|job| counts(job.state)).count() as u64
    }

    /// The slots of a customer: by job, until when.
    fn slots(&self, owner: &Tenant) -> BTreeMap<String, Option<DateTime<Utc>>> {
        let partition = format!("T#{owner}#GENERATION");
        let row = self
            .rows
            .iter()
            .find(|row| text(row, "pk") == partition && text(row, "sk") == "SLOTS");
        let taken = row.map(|row| row["taken"].as_array().expect("a list").clone());
        let taken = taken.unwrap_or_default().into_iter().map(|taken| {
            let job = taken["job_id"].as_str().expect("a job").to_owned();
            let until = taken["until"].as_str();
            (job, until.map(|until| until.parse().expect("a time")))
        });
        taken.collect()
    }

    fn figure(&self, name: &str) -> i64 {
        let rows = self.rows.iter();
        let shards = rows.filter(|row| text(row, "pk") == "GENERATION#FIGURES");
        shards.filter_map(|row| row.get(name)?.as_i64()).sum()
    }
}

fn text<'row>(row: &'row Item, name: &str) -> &'row str {
    row[name].as_str().expect("a text")
}

impl World {
    fn new(faults: Faults) -> Self {
        let settings = Settings {
            max_jobs: MOST,
            cooldown: COOLDOWN,
            ..Settings::default()
        };
        Self {
            house: house_with(faults, settings),
            tickets: Vec::new(),
            recorded: BTreeMap::new(),
            removed: BTreeMap::new(),
        }
    }

    fn now(&self) -> DateTime<Utc> {
        self.house.memory.clock.now()
    }

    fn job(&self, place: usize) -> Option<GenerationJob> {
        let jobs = Stored::of(&self.house).jobs;
        (!jobs.is_empty()).then(|| jobs[place % jobs.len()].clone())
    }

    fn stored(&self, id: &str) -> Option<GenerationJob> {
        let jobs = Stored::of(&self.house).jobs;
        jobs.into_iter().find(|job| job.id == id)
    }

    fn ticket(&self, place: usize) -> Option<Ticket> {
        (!self.tickets.is_empty()).then(|| self.tickets[place % self.tickets.len()].clone())
    }

    async fn deliver(&mut self, message: &Message) {
        let claim = self.house.generation.jobs().claim(message).await;
        if claim.is_err() {
            // The queue brings it again.
            let body = serde_json::to_string(message).expect("json");
            let queue = &self.house.memory.queue;
            queue.send("generation-jobs", &body).await.ok();
        }
        if let Some(ticket) = claimed(claim) {
            let same = |known: &&Ticket| {
                (&known.job_id, known.run, known.attempt)
                    == (&ticket.job_id, ticket.run, ticket.attempt)
            };
            assert_eq!(self.tickets.iter().find(same), None, "two have one attempt");
            self.tickets.push(ticket);
        }
    }

    fn note(&mut self, ticket: &Ticket, ending: Option<Ending>) {
        if ending == Some(Ending::Recorded) {
            let run = (ticket.job_id.clone(), ticket.run);
            self.recorded.entry(run).or_default().push(ticket.clone());
        }
    }

    async fn publish(&mut self, ticket: &Ticket) {
        let Some(job) = self.stored(&ticket.job_id) else {
            return;
        };
        let ending = self.house.publish(&job, ticket).await.ok();
        self.note(ticket, ending);
    }

    async fn create(&mut self, of_ada: bool) {
        let owner = if of_ada {
            &self.house.ada
        } else {
            &self.house.eve
        };
        let before = Stored::of(&self.house).slots(owner);
        let more = json!({ "timeout": TIMEOUT, "resumeWindow": WINDOW });
        let created = self.house.generation.create(owner, wish(&more)).await;
        if let Err(GenerationError::Full { retry_at, .. }) = created {
            let free = |until: &Option<DateTime<Utc>>| until.is_none_or(|until| until > self.now());
            let taken = before.values().filter(|until| free(until)).count();
            assert_eq!(taken, MOST as usize, "refused although a slot is free");
            let first = before
                .values()
                .filter_map(|until| until.filter(|until| *until > self.now()));
            let first = first.min().unwrap_or(self.now() + COOLDOWN);
            assert_eq!(retry_at, first, "an untruthful time");
        }
    }

    async fn act(&mut self, action: Action) {
        let failure = || Failure::new("X", "x");
        let jobs = self.house.generation.jobs().clone();
        match action {
            Action::Create(of_ada) => self.create(of_ada).await,
            Action::Receive | Action::Duplicate => {
                let Some(message) = self.house.receive() else {
                    return;
                };
                self.deliver(&message).await;
                if matches!(action, Action::Duplicate) {
                    self.deliver(&message).await;
                }
            }
            Action::LoseMessage => {
                self.house.receive();
            }
            Action::Enter(place, stage) => {
                if let Some(ticket) = self.ticket(place) {
                    self.house
                        .generation
                        .enter(&ticket, Stage::ALL[stage])
                        .await
                        .ok();
                }
            }
            Action::Advance(place, share) => {
                if let Some(ticket) = self.ticket(place) {
                    self.advance(&ticket, share).await;
                }
            }
            Action::Publish(place) => {
                if let Some(ticket) = self.ticket(place) {
                    self.publish(&ticket).await;
                }
            }
            Action::Fail(place) => {
                if let Some(ticket) = self.ticket(place) {
                    let ending = jobs.fail(&ticket, failure()).await.ok();
                    self.note(&ticket, ending);
                }
            }
            Action::Release(place) => {
                if let Some(ticket) = self.ticket(place) {
                    jobs.release(&ticket, failure()).await.ok();
                }
            }
            Action::Stop(place) => {
                if let Some(ticket) = self.ticket(place) {
                    let ending = jobs.stopped(&ticket).await.ok();
                    assert_ne!(ending, Some(Ending::Recorded));
                }
            }
            Action::Crash(place) => {
                if !self.tickets.is_empty() {
                    let place = place % self.tickets.len();
                    self.tickets.rotate_left(place);
                }
            }
            Action::Cancel(place) => {
                if let Some(job) = self.job(place) {
                    self.house.generation.cancel(&job.owner, &job.id).await.ok();
                }
            }
            Action::Pause(place) => {
                if let Some(job) = self.job(place) {
                    self.house.generation.pause(&job.owner, &job.id).await.ok();
                }
            }
            Action::Resume(place) => {
                if let Some(job) = self.job(place) {
                    self.resume(&job).await;
                }
            }
            Action::Sweep => self.sweep().await,
            Action::Wait(seconds) => self.house.wait(seconds),
            Action::Days(days) => self.house.wait_days(days),
            Action::Retention => self.sweep_retention().await,
        }
    }

    async fn advance(&self, ticket: &Ticket, share: f64) {
        let before = self.stored(&ticket.job_id);
        let report = StageReport {
            stage: Stage::Generate,
            share,
            rows: 1,
        };
        self.house.generation.advance(ticket, &report).await.ok();
        let after = self.stored(&ticket.job_id);
        if let (Some(before), Some(after)) = (before, after) {
            assert!(after.detail.stages.percent() >= before.detail.stages.percent());
            let own = (before.run, before.attempt) == (ticket.run, ticket.attempt);
            if !own || before.state != State::Running {
                assert_eq!(before, after, "a late worker changes nothing");
            }
        }
    }

    async fn resume(&self, job: &GenerationJob) {
        let before = Stored::of(&self.house).slots(&job.owner);
        let resumed = self.house.generation.resume(&job.owner, &job.id).await;
        if let Ok(after) = resumed {
            assert!(resume_until(job).is_some_and(|until| until >= self.now()));
            assert_eq!((after.state, after.run), (State::Queued, job.run + 1));
            assert_eq!(after.detail.stages, job.detail.stages);
        } else if let Err(GenerationError::Full { .. }) = resumed {
            let own = before.get(&job.id).copied().flatten();
            assert!(
                own.is_none_or(|until| until <= self.now()),
                "it had a slot of its own"
            );
        }
    }

    async fn sweep(&self) {
        let swept = self.house.generation.sweep().await;
        if swept.is_ok_and(|swept| swept.errors == 0) {
            for job in Stored::of(&self.house).jobs {
                let over = job.deadline().is_some_and(|deadline| deadline < self.now());
                assert!(!(over && job.state == State::Running), "{job:?}");
            }
        }
    }

    async fn sweep_retention(&mut self) {
        let before = Stored::of(&self.house).jobs;
        let deadline = self.now() + TimeDelta::minutes(10);
        self.house.generation.sweep_retention(deadline).await.ok();
        let kept = Stored::of(&self.house).jobs;
        let kept: BTreeSet<&str> = kept.iter().map(|job| job.id.as_str()).collect();
        for job in before.iter().filter(|job| !kept.contains(job.id.as_str())) {
            let ended = job.ended_at.expect("only what has ended is removed");
            assert!(
                !job.state.is_live() && ended + TimeDelta::days(DAYS) <= self.now(),
                "{job:?}"
            );
            *self.removed.entry(job.state).or_default() += 1;
            let own = job
                .detail
                .output
                .as_ref()
                .map(|output| output.place.key.clone());
            let keys = self.house.memory.objects.keys();
            assert!(
                own.is_none_or(|own| !keys.contains(&own)),
                "its output is left behind"
            );
        }
    }

    /// What has to hold at any time.
    fn check(&self) {
        let stored = Stored::of(&self.house);
        for owner in [&self.house.ada, &self.house.eve] {
            let slots = stored.slots(owner);
            let taken = slots
                .values()
                .filter(|until| until.is_none_or(|until| until > self.now()));
            assert!(taken.count() <= MOST as usize, "{slots:?}");
            let live: BTreeSet<&str> = stored
                .jobs
                .iter()
                .filter(|job| job.owner == *owner && job.state.is_live())
                .map(|job| job.id.as_str())
                .collect();
            let held: BTreeSet<&str> = slots
                .iter()
                .filter(|(_, until)| until.is_none())
                .map(|(job, _)| job.as_str())
                .collect();
            assert_eq!(
                live, held,
                "slots are taken by live jobs and by nobody else"
            );
        }
        let removed = |state| self.removed.get(&state).copied().unwrap_or(0);
        let of = |state| {
            let count = stored.count(|other| other == state) + removed(state);
            i64::try_from(count).expect("few")
        };
        let live = i64::try_from(stored.count(State::is_live)).expect("few");
        assert_eq!(stored.figure("active"), live);
        assert_eq!(stored.figure("completed"), of(State::Succeeded));
        assert_eq!(stored.figure("failed"), of(State::Failed));
    }

    /// Brings everything to its end: time passes, sweeps run, workers do their work.
    async fn drain(&mut self) {
        for _ in 0..200 {
            for job in Stored::of(&self.house).jobs {
                if job.state == State::Paused {
                    self.house
                        .generation
                        .jobs()
                        .cancel(&job.owner, &job.id)
                        .await
                        .ok();
                }
            }
            self.house.wait(301);
            self.sweep().await;
            while let Some(message) = self.house.receive() {
                let known = self.tickets.len();
                self.deliver(&message).await;
                for ticket in self.tickets.clone().into_iter().skip(known) {
                    self.publish(&ticket).await;
                }
            }
            self.check();
            if Stored::of(&self.house)
                .jobs
                .iter()
                .all(|job| job.state.is_final())
            {
                return;
            }
        }
        panic!("jobs are left that never end");
    }

    /// What has to hold for every job at the end.
    fn check_ends(&self) {
        let stored = Stored::of(&self.house);
        for job in &stored.jobs {
            let partition = format!("T#{}#JOB#{}", job.owner, job.id);
            let events = stored.rows.iter().filter(|row| {
                text(row, "pk") == partition && text(row, "sk").starts_with("EVENT#")
            });
            let (mut state, mut finals) = (None, BTreeMap::<u64, u32>::new());
            for event in events {
                let name = text(event, "event");
                let next = text(event, "state");
                assert!(is_lawful(state, name, next), "{state:?} {event:?}");
                state = Some(next);
                if event["final"] == true {
                    *finals
                        .entry(event["run"].as_u64().expect("a run"))
                        .or_default() += 1;
                }
            }
            assert_eq!(state, Some(job.state.as_str()));
            assert!(finals.values().all(|count| *count == 1), "{finals:?}");
            assert_eq!(job.detail.output.is_some(), job.state == State::Succeeded);
        }
        for ((id, run), ends) in &self.recorded {
            let of_one = ends.windows(2).all(|pair| pair[0] == pair[1]);
            assert!(of_one, "two workers ended run {run} of {id}: {ends:?}");
        }
    }
}

/// Whether an event may lead from one state to another. Stages begin while the job runs.
fn is_lawful(state: Option<&str>, event: &str, next: &str) -> bool {
    let Some(state) = state else {
        return event == "created" && next == "queued";
    };
    if event.ends_with(" begun") {
        return state == "running" && next == "running";
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
        let mut world = World::new(faults);
        for owner in [world.house.ada.clone(), world.house.eve.clone()] {
            let days = u32::try_from(DAYS).expect("few");
            for _ in 0..20 {
                let set = world
                    .house
                    .generation
                    .set_retention(&owner, Retention { days })
                    .await;
                if set.is_ok() {
                    break;
                }
            }
        }
        for action in actions {
            world.act(action).await;
            world.check();
        }
        world.drain().await;
        world.check_ends();
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_job_ends_lawfully(actions in prop::collection::vec(action(), 1..80)) {
        run(actions, Faults::none());
    }

    #[test]
    fn every_job_ends_lawfully_although_calls_fail(
        actions in prop::collection::vec(action(), 1..80), seed in any::<u64>(), share in 1..250_u32
    ) {
        run(actions, Faults::seeded(seed, share));
    }
}

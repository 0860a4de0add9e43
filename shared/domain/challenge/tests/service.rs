//! The service on the in-memory ports, with the machine played by the tests.

use std::time::Duration;

use bytes::Bytes;
use chrono::TimeDelta;
use millrace_challenge::brief::{Brief, DataStructure, SkillLevel};
use millrace_challenge::progress::{self, Stage};
use millrace_challenge::service::{Challenges, MACHINE, Outcome, Settings};
use millrace_challenge::session::{Action, FullRun, Phase, Session};
use millrace_challenge::store::{Store, StoreError, object_prefix};
use millrace_challenge::tasks::{Tasks, Ticket};
use millrace_ports::memory::{Fault, Faults, Memory, Operation, StepAnswer};
use millrace_ports::{Key, Tenant, Write, item};
use serde_json::json;

struct House {
    memory: Memory,
    challenges: Challenges,
    tasks: Tasks,
    tenant: Tenant,
}

fn house_with(faults: Faults) -> House {
    let memory = Memory::with_faults(faults);
    let settings = Settings {
        wait: Duration::ZERO,
        retention_days: 90,
    };
    House {
        challenges: Challenges::new(memory.ports(), &settings),
        tasks: Tasks::new(memory.ports(), 90),
        memory,
        tenant: Tenant::public(),
    }
}

fn house() -> House {
    house_with(Faults::none())
}

fn brief() -> Brief {
    Brief {
        domain: "E-commerce".to_owned(),
        function: "Sales".to_owned(),
        problem_statement: "why ".repeat(30),
        skill_level: SkillLevel::Intermediate,
        dataset_size: 1000,
        data_structure: DataStructure::Normalized,
        primary_questions: None,
        seed: 3,
    }
}

impl House {
    async fn create(&self) -> Session {
        self.challenges
            .create(&self.tenant, brief(), false)
            .await
            .expect("a session")
    }

    fn ticket(&self, session: &Session) -> Ticket {
        Ticket {
            tenant: self.tenant.clone(),
            session_id: session.id.clone(),
            revision: session.revision,
        }
    }

    async fn load(&self, session: &Session) -> Session {
        self.challenges
            .store()
            .load(&self.tenant, &session.id)
            .await
            .expect("the session")
    }

    /// The machine reports a result.
    async fn finish(&self, session: &Session, action: Action, document: &'static str) {
        let ticket = self.ticket(&self.load(session).await);
        self.tasks
            .finish(
                &ticket,
                action,
                Bytes::from_static(document.as_bytes()),
                |_| {},
            )
            .await
            .expect("a result");
    }

    /// The machine comes to a gate.
    async fn wait_at(&self, session: &Session, gate: &str, token: &str) {
        let revision = self.load(session).await.revision;
        let key = Key::of(&self.tenant, "SESSION", &session.id, "GATE");
        let row = item(
            &key,
            [
                ("gate", gate.into()),
                ("token", token.into()),
                ("revision", revision.into()),
            ],
        );
        self.memory.workflows.wait(token);
        self.memory
            .ports()
            .records
            .transact(vec![Write::put(row)])
            .await
            .expect("a gate");
    }

    fn executions(&self) -> Vec<(String, serde_json::Value)> {
        let all = self.memory.workflows.executions(MACHINE);
        all.into_iter()
            .map(|(name, execution)| (name, execution.input["start_at"].clone()))
            .collect()
    }

    async fn undelivered(&self) -> usize {
        let later = self.memory.ports().clock.now() + TimeDelta::days(1);
        self.challenges
            .store()
            .undelivered(later)
            .await
            .expect("the outbox")
            .len()
    }

    async fn approved(&self) -> Session {
        let session = self.create().await;
        self.finish(&session, Action::Research, "{}").await;
        for (action, phase) in [
            (Action::Problem, Phase::One),
            (Action::Schema, Phase::Two),
            (Action::Preview, Phase::Three),
        ] {
            self.challenges
                .request(&self.tenant, &session.id, action, |_| {})
                .await
                .expect("its time has come");
            self.finish(&session, action, "{}").await;
            self.challenges
                .approve(&self.tenant, &session.id, phase)
                .await
                .expect("something to approve");
        }
        self.load(&session).await
    }
}

fn run(revision: u32, at: chrono::DateTime<chrono::Utc>) -> FullRun {
    FullRun {
        revision,
        qa: "qa".to_owned(),
        zip: "zip".to_owned(),
        zip_bytes: 1,
        overall_score: 9.5,
        pdf: "pdf".to_owned(),
        csv_zip: "csv".to_owned(),
        csv_files: vec!["a.csv".to_owned()],
        started_at: at,
        finished_at: at,
    }
}

#[tokio::test]
async fn an_accepted_brief_starts_one_execution() {
    let house = house();
    let session = house.create().await;
    assert_eq!(
        house.executions(),
        [(format!("{}-1", session.id), json!("research"))]
    );
    assert_eq!(
        house.undelivered().await,
        0,
        "the message arrived and is forgotten"
    );
}

#[tokio::test]
async fn a_start_that_fails_is_made_up_for_by_the_sweep() {
    let house = house_with(Faults::none().fail(Operation::Start, 1, Fault::Unavailable));
    let session = house.create().await;
    assert_eq!(house.executions(), []);
    assert_eq!(house.undelivered().await, 1, "the decision is not lost");
    assert_eq!(
        house
            .challenges
            .sweep(TimeDelta::seconds(60))
            .await
            .expect("a sweep"),
        0,
        "too fresh to be lost"
    );
    house.memory.clock.advance(TimeDelta::seconds(61));
    assert_eq!(
        house
            .challenges
            .sweep(TimeDelta::seconds(60))
            .await
            .expect("a sweep"),
        1
    );
    assert_eq!(
        house.executions(),
        [(format!("{}-2", session.id), json!("research"))]
    );
    assert_eq!(
        house
            .challenges
            .sweep(TimeDelta::seconds(60))
            .await
            .expect("a sweep"),
        0
    );
}

#[tokio::test]
async fn a_call_goes_through_the_gate_that_waits() {
    let house = house();
    let session = house.create().await;
    house.finish(&session, Action::Research, "{}").await;
    house.wait_at(&session, "problem", "token-1").await;
    let outcome = house
        .challenges
        .request(&house.tenant, &session.id, Action::Problem, |_| {})
        .await
        .expect("accepted");
    assert!(matches!(outcome, Outcome::InProgress(_)));
    assert_eq!(
        house.memory.workflows.answer("token-1"),
        Some(StepAnswer::Completed(json!({ "action": "go" })))
    );
    assert_eq!(house.executions().len(), 1, "no second execution");
}

#[tokio::test]
async fn a_lost_token_starts_a_new_execution_at_the_step() {
    let house = house();
    let session = house.create().await;
    house.finish(&session, Action::Research, "{}").await;
    house
        .challenges
        .request(&house.tenant, &session.id, Action::Problem, |_| {})
        .await
        .expect("accepted");
    let names = house.executions();
    assert_eq!(names[1], (format!("{}-2", session.id), json!("problem")));
    let first = &house.memory.workflows.executions(MACHINE)[&format!("{}-1", session.id)];
    assert!(first.stopped.is_some(), "the former execution is stopped");
}

#[tokio::test]
async fn a_result_is_delivered_once_and_then_made_anew() {
    let house = house();
    let session = house.create().await;
    house.finish(&session, Action::Research, "{}").await;
    let ask = || {
        house
            .challenges
            .request(&house.tenant, &session.id, Action::Problem, |_| {})
    };
    ask().await.expect("accepted");
    let executions = house.executions().len();
    assert!(matches!(
        ask().await.expect("again"),
        Outcome::InProgress(_)
    ));
    assert_eq!(
        house.executions().len(),
        executions,
        "sent again while under way, it starts nothing"
    );
    house.finish(&session, Action::Problem, "first").await;
    let Outcome::Ready(_, first) = ask().await.expect("the result") else {
        panic!("not delivered")
    };
    assert_eq!(first, "first");
    assert!(matches!(
        ask().await.expect("a new request"),
        Outcome::InProgress(_)
    ));
    assert_eq!(house.executions().len(), executions + 1);
}

#[tokio::test]
async fn a_late_execution_publishes_nothing() {
    let house = house();
    let session = house.approved().await;
    house
        .challenges
        .generate_full(&house.tenant, &session.id, None)
        .await
        .expect("started");
    let late = house.ticket(&house.load(&session).await);
    house
        .challenges
        .cancel(&house.tenant, &session.id)
        .await
        .expect("cancelled");
    let now = house.memory.ports().clock.now();
    let refused = house.tasks.publish(&late, run(late.revision, now)).await;
    assert!(
        matches!(refused, Err(StoreError::Superseded(_))),
        "{refused:?}"
    );
    assert_eq!(house.load(&session).await.full, None);
    house
        .challenges
        .generate_full(&house.tenant, &session.id, Some(5000))
        .await
        .expect("started again");
    let session = house.load(&session).await;
    assert_eq!(session.size(), 5000);
    house
        .tasks
        .publish(&house.ticket(&session), run(session.revision, now))
        .await
        .expect("published");
    assert!(house.load(&session).await.full.is_some());
}

#[tokio::test]
async fn a_failure_is_told_and_the_step_runs_again() {
    let house = house();
    let session = house.approved().await;
    house
        .challenges
        .generate_full(&house.tenant, &session.id, None)
        .await
        .expect("started");
    house
        .tasks
        .fail(&house.ticket(&house.load(&session).await), "out of ink")
        .await
        .expect("recorded");
    let failed = house.load(&session).await;
    assert_eq!(
        failed
            .failure
            .as_ref()
            .map(|failure| failure.reason.as_str()),
        Some("out of ink")
    );
    assert!(failed.preview_approved);
    house
        .challenges
        .generate_full(&house.tenant, &session.id, None)
        .await
        .expect("started again");
    assert!(house.load(&session).await.is_pending(Action::Full));
}

#[tokio::test]
async fn no_tenant_sees_another_ones_sessions() {
    let house = house();
    let session = house.create().await;
    let other = Tenant::new("other").expect("a tenant");
    let foreign = house.challenges.store().load(&other, &session.id).await;
    assert!(matches!(foreign, Err(StoreError::NotFound)));
    assert!(matches!(
        house.challenges.remove(&other, &session.id).await,
        Err(StoreError::NotFound)
    ));
    assert_eq!(
        house
            .challenges
            .list(&other, 10, None)
            .await
            .expect("a page")
            .sessions,
        []
    );
    assert_eq!(
        house
            .challenges
            .list(&house.tenant, 10, None)
            .await
            .expect("a page")
            .sessions
            .len(),
        1
    );
}

#[tokio::test]
async fn progress_counts_each_part_once_and_never_goes_back() {
    let house = house();
    let session = house.approved().await;
    let session = house
        .challenges
        .generate_full(&house.tenant, &session.id, None)
        .await
        .expect("started");
    let session = house.load(&session).await;
    let ports = house.memory.ports();
    let (tenant, id, revision) = (&house.tenant, session.id.as_str(), session.revision);
    let percent = async || {
        let known = house
            .challenges
            .progress(tenant, &session)
            .await
            .expect("a progress");
        known.map_or(0, |known| known.percent)
    };
    assert_eq!(percent().await, 0);
    progress::begin(&ports, tenant, id, revision, 2)
        .await
        .expect("begun");
    assert_eq!(percent().await, 5);
    for _ in 0..3 {
        progress::part_done(&ports, tenant, id, revision, 0)
            .await
            .expect("counted");
    }
    assert_eq!(
        percent().await,
        27,
        "one of two parts, however often it reports"
    );
    progress::enter(&ports, tenant, id, revision, Stage::Reports)
        .await
        .expect("entered");
    progress::enter(&ports, tenant, id, revision, Stage::Validation)
        .await
        .expect("a late report is no error");
    progress::begin(&ports, tenant, id, revision, 2)
        .await
        .expect("a repeated begin is no error");
    assert_eq!(percent().await, 75);
}

#[tokio::test]
async fn a_session_past_its_retention_is_gone_at_once() {
    let house = house();
    let session = house.create().await;
    house.memory.clock.advance(TimeDelta::days(90));
    let gone = house
        .challenges
        .store()
        .load(&house.tenant, &session.id)
        .await;
    assert!(matches!(gone, Err(StoreError::NotFound)));
}

#[tokio::test]
async fn removal_takes_rows_and_files() {
    let house = house();
    let session = house.create().await;
    assert!(matches!(
        house.challenges.remove(&house.tenant, &session.id).await,
        Err(StoreError::Refused(_))
    ));
    house.finish(&session, Action::Research, "{}").await;
    let key = house.load(&session).await.research.expect("a document").key;
    house
        .challenges
        .remove(&house.tenant, &session.id)
        .await
        .expect("removed");
    assert_eq!(
        house
            .memory
            .ports()
            .objects
            .size(&key)
            .await
            .expect("a look"),
        None
    );
    assert!(matches!(
        house
            .challenges
            .store()
            .load(&house.tenant, &session.id)
            .await,
        Err(StoreError::NotFound)
    ));
}

#[tokio::test]
async fn a_session_whose_time_is_over_goes_with_its_files() {
    let house = house();
    let (old, removed) = (house.create().await, house.create().await);
    house.memory.clock.advance(TimeDelta::days(1));
    let newer = house.create().await;
    let objects = &house.memory.ports().objects;
    for session in [&old, &removed, &newer] {
        let key = format!("{}r1/part.csv", object_prefix(&house.tenant, &session.id));
        let body = Bytes::from_static(b"a\n");
        objects.put(&key, body, "text/csv").await.expect("a put");
    }
    let store = Store::new(house.memory.ports(), 90);
    store
        .remove(&house.tenant, &removed.id)
        .await
        .expect("removed");
    // A worker that has not heard of it writes once more.
    let late = format!("{}r1/late.csv", object_prefix(&house.tenant, &removed.id));
    let put = objects
        .put(&late, Bytes::from_static(b"a\n"), "text/csv")
        .await;
    put.expect("a put");
    house.memory.clock.advance(TimeDelta::days(89));
    assert_eq!(store.sweep_expired(10).await.expect("a sweep"), 0);
    house.memory.clock.advance(TimeDelta::seconds(1));
    assert_eq!(store.sweep_expired(10).await.expect("a sweep"), 2);
    assert_eq!(store.sweep_expired(10).await.expect("a sweep"), 0);
    let keys = house.memory.objects.keys();
    assert!(keys.len() == 1 && keys[0].contains(&newer.id), "{keys:?}");
    let rows = house.memory.records.snapshot();
    assert!(
        rows.keys()
            .all(|key| !key.pk.contains(&old.id) && !key.sk.contains(&removed.id))
    );
    assert!(store.load(&house.tenant, &newer.id).await.is_ok());
}

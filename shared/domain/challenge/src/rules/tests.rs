use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::*;
use crate::brief::{Brief, DataStructure, SkillLevel};

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_750_000_000, 0).expect("a moment")
}

fn session() -> Session {
    let brief = Brief {
        domain: "Beekeeping".to_owned(),
        function: "Yield".to_owned(),
        problem_statement: "honey".repeat(30),
        skill_level: SkillLevel::Beginner,
        dataset_size: 1000,
        data_structure: DataStructure::Normalized,
        primary_questions: None,
        seed: 1,
    };
    Session::new("s".to_owned(), brief, false, noon())
}

fn run() -> FullRun {
    FullRun {
        revision: 1,
        qa: "qa".to_owned(),
        zip: "zip".to_owned(),
        zip_bytes: 1,
        overall_score: 9.0,
        pdf: "pdf".to_owned(),
        csv_zip: "csv".to_owned(),
        csv_files: Vec::new(),
        started_at: noon(),
        finished_at: noon(),
    }
}

/// Takes a step to its result.
fn take(session: &mut Session, action: Action) {
    request(session, action, noon()).expect("its time has come");
    finish(session, action, action.name().to_owned());
}

fn approved_preview() -> Session {
    let mut session = session();
    finish(&mut session, Action::Research, "research".to_owned());
    take(&mut session, Action::Problem);
    approve(&mut session, Phase::One).expect("a problem to approve");
    take(&mut session, Action::Schema);
    approve(&mut session, Phase::Two).expect("a schema to approve");
    take(&mut session, Action::Preview);
    approve(&mut session, Phase::Three).expect("a preview to approve");
    session
}

#[test]
fn next_action_leads_through_all_phases() {
    let mut session = session();
    assert_eq!(next_action(&session), "GET /api/challenge/phase1/status/s");
    finish(&mut session, Action::Research, "research".to_owned());
    for (call, action, phase) in [
        ("phase1/generate-problem", Action::Problem, Phase::One),
        ("phase2/generate-schema", Action::Schema, Phase::Two),
        ("phase3/generate-preview", Action::Preview, Phase::Three),
    ] {
        assert_eq!(next_action(&session), format!("POST /api/challenge/{call}"));
        take(&mut session, action);
        assert_eq!(
            next_action(&session),
            format!("POST /api/challenge/{}/approve", phase.name())
        );
        approve(&mut session, phase).expect("something to approve");
    }
    assert_eq!(
        next_action(&session),
        "POST /api/challenge/phase4/generate-full"
    );
    request(&mut session, Action::Full, noon()).expect("all is approved");
    assert_eq!(next_action(&session), "GET /api/challenge/phase4/status/s");
    publish(&mut session, run());
    assert_eq!(next_action(&session), "GET /api/challenge/phase5/prepare/s");
    session.prepared = true;
    assert_eq!(
        next_action(&session),
        "GET /api/challenge/phase5/download/s"
    );
}

#[test]
fn a_step_before_its_time_names_what_to_approve() {
    let mut session = session();
    finish(&mut session, Action::Research, "research".to_owned());
    for (action, missing) in [
        (Action::Schema, "Problem statement must be approved first"),
        (Action::Preview, "Schema must be approved first"),
        (Action::Full, "Preview must be approved first"),
    ] {
        let before = session.clone();
        let refusal = request(&mut session, action, noon()).expect_err("too early");
        assert_eq!(refusal.0, missing);
        assert_eq!(session, before);
    }
}

#[test]
fn a_failed_stage_keeps_what_was_approved_and_runs_again() {
    let mut session = approved_preview();
    request(&mut session, Action::Full, noon()).expect("all is approved");
    fail(&mut session, Action::Full, "disk on fire".to_owned());
    assert!(session.problem_approved && session.schema_approved && session.preview_approved);
    assert_eq!(
        session
            .failure
            .as_ref()
            .map(|failure| failure.reason.as_str()),
        Some("disk on fire")
    );
    request(&mut session, Action::Full, noon()).expect("a failed stage can be run again");
    assert_eq!(session.failure, None);
}

#[test]
fn a_new_schema_takes_away_what_was_built_on_the_old_one() {
    let mut session = approved_preview();
    request(&mut session, Action::Schema, noon()).expect("going back is allowed");
    assert!(
        session.schema_approved,
        "until the new one is there, the old one stands"
    );
    finish(&mut session, Action::Schema, "schema-2".to_owned());
    assert!(!session.schema_approved && session.preview.is_none() && !session.preview_approved);
    assert!(session.problem_approved, "the problem was not touched");
}

#[test]
fn cancelling_fences_the_execution_and_keeps_the_former_run() {
    let mut session = approved_preview();
    assert!(cancel(&mut session).is_err(), "nothing runs");
    request(&mut session, Action::Full, noon()).expect("all is approved");
    publish(&mut session, run());
    request(&mut session, Action::Full, noon()).expect("a second run");
    let revision = session.revision;
    cancel(&mut session).expect("it runs");
    assert_eq!(session.revision, revision + 1);
    assert!(
        session.full.is_some(),
        "the status answers as before the start"
    );
}

#[test]
fn open_gates_approve_by_themselves() {
    let mut session = session();
    session.open = true;
    for (action, next) in [
        (Action::Research, Action::Problem),
        (Action::Problem, Action::Schema),
        (Action::Schema, Action::Preview),
        (Action::Preview, Action::Full),
    ] {
        assert!(session.is_pending(action));
        finish(&mut session, action, action.name().to_owned());
        assert!(session.is_pending(next));
    }
    assert!(session.problem_approved && session.schema_approved && session.preview_approved);
}

#[derive(Debug, Clone, Copy)]
enum Event {
    Request(Action),
    Approve(Phase),
    Finish,
    Fail,
    Cancel,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let actions = [
        Action::Problem,
        Action::Schema,
        Action::Preview,
        Action::Full,
    ];
    let phases = [Phase::One, Phase::Two, Phase::Three];
    prop::collection::vec(
        prop_oneof![
            4 => prop::sample::select(actions.to_vec()).prop_map(Event::Request),
            4 => prop::sample::select(phases.to_vec()).prop_map(Event::Approve),
            4 => Just(Event::Finish),
            1 => Just(Event::Fail),
            1 => Just(Event::Cancel),
        ],
        0..60,
    )
}

proptest! {
    /// Whatever order calls and results come in, nothing stands on something that is not there.
    #[test]
    fn no_order_of_events_skips_a_phase(events in events()) {
        let mut session = session();
        finish(&mut session, Action::Research, "research".to_owned());
        let mut now = noon();
        for event in events {
            now += TimeDelta::seconds(1);
            match event {
                Event::Request(action) => drop(request(&mut session, action, now)),
                Event::Approve(phase) => drop(approve(&mut session, phase)),
                Event::Finish => match session.pending.clone().map(|pending| pending.action) {
                    Some(Action::Full) => publish(&mut session, run()),
                    Some(action) => finish(&mut session, action, action.name().to_owned()),
                    None => {}
                },
                Event::Fail => {
                    if let Some(pending) = session.pending.clone() {
                        fail(&mut session, pending.action, "reason".to_owned());
                    }
                }
                Event::Cancel => drop(cancel(&mut session)),
            }
            prop_assert!(!session.problem_approved || session.problem.is_some());
            prop_assert!(session.schema.is_none() || session.problem_approved || session.pending.is_some());
            prop_assert!(!session.schema_approved || (session.schema.is_some() && session.problem_approved));
            prop_assert!(!session.preview_approved || (session.preview.is_some() && session.schema_approved));
            prop_assert!(session.full.is_none() || session.preview_approved);
            prop_assert!(!session.prepared || session.full.is_some());
            prop_assert!(session.pending.is_none() || session.failure.is_none());
        }
    }
}

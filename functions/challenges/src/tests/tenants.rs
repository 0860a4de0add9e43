//! No tenant sees another's sessions, and each sees its own page by page.

use chrono::TimeDelta;
use millrace_ports::Tenant;
use millrace_ports::memory::Faults;
use serde_json::{Value, json};

use super::call::{SESSION, about, ours};
use super::house::{House, Stage};
use super::machine::Machine;

/// A prepared session of the user `user-1`.
async fn house_of_user_1() -> House {
    let house = House {
        tenant: Tenant::new("user-1").expect("a tenant"),
        ..House::with(Machine::Rests, Faults::none(), &[])
    };
    house.advance(Stage::Prepared).await;
    house
}

#[tokio::test]
async fn a_foreign_session_is_as_one_that_is_not_there() {
    let house = house_of_user_1().await;
    let before = house.memory.records.snapshot();
    let gone = json!({ "detail": "Session not found" });
    for call in ours().filter_map(|route| about(route, SESSION)) {
        let public = house.call(&call, None).await;
        assert_eq!(public.parts(), (404, &gone), "{call}");
        let other = house.call_as("user-2", &call, None).await;
        assert_eq!(other.parts(), (404, &gone), "{call}");
    }
    assert_eq!(house.memory.records.snapshot(), before);
    let own = format!("GET /api/challenge/session/{SESSION}");
    assert_eq!(house.call_as("user-1", &own, None).await.status(), 200);
}

fn ids(page: &Value) -> Vec<String> {
    let sessions = page["sessions"].as_array().expect("sessions");
    sessions
        .iter()
        .map(|session| session["session_id"].as_str().expect("an id").to_owned())
        .collect()
}

#[tokio::test]
async fn the_list_holds_the_callers_sessions_newest_first() {
    let house = house_of_user_1().await;
    for _ in 0..4 {
        house.memory.clock.advance(TimeDelta::seconds(1));
        house.create().await;
    }
    let all = house
        .call_as("user-1", "GET /api/challenge/sessions", None)
        .await;
    let all = ids(all.body());
    assert_eq!(all.len(), 5);
    assert_eq!(all[4], SESSION, "the oldest");
    let mut call = "GET /api/challenge/sessions?limit=2".to_owned();
    let mut walked = Vec::new();
    for expected in [2, 2, 1] {
        let page = house.call_as("user-1", &call, None).await;
        let found = ids(page.body());
        assert_eq!(found.len(), expected);
        walked.extend(found);
        if let Some(cursor) = page.body()["next_cursor"].as_str() {
            call = format!("GET /api/challenge/sessions?limit=2&cursor={cursor}");
        }
    }
    assert_eq!(walked, all);
    let other = house
        .call_as("user-2", "GET /api/challenge/sessions", None)
        .await;
    let nothing = json!({ "sessions": [], "next_cursor": null });
    assert_eq!(other.parts(), (200, &nothing));
}

#[tokio::test]
async fn a_page_that_cannot_be_is_refused() {
    let house = house_of_user_1().await;
    for (query, paths) in [
        ("limit=0", vec!["limit"]),
        ("limit=101", vec!["limit"]),
        ("limit=few", vec!["limit"]),
        ("cursor=00", vec!["cursor"]),
        ("cursor=%FF", vec!["cursor"]),
        ("limit=0&cursor=a&cursor=b", vec!["limit", "cursor"]),
    ] {
        let call = format!("GET /api/challenge/sessions?{query}");
        let answer = house.call_as("user-1", &call, None).await;
        assert_eq!(answer.status(), 400, "{query}");
        let named: Vec<&str> = answer.body()["errors"]
            .as_array()
            .expect("faults")
            .iter()
            .filter_map(|fault| fault["path"].as_str())
            .collect();
        assert_eq!(named, paths, "{query}");
    }
}

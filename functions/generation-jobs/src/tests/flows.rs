//! Walks of more than one call.

use bytes::Bytes;
use millrace_generation::{DEAD_LETTERS, Stage, StageReport};
use millrace_ports::Queue;
use millrace_ports::contract::Method;
use millrace_ports::memory::Faults;
use serde_json::{Value, json};

use super::house::{ADA, House};

const JOBS: &str = "/api/data-generation/jobs";

fn numbers() -> Value {
    json!({ "dataType": "numbers", "dataSize": 1000 })
}

async fn created(house: &House, body: &Value) -> String {
    let created = house.call("POST", JOBS, body).await;
    assert_eq!(created.status, 201, "{created:?}");
    let id = created.body["jobId"].as_str().expect("an id").to_owned();
    assert_eq!(created.headers["location"], format!("{JOBS}/{id}"));
    id
}

async fn get(house: &House, path: &str) -> Value {
    let answer = house.call("GET", path, &json!({})).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body
}

async fn act(house: &House, id: &str, action: &str) -> u64 {
    let path = format!("{JOBS}/{id}?action={action}");
    house.call("POST", &path, &json!({})).await.status
}

#[tokio::test]
async fn a_job_from_its_creation_to_its_output() {
    let house = House::empty(Faults::none(), "0");
    let id = created(&house, &numbers()).await;
    let job = get(&house, &format!("{JOBS}/{id}")).await;
    assert_eq!(
        (&job["status"], &job["stages"]),
        (&json!("queued"), &json!([]))
    );
    let ticket = house.claim(&id).await;
    for stage in [Stage::Validate, Stage::Plan, Stage::Generate] {
        house
            .generation
            .enter(&ticket, stage)
            .await
            .expect("a stage");
        house.wait(2);
    }
    let report = StageReport {
        stage: Stage::Generate,
        share: 0.4,
        rows: 400,
    };
    house
        .generation
        .advance(&ticket, &report)
        .await
        .expect("a report");
    let job = get(&house, &format!("{JOBS}/{id}")).await;
    assert_eq!(
        (&job["status"], &job["progress"]),
        (&json!("running"), &json!(40))
    );
    assert_eq!(job["stages"][2]["name"], "generate");
    assert_eq!(job["stages"][2]["progress"], 40);
    assert_eq!(job.get("outputUrl"), None);
    house.finish(&ticket).await;
    let job = get(&house, &format!("{JOBS}/{id}")).await;
    assert_eq!(
        (&job["status"], &job["progress"]),
        (&json!("completed"), &json!(100))
    );
    let file = house.fetch(Method::Get, &job["outputUrl"], Bytes::new());
    assert_eq!(
        (file.status, &file.body[..]),
        (200, &b"first,second\n1,2\n"[..])
    );
    assert_eq!(
        file.headers["content-disposition"],
        "attachment; filename=\"numbers.csv\""
    );
    let mut history = get(&house, JOBS).await;
    // Each answer has a link of its own.
    history["jobs"][0]["outputUrl"] = job["outputUrl"].clone();
    assert_eq!(history["jobs"][0], job);
}

#[tokio::test]
async fn pausing_and_resuming_go_on_in_the_same_entries() {
    let house = House::empty(Faults::none(), "0");
    let id = created(&house, &numbers()).await;
    let ticket = house.claim(&id).await;
    house
        .generation
        .enter(&ticket, Stage::Validate)
        .await
        .expect("a stage");
    house.wait(3);
    house
        .generation
        .enter(&ticket, Stage::Generate)
        .await
        .expect("a stage");
    for _ in 0..2 {
        assert_eq!(act(&house, &id, "pause").await, 200);
    }
    let job = get(&house, &format!("{JOBS}/{id}")).await;
    assert_eq!(job["status"], "paused");
    assert_eq!(job["stages"][1]["status"], "paused");
    assert_eq!(job["resumeUntil"], "2026-01-01T00:05:03.000Z");
    house.wait(300);
    assert_eq!(act(&house, &id, "resume").await, 200);
    assert_eq!(act(&house, &id, "resume").await, 400);
    let ticket = house.claim(&id).await;
    for stage in [Stage::Validate, Stage::Generate] {
        house
            .generation
            .enter(&ticket, stage)
            .await
            .expect("a stage");
    }
    let job = get(&house, &format!("{JOBS}/{id}")).await;
    assert_eq!(
        (&job["status"], &job["metadata"]["retryCount"]),
        (&json!("running"), &json!(1))
    );
    let names: Vec<&Value> = job["stages"]
        .as_array()
        .expect("stages")
        .iter()
        .map(|stage| &stage["name"])
        .collect();
    assert_eq!(names, ["validate", "generate"]);
    assert_eq!(job["stages"][1]["startTime"], "2026-01-01T00:00:03.000Z");
    let events = get(&house, &format!("{JOBS}/{id}/events")).await;
    let names = events["events"].as_array().expect("events").iter();
    let names: Vec<&str> = names
        .map(|event| event["event"].as_str().expect("a name"))
        .collect();
    let expected = [
        "created",
        "claimed",
        "validate begun",
        "generate begun",
        "paused",
        "resumed",
        "claimed",
    ];
    assert_eq!(names, expected);
    house.wait(301);
    let late = house
        .call("POST", &format!("{JOBS}/{id}?action=pause"), &json!({}))
        .await;
    assert_eq!(late.status, 200);
    house.wait(301);
    let late = house
        .call("POST", &format!("{JOBS}/{id}?action=resume"), &json!({}))
        .await;
    assert_eq!(late.status, 400);
    assert_eq!(late.body["error"]["code"], "INVALID_REQUEST");
}

#[tokio::test]
async fn above_the_slots_is_429_and_the_time_it_tells_is_true() {
    let house = House::empty(Faults::none(), "0");
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(created(&house, &numbers()).await);
    }
    let full = house.call("POST", JOBS, &numbers()).await;
    assert_eq!(
        (full.status, &full.body["error"]["code"]),
        (429, &json!("RATE_LIMITED"))
    );
    assert_eq!(full.headers["x-ratelimit-limit"], "5");
    assert_eq!(full.headers["x-ratelimit-remaining"], "0");
    let cancelled = house
        .call("DELETE", &format!("{JOBS}/{}", ids[0]), &json!({}))
        .await;
    assert_eq!(cancelled.body, json!({ "success": true }));
    house.wait(10);
    let limits = get(&house, "/api/data-generation/rate-limits").await;
    let cooling = json!([{ "jobId": ids[0], "cooldownUntil": "2026-01-01T00:00:45.000Z" }]);
    let expected = json!({
        "customerId": ADA, "currentJobs": 4, "maxJobs": 5, "cooldownPeriod": 45,
        "cooldownJobs": cooling
    });
    assert_eq!(limits, expected);
    let full = house.call("POST", JOBS, &numbers()).await;
    let wait: i64 = full.headers["retry-after"].parse().expect("seconds");
    assert!((35..=36).contains(&wait), "{wait}");
    house.wait(34);
    assert_eq!(house.call("POST", JOBS, &numbers()).await.status, 429);
    house.wait(wait - 34);
    created(&house, &numbers()).await;
    assert_eq!(
        house
            .generation
            .slots(&house.ada)
            .await
            .expect("slots")
            .current(),
        5
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_waits_is_answered_when_its_job_has_ended() {
    let house = std::sync::Arc::new(House::empty(Faults::none(), "20"));
    let worker = tokio::spawn({
        let house = house.clone();
        async move {
            let message = loop {
                if let Some(message) = house.memory.queue.receive("generation-jobs") {
                    break message;
                }
                tokio::task::yield_now().await;
            };
            let message: Value = serde_json::from_str(&message).expect("a message");
            let id = message["job_id"].as_str().expect("an id").to_owned();
            let ticket = house.claim(&id).await;
            house.finish(&ticket).await;
            id
        }
    });
    let body = json!({ "dataType": "numbers", "dataSize": 10_000, "isAsync": false });
    let answer = house.call("POST", JOBS, &body).await;
    let id = worker.await.expect("no panic");
    assert_eq!(
        (answer.status, &answer.body),
        (200, &json!({ "jobId": id }))
    );
    let job = get(&house, &format!("{JOBS}/{id}")).await;
    assert_eq!(job["status"], "completed");
}

#[tokio::test]
async fn a_retention_counts_at_once() {
    let house = House::empty(Faults::none(), "0");
    let path = "/api/data-generation/retention";
    assert_eq!(get(&house, path).await, json!({ "retentionDays": 180 }));
    let id = created(&house, &numbers()).await;
    let ticket = house.claim(&id).await;
    house.finish(&ticket).await;
    house.wait(2 * 86_400);
    let set = house
        .call("PUT", path, &json!({ "retentionDays": 1 }))
        .await;
    assert_eq!(set.body, json!({ "success": true, "retentionDays": 1 }));
    assert_eq!(get(&house, path).await, json!({ "retentionDays": 1 }));
    let gone = house.call("GET", &format!("{JOBS}/{id}"), &json!({})).await;
    assert_eq!(gone.status, 404, "{gone:?}");
    assert_eq!(get(&house, JOBS).await, json!({ "jobs": [] }));
}

#[tokio::test]
async fn an_input_is_uploaded_where_a_job_may_read_it() {
    let house = House::empty(Faults::none(), "0");
    let body = json!({ "filename": "größe 1.csv", "contentType": "text/csv" });
    let upload = house
        .call("POST", "/api/data-generation/upload-url", &body)
        .await;
    assert_eq!(upload.status, 200, "{upload:?}");
    let put = house.fetch(
        Method::Put,
        &upload.body["uploadUrl"],
        Bytes::from_static(b"a\n1\n"),
    );
    assert_eq!(put.status, 200);
    let like = json!({
        "dataType": "like-input", "dataSize": 10,
        "inputBucket": upload.body["bucket"], "inputPath": upload.body["path"]
    });
    created(&house, &like).await;
    assert_eq!(
        upload.body["headers"],
        json!({ "Content-Type": "text/csv" })
    );
}

#[tokio::test]
async fn dead_letters_make_it_unhealthy() {
    let house = House::empty(Faults::none(), "0");
    let path = "/api/data-generation/health";
    let health = get(&house, path).await;
    let none = json!({ "activeJobs": 0, "completedJobs": 0, "failedJobs": 0, "averageProcessingTimeMs": 0 });
    assert_eq!(
        (&health["status"], &health["metrics"]),
        (&json!("healthy"), &none)
    );
    house
        .memory
        .queue
        .send(DEAD_LETTERS, "{}")
        .await
        .expect("a send");
    let health = house.call("GET", path, &json!({})).await;
    assert_eq!(
        (health.status, &health.body["status"]),
        (503, &json!("unhealthy"))
    );
    let message = health.body["message"].as_str().expect("a message");
    assert!(
        message.starts_with("1 message could not be dealt with"),
        "{message}"
    );
}

#[tokio::test]
async fn a_request_that_is_sent_again_makes_no_second_job() {
    let house = House::empty(Faults::none(), "0");
    let send = async |key: &str, size: u64| {
        let mut event = house.event("create-least");
        event["headers"]["idempotency-key"] = json!(key);
        let body = json!({ "dataType": "numbers", "dataSize": size });
        event["body"] = json!(body.to_string());
        let answer = house.send(event).await;
        (
            answer["statusCode"].as_u64().expect("a status"),
            answer["headers"]["location"].clone(),
        )
    };
    let first = send("one", 1).await;
    assert_eq!(first.0, 201);
    assert_eq!(send("one", 1).await, first);
    assert_eq!(send("one", 2).await.0, 422);
    assert_ne!(send("two", 1).await, first);
    assert_eq!(send(&"x".repeat(256), 1).await.0, 400);
    let slots = house.generation.slots(&house.ada).await.expect("slots");
    assert_eq!(slots.current(), 2);
}

#[tokio::test]
async fn a_run_that_is_over_its_time_is_paused_and_says_so() {
    let house = House::empty(Faults::none(), "0");
    let body = json!({ "dataType": "numbers", "dataSize": 1, "timeout": 60, "resumeWindow": 60 });
    let id = created(&house, &body).await;
    house.claim(&id).await;
    house.wait(61);
    house.generation.sweep().await.expect("a sweep");
    let job = get(&house, &format!("{JOBS}/{id}")).await;
    assert_eq!(
        (&job["status"], &job["error"]["code"]),
        (&json!("paused"), &json!("TIMEOUT"))
    );
    assert_eq!(act(&house, &id, "resume").await, 200);
    let job = get(&house, &format!("{JOBS}/{id}")).await;
    assert_eq!((&job["status"], job.get("error")), (&json!("queued"), None));
}

//! Data generation over HTTP, on the stack that `MILLRACE_URL` names, workers included.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use bytes::Bytes;
use futures::future::join_all;
use millrace_tests::{Caller, answer, kill_workers};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

/// How often a job is looked at.
const GLANCE: Duration = Duration::from_millis(200);
/// How often at most.
const GLANCES: u32 = 600;

struct Api(Caller);

impl Api {
    async fn signed_in(name: &str) -> Self {
        Self(Caller::signed_in(name).await)
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let path = format!("/api/data-generation{path}");
        self.0.call(method, &path, body.as_ref()).await
    }

    async fn get(&self, path: &str) -> Value {
        let path = format!("/api/data-generation{path}");
        let (status, body) = self.patient(|| self.0.request(Method::GET, &path)).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    /// Sends a request that may be sent twice, again where the stack asks for that or did not answer in
    /// time: its machine may be busy making data.
    async fn patient(&self, request: impl Fn() -> RequestBuilder) -> (StatusCode, Value) {
        for _ in 0..GLANCES {
            match answer(request()).await {
                (
                    StatusCode::BAD_GATEWAY
                    | StatusCode::SERVICE_UNAVAILABLE
                    | StatusCode::GATEWAY_TIMEOUT,
                    _,
                ) => tokio::time::sleep(GLANCE).await,
                answer => return answer,
            }
        }
        answer(request()).await
    }

    /// Asks for a job by a name that makes the call the same however often it is sent.
    async fn wish(&self, name: &str, wish: &Value) -> (StatusCode, Value) {
        let url = "/api/data-generation/jobs";
        let request = || {
            self.0
                .request(Method::POST, url)
                .header("idempotency-key", name)
        };
        self.patient(|| request().json(wish)).await
    }

    async fn create(&self, body: Value) -> String {
        let mut name = DefaultHasher::new();
        body.to_string().hash(&mut name);
        let (status, created) = self.wish(&name.finish().to_string(), &body).await;
        assert_eq!(status, StatusCode::CREATED, "{created}");
        created["jobId"].as_str().expect("an id").to_owned()
    }

    async fn act(&self, id: &str, action: &str) -> (StatusCode, Value) {
        let path = format!("/jobs/{id}?action={action}");
        let mut unanswered = false;
        for _ in 0..GLANCES {
            let (status, answer) = self.call(Method::POST, &path, None).await;
            match status {
                StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE => unanswered = true,
                // A call that was not answered has been heard all the same.
                StatusCode::BAD_REQUEST if unanswered => {
                    return (StatusCode::OK, json!({ "success": true }));
                }
                _ => return (status, answer),
            }
            tokio::time::sleep(GLANCE).await;
        }
        panic!("{id}: no answer to {action}")
    }

    async fn wait(&self, id: &str, mut is_so: impl FnMut(&Value) -> bool) -> Value {
        let path = format!("/jobs/{id}");
        for _ in 0..GLANCES {
            let job = self.get(&path).await;
            if is_so(&job) {
                return job;
            }
            tokio::time::sleep(GLANCE).await;
        }
        panic!("{id} stays as it is: {}", self.get(&path).await);
    }

    async fn completed(&self, id: &str) -> Value {
        let job = self.wait(id, |job| !is_live(job)).await;
        assert_eq!(job["status"], "completed", "{job}");
        job
    }

    /// What came out.
    async fn output(&self, job: &Value) -> Bytes {
        let url = job["outputUrl"].as_str().expect("a URL");
        let file = self.0.client.get(url).send().await;
        let file = file.expect("the store answers");
        assert_eq!(file.status(), StatusCode::OK);
        file.bytes().await.expect("bytes")
    }
}

fn is_live(job: &Value) -> bool {
    job["status"] == "queued" || job["status"] == "running"
}

fn names(list: &Value, field: &str) -> Vec<String> {
    let entries = list.as_array().expect("a list").iter();
    let names = entries.map(|entry| entry[field].as_str().expect("a text").to_owned());
    names.collect()
}

#[tokio::test]
#[ignore = "needs the running stack"]
async fn a_job_from_its_creation_to_its_rows() {
    let api = Api::signed_in("generation").await;
    let id = api
        .create(json!({
            "dataType": "transactions", "dataSize": 1000, "outputFormat": "CSV", "isAsync": true,
            "timeout": 3600, "resumeWindow": 300, "parameters": {"seed": 7}, "projectId": "project-id"
        }))
        .await;
    let job = api.completed(&id).await;
    assert_eq!(
        (&job["progress"], &job["outputRows"]),
        (&json!(100), &json!(1000))
    );
    assert_eq!(
        names(&job["stages"], "name"),
        ["validate", "plan", "generate", "verify", "publish"]
    );
    assert!(
        names(&job["stages"], "status")
            .iter()
            .all(|status| status == "completed")
    );
    assert_eq!(job["configuration"]["projectId"], "project-id");
    let output = api.output(&job).await;
    assert_eq!(job["outputBytes"], output.len());
    let rows = csv::Reader::from_reader(output.as_ref()).into_records();
    assert_eq!(rows.filter(Result::is_ok).count(), 1000);

    let list = api.get("/jobs?status=completed&limit=1").await;
    assert_eq!(names(&list["jobs"], "jobId"), [id.as_str()]);
    let events = api.get(&format!("/jobs/{id}/events")).await;
    let events = names(&events["events"], "event");
    assert_eq!(
        events.first().map(String::as_str),
        Some("created"),
        "{events:?}"
    );
    assert!(events.len() >= 7, "{events:?}");
    let limits = api.get("/rate-limits").await;
    assert_eq!(
        (
            &limits["currentJobs"],
            &limits["maxJobs"],
            &limits["cooldownPeriod"]
        ),
        (&json!(0), &json!(5), &json!(45)),
    );
    assert_eq!(names(&limits["cooldownJobs"], "jobId"), [id.as_str()]);
    let (status, body) = api.call(Method::DELETE, &format!("/jobs/{id}"), None).await;
    assert_eq!(
        status,
        StatusCode::BAD_REQUEST,
        "a job that has ended: {body}"
    );

    let other = Api::signed_in("stranger").await;
    let (status, _) = other.call(Method::GET, &format!("/jobs/{id}"), None).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let health = api.get("/health").await;
    assert_eq!(health["status"], "healthy", "{health}");
    assert!(
        health["metrics"]["completedJobs"].as_u64() >= Some(1),
        "{health}"
    );
}

#[tokio::test]
#[ignore = "needs the running stack"]
async fn a_caller_may_wait_and_choose_type_and_retention() {
    let api = Api::signed_in("choice").await;
    let types = names(&api.get("/types").await["types"], "name");
    for name in [
        "customers",
        "users",
        "products",
        "orders",
        "transactions",
        "time-series",
        "web-events",
        "log-lines",
        "geo-points",
        "text-reviews",
        "like-input",
    ] {
        assert!(
            types.iter().any(|found| found == name),
            "{name} in {types:?}"
        );
    }
    let wish =
        json!({ "dataType": "users", "dataSize": 10, "outputFormat": "NDJSON", "isAsync": false });
    let (status, created) = api.call(Method::POST, "/jobs", Some(wish)).await;
    assert_eq!(status, StatusCode::OK, "{created}");
    let id = created["jobId"].as_str().expect("an id");
    let output = api.output(&api.completed(id).await).await;
    let lines = output
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty());
    let rows: Vec<Value> = lines
        .map(|line| serde_json::from_slice(line).expect("a row"))
        .collect();
    assert_eq!(rows.len(), 10);

    assert_eq!(api.get("/retention").await, json!({ "retentionDays": 180 }));
    let ninety = json!({ "retentionDays": 90 });
    let (status, set) = api
        .call(Method::PUT, "/retention", Some(ninety.clone()))
        .await;
    assert_eq!(
        (status, set),
        (
            StatusCode::OK,
            json!({ "success": true, "retentionDays": 90 })
        )
    );
    assert_eq!(api.get("/retention").await, ninety);
}

#[tokio::test]
#[ignore = "needs the running stack"]
async fn what_cannot_be_made_is_named() {
    let api = Api::signed_in("refused").await;
    let wish = json!({ "dataType": "transaktions", "dataSize": 0, "outputFormat": "DOCX" });
    let (status, refusal) = api.call(Method::POST, "/jobs", Some(wish)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let faults = &refusal["error"]["details"]["errors"];
    let mut paths = names(faults, "path");
    paths.sort();
    assert_eq!(paths, ["dataSize", "dataType", "outputFormat"], "{refusal}");
    assert!(
        refusal.to_string().contains("did you mean transactions?"),
        "{refusal}"
    );
    let wish = json!({ "dataType": "users", "dataSize": 1, "outputBucket": "somebody-elses" });
    let (status, refusal) = api.call(Method::POST, "/jobs", Some(wish)).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "{refusal}");

    let upload = json!({ "filename": "a.csv", "contentType": "text/csv" });
    let (status, upload) = api.call(Method::POST, "/upload-url", Some(upload)).await;
    assert_eq!(status, StatusCode::OK, "{upload}");
    // Nothing was uploaded.
    let wish = json!({
        "dataType": "like-input", "dataSize": 10,
        "inputBucket": upload["bucket"], "inputPath": upload["path"],
    });
    let id = api.create(wish).await;
    let job = api.wait(&id, |job| !is_live(job)).await;
    assert_eq!(
        (&job["status"], &job["error"]["code"]),
        (&json!("failed"), &json!("INPUT_NOT_FOUND")),
        "{job}"
    );
}

#[tokio::test]
#[ignore = "needs the running stack"]
async fn rows_like_those_of_a_file() {
    let api = Api::signed_in("like").await;
    let mut text = String::from("customer,city,age,income\n");
    for row in 0_u32..3_000 {
        let age = 20 + row * 7 % 50;
        let city = ["Oslo", "Bergen", "Tromsø"][(row * 13 % 7 % 3) as usize];
        let income = 20_000 + age * 900 + row * 31 % 5_000;
        text.push_str(&format!("C{row:05},{city},{age},{income}\n"));
    }
    let upload = json!({ "filename": "customers.csv", "contentType": "text/csv" });
    let (status, upload) = api.call(Method::POST, "/upload-url", Some(upload)).await;
    assert_eq!(status, StatusCode::OK, "{upload}");
    api.0.put(&upload["uploadUrl"], text.clone()).await;
    let id = api
        .create(json!({
            "dataType": "like-input", "dataSize": 5_000, "inputFormat": "CSV", "parameters": {"seed": 1},
            "inputBucket": upload["bucket"], "inputPath": upload["path"],
        }))
        .await;
    let job = api.completed(&id).await;
    assert_eq!(
        names(&job["stages"], "name"),
        ["validate", "learn", "generate", "verify", "publish"]
    );
    assert_eq!(job["metadata"]["inputSize"], text.len());
    let quality = &job["quality"];
    assert!(quality["score"].as_f64() > Some(0.9), "{job}");
    let output = api.output(&job).await;
    let mut reader = csv::Reader::from_reader(output.as_ref());
    assert_eq!(
        reader.headers().expect("a header"),
        vec!["customer", "city", "age", "income"]
    );
    let inputs: BTreeSet<&str> = text.lines().collect();
    let output = std::str::from_utf8(&output).expect("text");
    let rows: Vec<&str> = output.lines().skip(1).collect();
    assert_eq!(rows.len(), 5_000);
    assert!(
        rows.iter().all(|row| !inputs.contains(row)),
        "a row of the input"
    );
}

#[tokio::test]
#[ignore = "needs the running stack"]
async fn a_paused_and_killed_job_makes_the_bytes_of_an_undisturbed_one() {
    let api = Api::signed_in("pause").await;
    let wish = json!({
        "dataType": "web-events", "dataSize": 4_000_000, "outputFormat": "CSV", "parameters": {"seed": 11}
    });
    let disturbed = api.create(wish.clone()).await;
    let generates = |job: &Value| {
        let stages = job["stages"].as_array().expect("stages");
        let stage = stages.iter().find(|stage| stage["name"] == "generate");
        !is_live(job) || stage.is_some_and(|stage| stage["progress"].as_u64() > Some(0))
    };
    let job = api.wait(&disturbed, generates).await;
    assert_eq!(job["status"], "running", "{job}");
    let (status, paused) = api.act(&disturbed, "pause").await;
    assert_eq!(
        (status, paused),
        (StatusCode::OK, json!({ "success": true }))
    );
    let job = api.get(&format!("/jobs/{disturbed}")).await;
    assert_eq!(job["status"], "paused", "{job}");
    let before = job["progress"].as_u64();
    let (status, resumed) = api.act(&disturbed, "resume").await;
    assert_eq!(
        (status, resumed),
        (StatusCode::OK, json!({ "success": true }))
    );
    let again = |job: &Value| job["status"] == "running" && job["progress"].as_u64() > before;
    api.wait(&disturbed, |job| again(job) || !is_live(job))
        .await;
    let killed = kill_workers("generation-steps");
    assert!(killed > 0 || !api.0.is_local(), "no worker was there");
    let (status, again) = api.act(&disturbed, "resume").await;
    assert_eq!(
        status,
        StatusCode::BAD_REQUEST,
        "it is no paused job: {again}"
    );
    let job = api.completed(&disturbed).await;
    assert_eq!(job["outputRows"], 4_000_000, "{killed} killed");

    let (_, calm) = api.wish("undisturbed", &wish).await;
    let calm = calm["jobId"].as_str().expect("an id").to_owned();
    let calm = api.completed(&calm).await;
    assert_eq!(calm["outputBytes"], job["outputBytes"]);
    let (first, second) = (api.output(&job).await, api.output(&calm).await);
    assert!(first == second, "{killed} killed: other bytes");
}

#[tokio::test]
#[ignore = "needs the running stack"]
async fn a_cancelled_job_stops_and_shows_no_output() {
    let api = Api::signed_in("cancel").await;
    let id = api
        .create(json!({ "dataType": "time-series", "dataSize": 50_000_000, "outputFormat": "CSV" }))
        .await;
    api.wait(&id, |job| job["status"] == "running").await;
    let (status, cancelled) = api.call(Method::DELETE, &format!("/jobs/{id}"), None).await;
    assert_eq!(
        (status, cancelled),
        (StatusCode::OK, json!({ "success": true }))
    );
    let job = api.wait(&id, |job| !is_live(job)).await;
    assert_eq!(job["status"], "cancelled", "{job}");
    assert_eq!(job.get("outputUrl"), None, "{job}");
    let (status, _) = api.act(&id, "resume").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

/// As many as one customer may have at a time, all at once.
#[tokio::test]
#[ignore = "needs the running stack"]
async fn of_twenty_customers_at_once_all_jobs_end_and_none_twice() {
    let mut customers = Vec::new();
    for number in 0..20 {
        customers.push(Api::signed_in(&format!("crowd{number}")).await);
    }
    let wish = json!({ "dataType": "orders", "dataSize": 200, "outputFormat": "JSON" });
    let crowd = customers.iter().map(|api| async {
        // One more than there are slots for.
        let names: Vec<String> = (0..6).map(|number| format!("call {number}")).collect();
        let calls = names.iter().map(|name| api.wish(name, &wish));
        let mut ids = Vec::new();
        for (status, body) in join_all(calls).await {
            match status {
                StatusCode::CREATED => ids.push(body["jobId"].as_str().expect("an id").to_owned()),
                status => assert_eq!(status, StatusCode::TOO_MANY_REQUESTS, "{body}"),
            }
        }
        assert_eq!(ids.len(), 5);
        ids
    });
    let ids = join_all(crowd).await;
    for (api, ids) in customers.iter().zip(ids) {
        for id in ids {
            let job = api.completed(&id).await;
            assert_eq!(job["outputRows"], 200);
            let events = api.get(&format!("/jobs/{id}/events")).await;
            let events = names(&events["events"], "event");
            let ends = events.iter().filter(|event| *event == "succeeded").count();
            assert_eq!(ends, 1, "{events:?}");
        }
    }
}

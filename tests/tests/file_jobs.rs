//! File jobs over HTTP, on the stack that `MILLRACE_URL` names, worker included.

use std::time::Duration;

use millrace_tests::{Caller, kill_workers};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::RwLock;

/// Shared by the tests whose workers must live; held alone by the one that kills all there are.
static WORKERS: RwLock<()> = RwLock::const_new(());
const SAMPLE: &str = "name,city,age\nAlice,New York,30\nBob,London,25\nCharlie,New York,35\n";
/// How often a job is looked at.
const GLANCE: Duration = Duration::from_millis(200);
/// How often at most: for longer than a lost worker's lease, the sweep after it and another attempt.
const GLANCES: u32 = 1500;

struct Api(Caller);

impl Api {
    async fn signed_in(name: &str) -> Self {
        Self(Caller::signed_in(name).await)
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let path = format!("/api/v1/jobs{path}");
        self.0.call(method, &path, body.as_ref()).await
    }

    async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.call(Method::POST, path, Some(body)).await
    }

    /// A new job.
    async fn create(&self, body: Value) -> String {
        let (status, job) = self.post("", body).await;
        assert_eq!(status, StatusCode::CREATED, "{job}");
        assert_eq!(job["status"], "PENDING");
        job["id"].as_str().expect("an id").to_owned()
    }

    async fn job(&self, id: &str) -> Value {
        let (status, job) = self.call(Method::GET, &format!("/{id}"), None).await;
        assert_eq!(status, StatusCode::OK, "{job}");
        job
    }

    async fn upload(&self, id: &str, body: impl Into<reqwest::Body>) {
        let (status, url) = self.post(&format!("/{id}/upload-url"), json!({})).await;
        assert_eq!(status, StatusCode::OK, "{url}");
        self.0.put(&url["upload_url"], body).await;
    }

    async fn mark(&self, id: &str, name: &str) -> (StatusCode, Value) {
        let key = format!("input/{id}/{name}");
        self.post(
            &format!("/{id}/mark-uploaded"),
            json!({ "object_key": key }),
        )
        .await
    }

    /// The job once `is_so`, or as it stands at last.
    async fn wait(&self, id: &str, mut is_so: impl FnMut(&Value) -> bool) -> Value {
        for _ in 0..GLANCES {
            let job = self.job(id).await;
            if is_so(&job) {
                return job;
            }
            tokio::time::sleep(GLANCE).await;
        }
        panic!("{id} stays as it is: {}", self.job(id).await);
    }

    async fn end(&self, id: &str) -> Value {
        let ends = ["COMPLETED", "FAILED", "CANCELLED"];
        self.wait(id, |job| {
            ends.contains(&job["status"].as_str().expect("a status"))
        })
        .await
    }

    async fn download(&self, id: &str, body: Value) -> (String, String) {
        let (status, url) = self.post(&format!("/{id}/download-url"), body).await;
        assert_eq!(status, StatusCode::OK, "{url}");
        let url = url["download_url"].as_str().expect("a URL");
        let file = self
            .0
            .client
            .get(url)
            .send()
            .await
            .expect("the store answers");
        assert_eq!(file.status(), StatusCode::OK);
        let name = file.headers()["content-disposition"].to_str();
        let name = name.expect("text").to_owned();
        (name, file.text().await.expect("text"))
    }
}

#[tokio::test]
#[ignore = "needs the running stack"]
async fn the_documents_walk() {
    let _workers = WORKERS.read().await;
    let api = Api::signed_in("walk").await;
    let id = api
        .create(json!({
            "file_name": "sample_data.csv",
            "original_file_size_bytes": 10_240,
            "processing_steps": [
                { "type": "filter", "params": { "column": "city", "operator": "eq", "value": "New York" } }
            ]
        }))
        .await;
    api.upload(&id, SAMPLE).await;
    let (status, again) = api.post(&format!("/{id}/upload-url"), json!({})).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{again}");
    let (status, marked) = api.mark(&id, "sample_data.csv").await;
    assert_eq!(status, StatusCode::OK, "{marked}");
    let (status, _) = api.mark(&id, "sample_data.csv").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);

    let job = api.end(&id).await;
    assert_eq!(job["status"], "COMPLETED", "{job}");
    assert_eq!(
        job["output_object_key"],
        format!("output/{id}/sample_data_processed.csv")
    );
    let progress = &job["progress"];
    assert_eq!(
        (
            &progress["percent"],
            &progress["rows_read"],
            &progress["rows_written"]
        ),
        (&json!(100), &json!(3), &json!(2))
    );
    let (name, text) = api.download(&id, json!({})).await;
    assert_eq!(name, "attachment; filename=\"sample_data_processed.csv\"");
    assert_eq!(
        text,
        "name,city,age\nAlice,New York,30\nCharlie,New York,35\n"
    );

    let (_, list) = api.call(Method::GET, "?limit=1", None).await;
    assert_eq!(list[0]["id"], id);
    let other = Api::signed_in("other").await;
    let (status, _) = other.call(Method::GET, &format!("/{id}"), None).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (status, _) = api.call(Method::DELETE, &format!("/{id}"), None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let (status, _) = api.call(Method::GET, &format!("/{id}"), None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
#[ignore = "needs the running stack"]
async fn the_upload_alone_starts_a_job() {
    let _workers = WORKERS.read().await;
    let api = Api::signed_in("event").await;
    // Events carry such a name as a form does.
    let name = "größe 1+2 %41.csv";
    let id = api
        .create(json!({
            "file_name": name, "original_file_size_bytes": 1, "processing_steps": []
        }))
        .await;
    api.upload(&id, SAMPLE).await;
    let job = api.end(&id).await;
    assert_eq!(job["status"], "COMPLETED", "{job}");
    let (status, marked) = api.mark(&id, name).await;
    assert_eq!(
        (status, &marked["status"]),
        (StatusCode::OK, &json!("COMPLETED"))
    );
    assert_eq!(api.download(&id, json!({})).await.1, SAMPLE);
}

#[tokio::test]
#[ignore = "needs the running stack"]
async fn a_file_in_parts_comes_out_whole() {
    let _workers = WORKERS.read().await;
    let api = Api::signed_in("parts").await;
    let id = api
        .create(json!({
            "file_name": "large.csv", "original_file_size_bytes": 7_000_000, "processing_steps": []
        }))
        .await;
    let (status, begun) = api.post(&format!("/{id}/multipart"), json!({})).await;
    assert_eq!(status, StatusCode::OK, "{begun}");
    let path = format!("/{id}/multipart/parts?from=1&count=2");
    let (status, urls) = api.call(Method::GET, &path, None).await;
    assert_eq!(status, StatusCode::OK, "{urls}");
    let mut text = String::from("number,text\n");
    let mut number = 0;
    while text.len() < 7_000_000 {
        text.push_str(&format!("{number},row number {number}\n"));
        number += 1;
    }
    let (first, last) = text.as_bytes().split_at(6_000_000);
    let mut sent = Vec::new();
    for (part, body) in urls["parts"]
        .as_array()
        .expect("parts")
        .iter()
        .zip([first, last])
    {
        let put = api
            .0
            .client
            .put(part["url"].as_str().expect("a URL"))
            .body(body.to_vec());
        let put = put.send().await.expect("the store answers");
        let etag = put.headers()["etag"].to_str().expect("text").to_owned();
        sent.push(json!({ "part_number": part["part_number"], "etag": etag }));
    }
    let complete = format!("/{id}/multipart/complete");
    let (status, refused) = api.post(&complete, json!([sent[0]])).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{refused}");
    let (status, job) = api.post(&complete, json!(sent)).await;
    assert_eq!(status, StatusCode::OK, "{job}");
    let job = api.end(&id).await;
    assert_eq!(job["status"], "COMPLETED", "{job}");
    assert_eq!(job["progress"]["bytes_read"], text.len());
    assert!(api.download(&id, json!({})).await.1 == text, "other bytes");
}

#[tokio::test]
#[ignore = "needs the running stack"]
async fn bad_steps_and_bad_files_are_named() {
    let _workers = WORKERS.read().await;
    let api = Api::signed_in("faults").await;
    let (status, refusal) = api
        .post(
            "",
            json!({
                "file_name": "a/b.csv",
                "original_file_size_bytes": 1,
                "processing_steps": [
                    { "type": "filtre", "params": {} },
                    { "type": "filter", "params": { "column": "a", "operator": "equalish", "value": 1 } }
                ]
            }),
        )
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let paths: Vec<&str> = refusal["errors"]
        .as_array()
        .expect("faults")
        .iter()
        .filter_map(|fault| fault["path"].as_str())
        .collect();
    assert_eq!(
        paths,
        [
            "file_name",
            "processing_steps.0.type",
            "processing_steps.1.params.operator"
        ],
        "{refusal}"
    );

    let job = json!({
        "file_name": "people.csv", "original_file_size_bytes": 1,
        "processing_steps": [{ "type": "convert_format", "params": { "to_format": "csv" } }]
    });
    for (body, code) in [("", "EMPTY_FILE"), ("a,b\n1,\"x\n", "UNTERMINATED_QUOTE")] {
        let id = api.create(job.clone()).await;
        api.upload(&id, body).await;
        let failed = api.end(&id).await;
        assert_eq!(
            (&failed["status"], &failed["error_code"]),
            (&json!("FAILED"), &json!(code)),
            "{failed}"
        );
        assert!(failed["error_message"].is_string());
        assert_eq!(failed["output_object_key"], json!(null));
        let (status, _) = api.post(&format!("/{id}/download-url"), json!({})).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
    }

    let id = api.create(job).await;
    api.upload(&id, "id,name\n1,Ada\n2,Eve,too many\n3,Zoe\n")
        .await;
    let job = api.end(&id).await;
    assert_eq!(
        (&job["status"], &job["rejected_rows"]),
        (&json!("COMPLETED"), &json!(1)),
        "{job}"
    );
    assert_eq!(job["warnings"].as_array().map(Vec::len), Some(1));
    let (name, rejects) = api.download(&id, json!({ "file": "rejects" })).await;
    assert_eq!(name, "attachment; filename=\"people_rejects.ndjson\"");
    let line: Value = serde_json::from_str(rejects.trim()).expect("a line of JSON");
    assert_eq!(
        (&line["row"], &line["code"]),
        (&json!(2), &json!("TOO_MANY_FIELDS"))
    );
}

#[tokio::test]
#[ignore = "needs the running stack"]
async fn a_running_job_is_cancelled_within_five_seconds() {
    let _workers = WORKERS.read().await;
    let api = Api::signed_in("cancel").await;
    let id = api
        .create(json!({
            "file_name": "large.csv", "original_file_size_bytes": 1,
            "processing_steps": [{ "type": "sort", "params": { "by": [{ "column": "key", "order": "desc" }] } }]
        }))
        .await;
    let mut text = String::from("key,text\n");
    for number in 0_u64..2_500_000 {
        let key = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
        text.push_str(&format!(
            "{key},some text that makes the row longer {number}\n"
        ));
    }
    api.upload(&id, text).await;
    api.wait(&id, |job| {
        job["status"] != "PENDING" && job["status"] != "QUEUED"
    })
    .await;
    let (status, job) = api.post(&format!("/{id}/cancel"), json!({})).await;
    if status == StatusCode::BAD_REQUEST {
        // The machine was faster than the call.
        assert_eq!(api.job(&id).await["status"], "COMPLETED");
        return;
    }
    assert_eq!(status, StatusCode::OK, "{job}");
    let asked = tokio::time::Instant::now();
    let job = api.end(&id).await;
    assert_eq!(job["status"], "CANCELLED", "{job}");
    assert!(
        asked.elapsed() < Duration::from_secs(5),
        "{:?}",
        asked.elapsed()
    );
    let (status, again) = api.post(&format!("/{id}/cancel"), json!({})).await;
    assert_eq!(
        (status, &again["status"]),
        (StatusCode::OK, &json!("CANCELLED"))
    );
    assert_eq!(again["output_object_key"], json!(null));
}

#[tokio::test]
#[ignore = "needs the running stack"]
async fn a_large_file_is_made_in_parts_though_its_workers_are_killed() {
    let _workers = WORKERS.write().await;
    let api = Api::signed_in("large").await;
    let steps = json!([{ "type": "filter", "params": { "column": "number", "operator": "gte", "value": 7 } }]);
    let id = api
        .create(json!({
            "file_name": "large.csv", "original_file_size_bytes": 50_000_000, "processing_steps": steps
        }))
        .await;
    let mut text = String::from("number,text\n");
    let mut number = 0;
    while text.len() < 50_000_000 {
        text.push_str(&format!(
            "{number},\"row\nnumber {number}, in a text of two lines\"\n"
        ));
        number += 1;
    }
    let expected = {
        let rest = text.find("\n7,").expect("a row");
        format!("number,text{}", &text[rest..])
    };
    api.upload(&id, text).await;
    // Once in each stage that is seen.
    let (mut stages, mut killed) = (Vec::new(), 0);
    let job = api
        .wait(&id, |job| {
            let stage = &job["progress"]["stage"];
            if job["status"] == "RUNNING" && stage.is_string() && !stages.contains(stage) {
                stages.push(stage.clone());
                killed += kill_workers("file-worker");
            }
            job["status"] == "COMPLETED" || job["status"] == "FAILED"
        })
        .await;
    assert!(
        !stages.is_empty(),
        "it ended before a worker was killed: {job}"
    );
    assert_eq!(job["status"], "COMPLETED", "{killed} killed: {job}");
    assert_eq!(job["progress"]["rows_read"], number);
    assert_eq!(
        job["progress"]["bytes_read"],
        job["progress"]["bytes_total"]
    );
    let (name, output) = api.download(&id, json!({})).await;
    assert_eq!(name, "attachment; filename=\"large_processed.csv\"");
    assert!(output == expected, "{killed} killed: other bytes");
}

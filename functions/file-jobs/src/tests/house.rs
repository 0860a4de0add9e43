//! The function over memory, where Ada has a job in every state and Eve has one.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use axum::Router;
use bytes::Bytes;
use chrono::TimeDelta;
use lambda_http::Context;
use millrace_edge::{Config, app, invoke};
use millrace_files::{FileDetail, FileJob, Files, NewFile, Output, input_key, output_key, publish};
use millrace_jobs::{Claim, Failure, Jobs, Message, Report, Ticket};
use millrace_ports::contract::{Answer, Method, Request};
use millrace_ports::memory::{Faults, Memory};
use millrace_ports::{Clock, Objects, Tenant};
use serde_json::{Value, json};

use crate::app::{App, routes};

pub(super) const EVENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/file-jobs");
pub(super) const NAME: &str = "my_large_data.csv";
const STEPS: &str =
    r#"[{"type":"filter","params":{"column":"country","operator":"eq","value":"India"}}]"#;

pub(super) struct House {
    pub(super) memory: Memory,
    pub(super) files: Files,
    pub(super) app: Router,
    pub(super) ada: Tenant,
    token: String,
    /// Ids of the jobs by the names that sample events have for them.
    pub(super) jobs: BTreeMap<&'static str, String>,
}

/// An answer, read.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) status: u64,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Value,
}

impl House {
    pub(super) async fn new() -> Self {
        Self::with_faults(Faults::none()).await
    }

    pub(super) async fn with_faults(faults: Faults) -> Self {
        let memory = Memory::with_faults(faults);
        let config = Config::from_pairs([
            ("ENVIRONMENT", "local"),
            (
                "JWT_KEYS",
                r#"{"test": "0123456789abcdef0123456789abcdef"}"#,
            ),
            ("JWT_ACTIVE_KID", "test"),
            ("JWT_ISSUER", "millrace"),
            ("JWT_AUDIENCE", "millrace"),
            ("MAX_UPLOAD_BYTES", "1024000000"),
            ("ACCESS_TOKEN_MINUTES", "600"),
        ]);
        let config = config.expect("a configuration");
        let state = App::new(memory.ports(), &config).expect("keys");
        let user = "11111111-1111-4111-8111-111111111111";
        let token = config.token_issuer(memory.clock.clone()).expect("keys");
        let token = token.issue(user, "family").expect("a token");
        let mut house = Self {
            files: state.files.clone(),
            app: app(
                routes(state),
                &config,
                memory.clock.clone(),
                memory.ids.clone(),
            ),
            memory,
            ada: Tenant::new(user).expect("a tenant"),
            token: token.reveal().to_owned(),
            jobs: BTreeMap::new(),
        };
        house.furnish().await;
        house
    }

    async fn furnish(&mut self) {
        let eve = Tenant::new("22222222-2222-4222-8222-222222222222").expect("a tenant");
        let foreign = self.files.create(&eve, NewFile::new(NAME, 10, "[]")).await;
        self.jobs.insert("FOREIGN_JOB", foreign.expect("a job").id);
        for name in [
            "PENDING_JOB",
            "QUEUED_JOB",
            "RUNNING_JOB",
            "CANCELLING_JOB",
            "COMPLETED_JOB",
            "FAILED_JOB",
            "CANCELLED_JOB",
        ] {
            self.memory.clock.advance(TimeDelta::seconds(1));
            let id = self.job(name).await;
            self.jobs.insert(name, id);
        }
    }

    async fn job(&self, name: &str) -> String {
        let job = self
            .files
            .create(&self.ada, NewFile::new(NAME, 1_024_000_000, STEPS))
            .await;
        let job = job.expect("a job");
        if name == "CANCELLED_JOB" {
            self.files.cancel(&self.ada, &job.id).await.expect("a job");
            return job.id;
        }
        self.put(&input_key(&job.id, NAME), "country\nIndia\n")
            .await;
        if name == "PENDING_JOB" {
            return job.id;
        }
        self.files
            .arrived(&input_key(&job.id, NAME))
            .await
            .expect("an arrival");
        if name == "QUEUED_JOB" {
            return job.id;
        }
        let ticket = self.claim(&job.id).await;
        for rows in [0, 1000, 2000] {
            self.report(&ticket, rows).await;
        }
        match name {
            "COMPLETED_JOB" => self.finish(&ticket).await,
            "FAILED_JOB" => {
                let failure = Failure::new(
                    "COLUMN_NOT_FOUND",
                    "There is no column \"contry\": did you mean \"country\"?",
                );
                self.jobs().fail(&ticket, failure).await.expect("an end");
            }
            "CANCELLING_JOB" => {
                self.files.cancel(&self.ada, &job.id).await.expect("a job");
            }
            _ => {}
        }
        job.id
    }

    pub(super) fn jobs(&self) -> &Jobs<FileDetail> {
        self.files.jobs()
    }

    pub(super) async fn put(&self, key: &str, body: &'static str) {
        let body = Bytes::from_static(body.as_bytes());
        self.memory
            .objects
            .put(key, body, "text/csv")
            .await
            .expect("a put");
    }

    /// Plays the worker that takes the job's message.
    pub(super) async fn claim(&self, id: &str) -> Ticket {
        let message = Message {
            job_id: id.to_owned(),
            run: 1,
        };
        match self.jobs().claim(&message).await.expect("a claim") {
            Claim::Claimed(ticket, _) => ticket,
            Claim::Over => panic!("{id} is over"),
        }
    }

    async fn report(&self, ticket: &Ticket, rows: u64) {
        self.memory.clock.advance(TimeDelta::seconds(2));
        let report = Report {
            rows_read: rows,
            rows_written: rows / 2,
            rows_rejected: u64::from(rows > 1000),
            bytes: rows * 10,
            total_bytes: Some(40_000),
            ..Report::new("processing")
        };
        self.jobs().report(ticket, &report).await.expect("a report");
    }

    /// Plays the end of the worker.
    pub(super) async fn finish(&self, ticket: &Ticket) {
        let output = |name: &str| Output {
            file_name: name.to_owned(),
            key: output_key(ticket, name),
            size: 10,
            content_type: "text/csv".to_owned(),
        };
        let (whole, rejects) = (
            output("my_large_data_processed.csv"),
            output("my_large_data_rejects.ndjson"),
        );
        self.put(&whole.key, "processed\n").await;
        self.put(&rejects.key, "rejected\n").await;
        let publish = |job: &mut FileJob| {
            let rejects = (job.progress.rows_rejected > 0).then(|| rejects.clone());
            publish(job, whole.clone(), rejects);
        };
        self.jobs().succeed(ticket, publish).await.expect("an end");
    }

    pub(super) async fn send(&self, event: Value) -> Value {
        invoke(self.app.clone(), event, Context::default())
            .await
            .expect("an answer")
    }

    /// A sample event, with Ada's token and jobs in their places.
    pub(super) fn event(&self, name: &str) -> Value {
        let path = Path::new(EVENTS).join(format!("{name}.json"));
        let mut text = fs::read_to_string(path).expect("a sample event");
        text = text.replace("ACCESS_TOKEN", &self.token);
        for (name, id) in &self.jobs {
            text = text.replace(name, id);
        }
        serde_json::from_str(&text).expect("JSON")
    }

    /// A call of Ada's.
    pub(super) async fn call(&self, method: &str, path: &str, body: &Value) -> Read {
        let mut event = self.event("job-pending");
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        event["rawPath"] = json!(path);
        event["rawQueryString"] = json!(query);
        event["requestContext"]["http"] = json!({ "method": method, "path": path });
        if method != "GET" && method != "DELETE" {
            event["headers"]["content-type"] = json!("application/json");
            event["body"] = json!(body.to_string());
        }
        let answer = self.send(event).await;
        let headers = serde_json::from_value(answer["headers"].clone()).expect("headers");
        let text = answer["body"].as_str().unwrap_or_default();
        Read {
            status: answer["statusCode"].as_u64().expect("a status"),
            headers,
            body: serde_json::from_str(text).unwrap_or_default(),
        }
    }

    /// What a browser does with a URL.
    pub(super) fn fetch(&self, method: Method, url: &Value, body: Bytes) -> Answer {
        self.memory.objects.fetch(Request {
            method,
            url: url.as_str().expect("a URL").to_owned(),
            body,
        })
    }

    pub(super) fn wait(&self, seconds: i64) {
        let now = self.memory.clock.now();
        self.memory.clock.set(now + TimeDelta::seconds(seconds));
    }
}

/// Status, headers and the JSON body.
pub(super) fn readable(mut answer: Value) -> Value {
    let text = answer["body"].as_str().unwrap_or_default();
    answer["body"] = serde_json::from_str(text).unwrap_or_else(|_| json!(text));
    answer
}

//! The function over memory, where Ada has a job in every state and Eve has one.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use bytes::Bytes;
use chrono::TimeDelta;
use lambda_http::Context;
use millrace_api::error::Fault;
use millrace_api::generation::{GenerationCreate, RecordColumn, RecordType};
use millrace_edge::{Config, TokenIssuer, app, invoke};
use millrace_generation::{
    Buckets, Catalogue, Checked, Generation, GenerationDetail, Made, Output, Stage, StageReport,
};
use millrace_jobs::{Claim, Failure, Jobs, Message, Ticket};
use millrace_ports::contract::{Answer, Method, Request};
use millrace_ports::memory::{Faults, Memory};
use millrace_ports::{Objects, Tenant};
use serde_json::{Value, json};

use crate::app::{App, routes};

pub(super) const EVENTS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/generation-jobs");
pub(super) const ADA: &str = "11111111-1111-4111-8111-111111111111";

/// Knows `numbers`, which have ten columns, and `like-input`.
#[derive(Debug)]
struct Numbers;

impl Catalogue for Numbers {
    fn types(&self) -> Vec<RecordType> {
        let column = |name: &str| RecordColumn {
            name: name.to_owned(),
            kind: "integer".to_owned(),
        };
        vec![RecordType {
            name: "numbers".to_owned(),
            description: "Two of ten columns".to_owned(),
            columns: vec![column("first"), column("second")],
        }]
    }

    fn check(&self, wish: &GenerationCreate, _: u64) -> Result<Checked, Vec<Fault>> {
        match wish.data_type.as_str() {
            "numbers" => Ok(Checked { columns: 10 }),
            "like-input" => Ok(Checked { columns: 0 }),
            _ => {
                let message = "dataType is unknown: did you mean numbers?";
                Err(vec![Fault::new("dataType", "unknown", message)])
            }
        }
    }
}

pub(super) struct House {
    pub(super) memory: Memory,
    pub(super) generation: Generation,
    pub(super) app: Router,
    pub(super) ada: Tenant,
    issuer: TokenIssuer,
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
    /// With a job in every state.
    pub(super) async fn new() -> Self {
        let mut house = Self::empty(Faults::none(), "0");
        house.furnish().await;
        house
    }

    /// Without a job, and with calls that wait so many seconds.
    pub(super) fn empty(faults: Faults, wait: &str) -> Self {
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
            ("ACCESS_TOKEN_MINUTES", "600"),
            ("INTERACTIVE_WAIT_SECONDS", wait),
        ]);
        let config = config.expect("a configuration");
        let buckets = Buckets::new("data", memory.objects.clone());
        let buckets = buckets.with("shared", Memory::new().objects);
        let state = App::new(memory.ports(), buckets, &config, Arc::new(Numbers)).expect("keys");
        let issuer = config.token_issuer(memory.clock.clone()).expect("keys");
        Self {
            generation: state.generation.clone(),
            app: app(
                routes(state),
                &config,
                memory.clock.clone(),
                memory.ids.clone(),
            ),
            memory,
            ada: Tenant::new(ADA).expect("a tenant"),
            issuer,
            jobs: BTreeMap::new(),
        }
    }

    /// Those that have ended come first, so that their slots are free.
    async fn furnish(&mut self) {
        let eve = Tenant::new("22222222-2222-4222-8222-222222222222").expect("a tenant");
        let foreign = self.create(&eve, &json!({})).await;
        self.jobs.insert("FOREIGN_JOB", foreign);
        for name in [
            "COMPLETED_JOB",
            "FAILED_JOB",
            "LATE_JOB",
            "PAUSED_JOB",
            "CANCELLED_JOB",
            "QUEUED_JOB",
            "RUNNING_JOB",
            "CANCELLING_JOB",
        ] {
            self.wait(20);
            let id = self.job(name).await;
            self.jobs.insert(name, id);
        }
    }

    async fn create(&self, owner: &Tenant, more: &Value) -> String {
        let mut wish = json!({
            "dataType": "numbers", "dataSize": 1000, "parameters": { "seed": 7 },
            "resumeWindow": 3600
        });
        for (name, value) in more.as_object().expect("an object") {
            wish[name] = value.clone();
        }
        let wish = GenerationCreate::from_value(&wish).expect("a wish");
        self.generation.create(owner, wish).await.expect("a job").id
    }

    async fn job(&self, name: &str) -> String {
        let window = if name == "LATE_JOB" { 1 } else { 3600 };
        let id = self
            .create(&self.ada, &json!({ "resumeWindow": window }))
            .await;
        match name {
            "QUEUED_JOB" => return id,
            "CANCELLED_JOB" => {
                self.generation.cancel(&self.ada, &id).await.expect("a job");
                return id;
            }
            _ => {}
        }
        let ticket = self.claim(&id).await;
        for stage in [Stage::Validate, Stage::Plan, Stage::Generate] {
            self.generation
                .enter(&ticket, stage)
                .await
                .expect("a stage");
            self.wait(1);
        }
        let report = StageReport {
            stage: Stage::Generate,
            share: 0.5,
            rows: 500,
        };
        self.generation
            .advance(&ticket, &report)
            .await
            .expect("a report");
        match name {
            "COMPLETED_JOB" => self.finish(&ticket).await,
            "FAILED_JOB" => {
                let failure = Failure::new("INPUT_MISSING", "There is no input under this path");
                self.jobs().fail(&ticket, failure).await.expect("an end");
            }
            "CANCELLING_JOB" => {
                self.generation.cancel(&self.ada, &id).await.expect("a job");
            }
            "PAUSED_JOB" | "LATE_JOB" => {
                self.generation.pause(&self.ada, &id).await.expect("a job");
            }
            _ => {}
        }
        id
    }

    pub(super) fn jobs(&self) -> &Jobs<GenerationDetail> {
        self.generation.jobs()
    }

    /// Plays the worker that takes the job's message.
    pub(super) async fn claim(&self, id: &str) -> Ticket {
        let place = self.jobs().locate(id).await.expect("a place");
        let message = Message {
            job_id: id.to_owned(),
            run: self.jobs().read(&place).await.expect("a job").run,
        };
        match self.jobs().claim(&message).await.expect("a claim") {
            Claim::Claimed(ticket, _) => ticket,
            Claim::Over => panic!("{id} is over"),
        }
    }

    /// Plays the end of the worker.
    pub(super) async fn finish(&self, ticket: &Ticket) {
        let job = self.jobs().read(&ticket.place()).await.expect("a job");
        let place = self.generation.buckets().output(&job);
        let body = Bytes::from_static(b"first,second\n1,2\n");
        self.memory
            .objects
            .put(&place.key, body, "text/csv")
            .await
            .expect("a put");
        let output = Output {
            place,
            rows: 1000,
            bytes: 17,
            content_type: "text/csv".to_owned(),
        };
        let made = Made {
            output,
            quality: None,
            warnings: Vec::new(),
        };
        self.generation
            .publish(ticket, &made)
            .await
            .expect("an end");
    }

    pub(super) async fn send(&self, event: Value) -> Value {
        invoke(self.app.clone(), event, Context::default())
            .await
            .expect("an answer")
    }

    /// A sample event, with Ada's token, id and jobs in their places.
    pub(super) fn event(&self, name: &str) -> Value {
        let path = Path::new(EVENTS).join(format!("{name}.json"));
        let mut text = fs::read_to_string(path).expect("a sample event");
        let token = self.issuer.issue(ADA, "family").expect("a token");
        text = text.replace("ACCESS_TOKEN", token.reveal());
        text = text.replace("TENANT", ADA);
        for (name, id) in &self.jobs {
            text = text.replace(name, id);
        }
        serde_json::from_str(&text).expect("JSON")
    }

    /// A call of Ada's.
    pub(super) async fn call(&self, method: &str, path: &str, body: &Value) -> Read {
        let mut event = self.event("list");
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
        self.memory.clock.advance(TimeDelta::seconds(seconds));
    }
}

/// Status, headers and the JSON body.
pub(super) fn readable(mut answer: Value) -> Value {
    let text = answer["body"].as_str().unwrap_or_default();
    answer["body"] = serde_json::from_str(text).unwrap_or_else(|_| json!(text));
    answer
}

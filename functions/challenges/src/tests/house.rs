//! The function on the in-memory ports, with a session at any stage of its way.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use bytes::Bytes;
use chrono::TimeDelta;
use lambda_http::Context;
use millrace_challenge::brief::{Brief, DataStructure, SkillLevel};
use millrace_challenge::progress;
use millrace_challenge::service::{Challenges, MACHINE, Settings};
use millrace_challenge::session::{Action, FullRun, Phase, Session};
use millrace_challenge::tasks::{Tasks, Ticket};
use millrace_edge::{Config, TokenIssuer};
use millrace_ports::memory::{Faults, Memory};
use millrace_ports::{Objects, Ports, Tenant};
use serde_json::{Value, json};

use super::call::{Answer, SESSION, example, request};
use super::machine::{Machine, SampleIds, Told, finish};
use crate::app::{self, App};
use crate::download::package_name;

/// The package of [`Stage::Published`].
pub const PACKAGE: &[u8] = b"PK the package";

/// How far a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Nothing,
    Researching,
    Researched,
    ProblemMade,
    ProblemApproved,
    SchemaMade,
    SchemaApproved,
    PreviewMade,
    PreviewApproved,
    Generating,
    Published,
    Prepared,
}

impl Stage {
    const ALL: [Self; 12] = [
        Self::Nothing,
        Self::Researching,
        Self::Researched,
        Self::ProblemMade,
        Self::ProblemApproved,
        Self::SchemaMade,
        Self::SchemaApproved,
        Self::PreviewMade,
        Self::PreviewApproved,
        Self::Generating,
        Self::Published,
        Self::Prepared,
    ];
}

/// The function, the world that it runs in, and the hands of machine and caller.
pub struct House {
    pub memory: Memory,
    pub tenant: Tenant,
    pub app: Router,
    pub service: Challenges,
    pub tasks: Tasks,
    pub issuer: TokenIssuer,
}

impl House {
    /// A house of the tenant `public` without a session; `settings` go before those of all tests.
    pub fn with(machine: Machine, faults: Faults, settings: &[(&str, &str)]) -> Self {
        let memory = Memory::with_faults(faults);
        let pairs = [
            ("ENVIRONMENT", "local"),
            ("JWT_KEYS", r#"{"k":"0123456789abcdef0123456789abcdef"}"#),
            ("JWT_ACTIVE_KID", "k"),
            ("JWT_ISSUER", "millrace"),
            ("JWT_AUDIENCE", "millrace"),
        ];
        let config = Config::from_pairs(pairs.into_iter().chain(settings.iter().copied()))
            .expect("a configuration");
        let authenticator = config
            .authenticator(memory.clock.clone())
            .expect("there are keys");
        let issuer = config.token_issuer(memory.clock.clone());
        let issuer = issuer.expect("there are keys");
        let tasks = Tasks::new(memory.ports(), 90);
        let resting = Ports {
            ids: Arc::new(SampleIds::default()),
            ..memory.ports()
        };
        let told = Ports {
            workflows: Arc::new(Told {
                remembered: memory.workflows.clone(),
                tasks: tasks.clone(),
                machine,
            }),
            ..resting.clone()
        };
        let wait = match machine {
            Machine::Rests => Duration::ZERO,
            // Never reached: the machine is done when it has answered.
            Machine::Works | Machine::Fails => Duration::from_secs(3600),
        };
        let service = |ports: &Ports, wait| {
            let settings = Settings {
                wait,
                retention_days: 90,
            };
            Challenges::new(ports.clone(), &settings)
        };
        let routes = app::routes(App {
            challenges: service(&told, wait),
            authenticator,
            ids: memory.ids.clone(),
            package_name: package_name(&config.brand),
        });
        Self {
            app: millrace_edge::app(routes, &config, memory.clock.clone(), memory.ids.clone()),
            service: service(&resting, Duration::ZERO),
            tenant: Tenant::public(),
            tasks,
            issuer,
            memory,
        }
    }

    /// A session of the tenant `public` at `stage`.
    pub async fn at(machine: Machine, stage: Stage) -> Self {
        let house = Self::with(machine, Faults::none(), &[]);
        house.advance(stage).await;
        house
    }

    /// Takes a session from nothing to `stage`.
    pub async fn advance(&self, to: Stage) {
        for stage in Stage::ALL.into_iter().filter(|stage| *stage <= to) {
            match stage {
                Stage::Nothing => {}
                Stage::Researching => self.create().await,
                Stage::Researched => self.finish(Action::Research).await,
                Stage::ProblemMade => self.make(Action::Problem).await,
                Stage::ProblemApproved => self.approve(Phase::One).await,
                Stage::SchemaMade => self.make(Action::Schema).await,
                Stage::SchemaApproved => self.approve(Phase::Two).await,
                Stage::PreviewMade => self.make(Action::Preview).await,
                Stage::PreviewApproved => self.approve(Phase::Three).await,
                Stage::Generating => self.generate().await,
                Stage::Published => self.publish(Bytes::from_static(PACKAGE)).await,
                Stage::Prepared => self.prepare().await,
            }
        }
    }

    /// A new session; the first one is [`SESSION`].
    pub async fn create(&self) {
        self.service
            .create(&self.tenant, brief(), false)
            .await
            .expect("a session");
    }

    /// A caller asks for a step.
    pub async fn ask(&self, action: Action) {
        self.service
            .request(&self.tenant, SESSION, action, |_| {})
            .await
            .expect("its time has come");
    }

    /// The machine reports the result of the step under way.
    pub async fn finish(&self, action: Action) {
        finish(&self.tasks, &self.ticket().await, action).await;
    }

    /// A step that was asked for, made and delivered.
    async fn make(&self, action: Action) {
        self.ask(action).await;
        self.finish(action).await;
        self.ask(action).await;
    }

    async fn approve(&self, phase: Phase) {
        self.service
            .approve(&self.tenant, SESSION, phase)
            .await
            .expect("something to approve");
    }

    /// A full run of which one of four parts is made.
    async fn generate(&self) {
        self.service
            .generate_full(&self.tenant, SESSION, None)
            .await
            .expect("all is approved");
        self.memory.clock.advance(TimeDelta::milliseconds(45_200));
        let (ports, revision) = (self.memory.ports(), self.ticket().await.revision);
        progress::begin(&ports, &self.tenant, SESSION, revision, 4)
            .await
            .expect("begun");
        progress::part_done(&ports, &self.tenant, SESSION, revision, 0)
            .await
            .expect("counted");
    }

    /// The machine publishes the run under way with `package`.
    pub async fn publish(&self, package: Bytes) {
        let ticket = self.ticket().await;
        let qa = example("getGenerationStatus", 200).to_string();
        let session = self.load().await;
        let run = FullRun {
            revision: ticket.revision,
            qa: ticket.object_key("qa.json"),
            zip: ticket.object_key("package.zip"),
            zip_bytes: package.len() as u64,
            overall_score: 8.7,
            pdf: ticket.object_key("quality_report.pdf"),
            csv_zip: ticket.object_key("datasets.zip"),
            csv_files: vec!["customers.csv".to_owned(), "orders.csv".to_owned()],
            started_at: session.pending.expect("a run under way").requested_at,
            finished_at: session.updated_at + TimeDelta::milliseconds(87_500),
        };
        for (key, bytes, content_type) in [
            (&run.qa, qa.into(), "application/json"),
            (&run.zip, package.clone(), "application/zip"),
            (&run.pdf, package.clone(), "application/pdf"),
            (&run.csv_zip, package.clone(), "application/zip"),
        ] {
            self.memory
                .objects
                .put(key, bytes, content_type)
                .await
                .expect("stored");
        }
        self.tasks.publish(&ticket, run).await.expect("published");
    }

    async fn prepare(&self) {
        self.service
            .prepare(&self.tenant, SESSION)
            .await
            .expect("a finished run");
    }

    pub async fn load(&self) -> Session {
        let store = self.service.store();
        store.load(&self.tenant, SESSION).await.expect("a session")
    }

    /// The execution that may write now.
    pub async fn ticket(&self) -> Ticket {
        Ticket {
            tenant: self.tenant.clone(),
            session_id: SESSION.to_owned(),
            revision: self.load().await.revision,
        }
    }

    /// Where each execution began, in the order of their names.
    pub fn started(&self) -> Vec<String> {
        self.memory
            .workflows
            .executions(MACHINE)
            .into_iter()
            .map(|(name, execution)| {
                let start = execution.input["start_at"].as_str().expect("a step");
                format!("{} {start}", name.rsplit('-').next().expect("a revision"))
            })
            .collect()
    }

    /// Answers an API Gateway event; a JSON body is read.
    pub async fn send(&self, event: Value) -> Answer {
        let mut answer = millrace_edge::invoke(self.app.clone(), event, Context::default())
            .await
            .expect("an answer");
        if let Some(read) = answer["body"]
            .as_str()
            .and_then(|text| serde_json::from_str(text).ok())
        {
            answer["body"] = read;
        }
        Answer(answer)
    }

    /// `call` is a method and a path with its query: `GET /api/challenge/sessions?limit=1`.
    pub async fn call(&self, call: &str, body: Option<Value>) -> Answer {
        self.send(request(call, body, &json!({}))).await
    }

    /// The same with the token of a user.
    pub async fn call_as(&self, user: &str, call: &str, body: Option<Value>) -> Answer {
        let headers = json!({ "authorization": self.bearer(user) });
        self.send(request(call, body, &headers)).await
    }

    pub fn bearer(&self, user: &str) -> String {
        let token = self.issuer.issue(user, "family").expect("signs");
        format!("Bearer {}", token.reveal())
    }
}

/// The brief of the sample events.
fn brief() -> Brief {
    Brief {
        domain: "E-commerce".to_owned(),
        function: "Sales Analytics".to_owned(),
        problem_statement: "Why does revenue not follow the visits? ".repeat(3),
        skill_level: SkillLevel::Intermediate,
        dataset_size: 1000,
        data_structure: DataStructure::Normalized,
        primary_questions: None,
        seed: 42,
    }
}

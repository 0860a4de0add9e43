//! The function over memory, where Ada has databases and sessions and Eve has some of her own.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use axum::Router;
use bytes::Bytes;
use lambda_http::Context;
use millrace_api::challenge::ChallengeInput;
use millrace_challenge::brief::Brief;
use millrace_challenge::session::{Document, Session};
use millrace_challenge::store::Store;
use millrace_databases::{Databases, RowSource, Wish};
use millrace_edge::{Config, TokenIssuer, app, invoke};
use millrace_ports::memory::{Faults, Memory};
use millrace_ports::{Clock, Objects, Tenant};
use serde_json::{Value, json};

use crate::app::{App, routes};

pub(super) const EVENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/query-parser");
const ADA: &str = "11111111-1111-4111-8111-111111111111";
const EVE: &str = "22222222-2222-4222-8222-222222222222";
const SESSIONS: [(&str, &str, &str); 3] = [
    ("SESSION_ID", ADA, "6f1c2d9e-4b7a-4c3d-9e21-5a8b7c6d4e31"),
    ("YOUNG_SESSION", ADA, "6f1c2d9e-4b7a-4c3d-9e21-5a8b7c6d4e32"),
    (
        "FOREIGN_SESSION",
        EVE,
        "6f1c2d9e-4b7a-4c3d-9e21-5a8b7c6d4e33",
    ),
];
const LIBRARY: &str = "CREATE TABLE authors (id INT PRIMARY KEY, name TEXT);
    CREATE TABLE books (id INT PRIMARY KEY, author_id INT REFERENCES authors (id), \"Title\" TEXT, pages INT);";

pub(super) struct House {
    pub(super) memory: Memory,
    pub(super) databases: Databases,
    pub(super) app: Router,
    pub(super) ada: Tenant,
    pub(super) eve: Tenant,
    issuer: TokenIssuer,
}

/// An answer, read.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) status: u64,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Value,
}

impl House {
    /// With databases and sessions.
    pub(super) async fn new() -> Self {
        let house = Self::empty(Faults::none(), &[]);
        house.furnish().await;
        house
    }

    /// Without any but the built-in one.
    pub(super) fn empty(faults: Faults, more: &[(&str, &str)]) -> Self {
        let memory = Memory::with_faults(faults);
        let keys = r#"{"test": "0123456789abcdef0123456789abcdef"}"#;
        let mut variables = vec![
            ("ENVIRONMENT", "local"),
            ("JWT_KEYS", keys),
            ("JWT_ACTIVE_KID", "test"),
            ("JWT_ISSUER", "millrace"),
            ("JWT_AUDIENCE", "millrace"),
            ("ACCESS_TOKEN_MINUTES", "600"),
        ];
        variables.extend_from_slice(more);
        let config = Config::from_pairs(variables).expect("a configuration");
        let state = App::new(memory.ports(), "data", &config).expect("keys");
        let issuer = config.token_issuer(memory.clock.clone()).expect("keys");
        Self {
            databases: state.databases.clone(),
            app: app(
                routes(state),
                &config,
                memory.clock.clone(),
                memory.ids.clone(),
            ),
            memory,
            ada: Tenant::new(ADA).expect("a tenant"),
            eve: Tenant::new(EVE).expect("a tenant"),
            issuer,
        }
    }

    async fn furnish(&self) {
        let inline = |text: &str| RowSource::Inline(Bytes::from(text.to_owned()));
        let library = Wish {
            ddl: LIBRARY.to_owned(),
            rows: BTreeMap::from([
                (
                    "authors".to_owned(),
                    inline("id,name\n1,Jane Austen\n2,Frank Herbert\n"),
                ),
                (
                    "books".to_owned(),
                    inline(
                        "id,author_id,Title,pages\n1,1,Emma,474\n2,1,Persuasion,249\n3,2,Dune,688\n",
                    ),
                ),
            ]),
            ..Wish::default()
        };
        self.register(&self.ada, "library", library).await;
        let of = |ddl: &str| Wish {
            ddl: ddl.to_owned(),
            ..Wish::default()
        };
        self.register(
            &self.ada,
            "plans",
            of("CREATE TABLE shelves (id INT PRIMARY KEY, room TEXT)"),
        )
        .await;
        self.register(
            &self.eve,
            "secrets",
            of("CREATE TABLE secrets (id INT PRIMARY KEY, word TEXT)"),
        )
        .await;
        let file = Bytes::from_static(b"id,name\n1,Ada\n");
        let key = format!("{ADA}/uploads/owners.csv");
        let put = self.memory.objects.put(&key, file, "text/csv").await;
        put.expect("a put");
        for (name, tenant, id) in SESSIONS {
            self.session(name, &Tenant::new(tenant).expect("a tenant"), id)
                .await;
        }
    }

    async fn register(&self, tenant: &Tenant, name: &str, wish: Wish) {
        let done = self.databases.register(tenant, name, wish).await;
        done.expect("a database");
    }

    async fn session(&self, name: &str, tenant: &Tenant, id: &str) {
        let input = json!({
            "domain": "E-commerce", "function": "Sales", "problem_statement": "We sell less than we did before. ".repeat(4),
            "skill_level": "Beginner", "dataset_size": 1000
        });
        let input = ChallengeInput::from_value(&input).expect("a brief");
        let now = self.memory.clock.now();
        let mut session = Session::new(id.to_owned(), Brief::new(input, 7), false, now);
        if name != "YOUNG_SESSION" {
            let key = format!("{tenant}/challenges/{id}/r1/schema.json");
            let column = |name: &str, kind: &str, key: bool| json!({ "name": name, "type": kind, "description": "", "nullable": !key, "primary_key": key });
            let table = json!({
                "name": "orders", "description": "", "primary_key": ["order_id"], "estimated_rows": 1000,
                "columns": [
                    column("order_id", "BIGINT", true),
                    column("amount", "DECIMAL(18,2)", false),
                    column("ordered_at", "TIMESTAMP", false)
                ]
            });
            let document = json!({
                "schema": { "tables": [table], "relationships": [], "business_rules": [], "kpis": [] },
                "more": true
            });
            let bytes = Bytes::from(document.to_string());
            let put = self.memory.objects.put(&key, bytes, "application/json");
            put.await.expect("a put");
            session.schema = Some(Document {
                key,
                delivered: true,
            });
        }
        let store = Store::new(self.memory.ports(), 90);
        store.create(tenant, &session).await.expect("a session");
    }

    pub(super) async fn send(&self, event: Value) -> Value {
        invoke(self.app.clone(), event, Context::default())
            .await
            .expect("an answer")
    }

    /// A sample event, with Ada's token, id and sessions in their places.
    pub(super) fn event(&self, name: &str) -> Value {
        let path = Path::new(EVENTS).join(format!("{name}.json"));
        let mut text = fs::read_to_string(path).expect("a sample event");
        let token = self.issuer.issue(ADA, "family").expect("a token");
        text = text.replace("ACCESS_TOKEN", token.reveal());
        text = text.replace("TENANT", ADA);
        for (name, _, id) in SESSIONS {
            text = text.replace(name, id);
        }
        serde_json::from_str(&text).expect("JSON")
    }

    /// A call of Ada's.
    pub(super) async fn call(&self, method: &str, path: &str, body: &Value) -> Read {
        let mut event = self.event("databases");
        event["rawPath"] = json!(path);
        event["requestContext"]["http"] = json!({ "method": method, "path": path });
        if method != "GET" {
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
}

/// Status, headers and the JSON body.
pub(super) fn readable(mut answer: Value) -> Value {
    let text = answer["body"].as_str().unwrap_or_default();
    answer["body"] = serde_json::from_str(text).unwrap_or_else(|_| json!(text));
    answer
}

//! A session on the in-memory ports, and the tasks that the state machine would run for it.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use millrace_challenge::brief::{Brief, DataStructure, SkillLevel};
use millrace_challenge::service::{Challenges, Settings};
use millrace_challenge::session::{Action, Phase, Session};
use millrace_challenge::tasks::Ticket;
use millrace_phases::documents::SchemaDocument;
use millrace_phases::files::Findings;
use millrace_phases::parts::Part;
use millrace_phases::tasks::Phases;
use millrace_ports::memory::Memory;
use millrace_ports::{Item, Key, Objects, Tenant};
use serde::de::DeserializeOwned;

/// Domain and function of the built-in packs.
pub const PACKS: [(&str, &str); 3] = [
    ("E-commerce", "Sales analytics"),
    ("Healthcare", "Operations"),
    ("B2B SaaS", "Churn"),
];
/// A domain that no built-in pack serves.
pub const COMPOSED: (&str, &str) = ("Beekeeping cooperative", "Yield analytics");

pub fn brief((domain, function): (&str, &str), skill_level: SkillLevel) -> Brief {
    Brief {
        domain: domain.to_owned(),
        function: function.to_owned(),
        problem_statement: "Costs rise, and the weather, delays and discounts are blamed."
            .to_owned(),
        skill_level,
        dataset_size: 1000,
        data_structure: DataStructure::Normalized,
        primary_questions: None,
        seed: 20_260_101,
    }
}

/// The session with its machine. The order of its methods is that of
/// `infra/machines/challenge.asl.json`.
pub struct Walk {
    pub memory: Memory,
    pub challenges: Challenges,
    pub phases: Phases,
    /// Percent and stage of the full run, when it was started and after each of its tasks.
    pub seen: Vec<(u8, String)>,
    tenant: Tenant,
    id: String,
}

impl Walk {
    /// A session whose preview is approved.
    pub async fn approved(brief: &Brief) -> Self {
        let memory = Memory::new();
        let settings = Settings {
            wait: Duration::ZERO,
            retention_days: 1,
        };
        let challenges = Challenges::new(memory.ports(), &settings);
        let tenant = Tenant::public();
        let session = challenges.create(&tenant, brief.clone(), false).await;
        let walk = Self {
            phases: Phases::new(memory.ports(), "Codebasics Data Factory".to_owned(), 1),
            id: session.expect("a session").id,
            seen: Vec::new(),
            challenges,
            memory,
            tenant,
        };
        let ticket = walk.ticket().await;
        walk.phases.research(&ticket).await.expect("research");
        let ticket = walk.ask(Action::Problem).await;
        walk.phases.problem(&ticket).await.expect("a problem");
        walk.approve(Phase::One).await;
        let ticket = walk.ask(Action::Schema).await;
        walk.phases.schema(&ticket).await.expect("a schema");
        walk.approve(Phase::Two).await;
        let ticket = walk.ask(Action::Preview).await;
        walk.phases.preview(&ticket).await.expect("a preview");
        walk.approve(Phase::Three).await;
        walk
    }

    /// A session whose full set was made in `parts` parts.
    pub async fn generated(brief: &Brief, parts: u64) -> Self {
        let mut walk = Self::approved(brief).await;
        let ticket = walk.start().await;
        walk.look().await;
        let parts = walk.plan(&ticket, parts).await;
        walk.look().await;
        for part in parts {
            walk.phases.part(&ticket, &part).await.expect("a part");
            walk.look().await;
        }
        walk
    }

    /// The same with its files joined and checked.
    pub async fn checked(brief: &Brief, parts: u64) -> Self {
        let mut walk = Self::generated(brief, parts).await;
        let ticket = walk.ticket().await;
        walk.phases.check(&ticket).await.expect("checked files");
        walk.look().await;
        walk
    }

    /// A session whose full run is published.
    pub async fn published(brief: &Brief, parts: u64) -> Self {
        let mut walk = Self::checked(brief, parts).await;
        let ticket = walk.ticket().await;
        walk.phases.reports(&ticket).await.expect("reports");
        walk.look().await;
        walk.phases.publish(&ticket).await.expect("published");
        walk.look().await;
        walk
    }

    /// A caller asks for a step; the execution that makes it may write.
    async fn ask(&self, action: Action) -> Ticket {
        self.challenges
            .request(&self.tenant, &self.id, action, |_| {})
            .await
            .expect("its time has come");
        self.ticket().await
    }

    async fn approve(&self, phase: Phase) {
        self.challenges
            .approve(&self.tenant, &self.id, phase)
            .await
            .expect("something to approve");
    }

    /// A caller starts the full generation.
    pub async fn start(&self) -> Ticket {
        self.challenges
            .generate_full(&self.tenant, &self.id, None)
            .await
            .expect("all is approved");
        self.ticket().await
    }

    pub async fn cancel(&self) {
        self.challenges
            .cancel(&self.tenant, &self.id)
            .await
            .expect("it runs");
    }

    pub async fn plan(&self, ticket: &Ticket, parts: u64) -> Vec<Part> {
        let planned = self.phases.plan_parts(ticket, Some(parts)).await;
        planned.expect("parts").parts
    }

    /// The execution that may write now.
    pub async fn ticket(&self) -> Ticket {
        Ticket {
            tenant: self.tenant.clone(),
            session_id: self.id.clone(),
            revision: self.session().await.revision,
        }
    }

    pub async fn session(&self) -> Session {
        let store = self.challenges.store();
        store.load(&self.tenant, &self.id).await.expect("a session")
    }

    /// Notes how far the full run is.
    async fn look(&mut self) {
        let session = self.session().await;
        let progress = self.challenges.progress(&self.tenant, &session).await;
        let known = progress.expect("readable").expect("a run");
        self.seen.push((known.percent, known.stage));
    }

    pub async fn object(&self, key: &str) -> Bytes {
        let found = self.memory.objects.get(key, u64::MAX).await;
        found
            .expect("the store answers")
            .unwrap_or_else(|| panic!("no object '{key}'"))
    }

    pub async fn json<D: DeserializeOwned>(&self, key: &str) -> D {
        serde_json::from_slice(&self.object(key).await).expect("a document")
    }

    pub async fn schema(&self) -> SchemaDocument {
        let schema = self.session().await.schema.expect("a schema");
        self.json(&schema.key).await
    }

    /// What the checks of the run found.
    pub async fn findings(&self) -> Findings {
        let ticket = self.ticket().await;
        self.json(&ticket.object_key("findings.json")).await
    }

    /// The delivered files of the run by name.
    pub async fn tables(&self) -> BTreeMap<String, Bytes> {
        let prefix = self.ticket().await.object_key("tables/");
        let mut tables = BTreeMap::new();
        for key in self.memory.objects.keys() {
            if let Some(name) = key.strip_prefix(&prefix) {
                tables.insert(name.to_owned(), self.object(&key).await);
            }
        }
        assert!(!tables.is_empty(), "no files under {prefix}");
        tables
    }

    /// The parts of each table, end to end.
    pub async fn joined_parts(&self) -> BTreeMap<String, Vec<u8>> {
        let prefix = self.ticket().await.object_key("parts/");
        let mut tables: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for key in self.memory.objects.keys() {
            if let Some((table, _)) = key
                .strip_prefix(&prefix)
                .and_then(|key| key.split_once('/'))
            {
                let joined = tables.entry(table.to_owned()).or_default();
                joined.extend_from_slice(&self.object(&key).await);
            }
        }
        assert!(!tables.is_empty(), "no parts under {prefix}");
        tables
    }

    /// The package of the finished run.
    pub async fn package(&self) -> Bytes {
        let run = self.session().await.full.expect("a finished run");
        self.object(&run.zip).await
    }

    /// All that is stored: every record and every object.
    pub async fn world(&self) -> (BTreeMap<Key, Item>, BTreeMap<String, Bytes>) {
        let mut objects = BTreeMap::new();
        for key in self.memory.objects.keys() {
            objects.insert(key.clone(), self.object(&key).await);
        }
        (self.memory.records.snapshot(), objects)
    }
}

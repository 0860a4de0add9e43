//! The tasks of the state machine: each reads what the steps before it stored, makes its own result
//! and reports it. A task that runs twice writes the same bytes to the same keys.

use bytes::Bytes;
use millrace_api::challenge as api;
use millrace_challenge::brief::Brief;
use millrace_challenge::progress::{self, Stage};
use millrace_challenge::session::{Action, FullRun, Session};
use millrace_challenge::tasks::{Tasks, Ticket};
use millrace_ports::{Ports, Segment};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::delivery::Delivery;
use crate::documents::{
    PreviewDocument, ProblemDocument, QaDocument, ResearchDocument, SchemaDocument,
};
use crate::error::PhaseError;
use crate::files::{self, Files};
use crate::parts::{self, Part};
use crate::{preview, proof, reports, story};

/// Largest object read back: the CSV of one table of the largest set.
const OBJECT_BYTES: u64 = 256 << 20;
/// Names of the finished objects of a run: PDF, workbook, package, CSV files alone.
const OBJECT_NAMES: [&str; 4] = [
    "quality_report.pdf",
    "analytical_answers.xlsx",
    "package.zip",
    "datasets.zip",
];

/// Runs tasks.
#[derive(Debug, Clone)]
pub struct Phases {
    tasks: Tasks,
    brand: String,
}

/// What the machine passes from the planning of a full run to its later tasks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedParts {
    /// The parts, each made by one task.
    pub parts: Vec<Part>,
}

impl Phases {
    /// The tasks over `ports`; `brand` stands on every document.
    #[must_use]
    pub fn new(ports: Ports, brand: String, retention_days: i64) -> Self {
        Self {
            tasks: Tasks::new(ports, retention_days),
            brand,
        }
    }

    fn ports(&self) -> &Ports {
        self.tasks.ports()
    }

    /// Phase 1: research.
    ///
    /// # Errors
    /// [`PhaseError`]; a superseded execution writes nothing.
    pub async fn research(&self, ticket: &Ticket) -> Result<(), PhaseError> {
        let session = self.tasks.session(ticket).await?;
        let document = ResearchDocument {
            research: story::research(&session.brief),
        };
        self.finish(ticket, Action::Research, &document, |_| {})
            .await
    }

    /// Phase 1: problem statement.
    ///
    /// # Errors
    /// [`PhaseError`].
    pub async fn problem(&self, ticket: &Ticket) -> Result<(), PhaseError> {
        let session = self.tasks.session(ticket).await?;
        let document = story::problem(&session.brief);
        self.finish(ticket, Action::Problem, &document, |_| {})
            .await
    }

    /// Phase 2: schema and proof. A regeneration takes the next revision of the seed and is kept
    /// only where it is proven at least as well.
    ///
    /// # Errors
    /// [`PhaseError`].
    pub async fn schema(&self, ticket: &Ticket) -> Result<(), PhaseError> {
        let session = self.tasks.session(ticket).await?;
        let problem: ProblemDocument = self.document(&session, Action::Problem).await?;
        let revision = session.schema_revision;
        let earlier = match session.schema {
            Some(_) => Some(self.document(&session, Action::Schema).await?),
            None => None,
        };
        let document = schema_document(&session.brief, &problem, revision)
            .await?
            .or_earlier(earlier);
        let score = document.validation.validation_score;
        self.finish(ticket, Action::Schema, &document, |session| {
            session.validation_score = Some(score);
            session.schema_revision = revision + 1;
        })
        .await
    }

    /// Phase 3: preview.
    ///
    /// # Errors
    /// [`PhaseError`].
    pub async fn preview(&self, ticket: &Ticket) -> Result<(), PhaseError> {
        let session = self.tasks.session(ticket).await?;
        let schema: SchemaDocument = self.document(&session, Action::Schema).await?;
        let delivery = Delivery::new(&schema.plan, session.brief.data_structure)?;
        let (preview_data, validation) = preview::preview(&delivery)?;
        let score = validation.quality_score;
        let document = PreviewDocument {
            preview_data,
            validation,
        };
        self.finish(ticket, Action::Preview, &document, |session| {
            session.quality_score = Some(score);
        })
        .await
    }

    /// Phase 4: cuts the full set into `count` parts, or into parts of a good size.
    ///
    /// # Errors
    /// [`PhaseError`].
    pub async fn plan_parts(
        &self,
        ticket: &Ticket,
        count: Option<u64>,
    ) -> Result<PlannedParts, PhaseError> {
        let run = self.run(ticket).await?;
        let tables = run.delivery.tables();
        let parts = parts::cut(&tables, count.unwrap_or_else(|| parts::count(&tables)));
        progress::begin(
            self.ports(),
            &ticket.tenant,
            &ticket.session_id,
            ticket.revision,
            parts.len(),
        )
        .await?;
        Ok(PlannedParts { parts })
    }

    /// Phase 4: makes one part and stores its slices.
    ///
    /// # Errors
    /// [`PhaseError`].
    pub async fn part(&self, ticket: &Ticket, part: &Part) -> Result<(), PhaseError> {
        let run = self.run(ticket).await?;
        for slice in &part.slices {
            let key = ticket.object_key(&format!("parts/{}/{:08}.csv", slice.table, part.index));
            self.ports()
                .objects
                .put(&key, slice.write(&run.delivery)?.into(), "text/csv")
                .await?;
        }
        progress::part_done(
            self.ports(),
            &ticket.tenant,
            &ticket.session_id,
            ticket.revision,
            part.index,
        )
        .await?;
        Ok(())
    }

    /// Phase 4: joins the parts to files, checks them and computes the answers.
    ///
    /// # Errors
    /// [`PhaseError`].
    pub async fn check(&self, ticket: &Ticket) -> Result<(), PhaseError> {
        let run = self.run(ticket).await?;
        self.enter(ticket, Stage::Validation).await?;
        let mut files = Files::default();
        for table in run.delivery.tables() {
            let keys = self
                .list(&ticket.object_key(&format!("parts/{}/", table.name)))
                .await?;
            let target = ticket.object_key(&format!("tables/{}.csv", table.name));
            let parts: Vec<Segment> = keys.into_iter().map(Segment::Object).collect();
            self.ports()
                .objects
                .concatenate(&parts, &target, "text/csv")
                .await?;
            files.tables.push((table.name, self.object(&target).await?));
        }
        let findings = files::examine(&run.delivery, &run.schema, &files).await?;
        self.put_json(&ticket.object_key("findings.json"), &findings)
            .await?;
        let qa = QaDocument {
            qa_results: findings.qa_results(),
        };
        self.put_json(&ticket.object_key("qa.json"), &qa).await
    }

    /// Phase 4: writes the reports and the package beside the files.
    ///
    /// # Errors
    /// [`PhaseError`].
    pub async fn reports(&self, ticket: &Ticket) -> Result<(), PhaseError> {
        let run = self.run(ticket).await?;
        self.enter(ticket, Stage::Reports).await?;
        let findings = self.json(&ticket.object_key("findings.json")).await?;
        let problem: ProblemDocument = self.document(&run.session, Action::Problem).await?;
        let mut files = Files::default();
        for table in run.delivery.tables() {
            let bytes = self
                .object(&ticket.object_key(&format!("tables/{}.csv", table.name)))
                .await?;
            files.tables.push((table.name, bytes));
        }
        let made = reports::make(&reports::Material {
            brand: &self.brand,
            session: &run.session,
            problem: &problem,
            schema: &run.schema,
            delivery: &run.delivery,
            findings: &findings,
            files: &files,
        })?;
        self.enter(ticket, Stage::Packaging).await?;
        for (name, bytes, content_type) in [
            (OBJECT_NAMES[0], made.pdf, "application/pdf"),
            (
                OBJECT_NAMES[1],
                made.workbook,
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            ),
            (OBJECT_NAMES[2], made.package, "application/zip"),
            (OBJECT_NAMES[3], made.datasets, "application/zip"),
        ] {
            self.ports()
                .objects
                .put(&ticket.object_key(name), bytes.into(), content_type)
                .await?;
        }
        Ok(())
    }

    /// Phase 4: makes the finished run visible, by one conditional write.
    ///
    /// # Errors
    /// [`PhaseError`].
    pub async fn publish(&self, ticket: &Ticket) -> Result<(), PhaseError> {
        let run = self.run(ticket).await?;
        let zip = ticket.object_key(OBJECT_NAMES[2]);
        let zip_bytes = self
            .ports()
            .objects
            .size(&zip)
            .await?
            .ok_or_else(|| PhaseError::Missing(zip.clone()))?;
        let qa: QaDocument = self.json(&ticket.object_key("qa.json")).await?;
        let requested = run
            .session
            .pending
            .as_ref()
            .map(|pending| pending.requested_at);
        let now = self.ports().clock.now();
        let full = FullRun {
            revision: ticket.revision,
            qa: ticket.object_key("qa.json"),
            zip,
            zip_bytes,
            overall_score: qa.qa_results.overall_score,
            pdf: ticket.object_key(OBJECT_NAMES[0]),
            csv_zip: ticket.object_key(OBJECT_NAMES[3]),
            csv_files: run
                .delivery
                .tables()
                .into_iter()
                .map(|table| format!("{}.csv", table.name))
                .collect(),
            started_at: requested.unwrap_or(now),
            finished_at: now,
        };
        self.tasks.publish(ticket, full).await?;
        self.enter(ticket, Stage::Completed).await
    }

    /// Records why a step failed; everything approved stays.
    ///
    /// # Errors
    /// [`PhaseError`].
    pub async fn fail(&self, ticket: &Ticket, reason: &str) -> Result<(), PhaseError> {
        self.tasks.fail(ticket, reason).await?;
        Ok(())
    }

    async fn run(&self, ticket: &Ticket) -> Result<Run, PhaseError> {
        let session = self.tasks.session(ticket).await?;
        let mut schema: SchemaDocument = self.document(&session, Action::Schema).await?;
        if session.size() != session.brief.dataset_size {
            let brief = Brief {
                dataset_size: session.size(),
                ..session.brief.clone()
            };
            schema.plan = story::plan(&brief, schema.revision)?;
        }
        let delivery = Delivery::new(&schema.plan, session.brief.data_structure)?;
        Ok(Run {
            session,
            schema,
            delivery,
        })
    }

    async fn enter(&self, ticket: &Ticket, stage: Stage) -> Result<(), PhaseError> {
        Ok(progress::enter(
            self.ports(),
            &ticket.tenant,
            &ticket.session_id,
            ticket.revision,
            stage,
        )
        .await?)
    }

    async fn finish<D, F>(
        &self,
        ticket: &Ticket,
        action: Action,
        document: &D,
        note: F,
    ) -> Result<(), PhaseError>
    where
        D: Serialize,
        F: Fn(&mut Session) + Send + Sync,
    {
        let bytes = Bytes::from(serde_json::to_vec(document)?);
        self.tasks.finish(ticket, action, bytes, note).await?;
        Ok(())
    }

    async fn document<D: DeserializeOwned>(
        &self,
        session: &Session,
        action: Action,
    ) -> Result<D, PhaseError> {
        let document = session
            .document(action)
            .ok_or(PhaseError::NotYet(action.name()))?;
        self.json(&document.key).await
    }

    async fn json<D: DeserializeOwned>(&self, key: &str) -> Result<D, PhaseError> {
        Ok(serde_json::from_slice(&self.object(key).await?)?)
    }

    async fn put_json<D: Serialize>(&self, key: &str, document: &D) -> Result<(), PhaseError> {
        Ok(self
            .ports()
            .objects
            .put(
                key,
                serde_json::to_vec(document)?.into(),
                "application/json",
            )
            .await?)
    }

    async fn object(&self, key: &str) -> Result<Bytes, PhaseError> {
        self.ports()
            .objects
            .get(key, OBJECT_BYTES)
            .await?
            .ok_or_else(|| PhaseError::Missing(key.to_owned()))
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, PhaseError> {
        let mut keys = Vec::new();
        let mut cursor = None;
        loop {
            let page = self.ports().objects.list(prefix, cursor.as_deref()).await?;
            keys.extend(page.objects.into_iter().map(|object| object.key));
            cursor = page.next;
            if cursor.is_none() {
                keys.sort();
                return Ok(keys);
            }
        }
    }
}

struct Run {
    session: Session,
    schema: SchemaDocument,
    delivery: Delivery,
}

/// The schema of a brief at a revision of its seed, with its proof.
///
/// # Errors
/// [`PhaseError`].
pub async fn schema_document(
    brief: &Brief,
    problem: &ProblemDocument,
    revision: u32,
) -> Result<SchemaDocument, PhaseError> {
    let pack = story::pack(brief);
    let plan = story::plan(brief, revision)?;
    let delivery = Delivery::new(&plan, brief.data_structure)?;
    let proof = proof::prove(&delivery, &problem.questions, &pack.kpis).await?;
    let schema: api::Schema = proof::schema(&delivery, &pack.rules, &pack.kpis);
    Ok(SchemaDocument {
        schema,
        validation: proof.validation,
        plan,
        revision,
        rules: pack.rules,
        order: pack.order,
        proven: proof.proven,
        unanswerable: proof.unanswerable,
    })
}

//! The record of a session.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::brief::Brief;

/// One challenge session, as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// Session id, a UUID.
    pub id: String,
    /// Raised by every change; each change is conditional on the one it read.
    pub version: u64,
    /// Number of the execution that may write; a late execution has an older one and loses.
    pub revision: u32,
    /// When the research call was accepted.
    pub created_at: DateTime<Utc>,
    /// When the session last changed.
    pub updated_at: DateTime<Utc>,
    /// What was asked for.
    pub brief: Brief,
    /// Whether the machine runs to the end without waiting for decisions (legacy `create`).
    #[serde(default)]
    pub open: bool,
    /// Result of the research.
    #[serde(default)]
    pub research: Option<Document>,
    /// Result of the problem statement.
    #[serde(default)]
    pub problem: Option<Document>,
    /// Whether the problem statement was approved.
    #[serde(default)]
    pub problem_approved: bool,
    /// Result of the schema.
    #[serde(default)]
    pub schema: Option<Document>,
    /// `validation_score` of the schema.
    #[serde(default)]
    pub validation_score: Option<f64>,
    /// How often the schema was made; it selects the revision of the seed.
    #[serde(default)]
    pub schema_revision: u32,
    /// Whether the schema was approved.
    #[serde(default)]
    pub schema_approved: bool,
    /// Result of the preview.
    #[serde(default)]
    pub preview: Option<Document>,
    /// `quality_score` of the preview.
    #[serde(default)]
    pub quality_score: Option<f64>,
    /// Whether the preview was approved.
    #[serde(default)]
    pub preview_approved: bool,
    /// Rows of the largest table in the full set, where the full run named another size.
    #[serde(default)]
    pub full_size: Option<u64>,
    /// The finished full run.
    #[serde(default)]
    pub full: Option<FullRun>,
    /// The last finished run: its package stays while the session goes back and until the next
    /// run ends.
    #[serde(default)]
    pub last: Option<FullRun>,
    /// Whether the package of the finished run was prepared.
    #[serde(default)]
    pub prepared: bool,
    /// The decision that the machine works on.
    #[serde(default)]
    pub pending: Option<Pending>,
    /// Why the last stage failed, until it is run again.
    #[serde(default)]
    pub failure: Option<Failure>,
}

/// A result that lies in the object store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Object key of the JSON.
    pub key: String,
    /// Whether a caller has had it in the answer of its call.
    #[serde(default)]
    pub delivered: bool,
}

/// A finished full run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FullRun {
    /// Revision that made it.
    pub revision: u32,
    /// Object key of the JSON with `qa_results`.
    pub qa: String,
    /// Object key of the package.
    pub zip: String,
    /// Bytes of the package.
    pub zip_bytes: u64,
    /// `overall_score` of its checks.
    pub overall_score: f64,
    /// Object key of the PDF report.
    pub pdf: String,
    /// Object key of the ZIP of the CSV files alone.
    pub csv_zip: String,
    /// Names of the CSV files in the package.
    pub csv_files: Vec<String>,
    /// When the run began.
    pub started_at: DateTime<Utc>,
    /// When it was published.
    pub finished_at: DateTime<Utc>,
}

/// A decision that was recorded and whose result is not there yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pending {
    /// The step asked for.
    pub action: Action,
    /// When.
    pub requested_at: DateTime<Utc>,
}

/// A stage that failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// The step that failed.
    pub action: Action,
    /// Why, for people.
    pub reason: String,
    /// Whether a caller has had it in the answer of its call.
    #[serde(default)]
    pub delivered: bool,
}

/// Phases of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Phase {
    /// Research and problem statement.
    #[serde(rename = "phase1")]
    One,
    /// Schema.
    #[serde(rename = "phase2")]
    Two,
    /// Preview.
    #[serde(rename = "phase3")]
    Three,
    /// Full data and reports.
    #[serde(rename = "phase4")]
    Four,
    /// Package.
    #[serde(rename = "phase5")]
    Five,
}

impl Phase {
    /// Name in the contract.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::One => "phase1",
            Self::Two => "phase2",
            Self::Three => "phase3",
            Self::Four => "phase4",
            Self::Five => "phase5",
        }
    }
}

/// Steps that make something. Approvals are decisions, not steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Research the domain.
    Research,
    /// Write the problem statement.
    Problem,
    /// Make and prove the schema.
    Schema,
    /// Make the preview.
    Preview,
    /// Make the full set, its checks and its package.
    Full,
}

impl Action {
    /// The phase it belongs to.
    #[must_use]
    pub fn phase(self) -> Phase {
        match self {
            Self::Research | Self::Problem => Phase::One,
            Self::Schema => Phase::Two,
            Self::Preview => Phase::Three,
            Self::Full => Phase::Four,
        }
    }

    /// Name used by the state machine: its start state, its gate and its task.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Research => "research",
            Self::Problem => "problem",
            Self::Schema => "schema",
            Self::Preview => "preview",
            Self::Full => "full",
        }
    }
}

impl Session {
    /// A new session that waits for its research.
    #[must_use]
    pub fn new(id: String, brief: Brief, open: bool, now: DateTime<Utc>) -> Self {
        Self {
            id,
            version: 0,
            revision: 1,
            created_at: now,
            updated_at: now,
            brief,
            open,
            research: None,
            problem: None,
            problem_approved: false,
            schema: None,
            validation_score: None,
            schema_revision: 0,
            schema_approved: false,
            preview: None,
            quality_score: None,
            preview_approved: false,
            full_size: None,
            full: None,
            last: None,
            prepared: false,
            pending: Some(Pending {
                action: Action::Research,
                requested_at: now,
            }),
            failure: None,
        }
    }

    /// The document that `action` makes, if it is there.
    #[must_use]
    pub fn document(&self, action: Action) -> Option<&Document> {
        match action {
            Action::Research => self.research.as_ref(),
            Action::Problem => self.problem.as_ref(),
            Action::Schema => self.schema.as_ref(),
            Action::Preview => self.preview.as_ref(),
            Action::Full => None,
        }
    }

    /// Mutable form of [`Session::document`].
    pub fn document_mut(&mut self, action: Action) -> Option<&mut Document> {
        match action {
            Action::Research => self.research.as_mut(),
            Action::Problem => self.problem.as_mut(),
            Action::Schema => self.schema.as_mut(),
            Action::Preview => self.preview.as_mut(),
            Action::Full => None,
        }
    }

    /// Whether the machine works on `action` now.
    #[must_use]
    pub fn is_pending(&self, action: Action) -> bool {
        self.pending
            .as_ref()
            .is_some_and(|pending| pending.action == action)
    }

    /// Whether `action` has ended, well or not, and no call has carried its result yet.
    #[must_use]
    pub fn is_undelivered(&self, action: Action) -> bool {
        match (&self.pending, &self.failure) {
            (Some(_), _) => false,
            (None, Some(failure)) => failure.action == action && !failure.delivered,
            (None, None) => self
                .document(action)
                .is_some_and(|document| !document.delivered),
        }
    }

    /// Rows of the largest table of the full set.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.full_size.unwrap_or(self.brief.dataset_size)
    }
}

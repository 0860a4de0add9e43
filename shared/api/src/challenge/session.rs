//! Sessions: where one stands, and what to call next.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The five phases of a session.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Research and problem statement.
    Phase1,
    /// Schema.
    Phase2,
    /// Preview.
    Phase3,
    /// Full generation and reports.
    Phase4,
    /// Download package.
    Phase5,
}

impl Phase {
    /// All phases in their order.
    pub const ALL: [Self; 5] = [
        Self::Phase1,
        Self::Phase2,
        Self::Phase3,
        Self::Phase4,
        Self::Phase5,
    ];
}

/// The words that answers of the Data Factory have for where something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing was asked for yet.
    NotStarted,
    /// The work goes on; the same call gives the result.
    InProgress,
    /// Phase 1 has its research.
    ResearchComplete,
    /// Phase 1 has its problem statement.
    ProblemGenerated,
    /// The problem statement is approved.
    Phase1Approved,
    /// A schema or preview waits for approval.
    PendingApproval,
    /// The schema is approved.
    Phase2Approved,
    /// The preview is approved.
    Phase3Approved,
    /// Full generation runs.
    Generating,
    /// Full generation has ended well.
    Completed,
    /// The work has ended badly.
    Failed,
    /// Full generation was cancelled.
    Cancelled,
    /// The package is ready for download.
    Ready,
}

/// `202`: the phase's work was not finished within the wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InProgress {
    /// The session.
    #[schema(format = "uuid")]
    pub session_id: String,
    /// `in_progress`.
    pub status: Status,
}

/// `200` of every `…/approve`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApprovalResponse {
    /// The session.
    #[schema(format = "uuid")]
    pub session_id: String,
    /// `phase1_approved`, `phase2_approved` or `phase3_approved`.
    pub status: Status,
    /// One sentence.
    pub message: String,
    /// The phase that may be generated now.
    pub next_phase: Phase,
}

/// `GET /api/challenge/session/{session_id}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SessionStatus {
    /// The session.
    #[schema(format = "uuid")]
    pub session_id: String,
    /// The first phase that is not completed, or the last.
    pub current_phase: Phase,
    /// When research was first asked for, RFC 3339 UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// Where each phase stands.
    pub phase_status: PhaseStatus,
    /// The one call to make next: method and path.
    pub next_action: String,
}

/// Where each phase stands.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct PhaseStatus {
    /// Research and problem statement.
    pub phase1: ResearchPhase,
    /// Schema.
    pub phase2: SchemaPhase,
    /// Preview.
    pub phase3: PreviewPhase,
    /// Full generation and reports.
    pub phase4: GenerationPhase,
    /// Download package.
    pub phase5: PackagePhase,
}

/// Phase 1 within a [`PhaseStatus`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct ResearchPhase {
    /// The problem statement is approved.
    pub completed: bool,
    /// The research is there.
    pub has_research: bool,
    /// The problem statement is there.
    pub has_problem: bool,
}

/// Phase 2 within a [`PhaseStatus`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct SchemaPhase {
    /// The schema is approved.
    pub completed: bool,
    /// The schema is there.
    pub has_schema: bool,
    /// 0 to 10; null without a schema.
    pub validation_score: Option<f64>,
}

/// Phase 3 within a [`PhaseStatus`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct PreviewPhase {
    /// The preview is approved.
    pub completed: bool,
    /// The preview is there.
    pub has_preview: bool,
    /// 0 to 10; null without a preview.
    pub quality_score: Option<f64>,
}

/// Phase 4 within a [`PhaseStatus`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct GenerationPhase {
    /// The dataset and its reports are there.
    pub completed: bool,
    /// `generating`, `completed` or `failed`; null before the first run.
    pub status: Option<Status>,
    /// 0 to 100.
    pub percent: u8,
    /// 0 to 10; null before the checks ran.
    pub overall_score: Option<f64>,
}

/// Phase 5 within a [`PhaseStatus`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct PackagePhase {
    /// The package is prepared.
    pub completed: bool,
    /// A package can be downloaded: this one, or that of the run before.
    pub has_package: bool,
}

/// `GET /api/challenge/sessions`: one page of the caller's sessions, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionList {
    /// The sessions of this page.
    pub sessions: Vec<SessionSummary>,
    /// Give it back as `cursor` for the next page; null on the last one.
    pub next_cursor: Option<String>,
}

/// One line of a [`SessionList`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionSummary {
    /// The session.
    #[schema(format = "uuid")]
    pub session_id: String,
    /// The brief's domain.
    pub domain: String,
    /// The brief's function.
    pub function: String,
    /// The first phase that is not completed, or the last.
    pub current_phase: Phase,
    /// RFC 3339 UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// The one call to make next: method and path.
    pub next_action: String,
}

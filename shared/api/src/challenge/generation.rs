//! Phase 4: the whole dataset, its checks and reports.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{Phase, Status};

/// `200` of `POST /api/challenge/phase4/generate-full`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GenerationResponse {
    /// The session.
    #[schema(format = "uuid")]
    pub session_id: String,
    /// `phase4`.
    pub phase: Phase,
    /// `generating`.
    pub status: Status,
    /// One sentence.
    pub message: String,
}

/// `GET /api/challenge/phase4/status/{session_id}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GenerationStatus {
    /// The session.
    #[schema(format = "uuid")]
    pub session_id: String,
    /// `phase4`.
    pub phase: Phase,
    /// `not_started`, `generating`, `completed` or `failed`.
    pub status: Status,
    /// How far it is.
    pub progress: Progress,
    /// What the checks found; null until they ran.
    pub qa_results: Option<QaResults>,
}

/// How far a run is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Progress {
    /// Name of the stage: `data_generation`, `quality_validation`, `completed`.
    pub stage: String,
    /// 0 to 100, never falling within a run.
    #[schema(maximum = 100)]
    pub percent: u8,
    /// One sentence.
    pub message: String,
    /// Seconds since the run began.
    pub elapsed: f64,
}

/// What the checks found in the delivered data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct QaResults {
    /// 0 to 10: the mean of the categories.
    #[schema(minimum = 0, maximum = 10)]
    pub overall_score: f64,
    /// The verdict.
    pub status: QaStatus,
    /// 0 to 10 for each category.
    pub category_scores: BTreeMap<String, f64>,
    /// Every check with its figure.
    pub checks: Vec<Check>,
    /// What is good, a sentence each.
    pub strengths: Vec<String>,
    /// What is not, a sentence each.
    pub issues: Vec<String>,
}

/// The verdict of the checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum QaStatus {
    /// From 8.0, and no broken reference.
    Approved,
    /// From 6.0.
    #[serde(rename = "Needs Review")]
    NeedsReview,
    /// Below 6.0.
    Rejected,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Check {
    /// Name: `row_count`, `nulls`, `foreign_key`.
    pub name: String,
    /// The category whose score it enters.
    pub category: String,
    /// The table, where it looks at one.
    pub table: Option<String>,
    /// The column, where it looks at one.
    pub column: Option<String>,
    /// Whether the figure is as expected.
    pub passed: bool,
    /// The figure found: a number, or text.
    #[schema(value_type = Value)]
    pub value: Value,
    /// What was expected: a number, or text; null where the check only reports.
    #[schema(value_type = Value)]
    pub expected: Value,
    /// One sentence.
    pub message: String,
}

/// `200` of `POST /api/challenge/phase4/cancel`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CancelResponse {
    /// The session.
    #[schema(format = "uuid")]
    pub session_id: String,
    /// `phase4`.
    pub phase: Phase,
    /// `cancelled`.
    pub status: Status,
}

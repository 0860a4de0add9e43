//! The endpoints of version 1, which run all phases in one go.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ProblemStatement, QaResults, Schema, SchemaValidation, Status};

/// `202` of `POST /api/challenge/create`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CreateResponse {
    /// The new session.
    #[schema(format = "uuid")]
    pub session_id: String,
    /// `in_progress`.
    pub status: Status,
}

/// `GET /api/challenge/result/{session_id}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ResultResponse {
    /// The session.
    #[schema(format = "uuid")]
    pub session_id: String,
    /// `completed`.
    pub status: Status,
    /// The story and its questions.
    pub problem_statement: ProblemStatement,
    /// The schema.
    pub schema: Schema,
    /// Which questions it answers.
    pub validation: SchemaValidation,
    /// What the checks found.
    pub qa_results: QaResults,
    /// Path of the download.
    pub download_url: String,
}

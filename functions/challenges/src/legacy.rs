//! The result of the old one-call API.

use axum::Json;
use axum::extract::State;
use millrace_api::challenge as api;
use millrace_edge::{Caller, Failure};
use serde::Deserialize;

use crate::app::{App, SessionId};
use crate::download::finished;

#[derive(Deserialize)]
struct Documents {
    problem_statement: api::ProblemStatement,
}

#[derive(Deserialize)]
struct SchemaDocument {
    schema: api::Schema,
    validation: api::SchemaValidation,
}

#[derive(Deserialize)]
struct QaDocument {
    qa_results: api::QaResults,
}

/// `GET /api/challenge/result/{session_id}`
pub async fn result(
    caller: Caller,
    SessionId(id): SessionId,
    State(app): State<App>,
) -> Result<Json<api::ResultResponse>, Failure> {
    let session = app.session(&caller, &id).await?;
    let run = finished(&session)?;
    let (Some(problem), Some(schema)) = (&session.problem, &session.schema) else {
        return Err(Failure::internal(
            "a finished session without its documents",
        ));
    };
    let problem: Documents = app.document(&problem.key).await?;
    let schema: SchemaDocument = app.document(&schema.key).await?;
    let qa: QaDocument = app.document(&run.qa).await?;
    Ok(Json(api::ResultResponse {
        status: api::Status::Completed,
        problem_statement: problem.problem_statement,
        schema: schema.schema,
        validation: schema.validation,
        qa_results: qa.qa_results,
        download_url: format!("/api/download/{id}"),
        session_id: session.id,
    }))
}

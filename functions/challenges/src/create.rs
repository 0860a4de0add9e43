//! Briefs: the calls that make a session.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use millrace_api::challenge as api;
use millrace_challenge::brief::Brief;
use millrace_challenge::service::Outcome;
use millrace_challenge::session::Action;
use millrace_edge::{Caller, Failure, JsonBody};
use serde::Deserialize;

use crate::app::{App, failure, read};
use crate::phases::{in_progress, step_failed};

#[derive(Deserialize)]
struct ResearchDocument {
    research: api::Research,
}

/// `POST /api/challenge/phase1/research`
pub async fn research(
    caller: Caller,
    State(app): State<App>,
    JsonBody(body): JsonBody,
) -> Result<Response, Failure> {
    let brief = brief(&app, &body)?;
    let session = app
        .challenges
        .create(&caller.tenant, brief, false)
        .await
        .map_err(failure)?;
    match app
        .challenges
        .result(&caller.tenant, &session, Action::Research)
        .await
        .map_err(failure)?
    {
        Outcome::Ready(session, bytes) => {
            let document: ResearchDocument = read(&bytes)?;
            Ok(Json(api::ResearchResponse {
                session_id: session.id,
                status: api::Status::ResearchComplete,
                research: document.research,
            })
            .into_response())
        }
        Outcome::InProgress(session) => Ok(in_progress(session.id)),
        Outcome::Failed(_, reason) => Err(step_failed("Research", &reason)),
    }
}

/// `POST /api/challenge/create`
pub async fn legacy(
    caller: Caller,
    State(app): State<App>,
    JsonBody(body): JsonBody,
) -> Result<Response, Failure> {
    let brief = brief(&app, &body)?;
    let session = app
        .challenges
        .create(&caller.tenant, brief, true)
        .await
        .map_err(failure)?;
    let answer = api::CreateResponse {
        session_id: session.id,
        status: api::Status::InProgress,
    };
    Ok((StatusCode::ACCEPTED, Json(answer)).into_response())
}

fn brief(app: &App, body: &serde_json::Value) -> Result<Brief, Failure> {
    let input = api::ChallengeInput::from_value(body).map_err(Failure::invalid)?;
    // Any 53 bits make a seed that survives every JSON reader.
    Ok(Brief::new(input, app.ids.uuid().as_u64_pair().0 >> 11))
}

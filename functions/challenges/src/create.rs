//! Briefs: the calls that make a session.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use millrace_api::challenge as api;
use millrace_challenge::brief::{Brief, DataStructure, SkillLevel};
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
        status: api::Status::Generating,
    };
    Ok((StatusCode::ACCEPTED, Json(answer)).into_response())
}

fn brief(app: &App, body: &serde_json::Value) -> Result<Brief, Failure> {
    let input = api::ChallengeInput::from_value(body).map_err(Failure::invalid)?;
    // Any 53 bits make a seed that survives every JSON reader.
    let seed = input
        .seed
        .unwrap_or_else(|| app.ids.uuid().as_u64_pair().0 >> 11);
    Ok(from_input(input, seed))
}

/// The brief of a valid input.
pub fn from_input(input: api::ChallengeInput, seed: u64) -> Brief {
    Brief {
        domain: input.domain,
        function: input.function,
        problem_statement: input.problem_statement,
        skill_level: match input.skill_level {
            api::SkillLevel::Beginner => SkillLevel::Beginner,
            api::SkillLevel::Intermediate => SkillLevel::Intermediate,
            api::SkillLevel::Advanced => SkillLevel::Advanced,
        },
        dataset_size: input.dataset_size,
        data_structure: match input.data_structure {
            api::DataStructure::Normalized => DataStructure::Normalized,
            api::DataStructure::Denormalized => DataStructure::Denormalized,
        },
        primary_questions: input.primary_questions,
        seed,
    }
}

/// The input that a brief came from, for changes to it.
pub fn to_input(brief: &Brief) -> api::ChallengeInput {
    api::ChallengeInput {
        domain: brief.domain.clone(),
        function: brief.function.clone(),
        problem_statement: brief.problem_statement.clone(),
        skill_level: match brief.skill_level {
            SkillLevel::Beginner => api::SkillLevel::Beginner,
            SkillLevel::Intermediate => api::SkillLevel::Intermediate,
            SkillLevel::Advanced => api::SkillLevel::Advanced,
        },
        dataset_size: brief.dataset_size,
        data_structure: match brief.data_structure {
            DataStructure::Normalized => api::DataStructure::Normalized,
            DataStructure::Denormalized => api::DataStructure::Denormalized,
        },
        primary_questions: brief.primary_questions.clone(),
        seed: Some(brief.seed),
    }
}

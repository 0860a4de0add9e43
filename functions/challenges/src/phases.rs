//! Phases 1 to 3: a call each to generate and to approve.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use millrace_api::challenge as api;
use millrace_challenge::brief::Brief;
use millrace_challenge::service::Outcome;
use millrace_challenge::session::{Action, Phase, Session};
use millrace_edge::{Caller, Failure, OptionalJsonBody, QueryFields};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::app::{App, failure, read, session_id, with_session_id};

#[derive(Deserialize)]
struct ProblemDocument {
    problem_statement: api::ProblemStatement,
}

#[derive(Deserialize)]
struct SchemaDocument {
    schema: api::Schema,
    validation: api::SchemaValidation,
}

#[derive(Deserialize)]
struct PreviewDocument {
    preview_data: Vec<api::PreviewTable>,
    validation: api::PreviewValidation,
}

/// `POST /api/challenge/phase1/generate-problem`
pub async fn generate_problem(
    caller: Caller,
    query: QueryFields,
    State(app): State<App>,
    OptionalJsonBody(body): OptionalJsonBody,
) -> Result<Response, Failure> {
    let changes = body.as_ref().map(api::ChallengeChanges::from_value);
    let (changes, id) = with_session_id(changes.transpose(), &query)?;
    let edit = |session: &mut Session| {
        if let Some(changes) = &changes {
            let brief = session.brief.clone();
            let seed = brief.seed;
            session.brief = Brief::new(changes.clone().apply(brief.into_input()), seed);
        }
    };
    let outcome = app
        .challenges
        .request(&caller.tenant, id, Action::Problem, edit)
        .await
        .map_err(failure)?;
    answer(
        outcome,
        "Problem generation",
        |session_id, document: ProblemDocument| api::ProblemResponse {
            session_id,
            status: api::Status::ProblemGenerated,
            problem_statement: document.problem_statement,
        },
    )
}

/// `POST /api/challenge/phase2/generate-schema`
pub async fn generate_schema(
    caller: Caller,
    query: QueryFields,
    State(app): State<App>,
) -> Result<Response, Failure> {
    let id = session_id(&query)?;
    let outcome = app
        .challenges
        .request(&caller.tenant, id, Action::Schema, |_| {})
        .await
        .map_err(failure)?;
    answer(
        outcome,
        "Schema generation",
        |session_id, document: SchemaDocument| api::SchemaResponse {
            session_id,
            phase: api::Phase::Phase2,
            status: api::Status::PendingApproval,
            schema: document.schema,
            validation: document.validation,
        },
    )
}

/// `POST /api/challenge/phase2/regenerate`
pub async fn regenerate_schema(
    caller: Caller,
    query: QueryFields,
    State(app): State<App>,
) -> Result<Response, Failure> {
    let session = app.session(&caller, session_id(&query)?).await?;
    if session.schema.is_none() && !session.is_pending(Action::Schema) && session.problem_approved {
        return Err(Failure::bad_request(
            "Schema must be generated first: POST /api/challenge/phase2/generate-schema",
        ));
    }
    generate_schema(caller, query, State(app)).await
}

/// `POST /api/challenge/phase3/generate-preview`
pub async fn generate_preview(
    caller: Caller,
    query: QueryFields,
    State(app): State<App>,
) -> Result<Response, Failure> {
    let id = session_id(&query)?;
    let outcome = app
        .challenges
        .request(&caller.tenant, id, Action::Preview, |_| {})
        .await
        .map_err(failure)?;
    answer(
        outcome,
        "Preview generation",
        |session_id, document: PreviewDocument| api::PreviewResponse {
            session_id,
            phase: api::Phase::Phase3,
            status: api::Status::PendingApproval,
            preview_data: document.preview_data,
            validation: document.validation,
        },
    )
}

/// `POST /api/challenge/phase1/approve`
pub async fn approve_problem(
    caller: Caller,
    query: QueryFields,
    State(app): State<App>,
) -> Result<Response, Failure> {
    approve(&app, &caller, &query, Phase::One).await
}

/// `POST /api/challenge/phase2/approve`
pub async fn approve_schema(
    caller: Caller,
    query: QueryFields,
    State(app): State<App>,
) -> Result<Response, Failure> {
    approve(&app, &caller, &query, Phase::Two).await
}

/// `POST /api/challenge/phase3/approve`
pub async fn approve_preview(
    caller: Caller,
    query: QueryFields,
    State(app): State<App>,
) -> Result<Response, Failure> {
    approve(&app, &caller, &query, Phase::Three).await
}

async fn approve(
    app: &App,
    caller: &Caller,
    query: &QueryFields,
    phase: Phase,
) -> Result<Response, Failure> {
    let id = session_id(query)?;
    let session = app
        .challenges
        .approve(&caller.tenant, id, phase)
        .await
        .map_err(failure)?;
    let (status, what, next_phase) = match phase {
        Phase::One => (
            api::Status::Phase1Approved,
            "Problem statement",
            api::Phase::Phase2,
        ),
        Phase::Two => (api::Status::Phase2Approved, "Schema", api::Phase::Phase3),
        _ => (api::Status::Phase3Approved, "Preview", api::Phase::Phase4),
    };
    let number = match phase {
        Phase::One => 2,
        Phase::Two => 3,
        _ => 4,
    };
    let message = format!("{what} approved. Ready for Phase {number}.");
    Ok(Json(api::ApprovalResponse {
        session_id: session.id,
        status,
        message,
        next_phase,
    })
    .into_response())
}

fn answer<D, A, F>(outcome: Outcome, what: &str, shape: F) -> Result<Response, Failure>
where
    D: DeserializeOwned,
    A: serde::Serialize,
    F: FnOnce(String, D) -> A,
{
    match outcome {
        Outcome::Ready(session, bytes) => {
            Ok(Json(shape(session.id, read(&bytes)?)).into_response())
        }
        Outcome::InProgress(session) => Ok(in_progress(session.id)),
        Outcome::Failed(_, reason) => Err(step_failed(what, &reason)),
    }
}

/// 202: the same call gives the result later.
pub fn in_progress(session_id: String) -> Response {
    (
        StatusCode::ACCEPTED,
        Json(api::InProgress {
            session_id,
            status: api::Status::InProgress,
        }),
    )
        .into_response()
}

/// A step that failed in the machine; its reason is ours to tell, and the step can be run again.
pub fn step_failed(what: &str, reason: &str) -> Failure {
    Failure::new(
        millrace_edge::FailureKind::Internal,
        format!("{what} failed: {reason}"),
    )
}

//! Phase 4: the full generation.

use axum::Json;
use axum::extract::State;
use millrace_api::challenge as api;
use millrace_challenge::session::{Action, Session};
use millrace_edge::{Caller, Failure, OptionalJsonBody, QueryFields};
use serde::Deserialize;

use crate::app::{App, SessionId, failure, session_id, with_session_id};

#[derive(Deserialize)]
struct QaDocument {
    qa_results: api::QaResults,
}

/// `POST /api/challenge/phase4/generate-full`
pub async fn start(
    caller: Caller,
    query: QueryFields,
    State(app): State<App>,
    OptionalJsonBody(body): OptionalJsonBody,
) -> Result<Json<api::GenerationResponse>, Failure> {
    let size = match body {
        Some(body) => api::GenerationSizeInput::from_value(&body).map(|size| size.dataset_size),
        None => Ok(None),
    };
    let (size, id) = with_session_id(size, &query)?;
    let session = app
        .challenges
        .generate_full(&caller.tenant, id, size)
        .await
        .map_err(failure)?;
    Ok(Json(api::GenerationResponse {
        session_id: session.id,
        phase: api::Phase::Phase4,
        status: api::Status::Generating,
        message: "Full generation started. Poll /api/challenge/phase4/status.".to_owned(),
    }))
}

/// `POST /api/challenge/phase4/cancel`
pub async fn cancel(
    caller: Caller,
    query: QueryFields,
    State(app): State<App>,
) -> Result<Json<api::CancelResponse>, Failure> {
    let session = app
        .challenges
        .cancel(&caller.tenant, session_id(&query)?)
        .await
        .map_err(failure)?;
    Ok(Json(api::CancelResponse {
        session_id: session.id,
        phase: api::Phase::Phase4,
        status: api::Status::Cancelled,
    }))
}

/// `GET /api/challenge/phase4/status/{session_id}`, and the legacy `GET /api/challenge/status/{session_id}`
pub async fn status(
    caller: Caller,
    SessionId(id): SessionId,
    State(app): State<App>,
) -> Result<Json<api::GenerationStatus>, Failure> {
    let session = app.session(&caller, &id).await?;
    let status = state(&session);
    let qa_results = match &session.full {
        Some(run) if status == api::Status::Completed => {
            Some(app.document::<QaDocument>(&run.qa).await?.qa_results)
        }
        _ => None,
    };
    let progress = progress(&app, &caller, &session).await?;
    Ok(Json(api::GenerationStatus {
        session_id: session.id,
        phase: api::Phase::Phase4,
        status,
        progress,
        qa_results,
    }))
}

/// Where the full generation stands. With open gates the phases before it belong to the run.
pub fn state(session: &Session) -> api::Status {
    if session
        .failure
        .as_ref()
        .is_some_and(|failure| failure.action == Action::Full || session.open)
    {
        api::Status::Failed
    } else if session.is_pending(Action::Full) || (session.open && session.pending.is_some()) {
        api::Status::Generating
    } else if session.full.is_some() {
        api::Status::Completed
    } else {
        api::Status::NotStarted
    }
}

/// How far the full generation is, or what there is instead.
pub async fn progress(
    app: &App,
    caller: &Caller,
    session: &Session,
) -> Result<api::Progress, Failure> {
    let known = app
        .challenges
        .progress(&caller.tenant, session)
        .await
        .map_err(failure)?;
    // A run that failed is not where the one before it ended.
    if let Some(known) = known.filter(|_| state(session) != api::Status::Failed) {
        return Ok(api::Progress {
            stage: known.stage,
            percent: known.percent,
            message: known.message,
            elapsed: known.elapsed,
        });
    }
    let (stage, message) = match (&session.failure, &session.pending) {
        (Some(failure), _) => (
            "failed",
            format!(
                "The step '{}' failed: {}",
                failure.action.name(),
                failure.reason
            ),
        ),
        (None, Some(pending)) => (
            pending.action.name(),
            format!("The step '{}' is in progress.", pending.action.name()),
        ),
        (None, None) => ("not_started", "Full generation was not started.".to_owned()),
    };
    Ok(api::Progress {
        stage: stage.to_owned(),
        percent: 0,
        message,
        elapsed: 0.0,
    })
}

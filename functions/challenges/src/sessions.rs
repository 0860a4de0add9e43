//! Sessions as such: status, list, removal.

use axum::Json;
use axum::extract::State;
use chrono::SecondsFormat;
use http::StatusCode;
use millrace_api::challenge as api;
use millrace_api::error::Fault;
use millrace_challenge::rules;
use millrace_challenge::session::{Action, Phase, Session};
use millrace_challenge::store::StoreError;
use millrace_edge::{Caller, Failure, QueryFields};
use millrace_ports::PortError;
use serde::Deserialize;

use crate::app::{App, SessionId, both, failure};
use crate::generation;

/// `GET /api/challenge/session/{session_id}`
pub async fn status(
    caller: Caller,
    SessionId(id): SessionId,
    State(app): State<App>,
) -> Result<Json<api::SessionStatus>, Failure> {
    let session = app.session(&caller, &id).await?;
    let percent = generation::progress(&app, &caller, &session).await?.percent;
    let running = session.is_pending(Action::Full);
    let finished = session.full.as_ref().filter(|_| !running);
    Ok(Json(api::SessionStatus {
        current_phase: phase(rules::current_phase(&session)),
        created_at: session
            .created_at
            .to_rfc3339_opts(SecondsFormat::Secs, true),
        next_action: rules::next_action(&session),
        phase_status: api::PhaseStatus {
            phase1: api::ResearchPhase {
                completed: session.problem_approved,
                has_research: session.research.is_some(),
                has_problem: session.problem.is_some(),
            },
            phase2: api::SchemaPhase {
                completed: session.schema_approved,
                has_schema: session.schema.is_some(),
                validation_score: session.validation_score,
            },
            phase3: api::PreviewPhase {
                completed: session.preview_approved,
                has_preview: session.preview.is_some(),
                quality_score: session.quality_score,
            },
            phase4: api::GenerationPhase {
                completed: finished.is_some(),
                status: Some(generation::state(&session)),
                percent,
                overall_score: finished.map(|run| run.overall_score),
            },
            phase5: api::PackagePhase {
                completed: session.prepared && finished.is_some(),
                has_package: session.last.is_some(),
            },
        },
        session_id: session.id,
    }))
}

#[derive(Deserialize)]
struct ResearchDocument {
    research: api::Research,
}

#[derive(Deserialize)]
struct ProblemDocument {
    problem_statement: api::ProblemStatement,
}

/// `GET /api/challenge/phase1/status/{session_id}`
pub async fn phase1(
    caller: Caller,
    SessionId(id): SessionId,
    State(app): State<App>,
) -> Result<Json<api::Phase1Status>, Failure> {
    let session = app.session(&caller, &id).await?;
    let research = match &session.research {
        Some(document) => Some(
            app.document::<ResearchDocument>(&document.key)
                .await?
                .research,
        ),
        None => None,
    };
    let problem_statement = match &session.problem {
        Some(document) => Some(
            app.document::<ProblemDocument>(&document.key)
                .await?
                .problem_statement,
        ),
        None => None,
    };
    Ok(Json(api::Phase1Status {
        status: phase1_state(&session),
        phase: api::Phase::Phase1,
        problem_approved: session.problem_approved,
        has_research: research.is_some(),
        has_problem: problem_statement.is_some(),
        research,
        problem_statement,
        session_id: session.id,
    }))
}

fn phase1_state(session: &Session) -> api::Status {
    let in_phase1 = |action: Action| action.phase() == Phase::One;
    if session
        .failure
        .as_ref()
        .is_some_and(|failure| in_phase1(failure.action))
    {
        api::Status::Failed
    } else if session
        .pending
        .as_ref()
        .is_some_and(|pending| in_phase1(pending.action))
    {
        api::Status::InProgress
    } else if session.problem_approved {
        api::Status::Phase1Approved
    } else if session.problem.is_some() {
        api::Status::ProblemGenerated
    } else {
        api::Status::ResearchComplete
    }
}

/// `GET /api/challenge/sessions`
pub async fn list(
    caller: Caller,
    query: QueryFields,
    State(app): State<App>,
) -> Result<Json<api::SessionList>, Failure> {
    let limit = query.integer("limit", 1..=100, 20);
    let (limit, cursor) = both(
        limit.map_err(|fault| vec![fault]),
        query.text("cursor").map_err(|fault| vec![fault]),
    )?;
    let page = app
        .challenges
        .list(&caller.tenant, limit, cursor.map(str::to_owned))
        .await
        .map_err(|error| match error {
            // Only the cursor comes from the caller.
            StoreError::Port(PortError::Invalid { .. }) if cursor.is_some() => Failure::from(
                Fault::new("cursor", "value", "cursor must be next_cursor of a page"),
            ),
            other => failure(other),
        })?;
    let sessions = page
        .sessions
        .into_iter()
        .map(|session| api::SessionSummary {
            current_phase: phase(rules::current_phase(&session)),
            created_at: session
                .created_at
                .to_rfc3339_opts(SecondsFormat::Secs, true),
            next_action: rules::next_action(&session),
            domain: session.brief.domain,
            function: session.brief.function,
            session_id: session.id,
        })
        .collect();
    Ok(Json(api::SessionList {
        sessions,
        next_cursor: page.next,
    }))
}

/// `DELETE /api/challenge/session/{session_id}`
pub async fn remove(
    caller: Caller,
    SessionId(id): SessionId,
    State(app): State<App>,
) -> Result<StatusCode, Failure> {
    app.challenges
        .remove(&caller.tenant, &id)
        .await
        .map_err(failure)?;
    Ok(StatusCode::NO_CONTENT)
}

fn phase(phase: Phase) -> api::Phase {
    match phase {
        Phase::One => api::Phase::Phase1,
        Phase::Two => api::Phase::Phase2,
        Phase::Three => api::Phase::Phase3,
        Phase::Four => api::Phase::Phase4,
        Phase::Five => api::Phase::Phase5,
    }
}

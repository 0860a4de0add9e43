//! The order of the steps. Pure: a session in, a decision or a refusal out.

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::session::{Action, Document, Failure, FullRun, Pending, Phase, Session};

/// Why a step may not be taken now; the text says what to do first.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct Refusal(pub String);

fn refuse(reason: &str) -> Refusal {
    Refusal(reason.to_owned())
}

/// Records the wish for `action`, if its time has come.
///
/// What was made before stays until the new result is there, so that a failed stage loses nothing.
///
/// # Errors
/// [`Refusal`] where an earlier step is missing or another one is under way.
pub fn request(session: &mut Session, action: Action, now: DateTime<Utc>) -> Result<(), Refusal> {
    if let Some(pending) = &session.pending {
        return Err(Refusal(if pending.action == Action::Full {
            "Full generation is running: wait for it, or POST /api/challenge/phase4/cancel first"
                .to_owned()
        } else {
            format!(
                "The step '{}' is still in progress: wait for its result first",
                pending.action.name()
            )
        }));
    }
    match action {
        Action::Research => return Err(refuse("Research is made once for each session")),
        Action::Problem if session.research.is_none() => {
            return Err(refuse(
                "Research must be completed first: POST /api/challenge/phase1/research",
            ));
        }
        Action::Schema if !session.problem_approved => {
            return Err(refuse("Problem statement must be approved first"));
        }
        Action::Preview if !session.schema_approved => {
            return Err(refuse("Schema must be approved first"));
        }
        Action::Full if !session.preview_approved => {
            return Err(refuse("Preview must be approved first"));
        }
        Action::Problem | Action::Schema | Action::Preview | Action::Full => {}
    }
    session.failure = None;
    session.pending = Some(Pending {
        action,
        requested_at: now,
    });
    Ok(())
}

/// Records the approval of a phase. Approving twice is the same success.
///
/// # Errors
/// [`Refusal`] where there is nothing to approve, or it is being made anew.
pub fn approve(session: &mut Session, phase: Phase) -> Result<(), Refusal> {
    let (action, missing) = match phase {
        Phase::One => (
            Action::Problem,
            "Problem statement must be generated first: POST /api/challenge/phase1/generate-problem",
        ),
        Phase::Two => (
            Action::Schema,
            "Schema must be generated first: POST /api/challenge/phase2/generate-schema",
        ),
        Phase::Three => (
            Action::Preview,
            "Preview must be generated first: POST /api/challenge/phase3/generate-preview",
        ),
        Phase::Four | Phase::Five => return Err(refuse("This phase needs no approval")),
    };
    if session.document(action).is_none() {
        return Err(refuse(missing));
    }
    if session
        .pending
        .as_ref()
        .is_some_and(|pending| pending.action.phase() <= phase)
    {
        return Err(refuse(
            "A new version is being generated: wait for its result before approving it",
        ));
    }
    match phase {
        Phase::One => session.problem_approved = true,
        Phase::Two => session.schema_approved = true,
        _ => session.preview_approved = true,
    }
    Ok(())
}

/// Puts the result of `action` in place; whatever was built on the former one is gone.
pub fn finish(session: &mut Session, action: Action, key: String) {
    session.pending = None;
    session.failure = None;
    let document = Some(Document {
        key,
        delivered: false,
    });
    match action {
        Action::Research => session.research = document,
        Action::Problem => session.problem = document,
        Action::Schema => session.schema = document,
        Action::Preview => session.preview = document,
        Action::Full => {}
    }
    if matches!(action, Action::Research | Action::Problem) {
        session.problem_approved = false;
        session.schema = None;
        session.validation_score = None;
    }
    if matches!(action, Action::Research | Action::Problem | Action::Schema) {
        session.schema_approved = false;
        session.preview = None;
        session.quality_score = None;
    }
    if action != Action::Full {
        session.preview_approved = false;
        session.full = None;
        session.prepared = false;
    }
    if session.open {
        open_gate(session, action);
    }
}

/// With open gates a result is approved by being there, and the next step is under way.
fn open_gate(session: &mut Session, action: Action) {
    let next = match action {
        Action::Research => Action::Problem,
        Action::Problem => {
            session.problem_approved = true;
            Action::Schema
        }
        Action::Schema => {
            session.schema_approved = true;
            Action::Preview
        }
        Action::Preview => {
            session.preview_approved = true;
            Action::Full
        }
        Action::Full => return,
    };
    session.pending = Some(Pending {
        action: next,
        requested_at: session.updated_at,
    });
}

/// Publishes a full run.
pub fn publish(session: &mut Session, run: FullRun) {
    session.pending = None;
    session.failure = None;
    session.last = Some(run.clone());
    session.full = Some(run);
    session.prepared = false;
}

/// Ends the pending step with a reason; everything approved stays.
pub fn fail(session: &mut Session, action: Action, reason: String) {
    session.pending = None;
    session.failure = Some(Failure {
        action,
        reason,
        delivered: false,
    });
}

/// Stops a running full generation; a late execution can no longer write.
///
/// # Errors
/// [`Refusal`] where none runs.
pub fn cancel(session: &mut Session) -> Result<(), Refusal> {
    if !session.is_pending(Action::Full) {
        return Err(refuse("No full generation is running"));
    }
    session.pending = None;
    session.revision += 1;
    session.open = false;
    Ok(())
}

/// The furthest phase that the session has entered.
#[must_use]
pub fn current_phase(session: &Session) -> Phase {
    if session.full.is_some() && !session.is_pending(Action::Full) {
        Phase::Five
    } else if session.preview_approved {
        Phase::Four
    } else if session.schema_approved {
        Phase::Three
    } else if session.problem_approved {
        Phase::Two
    } else {
        Phase::One
    }
}

/// The call that leads on.
#[must_use]
pub fn next_action(session: &Session) -> String {
    let id = &session.id;
    if session.is_pending(Action::Full) {
        return format!("GET /api/challenge/phase4/status/{id}");
    }
    if session.is_pending(Action::Research) {
        return format!("GET /api/challenge/phase1/status/{id}");
    }
    if session.full.is_some() {
        return if session.prepared {
            format!("GET /api/challenge/phase5/download/{id}")
        } else {
            format!("GET /api/challenge/phase5/prepare/{id}")
        };
    }
    let call = if session.research.is_none() {
        "phase1/research"
    } else if session.problem.is_none() {
        "phase1/generate-problem"
    } else if !session.problem_approved {
        "phase1/approve"
    } else if session.schema.is_none() {
        "phase2/generate-schema"
    } else if !session.schema_approved {
        "phase2/approve"
    } else if session.preview.is_none() {
        "phase3/generate-preview"
    } else if !session.preview_approved {
        "phase3/approve"
    } else {
        "phase4/generate-full"
    };
    format!("POST /api/challenge/{call}")
}

#[cfg(test)]
mod tests;

//! Phase 5: the package and its parts.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use millrace_api::challenge as api;
use millrace_challenge::session::{Action, FullRun, Session};
use millrace_edge::{Caller, Failure};
use millrace_ports::Disposition;

use crate::app::{App, SessionId, failure};

/// Largest body that the platform carries safely; above it the answer is a link.
const INLINE_BYTES: u64 = 4 << 20;

const ZIP: &str = "application/zip";
const PDF: &str = "application/pdf";

/// `GET /api/challenge/phase5/prepare/{session_id}`
pub async fn prepare(
    caller: Caller,
    SessionId(id): SessionId,
    State(app): State<App>,
) -> Result<Json<api::PrepareResponse>, Failure> {
    let session = app
        .challenges
        .prepare(&caller.tenant, &id)
        .await
        .map_err(failure)?;
    let run = finished(&session)?;
    Ok(Json(api::PrepareResponse {
        phase: api::Phase::Phase5,
        status: api::Status::Ready,
        package: api::Package {
            csv_files: run.csv_files.clone(),
            pdf_report: "quality_report.pdf".to_owned(),
            excel_report: "analytical_answers.xlsx".to_owned(),
            data_dictionary: "data_dictionary.txt".to_owned(),
            readme: "README.txt".to_owned(),
            zip_path: run.zip.clone(),
        },
        download_url: format!("/api/challenge/phase5/download/{}", session.id),
        session_id: session.id,
    }))
}

/// `GET /api/challenge/phase5/download/{session_id}`
pub async fn package(
    caller: Caller,
    SessionId(id): SessionId,
    State(app): State<App>,
) -> Result<Response, Failure> {
    let session = app.session(&caller, &id).await?;
    if finished(&session).is_ok() && !session.prepared {
        return Err(Failure::bad_request(format!(
            "Package must be prepared first: GET /api/challenge/phase5/prepare/{id}"
        )));
    }
    let name = format!("{}_{id}.zip", app.package_name);
    deliver(&app, &last(&session)?.zip, &name, ZIP).await
}

/// `GET /api/report/download/{session_id}`
pub async fn report(
    caller: Caller,
    SessionId(id): SessionId,
    State(app): State<App>,
) -> Result<Response, Failure> {
    let session = app.session(&caller, &id).await?;
    deliver(
        &app,
        &last(&session)?.pdf,
        &format!("quality_report_{id}.pdf"),
        PDF,
    )
    .await
}

/// `GET /api/download/{session_id}`
pub async fn datasets(
    caller: Caller,
    SessionId(id): SessionId,
    State(app): State<App>,
) -> Result<Response, Failure> {
    let session = app.session(&caller, &id).await?;
    deliver(
        &app,
        &last(&session)?.csv_zip,
        &format!("datasets_{id}.zip"),
        ZIP,
    )
    .await
}

/// The finished run of a session, unless a new one is under way.
pub fn finished(session: &Session) -> Result<&FullRun, Failure> {
    session
        .full
        .as_ref()
        .filter(|_| !session.is_pending(Action::Full))
        .ok_or_else(unfinished)
}

/// The run whose files can be had: they stay until the next run ends.
fn last(session: &Session) -> Result<&FullRun, Failure> {
    session.last.as_ref().ok_or_else(unfinished)
}

fn unfinished() -> Failure {
    Failure::bad_request(
        "Full generation must be completed first: POST /api/challenge/phase4/generate-full",
    )
}

/// The object itself, or where to get it.
async fn deliver(
    app: &App,
    key: &str,
    file_name: &str,
    content_type: &str,
) -> Result<Response, Failure> {
    let size = app
        .challenges
        .store()
        .objects()
        .size(key)
        .await
        .map_err(|error| failure(error.into()))?;
    if size.unwrap_or(0) > INLINE_BYTES {
        let url = app
            .challenges
            .link(key, file_name, content_type)
            .await
            .map_err(failure)?;
        return Ok((StatusCode::FOUND, [(header::LOCATION, url)]).into_response());
    }
    let bytes = app.challenges.object(key).await.map_err(failure)?;
    let disposition = Disposition::attachment(file_name, content_type).header();
    let headers = [
        (header::CONTENT_TYPE, content_type.to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, bytes).into_response())
}

/// A brand as the first part of a file name: `Codebasics Data Factory` names `codebasics_data_challenge`.
pub fn package_name(brand: &str) -> String {
    let mut words: Vec<String> = brand
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty() && !word.eq_ignore_ascii_case("factory"))
        .map(str::to_ascii_lowercase)
        .collect();
    words.push("challenge".to_owned());
    words.join("_")
}

//! Uploads in parts.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use http::StatusCode;
use millrace_api::files as api;
use millrace_edge::{Failure, JobId, JsonBody, OptionalJsonBody, QueryFields, SignedIn};
use millrace_files::SentPart;

use crate::app::{App, failure};
use crate::handlers::{secret, shown};

/// `POST /api/v1/jobs/{job_id}/multipart`
pub async fn begin(
    caller: SignedIn,
    id: JobId,
    State(app): State<App>,
    OptionalJsonBody(body): OptionalJsonBody,
) -> Result<Json<api::MultipartResponse>, Failure> {
    api::check_empty(body.as_ref())?;
    let begun = app
        .files
        .begin_multipart(&caller.tenant()?, &id.known()?)
        .await;
    let begun = begun.map_err(failure)?;
    Ok(Json(api::MultipartResponse {
        upload_id: begun.upload_id,
        part_size: begun.part_size,
    }))
}

/// `GET /api/v1/jobs/{job_id}/multipart/parts`
pub async fn parts(
    caller: SignedIn,
    id: JobId,
    query: QueryFields,
    State(app): State<App>,
) -> Result<impl IntoResponse, Failure> {
    let from = query.integer("from", api::PART_NUMBERS, 1);
    let count = query.integer("count", api::PART_COUNTS, 100);
    let (Ok(from), Ok(count)) = (&from, &count) else {
        let faults = [from.err(), count.err()];
        return Err(Failure::invalid(faults.into_iter().flatten().collect()));
    };
    let (owner, id) = (caller.tenant()?, id.known()?);
    let urls = app.files.part_urls(&owner, &id, *from, *count).await;
    let parts = urls.map_err(failure)?.into_iter().map(|part| api::PartUrl {
        part_number: part.part_number,
        url: part.url,
    });
    Ok(secret(api::PartUrlsResponse {
        parts: parts.collect(),
    }))
}

/// `POST /api/v1/jobs/{job_id}/multipart/complete`
pub async fn complete(
    caller: SignedIn,
    id: JobId,
    State(app): State<App>,
    JsonBody(body): JsonBody,
) -> Result<Json<api::JobResponse>, Failure> {
    let api::CompletedParts(parts) = api::CompletedParts::from_value(&body)?;
    let parts = parts.into_iter().map(|part| SentPart {
        part_number: part.part_number,
        etag: part.etag,
    });
    let parts: Vec<SentPart> = parts.collect();
    let (owner, id) = (caller.tenant()?, id.known()?);
    let job = app.files.complete_multipart(&owner, &id, &parts).await;
    shown(&app, job.map_err(failure)?)
}

/// `DELETE /api/v1/jobs/{job_id}/multipart`
pub async fn abort(
    caller: SignedIn,
    id: JobId,
    State(app): State<App>,
) -> Result<StatusCode, Failure> {
    let aborted = app
        .files
        .abort_multipart(&caller.tenant()?, &id.known()?)
        .await;
    aborted.map_err(failure)?;
    Ok(StatusCode::NO_CONTENT)
}

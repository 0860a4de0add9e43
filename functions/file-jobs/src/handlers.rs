//! One function a route. What a call holds is read before its job is looked for.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use millrace_api::error::Fault;
use millrace_api::files as api;
use millrace_edge::{Failure, JobId, JsonBody, OptionalJsonBody, QueryFields, SignedIn};
use millrace_files::{Download, FileError, FileJob, NewFile};
use millrace_jobs::JobError;
use millrace_ports::PortError;

use crate::app::{App, failure};
use crate::{show, steps};

/// Where a list goes on.
const NEXT_CURSOR: HeaderName = HeaderName::from_static("x-next-cursor");

/// A job as an answer.
pub fn shown(app: &App, job: FileJob) -> Result<Json<api::JobResponse>, Failure> {
    show::job(job, app.files.jobs().now()).map(Json)
}

/// An answer with a URL that lets anyone in: no cache may keep it.
pub fn secret<B>(body: B) -> ([(HeaderName, HeaderValue); 1], Json<B>) {
    let no_store = HeaderValue::from_static("no-store");
    ([(header::CACHE_CONTROL, no_store)], Json(body))
}

/// `POST /api/v1/jobs`
pub async fn create(
    caller: SignedIn,
    State(app): State<App>,
    JsonBody(body): JsonBody,
) -> Result<Response, Failure> {
    let input = api::JobCreate::from_value(&body, app.max_upload_bytes);
    let of_steps = steps::faults(&body);
    let input = match input {
        Ok(input) if of_steps.is_empty() => input,
        other => {
            let faults = other.err().into_iter().flatten().chain(of_steps);
            return Err(Failure::invalid(faults.collect()));
        }
    };
    let mut file = NewFile::new(
        input.file_name,
        input.original_file_size_bytes,
        input.processing_steps.to_string(),
    );
    file.input_options = input.input.map(|options| options.to_string());
    if let Some(rows) = input.max_rejected_rows {
        file.max_rejected_rows = rows;
    }
    let job = app.files.create(&caller.tenant()?, file).await;
    let job = job.map_err(failure)?;
    let location = HeaderValue::from_str(&format!("/api/v1/jobs/{}", job.id));
    let location = [(header::LOCATION, location.map_err(Failure::internal)?)];
    Ok((StatusCode::CREATED, location, shown(&app, job)?).into_response())
}

/// `GET /api/v1/jobs`
pub async fn list(
    caller: SignedIn,
    query: QueryFields,
    State(app): State<App>,
) -> Result<Response, Failure> {
    let skip = query.integer("skip", 0..=10_000, 0);
    let limit = query.integer("limit", 1..=100, 100);
    let cursor = query.text("cursor");
    let (Ok(skip), Ok(limit), Ok(cursor)) = (&skip, &limit, &cursor) else {
        let faults = [skip.err(), limit.err(), cursor.err()];
        return Err(Failure::invalid(faults.into_iter().flatten().collect()));
    };
    let owner = caller.tenant()?;
    let page = app
        .files
        .list(&owner, *skip, *limit, cursor.map(str::to_owned));
    let page = page.await.map_err(|error| match error {
        // Only the cursor comes from the caller.
        FileError::Job(JobError::Port(PortError::Invalid { .. })) if cursor.is_some() => {
            Fault::new("cursor", "value", "cursor must be X-Next-Cursor of a page").into()
        }
        other => failure(other),
    })?;
    let now = app.files.jobs().now();
    let jobs = page.jobs.into_iter().map(|job| show::job(job, now));
    let jobs = api::JobList(jobs.collect::<Result<_, _>>()?);
    let next = page.next.and_then(|next| HeaderValue::from_str(&next).ok());
    let mut response = Json(jobs).into_response();
    response
        .headers_mut()
        .extend(next.map(|next| (NEXT_CURSOR, next)));
    Ok(response)
}

/// `GET /api/v1/jobs/{job_id}`
pub async fn show(
    caller: SignedIn,
    id: JobId,
    State(app): State<App>,
) -> Result<Json<api::JobResponse>, Failure> {
    let job = app.files.load(&caller.tenant()?, &id.known()?).await;
    shown(&app, job.map_err(failure)?)
}

/// `DELETE /api/v1/jobs/{job_id}`
pub async fn remove(
    caller: SignedIn,
    id: JobId,
    State(app): State<App>,
) -> Result<StatusCode, Failure> {
    let removed = app.files.remove(&caller.tenant()?, &id.known()?).await;
    removed.map_err(failure)?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/v1/jobs/{job_id}/upload-url`
pub async fn upload_url(
    caller: SignedIn,
    id: JobId,
    State(app): State<App>,
    OptionalJsonBody(body): OptionalJsonBody,
) -> Result<impl IntoResponse, Failure> {
    api::check_empty(body.as_ref())?;
    let url = app.files.upload_url(&caller.tenant()?, &id.known()?).await;
    Ok(secret(api::UploadUrlResponse {
        upload_url: url.map_err(failure)?,
    }))
}

/// `POST /api/v1/jobs/{job_id}/mark-uploaded`
pub async fn mark_uploaded(
    caller: SignedIn,
    id: JobId,
    State(app): State<App>,
    JsonBody(body): JsonBody,
) -> Result<Json<api::JobResponse>, Failure> {
    let input = api::MarkUploaded::from_value(&body)?;
    let (owner, id) = (caller.tenant()?, id.known()?);
    let job = app
        .files
        .mark_uploaded(&owner, &id, &input.object_key)
        .await;
    shown(&app, job.map_err(failure)?)
}

/// `POST /api/v1/jobs/{job_id}/download-url`
pub async fn download_url(
    caller: SignedIn,
    id: JobId,
    State(app): State<App>,
    OptionalJsonBody(body): OptionalJsonBody,
) -> Result<impl IntoResponse, Failure> {
    let input = api::DownloadUrlInput::from_value(body.as_ref())?;
    let which = match input.file {
        None | Some(api::DownloadFile::Output) => Download::Output,
        Some(api::DownloadFile::Rejects) => Download::Rejects,
    };
    let (owner, id) = (caller.tenant()?, id.known()?);
    let url = app.files.download_url(&owner, &id, which).await;
    Ok(secret(api::DownloadUrlResponse {
        download_url: url.map_err(failure)?,
    }))
}

/// `POST /api/v1/jobs/{job_id}/cancel`
pub async fn cancel(
    caller: SignedIn,
    id: JobId,
    State(app): State<App>,
    OptionalJsonBody(body): OptionalJsonBody,
) -> Result<Json<api::JobResponse>, Failure> {
    api::check_empty(body.as_ref())?;
    let job = app.files.cancel(&caller.tenant()?, &id.known()?).await;
    shown(&app, job.map_err(failure)?)
}

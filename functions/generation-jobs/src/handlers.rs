//! Jobs: one function a route. What a call holds is read before its job is looked for.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use millrace_api::error::Fault;
use millrace_api::generation as api;
use millrace_edge::{Failure, JobId, JsonBody, QueryFields, SignedIn};
use millrace_generation::{GenerationError, GenerationJob, RequestKey};
use millrace_ports::Tenant;
use serde_json::Value;
use tokio::time::Instant;

use crate::app::{App, failure};
use crate::query::Page;
use crate::show;

/// By what a call can name itself.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Most characters of such a name.
const KEY_CHARACTERS: usize = 255;
/// How often a call that waits looks at its job.
const LOOK_EVERY: Duration = Duration::from_millis(100);

const DONE: Json<api::GenerationSuccess> = Json(api::GenerationSuccess { success: true });

impl App {
    /// What a caller hears of an error.
    pub fn failure(&self, error: GenerationError) -> Failure {
        failure(error, self.generation.jobs().now())
    }

    /// Waits until a job stands still; whether it does.
    async fn ends(&self, owner: &Tenant, id: &str) -> Result<bool, Failure> {
        let begun = Instant::now();
        loop {
            let job = self.generation.load(owner, id).await;
            if !job.map_err(|error| self.failure(error))?.state.is_live() {
                return Ok(true);
            }
            if begun.elapsed() >= self.wait {
                return Ok(false);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn shown(&self, job: GenerationJob) -> Result<api::GenerationJob, Failure> {
        let output = job.detail.output.as_ref();
        let url = match output {
            Some(output) => {
                let url = self
                    .generation
                    .download_url(&output.place, &output.content_type);
                url.await.map_err(|error| self.failure(error))?
            }
            None => None,
        };
        show::job(job, url)
    }
}

/// `POST /api/data-generation/jobs`
pub async fn create(
    caller: SignedIn,
    State(app): State<App>,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, Failure> {
    let (wish, mut faults) = api::GenerationCreate::read(&body)?;
    let request = request_key(&headers, &body);
    faults.extend(request.as_ref().err().cloned());
    let wish = app.generation.check(wish, faults);
    let wish = wish.map_err(|error| app.failure(error))?;
    let (owner, waits) = (caller.tenant()?, wish.waits());
    let job = app.generation.accept(&owner, wish, request?).await;
    let job_id = job.map_err(|error| app.failure(error))?.id;
    let status = match waits {
        false => StatusCode::CREATED,
        true if app.ends(&owner, &job_id).await? => StatusCode::OK,
        true => StatusCode::ACCEPTED,
    };
    let location = HeaderValue::from_str(&format!("/api/data-generation/jobs/{job_id}"));
    let location = [(header::LOCATION, location.map_err(Failure::internal)?)];
    Ok((status, location, Json(api::GenerationCreated { job_id })).into_response())
}

/// The name that a call gives itself, where it does.
fn request_key(headers: &HeaderMap, body: &Value) -> Result<Option<RequestKey>, Fault> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    let key = value.to_str().ok().map(str::trim);
    match key.filter(|key| (1..=KEY_CHARACTERS).contains(&key.len())) {
        Some(key) => Ok(Some(RequestKey::new(key, &body.to_string()))),
        None => {
            let message = format!("Idempotency-Key must be 1 to {KEY_CHARACTERS} plain characters");
            Err(Fault::new("Idempotency-Key", "value", message))
        }
    }
}

/// `GET /api/data-generation/jobs`
pub async fn list(
    caller: SignedIn,
    query: QueryFields,
    State(app): State<App>,
) -> Result<Json<api::GenerationJobs>, Failure> {
    let page = Page::read(&query)?;
    let owner = caller.tenant()?;
    let found = app
        .generation
        .history(&owner, &page.filter, page.offset, page.limit)
        .await;
    let mut jobs = Vec::new();
    for job in found.map_err(|error| app.failure(error))? {
        jobs.push(show::in_brief(app.shown(job).await?));
    }
    Ok(Json(api::GenerationJobs { jobs }))
}

/// `GET /api/data-generation/jobs/{jobId}`
pub async fn show(
    caller: SignedIn,
    id: JobId,
    State(app): State<App>,
) -> Result<Json<api::GenerationJob>, Failure> {
    let job = app.generation.load(&caller.tenant()?, &id.known()?).await;
    let job = job.map_err(|error| app.failure(error))?;
    app.shown(job).await.map(Json)
}

/// `DELETE /api/data-generation/jobs/{jobId}`
pub async fn cancel(
    caller: SignedIn,
    id: JobId,
    State(app): State<App>,
) -> Result<Json<api::GenerationSuccess>, Failure> {
    let cancelled = app.generation.cancel(&caller.tenant()?, &id.known()?).await;
    cancelled.map_err(|error| app.failure(error))?;
    Ok(DONE)
}

/// `POST /api/data-generation/jobs/{jobId}?action=…`
pub async fn act(
    caller: SignedIn,
    id: JobId,
    query: QueryFields,
    State(app): State<App>,
) -> Result<Json<api::GenerationSuccess>, Failure> {
    let action = query.required("action")?;
    let resumes = match action {
        "resume" => true,
        "pause" => false,
        _ => return Err(Fault::new("action", "value", "action must be resume or pause").into()),
    };
    let (owner, id) = (caller.tenant()?, id.known()?);
    let done = if resumes {
        app.generation.resume(&owner, &id).await
    } else {
        app.generation.pause(&owner, &id).await
    };
    done.map_err(|error| app.failure(error))?;
    Ok(DONE)
}

/// `GET /api/data-generation/jobs/{jobId}/events`
pub async fn events(
    caller: SignedIn,
    id: JobId,
    query: QueryFields,
    State(app): State<App>,
) -> Result<Json<api::GenerationEvents>, Failure> {
    let limit = query.integer("limit", 1..=1000, 100);
    let offset = query.integer("offset", 0..=10_000, 0);
    let (Ok(limit), Ok(offset)) = (&limit, &offset) else {
        let faults = [limit.err(), offset.err()];
        return Err(Failure::invalid(faults.into_iter().flatten().collect()));
    };
    let events = app.generation.events(&caller.tenant()?, &id.known()?).await;
    let events = events.map_err(|error| app.failure(error))?.into_iter();
    let page = events.skip(*offset as usize).take(*limit as usize);
    Ok(Json(api::GenerationEvents {
        events: page.map(show::event).collect(),
    }))
}

//! What a customer may use: types, uploads, limits, retention.

use axum::Json;
use axum::extract::State;
use millrace_api::generation as api;
use millrace_edge::{Failure, JsonBody, SignedIn};
use millrace_generation::Retention;

use crate::app::App;
use crate::show::time;

/// `GET /api/data-generation/types`
pub async fn types(_: SignedIn, State(app): State<App>) -> Json<api::RecordTypes> {
    Json(api::RecordTypes {
        types: app.generation.types(),
    })
}

/// `POST /api/data-generation/upload-url`
pub async fn upload_url(
    caller: SignedIn,
    State(app): State<App>,
    JsonBody(body): JsonBody,
) -> Result<Json<api::InputUpload>, Failure> {
    let input = api::InputUploadCreate::from_value(&body)?;
    let upload = app
        .generation
        .upload_url(&caller.tenant()?, &input.filename)
        .await;
    let upload = upload.map_err(|error| app.failure(error))?;
    Ok(Json(api::InputUpload {
        upload_url: upload.url,
        headers: [("Content-Type".to_owned(), input.content_type)].into(),
        bucket: upload.place.bucket,
        path: upload.place.key,
        expires_at: time(upload.expires_at),
    }))
}

/// `GET /api/data-generation/rate-limits`
pub async fn rate_limits(
    caller: SignedIn,
    State(app): State<App>,
) -> Result<Json<api::GenerationRateLimits>, Failure> {
    let owner = caller.tenant()?;
    let slots = app.generation.slots(&owner).await;
    let slots = slots.map_err(|error| app.failure(error))?;
    let settings = app.generation.settings();
    let cooling = slots.cooling().map(|(job, until)| api::CooldownJob {
        job_id: job.to_owned(),
        cooldown_until: time(until),
    });
    Ok(Json(api::GenerationRateLimits {
        customer_id: owner.as_str().to_owned(),
        current_jobs: slots.current(),
        max_jobs: settings.max_jobs,
        cooldown_period: u32::try_from(settings.cooldown.num_seconds()).unwrap_or(u32::MAX),
        cooldown_jobs: cooling.collect(),
    }))
}

/// `GET /api/data-generation/retention`
pub async fn retention(
    caller: SignedIn,
    State(app): State<App>,
) -> Result<Json<api::RetentionPolicy>, Failure> {
    let retention = app.generation.retention(&caller.tenant()?).await;
    let retention = retention.map_err(|error| app.failure(error))?;
    Ok(Json(api::RetentionPolicy {
        retention_days: retention.days,
    }))
}

/// `PUT /api/data-generation/retention`
pub async fn set_retention(
    caller: SignedIn,
    State(app): State<App>,
    JsonBody(body): JsonBody,
) -> Result<Json<api::RetentionUpdated>, Failure> {
    let days = api::RetentionPolicy::from_value(&body)?.retention_days;
    let set = app
        .generation
        .set_retention(&caller.tenant()?, Retention { days })
        .await;
    set.map_err(|error| app.failure(error))?;
    Ok(Json(api::RetentionUpdated {
        success: true,
        retention_days: days,
    }))
}

//! A job in the document's words.

use chrono::{DateTime, SecondsFormat, Utc};
use millrace_api::generation as api;
use millrace_edge::Failure;
use millrace_generation::{GenerationJob, resume_until};
use millrace_jobs::{Detail, RecordedEvent, State};
use serde_json::Value;

/// A job as its owner sees it, with a link to its output where there is one.
pub fn job(job: GenerationJob, output_url: Option<String>) -> Result<api::GenerationJob, Failure> {
    let output = job.detail.output.as_ref();
    Ok(api::GenerationJob {
        status: status(job.state),
        progress: match job.state {
            State::Succeeded => 100,
            _ => job.detail.stages.percent(),
        },
        start_time: time(job.created_at),
        last_updated: time(job.updated_at),
        stages: stages(&job),
        metadata: api::GenerationMetadata {
            input_size: job.detail.input_bytes,
            retry_count: job.run.saturating_sub(1),
            seed: job.detail.seed,
        },
        configuration: configuration(&job)?,
        error: error(&job),
        resume_until: resume_until(&job).map(time),
        output_url,
        output_bucket: output.map(|output| output.place.bucket.clone()),
        output_path: output.map(|output| output.place.key.clone()),
        output_rows: output.map(|output| output.rows),
        output_bytes: output.map(|output| output.bytes),
        quality: json(job.detail.quality.as_deref())?,
        warnings: job.warnings,
        job_id: job.id,
    })
}

/// The same in a list, which says of the quality no more than its scores.
pub fn in_brief(mut job: api::GenerationJob) -> api::GenerationJob {
    if let Some(Value::Object(quality)) = &mut job.quality {
        quality.retain(|_, value| !value.is_array());
    }
    job
}

/// An event as the owner of its job sees it.
pub fn event(event: RecordedEvent) -> api::GenerationEvent {
    let state = State::ALL
        .into_iter()
        .find(|state| state.as_str() == event.state);
    api::GenerationEvent {
        time: time(event.at),
        event: event.name,
        status: status(state.unwrap_or(State::Queued)),
        run: event.run,
        attempt: event.attempt,
    }
}

/// A time as everywhere in this API.
pub fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn status(state: State) -> api::GenerationJobStatus {
    match state {
        State::Created | State::Queued => api::GenerationJobStatus::Queued,
        State::Running | State::Cancelling => api::GenerationJobStatus::Running,
        State::Paused => api::GenerationJobStatus::Paused,
        State::Succeeded => api::GenerationJobStatus::Completed,
        State::Failed => api::GenerationJobStatus::Failed,
        State::Cancelled => api::GenerationJobStatus::Cancelled,
    }
}

/// Why it failed, or waits although nobody paused it.
fn error(job: &GenerationJob) -> Option<api::GenerationError> {
    if let Some(failure) = &job.failure {
        return Some(api::GenerationError {
            code: failure.code.clone(),
            message: failure.message.clone(),
        });
    }
    let (deadline, paused) = (job.deadline()?, job.ended_at?);
    let seconds = job.detail.time_limit()?.num_seconds();
    let timed_out = job.state == State::Paused && paused >= deadline;
    timed_out.then(|| api::GenerationError {
        code: "TIMEOUT".to_owned(),
        message: format!(
            "The run took longer than its timeout of {seconds} s and was paused with what it has: resume it \
             to go on"
        ),
    })
}

/// A stage that is not done stands where its job does; that of a job which is queued again waits as well.
fn stages(job: &GenerationJob) -> Vec<api::GenerationStage> {
    let stopped = matches!(job.state, State::Failed | State::Cancelled);
    let entries = job.detail.stages.entries().iter();
    let shown = entries.map(|entry| {
        let ended = entry.ended_at.or(job.ended_at.filter(|_| stopped));
        api::GenerationStage {
            name: entry.stage.as_str().to_owned(),
            status: match entry.ended_at {
                Some(_) => api::GenerationJobStatus::Completed,
                None => status(job.state),
            },
            start_time: time(entry.started_at),
            end_time: ended.map(time),
            progress: entry.percent,
        }
    });
    shown.collect()
}

fn configuration(job: &GenerationJob) -> Result<api::GenerationConfiguration, Failure> {
    let detail = &job.detail;
    Ok(api::GenerationConfiguration {
        data_type: detail.data_type.clone(),
        data_size: detail.data_size,
        input_format: detail.input_format,
        output_format: detail.output_format,
        input_bucket: detail.input_bucket.clone(),
        output_bucket: detail.output_bucket.clone(),
        input_path: detail.input_path.clone(),
        output_path: detail.output_path.clone(),
        is_async: detail.is_async,
        timeout: detail.timeout,
        resume_window: detail.resume_window,
        parameters: json(detail.parameters.as_deref())?,
        project_id: detail.project_id.clone(),
    })
}

fn json(text: Option<&str>) -> Result<Option<Value>, Failure> {
    text.map(serde_json::from_str)
        .transpose()
        .map_err(Failure::internal)
}

//! A job in the document's words.

use chrono::{DateTime, SecondsFormat, Utc};
use millrace_api::files::{JobProgress, JobResponse, JobStatus};
use millrace_edge::Failure;
use millrace_files::{FileJob, Output, input_key};
use millrace_jobs::State;

/// A job as its owner sees it at `now`.
pub fn job(job: FileJob, now: DateTime<Utc>) -> Result<JobResponse, Failure> {
    let shown = |file: &Option<Output>| file.as_ref().map(|file| file.key.clone());
    Ok(JobResponse {
        status: status(job.state),
        processing_steps: serde_json::from_str(&job.detail.steps).map_err(Failure::internal)?,
        created_at: time(job.created_at),
        updated_at: time(job.updated_at),
        input_object_key: job
            .detail
            .input
            .as_ref()
            .map(|_| input_key(&job.id, &job.detail.file_name)),
        output_object_key: shown(&job.detail.output),
        rejects_object_key: shown(&job.detail.rejects),
        error_message: job.failure.as_ref().map(|failure| failure.message.clone()),
        error_code: job.failure.as_ref().map(|failure| failure.code.clone()),
        rejected_rows: job.progress.rows_rejected,
        progress: progress(&job, now),
        warnings: job.warnings,
        user_id: job.owner.as_str().to_owned(),
        original_file_size_bytes: job.detail.announced_bytes,
        file_name: job.detail.file_name,
        id: job.id,
    })
}

fn status(state: State) -> JobStatus {
    match state {
        State::Created => JobStatus::Pending,
        // File jobs are not paused; one that was would wait for a worker.
        State::Queued | State::Paused => JobStatus::Queued,
        State::Running => JobStatus::Running,
        State::Cancelling => JobStatus::CancellationRequested,
        State::Succeeded => JobStatus::Completed,
        State::Failed => JobStatus::Failed,
        State::Cancelled => JobStatus::Cancelled,
    }
}

fn progress(job: &FileJob, now: DateTime<Utc>) -> Option<JobProgress> {
    if job.attempt == 0 {
        return None;
    }
    let progress = &job.progress;
    let left = progress.estimated_end.map(|end| (end - now).num_seconds());
    Some(JobProgress {
        percent: progress.percent,
        stage: Some(progress.stage.clone()).filter(|stage| !stage.is_empty()),
        bytes_read: progress.bytes,
        bytes_total: progress.total_bytes,
        rows_read: progress.rows_read,
        rows_written: progress.rows_written,
        rejected_rows: progress.rows_rejected,
        rows_per_second: progress.rows_per_second(),
        eta_seconds: left.map(|seconds| u64::try_from(seconds).unwrap_or_default()),
    })
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

//! One call, on the domain.

use millrace_edge::tasks::TaskFailure;
use millrace_files::{FileError, Files};
use serde_json::{Value, json};

use crate::event::{Event, Notification, ObjectRecord, Record, Task};

/// Runs one call. Messages that have to come again are named in its answer, so that those beside them
/// do not.
pub async fn run(files: &Files, event: Event) -> Result<Value, TaskFailure> {
    let records = match event {
        Event::Task { task: Task::Sweep } => return sweep(files).await,
        Event::Records { records } => records,
    };
    let mut again = Vec::new();
    for record in records {
        match record {
            // The store itself calls again when the call fails.
            Record::Object(record) => arrived(files, &record).await.map_err(task_failure)?,
            Record::Message { message_id, body } => {
                if let Err(error) = message(files, &body).await {
                    tracing::warn!(message_id, error, "a message has to come again");
                    again.push(json!({ "itemIdentifier": message_id }));
                }
            }
        }
    }
    Ok(json!({ "batchItemFailures": again }))
}

async fn message(files: &Files, body: &str) -> Result<(), String> {
    let notification: Notification =
        serde_json::from_str(body).map_err(|error| format!("unreadable: {error}"))?;
    for record in &notification.records {
        let arrived = arrived(files, record).await;
        arrived.map_err(|error| error.to_string())?;
    }
    Ok(())
}

async fn arrived(files: &Files, record: &ObjectRecord) -> Result<(), FileError> {
    let Some(key) = record.created_key() else {
        return Ok(());
    };
    let arrival = files.arrived(&key).await?;
    tracing::info!(key, ?arrival, "an object was uploaded");
    Ok(())
}

async fn sweep(files: &Files) -> Result<Value, TaskFailure> {
    let swept = files.sweep().await.map_err(task_failure)?;
    Ok(json!({
        "sent": swept.jobs.sent,
        "requeued": swept.jobs.requeued,
        "failed": swept.jobs.failed,
        "cancelled": swept.jobs.cancelled,
        "removed": swept.removed,
        "errors": swept.jobs.errors,
    }))
}

fn task_failure(error: FileError) -> TaskFailure {
    TaskFailure::of(&error, error.retryable())
}

//! Functions that a state machine or queue calls: no HTTP, a deadline, errors by name.

use std::any::Any;
use std::fmt::Display;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt;
use lambda_runtime::{Context, Diagnostic, LambdaEvent, service_fn};
use millrace_ports::{Clock, PortError, SystemClock};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::config::Config;
use crate::logs::{start_logs, write_line};
use crate::metrics::{Call, ColdStart, milliseconds};

/// What is left for writing down that the time is over, before Lambda ends the process.
const MARGIN: TimeDelta = TimeDelta::seconds(2);

/// Why a task failed. Its kind is the error name that a state machine retries or catches by.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TaskFailure {
    /// `Retryable`: the same task may succeed later.
    #[error("{0}")]
    Retryable(String),
    /// `Permanent`: it will not.
    #[error("{0}")]
    Permanent(String),
    /// `DeadlineExceeded`: the time of the invocation is over.
    #[error("the task did not end by {0}")]
    DeadlineExceeded(DateTime<Utc>),
    /// `Panic`: a fault in the program.
    #[error("panic: {0}")]
    Panic(String),
}

impl TaskFailure {
    /// The error name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Retryable(_) => "Retryable",
            Self::Permanent(_) => "Permanent",
            Self::DeadlineExceeded(_) => "DeadlineExceeded",
            Self::Panic(_) => "Panic",
        }
    }

    /// That of an error which may pass, or not.
    pub fn of(error: impl Display, retryable: bool) -> Self {
        if retryable {
            Self::Retryable(error.to_string())
        } else {
            Self::Permanent(error.to_string())
        }
    }
}

impl From<PortError> for TaskFailure {
    fn from(error: PortError) -> Self {
        Self::of(&error, error.retryable())
    }
}

impl From<TaskFailure> for Diagnostic {
    fn from(failure: TaskFailure) -> Self {
        Self {
            error_type: failure.name().to_owned(),
            error_message: failure.to_string(),
        }
    }
}

/// What a task knows of its invocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskContext {
    /// Id of the invocation, for logs.
    pub request_id: String,
    /// When its answer has to be there.
    pub deadline: DateTime<Utc>,
}

/// Serves tasks on Lambda until the process ends: reads the input as `I`, gives the handler its deadline, and
/// answers a failure, an overrun or a panic as an error by name. One log line with metrics tells of each.
///
/// `name` names a task from its input, for the log.
///
/// # Errors
/// When the Lambda runtime cannot be reached, or `LOG_LEVEL` cannot be read.
pub async fn serve<I, H, F>(
    config: &Config,
    name: fn(&I) -> &str,
    handler: H,
) -> Result<(), lambda_runtime::Error>
where
    I: DeserializeOwned,
    H: Fn(I, TaskContext) -> F,
    F: Future<Output = Result<Value, TaskFailure>>,
{
    start_logs(config)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let cold = ColdStart::new();
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| {
        invoke(
            &config.function_name,
            clock.as_ref(),
            &cold,
            name,
            &handler,
            event.payload,
            event.context,
        )
    }))
    .await
}

async fn invoke<I, H, F>(
    function: &str,
    clock: &dyn Clock,
    cold: &ColdStart,
    name: fn(&I) -> &str,
    handler: &H,
    input: Value,
    context: Context,
) -> Result<Value, TaskFailure>
where
    I: DeserializeOwned,
    H: Fn(I, TaskContext) -> F,
    F: Future<Output = Result<Value, TaskFailure>>,
{
    let begun = clock.now();
    let context = TaskContext {
        request_id: context.request_id,
        deadline: deadline(context.deadline, begun),
    };
    let request_id = context.request_id.clone();
    let (task, result) = match serde_json::from_value::<I>(input) {
        Ok(input) => {
            let task = name(&input).to_owned();
            let deadline = context.deadline;
            (
                task,
                guard(
                    clock,
                    deadline,
                    AssertUnwindSafe(|| handler(input, context)),
                )
                .await,
            )
        }
        Err(error) => (
            "-".to_owned(),
            Err(TaskFailure::Permanent(format!("unreadable input: {error}"))),
        ),
    };
    let ended = clock.now();
    let failure = result.as_ref().err();
    let call = Call {
        function,
        route: &task,
        milliseconds: milliseconds(begun, ended),
        error: failure.is_some(),
        cold: cold.take(),
        fields: json!({
            "level": if failure.is_some() { "ERROR" } else { "INFO" },
            "timestamp": ended.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
            "request_id": request_id,
            "error": failure.map(TaskFailure::name),
            "message": failure.map(ToString::to_string),
        }),
    };
    write_line(&call.record(ended));
    result
}

/// A message of a queue.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct QueueMessage {
    /// By what it is named when it has to come again.
    #[serde(rename = "messageId")]
    pub message_id: String,
    /// What was sent.
    pub body: String,
}

/// Handles messages one after the other. The answer names those that failed, so that they come again and
/// those beside them do not.
pub async fn take(
    messages: Vec<QueueMessage>,
    handle: impl AsyncFn(String) -> Result<(), String>,
) -> Value {
    let mut again = Vec::new();
    for QueueMessage { message_id, body } in messages {
        if let Err(error) = handle(body).await {
            tracing::warn!(message_id, error, "a message has to come again");
            again.push(json!({ "itemIdentifier": message_id }));
        }
    }
    json!({ "batchItemFailures": again })
}

/// Runs a task until its deadline, and turns a panic into a failure.
async fn guard<F>(
    clock: &dyn Clock,
    deadline: DateTime<Utc>,
    task: AssertUnwindSafe<impl FnOnce() -> F>,
) -> Result<Value, TaskFailure>
where
    F: Future<Output = Result<Value, TaskFailure>>,
{
    let remaining = (deadline - clock.now()).to_std().unwrap_or(Duration::ZERO);
    let whole = AssertUnwindSafe(async move { (task.0)().await }).catch_unwind();
    match tokio::time::timeout(remaining, whole).await {
        Ok(Ok(result)) => result,
        Ok(Err(panic)) => Err(TaskFailure::Panic(text_of(panic.as_ref()))),
        Err(_) => Err(TaskFailure::DeadlineExceeded(deadline)),
    }
}

/// The deadline of an invocation, Unix milliseconds, less the margin; outside of Lambda there is none, which
/// counts as a day.
fn deadline(milliseconds: u64, now: DateTime<Utc>) -> DateTime<Utc> {
    i64::try_from(milliseconds)
        .ok()
        .filter(|milliseconds| *milliseconds > 0)
        .and_then(DateTime::from_timestamp_millis)
        .map_or(now + TimeDelta::days(1), |deadline| deadline - MARGIN)
}

/// What a panic says.
pub(crate) fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("of another type than text").to_owned()
}

#[cfg(test)]
#[path = "tasks_tests.rs"]
mod tests;

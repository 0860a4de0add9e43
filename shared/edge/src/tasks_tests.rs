use chrono::Utc;
use serde::Deserialize;

use super::*;

#[derive(Debug)]
struct At(i64);

impl Clock for At {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0, 0).expect("a time")
    }
}

#[derive(Debug, Deserialize)]
struct Input {
    stage: String,
}

impl Input {
    fn stage(&self) -> &str {
        &self.stage
    }
}

const NOW: i64 = 1_770_000_000;

async fn run<F>(
    input: Value,
    deadline: i64,
    handler: impl Fn(Input, TaskContext) -> F,
) -> Result<Value, TaskFailure>
where
    F: Future<Output = Result<Value, TaskFailure>>,
{
    let mut context = Context::default();
    context.request_id = "r-1".to_owned();
    context.deadline = u64::try_from(deadline * 1000).expect("after 1970");
    invoke(
        "steps",
        &At(NOW),
        &ColdStart::new(),
        Input::stage,
        &handler,
        input,
        context,
    )
    .await
}

#[tokio::test]
async fn a_task_gets_its_input_and_its_deadline() {
    let result = run(
        json!({ "stage": "schema" }),
        NOW + 60,
        async |input, context| {
            assert_eq!(input.stage, "schema");
            assert_eq!(context.request_id, "r-1");
            Ok(json!(context.deadline.timestamp()))
        },
    );
    assert_eq!(result.await, Ok(json!(NOW + 58)));
}

#[tokio::test]
async fn an_input_of_another_shape_is_permanent() {
    let result = run(json!({ "stage": 7 }), NOW + 60, async |_, _| {
        Ok(Value::Null)
    })
    .await;
    assert_eq!(result.map_err(|failure| failure.name()), Err("Permanent"));
}

#[tokio::test]
async fn a_panic_is_a_failure_by_name() {
    let result = run(json!({ "stage": "x" }), NOW + 60, async |_, _| {
        panic!("index {} of 3", 7)
    })
    .await;
    assert_eq!(result, Err(TaskFailure::Panic("index 7 of 3".to_owned())));
    let early = |_: Input, _: TaskContext| -> std::future::Ready<Result<Value, TaskFailure>> {
        panic!("early")
    };
    let result = run(json!({ "stage": "x" }), NOW + 60, early).await;
    assert_eq!(result, Err(TaskFailure::Panic("early".to_owned())));
}

#[tokio::test]
async fn an_overrun_is_a_failure_before_lambda_ends_the_process() {
    // Two seconds are the margin: no time is left for a task that never ends.
    let result = run(json!({ "stage": "x" }), NOW + 2, async |_, _| {
        std::future::pending().await
    })
    .await;
    assert_eq!(
        result.map_err(|failure| failure.name()),
        Err("DeadlineExceeded")
    );
}

#[test]
fn failures_of_ports_keep_whether_they_may_pass() {
    assert_eq!(
        TaskFailure::from(PortError::throttled("slow down")).name(),
        "Retryable"
    );
    assert_eq!(
        TaskFailure::from(PortError::denied("no")).name(),
        "Permanent"
    );
    let diagnostic = Diagnostic::from(TaskFailure::Retryable("later".to_owned()));
    assert_eq!(
        (
            diagnostic.error_type.as_str(),
            diagnostic.error_message.as_str()
        ),
        ("Retryable", "later")
    );
}

//! Queues and workflows.

use serde_json::json;

use crate::{Delivery, PortError, Ports, Start, limits};

/// A queue takes messages of 1 byte to 1 MiB, and tells how many there are.
///
/// # Panics
/// When the promise is broken.
pub async fn queues_take_messages(ports: &Ports, queue: &str) {
    ports
        .queue
        .send(queue, r#"{"job":"größe"}"#)
        .await
        .expect("a send");
    let depth = ports.queue.depth(queue).await.expect("a depth");
    assert!(depth >= 1, "{depth}");
    let empty = ports.queue.send(queue, "").await;
    assert!(matches!(empty, Err(PortError::Invalid { .. })), "{empty:?}");
    let large = ports
        .queue
        .send(queue, &"x".repeat(limits::LARGEST_MESSAGE + 1))
        .await;
    assert!(
        matches!(large, Err(PortError::TooLarge { .. })),
        "{large:?}"
    );
}

/// An execution starts once under its name, and can be stopped whether or not it is there.
///
/// # Panics
/// When the promise is broken.
pub async fn executions_start_once(ports: &Ports, machine: &str) {
    let name = ports.ids.uuid().to_string();
    let input = json!({ "session": name });
    let start = || ports.workflows.start(machine, &name, &input);
    assert_eq!(start().await, Ok(Start::Started));
    assert_eq!(
        ports.workflows.stop(machine, &name, "went back").await,
        Ok(())
    );
    assert_eq!(ports.workflows.stop(machine, &name, "again").await, Ok(()));
    assert_eq!(start().await, Ok(Start::AlreadyExists));
    let absent = ports.ids.uuid().to_string();
    assert_eq!(
        ports.workflows.stop(machine, &absent, "never was").await,
        Ok(())
    );

    let wrong = ports.workflows.start(machine, "no/name", &input).await;
    assert!(matches!(wrong, Err(PortError::Invalid { .. })), "{wrong:?}");
    let large = json!("x".repeat(limits::LARGEST_PAYLOAD));
    let large = ports.workflows.start(machine, &absent, &large).await;
    assert!(
        matches!(large, Err(PortError::TooLarge { .. })),
        "{large:?}"
    );
}

/// A token that nobody waits under is gone, for success and failure.
///
/// # Panics
/// When the promise is broken.
pub async fn unknown_tokens_are_gone(ports: &Ports) {
    let token = ports.ids.uuid().to_string();
    let complete = ports
        .workflows
        .complete(&token, &json!({ "approved": true }))
        .await;
    assert_eq!(complete, Ok(Delivery::Gone));
    let fail = ports
        .workflows
        .fail(&token, "Rejected", &"x".repeat(40_000))
        .await;
    assert_eq!(fail, Ok(Delivery::Gone));
}

//! The contract of the ports against a real stack: an emulator, or AWS itself, at
//! `AWS_ENDPOINT_URL`. Region and credentials come from the environment as for any AWS SDK. Makes
//! the resources it needs under names of its own, and leaves them there for the next run.

mod stack;

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use millrace_ports::contract::{self, Answer, Fetched, Method, Request};
use millrace_ports::{
    Condition, Delivery, Key, PortError, Start, Tenant, TransactError, Write, item,
};
use serde_json::{Value, json};

use stack::{MACHINE, QUEUE, Stack};

/// The headers that browsers send with an upload of bytes are not part of its signature.
fn fetch(request: Request) -> Fetched {
    Box::pin(async move {
        let client = reqwest::Client::builder().timeout(Duration::from_secs(30));
        let client = client.build().expect("an HTTP client");
        let call = match request.method {
            Method::Get => client.get(&request.url),
            Method::Put => client.put(&request.url).header("content-type", "text/csv"),
        };
        let answer = call.body(request.body).send().await.expect("an answer");
        let status = answer.status().as_u16();
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        let headers: BTreeMap<_, _> = answer
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
            .collect();
        let body: Bytes = answer.bytes().await.expect("a body");
        Answer {
            status,
            headers,
            body,
        }
    })
}

#[tokio::test]
#[ignore = "needs a running stack"]
async fn records_keep_the_contract() {
    let Stack { ports, .. } = stack::stack().await;
    contract::records(&ports).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs a running stack"]
async fn no_increment_is_lost_under_contention() {
    let Stack { ports, .. } = stack::stack().await;
    contract::contention(&ports).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a running stack"]
async fn objects_keep_the_contract() {
    let Stack { ports, .. } = stack::stack().await;
    contract::objects(&ports, fetch).await;
}

#[tokio::test]
#[ignore = "needs a running stack"]
async fn messages_keep_the_contract() {
    let Stack { ports, .. } = stack::stack().await;
    contract::queues_take_messages(&ports, QUEUE).await;
    contract::executions_start_once(&ports, MACHINE).await;
    contract::unknown_tokens_are_gone(&ports).await;
}

#[tokio::test]
#[ignore = "needs a running stack"]
async fn a_waiting_step_is_answered_once() {
    let stack = stack::stack().await;
    let workflows = &stack.ports.workflows;
    for succeeds in [true, false] {
        let name = stack.ports.ids.uuid().to_string();
        let started = workflows
            .start(MACHINE, &name, &json!({ "name": name }))
            .await;
        assert_eq!(started, Ok(Start::Started));
        let token = stack.token(&name).await;
        let answer = || async {
            if succeeds {
                workflows
                    .complete(&token, &json!({ "approved": true }))
                    .await
            } else {
                workflows.fail(&token, "Rejected", "by its owner").await
            }
        };
        assert_eq!(answer().await, Ok(Delivery::Delivered));
        let (status, output) = stack.outcome(&name).await;
        // Not before the outcome: the emulator forgets a token when the step takes the answer up.
        assert_eq!(answer().await, Ok(Delivery::Gone));
        if succeeds {
            let output = output.and_then(|text| serde_json::from_str::<Value>(&text).ok());
            assert_eq!(
                (status.as_str(), output),
                ("SUCCEEDED", Some(json!({ "approved": true })))
            );
        } else {
            assert_eq!(status, "FAILED");
        }
    }
}

#[tokio::test]
#[ignore = "needs a running stack"]
async fn resources_that_do_not_exist_are_not_found() {
    let stack = stack::stack().await;
    let not_found = |error: &PortError| matches!(error, PortError::NotFound { .. });
    let ports = &stack.ports;
    assert!(
        ports
            .queue
            .send("unknown", "{}")
            .await
            .is_err_and(|error| not_found(&error))
    );
    let started = ports.workflows.start("unknown", "name", &json!({})).await;
    assert!(started.is_err_and(|error| not_found(&error)));

    let ports = stack.without_resources().await;
    let key = Key::of(&Tenant::public(), "CONTRACT", "1", "META");
    let read = ports.records.get(&key).await;
    assert!(read.as_ref().is_err_and(not_found), "{read:?}");
    let check = Write::Check {
        key: key.clone(),
        condition: Condition::Absent,
    };
    let written = ports
        .records
        .transact(vec![Write::put(item(&key, []))])
        .await;
    assert!(
        matches!(&written, Err(TransactError::Port(error)) if not_found(error)),
        "{written:?}"
    );
    assert!(ports.records.transact(vec![check]).await.is_err());
    let read = ports.objects.get("key", 1).await;
    assert!(read.as_ref().is_err_and(not_found), "{read:?}");
    let sent = ports.queue.send(QUEUE, "{}").await;
    assert!(sent.as_ref().is_err_and(not_found), "{sent:?}");
    let started = ports.workflows.start(MACHINE, "name", &json!({})).await;
    assert!(started.as_ref().is_err_and(not_found), "{started:?}");
}

#[tokio::test]
#[ignore = "needs a running stack"]
async fn a_service_that_does_not_answer_is_unavailable() {
    let stack = stack::stack().await;
    // Connections to this listener open, and nobody answers on them; nothing listens on port 9.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let silent = silent
        .local_addr()
        .map(|address| (silent, address.to_string()));
    let (_listener, silent) = silent.expect("its address");
    for address in [silent.as_str(), "127.0.0.1:9"] {
        let ports = stack.at(&format!("http://{address}")).await;
        let key = Key::of(&Tenant::public(), "CONTRACT", "1", "META");
        let unavailable = |error: PortError| matches!(error, PortError::Unavailable { .. });
        let read = ports.records.get(&key).await;
        assert!(read.is_err_and(unavailable), "{address}");
        assert!(
            ports.objects.size("key").await.is_err_and(unavailable),
            "{address}"
        );
        assert!(
            ports.objects.get("key", 1).await.is_err_and(unavailable),
            "{address}"
        );
        assert!(
            ports.queue.send(QUEUE, "{}").await.is_err_and(unavailable),
            "{address}"
        );
    }
}

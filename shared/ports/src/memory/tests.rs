use chrono::TimeDelta;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::contract::{self, Fetched, Request};
use crate::{
    Clock, Condition, Delivery, Disposition, Ids, Index, Key, PortError, Query, Tenant,
    TransactError, Update, Write, item,
};

fn fetcher(memory: &Memory) -> impl Fn(Request) -> Fetched {
    let objects = memory.objects.clone();
    move |request| {
        let answer = objects.fetch(request);
        Box::pin(async move { answer })
    }
}

fn key(sk: &str) -> Key {
    Key::of(&Tenant::public(), "TEST", "1", sk)
}

#[tokio::test]
async fn records_keep_the_contract() {
    let ports = Memory::new().ports();
    contract::records(&ports).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_increment_is_lost_under_contention() {
    contract::contention(&Memory::new().ports()).await;
}

#[tokio::test]
async fn objects_keep_the_contract() {
    let memory = Memory::new();
    let ports = memory.ports();
    contract::objects(&ports, fetcher(&memory)).await;
    assert_eq!(memory.objects.open_uploads(), Vec::<String>::new());
}

#[tokio::test]
async fn a_page_ends_at_a_mebibyte() {
    let ports = Memory::new().ports();
    let text = "x".repeat(300 * 1024);
    for number in 0..5 {
        let large = item(&key(&number.to_string()), [("text", text.clone().into())]);
        ports
            .records
            .transact(vec![Write::create(large)])
            .await
            .expect("a put");
    }
    let query = Query::new(Index::Main, key("0").pk);
    let first = ports.records.query(&query).await.expect("a page");
    assert_eq!(first.items.len(), 3);
    let rest = ports
        .records
        .query(&query.after(first.next))
        .await
        .expect("a page");
    assert_eq!((rest.items.len(), rest.next), (2, None));
}

#[tokio::test]
async fn messages_keep_the_contract() {
    let memory = Memory::new();
    let ports = memory.ports();
    contract::queues_take_messages(&ports, "jobs").await;
    assert_eq!(memory.queue.sent("jobs"), [r#"{"job":"größe"}"#]);
    assert_eq!(memory.queue.receive("other"), None);
    assert_eq!(
        memory.queue.receive("jobs").as_deref(),
        Some(r#"{"job":"größe"}"#)
    );
    assert_eq!(memory.queue.receive("jobs"), None);
    contract::executions_start_once(&ports, "challenge").await;
    let executions = memory.workflows.executions("challenge");
    let stopped: Vec<_> = executions
        .values()
        .map(|execution| &execution.stopped)
        .collect();
    assert_eq!(stopped, [&Some("went back".to_owned())]);
    contract::unknown_tokens_are_gone(&ports).await;
}

#[tokio::test]
async fn a_token_is_answered_once() {
    let memory = Memory::new();
    let workflows = memory.ports().workflows;
    memory.workflows.wait("t");
    assert_eq!(memory.workflows.answer("t"), None);
    assert_eq!(
        workflows.complete("t", &json!(1)).await,
        Ok(Delivery::Delivered)
    );
    assert_eq!(workflows.fail("t", "Late", "").await, Ok(Delivery::Gone));
    assert_eq!(
        memory.workflows.answer("t"),
        Some(StepAnswer::Completed(json!(1)))
    );
}

#[tokio::test]
async fn urls_die_with_their_time() {
    let memory = Memory::new();
    let (ports, fetch) = (memory.ports(), fetcher(&memory));
    ports
        .objects
        .put("k", "body".into(), "text/plain")
        .await
        .expect("a put");
    let disposition = Disposition::attachment("k", "text/plain");
    let life = std::time::Duration::from_secs(60);
    let url = ports
        .objects
        .presign_get("k", &disposition, life)
        .await
        .expect("a URL");
    let get = || Request {
        method: contract::Method::Get,
        url: url.clone(),
        body: "".into(),
    };
    memory.clock.advance(TimeDelta::seconds(59));
    assert_eq!(fetch(get()).await.status, 200);
    memory.clock.advance(TimeDelta::seconds(1));
    assert_eq!(fetch(get()).await.status, 403);
}

#[test]
fn identifiers_are_valid_and_in_sequence() {
    let ids = SequentialIds::default();
    assert_eq!(
        ids.uuid().to_string(),
        "00000000-0000-4000-8000-000000000001"
    );
    let second = ids.uuid();
    assert_eq!(second.to_string(), "00000000-0000-4000-8000-000000000002");
    assert_eq!(second.get_version_num(), 4);
}

#[test]
fn the_clock_stands_still() {
    let clock = FixedClock::default();
    let start = clock.now();
    assert_eq!(clock.now(), start);
    clock.advance(TimeDelta::MAX);
    assert_eq!(clock.now(), start);
    clock.set(start - TimeDelta::days(1));
    assert_eq!(clock.now().to_rfc3339(), "2025-12-31T00:00:00+00:00");
}

#[tokio::test]
async fn planned_faults_hit_their_call_only() {
    let faults = Faults::none()
        .fail(Operation::Transact, 1, Fault::Conflict)
        .fail(Operation::Transact, 2, Fault::ResponseLost)
        .fail(Operation::Get, 2, Fault::Throttled)
        .fail(Operation::Send, 1, Fault::Unavailable);
    let memory = Memory::with_faults(faults);
    let ports = memory.ports();
    let create = || vec![Write::create(item(&key("a"), []))];
    assert_eq!(
        ports.records.transact(create()).await,
        Err(TransactError::Conflict)
    );
    assert_eq!(ports.records.get(&key("a")).await, Ok(None));

    // The answer is lost, the write is not: the caller's second try finds its own work.
    let lost = ports.records.transact(create()).await;
    assert!(
        matches!(
            lost,
            Err(TransactError::Port(PortError::Unavailable { .. }))
        ),
        "{lost:?}"
    );
    let again = ports.records.transact(create()).await;
    let own = Some(item(&key("a"), []));
    assert_eq!(
        again,
        Err(TransactError::ConditionFailed {
            index: 0,
            item: own
        })
    );

    let throttled = ports.records.get(&key("a")).await;
    assert!(
        matches!(throttled, Err(PortError::Throttled { .. })),
        "{throttled:?}"
    );
    assert!(ports.queue.send("jobs", "1").await.is_err());
    assert_eq!(ports.queue.send("jobs", "2").await, Ok(()));
    assert_eq!(memory.queue.sent("jobs"), ["2"]);
    assert_eq!(memory.faults.calls(Operation::Transact), 3);
    assert_eq!(memory.faults.calls(Operation::Start), 0);
}

fn outcomes(seed: u64, per_thousand: u32) -> Vec<bool> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let ports = Memory::with_faults(Faults::seeded(seed, per_thousand)).ports();
        let mut outcomes = Vec::new();
        for _ in 0..200 {
            outcomes.push(ports.records.get(&key("a")).await.is_ok());
            outcomes.push(ports.queue.send("jobs", "body").await.is_ok());
        }
        outcomes
    })
}

#[test]
fn seeded_faults_repeat_and_differ_by_seed() {
    assert_eq!(outcomes(1, 300), outcomes(1, 300));
    assert_ne!(outcomes(1, 300), outcomes(2, 300));
    assert!(outcomes(1, 0).iter().all(|ok| *ok));
    assert!(outcomes(1, 1000).iter().any(|ok| !*ok));
}

/// Retries every retryable error; a failed condition that shows the counter already at `to` is
/// the write's own lost answer.
async fn count_to(ports: &crate::Ports, to: i64) {
    loop {
        let write = Update::new(key("n"))
            .set("count", to)
            .when(Condition::All(vec![Condition::equals("count", to - 1)]));
        match ports.records.transact(vec![write.into()]).await {
            Ok(()) => return,
            Err(TransactError::ConditionFailed {
                item: Some(item), ..
            }) => {
                assert_eq!(item["count"], to);
                return;
            }
            Err(error) => assert!(error.retryable(), "{error}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn conditional_retries_survive_any_seed(seed in any::<u64>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let count = runtime.block_on(async {
            let memory = Memory::with_faults(Faults::seeded(seed, 400));
            let ports = memory.ports();
            while ports.records.transact(vec![Write::put(item(&key("n"), [("count", 0.into())]))])
                .await.is_err() {}
            for to in 1..=20 {
                count_to(&ports, to).await;
            }
            memory.records.snapshot()[&key("n")]["count"].clone()
        });
        prop_assert_eq!(count, json!(20));
    }

    #[test]
    fn pages_of_any_size_show_the_whole_partition(
        keys in proptest::collection::btree_set("[a-c]{1,4}", 1..30),
        limit in 1_u32..10,
        newest_first in any::<bool>(),
        prefix in proptest::option::of("[a-c]{1,2}"),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let found: Vec<String> = runtime.block_on(async {
            let ports = Memory::new().ports();
            let writes = keys.iter().map(|sk| Write::create(item(&key(sk), []))).collect();
            ports.records.transact(writes).await.expect("a put");
            let query = Query {
                newest_first,
                sort_prefix: prefix.clone(),
                ..Query::new(Index::Main, key("a").pk).limit(limit)
            };
            let items = ports.records.query_all(query, 30).await.expect("all pages");
            items.iter().filter_map(|item| item["sk"].as_str().map(str::to_owned)).collect()
        });
        let prefix = prefix.unwrap_or_default();
        let mut expected: Vec<String> =
            keys.into_iter().filter(|key| key.starts_with(&prefix)).collect();
        if newest_first {
            expected.reverse();
        }
        prop_assert_eq!(found, expected);
    }
}

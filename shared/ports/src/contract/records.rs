//! The table: transactions and queries.

use serde_json::Value;

use super::fresh_tenant;
use crate::{
    Condition, Index, Item, Key, PortError, Ports, Query, Tenant, TransactError, Update, Write,
    item,
};

fn key(tenant: &Tenant, sk: &str) -> Key {
    Key::of(tenant, "CONTRACT", "1", sk)
}

fn partition(tenant: &Tenant) -> String {
    key(tenant, "any").pk
}

fn sort_keys(items: &[Item]) -> Vec<&str> {
    items
        .iter()
        .filter_map(|item| item.get("sk")?.as_str())
        .collect()
}

/// A transaction writes all of its items or none.
///
/// # Panics
/// When the promise is broken.
pub async fn all_or_nothing(ports: &Ports) {
    let tenant = fresh_tenant(ports);
    let old = item(&key(&tenant, "old"), [("version", 1.into())]);
    ports
        .records
        .transact(vec![Write::create(old.clone())])
        .await
        .expect("a put");
    let writes = |version: i64| -> Vec<Write> {
        vec![
            Write::create(item(&key(&tenant, "new"), [])),
            Update::new(key(&tenant, "old"))
                .add("version", 1)
                .when(Condition::equals("version", version))
                .into(),
            Write::put(item(&key(&tenant, "other"), [])),
        ]
    };
    let all = || {
        ports
            .records
            .query_all(Query::new(Index::Main, partition(&tenant)), 10)
    };

    let failed = ports.records.transact(writes(2)).await;
    assert!(
        matches!(failed, Err(TransactError::ConditionFailed { index: 1, .. })),
        "{failed:?}"
    );
    assert_eq!(all().await.expect("a query"), [old]);

    ports
        .records
        .transact(writes(1))
        .await
        .expect("a transaction");
    assert_eq!(
        sort_keys(&all().await.expect("a query")),
        ["new", "old", "other"]
    );
}

/// A failed condition names its write, the first of several, and shows the stored item.
///
/// # Panics
/// When the promise is broken.
pub async fn failed_conditions(ports: &Ports) {
    let tenant = fresh_tenant(ports);
    let stored = item(&key(&tenant, "stored"), [("status", "OPEN".into())]);
    ports
        .records
        .transact(vec![Write::create(stored.clone())])
        .await
        .expect("a put");
    let passing = || Write::put(item(&key(&tenant, "beside"), []));
    let closed = || Condition::equals("status", "CLOSED");
    let at = || key(&tenant, "stored");
    for write in [
        Write::create(stored.clone()),
        Update::new(at()).set("status", "X").when(closed()).into(),
        Write::Delete {
            key: at(),
            condition: closed(),
        },
        Write::Check {
            key: at(),
            condition: closed(),
        },
    ] {
        let failed = ports.records.transact(vec![passing(), write.clone()]).await;
        let expected = TransactError::ConditionFailed {
            index: 1,
            item: Some(stored.clone()),
        };
        assert_eq!(failed, Err(expected), "{write:?}");
    }
    let missing = |sk: &str| Write::Check {
        key: key(&tenant, sk),
        condition: Condition::Present,
    };
    let failed = ports
        .records
        .transact(vec![passing(), missing("a"), missing("b")])
        .await;
    assert_eq!(
        failed,
        Err(TransactError::ConditionFailed {
            index: 1,
            item: None
        })
    );
}

/// Four tasks with 50 increments each over two items lose none.
///
/// # Panics
/// When the promise is broken.
pub async fn contention(ports: &Ports) {
    let tenant = fresh_tenant(ports);
    let counter = |sk: &str| item(&key(&tenant, sk), [("count", 0.into())]);
    let counters = vec![Write::create(counter("a")), Write::create(counter("b"))];
    ports
        .records
        .transact(counters)
        .await
        .expect("the counters");
    let tasks: Vec<_> = (0..4)
        .map(|_| {
            let (ports, tenant) = (ports.clone(), tenant.clone());
            tokio::spawn(async move {
                for _ in 0..50 {
                    increment(&ports, &tenant).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("a task without panic");
    }
    for sk in ["a", "b"] {
        let stored = ports.records.get(&key(&tenant, sk)).await.expect("a read");
        assert_eq!(
            stored.and_then(|item| item["count"].as_i64()),
            Some(200),
            "{sk}"
        );
    }
}

/// Reads `a`, and writes it one higher if it is still the same, with a blind addition to `b`.
async fn increment(ports: &Ports, tenant: &Tenant) {
    loop {
        let stored = ports.records.get(&key(tenant, "a")).await.expect("a read");
        let count = stored
            .and_then(|item| item["count"].as_i64())
            .expect("a count");
        tokio::task::yield_now().await;
        let writes = vec![
            Update::new(key(tenant, "a"))
                .set("count", count + 1)
                .when(Condition::equals("count", count))
                .into(),
            Update::new(key(tenant, "b")).add("count", 1).into(),
        ];
        match ports.records.transact(writes).await {
            Ok(()) => return,
            Err(TransactError::ConditionFailed { index: 0, .. } | TransactError::Conflict) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

/// Pages end at the limit and at 1 MiB, and lead through the whole partition and no further; a
/// cursor of another query is refused.
///
/// # Panics
/// When the promise is broken.
pub async fn pages(ports: &Ports) {
    let tenant = fresh_tenant(ports);
    let text = "x".repeat(200 * 1024);
    for number in 0..12 {
        let fields = [("text", text.clone().into())];
        let large = item(&key(&tenant, &format!("LARGE#{number:02}")), fields);
        let small = item(&key(&tenant, &format!("SMALL#{number:02}")), []);
        let writes = vec![Write::create(large), Write::create(small)];
        ports.records.transact(writes).await.expect("a put");
    }
    let neighbour = Key::of(&tenant, "CONTRACT", "10", "SMALL#00");
    ports
        .records
        .transact(vec![Write::create(item(&neighbour, []))])
        .await
        .expect("a put");

    let all = Query::new(Index::Main, partition(&tenant));
    let mut query = all.clone().limit(5);
    let mut seen = Vec::new();
    let next = loop {
        let page = ports.records.query(&query).await.expect("a page");
        assert!(page.items.len() <= 5, "a page of {}", page.items.len());
        seen.extend(page.items);
        match page.next {
            Some(next) => query.cursor = Some(next),
            None => break query.cursor,
        }
    };
    let expected: Vec<String> = ["LARGE", "SMALL"]
        .iter()
        .flat_map(|kind| (0..12).map(move |number| format!("{kind}#{number:02}")))
        .collect();
    assert_eq!(sort_keys(&seen), expected);

    // 2.4 MiB in one query without a limit in the way.
    let everything = ports
        .records
        .query_all(all.clone(), 24)
        .await
        .expect("all pages");
    assert_eq!(sort_keys(&everything), expected);
    let too_many = ports.records.query_all(all.clone(), 23).await;
    assert!(
        matches!(too_many, Err(PortError::TooLarge { .. })),
        "{too_many:?}"
    );

    for wrong in [
        Query::new(Index::Gsi1, partition(&tenant)).after(next.clone()),
        all.clone().after(Some("nonsense".to_owned())),
        all.limit(0),
    ] {
        let refused = ports.records.query(&wrong).await;
        assert!(
            matches!(refused, Err(PortError::Invalid { .. })),
            "{wrong:?}: {refused:?}"
        );
    }
}

/// Items come by the bytes of their sort key, upwards or downwards, within a prefix.
///
/// # Panics
/// When the promise is broken.
pub async fn sort_order(ports: &Ports) {
    let tenant = fresh_tenant(ports);
    let keys = ["EVENT#10", "EVENT#2", "META", "Zoo", "event", "Äh", "EVENT"];
    let writes = keys
        .iter()
        .map(|sk| Write::create(item(&key(&tenant, sk), [])))
        .collect();
    ports.records.transact(writes).await.expect("a put");
    let query = Query::new(Index::Main, partition(&tenant)).limit(2);
    let all = |query: Query| async move {
        let items = ports.records.query_all(query, 10).await.expect("all pages");
        sort_keys(&items)
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let upwards = ["EVENT", "EVENT#10", "EVENT#2", "META", "Zoo", "event", "Äh"];
    assert_eq!(all(query.clone()).await, upwards);
    let downwards: Vec<&str> = upwards.into_iter().rev().collect();
    assert_eq!(all(query.clone().newest_first()).await, downwards);
    assert_eq!(
        all(query.clone().sort_prefix("EVENT#")).await,
        ["EVENT#10", "EVENT#2"]
    );
    let newest = query.clone().sort_prefix("EVENT#").newest_first();
    assert_eq!(all(newest).await, ["EVENT#2", "EVENT#10"]);
    assert_eq!(all(query.sort_prefix("NONE")).await, Vec::<String>::new());
}

/// The secondary index holds the items with both of its keys, by its own order, and follows
/// updates.
///
/// # Panics
/// When the promise is broken.
pub async fn secondary_index(ports: &Ports) {
    let tenant = fresh_tenant(ports);
    let owner = format!("T#{tenant}#SESSIONS");
    let indexed = |sk: &str, created: &str| {
        let mut made = item(&key(&tenant, sk), [("gsi1pk", owner.clone().into())]);
        made.insert("gsi1sk".to_owned(), created.into());
        made
    };
    let half = item(&key(&tenant, "half"), [("gsi1pk", owner.clone().into())]);
    let writes = vec![
        Write::create(indexed("a", "2026-03")),
        Write::create(indexed("b", "2026-01")),
        Write::create(indexed("c", "2026-02")),
        Write::create(indexed("d", "2026-02")),
        Write::create(half),
        Write::create(item(&key(&tenant, "none"), [])),
    ];
    ports.records.transact(writes).await.expect("a put");
    let query = Query::new(Index::Gsi1, owner.clone()).limit(1);
    let created = |items: &[Item]| -> Vec<String> {
        items
            .iter()
            .filter_map(|item| Some(item.get("gsi1sk")?.as_str()?.to_owned()))
            .collect()
    };
    let upwards = settled(ports, &query, 4).await;
    assert_eq!(
        created(&upwards),
        ["2026-01", "2026-02", "2026-02", "2026-03"]
    );
    assert!(
        upwards
            .iter()
            .all(|item| item.get("gsi1pk").and_then(Value::as_str) == Some(&owner))
    );
    let newest = settled(ports, &query.clone().newest_first(), 4).await;
    assert_eq!(
        created(&newest),
        ["2026-03", "2026-02", "2026-02", "2026-01"]
    );
    assert_eq!(
        settled(ports, &query.clone().sort_prefix("2026-02"), 2)
            .await
            .len(),
        2
    );

    let leave = Update::new(key(&tenant, "a"))
        .remove("gsi1pk")
        .remove("gsi1sk");
    let delete = Write::Delete {
        key: key(&tenant, "b"),
        condition: Condition::None,
    };
    ports
        .records
        .transact(vec![leave.into(), delete])
        .await
        .expect("a change");
    assert_eq!(
        created(&settled(ports, &query, 2).await),
        ["2026-02", "2026-02"]
    );
}

/// The index may lag: asks until it shows as many items, a bounded number of times.
async fn settled(ports: &Ports, query: &Query, count: usize) -> Vec<Item> {
    for _ in 0..200 {
        let items = ports
            .records
            .query_all(query.clone(), 10)
            .await
            .expect("all pages");
        if items.len() == count {
            return items;
        }
        tokio::task::yield_now().await;
    }
    panic!("the index never showed {count} items of {query:?}");
}

//! Items: conditions, updates, values, limits.

use serde_json::{Value, json};

use super::{fresh_key, fresh_tenant};
use crate::{Condition, Item, Key, PortError, Ports, TransactError, Update, Write, item, limits};

async fn stored(ports: &Ports, key: &Key) -> Option<Item> {
    ports.records.get(key).await.expect("a read")
}

async fn holds(ports: &Ports, key: &Key, condition: &Condition) -> bool {
    let check = Write::Check {
        key: key.clone(),
        condition: condition.clone(),
    };
    match ports.records.transact(vec![check]).await {
        Ok(()) => true,
        Err(TransactError::ConditionFailed { index: 0, .. }) => false,
        Err(error) => panic!("{condition:?}: {error}"),
    }
}

/// Every kind of condition holds and fails on the service exactly as
/// [`Condition::holds`] says, on an item and on none.
///
/// # Panics
/// When the promise is broken.
pub async fn conditions(ports: &Ports) {
    let key = fresh_key(ports);
    let item = item(
        &key,
        [
            ("text", "banana".into()),
            ("number", 7.into()),
            ("fraction", 2.5.into()),
            ("flag", true.into()),
            ("nothing", Value::Null),
            ("list", json!([1, "a"])),
            ("status", "OPEN".into()),
            ("size", 3.into()),
        ],
    );
    let all = every_condition();
    for condition in &all {
        let holds = holds(ports, &key, condition).await;
        assert_eq!(
            holds,
            condition.holds(None),
            "without an item: {condition:?}"
        );
    }
    ports
        .records
        .transact(vec![Write::put(item.clone())])
        .await
        .expect("a put");
    for condition in &all {
        let holds = holds(ports, &key, condition).await;
        assert_eq!(
            holds,
            condition.holds(Some(&item)),
            "on an item: {condition:?}"
        );
    }
}

fn every_condition() -> Vec<Condition> {
    let mut all = vec![Condition::Absent, Condition::Present];
    // Words that the service reserves (`status`, `size`) have to work as names.
    for field in [
        "text", "number", "nothing", "list", "status", "size", "missing",
    ] {
        all.push(Condition::field_absent(field));
        all.push(Condition::field_present(field));
        for value in [
            json!("banana"),
            json!("OPEN"),
            json!(7),
            json!(7.0),
            json!(2.5),
            json!(true),
            json!(null),
            json!([1, "a"]),
        ] {
            all.push(Condition::equals(field, value));
        }
    }
    all.push(Condition::equals("flag", true));
    all.push(Condition::equals("fraction", 2.5));
    all.push(Condition::one_of("status", ["DONE", "OPEN"]));
    all.push(Condition::one_of("status", ["DONE", "FAILED"]));
    all.push(Condition::one_of("number", [7]));
    for (field, values) in [
        ("text", [json!("apple"), json!("banana"), json!("cherry")]),
        ("number", [json!(6), json!(7), json!(70)]),
        ("fraction", [json!(2), json!(2.5), json!(10)]),
        ("flag", [json!(0), json!("true"), json!(1)]),
        ("missing", [json!(0), json!(""), json!(1)]),
    ] {
        for value in values {
            let name = || field.to_owned();
            all.push(Condition::Less(name(), value.clone()));
            all.push(Condition::LessOrEqual(name(), value.clone()));
            all.push(Condition::Greater(name(), value.clone()));
            all.push(Condition::GreaterOrEqual(name(), value));
        }
    }
    let (yes, no) = (
        Condition::equals("number", 7),
        Condition::equals("text", "x"),
    );
    all.push(Condition::All(vec![
        yes.clone(),
        Condition::equals("status", "OPEN"),
    ]));
    all.push(Condition::All(vec![yes.clone(), no.clone()]));
    all.push(Condition::Any(vec![no.clone(), yes.clone()]));
    all.push(Condition::Any(vec![no.clone(), Condition::Absent]));
    // A join inside another keeps its own brackets.
    let either = Condition::Any(vec![yes.clone(), no.clone()]);
    all.push(Condition::All(vec![either.clone(), no.clone()]));
    all.push(Condition::Any(vec![yes, Condition::All(vec![no, either])]));
    all
}

/// An update sets, adds and removes top-level fields, and makes the item where its condition
/// allows that.
///
/// # Panics
/// When the promise is broken.
pub async fn updates(ports: &Ports) {
    let key = fresh_key(ports);
    let update = || Update::new(key.clone());
    let absent = ports
        .records
        .transact(vec![update().set("a", 1).into()])
        .await;
    assert_eq!(
        absent,
        Err(TransactError::ConditionFailed {
            index: 0,
            item: None
        })
    );

    let make = update()
        .set("name", "first")
        .add("count", 3)
        .when(Condition::None);
    ports
        .records
        .transact(vec![make.into()])
        .await
        .expect("an update that makes the item");
    let made = item(&key, [("name", "first".into()), ("count", 3.into())]);
    assert_eq!(stored(ports, &key).await, Some(made));

    let change = update()
        .set("name", json!({ "deep": [1, 2] }))
        .set("status", "OPEN")
        .add("count", -5)
        .add("other", 1)
        .remove("missing");
    ports
        .records
        .transact(vec![change.into()])
        .await
        .expect("a change");
    let change = update()
        .remove("status")
        .when(Condition::equals("status", "OPEN"));
    ports
        .records
        .transact(vec![change.into()])
        .await
        .expect("a removal");
    let changed = item(
        &key,
        [
            ("name", json!({ "deep": [1, 2] })),
            ("count", (-2).into()),
            ("other", 1.into()),
        ],
    );
    assert_eq!(stored(ports, &key).await, Some(changed.clone()));

    let wrong = ports
        .records
        .transact(vec![update().add("name", 1).into()])
        .await;
    assert!(
        matches!(wrong, Err(TransactError::Port(PortError::Invalid { .. }))),
        "adding to what is no number: {wrong:?}"
    );
    assert_eq!(stored(ports, &key).await, Some(changed));

    let nothing = ports.records.transact(vec![update().into()]).await;
    assert!(
        matches!(nothing, Err(TransactError::Port(PortError::Invalid { .. }))),
        "an update of nothing: {nothing:?}"
    );
    let delete = Write::Delete {
        key: key.clone(),
        condition: Condition::Present,
    };
    ports
        .records
        .transact(vec![delete.clone()])
        .await
        .expect("a delete");
    assert_eq!(stored(ports, &key).await, None);
    let again = ports.records.transact(vec![delete]).await;
    assert_eq!(
        again,
        Err(TransactError::ConditionFailed {
            index: 0,
            item: None
        })
    );
    let delete = Write::Delete {
        key,
        condition: Condition::None,
    };
    ports
        .records
        .transact(vec![delete])
        .await
        .expect("a delete of nothing");
}

/// Every value comes back as it was, whole floats as integers.
///
/// # Panics
/// When the promise is broken.
pub async fn values(ports: &Ports) {
    let key = fresh_key(ports);
    let fields = json!({
        "empty": "", "umlaut": "größe \u{1F600} \" \\ \n", "null": null, "no": false,
        "largest": i64::MAX, "smallest": i64::MIN, "unsigned": u64::MAX,
        "fraction": 0.1, "tiny": 1.5e-100, "huge": -1.5e100, "third": 1.0 / 3.0,
        "list": [], "map": {}, "nested": [{ "a": [null, { "b": -0.5 }] }],
    });
    let mut item = item(&key, []);
    item.extend(fields.as_object().cloned().unwrap_or_default());
    item.insert("whole".to_owned(), json!(3.0));
    ports
        .records
        .transact(vec![Write::create(item.clone())])
        .await
        .expect("a put");
    item.insert("whole".to_owned(), json!(3));
    let back = stored(ports, &key).await.expect("the item");
    for (name, value) in &item {
        assert_eq!(back.get(name), Some(value), "{name}");
    }
    assert_eq!(back.len(), item.len());
}

/// What is too large or impossible is refused with its own error, and nothing is written.
///
/// # Panics
/// When the promise is broken.
pub async fn limits(ports: &Ports) {
    let tenant = fresh_tenant(ports);
    let key = |id: &str| Key::of(&tenant, "CONTRACT", id, "META");
    let large = |bytes: usize| item(&key("large"), [("text", "x".repeat(bytes).into())]);
    let fits = limits::LARGEST_ITEM - limits::item_size(&large(0));

    let writes = vec![
        Write::put(item(&key("beside"), [])),
        Write::put(large(fits + 1)),
    ];
    let refused = ports.records.transact(writes).await;
    assert!(
        matches!(
            refused,
            Err(TransactError::Port(PortError::TooLarge { .. }))
        ),
        "an item above 400 KiB: {refused:?}"
    );
    assert_eq!(stored(ports, &key("beside")).await, None);

    ports
        .records
        .transact(vec![Write::put(large(fits))])
        .await
        .expect("an item of 400 KiB");
    let grow = Update::new(key("large")).set("more", "y".repeat(1024));
    let refused = ports.records.transact(vec![grow.into()]).await;
    assert!(
        matches!(
            refused,
            Err(TransactError::Port(PortError::TooLarge { .. }))
        ),
        "an item that grows above 400 KiB: {refused:?}"
    );

    let empty = Key {
        pk: key("1").pk,
        sk: String::new(),
    };
    let twice = || Write::put(item(&key("twice"), []));
    let many = (0..=limits::MOST_WRITES).map(|id| Write::put(item(&key(&id.to_string()), [])));
    for writes in [
        vec![Write::put(item(&empty, []))],
        vec![twice(), twice()],
        many.clone().collect(),
        Vec::new(),
    ] {
        let refused = ports.records.transact(writes).await;
        assert!(
            matches!(refused, Err(TransactError::Port(PortError::Invalid { .. }))),
            "an impossible transaction: {refused:?}"
        );
    }
    let most = many.take(limits::MOST_WRITES).collect();
    ports
        .records
        .transact(most)
        .await
        .expect("a transaction of 100 writes");
    assert!(matches!(
        ports.records.get(&empty).await,
        Err(PortError::Invalid { .. })
    ));
}

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::{Condition, Item, Key, Tenant, Update, Write, item};

fn key(id: &str) -> Key {
    Key::of(&Tenant::public(), "TEST", id, "META")
}

fn refused(writes: &[Write]) -> bool {
    matches!(check_transaction(writes), Err(PortError::Invalid { .. }))
}

#[test]
fn sizes_count_names_and_values() {
    let counted = Item::from_iter([
        ("a".to_owned(), json!("äb")),
        ("n".to_owned(), json!(-123)),
        ("l".to_owned(), json!([null, true])),
        ("m".to_owned(), json!({ "k": "v" })),
    ]);
    assert_eq!(
        item_size(&counted),
        (1 + 3) + (1 + 3) + (1 + 3 + 4) + (1 + 3 + 1 + 2)
    );
}

#[test]
fn an_item_of_the_largest_size_passes() {
    let mut exact = item(&key("1"), [("text", "".into())]);
    let rest = LARGEST_ITEM - item_size(&exact);
    exact.insert("text".to_owned(), "x".repeat(rest).into());
    assert_eq!(check_item(&exact), Ok(()));
    exact.insert("text".to_owned(), "x".repeat(rest + 1).into());
    assert!(matches!(
        check_item(&exact),
        Err(PortError::TooLarge { .. })
    ));
}

#[test]
fn transactions_have_one_to_a_hundred_different_items() {
    let puts = |count: usize| -> Vec<Write> {
        (0..count)
            .map(|id| Write::put(item(&key(&id.to_string()), [])))
            .collect()
    };
    assert!(refused(&[]));
    assert_eq!(check_transaction(&puts(MOST_WRITES)), Ok(()));
    assert!(refused(&puts(MOST_WRITES + 1)));
    let twice = [
        Write::put(item(&key("1"), [])),
        Update::new(key("1")).into(),
    ];
    assert!(refused(&twice));
}

#[test]
fn a_transaction_of_more_than_four_mebibytes_is_too_large() {
    let text = "x".repeat(LARGEST_ITEM - 1024);
    let writes: Vec<Write> = (0..11)
        .map(|id| Write::put(item(&key(&id.to_string()), [("text", text.clone().into())])))
        .collect();
    assert_eq!(check_transaction(&writes[..10]), Ok(()));
    assert!(matches!(
        check_transaction(&writes),
        Err(PortError::TooLarge { .. })
    ));
}

#[test]
fn impossible_writes_are_refused() {
    let empty = Key {
        pk: "p".to_owned(),
        sk: String::new(),
    };
    let long = Key {
        pk: "p".repeat(LONGEST_PARTITION_KEY + 1),
        sk: "s".to_owned(),
    };
    let deep = (0..DEEPEST_VALUE).fold(json!(1), |inner, _| json!([inner]));
    let writes: [Write; 11] = [
        Update::new(key("1")).into(),
        Write::Delete {
            key: empty,
            condition: Condition::None,
        },
        Write::Delete {
            key: long,
            condition: Condition::None,
        },
        Write::Check {
            key: key("1"),
            condition: Condition::None,
        },
        Write::put(item(&key("1"), [("gsi1pk", "".into())])),
        Write::put(item(&key("1"), [("gsi1sk", 4.into())])),
        Write::put(item(&key("1"), [("deep", deep)])),
        Write::put(item(&key("1"), [("small", 5e-324.into())])),
        Update::new(key("1")).set("sk", "other").into(),
        Update::new(key("1")).set("a", 1).add("a", 1).into(),
        Update::new(key("1")).remove("a").remove("a").into(),
    ];
    for write in writes {
        assert!(refused(std::slice::from_ref(&write)), "{write:?}");
    }
}

#[test]
fn impossible_conditions_are_refused() {
    let field = || "f".to_owned();
    for condition in [
        Condition::All(Vec::new()),
        Condition::Any(vec![Condition::None]),
        Condition::OneOf(field(), Vec::new()),
        Condition::OneOf(field(), vec![json!(1); MOST_VALUES + 1]),
        Condition::Less(field(), json!(true)),
        Condition::equals("", 1),
        Condition::All(vec![Condition::Greater(field(), json!([]))]),
    ] {
        let write = Write::Delete {
            key: key("1"),
            condition,
        };
        assert!(refused(std::slice::from_ref(&write)), "{write:?}");
    }
}

#[test]
fn names_and_lives_have_their_bounds() {
    assert_eq!(check_execution_name("a-B_9"), Ok(()));
    for name in ["", "a b", "a.b", "ä", &"x".repeat(81)] {
        assert!(check_execution_name(name).is_err(), "{name}");
    }
    assert_eq!(check_lifetime(Duration::from_secs(1)), Ok(()));
    assert_eq!(
        check_lifetime(Duration::from_secs(LONGEST_PRESIGNED)),
        Ok(())
    );
    assert!(check_lifetime(Duration::from_millis(900)).is_err());
    assert!(check_lifetime(Duration::from_secs(LONGEST_PRESIGNED + 1)).is_err());
}

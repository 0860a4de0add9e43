//! Every mistake in a plan is named, all at once.

use millrace_synth::Generator;
use millrace_synth::plan::Plan;
use serde_json::{Value, json};

/// Compiles the plan of the tests with `change` made to it; gives the faults as lines.
fn faults(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut plan: Value =
        serde_json::from_str(include_str!("every_kind.json")).expect("the plan of the tests reads");
    change(&mut plan);
    let plan: Plan = serde_json::from_value(plan).expect("the changed plan reads");
    match Generator::compile(&plan) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.0.iter().map(ToString::to_string).collect(),
    }
}

fn column<'v>(plan: &'v mut Value, table: &str, column: &str) -> &'v mut Value {
    let named = |list: &'v mut Value, name: &str| {
        let list = list.as_array_mut().expect("a list");
        list.iter_mut()
            .find(|each| each["name"] == name)
            .expect("the name exists")
    };
    named(&mut named(&mut plan["tables"], table)["columns"], column)
}

fn table<'v>(plan: &'v mut Value, name: &str) -> &'v mut Value {
    plan["tables"]
        .as_array_mut()
        .expect("a list")
        .iter_mut()
        .find(|each| each["name"] == name)
        .expect("the table exists")
}

#[test]
fn a_sound_plan_has_none() {
    assert_eq!(faults(|_| {}), Vec::<String>::new());
}

#[test]
fn single_mistakes_give_one_fault() {
    type Change = (
        &'static str,
        &'static str,
        &'static str,
        Value,
        &'static str,
    );
    let changes: Vec<Change> = vec![
        (
            "orders",
            "customer_id",
            "table",
            json!("clients"),
            "the table clients does not exist",
        ),
        (
            "orders",
            "customer_id",
            "table",
            json!("returns"),
            "does not stand before this one",
        ),
        (
            "orders",
            "customer_id",
            "skew",
            json!(-1.0),
            "skew must lie between",
        ),
        (
            "orders",
            "customer_id",
            "existing_at",
            json!("paid_at"),
            "may be null",
        ),
        (
            "orders",
            "segment",
            "path",
            json!("customer_id.state"),
            "no column state in customers",
        ),
        (
            "orders",
            "segment",
            "path",
            json!("status.country"),
            "status in the path status.country is not a reference",
        ),
        (
            "orders",
            "segment",
            "path",
            json!("segment"),
            "depends on itself: segment → segment",
        ),
        (
            "orders",
            "gift",
            "value",
            json!("name + 1"),
            "needs numbers, not text",
        ),
        (
            "orders",
            "gift",
            "value",
            json!("discount_percent"),
            "the result is a number, not true or false",
        ),
        (
            "orders",
            "ordered_at",
            "end",
            json!("2022-05-01"),
            "end after start",
        ),
        (
            "orders",
            "ordered_at",
            "end",
            json!("2030-01-01"),
            "after the plan's cut-off",
        ),
        (
            "orders",
            "ordered_at",
            "hours",
            json!([1.0, 2.0]),
            "hours needs 24 weights",
        ),
        (
            "orders",
            "paid_at",
            "state",
            json!("lost"),
            "status has no state lost",
        ),
        (
            "orders",
            "paid_at",
            "of",
            json!("segment"),
            "segment is not a lifecycle",
        ),
        ("orders", "due_on", "max", json!(1.0), "0 <= min < max"),
        (
            "customers",
            "country",
            "weights",
            json!([1.0, 2.0]),
            "2 weights for 4 values",
        ),
        (
            "customers",
            "country",
            "weights",
            json!([0.0, 0.0, 0.0, 0.0]),
            "not all 0",
        ),
        (
            "customers",
            "score",
            "min",
            json!(900.0),
            "min must lie below max",
        ),
        (
            "customers",
            "score",
            "max",
            json!(310.0),
            "cut off most of the distribution",
        ),
        (
            "customers",
            "city",
            "country",
            json!("currency"),
            "there are no cities of",
        ),
        (
            "customers",
            "email",
            "of",
            json!("score"),
            "score is not text",
        ),
        (
            "customers",
            "region",
            "cases",
            json!({"Peru": "Americas"}),
            "country is never Peru",
        ),
        (
            "customers",
            "signed_up_on",
            "hours",
            json!(vec![1.0; 24]),
            "hours have no effect on a date",
        ),
        (
            "products",
            "name",
            "value",
            json!("{Swift|Calm"),
            "braces of the template do not match",
        ),
        (
            "categories",
            "margin",
            "values",
            json!(["0.1"]),
            "1 values for 5 rows",
        ),
        (
            "categories",
            "margin",
            "values",
            json!(["0.1", "a", "0.3", "0.4", "0.5"]),
            "\"a\" is not of the column's type",
        ),
    ];
    for (table, name, field, value, part) in changes {
        let found = faults(|plan| column(plan, table, name)["generate"][field] = value.clone());
        let place = format!("{table}.{name}");
        assert!(
            found
                .iter()
                .any(|fault| fault.starts_with(&place) && fault.contains(part)),
            "{place} {field} {value}: {found:?}"
        );
    }
}

#[test]
fn columns_and_tables_are_checked() {
    let check = |part: &str, change: fn(&mut Value)| {
        let found = faults(change);
        assert!(
            found.iter().any(|fault| fault.contains(part)),
            "{part}: {found:?}"
        );
    };
    check(
        "orders.customer_id: the first row of customers arrives at 2021-01-01 00:00:00",
        |plan| {
            column(plan, "orders", "ordered_at")["generate"]["start"] = json!("2020-01-01");
        },
    );
    check("a table has 1 to", |plan| {
        table(plan, "offices")["rows"] = json!(0);
    });
    check("2500 rows cannot be a subset of 2471", |plan| {
        table(plan, "returns")["rows"] = json!(2_500);
    });
    check("has no layout", |plan| {
        table(plan, "returns")["layout"] = Value::Null;
    });
    check("has no key", |plan| {
        column(plan, "orders", "order_id")["generate"] =
            json!({"kind": "template", "value": "{a|b}"});
    });
    check("at most one key", |plan| {
        column(plan, "orders", "name")["generate"] = json!({"kind": "key"});
    });
    check("not nullable", |plan| {
        column(plan, "orders", "note")["nullable"] = json!(false);
    });
    check("must be nullable", |plan| {
        column(plan, "orders", "segment")["null_share"] = json!(0.1);
    });
    check("never null", |plan| {
        column(plan, "orders", "order_id")["nullable"] = json!(true);
    });
    check("only text columns", |plan| {
        column(plan, "orders", "gift")["untidy"] = json!(true);
    });
    check("snake_case", |plan| {
        column(plan, "orders", "gift")["name"] = json!("Is Gift");
    });
    check("another column has this name", |plan| {
        column(plan, "orders", "gift")["name"] = json!("note");
    });
    check("another table has this name", |plan| {
        table(plan, "offices")["name"] = json!("orders");
    });
    check("version 9 is not 1", |plan| plan["version"] = json!(9));
    check("empty must lie between", |plan| {
        plan["untidiness"]["empty"] = json!(1.5);
    });
    check("counts are 1 to", |plan| {
        table(plan, "order_items")["layout"]["counts"] = json!([[0, 1.0]]);
    });
    check("a key has at most", |plan| {
        column(plan, "orders", "order_id")["generate"]["width"] = json!(40);
    });
    check("cannot stand inside a case", |plan| {
        column(plan, "orders", "note")["generate"]["otherwise"] = json!({"kind": "owner"});
    });
}

#[test]
fn all_faults_are_listed_without_echoes() {
    let found = faults(|plan| {
        column(plan, "orders", "customer_id")["generate"]["skew"] = json!(-1.0);
        column(plan, "customers", "score")["generate"]["min"] = json!(900.0);
        column(plan, "order_items", "line_total")["generate"]["value"] = json!("quantity *");
        table(plan, "returns")["rows"] = json!(0);
    });
    assert_eq!(found.len(), 4, "{found:?}");
}

//! Each check passes on the clean shop, and fails once the shop is broken in its way.

use super::*;
use crate::samples::{Shop, expectations, shop};
use crate::{AnswerExpectation, Status, issues, score, strengths};

async fn checks_of(shop: &Shop, expectations: &Expectations) -> Vec<Check> {
    shop.load()
        .check(expectations, &QueryLimits::default())
        .await
}

/// The names of the checks that fail.
async fn failing(break_it: impl FnOnce(&mut Shop, &mut Expectations)) -> Vec<String> {
    let mut shop = shop();
    let mut expectations = expectations();
    break_it(&mut shop, &mut expectations);
    let checks = checks_of(&shop, &expectations).await;
    checks
        .into_iter()
        .filter(|check| !check.passed)
        .map(|check| check.name)
        .collect()
}

#[tokio::test]
async fn the_clean_shop_passes_every_check() {
    let checks = checks_of(&shop(), &expectations()).await;
    assert_eq!(issues(&checks), Vec::<String>::new());
    for name in [
        "row_count",
        "nulls",
        "structure",
        "primary_key",
        "foreign_key",
        "bounds",
        "categories",
        "temporal_order",
        "business_rule",
        "distribution",
        "unreadable",
        "padding",
        "answers",
    ] {
        assert!(
            checks.iter().any(|check| check.name == name),
            "no check {name}"
        );
    }
    let scores = score(&checks);
    assert_eq!(scores.status, Status::Approved);
    assert!(scores.overall > 9.5, "{scores:?}");
    assert!(
        strengths(&checks).contains(&"All 1 relationships resolve, with 0 orphans.".to_owned())
    );

    let figure = |name: &str, table: &str| {
        let check = checks
            .iter()
            .find(|check| check.name == name && check.table.as_deref() == Some(table));
        check.map(|check| check.value)
    };
    assert_eq!(figure("row_count", "orders"), Some(2_000.0));
    assert_eq!(figure("nulls", "orders"), Some(0.1 / 6.0));
    assert_eq!(figure("foreign_key", "orders"), Some(0.0));
}

#[tokio::test]
async fn an_orphan_breaks_the_reference_and_the_approval() {
    let mut shop = shop();
    shop.orders[17][1] = "4711".to_owned();
    let checks = checks_of(&shop, &expectations()).await;
    let check = checks
        .iter()
        .find(|check| check.name == "foreign_key")
        .unwrap();
    assert!(!check.passed);
    assert_eq!(check.value, 1.0);
    assert_eq!(issues(&checks).len(), 1);
    assert_eq!(score(&checks).status, Status::NeedsReview);
}

#[tokio::test]
async fn a_duplicate_key_and_a_missing_key_are_found() {
    assert_eq!(
        failing(|shop, _| shop.orders[5][0] = "5".to_owned()).await,
        ["primary_key"]
    );
    let missing = failing(|shop, _| shop.orders[5][0] = String::new()).await;
    assert_eq!(missing, ["nulls", "primary_key"]);
}

#[tokio::test]
async fn a_value_out_of_bounds_is_found() {
    assert_eq!(
        failing(|shop, _| shop.orders[5][2] = "101.00".to_owned()).await,
        ["bounds"]
    );
    assert_eq!(
        failing(|shop, _| shop.customers[5][3] = "2024-01-01".to_owned()).await,
        ["bounds"]
    );
    let no_bound = failing(|_, plan| plan.tables[0].columns[3].max = Some("soon".to_owned())).await;
    assert_eq!(no_bound, ["bounds"]);
}

#[tokio::test]
async fn a_value_outside_of_its_categories_is_found() {
    assert_eq!(
        failing(|shop, _| shop.customers[5][2] = "Consumer".to_owned()).await,
        ["categories"]
    );
    let padded = |shop: &mut Shop| shop.customers[5][2] = " Consumer".to_owned();
    assert_eq!(
        failing(|shop, _| padded(shop)).await,
        ["categories", "padding"]
    );
    let planned = failing(|shop, plan| {
        padded(shop);
        plan.tables[0].columns[2].padded_share = Some(0.01);
    });
    assert_eq!(planned.await, Vec::<String>::new());
}

#[tokio::test]
async fn reversed_times_are_found() {
    let shipped_first = failing(|shop, _| shop.orders[5][4] = "2024-01-01 00:00:00".to_owned());
    assert_eq!(shipped_first.await, ["temporal_order"]);
    let before_signing_up = failing(|shop, _| {
        shop.orders[5][3] = "2022-12-31 23:59:59".to_owned();
    });
    assert_eq!(before_signing_up.await, ["temporal_order"]);
    let same_day = failing(|shop, _| {
        for customer in &mut shop.customers {
            customer[3] = "2023-06-01".to_owned();
        }
        shop.orders[5][3] = "2023-06-01 00:00:00".to_owned();
    });
    assert_eq!(same_day.await, Vec::<String>::new());
}

#[tokio::test]
async fn a_broken_rule_is_found_and_a_null_is_none() {
    let broken = failing(|shop, plan| {
        shop.orders[5][2] = "-1.00".to_owned();
        plan.tables[1].columns[2].min = None;
    });
    assert_eq!(broken.await, ["business_rule"]);
    let unknown =
        failing(|_, plan| plan.business_rules[0].check = "shipped_at > ordered_at".to_owned());
    assert_eq!(unknown.await, Vec::<String>::new());
    for hostile in [
        "amount > 0) IS FALSE); DROP TABLE orders; --",
        "amuont > 0",
        "amount",
        "1",
    ] {
        let refused = failing(|_, plan| plan.business_rules[0].check = hostile.to_owned()).await;
        assert_eq!(refused, ["business_rule"], "{hostile}");
    }
}

#[tokio::test]
async fn missing_rows_are_found() {
    let fewer = failing(|shop, _| {
        shop.orders.pop();
    });
    assert_eq!(fewer.await, ["row_count"]);
}

#[tokio::test]
async fn a_shifted_distribution_is_found() {
    let numbers = failing(|shop, _| {
        for row in shop.orders.iter_mut().step_by(5) {
            row[2] = "99.00".to_owned();
        }
    });
    assert_eq!(numbers.await, ["distribution"]);
    let categories = failing(|shop, _| {
        for row in shop.customers.iter_mut().skip(1).step_by(2) {
            row[2] = "business".to_owned();
        }
    });
    assert_eq!(categories.await, ["distribution"]);
}

#[tokio::test]
async fn untidiness_must_be_as_planned() {
    let spoil = |shop: &mut Shop| {
        for row in shop.orders.iter_mut().step_by(20) {
            row[2] = "12.50 USD".to_owned();
        }
    };
    assert_eq!(failing(|shop, _| spoil(shop)).await, ["unreadable"]);
    let planned = failing(|shop, plan| {
        spoil(shop);
        plan.tables[1].columns[2].unreadable_share = Some(0.05);
    });
    assert_eq!(planned.await, Vec::<String>::new());
    let too_clean =
        failing(|_, plan| plan.tables[1].columns[2].unreadable_share = Some(0.05)).await;
    assert_eq!(too_clean, ["unreadable"]);
    let too_empty = failing(|shop, _| {
        for row in shop.orders.iter_mut().step_by(3) {
            row[4] = String::new();
        }
    });
    assert_eq!(too_empty.await, ["nulls"]);
}

#[tokio::test]
async fn a_missing_column_is_found() {
    let missing = failing(|_, plan| plan.tables[0].columns[1].name = "full_name".to_owned()).await;
    assert_eq!(missing, ["structure"]);
    let no_table = failing(|_, plan| plan.tables[0].name = "clients".to_owned()).await;
    assert_eq!(no_table, ["row_count", "structure", "nulls"]);
}

#[tokio::test]
async fn answers_with_ties_without_rows_or_with_faults_fail() {
    let tied = [
        // 2,000 orders, 12 months: the day's order count ties, and LIMIT cuts inside a tie.
        "SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id ORDER BY n DESC LIMIT 5",
        "SELECT id, gift FROM orders ORDER BY gift",
        "SELECT id, row_number() OVER (ORDER BY gift) AS place FROM orders ORDER BY id LIMIT 10",
        "SELECT id FROM orders WHERE false ORDER BY id",
        "SELECT idd FROM orders ORDER BY id",
    ];
    for sql in tied {
        let failed = failing(|_, plan| {
            plan.answers = vec![AnswerExpectation {
                question: "?".to_owned(),
                sql: sql.to_owned(),
            }];
        });
        assert_eq!(failed.await, ["answers"], "{sql}");
    }
    let settled = failing(|_, plan| {
        let sql = "SELECT id, gift FROM orders ORDER BY gift, id LIMIT 100";
        plan.answers = vec![AnswerExpectation {
            question: "?".to_owned(),
            sql: sql.to_owned(),
        }];
    });
    assert_eq!(settled.await, Vec::<String>::new());
}

#[tokio::test]
async fn checks_serialise_in_the_documented_shape() {
    let checks = checks_of(&shop(), &expectations()).await;
    let check = serde_json::to_value(&checks[0]).unwrap();
    let keys: Vec<&str> = check
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let mut documented = vec![
        "name", "category", "table", "column", "passed", "value", "expected", "message",
    ];
    documented.push("conformance");
    assert_eq!(keys, documented);
    assert_eq!(check["value"].to_string(), "100");
    assert_eq!(check["expected"].to_string(), "100");
    assert_eq!(serde_json::from_value::<Check>(check).unwrap(), checks[0]);
}

use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::{NaiveDate, TimeDelta};
use millrace_ports::memory::{Fault, Faults, Memory, Operation};
use millrace_ports::{Objects, Tenant};
use serde_json::{Value, json};

use crate::*;

fn sales() -> Compiled {
    Compiled::new(&crate::sales::definition()).expect("it compiles")
}

#[tokio::test]
async fn the_built_in_rows_hang_together() {
    let sales = sales();
    for (sql, expected) in [
        ("SELECT COUNT(*) FROM customers", json!(600)),
        ("SELECT COUNT(*) FROM orders", json!(5_000)),
        (
            "SELECT COUNT(*) FROM orders o LEFT JOIN customers c ON o.customer_id = c.id WHERE c.id IS NULL",
            json!(0),
        ),
        (
            "SELECT COUNT(*) FROM order_items i LEFT JOIN products p ON i.product_id = p.id WHERE p.id IS NULL",
            json!(0),
        ),
        (
            "SELECT COUNT(*) FROM orders o JOIN customers c ON o.customer_id = c.id WHERE o.created_at < c.created_at",
            json!(0),
        ),
        (
            "SELECT COUNT(*) FROM orders o JOIN (SELECT order_id, SUM(quantity * unit_price) AS total FROM order_items \
             GROUP BY order_id) AS i ON i.order_id = o.id WHERE ABS(i.total - o.total_amount) > 0.001",
            json!(0),
        ),
        (
            "SELECT COUNT(*) FROM orders WHERE created_at < '2023-01-01' OR created_at >= '2026-01-01'",
            json!(0),
        ),
        ("SELECT COUNT(DISTINCT email) FROM customers", json!(600)),
    ] {
        let answer = sales.query(sql, 10).await.expect(sql);
        assert_eq!(answer.rows, [[expected]], "{sql}");
    }
    assert_eq!(crate::sales::definition(), crate::sales::definition());
}

#[tokio::test]
async fn samples_are_answered_with_confidence() {
    let sales = sales();
    assert!(sales.samples().len() >= 3, "{:?}", sales.samples());
    let today = NaiveDate::from_ymd_opt(2025, 6, 1).expect("a day");
    for question in sales.samples() {
        let answer = sales.ask(question, today);
        let sql = answer.parsed_query.sql.expect(question);
        assert!(answer.confidence >= 0.85, "{question}");
        assert!(sales.query(&sql, 10).await.is_ok(), "{sql}");
    }
}

#[tokio::test]
async fn spans_of_the_calendar_are_cut_as_the_engine_writes_times() {
    let sales = sales();
    let today = NaiveDate::from_ymd_opt(2025, 6, 1).expect("a day");
    for (question, first) in [
        ("orders per day", "2023-01-29"),
        ("orders per week", "2023-01-23"),
        ("orders per month", "2023-01"),
        ("orders per quarter", "2023-01-01"),
        ("orders per year", "2023"),
    ] {
        let sql = sales.ask(question, today).parsed_query.sql.expect(question);
        let rows = sales.query(&sql, 2_000).await.expect(&sql).rows;
        assert_eq!(rows[0][0], json!(first), "{sql}");
        let counts = rows.iter().map(|row| row[1].as_u64().expect("a count"));
        assert_eq!(counts.sum::<u64>(), 5_000, "{sql}");
    }
}

#[tokio::test]
async fn the_first_of_each_group_is_planned_and_run() {
    let sales = sales();
    let today = NaiveDate::from_ymd_opt(2025, 6, 1).expect("a day");
    let categories = "SELECT COUNT(DISTINCT category) FROM products";
    let categories = sales.query(categories, 1).await.expect(categories).rows;
    for (question, each) in [
        ("the cheapest product in each category", 1),
        ("top 2 products per category by price", 2),
        ("best selling product in each category", 1),
    ] {
        let answer = sales.ask(question, today);
        let sql = answer.parsed_query.sql.expect(question);
        assert!(sales.validate(&sql).valid, "{sql}");
        let rows = sales.query(&sql, 2_000).await.expect(&sql).rows;
        let groups = categories[0][0].as_u64().expect("a count");
        assert_eq!(rows.len() as u64, groups * each, "{sql}");
    }
}

#[tokio::test]
async fn shares_averages_of_counts_sums_and_places_are_planned_and_run() {
    let sales = sales();
    let today = NaiveDate::from_ymd_opt(2025, 6, 1).expect("a day");
    for (question, like) in [
        (
            "What percentage of orders were cancelled?",
            "SELECT 100.0 * COUNT(*) / (SELECT COUNT(*) FROM orders) FROM orders WHERE status = 'cancelled'",
        ),
        (
            "average number of orders per customer",
            "SELECT AVG(n) FROM (SELECT COUNT(*) AS n FROM orders GROUP BY customer_id) AS counts",
        ),
        (
            "How many customers spent more than 1000 in total?",
            "SELECT COUNT(*) FROM (SELECT customer_id FROM orders GROUP BY customer_id HAVING SUM(total_amount) > 1000) AS those",
        ),
        (
            "the second highest price of a product",
            "SELECT MAX(price) FROM products WHERE price < (SELECT MAX(price) FROM products)",
        ),
    ] {
        let sql = sales.ask(question, today).parsed_query.sql.expect(question);
        assert!(sales.validate(&sql).valid, "{sql}");
        let rows = sales.query(&sql, 10).await.expect(&sql).rows;
        let expected = sales.query(like, 10).await.expect(like).rows;
        let number = |rows: &[Vec<Value>]| rows[0][0].as_f64().expect("a number");
        assert_eq!(rows.len(), 1, "{sql}");
        assert!(
            (number(&rows) - number(&expected)).abs() < 1e-9,
            "{sql}: {rows:?} for {expected:?}"
        );
    }
}

#[tokio::test]
async fn what_is_planned_is_what_was_validated() {
    let sales = sales();
    for (sql, code) in [
        ("SELECT now() AS moment", "E_UNKNOWN_FUNCTION"),
        ("SELECT replace(email, 'a', email) AS x FROM customers", ""),
        ("SELECT 1 + 1 + 1 AS three", ""),
        ("SELECT (SELECT id, name FROM customers) AS x", "E_"),
        ("SELECT id FROM customers FOR UPDATE", "E_WRITE"),
        ("SELECT * INTO x FROM customers", "E_WRITE"),
        ("WITH RECURSIVE n AS (SELECT 1 AS i) SELECT i FROM n", "E_"),
        ("SELECT * FROM generate_series(1, 1000000000)", "E_"),
    ] {
        let found = sales.validate(sql);
        assert_eq!(found.valid, code.is_empty(), "{sql} {found:?}");
        let told = found
            .diagnostics
            .iter()
            .any(|found| found.code.starts_with(code));
        assert!(code.is_empty() || told, "{sql} {found:?}");
        assert_eq!(sales.query(sql, 5).await.is_ok(), code.is_empty(), "{sql}");
    }
}

#[tokio::test]
async fn databases_are_the_tenants_own_and_counted() {
    let memory = Memory::new();
    let databases = Databases::new(memory.ports(), "data", 90);
    let (ada, eve) = (
        Tenant::new("ada").expect("a tenant"),
        Tenant::new("eve").expect("a tenant"),
    );
    for place in 0..100 {
        let name = format!("d{place}");
        let made = databases.register(&ada, &name, one_table("t")).await;
        assert!(made.expect("room").1);
    }
    let more = databases.register(&ada, "more", one_table("t")).await;
    assert!(matches!(more, Err(DatabaseError::Full(100))));
    let again = databases
        .register(&ada, "d7", wish_of("CREATE TABLE u (b TEXT)"))
        .await;
    assert!(!again.expect("a replacement").1);
    let found = databases.find(&ada, "d7").await.expect("it is there");
    assert_eq!(found.database.tables()[0].name, "u");
    assert_eq!(databases.list(&ada).await.expect("a list").len(), 100);
    assert!(databases.list(&eve).await.expect("a list").is_empty());
    assert!(matches!(
        databases.find(&eve, "d7").await,
        Err(DatabaseError::NotFound(_))
    ));
    for name in ["sales_db", "SALES_DB"] {
        let taken = databases.register(&ada, name, one_table("t")).await;
        assert!(matches!(taken, Err(DatabaseError::BuiltIn(_))), "{name}");
    }
}

fn wish_of(ddl: &str) -> Wish {
    Wish {
        ddl: ddl.to_owned(),
        ..Wish::default()
    }
}

fn one_table(name: &str) -> Wish {
    wish_of(&format!("CREATE TABLE {name} (a INT)"))
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_has_happened() {
    for (calls, fault) in [(2, Fault::ResponseLost), (4, Fault::ResponseLost)] {
        let faults = Faults::none().fail(Operation::Transact, calls, fault);
        let memory = Memory::with_faults(faults);
        let databases = Databases::new(memory.ports(), "data", 90);
        let ada = Tenant::new("ada").expect("a tenant");
        for name in ["t", "u"] {
            let done = databases.register(&ada, "d", one_table(name)).await;
            assert_eq!(done.expect("it is there").1, name == "t");
        }
        // Another instance finds the last version with its files.
        let others = Databases::new(memory.ports(), "data", 90);
        let found = others.find(&ada, "d").await.expect("it is there");
        assert_eq!(found.database.tables()[0].name, "u");
    }
}

#[tokio::test]
async fn a_refused_commit_changes_nothing_and_leaves_nothing() {
    let faults = Faults::none().fail(Operation::Transact, 4, Fault::Unavailable);
    let memory = Memory::with_faults(faults);
    let databases = Databases::new(memory.ports(), "data", 90);
    let ada = Tenant::new("ada").expect("a tenant");
    databases
        .register(&ada, "d", one_table("t"))
        .await
        .expect("it is there");
    let failed = databases.register(&ada, "d", one_table("u")).await;
    assert!(matches!(failed, Err(DatabaseError::Port(_))));
    let others = Databases::new(memory.ports(), "data", 90);
    let found = others.find(&ada, "d").await.expect("it is there");
    assert_eq!(found.database.tables()[0].name, "t");
    assert_eq!(files(&memory).await, 2);
    memory.clock.advance(TimeDelta::days(1));
    let swept = millrace_leftovers::sweep(&memory.ports(), 100).await;
    assert_eq!(swept, Ok(2));
    assert_eq!(files(&memory).await, 1);
    let found = Databases::new(memory.ports(), "data", 90)
        .find(&ada, "d")
        .await;
    assert_eq!(found.expect("it is there").database.tables()[0].name, "t");
}

async fn files(memory: &Memory) -> usize {
    let listing = memory.objects.list("ada/databases/", None).await;
    listing.expect("a list").objects.len()
}

#[tokio::test]
async fn what_was_replaced_or_removed_goes_after_its_readers() {
    let memory = Memory::new();
    let databases = Databases::new(memory.ports(), "data", 90);
    let (ada, eve) = (
        Tenant::new("ada").expect("a tenant"),
        Tenant::new("eve").expect("a tenant"),
    );
    for name in ["t", "u"] {
        databases
            .register(&ada, "d", one_table(name))
            .await
            .expect("a database");
    }
    assert_eq!(files(&memory).await, 2);
    memory.clock.advance(TimeDelta::hours(2));
    let sweep = async || millrace_leftovers::sweep(&memory.ports(), 100).await;
    assert_eq!(sweep().await, Ok(1));
    assert_eq!(files(&memory).await, 1);
    for (tenant, name) in [(&eve, "d"), (&ada, "other"), (&ada, "../d")] {
        let refused = databases.remove(tenant, name).await;
        assert!(matches!(refused, Err(DatabaseError::NotFound(_))), "{name}");
    }
    let refused = databases.remove(&ada, "sales_db").await;
    assert!(matches!(refused, Err(DatabaseError::BuiltIn(_))));
    databases.remove(&ada, "d").await.expect("it goes");
    let gone = databases.find(&ada, "d").await;
    assert!(matches!(gone, Err(DatabaseError::NotFound(_))));
    memory.clock.advance(TimeDelta::days(1));
    sweep().await.expect("a sweep");
    assert_eq!(files(&memory).await, 0);
}

#[tokio::test]
async fn rows_are_bounded() {
    let memory = Memory::new();
    let databases = Databases::new(memory.ports(), "data", 90);
    let ada = Tenant::new("ada").expect("a tenant");
    let large = Bytes::from("a\n".to_owned() + &"1\n".repeat(17 << 20));
    let put = memory.objects.put("ada/large.csv", large, "text/csv").await;
    put.expect("a put");
    let source = RowSource::read("s3://data/ada/large.csv").expect("an object");
    let wish = Wish {
        ddl: "CREATE TABLE t (a INT)".to_owned(),
        rows: BTreeMap::from([("t".to_owned(), source)]),
        ..Wish::default()
    };
    let refused = databases.register(&ada, "large", wish).await;
    assert!(matches!(refused, Err(DatabaseError::Invalid(_))));
    let long = "x".repeat(300_000);
    let ddl = Definition::of_ddl(format!("CREATE TABLE t (a INT) -- {long}"));
    assert!(matches!(
        Compiled::new(&ddl),
        Err(DatabaseError::Invalid(_))
    ));
}

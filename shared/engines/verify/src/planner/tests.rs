use super::*;
use crate::samples::{schema, shop};
use crate::{MAX_SQL_BYTES, QueryLimits};

async fn fault(sql: &str) -> SqlFault {
    plan(&schema(), sql).await.expect_err(sql)
}

#[tokio::test]
async fn selects_give_their_columns() {
    let sql = "WITH monthly AS (SELECT date_trunc('month', ordered_at) AS month, sum(amount) AS revenue, \
               avg(amount) AS mean FROM orders GROUP BY 1) \
               SELECT CAST(month AS DATE) AS month, revenue, revenue / lag(revenue) OVER (ORDER BY month) AS growth, \
               rank() OVER (ORDER BY revenue DESC) AS place FROM monthly ORDER BY month";
    let columns = plan(&schema(), sql).await.unwrap();
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["month", "revenue", "growth", "place"]);
    assert_eq!(columns[0].data_type, "DATE");
    assert_eq!(columns[1].data_type, "DECIMAL(28,2)");
    for sql in [
        "SELECT 1 AS one",
        "select ID from ORDERS",
        "SELECT id FROM orders UNION ALL SELECT id FROM customers ORDER BY 1;",
        "(SELECT id FROM orders)",
        "SELECT v.n FROM (VALUES (1), (2)) AS v(n)",
        "SELECT count(*) FROM orders o WHERE EXISTS (SELECT 1 FROM customers c WHERE c.id = o.customer_id)",
        "SELECT to_char(ordered_at, '%Y-%m') AS m, count(*) AS n FROM orders GROUP BY 1 ORDER BY 1",
    ] {
        plan(&schema(), sql).await.expect(sql);
    }
}

#[tokio::test]
async fn everything_but_one_select_is_refused() {
    for sql in [
        "",
        ";",
        "-- nothing",
        "DROP TABLE orders",
        "DELETE FROM orders",
        "UPDATE orders SET amount = 0",
        "INSERT INTO orders SELECT * FROM orders",
        "CREATE TABLE x AS SELECT 1",
        "CREATE VIEW x AS SELECT 1",
        "CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '/etc/passwd'",
        "COPY orders TO '/tmp/out.csv'",
        "COPY (SELECT 1) TO '/tmp/out.csv'",
        "EXPLAIN SELECT 1",
        "EXPLAIN ANALYZE SELECT 1",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP TABLE orders",
        "SET datafusion.execution.batch_size = 1",
        "RESET datafusion.execution.batch_size",
        "SHOW TABLES",
        "SHOW ALL",
        "DESCRIBE orders",
        "PREPARE p AS SELECT 1",
        "EXECUTE p",
        "BEGIN",
        "TRUNCATE TABLE orders",
        "VALUES (1)",
        "TABLE orders",
        "SELECT * INTO copy FROM orders",
        "SELECT * FROM orders FOR UPDATE",
        "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) SELECT * FROM n",
        "WITH gone AS (DELETE FROM orders RETURNING id) SELECT * FROM gone",
    ] {
        let found = fault(sql).await;
        assert!(
            matches!(found, SqlFault::NotASelect { .. } | SqlFault::Syntax(_)),
            "{sql}: {found:?}"
        );
        let run = shop().load().query(sql, &QueryLimits::default()).await;
        assert_eq!(run, Err(found), "{sql}");
    }
}

#[tokio::test]
async fn files_catalogs_and_table_functions_are_out_of_reach() {
    for sql in [
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM \"file:///etc/passwd\"",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM generate_series(1, 1000000000000)",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM datafusion.public.orders",
        "SELECT repeat('x', 2000000000)",
        "SELECT unnest(range(1, 1000000000))",
        "SELECT now()",
        "SELECT CURRENT_DATE",
        "SELECT random()",
    ] {
        let found = fault(sql).await;
        assert!(
            matches!(
                found,
                SqlFault::UnknownTable { .. }
                    | SqlFault::UnavailableFunction(_)
                    | SqlFault::Invalid(_)
            ),
            "{sql}: {found:?}"
        );
    }
    assert_eq!(
        fault("SELECT now()").await,
        SqlFault::UnavailableFunction("now".to_owned())
    );
}

#[tokio::test]
async fn missing_names_come_with_the_nearest() {
    let message = |sql: &'static str| async move { fault(sql).await.to_string() };
    assert_eq!(
        message("SELECT * FROM ordres").await,
        "there is no table ordres; the nearest is orders"
    );
    assert_eq!(
        message("SELECT o.amuont FROM orders o").await,
        "there is no column o.amuont; the nearest is o.amount"
    );
    assert_eq!(
        message("SELECT c.name FROM customers c JOIN orders o ON o.costumer_id = c.id").await,
        "there is no column o.costumer_id; the nearest is o.customer_id"
    );
    assert_eq!(
        message("SELECT id FROM orders WHERE shiped_at IS NULL").await,
        "there is no column shiped_at; the nearest is orders.shipped_at"
    );
}

#[tokio::test]
async fn meaningless_statements_are_refused() {
    for sql in [
        "SELECT id FROM customers c JOIN orders o ON c.id = o.customer_id",
        "SELECT segment, count(*) FROM customers",
        "SELECT nonsense(id) FROM orders",
        "SELECT sum(name) FROM customers",
        "SELEC id FROM orders",
        "SELECT 'open",
    ] {
        let found = fault(sql).await;
        assert!(
            matches!(found, SqlFault::Invalid(_) | SqlFault::Syntax(_)),
            "{sql}: {found:?}"
        );
        assert!(!found.to_string().contains('\n'), "{found}");
    }
}

#[tokio::test]
async fn oversized_statements_are_refused() {
    let long = format!("SELECT '{}'", "x".repeat(MAX_SQL_BYTES));
    assert!(matches!(fault(&long).await, SqlFault::TooLong { .. }));
    let deep = format!("SELECT {}1{}", "(".repeat(1_000), ")".repeat(1_000));
    assert!(matches!(fault(&deep).await, SqlFault::TooComplex(_)));
    let chain = format!("SELECT 1{}", " + 1".repeat(10_000));
    assert!(matches!(fault(&chain).await, SqlFault::TooComplex(_)));
    let mut doubling = "WITH c0 AS (SELECT 1 AS x)".to_owned();
    for step in 1..40 {
        let before = step - 1;
        doubling.push_str(&format!(
            ", c{step} AS (SELECT a.x FROM c{before} a, c{before} b)"
        ));
    }
    doubling.push_str(" SELECT count(*) FROM c39");
    assert!(matches!(fault(&doubling).await, SqlFault::TooComplex(_)));
}

/// The longest chain that is let through is planned on a small stack.
#[test]
fn the_longest_chain_fits_a_small_stack() {
    let planned = std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            let sum = format!("SELECT id{} AS total FROM orders", " + 1".repeat(990));
            let either = format!(
                "SELECT id FROM orders WHERE id = 0{}",
                " OR id = 1".repeat(330)
            );
            runtime.block_on(async {
                let schema = schema();
                (
                    plan(&schema, &sum).await.err(),
                    plan(&schema, &either).await.err(),
                )
            })
        })
        .unwrap()
        .join()
        .unwrap();
    assert_eq!(planned, (None, None));
}

#[tokio::test]
async fn tables_of_one_name_are_refused() {
    let mut doubled = schema();
    doubled.tables.push(doubled.tables[0].clone());
    assert!(matches!(Planner::new(&doubled), Err(SqlFault::Invalid(_))));
}

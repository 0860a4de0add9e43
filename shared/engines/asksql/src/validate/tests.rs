use proptest::prelude::*;

use super::*;

fn database() -> Database {
    let mut builder = Database::builder(
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, city TEXT, created_at TIMESTAMP);
         CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers(id), total DOUBLE, status TEXT, day DATE);",
    )
    .expect("the schema reads");
    builder
        .csv(
            "customers",
            "id,name,city,created_at\n1,Ann,Paris,2024-01-01\n2,Bob,Rome,2024-02-01\n".as_bytes(),
        )
        .expect("rows");
    builder
        .csv(
            "orders",
            "id,customer_id,total,status,day\n1,1,5.5,paid,2024-01-02\n2,,7,open,2024-01-03\n"
                .as_bytes(),
        )
        .expect("rows");
    builder.compile()
}

fn codes(sql: &str) -> Vec<&'static str> {
    validate(&database(), sql)
        .diagnostics
        .into_iter()
        .map(|finding| finding.code)
        .collect()
}

fn errors(sql: &str) -> Vec<&'static str> {
    let validation = validate(&database(), sql);
    validation
        .diagnostics
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| finding.code)
        .collect()
}

#[test]
fn the_documented_example_warns_and_is_valid() {
    let validation = validate(&database(), "SELECT * FROM customers");
    assert!(validation.valid);
    assert_eq!(validation.errors, Vec::<String>::new());
    assert_eq!(validation.warnings, ["Query may return large dataset"]);
}

#[test]
fn ordinary_queries_are_valid() {
    for sql in [
        "SELECT name FROM customers WHERE city = 'Paris' ORDER BY name LIMIT 5",
        "SELECT c.name, COUNT(*) FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.id, c.name HAVING COUNT(*) > 1",
        "SELECT c.name FROM customers c GROUP BY c.id",
        "SELECT city AS place, COUNT(*) n FROM customers GROUP BY place ORDER BY n DESC",
        "SELECT city, COUNT(*) FROM customers GROUP BY 1",
        "WITH big AS (SELECT customer_id, SUM(total) AS s FROM orders GROUP BY customer_id) SELECT s FROM big WHERE s > 3",
        "SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders WHERE customer_id IS NOT NULL)",
        "SELECT name FROM customers c WHERE EXISTS (SELECT 1 FROM orders WHERE orders.customer_id = c.id)",
        "SELECT name FROM customers UNION SELECT status FROM orders",
        "SELECT x.name FROM (SELECT name FROM customers) x;",
        "SELECT name FROM customers WHERE created_at >= '2024-01-01' AND created_at < '2024-02-01'",
    ] {
        assert_eq!(errors(sql), Vec::<&str>::new(), "{sql}");
    }
}

#[test]
fn writes_are_refused_wherever_they_hide() {
    for sql in [
        "DELETE FROM customers",
        "INSERT INTO customers VALUES (1)",
        "UPDATE customers SET name = 'x'",
        "DROP TABLE customers",
        "CREATE TABLE x AS SELECT 1",
        "SELECT * INTO x FROM customers",
        "SELECT * FROM customers FOR UPDATE",
        "COPY customers TO 'x.csv'",
        "SET a = 1",
        "EXPLAIN ANALYZE SELECT 1",
        "WITH x AS (DELETE FROM customers RETURNING id) SELECT * FROM x",
        "WITH x AS (INSERT INTO customers VALUES (1) RETURNING id) SELECT * FROM x",
    ] {
        assert!(!validate(&database(), sql).valid, "{sql}");
    }
    assert_eq!(
        errors("SELECT 1; DROP TABLE customers"),
        ["E_MULTI_STATEMENT", "E_WRITE"]
    );
    assert_eq!(errors("DELETE FROM customers"), ["E_WRITE"]);
}

#[test]
fn unknown_names_have_a_place_and_a_suggestion() {
    let validation = validate(&database(), "SELECT nmae FROM custmers");
    assert_eq!(validation.diagnostics[0].code, "E_UNKNOWN_TABLE");
    assert_eq!(
        validation.diagnostics[0].span,
        Some(Span { start: 17, end: 25 })
    );
    assert_eq!(
        validation.diagnostics[0].suggestion.as_deref(),
        Some("customers")
    );
    let validation = validate(&database(), "SELECT é, nmae FROM customers");
    let column = validation
        .diagnostics
        .iter()
        .find(|finding| finding.suggestion.is_some())
        .expect("a suggestion");
    assert_eq!(
        (column.code, column.span, column.suggestion.as_deref()),
        (
            "E_UNKNOWN_COLUMN",
            Some(Span { start: 10, end: 14 }),
            Some("name")
        )
    );
    assert_eq!(
        errors("SELECT c.total FROM customers c"),
        ["E_UNKNOWN_COLUMN"]
    );
    assert_eq!(errors("SELECT x.id FROM customers"), ["E_UNKNOWN_TABLE"]);
    assert_eq!(
        errors("SELECT id FROM customers JOIN orders ON orders.customer_id = customers.id"),
        ["E_AMBIGUOUS_COLUMN"]
    );
    assert_eq!(
        errors("SELECT cuont(*) FROM customers"),
        ["E_UNKNOWN_FUNCTION"]
    );
}

#[test]
fn sources_outside_of_the_database_are_forbidden() {
    for sql in [
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM 'x.csv'",
        "SELECT * FROM \"/etc/passwd\"",
        "SELECT * FROM read_csv('x.csv')",
    ] {
        assert!(
            errors(sql)
                .iter()
                .any(|code| matches!(*code, "E_FORBIDDEN_SOURCE" | "E_SYNTAX")),
            "{sql}"
        );
    }
}

#[test]
fn types_and_groups_are_checked() {
    assert_eq!(
        errors("SELECT id FROM orders WHERE day > 5"),
        ["E_TYPE_MISMATCH"]
    );
    assert_eq!(
        errors("SELECT id FROM orders WHERE id > 'abc'"),
        ["E_TYPE_MISMATCH"]
    );
    assert_eq!(
        errors("SELECT id FROM orders WHERE day BETWEEN '2024-13-01' AND '2024-13-05'"),
        ["E_TYPE_MISMATCH", "E_TYPE_MISMATCH"][..1]
    );
    assert_eq!(
        errors("SELECT id FROM orders WHERE status LIKE 5"),
        ["E_TYPE_MISMATCH"]
    );
    assert_eq!(
        errors("SELECT name FROM customers WHERE name"),
        ["E_NOT_BOOLEAN"]
    );
    assert_eq!(
        errors("SELECT status FROM orders WHERE COUNT(*) > 1"),
        ["E_AGGREGATE_IN_WHERE"]
    );
    assert_eq!(
        errors("SELECT name FROM customers UNION SELECT id, status FROM orders"),
        ["E_SET_WIDTH"]
    );
    let validation = validate(
        &database(),
        "SELECT city, name, COUNT(*) FROM customers GROUP BY city",
    );
    assert_eq!(validation.diagnostics[0].code, "E_NOT_GROUPED");
    assert_eq!(
        validation.diagnostics[0].suggestion.as_deref(),
        Some("GROUP BY city, name")
    );
}

#[test]
fn doubtful_queries_are_warned_of() {
    assert!(codes("SELECT customers.name FROM customers, orders").contains(&"W_CARTESIAN"));
    assert!(codes("SELECT name FROM customers WHERE city = NULL").contains(&"W_NULL_COMPARE"));
    assert!(
        codes("SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders)")
            .contains(&"W_NOT_IN_NULLABLE")
    );
    assert!(codes("SELECT name FROM customers LIMIT 3").contains(&"W_LIMIT_WITHOUT_ORDER"));
    let validation = validate(
        &database(),
        "SELECT name FROM customers WHERE city = 'paris'",
    );
    assert_eq!(validation.diagnostics[0].code, "W_UNKNOWN_VALUE");
    assert_eq!(
        validation.diagnostics[0].suggestion.as_deref(),
        Some("Paris")
    );
}

#[test]
fn hostile_sizes_are_refused() {
    assert_eq!(
        errors(&format!("SELECT {} 1", "(".repeat(10_000))),
        ["E_TOO_DEEP"]
    );
    assert_eq!(errors(&"x".repeat(70_000)), ["E_TOO_LARGE"]);
    assert_eq!(errors("SELECT \0"), ["E_SYNTAX"]);
}

/// Words that write where they are no names.
const WRITES: &[&str] = &[
    "DELETE",
    "DROP",
    "INSERT",
    "INTO",
    "UPDATE",
    "SET",
    "CREATE",
    "COPY",
    "TRUNCATE",
    "MERGE",
    "RETURNING",
];

proptest! {
    /// Whatever the pieces, nothing but a SELECT is valid, and nothing panics.
    #[test]
    fn no_write_is_ever_valid(pieces in proptest::collection::vec(proptest::sample::select(vec![
        "SELECT", "*", "FROM", "customers", "orders", "WHERE", "id", "=", "1", ";", "DELETE", "DROP", "TABLE", "INSERT", "INTO", "VALUES", "(", ")", "UPDATE",
        "SET", "name", "'x'", "WITH", "AS", ",", "UNION", "CREATE", "--", "/*", "*/", "\n", "COPY", "TO", "EXPLAIN", "RETURNING", "FOR", "TRUNCATE", "MERGE", "\"", "é",
    ]), 1..14)) {
        let sql = pieces.join(" ");
        let validation = validate(&database(), &sql);
        if validation.valid {
            let statements = Parser::parse_sql(&GenericDialect {}, &sql).expect("valid SQL parses");
            prop_assert_eq!(statements.len(), 1);
            prop_assert!(matches!(statements[0], sqlparser::ast::Statement::Query(_)), "{}", sql);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    /// A word that only names something may be called otherwise; one that does something may not.
    #[test]
    fn words_that_write_are_names_where_they_are_valid(
        at in 0_usize..10,
        piece in proptest::sample::select(vec![
            "INTO name", "INTO TABLE name", "FOR UPDATE", "FOR UPDATE OF orders", "DELETE", "UPDATE", "AS DELETE", "UPDATE . id", ", 1 AS INSERT", "; DROP TABLE orders",
            "UNION DELETE FROM orders", "( DELETE FROM orders RETURNING id )", "IN ( UPDATE orders SET id = 1 )", "WITH name AS ( INSERT INTO orders VALUES ( 1 ) RETURNING id )",
        ]),
        within in proptest::sample::select(vec!["SELECT id FROM orders WHERE id = 1 ORDER BY id", "SELECT COUNT(*) FROM ( SELECT id FROM orders )"]),
    ) {
        let mut words: Vec<&str> = within.split(' ').collect();
        words.insert(at.min(words.len()), piece);
        let sql = words.join(" ");
        let renamed: Vec<String> = sql
            .split(' ')
            .map(|word| if WRITES.contains(&word) { format!("{word}_") } else { word.to_owned() })
            .collect();
        let valid = |sql: &str| validate(&database(), sql).valid;
        prop_assert!(!valid(&sql) || valid(&renamed.join(" ")), "{}", sql);
    }
}

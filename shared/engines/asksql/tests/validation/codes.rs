//! Every code that the validator has, with an SQL text that causes it, the part of the text that it
//! points at, and what it says is right.

use std::collections::BTreeSet;
use std::path::Path;

use millrace_asksql::{Database, Diagnostic, Validation, validate};

use crate::cases::{ERRORS, WARNINGS};

/// Rows of `events`: as many as no answer holds.
const EVENTS: usize = 100_000;

fn database() -> Database {
    let mut builder = Database::builder(
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, city TEXT, credit DOUBLE);
         CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers(id), total DOUBLE, status TEXT, day DATE);
         CREATE TABLE events (id INTEGER PRIMARY KEY, amount INTEGER);",
    )
    .expect("the schema reads");
    builder
        .csv(
            "customers",
            "id,name,city,credit\n1,Ann,Paris,2.5\n2,Bob,Rome,9\n".as_bytes(),
        )
        .expect("rows");
    builder
        .csv(
            "orders",
            "id,customer_id,total,status,day\n1,1,5.5,paid,2024-01-02\n2,,7,open,2024-01-03\n"
                .as_bytes(),
        )
        .expect("rows");
    for id in 0..EVENTS {
        let cells = [id.to_string(), (id % 100).to_string()];
        builder
            .row("events", cells.iter().map(|cell| Some(cell.as_str())))
            .expect("a row of the table");
    }
    builder.compile()
}

fn text_of(sql: &str, finding: &Diagnostic) -> Option<String> {
    let span = finding.span?;
    Some(
        sql.chars()
            .skip(span.start)
            .take(span.end - span.start)
            .collect(),
    )
}

fn told<'v>(found: &'v Validation, code: &str) -> Vec<&'v Diagnostic> {
    found
        .diagnostics
        .iter()
        .filter(|finding| finding.code == code)
        .collect()
}

#[test]
fn every_code_is_told_with_its_place_and_what_is_right() {
    let database = database();
    for (code, sql, text, suggestion) in ERRORS.iter().chain(WARNINGS) {
        let found = validate(&database, sql);
        let told: Vec<_> = told(&found, code)
            .into_iter()
            .map(|finding| (text_of(sql, finding), finding.suggestion.as_deref()))
            .collect();
        let wanted = (text.map(str::to_owned), *suggestion);
        assert_eq!(told, [wanted], "{code} {sql}: {:#?}", found.diagnostics);
        assert_eq!(found.valid, code.starts_with("W_"), "{sql}");
    }
}

#[test]
fn what_is_too_large_or_too_deep_has_no_place() {
    let database = database();
    let deep = format!("SELECT {}1{}", "(".repeat(50), ")".repeat(50));
    for (code, sql) in [("E_TOO_LARGE", "x".repeat(70_000)), ("E_TOO_DEEP", deep)] {
        let found = validate(&database, &sql);
        assert_eq!(
            told(&found, code)
                .iter()
                .map(|finding| finding.span)
                .collect::<Vec<_>>(),
            [None]
        );
    }
}

/// The codes that the source writes.
fn codes_of_the_source() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/validate");
    let mut codes = BTreeSet::new();
    for file in folder.read_dir().expect("the folder of the validator") {
        let path = file.expect("a file").path();
        if path.ends_with("tests.rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a source file");
        let is_code = |text: &&str| {
            let letters = text
                .strip_prefix("E_")
                .or_else(|| text.strip_prefix("W_"))
                .unwrap_or_default();
            !letters.is_empty()
                && letters
                    .chars()
                    .all(|letter| letter.is_ascii_uppercase() || letter == '_')
        };
        codes.extend(text.split('"').filter(is_code).map(str::to_owned));
    }
    codes
}

#[test]
fn no_code_is_left_out_here() {
    let mut here: BTreeSet<String> = ERRORS
        .iter()
        .chain(WARNINGS)
        .map(|(code, ..)| (*code).to_owned())
        .collect();
    here.extend(["E_TOO_LARGE".to_owned(), "E_TOO_DEEP".to_owned()]);
    assert_eq!(here, codes_of_the_source());
}

/// Queries as people write them, of which nothing is said.
#[test]
fn what_is_meant_is_not_warned_of() {
    let database = database();
    for sql in [
        "SELECT COUNT(*) FROM events",
        "SELECT amount, COUNT(*) FROM events GROUP BY amount",
        "SELECT id FROM events ORDER BY amount DESC LIMIT 10",
        "SELECT id FROM events WHERE amount = 5",
        "SELECT COUNT(*) FROM events a JOIN events b ON a.id = b.id",
        "SELECT COUNT(*) FROM events a JOIN events b ON a.amount = b.amount WHERE a.id = 4",
        "SELECT name FROM customers",
        "SELECT name FROM customers UNION SELECT status FROM orders",
        "SELECT id FROM events WHERE id < 9 EXCEPT SELECT customer_id FROM orders",
        "SELECT amount / 10 * 10 AS tens, COUNT(*) FROM events GROUP BY amount / 10 * 10",
        "SELECT amount / 10, COUNT(*) FROM events GROUP BY amount / 10",
        "SELECT FLOOR(amount / 10), CAST(id / 2 AS INTEGER) FROM events WHERE id = 4",
        "SELECT SUM(total) / COUNT(*), 1.0 * COUNT(*) / 3, 10 / 2 FROM orders",
        "(SELECT name FROM customers ORDER BY name)",
        "SELECT x.name FROM (SELECT name FROM customers ORDER BY id LIMIT 1) x WHERE x.name = 'Ann'",
        "SELECT DISTINCT city FROM customers GROUP BY city, name",
        "SELECT id FROM orders WHERE id IN (SELECT id FROM orders WHERE id IN (SELECT id FROM orders WHERE id > 1))",
    ] {
        let found = validate(&database, sql);
        assert_eq!(found.diagnostics, [], "{sql}");
    }
}

#[test]
fn no_number_of_warnings_hides_an_error() {
    let database = database();
    let warned: Vec<String> = (0..150).map(|at| format!("status = {at}")).collect();
    let warned = warned.join(" AND ");
    let found = validate(
        &database,
        &format!("SELECT status FROM orders WHERE day > 5 AND {warned}"),
    );
    assert!(!found.valid);
    assert_eq!(told(&found, "E_TYPE_MISMATCH").len(), 1);
    let found = validate(
        &database,
        &format!("SELECT status FROM orders WHERE {warned}"),
    );
    assert!(found.valid);
    assert_eq!(told(&found, "W_IMPLICIT_CAST").len(), 100);
}

#[test]
fn very_many_errors_are_cut_off_and_still_errors() {
    let columns: Vec<String> = (0..150).map(|at| format!("column{at}")).collect();
    let found = validate(
        &database(),
        &format!("SELECT {} FROM orders", columns.join(", ")),
    );
    assert_eq!(found.diagnostics.len(), 100);
    assert!(!found.valid);
}

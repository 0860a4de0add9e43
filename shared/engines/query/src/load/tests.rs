use serde_json::{Value, json};

use super::*;
use crate::{ColumnKind, QueryLimits, SqlFault};

fn table() -> TableDefinition {
    TableDefinition::new("t")
        .column("whole", ColumnKind::Integer)
        .column("share", ColumnKind::Real)
        .column("Name", ColumnKind::Text)
        .column("day", ColumnKind::Date)
        .column("moment", ColumnKind::Timestamp)
        .column("flag", ColumnKind::Boolean)
        .key(["whole"])
}

fn loaded(text: &str) -> Tables {
    let mut loader = Loader::new([table()]);
    loader.csv("T", text.as_bytes().to_vec()).expect(text);
    loader.finish().expect(text)
}

fn refused(text: &str) -> String {
    let mut loader = Loader::new([table()]);
    loader
        .csv("t", text.as_bytes().to_vec())
        .expect_err(text)
        .to_string()
}

async fn rows(tables: &Tables, sql: &str) -> Vec<Vec<Value>> {
    let answer = tables.query(sql, &QueryLimits::default()).await;
    answer.expect(sql).rows
}

#[tokio::test]
async fn cells_are_read_as_their_declared_types() {
    let tables = loaded(
        "whole,share,Name,day,moment,flag\n\
         1,2.5,\"a, \"\"b\"\"\",2024-02-29,2024-02-29 23:59:59,true\n\
         2,,,,,\n\
         3,1e3,\"\",1969-12-31,2024-02-29T10:00:00,F\n",
    );
    let types: Vec<String> = tables
        .plan_now("SELECT * FROM t")
        .expect("it plans")
        .into_iter()
        .map(|column| column.data_type)
        .collect();
    assert_eq!(
        types,
        [
            "BIGINT",
            "DOUBLE",
            "VARCHAR",
            "DATE",
            "TIMESTAMP",
            "BOOLEAN"
        ]
    );
    assert_eq!(
        rows(&tables, "SELECT * FROM t ORDER BY whole").await,
        [
            [
                json!(1),
                json!(2.5),
                json!("a, \"b\""),
                json!("2024-02-29"),
                json!("2024-02-29 23:59:59"),
                json!(true)
            ],
            [
                json!(2),
                Value::Null,
                Value::Null,
                Value::Null,
                Value::Null,
                Value::Null
            ],
            [
                json!(3),
                json!(1000.0),
                json!(""),
                json!("1969-12-31"),
                json!("2024-02-29 10:00:00"),
                json!(false)
            ],
        ]
    );
}

#[tokio::test]
async fn a_cell_of_another_type_makes_its_column_text_and_nothing_is_lost() {
    for (header, cell) in [
        ("whole", "n/a"),
        ("whole", "1.5"),
        ("whole", "99999999999999999999"),
        ("share", "NaN"),
        ("share", "12,5"),
        ("day", "2024-02-30"),
        ("moment", "soon"),
        ("flag", "maybe"),
        ("day", "\"\""),
    ] {
        let cell = if cell.contains(',') {
            format!("\"{cell}\"")
        } else {
            cell.to_owned()
        };
        let tables = loaded(&format!("{header},Name\n{cell},x\n,y\n"));
        let columns = tables
            .plan_now(&format!("SELECT {header} FROM t"))
            .expect("it plans");
        assert_eq!(columns[0].data_type, "VARCHAR", "{header} {cell}");
        let sql = format!("SELECT {header} FROM t WHERE \"Name\" = 'x'");
        assert_eq!(rows(&tables, &sql).await, [[json!(cell.trim_matches('"'))]]);
    }
}

#[tokio::test]
async fn names_are_found_in_any_case() {
    let tables = loaded("NAME,whole\nParis,1\nRome,2\n");
    for sql in [
        "SELECT name FROM t",
        "SELECT Name FROM T",
        "SELECT \"Name\" FROM t",
        "SELECT t.NAME AS name FROM t ORDER BY NAME LIMIT 5",
    ] {
        assert_eq!(rows(&tables, sql).await.len(), 2, "{sql}");
    }
    // The key lets what it determines stand beside it.
    let grouped = "SELECT whole, name, count(*) FROM t GROUP BY whole";
    assert_eq!(rows(&tables, grouped).await.len(), 2);
    assert!(matches!(
        tables.plan_now("SELECT nome FROM t"),
        Err(SqlFault::UnknownColumn { .. })
    ));
}

#[tokio::test]
async fn a_key_that_does_not_hold_is_forgotten() {
    let tables = loaded("whole,Name\n1,a\n1,b\n");
    let distinct = "SELECT DISTINCT whole FROM t";
    assert_eq!(rows(&tables, distinct).await.len(), 1);
    assert!(
        tables
            .plan_now("SELECT whole, name FROM t GROUP BY whole")
            .is_err()
    );
}

#[test]
fn what_cannot_be_read_is_named() {
    for (text, expected) in [
        (
            "whole,colour\n1,red\n",
            "t has no column colour, or the file has it twice; its columns are whole, share, Name, day, moment, flag",
        ),
        (
            "whole,whole\n1,1\n",
            "t has no column whole_2, or the file has it twice; its columns are whole, share, Name, day, moment, flag",
        ),
    ] {
        assert_eq!(refused(text), expected);
    }
    for text in ["whole,share\n1\n", "whole\n1,2\n", "whole\n\"1\n"] {
        let fault = refused(text);
        assert!(
            [" of t ", "t has no column"]
                .iter()
                .any(|part| fault.contains(part)),
            "{fault}"
        );
    }
    let mut loader = Loader::new([table()]);
    assert!(loader.csv("t", b"Name\n\xe9\n".to_vec()).is_err());
    assert!(loader.parquet("t", b"Name\n\xe9\n".to_vec()).is_err());
    assert!(matches!(
        loader.csv("u", Vec::new()),
        Err(LoadFault::UnknownTable(_))
    ));
    loader.csv("t", b"Name\na\n".to_vec()).expect("it reads");
    assert!(matches!(
        loader.csv("T", b"Name\na\n".to_vec()),
        Err(LoadFault::Twice(_))
    ));
}

#[test]
fn what_is_loaded_is_bounded() {
    let small = LoadLimits {
        rows: 2,
        cell_bytes: 5,
        ..LoadLimits::default()
    };
    for text in ["Name\na\nb\nc\n", "Name\nabcdef\n"] {
        let mut loader = Loader::new([table()]).within(small);
        let fault = loader.csv("t", text.as_bytes().to_vec());
        assert!(matches!(fault, Err(LoadFault::TooLarge { .. })), "{text}");
    }
    let bytes = LoadLimits {
        bytes: 10_000,
        ..LoadLimits::default()
    };
    let mut loader = Loader::new([table()]).within(bytes);
    let text = format!("Name\n{}", "a long enough name\n".repeat(2_000));
    assert!(loader.csv("t", text.into_bytes()).is_err());
}

#[tokio::test]
async fn tables_without_rows_are_empty() {
    let tables = Loader::new([table()]).finish().expect("it loads");
    assert_eq!(rows(&tables, "SELECT count(*) FROM t").await, [[json!(0)]]);
    let mut loader = Loader::new([table()]);
    loader.csv("t", Vec::new()).expect("nothing reads");
    let twice = Loader::new([table(), table()]).finish();
    assert!(twice.is_err());
}

#[tokio::test]
async fn answers_are_bounded_in_bytes() {
    let text = format!("Name\n{}", "0123456789\n".repeat(100));
    let tables = loaded(&text);
    let limits = QueryLimits {
        bytes: 260,
        ..QueryLimits::default()
    };
    let answer = tables.query("SELECT name FROM t", &limits).await;
    let answer = answer.expect("it runs");
    assert_eq!((answer.rows.len(), answer.truncated), (10, true));
}

#[tokio::test]
async fn texts_do_not_grow_beyond_bounds() {
    let tables = loaded("Name\nabc\n");
    let doubled = (0..40).fold("SELECT name AS x FROM t".to_owned(), |inner, _| {
        format!("SELECT x || x AS x FROM ({inner}) AS i")
    });
    let long = "a".repeat(30_000);
    for sql in [
        doubled,
        format!("SELECT replace('{long}', 'a', '{long}') AS x"),
        format!(
            "SELECT regexp_replace(name, '(.)', '{long}{long}', 'g') AS x FROM t WHERE name <> replace('{long}', 'a', name)"
        ),
        format!(
            "SELECT 1 AS x FROM t WHERE name IN (SELECT concat('{long}', '{long}', '{long}') FROM t)"
        ),
        format!(
            "SELECT concat(name, '{long}', name, '{long}', name, (SELECT concat('{long}', name) FROM t)) AS x FROM t"
        ),
    ] {
        let fault = tables.plan_now(&sql).err();
        let refused = matches!(
            fault,
            Some(SqlFault::TooComplex(_) | SqlFault::TooLong { .. })
        );
        assert!(refused, "{sql:.60}: {fault:?}");
    }
    for sql in [
        "SELECT concat(name, ' ', name, '!') AS x FROM t",
        "SELECT upper(replace(name, 'a', 'bb')) AS x FROM t",
        "SELECT count(*) FROM t WHERE name IN ('a', 'b', 'c') OR name LIKE '%b%'",
    ] {
        assert_eq!(rows(&tables, sql).await.len(), 1, "{sql}");
    }
    for sql in [
        "SELECT string_agg(name, ',') FROM t",
        "SELECT array_agg(name) FROM t",
        "SELECT levenshtein(name, name) FROM t",
    ] {
        let fault = tables.plan_now(sql).expect_err(sql);
        assert!(matches!(fault, SqlFault::UnavailableFunction(_)), "{fault}");
    }
}

#[tokio::test]
async fn windows_stay_within_their_memory() {
    let text: String = (0..2_000).map(|row| format!("{row}\n")).collect();
    let small = LoadLimits {
        memory_bytes: 4 << 20,
        ..LoadLimits::default()
    };
    let mut loader = Loader::new([table()]).within(small);
    let text = format!("whole\n{text}");
    loader.csv("t", text.into_bytes()).expect("it reads");
    let tables = loader.finish().expect("it loads");
    let few = "SELECT whole, sum(whole) OVER (ORDER BY whole) AS s, avg(whole) OVER () AS a FROM t";
    assert_eq!(rows(&tables, few).await.len(), 2_000);
    let many = "SELECT max(s) FROM (SELECT sum(a.whole) OVER () AS s FROM t a, t b) AS all_pairs";
    let fault = tables.query(many, &QueryLimits::default()).await;
    assert_eq!(fault, Err(SqlFault::Memory));
}

#[tokio::test]
async fn planning_within_a_task_waits_for_nobody() {
    let tables = loaded("Name\na\n");
    for _ in 0..500 {
        assert!(tables.plan_now("SELECT count(*) FROM t").is_ok());
    }
}

#[tokio::test]
async fn a_column_with_an_odd_cell_is_shown_as_it_stands_and_worked_with_as_declared() {
    let tables = loaded("whole,Name,day\n9,a,2024-01-02\n10,b,soon\nnone,c,2024-01-01\n,d,\n");
    for (sql, expected) in [
        (
            "SELECT whole FROM t",
            json!([["9"], ["10"], ["none"], [null]]),
        ),
        ("SELECT avg(whole) FROM t", json!([[9.5]])),
        ("SELECT count(whole) FROM t", json!([[3]])),
        ("SELECT name FROM t WHERE whole > 9", json!([["b"]])),
        (
            "SELECT name, whole FROM t WHERE whole IS NOT NULL ORDER BY whole DESC NULLS LAST",
            json!([["b", 10], ["a", 9]]),
        ),
        ("SELECT name FROM t WHERE whole = 'none'", json!([["c"]])),
        (
            "SELECT whole, count(*) FROM t GROUP BY whole HAVING count(*) = 1 LIMIT 9",
            json!(4),
        ),
        ("SELECT min(day) FROM t", json!([["2024-01-01"]])),
        (
            "SELECT name FROM t WHERE day >= DATE '2024-01-02'",
            json!([["a"]]),
        ),
        (
            "SELECT name FROM t WHERE whole IN (SELECT max(whole) FROM t)",
            json!([["b"]]),
        ),
    ] {
        let found = rows(&tables, sql).await;
        match expected.as_u64() {
            Some(count) => assert_eq!(found.len() as u64, count, "{sql}"),
            None => assert_eq!(json!(found), expected, "{sql}"),
        }
    }
}

#[tokio::test]
async fn cells_are_shown_as_written_where_that_is_asked_for() {
    let written = TableDefinition::new("t")
        .column("zip", ColumnKind::Integer)
        .as_written(["zip"]);
    let mut loader = Loader::new([written]);
    loader
        .csv("t", b"zip\n00501\n94002\n".to_vec())
        .expect("it reads");
    let tables = loader.finish().expect("it loads");
    assert_eq!(
        rows(&tables, "SELECT zip FROM t").await,
        [[json!("00501")], [json!("94002")]]
    );
    let found = rows(&tables, "SELECT count(*) FROM t WHERE zip = 501").await;
    assert_eq!(found, [[json!(1)]]);
}

#[tokio::test]
async fn rows_are_shown_as_texts() {
    let tables = loaded("whole,share,Name,flag\n1,0.1,a,yes\n,,,\n3,1,c,no\n");
    let mut shown = Vec::new();
    let show = |cells: &[Option<&str>]| {
        let cells = cells.iter().map(|cell| cell.map(str::to_owned));
        shown.push(cells.collect::<Vec<_>>());
    };
    tables.each_row("t", 2, show).expect("rows");
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        shown,
        [
            vec![text("1"), text("0.1"), text("a"), None, None, text("true")],
            vec![None; 6],
        ]
    );
    assert_eq!(tables.row_count("t"), Some(3));
    assert_eq!(tables.row_count("T"), None);
}

#[tokio::test]
async fn stored_doubles_keep_their_digits_and_sums_do_not_show_their_order() {
    let tables = loaded("share\n9780306406157\n0.30000000000000004\n");
    let stored = rows(
        &tables,
        "SELECT share, min(share) FROM t GROUP BY share ORDER BY share",
    )
    .await;
    let small = json!(0.1 + 0.2);
    let large = json!(9_780_306_406_157.0);
    assert_eq!(stored, [[small.clone(), small], [large.clone(), large]]);
    let made = rows(&tables, "SELECT share + 0 FROM t WHERE share < 1").await;
    assert_eq!(made, [[json!(0.3)]]);
}

#[test]
fn what_becomes_text_counts_as_text() {
    let wide = |columns: usize| {
        let names = (0..columns).map(|at| format!("c{at}"));
        names.fold(TableDefinition::new("t"), |table, name| {
            table.column(name, ColumnKind::Text)
        })
    };
    let limits = LoadLimits {
        bytes: 1 << 20,
        ..LoadLimits::default()
    };
    let text = format!("c0\n{}", "1\n".repeat(1_000));
    let mut loader = Loader::new([wide(10)]).within(limits);
    loader.csv("t", text.clone().into_bytes()).expect("160 kB");
    let mut loader = Loader::new([wide(100)]).within(limits);
    let fault = loader.csv("t", text.into_bytes());
    assert!(
        matches!(fault, Err(LoadFault::TooLarge { .. })),
        "{fault:?}"
    );
}

#[tokio::test]
async fn what_a_plan_makes_is_bounded() {
    let tables = loaded("whole,Name\n1,abc\n");
    let many = |part: &dyn Fn(usize) -> String, count: usize| {
        (0..count).map(part).collect::<Vec<String>>().join(", ")
    };
    let separator = "x".repeat(5_000);
    let empty = many(&|_| "''".to_owned(), 2_000);
    for sql in [
        format!("SELECT concat_ws(concat(name, '{separator}'), {empty}) FROM t"),
        format!("SELECT {} FROM t", many(&|at| format!("whole c{at}"), 4_100)),
        format!("SELECT {} FROM t", many(&|at| format!("whole + 1 AS c{at}"), 600)),
        "SELECT count(*) FROM t GROUP BY CUBE (whole, share, name, day, moment)".to_owned(),
        "SELECT count(*) FROM t GROUP BY ROLLUP (whole, share, name, day), ROLLUP (moment, flag, whole, day)".to_owned(),
    ] {
        let fault = tables.plan_now(&sql).expect_err("it is refused");
        assert!(matches!(fault, SqlFault::TooComplex(_)), "{sql:.60}: {fault}");
    }
    for sql in [
        "SELECT count(*) FROM t GROUP BY CUBE (whole, name)",
        "SELECT * FROM t a, t b, t c, t d",
    ] {
        tables.plan_now(sql).expect(sql);
    }
}

#[test]
fn joins_of_wide_tables_are_bounded() {
    let columns = (0..2_000).fold(TableDefinition::new("t"), |table, at| {
        table.column(format!("c{at}"), ColumnKind::Integer)
    });
    let tables = Loader::new([columns]).finish().expect("it loads");
    let joined = |count: usize| {
        let names: Vec<String> = (0..count).map(|at| format!("t a{at}")).collect();
        tables.plan_now(&format!("SELECT 1 FROM {}", names.join(", ")))
    };
    assert!(joined(4).is_ok());
    assert!(matches!(joined(200), Err(SqlFault::TooComplex(_))));
}

#[tokio::test]
async fn all_rows_can_be_asked_for() {
    let tables = loaded("whole,Name\n1,a\n2,b\n3,b\n");
    let all = QueryLimits {
        rows: usize::MAX,
        bytes: usize::MAX,
        ..QueryLimits::default()
    };
    let grouped = "SELECT name, max(whole) AS most FROM t GROUP BY name ORDER BY most DESC";
    let answer = tables.query(grouped, &all).await.expect("it runs");
    assert_eq!(
        answer.rows,
        [[json!("b"), json!(3)], [json!("a"), json!(1)]]
    );
    assert!(!answer.truncated);
}

/// Sums of one table differ in their last digits, and groups in their order, where parts of it are added up side
/// by side.
#[tokio::test]
async fn the_same_statement_gives_the_same_rows_in_the_same_order() {
    let row = |at: usize| format!("{at},{}.{},{}\n", at % 97, at % 89, at % 500);
    let rows: String = (0..60_000).map(row).collect();
    let tables = loaded(&format!("whole,share,Name\n{rows}"));
    let sql = "SELECT \"Name\", SUM(share * share) AS sum FROM t GROUP BY \"Name\"";
    let limits = QueryLimits {
        rows: 500,
        ..QueryLimits::default()
    };
    let first = tables.query(sql, &limits).await.expect(sql).rows;
    assert_eq!(first.len(), 500);
    for _ in 0..20 {
        assert_eq!(tables.query(sql, &limits).await.expect(sql).rows, first);
    }
}

//! A hundred thousand statements, none of which may write: 8 kinds with seeds of their own.

use millrace_asksql::{Database, validate};
use sqlparser::ast::{Query, SetExpr, Statement, Visit, Visitor};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;
use std::ops::ControlFlow;

use crate::queries::{select, within};
use crate::random::Random;
use crate::schemas::SCHEMAS;

/// Statements of each of the eight kinds.
const EACH: usize = 12_500;

/// Statements that change something; `{t}` is a table, `{c}` a column, `{q}` a query.
const WRITES: &[&str] = &[
    "DELETE FROM {t}",
    "DELETE FROM {t} WHERE {c} = 1",
    "DELETE FROM {t} RETURNING *",
    "INSERT INTO {t} VALUES (1)",
    "INSERT INTO {t} ({c}) {q}",
    "INSERT OVERWRITE {t} {q}",
    "REPLACE INTO {t} VALUES (1)",
    "UPDATE {t} SET {c} = 1",
    "UPDATE {t} SET {c} = ({q})",
    "MERGE INTO {t} USING (SELECT 1 AS x) s ON s.x = {t}.{c} WHEN MATCHED THEN DELETE",
    "TRUNCATE TABLE {t}",
    "TRUNCATE {t}",
    "DROP TABLE {t}",
    "DROP TABLE IF EXISTS {t} CASCADE",
    "DROP VIEW {t}",
    "DROP SCHEMA main",
    "CREATE TABLE x (a INT)",
    "CREATE TABLE x AS {q}",
    "CREATE OR REPLACE VIEW x AS {q}",
    "CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '/etc/passwd'",
    "CREATE INDEX i ON {t} ({c})",
    "CREATE FUNCTION f() RETURNS INT AS '1'",
    "ALTER TABLE {t} DROP COLUMN {c}",
    "ALTER TABLE {t} RENAME TO x",
    "COPY {t} TO 'x.csv'",
    "COPY ({q}) TO 'x.parquet'",
    "COPY {t} FROM 'x.csv'",
    "SET x = 1",
    "SET TIME ZONE 'UTC'",
    "RESET ALL",
    "PREPARE p AS {q}",
    "EXECUTE p",
    "DEALLOCATE p",
    "CALL f()",
    "GRANT ALL ON {t} TO public",
    "REVOKE ALL ON {t} FROM public",
    "BEGIN",
    "BEGIN TRANSACTION",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT s",
    "LOAD DATA INPATH 'x' INTO TABLE {t}",
    "ATTACH 'x.db' AS x",
    "DETACH x",
    "PRAGMA journal_mode = OFF",
    "VACUUM",
    "INSTALL httpfs",
    "LOAD httpfs",
    "EXPLAIN ANALYZE {q}",
    "EXPLAIN ANALYZE DELETE FROM {t}",
    "EXPLAIN {q}",
    "DESCRIBE {t}",
    "SHOW TABLES",
    "USE x",
    "ANALYZE TABLE {t}",
    "LOCK TABLE {t}",
    "KILL 1",
    "DO $$ BEGIN DELETE FROM {t}; END $$",
    "DECLARE c CURSOR FOR {q}",
    "COMMENT ON TABLE {t} IS 'x'",
    "CACHE TABLE {t}",
    "LISTEN x",
    "NOTIFY x",
];

/// Queries with a write, a lock or a source of another kind inside; `{w}` is a statement that returns rows.
const HIDDEN: &[&str] = &[
    "WITH x AS ({w}) SELECT * FROM x",
    "WITH y AS (SELECT 1), x AS ({w}) SELECT * FROM x, y",
    "SELECT * FROM ({w}) AS x",
    "SELECT ({w})",
    "SELECT {c} FROM {t} WHERE {c} IN ({w})",
    "SELECT {c} FROM {t} WHERE EXISTS ({w})",
    "SELECT {c} FROM {t} UNION {w}",
    "({w})",
    "SELECT {c} INTO x FROM {t}",
    "SELECT * INTO TEMPORARY TABLE x FROM {t}",
    "SELECT * FROM (SELECT * INTO x FROM {t}) AS y",
    "SELECT {c} FROM {t} WHERE {c} IN (SELECT {c} INTO x FROM {t})",
    "WITH y AS (SELECT * INTO x FROM {t}) SELECT * FROM y",
    "SELECT * FROM {t} FOR UPDATE",
    "SELECT * FROM {t} FOR SHARE",
    "SELECT * FROM (SELECT * FROM {t} FOR UPDATE) AS y",
    "SELECT (SELECT {c} FROM {t} LIMIT 1 FOR UPDATE)",
    "WITH y AS (SELECT * FROM {t} FOR UPDATE NOWAIT) SELECT * FROM y",
    "SELECT CASE WHEN EXISTS (SELECT * INTO x FROM {t}) THEN 1 END",
    "SELECT ARRAY(SELECT {c} FROM {t} FOR UPDATE)",
    "SELECT COUNT(*) FILTER (WHERE EXISTS (SELECT {c} INTO x FROM {t})) FROM {t}",
    "SELECT {c} FROM {t} ORDER BY (SELECT {c} INTO x FROM {t})",
    "SELECT {c} FROM {t} LIMIT (SELECT 1 INTO x)",
    "SELECT * FROM {t} JOIN (SELECT 1 INTO x) y ON TRUE",
    "SELECT * FROM LATERAL (SELECT * FROM {t} FOR UPDATE) y",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_parquet('s3://bucket/x.parquet')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM \"../x.csv\"",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM pg_catalog.pg_tables",
    "SELECT * FROM sqlite_master",
    "TABLE {t}",
    "FROM {t} |> DROP {c}",
];

const SEPARATORS: &[&str] = &[
    ";", " ; ", ";\n", ";--\n", "; -- x\n", ";/* x */", "/* x */;", "--x\n;", ";;", "\u{a0};",
    ";\t",
];

fn fill(template: &str, random: &mut Random) -> String {
    let schema = random.pick(SCHEMAS);
    let table = random.pick(schema.tables);
    let query = select(schema, random).to_string();
    let write = random.word(&[
        "DELETE FROM {t} RETURNING {c}",
        "INSERT INTO {t} ({c}) VALUES (1) RETURNING {c}",
        "UPDATE {t} SET {c} = 1 RETURNING {c}",
        "MERGE INTO {t} USING (SELECT 1 AS x) s ON TRUE WHEN MATCHED THEN DELETE",
    ]);
    template
        .replace("{w}", write)
        .replace("{q}", &query)
        .replace("{t}", table.name)
        .replace("{c}", random.pick(table.columns).0)
}

/// The same statement in another look: case of keywords, white space, comments between words.
fn disguised(sql: &str, random: &mut Random) -> String {
    let mut out = String::with_capacity(sql.len() + 20);
    if random.percent(20) {
        out.push_str(random.word(&[" ", "\n", "\u{feff}", "/**/", "-- x\n", "(", "/* ; */ "]));
    }
    let style = random.below(3);
    let mut quoted = false;
    for letter in sql.chars() {
        if letter == '\'' {
            quoted = !quoted;
        }
        match letter {
            _ if quoted => out.push(letter),
            ' ' if random.percent(10) => out.push_str(random.word(&[
                "\n",
                "\t",
                "/**/",
                " /* SELECT */ ",
                " -- x\n",
                "\r\n",
                "/*;*/",
            ])),
            letter if style == 1 => out.extend(letter.to_lowercase()),
            letter if style == 2 && random.percent(50) => out.extend(letter.to_lowercase()),
            letter => out.push(letter),
        }
    }
    if random.percent(20) {
        out.push_str(random.word(&[";", " ;", "--", "-- x", " /* x */", ";\n\n", "/*"]));
    }
    out
}

/// Looks for anything but reading, as the parser of the engine that will run the SQL sees it.
struct Reads;

impl Visitor for Reads {
    type Break = ();

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<()> {
        match statement {
            Statement::Query(_) => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        }
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let into = matches!(&*query.body, SetExpr::Select(select) if select.into.is_some());
        if into || !query.locks.is_empty() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }
}

fn only_reads(sql: &str) -> bool {
    let statements = Parser::parse_sql(&GenericDialect {}, sql).expect("valid SQL parses");
    statements.len() == 1 && statements.visit(&mut Reads).is_continue()
}

fn databases() -> Vec<Database> {
    SCHEMAS
        .iter()
        .map(super::schemas::Schema::database)
        .collect()
}

/// Draws statements that must all be refused.
fn refused(seed: u64, draw: impl Fn(&mut Random) -> String) {
    let databases = databases();
    let mut random = Random::new(seed);
    for _ in 0..EACH {
        let sql = draw(&mut random);
        assert!(!validate(random.pick(&databases), &sql).valid, "{sql}");
    }
}

/// Draws statements that may be valid, but then only read.
fn harmless(seed: u64, draw: impl Fn(&mut Random) -> String) -> usize {
    let databases = databases();
    let mut random = Random::new(seed);
    let mut valid = 0;
    for _ in 0..EACH {
        let sql = draw(&mut random);
        if databases
            .iter()
            .any(|database| validate(database, &sql).valid)
        {
            valid += 1;
            assert!(only_reads(&sql), "{sql}");
        }
    }
    valid
}

#[test]
fn writes_are_never_valid() {
    refused(1, |random| {
        let sql = fill(random.word(WRITES), random);
        disguised(&sql, random)
    });
}

#[test]
fn hidden_writes_and_foreign_sources_are_never_valid() {
    refused(2, |random| {
        let sql = fill(random.word(HIDDEN), random);
        disguised(&sql, random)
    });
}

#[test]
fn several_statements_are_never_valid() {
    refused(3, |random| {
        let first = select(random.pick(SCHEMAS), random).to_string();
        let second = if random.percent(50) {
            fill(random.word(WRITES), random)
        } else {
            select(random.pick(SCHEMAS), random).to_string()
        };
        let separator = random.word(SEPARATORS);
        if random.percent(30) {
            format!("{second}{separator}{first}")
        } else {
            format!("{first}{separator}{second}")
        }
    });
}

#[test]
fn broken_quotes_and_comments_hide_no_write() {
    harmless(4, |random| {
        let mut letters: Vec<char> = select(random.pick(SCHEMAS), random)
            .to_string()
            .chars()
            .collect();
        let write = fill(random.word(WRITES), random);
        for _ in 0..1 + random.below(3) {
            let piece = random.word(&[
                "'", "''", "\"", "`", "--", "--\n", "/*", "*/", "/*!", "/* /* */", ";", "\\",
                "\\'", "$$", "$a$", "#", "E'", "U&'", "N'", "X'", "[", "]", "\u{2019}", "\u{ff1b}",
                "\u{37e}", "\r", "\u{2028}",
            ]);
            let text = if random.percent(50) {
                format!("{piece}; {write} {piece}")
            } else {
                format!("{piece} {write}")
            };
            let at = random.below(letters.len());
            letters.splice(at..at, text.chars());
        }
        letters.into_iter().collect()
    });
}

#[test]
fn shuffled_words_hide_no_write() {
    harmless(5, |random| {
        let mut words = Vec::new();
        for _ in 0..2 + random.below(3) {
            let sql = if random.percent(50) {
                fill(random.word(WRITES), random)
            } else {
                select(random.pick(SCHEMAS), random).to_string()
            };
            let parts: Vec<String> = sql.split(' ').map(str::to_owned).collect();
            let from = random.below(parts.len());
            let to = from + random.below(parts.len() - from + 1);
            words.extend_from_slice(&parts[from..to]);
        }
        words.join(" ")
    });
}

#[test]
fn changed_letters_hide_no_write() {
    let valid = harmless(6, |random| {
        let sql = if random.percent(30) {
            fill(random.word(HIDDEN), random)
        } else {
            within(&select(random.pick(SCHEMAS), random).to_string(), random)
        };
        let mut letters: Vec<char> = sql.chars().collect();
        for _ in 0..1 + random.below(4) {
            let at = random.below(letters.len());
            match random.below(4) {
                0 => {
                    letters.remove(at);
                }
                1 => letters.insert(
                    at,
                    *random.pick(&['(', ')', ',', '\'', ';', '*', '=', '.', 'é', ' ']),
                ),
                2 => letters.swap(at, 0),
                _ => letters[at] = *random.pick(&['x', '1', ' ', '-', '/', '"', '%']),
            }
            if letters.is_empty() {
                letters.push(' ');
            }
        }
        letters.into_iter().collect()
    });
    assert!(
        valid > EACH / 200,
        "the changes must leave some queries valid, not {valid}"
    );
}

#[test]
fn any_letters_are_answered() {
    harmless(7, |random| {
        let length = random.below(60);
        (0..length)
            .map(|_| match random.below(3) {
                0 => {
                    char::from_u32(u32::try_from(random.below(0x3000)).unwrap_or(32)).unwrap_or(' ')
                }
                1 => char::from(32 + u8::try_from(random.below(95)).unwrap_or(0)),
                _ => *random.pick(&[
                    '(', ')', '\'', '"', ';', '-', '/', '*', '\0', '\n', '1', 'a',
                ]),
            })
            .collect()
    });
}

#[test]
fn deep_and_long_texts_are_answered() {
    const LINKS: &[&str] = &[
        "1+",
        "(",
        "NOT ",
        "-",
        "1=1 AND ",
        "1 IN (",
        "CASE WHEN ",
        "SELECT 1 UNION ",
        "(SELECT ",
        "[",
        "a.",
        "f(",
        "EXISTS (SELECT ",
        "x::int::",
        "1 IS NULL IS ",
        "'a'||",
        "INTERVAL ",
        "WITH a AS (",
        "CAST(",
        "1,",
        "SELECT * FROM (",
        "a -> ",
        "ARRAY[",
    ];
    harmless(8, |random| {
        let link = random.word(LINKS);
        let most = if random.below(400) == 0 { 60_000 } else { 300 };
        let mut sql = if random.percent(50) { "SELECT " } else { "" }.to_owned();
        sql.push_str(&link.repeat(1 + random.below(most / link.len())));
        sql.push('1');
        if random.percent(50) {
            sql.push_str(&")".repeat(random.below(60)));
        }
        sql
    });
}

use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::samples::{column, schema, shop};
use crate::schema::{ColumnType, Table};
use crate::{ChartData, Column};

fn one_table(columns: Vec<Column>) -> Schema {
    Schema {
        tables: vec![Table {
            name: "t".to_owned(),
            columns,
        }],
        relationships: vec![],
    }
}

fn load(columns: Vec<Column>, text: &str) -> Result<Dataset, LoadError> {
    Dataset::load(
        &one_table(columns),
        vec![("t.csv".to_owned(), text.as_bytes())],
    )
}

async fn rows(dataset: &Dataset, sql: &str) -> Vec<Vec<Value>> {
    dataset
        .query(sql, &QueryLimits::default())
        .await
        .unwrap()
        .rows
}

fn every_type() -> Vec<Column> {
    vec![
        column("text", ColumnType::Text),
        column("whole", ColumnType::Integer),
        column("money", ColumnType::Decimal),
        column("day", ColumnType::Date),
        column("moment", ColumnType::Timestamp),
        column("flag", ColumnType::Boolean),
    ]
}

#[tokio::test]
async fn cells_are_read_as_their_types() {
    let text = "text,whole,money,day,moment,flag\r\n\
        \"a, \"\"b\"\"\nc\",7,12.50,2024-02-29,2024-02-29 23:59:59,true\r\n\
        \"\",,,,,\r\n\
        , 7,12.505,2023-02-29,2024-02-29T23:59:59,yes\r\n\
        \" x\",-8,-0.05,1969-12-31,1969-12-31 00:00:00,false";
    let dataset = load(every_type(), text).unwrap();
    let answer = dataset
        .query("SELECT * FROM t", &QueryLimits::default())
        .await
        .unwrap();
    assert_eq!(
        answer.rows,
        [
            vec![
                json!("a, \"b\"\nc"),
                json!(7),
                json!(12.5),
                json!("2024-02-29"),
                json!("2024-02-29 23:59:59"),
                json!(true)
            ],
            vec![
                json!(""),
                Value::Null,
                Value::Null,
                Value::Null,
                Value::Null,
                Value::Null
            ],
            vec![Value::Null; 6],
            vec![
                json!(" x"),
                json!(-8),
                json!(-0.05),
                json!("1969-12-31"),
                json!("1969-12-31 00:00:00"),
                json!(false)
            ],
        ]
    );
    let types: Vec<&str> = answer
        .columns
        .iter()
        .map(|column| column.data_type.as_str())
        .collect();
    assert_eq!(
        types,
        [
            "VARCHAR",
            "BIGINT",
            "DECIMAL(18,2)",
            "DATE",
            "TIMESTAMP",
            "BOOLEAN"
        ]
    );
    let counts = |name: &str| dataset.counts("t", name).unwrap();
    assert_eq!(
        counts("text"),
        ColumnCounts {
            empty: 1,
            unreadable: 0,
            padded: 1
        }
    );
    for name in ["whole", "money", "day", "moment", "flag"] {
        assert_eq!(
            counts(name),
            ColumnCounts {
                empty: 1,
                unreadable: 1,
                padded: 0
            },
            "{name}"
        );
    }
}

#[test]
fn faulty_files_are_refused_with_their_place() {
    let columns = || vec![column("a", ColumnType::Text), column("b", ColumnType::Text)];
    let message = |text: &str| load(columns(), text).unwrap_err().to_string();
    assert_eq!(
        message("a,b\n1,2\n3\n"),
        "line 3 of t has 1 cells instead of 2"
    );
    assert_eq!(
        message("a,b\n\"1\n2\",2\n3,4,5\n"),
        "line 4 of t has 3 cells instead of 2"
    );
    assert_eq!(
        message("b,a\n1,2\n"),
        "t begins with the columns [b, a], not [a, b]"
    );
    assert_eq!(message(""), "t begins with the columns [], not [a, b]");
    assert_eq!(
        message("a,b\n1,\"2\n"),
        "line 2 of t is malformed: a quoted cell without its closing quote"
    );
    let latin = Dataset::load(
        &one_table(columns()),
        vec![("t".to_owned(), b"a,b\n\xe9,1\n")],
    );
    assert!(matches!(
        latin,
        Err(LoadError::Encoding { valid_bytes: 4, .. })
    ));
}

#[test]
fn files_and_tables_must_match_and_stay_within_limits() {
    let files = shop().files();
    let missing = Dataset::load(&schema(), files[..1].to_vec());
    assert!(matches!(missing, Err(LoadError::MissingFile(table)) if table == "orders"));
    let twice = Dataset::load(&schema(), vec![files[0].clone(), files[0].clone()]);
    assert!(matches!(twice, Err(LoadError::UnexpectedFile(_))));
    let rows = LoadLimits {
        rows: 1_999,
        ..LoadLimits::default()
    };
    let many = Dataset::load_within(&schema(), files.clone(), &rows);
    assert!(matches!(
        many,
        Err(LoadError::TooManyRows { limit: 1_999, .. })
    ));
    let bytes = LoadLimits {
        bytes: 1_000,
        ..LoadLimits::default()
    };
    assert!(matches!(
        Dataset::load_within(&schema(), files, &bytes),
        Err(LoadError::TooLarge { .. })
    ));
}

#[tokio::test]
async fn a_table_of_many_batches_keeps_every_row() {
    let mut text = "a\n".to_owned();
    for row in 0..20_000 {
        text.push_str(&format!("{row}\n"));
    }
    let dataset = load(vec![column("a", ColumnType::Integer)], &text).unwrap();
    assert_eq!(dataset.rows("t"), Some(20_000));
    let sums = rows(
        &dataset,
        "SELECT count(DISTINCT a), sum(a), min(a), max(a) FROM t",
    )
    .await;
    assert_eq!(
        sums,
        [[json!(20_000), json!(199_990_000), json!(0), json!(19_999)]]
    );
    let first = rows(&dataset, "SELECT a FROM t ORDER BY a DESC LIMIT 2").await;
    assert_eq!(first, [[json!(19_999)], [json!(19_998)]]);
}

#[tokio::test]
async fn answers_have_a_limit_of_rows_and_time() {
    let dataset = shop().load();
    let limits = QueryLimits {
        rows: 10,
        ..QueryLimits::default()
    };
    let answer = dataset
        .query("SELECT id FROM orders ORDER BY id", &limits)
        .await
        .unwrap();
    assert_eq!((answer.rows.len(), answer.truncated), (10, true));
    let answer = dataset
        .query("SELECT id FROM orders ORDER BY id LIMIT 10", &limits)
        .await
        .unwrap();
    assert_eq!((answer.rows.len(), answer.truncated), (10, false));
    // 8 × 10⁹ combinations: no machine is through with them in time.
    let endless =
        "SELECT count(*) FROM orders a, orders b, orders c WHERE a.amount + b.amount <> c.amount";
    let limits = QueryLimits {
        timeout: Duration::from_millis(50),
        ..QueryLimits::default()
    };
    assert_eq!(
        dataset.query(endless, &limits).await,
        Err(SqlFault::TimedOut { milliseconds: 50 })
    );
}

#[tokio::test]
async fn statements_stay_within_their_memory() {
    let limits = LoadLimits {
        memory_bytes: 1 << 20,
        ..LoadLimits::default()
    };
    let dataset = Dataset::load_within(&schema(), shop().files(), &limits).unwrap();
    let wide = "SELECT count(*) FROM (SELECT DISTINCT a.id * 10000 + b.id AS k FROM orders a CROSS JOIN orders b) AS all_pairs";
    assert_eq!(
        dataset.query(wide, &QueryLimits::default()).await,
        Err(SqlFault::Memory)
    );
}

#[tokio::test]
async fn odd_names_are_quoted() {
    let odd = "Odd \"name\"; --";
    let dataset = load(
        vec![column(odd, ColumnType::Integer)],
        "\"Odd \"\"name\"\"; --\"\n5\n",
    )
    .unwrap();
    let sql = format!("SELECT {} FROM t", crate::quote_identifier(odd));
    assert_eq!(rows(&dataset, &sql).await, [[json!(5)]]);
    assert_eq!(dataset.profile("t").await.unwrap().columns[0].count, 1);
}

#[tokio::test]
async fn profiles_draw_every_type() {
    let profile = shop().load().profile("orders").await.unwrap();
    let column = |name: &str| {
        profile
            .columns
            .iter()
            .find(|column| column.name == name)
            .unwrap()
    };
    assert_eq!(column("id").chart, ChartData::Nothing);
    let shipped = column("shipped_at");
    assert_eq!((shipped.count, shipped.nulls), (1_800, 200));
    let ChartData::Monthly { months } = &shipped.chart else {
        panic!("{:?}", shipped.chart)
    };
    assert_eq!(months.len(), 12);
    assert_eq!(months[0].0, "2024-01");
    assert_eq!(months.iter().map(|(_, count)| count).sum::<u64>(), 1_800);
    let ChartData::Histogram {
        from,
        width,
        counts,
    } = &column("amount").chart
    else {
        panic!()
    };
    assert_eq!((*from, *width, counts.len()), (0.0, 6.0, 17));
    assert_eq!(counts.iter().sum::<u64>(), 2_000);
    // Amounts from 1.00 to 5.99: every 20th cent of the stride.
    assert!((95..=105).contains(&counts[0]), "{counts:?}");
    let gift = ChartData::Categories {
        bars: vec![("false".to_owned(), 1_000), ("true".to_owned(), 1_000)],
        other: 0,
    };
    assert_eq!(column("gift").chart, gift);
    let fault = shop().load().profile("ordres").await.unwrap_err();
    assert_eq!(
        fault.to_string(),
        "there is no table ordres; the nearest is orders"
    );
}

fn cell(value: Option<&String>) -> String {
    value.map_or(String::new(), |text| {
        format!("\"{}\"", text.replace('"', "\"\""))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Texts and missing texts come back from SQL as they went into the file.
    #[test]
    fn texts_come_back(cells in prop::collection::vec(prop::option::of("[ a-zé\",\r\n'\\\\]{0,20}"), 1..50)) {
        let mut text = "n,a\r\n".to_owned();
        for (row, value) in cells.iter().enumerate() {
            text.push_str(&format!("{row},{}\r\n", cell(value.as_ref())));
        }
        let columns = vec![column("n", ColumnType::Integer), column("a", ColumnType::Text)];
        let dataset = load(columns, &text).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let read = runtime.block_on(rows(&dataset, "SELECT a FROM t ORDER BY n"));
        let expected: Vec<Vec<Value>> = cells.into_iter().map(|value| vec![Value::from(value)]).collect();
        prop_assert_eq!(read, expected);
    }
}

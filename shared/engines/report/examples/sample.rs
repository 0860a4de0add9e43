//! Writes a sample of every document to the directory given as argument, to be looked at:
//! `cargo run -p millrace-report --example sample -- target/sample`.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use chrono::NaiveDate;
use millrace_report::package::{self, Entry};
use millrace_report::pdf::{
    self, Chart, ChartKind, CheckLine, ColumnLine, QualityReport, TableSection,
};
use millrace_report::workbook::{self, AnswerBook, AnswerSheet, Column};
use millrace_report::{Character, Question, Relationship, Unanswerable};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let directory = env::args().nth(1).ok_or("name a directory to write to")?;
    let directory = Path::new(&directory);
    fs::create_dir_all(directory)?;
    let quality_report = pdf::quality_report(&report())?;
    let answers = workbook::answers(&book())?;
    fs::write(directory.join("quality_report.pdf"), &quality_report)?;
    fs::write(directory.join("analytical_answers.xlsx"), &answers)?;
    let entries = vec![
        Entry {
            name: "quality_report.pdf".to_owned(),
            bytes: quality_report,
        },
        Entry {
            name: "analytical_answers.xlsx".to_owned(),
            bytes: answers,
        },
    ];
    fs::write(directory.join("package.zip"), package::zip(entries)?)?;
    Ok(())
}

fn texts(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn report() -> QualityReport {
    let tables = tables();
    QualityReport {
        brand: "Codebasics Data Factory".into(),
        title: "Why did repeat customers stop coming back after the spring campaign?".into(),
        company: "Larkfield Home & Garden".into(),
        domain: "E-commerce".into(),
        function: "Sales Analytics".into(),
        skill_level: "Intermediate".into(),
        generated_on: "2026-11-21".into(),
        seed: 7_204_118,
        score: 9.2,
        status: "Approved".into(),
        category_scores: [
            ("Structure", 10.0),
            ("Keys and references", 10.0),
            ("Distributions", 9.4),
            ("Completeness", 8.8),
            ("Planted findings", 9.1),
            ("Realism", 7.9),
        ]
        .map(|(name, score)| (name.to_owned(), score))
        .into(),
        facts: [
            ("Rows", "47,310"),
            ("Tables", "5"),
            ("Columns", "34"),
            ("Relationships", "4"),
            ("Checks passed", "58 of 60"),
            ("Questions", "12"),
            ("Time span", "2024-01 to 2026-03"),
            ("Untidy cells", "1.8%"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into(),
        problem_statement: "Larkfield sells furniture, lighting and plants through its own shop and two marketplaces. \
            Revenue has grown for two years, yet since the spring campaign of 2025 fewer customers come back for a \
            second order. The board suspects the marketplaces; the warehouse suspects late deliveries; marketing \
            points at its own success in winning first-time buyers.\n\nYou have five tables of orders, customers, \
            products, deliveries and returns. Find out who stopped coming back, since when and why, and say what the \
            company should do first. One of the obvious explanations is wrong."
            .into(),
        characters: [
            ("Mara Lindqvist", "Chief Commercial Officer", "Blames the discounts of spring.", "One page for the board: what happened, what it costs, what to do first."),
            ("Tobias Renner", "Head of Logistics", "Holds that deliveries were never better.", "Evidence on whether late deliveries drive customers away."),
            ("Ines Carvalho", "Marketing Lead", "Believes that the campaigns work.", "To know which campaign brought customers who stayed."),
            ("You", "Junior Data Analyst", "Has no view yet.", "A clean answer, and the SQL to show for it."),
        ]
        .map(|(name, role, position, wants)| Character {
            name: name.into(),
            role: role.into(),
            position: position.into(),
            wants: wants.into(),
        })
        .into(),
        strengths: texts(&[
            "All 4 foreign keys hold: 0 orphans in 41,902 references.",
            "Every table has exactly the rows that were asked for.",
            "All 5 planted findings are recovered within three standard errors.",
            "No order is delivered before it was placed.",
        ]),
        issues: texts(&[
            "returns.reason is empty in 6.4% of the rows; 5.0% were planned.",
            "The hour of the order is flatter than designed (distance 0.11, at most 0.08 wanted).",
        ]),
        relationships: [
            ("orders", "customer_id", "customers", "customer_id"),
            ("order_items", "order_id", "orders", "order_id"),
            ("order_items", "product_id", "products", "product_id"),
            ("returns", "order_item_id", "order_items", "order_item_id"),
        ]
        .map(|(from_table, from_column, to_table, to_column)| Relationship {
            from_table: from_table.into(),
            from_column: from_column.into(),
            to_table: to_table.into(),
            to_column: to_column.into(),
        })
        .into(),
        checks: checks(&tables),
        tables,
        questions: [
            ("What was the revenue of each month, and how did it change on the month before?", "Trend", "Easy", "Mara Lindqvist"),
            ("Which five product categories lost the most repeat revenue between the first quarters of 2025 and 2026?", "Ranking", "Medium", "Ines Carvalho"),
            ("Does the share of customers who order again depend on whether their first delivery was late, once the channel is held fixed?", "Diagnosis", "Hard", "Tobias Renner"),
        ]
        .map(|(question, category, difficulty, asked_by)| Question {
            question: question.into(),
            category: category.into(),
            difficulty: difficulty.into(),
            asked_by: asked_by.into(),
        })
        .into(),
        unanswerable: vec![Unanswerable {
            question: "What will revenue be in 2027?".into(),
            reason: "The data ends in March 2026 and holds no plan or forecast to check an answer against.".into(),
        }],
    }
}

/// Name, type, meaning and key of a column.
type ColumnText = (&'static str, &'static str, &'static str, &'static str);
/// Name, meaning, rows and columns of a table.
type TableText = (&'static str, &'static str, u64, &'static [ColumnText]);

fn tables() -> Vec<TableSection> {
    let specification: [TableText; 5] = [
        (
            "customers",
            "One row per customer, with the channel of the first visit.",
            4_200,
            &[
                ("customer_id", "INTEGER", "Number of the customer.", "PK"),
                (
                    "full_name",
                    "VARCHAR",
                    "Name as given at sign-up; made up.",
                    "",
                ),
                ("email", "VARCHAR", "Address on a reserved domain.", ""),
                ("city", "VARCHAR", "City of the first delivery.", ""),
                ("segment", "VARCHAR", "new, regular or key.", ""),
                ("signed_up_on", "DATE", "Day of the first visit.", ""),
            ],
        ),
        (
            "products",
            "The catalogue, one row per article.",
            310,
            &[
                ("product_id", "INTEGER", "Number of the article.", "PK"),
                ("category", "VARCHAR", "One of eight categories.", ""),
                (
                    "list_price",
                    "DECIMAL(10,2)",
                    "Price without discount, in USD.",
                    "",
                ),
            ],
        ),
        (
            "orders",
            "One row per order that was paid.",
            15_000,
            &[
                ("order_id", "INTEGER", "Number of the order.", "PK"),
                ("customer_id", "INTEGER", "Who ordered.", "FK"),
                (
                    "ordered_at",
                    "TIMESTAMP",
                    "When the order was placed, UTC.",
                    "",
                ),
                (
                    "channel",
                    "VARCHAR",
                    "Own shop or one of two marketplaces.",
                    "",
                ),
                (
                    "promised_delivery_date_shown_to_the_customer_at_checkout",
                    "DATE",
                    "Date that the customer was told at checkout; empty for pick-up in a store.",
                    "",
                ),
                (
                    "total_amount",
                    "DECIMAL(12,2)",
                    "Value of the order in USD, after discounts and before returns.",
                    "",
                ),
            ],
        ),
        (
            "order_items",
            "One row per article in an order.",
            26_400,
            &[
                ("order_item_id", "INTEGER", "Number of the line.", "PK"),
                (
                    "order_id",
                    "INTEGER",
                    "Order that the line belongs to.",
                    "FK",
                ),
                ("product_id", "INTEGER", "Article.", "FK"),
                ("quantity", "INTEGER", "Pieces, at least one.", ""),
                (
                    "unit_price",
                    "DECIMAL(10,2)",
                    "Price paid per piece in USD.",
                    "",
                ),
            ],
        ),
        (
            "returns",
            "One row per returned line.",
            1_400,
            &[
                ("return_id", "INTEGER", "Number of the return.", "PK"),
                ("order_item_id", "INTEGER", "Line that came back.", "FK"),
                ("returned_on", "DATE", "Day the parcel arrived.", ""),
                (
                    "reason",
                    "VARCHAR",
                    "Reason as typed by the clerk; untidy.",
                    "",
                ),
            ],
        ),
    ];
    let section = |(name, description, rows, columns): TableText| TableSection {
        name: name.into(),
        description: description.into(),
        rows,
        columns: columns
            .iter()
            .enumerate()
            .map(|(index, column)| column_line(*column, index, rows))
            .collect(),
        charts: charts(name),
    };
    specification.into_iter().map(section).collect()
}

fn column_line(column: ColumnText, index: usize, rows: u64) -> ColumnLine {
    let (name, data_type, description, key) = column;
    ColumnLine {
        name: name.into(),
        data_type: data_type.into(),
        description: description.into(),
        nullable: index > 2,
        key: (!key.is_empty()).then(|| key.to_owned()),
        null_share: if index > 2 { 0.064 / index as f64 } else { 0.0 },
        distinct: if key == "PK" {
            rows
        } else {
            rows / (1 + index as u64 * 37)
        },
    }
}

fn charts(table: &str) -> Vec<Chart> {
    let chart =
        |title: &str, kind, labels: Vec<String>, values: Vec<f64>, unit: Option<&str>| Chart {
            title: title.into(),
            kind,
            labels,
            values,
            unit: unit.map(str::to_owned),
        };
    let months: Vec<String> = (0..27)
        .map(|month| format!("{}-{:02}", 2024 + month / 12, month % 12 + 1))
        .collect();
    let trend = (0..27)
        .map(|month| 41_000.0 + 2_300.0 * f64::from(month) + 9_000.0 * f64::from(month * 7 % 12))
        .collect();
    let bins = (0..24).map(|bin| f64::from(bin * 25).to_string()).collect();
    let heights = (0..24)
        .map(|bin| 2_900.0 * (-0.5 * ((f64::from(bin) - 6.0) / 4.0_f64).powi(2)).exp())
        .collect();
    let cities = texts(&[
        "Portland",
        "Minneapolis",
        "Austin",
        "Salt Lake City",
        "Philadelphia",
        "Reno",
        "Boise",
        "San Luis Obispo County",
    ]);
    let counts = vec![812.0, 640.0, 577.0, 410.0, 333.0, 201.0, 88.0, 41.0];
    match table {
        "orders" => vec![
            chart(
                "Revenue by month",
                ChartKind::Line,
                months,
                trend,
                Some("USD"),
            ),
            chart(
                "Order value",
                ChartKind::Histogram,
                bins,
                heights,
                Some("USD"),
            ),
            chart(
                "Orders by channel",
                ChartKind::Bars,
                texts(&["Own shop", "Marketplace A", "Marketplace B"]),
                vec![8_211.0, 4_002.0, 2_787.0],
                None,
            ),
        ],
        "returns" => vec![chart(
            "Change of returns on the year before",
            ChartKind::Bars,
            texts(&["Damaged", "Late", "Wrong size", "No longer wanted"]),
            vec![0.12, 0.31, -0.08, -0.02],
            None,
        )],
        _ => vec![
            chart("Rows by city", ChartKind::Bars, cities, counts, None),
            chart(
                "Share of the list price paid",
                ChartKind::Histogram,
                bins,
                heights,
                Some("USD"),
            ),
        ],
    }
}

fn checks(tables: &[TableSection]) -> Vec<CheckLine> {
    let line = |name: &str,
                category: &str,
                table: &str,
                column: Option<&str>,
                value: &str,
                expected: &str,
                message: &str| {
        CheckLine {
            name: name.into(),
            category: category.into(),
            table: Some(table.into()),
            column: column.map(str::to_owned),
            passed: value == expected || !message.contains("planned"),
            value: value.into(),
            expected: expected.into(),
            message: message.into(),
        }
    };
    let mut checks = Vec::new();
    for table in tables {
        let rows = table.rows.to_string();
        checks.push(line(
            "row_count",
            "Structure",
            &table.name,
            None,
            &rows,
            &rows,
            "The file has the rows that were asked for.",
        ));
    }
    for table in tables {
        for column in &table.columns {
            let message = if column.name == "reason" {
                "6.4% of the cells are empty; 5.0% were planned."
            } else {
                ""
            };
            let found = format!("{:.1}%", column.null_share * 100.0);
            let expected = if column.name == "reason" {
                "5.0%"
            } else {
                &found
            };
            checks.push(line(
                "nulls",
                "Completeness",
                &table.name,
                Some(&column.name),
                &found,
                expected,
                message,
            ));
        }
    }
    checks
}

fn book() -> AnswerBook {
    let column = |name: &str, data_type: &str| Column {
        name: name.into(),
        data_type: data_type.into(),
    };
    let months: Vec<Vec<Value>> = (0..27)
        .map(|month| {
            vec![
                json!(format!("{}-{:02}-01", 2024 + month / 12, month % 12 + 1)),
                json!(41_000.5 + 2_300.25 * f64::from(month)),
                json!(900 + month * 13),
            ]
        })
        .collect();
    let answer = |question: &str, difficulty: &str, sql: &str, columns, rows| AnswerSheet {
        question: question.into(),
        category: "Trend".into(),
        difficulty: difficulty.into(),
        asked_by: "Mara Lindqvist".into(),
        sql: sql.into(),
        columns,
        rows,
        chart: None,
    };
    AnswerBook {
        brand: "Codebasics Data Factory".into(),
        title: "Why did repeat customers stop coming back after the spring campaign?".into(),
        company: "Larkfield Home & Garden".into(),
        created: NaiveDate::from_ymd_opt(2026, 11, 21).unwrap_or_default(),
        answers: vec![
            answer(
                "What was the revenue of each month?",
                "Easy",
                "SELECT date_trunc('month', ordered_at) AS month,\n       sum(total_amount) AS revenue,\n       count(*) AS orders\nFROM orders\nGROUP BY 1\nORDER BY 1",
                vec![column("month", "DATE"), column("revenue", "DECIMAL(12,2)"), column("orders", "BIGINT")],
                months,
            ),
            answer(
                "Which product categories lost the most repeat revenue between the first quarters of 2025 and 2026, and which of them would have grown without the customers who came through a marketplace?",
                "Hard",
                &"WITH repeat_orders AS (SELECT customer_id, order_id FROM orders)\n".repeat(30),
                vec![
                    column("category", "VARCHAR"),
                    column("lost_revenue", "DOUBLE"),
                    column("share", "DOUBLE"),
                    column("note", "VARCHAR"),
                ],
                ["Garden furniture", "Lighting", "Plants", "Kitchen", "=SUM(A1)"]
                    .iter()
                    .enumerate()
                    .map(|(index, name)| {
                        vec![
                            json!(name),
                            json!(-9_120.4 + 2_000.0 * index as f64),
                            json!(0.31 / (index + 1) as f64),
                            Value::Null,
                        ]
                    })
                    .collect(),
            ),
        ],
        unanswerable: vec![Unanswerable {
            question: "What will revenue be in 2027?".into(),
            reason: "The data ends in March 2026 and holds no plan or forecast to check an answer against.".into(),
        }],
    }
}

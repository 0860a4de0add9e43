use std::io::{Cursor, Read};

use chrono::NaiveDate;
use serde_json::{Value, json};
use zip::ZipArchive;

use super::cell::{Kind, LONGEST_TEXT, shown};
use super::chart::{Drawing, choose};
use super::*;
use crate::parts::Unanswerable;

fn column(name: &str, data_type: &str) -> Column {
    Column {
        name: name.to_owned(),
        data_type: data_type.to_owned(),
    }
}

fn answer(columns: Vec<Column>, rows: Vec<Vec<Value>>) -> AnswerSheet {
    AnswerSheet {
        question: "What was the revenue of each month?".to_owned(),
        category: "Trend".to_owned(),
        difficulty: "Easy".to_owned(),
        asked_by: "Mara Lind".to_owned(),
        sql: "SELECT month, sum(total) AS revenue\nFROM orders\nWHERE a < 3 AND b > 4\nGROUP BY 1"
            .to_owned(),
        columns,
        rows,
        chart: None,
    }
}

fn monthly() -> AnswerSheet {
    let rows = (1..=12).map(|month| {
        vec![
            json!(format!("2025-{month:02}-01")),
            json!(1_000.5 * f64::from(month)),
        ]
    });
    answer(
        vec![column("month", "DATE"), column("revenue", "DOUBLE")],
        rows.collect(),
    )
}

fn book(answers: Vec<AnswerSheet>) -> AnswerBook {
    AnswerBook {
        brand: "Mill & Co".to_owned(),
        title: "Where did the margin go?".to_owned(),
        company: "Northwind".to_owned(),
        created: NaiveDate::from_ymd_opt(2026, 11, 21).unwrap(),
        answers,
        unanswerable: vec![Unanswerable {
            question: "And in 2027?".to_owned(),
            reason: "No forecast.".to_owned(),
        }],
    }
}

/// One file of the workbook.
fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive
        .by_name(name)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

fn all_parts(bytes: &[u8]) -> Vec<String> {
    ZipArchive::new(Cursor::new(bytes))
        .unwrap()
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect()
}

/// The shared string that a cell of the question's sheet shows.
fn text_at(bytes: &[u8], sheet: &str, cell: &str) -> String {
    let xml = part(bytes, sheet);
    let begin = xml.find(&format!("<c r=\"{cell}\" ")).unwrap();
    let element = &xml[begin..begin + xml[begin..].find("</c>").unwrap()];
    assert!(element.contains("t=\"s\""), "{element} is no text");
    let index: usize = element
        .split("<v>")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let strings = part(bytes, "xl/sharedStrings.xml");
    let item = strings.split("<si>").nth(index + 1).unwrap();
    let text = item
        .split_once('>')
        .unwrap()
        .1
        .split("</t>")
        .next()
        .unwrap();
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

#[test]
fn sheets_are_named_and_in_order() {
    let bytes = answers(&book(vec![monthly(), monthly()])).unwrap();
    let names: Vec<String> = part(&bytes, "xl/workbook.xml")
        .split("<sheet name=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["Overview", "Q01", "Q02"]);
    assert_eq!(sheet_name(99), "Q100");
}

#[test]
fn a_sheet_holds_question_whole_sql_and_typed_answer() {
    let bytes = answers(&book(vec![monthly()])).unwrap();
    let sheet = "xl/worksheets/sheet2.xml";
    assert_eq!(text_at(&bytes, sheet, "A1"), monthly().question);
    assert_eq!(text_at(&bytes, sheet, "A4"), monthly().sql);
    assert_eq!(text_at(&bytes, sheet, "A6"), "month");
    assert_eq!(text_at(&bytes, sheet, "B6"), "revenue");
    let xml = part(&bytes, sheet);
    // 1 January 2025 is day 45658 of Excel's calendar.
    assert!(xml.contains("<v>45658</v>"));
    assert!(xml.contains("<v>1000.5</v>"));
    assert!(xml.contains("<pane ySplit=\"6\""));
    let table = part(&bytes, "xl/tables/table2.xml");
    assert!(table.contains("ref=\"A6:B18\""), "{table}");
    let chart = part(&bytes, "xl/charts/chart1.xml");
    assert!(
        chart.contains("<c:lineChart>") && chart.contains("'Q01'!$B$7:$B$18")
            || chart.contains("Q01!$B$7:$B$18")
    );
    // The chart begins right of the free column C.
    assert!(part(&bytes, "xl/drawings/drawing1.xml").contains("<xdr:from><xdr:col>3</xdr:col>"));
}

#[test]
fn nothing_becomes_a_formula() {
    let evil = [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "=HYPERLINK(\"http://x\")",
        "{=1}",
        "http://example.com",
    ];
    let rows = evil
        .iter()
        .map(|text| vec![json!(text), json!(1)])
        .collect();
    let mut sheet = answer(
        vec![column("=cmd()", "VARCHAR"), column("count", "BIGINT")],
        rows,
    );
    sheet.question = "=1+1".to_owned();
    sheet.sql = "=1+1".to_owned();
    let mut evil_book = book(vec![sheet]);
    evil_book.title = "=1+1".to_owned();
    evil_book.unanswerable[0].reason = "=1+1".to_owned();
    let bytes = answers(&evil_book).unwrap();
    for name in all_parts(&bytes)
        .iter()
        .filter(|name| name.starts_with("xl/worksheets/sheet"))
    {
        assert!(!part(&bytes, name).contains("<f>"), "{name}");
    }
    // A chart refers to cells of its sheet, and to nothing that a text says.
    let chart = part(&bytes, "xl/charts/chart1.xml");
    let references: Vec<&str> = chart
        .split("<c:f>")
        .skip(1)
        .map(|rest| rest.split('<').next().unwrap())
        .collect();
    assert_eq!(
        references,
        ["'Q01'!$B$6", "'Q01'!$A$7:$A$13", "'Q01'!$B$7:$B$13"]
    );
    assert_eq!(text_at(&bytes, "xl/worksheets/sheet2.xml", "A7"), "=1+1");
    assert_eq!(
        text_at(&bytes, "xl/worksheets/sheet2.xml", "A13"),
        "http://example.com"
    );
}

#[test]
fn the_same_book_gives_the_same_bytes() {
    let bytes = answers(&book(vec![monthly()])).unwrap();
    assert_eq!(bytes, answers(&book(vec![monthly()])).unwrap());
    assert!(part(&bytes, "docProps/core.xml").contains("2026-11-21T00:00:00Z"));
}

#[test]
fn values_that_do_not_fit_their_column_stay_text() {
    let rows = vec![
        vec![
            json!("12.50"),
            json!("1850-01-01"),
            json!(9_007_199_254_740_993_i64),
        ],
        vec![json!("n/a"), json!("2025-01-01T06:00:00Z"), json!(true)],
        vec![json!(["a"]), json!("soon"), Value::Null],
        vec![],
    ];
    let columns = vec![
        column("price", "DECIMAL(10,2)"),
        column("at", "Timestamp(Second, None)"),
        column("n", "Int64"),
    ];
    let bytes = answers(&book(vec![answer(columns, rows)])).unwrap();
    let sheet = "xl/worksheets/sheet2.xml";
    let xml = part(&bytes, sheet);
    assert!(xml.contains("<v>12.5</v>") && xml.contains("<v>45658.25</v>"));
    assert_eq!(text_at(&bytes, sheet, "B7"), "1850-01-01");
    assert_eq!(text_at(&bytes, sheet, "C7"), "9007199254740993");
    assert_eq!(text_at(&bytes, sheet, "A8"), "n/a");
    assert_eq!(text_at(&bytes, sheet, "A9"), "[\"a\"]");
    assert_eq!(text_at(&bytes, sheet, "B9"), "soon");
}

#[test]
fn limits_of_excel_are_told() {
    let long = "x".repeat(40_000);
    let mut sheet = answer(vec![column("note", "VARCHAR")], vec![vec![json!(long)]]);
    let bytes = answers(&book(vec![sheet.clone()])).unwrap();
    let kept = text_at(&bytes, "xl/worksheets/sheet2.xml", "A7");
    assert_eq!(kept.chars().count(), LONGEST_TEXT);
    assert!(kept.ends_with("(cut: a cell holds 32,767 characters)"));
    assert!(shown(&"🚀".repeat(20_000)).encode_utf16().count() <= LONGEST_TEXT);

    sheet.sql = long;
    let refused = answers(&book(vec![sheet.clone()]));
    assert!(matches!(
        refused,
        Err(ReportError::SqlTooLong {
            characters: 40_000,
            ..
        })
    ));

    sheet.sql = "SELECT 1".to_owned();
    sheet.rows = vec![Vec::new(); 1_048_571];
    let refused = answers(&book(vec![sheet]));
    assert!(matches!(
        refused,
        Err(ReportError::TooManyRows {
            rows: 1_048_571,
            limit: 1_048_570,
            ..
        })
    ));
}

#[test]
fn odd_answers_make_a_workbook() {
    let repeated = vec![
        column("a", "BIGINT"),
        column("A", "BIGINT"),
        column("", "x"),
        column("\u{0}\n", "VARCHAR"),
    ];
    let control = "\0\u{1}\u{b}\u{fffe}🚀 مرحبا <&>";
    let mut sheets = vec![
        answer(Vec::new(), Vec::new()),
        answer(vec![column("a", "BIGINT")], Vec::new()),
        answer(
            repeated,
            vec![vec![json!(1), json!(2), json!(control), json!("=x")]],
        ),
    ];
    sheets[0].sql = String::new();
    sheets[0].question = control.to_owned();
    let bytes = answers(&book(sheets)).unwrap();
    assert_eq!(text_at(&bytes, "xl/worksheets/sheet4.xml", "B6"), "A 2");
    for name in all_parts(&bytes)
        .iter()
        .filter(|name| name.ends_with(".xml"))
    {
        assert!(
            !part(&bytes, name).contains(['\0', '\u{1}', '\u{b}', '\u{fffe}']),
            "{name}"
        );
    }
    answers(&AnswerBook {
        answers: Vec::new(),
        unanswerable: Vec::new(),
        ..book(Vec::new())
    })
    .unwrap();
}

fn chosen(sheet: &AnswerSheet) -> Option<Drawing> {
    let kinds: Vec<Kind> = sheet
        .columns
        .iter()
        .enumerate()
        .map(|(index, column)| Kind::of(column, index, &sheet.rows))
        .collect();
    choose(sheet, &kinds)
}

#[test]
fn time_is_a_line_and_categories_are_bars() {
    assert_eq!(chosen(&monthly()).unwrap().shape, ChartShape::Line);

    let by_store = |names: &[&str]| {
        let rows = names
            .iter()
            .map(|name| vec![json!(name), json!(3)])
            .collect();
        answer(
            vec![column("store", "Utf8"), column("orders", "Int64")],
            rows,
        )
    };
    let upright = Drawing {
        shape: ChartShape::Column,
        labels: (0, 0),
        values: vec![1],
    };
    assert_eq!(chosen(&by_store(&["North", "South"])), Some(upright));
    assert_eq!(
        chosen(&by_store(&["Salt Lake City", "Reno"]))
            .unwrap()
            .shape,
        ChartShape::Bar
    );
    assert_eq!(
        chosen(&by_store(&["2025-Q1", "2025-Q2"])).unwrap().shape,
        ChartShape::Line
    );
    assert_eq!(chosen(&by_store(&["North"])), None);
}

#[test]
fn keys_and_ranks_are_no_values_and_labels_tell_rows_apart() {
    let columns = vec![
        column("rank", "BIGINT"),
        column("store_id", "BIGINT"),
        column("store", "VARCHAR"),
        column("revenue", "DOUBLE"),
    ];
    let rows = (1..=3)
        .map(|n| {
            vec![
                json!(n),
                json!(n * 7),
                json!(format!("Store {n}")),
                json!(n),
            ]
        })
        .collect();
    let mut ranked = answer(columns, rows);
    let drawing = chosen(&ranked).unwrap();
    assert_eq!((drawing.labels, drawing.values), ((2, 2), vec![3]));

    ranked.chart = Some(ChartHint {
        shape: ChartShape::Column,
        labels: "store".to_owned(),
        values: vec![
            "revenue".to_owned(),
            "store".to_owned(),
            "nothing".to_owned(),
        ],
    });
    let hinted = Drawing {
        shape: ChartShape::Column,
        labels: (2, 2),
        values: vec![3],
    };
    assert_eq!(chosen(&ranked), Some(hinted));

    let pairs = [["North", "A"], ["North", "B"], ["South", "A"]]
        .map(|[a, b]| vec![json!(a), json!(b), json!(1)]);
    let grouped = answer(
        vec![
            column("region", "Utf8"),
            column("channel", "Utf8"),
            column("n", "Int64"),
        ],
        pairs.to_vec(),
    );
    assert_eq!(chosen(&grouped).unwrap().labels, (0, 1));
}

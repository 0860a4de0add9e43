use super::*;
use crate::parts::{Character, Question, Relationship, Unanswerable};

fn report() -> QualityReport {
    let column = |name: &str, key: Option<&str>| ColumnLine {
        name: name.to_owned(),
        data_type: "INTEGER".to_owned(),
        description: "A number.".to_owned(),
        nullable: key.is_none(),
        key: key.map(str::to_owned),
        null_share: 0.02,
        distinct: 900,
    };
    let chart = |kind| Chart {
        title: "Orders".to_owned(),
        kind,
        labels: (1..=12).map(|month| format!("2025-{month:02}")).collect(),
        values: (1..=12)
            .map(|month| f64::from(month * 37 % 11) * 1_000.0)
            .collect(),
        unit: Some("USD".to_owned()),
    };
    let table = |name: &str, columns: Vec<ColumnLine>| TableSection {
        name: name.to_owned(),
        description: "One row each.".to_owned(),
        rows: 1_000,
        columns,
        charts: [ChartKind::Bars, ChartKind::Histogram, ChartKind::Line]
            .map(chart)
            .into(),
    };
    QualityReport {
        brand: "Mill".to_owned(),
        title: "Where did the margin go?".to_owned(),
        company: "Northwind".to_owned(),
        domain: "Retail".to_owned(),
        function: "Sales".to_owned(),
        skill_level: "Beginner".to_owned(),
        generated_on: "2026-11-21".to_owned(),
        seed: u64::MAX,
        score: 9.1,
        status: "Approved".to_owned(),
        category_scores: vec![("Structure".to_owned(), 10.0), ("Realism".to_owned(), 8.2)],
        facts: vec![("Rows".to_owned(), "2,000".to_owned())],
        problem_statement: "Margins fell in spring.\n\nFind out why.".to_owned(),
        characters: vec![Character {
            name: "Mara Lind".to_owned(),
            role: "Director".to_owned(),
            position: "Doubts the growth.".to_owned(),
            wants: "An answer.".to_owned(),
        }],
        strengths: vec!["All keys hold.".to_owned()],
        issues: Vec::new(),
        tables: vec![
            table(
                "orders",
                vec![
                    column("order_id", Some("PK")),
                    column("store_id", Some("FK")),
                    column("total", None),
                ],
            ),
            table("stores", vec![column("store_id", Some("PK"))]),
        ],
        relationships: vec![Relationship {
            from_table: "orders".to_owned(),
            from_column: "store_id".to_owned(),
            to_table: "stores".to_owned(),
            to_column: "store_id".to_owned(),
        }],
        checks: vec![CheckLine {
            name: "row_count".to_owned(),
            category: "Structure".to_owned(),
            table: Some("orders".to_owned()),
            column: None,
            passed: true,
            value: "1000".to_owned(),
            expected: "1000".to_owned(),
            message: String::new(),
        }],
        questions: vec![Question {
            question: "Which store lost most?".to_owned(),
            category: "Ranking".to_owned(),
            difficulty: "Easy".to_owned(),
            asked_by: "Mara Lind".to_owned(),
        }],
        unanswerable: vec![Unanswerable {
            question: "And next year?".to_owned(),
            reason: "No forecast.".to_owned(),
        }],
    }
}

/// Pages of the laid-out report, which must also make a PDF.
fn pages(report: &QualityReport) -> usize {
    let bytes = quality_report(report).unwrap();
    assert!(bytes.starts_with(b"%PDF-"));
    assert!(bytes.trim_ascii_end().ends_with(b"%%EOF"));
    lay_out(report).unwrap().pages().len()
}

#[test]
fn each_chapter_has_its_page_and_short_tables_share_one() {
    // Cover, summary, model, two tables, checks, questions with method.
    assert_eq!(pages(&report()), 7);
    let mut longer = report();
    longer.tables.push(TableSection {
        name: "visits".to_owned(),
        ..longer.tables[0].clone()
    });
    assert_eq!(pages(&longer), 8);
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    let first = quality_report(&report()).unwrap();
    assert_eq!(first, quality_report(&report()).unwrap());
    let mut other = report();
    other.score = 4.0;
    assert_ne!(first, quality_report(&other).unwrap());
}

#[test]
fn an_empty_report_is_still_a_document() {
    assert!(pages(&QualityReport::default()) >= 4);
}

#[test]
fn no_text_is_read_as_markup_or_breaks_the_layout() {
    let hostile = [
        "#panic(\"x\") $x^2 *b _i `r <l> @nobody \\ ] [ // = /* #{",
        &"W".repeat(2_000),
        "=cmd()|'/c calc'!A0",
        "🚀👩‍👩‍👧 مرحبا بالعالم 株式会社 שלום Ελλάδα",
        "\0\u{1}\u{7f}\u{200b}\u{202e}\u{feff}\r\n\t",
    ];
    for text in hostile {
        let mut report = report();
        let text = || text.to_owned();
        for place in [
            &mut report.brand,
            &mut report.title,
            &mut report.company,
            &mut report.domain,
            &mut report.function,
            &mut report.generated_on,
            &mut report.status,
            &mut report.problem_statement,
        ] {
            *place = text();
        }
        report.category_scores[0].0 = text();
        report.facts[0] = (text(), text());
        report.strengths = vec![text()];
        report.issues = vec![text()];
        report.characters[0].wants = text();
        report.tables[0].name = text();
        report.tables[0].description = text();
        report.tables[0].columns[0].name = text();
        report.tables[0].columns[0].key = Some(text());
        report.tables[0].charts[0].title = text();
        report.tables[0].charts[0].labels[0] = text();
        report.tables[0].charts[1].labels[0] = text();
        report.relationships[0].from_table = text();
        report.checks[0].message = text();
        report.checks[0].category = text();
        report.questions[0].question = text();
        report.questions[0].difficulty = text();
        assert!(pages(&report) >= 7);
    }
}

#[test]
fn odd_figures_are_drawn() {
    let odd: [&[f64]; 8] = [
        &[],
        &[0.0],
        &[0.0, 0.0],
        &[f64::NAN, f64::INFINITY, f64::NEG_INFINITY],
        &[-3.0, -1.0],
        &[f64::MAX, f64::MIN],
        &[1e-300, 2e-300],
        &[1e15, 1e15 + 1.0, 5e-5],
    ];
    for values in odd {
        for kind in [ChartKind::Bars, ChartKind::Histogram, ChartKind::Line] {
            let mut report = report();
            report.score = values.first().copied().unwrap_or(f64::NAN);
            report.category_scores[0].1 = -1.0;
            report.tables[0].rows = u64::MAX;
            report.tables[0].columns[0].distinct = u64::MAX;
            report.tables[0].columns[0].null_share = values.first().copied().unwrap_or(2.0);
            let chart = &mut report.tables[0].charts[0];
            chart.kind = kind;
            chart.values = values.to_vec();
            assert_eq!(pages(&report), 7, "{kind:?} of {values:?}");
        }
    }
}

#[test]
fn a_wide_schema_fits() {
    let mut report = report();
    let many: Vec<TableSection> = (0..30)
        .map(|number| TableSection {
            name: format!("a_table_with_a_long_name_{number}"),
            charts: Vec::new(),
            ..report.tables[0].clone()
        })
        .collect();
    report.tables = many;
    // Three or four short tables share a page.
    assert_eq!(pages(&report), 13);
}

#[test]
fn the_document_bears_the_date_of_an_iso_text() {
    assert_eq!(date("2026-11-21T10:00:00Z"), Some([2026, 11, 21]));
    assert_eq!(date("21 November 2026"), None);
    assert_eq!(date("2026-02-30"), None);
    let bytes = quality_report(&report()).unwrap();
    assert!(bytes.windows(10).any(|window| window == b"D:20261121"));
}

//! Phase 4: the documents of the package, and the package itself.

use chrono::{DateTime, Utc};
use millrace_challenge::session::Session;
use millrace_packs::challenge::AnalyticalQuestion;
use millrace_report::package::{Entry, zip};
use millrace_report::pdf::{CheckLine, QualityReport, TableSection};
use millrace_report::workbook::{AnswerBook, AnswerSheet, Column};
use millrace_report::{Question, Relationship, dictionary, pdf, readme, workbook};
use millrace_synth::plan::Untidiness;
use millrace_verify::Status;

use crate::delivery::{DeliveredTable, Delivery, column_type};
use crate::documents::{ProblemDocument, SchemaDocument};
use crate::error::PhaseError;
use crate::files::{Files, Findings};
use crate::pictures;
use crate::story::difficulty;

/// All that the reports tell of.
#[derive(Debug)]
pub struct Material<'a> {
    /// Brand on every document.
    pub brand: &'a str,
    /// The session.
    pub session: &'a Session,
    /// Its problem statement.
    pub problem: &'a ProblemDocument,
    /// Its schema.
    pub schema: &'a SchemaDocument,
    /// How it is delivered.
    pub delivery: &'a Delivery,
    /// What the files show.
    pub findings: &'a Findings,
    /// The files.
    pub files: &'a Files,
}

/// The finished objects of a run.
#[derive(Debug)]
pub struct Made {
    /// PDF quality report.
    pub pdf: Vec<u8>,
    /// Excel workbook of the answers.
    pub workbook: Vec<u8>,
    /// ZIP of everything.
    pub package: Vec<u8>,
    /// ZIP of the CSV files alone.
    pub datasets: Vec<u8>,
}

/// Makes the documents and packs them.
///
/// # Errors
/// [`PhaseError::Report`].
pub fn make(material: &Material<'_>) -> Result<Made, PhaseError> {
    let pdf = pdf::quality_report(&quality_report(material))?;
    let workbook = workbook::answers(&answer_book(material))?;
    let csv: Vec<Entry> = material
        .files
        .tables
        .iter()
        .map(|(table, bytes)| Entry {
            name: format!("{table}.csv"),
            bytes: bytes.to_vec(),
        })
        .collect();
    let mut entries = csv.clone();
    entries.push(Entry {
        name: "quality_report.pdf".to_owned(),
        bytes: pdf.clone(),
    });
    entries.push(Entry {
        name: "analytical_answers.xlsx".to_owned(),
        bytes: workbook.clone(),
    });
    entries.push(Entry {
        name: "data_dictionary.txt".to_owned(),
        bytes: dictionary::text(&data_dictionary(material)).into_bytes(),
    });
    entries.push(Entry {
        name: "README.txt".to_owned(),
        bytes: readme::text(&package_readme(material)).into_bytes(),
    });
    entries.extend(statements(&material.schema.proven));
    Ok(Made {
        pdf,
        workbook,
        package: zip(entries)?,
        datasets: zip(csv)?,
    })
}

/// The SQL of every answer as a file that runs on the CSVs loaded as tables of the same names.
fn statements(proven: &[AnalyticalQuestion]) -> Vec<Entry> {
    proven
        .iter()
        .enumerate()
        .filter_map(|(index, question)| {
            let sql = question.sql.as_deref()?.trim_end().trim_end_matches(';');
            let asked: Vec<String> = question
                .question
                .lines()
                .map(|line| format!("-- {line}\n"))
                .collect();
            Some(Entry {
                name: format!("sql/question_{:02}.sql", index + 1),
                bytes: format!("{}{sql};\n", asked.concat()).into_bytes(),
            })
        })
        .collect()
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Approved => "Approved",
        Status::NeedsReview => "Needs Review",
        Status::Rejected => "Rejected",
    }
}

fn day(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d").to_string()
}

fn quality_report(material: &Material<'_>) -> QualityReport {
    let Material {
        brand,
        session,
        problem,
        schema,
        delivery,
        findings,
        ..
    } = material;
    let results = findings.qa_results();
    let tables = delivery.tables();
    let rows: u64 = tables.iter().map(|table| table.rows).sum();
    let passed = findings.checks.iter().filter(|check| check.passed).count();
    QualityReport {
        brand: (*brand).to_owned(),
        title: problem.problem_statement.title.clone(),
        company: problem.problem_statement.company_name.clone(),
        domain: session.brief.domain.clone(),
        function: session.brief.function.clone(),
        skill_level: format!("{:?}", session.brief.skill_level),
        generated_on: day(session.updated_at),
        seed: session.brief.seed,
        score: results.overall_score,
        status: status(findings.scores.status).to_owned(),
        category_scores: results.category_scores.into_iter().collect(),
        facts: vec![
            ("Tables".to_owned(), tables.len().to_string()),
            ("Rows".to_owned(), rows.to_string()),
            (
                "Checks passed".to_owned(),
                format!("{passed} of {}", findings.checks.len()),
            ),
            (
                "Questions answered".to_owned(),
                schema.proven.len().to_string(),
            ),
        ],
        problem_statement: problem.problem_statement.statement.clone(),
        characters: problem.characters.clone(),
        strengths: results.strengths,
        issues: results.issues,
        tables: tables
            .iter()
            .map(|table| section(delivery, findings, table))
            .collect(),
        relationships: relationships(delivery),
        checks: findings.checks.iter().map(check_line).collect(),
        questions: questions(&schema.proven),
        unanswerable: schema.unanswerable.clone(),
    }
}

fn section(delivery: &Delivery, findings: &Findings, table: &DeliveredTable) -> TableSection {
    let profile = findings
        .profiles
        .iter()
        .find(|profile| profile.table == table.name);
    let columns = table
        .columns
        .iter()
        .map(|column| {
            let seen = profile
                .and_then(|profile| profile.columns.iter().find(|seen| seen.name == column.name));
            pdf::ColumnLine {
                name: column.name.clone(),
                data_type: column_type(column.data_type).sql_type().to_owned(),
                description: column.description.clone(),
                nullable: column.nullable,
                key: key(delivery, table, &column.name),
                null_share: seen.map_or(0.0, |seen| seen.nulls as f64 / table.rows.max(1) as f64),
                distinct: seen.map_or(0, |seen| seen.distinct),
            }
        })
        .collect();
    TableSection {
        name: table.name.clone(),
        description: table.description.clone(),
        rows: table.rows,
        columns,
        charts: profile
            .map(|profile| pictures::charts(table, profile))
            .unwrap_or_default(),
    }
}

/// What kind of key a column is.
fn key(delivery: &Delivery, table: &DeliveredTable, column: &str) -> Option<String> {
    if table
        .columns
        .iter()
        .any(|candidate| candidate.name == column && candidate.primary_key)
    {
        return Some("PK".to_owned());
    }
    let refers = delivery
        .relationships()
        .iter()
        .any(|reference| reference.from_table == table.name && reference.from_column == column);
    refers.then(|| "FK".to_owned())
}

fn relationships(delivery: &Delivery) -> Vec<Relationship> {
    delivery
        .relationships()
        .into_iter()
        .map(|reference| Relationship {
            from_table: reference.from_table,
            from_column: reference.from_column,
            to_table: reference.to_table,
            to_column: reference.to_column,
        })
        .collect()
}

fn check_line(check: &millrace_verify::Check) -> CheckLine {
    CheckLine {
        name: check.name.clone(),
        category: check.category.name().to_owned(),
        table: check.table.clone(),
        column: check.column.clone(),
        passed: check.passed,
        value: figure(check.value),
        expected: match &check.expected {
            millrace_verify::Expected::Number(wanted) => figure(*wanted),
            millrace_verify::Expected::Text(text) => text.clone(),
        },
        message: check.message.clone(),
    }
}

/// Whole figures whole, others with four digits.
fn figure(value: f64) -> String {
    if value.fract() == 0.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.4}")
    }
}

fn questions(proven: &[AnalyticalQuestion]) -> Vec<Question> {
    proven
        .iter()
        .map(|question| Question {
            question: question.question.clone(),
            category: question.category.clone(),
            difficulty: difficulty(question.difficulty).to_owned(),
            asked_by: question.asked_by.clone(),
        })
        .collect()
}

fn answer_book(material: &Material<'_>) -> AnswerBook {
    let Material {
        brand,
        session,
        problem,
        schema,
        findings,
        ..
    } = material;
    let answers = schema
        .proven
        .iter()
        .zip(&findings.answers)
        .map(|(question, answer)| AnswerSheet {
            question: question.question.clone(),
            category: question.category.clone(),
            difficulty: difficulty(question.difficulty).to_owned(),
            asked_by: question.asked_by.clone(),
            sql: question.sql.clone().unwrap_or_default(),
            columns: answer
                .columns
                .iter()
                .map(|column| Column {
                    name: column.name.clone(),
                    data_type: column.data_type.clone(),
                })
                .collect(),
            rows: answer.rows.clone(),
            chart: None,
        })
        .collect();
    AnswerBook {
        brand: (*brand).to_owned(),
        title: problem.problem_statement.title.clone(),
        company: problem.problem_statement.company_name.clone(),
        created: session.updated_at.date_naive(),
        answers,
        unanswerable: schema.unanswerable.clone(),
    }
}

fn data_dictionary(material: &Material<'_>) -> dictionary::Dictionary {
    let Material {
        brand,
        problem,
        schema,
        delivery,
        ..
    } = material;
    let tables = delivery
        .tables()
        .into_iter()
        .map(|table| dictionary::Table {
            columns: table
                .columns
                .iter()
                .map(|column| dictionary::Column {
                    name: column.name.clone(),
                    data_type: column_type(column.data_type).sql_type().to_owned(),
                    unit: column.unit.clone(),
                    description: column.description.clone(),
                    nullable: column.nullable,
                    key: key(delivery, &table, &column.name),
                })
                .collect(),
            name: table.name,
            description: table.description,
            rows: table.rows,
        })
        .collect();
    dictionary::Dictionary {
        brand: (*brand).to_owned(),
        title: problem.problem_statement.title.clone(),
        company: problem.problem_statement.company_name.clone(),
        tables,
        relationships: relationships(delivery),
        rules: schema
            .rules
            .iter()
            .map(|rule| dictionary::Rule {
                name: rule.name.clone(),
                table: rule.table.clone(),
                description: rule.description.clone(),
                check: rule.check.clone(),
            })
            .collect(),
        kpis: schema
            .schema
            .kpis
            .iter()
            .map(|kpi| dictionary::Kpi {
                name: kpi.name.clone(),
                description: kpi.description.clone(),
                unit: kpi.unit.clone(),
                sql: kpi.sql.clone(),
            })
            .collect(),
    }
}

fn package_readme(material: &Material<'_>) -> readme::Readme {
    let Material {
        brand,
        session,
        problem,
        schema,
        delivery,
        findings,
        files,
    } = material;
    let file = |name: String, description: &str| readme::File {
        name,
        description: description.to_owned(),
    };
    let mut list: Vec<readme::File> = delivery
        .tables()
        .into_iter()
        .map(|table| file(format!("{}.csv", table.name), &table.description))
        .collect();
    list.push(file(
        "quality_report.pdf".to_owned(),
        "Every table in pictures, every check with its figure.",
    ));
    list.push(file(
        "analytical_answers.xlsx".to_owned(),
        "The answer key: a sheet for each question.",
    ));
    list.push(file(
        "data_dictionary.txt".to_owned(),
        "Tables, columns, rules and KPIs.",
    ));
    list.push(file("sql/".to_owned(), "The SQL of each answer."));
    let passed = findings.checks.iter().filter(|check| check.passed).count();
    readme::Readme {
        brand: (*brand).to_owned(),
        title: problem.problem_statement.title.clone(),
        company: problem.problem_statement.company_name.clone(),
        domain: session.brief.domain.clone(),
        function: session.brief.function.clone(),
        skill_level: format!("{:?}", session.brief.skill_level),
        generated_on: day(session.updated_at),
        seed: session.brief.seed,
        problem_statement: problem.problem_statement.statement.clone(),
        characters: problem.characters.clone(),
        files: list,
        tables: delivery
            .tables()
            .into_iter()
            .map(|table| readme::Table { file: format!("{}.csv", table.name), name: table.name, rows: table.rows })
            .collect(),
        questions: questions(&schema.proven),
        untidiness: untidiness(delivery.plan().untidiness),
        verification: vec![
            format!("{passed} of {} checks passed on the files of this package, each with its figure in the report.", findings.checks.len()),
            format!("{} answers were computed by SQL on these {} files.", findings.answers.len(), files.tables.len()),
            "The reference is the plan of the data: the checks say how well the files keep to their design.".to_owned(),
        ],
    }
}

fn untidiness(planned: Untidiness) -> Vec<String> {
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    [
        (
            planned.empty,
            "of the cells that may be empty are empty beyond the gaps of the business",
        ),
        (
            planned.mistyped,
            "of the numbers and moments that may be missing do not read as their type",
        ),
        (
            planned.padded,
            "of the texts of some columns have stray blanks or another letter case",
        ),
    ]
    .into_iter()
    .filter(|(share, _)| *share > 0.0)
    .map(|(share, what)| format!("About {} {what}.", percent(share)))
    .collect()
}

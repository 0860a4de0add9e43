//! `millrace ask`: English questions to a database, one on the command line or many from a file.

mod batch;
mod load;
mod table;

use std::io::Write;
use std::path::PathBuf;

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use millrace_asksql::{Answer, Status};
use millrace_query::SqlFault;
use thiserror::Error;

use batch::Batch;
use load::Opened;

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum AskError {
    /// A file cannot be opened, read or written.
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
    /// The files of a database make none.
    #[error("{0}: {1}")]
    Database(PathBuf, String),
    /// The SQL does not run.
    #[error("the answer cannot be run: {0}")]
    Run(#[from] SqlFault),
    /// The answer cannot be written.
    #[error("the answer cannot be written: {0}")]
    Write(#[from] std::io::Error),
    /// There is nothing to answer.
    #[error("neither a question nor --batch was given")]
    Nothing,
}

/// What is asked, and of what.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The question.
    #[arg(required_unless_present = "batch")]
    question: Option<String>,
    /// The database: a file with rows, a folder with schema.sql and a CSV file a table (or with files
    /// alone), or a file of CREATE TABLE statements.
    #[arg(long, required_unless_present = "batch")]
    db: Option<PathBuf>,
    /// Reads questions from a file, a JSON object with `id`, `db_id` and `question` a line, and prints a
    /// line each.
    #[arg(long, requires = "databases", conflicts_with = "db")]
    batch: Option<PathBuf>,
    /// The folder with a folder for each `db_id`.
    #[arg(long)]
    databases: Option<PathBuf>,
    /// Runs the SQL of a batch too.
    #[arg(long)]
    run: bool,
    /// The moment from which "last month" counts; now, if left out.
    #[arg(long, value_name = "RFC3339", value_parser = DateTime::parse_from_rfc3339)]
    now: Option<DateTime<FixedOffset>>,
}

/// Answers the question, or all questions of the batch.
pub fn run(arguments: &Arguments) -> Result<(), AskError> {
    let today = arguments
        .now
        .map_or_else(|| now().date_naive(), |now| now.date_naive());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    match (
        &arguments.batch,
        &arguments.databases,
        &arguments.db,
        &arguments.question,
    ) {
        (Some(questions), Some(databases), ..) => {
            let batch = Batch {
                databases,
                run: arguments.run,
                today,
                runtime: &runtime,
            };
            batch.answer(questions)
        }
        (_, _, Some(path), Some(question)) => one(&load::open(path)?, question, today, &runtime),
        _ => Err(AskError::Nothing),
    }
}

#[expect(clippy::disallowed_methods, reason = "time comes in here")]
fn now() -> DateTime<Utc> {
    Utc::now()
}

/// Prints the SQL of one question, why it is that, and its rows.
fn one(
    opened: &Opened,
    question: &str,
    today: NaiveDate,
    runtime: &tokio::runtime::Runtime,
) -> Result<(), AskError> {
    let answer = opened.ask(question, today);
    let mut out = std::io::stdout().lock();
    explain(&answer, &mut out)?;
    if let Some(sql) = &answer.parsed_query.sql
        && opened.has_rows
    {
        let found = runtime.block_on(opened.tables.query(sql, &load::limits()))?;
        writeln!(out)?;
        table::write(&found, &mut out)?;
    }
    Ok(())
}

fn explain(answer: &Answer, out: &mut impl Write) -> Result<(), AskError> {
    if let Some(sql) = &answer.parsed_query.sql {
        writeln!(out, "{sql}")?;
    }
    let status = match answer.status {
        Status::Ok => "ok",
        Status::NeedsClarification => "needs clarification",
        Status::Refused => "refused",
    };
    writeln!(
        out,
        "\n{status}, confidence {:.0} %",
        answer.confidence * 100.0
    )?;
    if let Some(reason) = &answer.reason {
        writeln!(out, "{reason}")?;
    }
    for link in &answer.explanation {
        let value = link
            .value
            .as_ref()
            .map_or_else(String::new, |value| format!(" = {value}"));
        writeln!(
            out,
            "  \"{}\": {}{value} ({}, {:.0} %)",
            link.text,
            link.element,
            link.rule.replace('_', " "),
            link.score * 100.0
        )?;
    }
    if !answer.unlinked.is_empty() {
        let words: Vec<&str> = answer
            .unlinked
            .iter()
            .map(|word| word.text.as_str())
            .collect();
        writeln!(out, "  not understood: {}", words.join(", "))?;
    }
    for other in &answer.alternatives {
        writeln!(
            out,
            "or, {} ({:.0} %): {}",
            other.difference,
            other.confidence * 100.0,
            other.sql
        )?;
    }
    Ok(())
}

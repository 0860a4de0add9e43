//! Many questions to many databases, a line of JSON each.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Value, json};

use super::AskError;
use super::load::{self, Opened};

/// A line of the questions.
#[derive(Debug, Deserialize)]
struct Case {
    id: Value,
    db_id: String,
    question: String,
}

/// What all questions of a batch share.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// A folder with a folder a database.
    pub databases: &'a Path,
    /// Whether the SQL is run.
    pub run: bool,
    /// The day that "last month" counts from.
    pub today: NaiveDate,
    pub runtime: &'a tokio::runtime::Runtime,
}

impl Batch<'_> {
    /// Reads `questions` line by line; each database is loaded once, when it is first asked.
    pub fn answer(&self, questions: &Path) -> Result<(), AskError> {
        let unreadable = |error| AskError::File(questions.to_owned(), error);
        let file = std::fs::File::open(questions).map_err(unreadable)?;
        let mut opened: HashMap<String, Result<Opened, String>> = HashMap::new();
        let mut out = BufWriter::new(std::io::stdout().lock());
        for (at, line) in BufReader::new(file).lines().enumerate() {
            let line = line.map_err(unreadable)?;
            if line.trim().is_empty() {
                continue;
            }
            let answer = match serde_json::from_str::<Case>(&line) {
                Ok(case) => {
                    let database = opened.entry(case.db_id.clone()).or_insert_with(|| {
                        let database = load::open(&self.databases.join(&case.db_id));
                        database.map_err(|error| error.to_string())
                    });
                    match database {
                        Ok(database) => self.line(database, &case),
                        Err(reason) => self.refused(&case.id, reason),
                    }
                }
                Err(error) => self.refused(&Value::Null, &format!("line {}: {error}", at + 1)),
            };
            serde_json::to_writer(&mut out, &answer).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        out.flush()?;
        Ok(())
    }

    fn line(&self, database: &Opened, case: &Case) -> Value {
        let begun = Instant::now();
        let answer = database.ask(&case.question, self.today);
        let taken = begun.elapsed().as_secs_f64() * 1_000.0;
        let alternatives = answer.alternatives.iter();
        let alternatives =
            alternatives.map(|other| json!({"sql": other.sql, "difference": other.difference}));
        let mut line = json!({
            "id": case.id,
            "sql": answer.parsed_query.sql,
            "confidence": answer.confidence,
            "status": answer.status,
            "alternatives": alternatives.collect::<Vec<Value>>(),
        });
        if self.run {
            let sql = answer.parsed_query.sql.as_ref();
            line["rows"] = json!(sql.and_then(|sql| self.rows(database, sql)));
        }
        if let Some(reason) = &answer.reason {
            line["reason"] = json!(reason);
        }
        line["parse_ms"] = json!((taken * 1_000.0).round() / 1_000.0);
        line
    }

    /// The rows that a statement gives; nothing where it does not run.
    fn rows(&self, database: &Opened, sql: &str) -> Option<Vec<Vec<Value>>> {
        let limits = load::limits();
        let found = self.runtime.block_on(database.tables.query(sql, &limits));
        found.ok().map(|found| found.rows)
    }

    /// What is said of a question that cannot be asked at all.
    fn refused(&self, id: &Value, reason: &str) -> Value {
        let mut line = json!({
            "id": id,
            "sql": null,
            "confidence": 0.0,
            "status": "refused",
            "alternatives": [],
        });
        if self.run {
            line["rows"] = Value::Null;
        }
        line["reason"] = json!(reason);
        line["parse_ms"] = json!(0.0);
        line
    }
}

#[cfg(test)]
#[path = "batch_tests.rs"]
mod tests;

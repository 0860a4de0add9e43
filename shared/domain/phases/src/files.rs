//! Phase 4: what the written files show: checks, answers and profiles, all from the bytes that the
//! learner gets.

use std::time::Duration;

use bytes::Bytes;
use millrace_api::challenge as api;
use millrace_verify as verify;
use millrace_verify::{
    Answer, Check, Dataset, Expected, QueryLimits, Scores, Status, TableProfile,
};
use serde::{Deserialize, Serialize};

use crate::checking::expectations;
use crate::delivery::Delivery;
use crate::documents::SchemaDocument;
use crate::error::PhaseError;

/// Rows of an answer that a workbook shows.
const ANSWER_ROWS: usize = 10_000;

/// The delivered files.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// Table name and CSV bytes, in file order.
    pub tables: Vec<(String, Bytes)>,
}

/// What the files show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    /// Every check with its figure.
    pub checks: Vec<Check>,
    /// Scores made of the checks.
    pub scores: Scores,
    /// The answer to each proven question, in order.
    pub answers: Vec<Answer>,
    /// A profile of each table.
    pub profiles: Vec<TableProfile>,
}

impl Findings {
    /// The findings in the contract's words.
    #[must_use]
    pub fn qa_results(&self) -> api::QaResults {
        api::QaResults {
            overall_score: self.scores.overall,
            status: match self.scores.status {
                Status::Approved => api::QaStatus::Approved,
                Status::NeedsReview => api::QaStatus::NeedsReview,
                Status::Rejected => api::QaStatus::Rejected,
            },
            category_scores: self.scores.category_scores.clone(),
            checks: self.checks.iter().map(check).collect(),
            strengths: verify::strengths(&self.checks),
            issues: verify::issues(&self.checks),
        }
    }
}

fn check(check: &Check) -> api::Check {
    api::Check {
        name: check.name.clone(),
        category: check.category.name().to_owned(),
        table: check.table.clone(),
        column: check.column.clone(),
        passed: check.passed,
        value: number(check.value),
        expected: match &check.expected {
            Expected::Number(wanted) => number(*wanted),
            Expected::Text(text) => text.as_str().into(),
        },
        message: check.message.clone(),
    }
}

/// Whole figures as integers.
fn number(value: f64) -> serde_json::Value {
    let whole = value as i64;
    if whole as f64 == value {
        whole.into()
    } else {
        value.into()
    }
}

/// Loads the files, makes every check, answers every question and profiles every table.
///
/// # Errors
/// [`PhaseError::Load`] where the files do not load, [`PhaseError::Sql`] where an answer does not run.
pub async fn examine(
    delivery: &Delivery,
    schema: &SchemaDocument,
    files: &Files,
) -> Result<Findings, PhaseError> {
    let dataset = Dataset::load(&delivery.schema(), files.tables.clone())?;
    let limits = QueryLimits {
        rows: ANSWER_ROWS,
        timeout: Duration::from_secs(60),
        ..QueryLimits::default()
    };
    let expected = expectations(delivery, &schema.rules, &schema.order, &schema.proven);
    let checks = dataset.check(&expected, &limits).await;
    let mut answers = Vec::with_capacity(schema.proven.len());
    for sql in schema
        .proven
        .iter()
        .filter_map(|question| question.sql.as_deref())
    {
        answers.push(dataset.query(sql, &limits).await?);
    }
    let mut profiles = Vec::with_capacity(files.tables.len());
    for (table, _) in &files.tables {
        profiles.push(dataset.profile(table).await?);
    }
    Ok(Findings {
        scores: verify::score(&checks),
        checks,
        answers,
        profiles,
    })
}

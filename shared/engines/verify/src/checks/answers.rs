//! Answers: the SQL of a question runs, gives rows, and gives the same ones whatever the order in
//! which the tables are read.

use super::{Category, Check, Expected};
use crate::dataset::{Dataset, Mirror};
use crate::expectations::AnswerExpectation;
use millrace_query::QueryLimits;
use millrace_query::SqlFault;

/// One check for each question.
pub(super) async fn check(
    dataset: &Dataset,
    answers: &[AnswerExpectation],
    limits: &QueryLimits,
) -> Vec<Check> {
    if answers.is_empty() {
        return Vec::new();
    }
    let mirror = dataset.mirrored();
    let mut checks = Vec::new();
    for answer in answers {
        checks.push(answer_check(dataset, mirror.as_ref(), answer, limits).await);
    }
    checks
}

async fn answer_check(
    dataset: &Dataset,
    mirror: Result<&Mirror, &SqlFault>,
    expected: &AnswerExpectation,
    limits: &QueryLimits,
) -> Check {
    let mut check = Check::new("answers", Category::Answers);
    check.expected = Expected::Text("at least 1 row, in one order".to_owned());
    let question: String = expected.question.chars().take(200).collect();
    let subject = format!("The answer to \"{question}\"");
    let answer = match dataset.query(&expected.sql, limits).await {
        Ok(answer) => answer,
        Err(fault) => return check.impossible(&subject, &fault),
    };
    check.value = answer.rows.len() as f64;
    if answer.rows.is_empty() {
        check.message = format!("{subject} has no rows.");
        return check;
    }
    let mirrored = match mirror {
        Ok(mirror) => mirror.query(&expected.sql, limits).await,
        Err(fault) => Err(fault.clone()),
    };
    let mirrored = match mirrored {
        Ok(mirrored) => mirrored,
        Err(fault) => return check.impossible(&subject, &fault),
    };
    let differing = answer
        .rows
        .iter()
        .zip(&mirrored.rows)
        .filter(|(one, other)| one != other)
        .count()
        + answer.rows.len().abs_diff(mirrored.rows.len());
    check.passed = differing == 0;
    check.conformance = super::share_kept(differing as f64, answer.rows.len() as f64);
    check.message = if check.passed {
        format!("{subject} has {} rows in one order.", answer.rows.len())
    } else {
        format!(
            "{subject} depends on the order of the files: {differing} of {} rows differ (ties).",
            answer.rows.len()
        )
    };
    check
}

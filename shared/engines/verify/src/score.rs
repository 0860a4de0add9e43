//! Scores and sentences made of checks, and of nothing else.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::checks::{Category, Check};

/// Score from which data are approved.
const APPROVED: f64 = 8.0;
/// Score from which data need a review; below they are rejected.
const NEEDS_REVIEW: f64 = 6.0;

/// Verdict on a dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// 8.0 and above, and no reference is broken.
    Approved,
    /// 6.0 and above.
    #[serde(rename = "Needs Review")]
    NeedsReview,
    /// Below 6.0, or nothing was checked.
    Rejected,
}

/// Scores from 0 to 10, rounded to hundredths.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Mean of the category scores.
    pub overall: f64,
    /// Score by name of [`Category`]: ten times the share of checks passed, times the mean
    /// conformance of all its checks. One orphan among many rows thus costs its check, and how
    /// broken the data are costs the rest.
    pub category_scores: BTreeMap<String, f64>,
    /// Verdict.
    pub status: Status,
}

/// Scores of `checks`. Categories without a check have no score.
#[must_use]
pub fn score(checks: &[Check]) -> Scores {
    let mut categories: BTreeMap<Category, Vec<&Check>> = BTreeMap::new();
    for check in checks {
        categories.entry(check.category).or_default().push(check);
    }
    let category_scores: BTreeMap<String, f64> = categories
        .into_iter()
        .map(|(category, checks)| (category.name().to_owned(), category_score(&checks)))
        .collect();
    let count = category_scores.len().max(1) as f64;
    let overall = hundredths(category_scores.values().sum::<f64>() / count);
    let broken_reference = checks
        .iter()
        .any(|check| check.name == "foreign_key" && !check.passed);
    let status = if overall >= APPROVED && !broken_reference {
        Status::Approved
    } else if overall >= NEEDS_REVIEW {
        Status::NeedsReview
    } else {
        Status::Rejected
    };
    Scores {
        overall,
        category_scores,
        status,
    }
}

fn category_score(checks: &[&Check]) -> f64 {
    let count = checks.len() as f64;
    let passed = checks.iter().filter(|check| check.passed).count() as f64;
    let conformance = checks.iter().map(|check| check.conformance).sum::<f64>();
    hundredths(10.0 * (passed / count) * (conformance / count))
}

fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// One sentence for each kind of check of which every one passed.
#[must_use]
pub fn strengths(checks: &[Check]) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for check in checks {
        if seen.contains(&check.name.as_str()) {
            continue;
        }
        seen.push(&check.name);
        let alike: Vec<&Check> = checks
            .iter()
            .filter(|other| other.name == check.name)
            .collect();
        if alike.iter().all(|check| check.passed) {
            sentences.push(strength(&check.name, &alike));
        }
    }
    sentences
}

fn strength(name: &str, checks: &[&Check]) -> String {
    let count = checks.len();
    let total: f64 = checks.iter().map(|check| check.value).sum();
    let mean = total / count as f64;
    match name {
        "row_count" => {
            format!("All {count} tables have exactly the planned rows, {total} together.")
        }
        "structure" => format!("All {count} tables have exactly the planned columns."),
        "nulls" => format!(
            "Empty cells are as planned in all {count} tables, {:.2} % on average.",
            mean * 100.0
        ),
        "primary_key" => format!("The primary keys of all {count} tables are unique and filled."),
        "foreign_key" => format!("All {count} relationships resolve, with {total} orphans."),
        "bounds" => format!("All {count} bounded columns stay within their bounds."),
        "categories" => format!("All {count} columns of categories hold only allowed values."),
        "temporal_order" => format!("All {count} orders in time hold, with {total} violations."),
        "business_rule" => format!("All {count} business rules hold, with {total} violations."),
        "distribution" => {
            let lowest = checks.iter().map(|check| check.value).fold(1.0, f64::min);
            format!(
                "All {count} columns follow their planned distributions, with an agreement of {mean:.3} on average and {lowest:.3} at least."
            )
        }
        "unreadable" => {
            format!(
                "Cells that do not read as their type are as planned, {:.2} % on average.",
                mean * 100.0
            )
        }
        "padding" => format!(
            "Padded texts stay within the plan, {:.2} % on average.",
            mean * 100.0
        ),
        "answers" => {
            format!("All {count} questions have an answer from the files, {total} rows together.")
        }
        other => format!("All {count} checks of {} passed.", other.replace('_', " ")),
    }
}

/// One sentence for each check that failed.
#[must_use]
pub fn issues(checks: &[Check]) -> Vec<String> {
    checks
        .iter()
        .filter(|check| !check.passed)
        .map(|check| check.message.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Expected;

    fn check(name: &str, category: Category, passed: bool, conformance: f64) -> Check {
        Check {
            name: name.to_owned(),
            category,
            table: None,
            column: None,
            passed,
            value: 0.0,
            expected: Expected::Number(0.0),
            message: format!("{name} says so."),
            conformance,
        }
    }

    #[test]
    fn scores_are_shares_passed_times_conformance() {
        let checks = [
            check("foreign_key", Category::Integrity, true, 1.0),
            check("primary_key", Category::Integrity, false, 0.5),
            check("distribution", Category::Distribution, true, 0.96),
        ];
        let scores = score(&checks);
        assert_eq!(scores.category_scores["integrity"], 3.75);
        assert_eq!(scores.category_scores["distribution"], 9.6);
        assert_eq!(scores.overall, 6.68);
        assert_eq!(scores.status, Status::NeedsReview);
        assert_eq!(issues(&checks), ["primary_key says so."]);
        assert_eq!(strengths(&checks).len(), 2);
    }

    #[test]
    fn thresholds_are_8_and_6() {
        let status =
            |conformance| score(&[check("bounds", Category::Validity, true, conformance)]).status;
        assert_eq!(status(0.8), Status::Approved);
        assert_eq!(status(0.799), Status::NeedsReview);
        assert_eq!(status(0.6), Status::NeedsReview);
        assert_eq!(status(0.599), Status::Rejected);
        assert_eq!(score(&[]).status, Status::Rejected);
    }

    #[test]
    fn a_broken_reference_is_never_approved() {
        let mut checks = vec![check("foreign_key", Category::Integrity, false, 0.999_99)];
        checks.extend((0..99).map(|_| check("foreign_key", Category::Integrity, true, 1.0)));
        checks.push(check("structure", Category::Structure, true, 1.0));
        let scores = score(&checks);
        assert!(scores.overall > 9.9);
        assert_eq!(scores.status, Status::NeedsReview);
    }

    #[test]
    fn statuses_are_spelled_as_in_the_contract() {
        let spelled =
            serde_json::to_string(&[Status::Approved, Status::NeedsReview, Status::Rejected])
                .unwrap();
        assert_eq!(spelled, r#"["Approved","Needs Review","Rejected"]"#);
    }
}

//! Compares the files with what was promised, each check with its figure.

mod answers;
mod distribution;
mod references;
mod rules;
mod scan;
mod table;
mod tolerance;

use serde::{Deserialize, Serialize, Serializer};

use crate::dataset::Dataset;
use crate::expectations::Expectations;
use millrace_query::QueryLimits;
use millrace_query::SqlFault;

/// What a check is about; scores are means within these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// The columns that were promised.
    Structure,
    /// The rows and filled cells that were promised.
    Completeness,
    /// Keys and references.
    Integrity,
    /// Values within bounds and lists.
    Validity,
    /// Orders in time and business rules.
    Consistency,
    /// Shapes of the columns.
    Distribution,
    /// Untidy cells as planned, no more and no fewer.
    Untidiness,
    /// Answers to the questions.
    Answers,
}

impl Category {
    /// The name that it is serialised by.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Structure => "structure",
            Self::Completeness => "completeness",
            Self::Integrity => "integrity",
            Self::Validity => "validity",
            Self::Consistency => "consistency",
            Self::Distribution => "distribution",
            Self::Untidiness => "untidiness",
            Self::Answers => "answers",
        }
    }
}

/// What a check wants: one figure, or a range in words (`at least 0.957`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Expected {
    /// Exactly this figure.
    Number(#[serde(serialize_with = "plain_number")] f64),
    /// A range or a property.
    Text(String),
}

/// One comparison and its outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Kind of check: `row_count`, `nulls`, `structure`, `primary_key`, `foreign_key`, `bounds`,
    /// `categories`, `temporal_order`, `business_rule`, `distribution`, `unreadable`, `padding`, `answers`.
    pub name: String,
    /// What it is about.
    pub category: Category,
    /// The table, where it is about one.
    pub table: Option<String>,
    /// The column, where it is about one.
    pub column: Option<String>,
    /// Whether the files are as promised.
    pub passed: bool,
    /// The figure measured: rows, a count of violations, a share, or an agreement from 0 to 1.
    #[serde(serialize_with = "plain_number")]
    pub value: f64,
    /// The figure wanted.
    pub expected: Expected,
    /// One sentence with the figures.
    pub message: String,
    /// How much of what was looked at is as promised, from 0 to 1: rows that hold, or the agreement
    /// of two distributions. Scores are made of it.
    #[serde(serialize_with = "plain_number")]
    pub conformance: f64,
}

/// Whole figures without a fraction: 1000, not 1000.0.
fn plain_number<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() < EXACT {
        serializer.serialize_i64(*value as i64)
    } else {
        serializer.serialize_f64(*value)
    }
}

impl Check {
    fn new(name: &str, category: Category) -> Self {
        Self {
            name: name.to_owned(),
            category,
            table: None,
            column: None,
            passed: false,
            value: 0.0,
            expected: Expected::Number(0.0),
            message: String::new(),
            conformance: 0.0,
        }
    }

    fn on(mut self, table: &str, column: Option<&str>) -> Self {
        self.table = Some(table.to_owned());
        self.column = column.map(str::to_owned);
        self
    }

    /// No violation is allowed among the cases looked at.
    fn violations(mut self, violations: f64, cases: f64, subject: &str) -> Self {
        self.passed = violations == 0.0;
        self.value = violations;
        self.conformance = share_kept(violations, cases);
        self.message = format!("{subject}: {violations} of {cases} rows do not hold.");
        if self.passed {
            self.message = format!("{subject}: all {cases} rows hold.");
        }
        self
    }

    /// The check could not be made, which is as bad as a check that fails wholly.
    fn impossible(mut self, subject: &str, fault: &SqlFault) -> Self {
        self.passed = false;
        self.conformance = 0.0;
        self.message = format!("{subject} could not be checked: {fault}.");
        self
    }
}

/// Share of `cases` that are not `violations`; no cases hold wholly.
fn share_kept(violations: f64, cases: f64) -> f64 {
    if cases <= 0.0 {
        return if violations > 0.0 { 0.0 } else { 1.0 };
    }
    (1.0 - violations / cases).clamp(0.0, 1.0)
}

impl Dataset {
    /// Makes every check that `expectations` call for. A check that cannot be made (a column that
    /// is not there, a rule that is no SQL) fails and says why. `limits` hold for each answer.
    pub async fn check(&self, expectations: &Expectations, limits: &QueryLimits) -> Vec<Check> {
        let mut checks = Vec::new();
        for table in &expectations.tables {
            checks.extend(table::check(self, table).await);
        }
        for relationship in &expectations.relationships {
            checks.push(references::foreign_key(self, relationship).await);
        }
        for order in &expectations.temporal_orders {
            checks.push(references::temporal_order(self, order).await);
        }
        for rule in &expectations.business_rules {
            checks.push(rules::business_rule(self, rule, limits).await);
        }
        checks.extend(answers::check(self, &expectations.answers, limits).await);
        checks
    }
}

#[cfg(test)]
mod tests;

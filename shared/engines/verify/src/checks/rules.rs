//! Business rules: predicates that no row may break.

use serde_json::Value;

use super::{Category, Check};
use crate::dataset::Dataset;
use crate::expectations::BusinessRule;
use crate::schema::quote_identifier;
use millrace_query::QueryLimits;

/// Counts the rows for which the rule is false. The predicate is text from outside this crate and
/// goes through the same gate as any statement.
pub(super) async fn business_rule(
    dataset: &Dataset,
    rule: &BusinessRule,
    limits: &QueryLimits,
) -> Check {
    let check = Check::new("business_rule", Category::Consistency).on(&rule.table, None);
    let subject = format!("Business rule {} ({})", rule.name, rule.check);
    // The line break ends a comment that the predicate may end in.
    let sql = format!(
        "SELECT count(*) FILTER (WHERE ({check}\n) IS FALSE), count(*) FROM {table}",
        check = rule.check,
        table = quote_identifier(&rule.table),
    );
    match dataset.query(&sql, limits).await {
        Ok(answer) => {
            let figures: Vec<f64> = answer
                .rows
                .iter()
                .flatten()
                .filter_map(Value::as_f64)
                .collect();
            match figures.as_slice() {
                [violations, rows] => check.violations(*violations, *rows, &subject),
                _ => check.impossible(
                    &subject,
                    &crate::SqlFault::Invalid("it is no predicate".to_owned()),
                ),
            }
        }
        Err(fault) => check.impossible(&subject, &fault),
    }
}

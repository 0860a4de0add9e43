//! Shapes of columns: categories against their shares, numbers against their deciles.

use std::collections::BTreeMap;

use serde_json::Value;

use super::scan::{Figures, Scan, Slot};
use super::{Category, Check, Expected, tolerance};
use crate::dataset::Dataset;
use crate::expectations::ColumnExpectation;
use crate::schema::quote_identifier;
use millrace_query::SqlFault;

/// Most different values looked at in a column of categories; further ones count as not allowed.
const MAX_VALUES: usize = 10_000;

/// Rows below and up to each decile.
#[derive(Debug)]
pub(super) struct DecileSlots(Vec<(Slot, Slot)>);

impl DecileSlots {
    /// Asks for the rows below and up to each of `deciles`.
    pub(super) fn ask(scan: &mut Scan, column: &str, deciles: &[f64]) -> Self {
        let column = format!("CAST({} AS DOUBLE)", quote_identifier(column));
        let slots = deciles
            .iter()
            .map(|decile| {
                let decile = format!("CAST('{decile}' AS DOUBLE)");
                let below = scan.count_where(&format!("{column} < {decile}"));
                let up_to = scan.count_where(&format!("{column} <= {decile}"));
                (below, up_to)
            })
            .collect();
        Self(slots)
    }

    /// The Kolmogorov–Smirnov complement at the deciles. Where many rows have the very value of a
    /// decile, the distribution jumps over its tenth there, which is no distance.
    pub(super) fn check(
        &self,
        figures: &Figures,
        table: &str,
        column: &ColumnExpectation,
        filled: f64,
    ) -> Check {
        let parts = (self.0.len() + 1) as f64;
        let distance = self
            .0
            .iter()
            .enumerate()
            .map(|(index, (below, up_to))| {
                let planned = (index + 1) as f64 / parts;
                let (low, high) = (figures.get(*below) / filled, figures.get(*up_to) / filled);
                (low - planned).max(planned - high).max(0.0)
            })
            .fold(0.0, f64::max);
        let agreement = if filled > 0.0 { 1.0 - distance } else { 1.0 };
        agreement_check(
            table,
            &column.name,
            agreement,
            tolerance::kolmogorov_smirnov(filled.max(1.0)),
            filled,
        )
    }
}

fn agreement_check(
    table: &str,
    column: &str,
    agreement: f64,
    threshold: f64,
    filled: f64,
) -> Check {
    let mut check = Check::new("distribution", Category::Distribution).on(table, Some(column));
    check.passed = agreement >= threshold;
    check.value = agreement;
    check.conformance = agreement.clamp(0.0, 1.0);
    check.expected = Expected::Text(format!("at least {threshold:.4}"));
    let verdict = if check.passed {
        "follows"
    } else {
        "does not follow"
    };
    check.message = format!(
        "{table}.{column} {verdict} its planned distribution: agreement {agreement:.4}, at least {threshold:.4} at {filled} values."
    );
    check
}

/// Whether all values are allowed, and whether they are as frequent as planned.
pub(super) async fn categories(
    dataset: &Dataset,
    table: &str,
    column: &ColumnExpectation,
    rows: f64,
) -> Vec<Check> {
    let check = Check::new("categories", Category::Validity).on(table, Some(&column.name));
    let subject = format!(
        "Values of {table}.{} among the {} allowed",
        column.name,
        column.categories.len()
    );
    let untidy = column.padded_share.is_some() || column.any_untidiness;
    let counted = match value_counts(dataset, table, &column.name, untidy).await {
        Ok(counted) => counted,
        Err(fault) => return vec![check.impossible(&subject, &fault)],
    };
    let normal = |text: &str| {
        if untidy {
            text.trim().to_lowercase()
        } else {
            text.to_owned()
        }
    };
    let mut found: BTreeMap<String, f64> = BTreeMap::new();
    for (value, count) in &counted.values {
        *found.entry(normal(value)).or_default() += count;
    }
    // A category listed twice (or twice once tidied) has its shares added.
    let mut planned: BTreeMap<String, f64> = BTreeMap::new();
    for (index, category) in column.categories.iter().enumerate() {
        *planned.entry(normal(category)).or_default() +=
            column.category_shares.get(index).copied().unwrap_or(0.0);
    }
    let strange: Vec<(&String, &f64)> = found
        .iter()
        .filter(|(value, _)| !planned.contains_key(*value))
        .collect();
    let violations = strange.iter().map(|(_, count)| **count).sum::<f64>() + counted.further;
    let filled = found.values().sum::<f64>() + counted.further;
    let mut check = check.violations(violations, filled, &subject);
    if let Some((value, _)) = strange.first() {
        let shown: String = value.chars().take(40).collect();
        check.message = format!("{} One of them is {shown:?}.", check.message);
    }
    let mut checks = vec![check];
    let total: f64 = planned.values().sum();
    if filled > 0.0
        && rows > 0.0
        && total > 0.0
        && column.category_shares.len() == column.categories.len()
    {
        let shares: Vec<f64> = planned.values().map(|share| share / total).collect();
        let within: f64 = planned
            .keys()
            .zip(&shares)
            .map(|(value, share)| (share - found.get(value).copied().unwrap_or(0.0) / filled).abs())
            .sum();
        let agreement = 1.0 - (within + violations / filled) / 2.0;
        let threshold = tolerance::total_variation(&shares, filled);
        checks.push(agreement_check(
            table,
            &column.name,
            agreement,
            threshold,
            filled,
        ));
    }
    checks
}

struct ValueCounts {
    values: Vec<(String, f64)>,
    /// Rows with values beyond the first [`MAX_VALUES`].
    further: f64,
}

async fn value_counts(
    dataset: &Dataset,
    table: &str,
    column: &str,
    untidy: bool,
) -> Result<ValueCounts, SqlFault> {
    let column = quote_identifier(column);
    let text = format!("CAST({column} AS VARCHAR)");
    let key = if untidy {
        format!("lower(btrim({text}))")
    } else {
        text
    };
    let table = quote_identifier(table);
    let sql = format!(
        "SELECT {key} AS value, count(*) AS n FROM {table} WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MAX_VALUES}"
    );
    let rows = dataset.own_rows(&sql).await?;
    let values: Vec<(String, f64)> = rows
        .iter()
        .filter_map(|row| match row.as_slice() {
            [Value::String(value), count] => Some((value.clone(), count.as_f64()?)),
            _ => None,
        })
        .collect();
    let mut further = 0.0;
    if rows.len() == MAX_VALUES {
        let all =
            super::scan::figure(dataset, &format!("SELECT count({column}) FROM {table}")).await?;
        further = (all - values.iter().map(|(_, count)| count).sum::<f64>()).max(0.0);
    }
    Ok(ValueCounts { values, further })
}
